//! The owners whose parts a run visits: those at hand when the owner's entity has been planned, and those
//! that a changed part brings along.

use super::gather::Found;
use super::index::Index;
use super::{Engine, RunError};
use crate::plan::{EntityPlan, Kind, Planned};
use crate::program::{Entity, Env, Sends};
use crate::systems::Row;
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

/// An owner at hand.
#[derive(Debug, Default, Clone)]
pub(super) struct Home {
    pub severa: Option<Row>,
    pub business: Option<Row>,
    pub kept_back: [Option<String>; 2],
    /// What this run is going to write to its record in Severa.
    pub ahead: BTreeMap<String, Value>,
    /// It is on the list of held records itself, so its parts wait with it.
    pub held: bool,
}

/// All owners at hand, each once.
#[derive(Default)]
pub(super) struct Owners {
    pub homes: Vec<Home>,
    known: BTreeSet<(Side, String)>,
}

impl Owners {
    pub fn has(&self, side: Side, id: &str) -> bool {
        self.known.contains(&(side, id.to_owned()))
    }

    fn add(&mut self, home: Home) {
        let ids = [(Side::Severa, &home.severa), (Side::Business, &home.business)];
        let ids: Vec<_> = ids.into_iter().filter_map(|(side, row)| Some((side, row.as_ref()?.id.clone()))).collect();
        if !ids.iter().any(|id| self.known.contains(id)) {
            self.known.extend(ids);
            self.homes.push(home);
        }
    }
}

/// By what a part's row in Visma Business names its owner; nothing where it names none.
pub(super) fn owner_key(part: &Entity, row: &Row) -> Option<Vec<String>> {
    let joins = part.owner.as_ref()?.joins.iter();
    joins.map(|(column, _)| text(row.values.get(part.business.slot(column)?)?)).collect()
}

/// By what an owner's row is named by its parts.
pub(super) fn own_key(part: &Entity, owner: &Row) -> Option<Vec<String>> {
    part.owner.as_ref()?.joins.iter().map(|(_, slot)| text(owner.values.get(*slot)?)).collect()
}

/// The owner's identifier in a part's element.
pub(super) fn owner_guid(part: &Entity, row: &Row) -> Option<String> {
    let (_, slot) = part.owner.as_ref()?.field.as_ref()?;
    row.values.get(*slot).filter(|value| !value.is_null()).map(ToString::to_string)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.trim_end().to_owned()),
        other => Some(other.to_string()),
    }
}

impl Engine {
    /// The owners that an entity's plan leaves at hand: linked pairs, pairs that it adopts, and records that it
    /// creates on the other side.
    pub(super) fn owners(
        &self,
        place: usize,
        rows: &Found,
        full: bool,
        planned: &EntityPlan,
        index: &Index,
    ) -> Result<Owners, RunError> {
        let name = &planned.entity;
        let mut owners = Owners::default();
        let held = self.held_now(name, Some(planned))?;
        let ignored = self.state.decisions(name)?.ignored;
        for (side, id) in &held {
            if let Some(row) = rows.get(*side).get(id) {
                let row = Some(row.clone());
                let home = if *side == Side::Severa {
                    Home { severa: row, held: true, ..Home::default() }
                } else {
                    Home { business: row, held: true, ..Home::default() }
                };
                // Its other half, if it has one, is held with it.
                owners.homes.push(home);
            }
        }
        let mut pairs: Vec<(String, String, Side)> = Vec::new();
        for link in self.links_at_hand(name, full, rows)? {
            pairs.push((link.severa_id, link.business_id, link.born));
        }
        for settled in &planned.settled {
            if let Some(adopted) = &settled.adopted {
                pairs.push((settled.severa_id.clone(), settled.business_id.clone(), adopted.born));
            }
        }
        for (severa, business, born) in pairs {
            let ids = [(Side::Severa, severa), (Side::Business, business)];
            if ids.iter().any(|id| held.contains(id) || ignored.contains(id)) {
                owners.known.extend(ids);
                continue;
            }
            let row = |at: usize| rows.get(ids[at].0).get(&ids[at].1).cloned();
            let (Some(severa), Some(business)) = (row(0), row(1)) else { continue };
            owners.add(self.home(place, severa, business, born, planned, index));
        }
        for operation in planned.operations.iter().filter(|o| o.kind == Kind::Create) {
            let row = rows.get(operation.side.other()).get(&operation.source_id).cloned();
            owners.add(match operation.side {
                Side::Business => Home { severa: row, ..Home::default() },
                Side::Severa => Home { business: row, ..Home::default() },
            });
        }
        Ok(owners)
    }

    /// Records of an entity on the list of held ones, as a plan will leave it.
    fn held_now(&self, name: &str, planned: Option<&EntityPlan>) -> Result<BTreeSet<(Side, String)>, RunError> {
        let mut held: BTreeSet<(Side, String)> = BTreeSet::new();
        for retry in self.state.held()?.into_iter().filter(|h| h.held.entity == name) {
            held.insert((retry.held.side, retry.held.id));
        }
        if let Some(planned) = planned {
            let tried: BTreeSet<_> = planned.operations.iter().flat_map(|o| o.records()).collect();
            held.retain(|record| !planned.released.contains(record) && !tried.contains(record));
            held.extend(planned.held.iter().map(|h| (h.side, h.id.clone())));
        }
        Ok(held)
    }

    fn home(&self, place: usize, severa: Row, business: Row, born: Side, planned: &EntityPlan, index: &Index) -> Home {
        let mut kept_back = [None, None];
        if let (Some(opened), Some(entity)) = (&self.opened, self.program.entities.get(place)) {
            let env = Env::new(index, &opened.lookups);
            let row = if born == Side::Severa { &severa } else { &business };
            if let Sends::No(condition) = entity.sends(born, row, &env) {
                kept_back[usize::from(born == Side::Business)] = Some(condition);
            }
            if let Some(reason) = entity.held_by(&severa, &env) {
                kept_back[0] = Some(reason.to_owned());
            }
        }
        let writes = planned.operations.iter().filter(|o| o.side == Side::Severa);
        let writes = writes.filter(|o| o.record_id.as_deref() == Some(severa.id.as_str()));
        let ahead = writes.flat_map(|o| &o.fields).filter(|f| f.part.is_none()).filter_map(|f| match &f.new {
            Planned::Value(value) => Some((f.field.clone(), value.clone())),
            Planned::Pending(_) => None,
        });
        let ahead = ahead.collect();
        Home { severa: Some(severa), business: Some(business), kept_back, ahead, held: false }
    }

    /// Brings owners that are not at hand yet: by their identifiers in Severa, and by what parts' rows in Visma
    /// Business name them by. One that is not linked, or held, has no parts to visit.
    pub(super) async fn bring(
        &mut self,
        part: usize,
        guids: BTreeSet<String>,
        keys: BTreeSet<Vec<String>>,
        owners: &mut Owners,
        index: &Index,
    ) -> Result<(), RunError> {
        let Some(above) = self.program.entities[part].owner.as_ref().and_then(|owner| owner.above) else {
            return Ok(());
        };
        let name = self.program.entities[above].name.clone();
        let mut found = Found::default();
        let entity = &self.program.entities[part];
        let at_hand: BTreeSet<Vec<String>> =
            owners.homes.iter().filter_map(|home| own_key(entity, home.business.as_ref()?)).collect();
        let keys: BTreeSet<_> = keys.difference(&at_hand).cloned().collect();
        if let Some((column, values)) = self.first_column(part, &keys) {
            let select = self.program.entities[above].business.clone();
            let rows = self.side(Side::Business).candidates(&select, &[(column, values)]).await?;
            let entity = &self.program.entities[part];
            let rows = rows.into_iter().filter(|row| own_key(entity, row).is_some_and(|key| keys.contains(&key)));
            found.add(Side::Business, rows.collect());
        }
        let guids = guids.into_iter().filter(|guid| !owners.has(Side::Severa, guid));
        let mut links = Vec::new();
        for guid in guids {
            links.extend(self.state.link_of(&name, Side::Severa, &guid)?);
        }
        let businesses: Vec<String> = found.get(Side::Business).keys().cloned().collect();
        for id in businesses {
            links.extend(
                self.state.link_of(&name, Side::Business, &id)?.filter(|l| !owners.has(Side::Severa, &l.severa_id)),
            );
        }
        for side in Side::BOTH {
            let ids = links.iter().map(|link| link.id(side).to_owned()).collect();
            self.fetch_into(above, side, ids, &mut found).await?;
        }
        let held = self.held_now(&name, None)?;
        let ignored = self.state.decisions(&name)?.ignored;
        let none = EntityPlan::default();
        for link in links {
            let ids = Side::BOTH.map(|side| (side, link.id(side).to_owned()));
            let rows = Side::BOTH.map(|side| found.get(side).get(link.id(side)).cloned());
            let [Some(severa), Some(business)] = rows else { continue };
            if !ids.iter().any(|id| held.contains(id) || ignored.contains(id)) {
                let home = self.home(above, severa, business, link.born, &none, index);
                owners.add(home);
            }
        }
        Ok(())
    }

    /// The owners' first joined column and its values, to search by; nothing where there are no keys.
    fn first_column(&self, part: usize, keys: &BTreeSet<Vec<String>>) -> Option<(String, Vec<Value>)> {
        let entity = self.program.entities.get(part)?;
        let owner = entity.owner.as_ref()?;
        let column = owner.columns.first()?.clone();
        let above = self.program.entities.get(owner.above?)?;
        let numeric = above.business.slot(&column).and_then(|slot| above.business.fields.get(slot));
        let values = super::owners::values(keys, numeric.is_some_and(|f| f.ty == crate::value::Type::Int));
        (!values.is_empty()).then_some((column, values))
    }
}

/// The first of each key, as a column holds it.
pub(super) fn values(keys: &BTreeSet<Vec<String>>, numeric: bool) -> Vec<Value> {
    let firsts: BTreeSet<&String> = keys.iter().filter_map(|key| key.first()).collect();
    let value = |text: &String| match text.parse() {
        Ok(number) if numeric => Value::Int(number),
        _ => Value::text(text.as_str()),
    };
    firsts.into_iter().map(value).collect()
}
