//! Limits on a plan as a whole, judged before its first write.

use super::{Plan, Tally};
use crate::value::Side;

/// At most so many changes, and at most this share of an entity's linked records. Both are per
/// entity, side and kind of operation; emptied fields count by themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    pub changes: Option<usize>,
    /// Of the linked records, in percent; it says nothing while fewer than twenty are linked, as in a first load.
    pub percent: Option<u32>,
}

/// A limit that a plan goes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    pub entity: String,
    pub side: Side,
    /// `update`, `create`, `write back`, `link`, `emptied fields`
    pub what: String,
    pub count: usize,
    /// In words: `500 changes`, `20% of 340 linked records`
    pub limit: String,
}

/// Below this a share of the linked records says nothing.
const FEW: usize = 20;

pub fn check(plan: &Plan, limits: Limits) -> Vec<Stopped> {
    let mut stopped = Vec::new();
    for entity in &plan.entities {
        let mut tally = Tally::of(&entity.operations);
        tally.add(&entity.paged);
        for side in Side::BOTH {
            let of_side = tally.side(side);
            let counts = [
                ("create", of_side.create),
                ("update", of_side.update),
                ("write back", of_side.write_back),
                ("link", of_side.link),
                ("emptied fields", of_side.emptied),
            ];
            for (what, count) in counts {
                let over_count = limits.changes.filter(|most| count > *most).map(|most| format!("{most} changes"));
                let over_share = limits
                    .percent
                    .filter(|percent| entity.linked >= FEW && count * 100 > entity.linked * *percent as usize)
                    .map(|percent| format!("{percent}% of {} linked records", entity.linked));
                if let Some(limit) = over_count.or(over_share) {
                    stopped.push(Stopped { entity: entity.entity.clone(), side, what: what.to_owned(), count, limit });
                }
            }
        }
    }
    // What was asked for comes before what follows from it.
    stopped.sort_by_key(|s: &Stopped| matches!(s.what.as_str(), "write back" | "link"));
    stopped
}
