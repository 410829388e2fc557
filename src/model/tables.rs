//! Tables: those given in the mapping, and those that a system keeps.

use super::layers::Merged;
use super::scope::Schemas;
use super::settings::Settings;
use super::{fields, maps, scope};
use crate::diag::Diagnostic;
use crate::diag::codes::names;
use crate::program::KeptTable;
use crate::syntax::ast::{self, Arrow, Statement, TableKind};
use crate::systems::{RecordName, Select};
use crate::value::{Side, Type};

/// All tables of a mapping; those of an entity carry its name.
#[derive(Debug, Default)]
pub struct Tables {
    pub all: Vec<Table>,
    pub kept: Vec<KeptTable>,
}

#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub kind: Kind,
    pub left: Type,
    pub right: Type,
    pub arrow: Arrow,
}

#[derive(Debug)]
pub enum Kind {
    Given(Vec<ast::MapRow>),
    /// Its place in [`Tables::kept`].
    Kept(usize),
}

impl Tables {
    pub fn find(&self, entity: &str, name: &str) -> Option<&Table> {
        let own = format!("{entity}.{name}");
        self.all.iter().find(|t| t.name == own).or_else(|| self.all.iter().find(|t| t.name == name))
    }
}

pub fn collect(schemas: Schemas, merged: &Merged, settings: &Settings, diagnostics: &mut Vec<Diagnostic>) -> Tables {
    let mut tables = Tables::default();
    for table in &merged.tables {
        add(schemas, &mut tables, table.name.value.clone(), table, settings, diagnostics);
    }
    for entity in merged.entities.iter().filter(|e| !merged.off.contains(&e.name.value)) {
        for statement in &entity.body {
            if let Statement::Table(table) = statement {
                add(schemas, &mut tables, format!("{}.{}", entity.name.value, table.name.value), table, settings, diagnostics);
            }
        }
    }
    tables
}

fn add(schemas: Schemas, tables: &mut Tables, name: String, table: &ast::Table, settings: &Settings, diagnostics: &mut Vec<Diagnostic>) {
    match &table.kind {
        TableKind::Given { left, arrow, right, rows } => {
            let (Some(left), Some(right)) = (given_type(left), given_type(right)) else { return };
            maps::check_rows(settings, rows, diagnostics);
            tables.all.push(Table { name, kind: Kind::Given(rows.clone()), left, right, arrow: arrow.value });
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
            tables.kept.push(KeptTable { name: name.clone(), side: *side, select });
            let kind = Kind::Kept(tables.kept.len() - 1);
            tables.all.push(Table { name, kind, left: left_type, right: right_type, arrow: arrow.value });
        }
    }
}

fn given_type(ty: &ast::SettingType) -> Option<Type> {
    match ty {
        ast::SettingType::Plain { name, size, .. } => Some(match name.value.as_str() {
            "int" => Type::Int,
            "text" => Type::Text(*size),
            "bool" => Type::Bool,
            "decimal" => Type::Decimal(28, 6),
            _ => return None,
        }),
        ast::SettingType::Of { side: Side::Severa, .. } => Some(Type::Guid),
        _ => None,
    }
}
