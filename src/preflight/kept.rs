//! Records that their side's filter leaves behind; those without a field, such as an e-mail address, one by one.

use super::{Check, Finding, Section, Severity, Subject, counted};
use crate::plan::Kind;
use crate::program::expr::slots;
use crate::program::{Env, Expr, Sends, Slot};
use crate::systems::Row;
use crate::value::Side;
use std::collections::{BTreeMap, BTreeSet};

pub fn sections(subjects: &[Subject], env: &Env) -> Vec<Section> {
    let (mut blank, mut others) = (Vec::new(), Vec::new());
    let (mut filters, mut count) = (0, 0);
    for subject in subjects {
        for side in Side::BOTH {
            if !subject.entity.creates_on(side.other()) || subject.entity.filter(side).is_none() {
                continue;
            }
            filters += 1;
            count += left_behind(subject, side, env, &mut blank, &mut others);
            would_not_come_back(subject, side, &mut blank);
        }
    }
    let looked = counted(filters, "filter");
    let behind = format!("{} behind {looked}", counted(count, "record"));
    vec![Section::new(Check::KeptBackBlank, looked, blank), Section::new(Check::KeptBack, behind, others)]
}

fn is_blank_test(text: &str) -> bool {
    text.trim().ends_with("is not blank")
}

fn field_of(subject: &Subject, side: Side, condition: &Expr) -> String {
    let slots = slots(condition);
    slots.first().map(|slot| subject.entity.field_name(side, *slot).to_owned()).unwrap_or_default()
}

/// Answers how many a filter leaves behind that asks for more than a field.
fn left_behind(subject: &Subject, side: Side, env: &Env, blank: &mut Vec<Finding>, others: &mut Vec<Finding>) -> usize {
    let linked: BTreeSet<&str> = subject
        .plan
        .settled
        .iter()
        .map(|s| if side == Side::Severa { s.severa_id.as_str() } else { s.business_id.as_str() })
        .collect();
    let mut counts: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in subject.rows(side).iter().filter(|row| !linked.contains(row.id.as_str())) {
        let Sends::No(condition) = subject.entity.sends(side, row, env) else { continue };
        if is_blank_test(&condition) {
            let what = format!("stays in {}: `{condition}` does not hold", side.title());
            let todo = "fill the field in if the record is wanted on the other side";
            blank.push(subject.finding(Severity::Look, side, row, what, todo));
        } else {
            counts.entry(condition).or_default().push(row);
        }
    }
    let behind = counts.values().map(Vec::len).sum();
    for (condition, rows) in counts {
        let some: Vec<_> = rows.iter().take(3).map(|row| subject.shown(side, row)).collect();
        let more =
            if rows.len() > some.len() { format!(" and {} more", rows.len() - some.len()) } else { String::new() };
        let what = format!(
            "{} in {}, where `{condition}` does not hold: {}{more}",
            stay(rows.len()),
            side.title(),
            some.join(", ")
        );
        others.push(Finding {
            severity: Severity::Fine,
            entity: subject.entity.name.clone(),
            side: Some(side),
            id: String::new(),
            key: String::new(),
            name: String::new(),
            what,
            todo: String::new(),
        });
    }
    behind
}

fn stay(count: usize) -> String {
    if count == 1 { "1 stays".to_owned() } else { format!("{count} stay") }
}

/// Records that would be created without the very field which their new side asks for.
fn would_not_come_back(subject: &Subject, side: Side, blank: &mut Vec<Finding>) {
    let from = side.other();
    let Some(filter) = subject.entity.filter(side).filter(|_| subject.entity.creates_on(side)) else { return };
    let rows: BTreeMap<&str, &Row> = subject.rows(from).iter().map(|row| (row.id.as_str(), row)).collect();
    for (condition, text) in filter.parts.iter().filter(|(_, text)| is_blank_test(text)) {
        let field = field_of(subject, side, condition);
        let mapped = subject.entity.lines.iter().any(|line| {
            let own = |slot: &Slot| subject.entity.field_name(side, *slot) == field;
            line.writes_to(side) && line.slots(side).iter().any(own)
        });
        let created = subject.plan.operations.iter().filter(|o| o.kind == Kind::Create && o.side == side && mapped);
        for operation in created.filter(|o| !o.fields.iter().any(|f| f.field == field)) {
            let Some(row) = rows.get(operation.source_id.as_str()) else { continue };
            let what = format!(
                "would be created in {} without {field}, and `{text}` is what travels from there",
                side.title()
            );
            blank.push(subject.finding(Severity::Look, from, row, what, "fill the field in"));
        }
    }
}
