//! All fields of a record that was created in one row: the form says which fields by which lines, and is kept once
//! for all records that are alike; the row keeps their values.

use super::{Entry, Kept};
use crate::state::{State, StateError};
use crate::value::{Side, Value};
use jiff::Timestamp;
use rusqlite::params;
use serde::{Deserialize, Serialize, Serializer};

/// A record that a run created.
#[derive(Debug, Clone)]
pub struct Created<'a> {
    pub entity: &'a str,
    pub side: Side,
    pub id: &'a str,
    /// The record on the other side that it came from.
    pub source_id: &'a str,
    pub key: &'a str,
    pub name: &'a str,
    pub fields: Vec<NewField<'a>>,
}

/// One field of it.
#[derive(Debug, Clone)]
pub struct NewField<'a> {
    pub field: &'a str,
    pub file: &'a str,
    pub line: usize,
    /// The line's name in a base; 0 for what no line says.
    pub rule: u64,
    /// It says something about a person.
    pub personal: bool,
    pub new: &'a Value,
}

/// A field as the form has it: name, file, line, rule, personal.
#[derive(Serialize, Deserialize)]
struct FormField<T>(T, T, usize, u64, bool);

/// A value in the file, with its type.
struct Packed<'a>(&'a Value);

impl Serialize for Packed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::value::json::serialize(self.0, serializer)
    }
}

impl State {
    /// Keeps that a record was created. Callers keep it together with the link that it left.
    pub fn record_created(&self, run: i64, now: Timestamp, created: &Created) -> Result<(), StateError> {
        let fields = created.fields.iter().map(|f| FormField(f.field, f.file, f.line, f.rule, f.personal));
        let form = serde_json::to_string(&fields.collect::<Vec<_>>())?;
        let values: Vec<Packed> = created.fields.iter().map(|f| Packed(f.new)).collect();
        let personal = created.fields.iter().any(|f| f.personal);
        self.db
            .prepare_cached(
                "INSERT INTO history (run, at, entity, side, id, field, old, new, file, line, kind, key, name, source_id, personal, form, pack)
                 VALUES (?1, ?2, ?3, ?4, ?5, '', '', '', '', 0, 'create', ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                run,
                now.to_string(),
                created.entity,
                created.side.word(),
                created.id,
                created.key,
                created.name,
                created.source_id,
                personal,
                self.form(&form)?,
                serde_json::to_string(&values)?,
            ])?;
        Ok(())
    }

    /// The number of a form, which is made where it is new.
    fn form(&self, fields: &str) -> Result<i64, StateError> {
        let known = |db: &rusqlite::Connection| -> Result<Option<i64>, StateError> {
            let mut statement = db.prepare_cached("SELECT id FROM history_forms WHERE fields = ?1")?;
            Ok(statement.query_map([fields], |row| row.get(0))?.next().transpose()?)
        };
        if let Some(id) = known(&self.db)? {
            return Ok(id);
        }
        self.db.prepare_cached("INSERT INTO history_forms (fields) VALUES (?1)")?.execute([fields])?;
        Ok(self.db.last_insert_rowid())
    }
}

/// One entry for each field; without values where their term is over.
pub(super) fn unfolded(entry: Entry, form: &str, pack: Option<&str>) -> Result<Vec<Entry>, StateError> {
    let fields: Vec<FormField<String>> = serde_json::from_str(form)?;
    let values: Vec<Kept> = pack.map(serde_json::from_str).transpose()?.unwrap_or_default();
    let mut values = values.into_iter();
    let unfold = |FormField(field, file, line, rule, personal)| {
        let mut one = entry.clone();
        (one.change.field, one.change.file, one.change.line) = (field, file, line);
        (one.change.rule, one.change.personal) = (rule, personal);
        if let Some(Kept(new)) = values.next() {
            one.old = one.change.old.to_string();
            one.new = new.to_string();
            one.change.new = new;
            one.has_values = true;
        }
        one
    };
    Ok(fields.into_iter().map(unfold).collect())
}
