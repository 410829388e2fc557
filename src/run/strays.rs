//! Parts whose other half does not hang on the same owner: told apart, held, and never paired by luck.

use super::gather::Found;
use super::owners::{owner_guid, owner_key};
use super::{Engine, RunError};
use crate::plan::{self, EntityPlan, Household};
use crate::program::Entity;
use crate::state::{Held, Link};
use crate::systems::Row;
use crate::value::Side;
use std::collections::{BTreeMap, BTreeSet};

/// What is said of them, and those whose other half is gone altogether.
pub(super) struct Strays {
    held: Vec<Held>,
    /// The identifiers of the halves that are left.
    pub gone: BTreeSet<String>,
    /// Where the other halves were.
    pub side: Side,
}

impl Default for Strays {
    fn default() -> Self {
        Self { held: Vec::new(), gone: BTreeSet::new(), side: Side::Business }
    }
}

impl Strays {
    /// Puts them into the part's plan.
    pub fn held_in(&self, plan: &mut EntityPlan) {
        plan.held.extend(self.held.iter().cloned());
    }
}

/// A link whose halves do not lie in one household, with the households that they lie in.
type Apart = (Link, Option<usize>, Option<usize>);

impl Engine {
    pub(super) async fn strays(
        &mut self,
        part: usize,
        households: &mut [Household],
        apart: Vec<Apart>,
        places: &BTreeMap<(Side, String), usize>,
    ) -> Result<Strays, RunError> {
        let mut strays = Strays::default();
        let mut found = Found::default();
        for (side, at) in [(Side::Severa, 0), (Side::Business, 1)] {
            let missing = apart.iter().filter(|(_, a, b)| [a, b][at].is_none());
            let ids = missing.map(|(link, ..)| link.id(side).to_owned()).collect();
            self.fetch_into(part, side, ids, &mut found).await?;
        }
        let ignored = self.state.decisions(&self.program.entities[part].name)?.ignored;
        for (link, a, b) in apart {
            let ids = Side::BOTH.map(|side| (side, link.id(side).to_owned()));
            let rows = [(a, 0), (b, 1)].map(|(place, at)| take(households.get_mut(place?)?, &ids[at].0, &ids[at].1));
            if ids.iter().any(|id| ignored.contains(id)) {
                continue;
            }
            for (at, row) in rows.into_iter().enumerate() {
                let (Some(row), side) = (row, Side::BOTH[at]) else { continue };
                let other = &ids[1 - at];
                let entity = &self.program.entities[part];
                let there = found.get(other.0).get(&other.1);
                let elsewhere =
                    [b, a][at].is_some() || there.is_some_and(|there| self.is_elsewhere(part, side, &row, there));
                let (code, reason) = if elsewhere {
                    ("other-owner", other_owner(entity, side))
                } else if there.is_some() {
                    ("vanished", no_longer(entity, side))
                } else {
                    strays.gone.insert(row.id.clone());
                    strays.side = side.other();
                    ("vanished", gone(side, &other.1))
                };
                strays.held.push(plan::held(entity, side, &row, code, reason));
            }
        }
        self.copies(part, households, places, &mut strays).await?;
        Ok(strays)
    }

    /// Whether two halves of a pair hang on different owners.
    fn is_elsewhere(&self, part: usize, side: Side, row: &Row, there: &Row) -> bool {
        let (Some(entity), Some(above)) = (self.program.entities.get(part), self.owner_of(part)) else { return false };
        let (severa, business) = if side == Side::Severa { (row, there) } else { (there, row) };
        let column = entity.owner.as_ref().and_then(|owner| owner.columns.first());
        let (Some(guid), Some(key), Some(column)) = (owner_guid(entity, severa), owner_key(entity, business), column)
        else {
            return false;
        };
        let link = self.state.link_of(&above.name, Side::Severa, &guid).ok().flatten();
        let named = link.and_then(|link| link.columns.get(column).cloned());
        named.is_none_or(|named| key.first() != Some(&named))
    }

    /// Rows of Visma Business that carry the identifier of another owner's record: a copy took it along.
    async fn copies(
        &mut self,
        part: usize,
        households: &mut [Household],
        places: &BTreeMap<(Side, String), usize>,
        strays: &mut Strays,
    ) -> Result<(), RunError> {
        let entity = &self.program.entities[part];
        let mut carried: Vec<(usize, String, String)> = Vec::new();
        for (place, household) in households.iter().enumerate() {
            let linked: BTreeSet<&str> = household.known.links.iter().map(|l| l.business_id.as_str()).collect();
            for row in household.known.business.iter().filter(|row| !linked.contains(row.id.as_str())) {
                let guid = plan::identity_of(entity, row).map(|guid| guid.to_string());
                if let Some(guid) = guid
                    && places.get(&(Side::Severa, guid.clone())) != Some(&place)
                {
                    carried.push((place, row.id.clone(), guid));
                }
            }
        }
        let mut found = Found::default();
        let unknown = carried.iter().map(|(.., guid)| guid.clone());
        let unknown = unknown.filter(|guid| !places.contains_key(&(Side::Severa, guid.clone()))).collect();
        self.fetch_into(part, Side::Severa, unknown, &mut found).await?;
        let entity = &self.program.entities[part];
        for (place, id, guid) in carried {
            let here = households.get(place).and_then(|h| h.severa.as_ref());
            // An identifier of this owner's own record that is no part of it any more says nothing.
            let own = found.get(Side::Severa).get(&guid).and_then(|row| owner_guid(entity, row));
            let own = own.is_some() && own.as_ref() == here.map(|row| &row.id);
            let there =
                places.contains_key(&(Side::Severa, guid.clone())) || found.get(Side::Severa).contains_key(&guid);
            if there
                && !own
                && let Some(household) = households.get_mut(place)
                && let Some(row) = take(household, &Side::Business, &id)
            {
                let reason =
                    format!("carries the identifier of a record in Severa that belongs to another one: {guid}");
                strays.held.push(plan::held(entity, Side::Business, &row, "same-identity", reason));
            }
        }
        Ok(())
    }
}

/// Takes a row out of its household, so that nobody else is paired with it.
fn take(household: &mut Household, side: &Side, id: &str) -> Option<Row> {
    let rows = match side {
        Side::Severa => &mut household.known.severa,
        Side::Business => &mut household.known.business,
    };
    let place = rows.iter().position(|row| row.id == id)?;
    Some(rows.remove(place))
}

fn other_owner(entity: &Entity, side: Side) -> String {
    format!(
        "this {} belongs to another record in {} than in {}; let it belong to the same one on both sides",
        entity.title,
        side.title(),
        side.other().title()
    )
}

fn no_longer(entity: &Entity, side: Side) -> String {
    let part = entity.name.rsplit('.').next().unwrap_or_default().to_lowercase();
    format!("its counterpart in {} is no longer a {part} of the record that it belongs to", side.other().title())
}

fn gone(side: Side, id: &str) -> String {
    format!("its counterpart in {} ({id}) is gone; deletes are not carried over", side.other().title())
}
