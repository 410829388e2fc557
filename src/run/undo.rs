//! The inverse of a run, as a plan of its own: it puts old values back where nobody has changed them since.

use super::gather::Found;
use super::index::Index;
use super::{Engine, RunError, names};
use crate::plan::{self, EntityPlan, FieldChange, Kind, Note, Operation, PartOf, Plan, Planned, Wait};
use crate::program::{Entity, Line, Origin, Slot};
use crate::state::{Entry, Link, Wanted};
use crate::systems::Row;
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a run wrote into one record.
struct Touched {
    side: Side,
    id: String,
    key: String,
    name: String,
    entries: Vec<Entry>,
}

impl Engine {
    /// The plan that undoes a run. What it leaves alone is said in its notes, with the reason: fields that
    /// were changed since, and what the run created, as nothing is ever deleted. It is carried out like any plan.
    pub async fn undo(&mut self, run: i64) -> Result<Plan, RunError> {
        let Some(_) = self.state.run(run)? else {
            let last = self.state.runs(1)?.first().map(|run| run.id);
            let help = match last {
                Some(last) => format!("the last run is {last}; `samband status` lists them"),
                None => "no run has been made yet".to_owned(),
            };
            return Err(RunError::refused(format!("there is no run {run}"), help));
        };
        self.open().await?;
        let mut plan = Plan {
            mapping: self.program.mapping.clone(),
            fingerprint: self.program.fingerprint.clone(),
            identity: self.opened.as_ref().map(|o| o.identity.clone()).unwrap_or_default(),
            generation: self.state.generation()?,
            made_at: self.clock.now().to_string(),
            names: BTreeMap::new(),
            entities: Vec::new(),
        };
        let entries = self.state.history(&Wanted { run: Some(run), ..Wanted::default() })?;
        for place in 0..self.program.entities.len() {
            let name = &self.program.entities[place].name;
            let part = format!("{name}.");
            let own = |e: &&Entry| e.change.entity == *name || e.change.entity.starts_with(&part);
            let own: Vec<Entry> = entries.iter().filter(own).cloned().collect();
            if !own.is_empty() && self.program.entities[place].carried {
                plan.entities.push(self.undo_entity(place, run, own).await?);
            }
        }
        let known = |entity: &str| {
            plan.entities.iter().any(|p| p.entity == entity || entity.starts_with(&format!("{}.", p.entity)))
        };
        let gone: BTreeSet<String> =
            entries.iter().map(|e| e.change.entity.clone()).filter(|entity| !known(entity)).collect();
        if let (Some(first), false) = (plan.entities.first_mut(), gone.is_empty()) {
            let text = format!(
                "the mapping has no {} any more: what was written there is left alone",
                gone.into_iter().collect::<Vec<_>>().join(", ")
            );
            first.notes.push(Note { side: Side::Severa, key: String::new(), name: String::new(), text });
        }
        if let Some(opened) = &self.opened {
            names::name(&mut plan, &opened.lookups, &Index::load(&self.program, &self.state)?);
        }
        Ok(plan)
    }

    async fn undo_entity(&mut self, place: usize, run: i64, entries: Vec<Entry>) -> Result<EntityPlan, RunError> {
        let name = self.program.entities[place].name.clone();
        let (entries, parts): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|e| e.change.entity == name);
        let of_parts = changed_parts(&parts);
        let touched = by_record(entries);
        let created: BTreeSet<(Side, String)> = touched
            .iter()
            .flat_map(|t| t.entries.iter().map(move |e| (t, e)))
            .filter(|(_, e)| e.change.kind == Kind::Create.word())
            .flat_map(|(t, e)| [(t.side, t.id.clone()), (t.side.other(), e.change.source_id.clone())])
            .collect();
        let mut found = Found::default();
        let mut links = BTreeMap::new();
        for record in &touched {
            if let Some(link) = self.state.link_of(&name, record.side, &record.id)? {
                for side in Side::BOTH {
                    self.fetch_into(place, side, BTreeSet::from([link.id(side).to_owned()]), &mut found).await?;
                }
                links.insert((record.side, record.id.clone()), link);
            }
        }
        let waiting = self.state.waiting(&name)?;
        let held: BTreeSet<(Side, String)> = self
            .state
            .held()?
            .into_iter()
            .filter(|h| h.held.entity == name)
            .map(|h| (h.held.side, h.held.id))
            .collect();
        let ignored = self.state.decisions(&name)?.ignored;
        let entity = &self.program.entities[place];
        let mut undone = EntityPlan {
            entity: name.clone(),
            title: entity.title.clone(),
            read_severa: found.get(Side::Severa).len(),
            read_business: found.get(Side::Business).len(),
            linked: self.state.linked(&name)?,
            ..EntityPlan::default()
        };
        for record in &touched {
            let at = (record.side, record.id.clone());
            let note =
                |text: String| Note { side: record.side, key: record.key.clone(), name: record.name.clone(), text };
            if created.contains(&at) {
                let made = record.entries.iter().any(|e| e.change.kind == Kind::Create.word());
                undone.notes.push(note(match made {
                    true => {
                        format!("run {run} created it; nothing is deleted, so remove it there yourself if it is to go")
                    }
                    false => {
                        "what was written into it belongs to the record that was created from it, and stays".to_owned()
                    }
                }));
                continue;
            }
            let link = links.get(&at);
            let partner = link.map(|link| (record.side.other(), link.id(record.side.other()).to_owned()));
            let waits_for_a_person = |at: &(Side, String)| held.contains(at) || ignored.contains(at);
            let pair = link.and_then(|link| {
                Some((
                    found.get(record.side).get(&record.id)?,
                    found.get(record.side.other()).get(link.id(record.side.other()))?,
                ))
            });
            let (Some(link), Some((target, source))) = (link, pair) else {
                let why = if link.is_some() { "a half of the pair is gone" } else { "it is not linked" };
                undone.notes.push(note(format!("left alone: {why}")));
                continue;
            };
            if waits_for_a_person(&at) || partner.as_ref().is_some_and(waits_for_a_person) {
                undone.notes.push(note("left alone: it is held or ignored; settle that first".to_owned()));
                continue;
            }
            let (operation, left) = inverse(entity, record, link, target, source);
            undone.notes.extend(left.into_iter().map(note));
            if let Some(operation) = operation {
                // Carrying it out forgets what its records wait for, unless the plan says it again.
                for (side, id) in operation.records() {
                    let of_it = waiting.iter().filter(|(s, i, _)| *s == side && *i == id);
                    let references = of_it.map(|(_, _, reference)| reference.clone()).collect();
                    undone.waits.push(Wait { side, id, references });
                }
                undone.operations.push(operation);
            }
        }
        undone.notes.extend(of_parts);
        for (number, operation) in undone.operations.iter_mut().enumerate() {
            operation.id = format!("{name}-undo-{}", number + 1);
        }
        Ok(undone)
    }
}

/// Rows of a record's parts are written with their owner; what was changed in one later is told, not put back.
fn changed_parts(entries: &[Entry]) -> Vec<Note> {
    let changed = entries.iter().filter(|e| e.change.kind != Kind::Create.word());
    let one = |e: &Entry| {
        let (key, name) = (e.change.key.clone(), e.change.name.clone());
        let text = format!("{} {} left alone: rows of their own are not put back", e.change.entity, e.change.field);
        Note { side: e.change.side, key, name, text }
    };
    changed.map(one).collect()
}

fn by_record(entries: Vec<Entry>) -> Vec<Touched> {
    let mut touched: Vec<Touched> = Vec::new();
    for entry in entries {
        let change = &entry.change;
        let known = touched.iter().position(|t| t.side == change.side && t.id == change.id);
        let place = known.unwrap_or_else(|| {
            let (id, key, name) = (change.id.clone(), change.key.clone(), change.name.clone());
            touched.push(Touched { side: change.side, id, key, name, entries: Vec::new() });
            touched.len() - 1
        });
        touched[place].entries.push(entry);
    }
    touched
}

/// The operation that puts a record's old values back, and what is left alone, in words.
fn inverse(
    entity: &Entity,
    record: &Touched,
    link: &Link,
    target: &Row,
    source: &Row,
) -> (Option<Operation>, Vec<String>) {
    let side = record.side;
    let mut left = Vec::new();
    let mut fields: Vec<FieldChange> = Vec::new();
    let mut bases = BTreeMap::new();
    let mut undone = target.clone();
    for entry in once_each(&record.entries) {
        let change = &entry.change;
        let field = &change.field;
        if change.kind == Kind::Link.word() || change.kind == Kind::Unlink.word() {
            left.push(format!("{field} left alone: it holds the pair together; `samband held unlink` parts it"));
            continue;
        }
        if !entry.has_values {
            left.push(format!("{field} left alone: its old value is not kept any more"));
            continue;
        }
        let Some((line, slot)) = line_of(entity, side, &entry) else {
            left.push(format!("{field} left alone: no line of the mapping writes it any more"));
            continue;
        };
        let now = entity.slot(side, target, slot);
        let part = part_of(entity, slot, target);
        if part.as_ref().is_some_and(|part| part.id.is_none() || part.id != change.element) {
            left.push(format!("{field} left alone: another record stands there now"));
        } else if now.same(&change.old) {
            left.push(format!("{field} left alone: it holds {now} already"));
        } else if !now.same(&change.new) {
            left.push(format!("{field} left alone: it was changed since and holds {now}, not {}", change.new));
        } else {
            let key = plan::line_key(line);
            bases.insert(key, source_base(entity, line, side, link, source));
            put_back(entity, &mut undone, slot, part.as_ref(), &change.old);
            fields.push(FieldChange {
                field: entity.field_name(side, slot).to_owned(),
                part,
                old: now.clone(),
                new: Planned::Value(change.old.clone()),
                because: Origin { file: change.file.clone(), line: change.line },
                line: key,
            });
        }
    }
    let (key, name) = entity.label(side, target);
    let lines = entity.lines.iter().filter(|line| bases.contains_key(&plan::line_key(line)));
    let ahead = lines.map(|line| (plan::line_key(line), plan::end(entity, line, side, &undone))).collect();
    let operation = (!fields.is_empty()).then(|| Operation {
        id: String::new(),
        kind: Kind::Update,
        side,
        key,
        name,
        source_id: source.id.clone(),
        record_id: Some(target.id.clone()),
        fields,
        numbers: Vec::new(),
        children: Vec::new(),
        follows: false,
        bases: bases.into_iter().collect(),
        ahead,
        source_stamp: source.changed.map(|stamp| stamp.to_string()),
        columns: BTreeMap::new(),
    });
    (operation, left)
}

/// The record as it will be.
fn put_back(entity: &Entity, row: &mut Row, slot: Slot, part: Option<&PartOf>, value: &Value) {
    let place = match (slot, part) {
        (Slot::Own(place), _) => row.values.get_mut(place),
        (Slot::Part { part, field }, Some(PartOf { id: Some(id), .. })) => {
            let list = entity.parts.get(part).and_then(|part| row.values.get_mut(part.list));
            let Some(Value::List(elements)) = list else { return };
            let records = elements.iter_mut().filter_map(|element| match element {
                Value::Record(values) => Some(values),
                _ => None,
            });
            let mut is = records.filter(|values| values.first().is_some_and(|own| own.to_string() == *id));
            is.next().and_then(|values| values.get_mut(field))
        }
        _ => None,
    };
    if let Some(place) = place {
        place.clone_from(value);
    }
}

/// The source is said to be as it was carried, so that the next run does not carry it again. What has
/// changed there since was not carried yet, and is still to be.
fn source_base(entity: &Entity, line: &Line, side: Side, link: &Link, source: &Row) -> u64 {
    let now = plan::end(entity, line, side.other(), source);
    let then = link.base.0.get(&plan::line_key(line)).map(|(severa, business)| match side {
        Side::Severa => *business,
        Side::Business => *severa,
    });
    if then == Some(now) { now } else { plan::UNSETTLED }
}

/// A field that the run wrote twice: from what stood there before to what it wrote last.
fn once_each(entries: &[Entry]) -> Vec<Entry> {
    let mut fields: Vec<Entry> = Vec::new();
    for entry in entries {
        let same = |known: &&mut Entry| {
            known.change.field == entry.change.field && known.change.element == entry.change.element
        };
        match fields.iter_mut().find(same) {
            Some(known) => {
                known.change.new = entry.change.new.clone();
                known.has_values &= entry.has_values;
            }
            None => fields.push(entry.clone()),
        }
    }
    fields
}

/// The line that wrote a field, and the field's slot.
fn line_of<'a>(entity: &'a Entity, side: Side, entry: &Entry) -> Option<(&'a Line, Slot)> {
    let line = entity.lines.iter().find(|line| !line.on_create && plan::line_key(line) == entry.change.rule)?;
    let named = |slot: &&Slot| {
        let list = match slot {
            Slot::Part { part, .. } => entity.parts.get(*part).map(|part| format!("{}.", part.field)),
            Slot::Own(_) | Slot::Owner(_) => Some(String::new()),
        };
        list.is_some_and(|list| format!("{list}{}", entity.field_name(side, **slot)) == entry.change.field)
    };
    Some((line, *line.slots(side).iter().find(named)?))
}

fn part_of(entity: &Entity, slot: Slot, target: &Row) -> Option<PartOf> {
    let Slot::Part { part, .. } = slot else { return None };
    let id = entity.picked(part, target).and_then(|values| values.first()).map(Value::to_string);
    Some(PartOf { part, list: entity.parts.get(part)?.field.clone(), id })
}
