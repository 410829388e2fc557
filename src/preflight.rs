//! The checklist over live data before a customer's first run.
//!
//! Pure: what both sides said of themselves, their records and the plan of a first run go in, findings come out.
//! What a run would hold is taken from that very plan, so that the checklist and the run cannot disagree; the
//! checks beside it go by the mapping's own entities, keys and filters, whatever they are.

mod check;
mod csv;
mod duplicates;
mod held;
mod html;
mod json;
mod kept;
mod long;
mod mask;
mod series;
mod sides;
mod stops;
mod tables;
mod text;
mod travel;

pub use check::Check;
pub use csv::csv;
pub use html::html;
pub use json::document;
pub use mask::Mask;
pub use text::text;

use crate::plan::{EntityPlan, Known, shown};
use crate::program::{Entity, Env, Program};
use crate::run::{Data, Survey};
use crate::systems::Row;
use crate::systems::examine::Unseen;
use crate::value::Side;
use std::collections::BTreeMap;

/// How much it matters, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing to do.
    Fine,
    /// It could not be looked at: a person looks by hand.
    Unseen,
    /// A person should decide.
    Look,
    /// To be mended before the first run.
    Blocks,
}

impl Severity {
    /// In the text and the files: `ok`, `hand`, `look`, `stop`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Fine => "ok",
            Severity::Unseen => "hand",
            Severity::Look => "look",
            Severity::Blocks => "stop",
        }
    }
}

/// One thing found, with the record that it is about, if it is about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// As in the mapping; blank where it concerns a whole side.
    pub entity: String,
    pub side: Option<Side>,
    /// The side's own identifier of the record.
    pub id: String,
    /// Its number or code.
    pub key: String,
    pub name: String,
    pub what: String,
    /// What to do.
    pub todo: String,
}

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub check: Check,
    pub severity: Severity,
    /// What was looked at, in a few words.
    pub looked: String,
    pub findings: Vec<Finding>,
    pub unseen: Vec<Unseen>,
}

/// All checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    pub mapping: String,
    /// Entity, and the records read of it from Severa and from Visma Business.
    pub read: Vec<(String, usize, usize)>,
    pub sections: Vec<Section>,
}

impl Section {
    fn new(check: Check, looked: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { check, severity: Severity::Fine, looked: looked.into(), findings, unseen: Vec::new() }.weighed()
    }

    fn unseen(self, unseen: Vec<Unseen>) -> Self {
        Self { unseen, ..self }.weighed()
    }

    fn weighed(self) -> Self {
        let worst = self.findings.iter().map(|f| f.severity).max().unwrap_or(Severity::Fine);
        let least = if self.unseen.is_empty() { Severity::Fine } else { Severity::Unseen };
        Self { severity: worst.max(least), ..self }
    }

    /// How many things there are to mend or to decide; where there are none, how many there are to know.
    pub fn count(&self) -> usize {
        let to_do = self.findings.iter().filter(|f| f.severity > Severity::Unseen).count();
        if to_do > 0 { to_do } else { self.findings.len() }
    }
}

impl Checklist {
    pub fn count(&self, severity: Severity) -> usize {
        self.sections.iter().filter(|section| section.severity == severity).count()
    }

    /// Whether anything is to be mended or decided before the first run.
    pub fn is_clean(&self) -> bool {
        self.sections.iter().all(|section| section.severity < Severity::Look)
    }
}

/// One entity with its records and its plan.
pub(crate) struct Subject<'a> {
    entity: &'a Entity,
    known: &'a Known,
    plan: &'a EntityPlan,
}

impl<'a> Subject<'a> {
    fn rows(&self, side: Side) -> &'a [Row] {
        match side {
            Side::Severa => &self.known.severa,
            Side::Business => &self.known.business,
        }
    }

    fn row(&self, side: Side, id: &str) -> Option<&'a Row> {
        self.rows(side).iter().find(|row| row.id == id)
    }

    /// A finding about one of its records.
    fn finding(&self, severity: Severity, side: Side, row: &Row, what: String, todo: impl Into<String>) -> Finding {
        let (key, name) = self.entity.label(side, row);
        let (entity, id) = (self.entity.name.clone(), row.id.clone());
        let name = name.trim().to_owned();
        Finding { severity, entity, side: Some(side), id, key, name, what, todo: todo.into() }
    }

    /// A record in words.
    fn shown(&self, side: Side, row: &Row) -> String {
        shown(self.entity, side, row).trim().to_owned()
    }
}

/// Every check, in the order in which a person mends.
pub fn checklist(program: &Program, survey: &Survey) -> Checklist {
    let mut sections = vec![sides::rights(survey), sides::clocks(survey), sides::names(survey)];
    let mut read = Vec::new();
    match &survey.records {
        Ok(data) => {
            let subjects = subjects(program, data);
            let env = Env::new(data.links.as_ref(), &data.lookups);
            read.extend(subjects.iter().map(|s| (s.entity.name.clone(), s.known.severa.len(), s.known.business.len())));
            sections.push(series::section(&subjects, survey));
            sections.push(duplicates::section(&subjects, &env));
            sections.extend(held::sections(program, data, &subjects, &env));
            sections.push(tables::section(&subjects, survey, &env));
            sections.extend(kept::sections(&subjects, &env));
            sections.push(travel::section(program, data, &subjects));
            sections.push(sides::approval(program, survey));
            sections.push(sides::periods(program, survey, Some(&data.plan)));
        }
        Err(error) => {
            let why = error.what.clone();
            sections.extend(Check::OVER_RECORDS.iter().map(|check| sides::not_looked(*check, &why)));
            sections.push(sides::approval(program, survey));
            sections.push(sides::periods(program, survey, None));
        }
    }
    Checklist { mapping: program.mapping.clone(), read, sections }
}

fn subjects<'a>(program: &'a Program, data: &'a Data) -> Vec<Subject<'a>> {
    let plans: BTreeMap<&str, &EntityPlan> = data.plan.entities.iter().map(|e| (e.entity.as_str(), e)).collect();
    let of = |(place, known): &'a (usize, Known)| {
        let entity = program.entities.get(*place)?;
        Some(Subject { entity, known, plan: plans.get(entity.name.as_str())? })
    };
    data.known.iter().filter_map(of).collect()
}

/// `1 record`, `3 records`
fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
