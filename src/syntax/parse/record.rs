//! What entities and parts are made of.

use super::context::{Context, doc, next};
use super::expr::{expr, path};
use super::file::each_statement;
use super::forms::{Form, Found, Place};
use super::{line, setting, table};
use crate::diag::Diagnostic;
use crate::diag::codes::syntax::REPEATED_HEADER;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{
    self, First, Line, Name, Part, PartCondition, PartTarget, RecordRef, Send, Statement as Tree, Systems,
};
use crate::syntax::grammar::Rule;
use crate::syntax::outline::{Item, Statement};
use crate::value::Side;
use pest::iterators::Pair;

/// The statements of an entity's, part's or change's block.
pub fn body(cx: &mut Context<'_>, statement: &Statement) -> Vec<Tree> {
    let mut body = Vec::new();
    let mut systems: Option<Span> = None;
    each_statement(cx, statement, Place::Record, |cx, items_at, item, found| {
        let parsed = match found {
            Found::Form(form) => parsed(cx, form, items_at, item),
            Found::Misplaced(_) | Found::Unknown { .. } => None,
        };
        if let Some(Tree::Systems(new)) = &parsed {
            match systems {
                Some(first) => {
                    let message = "the records of both systems are named twice";
                    let diagnostic = Diagnostic::new(REPEATED_HEADER, message, new.span, "a second time")
                        .also(first, "the first")
                        .help("write an entity for each pair of records");
                    return cx.diagnostics.push(diagnostic);
                }
                None => systems = Some(new.span),
            }
        }
        body.extend(parsed);
    });
    body
}

fn parsed(cx: &mut Context<'_>, form: &Form, (items, at): (&[Item], usize), item: &Statement) -> Option<Tree> {
    if form.rule == Rule::only_line {
        return line::line(cx, form, item).map(Tree::Line);
    }
    let Some(pair) = cx.parse(form, item) else {
        // The block is walked for its own faults; without its header it means nothing.
        match form.rule {
            Rule::only_part | Rule::only_only_if | Rule::only_change_part => drop(body(cx, item)),
            Rule::only_on_create => drop(lines(cx, item)),
            Rule::only_table if !table::is_kept(cx.head(item)) => drop(table::rows(cx, item)),
            _ => {}
        }
        return None;
    };
    let span = cx.span(&pair);
    let parts: Vec<Pair<'_, Rule>> = pair.clone().into_inner().collect();
    Some(match form.rule {
        Rule::only_setting => Tree::Setting(setting::setting(cx, doc(cx, items, at), pair)),
        Rule::only_table => Tree::Table(table::table(cx, doc(cx, items, at), pair, item)?),
        Rule::only_systems => Tree::Systems(systems(cx, parts, span)?),
        Rule::only_identity => {
            let within = has(&parts, Rule::kw_in);
            let (left, right) = two(cx, parts)?;
            Tree::Identity { left, within, right, span }
        }
        Rule::only_match => {
            let pairs = parts.into_iter().filter(|p| p.as_rule() == Rule::pair);
            let pairs = pairs.filter_map(|p| two(cx, p.into_inner().collect())).collect();
            Tree::Match { pairs, span }
        }
        Rule::only_master => Tree::Master { value: name(cx, &parts)?, span },
        Rule::only_conflict => Tree::Conflict { policy: name(cx, &parts)?, span },
        Rule::only_numbered => {
            let by = name(cx, &parts)?;
            let columns = parts.into_iter().filter(|p| p.as_rule() == Rule::path).map(|p| path(cx, p)).collect();
            Tree::Number { columns, by, span }
        }
        Rule::only_send => Tree::Send(send(cx, parts, span)),
        Rule::only_hold => {
            let (condition, reason) = setting::condition_and_message(cx, pair);
            Tree::Hold { condition, reason, span }
        }
        Rule::only_failure => {
            let mut ends = parts.into_iter().filter(|p| matches!(p.as_rule(), Rule::path | Rule::expr | Rule::choice));
            let field = path(cx, ends.next()?);
            Tree::Failure { field, value: expr(cx, ends.next()?), span }
        }
        Rule::only_drop => {
            let field = parts.into_iter().find(|p| p.as_rule() == Rule::path)?;
            Tree::Drop { field: path(cx, field), span }
        }
        Rule::only_on_create => Tree::OnCreate { lines: lines(cx, item), span },
        Rule::only_only_if => {
            let condition = parts.into_iter().find(|p| p.as_rule() == Rule::expr)?;
            Tree::OnlyIf { condition: expr(cx, condition), body: body(cx, item), span }
        }
        Rule::only_change_part => Tree::ChangePart { name: name(cx, &parts)?, body: body(cx, item), span },
        _ => Tree::Part(part(cx, doc(cx, items, at), parts, span, item)?),
    })
}

/// The lines of an `on create` block.
fn lines(cx: &mut Context<'_>, statement: &Statement) -> Vec<Line> {
    let mut lines = Vec::new();
    each_statement(cx, statement, Place::OnCreate, |cx, _, item, found| {
        if let Found::Form(form) = found {
            lines.extend(line::line(cx, form, item));
        }
    });
    lines
}

fn has(parts: &[Pair<'_, Rule>], rule: Rule) -> bool {
    parts.iter().any(|p| p.as_rule() == rule)
}

fn name(cx: &Context<'_>, parts: &[Pair<'_, Rule>]) -> Option<Name> {
    parts.iter().find(|p| p.as_rule() == Rule::name).map(|p| cx.name(p))
}

fn two(cx: &mut Context<'_>, parts: Vec<Pair<'_, Rule>>) -> Option<(ast::Expr, ast::Expr)> {
    let mut sums = parts.into_iter().filter(|p| p.as_rule() == Rule::sum).map(|p| expr(cx, p));
    sums.next().zip(sums.next())
}

fn systems(cx: &mut Context<'_>, parts: Vec<Pair<'_, Rule>>, span: Span) -> Option<Systems> {
    let arrow = parts.iter().find_map(|p| line::arrow(cx, p))?;
    let mut records = parts.into_iter().filter(|p| p.as_rule() == Rule::record_ref).map(|p| record_ref(cx, p));
    let (severa, business) = records.next().zip(records.next())?;
    Some(Systems { severa, arrow, business, span })
}

fn record_ref(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> RecordRef {
    let span = cx.span(&pair);
    let mut inner = pair.into_inner();
    let record = cx.name(&next(&mut inner));
    let (mut index, mut condition) = (None, None);
    let mut filtered = false;
    for part in inner {
        match part.as_rule() {
            Rule::kw_where => filtered = true,
            Rule::expr if filtered => condition = Some(expr(cx, part)),
            Rule::expr => index = Some(expr(cx, part)),
            _ => {}
        }
    }
    RecordRef { record, index, condition, span }
}

fn send(cx: &mut Context<'_>, parts: Vec<Pair<'_, Rule>>, span: Span) -> Send {
    let mut send = Send {
        once: has(&parts, Rule::kw_once),
        side: Spanned::new(Side::Severa, span),
        also: has(&parts, Rule::kw_also),
        only_when_needed: has(&parts, Rule::when_needed),
        condition: None,
        span,
    };
    for part in parts {
        match part.as_rule() {
            Rule::side => send.side = Spanned::new(setting::side(&part), cx.span(&part)),
            Rule::expr => send.condition = Some(expr(cx, part)),
            _ => {}
        }
    }
    send
}

fn part(
    cx: &mut Context<'_>,
    doc: String,
    parts: Vec<Pair<'_, Rule>>,
    span: Span,
    statement: &Statement,
) -> Option<Part> {
    let (mut list, mut each, mut condition, mut first, mut arrow, mut target) = (None, None, None, None, None, None);
    let name = name(cx, &parts)?;
    for part in parts {
        match part.as_rule() {
            Rule::path => list = Some(path(cx, part)),
            Rule::each => {
                let mut transforms = Vec::new();
                for inner in part.into_inner() {
                    match inner.as_rule() {
                        Rule::path => list = Some(path(cx, inner)),
                        Rule::expr => transforms.push(expr(cx, inner)),
                        _ => {}
                    }
                }
                each = Some(transforms);
            }
            Rule::not_in => {
                let other = part.into_inner().find(|p| p.as_rule() == Rule::name);
                condition = other.map(|p| PartCondition::NotIn(cx.name(&p)));
            }
            Rule::expr => condition = Some(PartCondition::Where(expr(cx, part))),
            Rule::first => {
                let span = cx.span(&part);
                let by = part.into_inner().find(|p| p.as_rule() == Rule::path).map(|p| path(cx, p));
                first = Some(First { by, span });
            }
            Rule::part_target => {
                let inner = part.into_inner().find(|p| p.as_rule() != Rule::kw_business)?;
                target = Some(match inner.as_rule() {
                    Rule::same_row => PartTarget::SameRow(cx.span(&inner)),
                    _ => PartTarget::Record(record_ref(cx, inner)),
                });
            }
            _ => arrow = line::arrow(cx, &part).or(arrow),
        }
    }
    let body = body(cx, statement);
    Some(Part { doc, name, list: list?, each, condition, first, arrow: arrow?, target: target?, body, span })
}
