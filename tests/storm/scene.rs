//! What the invariants look at: both systems, the links and the held records, as a run with the right program sees them.

use crate::links::Stored;
use crate::sky::Effect;
use crate::world::{World, now};
use samband::program::{Above, Entity, Env, Lookups, Program, Sends};
use samband::state::Link;
use samband::systems::{Read, Row, Select, System};
use samband::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

/// An entity's record on one side.
pub type Record = (String, Side, String);

/// The owner of a part's record: its row in Severa and its row in Visma Business.
type Home = (Option<String>, Option<String>);

pub struct Scene<'a> {
    pub world: &'a World,
    pub program: &'a Program,
    pub effects: Vec<Effect>,
    pub edits: Vec<(usize, Side, String, String, String)>,
    pub begun: Vec<(usize, usize)>,
    lookups: Lookups,
    pub links: Stored<'a>,
    /// By entity and side.
    pub rows: BTreeMap<(String, Side), BTreeMap<String, Row>>,
    pub held: BTreeSet<Record>,
    /// Whatever a person said to leave alone.
    pub ignored: BTreeSet<Record>,
    /// Pairs that a person parted.
    pub apart: BTreeSet<(String, String, String)>,
    homes: BTreeMap<Record, Home>,
}

const KEPT_BACK: &str = "its owner is kept back";

fn all(world: &World, side: Side, select: &Select) -> Vec<Row> {
    let read = Read { select: select.clone(), since: None, push: Vec::new(), start_date: None };
    let mut memory = world.memory(side).clone();
    now(memory.read(&read, None)).expect("memory answers").rows
}

/// The entities that the company's runs carry out, and what belongs to them.
fn asked<'a>(world: &World, program: &'a Program) -> Vec<&'a Entity> {
    let named = |e: &Entity| {
        let top = e.name.split('.').next().unwrap_or_default();
        world.entities.is_empty() || world.entities.iter().any(|name| name == top)
    };
    program.entities.iter().map(AsRef::as_ref).filter(|e: &&Entity| e.carried && named(e)).collect()
}

impl<'a> Scene<'a> {
    pub fn new(world: &'a World, program: &'a Program) -> Self {
        let values = |side, select: &Select| -> Vec<Vec<Value>> {
            all(world, side, select).into_iter().map(|r| r.values).collect()
        };
        let kept = program.kept.iter().map(|t| values(t.side, &t.select)).collect();
        let named = program.named.iter().map(|n| values(n.side, &n.select)).collect();
        let lookups = Lookups::new(program, kept, named).expect("all names are there");
        let links = world.state(|state| Stored::load(program, state));
        let held = world.state(|state| state.held().expect("the held records"));
        let held = held.into_iter().map(|h| (h.held.entity, h.held.side, h.held.id)).collect();
        let (mut ignored, mut apart) = (BTreeSet::new(), BTreeSet::new());
        for entity in &program.entities {
            let decisions = world.state(|state| state.decisions(&entity.name).expect("the decisions"));
            ignored.extend(decisions.ignored.into_iter().map(|(side, id)| (entity.name.clone(), side, id)));
            apart.extend(decisions.apart.into_iter().map(|(s, b)| (entity.name.clone(), s, b)));
        }
        let (effects, edits, begun) = {
            let sky = world.sky.lock().unwrap();
            (sky.effects.clone(), sky.edits.clone(), sky.begun.clone())
        };
        let (rows, homes) = (BTreeMap::new(), BTreeMap::new());
        let mut scene =
            Self { world, program, effects, edits, begun, lookups, links, rows, held, ignored, apart, homes };
        let (parts, own): (Vec<&Entity>, Vec<&Entity>) =
            asked(world, program).into_iter().partition(|e| e.has_rows_of_its_own());
        for entity in own {
            for side in Side::BOTH {
                let of = all(world, side, entity.select(side)).into_iter().map(|r| (r.id.clone(), r)).collect();
                scene.rows.insert((entity.name.clone(), side), of);
            }
        }
        // Owners come before what belongs to them.
        parts.into_iter().for_each(|part| scene.unfold(part));
        scene
    }

    /// The records of a part, found by their owners.
    fn unfold(&mut self, part: &Entity) {
        let owner = part.owner.as_ref().expect("a part has an owner");
        let above = &self.program.entities[owner.above.expect("it was unfolded")];
        let mut of = [BTreeMap::new(), BTreeMap::new()];
        let mut homes = BTreeMap::new();
        let business = all(self.world, Side::Business, &part.business);
        let other = |side: Side, id: &str| {
            let link = self.links.of(&above.name).iter().find(|link| link.id(side) == id);
            link.map(|link| link.id(side.other()).to_owned())
        };
        for (id, row) in &self.rows[&(above.name.clone(), Side::Severa)] {
            let home: Home = (Some(id.clone()), other(Side::Severa, id));
            for element in samband::plan::elements(above, part, row, &self.env_at(above, &home)) {
                homes.insert((part.name.clone(), Side::Severa, element.id.clone()), home.clone());
                of[0].insert(element.id.clone(), element);
            }
        }
        for (id, row) in &self.rows[&(above.name.clone(), Side::Business)] {
            let home: Home = (other(Side::Business, id), Some(id.clone()));
            let hangs = |element: &&Row| {
                owner.joins.iter().all(|(column, slot)| {
                    let own = part.business.slot(column).map(|own| &element.values[own]);
                    own.is_some_and(|own| !own.is_null() && own.same(&row.values[*slot]))
                })
            };
            for element in business.iter().filter(hangs) {
                homes.insert((part.name.clone(), Side::Business, element.id.clone()), home.clone());
                of[1].insert(element.id.clone(), element.clone());
            }
        }
        for (side, of) in Side::BOTH.into_iter().zip(of) {
            self.rows.insert((part.name.clone(), side), of);
        }
        self.homes.extend(homes);
    }

    pub fn entities(&self) -> Vec<&'a Entity> {
        asked(self.world, self.program)
    }

    pub fn env(&self) -> Env<'_> {
        Env::new(&self.links, &self.lookups)
    }

    fn env_at(&self, above: &Entity, (severa, business): &Home) -> Env<'_> {
        let row = |side: Side, id: &Option<String>| self.rows.get(&(above.name.clone(), side))?.get(id.as_ref()?);
        let (severa, business) = (row(Side::Severa, severa), row(Side::Business, business));
        let mut kept_back = [None, None];
        let link = severa.and_then(|row| self.links.of(&above.name).iter().find(|l| l.severa_id == row.id));
        if let (Some(link), Some(severa), Some(business)) = (link, severa, business) {
            let row = if link.born == Side::Severa { severa } else { business };
            if let Sends::No(_) = above.sends(link.born, row, &self.env()) {
                kept_back[usize::from(link.born == Side::Business)] = Some(KEPT_BACK);
            }
            if above.held_by(severa, &self.env()).is_some() {
                kept_back[0] = Some(KEPT_BACK);
            }
        }
        self.env().below(Above { severa, business, kept_back })
    }

    fn above(&self, entity: &Entity) -> Option<&'a Entity> {
        self.program.entities.get(entity.owner.as_ref()?.above?).map(AsRef::as_ref)
    }

    /// What a record of an entity is looked at with.
    pub fn env_of(&self, entity: &Entity, side: Side, id: &str) -> Env<'_> {
        match (self.above(entity), self.home(entity, side, id)) {
            (Some(above), Some(home)) => self.env_at(above, home),
            _ => self.env(),
        }
    }

    fn home(&self, entity: &Entity, side: Side, id: &str) -> Option<&Home> {
        self.homes.get(&(entity.name.clone(), side, id.to_owned()))
    }

    /// Of a part's record: which owner it hangs on; of others nothing.
    pub fn household(&self, entity: &Entity, side: Side, id: &str) -> String {
        self.home(entity, side, id).map(|home| format!("{home:?}")).unwrap_or_default()
    }

    /// Whether what a record belongs to is linked and goes its way; nothing hangs on records that are no parts.
    pub fn owner_travels(&self, entity: &Entity, side: Side, id: &str) -> bool {
        let Some(above) = self.above(entity) else { return true };
        let Some(home) = self.home(entity, side, id) else { return false };
        let (Some(severa), Some(business)) = home else { return false };
        let ids = [(Side::Severa, severa), (Side::Business, business)];
        let stays = |list: &BTreeSet<Record>| {
            ids.iter().any(|(side, id)| list.contains(&(above.name.clone(), *side, (*id).clone())))
        };
        !stays(&self.held) && !stays(&self.ignored) && self.env_at(above, home).kept_back(side).is_none()
    }

    pub fn row(&self, entity: &Entity, side: Side, id: &str) -> Option<&Row> {
        self.rows.get(&(entity.name.clone(), side))?.get(id)
    }

    pub fn pairs<'s>(&'s self, entity: &'s Entity) -> impl Iterator<Item = (&'s Link, &'s Row, &'s Row)> + 's {
        self.links.of(&entity.name).iter().filter_map(move |link| {
            let severa = self.row(entity, Side::Severa, &link.severa_id)?;
            Some((link, severa, self.row(entity, Side::Business, &link.business_id)?))
        })
    }

    /// Whether a pair waits for a person, or a person said to leave it.
    pub fn is_held(&self, entity: &Entity, link: &Link) -> bool {
        Side::BOTH.iter().any(|side| {
            let record = (entity.name.clone(), *side, link.id(*side).to_owned());
            self.held.contains(&record) || self.ignored.contains(&record)
        })
    }

    /// When a person last changed one of these fields of a record.
    pub fn last_edit(&self, side: Side, table: &str, id: &str, fields: &[&str]) -> usize {
        let own = self
            .edits
            .iter()
            .filter(|(_, s, t, i, f)| *s == side && t == table && i == id && fields.iter().any(|field| field == f));
        own.map(|(number, ..)| *number).max().unwrap_or(0)
    }

    /// When one of these fields was last put back by an undo; of an element of a list only its field is known.
    pub fn last_undone(&self, side: Side, record: Option<&(String, String)>, fields: &[&str]) -> Option<usize> {
        let sky = self.world.sky.lock().unwrap();
        let is = |(s, t, i, f): &crate::sky::Field| {
            *s == side && fields.contains(&f.as_str()) && record.is_none_or(|(table, id)| t == table && i == id)
        };
        sky.undone.iter().filter(|(_, field)| is(field)).map(|(number, _)| *number).max()
    }
}
