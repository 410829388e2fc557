//! What a plan must know: what changed on both sides, their partners, and candidates for pairing.

use super::{Engine, Progress, RunError};
use crate::plan::{self, Known};
use crate::program::{Entity, Env, Linked, Links, Sends};
use crate::state::Link;
use crate::systems::{Next, Read, Row, System, SystemError, Watermark};
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

pub struct Gathered {
    pub known: Known,
    pub watermarks: Vec<(Side, String)>,
}

/// Reads a listing to its end.
pub async fn listing(
    system: &mut dyn System,
    read: &Read,
    progress: &mut dyn Progress,
    entity: &str,
) -> Result<(Vec<Row>, Watermark), SystemError> {
    let mut rows = Vec::new();
    let mut token = None;
    loop {
        let page = system.read(read, token.as_ref()).await?;
        rows.extend(page.rows);
        progress.at("reading", entity, rows.len(), None);
        match page.next {
            Next::More(next) => token = Some(next),
            Next::End(watermark) => return Ok((rows, watermark)),
        }
    }
}

/// Both sides' rows, by identifier.
#[derive(Default)]
struct Found {
    severa: BTreeMap<String, Row>,
    business: BTreeMap<String, Row>,
}

impl Found {
    fn of(&mut self, side: Side) -> &mut BTreeMap<String, Row> {
        match side {
            Side::Severa => &mut self.severa,
            Side::Business => &mut self.business,
        }
    }

    fn add(&mut self, side: Side, rows: Vec<Row>) {
        self.of(side).extend(rows.into_iter().map(|row| (row.id.clone(), row)));
    }
}

impl Engine {
    pub(super) async fn gather(&mut self, place: usize, progress: &mut dyn Progress) -> Result<Gathered, RunError> {
        let name = self.program.entities[place].name.clone();
        self.settle_intents(&name).await?;
        let all_links = self.state.links(&name)?;
        let changed_mapping =
            self.state.meta(&format!("fingerprint {name}"))?.as_deref() != Some(self.program.fingerprint.as_str());
        let mut found = Found::default();
        let mut watermarks = Vec::new();
        let mut full = self.options.full || changed_mapping;
        for side in Side::BOTH {
            full |= self.state.watermark(&name, side)?.is_none();
        }
        for side in Side::BOTH {
            // A one-way entity is read where it comes from; of the other side only what is linked matters,
            // and a full read of it finds records that carry our identifier.
            let since = if full { None } else { self.state.watermark(&name, side)? };
            let entity = &self.program.entities[place];
            let one_way_source = entity.creates_on(side.other()) && !entity.creates_on(side);
            let push = match entity.filter(side) {
                Some(filter) if one_way_source && all_links.is_empty() => filter.push.clone(),
                _ => Vec::new(),
            };
            let start_date = if entity.dated.is_some() { self.options.start_date } else { None };
            let read = Read {
                select: entity.select(side).clone(),
                since,
                push,
                start_date: start_date.filter(|_| side == Side::Severa),
            };
            let (rows, watermark) = listing(self.side(side), &read, progress, &name).await?;
            if full && rows.is_empty() && !all_links.is_empty() && start_date.is_none() {
                return Err(RunError::EmptyListing { side, entity: name, linked: all_links.len() });
            }
            let entity = &self.program.entities[place];
            let rows = if full { rows } else { news(entity, side, rows, &all_links) };
            found.add(side, rows);
            watermarks.push((side, watermark.0));
        }
        let held = self.state.held()?.into_iter().filter(|h| h.held.entity == name).collect::<Vec<_>>();
        if !full {
            self.revisit(place, &held, &mut found).await?;
        }
        self.partners(place, &all_links, &mut found).await?;
        if !full {
            self.candidates(place, &all_links, &mut found).await?;
            self.partners(place, &all_links, &mut found).await?;
        }
        let concerned =
            |link: &Link| found.severa.contains_key(&link.severa_id) || found.business.contains_key(&link.business_id);
        let linked = all_links.len();
        let visited = |side: Side, id: &String| match side {
            Side::Severa => found.severa.contains_key(id),
            Side::Business => found.business.contains_key(id),
        };
        let known = Known {
            links: all_links.iter().filter(|l| concerned(l)).cloned().collect(),
            linked,
            held: held
                .iter()
                .map(|h| (h.held.side, h.held.id.clone()))
                .filter(|(side, id)| visited(*side, id))
                .collect(),
            severa: found.severa.into_values().collect(),
            business: found.business.into_values().collect(),
        };
        Ok(Gathered { known, watermarks })
    }

    /// Waits until requests that we lost sight of can no longer be at work. What they came to is
    /// found by the pairing afterwards: by our identifier, then by match keys.
    async fn settle_intents(&mut self, entity: &str) -> Result<(), RunError> {
        for intent in self.state.intents(entity)? {
            let settle = self.side(intent.side).settle_time();
            let over = intent
                .begun_at
                .checked_add(jiff::SignedDuration::try_from(settle).unwrap_or(jiff::SignedDuration::ZERO));
            let now = self.clock.now();
            let left = over.map(|over| over.duration_since(now)).unwrap_or(jiff::SignedDuration::ZERO);
            // A clock that was set back must not make us wait for ever.
            let left = std::time::Duration::try_from(left).unwrap_or_default().min(settle);
            if !left.is_zero() {
                tracing::info!(
                    entity,
                    seconds = left.as_secs(),
                    "waiting until an interrupted request can no longer be at work"
                );
                self.clock.sleep(left).await;
            }
        }
        Ok(())
    }

    /// Held records whose time has come, records that wait for a link that is there now, and open intents.
    async fn revisit(&mut self, place: usize, held: &[crate::state::Retry], found: &mut Found) -> Result<(), RunError> {
        let name = self.program.entities[place].name.clone();
        let now = self.clock.now();
        let intents = self.state.intents(&name)?;
        for side in Side::BOTH {
            let mut ids: BTreeSet<String> = self.state.awaited(&name, side)?.into_iter().collect();
            ids.extend(held.iter().filter(|h| h.held.side == side && h.next_try <= now).map(|h| h.held.id.clone()));
            ids.extend(intents.iter().filter(|i| i.side.other() == side).map(|i| i.source_id.clone()));
            self.fetch_into(place, side, ids, found).await?;
        }
        Ok(())
    }

    async fn fetch_into(
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
    async fn partners(&mut self, place: usize, links: &[Link], found: &mut Found) -> Result<(), RunError> {
        for side in Side::BOTH {
            let other = side.other();
            let ids: BTreeSet<String> = links
                .iter()
                .filter(|l| found.of(other).contains_key(l.id(other)))
                .map(|l| l.id(side).to_owned())
                .collect();
            self.fetch_into(place, side, ids, found).await?;
        }
        Ok(())
    }

    /// For records without a link that would travel: whoever they could be on the other side.
    async fn candidates(&mut self, place: usize, links: &[Link], found: &mut Found) -> Result<(), RunError> {
        for side in Side::BOTH {
            let (asked, guids) = {
                let Some(opened) = &self.opened else { return Ok(()) };
                let env = Env { links: &Unlinked, lookups: &opened.lookups };
                let entity = &self.program.entities[place];
                let linked: BTreeSet<&str> = links.iter().map(|l| l.id(side)).collect();
                let rows = found.of(side).values();
                let lone: Vec<&Row> = rows
                    .filter(|r| !linked.contains(r.id.as_str()) && entity.sends(side, r, &env) == Sends::Yes)
                    .collect();
                question(entity, side, &lone, &env)
            };
            if side == Side::Business {
                self.fetch_into(place, Side::Severa, guids, found).await?;
            }
            if asked.iter().any(|(_, values)| !values.is_empty()) {
                let select = self.program.entities[place].select(side.other()).clone();
                let rows = self.side(side.other()).candidates(&select, &asked).await?;
                found.add(side.other(), rows);
            }
        }
        Ok(())
    }
}

/// Rows without those that hold what their pair was last in step with: the overlap reads many of
/// them again, our own writes above all, and their other halves need not be asked for.
fn news(entity: &Entity, side: Side, rows: Vec<Row>, links: &[Link]) -> Vec<Row> {
    let links: BTreeMap<&str, &Link> = links.iter().map(|link| (link.id(side), link)).collect();
    let as_before = |row: &Row| {
        let Some(link) = links.get(row.id.as_str()) else { return false };
        entity.lines.iter().filter(|line| !line.on_create).all(|line| {
            let base = link.base.0.get(&plan::line_key(line));
            let base = base.map(|(severa, business)| if side == Side::Severa { *severa } else { *business });
            base == Some(plan::end(entity, line, side, row))
        })
    };
    rows.into_iter().filter(|row| !as_before(row)).collect()
}

/// Which fields of the other side to search by which values, and identifiers to fetch outright.
fn question(entity: &Entity, side: Side, lone: &[&Row], env: &Env) -> (Vec<(String, Vec<Value>)>, BTreeSet<String>) {
    let mut asked: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut guids = BTreeSet::new();
    for row in lone {
        match (side, entity.identity) {
            (Side::Severa, Some(slot)) => {
                if let Some(field) = entity.business.fields.get(slot) {
                    asked.entry(field.name.clone()).or_default().push(Value::text(row.id.clone()));
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

/// Filters do not look at links.
struct Unlinked;

impl Links for Unlinked {
    fn find(&self, _: usize, _: Side, _: &str, _: &Value) -> Linked {
        Linked::Missing
    }
}
