//! The tenant's own names, of the records that settings and tables name. People are not among them.

use crate::schema;
use crate::systems::{ErrorKind, Next, Read, RecordName, Select, SelectField, System, SystemError};
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

/// By record and field.
pub type Names = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// The records, each with the fields by which one of them can be named.
pub const NAMED: &[(&str, &[&str])] = &[
    ("BusinessUnit", &["code", "name"]),
    ("CommunicationType", &["name"]),
    ("CostAccount", &["name", "number"]),
    ("CostCenter", &["identifier", "name"]),
    ("Country", &["code2", "code3", "englishName", "name"]),
    ("Currency", &["code", "name"]),
    ("InvoiceStatus", &["name"]),
    ("PhaseStatusType", &["name"]),
    ("Product", &["code", "name"]),
    ("ProductCategory", &["code", "name"]),
    ("ProjectStatusType", &["name"]),
    ("SalesAccount", &["name", "number"]),
    ("SalesStatusType", &["name"]),
    ("TravelExpenseType", &["code", "name"]),
    ("VatRate", &["code"]),
    ("WorkType", &["code", "name"]),
];

/// Everything that can be read, and what could not be, with the reason.
pub async fn names(severa: &mut dyn System) -> Result<(Names, Vec<String>), SystemError> {
    let mut names = Names::new();
    let (mut unread, mut without_route) = (Vec::new(), Vec::new());
    for (record, fields) in NAMED {
        match of_record(severa, record, fields).await {
            Ok(found) => {
                names.insert((*record).to_owned(), found);
            }
            Err(error) if error.kind == ErrorKind::Schema => without_route.push(*record),
            // Without a scope or an add-on: the others are worth having.
            Err(error) if error.kind == ErrorKind::Rights => unread.push(format!("names of {record}: {error}")),
            Err(error) => return Err(error),
        }
    }
    if !without_route.is_empty() {
        unread.push(format!("names of {}: this version does not read them", without_route.join(", ")));
    }
    Ok((names, unread))
}

async fn of_record(
    severa: &mut dyn System,
    record: &str,
    fields: &[&str],
) -> Result<BTreeMap<String, Vec<String>>, SystemError> {
    let read = Read { select: select(record, fields), since: None, push: Vec::new(), start_date: None };
    let mut found: BTreeMap<String, BTreeSet<String>> =
        fields.iter().map(|field| ((*field).to_owned(), BTreeSet::new())).collect();
    let mut token = None;
    loop {
        let page = severa.read(&read, token.as_ref()).await?;
        for row in page.rows {
            for (field, value) in fields.iter().zip(row.values) {
                if let (Some(values), Value::Text(text)) = (found.get_mut(*field), value) {
                    values.insert(text);
                }
            }
        }
        match page.next {
            Next::More(next) => token = Some(next),
            Next::End(_) => {
                return Ok(found.into_iter().map(|(field, values)| (field, values.into_iter().collect())).collect());
            }
        }
    }
}

fn select(record: &str, fields: &[&str]) -> Select {
    let known = schema::of(Side::Severa).record(record);
    let field = |name: &&str| {
        let column = known?.column(name, None, None)?;
        Some(SelectField { name: column.name, ty: column.ty, blank_is_nothing: false, of: None })
    };
    Select {
        record: RecordName { name: record.to_owned(), index: None },
        scope: Vec::new(),
        fields: fields.iter().filter_map(field).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    #[test]
    fn every_name_is_a_text_and_no_persons() {
        for (record, fields) in NAMED {
            let known = schema::severa().record(record).expect("a record of the schema");
            for name in *fields {
                let field = known.field(name).unwrap_or_else(|| panic!("no {record}.{name}"));
                assert!(matches!(field.ty, Some(Type::Text(_))) && !field.personal, "{record}.{name}");
            }
            assert_eq!(select(record, fields).fields.len(), fields.len());
        }
    }
}
