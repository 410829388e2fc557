//! A record to create with its children: what is known before anything is sent.

use super::Business;
use super::columns::{Column, Table};
use super::raw::{self, Raw};
use super::related::{self, Related};
use super::shape;
use super::write;
use crate::systems::error::SystemError;
use crate::systems::{Comparison, Create, Test};
use crate::value::Value;
use std::sync::Arc;

/// A record to create, its table and its children.
pub(super) struct Member<'c> {
    pub create: &'c Create,
    pub table: Arc<Table>,
    pub related: Related,
    /// The columns that are known by their values: those given, the identity, what the scope says of every row.
    pub given: Vec<(String, Value)>,
    /// Column, and column of the record above.
    pub joins: Vec<(String, String)>,
    pub children: Vec<Member<'c>>,
}

/// What an order's line repeats of its head where the mapping does not say otherwise, as a live
/// integration writes it (SmartDay's DBaccess.cs, `INSERT INTO OrdLn`). Whatever else a line has Visma
/// Business works out when somebody opens the order.
const LINE_COPIES: &[&str] = &["CustNo", "InvoCust", "Cur"];

/// Checks all that can be told to be wrong before anything is sent.
pub(super) async fn member<'c>(business: &mut Business, create: &'c Create) -> Result<Member<'c>, SystemError> {
    prepare(business, create, None).await
}

async fn prepare<'c>(
    business: &mut Business,
    create: &'c Create,
    above: Option<(&[(String, Value)], &'c Create)>,
) -> Result<Member<'c>, SystemError> {
    let table = business.table(&create.select.record).await?;
    let related = related::related(business, &create.select).await?;
    let what = failure(&table);
    write::no_parts(&what, &create.parts)?;
    let identity = create.identity.iter().cloned();
    let asked: Vec<(String, Value)> = identity.chain(create.values.iter().cloned()).collect();
    let mut given = write::physical(&create.select.record, &what, &asked, 0)?;
    let mut joins = create.joins.clone();
    let settled = |given: &[(String, Value)], joins: &[(String, String)], name: &str| {
        given
            .iter()
            .map(|(n, _)| n)
            .chain(joins.iter().map(|(n, _)| n))
            .chain(&create.numbers)
            .any(|n| n.eq_ignore_ascii_case(name))
    };
    for condition in &create.select.scope {
        if let Test::Compare(Comparison::Eq, value) = &condition.test
            && !value.is_null()
            && table.column(&condition.field).is_some()
            && !settled(&given, &joins, &condition.field)
        {
            given.push((condition.field.clone(), value.clone()));
        }
    }
    if let Some((above_given, above)) = above
        && (above.select.record.name.as_str(), table.name.as_str()) == ("Ord", "OrdLn")
    {
        for name in LINE_COPIES {
            let known = above_given.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
            if known && table.column(name).is_some() && !settled(&given, &joins, name) {
                joins.push(((*name).to_owned(), (*name).to_owned()));
            }
        }
    }
    write::columns_of(&table, &what, &given)?;
    for name in create.numbers.iter().chain(joins.iter().map(|(own, _)| own)) {
        shape::known(&table, name)?;
    }
    for (own, other) in &joins {
        let has = above.is_some_and(|(given, above)| {
            let names = given.iter().map(|(n, _)| n).chain(&above.numbers).chain(above.joins.iter().map(|(n, _)| n));
            names.into_iter().any(|n| n.eq_ignore_ascii_case(other))
        });
        if !has {
            let why = format!("{own} is to be the {other} of the record above, which is not given one");
            return Err(write::refused(what, why, "let the mapping give it there, or have it numbered"));
        }
    }
    let mut children = Vec::with_capacity(create.children.len());
    for child in &create.children {
        children.push(Box::pin(prepare(business, child, Some((&given, create)))).await?);
    }
    Ok(Member { create, table, related, given, joins, children })
}

impl Member<'_> {
    /// The names of all tables that rows come to, each once, in one order for everybody.
    pub fn tables(&self) -> Vec<&Table> {
        let mut tables: Vec<&Table> = vec![&self.table];
        for child in &self.children {
            tables.extend(child.tables());
        }
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        tables.dedup_by(|a, b| a.name == b.name);
        tables
    }

    pub fn takes_numbers(&self) -> bool {
        !self.create.numbers.is_empty() || self.children.iter().any(Member::takes_numbers)
    }

    /// The columns whose values are known now; `above`: the row that this one belongs to.
    pub fn columns(&self, above: &[(&Column, Raw)]) -> Result<Vec<(&Column, Raw)>, SystemError> {
        let what = failure(&self.table);
        let mut values: Vec<(&Column, Raw)> = Vec::new();
        for (own, other) in &self.joins {
            let column = shape::known(&self.table, own)?;
            let held = above.iter().find(|(c, _)| c.name.eq_ignore_ascii_case(other)).map(|(_, raw)| raw);
            let value = match held {
                Some(Raw::Int(number)) => Value::Int(*number),
                Some(Raw::Decimal(number)) => Value::Decimal(*number),
                Some(Raw::Text(text)) => Value::text(text.clone()),
                Some(Raw::Nothing) | None => Value::Null,
            };
            let raw = raw::writable(&value, column)
                .map_err(|why| write::refused(what.clone(), why, "join columns of one type"))?;
            values.push((column, raw));
        }
        for (column, raw) in write::columns_of(&self.table, &what, &self.given)? {
            if !values.iter().any(|(other, _)| *other == column) {
                values.push((column, raw));
            }
        }
        Ok(values)
    }
}

pub(super) fn failure(table: &Table) -> String {
    format!("could not create a record in dbo.{}", table.name)
}
