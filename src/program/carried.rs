//! What of a program this version carries out: the rest is checked, shown and tested, and left out of runs.

use super::{Entity, Expr, Program, Slot};
use crate::value::Side;
use std::sync::Arc;

/// Pairs of records that the engine carries over, by their names in the schema.
const CARRIED: &[(&str, &str)] = &[
    ("BusinessUnit", "OrgUnit"),
    ("User", "Actor"),
    ("Customer", "Actor"),
    ("ProductCategory", "ProdCat"),
    ("Product", "Prod"),
    ("TravelExpenseType", "Prod"),
    ("WorkType", "Prod"),
    ("Invoice", "Ord"),
    ("ProjectFee", "AcTr"),
    ("Project", "OrgUnit"),
    ("WorkHour", "FreeInf"),
];

/// Records of Severa that are carried over as parts with rows of their own, one by one.
const PARTS: &[&str] = &["Address", "ContactPerson"];

impl Program {
    /// Marks what this version does not carry out, and what then need not be read.
    pub fn leave_out_what_is_not_carried(&mut self) {
        for entity in &mut self.entities {
            let entity = Arc::make_mut(entity);
            entity.carried = is_carried(entity);
            mark_parts(entity);
            forget_lists_of_children(entity);
        }
        let (mut kept, mut named) = (vec![false; self.kept.len()], vec![false; self.named.len()]);
        let carried = self.entities.iter().filter(|e| e.carried);
        let mut all = Vec::new();
        carried.for_each(|entity| with_parts(entity, &mut all));
        for entity in all {
            entity.visit(&mut |expr| match expr {
                Expr::Kept { table, .. } => kept.iter_mut().skip(*table).take(1).for_each(|needed| *needed = true),
                Expr::Named(place) => named.iter_mut().skip(*place).take(1).for_each(|needed| *needed = true),
                _ => {}
            });
        }
        self.kept.iter_mut().zip(kept).for_each(|(table, needed)| table.needed = needed);
        self.named.iter_mut().zip(named).for_each(|(name, needed)| name.needed = needed);
    }

    /// Entities and parts that are left out of runs.
    pub fn left_out(&self) -> Vec<String> {
        let mut names = Vec::new();
        for entity in &self.entities {
            left_out(entity, &mut names);
        }
        names
    }

    /// Puts parts whose records are carried over one by one beside the entities, behind all of them: the places
    /// that links name stay as they are.
    pub fn unfold_parts(&mut self) {
        let mut place = 0;
        while place < self.entities.len() {
            let owner = Arc::make_mut(&mut self.entities[place]);
            let (mut alone, together): (Vec<_>, Vec<_>) =
                std::mem::take(&mut owner.children).into_iter().partition(|part| is_alone(part));
            owner.children = together;
            for hangs in alone.iter_mut().filter_map(|part| Arc::make_mut(part).owner.as_mut()) {
                hangs.above = Some(place);
                for (_, slot) in &hangs.joins {
                    let column = owner.field_name(Side::Business, Slot::Own(*slot)).to_owned();
                    if !owner.linked_columns.iter().any(|(known, _)| *known == column) {
                        owner.linked_columns.push((column.clone(), *slot));
                    }
                    hangs.columns.push(column);
                }
            }
            self.entities.extend(alone);
            place += 1;
        }
        self.find_roles();
    }

    /// One associate can be a customer and another's contact: one column cannot hold both identifiers.
    fn find_roles(&mut self) {
        let identity = |e: &Arc<Entity>| {
            let column = e.business.fields.get(e.identity?)?;
            Some((e.business.record.clone(), column.name.clone()))
        };
        let all: Vec<_> = self.entities.iter().map(identity).collect();
        for (place, entity) in self.entities.iter_mut().enumerate() {
            let Some(own) = &all[place] else { continue };
            let Some(key) = entity.business.fields.first().map(|field| field.name.clone()) else { continue };
            let others =
                all.iter().enumerate().filter(|(other, theirs)| *other != place && theirs.as_ref() == Some(own));
            Arc::make_mut(entity).roles = others.map(|(other, _)| (other, key.clone())).collect();
        }
    }

    /// The places of the parts that have been unfolded from an entity.
    pub fn parts_of(&self, place: usize) -> Vec<usize> {
        let below = |e: &Arc<Entity>| e.owner.as_ref().is_some_and(|owner| owner.above == Some(place));
        (0..self.entities.len()).filter(|part| self.entities.get(*part).is_some_and(below)).collect()
    }

    /// The entity itself and all that has been unfolded from it, owners first.
    pub fn family(&self, place: usize) -> Vec<usize> {
        let mut family = vec![place];
        let mut at = 0;
        while let Some(owner) = family.get(at).copied() {
            family.extend(self.parts_of(owner));
            at += 1;
        }
        family
    }
}

/// Of a part: carried over by itself.
fn is_alone(part: &Entity) -> bool {
    part.carried && !part.comes_with_owner()
}

fn mark_parts(entity: &mut Entity) {
    let owner = entity.carried && !entity.only_when_needed;
    for part in &mut entity.children {
        let part = Arc::make_mut(part);
        let known = part.owner.as_ref().is_some_and(|own| own.field.is_some() && own.pieces.is_none());
        let element = PARTS.contains(&part.severa.record.name.as_str());
        part.carried = entity.carried && part.comes_with_owner() || owner && known && element;
        mark_parts(part);
    }
}

fn with_parts<'e>(entity: &'e Entity, all: &mut Vec<&'e Entity>) {
    all.push(entity);
    entity.children.iter().filter(|part| part.carried).for_each(|part| with_parts(part, all));
}

fn left_out(entity: &Entity, names: &mut Vec<String>) {
    if entity.carried {
        entity.children.iter().for_each(|part| left_out(part, names));
    } else {
        names.push(entity.name.clone());
    }
}

/// Lists that only a child asks for need not be read where the child is left out: its slot holds the key instead.
fn forget_lists_of_children(entity: &mut Entity) {
    let mut used: Vec<usize> = entity.parts.iter().map(|part| part.list).collect();
    entity.visit(&mut |expr| {
        if let Expr::Any { list: Slot::Own(slot), .. } = expr {
            used.push(*slot);
        }
    });
    let carried = entity.children.iter().filter(|child| child.carried);
    used.extend(carried.filter_map(|child| child.owner.as_ref()).map(|owner| owner.slot));
    let Some(key) = entity.severa.fields.first().cloned() else { return };
    let alone = entity.children.iter().filter(|child| !child.carried);
    for owner in alone.filter_map(|child| child.owner.as_ref()) {
        if !used.contains(&owner.slot)
            && let Some(field) = entity.severa.fields.get_mut(owner.slot)
        {
            *field = key.clone();
        }
    }
}

fn is_carried(entity: &Entity) -> bool {
    let records = (entity.severa.record.name.as_str(), entity.business.record.name.as_str());
    CARRIED.contains(&records)
}

impl Entity {
    /// Every expression of the entity itself, without its children.
    fn visit(&self, see: &mut dyn FnMut(&Expr)) {
        let filters = self.send_severa.iter().chain(&self.send_business);
        filters.for_each(|filter| filter.condition.visit(see));
        self.holds.iter().for_each(|(condition, _)| condition.visit(see));
        self.failure.iter().for_each(|failure| failure.value.visit(see));
        self.mark.iter().for_each(|mark| mark.text.visit(see));
        self.owner.iter().flat_map(|owner| owner.condition.iter().chain(&owner.pieces)).for_each(|e| e.visit(see));
        self.own_severa.iter().chain(&self.own_business).for_each(|condition| condition.visit(see));
        self.lines.iter().flat_map(|l| l.forward.iter().chain(&l.backward)).for_each(|e| e.visit(see));
        let pairs = self.matches.iter().flat_map(|rule| &rule.pairs);
        pairs.flat_map(|pair| [&pair.severa, &pair.business]).for_each(|e| e.visit(see));
    }
}
