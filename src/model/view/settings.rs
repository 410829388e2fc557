//! Settings and tables as they stand.

use super::before::Before;
use super::words::{self, Texts};
use super::{RequireView, RowView, SettingSource, SettingView, TableView};
use crate::model::Given;
use crate::model::layers::Merged;
use crate::model::scope::name_of;
use crate::model::settings::{SettingValue, Settings};
use crate::program::expr::Member;
use crate::syntax::ast::{self, ExprKind, Statement, TableKind};

pub fn settings(texts: &Texts, merged: &Merged, settings: &Settings, given: Option<&[Given]>) -> Vec<SettingView> {
    let own = merged.settings.iter().map(|setting| (None, &**setting));
    let of_entities = merged.entities.iter().flat_map(|entity| {
        let name = entity.name.value.as_str();
        entity.body.iter().filter_map(move |statement| match statement {
            Statement::Setting(setting) => Some((Some(name), setting)),
            _ => None,
        })
    });
    own.chain(of_entities).map(|(entity, setting)| view(texts, settings, given, entity, setting)).collect()
}

fn view(
    texts: &Texts,
    settings: &Settings,
    given: Option<&[Given]>,
    entity: Option<&str>,
    setting: &ast::Setting,
) -> SettingView {
    let own = &setting.name.value;
    let name = entity.map_or_else(|| own.clone(), |entity| format!("{entity}.{own}"));
    let given = given.and_then(|all| all.iter().find(|given| given.name.value == name));
    let none = if setting.or_none { " or none" } else { "" };
    let layer = |file| texts.mapping(file);
    let source = match (&setting.default, given) {
        (_, Some(_)) => SettingSource::Given,
        (Some(default), None) if layer(default.span.file) != layer(setting.span.file) => SettingSource::Changed,
        (Some(_), None) => SettingSource::Default,
        (None, None) if setting.or_none => SettingSource::Default,
        (None, None) => SettingSource::NotGiven,
    };
    let follows = match (source, &setting.default) {
        (SettingSource::Default | SettingSource::Changed, Some(default)) => {
            followed(settings, entity.unwrap_or_default(), default)
        }
        _ => None,
    };
    let value = settings.all.get(&name).and_then(|setting| shown(settings, &setting.value));
    let at = given.map(|given| given.span).or(setting.default.as_ref().map(|default| default.span));
    SettingView {
        ty: format!("{}{none}", words::setting_type(texts, &setting.ty)),
        value: value.filter(|_| source != SettingSource::NotGiven),
        source,
        at: at.map(|span| texts.place(span)),
        default: setting.default.as_ref().map(|default| texts.text(default.span)),
        follows,
        declared: texts.place(setting.name.span),
        documentation: setting.doc.trim().to_owned(),
        name,
    }
}

/// The setting that a default names.
fn followed(settings: &Settings, entity: &str, default: &ast::Expr) -> Option<String> {
    match &default.kind {
        ExprKind::Path(path) => full_name(settings, entity, &name_of(path)),
        _ => None,
    }
}

/// A setting's full name, as an entity sees it.
pub fn full_name(settings: &Settings, entity: &str, name: &str) -> Option<String> {
    let own = format!("{entity}.{name}");
    [own, name.to_owned()].into_iter().find(|full| settings.all.contains_key(full))
}

fn shown(settings: &Settings, value: &SettingValue) -> Option<String> {
    Some(match value {
        SettingValue::Is(value) if value.is_null() => return None,
        SettingValue::Is(value) => value.to_string(),
        SettingValue::Named(place) => settings.named.get(*place).map(|named| named.wanted.clone())?,
        SettingValue::List(members) if members.is_empty() => "[]".to_owned(),
        SettingValue::List(members) => {
            let one = |member: &Member| match member {
                Member::Is(value) => value.to_string(),
                Member::Between(low, high) => format!("{low}..{high}"),
            };
            format!("[{}]", members.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        SettingValue::None => "none".to_owned(),
        SettingValue::Missing => return None,
    })
}

pub fn requires(texts: &Texts, merged: &Merged) -> Vec<RequireView> {
    let view = |require: &ast::Require| RequireView {
        condition: texts.text(require.condition.span),
        message: require.message.value.clone(),
        at: texts.place(require.span),
    };
    merged.requires.iter().copied().map(view).collect()
}

pub fn tables(texts: &Texts, before: &Before, merged: &Merged) -> Vec<TableView> {
    let own = merged.tables.iter().map(|table| (None, &**table));
    let active = merged.entities.iter().filter(|entity| merged.switched_off(&entity.name.value).is_none());
    let of_entities = active.flat_map(|entity| {
        let name = entity.name.value.as_str();
        entity.body.iter().filter_map(move |statement| match statement {
            Statement::Table(table) => Some((Some(name), table)),
            _ => None,
        })
    });
    own.chain(of_entities).map(|(entity, table)| table_view(texts, before, entity, table)).collect()
}

fn table_view(texts: &Texts, before: &Before, entity: Option<&str>, table: &ast::Table) -> TableView {
    let own = &table.name.value;
    let name = entity.map_or_else(|| own.clone(), |entity| format!("{entity}.{own}"));
    let (left, arrow, right, kept_by, rows) = match &table.kind {
        TableKind::Given { left, arrow, right, rows } => {
            let rows = rows.iter().map(|row| row_view(texts, before, own, row)).collect();
            (words::setting_type(texts, left), arrow, words::setting_type(texts, right), None, rows)
        }
        TableKind::Kept { side, record, left, arrow, right } => {
            let kept_by = Some(format!("{} {}", side.word(), record.value));
            (texts.text(left.span), arrow, texts.text(right.span), kept_by, Vec::new())
        }
    };
    let arrow = words::arrow(arrow.value);
    let documentation = table.doc.trim().to_owned();
    TableView { name, documentation, left, arrow, right, kept_by, rows, at: texts.place(table.span) }
}

fn row_view(texts: &Texts, before: &Before, table: &str, row: &ast::MapRow) -> RowView {
    let key = |key: &ast::MapKey| match key {
        ast::MapKey::Value(expr) => texts.text(expr.span),
        ast::MapKey::Else(_) => "else".to_owned(),
    };
    RowView {
        left: key(&row.left),
        arrow: words::arrow(row.arrow),
        right: key(&row.right),
        at: texts.place(row.span),
        replaces: before.replaced_row(texts, table, row),
    }
}
