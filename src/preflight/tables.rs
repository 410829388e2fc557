//! Values that a table of the mapping does not name, so that its `else` stands in, and numbers that a table gives
//! and the other side does not have: payment terms above all.

use super::{Check, Finding, Section, Severity, Subject, counted};
use crate::plan::{Operation, Planned};
use crate::program::expr::{MapRow, Member};
use crate::program::{Env, Expr, Line, Scope, Sends, eval};
use crate::run::Survey;
use crate::systems::Row;
use crate::systems::examine::{Codes, Topic};
use crate::value::{Side, Value};
use std::collections::BTreeMap;

/// Records named in a finding before `and 3 more`.
const NAMED: usize = 3;

pub fn section(subjects: &[Subject], survey: &Survey, env: &Env) -> Section {
    let mut findings = Vec::new();
    let mut lines = 0;
    for subject in subjects {
        for to in Side::BOTH {
            let from = to.other();
            let rows: Vec<&Row> = match subject.entity.creates_on(to) {
                true => {
                    subject.rows(from).iter().filter(|r| subject.entity.sends(from, r, env) == Sends::Yes).collect()
                }
                false => Vec::new(),
            };
            for line in subject.entity.lines.iter().filter(|line| line.writes_to(to) && !line.write_back) {
                lines += usize::from(exprs(line, to).iter().any(|e| e.any(&|e| rest(e).is_some())));
                of_line(subject, line, from, &rows, env, &mut findings);
            }
        }
    }
    for subject in subjects {
        for codes in survey.business.codes.iter().filter(|c| c.record == subject.entity.business.record.name) {
            unknown_there(subject, codes, &mut findings);
        }
    }
    let unseen = survey.business.unseen.iter().filter(|u| u.topic == Topic::Codes).cloned().collect();
    let mut looked = vec![format!("{} with a table that has an `else`", counted(lines, "line"))];
    looked.extend(survey.business.codes.iter().map(|codes| format!("{} for {}", codes.kept, codes.field)));
    Section::new(Check::Tables, looked.join(", "), findings).unseen(unseen)
}

/// Numbers that the plan writes and Visma Business does not have.
fn unknown_there(subject: &Subject, codes: &Codes, findings: &mut Vec<Finding>) {
    let mut found: BTreeMap<i64, Vec<&Operation>> = BTreeMap::new();
    for operation in subject.plan.operations.iter().filter(|operation| operation.side == Side::Business) {
        let written = operation.fields.iter().filter_map(|field| match &field.new {
            Planned::Value(Value::Int(number)) if field.field == codes.field => Some(*number),
            _ => None,
        });
        for number in written.filter(|number| *number != 0 && !codes.known.contains(number)) {
            found.entry(number).or_default().push(operation);
        }
    }
    for (number, operations) in found {
        let mut who: Vec<_> =
            operations.iter().take(NAMED).map(|o| format!("{} {}", o.key, o.name).trim().to_owned()).collect();
        if operations.len() > NAMED {
            who.push(format!("and {} more", operations.len() - NAMED));
        }
        let what =
            format!("{} has no number {number}, which {} would get for {}", codes.kept, codes.field, who.join(", "));
        let todo = "correct the table in the mapping, or add the number in Visma Business";
        findings.push(Finding {
            severity: Severity::Blocks,
            entity: subject.entity.name.clone(),
            side: Some(Side::Business),
            id: String::new(),
            key: String::new(),
            name: String::new(),
            what,
            todo: todo.to_owned(),
        });
    }
}

fn exprs(line: &Line, to: Side) -> &[Expr] {
    if to == Side::Business { &line.forward } else { &line.backward }
}

/// What a table makes of values that it does not name, if it says so.
fn rest(expr: &Expr) -> Option<(&[MapRow], &Expr, &Expr)> {
    match expr {
        Expr::Map { rows, otherwise: Some(otherwise), of } => Some((rows.rows(), otherwise, of)),
        _ => None,
    }
}

fn of_line(subject: &Subject, line: &Line, from: Side, rows: &[&Row], env: &Env, findings: &mut Vec<Finding>) {
    let mut found: BTreeMap<(String, String), Vec<&Row>> = BTreeMap::new();
    for expr in exprs(line, from.other()).iter().filter(|e| e.any(&|e| rest(e).is_some())) {
        for row in rows {
            let scope = Scope::of(subject.entity, from, row, env);
            expr.visit(&mut |inner| {
                let Some((named, otherwise, of)) = rest(inner) else { return };
                let Ok(given) = eval::value(of, &scope, env) else { return };
                if given.is_null() || named.iter().any(|row| names(&row.key, &given)) {
                    return;
                }
                let instead = eval::value(otherwise, &scope, env).unwrap_or_default();
                // An identifier says nothing to a person.
                let instead = if instead.as_guid().is_some() { String::new() } else { format!(" as {instead}") };
                found.entry((given.to_string(), instead)).or_default().push(row);
            });
        }
    }
    for ((given, instead), rows) in found {
        let mut who: Vec<_> = rows.iter().take(NAMED).map(|row| subject.shown(from, row)).collect();
        if rows.len() > NAMED {
            who.push(format!("and {} more", rows.len() - NAMED));
        }
        findings.push(Finding {
            severity: Severity::Look,
            entity: subject.entity.name.clone(),
            side: Some(from),
            id: String::new(),
            key: String::new(),
            name: String::new(),
            what: format!(
                "{}: {given} is not in the table and goes by its `else`{instead}, for {}",
                line.key,
                who.join(", ")
            ),
            todo: "add a row to the table in the mapping, or leave it if that is meant".to_owned(),
        });
    }
}

fn names(key: &Member, given: &Value) -> bool {
    match key {
        Member::Is(value) => value.same(given),
        Member::Between(from, to) => given.as_int().is_some_and(|n| (*from..=*to).contains(&n)),
    }
}
