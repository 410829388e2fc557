//! What of a program this version carries out: the rest is checked, shown and tested, and left out of runs.

use super::{Entity, Expr, Program, Slot};
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

impl Program {
    /// Marks what this version does not carry out, and what then need not be read.
    pub fn leave_out_what_is_not_carried(&mut self) {
        for entity in &mut self.entities {
            let entity = Arc::make_mut(entity);
            entity.carried = is_carried(entity);
            forget_lists_of_children(entity);
        }
        let (mut kept, mut named) = (vec![false; self.kept.len()], vec![false; self.named.len()]);
        let carried = self.entities.iter().filter(|e| e.carried);
        let children = carried.clone().flat_map(|e| e.children.iter().filter(|child| child.comes_with_owner()));
        for entity in carried.chain(children) {
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
            if entity.carried {
                let alone = entity.children.iter().filter(|child| !child.comes_with_owner());
                names.extend(alone.map(|child| child.name.clone()));
            } else {
                names.push(entity.name.clone());
            }
        }
        names
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
    let Some(key) = entity.severa.fields.first().cloned() else { return };
    let alone = entity.children.iter().filter(|child| !child.comes_with_owner());
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
