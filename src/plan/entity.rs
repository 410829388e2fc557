//! The plan of one entity: pairs compared, lone records created, the rest said.

use super::pair::{self, Pair};
use super::{Adopted, EntityPlan, Kind, Operation, Planned, Settled, compare, create};
use crate::program::{Entity, Env, Sends};
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
    for pair in &pairing.pairs {
        compare::compare(entity, pair, env, &mut out);
    }
    if !link_only {
        for (side, rows) in [(Side::Severa, &pairing.lone_severa), (Side::Business, &pairing.lone_business)] {
            for row in rows {
                if let Some(reason) = blind(entity, known, side, row, env) {
                    out.hold(pair::held(entity, side, row, "unknown-outcome", reason));
                } else {
                    create::create(entity, side, row, env, start, &mut out);
                }
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
    out.operations.retain(|o| o.kind == Kind::Link || !o.records().any(|record| held.contains(&record)));
    if link_only {
        out.operations.retain(|o| o.kind == Kind::Link);
    }
    order(&entity.name, &mut out.operations);
    for (number, operation) in out.operations.iter_mut().enumerate() {
        operation.id = format!("{}-{}", entity.name, number + 1);
    }
    // A held record that is tried again keeps its place on the list, and its count of tries, until that is done.
    let tried: BTreeSet<(Side, String)> = out.operations.iter().flat_map(Operation::records).collect();
    let released = known.held.iter().filter(|record| !held.contains(record) && !tried.contains(record));
    let released = released.cloned().collect();
    let pending = |(side, id): &(Side, String)| {
        let begun = out.operations.iter().any(|o| o.kind == Kind::Create && o.side == *side && o.source_id == *id);
        begun || out.held.iter().any(|h| h.code == "unknown-outcome" && h.id == *id)
    };
    let looked_up = known.intents.iter().filter(|intent| !pending(intent)).cloned().collect();
    EntityPlan {
        looked_up,
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

/// Why a creation that may have taken effect cannot be repeated: there is nothing to find its record by.
fn blind(entity: &Entity, known: &Known, from: Side, row: &Row, env: &Env) -> Option<String> {
    let to = from.other();
    let begun = known.intents.contains(&(to, row.id.clone()));
    let by_identity = to == Side::Business && entity.identity.is_some();
    let by_keys = || entity.match_keys(from, row, env).0.iter().any(|keys| keys.iter().all(Option::is_some));
    (begun && !by_identity && !by_keys()).then(|| {
        format!(
            "a creation in {} was begun and its end is not known; nothing identifies the record there, so look for it and link or ignore it",
            to.title()
        )
    })
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
                .filter_map(|n| creates.contains_key(n).then(|| depth.get(n).copied().unwrap_or(0) + 1))
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
