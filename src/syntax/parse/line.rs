//! Lines of the table: `left <-> transform <-> right`.

use super::context::{Context, next};
use super::expr::expr;
use super::forms::Form;
use super::plain;
use crate::diag::Diagnostic;
use crate::diag::codes::syntax::MIXED_ARROWS;
use crate::source::Spanned;
use crate::syntax::ast::{Arrow, Fallback, FallbackKind, Line, Segment};
use crate::syntax::grammar::Rule;
use crate::syntax::outline::Statement;
use pest::iterators::Pair;

/// A line; none where it does not parse or its arrows disagree.
pub fn line(cx: &mut Context<'_>, form: &Form, statement: &Statement) -> Option<Line> {
    let plain = || plain::line(cx.file, statement.head.start, cx.head(statement)).filter(|_| !statement.broken);
    match plain() {
        Some(line) => Some(line),
        None => by_grammar(cx, form, statement),
    }
}

pub fn by_grammar(cx: &mut Context<'_>, form: &Form, statement: &Statement) -> Option<Line> {
    let pair = cx.parse(form, statement)?;
    let span = cx.span(&pair);
    let mut arrows = Vec::new();
    let mut segments = Vec::new();
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::segment => segments.push(segment(cx, part)),
            _ => arrows.extend(arrow(cx, &part)),
        }
    }
    let first = arrows.first()?.clone();
    if let Some(other) = arrows.iter().find(|a| a.value != first.value) {
        let diagnostic = Diagnostic::new(
            MIXED_ARROWS,
            format!("`{}` and `{}` stand in one line", spelling(first.value), spelling(other.value)),
            other.span,
            "this arrow points another way",
        )
        .also(first.span, "than this one")
        .help("let all arrows of a line point the same way, or write both ways: `left <-> (-> f() <- g()) <-> right`");
        cx.fail(statement, diagnostic);
        return None;
    }
    Some(Line { arrow: first.value, segments, span })
}

fn segment(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Segment {
    let span = cx.span(&pair);
    let mut inner = pair.into_inner();
    let what = expr(cx, next(&mut inner));
    Segment { what, fallback: inner.next().map(|f| fallback(cx, f)), span }
}

pub fn fallback(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Fallback {
    let span = cx.span(&pair);
    let mut kind = FallbackKind::Blank;
    for part in pair.into_inner().filter(|p| p.as_rule() == Rule::outcome).flat_map(Pair::into_inner) {
        kind = match part.as_rule() {
            Rule::sum => FallbackKind::Default(Box::new(expr(cx, part))),
            Rule::kw_keep => FallbackKind::Keep,
            Rule::kw_hold => FallbackKind::Hold,
            Rule::kw_skip => FallbackKind::Skip,
            _ => kind,
        };
    }
    Fallback { kind, span }
}

pub fn arrow(cx: &Context<'_>, pair: &Pair<'_, Rule>) -> Option<Spanned<Arrow>> {
    let value = match pair.as_rule() {
        Rule::both => Arrow::Both,
        Rule::to_business => Arrow::ToBusiness,
        Rule::to_severa => Arrow::ToSevera,
        _ => return None,
    };
    Some(Spanned::new(value, cx.span(pair)))
}

pub fn spelling(arrow: Arrow) -> &'static str {
    match arrow {
        Arrow::Both => "<->",
        Arrow::ToBusiness => "->",
        Arrow::ToSevera => "<-",
    }
}
