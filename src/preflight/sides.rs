//! What the two sides say of themselves, and the names in the settings.

use super::{Check, Finding, Section, Severity, counted};
use crate::plan::{Kind, Plan, Planned};
use crate::program::Program;
use crate::program::expr::slots;
use crate::run::Survey;
use crate::systems::examine::{Approval, Reading, Topic, Unseen};
use crate::value::{Side, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// Names before `and 7 more`.
const NAMED: usize = 10;

fn finding(severity: Severity, side: Side, what: String, todo: impl Into<String>) -> Finding {
    Finding {
        severity,
        entity: String::new(),
        side: Some(side),
        id: String::new(),
        key: String::new(),
        name: String::new(),
        what,
        todo: todo.into(),
    }
}

fn unseen(survey: &Survey, topic: Topic) -> Vec<Unseen> {
    Side::BOTH.iter().flat_map(|side| &survey.examined(*side).unseen).filter(|u| u.topic == topic).cloned().collect()
}

pub fn rights(survey: &Survey) -> Section {
    let mut findings = Vec::new();
    let mut looked = Vec::new();
    for side in Side::BOTH {
        let rights = &survey.examined(side).rights;
        looked.push(format!("{} in {}", rights.len(), side.title()));
        for right in rights.iter().filter(|right| !right.granted) {
            let why = if right.why.is_empty() { String::new() } else { format!(": {}", right.why) };
            findings.push(finding(Severity::Blocks, side, format!("{}{why}", right.what), right.help.clone()));
        }
    }
    Section::new(Check::Rights, looked.join(", "), findings).unseen(unseen(survey, Topic::Rights))
}

pub fn clocks(survey: &Survey) -> Section {
    let mut findings = Vec::new();
    let mut looked = Vec::new();
    for side in Side::BOTH {
        let Some(reading) = &survey.examined(side).clock else { continue };
        let apart = apart(reading);
        looked.push(format!("{}: {}", side.title(), if apart.is_zero() { "as here".to_owned() } else { words(apart) }));
        let Some(severity) = grave(reading) else { continue };
        let order = if reading.theirs > reading.ours { "before" } else { "behind" };
        let what = format!("its clock is {} {order} this machine's", words(apart));
        findings.push(finding(severity, side, what, mend(side, apart)));
    }
    Section::new(Check::Clocks, looked.join(", "), findings).unseen(unseen(survey, Topic::Clock))
}

/// How far apart two clocks are for certain.
fn apart(reading: &Reading) -> Duration {
    reading.theirs.duration_since(reading.ours).unsigned_abs().saturating_sub(reading.precision)
}

/// Incremental reads begin before their watermark by the overlap: within it nothing is missed.
fn grave(reading: &Reading) -> Option<Severity> {
    match apart(reading) {
        apart if apart >= reading.overlap => Some(Severity::Blocks),
        apart if apart * 4 >= reading.overlap => Some(Severity::Look),
        _ => None,
    }
}

/// Zones lie whole quarters of an hour apart.
fn mend(side: Side, apart: Duration) -> &'static str {
    let (quarters, rest) = ((apart.as_secs() + 60) / 900, (apart.as_secs() + 60) % 900);
    match side {
        Side::Business if quarters > 0 && rest <= 120 => {
            "look at `business: time_zone` in samband.yaml: by so much another zone may be meant"
        }
        Side::Business => "let the server and this machine follow a time server",
        Side::Severa => "let this machine follow a time server",
    }
}

fn words(apart: Duration) -> String {
    let seconds = apart.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

pub fn names(survey: &Survey) -> Section {
    let findings = survey.unknown.iter().map(|name| {
        let mut known: Vec<_> = name.known.iter().take(NAMED).cloned().collect();
        if name.known.len() > NAMED {
            known.push(format!("and {} more", name.known.len() - NAMED));
        }
        let what =
            format!("the setting {} names the {} `{}`, which is not there", name.setting, name.title, name.wanted);
        // A name may be a person's, by e-mail: only the first few are shown.
        let todo = format!("correct it in samband.yaml: there are {}", known.join(", "));
        finding(Severity::Blocks, Side::Severa, what, todo)
    });
    let findings = findings.collect();
    match &survey.records {
        Ok(_) => Section::new(Check::Names, "the tenant's own names, as the settings use them", findings),
        Err(error) => not_looked(Check::Names, &error.what),
    }
}

/// A check for which the records could not be read.
pub fn not_looked(check: Check, why: &str) -> Section {
    let unseen = Unseen {
        topic: Topic::Rights,
        what: check.title().to_lowercase(),
        why: why.to_owned(),
        by_hand: "mend the rights above, and look again".to_owned(),
    };
    Section::new(check, "", Vec::new()).unseen(vec![unseen])
}

/// Entities whose filter wants approved hours.
pub fn approval(program: &Program, survey: &Survey) -> Section {
    let wants = |entity: &crate::program::Entity| {
        let filter = entity.filter(Side::Severa).map(|filter| slots(&filter.condition)).unwrap_or_default();
        entity.severa.record.name == "WorkHour"
            && filter.iter().any(|slot| entity.field_name(Side::Severa, *slot) == "isApproved")
    };
    let names: Vec<_> =
        program.entities.iter().filter(|entity| wants(entity)).map(|entity| entity.name.as_str()).collect();
    if names.is_empty() {
        return Section::new(Check::Approval, "the mapping does not ask for approved hours", Vec::new());
    }
    let (looked, finding) = match survey.severa.approval {
        Some(Approval::ForInvoicing) => ("Severa wants hours approved before they are invoiced", None),
        Some(Approval::Off) => (
            "",
            Some(finding(
                Severity::Blocks,
                Side::Severa,
                format!(
                    "approval is off in Severa, and {} carries approved hours only: they count as approved once they are invoiced, and travel no sooner",
                    names.join(", ")
                ),
                "switch the approval of hours on in Severa's settings, or take the condition out of the mapping",
            )),
        ),
        Some(Approval::Beside) => (
            "",
            Some(finding(
                Severity::Look,
                Side::Severa,
                format!(
                    "Severa invoices hours that nobody has approved, and {} carries approved ones only",
                    names.join(", ")
                ),
                "see to it that hours are approved before they are invoiced, or that invoiced hours may stay behind",
            )),
        ),
        None => ("", None),
    };
    let mut section = Section::new(Check::Approval, looked, finding.into_iter().collect());
    let mut hidden = unseen(survey, Topic::Approval);
    if survey.severa.approval.is_none() && hidden.is_empty() {
        hidden.push(Unseen {
            topic: Topic::Approval,
            what: "Severa's approval mode".to_owned(),
            why: "Severa does not say".to_owned(),
            by_hand: "look in Severa's settings".to_owned(),
        });
    }
    section = section.unseen(hidden);
    section
}

/// The record of an order: what is posted in Visma Business comes from it.
const ORDER: &str = "Ord";

/// Which periods the orders of a first run would lie in; which are closed, no published source tells how to ask.
pub fn periods(program: &Program, survey: &Survey, plan: Option<&Plan>) -> Section {
    let orders: Vec<_> = program.entities.iter().filter(|e| e.carried && e.business.record.name == ORDER).collect();
    if orders.is_empty() {
        return Section::new(Check::ClosedPeriods, "the mapping makes no orders", Vec::new());
    }
    let mut months: BTreeMap<String, usize> = BTreeMap::new();
    for entity in plan.iter().flat_map(|plan| &plan.entities).filter(|e| orders.iter().any(|o| o.name == e.entity)) {
        for operation in entity.operations.iter().filter(|o| o.kind == Kind::Create && o.side == Side::Business) {
            let dates = operation.fields.iter().filter_map(|field| match (&field.new, field.field.as_str()) {
                (Planned::Value(Value::Date(date)), "OrdDt") => Some(date.strftime("%Y-%m").to_string()),
                _ => None,
            });
            dates.for_each(|month| *months.entry(month).or_default() += 1);
        }
    }
    let looked: Vec<_> =
        months.iter().map(|(month, count)| format!("{} in {month}", counted(*count, "order"))).collect();
    let looked = if looked.is_empty() { "no order would be made".to_owned() } else { looked.join(", ") };
    Section::new(Check::ClosedPeriods, looked, Vec::new()).unseen(unseen(survey, Topic::Periods))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_matter_from_a_part_of_the_overlap_on() {
        let ours: jiff::Timestamp = "2026-03-01T12:00:00Z".parse().expect("a time");
        for (seconds, severity) in [
            (0, None),
            (14, None),
            (-14, None),
            (17, Some(Severity::Look)),
            (-40, Some(Severity::Look)),
            (70, Some(Severity::Blocks)),
            (-3600, Some(Severity::Blocks)),
        ] {
            let theirs = ours + jiff::SignedDuration::from_secs(seconds);
            let (precision, overlap) = (Duration::from_secs(1), Duration::from_secs(60));
            assert_eq!(grave(&Reading { theirs, ours, precision, overlap }), severity, "{seconds}");
        }
        assert_eq!(words(Duration::from_secs(3_725)), "1 h 2 min");
        assert!(mend(Side::Business, Duration::from_secs(3_599)).contains("time_zone"));
        assert!(!mend(Side::Business, Duration::from_secs(400)).contains("time_zone"));
    }
}
