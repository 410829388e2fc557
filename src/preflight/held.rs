//! What the plan of a first run holds, by its codes; what does not fit, by the part of the line that says so.

use super::stops::stops;
use super::{Check, Finding, Section, Severity, Subject, long};
use crate::program::{Env, Program, Sends};
use crate::run::Data;
use crate::state::Held;
use crate::value::Side;
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
            let reason = readable(program, held, &reason);
            found.entry(check).or_default().push(finding(check, held, reason));
        }
    }
    found.entry(Check::TooLong).or_default().extend(long::findings(subjects, env));
    let pairing = pairing(program);
    let looked = |check: Check| match check {
        Check::SameNumber | Check::SameName | Check::Ambiguous => pairing.as_str(),
        _ => "none, as the plan of a first run says",
    };
    CHECKS.iter().map(|check| Section::new(*check, looked(*check), found.remove(check).unwrap_or_default())).collect()
}

/// How many entities are paired by number or name.
fn pairing(program: &Program) -> String {
    match program.entities.iter().filter(|entity| entity.carried && !entity.matches.is_empty()).count() {
        0 => "nothing is paired by number or name".to_owned(),
        1 => "none, in 1 entity that is paired by number or name".to_owned(),
        count => format!("none, in {count} entities that are paired by number or name"),
    }
}

fn reasons(subject: Option<&Subject>, held: &Held, env: &Env) -> Vec<(Check, String)> {
    let one = |check| vec![(check, held.reason.clone())];
    let unpaired = |check| one(check).into_iter().chain(further(subject, held, env)).collect();
    match held.code.as_str() {
        "same-number" => unpaired(Check::SameNumber),
        "same-name" => unpaired(Check::SameName),
        "ambiguous" | "same-identity" => unpaired(Check::Ambiguous),
        "missing-required" => one(Check::Missing),
        "does-not-fit" | "not-linked" => {
            let row = subject.and_then(|s| s.row(held.side, &held.id));
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

/// Names of lines that are longer than this tell a person less than the field they write.
const LONG: usize = 60;

/// The reason on one line, a long line of the mapping named by the field that it writes.
fn readable(program: &Program, held: &Held, reason: &str) -> String {
    let entity = program.entities.iter().find(|entity| entity.name == held.entity);
    let lines = entity
        .into_iter()
        .flat_map(|entity| entity.lines.iter().chain(entity.children.iter().flat_map(|child| &child.lines)));
    let mut text = reason.to_owned();
    for line in lines.filter(|line| line.key.len() > LONG) {
        let written = if held.side == Side::Severa { line.key.rsplit(' ').next() } else { line.key.split(' ').next() };
        text = text.replace(&line.key, written.unwrap_or_default());
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What would stop a record once it is paired or told apart, so that all is mended in one go.
fn further(subject: Option<&Subject>, held: &Held, env: &Env) -> Vec<(Check, String)> {
    let Some(subject) = subject.filter(|s| s.entity.creates_on(held.side.other())) else { return Vec::new() };
    let row = subject.row(held.side, &held.id).filter(|row| subject.entity.sends(held.side, row, env) == Sends::Yes);
    let stops = row.map(|row| stops(subject.entity, held.side, row, env)).unwrap_or_default();
    stops.into_iter().filter(|stop| stop.check != Check::NotLinked).map(|stop| (stop.check, stop.reason)).collect()
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
