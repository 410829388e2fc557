//! Filters that decide nothing, that nothing passes, or that the mapping's own writes defeat.

use super::scopes;
use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::model::facts::Compiled;
use crate::program::Expr;
use crate::program::entity::Filter;
use crate::program::expr::slots;
use crate::source::Span;
use crate::value::{Side, Value};

pub fn check(one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    for side in Side::BOTH {
        let (Some(filter), Some(span)) = (one.entity.filter(side), one.places.send(side)) else { continue };
        if !never(one, side, filter, span, diagnostics) {
            always(one, side, filter, span, diagnostics);
        }
        own_write(one, side, filter, span, diagnostics);
        reads_all(one, side, filter, span, diagnostics);
    }
}

fn never(one: &Compiled, side: Side, filter: &Filter, span: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let scope = &one.entity.select(side).scope;
    let whole: Vec<_> = scope.iter().chain(&filter.push).cloned().collect();
    let clash = scopes::impossible(&whole).filter(|(_, second)| *second >= scope.len());
    let false_alone = filter.parts.iter().find(|(condition, _)| constant(condition) == Some(false));
    let said = match (clash, false_alone) {
        (_, Some((_, text))) => format!("`{text}` never holds"),
        (Some((first, _)), None) => {
            let field = &whole.get(first).map_or("", |c| c.field.as_str());
            format!("what is asked of `{field}` contradicts itself")
        }
        (None, None) => return false,
    };
    let message = format!("nothing is ever sent from {}: {said}", side.title());
    let mut diagnostic = Diagnostic::new(codes::NEVER_TRUE, message, span, "no record passes");
    if clash.is_some_and(|(first, _)| first < scope.len())
        && let Some(scope) = one.places.scope_business.filter(|_| side == Side::Business)
    {
        diagnostic = diagnostic.also(scope, "the records' own condition");
    }
    diagnostics
        .push(diagnostic.help("mend the condition; to carry nothing from there, let the entity's arrow point one way"));
    true
}

fn always(one: &Compiled, side: Side, filter: &Filter, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let scope = &one.entity.select(side).scope;
    let mut before: Vec<crate::systems::Condition> = Vec::new();
    for (condition, text) in &filter.parts {
        let true_alone = constant(condition) == Some(true);
        let pushed = crate::model::pushdown::pushed(one.entity.select(side), condition);
        let given = pushed.as_ref().is_some_and(|asked| {
            scope.iter().any(|own| own.field == asked.field && scopes::implies(&own.test, &asked.test))
        });
        let said = pushed.as_ref().is_some_and(|asked| {
            before.iter().any(|own| own.field == asked.field && scopes::implies(&own.test, &asked.test))
        });
        before.extend(pushed);
        if true_alone || given || said {
            let why = match (given, said) {
                (true, _) => "the records' own `where` says so already",
                (_, true) => "what stands before it says so already",
                _ => "it holds of every record",
            };
            let message = format!("`{text}` decides nothing: {why}");
            diagnostics
                .push(Diagnostic::new(codes::ALWAYS_TRUE, message, span, "always true").help("remove that condition"));
        }
    }
}

/// A condition over constants alone, settings among them.
pub fn constant(condition: &Expr) -> Option<bool> {
    if condition.any(&|e| {
        matches!(e, Expr::Slot(_) | Expr::Any { .. } | Expr::Named(_) | Expr::Link { .. } | Expr::Kept { .. })
    }) {
        return None;
    }
    match crate::program::eval::alone(condition) {
        Some(Value::Bool(value)) => Some(value),
        _ => None,
    }
}

/// A line that writes what the record's own filter reads takes the record out of its filter.
fn own_write(one: &Compiled, side: Side, filter: &Filter, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let entity = &one.entity;
    if entity.once {
        return;
    }
    let read = slots(&filter.condition);
    for (line, fact) in entity.lines.iter().zip(&one.lines).filter(|(line, _)| line.write_back && line.writes_to(side))
    {
        let Some(slot) = line.slots(side).iter().find(|slot| read.contains(slot)) else { continue };
        let field = entity.field_name(side, *slot);
        let message = format!("this line writes `{field}`, by which `{}` decides what is sent", entity.name);
        diagnostics.push(
            Diagnostic::new(codes::FILTER_OWN_WRITE, message, fact.span, "writes it")
                .also(span, "reads it")
                .help("once it is written the record may leave its filter and is never updated again: say `send once` if that is meant"),
        );
    }
}

/// A filter over other records' fields, which only we can carry out.
fn reads_all(one: &Compiled, side: Side, filter: &Filter, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let Some((_, text)) = filter
        .parts
        .iter()
        .find(|(condition, _)| condition.any(&|e| matches!(e, Expr::Arithmetic { .. } | Expr::Apply { .. })))
    else {
        return;
    };
    let message = format!("`{text}` cannot be asked of {}: all its records are read in every run", side.title());
    let _ = one;
    diagnostics.push(
        Diagnostic::new(codes::FILTER_READS_ALL, message, span, "computed record by record")
            .help("compare a field with a constant where that says the same"),
    );
}
