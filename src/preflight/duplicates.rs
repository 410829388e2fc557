//! Records of one system that share a number, or a name where names pair.

use super::{Check, Finding, Section, Severity, Subject, counted};
use crate::program::Env;
use crate::systems::Row;
use crate::value::Side;
use std::collections::{BTreeMap, BTreeSet};

/// Others named in a finding before `and 3 more`.
const NAMED: usize = 3;

pub fn section(subjects: &[Subject], env: &Env) -> Section {
    let mut findings = Vec::new();
    let mut looked = 0;
    for subject in subjects.iter().filter(|s| !s.entity.matches.is_empty()) {
        for side in Side::BOTH {
            looked += subject.rows(side).len();
            of_side(subject, side, env, &mut findings);
        }
    }
    Section::new(Check::Duplicates, format!("{} compared", counted(looked, "record")), findings)
}

/// A number that is there twice is told before the name, and a record once.
fn of_side(subject: &Subject, side: Side, env: &Env, findings: &mut Vec<Finding>) {
    let keys: Vec<_> =
        subject.rows(side).iter().map(|row| (row, subject.entity.match_keys(side, row, env).0)).collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for number in [true, false] {
        for (rule, written) in subject.entity.matches.iter().enumerate() {
            for (pair, written) in written.pairs.iter().enumerate().filter(|(_, pair)| pair.number == number) {
                let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
                for (row, rules) in &keys {
                    if let Some(key) = rules.get(rule).and_then(|pairs| pairs.get(pair)).and_then(Option::as_deref) {
                        groups.entry(key).or_default().push(row);
                    }
                }
                for group in groups.into_values().filter(|group| group.len() > 1) {
                    for row in &group {
                        if told.insert(&row.id) {
                            findings.push(finding(subject, side, row, &group, number, &written.text));
                        }
                    }
                }
            }
        }
    }
}

fn finding(subject: &Subject, side: Side, row: &Row, group: &[&Row], number: bool, pair: &str) -> Finding {
    let others: Vec<_> = group.iter().filter(|other| other.id != row.id).collect();
    let mut names: Vec<_> = others.iter().take(NAMED).map(|other| subject.shown(side, other)).collect();
    if others.len() > NAMED {
        names.push(format!("and {} more", others.len() - NAMED));
    }
    let (what, severity, todo) = if number {
        ("number", Severity::Blocks, "give each a number of its own, or merge them")
    } else {
        ("name", Severity::Look, "merge them if they are one, or tell them apart in the name")
    };
    subject.finding(severity, side, row, format!("the same {what} as {} ({pair})", names.join(", ")), todo)
}
