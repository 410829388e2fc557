//! Tables: those given in the mapping, and those that a system keeps.

use super::layers::Merged;
use super::memo::{Asked, Trace};
use super::settings::{self, Settings};
use super::{fields, maps, scope};
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, names};
use crate::program::KeptTable;
use crate::schema::Schemas;
use crate::syntax::ast::{self, Arrow, Statement, TableKind};
use crate::systems::{RecordName, Select};
use crate::value::Type;
use std::borrow::Cow;
use std::collections::HashMap;

/// All tables of a mapping; those of an entity carry its name.
#[derive(Debug, Default)]
pub struct Tables<'a> {
    pub all: Vec<Table<'a>>,
    pub kept: Vec<KeptTable>,
    pub trace: Trace,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table<'a> {
    pub name: String,
    pub kind: Kind<'a>,
    pub left: Type,
    pub right: Type,
    pub arrow: Arrow,
    /// Goes from its left to its right whichever side a line leads to: the arrow of a given table says one way.
    pub function: bool,
    /// Texts that stand for records of a system, by their places among the names to look up.
    pub named: HashMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind<'a> {
    Given(Cow<'a, [ast::MapRow]>),
    /// Its place in [`Tables::kept`].
    Kept(usize),
}

impl<'a> Tables<'a> {
    /// A table as an entity sees it: its own before the mapping's.
    pub fn find(&self, entity: &str, name: &str) -> Option<&Table<'a>> {
        let answer = self.look(entity, name);
        self.trace.note(|| Asked::Table {
            entity: entity.to_owned(),
            name: name.to_owned(),
            answer: answer.map(Table::to_owned),
        });
        answer
    }

    /// The same, and nobody notes that it was asked.
    pub fn look(&self, entity: &str, name: &str) -> Option<&Table<'a>> {
        let own = |t: &&Table| t.name.strip_prefix(entity).and_then(|rest| rest.strip_prefix('.')) == Some(name);
        self.all.iter().find(own).or_else(|| self.all.iter().find(|t| t.name == name))
    }
}

impl Table<'_> {
    fn to_owned(&self) -> Table<'static> {
        let kind = match &self.kind {
            Kind::Given(rows) => Kind::Given(Cow::Owned(rows.to_vec())),
            Kind::Kept(place) => Kind::Kept(*place),
        };
        let (name, named) = (self.name.clone(), self.named.clone());
        let (left, right) = (self.left.clone(), self.right.clone());
        Table { name, kind, left, right, arrow: self.arrow, function: self.function, named }
    }
}

pub fn collect<'a>(
    schemas: &Schemas,
    merged: &'a Merged,
    settings: &mut Settings,
    diagnostics: &mut Vec<Diagnostic>,
) -> Tables<'a> {
    let mut tables = Tables::default();
    for table in &merged.tables {
        add(schemas, &mut tables, table.name.value.clone(), table, settings, diagnostics);
    }
    for entity in merged.entities.iter().filter(|e| merged.switched_off(&e.name.value).is_none()) {
        for statement in &entity.body {
            if let Statement::Table(table) = statement {
                add(
                    schemas,
                    &mut tables,
                    format!("{}.{}", entity.name.value, table.name.value),
                    table,
                    settings,
                    diagnostics,
                );
            }
        }
    }
    tables
}

fn add<'a>(
    schemas: &Schemas,
    tables: &mut Tables<'a>,
    name: String,
    table: &'a ast::Table,
    settings: &mut Settings,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match &table.kind {
        TableKind::Given { left, arrow, right, rows } => {
            let mut named = HashMap::new();
            let kinds = [left, right].map(|ty| settings::table_type(schemas, ty, diagnostics));
            let [Some(left_type), Some(right_type)] = kinds else { return };
            for (ty, on_left) in [(left, true), (right, false)] {
                if let ast::SettingType::Of { side, record, by: Some(by) } = ty {
                    if on_left || arrow.value == Arrow::Both {
                        let message = "names of the tenant can come out of a table, and not be looked up in it";
                        diagnostics.push(
                            Diagnostic::new(lines::TABLE_NAMED_KEY, message, record.span, "looked up by these")
                                .help("let the table's arrow point to them: `int -> severa Product by code`"),
                        );
                        continue;
                    }
                    let texts = rows.iter().filter_map(|row| text_of(if on_left { &row.left } else { &row.right }));
                    for text in texts {
                        let place = settings.look_up(schemas, &name, *side, &record.value, &by.value, text.clone());
                        named.extend(place.map(|place| (text, place)));
                    }
                }
            }
            for row in rows {
                for (key, ty, declared) in [(&row.left, &left_type, left), (&row.right, &right_type, right)] {
                    typed(key, ty, declared, diagnostics);
                }
            }
            let function = arrow.value == Arrow::ToBusiness;
            maps::check_rows(settings, rows, function, diagnostics);
            let kind = Kind::Given(Cow::Borrowed(rows));
            tables.all.push(Table {
                name,
                kind,
                left: left_type,
                right: right_type,
                arrow: arrow.value,
                function,
                named,
            });
        }
        TableKind::Kept { side, record, left, arrow, right } => {
            let Some(known) = schemas.of(*side).record(&record.value) else {
                diagnostics.push(scope::unknown_record(schemas, *side, record));
                return;
            };
            let mut column = |path: &ast::Path| {
                let name = path.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(".");
                let column = known.column(&name, None, None);
                if column.is_none() {
                    let message = format!("`{}` has no field `{name}`", record.value);
                    diagnostics.push(Diagnostic::new(names::UNKNOWN_FIELD, message, path.span, "unknown"));
                }
                column
            };
            let (left, right) = (column(left), column(right));
            let (Some(left), Some(right)) = (left, right) else { return };
            let (left_type, right_type) = (left.ty.clone(), right.ty.clone());
            let select = Select {
                record: RecordName { name: record.value.clone(), index: None },
                scope: Vec::new(),
                fields: vec![fields::select_field(&left), fields::select_field(&right)],
            };
            tables.kept.push(KeptTable { name: name.clone(), side: *side, select, needed: true });
            let kind = Kind::Kept(tables.kept.len() - 1);
            let (function, named) = (false, HashMap::new());
            tables.all.push(Table {
                name,
                kind,
                left: left_type,
                right: right_type,
                arrow: arrow.value,
                function,
                named,
            });
        }
    }
}

/// A value of a given table against the type that the table declares.
fn typed(key: &ast::MapKey, ty: &Type, declared: &ast::SettingType, diagnostics: &mut Vec<Diagnostic>) {
    let ast::MapKey::Value(expr) = key else { return };
    if matches!(declared, ast::SettingType::Of { .. }) || settings::is_of(expr, ty) != Some(false) {
        return;
    }
    let message = format!("the table holds {ty} here");
    diagnostics.push(
        Diagnostic::new(lines::TABLE_TYPE, message, expr.span, "of another type")
            .help(format!("write a value of type {ty}, or give the table's first line another type")),
    );
}

fn text_of(key: &ast::MapKey) -> Option<String> {
    match key {
        ast::MapKey::Value(ast::Expr { kind: ast::ExprKind::Text(text), .. }) => Some(text.clone()),
        _ => None,
    }
}
