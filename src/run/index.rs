//! The links of a run, in memory: those of the state, and those that the plan makes.

use crate::plan::{EntityPlan, Kind};
use crate::program::{Linked, Links, Program, Reference};
use crate::state::{Link, State, StateError};
use crate::value::{Guid, Side, Type, Value};
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Debug, Default)]
pub struct Index {
    names: Vec<String>,
    entities: Vec<EntityIndex>,
}

#[derive(Debug, Default)]
struct EntityIndex {
    /// Whether anything is looked up in it.
    asked: bool,
    /// Whether a linked column holds whole numbers.
    numeric: HashMap<String, bool>,
    by_guid: HashMap<String, BTreeMap<String, String>>,
    by_column: HashMap<(String, String), String>,
    by_business_id: HashMap<String, String>,
    planned_by_guid: HashMap<String, BTreeMap<String, String>>,
    planned_by_column: HashMap<(String, String), String>,
    pending_guid: HashSet<String>,
    pending_column: HashSet<(String, String)>,
}

impl Index {
    pub fn load(program: &Program, state: &State) -> Result<Self, StateError> {
        let mut index = Index::default();
        let pointed_at = program.pointed_at();
        for (place, entity) in program.entities.iter().enumerate() {
            let mut own = EntityIndex::default();
            for (column, slot) in &entity.linked_columns {
                let numeric = entity.business.fields.get(*slot).is_some_and(|f| f.ty == Type::Int);
                own.numeric.insert(column.clone(), numeric);
            }
            // Nothing is ever asked of what nobody points at: there may be millions of work hours.
            own.asked = pointed_at.contains(&place) || entity.creates_on(Side::Severa) || entity.owner.is_some();
            if own.asked {
                state.each_link(&entity.name, |link| own.put(&link))?;
            }
            index.names.push(entity.name.clone());
            index.entities.push(own);
        }
        Ok(index)
    }

    /// A link that was made now.
    pub fn put(&mut self, entity: usize, link: &Link) {
        if let Some(own) = self.entities.get_mut(entity) {
            own.put(link);
        }
    }

    /// What a plan adopts can be pointed at, and what it creates will be.
    pub fn add(&mut self, entity: usize, plan: &EntityPlan) {
        let Some(own) = self.entities.get_mut(entity) else { return };
        for settled in &plan.settled {
            if let Some(adopted) = &settled.adopted {
                own.planned_by_guid.insert(settled.severa_id.clone(), adopted.columns.clone());
                for (column, value) in &adopted.columns {
                    own.planned_by_column.insert((column.clone(), value.clone()), settled.severa_id.clone());
                }
            }
        }
        for operation in plan.operations.iter().filter(|o| o.kind == Kind::Create) {
            match operation.side {
                Side::Business => {
                    own.pending_guid.insert(operation.source_id.clone());
                }
                Side::Severa => {
                    own.pending_column.extend(operation.columns.iter().map(|(c, v)| (c.clone(), v.clone())));
                }
            }
        }
    }

    /// Takes back what [`Index::add`] said, before the entity is planned once more.
    pub fn forget_planned(&mut self, entity: usize) {
        if let Some(own) = self.entities.get_mut(entity) {
            own.planned_by_guid.clear();
            own.planned_by_column.clear();
            own.pending_guid.clear();
            own.pending_column.clear();
        }
    }

    /// Whether a record that others wait for is linked, or will be by this plan.
    pub fn knows(&self, reference: &Reference) -> bool {
        let Some(place) = self.names.iter().position(|name| *name == reference.entity) else { return false };
        let value = Value::text(reference.value.as_str());
        self.find(place, reference.from, &reference.column, &value) != Linked::Missing
    }

    /// The number by which people know the counterpart of a record of Severa: of the columns that links point at
    /// the last by name, as the first is the associate number that nobody looks at.
    pub fn called(&self, guid: &str) -> Option<String> {
        self.names.iter().zip(&self.entities).find_map(|(name, own)| {
            let columns = own.by_guid.get(guid).or_else(|| own.planned_by_guid.get(guid))?;
            Some(format!("{name} {}", columns.values().next_back()?))
        })
    }

    /// A planned reference's value, once it is there.
    pub fn resolve(&self, reference: &Reference) -> Option<Value> {
        let place = self.names.iter().position(|name| *name == reference.entity)?;
        let own = self.entities.get(place)?;
        match reference.from {
            Side::Severa => own.value(own.by_guid.get(&reference.value)?, &reference.column),
            Side::Business => {
                // Without a column the value is the record's own identifier.
                let found = match reference.column.as_str() {
                    "" => own.by_business_id.get(&reference.value),
                    column => own.by_column.get(&(column.to_owned(), reference.value.clone())),
                };
                found?.parse::<Guid>().ok().map(Value::Guid)
            }
        }
    }
}

impl EntityIndex {
    fn put(&mut self, link: &Link) {
        if !self.asked {
            return;
        }
        for (column, value) in &link.columns {
            self.by_column.insert((column.clone(), value.clone()), link.severa_id.clone());
        }
        self.by_business_id.insert(link.business_id.clone(), link.severa_id.clone());
        self.by_guid.insert(link.severa_id.clone(), link.columns.clone());
    }

    fn value(&self, columns: &BTreeMap<String, String>, column: &str) -> Option<Value> {
        let text = columns.get(column)?;
        match self.numeric.get(column) {
            Some(true) => text.parse().ok().map(Value::Int),
            _ => Some(Value::text(text)),
        }
    }
}

impl Links for Index {
    fn find(&self, entity: usize, from: Side, column: &str, value: &Value) -> Linked {
        let Some(own) = self.entities.get(entity) else { return Linked::Missing };
        let text = match value {
            Value::Text(text) => text.clone(),
            other => other.to_string(),
        };
        match from {
            Side::Severa => {
                let columns = own.by_guid.get(&text).or_else(|| own.planned_by_guid.get(&text));
                match columns.and_then(|columns| own.value(columns, column)) {
                    Some(value) => Linked::Found(value),
                    None if own.pending_guid.contains(&text) => Linked::Pending,
                    None => Linked::Missing,
                }
            }
            Side::Business => {
                let key = (column.to_owned(), text);
                match own
                    .by_column
                    .get(&key)
                    .or_else(|| own.planned_by_column.get(&key))
                    .and_then(|g| g.parse::<Guid>().ok())
                {
                    Some(guid) => Linked::Found(Value::Guid(guid)),
                    None if own.pending_column.contains(&key) => Linked::Pending,
                    None => Linked::Missing,
                }
            }
        }
    }
}
