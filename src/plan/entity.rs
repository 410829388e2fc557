//! The plan of one entity: pairs compared, lone records created, the rest said.

use super::output::{Known, Output};
use super::pair;
use super::{EntityPlan, Kind, Operation, Planned, compare, create};
use crate::program::{Entity, Env};
use crate::value::Side;
use std::collections::{BTreeMap, BTreeSet};

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
