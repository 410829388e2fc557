//! What a plan must know: what changed on both sides, their partners, and candidates for pairing.

mod listing;
mod visit;

pub(super) use self::listing::{Found, Listing, listing};
pub(super) use self::visit::as_before;
use super::index::Index;
use super::{Engine, Progress, RunError};
use crate::plan::{self, Known};
use crate::program::{Entity, Env, Sends};
use crate::state::{Link, Retry};
use crate::systems::{Read, Row};
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

pub struct Gathered {
    pub known: Known,
    pub watermarks: Vec<(Side, String)>,
    /// Everything there is has been read, and not only what changed.
    pub full: bool,
    /// Records in Severa that were listed though they hold what they did: a record in one of their lists has changed.
    pub listed: Vec<Row>,
}

/// So many linked records gone at once, and more than half of those visited, are not people's work.
pub(super) const MANY: usize = 5;

impl Engine {
    pub(super) async fn gather(
        &mut self,
        place: usize,
        index: &Index,
        progress: &mut dyn Progress,
    ) -> Result<Gathered, RunError> {
        let name = self.program.entities[place].name.clone();
        let intents = self.state.intents(&name)?;
        self.settle_intents(&intents).await?;
        // The parts' records in Severa come with these, so what is at work on them must be over as well.
        for part in self.program.family(place).into_iter().skip(1) {
            let of_part = self.state.intents(&self.program.entities[part].name)?;
            self.settle_intents(&of_part).await?;
        }
        let decisions = self.state.decisions(&name)?;
        let linked = self.state.linked(&name)?;
        let held: Vec<Retry> = self.state.held()?.into_iter().filter(|h| h.held.entity == name).collect();
        let full = self.is_full(place)?;
        let mut listed = Vec::new();
        let mut found = Found::default();
        let mut watermarks = Vec::new();
        let mut pushed = false;
        let mut deleted = BTreeSet::new();
        for side in Side::BOTH {
            let entity = &self.program.entities[place];
            let one_way_source = entity.creates_on(side.other()) && !entity.creates_on(side);
            // What is not read cannot be paired either, so this ends with the first link, and whoever
            // carries our identifier on the other side is fetched below.
            let push = match entity.filter(side) {
                Some(filter) if one_way_source && linked == 0 => filter.push.clone(),
                _ => Vec::new(),
            };
            pushed |= !push.is_empty();
            let start_date = self.options.start_date.filter(|_| entity.dated.is_some_and(|(dated, _)| dated == side));
            let since = if full { None } else { self.state.watermark(&name, side)? };
            let read = Read { select: entity.select(side).clone(), since, push, start_date };
            let (rows, old, watermark) = if full {
                let (rows, watermark) = listing(self.side(side), &read, progress, &name).await?;
                (rows, Vec::new(), watermark)
            } else {
                self.changed(place, side, &read, index, progress).await?
            };
            if full && rows.is_empty() && linked > 0 && start_date.is_none() {
                return Err(RunError::EmptyListing { side, entity: name, linked });
            }
            if side == Side::Severa {
                listed = old;
            }
            found.add(side, rows);
            watermarks.push((side, watermark.0));
            if let Some(since) = &read.since {
                for id in self.side(side).deleted(&read.select, since).await? {
                    if self.state.link_of(&name, side, &id)?.is_some() {
                        deleted.insert((side, id));
                    }
                }
            }
        }
        let mut gone = Vec::new();
        if !full {
            gone = self.revisit(place, index, deleted, &held, &intents, &decisions, &mut found).await?;
        } else if pushed {
            let ids = self.decided(&name, &decisions)?;
            for side in Side::BOTH {
                let of_side = ids.iter().filter(|(s, _)| *s == side).map(|(_, id)| id.clone()).collect();
                self.fetch_into(place, side, of_side, &mut found).await?;
            }
        }
        self.partners(place, full, &mut found).await?;
        if !full || pushed {
            let begun: BTreeSet<_> = intents.iter().map(|i| (i.side, i.source_id.clone())).collect();
            let sides: &[Side] = if full { &[Side::Business] } else { &Side::BOTH };
            self.candidates(place, index, sides, &begun, &mut found).await?;
            self.partners(place, full, &mut found).await?;
        }
        let links = self.links_at_hand(&name, full, &found)?;
        self.leave_out_others(place, index, &links, &mut found);
        self.not_restored(&name, full, &links, &found, &held)?;
        let visited = |side: Side, id: &String| found.get(side).contains_key(id);
        let known_held = held.iter().map(|h| (h.held.side, h.held.id.clone()));
        let known = Known {
            links,
            linked,
            held: known_held.filter(|(side, id)| visited(*side, id) || gone.contains(&(*side, id.clone()))).collect(),
            decisions,
            needed: BTreeSet::new(),
            intents: intents.into_iter().map(|i| (i.side, i.source_id)).collect(),
            severa: found.severa.into_values().collect(),
            business: found.business.into_values().collect(),
        };
        Ok(Gathered { known, watermarks, full, listed })
    }

    /// Rows that are records of another entity. One that is linked was ours, and stays so.
    pub(super) fn leave_out_others(&self, place: usize, index: &Index, links: &[Link], found: &mut Found) {
        let (Some(entity), Some(opened)) = (self.program.entities.get(place), &self.opened) else { return };
        let env = Env::new(index, &opened.lookups);
        for side in Side::BOTH {
            let linked: BTreeSet<&str> = links.iter().map(|link| link.id(side)).collect();
            found.of(side).retain(|id, row| linked.contains(id.as_str()) || entity.is_ours(side, row, &env));
        }
    }

    /// Everything is read the first time, when asked for, and when the mapping has changed.
    pub(super) fn is_full(&self, place: usize) -> Result<bool, RunError> {
        let mut full = self.options.full;
        for member in self.program.family(place) {
            let entity = &self.program.entities[member];
            let kept = self.state.meta(&format!("fingerprint {}", entity.name))?;
            full |= kept.as_deref() != Some(self.program.fingerprint.as_str());
            // What belongs to a record in Severa is listed with it.
            let listed = Side::BOTH.into_iter().filter(|side| !entity.has_rows_of_its_own() || *side == Side::Business);
            for side in listed {
                full |= self.state.watermark(&entity.name, side)?.is_none();
            }
        }
        Ok(full)
    }

    /// The links of the records at hand.
    pub(super) fn links_at_hand(&self, name: &str, full: bool, found: &Found) -> Result<Vec<Link>, RunError> {
        if full {
            let mut links = self.state.links(name)?;
            links.retain(|l| Side::BOTH.iter().any(|side| found.get(*side).contains_key(l.id(*side))));
            return Ok(links);
        }
        let mut links = BTreeMap::new();
        for side in Side::BOTH {
            let of_side = self.state.links_of(name, side, found.get(side).keys().map(String::as_str))?;
            links.extend(of_side.into_values().map(|link| (link.severa_id.clone(), link)));
        }
        Ok(links.into_values().collect())
    }

    /// Many linked records that are gone at once are no deletions: a company was restored from a backup.
    fn not_restored(
        &self,
        name: &str,
        full: bool,
        links: &[Link],
        found: &Found,
        held: &[Retry],
    ) -> Result<(), RunError> {
        for side in Side::BOTH {
            let known = |l: &Link| held.iter().any(|h| h.held.code == "vanished" && h.held.id == l.id(side.other()));
            let gone = links.iter().filter(|l| !found.get(side).contains_key(l.id(side)) && !known(l)).count();
            if !full && gone >= MANY && gone * 2 > links.len() {
                return Err(RunError::Restored { side, entity: name.to_owned(), gone, visited: links.len() });
            }
        }
        Ok(())
    }

    pub(super) async fn fetch_into(
        &mut self,
        place: usize,
        side: Side,
        ids: BTreeSet<String>,
        found: &mut Found,
    ) -> Result<(), RunError> {
        let ids: Vec<String> = ids.into_iter().filter(|id| !found.of(side).contains_key(id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let select = self.program.entities[place].select(side).clone();
        let rows = self.side(side).fetch(&select, &ids).await?;
        found.add(side, rows);
        Ok(())
    }

    /// The other half of every linked record at hand.
    pub(super) async fn partners(&mut self, place: usize, full: bool, found: &mut Found) -> Result<(), RunError> {
        let name = self.program.entities[place].name.clone();
        let links = self.links_at_hand(&name, full, found)?;
        for side in Side::BOTH {
            let ids = links.iter().map(|l| l.id(side).to_owned()).collect();
            self.fetch_into(place, side, ids, found).await?;
        }
        Ok(())
    }

    /// For records without a link that would travel: whoever they could be on the other side.
    pub(super) async fn candidates(
        &mut self,
        place: usize,
        index: &Index,
        sides: &[Side],
        begun: &BTreeSet<(Side, String)>,
        found: &mut Found,
    ) -> Result<(), RunError> {
        for side in sides.iter().copied() {
            let (asked, guids) = {
                let Some(opened) = &self.opened else { return Ok(()) };
                let env = Env::new(index, &opened.lookups);
                let entity = &self.program.entities[place];
                let mut lone: Vec<&Row> = Vec::new();
                let links = self.state.links_of(&entity.name, side, found.get(side).keys().map(String::as_str))?;
                for row in found.get(side).values() {
                    let travels = begun.contains(&(side.other(), row.id.clone()))
                        || (entity.creates_on(side.other()) || entity.identity.is_some())
                            && entity.sends(side, row, &env) == Sends::Yes;
                    if travels && entity.is_ours(side, row, &env) && !links.contains_key(&row.id) {
                        lone.push(row);
                    }
                }
                question(entity, side, &lone, &env)
            };
            if side == Side::Business {
                self.fetch_into(place, Side::Severa, guids, found).await?;
            }
            if sides.len() == Side::BOTH.len() && asked.iter().any(|(_, values)| !values.is_empty()) {
                let select = self.program.entities[place].select(side.other()).clone();
                let rows = self.side(side.other()).candidates(&select, &asked).await?;
                found.add(side.other(), rows);
            }
        }
        Ok(())
    }
}

/// Which fields of the other side to search by which values, and identifiers to fetch outright.
pub(super) fn question(
    entity: &Entity,
    side: Side,
    lone: &[&Row],
    env: &Env,
) -> (Vec<(String, Vec<Value>)>, BTreeSet<String>) {
    let mut asked: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut guids = BTreeSet::new();
    for row in lone {
        match (side, entity.identity) {
            (Side::Severa, Some(slot)) => {
                if let Some(field) = entity.business.fields.get(slot) {
                    asked.entry(field.name.clone()).or_default().push(Value::text(row.id.clone()));
                }
            }
            (Side::Business, None) if entity.mark.is_some() => {
                let within = entity.mark.as_ref().and_then(|mark| entity.severa.fields.get(mark.within));
                if let (Some(field), Some(text)) = (within, entity.mark_of(row, env)) {
                    asked.entry(field.name.clone()).or_default().push(Value::text(text));
                }
            }
            (Side::Business, _) => guids.extend(plan::identity_of(entity, row).map(|g| g.to_string())),
            _ => {}
        }
        let keys = entity.match_keys(side, row, env).0;
        for (rule, keys) in entity.matches.iter().zip(keys) {
            for (pair, key) in rule.pairs.iter().zip(keys) {
                let field = if side == Side::Severa { &pair.business_field } else { &pair.severa_field };
                if let Some(key) = key {
                    // A key in several fields cannot be searched by one of them: any field makes the side answer all.
                    let name = field.clone().unwrap_or_default();
                    let number = key.parse().ok().filter(|_| pair.number).map(Value::Int);
                    asked.entry(name).or_default().push(number.unwrap_or(Value::text(key)));
                }
            }
        }
    }
    (asked.into_iter().collect(), guids)
}
