//! Entities of which there may be millions: read, planned and carried out page by page, so that memory does not grow
//! with them.
//!
//! Work hours go one way, are paired by link or by our identifier alone, and nothing points at them. So what becomes of
//! one depends on no other, and a full read needs to keep only what is news: pairs that hold what they did are counted
//! and forgotten, all other records of Severa are put aside in a file, and each page of them is planned when its turn
//! has come. Limits are judged before the first write all the same: with limits set, all pages are planned and counted
//! first, and planned again when they are carried out. Planning is pure, so that gives the same.

mod ids;
mod spool;

use super::apply::Work;
use super::gather::{Listing, as_before};
use super::index::Index;
use super::report::Outcome;
use super::{Engine, Progress, RunError};
use crate::plan::{self, EntityPlan, Known, Tally};
use crate::program::{Entity, Env, Sends};
use crate::state::{Decisions, Link, Retry};
use crate::systems::{Next, Read, Row};
use crate::value::Side;
use ids::Ids;
use spool::Spool;
use std::collections::{BTreeSet, HashMap, HashSet};

/// So many records are planned and written at a time.
pub(super) const PAGE: usize = 1_000;

/// Up to here an entity is planned in one piece, and its plan lists every operation.
const FEW: usize = 2_000;

/// An entity's records as a full read found them.
pub(super) struct Pages {
    /// Records of Severa that are news.
    news: Spool,
    /// Records of Visma Business without a link, by the identifier of ours that they carry.
    claims: HashMap<String, Vec<Row>>,
    /// Links one of whose records was not listed.
    odd: Vec<(String, String)>,
    held: HashSet<(Side, String)>,
    intents: BTreeSet<(Side, String)>,
    linked: usize,
    at: usize,
    ended: bool,
    pub read_severa: usize,
    pub read_business: usize,
    pub unchanged: usize,
    pub watermarks: Vec<(Side, String)>,
}

impl Pages {
    /// Few enough to be planned in one piece.
    pub fn are_few(&self) -> bool {
        self.news.len() + self.odd.len() <= FEW
    }

    /// Whether there is anything to plan.
    pub fn is_empty(&self) -> bool {
        self.news.len() + self.odd.len() == 0
    }

    /// Begins again with the first page.
    fn rewind(&mut self) -> Result<(), RunError> {
        (self.at, self.ended) = (0, false);
        Ok(self.news.rewind()?)
    }
}

impl Engine {
    /// Whether what becomes of a record depends on no other record of the entity.
    pub(super) fn goes_by_pages(&self, place: usize) -> Result<bool, RunError> {
        let entity = &self.program.entities[place];
        let alone = entity.creates_on(Side::Business)
            && !entity.creates_on(Side::Severa)
            && entity.identity.is_some()
            && entity.matches.is_empty()
            && entity.mark.is_none()
            && entity.roles.is_empty()
            && entity.parts.is_empty()
            && entity.children.is_empty()
            && !self.program.pointed_at().contains(&place)
            && !entity.only_when_needed
            && !entity.has_rows_of_its_own()
            && self.program.parts_of(place).is_empty();
        let needs =
            entity.after.iter().any(|other| self.program.entities.get(*other).is_some_and(|e| e.only_when_needed));
        let decided = self.state.decisions(&entity.name)?;
        let undecided = decided.together.is_empty() && decided.apart.is_empty() && decided.ignored.is_empty();
        Ok(alone && !needs && undecided && self.is_full(place)?)
    }

    /// Reads both sides of an entity in full and keeps what is news.
    pub(super) async fn gather_pages(
        &mut self,
        place: usize,
        index: &Index,
        progress: &mut dyn Progress,
    ) -> Result<Pages, RunError> {
        let name = self.program.entities[place].name.clone();
        let intents = self.state.intents(&name)?;
        self.settle_intents(&intents).await?;
        let held: Vec<Retry> = self.state.held()?.into_iter().filter(|h| h.held.entity == name).collect();
        let mut pages = Pages {
            news: Spool::new(&self.state.folder()),
            claims: HashMap::new(),
            odd: Vec::new(),
            held: held.into_iter().map(|h| (h.held.side, h.held.id)).collect(),
            intents: intents.into_iter().map(|i| (i.side, i.source_id)).collect(),
            linked: self.state.linked(&name)?,
            at: 0,
            ended: false,
            read_severa: 0,
            read_business: 0,
            unchanged: 0,
            watermarks: Vec::new(),
        };
        let mut seen = Seen::default();
        // Visma Business first: whether a pair is news is then known when its record in Severa comes.
        for side in [Side::Business, Side::Severa] {
            self.read_side(place, side, index, &mut pages, &mut seen, progress).await?;
        }
        pages.watermarks.reverse();
        self.odd_links(&name, &seen, &mut pages)?;
        Ok(pages)
    }

    async fn read_side(
        &mut self,
        place: usize,
        side: Side,
        index: &Index,
        pages: &mut Pages,
        seen: &mut Seen,
        progress: &mut dyn Progress,
    ) -> Result<(), RunError> {
        let entity = &self.program.entities[place];
        let name = entity.name.clone();
        let start_date = self.options.start_date.filter(|_| entity.dated.is_some_and(|(dated, _)| dated == side));
        let read = Read { select: entity.select(side).clone(), since: None, push: Vec::new(), start_date };
        let mut listing = Listing::new(&read);
        let mut count = 0;
        loop {
            let page = listing.next(self.side(side)).await?;
            count += page.rows.len();
            progress.at("reading", &name, count, None);
            self.sort_out(place, side, page.rows, index, pages, seen)?;
            if let Next::End(watermark) = page.next {
                pages.watermarks.push((side, watermark.0));
                break;
            }
        }
        if count == 0 && pages.linked > 0 && start_date.is_none() {
            return Err(RunError::EmptyListing { side, entity: name, linked: pages.linked });
        }
        *(if side == Side::Severa { &mut pages.read_severa } else { &mut pages.read_business }) = count;
        Ok(())
    }

    /// What of a page is news is put aside.
    fn sort_out(
        &self,
        place: usize,
        side: Side,
        rows: Vec<Row>,
        index: &Index,
        pages: &mut Pages,
        seen: &mut Seen,
    ) -> Result<(), RunError> {
        let Some(opened) = &self.opened else { return Err(RunError::Interrupted) };
        let entity = &self.program.entities[place];
        let env = Env::new(index, &opened.lookups);
        let links = match pages.linked {
            0 => HashMap::new(),
            _ => self.state.links_of(&entity.name, side, rows.iter().map(|row| row.id.as_str()))?,
        };
        for row in rows {
            let link = links.get(&row.id);
            if link.is_none() && !entity.is_ours(side, &row, &env) {
                continue;
            }
            match (side, link) {
                (Side::Business, Some(link)) => {
                    seen.business.insert(&row.id);
                    if as_before(entity, side, &row, link) {
                        seen.unchanged.insert(&row.id);
                    }
                }
                (Side::Business, None) => {
                    if let Some(guid) = plan::identity_of(entity, &row) {
                        pages.claims.entry(guid.to_string()).or_default().push(row);
                    }
                }
                (Side::Severa, link) => {
                    if let Some(link) = link {
                        seen.severa.insert(&link.business_id);
                    }
                    if link.is_some_and(|link| is_no_news(entity, &row, link, pages, seen, &env)) {
                        pages.unchanged += 1;
                    } else {
                        pages.news.push(&row)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The links of which one record was listed and the other was not.
    fn odd_links(&self, name: &str, seen: &Seen, pages: &mut Pages) -> Result<(), RunError> {
        let mut after = String::new();
        loop {
            let some = self.state.pairs_after(name, &after, PAGE)?;
            let Some((last, _)) = some.last() else { return Ok(()) };
            after.clone_from(last);
            let odd = some.into_iter().filter(|(_, b)| seen.severa.contains(b) != seen.business.contains(b));
            pages.odd.extend(odd);
        }
    }

    /// What is known of the next page of records; nothing when all have been planned.
    async fn next_page(&mut self, place: usize, pages: &mut Pages, count: usize) -> Result<Option<Known>, RunError> {
        let name = self.program.entities[place].name.clone();
        let mut severa = pages.news.next(count)?;
        let mut business: Vec<String> = Vec::new();
        if severa.is_empty() {
            let odd = pages.odd.get(pages.at..).unwrap_or_default();
            let odd = odd.get(..count.min(odd.len())).unwrap_or_default();
            pages.at += odd.len();
            let ids: Vec<String> = odd.iter().map(|(severa, _)| severa.clone()).collect();
            business.extend(odd.iter().map(|(_, business)| business.clone()));
            if !ids.is_empty() {
                let select = self.program.entities[place].severa.clone();
                severa = self.side(Side::Severa).fetch(&select, &ids).await?;
            }
        }
        let none_left = severa.is_empty() && business.is_empty();
        if none_left && std::mem::replace(&mut pages.ended, true) {
            return Ok(None);
        }
        let mut links = self.state.links_of(&name, Side::Severa, severa.iter().map(|row| row.id.as_str()))?;
        // Of a pair whose record in Severa is gone the link is known by the other half.
        let others: Vec<Link> =
            self.state.links_of(&name, Side::Business, business.iter().map(String::as_str))?.into_values().collect();
        links.extend(others.into_iter().map(|link| (link.severa_id.clone(), link)));
        let ids: Vec<String> = links.values().map(|link| link.business_id.clone()).collect();
        let mut rows = Vec::new();
        if !ids.is_empty() {
            let select = self.program.entities[place].business.clone();
            rows = self.side(Side::Business).fetch(&select, &ids).await?;
        }
        rows.extend(severa.iter().filter_map(|row| pages.claims.get(&row.id)).flatten().cloned());
        let visited: HashSet<(Side, &str)> = severa
            .iter()
            .map(|row| (Side::Severa, row.id.as_str()))
            .chain(rows.iter().map(|row| (Side::Business, row.id.as_str())))
            .chain(links.values().flat_map(|l| Side::BOTH.map(|side| (side, l.id(side)))))
            .collect();
        let held = pages.held.iter().filter(|(side, id)| visited.contains(&(*side, id.as_str()))).cloned().collect();
        // What was begun for a record that is listed no more is told with the last page.
        let intents: BTreeSet<(Side, String)> = match none_left {
            true => std::mem::take(&mut pages.intents),
            false => {
                let (here, later) = std::mem::take(&mut pages.intents)
                    .into_iter()
                    .partition(|(side, id)| visited.contains(&(side.other(), id.as_str())));
                pages.intents = later;
                here
            }
        };
        let mut links: Vec<Link> = links.into_values().collect();
        links.sort_by(|a, b| a.severa_id.cmp(&b.severa_id));
        let decisions = Decisions::default();
        let known = Known {
            links,
            linked: pages.linked,
            held,
            decisions,
            intents,
            needed: BTreeSet::new(),
            severa,
            business: rows,
        };
        Ok(Some(known))
    }

    /// All pages in one plan.
    pub(super) async fn plan_pages(
        &mut self,
        place: usize,
        pages: &mut Pages,
        index: &mut Index,
    ) -> Result<EntityPlan, RunError> {
        let mut whole = self.paged_plan(place, pages);
        while let Some(known) = self.next_page(place, pages, PAGE).await? {
            whole.append(self.plan_one(place, &known, index)?);
        }
        Ok(whole)
    }

    /// The plan of an entity that is carried out page by page; with limits set it says how many operations there are.
    pub(super) async fn tally_pages(
        &mut self,
        place: usize,
        pages: &mut Pages,
        index: &mut Index,
    ) -> Result<EntityPlan, RunError> {
        let mut whole = self.paged_plan(place, pages);
        if self.options.limits != plan::Limits::default() {
            let intents = pages.intents.clone();
            while let Some(known) = self.next_page(place, pages, PAGE).await? {
                let page = self.plan_one(place, &known, index)?;
                whole.paged.add(&Tally::of(&page.operations));
            }
            pages.intents = intents;
            pages.rewind()?;
        }
        Ok(whole)
    }

    /// Plans and carries out one page after another, each with what is known by then. False where not all of it
    /// was tried.
    pub(super) async fn carry_out_pages(
        &mut self,
        place: usize,
        mut pages: Pages,
        work: &mut Work<'_>,
    ) -> Result<bool, RunError> {
        let mut whole = true;
        let mut sum = EntityPlan { entity: self.program.entities[place].name.clone(), ..EntityPlan::default() };
        while whole {
            let known = match self.next_page(place, &mut pages, PAGE).await {
                Ok(Some(known)) => known,
                Ok(None) => break,
                // The side that cannot be read any more has its part of the run stopped, as when it cannot be written.
                Err(RunError::System(error)) => {
                    work.report.down.insert(error.side);
                    work.report.failure.get_or_insert(error);
                    whole = false;
                    break;
                }
                Err(error) => return Err(error),
            };
            let mut page = self.plan_one(place, &known, &mut work.index)?;
            self.remember(place, &page, &mut work.index)?;
            whole &= self.operations(place, &page, work).await?;
            // What became of each is in the state; here it is counted, and only what somebody must look at is listed.
            let outcomes = page.operations.iter().filter_map(|o| work.report.outcomes.remove(&o.id));
            work.report.paged_done += outcomes.filter(|outcome| *outcome == Outcome::Done).count();
            sum.paged.add(&Tally::of(&page.operations));
            page.operations.clear();
            page.settled.clear();
            page.waits.clear();
            page.notes.clear();
            sum.append(page);
        }
        work.report.paged.push(sum);
        Ok(whole)
    }

    fn paged_plan(&self, place: usize, pages: &Pages) -> EntityPlan {
        let entity = &self.program.entities[place];
        EntityPlan {
            entity: entity.name.clone(),
            title: entity.title.clone(),
            read_severa: pages.read_severa,
            read_business: pages.read_business,
            unchanged: pages.unchanged,
            linked: pages.linked,
            watermarks: pages.watermarks.clone(),
            ..EntityPlan::default()
        }
    }
}

/// Linked records that were listed, all by their identifier in Visma Business.
#[derive(Default)]
struct Seen {
    severa: Ids,
    business: Ids,
    /// Those that hold there what they did when they were last in step.
    unchanged: Ids,
}

/// Whether a pair holds on both sides what it did, and nobody waits to hear of it.
fn is_no_news(entity: &Entity, row: &Row, link: &Link, pages: &Pages, seen: &Seen, env: &Env) -> bool {
    let listed = |side: Side| pages.held.contains(&(side, link.id(side).to_owned()));
    let begun = |side: Side| pages.intents.contains(&(side.other(), link.id(side).to_owned()));
    let left = !entity.once && matches!(entity.sends(link.born, row, env), Sends::No(_)) && link.born == Side::Severa;
    seen.unchanged.contains(&link.business_id)
        && (pages.held.is_empty() || !Side::BOTH.into_iter().any(listed))
        && (pages.intents.is_empty() || !Side::BOTH.into_iter().any(begun))
        && !pages.claims.contains_key(&row.id)
        && !left
        && as_before(entity, Side::Severa, row, link)
}
