//! The plan of one entity: pairs compared, lone records created, the rest said.

use super::pair::{self, Pair};
use super::{Adopted, EntityPlan, Kind, Operation, Planned, Settled, compare, create};
use crate::program::{Entity, Env, Sends};
use crate::state::{Held, Link};
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
    /// Records that a person or an open intent keeps out of this plan.
    pub excluded: BTreeSet<(Side, String)>,
}

/// A plan under construction.
#[derive(Debug, Default)]
pub struct Output {
    pub operations: Vec<Operation>,
    pub held: Vec<Held>,
    pub notes: Vec<super::Note>,
    pub unchanged: usize,
    pub waits: Vec<super::Wait>,
    kept_back: BTreeMap<String, usize>,
    settled: Vec<Settled>,
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

    pub fn kept_back(&mut self, condition: String) {
        *self.kept_back.entry(condition).or_default() += 1;
    }

    pub fn settle(&mut self, entity: &Entity, pair: &Pair, bases: Vec<(u64, u64, u64)>, severa_sends: &Sends) {
        let adopted = pair.link.is_none().then(|| Adopted {
            born: if *severa_sends == Sends::Yes { Side::Severa } else { Side::Business },
            columns: columns(entity, pair.business),
        });
        let (severa_id, business_id) = (pair.severa.id.clone(), pair.business.id.clone());
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

/// Plans an entity. With `link_only` nothing is planned but identities.
pub fn plan(
    entity: &Entity,
    known: &Known,
    env: &Env,
    start: Option<jiff::civil::Date>,
    link_only: bool,
) -> EntityPlan {
    let mut out = Output::default();
    let pairing = pair::pair(entity, known, env);
    let excluded = |side: Side, row: &Row| known.excluded.contains(&(side, row.id.clone()));
    for pair in &pairing.pairs {
        compare::compare(entity, pair, env, &mut out);
    }
    if !link_only {
        for (side, rows) in [(Side::Severa, &pairing.lone_severa), (Side::Business, &pairing.lone_business)] {
            for row in rows.iter().filter(|row| !excluded(side, row)) {
                create::create(entity, side, row, env, start, &mut out);
            }
        }
    }
    pairing.held.into_iter().for_each(|held| out.hold(held));
    for (link, gone_from) in pairing.vanished {
        let there = gone_from.other();
        let rows = if there == Side::Severa { &known.severa } else { &known.business };
        if let Some(row) = rows.iter().find(|r| r.id == link.id(there)) {
            let reason = format!(
                "its counterpart in {} ({}) is gone; deletes are not carried over",
                gone_from.title(),
                link.id(gone_from)
            );
            out.hold(pair::held(entity, there, row, "vanished", reason));
        }
    }
    // A record that is held for one field is not changed in others behind a person's back.
    let held: BTreeSet<(Side, String)> = out.held.iter().map(|h| (h.side, h.id.clone())).collect();
    out.operations.retain(|o| !held.contains(&(o.side.other(), o.source_id.clone())) || o.kind == Kind::Link);
    if link_only {
        out.operations.retain(|o| o.kind == Kind::Link);
    }
    order(&entity.name, &mut out.operations);
    for (number, operation) in out.operations.iter_mut().enumerate() {
        operation.id = format!("{}-{}", entity.name, number + 1);
    }
    let released = known.held.iter().filter(|(side, id)| !held.contains(&(*side, id.clone()))).cloned().collect();
    EntityPlan {
        entity: entity.name.clone(),
        title: entity.title.clone(),
        read_severa: known.severa.len(),
        read_business: known.business.len(),
        operations: out.operations,
        held: out.held,
        notes: out.notes,
        unchanged: out.unchanged,
        kept_back: out.kept_back.into_iter().collect(),
        settled: out.settled,
        waits: out.waits,
        released,
        linked: known.linked,
        watermarks: Vec::new(),
    }
}

/// Records that others of the same entity point at are created first; where they point at each
/// other in a circle the first one goes without, and gets its value once the other is there.
fn order(entity: &str, operations: &mut [Operation]) {
    let needs = |o: &Operation| -> Vec<(Side, String)> {
        let pending = o.fields.iter().filter_map(|f| match &f.new {
            Planned::Pending(reference) if reference.entity == entity && o.kind == Kind::Create => {
                Some((reference.from, reference.value.clone()))
            }
            _ => None,
        });
        pending.collect()
    };
    let mut depth: BTreeMap<(Side, String), usize> = BTreeMap::new();
    let creates: BTreeMap<(Side, String), Vec<(Side, String)>> = operations
        .iter()
        .filter(|o| o.kind == Kind::Create)
        .map(|o| ((o.side.other(), o.source_id.clone()), needs(o)))
        .collect();
    // As many rounds as a chain can be long; a circle simply stops growing then.
    for _ in 0..creates.len().min(64) {
        let mut moved = false;
        for (own, needed) in &creates {
            let deepest = needed
                .iter()
                .filter(|n| *n != own)
                .filter(|n| creates.contains_key(n))
                .map(|n| depth.get(n).copied().unwrap_or(0) + 1)
                .max();
            let deepest = deepest.unwrap_or(0).min(64);
            if depth.get(own).copied().unwrap_or(0) < deepest {
                depth.insert(own.clone(), deepest);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let rank = |o: &Operation| depth.get(&(o.side.other(), o.source_id.clone())).copied().unwrap_or(0);
    operations.sort_by_key(rank);
}
