//! Examples: records on one side, and what they must become on the other.

use super::context::{Context, next};
use super::expr::{expr, path};
use super::file::each_statement;
use super::forms::{Found, Place};
use super::{setting, text};
use crate::diag::Diagnostic;
use crate::diag::codes::syntax::REPEATED_HEADER;
use crate::source::Span;
use crate::syntax::ast::{Example, ExampleRecord, ExampleSide, ExampleValue};
use crate::syntax::grammar::Rule;
use crate::syntax::outline::Statement;
use crate::value::Side;
use pest::iterators::Pair;

pub fn example(cx: &mut Context<'_>, pair: Pair<'_, Rule>, statement: &Statement) -> Option<Example> {
    let span = cx.span(&pair);
    let mut title = None;
    let mut entity = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::text => title = Some(text::plain(cx, &part)),
            Rule::name => entity = Some(cx.name(&part)),
            _ => {}
        }
    }
    let lost = cx.lost.len();
    let (severa, business) = sides(cx, statement);
    // Half an example would show something else than what was meant.
    if cx.lost.len() > lost {
        return None;
    }
    Some(Example { title: title?, entity: entity?, severa, business, span })
}

/// Both sides of an example's block.
pub fn sides(cx: &mut Context<'_>, statement: &Statement) -> (Option<ExampleSide>, Option<ExampleSide>) {
    let mut severa: Option<(ExampleSide, Span)> = None;
    let mut business = None;
    each_statement(cx, statement, Place::Example, |cx, _, item, found| {
        let Found::Form(form) = found else { return };
        let Some(pair) = cx.parse(form, item) else { return };
        let span = cx.span(&pair);
        let (of, side) = example_side(cx, pair);
        let slot = if of == Side::Severa { &mut severa } else { &mut business };
        match slot {
            Some((_, first)) => {
                let message = format!("`{}` stands twice in one example", of.word());
                let diagnostic = Diagnostic::new(REPEATED_HEADER, message, span, "a second time")
                    .also(*first, "the first")
                    .help("write an example for each");
                cx.diagnostics.push(diagnostic);
            }
            None => *slot = Some((side, span)),
        }
    });
    (severa.map(|s| s.0), business.map(|b| b.0))
}

fn example_side(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> (Side, ExampleSide) {
    let mut inner = pair.into_inner();
    let of = setting::side(&next(&mut inner));
    let what = next(&mut inner);
    let side = match what.as_rule() {
        Rule::kw_nothing => ExampleSide::Nothing(cx.span(&what)),
        _ => ExampleSide::Record(record(cx, what)),
    };
    (of, side)
}

fn record(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> ExampleRecord {
    let span = cx.span(&pair);
    let fields = pair.into_inner().filter(|p| p.as_rule() == Rule::field).map(|p| field(cx, p)).collect();
    ExampleRecord { fields, span }
}

fn field(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> (crate::syntax::ast::Path, ExampleValue) {
    let mut inner = pair.into_inner().filter(|p| p.as_rule() != Rule::colon);
    let name = inner.next().map(|p| path(cx, p)).expect("the grammar names the field");
    let what = inner.next().expect("the grammar gives the field a value");
    let span = cx.span(&what);
    let value = match what.as_rule() {
        Rule::record => ExampleValue::Record(record(cx, what)),
        Rule::records => {
            let records = what.into_inner().filter(|p| p.as_rule() == Rule::record);
            ExampleValue::List(records.map(|p| record(cx, p)).collect(), span)
        }
        _ => ExampleValue::Value(expr(cx, what)),
    };
    (name, value)
}
