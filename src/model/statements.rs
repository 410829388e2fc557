//! Single statements of an entity: scope, numbers, identity, match, master, filters.

use super::condition::Reader;
use super::ends;
use super::pushdown::{conjuncts, pushed};
use super::scope::{Globals, Records};
use super::settings::SettingValue;
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, records as codes};
use crate::functions::Shape;
use crate::program::entity::{Filter, MatchPair, MatchRule};
use crate::program::{Expr, Slot};
use crate::syntax::ast::{self, Arrow, Name};
use crate::systems::{Comparison, Condition, Test};
use crate::value::{Side, Type, Value};

/// The record's own `where`: what the side is asked for, and the equalities that a new record gets.
pub fn scope_of(
    globals: &Globals,
    entity: &str,
    records: &mut Records,
    condition: Option<&ast::Expr>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, Value)> {
    let mut constants = Vec::new();
    for conjunct in condition.map(conjuncts).unwrap_or_default() {
        let mut reader = Reader { globals, entity, records, part: None, diagnostics };
        let Some(compiled) = reader.condition(conjunct) else { continue };
        match pushed(&records.select, &compiled) {
            Some(condition) => {
                if let Condition { field, test: Test::Compare(Comparison::Eq, value) } = &condition
                    && !value.is_null()
                {
                    constants.push((field.clone(), value.clone()));
                }
                records.select.scope.push(condition);
            }
            None => diagnostics.push(
                Diagnostic::new(
                    codes::UNSUPPORTED,
                    "a record's own `where` compares fields with constants and settings",
                    conjunct.span,
                    "something else",
                )
                .help("put other conditions into `send from … where`"),
            ),
        }
    }
    constants
}

#[expect(clippy::too_many_arguments, reason = "each is one word of the statement")]
pub fn number_columns(
    globals: &Globals,
    entity: &str,
    business: &mut Records,
    direction: Arrow,
    columns: &[ast::Path],
    by: &Name,
    span: crate::source::Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, usize)> {
    if by.value != "business" {
        diagnostics.push(Diagnostic::new(
            codes::UNSUPPORTED,
            format!("numbers by `{}` are not carried out by this version", by.value),
            by.span,
            "here",
        ));
        return Vec::new();
    }
    if direction == Arrow::ToSevera {
        diagnostics.push(Diagnostic::new(
            codes::NUMBER_DIRECTION,
            "nothing is created in Visma Business, so it assigns no numbers",
            span,
            "no effect",
        ));
    }
    let mut found = Vec::new();
    for path in columns {
        match business.find(globals, entity, path) {
            Ok(Some(column)) if column.ty == Type::Int => found.push((column.name.clone(), business.slot(&column))),
            Ok(Some(column)) => {
                let message = format!("`{}` is {}, and only whole numbers are assigned", column.name, column.ty);
                diagnostics.push(Diagnostic::new(lines::TYPE_MISMATCH, message, path.span, "not a whole number"));
            }
            Ok(None) => diagnostics.push(business.unknown(path)),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    found
}

#[expect(clippy::too_many_arguments, reason = "each is one word of the statement")]
pub fn identity(
    globals: &Globals,
    entity: &str,
    severa: &mut Records,
    business: &mut Records,
    left: &ast::Expr,
    within: bool,
    right: &ast::Expr,
    span: crate::source::Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<usize> {
    if within {
        diagnostics.push(Diagnostic::new(
            codes::UNSUPPORTED,
            "an identity inside longer text is not carried out by this version",
            span,
            "here",
        ));
        return None;
    }
    let mut reader = Reader { globals, entity, records: severa, part: None, diagnostics };
    let left_end = ends::compile(&mut reader, left)?;
    let mut reader = Reader { globals, entity, records: business, part: None, diagnostics: reader.diagnostics };
    let right_end = ends::compile(&mut reader, right)?;
    let holds = |ty: &Shape| matches!(ty, Shape::One(Type::Text(Some(size))) if *size >= 36);
    match (&left_end.shape, right_end.fields.first()) {
        (Shape::One(Type::Guid), Some(field)) if holds(&right_end.shape) => match field.slot {
            Slot::Own(place) => Some(place),
            Slot::Part { .. } => None,
        },
        _ => {
            let message = format!("{} cannot be kept in {}", left_end.shape, right_end.shape);
            diagnostics.push(
                Diagnostic::new(
                    codes::BAD_IDENTITY,
                    message,
                    right_end.span,
                    "a text column of 36 characters is needed",
                )
                .also(left_end.span, "Severa's `guid` is needed"),
            );
            None
        }
    }
}

pub fn match_rule(
    globals: &Globals,
    entity: &str,
    severa: &mut Records,
    business: &mut Records,
    pairs: &[(ast::Expr, ast::Expr)],
    span: crate::source::Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<MatchRule> {
    let mut rule = MatchRule { pairs: Vec::new() };
    for (left, right) in pairs {
        let mut reader = Reader { globals, entity, records: severa, part: None, diagnostics };
        let left_end = ends::compile(&mut reader, left)?;
        let mut reader = Reader { globals, entity, records: business, part: None, diagnostics: reader.diagnostics };
        let right_end = ends::compile(&mut reader, right)?;
        let field = |end: &ends::End| match end.fields.as_slice() {
            [one] => Some(one.column.name.clone()),
            _ => None,
        };
        let text = |expr: &ast::Expr| globals.sources.slice(expr.span).trim();
        let name = matches!(left_end.shape, Shape::Tuple(_)) || text(left).to_lowercase().contains("name");
        rule.pairs.push(MatchPair {
            text: format!("{} = {}", text(left), text(right)),
            number: !name,
            severa_field: field(&left_end),
            business_field: field(&right_end),
            severa: left_end.read,
            business: right_end.read,
        });
    }
    if rule.pairs.len() == 1 {
        let (what, other) = if rule.pairs[0].number { ("number", "name") } else { ("name", "number") };
        diagnostics.push(
            Diagnostic::new(
                codes::ONE_MATCH_KEY,
                format!("`{entity}` is matched by {what} without {other}"),
                span,
                "one key only",
            )
            .help(format!("two different records may share a {what}: add the {other}, joined by `and`")),
        );
    }
    Some(rule)
}

pub fn master(globals: &Globals, entity: &str, value: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<Side> {
    let side = |text: &str| match text {
        "severa" => Some(Side::Severa),
        "business" => Some(Side::Business),
        _ => None,
    };
    if value.value == "none" {
        return None;
    }
    if let Some(side) = side(&value.value) {
        return Some(side);
    }
    match globals.settings.find(entity, &value.value).map(|s| &s.value) {
        Some(SettingValue::Is(Value::Text(text))) if side(text).is_some() => side(text),
        Some(SettingValue::Missing) => None,
        _ => {
            let settings =
                globals.settings.all.iter().filter(|(_, s)| s.ty == Type::Side).map(|(name, _)| name.as_str());
            let known = ["severa", "business", "none"].into_iter().chain(settings);
            let diagnostic = Diagnostic::new(
                codes::BAD_MASTER,
                format!("`{}` is no master", value.value),
                value.span,
                "neither a side nor a setting of one",
            );
            diagnostics.push(match crate::diag::suggest::did_you_mean(&value.value, known) {
                Some(help) => diagnostic.help(help),
                None => diagnostic.help("write `severa`, `business`, `none`, or a setting of type `side`"),
            });
            None
        }
    }
}

pub fn filter(
    globals: &Globals,
    entity: &str,
    records: &mut Records,
    condition: &ast::Expr,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Filter> {
    let mut reader = Reader { globals, entity, records, part: None, diagnostics };
    let compiled = reader.condition(condition)?;
    let mut parts: Vec<(Expr, String)> = Vec::new();
    let mut push = Vec::new();
    for conjunct in conjuncts(condition) {
        // Compiled again for its own words: any fault has been told above.
        let mut quiet = Vec::new();
        let mut reader = Reader { globals, entity, records, part: None, diagnostics: &mut quiet };
        let Some(part) = reader.condition(conjunct) else { continue };
        push.extend(pushed(&records.select, &part));
        let text = globals.sources.slice(conjunct.span).split_whitespace().collect::<Vec<_>>().join(" ");
        parts.push((part, text));
    }
    Some(Filter { condition: compiled, parts, push })
}
