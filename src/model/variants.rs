//! A mapping without a customer's settings must be right under all that they may be.
//!
//! The number of a column or table decides what it can hold, and switches decide which lines there
//! are. So the mapping is compiled again with every free setting at its lowest and at its highest
//! value, and with every switch turned; what is wrong then and not by default is told together
//! with the setting that makes it so.

use super::layers::Merged;
use crate::diag::{Diagnostic, Severity};
use crate::syntax::ast::{self, ExprKind, SettingType, Statement};
use crate::value::Value;

/// Values to assume for settings, by their full names.
pub type Assumed = Vec<(String, Value)>;

/// Compiles under other values of the free settings. `compile` gives the faults under assumed ones.
pub fn check(merged: &Merged, diagnostics: &mut Vec<Diagnostic>, compile: &mut dyn FnMut(&Assumed) -> Vec<Diagnostic>) {
    let free = free(merged);
    for choose in [lowest, highest] {
        let all: Assumed = free.iter().filter_map(|(name, setting)| Some((name.clone(), choose(setting)?))).collect();
        if all.is_empty() {
            return;
        }
        for fault in compile(&all) {
            let known = |d: &Diagnostic| d.code == fault.code && d.span() == fault.span();
            // Which settings go together is for `require` to say, and its customer's to mend.
            let of_settings = crate::diag::codes::values::ALL.contains(&fault.code);
            if of_settings || fault.severity() != Severity::Error || diagnostics.iter().any(known) {
                continue;
            }
            let alone = all.iter().find(|(name, value)| {
                compile(&vec![(name.clone(), value.clone())])
                    .iter()
                    .any(|d| d.code == fault.code && d.span() == fault.span())
            });
            // What takes several settings at once to go wrong is for `require` to rule out.
            let Some((name, value)) = alone else { continue };
            let declared = free.iter().find(|(n, _)| n == name).map(|(_, setting)| setting.span);
            let mut fault = fault;
            fault.message = format!("{}, where `{name}` is {value}", fault.message);
            if let Some(span) = declared {
                fault = fault.also(span, "this setting may be so");
            }
            diagnostics.push(fault);
        }
    }
}

/// The settings that a customer may choose, with their full names.
fn free<'m>(merged: &'m Merged) -> Vec<(String, &'m ast::Setting)> {
    let mut all: Vec<(String, &ast::Setting)> = merged.settings.iter().map(|s| (s.name.value.clone(), &**s)).collect();
    // What a layer has switched off stays off whatever its settings say.
    for entity in merged.entities.iter().filter(|e| merged.switched_off(&e.name.value).is_none()) {
        for statement in &entity.body {
            if let Statement::Setting(setting) = statement {
                all.push((format!("{}.{}", entity.name.value, setting.name.value), setting));
            }
        }
    }
    all.retain(|(name, _)| !merged.settled.iter().any(|(settled, _)| settled == name));
    all
}

fn lowest(setting: &ast::Setting) -> Option<Value> {
    bounds(setting).map(|(low, _)| Value::Int(low)).or_else(|| turned(setting))
}

fn highest(setting: &ast::Setting) -> Option<Value> {
    bounds(setting).map(|(_, high)| Value::Int(high)).or_else(|| turned(setting))
}

fn bounds(setting: &ast::Setting) -> Option<(i64, i64)> {
    let number = |expr: &ast::Expr| match &expr.kind {
        ExprKind::Number(text) => text.parse().ok(),
        _ => None,
    };
    match &setting.ty {
        SettingType::Plain { within: Some((low, high)), .. } => Some((number(low)?, number(high)?)),
        _ => None,
    }
}

/// A switch the other way round.
fn turned(setting: &ast::Setting) -> Option<Value> {
    match (&setting.ty, setting.default.as_ref().map(|e| &e.kind)) {
        (SettingType::Plain { name, .. }, default) if name.value == "bool" => {
            Some(Value::Bool(!matches!(default, Some(ExprKind::Bool(true)))))
        }
        (SettingType::OneOf(words), _) => words.last().map(|word| Value::text(&word.value)),
        _ => None,
    }
}
