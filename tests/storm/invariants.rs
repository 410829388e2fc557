//! What must hold whatever went wrong, each by its name.
//!
//! Some hold at any moment and are read off the record of effects; the others hold once a company has
//! come to rest. They look at both systems and the state with the right program, whoever was at work.

use crate::scene::Scene;
use crate::sky::{Effect, Phase};
use crate::world::{Ask, End, World};
use samband::program::{Entity, Line, Outcome, Planned, Sends, Slot};
use samband::state::Link;
use samband::systems::Row;
use samband::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

pub type Invariant = (&'static str, fn(&Scene) -> Vec<String>);

pub const INVARIANTS: &[Invariant] = &[
    ("no duplicate", no_duplicate),
    ("no lost update", no_lost_update),
    ("both sides agree", both_sides_agree),
    ("watermark never past an unprocessed record", everything_arrived),
    ("non-master never updates", non_master_never_updates),
    ("nothing outside a filter written", nothing_outside_a_filter),
    ("links one to one", links_one_to_one),
    ("plan writes nothing", plan_writes_nothing),
    ("no half record", no_half_record),
    ("one run at a time", one_run_at_a_time),
    ("customer numbers only from Visma Business", numbers_only_from_business),
    ("sums equal to the cent", sums_equal),
];

/// All of them over a company at rest, and the two that need further runs.
pub fn check(world: &mut World) -> Vec<String> {
    let mut violations = std::mem::take(&mut world.violations);
    violations.extend(at_rest(world));
    let program = crate::world::take_right(world.settings);
    {
        let scene = Scene::new(world, &program);
        for (name, invariant) in INVARIANTS {
            violations.extend(invariant(&scene).into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    crate::world::give_right(world.settings, program);
    violations
}

/// A company is at rest when a run has planned nothing; then a full comparison plans nothing either.
fn at_rest(world: &mut World) -> Vec<String> {
    let End::Done(done) = world.start(Ask::Plan, true) else {
        return vec!["a quiet plan comes to its end".to_owned()];
    };
    match *done {
        Ok((plan, _)) if plan.is_empty() => Vec::new(),
        Ok((plan, _)) => vec![format!("nothing lost behind the watermark: {}", samband::plan::render(&plan, true))],
        Err(error) => vec![format!("a quiet plan comes to its end: {error}")],
    }
}

fn table(entity: &Entity, side: Side) -> String {
    crate::side::table(entity.select(side))
}

/// What a record that we created cannot be there twice with: our identifier, its number or code, its mark.
fn own_key(effect: &Effect) -> Option<(Side, String, String)> {
    let value = |field: &str| effect.fields.iter().find(|f| f.field == field).map(|f| f.after.to_string());
    let key = match (effect.side, effect.table.as_str()) {
        (Side::Business, "OrdLn") => None,
        (Side::Business, table) => {
            let identity = effect.fields.iter().find(|f| f.after.as_guid().is_some() && f.after.as_text().is_some());
            identity.map(|f| f.after.to_string()).or_else(|| value("PrCatNo").filter(|_| table == "ProdCat"))
        }
        (Side::Severa, "User" | "Product" | "TravelExpenseType" | "ProductCategory" | "BusinessUnit") => value("code"),
        (Side::Severa, "Customer" | "Project") => value("number"),
        (Side::Severa, "ProjectFee") => value("description"),
        // One of a kind is enough, and one address that bills go to.
        (Side::Severa, "ContactCommunication") => Some(format!("{:?} {:?}", value("contact.guid"), value("kind"))),
        (Side::Severa, "Address") => {
            value("isBillingAddress").filter(|billing| billing == "true").and_then(|_| value("customer.guid"))
        }
        (Side::Severa, _) => None,
    };
    key.map(|key| (effect.side, effect.table.clone(), key))
}

fn no_duplicate(scene: &Scene) -> Vec<String> {
    let mut seen: BTreeMap<(Side, String, String), usize> = BTreeMap::new();
    let parted = |key: &(Side, String, String)| scene.apart.iter().any(|(_, severa, _)| key.2.contains(severa));
    for effect in scene.effects.iter().filter(|e| e.created) {
        if let Some(key) = own_key(effect).filter(|key| !parted(key)) {
            *seen.entry(key).or_default() += 1;
        }
    }
    let twice = seen.into_iter().filter(|(_, count)| *count > 1);
    let mut found: Vec<String> = twice.map(|(key, count)| format!("{key:?} was created {count} times")).collect();
    // What we made of a record that had its other half already.
    for entity in scene.entities().into_iter().filter(|e| !e.matches.is_empty()) {
        let mut by_keys: BTreeMap<(String, Vec<Option<String>>), Vec<&str>> = BTreeMap::new();
        for side in Side::BOTH {
            by_keys.clear();
            for (id, row) in &scene.rows[&(entity.name.clone(), side)] {
                let env = scene.env_of(entity, side, id);
                let keys = entity.match_keys(side, row, &env).0.remove(0);
                if keys.iter().all(Option::is_some) && entity.is_ours(side, row, &env) {
                    by_keys.entry((scene.household(entity, side, id), keys)).or_default().push(id);
                }
            }
            let table = table(entity, side);
            // What a person parted is there twice because a person wants it so.
            let parted = |id: &str| {
                scene
                    .apart
                    .iter()
                    .any(|(name, s, b)| *name == entity.name && id == if side == Side::Severa { s } else { b })
            };
            let made = |id: &str| scene.effects.iter().any(|e| e.created && e.table == table && e.id == id);
            let doubled = by_keys
                .iter()
                .filter(|(_, ids)| ids.len() > 1 && ids.iter().any(|id| made(id)) && !ids.iter().any(|id| parted(id)));
            found.extend(doubled.map(|((_, keys), ids)| format!("{table} of {}: {ids:?} have {keys:?}", side.word())));
        }
    }
    found
}

/// Nothing is written over what the engine had not seen.
fn no_lost_update(scene: &Scene) -> Vec<String> {
    let changes = scene.effects.iter().filter(|e| !e.created);
    let lost = changes.flat_map(|e| e.fields.iter().map(move |f| (e, f)));
    let lost = lost.filter(|(_, f)| !f.before.same(&f.expected) && !f.before.same(&f.after));
    lost.map(|(e, f)| format!("{} {} {}: {} was written over {}", e.table, e.id, f.field, f.after, f.before)).collect()
}

fn both_sides_agree(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    for entity in scene.entities() {
        for (link, severa, business) in scene.pairs(entity) {
            if scene.is_held(entity, link) || !scene.owner_travels(entity, Side::Severa, &link.severa_id) {
                continue;
            }
            for line in entity.lines.iter().filter(|line| !line.on_create) {
                if let Some(what) = disagree(scene, entity, line, link, severa, business) {
                    let (key, name) = entity.label(Side::Severa, severa);
                    found.push(format!("{} {key} {name}: `{}`: {what}", entity.name, line.key));
                }
            }
        }
    }
    found
}

/// Why a line that should be in step is not.
fn disagree(scene: &Scene, entity: &Entity, line: &Line, link: &Link, severa: &Row, business: &Row) -> Option<String> {
    let env = scene.env_of(entity, Side::Severa, &severa.id);
    if line.in_step(entity, severa, business, &env) {
        return None;
    }
    let row = |side: Side| if side == Side::Severa { severa } else { business };
    let may = |to: &Side| {
        let source = to.other();
        let sends = link.born != source || entity.sends(source, row(source), &env) == Sends::Yes;
        let back = line.write_back || line.numbered && *to == Side::Severa;
        line.writes_to(*to) && (back || entity.updates_on(*to) && sends)
    };
    let ways: Vec<Side> = Side::BOTH.into_iter().filter(may).collect();
    let fields =
        |side: Side| -> Vec<&str> { line.slots(side).iter().map(|slot| entity.field_name(side, *slot)).collect() };
    let edit = |side: Side| scene.last_edit(side, &table(entity, side), link.id(side), &fields(side));
    // What was put back is not carried again until what it came from changes.
    let listed = line.severa.iter().any(|slot| matches!(slot, Slot::Part { .. }));
    let undone = |side: Side| {
        let record = (table(entity, side), link.id(side).to_owned());
        scene.last_undone(side, (!listed || side == Side::Business).then_some(&record), &fields(side))
    };
    if Side::BOTH.into_iter().any(|side| undone(side).is_some_and(|at| Side::BOTH.iter().all(|s| edit(*s) < at))) {
        return None;
    }
    // What the side that may not say so changed last stands as it is, and so does what was never carried.
    let stands = |to: &Side| {
        let wanted = line.carry(entity, *to, row(to.other()), Some(row(*to)), &env);
        let settled = match &wanted.outcome {
            Outcome::Write(values) => values.iter().all(|(slot, new)| match new {
                Planned::Value(new) => {
                    let held = entity.slot(*to, row(*to), *slot);
                    held.same(new) || new.is_null() && edit(to.other()) <= edit(*to)
                }
                Planned::Pending(_) => false,
            }),
            Outcome::Keep => true,
            Outcome::Hold(_) | Outcome::Skip(_) => false,
        };
        settled || !wanted.waits.is_empty() || ways.len() == 1 && edit(*to) > edit(to.other())
    };
    let shown = |side: Side| line.values(entity, side, row(side)).iter().map(Value::to_string).collect::<Vec<_>>();
    (!ways.is_empty() && !ways.iter().any(stands))
        .then(|| format!("{} and {}", shown(Side::Severa).join(", "), shown(Side::Business).join(", ")))
}

fn everything_arrived(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    let intents: BTreeSet<(String, Side, String)> = scene
        .entities()
        .iter()
        .flat_map(|e| scene.world.state(|state| state.intents(&e.name).expect("intents")))
        .map(|i| (i.entity, i.side, i.source_id))
        .collect();
    found.extend(intents.iter().map(|intent| format!("{intent:?} is still open")));
    for entity in scene.entities().into_iter().filter(|e| !e.only_when_needed) {
        for side in Side::BOTH.into_iter().filter(|side| entity.creates_on(side.other())) {
            for (id, row) in &scene.rows[&(entity.name.clone(), side)] {
                let env = scene.env_of(entity, side, id);
                let travels = entity.is_ours(side, row, &env)
                    && entity.sends(side, row, &env) == Sends::Yes
                    && scene.owner_travels(entity, side, id)
                    && !scene.ignored.contains(&(entity.name.clone(), side, id.clone()))
                    && !scene.held.contains(&(entity.name.clone(), side, id.clone()));
                if travels && !scene.links.of(&entity.name).iter().any(|l| l.id(side) == id) {
                    let (key, name) = entity.label(side, row);
                    found.push(format!("{} {key} {name} of {} is neither linked nor held", entity.name, side.word()));
                }
            }
        }
    }
    found
}

/// Whose record an effect changed, and the entity that it belongs to.
fn owners<'s>(scene: &'s Scene, effect: &'s Effect) -> impl Iterator<Item = (&'s Entity, &'s Link)> + 's {
    let entities = scene.program.entities.iter().map(AsRef::as_ref);
    entities.filter(|e| table(e, effect.side) == effect.table).flat_map(|entity: &Entity| {
        let links = scene.links.of(&entity.name).iter().filter(|l| l.id(effect.side) == effect.id);
        links.map(move |link| (entity, link))
    })
}

fn non_master_never_updates(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    for effect in scene.effects.iter().filter(|e| !e.created) {
        let owners: Vec<_> = owners(scene, effect).collect();
        for field in effect.fields.iter().filter(|_| !owners.is_empty()) {
            let allowed = owners.iter().any(|(entity, _)| {
                let own = |line: &&Line| {
                    line.slots(effect.side).iter().any(|slot| entity.field_name(effect.side, *slot) == field.field)
                };
                let line = entity.lines.iter().find(own);
                let identity = entity.identity.map(|slot| entity.field_name(Side::Business, Slot::Own(slot)));
                let failure = entity.failure.as_ref().is_some_and(|f| {
                    [Some(f.slot), f.reason]
                        .iter()
                        .flatten()
                        .any(|slot| entity.severa.fields[*slot].name == field.field)
                });
                identity == Some(field.field.as_str())
                    || failure && effect.side == Side::Severa
                    || line.is_some_and(|line| line.write_back || line.numbered || entity.updates_on(effect.side))
                    // A second pass completes the record that it made itself.
                    || scene.effects.iter().any(|e| e.created && e.engine == effect.engine && e.id == effect.id)
            });
            if !allowed {
                let side = effect.side.word();
                found.push(format!("{} {} {} was changed in {side}", effect.table, effect.id, field.field));
            }
        }
    }
    found
}

fn nothing_outside_a_filter(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    for effect in scene.effects.iter().filter(|e| e.created) {
        for (entity, link) in owners(scene, effect) {
            let from = effect.side.other();
            let source = link.id(from);
            // Of a record that a person parted nobody knows any more what it was made from.
            let parted = |(name, s, b): &(String, String, String)| {
                *name == entity.name && effect.id == *if effect.side == Side::Severa { s } else { b }
            };
            if scene.apart.iter().any(parted) {
                continue;
            }
            let Some(row) = scene.row(entity, from, source) else { continue };
            // A record that passed when it was read may have left its filter since, by a person's hand or by ours.
            let read = scene.begun.iter().find(|(engine, _)| *engine == effect.engine).map_or(0, |(_, number)| *number);
            let left = scene
                .edits
                .iter()
                .any(|(number, s, t, id, _)| *number > read && *s == from && *t == table(entity, from) && id == source);
            let moved = scene.effects.iter().any(|e| {
                !e.created && e.number > read && e.side == from && e.table == table(entity, from) && e.id == source
            });
            if !left
                && !moved
                && let Sends::No(condition) = entity.sends(from, row, &scene.env_of(entity, from, source))
            {
                found.push(format!("{} {source} was created in spite of `{condition}`", entity.name));
            }
        }
    }
    found
}

fn links_one_to_one(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    for entity in scene.entities() {
        let mut seen: BTreeMap<(Side, &str), usize> = BTreeMap::new();
        for link in scene.links.of(&entity.name) {
            for side in Side::BOTH {
                *seen.entry((side, link.id(side))).or_default() += 1;
                if scene.row(entity, side, link.id(side)).is_none() {
                    found.push(format!(
                        "{} is linked to {} in {}, which is not there",
                        entity.name,
                        link.id(side),
                        side.word()
                    ));
                }
            }
        }
        found.extend(seen.iter().filter(|(_, n)| **n > 1).map(|(record, n)| format!("{record:?} has {n} links")));
        let Some(slot) = entity.identity else { continue };
        let mut bearers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (id, row) in &scene.rows[&(entity.name.clone(), Side::Business)] {
            if let Some(guid) = row.values[slot].as_guid().filter(|_| entity.is_ours(Side::Business, row, &scene.env()))
            {
                bearers.entry(guid.to_string()).or_default().push(id);
            }
        }
        let several = bearers.iter().filter(|(_, ids)| ids.len() > 1);
        found.extend(several.map(|(guid, ids)| format!("{}: {ids:?} bear {guid}", entity.name)));
        for (link, _, business) in scene.pairs(entity) {
            let borne = business.values[slot].as_guid().map(|g| g.to_string());
            if borne.as_deref() != Some(link.severa_id.as_str()) && !scene.is_held(entity, link) {
                found.push(format!("{} {} bears {borne:?}, not {}", entity.name, link.business_id, link.severa_id));
            }
        }
    }
    found
}

fn plan_writes_nothing(scene: &Scene) -> Vec<String> {
    let by_plans = scene.effects.iter().filter(|e| e.phase == Phase::Plan);
    by_plans.map(|e| format!("{} {} was written by a plan", e.table, e.id)).collect()
}

fn no_half_record(scene: &Scene) -> Vec<String> {
    let orders = &scene.world.business;
    let world = orders.world.lock().unwrap();
    let lines = |order: &str| {
        let rows = world.tables.get("OrdLn").into_iter().flat_map(|t| &t.rows);
        rows.filter(|(_, f)| f.get("OrdNo").is_some_and(|o| o.to_string() == order)).count()
    };
    let mut found = Vec::new();
    for effect in scene.effects.iter().filter(|e| e.created && e.table == "Ord") {
        let draft = effect.fields.iter().find_map(|f| f.after.as_guid()).map(|g| g.to_string()).unwrap_or_default();
        let rows = match scene.world.severa.get("Invoice", &draft, "rows") {
            Value::List(rows) => rows.len(),
            _ => 0,
        };
        if lines(&effect.id) != rows {
            found.push(format!("order {} has {} lines, its draft {rows}", effect.id, lines(&effect.id)));
        }
    }
    found
}

fn one_run_at_a_time(scene: &Scene) -> Vec<String> {
    let sky = scene.world.sky.lock().unwrap();
    let late = |engine: usize, number: usize| {
        scene.effects.iter().filter(move |e| e.engine == engine && e.number > number && e.phase != Phase::Plan).count()
    };
    let gone = sky.overtaken.iter().map(|(engine, number)| (engine, late(*engine, *number))).filter(|(_, n)| *n > 0);
    gone.map(|(engine, n)| format!("engine {engine} wrote {n} times after another had taken over")).collect()
}

fn numbers_only_from_business(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    for effect in &scene.effects {
        for field in &effect.fields {
            match (effect.side, effect.table.as_str(), field.field.as_str()) {
                (Side::Business, "Actor", "CustNo") => found.push(format!("CustNo {} was written", field.after)),
                (Side::Severa, "Customer", "number") => {
                    let world = scene.world.business.world.lock().unwrap();
                    let actors = world.tables.get("Actor").into_iter().flat_map(|t| t.rows.values());
                    if !actors.filter_map(|f| f.get("CustNo")).any(|number| number.same(&field.after)) {
                        found.push(format!("Severa got the number {}, which no customer has", field.after));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// What a draft asks for, its order asks for; what was posted on a project, its costs come to.
fn sums_equal(scene: &Scene) -> Vec<String> {
    let decimal = |value: Option<&Value>| value.and_then(Value::as_decimal).unwrap_or_default();
    let mut found = Vec::new();
    if let Some(invoice) = scene.entities().into_iter().find(|e| e.name == "Invoice") {
        let list = invoice.severa.slot("rows").expect("rows");
        let of = invoice.severa.fields[list].of.as_ref().expect("a list");
        let (quantity, price) = (of.slot("quantity"), of.slot("unitPrice.amount"));
        let world = scene.world.business.world.lock().unwrap();
        for (link, draft, _) in scene.pairs(invoice) {
            let rows = match &draft.values[list] {
                Value::List(rows) => rows.clone(),
                _ => Vec::new(),
            };
            let asked: rust_decimal::Decimal = rows
                .iter()
                .filter_map(|row| match row {
                    Value::Record(values) => {
                        let at = |slot: Option<usize>| decimal(slot.and_then(|slot| values.get(slot)));
                        Some(at(quantity) * at(price))
                    }
                    _ => None,
                })
                .sum();
            let lines = world.tables.get("OrdLn").into_iter().flat_map(|t| t.rows.values());
            let lines = lines.filter(|f| f.get("OrdNo").is_some_and(|o| o.to_string() == link.business_id));
            let ordered: rust_decimal::Decimal =
                lines.map(|f| decimal(f.get("NoInvoAb")) * decimal(f.get("Price"))).sum();
            if asked != ordered {
                found.push(format!("draft {} asks for {asked}, its order for {ordered}", link.severa_id));
            }
        }
    }
    if let Some(costs) = scene.entities().into_iter().find(|e| e.name == "PurchaseCost") {
        let (mut posted, mut carried) = (rust_decimal::Decimal::ZERO, rust_decimal::Decimal::ZERO);
        for (id, row) in &scene.rows[&(costs.name.clone(), Side::Business)] {
            let held = scene.held.contains(&(costs.name.clone(), Side::Business, id.clone()));
            if costs.sends(Side::Business, row, &scene.env()) == Sends::Yes && !held {
                posted += decimal(costs.business.slot("AcAm").and_then(|slot| row.values.get(slot)));
            }
        }
        for row in scene.rows[&(costs.name.clone(), Side::Severa)].values() {
            carried += decimal(costs.severa.slot("unitCost.amount").and_then(|slot| row.values.get(slot)));
        }
        if posted != carried {
            found.push(format!("{posted} was posted on projects, their costs come to {carried}"));
        }
    }
    found
}
