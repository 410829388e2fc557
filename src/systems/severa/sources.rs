//! What an invoice row was made of. A row names neither its work type or product nor its project: they are those of
//! the work hours, fees and travel expenses that point at it, where all of them agree.
//!
//! Severa answers what an invoice holds in one listing a kind, so an invoice costs at most three requests however many
//! rows it has, and nothing but the scope to read invoices.

use super::Severa;
use super::answer::{self, Extra, Parsed};
use super::related::only_guid;
use super::resources::{self, Paging};
use crate::systems::{ErrorKind, Row, Select, SystemError};
use crate::value::{Type, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A kind of things that are billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Hours,
    Fees,
    Travels,
}

/// One thing behind a row.
#[derive(Debug, Clone)]
struct Source {
    kind: Kind,
    /// The work type, product or travel expense type.
    what: Value,
    project: Value,
    user: Value,
}

const WHAT: [(Kind, &str); 3] =
    [(Kind::Hours, "workType.guid"), (Kind::Fees, "product.guid"), (Kind::Travels, "travelExpenseType.guid")];

/// Whether anything is asked that only the sources tell.
pub fn asked(select: &Select) -> bool {
    let others = ["project.guid", "user.guid", "user.businessUnit.guid"];
    WHAT.iter().map(|(_, name)| *name).chain(others).any(|name| select.slot(name).is_some())
}

/// What the adapter wants of a row: its invoice, type, category and codes.
pub fn wanted() -> Vec<Extra> {
    let text = || Type::Text(None);
    vec![
        ("invoiceGuid", Type::Guid),
        ("rowType", text()),
        ("category", text()),
        ("code", Type::Values(Box::new(text()))),
    ]
}

/// A row's kind by its type, that of a flat rate by its category.
fn kind(row_type: &Value, category: &Value) -> Option<Kind> {
    match (row_type.as_text()?, category.as_text()) {
        ("Hours", _) | ("FlatRate", Some("Hours")) => Some(Kind::Hours),
        ("ProjectFees", _) | ("FlatRate", Some("ProjectFees")) => Some(Kind::Fees),
        ("TravelExpenses", _) | ("FlatRate", Some("Travels")) => Some(Kind::Travels),
        _ => None,
    }
}

/// The one value that all have; nothing where they differ.
fn only<'a>(mut values: impl Iterator<Item = &'a Value>) -> Value {
    let Some(first) = values.next() else { return Value::Null };
    if values.all(|value| value == first) { first.clone() } else { Value::Null }
}

impl Severa {
    pub(super) async fn with_sources(&mut self, select: &Select, parsed: Vec<Parsed>) -> Result<Vec<Row>, SystemError> {
        let mut known: HashMap<String, Vec<Source>> = HashMap::new();
        let mut wanted: BTreeMap<String, BTreeSet<Kind>> = BTreeMap::new();
        for parsed in &parsed {
            if let [Value::Guid(invoice), row_type, category, ..] = parsed.extra.as_slice() {
                wanted.entry(invoice.to_string()).or_default().extend(kind(row_type, category));
            }
        }
        for (invoice, kinds) in &wanted {
            for kind in kinds {
                self.sources(invoice, *kind, &mut known).await?;
            }
        }
        let mut projects = HashMap::new();
        let mut rows = Vec::with_capacity(parsed.len());
        for Parsed { mut row, extra } in parsed {
            let found = known.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let mut what: Vec<(Kind, Value)> = WHAT
                .iter()
                .map(|(kind, _)| {
                    let mixed = found.iter().any(|source| source.kind != *kind);
                    let value = if mixed { Value::Null } else { only(found.iter().map(|source| &source.what)) };
                    (*kind, value)
                })
                .collect();
            let mut project = only(found.iter().map(|source| &source.project));
            let user = only(found.iter().map(|source| &source.user));
            let mut units = Vec::new();
            if select.slot("user.businessUnit.guid").is_some() {
                for source in found {
                    units.push(self.unit_of(&source.user).await?);
                }
            }
            // The rows of a credit note stand for what stays with the invoice that is credited, so that nothing points
            // at them; their codes and the credit note's own project still tell what they are.
            if found.is_empty()
                && let [Value::Guid(invoice), row_type, category, codes] = extra.as_slice()
            {
                if let (Some(of), Value::List(codes)) = (kind(row_type, category), codes)
                    && let [Value::Text(code)] = codes.as_slice()
                {
                    let value = self.by_code(of, code).await?;
                    what.iter_mut().filter(|(kind, _)| *kind == of).for_each(|(_, held)| *held = value.clone());
                }
                if select.slot("project.guid").is_some() {
                    project = self.only_project(&invoice.to_string(), &mut projects).await?;
                }
            }
            let mut set = |name: &str, value: Value| {
                if let Some(slot) = select.slot(name) {
                    row.values[slot] = value;
                }
            };
            for ((_, name), (_, value)) in WHAT.iter().zip(what) {
                set(name, value);
            }
            set("isRounding", Value::Bool(false));
            set("project.guid", project);
            set("user.guid", user);
            set("user.businessUnit.guid", only(units.iter()));
            rows.push(row);
        }
        Ok(rows)
    }

    /// What of one kind is on an invoice, by the row it is on.
    async fn sources(
        &mut self,
        invoice: &str,
        kind: Kind,
        known: &mut HashMap<String, Vec<Source>>,
    ) -> Result<(), SystemError> {
        let (record, list, what) = match kind {
            Kind::Hours => ("WorkHour", "workhours", "workType.guid"),
            Kind::Fees => ("ProjectFee", "projectfees", "product.guid"),
            Kind::Travels => ("ProjectTravelExpense", "projecttravelexpenses", "travelExpense.guid"),
        };
        let path = format!("/v1/invoices/{invoice}/{list}");
        let extra = ["invoiceRowGuid", what, "project.guid", "user.guid"].map(|name| (name, Type::Guid));
        let responses = match self.pages(Paging::Token, &path, &[]).await {
            // Deleted while we read: its rows are gone as well.
            Err(fault) if fault.kind == ErrorKind::Gone => return Ok(()),
            result => result?,
        };
        for response in responses {
            for parsed in answer::rows(&response, &path, &only_guid(record), &extra)? {
                if let [Value::Guid(row), what, project, user] = parsed.extra.as_slice() {
                    let source = Source { kind, what: what.clone(), project: project.clone(), user: user.clone() };
                    known.entry(row.to_string()).or_default().push(source);
                }
            }
        }
        Ok(())
    }

    /// The only record of that code; nothing where several have it, or none.
    async fn by_code(&mut self, kind: Kind, code: &str) -> Result<Value, SystemError> {
        let record = match kind {
            Kind::Hours => "WorkType",
            Kind::Fees => "Product",
            Kind::Travels => "TravelExpenseType",
        };
        if !self.codes.contains_key(record) {
            let resource = resources::of(record)?;
            let mut codes: HashMap<String, Value> = HashMap::new();
            for response in self.pages(resource.paging, resource.list, &[]).await? {
                let extra = [("code", Type::Text(None)), ("guid", Type::Guid)];
                for parsed in answer::rows(&response, resource.list, &only_guid(record), &extra)? {
                    if let [Value::Text(code), guid] = parsed.extra.as_slice() {
                        let known = codes.insert(code.clone(), guid.clone()).is_some();
                        if known {
                            codes.insert(code.clone(), Value::Null);
                        }
                    }
                }
            }
            self.codes.insert(record, codes);
        }
        Ok(self.codes.get(record).and_then(|codes| codes.get(code)).cloned().unwrap_or_default())
    }

    /// The project of an invoice that has one only.
    async fn only_project(&mut self, invoice: &str, known: &mut HashMap<String, Value>) -> Result<Value, SystemError> {
        if let Some(project) = known.get(invoice) {
            return Ok(project.clone());
        }
        let path = format!("/v1/invoices/{invoice}");
        let extra = [("projects", Type::Values(Box::new(Type::Guid)))];
        let parsed = match self.client.get(&path, &[]).await {
            Ok(response) => answer::rows(&response, &path, &only_guid("Invoice"), &extra)?,
            Err(fault) if fault.kind == ErrorKind::Gone => Vec::new(),
            Err(fault) => return Err(fault),
        };
        let project = match parsed.first().and_then(|p| p.extra.first()) {
            Some(Value::List(projects)) if projects.len() == 1 => projects.first().cloned().unwrap_or_default(),
            _ => Value::Null,
        };
        known.insert(invoice.to_owned(), project.clone());
        Ok(project)
    }
}
