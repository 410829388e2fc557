//! What a run did.

use super::stats::Stats;
use crate::plan::{EntityPlan, Kind, Plan};
use crate::systems::{SystemError, Usage};
use crate::value::Side;
use std::collections::{BTreeMap, BTreeSet};

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// On the list of held records, with this reason.
    Held(String),
    /// Not tried: its side had stopped, or the run was interrupted.
    NotTried,
}

impl Outcome {
    pub fn word(&self) -> String {
        match self {
            Outcome::Done => "done".to_owned(),
            Outcome::Held(reason) => format!("held: {reason}"),
            Outcome::NotTried => "not tried".to_owned(),
        }
    }
}

#[derive(Debug, Default)]
pub struct Report {
    pub outcomes: BTreeMap<String, Outcome>,
    /// What was carried out page by page, an entry an entity: counts, and who is held.
    pub paged: Vec<EntityPlan>,
    /// Operations done of those.
    pub paged_done: usize,
    /// Records held after this run, in all.
    pub held: usize,
    /// The first fault of a whole side; its part of the run ended there.
    pub failure: Option<SystemError>,
    /// The sides that are not asked any more.
    pub down: BTreeSet<Side>,
    pub interrupted: bool,
    pub severa: Usage,
    pub business: Usage,
    pub seconds: f64,
    /// What it cost, by phase and route.
    pub stats: Stats,
}

impl Report {
    pub fn done(&self) -> usize {
        self.outcomes.values().filter(|o| **o == Outcome::Done).count() + self.paged_done
    }

    pub fn outcome(&self, id: &str) -> Option<String> {
        self.outcomes.get(id).map(Outcome::word)
    }

    /// One line for the list of runs.
    pub fn summary(&self, plan: &Plan) -> String {
        let totals = plan.totals();
        let paged = |kind| self.paged.iter().map(|page| page.paged.count(kind)).sum::<usize>();
        let planned = totals.create + totals.update + totals.write_back + totals.link;
        // What was counted for the limits has been counted again as it was carried out.
        let again = plan.entities.iter().filter(|e| self.paged.iter().any(|page| page.entity == e.entity));
        let again: usize = again.flat_map(|e| Kind::ALL.map(|kind| e.paged.count(kind))).sum();
        let planned = planned - again + Kind::ALL.into_iter().map(paged).sum::<usize>();
        format!("{} of {planned} operations done, {} records held", self.done(), self.held)
    }
}
