//! Records that changed under our hands are read and planned once more in the same run.

use super::apply::Work;
use super::gather::Found;
use super::index::Index;
use super::report::Outcome;
use super::{Engine, RunError};
use crate::plan::{self, EntityPlan, Known, Operation};
use crate::program::Env;
use crate::value::Side;
use std::collections::BTreeSet;

impl Engine {
    /// False where not all of it was tried.
    pub(super) async fn again(
        &mut self,
        place: usize,
        planned: &EntityPlan,
        moved: &[&Operation],
        work: &mut Work<'_>,
    ) -> Result<bool, RunError> {
        let records: BTreeSet<(Side, String)> = moved.iter().flat_map(|o| o.records()).collect();
        let mut second = match self.plan_again(place, &records, work).await {
            Ok(second) => second,
            // The side that cannot be read any more has its part of the run stopped; the records are read again.
            Err(RunError::System(error)) => {
                work.report.down.insert(error.side);
                work.report.failure.get_or_insert(error);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        for (number, operation) in second.operations.iter_mut().enumerate() {
            operation.id = format!("{}-again-{}", planned.entity, number + 1);
        }
        self.remember(place, &second, &mut work.index)?;
        let mut whole = true;
        for operation in &second.operations {
            let written = self.one(place, operation, work).await?;
            whole &= self.note(operation, planned, written, &mut work.report)?;
        }
        for operation in moved {
            let concerns = |o: &&Operation| o.records().any(|record| operation.records().any(|r| r == record));
            let after = second.operations.iter().filter(concerns).filter_map(|o| work.report.outcomes.get(&o.id));
            let held = second.held.iter().find(|h| operation.records().any(|r| r == (h.side, h.id.clone())));
            let outcome = match held {
                Some(held) => Outcome::Held(held.reason.clone()),
                None => after.into_iter().find(|o| **o != Outcome::Done).cloned().unwrap_or(Outcome::Done),
            };
            work.report.outcomes.insert(operation.id.clone(), outcome);
        }
        Ok(whole)
    }

    async fn plan_again(
        &mut self,
        place: usize,
        records: &BTreeSet<(Side, String)>,
        work: &Work<'_>,
    ) -> Result<EntityPlan, RunError> {
        if self.program.entities[place].has_rows_of_its_own() {
            return self.plan_parts_again(place, records, &work.index).await;
        }
        let name = self.program.entities[place].name.clone();
        let mut found = Found::default();
        for side in Side::BOTH {
            let ids = records.iter().filter(|(s, _)| *s == side).map(|(_, id)| id.clone()).collect();
            self.fetch_into(place, side, ids, &mut found).await?;
        }
        self.partners(place, false, &mut found).await?;
        let links = self.links_at_hand(&name, false, &found)?;
        let known = Known {
            linked: self.state.linked(&name)?,
            links,
            decisions: self.state.decisions(&name)?,
            severa: found.severa.into_values().collect(),
            business: found.business.into_values().collect(),
            ..Known::default()
        };
        let Some(opened) = &self.opened else { return Err(RunError::Interrupted) };
        let env = Env::new(&work.index, &opened.lookups);
        let (start, link_only) = (self.options.start_date, self.options.link_only);
        Ok(plan::plan(&self.program.entities[place], &known, &env, start, link_only))
    }

    /// Parts are planned with all that hangs on their owners; only what concerns these records is done.
    async fn plan_parts_again(
        &mut self,
        place: usize,
        records: &BTreeSet<(Side, String)>,
        index: &Index,
    ) -> Result<EntityPlan, RunError> {
        let households = self.households_of(place, records, index).await?;
        let mut plan = self.plan_households(place, &households, index)?;
        let concerns = |side: Side, id: &str| records.contains(&(side, id.to_owned()));
        plan.operations.retain(|o| o.records().any(|(side, id)| concerns(side, &id)));
        plan.held.retain(|h| concerns(h.side, &h.id));
        plan.settled.retain(|s| concerns(Side::Severa, &s.severa_id) || concerns(Side::Business, &s.business_id));
        plan.waits.retain(|w| concerns(w.side, &w.id));
        plan.released.retain(|(side, id)| concerns(*side, id));
        plan.looked_up.clear();
        plan.watermarks.clear();
        Ok(plan)
    }
}
