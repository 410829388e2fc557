//! A pair, line by line and three ways: what it holds on both sides, and what it held when it was last in step.

use super::output::Known;
use super::output::{Output, part_of};
use super::pair::{self, Pair, Pairing};
use super::{FieldChange, Kind, Note, Operation, Wait, fingerprint};
use crate::program::{Conflict, Entity, Env, Line, Outcome, Planned, Reference, Sends, Slot};
use crate::systems::Row;
use crate::value::{Side, Value};

/// What becomes of a line of a pair.
enum Way {
    /// Nothing to write; both ends are remembered as they are.
    InStep,
    /// A change that may not travel: the base stays as it was.
    Stays,
    Carry(Side),
    Conflict,
}

/// What a comparison makes of a line, for whoever asks why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Both ends hold what they held when they were last in step.
    Unchanged,
    /// Both ends say the same.
    InStep,
    /// They differ, and what differs may not travel.
    Stays,
    /// Carried over to this side, unless the line itself keeps or holds it.
    Carry(Side),
    /// Changed on both sides, and a person decides.
    Conflict,
}

/// The verdict on one line of a pair.
pub fn verdict(entity: &Entity, line: &Line, pair: &Pair, env: &Env) -> Verdict {
    let filters = Filters {
        severa: entity.sends(Side::Severa, pair.severa, env),
        business: entity.sends(Side::Business, pair.business, env),
    };
    let entry = fingerprint::base_entry(entity, line, pair.severa, pair.business);
    if base_of(pair, line) == Some((entry.1, entry.2)) {
        return Verdict::Unchanged;
    }
    match way(entity, line, pair, entry, &filters, env) {
        Way::InStep => Verdict::InStep,
        Way::Stays => Verdict::Stays,
        Way::Carry(to) => Verdict::Carry(to),
        Way::Conflict => Verdict::Conflict,
    }
}

/// Whether each side's filter lets its record travel.
struct Filters {
    severa: Sends,
    business: Sends,
}

impl Filters {
    fn of(&self, side: Side) -> &Sends {
        match side {
            Side::Severa => &self.severa,
            Side::Business => &self.business,
        }
    }
}

/// Compares a pair. `begun`: the side on which we began to create its record, without hearing of it.
pub fn compare(entity: &Entity, pair: &Pair, begun: Option<Side>, env: &Env, out: &mut Output) {
    let filters = Filters {
        severa: entity.sends(Side::Severa, pair.severa, env),
        business: entity.sends(Side::Business, pair.business, env),
    };
    let mut bases = Vec::new();
    let mut waits = Vec::new();
    let mut changes: Vec<Change> = Vec::new();
    for line in entity.lines.iter().filter(|l| !l.on_create) {
        let entry = fingerprint::base_entry(entity, line, pair.severa, pair.business);
        if base_of(pair, line) == Some((entry.1, entry.2)) && !Side::BOTH.iter().any(|side| line.reads_owner(*side)) {
            continue;
        }
        // As after a creation that we heard of: what goes the other way only is as it is.
        if entity.owner.is_some() && begun.is_some_and(|begun| !line.writes_to(begun)) {
            bases.push(entry);
            continue;
        }
        let to = match way(entity, line, pair, entry, &filters, env) {
            Way::InStep => {
                bases.extend(in_step(entity, line, pair, entry, env, &mut waits));
                continue;
            }
            Way::Stays => continue,
            Way::Conflict => {
                let reason = format!("{}: changed on both sides to different values", line.title);
                out.hold(pair::held(entity, Side::Severa, pair.severa, "conflict", reason));
                continue;
            }
            Way::Carry(to) => to,
        };
        let (source, target) = sides(pair, to);
        if to == Side::Business
            && let Some(reason) = entity.held_by(source, env)
        {
            out.hold(pair::held(entity, Side::Severa, source, "hold", reason.to_owned()));
            continue;
        }
        let carried = line.carry(entity, to, source, Some(target), env);
        let settled = carried.waits.is_empty();
        let entry = if settled { entry } else { unsettled(entry, to.other()) };
        waits.extend(carried.waits);
        match carried.outcome {
            Outcome::Keep => bases.push(entry),
            Outcome::Hold(reason) | Outcome::Skip(reason) => {
                let code = if settled { "does-not-fit" } else { "not-linked" };
                out.hold(pair::held(entity, to.other(), source, code, reason));
            }
            Outcome::Write(values) => {
                let fields = differing(entity, line, to, target, values);
                let blanks = fields.iter().all(|f| matches!(&f.new, Planned::Value(v) if v.is_null()));
                // At the first pairing a blank never replaces a value.
                if fields.is_empty() || (base_of(pair, line).is_none() && blanks) {
                    bases.push(entry);
                } else {
                    // Whose value stands was judged by stamps, which our own writes are about to change: what
                    // was judged is remembered, in case this line is not written.
                    if base_of(pair, line).is_none_or(|(s, b)| s != entry.1 && b != entry.2) {
                        bases.push(unsettled(entry, to.other()));
                    }
                    let kind = if line.write_back || line.numbered { Kind::WriteBack } else { Kind::Update };
                    let (line, severa, business) = entry;
                    let base = (line, if to == Side::Business { severa } else { business });
                    changes.push(Change { to, kind, base, fields });
                }
            }
        }
    }
    out.waits.push(Wait { side: Side::Severa, id: pair.severa.id.clone(), references: waits });
    let before = out.operations.len();
    for to in Side::BOTH {
        for kind in [Kind::Update, Kind::WriteBack] {
            let lines: Vec<_> = changes.iter().filter(|c| (c.to, c.kind) == (to, kind)).collect();
            if lines.is_empty() {
                continue;
            }
            let (source, target) = sides(pair, to);
            let bases = lines.iter().map(|c| c.base).collect();
            let fields = lines.iter().flat_map(|c| c.fields.clone()).collect();
            out.operation(change(entity, kind, to, source, target, fields, bases));
        }
    }
    identity(entity, pair, env, out);
    if out.operations.len() == before {
        out.unchanged += 1;
    }
    // What is carried over once moves on by its own: a draft that became an order is ready no longer.
    if let Some(link) = pair.link
        && !entity.once
        && let Sends::No(condition) = filters.of(link.born)
    {
        let row = if link.born == Side::Severa { pair.severa } else { pair.business };
        let (key, name) = entity.label(link.born, row);
        let text =
            format!("no longer fulfils `{condition}`: what it holds in {} is left alone", link.born.other().title());
        out.notes.push(Note { side: link.born, key, name, text });
    }
    let news = pair.link.is_none_or(|link| bases.iter().any(|(line, s, b)| link.base.0.get(line) != Some(&(*s, *b))));
    if news {
        let sent = if filters.severa == Sends::Yes { Side::Severa } else { Side::Business };
        let born = begun.map_or(sent, Side::other);
        out.settle(entity, (pair.severa, pair.business), pair.link.is_none(), bases, born);
    }
}

/// A line that will be written.
struct Change {
    to: Side,
    kind: Kind,
    /// The line, and its source's fingerprint.
    base: (u64, u64),
    fields: Vec<FieldChange>,
}

/// The base of a line whose ends agree. They may agree only because what one of them points at has no
/// counterpart yet: then that end is still to be carried over.
fn in_step(
    entity: &Entity,
    line: &Line,
    pair: &Pair,
    mut entry: (u64, u64, u64),
    env: &Env,
    waits: &mut Vec<Reference>,
) -> Option<(u64, u64, u64)> {
    let mut waiting = 0;
    for to in Side::BOTH.into_iter().filter(|to| line.writes_to(*to)) {
        let (source, target) = sides(pair, to);
        let carried = line.carry(entity, to, source, Some(target), env);
        if !carried.waits.is_empty() {
            entry = unsettled(entry, to.other());
            waiting += 1;
        }
        waits.extend(carried.waits);
    }
    (waiting < 2).then_some(entry)
}

fn unsettled((line, severa, business): (u64, u64, u64), source: Side) -> (u64, u64, u64) {
    match source {
        Side::Severa => (line, fingerprint::UNSETTLED, business),
        Side::Business => (line, severa, fingerprint::UNSETTLED),
    }
}

fn change(
    entity: &Entity,
    kind: Kind,
    to: Side,
    source: &Row,
    target: &Row,
    fields: Vec<FieldChange>,
    bases: Vec<(u64, u64)>,
) -> Operation {
    let (key, name) = entity.label(to, target);
    Operation {
        id: String::new(),
        kind,
        side: to,
        key,
        name,
        source_id: source.id.clone(),
        record_id: Some(target.id.clone()),
        fields,
        numbers: Vec::new(),
        children: Vec::new(),
        follows: false,
        bases,
        ahead: Vec::new(),
        source_stamp: source.changed.map(|s| s.to_string()),
        columns: Default::default(),
    }
}

fn sides<'a>(pair: &Pair<'a>, to: Side) -> (&'a Row, &'a Row) {
    match to {
        Side::Business => (pair.severa, pair.business),
        Side::Severa => (pair.business, pair.severa),
    }
}

fn base_of(pair: &Pair, line: &Line) -> Option<(u64, u64)> {
    pair.link?.base.0.get(&fingerprint::line_key(line)).copied()
}

fn way(entity: &Entity, line: &Line, pair: &Pair, entry: (u64, u64, u64), filters: &Filters, env: &Env) -> Way {
    let base = base_of(pair, line);
    let (_, severa_now, business_now) = entry;
    let owned = Side::BOTH.into_iter().find(|side| line.reads_owner(*side));
    if owned.is_none() && base == Some((severa_now, business_now))
        || line.in_step(entity, pair.severa, pair.business, env)
    {
        return Way::InStep;
    }
    let may = |to: Side| {
        line.writes_to(to) && env.kept_back(to.other()).is_none() && may_write(entity, line, pair, to, filters)
    };
    let Some((severa_then, business_then)) = base else {
        return first(entity, line, pair, may);
    };
    let to = match (severa_then != severa_now, business_then != business_now) {
        (false, false) => match owned {
            Some(side) => side.other(),
            None => return Way::InStep,
        },
        // An assigned number that was changed in Severa is put back: Visma Business alone gives it.
        (true, false) if line.numbered && !line.writes_to(Side::Business) => Side::Severa,
        (true, false) => Side::Business,
        (false, true) => Side::Severa,
        (true, true) => match (line.writes_to(Side::Business), line.writes_to(Side::Severa)) {
            (true, false) => Side::Business,
            (false, true) => Side::Severa,
            _ => match winner(entity, pair) {
                Some(side) => side.other(),
                None => return Way::Conflict,
            },
        },
    };
    if may(to) { Way::Carry(to) } else { Way::Stays }
}

/// Paired for the first time: the master's values stand, or else the newer record's; a blank gives way.
fn first(entity: &Entity, line: &Line, pair: &Pair, may: impl Fn(Side) -> bool) -> Way {
    // What a line against the entity's arrow says is made of marks that may all be off.
    let blank = |side: Side| {
        let row = if side == Side::Severa { pair.severa } else { pair.business };
        !line.write_back && line.values(entity, side, row).iter().all(Value::is_null)
    };
    let preferred = entity.master.or_else(|| newer(entity, pair)).unwrap_or(Side::Severa);
    [preferred.other(), preferred].into_iter().find(|to| may(*to) && !blank(to.other())).map_or(Way::InStep, Way::Carry)
}

fn may_write(entity: &Entity, line: &Line, pair: &Pair, to: Side, filters: &Filters) -> bool {
    // Write-backs and assigned numbers work on linked records, whoever is master and whatever the filters say.
    if line.write_back || line.numbered && to == Side::Severa {
        return true;
    }
    let source = to.other();
    let born_there = pair.link.is_none_or(|link| link.born == source);
    entity.updates_on(to) && (!born_there || *filters.of(source) == Sends::Yes)
}

/// Whose value stands when both changed.
fn winner(entity: &Entity, pair: &Pair) -> Option<Side> {
    match (entity.master, entity.conflict) {
        (Some(master), _) => Some(master),
        (None, Conflict::Side(side)) => Some(side),
        (None, Conflict::Hold) => None,
        (None, Conflict::Newest) => Some(newer(entity, pair).unwrap_or(Side::Severa)),
    }
}

/// The side that was changed last; a stamp that our own write left is never newer.
fn newer(entity: &Entity, pair: &Pair) -> Option<Side> {
    let stamp = |side: Side, row: &Row| {
        let ours = pair.link.and_then(|link| link.stamp(side));
        entity.stamp(side, row).filter(|changed| ours.is_none_or(|ours| *changed > ours))
    };
    match (stamp(Side::Severa, pair.severa), stamp(Side::Business, pair.business)) {
        (Some(severa), Some(business)) => Some(if business > severa { Side::Business } else { Side::Severa }),
        (Some(_), None) => Some(Side::Severa),
        (None, Some(_)) => Some(Side::Business),
        (None, None) => None,
    }
}

/// The values that differ from what stands there.
fn differing(entity: &Entity, line: &Line, to: Side, target: &Row, values: Vec<(Slot, Planned)>) -> Vec<FieldChange> {
    let change = |(slot, new): (Slot, Planned)| {
        let old = entity.slot(to, target, slot).clone();
        let same = matches!(&new, Planned::Value(new) if new.same(&old));
        (!same).then(|| FieldChange {
            field: entity.field_name(to, slot).to_owned(),
            part: part_of(entity, slot, Some(target)),
            old,
            new,
            because: line.origin.clone(),
            line: fingerprint::line_key(line),
        })
    };
    values.into_iter().filter_map(change).collect()
}

/// Our identifier, where it does not stand yet.
fn identity(entity: &Entity, pair: &Pair, env: &Env, out: &mut Output) {
    let Some(slot) = entity.identity else { return };
    let old = entity.slot(Side::Business, pair.business, Slot::Own(slot));
    let new = Value::text(pair.severa.id.clone());
    // Of an order that has left its table only the ledger is there, and nothing to write to.
    let left = entity.once && pair.link.is_some() && old.is_null();
    if old.same(&new) || left || pair::is_of_another_role(entity, pair.business, env) {
        return;
    }
    let field = FieldChange {
        field: entity.field_name(Side::Business, Slot::Own(slot)).to_owned(),
        part: None,
        old: old.clone(),
        new: Planned::Value(new),
        because: entity.identity_origin.clone(),
        line: 0,
    };
    out.operation(change(entity, Kind::Link, Side::Business, pair.severa, pair.business, vec![field], Vec::new()));
}

/// Our identifier goes out of a record that a person parted from its pair. Until that is done neither of the two
/// is created on the other side: whoever is looked up by the identifier there would be found to be the old one.
pub fn part(entity: &Entity, known: &Known, pairing: &mut Pairing, out: &mut Output) {
    let Some(slot) = entity.identity else { return };
    for (severa, business) in &known.decisions.apart {
        let paired = pairing.pairs.iter().any(|pair| pair.business.id == *business);
        let row = known.business.iter().find(|row| row.id == *business && !paired);
        let Some(row) = row.filter(|row| pair::identity_of(entity, row).is_some_and(|g| g.to_string() == *severa))
        else {
            continue;
        };
        let (key, name) = entity.label(Side::Business, row);
        let field = FieldChange {
            field: entity.field_name(Side::Business, Slot::Own(slot)).to_owned(),
            part: None,
            old: entity.slot(Side::Business, row, Slot::Own(slot)).clone(),
            new: Planned::Value(Value::Null),
            because: entity.identity_origin.clone(),
            line: 0,
        };
        out.operation(Operation {
            id: String::new(),
            kind: Kind::Unlink,
            side: Side::Business,
            key,
            name,
            source_id: severa.clone(),
            record_id: Some(row.id.clone()),
            fields: vec![field],
            numbers: Vec::new(),
            children: Vec::new(),
            follows: false,
            bases: Vec::new(),
            ahead: Vec::new(),
            source_stamp: None,
            columns: Default::default(),
        });
        pairing.lone_severa.retain(|row| row.id != *severa);
        pairing.lone_business.retain(|row| row.id != *business);
    }
}
