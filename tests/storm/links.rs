//! The links of the state, for looking at records as a run looks at them.

use samband::program::{Linked, Links, Program};
use samband::state::{Link, State};
use samband::value::{Guid, Side, Type, Value};
use std::collections::BTreeMap;

pub struct Stored<'a> {
    program: &'a Program,
    links: BTreeMap<String, Vec<Link>>,
}

impl<'a> Stored<'a> {
    pub fn load(program: &'a Program, state: &State) -> Self {
        let links = program.entities.iter().map(|e| (e.name.clone(), state.links(&e.name).expect("links")));
        Self { program, links: links.collect() }
    }

    pub fn of(&self, entity: &str) -> &[Link] {
        self.links.get(entity).map_or(&[], Vec::as_slice)
    }
}

impl Links for Stored<'_> {
    fn find(&self, entity: usize, from: Side, column: &str, value: &Value) -> Linked {
        let entity = &self.program.entities[entity];
        let text = match value {
            Value::Text(text) => text.clone(),
            other => other.to_string(),
        };
        let links = self.of(&entity.name);
        let found = match from {
            Side::Severa => {
                links.iter().find(|l| l.severa_id == text).and_then(|l| l.columns.get(column)).map(|held| {
                    let slot = entity.linked_columns.iter().find(|(name, _)| name == column).map(|(_, slot)| *slot);
                    let whole = slot.is_some_and(|slot| entity.business.fields[slot].ty == Type::Int);
                    if whole { Value::Int(held.parse().expect("a number")) } else { Value::text(held) }
                })
            }
            Side::Business => links
                .iter()
                .find(|l| l.columns.get(column) == Some(&text))
                .and_then(|l| l.severa_id.parse::<Guid>().ok())
                .map(Value::Guid),
        };
        found.map_or(Linked::Missing, Linked::Found)
    }
}
