//! What the plan of a first run holds, by its codes; what does not fit, by the part of the line that says so.

use super::stops::stops;
use super::{Check, Finding, Section, Severity, Subject};
use crate::program::{Env, Program};
use crate::run::Data;
use crate::state::Held;
use std::collections::BTreeMap;

const CHECKS: &[Check] = &[
    Check::SameNumber,
    Check::SameName,
    Check::Ambiguous,
    Check::Missing,
    Check::TooLong,
    Check::NotAKey,
    Check::NoCounterpart,
    Check::Held,
    Check::NotLinked,
];

pub fn sections(program: &Program, data: &Data, subjects: &[Subject], env: &Env) -> Vec<Section> {
    let mut found: BTreeMap<Check, Vec<Finding>> = BTreeMap::new();
    let by_name: BTreeMap<&str, &Subject> = subjects.iter().map(|s| (s.entity.name.as_str(), s)).collect();
    // What is only carried over when needed is in the plan without records of its own.
    for held in data.plan.entities.iter().flat_map(|entity| &entity.held) {
        for (check, reason) in reasons(by_name.get(held.entity.as_str()).copied(), held, env) {
            found.entry(check).or_default().push(finding(check, held, reason));
        }
    }
    let looked = |check: Check| match check {
        Check::SameNumber | Check::SameName | Check::Ambiguous => pairing(program),
        _ => "as the plan of a first run says".to_owned(),
    };
    CHECKS.iter().map(|check| Section::new(*check, looked(*check), found.remove(check).unwrap_or_default())).collect()
}

/// `Customer: number = CustNo, name = Nm`, for each entity that is paired by keys.
fn pairing(program: &Program) -> String {
    let carried = program.entities.iter().filter(|entity| entity.carried && !entity.matches.is_empty());
    let words = carried.map(|entity| {
        let pairs = entity.matches.iter().flat_map(|rule| &rule.pairs);
        format!("{}: {}", entity.name, pairs.map(|pair| pair.text.as_str()).collect::<Vec<_>>().join(", "))
    });
    let words: Vec<_> = words.collect();
    if words.is_empty() { "nothing is paired by number or name".to_owned() } else { words.join("; ") }
}

fn reasons(subject: Option<&Subject>, held: &Held, env: &Env) -> Vec<(Check, String)> {
    let one = |check| vec![(check, held.reason.clone())];
    match held.code.as_str() {
        "same-number" => one(Check::SameNumber),
        "same-name" => one(Check::SameName),
        "ambiguous" | "same-identity" => one(Check::Ambiguous),
        "missing-required" => one(Check::Missing),
        "does-not-fit" | "not-linked" => {
            let row = subject.and_then(|s| s.rows(held.side).iter().find(|row| row.id == held.id));
            let stops = subject.zip(row).map(|(s, row)| stops(s.entity, held.side, row, env)).unwrap_or_default();
            // Where no line of the record itself says so, one of its parts does.
            if !stops.iter().any(|stop| stop.reason == held.reason) {
                return one(if held.code == "not-linked" { Check::NotLinked } else { Check::Held });
            }
            stops.into_iter().map(|stop| (stop.check, stop.reason)).collect()
        }
        _ => one(Check::Held),
    }
}

fn finding(check: Check, held: &Held, what: String) -> Finding {
    // What waits for another record follows by itself.
    let severity = if check == Check::NotLinked { Severity::Look } else { Severity::Blocks };
    Finding {
        severity,
        entity: held.entity.clone(),
        side: Some(held.side),
        id: held.id.clone(),
        key: held.key.clone(),
        name: held.name.trim().to_owned(),
        what,
        todo: check.todo().to_owned(),
    }
}
