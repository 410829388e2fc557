//! The columns that a select makes us read, and rows made of what came back.

use super::columns::{self, Column, Table};
use super::conditions;
use super::dates;
use super::link::{Cell, Cells};
use super::raw::{self, Raw};
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Condition, Row, Select, SelectField};
use crate::value::{Side, Type};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Which column of the answer holds what.
pub(super) struct Shape<'a> {
    pub select: &'a Select,
    pub table: &'a Table,
    /// Each once, the key first: a column that stands twice could not be sorted by.
    pub columns: Vec<String>,
    fields: Vec<usize>,
    scope: Vec<(usize, &'a Column, &'a Condition)>,
    changed: Option<Stamp>,
    created: Option<Stamp>,
}

#[derive(Clone, Copy)]
struct Stamp {
    day: usize,
    minute: usize,
    milliseconds: Option<usize>,
}

impl<'a> Shape<'a> {
    pub fn of(select: &'a Select, table: &'a Table) -> Result<Self, SystemError> {
        let mut shape = Shape {
            select,
            table,
            columns: vec![table.key.name.clone()],
            fields: Vec::new(),
            scope: Vec::new(),
            changed: None,
            created: None,
        };
        for field in &select.fields {
            let place = shape.add(&field.name)?;
            shape.fields.push(place);
        }
        for condition in &select.scope {
            let place = shape.add(&condition.field)?;
            shape.scope.push((place, known(table, &condition.field)?, condition));
        }
        shape.changed = shape.stamp("ChDt", "ChTm", Some("ChTmms"));
        shape.created = shape.stamp("CreDt", "CreTm", None);
        Ok(shape)
    }

    /// The place of a column in the answer.
    pub fn add(&mut self, name: &str) -> Result<usize, SystemError> {
        let column = known(self.table, name)?;
        Ok(self.columns.iter().position(|c| *c == column.name).unwrap_or_else(|| {
            self.columns.push(column.name.clone());
            self.columns.len() - 1
        }))
    }

    fn stamp(&mut self, day: &str, minute: &str, milliseconds: Option<&str>) -> Option<Stamp> {
        let (day, minute) = (self.add(day).ok()?, self.add(minute).ok()?);
        Some(Stamp { day, minute, milliseconds: milliseconds.and_then(|name| self.add(name).ok()) })
    }

    /// The row's key.
    pub fn key(&self, cells: &Cells) -> String {
        match cells.first() {
            Some(Cell::Plain(raw)) => raw.text(),
            _ => String::new(),
        }
    }

    /// A row, or `None` if it is outside the scope.
    pub fn scoped(&self, cells: &Cells, zone: &TimeZone) -> Result<Option<Row>, SystemError> {
        let inside = self.scope.iter().all(|(place, column, condition)| match cells.get(*place) {
            Some(Cell::Plain(held)) => conditions::holds(&condition.test, held, column),
            _ => false,
        });
        if inside { self.row(cells, zone).map(Some) } else { Ok(None) }
    }

    /// A row, wherever it lies.
    pub fn row(&self, cells: &Cells, zone: &TimeZone) -> Result<Row, SystemError> {
        let id = self.key(cells);
        let mut values = Vec::with_capacity(self.fields.len());
        for (place, field) in self.fields.iter().zip(&self.select.fields) {
            let cell = cells.get(*place).unwrap_or(&Cell::Plain(Raw::Nothing));
            let value = raw::value(cell, field).map_err(|why| {
                SystemError::new(
                    Side::Business,
                    ErrorKind::Answer,
                    format!("dbo.{} with {} {id}: {} {why}", self.table.name, self.table.key.name, field.name),
                )
                .help("correct that record in Visma Business")
            })?;
            values.push(value);
        }
        Ok(Row { id, changed: self.changed(cells, zone), values })
    }

    fn changed(&self, cells: &Cells, zone: &TimeZone) -> Option<Timestamp> {
        let number = |place: usize| cells.get(place).and_then(Cell::int);
        // A row that was never edited has no change date.
        let stamp = [self.changed, self.created]
            .into_iter()
            .flatten()
            .find(|stamp| number(stamp.day).is_some_and(|day| day != 0))?;
        let local = dates::moment(number(stamp.day)?, number(stamp.minute)?, stamp.milliseconds.and_then(number))?;
        dates::instant(local, zone)
    }
}

/// A column that must be there.
pub(super) fn known<'t>(table: &'t Table, name: &str) -> Result<&'t Column, SystemError> {
    table.column(name).ok_or_else(|| {
        SystemError::new(
            Side::Business,
            ErrorKind::Schema,
            format!("dbo.{}.{name}: there is no such column", table.name),
        )
        .help("compare the mapping with the company's columns, and tell the mapping's author")
    })
}

/// A field as the select, or else the schema, or else the column itself describes it.
pub(super) fn field(select: &Select, table: &Table, name: &str) -> Result<SelectField, SystemError> {
    let column = known(table, name)?;
    if let Some(field) = select.fields.iter().find(|f| f.name.eq_ignore_ascii_case(name)) {
        return Ok(field.clone());
    }
    let described = columns::schema_column(&select.record, name).map(|c| (c.ty, c.field.blank_is_nothing));
    let (ty, blank_is_nothing) = described.unwrap_or(match column.family {
        columns::Family::Text { .. } => (Type::Text(None), true),
        columns::Family::Decimal { precision, scale } => (Type::Decimal(precision, scale), false),
        columns::Family::Int { .. } | columns::Family::Other => (Type::Int, false),
    });
    Ok(SelectField { name: column.name.clone(), ty, blank_is_nothing, of: None })
}
