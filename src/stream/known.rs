//! What is known of the two systems without asking them: links, rows of tables, records that settings name.

use crate::program::{Linked, Links, Lookups, Program};
use crate::systems::scalar::scalar;
use crate::value::{Guid, Side, Value};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

/// Read from JSON lines of three kinds:
/// `{"link": "Employee", "severa": GUID, "business": {"EmpNo": 7}}`,
/// `{"table": "country", "left": "NO", "right": 47}`,
/// `{"setting": "Project.won_status", "is": GUID}`.
#[derive(Debug, Default)]
pub struct Known {
    pub lookups: Lookups,
    links: Vec<Option<Table>>,
}

/// The linked records of one entity.
#[derive(Debug, Default)]
struct Table {
    by_guid: HashMap<Guid, BTreeMap<String, Value>>,
    /// By column and value.
    by_column: HashMap<(String, String), Guid>,
}

/// A line of such a file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownError {
    pub line: usize,
    pub what: String,
}

/// A line as it is written, of whichever kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    link: Option<String>,
    severa: Option<String>,
    #[serde(borrow)]
    business: Option<BTreeMap<String, &'a RawValue>>,
    table: Option<String>,
    #[serde(borrow)]
    left: Option<&'a RawValue>,
    #[serde(borrow)]
    right: Option<&'a RawValue>,
    setting: Option<String>,
    #[serde(borrow)]
    is: Option<&'a RawValue>,
}

enum Entry<'a> {
    Link { link: String, severa: String, business: BTreeMap<String, &'a RawValue> },
    Row { table: String, left: &'a RawValue, right: &'a RawValue },
    Named { setting: String, is: &'a RawValue },
}

impl Known {
    /// Nothing: every link is shown as what it is.
    pub fn nothing(program: &Program) -> Self {
        let nothing = program.kept.iter().map(|_| Vec::new()).collect();
        Self { lookups: Lookups::partly(program, nothing, Vec::new()), links: Vec::new() }
    }

    pub fn read(program: &Program, text: &str) -> Result<Self, KnownError> {
        let mut kept: Vec<Vec<Vec<Value>>> = program.kept.iter().map(|_| Vec::new()).collect();
        let mut named = vec![Value::Null; program.named.len()];
        let mut links: Vec<Option<Table>> = program.entities.iter().map(|_| None).collect();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let error = |what: String| KnownError { line: number + 1, what };
            let entry: Entry = read(line).map_err(error)?;
            match entry {
                Entry::Link { link, severa, business } => {
                    let place = program.position(&link);
                    let place = place.ok_or_else(|| error(format!("the mapping has no entity `{link}`")))?;
                    let guid: Guid = severa.parse().map_err(|()| error(format!("\"{severa}\" is no GUID")))?;
                    let columns = business.into_iter().map(|(name, raw)| Some((name, plain(raw)?)));
                    let columns: Option<BTreeMap<String, Value>> = columns.collect();
                    let columns = columns.ok_or_else(|| error("a column is neither number nor text".to_owned()))?;
                    if let Some(links) = links.get_mut(place) {
                        links.get_or_insert_default().add(guid, columns);
                    }
                }
                Entry::Row { table, left, right } => {
                    let place = program.kept.iter().position(|t| t.name == table);
                    let missing = || error(format!("the mapping has no table `{table}` that a system keeps"));
                    let (place, fields) =
                        place.and_then(|p| Some((p, &program.kept.get(p)?.select.fields))).ok_or_else(missing)?;
                    let mut row = Vec::new();
                    for (raw, field) in [left, right].iter().zip(fields) {
                        let wrong = |expected| error(format!("{} is not {expected}", raw.get()));
                        row.push(scalar(raw.get(), &field.ty).map_err(wrong)?);
                    }
                    if let Some(rows) = kept.get_mut(place) {
                        rows.push(row);
                    }
                }
                Entry::Named { setting, is } => {
                    let found = program.named.iter().zip(&mut named).find(|(n, _)| n.setting == setting);
                    let missing = || error(format!("the mapping has no setting `{setting}` that names a record"));
                    let (known, value) = found.ok_or_else(missing)?;
                    let wrong = |expected| error(format!("{} is not {expected}", is.get()));
                    if let Some(field) = known.select.fields.first() {
                        *value = scalar(is.get(), &field.ty).map_err(wrong)?;
                    }
                }
            }
        }
        Ok(Self { lookups: Lookups::partly(program, kept, named), links })
    }
}

const KINDS: &str = "{\"link\", \"severa\", \"business\"}, {\"table\", \"left\", \"right\"} or {\"setting\", \"is\"}";

fn read(line: &str) -> Result<Entry<'_>, String> {
    let read: Line = serde_json::from_str(line).map_err(|error| {
        let said = error.to_string();
        let what = said.split_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        match error.classify() {
            serde_json::error::Category::Data => format!("it is none of {KINDS}: {what}"),
            _ => format!("not JSON: {what}, column {}", error.column()),
        }
    })?;
    match read {
        Line {
            link: Some(link),
            severa: Some(severa),
            business: Some(business),
            table: None,
            left: None,
            right: None,
            setting: None,
            is: None,
        } => Ok(Entry::Link { link, severa, business }),
        Line {
            table: Some(table),
            left: Some(left),
            right: Some(right),
            link: None,
            severa: None,
            business: None,
            setting: None,
            is: None,
        } => Ok(Entry::Row { table, left, right }),
        Line {
            setting: Some(setting),
            is: Some(is),
            link: None,
            severa: None,
            business: None,
            table: None,
            left: None,
            right: None,
        } => Ok(Entry::Named { setting, is }),
        _ => Err(format!("it is none of {KINDS}")),
    }
}

fn plain(raw: &RawValue) -> Option<Value> {
    let text = serde_json::from_str::<String>(raw.get()).map(Value::Text).ok();
    text.or_else(|| raw.get().parse().map(Value::Int).ok())
}

impl Table {
    fn add(&mut self, guid: Guid, columns: BTreeMap<String, Value>) {
        for (name, value) in &columns {
            self.by_column.insert((name.clone(), words(value)), guid);
        }
        self.by_guid.insert(guid, columns);
    }
}

fn words(value: &Value) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

/// Links of entities that nothing is known of are pending: they are shown, not blank.
impl Links for Known {
    fn find(&self, entity: usize, from: Side, column: &str, value: &Value) -> Linked {
        let Some(Some(table)) = self.links.get(entity) else {
            return Linked::Pending;
        };
        let found = match from {
            Side::Severa => value.as_guid().and_then(|guid| table.by_guid.get(&guid)?.get(column).cloned()),
            Side::Business => table.by_column.get(&(column.to_owned(), words(value))).map(|guid| Value::Guid(*guid)),
        };
        found.map_or(Linked::Missing, Linked::Found)
    }
}
