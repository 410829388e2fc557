//! Numbers that one system will give although the other has, or gives, them too.

use super::{Check, Finding, Section, Severity, Subject};
use crate::plan::EntityPlan;
use crate::program::Slot;
use crate::run::Survey;
use crate::systems::examine::{Given, Series, Topic, Unseen};
use crate::systems::{Row, SelectField};
use crate::value::{Side, Type, Value};
use std::collections::{BTreeSet, HashSet};

pub fn section(subjects: &[Subject], survey: &Survey) -> Section {
    let mut findings = Vec::new();
    let mut looked = Vec::new();
    for subject in subjects {
        for (severa, business) in ends(subject, &survey.severa.series) {
            looked.push(subject.entity.name.as_str());
            let numbers = Numbers::new(subject, &severa, &business, survey);
            numbers.next_number(&mut findings);
            numbers.within_the_series(&mut findings);
            numbers.settings_and_system(&mut findings);
        }
    }
    let sides = [&survey.severa, &survey.business];
    let unseen: Vec<Unseen> =
        sides.into_iter().flat_map(|side| &side.unseen).filter(|u| u.topic == Topic::Series).cloned().collect();
    looked.dedup();
    let looked = if looked.is_empty() { "the mapping carries no number".to_owned() } else { looked.join(", ") };
    Section::new(Check::Series, looked, findings).unseen(unseen)
}

/// Which field of Severa and which of Visma Business hold the entity's number: its match keys that are numbers, and
/// lines that write a field from which Severa gives numbers.
fn ends(subject: &Subject, given: &[Series]) -> BTreeSet<(String, String)> {
    let entity = subject.entity;
    let pairs = entity.matches.iter().flat_map(|rule| &rule.pairs).filter(|pair| pair.number);
    let mut ends: BTreeSet<(String, String)> =
        pairs.filter_map(|pair| pair.severa_field.clone().zip(pair.business_field.clone())).collect();
    let numbered = |field: &str| given.iter().any(|s| s.record == entity.severa.record.name && s.field == field);
    for line in entity.lines.iter().filter(|line| line.writes_to(Side::Severa)) {
        let field = |side, slot: &Slot| entity.field_name(side, *slot).to_owned();
        for severa in line.severa.iter().map(|slot| field(Side::Severa, slot)).filter(|name| numbered(name)) {
            let others = line.business.iter().map(|slot| field(Side::Business, slot)).filter(|name| {
                let of = entity.business.slot(name).and_then(|slot| entity.business.fields.get(slot));
                of.is_some_and(is_number)
            });
            ends.extend(others.map(|business| (severa.clone(), business)));
        }
    }
    ends
}

/// A condition that the line looks at is none.
fn is_number(field: &SelectField) -> bool {
    matches!(field.ty, Type::Int | Type::Text(_))
}

/// One number of an entity on both sides.
struct Numbers<'a> {
    subject: &'a Subject<'a>,
    /// What Severa gives next, and where that is kept.
    severa: Vec<&'a Series>,
    business: Vec<&'a Series>,
    severa_slot: Option<usize>,
    business_slot: Option<usize>,
    /// Visma Business gives it to records that come from Severa.
    assigned: bool,
    told: HashSet<(Side, &'a str)>,
}

impl<'a> Numbers<'a> {
    fn new(subject: &'a Subject<'a>, severa: &str, business: &str, survey: &'a Survey) -> Self {
        let entity = subject.entity;
        let of = |series: &'a [Series], record: &str, field: &str| -> Vec<&'a Series> {
            series.iter().filter(|s| s.record == record && s.field == field).collect()
        };
        Self {
            subject,
            severa: of(&survey.severa.series, &entity.severa.record.name, severa),
            business: of(&survey.business.series, &entity.business.record.name, business),
            severa_slot: entity.severa.slot(severa),
            business_slot: entity.business.slot(business),
            assigned: entity.numbers.iter().any(|(column, _)| column == business),
            told: told(subject.plan),
        }
    }

    fn whole(&self, severity: Severity, side: Side, what: String, todo: &str) -> Finding {
        Finding {
            severity,
            entity: self.subject.entity.name.clone(),
            side: Some(side),
            id: String::new(),
            key: String::new(),
            name: String::new(),
            what,
            todo: todo.to_owned(),
        }
    }

    /// What Severa gives next lies among the numbers of Visma Business.
    fn next_number(&self, findings: &mut Vec<Finding>) {
        let title = &self.subject.entity.title;
        for (next, kept) in self.severa.iter().filter_map(|s| Some((s.next?, &s.kept))) {
            let ranges = || self.business.iter().filter_map(|s| Some((s, s.range?)));
            for (series, (from, to)) in ranges().filter(|(_, (from, to))| (from..=to).contains(&&next)) {
                let verb = if series.given == Given::InUse { "have" } else { "give" };
                let what = format!(
                    "Severa gives the next {title} the number {next} ({kept}), and {} {verb} {from}–{to} in Visma Business",
                    series.kept
                );
                let todo = "set Severa's next number outside of that, where it has room to grow";
                findings.push(self.whole(Severity::Blocks, Side::Severa, what, todo));
            }
            if ranges().next().is_none() {
                self.numbers_ahead(next, findings);
            }
        }
    }

    /// Without a series of Visma Business: the numbers there that Severa will come to.
    fn numbers_ahead(&self, next: i64, findings: &mut Vec<Finding>) {
        let Some(slot) = self.business_slot else { return };
        let rows = self.subject.rows(Side::Business).iter();
        for (row, number) in rows.filter_map(|row| Some((row, number(row, slot)?))).filter(|(_, n)| *n >= next) {
            if self.told(Side::Business, row) {
                continue;
            }
            let what = format!("has the number {number}, which Severa will give as well: its next is {next}");
            let todo = "set Severa's next number above the highest of both";
            findings.push(self.subject.finding(Severity::Look, Side::Business, row, what, todo));
        }
    }

    /// Severa's records that stay there and bear a number which Visma Business will give.
    fn within_the_series(&self, findings: &mut Vec<Finding>) {
        let Some(slot) = self.severa_slot.filter(|_| self.assigned) else { return };
        let given = self.business.iter().filter(|s| s.given != Given::InUse);
        let ranges: Vec<_> = given.filter_map(|s| Some((s, s.range?))).collect();
        let highest = self
            .business_slot
            .and_then(|slot| self.subject.rows(Side::Business).iter().filter_map(|row| number(row, slot)).max());
        for row in self.subject.rows(Side::Severa) {
            let Some(number) = number(row, slot).filter(|_| !self.told(Side::Severa, row)) else { continue };
            let what = match ranges.iter().find(|(_, (from, to))| (from..=to).contains(&&number)) {
                Some((series, (from, to))) => {
                    format!(
                        "has the number {number}, which Visma Business gives to others: {from}–{to} ({})",
                        series.kept
                    )
                }
                None if ranges.is_empty() && highest.is_some_and(|highest| number > highest) => format!(
                    "has the number {number}, above the highest in Visma Business, which gives one after the other"
                ),
                None => continue,
            };
            let todo =
                "give it a number outside of that in Severa, or `business: series` in samband.yaml another range";
            findings.push(self.subject.finding(Severity::Look, Side::Severa, row, what, todo));
        }
    }

    /// The settings give numbers that Visma Business' own series does not allow.
    fn settings_and_system(&self, findings: &mut Vec<Finding>) {
        let of =
            |given: Given| self.business.iter().filter(move |s| s.given == given).filter_map(|s| Some((s, s.range?)));
        for (ours, (from, to)) in of(Given::ByUs) {
            let allowed = of(Given::ByTheSide).any(|(_, (first, last))| first <= from && to <= last);
            if let (false, Some((theirs, (first, last)))) = (allowed, of(Given::ByTheSide).next()) {
                let what = format!("{} says {from}–{to}, and {} says {first}–{last}", ours.kept, theirs.kept);
                let todo = "make the series in samband.yaml a part of Visma Business' own";
                findings.push(self.whole(Severity::Look, Side::Business, what, todo));
            }
        }
    }

    fn told(&self, side: Side, row: &Row) -> bool {
        self.told.contains(&(side, row.id.as_str()))
    }
}

/// Records that the plan pairs, whose other half it creates, or that it holds and says so elsewhere.
fn told(plan: &EntityPlan) -> HashSet<(Side, &str)> {
    let settled = plan
        .settled
        .iter()
        .flat_map(|s| [(Side::Severa, s.severa_id.as_str()), (Side::Business, s.business_id.as_str())]);
    let sources = plan.operations.iter().map(|o| (o.side.other(), o.source_id.as_str()));
    let targets = plan.operations.iter().filter_map(|o| Some((o.side, o.record_id.as_deref()?)));
    let held = plan.held.iter().map(|held| (held.side, held.id.as_str()));
    settled.chain(sources).chain(targets).chain(held).collect()
}

fn number(row: &Row, slot: usize) -> Option<i64> {
    match row.values.get(slot)? {
        Value::Text(text) => text.trim().parse().ok(),
        other => other.as_int(),
    }
}
