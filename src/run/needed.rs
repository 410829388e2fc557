//! Planning one entity, and before it what its records need: a work type that only an invoice row calls for.

use super::gather::Found;
use super::index::Index;
use super::{Engine, RunError};
use crate::plan::{self, EntityPlan, Known, Plan};
use crate::program::Env;
use crate::value::Side;
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// Records of an entity may point at each other: what the first look creates, the second can point at.
    pub(super) fn plan_one(&self, place: usize, known: &Known, index: &mut Index) -> Result<EntityPlan, RunError> {
        let Some(opened) = &self.opened else { return Err(RunError::Interrupted) };
        let entity = &self.program.entities[place];
        let (start, link_only) = (self.options.start_date, self.options.link_only);
        let mut planned = plan::plan(entity, known, &Env::new(index, &opened.lookups), start, link_only);
        let to_itself = planned.waits.iter().flat_map(|w| &w.references).any(|r| r.entity == entity.name);
        for _ in 0..if to_itself { 2 } else { 0 } {
            index.add(place, &planned);
            planned = plan::plan(entity, known, &Env::new(index, &opened.lookups), start, link_only);
            index.forget_planned(place);
        }
        Ok(planned)
    }

    /// Plans what the records of a plan wait for and what is carried over only when needed. True where
    /// more was found than before, so that the records can now point at it.
    pub(super) async fn plan_needed(
        &mut self,
        plan: &mut Plan,
        planned: &EntityPlan,
        index: &mut Index,
    ) -> Result<bool, RunError> {
        let mut needed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for reference in planned.waits.iter().flat_map(|wait| &wait.references) {
            let Some(place) = self.program.position(&reference.entity) else { continue };
            let entity = &self.program.entities[place];
            if entity.carried && entity.only_when_needed && reference.from == Side::Severa {
                needed.entry(place).or_default().insert(reference.value.clone());
            }
        }
        let mut found = false;
        for (place, ids) in needed {
            let name = self.program.entities[place].name.clone();
            // Another entity may have needed some before.
            let before = plan.entities.iter().position(|e| e.entity == name).map(|at| plan.entities.remove(at));
            let count = |plan: &EntityPlan| plan.operations.len() + plan.settled.len();
            let had = before.as_ref().map_or(0, count);
            let known = self.gather_needed(place, ids, before.as_ref(), index).await?;
            index.forget_planned(place);
            let own = self.plan_one(place, &known, index)?;
            index.add(place, &own);
            found |= count(&own) > had;
            plan.entities.push(own);
        }
        Ok(found)
    }

    /// The records that are needed, and whoever they could be on the other side.
    async fn gather_needed(
        &mut self,
        place: usize,
        mut ids: BTreeSet<String>,
        before: Option<&EntityPlan>,
        index: &Index,
    ) -> Result<Known, RunError> {
        let name = self.program.entities[place].name.clone();
        let earlier = before.into_iter().flat_map(|plan| &plan.operations).map(|o| o.source_id.clone());
        let settled = before.into_iter().flat_map(|plan| &plan.settled).map(|s| s.severa_id.clone());
        ids.extend(earlier.chain(settled));
        let intents = self.state.intents(&name)?;
        self.settle_intents(&intents).await?;
        ids.extend(intents.iter().filter(|i| i.side == Side::Business).map(|i| i.source_id.clone()));
        let mut found = Found::default();
        self.fetch_into(place, Side::Severa, ids.clone(), &mut found).await?;
        let begun: BTreeSet<(Side, String)> = intents.iter().map(|i| (i.side, i.source_id.clone())).collect();
        self.candidates(place, index, &Side::BOTH, &begun, &mut found).await?;
        // Only those that are needed are paired: a candidate's own namesakes are left alone.
        found.severa.retain(|id, _| ids.contains(id));
        self.partners(place, false, &mut found).await?;
        let links = self.links_at_hand(&name, false, &found)?;
        self.leave_out_others(place, index, &links, &mut found);
        let held = self.state.held()?.into_iter().filter(|h| h.held.entity == name);
        let held: Vec<_> = held.map(|h| (h.held.side, h.held.id)).filter(|(_, id)| ids.contains(id)).collect();
        Ok(Known {
            links,
            linked: self.state.linked(&name)?,
            held,
            decisions: self.state.decisions(&name)?,
            intents: begun,
            needed: ids,
            severa: found.severa.into_values().collect(),
            business: found.business.into_values().collect(),
        })
    }
}
