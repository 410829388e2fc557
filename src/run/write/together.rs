//! Many creations at once, where they do not depend on each other: one transaction of intents, one call of the side,
//! one transaction of links and history.
//!
//! The order of things is that of a single creation. All intents are on disk before the request leaves, and a lost
//! answer leaves all of them open: the next run waits, and looks each record up by our identifier.

use super::keep::{Came, Lists, linked};
use super::{Settled, Written, creation};
use crate::plan::{Kind, Operation};
use crate::run::apply::Work;
use crate::run::{Engine, RunError};
use crate::state::Intent;
use crate::systems::{Create, Row, SystemError};
use crate::value::Side;

impl Engine {
    /// How many of the operations, from the first on, may be carried out together.
    pub(in crate::run) fn run_of_creations(&mut self, place: usize, operations: &[Operation]) -> usize {
        let identified = self.program.entities[place].identity.is_some();
        let alike = |o: &&Operation| {
            o.kind == Kind::Create && o.side == Side::Business && !o.follows && o.children.is_empty() && identified
        };
        let most = self.side(Side::Business).together();
        operations.iter().take(most).take_while(alike).count()
    }

    /// Creates records of Visma Business; what became of each, in their order.
    pub(in crate::run) async fn create_together(
        &mut self,
        place: usize,
        operations: &[Operation],
        work: &mut Work<'_>,
    ) -> Result<Vec<Written>, RunError> {
        work.report.interrupted |= self.stopped();
        if work.report.interrupted || work.report.down.contains(&Side::Business) {
            return Ok(operations.iter().map(|_| Written::NotTried).collect());
        }
        self.keep_lease(work.lease)?;
        let mut ends: Vec<Option<Written>> = Vec::with_capacity(operations.len());
        let mut ready: Vec<(usize, Settled<'_>)> = Vec::with_capacity(operations.len());
        for (number, operation) in operations.iter().enumerate() {
            ends.push(None);
            match self.settled(place, operation, work)? {
                // One that points at another of these is written by itself, once that one is there.
                Ok((_, later)) if !later.is_empty() => {}
                Ok(settled) => ready.push((number, settled)),
                Err(written) => ends[number] = Some(written),
            }
        }
        let entity = &self.program.entities[place];
        let creates: Vec<Create> =
            ready.iter().map(|(n, (fields, _))| creation(entity, &operations[*n], fields, Vec::new())).collect();
        let name = entity.name.clone();
        let begun_at = self.clock.now();
        self.state.together(|| {
            ready.iter().try_for_each(|(number, _)| {
                let source_id = operations[*number].source_id.clone();
                self.state.intend(&Intent { entity: name.clone(), side: Side::Business, source_id, begun_at })
            })
        })?;
        let answers = self.side(Side::Business).create_all(&creates).await;
        let mut rows: Vec<(usize, Row)> = Vec::with_capacity(answers.len());
        let mut failed: Vec<(usize, SystemError)> = Vec::new();
        let mut answers = answers.into_iter();
        for (number, _) in &ready {
            match answers.next() {
                Some(Ok(row)) => rows.push((*number, row)),
                Some(Err(error)) => failed.push((*number, error)),
                // Nothing was tried any more.
                None => {
                    self.state.settle(&name, Side::Business, &operations[*number].source_id)?;
                    ends[*number] = Some(Written::NotTried);
                }
            }
        }
        self.remember_all(place, operations, &ready, &rows, &mut ends, work)?;
        for (number, row) in rows {
            if matches!(ends[number], Some(Written::Done)) {
                self.created.insert(operations[number].source_id.clone(), row);
            }
        }
        for (number, error) in failed {
            ends[number] = Some(self.failed(&name, &operations[number], true, error)?);
        }
        let mut written = Vec::with_capacity(ends.len());
        for (number, end) in ends.into_iter().enumerate() {
            written.push(match end {
                Some(end) => end,
                None => self.one(place, &operations[number], work).await?,
            });
        }
        Ok(written)
    }

    /// Links, bases and history of all that came to be, in one transaction.
    fn remember_all(
        &self,
        place: usize,
        operations: &[Operation],
        ready: &[(usize, Settled<'_>)],
        rows: &[(usize, Row)],
        ends: &mut [Option<Written>],
        work: &mut Work<'_>,
    ) -> Result<(), RunError> {
        let entity = &self.program.entities[place];
        let parted = !self.state.decisions(&entity.name)?.apart.is_empty();
        let (holds, waits) = self.state.has_lists(&entity.name)?;
        let lists = Lists { holds, waits: waits || !self.waits.is_empty() };
        let mut known =
            self.state.links_of(&entity.name, Side::Business, rows.iter().map(|(_, row)| row.id.as_str()))?;
        let mut links = Vec::with_capacity(rows.len());
        let mut settled = ready.iter();
        for (number, row) in rows {
            let operation = &operations[*number];
            if parted && let Some(end) = self.parted(&entity.name, operation, row)? {
                ends[*number] = Some(end);
                continue;
            }
            let Some((_, (fields, _))) = settled.find(|(n, _)| n == number) else { continue };
            let came = Came { fields, row, bases: operation.bases.clone(), whole: true };
            let link = linked(entity, operation, &came, known.remove(&row.id));
            links.push((*number, came, link));
        }
        self.state.together(|| {
            links.iter().try_for_each(|(number, came, link)| {
                self.remembered(entity, &operations[*number], came, link, lists, work)
            })
        })?;
        for (number, _, link) in links {
            work.index.put(place, &link);
            ends[number] = Some(Written::Done);
        }
        Ok(())
    }
}
