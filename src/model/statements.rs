//! Single statements of an entity: numbers, master, filters, failure.

use super::body::Body;
use super::capacity::{self, Arrival};
use super::condition::Reader;
use super::ends;
use super::pushdown::{conjuncts, pushed};
use super::scope::{Globals, Records};
use super::settings::SettingValue;
use crate::diag::codes::{lines, records as codes};
use crate::diag::{Diagnostic, suggest};
use crate::program::entity::{Failure, Filter};
use crate::program::{Expr, Slot};
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, Name};
use crate::value::{Side, Type, Value};

#[expect(clippy::too_many_arguments, reason = "each is one word of the statement")]
pub fn number_columns<'a>(
    globals: &Globals<'a>,
    entity: &str,
    business: &mut Records<'a>,
    direction: Arrow,
    columns: &[ast::Path],
    by: &Name,
    span: crate::source::Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, usize)> {
    if !matches!(by.value.as_str(), "business" | "position") {
        let message = format!("numbers cannot be given by `{}`", by.value);
        let diagnostic = Diagnostic::new(codes::NUMBER_BY, message, by.span, "neither `business` nor `position`");
        let known = ["business", "position"];
        let help = "`by business`: Visma Business assigns them; `by position`: the place among the owner's records";
        diagnostics.push(match suggest::suggestion(&by.value, by.span, known) {
            Some(suggestion) => diagnostic.suggest(suggestion),
            None => diagnostic.help(help),
        });
        return Vec::new();
    }
    if by.value == "position" && business.owner.is_none() {
        let message = "an entity's records have no place among others";
        diagnostics.push(
            Diagnostic::new(codes::NUMBER_BY, message, by.span, "only in a part")
                .help("`by position` numbers the records of a part; here write `by business`"),
        );
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

/// `failure status.guid <- failed`
pub fn failure(
    body: &mut Body,
    field: &ast::Path,
    value: &ast::Expr,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Failure> {
    let (globals, entity) = (body.globals, body.settings);
    if body.direction == Arrow::ToSevera {
        let message = "nothing is carried from Severa, so nothing there can fail";
        diagnostics
            .push(Diagnostic::new(codes::FILTER_DIRECTION, message, span, "no effect").also(body.arrow, "one way"));
        return None;
    }
    let what = ast::Expr { kind: ast::ExprKind::Path(field.clone()), span: field.span };
    let mut reader = Reader { globals, entity, records: &mut body.severa, part: None, diagnostics };
    let target = ends::compile(&mut reader, &what);
    let typed = reader.expr(value, target.as_ref().and_then(ends::End::ty).as_ref());
    let (target, typed) = (target?, typed?);
    let Some((Slot::Own(slot), rights)) = target.fields.first().map(|f| (f.slot, f.column.field)) else {
        diagnostics.push(Diagnostic::new(
            lines::END_NOT_WRITABLE,
            "this cannot be written to",
            field.span,
            "not a field",
        ));
        return None;
    };
    if !rights.update {
        let message = format!("`{}` of Severa can only be read", rights.name);
        diagnostics.push(Diagnostic::new(lines::NOT_WRITABLE, message, field.span, "written here"));
        return None;
    }
    // A setting that may be none says that nothing is to be set.
    let arrival = Arrival::new(&typed.expr, &typed.shape, false, value.span, false);
    if !capacity::accepts(&target, &arrival, diagnostics) {
        return None;
    }
    let notes = body.severa.record.column("notes", None, None).filter(|column| column.field.update);
    let reason = notes.map(|column| body.severa.slot(&column));
    Some(Failure { slot, value: typed.expr, reason })
}

/// A statement in words, with its place.
pub fn described(statement: &ast::Statement) -> Option<(Span, &'static str)> {
    use ast::Statement as S;
    Some(match statement {
        S::Failure { span, .. } => (*span, "`failure`"),
        S::Send(send) => (send.span, "`send`"),
        S::Part(part) => (part.name.span, "a part"),
        S::Drop { span, .. } => (*span, "`drop`"),
        S::Identity { span, .. } => (*span, "`identity`"),
        S::Match { span, .. } => (*span, "`match`"),
        S::Number { span, .. } => (*span, "`number`"),
        S::OnCreate { span, .. } => (*span, "`on create`"),
        S::ChangePart { span, .. } => (*span, "`change part`"),
        S::Master { span, .. } => (*span, "`master`"),
        S::Conflict { span, .. } => (*span, "`conflict`"),
        S::Hold { span, .. } => (*span, "`hold when`"),
        S::Setting(setting) => (setting.name.span, "a setting"),
        S::Table(table) => (table.name.span, "a table"),
        S::Systems(systems) => (systems.span, "a second pair of records"),
        S::Line(_) | S::OnlyIf { .. } => return None,
    })
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
            diagnostics.push(match crate::diag::suggest::suggestion(&value.value, value.span, known) {
                Some(suggestion) => diagnostic.suggest(suggestion),
                None => diagnostic.help("write `severa`, `business`, `none`, or a setting of type `side`"),
            });
            None
        }
    }
}

pub fn filter<'a>(
    globals: &Globals<'a>,
    entity: &str,
    records: &mut Records<'a>,
    condition: &ast::Expr,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Filter> {
    let mut reader = Reader { globals, entity, records, part: None, diagnostics };
    let compiled = reader.condition(condition)?;
    let mut parts: Vec<(Expr, String)> = Vec::new();
    let (mut push, mut places) = (Vec::new(), Vec::new());
    for conjunct in conjuncts(condition) {
        // Compiled again for its own words: any fault has been told above.
        let mut quiet = Vec::new();
        let mut reader = Reader { globals, entity, records, part: None, diagnostics: &mut quiet };
        let Some(part) = reader.condition(conjunct) else { continue };
        push.extend(pushed(&records.select, &part));
        let text = globals.sources.slice(conjunct.span).split_whitespace().collect::<Vec<_>>().join(" ");
        parts.push((part, text));
        places.push(super::line::origin(globals, conjunct.span));
    }
    Some(Filter { condition: compiled, parts, places, push })
}
