//! Runs, and every value that was written with the line that caused it.

mod form;

pub use form::{Created, NewField};

use super::{State, StateError, side_of};
use crate::value::{Side, Value};
use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Row, params};

/// One field of one record, as a run wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub entity: String,
    pub side: Side,
    pub id: String,
    /// The record on the other side that it came from.
    pub source_id: String,
    /// The record as people saw it: its number or code, and its name.
    pub key: String,
    pub name: String,
    /// The operation's: `create`, `update`, `write_back`, …
    pub kind: String,
    /// In a list of the record with the list before it: `addresses.city`.
    pub field: String,
    /// The list's element.
    pub element: Option<String>,
    pub old: Value,
    pub new: Value,
    pub file: String,
    pub line: usize,
    /// The line's name in a base; 0 for what no line says.
    pub rule: u64,
    /// It says something about a person.
    pub personal: bool,
    pub outcome: Written,
}

/// How sure a write is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Done,
    /// The answer was lost, so it may have taken effect or not.
    Unknown,
}

impl Written {
    pub fn word(self) -> &'static str {
        match self {
            Written::Done => "done",
            Written::Unknown => "unknown",
        }
    }
}

/// A change as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub run: i64,
    pub at: String,
    pub change: Change,
    /// Both values for people. They are kept even where the values themselves are not.
    pub old: String,
    pub new: String,
    /// The values themselves stand in `change`; files of earlier versions have none.
    pub has_values: bool,
    /// Its values have been removed because their term was over.
    pub forgotten: bool,
}

/// Which entries are asked for; what is not given leaves all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub entity: Option<String>,
    /// Entity, side and identifier; an empty list finds nothing.
    pub records: Option<Vec<(String, Side, String)>>,
    /// As in the history, or its last part: `city` finds `addresses.city`.
    pub field: Option<String>,
    pub run: Option<i64>,
    pub since: Option<Timestamp>,
    /// The newest so many.
    pub limit: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RunRecord {
    pub id: i64,
    pub begun_at: String,
    pub ended_at: Option<String>,
    pub outcome: Option<String>,
    pub summary: Option<String>,
}

/// A value in the file, with its type.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Kept(#[serde(with = "crate::value::json")] Value);

const COLUMNS: &str = "run, at, entity, side, id, field, old, new, file, line, kind, key, name, source_id, rule, element, old_value, new_value, outcome, personal, forgotten";

impl State {
    pub fn begin_run(&self, now: Timestamp) -> Result<i64, StateError> {
        self.change("INSERT INTO runs (begun_at) VALUES (?1)", [now.to_string()])?;
        Ok(self.db.last_insert_rowid())
    }

    pub fn end_run(&self, run: i64, now: Timestamp, outcome: &str, summary: &str) -> Result<(), StateError> {
        self.change(
            "UPDATE runs SET ended_at = ?2, outcome = ?3, summary = ?4 WHERE id = ?1",
            params![run, now.to_string(), outcome, summary],
        )?;
        Ok(())
    }

    /// The newest runs first.
    pub fn runs(&self, count: usize) -> Result<Vec<RunRecord>, StateError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT id, begun_at, ended_at, outcome, summary FROM runs ORDER BY id DESC LIMIT ?1")?;
        let rows = statement.query_map([count as i64], run_record)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One run.
    pub fn run(&self, id: i64) -> Result<Option<RunRecord>, StateError> {
        let mut statement =
            self.db.prepare_cached("SELECT id, begun_at, ended_at, outcome, summary FROM runs WHERE id = ?1")?;
        Ok(statement.query_map([id], run_record)?.next().transpose()?)
    }

    /// Keeps a change. Callers keep it together with the link that it left.
    pub fn record(&self, run: i64, now: Timestamp, change: &Change) -> Result<(), StateError> {
        let (old, new) = (Kept(change.old.clone()), Kept(change.new.clone()));
        self.db
            .prepare_cached(&format!(
                "INSERT INTO history ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, 0)",
            ))?
            .execute(params![
                run,
                now.to_string(),
                change.entity,
                change.side.word(),
                change.id,
                change.field,
                change.old.to_string(),
                change.new.to_string(),
                change.file,
                change.line as i64,
                change.kind,
                change.key,
                change.name,
                change.source_id,
                change.rule.cast_signed(),
                change.element,
                serde_json::to_string(&old)?,
                serde_json::to_string(&new)?,
                change.outcome.word(),
                change.personal,
            ])?;
        Ok(())
    }

    /// The entries that are asked for, in the order in which they were written.
    pub fn history(&self, wanted: &Wanted) -> Result<Vec<Entry>, StateError> {
        let mut conditions = Vec::new();
        let mut values: Vec<Sql> = Vec::new();
        let mut with = |condition: &str, value: Sql| {
            conditions.push(condition.to_owned());
            values.push(value);
        };
        if let Some(entity) = &wanted.entity {
            // The rows of a part, `Invoice.Row`, are the entity's.
            with("(entity = ? OR entity LIKE ? || '.%')", entity.clone().into());
            values.push(entity.clone().into());
        }
        let mut with = |condition: &str, value: Sql| {
            conditions.push(condition.to_owned());
            values.push(value);
        };
        if let Some(run) = wanted.run {
            with("run = ?", run.into());
        }
        if let Some(since) = wanted.since {
            with("at >= ?", since.to_string().into());
        }
        if let Some(field) = &wanted.field {
            with("(form IS NOT NULL OR field = ? OR field LIKE '%.' || ?)", field.clone().into());
            values.push(field.clone().into());
        }
        if let Some(records) = &wanted.records {
            let one = "((entity = ? OR entity LIKE ? || '.%') AND side = ? AND (id = ? OR id LIKE ? || '/%'))";
            let any: Vec<&str> = records.iter().map(|_| one).collect();
            conditions.push(if any.is_empty() { "0".to_owned() } else { format!("({})", any.join(" OR ")) });
            for (entity, side, id) in records {
                let texts = [entity, entity, side.word(), id, id].map(|text| Sql::from(text.to_owned()));
                values.extend(texts);
            }
        }
        let filter = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
        // A row may be of several fields, of which some are wanted: what is too much is cut off below.
        let limit = wanted.limit.filter(|_| wanted.field.is_none());
        let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let sql = format!(
            "SELECT * FROM (SELECT rowid AS place, {COLUMNS}, pack, (SELECT fields FROM history_forms f WHERE f.id = form) AS fields
             FROM history WHERE {filter} ORDER BY rowid DESC LIMIT {limit}) ORDER BY place"
        );
        let mut statement = self.db.prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let kept = entry(read(row)?)?;
            match row.get::<_, Option<String>>("fields")? {
                Some(form) => {
                    let pack: Option<String> = row.get("pack")?;
                    let all = form::unfolded(kept, &form, pack.as_deref())?;
                    entries.extend(all.into_iter().filter(|e| is_wanted(wanted, &e.change.field)));
                }
                None => entries.push(kept),
            }
        }
        if let Some(limit) = wanted.limit {
            entries.drain(..entries.len().saturating_sub(limit));
        }
        Ok(entries)
    }

    /// Removes the values and names of entries from before `until`, which may be personal data. That
    /// something was written, and by which line, stays. Answers how many entries it were.
    pub fn forget(&self, until: Timestamp) -> Result<usize, StateError> {
        // What is overwritten is not to be found in the file's free space afterwards either.
        self.db.pragma_update(None, "secure_delete", "ON")?;
        let forgotten = self.change(
            "UPDATE history SET old = '', new = '', old_value = NULL, new_value = NULL, pack = NULL, key = '', name = '', forgotten = 1
             WHERE at < ?1 AND forgotten = 0",
            [until.to_string()],
        )?;
        Ok(forgotten)
    }
}

fn is_wanted(wanted: &Wanted, field: &str) -> bool {
    let last = |of: &str| field.strip_suffix(of).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    wanted.field.as_deref().is_none_or(last)
}

fn run_record(row: &Row) -> rusqlite::Result<RunRecord> {
    Ok(RunRecord {
        id: row.get(0)?,
        begun_at: row.get(1)?,
        ended_at: row.get(2)?,
        outcome: row.get(3)?,
        summary: row.get(4)?,
    })
}

/// An entry whose values have not been read yet.
type Raw = (Entry, Option<String>, Option<String>);

fn read(row: &Row) -> rusqlite::Result<Raw> {
    let (side, outcome): (String, String) = (row.get("side")?, row.get("outcome")?);
    let rule: i64 = row.get("rule")?;
    let change = Change {
        entity: row.get("entity")?,
        side: side_of(&side),
        id: row.get("id")?,
        source_id: row.get("source_id")?,
        key: row.get("key")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        field: row.get("field")?,
        element: row.get("element")?,
        old: Value::Null,
        new: Value::Null,
        file: row.get("file")?,
        line: usize::try_from(row.get::<_, i64>("line")?).unwrap_or(0),
        rule: rule.cast_unsigned(),
        personal: row.get("personal")?,
        outcome: if outcome == Written::Unknown.word() { Written::Unknown } else { Written::Done },
    };
    let entry = Entry {
        run: row.get("run")?,
        at: row.get("at")?,
        change,
        old: row.get("old")?,
        new: row.get("new")?,
        has_values: false,
        forgotten: row.get("forgotten")?,
    };
    Ok((entry, row.get("old_value")?, row.get("new_value")?))
}

fn entry((mut entry, old, new): Raw) -> Result<Entry, StateError> {
    if let (Some(old), Some(new)) = (old, new) {
        entry.change.old = serde_json::from_str::<Kept>(&old)?.0;
        entry.change.new = serde_json::from_str::<Kept>(&new)?.0;
        entry.has_values = true;
    }
    Ok(entry)
}
