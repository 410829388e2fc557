//! Parts with rows of their own: addresses and contacts of a customer, paired and compared within their owner.

use super::{EntityPlan, Known, UNSETTLED, entity, line_key};
use crate::program::{Above, Entity, Env, Line, Slot};
use crate::systems::Row;
use crate::value::Side;
use std::collections::{BTreeMap, BTreeSet};

/// An owner and all that hangs on it, on both sides.
#[derive(Debug, Default)]
pub struct Household {
    /// The owner's record; none where it is only going to be created.
    pub severa: Option<Row>,
    pub business: Option<Row>,
    /// Why nothing of it is sent from a side: Severa's and Visma Business'.
    pub kept_back: [Option<String>; 2],
    /// Its parts' rows, links, held records and intents.
    pub known: Known,
    /// Slots of its elements that show a field of the owner's which this run is going to change: by element.
    pub ahead: BTreeMap<String, BTreeSet<usize>>,
}

/// Plans the parts of all owners at hand, one owner after another.
pub fn plan_parts(part: &Entity, households: &[Household], env: &Env, link_only: bool) -> EntityPlan {
    let mut whole = EntityPlan { entity: part.name.clone(), title: part.title.clone(), ..EntityPlan::default() };
    let mut kept_back: BTreeMap<String, usize> = BTreeMap::new();
    for household in households {
        let known = &household.known;
        if known.severa.is_empty() && known.business.is_empty() {
            continue;
        }
        let [severa, business] = &household.kept_back;
        let above = Above {
            severa: household.severa.as_ref(),
            business: household.business.as_ref(),
            kept_back: [severa.as_deref(), business.as_deref()],
        };
        let mut plan = entity::plan(part, known, &env.below(above), None, link_only);
        leave_open(part, household, &mut plan);
        whole.read_severa += plan.read_severa;
        whole.read_business += plan.read_business;
        whole.unchanged += plan.unchanged;
        for (condition, count) in plan.kept_back {
            *kept_back.entry(condition).or_default() += count;
        }
        whole.operations.extend(plan.operations);
        whole.held.extend(plan.held);
        whole.notes.extend(plan.notes);
        whole.settled.extend(plan.settled);
        whole.waits.extend(plan.waits);
        whole.released.extend(plan.released);
        whole.looked_up.extend(plan.looked_up);
    }
    whole.kept_back = kept_back.into_iter().collect();
    for (number, operation) in whole.operations.iter_mut().enumerate() {
        operation.id = format!("{}-{}", part.name, number + 1);
    }
    whole
}

/// A line that reads ahead of what stands in Severa is found in step by the next run, and not before.
fn leave_open(part: &Entity, household: &Household, plan: &mut EntityPlan) {
    let reads = |line: &Line, slots: &BTreeSet<usize>| {
        line.severa.iter().any(|slot| matches!(slot, Slot::Own(own) if slots.contains(own)))
    };
    for operation in plan.operations.iter_mut().filter(|o| o.side == Side::Business) {
        let Some(slots) = household.ahead.get(&operation.source_id) else { continue };
        for (key, base) in &mut operation.bases {
            if part.lines.iter().any(|line| line_key(line) == *key && reads(line, slots)) {
                *base = UNSETTLED;
            }
        }
    }
}
