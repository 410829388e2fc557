//! Texts that lose their end on the other side, by `fit` and its like; what `truncate` cuts is meant so.

use super::{Check, Finding, Severity, Subject};
use crate::program::{Env, Expr, Line, Sends};
use crate::systems::Row;
use crate::value::{Side, Value};

pub fn findings(subjects: &[Subject], env: &Env) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in subjects {
        for to in Side::BOTH.into_iter().filter(|to| subject.entity.creates_on(*to)) {
            let from = to.other();
            for row in subject.rows(from).iter().filter(|row| subject.entity.sends(from, row, env) == Sends::Yes) {
                for line in subject.entity.lines.iter().filter(|line| line.writes_to(to) && !line.write_back) {
                    if line.loses_text(subject.entity, from, row, env) {
                        let what = what(subject, line, from, row);
                        findings.push(subject.finding(Severity::Look, from, row, what, Check::TooLong.todo()));
                    }
                }
            }
        }
    }
    findings
}

/// `name <-> Nm: 90 characters, and 80 fit`
fn what(subject: &Subject, line: &Line, from: Side, row: &Row) -> String {
    let exprs = if from == Side::Severa { &line.forward } else { &line.backward };
    let mut room = None;
    exprs.iter().for_each(|expr| {
        expr.visit(&mut |e| {
            if let Expr::Apply { function, args, back: false, .. } = e
                && function.cuts
            {
                room = args.first().and_then(Value::as_int).or(room);
            }
        });
    });
    let texts = line.slots(from).iter().filter_map(|slot| subject.entity.slot(from, row, *slot).as_text());
    // Of an address of several lines the longest counts.
    let longest = texts.flat_map(str::lines).map(|text| text.trim_end().chars().count()).max().unwrap_or(0);
    let there = from.other().title();
    match room {
        Some(room) => {
            format!("{}: {longest} characters, and {room} fit in {there}, so its end would be lost", line.key)
        }
        None => format!("{}: too long for {there}, so its end would be lost", line.key),
    }
}
