//! Values, conditions and transforms.

use super::context::{Context, next};
use super::{line, table, text};
use crate::diag::Diagnostic;
use crate::diag::codes::syntax::TOO_DEEP;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{BinaryOp, Branch, Expr, ExprKind, IsTest, Path, PathStep, Word};
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;

/// How many operators may stand in a row, those of the brackets around them counted: each is a
/// level of the tree, and of the stack of whoever walks it.
const MAX_CHAIN: usize = 100;

/// An expression, from any of its rules.
pub fn expr(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Expr {
    let span = cx.span(&pair);
    match pair.as_rule() {
        Rule::expr | Rule::conjunction | Rule::sum | Rule::product => chain(cx, pair),
        Rule::negation | Rule::unary => prefixed(cx, pair),
        Rule::comparison => comparison(cx, pair),
        Rule::ranged => {
            let mut inner = pair.into_inner();
            let low = expr(cx, next(&mut inner));
            match inner.nth(1) {
                Some(high) => {
                    let high = expr(cx, high);
                    Expr { kind: ExprKind::Range(Box::new(low), Box::new(high)), span }
                }
                None => low,
            }
        }
        Rule::group => group(cx, pair),
        _ => Expr { kind: primary(cx, pair), span },
    }
}

pub fn path(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Path {
    let span = cx.span(&pair);
    let steps = pair.into_inner().filter(|p| p.as_rule() == Rule::step).map(|p| step(cx, p)).collect();
    Path { steps, span }
}

fn step(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> PathStep {
    let span = cx.span(&pair);
    let mut inner = pair.into_inner();
    let name = next(&mut inner).as_str().to_owned();
    let index = inner.find(|p| p.as_rule() == Rule::expr).map(|p| Box::new(expr(cx, p)));
    PathStep { name, index, span }
}

/// `a (op a)*`, leaning left.
fn chain(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Expr {
    let whole = cx.span(&pair);
    let mut inner = pair.into_inner();
    let operators = inner.clone().count() / 2;
    if cx.operators + operators > MAX_CHAIN {
        return too_deep(cx, whole);
    }
    cx.operators += operators;
    let mut left = expr(cx, next(&mut inner));
    while let (Some(sign), Some(right)) = (inner.next(), inner.next()) {
        let op = Spanned::new(operator(sign.as_rule()), cx.span(&sign));
        let right = expr(cx, right);
        let span = left.span.to(right.span);
        left = Expr { kind: ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span };
    }
    cx.operators -= operators;
    left
}

fn operator(rule: Rule) -> BinaryOp {
    match rule {
        Rule::kw_or => BinaryOp::Or,
        Rule::kw_and => BinaryOp::And,
        Rule::ne => BinaryOp::Ne,
        Rule::le => BinaryOp::Le,
        Rule::ge => BinaryOp::Ge,
        Rule::lt => BinaryOp::Lt,
        Rule::gt => BinaryOp::Gt,
        Rule::plus => BinaryOp::Add,
        Rule::minus => BinaryOp::Sub,
        Rule::star => BinaryOp::Mul,
        Rule::slash => BinaryOp::Div,
        _ => BinaryOp::Eq,
    }
}

/// `not not x`, `-x`
fn prefixed(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Expr {
    let whole = cx.span(&pair);
    let mut parts: Vec<_> = pair.into_inner().collect();
    let last = parts.pop().expect("the grammar ends with a value");
    if cx.operators + parts.len() > MAX_CHAIN {
        return too_deep(cx, whole);
    }
    cx.operators += parts.len();
    let mut value = expr(cx, last);
    cx.operators -= parts.len();
    for sign in parts.iter().rev() {
        let span = cx.span(sign).to(value.span);
        let inner = Box::new(value);
        let kind = if sign.as_rule() == Rule::minus { ExprKind::Negative(inner) } else { ExprKind::Not(inner) };
        value = Expr { kind, span };
    }
    value
}

/// Says so; what stands for it in the tree means nothing.
fn too_deep(cx: &mut Context<'_>, span: Span) -> Expr {
    cx.diagnostics.push(
        Diagnostic::new(TOO_DEEP, format!("more than {MAX_CHAIN} operators in a row"), span, "too long to be meant")
            .help("write a list and `in`, or split it over several lines"),
    );
    Expr { kind: ExprKind::Word(Word::Blank), span }
}

fn comparison(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Expr {
    let span = cx.span(&pair);
    let mut inner = pair.into_inner();
    let value = expr(cx, next(&mut inner));
    let Some(tail) = inner.next() else { return value };
    let value = Box::new(value);
    let kind = match tail.as_rule() {
        Rule::membership => {
            let parts: Vec<_> = tail.into_inner().collect();
            let negated = parts.first().is_some_and(|p| p.as_rule() == Rule::kw_not);
            let list = parts.into_iter().next_back().expect("the grammar ends with a list");
            ExprKind::In { value, list: Box::new(expr(cx, list)), negated }
        }
        Rule::state => {
            let negated = tail.clone().into_inner().any(|p| p.as_rule() == Rule::kw_not);
            let set = tail.into_inner().any(|p| p.as_rule() == Rule::kw_set);
            ExprKind::Is { value, test: if set { IsTest::Set } else { IsTest::Blank }, negated }
        }
        rule => {
            let op = Spanned::new(operator(rule), cx.span(&tail));
            let right = Box::new(expr(cx, next(&mut inner)));
            ExprKind::Binary { op, left: value, right }
        }
    };
    Expr { kind, span }
}

/// `(a)` is `a`; with commas it is a tuple.
fn group(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Expr {
    let span = cx.span(&pair);
    let mut values = values(cx, pair);
    if values.len() == 1
        && let Some(value) = values.pop()
    {
        return Expr { span, ..value };
    }
    Expr { kind: ExprKind::Tuple(values), span }
}

/// The expressions among a pair's children, marks left out.
fn values(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Vec<Expr> {
    pair.into_inner().filter(|p| is_value(p.as_rule())).map(|p| expr(cx, p)).collect()
}

fn is_value(rule: Rule) -> bool {
    matches!(rule, Rule::expr | Rule::choice | Rule::ranged | Rule::sum)
}

fn primary(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> ExprKind {
    match pair.as_rule() {
        Rule::number => ExprKind::Number(pair.as_str().to_owned()),
        Rule::text => text::value(cx, &pair),
        Rule::boolean => ExprKind::Bool(pair.as_str().trim() == "true"),
        Rule::blank_word => ExprKind::Word(match pair.as_str().trim() {
            "none" => Word::None,
            "nothing" => Word::Nothing,
            "any" => Word::Any,
            "keep" => Word::Keep,
            _ => Word::Blank,
        }),
        Rule::list => ExprKind::List(values(cx, pair)),
        Rule::map => ExprKind::Map(table::map_rows(cx, pair)),
        Rule::choice => choice(cx, pair),
        Rule::two_ways => {
            let mut ways = pair.into_inner().filter(|p| matches!(p.as_rule(), Rule::forward | Rule::backward));
            let forward = values(cx, next_of(&mut ways));
            let backward = values(cx, next_of(&mut ways));
            ExprKind::TwoWays { forward, backward }
        }
        Rule::quantified => {
            let mut inner = pair.into_inner();
            let any = next(&mut inner).as_rule() == Rule::kw_any;
            let list = path(cx, next(&mut inner));
            let condition = inner.next_back().expect("the grammar ends with a condition");
            ExprKind::Quantified { any, list, condition: Box::new(expr(cx, condition)) }
        }
        Rule::first_of => {
            let chains = pair.into_inner().filter(|p| p.as_rule() == Rule::chain);
            ExprKind::FirstOf(chains.map(|c| values(cx, c)).collect())
        }
        Rule::link => {
            let mut names = pair.into_inner().filter(|p| p.as_rule() == Rule::name);
            let entity = cx.name(&next_of(&mut names));
            ExprKind::Link { entity, column: names.next().map(|p| cx.name(&p)) }
        }
        Rule::call => {
            let mut inner = pair.into_inner();
            let name = cx.name(&next(&mut inner));
            let arguments = inner.filter(|p| p.as_rule() == Rule::argument);
            ExprKind::Call { name, args: arguments.flat_map(|a| values(cx, a)).collect() }
        }
        _ => ExprKind::Path(path(cx, pair)),
    }
}

fn next_of<'i>(pairs: &mut impl Iterator<Item = Pair<'i, Rule>>) -> Pair<'i, Rule> {
    pairs.next().expect("the grammar gives the rule this child")
}

fn choice(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> ExprKind {
    let mut branches = Vec::new();
    let mut otherwise = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::branch => branches.push(branch(cx, part)),
            Rule::expr => otherwise = Some(Box::new(expr(cx, part))),
            _ => {}
        }
    }
    ExprKind::Choice { branches, otherwise }
}

fn branch(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Branch {
    let span = cx.span(&pair);
    let fallback = pair.clone().into_inner().find(|p| p.as_rule() == Rule::fallback);
    let mut values = pair.into_inner().filter(|p| p.as_rule() == Rule::expr);
    let condition = expr(cx, next_of(&mut values));
    let value = expr(cx, next_of(&mut values));
    Branch { condition, value, fallback: fallback.map(|f| line::fallback(cx, f)), span }
}
