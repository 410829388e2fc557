//! What planning an entity starts from, and what it collects.

use super::{Adopted, Operation, PartOf, Settled};
use crate::program::{Entity, Slot};
use crate::state::{Decisions, Held, Link};
use crate::systems::Row;
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Everything known of an entity's records at the time of planning.
#[derive(Debug, Default)]
pub struct Known {
    pub severa: Vec<Row>,
    pub business: Vec<Row>,
    /// The links of all records above, and on a full read of all records there are.
    pub links: Vec<Link>,
    /// Links in the state, for limits by share.
    pub linked: usize,
    /// Records on the list of held ones.
    pub held: Vec<(Side, String)>,
    /// What people decided about held records.
    pub decisions: Decisions,
    /// Creations that were begun and whose end is not known: the side to create on, and the record
    /// on the other side that they come from. Both sides have been searched for what they came to.
    pub intents: BTreeSet<(Side, String)>,
    /// Of an entity that is carried over only when needed: its records in Severa that others point at.
    pub needed: BTreeSet<String>,
}

/// A plan under construction.
#[derive(Debug, Default)]
pub struct Output {
    pub operations: Vec<Operation>,
    pub held: Vec<Held>,
    pub notes: Vec<super::Note>,
    pub unchanged: usize,
    pub waits: Vec<super::Wait>,
    pub kept_back: BTreeMap<String, usize>,
    pub settled: Vec<Settled>,
}

impl Output {
    pub fn operation(&mut self, operation: Operation) {
        self.operations.push(operation);
    }

    /// One reason a record is enough: the first.
    pub fn hold(&mut self, held: Held) {
        if !self.held.iter().any(|h| h.side == held.side && h.id == held.id) {
            self.held.push(held);
        }
    }

    pub fn keep_back(&mut self, condition: String) {
        *self.kept_back.entry(condition).or_default() += 1;
    }

    /// `new`: the two are paired for the first time.
    pub fn settle(
        &mut self,
        entity: &Entity,
        (severa, business): (&Row, &Row),
        new: bool,
        bases: Vec<(u64, u64, u64)>,
        born: Side,
    ) {
        let adopted = new.then(|| Adopted { born, columns: columns(entity, business) });
        let (severa_id, business_id) = (severa.id.clone(), business.id.clone());
        self.settled.push(Settled { severa_id, business_id, adopted, bases });
    }
}

/// The columns of a Visma Business record that links point at, as text.
pub fn columns(entity: &Entity, row: &Row) -> BTreeMap<String, String> {
    let shown = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    };
    let known = entity.linked_columns.iter().filter_map(|(name, slot)| Some((name.clone(), row.values.get(*slot)?)));
    known.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, shown(value))).collect()
}

/// The list element that a slot lies in, with its identifier if it is there.
pub fn part_of(entity: &Entity, slot: Slot, target: Option<&Row>) -> Option<PartOf> {
    let Slot::Part { part, .. } = slot else { return None };
    let id = target.and_then(|row| entity.picked(part, row)).and_then(|values| values.first()).map(Value::to_string);
    Some(PartOf { part, list: entity.parts.get(part)?.field.clone(), id })
}
