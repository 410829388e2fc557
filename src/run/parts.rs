//! Parts with rows of their own: what a plan of them must know, gathered owner by owner.
//!
//! In Severa a part's records come with their owner's record, whose listing tells when one of them has changed;
//! in Visma Business they are a listing of their own. Whatever is visited is visited with its owner and all that
//! hangs on it on both sides, so a record is paired within its owner and nowhere else.

use super::gather::{Found, MANY, as_before, listing};
use super::index::Index;
use super::owners::{Home, Owners, own_key, owner_guid, owner_key};
use super::strays::Strays;
use super::{Engine, Progress, RunError};
use crate::plan::{self, EntityPlan, Household, Known};
use crate::program::{Above, Entity, Env};
use crate::state::{Link, Retry};
use crate::systems::{Read, Row};
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a part's plan starts from.
#[derive(Default)]
pub(super) struct Parts {
    pub households: Vec<Household>,
    pub strays: Strays,
    pub watermarks: Vec<(Side, String)>,
    /// So many of Severa's records hang on the owners at hand.
    elements: usize,
    /// Records whose owner is held, so that they wait with it.
    pub waiting: usize,
    /// Records on the list of held ones that are gone, and begun creations whose source is.
    pub released: Vec<(Side, String)>,
    pub looked_up: Vec<(Side, String)>,
}

impl Engine {
    /// Plans all parts of an entity that has just been planned, and theirs.
    pub(super) async fn plan_family(
        &mut self,
        place: usize,
        rows: Found,
        full: bool,
        index: &mut Index,
        plans: &mut Vec<EntityPlan>,
        progress: &mut dyn Progress,
    ) -> Result<(), RunError> {
        let parts = self.program.parts_of(place);
        let Some(planned) = plans.iter().find(|p| p.entity == self.program.entities[place].name).cloned() else {
            return Ok(());
        };
        for part in parts {
            let owners = self.owners(place, &rows, full, &planned, index)?;
            let gathered = self.gather_parts(part, owners, full, index, progress).await?;
            progress.at("planning", &self.program.entities[part].name, 0, None);
            let own = self.plan_households(part, &gathered, index)?;
            index.add(part, &own);
            plans.push(own);
            let mut below = Found::default();
            for household in gathered.households {
                below.add(Side::Severa, household.known.severa);
                below.add(Side::Business, household.known.business);
            }
            Box::pin(self.plan_family(part, below, full, index, plans, progress)).await?;
        }
        Ok(())
    }

    pub(super) fn plan_households(&self, part: usize, parts: &Parts, index: &Index) -> Result<EntityPlan, RunError> {
        let Some(opened) = &self.opened else { return Err(RunError::Interrupted) };
        let entity = &self.program.entities[part];
        let env = Env::new(index, &opened.lookups);
        let mut plan = plan::plan_parts(entity, &parts.households, &env, self.options.link_only);
        plan.linked = self.state.linked(&entity.name)?;
        parts.strays.held_in(&mut plan);
        plan.released.extend(parts.released.iter().cloned());
        plan.looked_up.extend(parts.looked_up.iter().cloned());
        plan.watermarks.clone_from(&parts.watermarks);
        if parts.waiting > 0 {
            plan.kept_back.push(("the record that it belongs to is held".to_owned(), parts.waiting));
        }
        Ok(plan)
    }

    async fn gather_parts(
        &mut self,
        part: usize,
        mut owners: Owners,
        full: bool,
        index: &Index,
        progress: &mut dyn Progress,
    ) -> Result<Parts, RunError> {
        let entity = &self.program.entities[part];
        let name = entity.name.clone();
        let linked = self.state.linked(&name)?;
        let since = if full { None } else { self.state.watermark(&name, Side::Business)? };
        let read = Read { select: entity.business.clone(), since, push: Vec::new(), start_date: None };
        let (rows, watermark) = listing(self.side(Side::Business), &read, progress, &name).await?;
        if full && rows.is_empty() && linked > 0 {
            return Err(RunError::EmptyListing { side: Side::Business, entity: name, linked });
        }
        let mut found = Found::default();
        let rows = if full { rows } else { self.news_of_parts(part, rows)? };
        found.add(Side::Business, rows);
        let mut gone = BTreeSet::new();
        if !full {
            gone = self.revisit_parts(part, index, &mut found).await?;
            self.bring_owners(part, &found, &mut owners, index).await?;
        }
        let mut parts = self.at_home(part, owners, found, full, index).await?;
        if full && parts.elements == 0 && linked > 0 {
            return Err(RunError::EmptyListing { side: Side::Severa, entity: name, linked });
        }
        let held = self.state.held()?.into_iter().filter(|h| h.held.entity == name);
        parts.released = held.map(|h| (h.held.side, h.held.id)).filter(|record| gone.contains(record)).collect();
        let intents = self.state.intents(&name)?.into_iter().map(|i| (i.side, i.source_id));
        parts.looked_up = intents.filter(|(side, id)| gone.contains(&(side.other(), id.clone()))).collect();
        parts.watermarks = vec![(Side::Business, watermark.0)];
        Ok(parts)
    }

    /// Rows without those that hold what their pair was last in step with, and hang on the same owner as then.
    fn news_of_parts(&self, part: usize, rows: Vec<Row>) -> Result<Vec<Row>, RunError> {
        let entity = &self.program.entities[part];
        let mut news = Vec::new();
        for row in rows {
            let link = self.state.link_of(&entity.name, Side::Business, &row.id)?;
            let as_then = |link: &Link| {
                plan::columns(entity, &row) == link.columns && as_before(entity, Side::Business, &row, link)
            };
            if !link.as_ref().is_some_and(as_then) {
                news.push(row);
            }
        }
        Ok(news)
    }

    /// Held records whose time has come, those that wait for what is there now, those that a person decided on,
    /// and those whose creation was begun. Answers the ones that are gone.
    async fn revisit_parts(
        &mut self,
        part: usize,
        index: &Index,
        found: &mut Found,
    ) -> Result<BTreeSet<(Side, String)>, RunError> {
        let name = self.program.entities[part].name.clone();
        let held: Vec<Retry> = self.state.held()?.into_iter().filter(|h| h.held.entity == name).collect();
        let intents = self.state.intents(&name)?;
        let decisions = self.state.decisions(&name)?;
        let gone = self.revisit(part, index, BTreeSet::new(), &held, &intents, &decisions, found).await?;
        Ok(gone.into_iter().collect())
    }

    /// These records, with all that hangs on the owners of each.
    pub(super) async fn households_of(
        &mut self,
        part: usize,
        records: &BTreeSet<(Side, String)>,
        index: &Index,
    ) -> Result<Parts, RunError> {
        let mut found = Found::default();
        for side in Side::BOTH {
            let ids = records.iter().filter(|(s, _)| *s == side).map(|(_, id)| id.clone()).collect();
            self.fetch_into(part, side, ids, &mut found).await?;
        }
        let mut owners = Owners::default();
        self.bring_owners(part, &found, &mut owners, index).await?;
        self.at_home(part, owners, found, false, index).await
    }

    /// The owners of the rows at hand.
    pub(super) async fn bring_owners(
        &mut self,
        part: usize,
        found: &Found,
        owners: &mut Owners,
        index: &Index,
    ) -> Result<(), RunError> {
        let entity = &self.program.entities[part];
        let guids = found.get(Side::Severa).values().filter_map(|row| owner_guid(entity, row)).collect();
        let keys = found.get(Side::Business).values().filter_map(|row| owner_key(entity, row)).collect();
        self.bring(part, guids, keys, owners, index).await
    }

    /// All that hangs on the owners at hand, on both sides. `found` holds rows of Visma Business that are known
    /// already: all there are if `full`.
    pub(super) async fn at_home(
        &mut self,
        part: usize,
        owners: Owners,
        mut found: Found,
        full: bool,
        index: &Index,
    ) -> Result<Parts, RunError> {
        let entity = &self.program.entities[part];
        let keys: Vec<Option<Vec<String>>> =
            owners.homes.iter().map(|home| own_key(entity, home.business.as_ref()?)).collect();
        let places: HashMap<Vec<String>, usize> =
            keys.iter().enumerate().filter_map(|(place, key)| Some((key.clone()?, place))).collect();
        if !full {
            let asked: BTreeSet<Vec<String>> = places.keys().cloned().collect();
            if let Some(question) = search(entity, &asked) {
                let select = entity.business.clone();
                let rows = self.side(Side::Business).candidates(&select, &[question]).await?;
                found.add(Side::Business, rows);
            }
        }
        let mut parts = Parts::default();
        let mut rows: Vec<[Vec<Row>; 2]> = Vec::new();
        rows.resize_with(owners.homes.len(), Default::default);
        let mut ahead: Vec<BTreeMap<String, BTreeSet<usize>>> = vec![BTreeMap::new(); owners.homes.len()];
        {
            let (Some(opened), Some(above)) = (&self.opened, self.owner_of(part)) else { return Ok(parts) };
            let env = Env::new(index, &opened.lookups);
            let entity = &self.program.entities[part];
            for (place, home) in owners.homes.iter().enumerate() {
                let Some(owner) = &home.severa else { continue };
                let below =
                    env.below(Above { severa: Some(owner), business: home.business.as_ref(), ..Above::default() });
                for mut element in plan::elements(above, entity, owner, &below) {
                    let shown = show_owner(entity, above, home, &mut element);
                    if !shown.is_empty() {
                        ahead[place].insert(element.id.clone(), shown);
                    }
                    rows[place][0].push(element);
                }
            }
            for row in std::mem::take(found.of(Side::Business)).into_values() {
                let place = owner_key(entity, &row).and_then(|key| places.get(&key).copied());
                let Some(place) = place else { continue };
                let linked = || self.state.link_of(&entity.name, Side::Business, &row.id);
                if entity.is_ours(Side::Business, &row, &env) || linked()?.is_some() {
                    rows[place][1].push(row);
                }
            }
        }
        parts.elements = rows.iter().map(|[severa, _]| severa.len()).sum();
        for ((home, rows), ahead) in owners.homes.into_iter().zip(rows).zip(ahead) {
            let [severa, business] = rows;
            if home.held {
                parts.waiting += severa.len() + business.len();
                continue;
            }
            let known = Known { severa, business, ..Known::default() };
            let Home { severa, business, kept_back, .. } = home;
            parts.households.push(Household { severa, business, kept_back, known, ahead });
        }
        self.settle_in(part, &mut parts, full).await?;
        Ok(parts)
    }

    /// Gives each household its links, held records, intents and decisions, and sorts out the records whose
    /// other half is not in it.
    async fn settle_in(&mut self, part: usize, parts: &mut Parts, full: bool) -> Result<(), RunError> {
        let name = self.program.entities[part].name.clone();
        let mut places: BTreeMap<(Side, String), usize> = BTreeMap::new();
        for (place, household) in parts.households.iter().enumerate() {
            let severa = household.known.severa.iter().map(|row| (Side::Severa, row.id.clone()));
            let business = household.known.business.iter().map(|row| (Side::Business, row.id.clone()));
            places.extend(severa.chain(business).map(|record| (record, place)));
        }
        let mut links: BTreeMap<String, Link> = BTreeMap::new();
        if full {
            links = self.state.links(&name)?.into_iter().map(|link| (link.severa_id.clone(), link)).collect();
        } else {
            for (side, id) in places.keys() {
                if let Some(link) = self.state.link_of(&name, *side, id)? {
                    links.insert(link.severa_id.clone(), link);
                }
            }
        }
        let held: Vec<Retry> = self.state.held()?.into_iter().filter(|h| h.held.entity == name).collect();
        let decisions = self.state.decisions(&name)?;
        let visited = links.len();
        let mut apart = Vec::new();
        for link in links.into_values() {
            let half = |side: Side| places.get(&(side, link.id(side).to_owned())).copied();
            match (half(Side::Severa), half(Side::Business)) {
                (None, None) => {}
                (Some(a), Some(b)) if a == b => parts.households[a].known.links.push(link),
                (a, b) => apart.push((link, a, b)),
            }
        }
        let strays = self.strays(part, &mut parts.households, apart, &places).await?;
        let gone = strays.gone.iter().filter(|id| !held.iter().any(|h| h.held.code == "vanished" && h.held.id == **id));
        let gone = gone.count();
        if !full && gone >= MANY && gone * 2 > visited {
            return Err(RunError::Restored { side: strays.side, entity: name, gone, visited });
        }
        parts.strays = strays;
        for retry in &held {
            if let Some(place) = places.get(&(retry.held.side, retry.held.id.clone())) {
                parts.households[*place].known.held.push((retry.held.side, retry.held.id.clone()));
            }
        }
        for intent in self.state.intents(&name)? {
            if let Some(place) = places.get(&(intent.side.other(), intent.source_id.clone())) {
                parts.households[*place].known.intents.insert((intent.side, intent.source_id));
            }
        }
        let nothing = decisions.ignored.is_empty() && decisions.together.is_empty() && decisions.apart.is_empty();
        if !nothing {
            parts.households.iter_mut().for_each(|household| household.known.decisions = decisions.clone());
        }
        Ok(())
    }

    /// The entity that a part has been unfolded from.
    pub(super) fn owner_of(&self, part: usize) -> Option<&Entity> {
        self.program.entities.get(self.program.entities.get(part)?.owner.as_ref()?.above?).map(AsRef::as_ref)
    }
}

/// Which rows of Visma Business hang on these owners.
fn search(part: &Entity, keys: &BTreeSet<Vec<String>>) -> Option<(String, Vec<Value>)> {
    let (column, _) = part.owner.as_ref()?.joins.first()?;
    let field = part.business.slot(column).and_then(|slot| part.business.fields.get(slot))?;
    let values = super::owners::values(keys, field.ty == crate::value::Type::Int);
    (!values.is_empty()).then(|| (column.clone(), values))
}

/// An element shows fields of its owner (`customer.name`): they are what the owner's own record holds, or will
/// when this run is over. Answers the slots that show something else now.
fn show_owner(part: &Entity, above: &Entity, home: &Home, element: &mut Row) -> BTreeSet<usize> {
    let mut ahead = BTreeSet::new();
    let named = part.owner.as_ref().and_then(|owner| owner.field.as_ref());
    let Some((prefix, _)) = named.and_then(|(field, _)| field.rsplit_once('.')) else { return ahead };
    for (slot, field) in part.severa.fields.iter().enumerate() {
        let Some(shown) = field.name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')) else { continue };
        if shown == "guid" {
            continue;
        }
        let held = above.severa.slot(shown).and_then(|slot| home.severa.as_ref()?.values.get(slot));
        let Some(value) = home.ahead.get(shown).or(held) else { continue };
        if let Some(now) = element.values.get_mut(slot)
            && !now.same(value)
        {
            *now = value.clone();
            ahead.insert(slot);
        }
    }
    ahead
}
