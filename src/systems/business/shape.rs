//! The columns that a select makes us read, and rows made of what came back.

use super::columns::{self, Column, Table};
use super::conditions;
use super::dates;
use super::derived::{self, Derived};
use super::key;
use super::link::{Cell, Cells};
use super::raw::{self, Raw};
use super::related::{Asker, Related};
use super::write::Broken;
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::{Condition, Row, Select, SelectField};
use crate::value::{Side, Type, Value};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// Which column of the answer holds what.
pub(super) struct Shape<'a> {
    pub select: &'a Select,
    pub table: &'a Table,
    /// Each once, the key's first: a column that stands twice could not be sorted by.
    pub columns: Vec<String>,
    /// The derived fields that are selected or filtered by.
    pub derived: Vec<Derived>,
    fields: Vec<Place>,
    scope: Vec<(Place, &'a Condition)>,
    changed: Option<Stamp>,
    created: Option<Stamp>,
}

/// Where a field's value comes from.
#[derive(Clone, Copy)]
enum Place {
    Column(usize),
    /// Its place in [`Shape::derived`].
    Derived(usize),
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
            columns: table.keys.iter().map(|key| key.name.clone()).collect(),
            derived: Vec::new(),
            fields: Vec::new(),
            scope: Vec::new(),
            changed: None,
            created: None,
        };
        for field in &select.fields {
            let place = shape.place(&field.name)?;
            shape.fields.push(place);
        }
        for condition in &select.scope {
            let place = shape.place(&condition.field)?;
            shape.scope.push((place, condition));
        }
        shape.changed = shape.stamp("ChDt", "ChTm", Some("ChTmms"));
        shape.created = shape.stamp("CreDt", "CreTm", None);
        Ok(shape)
    }

    fn place(&mut self, name: &str) -> Result<Place, SystemError> {
        let Some(derived) = Derived::of(&self.select.record, name) else {
            return self.add(name).map(Place::Column);
        };
        for column in derived.columns() {
            self.add(column)?;
        }
        let known = self.derived.iter().position(|d| *d == derived);
        Ok(Place::Derived(known.unwrap_or_else(|| {
            self.derived.push(derived);
            self.derived.len() - 1
        })))
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

    fn raw<'c>(&self, cells: &'c Cells, name: &str) -> Option<&'c Raw> {
        match cells.get(self.columns.iter().position(|c| c.eq_ignore_ascii_case(name))?)? {
            Cell::Plain(raw) => Some(raw),
            _ => None,
        }
    }

    /// A column's whole number, 0 where there is none.
    pub fn int(&self, cells: &Cells, name: &str) -> i64 {
        match self.raw(cells, name) {
            Some(Raw::Int(number)) => *number,
            _ => 0,
        }
    }

    /// A column's number, 0 where there is none.
    pub fn decimal(&self, cells: &Cells, name: &str) -> Decimal {
        match self.raw(cells, name) {
            Some(Raw::Decimal(number)) => *number,
            Some(Raw::Int(number)) => Decimal::from(*number),
            _ => Decimal::ZERO,
        }
    }

    /// A column's text, blank where there is none.
    pub fn text(&self, cells: &Cells, name: &str) -> String {
        self.raw(cells, name).map(Raw::text).unwrap_or_default()
    }

    /// The parts of the row's key.
    pub fn key(&self, cells: &Cells) -> Vec<Raw> {
        let part = |cell: &Cell| match cell {
            Cell::Plain(raw) => raw.clone(),
            _ => Raw::Nothing,
        };
        cells.iter().take(self.table.keys.len()).map(part).collect()
    }

    /// Whether the row's own columns lie within the scope.
    pub fn inside(&self, cells: &Cells) -> bool {
        self.scope.iter().all(|(place, condition)| match place {
            Place::Derived(_) => true,
            Place::Column(place) => match (cells.get(*place), self.table.column(&condition.field)) {
                (Some(Cell::Plain(held)), Some(column)) => conditions::holds(&condition.test, held, column),
                _ => false,
            },
        })
    }

    /// The rows within the scope, with their derived fields.
    pub async fn rows(
        &self,
        asker: &mut Asker<'_>,
        related: &Related,
        answer: &[Cells],
        zone: &TimeZone,
    ) -> Result<Vec<Row>, Broken> {
        let inside: Vec<Cells> = answer.iter().filter(|cells| self.inside(cells)).cloned().collect();
        let derived = derived::values(asker, related, self, &inside).await?;
        let mut rows = Vec::with_capacity(inside.len());
        for (cells, derived) in inside.iter().zip(&derived) {
            let passes = self.scope.iter().all(|(place, condition)| match place {
                Place::Column(_) => true,
                Place::Derived(place) => derived.get(*place).is_some_and(|v| conditions::passes(&condition.test, v)),
            });
            if passes {
                rows.push(self.row(cells, derived, zone)?);
            }
        }
        Ok(rows)
    }

    /// Rows, wherever they lie.
    pub async fn any_rows(
        &self,
        asker: &mut Asker<'_>,
        related: &Related,
        answer: &[Cells],
        zone: &TimeZone,
    ) -> Result<Vec<Row>, Broken> {
        let derived = derived::values(asker, related, self, answer).await?;
        let rows = answer.iter().zip(&derived).map(|(cells, derived)| self.row(cells, derived, zone));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A row, wherever it lies.
    pub async fn any_row(
        &self,
        asker: &mut Asker<'_>,
        related: &Related,
        cells: &Cells,
        zone: &TimeZone,
    ) -> Result<Row, Broken> {
        let derived = derived::values(asker, related, self, std::slice::from_ref(cells)).await?;
        Ok(self.row(cells, derived.first().map(Vec::as_slice).unwrap_or_default(), zone)?)
    }

    fn row(&self, cells: &Cells, derived: &[Value], zone: &TimeZone) -> Result<Row, SystemError> {
        let id = key::text(&self.key(cells));
        let mut values = Vec::with_capacity(self.fields.len());
        for (place, field) in self.fields.iter().zip(&self.select.fields) {
            let place = match place {
                Place::Column(place) => *place,
                Place::Derived(place) => {
                    values.push(derived.get(*place).cloned().unwrap_or_default());
                    continue;
                }
            };
            let cell = cells.get(place).unwrap_or(&Cell::Plain(Raw::Nothing));
            let value = raw::value(cell, field).map_err(|why| {
                SystemError::new(
                    Side::Business,
                    ErrorKind::Answer,
                    format!("dbo.{} with {} {id}: {} {why}", self.table.name, key::names(self.table), field.name),
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
