//! The plan of one entity: pairs compared, lone records created, the rest said.

use super::output::{Known, Output};
use super::pair;
use super::{EntityPlan, Kind, Operation, Planned, compare, create, report};
use crate::program::{Entity, Env};
use crate::systems::Row;
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
    let mut pairing = pair::pair(entity, known, env);
    for pair in &pairing.pairs {
        let begun = |to: &Side| {
            let source = if *to == Side::Business { &pair.severa.id } else { &pair.business.id };
            pair.link.is_none() && known.intents.contains(&(*to, source.clone()))
        };
        compare::compare(entity, pair, Side::BOTH.into_iter().find(begun), env, &mut out);
    }
    compare::part(entity, known, &mut pairing, &mut out);
    if !link_only {
        for (side, rows) in [(Side::Severa, &pairing.lone_severa), (Side::Business, &pairing.lone_business)] {
            for row in rows {
                if let Some(reason) = blind(entity, known, side, row, env) {
                    out.hold(pair::held(entity, side, row, "unknown-outcome", reason));
                } else if entity.only_when_needed && !known.needed.contains(&row.id) {
                    out.keep_back("a record that is carried over needs it".to_owned());
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
    let ours = |kind: Kind| matches!(kind, Kind::Link | Kind::Unlink);
    out.operations.retain(|o| ours(o.kind) || !o.records().any(|record| held.contains(&record)));
    if link_only {
        out.operations.retain(|o| ours(o.kind));
    } else {
        let reports: Vec<_> = out.held.iter().filter_map(|held| report::report(entity, held, known, env)).collect();
        reports.into_iter().for_each(|report| out.operation(report));
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
        paged: Default::default(),
        watermarks: Vec::new(),
    }
}

/// Why a creation that may have taken effect cannot be repeated: there is nothing to find its record by.
fn blind(entity: &Entity, known: &Known, from: Side, row: &Row, env: &Env) -> Option<String> {
    let to = from.other();
    let begun = known.intents.contains(&(to, row.id.clone()));
    let by_identity = match to {
        Side::Business => entity.identity.is_some(),
        Side::Severa => entity.mark.is_some(),
    };
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
