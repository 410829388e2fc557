//! The entities that take part: switched on, without what settings switch off, their records known.

use super::layers::Merged;
use super::memo::{Asked, Memo};
use super::pushdown;
use super::scope;
use super::settings::{SettingValue, Settings};
use crate::diag::Diagnostic;
use crate::diag::codes::{names, records as codes};
use crate::schema::Record;
use crate::schema::Schemas;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, Name, Statement};
use crate::value::{Side, Value};
use std::borrow::Cow;

/// An entity that takes part: switched on, its two records known.
#[derive(Debug)]
pub struct Active<'a> {
    pub name: Name,
    pub severa: (&'a Record, Option<u8>),
    pub business: (&'a Record, Option<u8>),
    pub systems: &'a ast::Systems,
    /// The stretches of the files in which it is written and changed.
    pub whole: Vec<Span>,
    /// Without the statements that a setting switches off.
    pub body: Vec<&'a Statement>,
    /// What that took from the settings.
    pub asked: Vec<Asked>,
    /// The place by which the memo knows it: it is the standard mapping's own, and no layer changes it.
    pub known_by: Option<Span>,
}

/// An entity that takes no part.
#[derive(Debug)]
pub struct Inactive {
    pub name: String,
    pub why: Why,
}

#[derive(Debug, Clone, Copy)]
pub enum Why {
    /// `off entity`, here.
    Off(Span),
    /// `only if` a setting that says no.
    Setting(Span),
    /// Its own fault has been told.
    Faulty,
}

/// The entities that take part, in the order in which they are written.
pub fn active<'a>(
    schemas: &'a Schemas,
    merged: &'a Merged,
    settings: &Settings,
    memo: Option<&Memo>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Active<'a>>, Vec<Inactive>) {
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for entity in &merged.entities {
        let name = &entity.name.value;
        let mut leave_out = |why: Why| left_out.push(Inactive { name: name.clone(), why });
        if let Some(span) = merged.switched_off(name) {
            leave_out(Why::Off(span));
            continue;
        }
        if let Some(condition) = &entity.only_if
            && pushdown::constant(settings, name, condition) == Some(false)
        {
            leave_out(Why::Setting(condition.span));
            continue;
        }
        let known_by = match entity {
            Cow::Borrowed(entity) => memo.and_then(|memo| memo.knows(entity.span)),
            Cow::Owned(_) => None,
        };
        settings.trace.begin(known_by.is_some());
        let mut body = Vec::new();
        flatten(settings, name, &entity.body, &mut body);
        let systems = body.iter().find_map(|s| if let Statement::Systems(systems) = s { Some(systems) } else { None });
        let Some(systems) = systems else {
            diagnostics.push(
                Diagnostic::new(
                    codes::NO_SYSTEMS,
                    format!("`{name}` does not say which records it stands for"),
                    entity.name.span,
                    "here",
                )
                .help("begin it with a line such as `severa Customer <-> business Actor where CustNo > 0`"),
            );
            leave_out(Why::Faulty);
            continue;
        };
        let severa = record(schemas, settings, name, Side::Severa, &systems.severa, diagnostics);
        let business = record(schemas, settings, name, Side::Business, &systems.business, diagnostics);
        let (Some(severa), Some(business)) = (severa, business) else {
            leave_out(Why::Faulty);
            continue;
        };
        found.push(Active {
            name: entity.name.clone(),
            severa,
            business,
            systems,
            whole: merged.stretches(name),
            body,
            asked: settings.trace.end(),
            known_by,
        });
    }
    (found, left_out)
}

/// A body without the statements that a setting switches off.
pub fn flatten<'b>(settings: &Settings, entity: &str, body: &'b [Statement], into: &mut Vec<&'b Statement>) {
    for statement in body {
        match statement {
            Statement::OnlyIf { condition, body, .. } => {
                if pushdown::constant(settings, entity, condition) != Some(false) {
                    flatten(settings, entity, body, into);
                }
            }
            other => into.push(other),
        }
    }
}

/// A record of the schema by its name and number, as it is written.
pub fn record<'a>(
    schemas: &'a Schemas,
    settings: &Settings,
    entity: &str,
    side: Side,
    written: &ast::RecordRef,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'a Record, Option<u8>)> {
    let Some(record) = schemas.of(side).record(&written.record.value) else {
        diagnostics.push(scope::unknown_record(schemas, side, &written.record));
        return None;
    };
    let index = match (&written.index, &record.index) {
        (None, None) => None,
        (Some(expr), Some(range)) => {
            let number = match &expr.kind {
                ExprKind::Number(text) => text.parse().ok(),
                ExprKind::Path(path) => match scope::setting(settings, entity, path) {
                    Some(SettingValue::Is(Value::Int(number))) => Some(number),
                    // Its own fault has been told.
                    Some(_) => return None,
                    None => None,
                },
                _ => None,
            };
            match number.and_then(|n| u8::try_from(n).ok()) {
                Some(number) if range.contains(&number) => Some(number),
                _ => {
                    let help = format!("a number or setting from {} to {}", range.start(), range.end());
                    diagnostics.push(
                        Diagnostic::new(
                            names::WRONG_NUMBER,
                            format!("`{}` has no such number", record.name),
                            expr.span,
                            "here",
                        )
                        .help(help),
                    );
                    return None;
                }
            }
        }
        (None, Some(range)) => {
            let help = format!("write `{}[n]` with n from {} to {}", record.name, range.start(), range.end());
            diagnostics.push(
                Diagnostic::new(
                    names::WRONG_NUMBER,
                    format!("`{}` is numbered", record.name),
                    written.span,
                    "which one?",
                )
                .help(help),
            );
            return None;
        }
        (Some(expr), None) => {
            diagnostics.push(Diagnostic::new(
                names::WRONG_NUMBER,
                format!("`{}` is not numbered", record.name),
                expr.span,
                "remove this",
            ));
            return None;
        }
    };
    Some((record, index))
}
