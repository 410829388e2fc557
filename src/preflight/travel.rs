//! Records that a first run would create, and among them those that perhaps nobody wants there.

use super::{Check, Finding, Section, Severity, Subject};
use crate::plan::Kind;
use crate::program::Program;
use crate::run::Data;
use crate::systems::Row;
use crate::value::{Side, Value, match_form};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// A record that nobody has changed for so long may not be in use any more.
const OLD: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

/// Words in names of records that were made to try something, or put aside.
const TRIED: &[&str] = &[
    "test",
    "testi",
    "testkunde",
    "demo",
    "dummy",
    "xxx",
    "kopi",
    "copy",
    "slett",
    "slettes",
    "ikke bruk",
    "do not use",
    "används ej",
    "utgått",
    "utgår",
];

pub fn section(program: &Program, data: &Data, subjects: &[Subject]) -> Section {
    let by_name: BTreeMap<&str, &Subject> = subjects.iter().map(|s| (s.entity.name.as_str(), s)).collect();
    let now = data.plan.made_at.parse::<Timestamp>().ok();
    let (mut findings, mut counts) = (Vec::new(), Vec::new());
    for plan in &data.plan.entities {
        let subject = by_name.get(plan.entity.as_str());
        for side in Side::BOTH {
            let creations: Vec<_> =
                plan.operations.iter().filter(|o| o.kind == Kind::Create && o.side == side).collect();
            if !creations.is_empty() {
                counts.push(format!("{} {} in {}", creations.len(), plan.entity, side.title()));
            }
            let rows: BTreeMap<&str, &Row> = subject
                .map(|s| s.rows(side.other()).iter().map(|row| (row.id.as_str(), row)).collect())
                .unwrap_or_default();
            for operation in creations {
                let row = rows.get(operation.source_id.as_str()).copied();
                let doubt = subject.zip(row).and_then(|(s, row)| doubt(s, side.other(), row, &operation.name, now));
                let what = format!("would be created in {}", side.title());
                findings.push(Finding {
                    severity: if doubt.is_some() { Severity::Look } else { Severity::Fine },
                    entity: plan.entity.clone(),
                    side: Some(side.other()),
                    id: operation.source_id.clone(),
                    key: operation.key.clone(),
                    name: operation.name.trim().to_owned(),
                    todo: if doubt.is_some() { keep_back(program, &plan.entity, side.other()) } else { String::new() },
                    what: doubt.map_or_else(|| what.clone(), |doubt| format!("{what}, though {doubt}")),
                });
            }
        }
    }
    // What to decide on comes first.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let looked = match counts.as_slice() {
        [] => "nothing".to_owned(),
        counts => format!("{}: {}", findings.len(), counts.join(", ")),
    };
    Section::new(Check::WouldTravel, looked, findings)
}

/// How the mapping lets a record stay, in its own words.
fn keep_back(program: &Program, entity: &str, side: Side) -> String {
    let filter = program.entities.iter().find(|e| e.name == entity).and_then(|e| e.filter(side));
    match filter {
        Some(filter) if !filter.parts.is_empty() => {
            let parts: Vec<_> = filter.parts.iter().map(|(_, text)| format!("`{text}`")).collect();
            format!("if it should stay, see to it that {} does not hold, or delete it", parts.join(" or "))
        }
        _ => "if it should stay, add `send from` with a condition to the mapping, or delete it".to_owned(),
    }
}

/// Why perhaps nobody wants it.
fn doubt(subject: &Subject, side: Side, row: &Row, name: &str, now: Option<Timestamp>) -> Option<String> {
    let words = format!(" {} ", match_form(name).replace(|c: char| !c.is_alphanumeric(), " "));
    if let Some(word) = TRIED.iter().find(|word| words.contains(&format!(" {word} "))) {
        return Some(format!("its name says `{word}`"));
    }
    let select = subject.entity.select(side);
    let value = |field: &str| select.slot(field).and_then(|slot| row.values.get(slot));
    if value("isActive") == Some(&Value::Bool(false)) {
        return Some("it is inactive".to_owned());
    }
    let changed = row.changed?;
    (now?.duration_since(changed) > OLD)
        .then(|| format!("nobody has changed it since {}", changed.strftime("%Y-%m-%d")))
}
