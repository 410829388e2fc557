//! Settings, their types, and `require`.

use super::context::{Context, next};
use super::expr::expr;
use super::text;
use crate::source::Spanned;
use crate::syntax::ast::{Require, Setting, SettingType};
use crate::syntax::grammar::Rule;
use crate::value::Side;
use pest::iterators::Pair;

pub fn setting(cx: &mut Context<'_>, doc: String, pair: Pair<'_, Rule>) -> Setting {
    let span = cx.span(&pair);
    let mut name = Spanned::new(String::new(), span);
    let mut ty = None;
    let mut or_none = false;
    let mut default = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::name => name = cx.name(&part),
            Rule::setting_type => ty = Some(setting_type(cx, part)),
            Rule::or_none => or_none = true,
            Rule::ranged => default = Some(expr(cx, part)),
            _ => {}
        }
    }
    let ty = ty.expect("the grammar gives a setting its type");
    Setting { doc, name, ty, or_none, default, span }
}

pub fn setting_type(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> SettingType {
    let inner = next(&mut pair.into_inner());
    let rule = inner.as_rule();
    let mut names = Vec::new();
    let mut of_side = Side::Severa;
    let mut size = None;
    let mut bounds = Vec::new();
    for part in inner.into_inner() {
        match part.as_rule() {
            Rule::setting_type => return SettingType::List(Box::new(setting_type(cx, part))),
            Rule::name => names.push(cx.name(&part)),
            Rule::side => of_side = side(&part),
            Rule::number => size = part.as_str().parse().ok(),
            Rule::sum => bounds.push(expr(cx, part)),
            _ => {}
        }
    }
    if rule == Rule::one_of {
        return SettingType::OneOf(names);
    }
    let mut names = names.into_iter();
    let name = names.next().expect("the grammar gives a type its name");
    if rule == Rule::of_side {
        return SettingType::Of { side: of_side, record: name, by: names.next() };
    }
    let mut bounds = bounds.into_iter();
    SettingType::Plain { name, size, within: bounds.next().zip(bounds.next()) }
}

pub fn require(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Require {
    let span = cx.span(&pair);
    let (condition, message) = condition_and_message(cx, pair);
    Require { condition, message, span }
}

/// `… CONDITION: "message"`, of `require` and `hold when`.
pub fn condition_and_message(
    cx: &mut Context<'_>,
    pair: Pair<'_, Rule>,
) -> (crate::syntax::ast::Expr, Spanned<String>) {
    let mut condition = None;
    let mut message = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::expr => condition = Some(expr(cx, part)),
            Rule::text => message = Some(text::plain(cx, &part)),
            _ => {}
        }
    }
    let both = condition.zip(message);
    both.expect("the grammar gives both")
}

pub fn side(pair: &Pair<'_, Rule>) -> Side {
    if pair.as_str() == Side::Business.word() { Side::Business } else { Side::Severa }
}
