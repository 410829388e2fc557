//! What is looked at again beside a full listing: news, and records that wait for something.

use super::{Found, Listing};
use crate::plan;
use crate::program::{Entity, Env, Sends};
use crate::run::index::Index;
use crate::run::{Engine, Progress, RunError};
use crate::state::{Decisions, Intent, Link, Retry};
use crate::systems::{Next, Read, Row, Watermark};
use crate::value::Side;
use std::collections::BTreeSet;

impl Engine {
    /// Waits until requests that we lost sight of can no longer be at work. What they came to is
    /// found by the pairing afterwards: by our identifier, then by match keys.
    pub(in crate::run) async fn settle_intents(&mut self, intents: &[Intent]) -> Result<(), RunError> {
        for intent in intents {
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
                    entity = intent.entity,
                    seconds = left.as_secs(),
                    "waiting until an interrupted request can no longer be at work"
                );
                self.clock.sleep(left).await;
            }
        }
        Ok(())
    }

    /// Held records whose time has come, records that wait for a link that is there now, those that a
    /// person decided on, those whose creation was begun, and those that their side says to be deleted.
    /// Answers the ones that are gone.
    #[allow(clippy::too_many_arguments)]
    pub(in crate::run) async fn revisit(
        &mut self,
        place: usize,
        index: &Index,
        deleted: BTreeSet<(Side, String)>,
        held: &[Retry],
        intents: &[Intent],
        decisions: &Decisions,
        found: &mut Found,
    ) -> Result<Vec<(Side, String)>, RunError> {
        let name = self.program.entities[place].name.clone();
        let now = self.clock.now();
        let mut ids = deleted;
        let awaited = self.state.waiting(&name)?.into_iter().filter(|(_, _, reference)| index.knows(reference));
        ids.extend(awaited.map(|(side, id, _)| (side, id)));
        ids.extend(held.iter().filter(|h| h.next_try <= now).map(|h| (h.held.side, h.held.id.clone())));
        ids.extend(intents.iter().map(|i| (i.side.other(), i.source_id.clone())));
        ids.extend(self.decided(&name, decisions)?);
        let mut gone = Vec::new();
        for side in Side::BOTH {
            let of_side: BTreeSet<String> = ids.iter().filter(|(s, _)| *s == side).map(|(_, id)| id.clone()).collect();
            self.fetch_into(place, side, of_side, found).await?;
            gone.extend(ids.iter().filter(|(s, id)| *s == side && !found.get(side).contains_key(id)).cloned());
        }
        // Of a linked record that is gone, the other half is there to say so.
        for (side, id) in &gone {
            if let Some(link) = self.state.link_of(&name, *side, id)? {
                let partner = link.id(side.other()).to_owned();
                self.fetch_into(place, side.other(), BTreeSet::from([partner]), found).await?;
            }
        }
        Ok(gone)
    }

    /// Records that a person decided on and no link has come of yet, or a link was taken from.
    pub(super) fn decided(&self, name: &str, decisions: &Decisions) -> Result<Vec<(Side, String)>, RunError> {
        let mut ids = Vec::new();
        for (severa, business) in decisions.together.iter().chain(&decisions.apart) {
            for (side, id) in [(Side::Severa, severa), (Side::Business, business)] {
                if self.state.link_of(name, side, id)?.is_none() {
                    ids.push((side, id.clone()));
                }
            }
        }
        Ok(ids)
    }

    /// What is news since the watermark, page by page: after a first load the overlap reads all of it again, and what
    /// holds what it did takes no memory. Such rows of Severa are kept where parts are read with them.
    pub(super) async fn changed(
        &mut self,
        place: usize,
        side: Side,
        read: &Read,
        index: &Index,
        progress: &mut dyn Progress,
    ) -> Result<(Vec<Row>, Vec<Row>, Watermark), RunError> {
        let keeps = side == Side::Severa && !self.program.parts_of(place).is_empty();
        let (mut news, mut old, mut count) = (Vec::new(), Vec::new(), 0);
        let mut listing = Listing::new(read);
        loop {
            let page = listing.next(self.side(side)).await?;
            count += page.rows.len();
            let entity = &self.program.entities[place];
            progress.at("reading", &entity.name, count, None);
            let (some, same) = self.news(entity, side, page.rows, index)?;
            news.extend(some);
            if keeps {
                old.extend(same);
            }
            if let Next::End(watermark) = page.next {
                return Ok((news, old, watermark));
            }
        }
    }

    /// Rows apart from those that hold what their pair was last in step with: the overlap reads many of
    /// them again, our own writes above all, and their other halves need not be asked for.
    pub(super) fn news(
        &self,
        entity: &Entity,
        side: Side,
        rows: Vec<Row>,
        index: &Index,
    ) -> Result<(Vec<Row>, Vec<Row>), RunError> {
        let Some(opened) = &self.opened else { return Ok((rows, Vec::new())) };
        let env = Env::new(index, &opened.lookups);
        let (mut news, mut old) = (Vec::new(), Vec::new());
        let mut links = self.state.links_of(&entity.name, side, rows.iter().map(|row| row.id.as_str()))?;
        for row in rows {
            let link = links.remove(&row.id);
            // One that has left its filter is to be said, though nothing that is mapped has changed.
            let left = |link: &Link| {
                !entity.once && link.born == side && matches!(entity.sends(side, &row, &env), Sends::No(_))
            };
            match link.is_none_or(|link| left(&link) || !as_before(entity, side, &row, &link)) {
                true => news.push(row),
                false => old.push(row),
            }
        }
        Ok((news, old))
    }
}

/// Whether a row holds what its pair was last in step with.
pub(in crate::run) fn as_before(entity: &Entity, side: Side, row: &Row, link: &Link) -> bool {
    // Our identifier is still to be written, or was taken out.
    let borne = entity.identity.filter(|_| side == Side::Business).and_then(|slot| row.values.get(slot));
    if borne.is_some_and(|value| value.as_guid().is_none_or(|guid| guid.to_string() != link.severa_id)) {
        return false;
    }
    entity.lines.iter().filter(|line| !line.on_create).all(|line| {
        let base = link.base.0.get(&plan::line_key(line));
        let base = base.map(|(severa, business)| if side == Side::Severa { *severa } else { *business });
        base == Some(plan::end(entity, line, side, row))
    })
}
