//! What a name can mean where it stands.

use super::entity::Active;
use super::settings::{SettingValue, Settings};
use super::tables::Tables;
use crate::diag::Diagnostic;
use crate::diag::codes::names;
use crate::diag::suggest::suggestion;
use crate::schema::{self, Column, Record};
use crate::source::Sources;
use crate::syntax::ast::{self, ExprKind, Name};
use crate::systems::{RecordName, Select};
use crate::value::{Side, Type, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What all entities of a mapping share.
pub struct Globals<'a> {
    pub sources: &'a Sources,
    pub settings: &'a Settings,
    pub tables: &'a Tables,
    pub entities: &'a [Active],
    /// Columns of entities that links point at, found on the way.
    pub linked: RefCell<BTreeSet<(usize, String)>>,
}

/// The records of one side of an entity, or of a list, and the fields asked of them so far.
pub struct Records {
    pub side: Side,
    pub record: &'static Record,
    pub index: Option<u8>,
    pub select: Select,
}

impl Records {
    pub fn new(side: Side, record: &'static Record, index: Option<u8>) -> Self {
        let name = RecordName { name: record.name.clone(), index };
        Self { side, record, index, select: Select { record: name, scope: Vec::new(), fields: Vec::new() } }
    }

    /// The slot of a column, asked for from now on.
    pub fn slot(&mut self, column: &Column) -> usize {
        if let Some(place) = self.select.slot(&column.name) {
            return place;
        }
        let mut field = super::fields::select_field(column);
        if let Type::List(record) = &column.ty
            && let Some(record) = schema::of(self.side).record(record)
        {
            let mut inner = Records::new(self.side, record, None);
            if let Some(key) = record.key_column(None) {
                inner.slot(&key);
            }
            field.of = Some(Box::new(inner.select));
        }
        self.select.fields.push(field);
        self.select.fields.len() - 1
    }

    /// The field of a path, if the record has it; a number outside what there is becomes a diagnostic.
    pub fn find(
        &self,
        globals: &Globals,
        entity: &str,
        path: &ast::Path,
    ) -> Result<Option<Column<'static>>, Box<Diagnostic>> {
        let name = name_of(path);
        let Some(field) = self.record.field(&name) else { return Ok(self.by_column_name(&name)) };
        let index_expr = path.steps.iter().find_map(|s| s.index.as_deref());
        let index = match (index_expr, &field.index) {
            (None, None) => None,
            (Some(expr), Some(range)) => match number(globals, entity, expr) {
                Some(number) if u8::try_from(number).is_ok_and(|n| range.contains(&n)) => u8::try_from(number).ok(),
                Some(number) => {
                    let message = format!("`{name}` has no number {number}");
                    let help = format!("there are {} to {}", range.start(), range.end());
                    return Err(Box::new(
                        Diagnostic::new(names::WRONG_NUMBER, message, expr.span, format!("this is {number}"))
                            .help(help),
                    ));
                }
                None => {
                    return Err(Box::new(Diagnostic::new(
                        names::UNKNOWN_NAME,
                        format!("the number of `{name}` is not known"),
                        expr.span,
                        "neither a number nor a setting",
                    )));
                }
            },
            (None, Some(range)) => {
                let help = format!("write `{name}[n]` with n from {} to {}", range.start(), range.end());
                return Err(Box::new(
                    Diagnostic::new(names::WRONG_NUMBER, format!("`{name}` is numbered"), path.span, "which one?")
                        .help(help),
                ));
            }
            (Some(expr), None) => {
                return Err(Box::new(Diagnostic::new(
                    names::WRONG_NUMBER,
                    format!("`{name}` is not numbered"),
                    expr.span,
                    "remove this",
                )));
            }
        };
        // The schema knows the type of every number that the range allows.
        Ok(self.record.column(&name, index, self.index))
    }

    /// A numbered column by its own name: `Inf2` is `Inf[2]`.
    fn by_column_name(&self, name: &str) -> Option<Column<'static>> {
        let family = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = name.get(family.len()..)?.parse().ok()?;
        let field = self.record.field(family)?;
        let known = field.index.as_ref().is_some_and(|range| range.contains(&number));
        if known { self.record.column(family, Some(number), self.index) } else { None }
    }

    /// Says that there is no such field, with the nearest one.
    pub fn unknown(&self, path: &ast::Path) -> Diagnostic {
        let name = name_of(path);
        let message = format!("{} of {} has no field `{name}`", self.record.name, self.side.title());
        let diagnostic = Diagnostic::new(names::UNKNOWN_FIELD, message, path.span, "unknown");
        match suggestion(&name, path.span, self.record.fields.iter().map(|f| f.name.as_str())) {
            Some(near) => diagnostic.suggest(near),
            None => {
                let other = schema::of(self.side.other());
                let there = other.records.iter().any(|r| r.field(&name).is_some());
                let sides = format!(
                    "{} has a field of that name: the left side is Severa, the right side Visma Business",
                    self.side.other().title()
                );
                if there { diagnostic.help(sides) } else { diagnostic }
            }
        }
    }
}

/// A path as it is written, without its numbers.
pub fn name_of(path: &ast::Path) -> String {
    path.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(".")
}

/// A whole number that is written or set.
pub fn number(globals: &Globals, entity: &str, expr: &ast::Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Number(text) => text.parse().ok(),
        ExprKind::Path(path) => match setting(globals.settings, entity, path)? {
            SettingValue::Is(Value::Int(number)) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

/// The value of the setting that a path names.
pub fn setting(settings: &Settings, entity: &str, path: &ast::Path) -> Option<SettingValue> {
    settings.find(entity, &name_of(path)).map(|s| s.value.clone())
}

pub fn unknown_record(side: Side, record: &Name) -> Diagnostic {
    let message = format!("{} has no record `{}`", side.title(), record.value);
    let diagnostic = Diagnostic::new(names::UNKNOWN_RECORD, message, record.span, "unknown");
    let known = schema::of(side).records.iter().map(|r| r.name.as_str());
    match suggestion(&record.value, record.span, known) {
        Some(near) => diagnostic.suggest(near),
        None if schema::of(side.other()).record(&record.value).is_some() => diagnostic.help(format!(
            "it is a record of {}: the left side is Severa, the right side Visma Business",
            side.other().title()
        )),
        None => diagnostic,
    }
}

pub fn unknown_entity(globals: &Globals, name: &Name) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        names::UNKNOWN_ENTITY,
        format!("the mapping has no entity `{}`", name.value),
        name.span,
        "unknown, or switched off",
    );
    match suggestion(&name.value, name.span, globals.entities.iter().map(|e| e.name.value.as_str())) {
        Some(near) => diagnostic.suggest(near),
        None => diagnostic,
    }
}
