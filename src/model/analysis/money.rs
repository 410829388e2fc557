//! Amounts and their currencies.

use super::Whole;
use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::model::facts::Compiled;
use crate::program::expr::slots;
use crate::program::{Expr, Slot};
use crate::value::Side;

/// Severa keeps an amount together with its currency; one without the other is refused.
pub fn without_currency(whole: &Whole, one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let entity = &one.entity;
    let written = |name: &str| {
        let by_line = entity.lines.iter().any(|line| {
            line.writes_to(Side::Severa)
                && line.severa.iter().any(|slot| entity.field_name(Side::Severa, *slot) == name)
        });
        by_line || entity.constants_severa.iter().any(|(field, _)| field == name)
    };
    for (line, fact) in entity.lines.iter().zip(&one.lines).filter(|(line, _)| line.writes_to(Side::Severa)) {
        for slot in &line.severa {
            let name = entity.field_name(Side::Severa, *slot);
            let Some(owner) = name.strip_suffix(".amount") else { continue };
            let currency = format!("{owner}.currencyCode");
            if !has(whole, one, Side::Severa, &currency) || written(&currency) {
                continue;
            }
            let message = format!("`{name}` is written without its currency");
            let diagnostic = Diagnostic::new(codes::AMOUNT_WITHOUT_CURRENCY, message, fact.left, "an amount of what?")
                .help(format!("add a line for `{currency}`"));
            diagnostics.push(dropped(whole, &entity.name, &currency, diagnostic));
        }
    }
}

/// An amount that goes to a record with a currency of its own: is it the same one?
pub fn unchecked(whole: &Whole, top: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let has_currency = |one: &Compiled| has(whole, one, Side::Business, "Cur");
    let mut see = |one: &Compiled| {
        let entity = &one.entity;
        if !(has_currency(one) || entity.owner.is_some() && has_currency(top)) {
            return;
        }
        for (line, fact) in entity.lines.iter().zip(&one.lines).filter(|(line, _)| line.writes_to(Side::Business)) {
            for slot in &line.severa {
                let name = entity.field_name(Side::Severa, *slot);
                let Some(owner) = name.strip_suffix(".amount") else { continue };
                let currency = format!("{owner}.currencyCode");
                if !has(whole, one, Side::Severa, &currency) || looked_at(one, &currency) {
                    continue;
                }
                let message = format!("`{name}` may be in another currency than the record it goes to");
                diagnostics.push(
                    Diagnostic::new(codes::CURRENCY_UNCHECKED, message, fact.span, "nothing looks at its currency")
                        .help(format!(
                            "map `{currency}`, or hold what differs: `hold when {currency} != …: \"another currency\"`"
                        )),
                );
            }
        }
    };
    crate::model::verify::each(top, &mut see);
}

/// Shows the `drop` that took the line away, where there is one.
fn dropped(whole: &Whole, entity: &str, field: &str, diagnostic: Diagnostic) -> Diagnostic {
    let top = entity.split('.').next().unwrap_or_default();
    let drop = whole.drops.iter().find(|drop| drop.entity == top && (drop.ends.0 == field || drop.ends.1 == field));
    match drop {
        Some(drop) => diagnostic.also(drop.span, "dropped here"),
        None => diagnostic,
    }
}

/// Amounts go to a record that has a currency of its own, and nothing says which.
pub fn unset(whole: &Whole, top: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let entity = &top.entity;
    let own = ["currency.code", "currency.guid"].into_iter().filter(|field| has(whole, top, Side::Severa, field));
    let own: Vec<&str> = own.collect();
    let set = entity.lines.iter().any(|line| {
        line.writes_to(Side::Business) && line.business.iter().any(|s| entity.field_name(Side::Business, *s) == "Cur")
    });
    let given = entity.constants_business.iter().any(|(field, _)| field == "Cur");
    let looks = own.iter().any(|field| looked_at(top, field));
    if !entity.creates_on(Side::Business)
        || !has(whole, top, Side::Business, "Cur")
        || set
        || given
        || own.is_empty()
        || looks
    {
        return;
    }
    let mut told = false;
    crate::model::verify::each(top, &mut |one| {
        for (line, fact) in one.entity.lines.iter().zip(&one.lines).filter(|(line, _)| line.writes_to(Side::Business)) {
            let amount = line.severa.iter().map(|slot| one.entity.field_name(Side::Severa, *slot));
            let mut amount = amount;
            let Some(amount) = amount.find(|name| name.ends_with(".amount")) else { continue };
            if std::mem::replace(&mut told, true) {
                return;
            }
            let message = format!("`{amount}` goes to a record whose currency nothing sets");
            let diagnostic = Diagnostic::new(codes::CURRENCY_UNCHECKED, message, fact.span, "an amount of what?")
                .help("map the record's currency to `Cur`, or hold what is not in the company's own");
            diagnostics.push(dropped(whole, &entity.name, "Cur", diagnostic));
        }
    });
}

fn has(whole: &Whole, one: &Compiled, side: Side, field: &str) -> bool {
    one.record(whole.schemas, side).is_some_and(|record| record.field(field).is_some())
}

/// Whether a line, a hold or a filter reads the field.
fn looked_at(one: &Compiled, field: &str) -> bool {
    let entity = &one.entity;
    let is = |slot: &Slot| entity.field_name(Side::Severa, *slot) == field;
    let reads = |expr: &Expr| slots(expr).iter().any(is);
    entity.lines.iter().any(|line| line.severa.iter().any(is))
        || entity.holds.iter().any(|(condition, _)| reads(condition))
        || entity.send_severa.as_ref().is_some_and(|filter| reads(&filter.condition))
}
