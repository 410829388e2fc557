//! What a name can mean where it stands.

use super::entity::{Active, Inactive, Why};
use super::memo::{Asked, Trace};
use super::settings::{SettingValue, Settings};
use super::tables::Tables;
use crate::diag::Diagnostic;
use crate::diag::codes::names;
use crate::diag::suggest::suggestion;
use crate::schema::{Column, Record, Schemas};
use crate::source::Sources;
use crate::syntax::ast::{self, ExprKind, Name};
use crate::systems::{RecordName, Select};
use crate::value::{Side, Type, Value};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What all entities of a mapping share.
pub struct Globals<'a> {
    pub sources: &'a Sources,
    pub schemas: &'a Schemas,
    pub settings: &'a Settings,
    pub tables: &'a Tables<'a>,
    pub entities: &'a [Active<'a>],
    pub inactive: &'a [Inactive],
    /// Columns of entities that links point at, found on the way.
    pub linked: RefCell<Linked>,
    pub trace: Trace,
}

/// Columns by the place of their entity.
pub type Linked = BTreeSet<(usize, String)>;

impl<'a> Globals<'a> {
    /// The entity of a name, and its place.
    pub fn entity(&self, name: &str) -> Option<(usize, &'a Active<'a>)> {
        let answer = self.entities.iter().enumerate().find(|(_, entity)| entity.name.value == name);
        self.trace.note(|| Asked::entity(name, answer));
        answer
    }
}

/// The records of one side of an entity, or of a list, and the fields asked of them so far.
pub struct Records<'a> {
    pub schemas: &'a Schemas,
    pub side: Side,
    pub record: &'a Record,
    pub index: Option<u8>,
    pub select: Select,
    /// The record above, while a part with rows of its own is compiled.
    pub owner: Option<Box<Records<'a>>>,
}

/// Where a path leads: into the record itself, or into the one above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Own(usize),
    Owner(usize),
}

impl<'a> Records<'a> {
    pub fn new(schemas: &'a Schemas, side: Side, record: &'a Record, index: Option<u8>) -> Self {
        let name = RecordName { name: record.name.clone(), index };
        let select = Select { record: name, scope: Vec::new(), fields: Vec::new() };
        Self { schemas, side, record, index, select, owner: None }
    }

    /// The column that a path names, asked for from now on; `owner.X` is a column of the record above.
    pub fn locate(
        &mut self,
        globals: &Globals,
        entity: &str,
        path: &ast::Path,
    ) -> Result<Option<(Spot, Column<'a>)>, Box<Diagnostic>> {
        if let Some(column) = self.find(globals, entity, path)? {
            return Ok(Some((Spot::Own(self.slot(&column)), column)));
        }
        match (&mut self.owner, path.steps.split_first()) {
            (Some(owner), Some((first, rest))) if first.name == "owner" && !rest.is_empty() => {
                let above = ast::Path { steps: rest.to_vec(), span: path.span };
                let Some(column) = owner.find(globals, entity, &above)? else {
                    return Err(Box::new(owner.unknown(&above)));
                };
                Ok(Some((Spot::Owner(owner.slot(&column)), column)))
            }
            _ => Ok(None),
        }
    }

    /// The slot of a column, asked for from now on.
    pub fn slot(&mut self, column: &Column) -> usize {
        if let Some(place) = self.select.slot(&column.name) {
            return place;
        }
        let mut field = super::fields::select_field(column);
        if let Type::List(record) = &column.ty
            && let Some(record) = self.schemas.of(self.side).record(record)
        {
            let mut inner = Records::new(self.schemas, self.side, record, None);
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
    ) -> Result<Option<Column<'a>>, Box<Diagnostic>> {
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
    fn by_column_name(&self, name: &str) -> Option<Column<'a>> {
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
                let other = self.schemas.of(self.side.other());
                let there = other.records.iter().any(|r| r.field(&name).is_some());
                let sides = format!(
                    "{} has a field of that name: the left side is Severa, the right side Visma Business",
                    self.side.other().title()
                );
                let lists = format!("`samband schema {}.{}` lists its fields", self.side.word(), self.record.name);
                diagnostic.help(if there { sides } else { lists })
            }
        }
    }
}

/// A path as it is written, without its numbers.
pub fn name_of(path: &ast::Path) -> Cow<'_, str> {
    match path.steps.as_slice() {
        [one] => Cow::Borrowed(&one.name),
        steps => Cow::Owned(steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(".")),
    }
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

pub fn unknown_record(schemas: &Schemas, side: Side, record: &Name) -> Diagnostic {
    let message = format!("{} has no record `{}`", side.title(), record.value);
    let diagnostic = Diagnostic::new(names::UNKNOWN_RECORD, message, record.span, "unknown");
    let known = schemas.of(side).records.iter().map(|r| r.name.as_str());
    match suggestion(&record.value, record.span, known) {
        Some(near) => diagnostic.suggest(near),
        None if schemas.of(side.other()).record(&record.value).is_some() => diagnostic.help(format!(
            "it is a record of {}: the left side is Severa, the right side Visma Business",
            side.other().title()
        )),
        None => diagnostic.help(format!("`samband schema {}` lists the records there are", side.word())),
    }
}

/// Says why a link leads to no entity; nothing where that is told already.
pub fn unknown_entity(globals: &Globals, name: &Name) -> Option<Diagnostic> {
    if let Some(inactive) = globals.inactive.iter().find(|entity| entity.name == name.value) {
        let (span, label) = match inactive.why {
            Why::Off(span) => (span, "switched off here"),
            Why::Setting(span) => (span, "not so under the settings"),
            Why::Faulty => return None,
        };
        let message = format!("`{}` takes no part, so nothing can link to it", name.value);
        return Some(
            Diagnostic::new(names::LINK_OFF, message, name.span, "links to it")
                .also(span, label)
                .help("drop this line, or put it into `only if …` with the same condition"),
        );
    }
    let diagnostic = Diagnostic::new(
        names::UNKNOWN_ENTITY,
        format!("the mapping has no entity `{}`", name.value),
        name.span,
        "unknown",
    );
    let known = globals.entities.iter().map(|e| e.name.value.as_str());
    let list = || known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Some(match suggestion(&name.value, name.span, known.clone()) {
        Some(suggestion) => diagnostic.suggest(suggestion),
        None => diagnostic.help(format!("the entities are {}", list())),
    })
}
