//! Carrying out a plan, entity by entity, operation by operation.

use super::index::Index;
use super::report::{Outcome, Report};
use super::stats::Stats;
use super::write::Written;
use super::{Engine, Progress, RunError, Way};
use crate::plan::{EntityPlan, Kind, Operation, Plan};
use crate::state::{Base, Held, Lease, Link};
use crate::systems::Row;
use crate::value::Side;
use std::collections::BTreeSet;

/// What the operations of a run share.
pub(super) struct Work<'a> {
    pub run: i64,
    pub way: Way,
    pub lease: &'a Lease,
    pub index: Index,
    pub report: Report,
    pub progress: &'a mut dyn Progress,
    /// Operations that wait for a record created later by the same entity.
    pub later: Vec<Operation>,
}

/// An entity's plan and those of its parts: a part's records in Severa are read with their owners, so one
/// watermark moves only with the others.
struct Family<'p> {
    members: Vec<&'p EntityPlan>,
    whole: bool,
}

impl Default for Family<'_> {
    fn default() -> Self {
        Self { members: Vec::new(), whole: true }
    }
}

/// A lease is renewed when this much of it has passed: long before it ends, and not at every write.
const RENEW_AFTER: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

impl Engine {
    pub(super) async fn carry_out(
        &mut self,
        plan: &Plan,
        way: Way,
        run: i64,
        lease: &Lease,
        progress: &mut dyn Progress,
    ) -> Result<Report, RunError> {
        let begun = self.clock.now();
        let index = Index::load(&self.program, &self.state)?;
        let mut work = Work { run, way, lease, index, report: Report::default(), progress, later: Vec::new() };
        let aside = self.pages.values().any(|pages| !pages.is_empty());
        if aside || plan.entities.iter().any(|e| !e.operations.is_empty() || !e.settled.is_empty()) {
            self.state.together(|| self.state.overtake())?;
        }
        let mut family = Family::default();
        for planned in &plan.entities {
            let Some(place) = self.program.position(&planned.entity) else { continue };
            let is_part = self.program.entities[place].has_rows_of_its_own();
            if !is_part {
                self.finish(std::mem::take(&mut family))?;
            }
            self.remember(place, planned, &mut work.index)?;
            family.whole &= self.operations(place, planned, &mut work).await?;
            if let Some(pages) = self.pages.remove(&place) {
                family.whole &= self.carry_out_pages(place, pages, &mut work).await?;
            }
            family.members.push(planned);
            if work.report.interrupted || work.report.down.len() == Side::BOTH.len() {
                break;
            }
        }
        self.finish(family)?;
        let mut report = work.report;
        report.held = self.state.held()?.len();
        report.severa = self.severa.usage();
        report.business = self.business.usage();
        let ended = self.clock.now();
        self.phases.writing += super::stats::between(begun, ended);
        report.stats = Stats { phases: self.phases, severa: self.severa.meter(), business: self.business.meter() };
        report.seconds = ended.duration_since(begun).as_secs_f64();
        let outcome = match (&report.failure, report.interrupted, report.held) {
            (Some(failure), ..) => failure.to_string(),
            (None, true, _) => "interrupted".to_owned(),
            (None, false, 0) => "done".to_owned(),
            (None, false, _) => "done, records are held".to_owned(),
        };
        self.state.end_run(run, ended, &outcome, &report.summary(plan))?;
        tracing::info!(run, summary = report.summary(plan), "{outcome}");
        Ok(report)
    }

    /// What the plan found out without writing outside: pairs, bases, held records, waits.
    pub(super) fn remember(&self, place: usize, planned: &EntityPlan, index: &mut Index) -> Result<(), RunError> {
        let name = &planned.entity;
        let now = self.clock.now();
        self.state.together(|| {
            for settled in &planned.settled {
                let known = self.state.link_of(name, Side::Severa, &settled.severa_id)?;
                let known = known.filter(|l| l.business_id == settled.business_id);
                let mut link = match (known, &settled.adopted) {
                    (Some(link), _) => link,
                    (None, Some(adopted)) => Link {
                        severa_id: settled.severa_id.clone(),
                        business_id: settled.business_id.clone(),
                        born: adopted.born,
                        columns: adopted.columns.clone(),
                        base: Base::default(),
                        severa_stamp: None,
                        business_stamp: None,
                    },
                    (None, None) => continue,
                };
                link.base.0.extend(settled.bases.iter().map(|(line, severa, business)| (*line, (*severa, *business))));
                self.state.link(name, &link)?;
                self.state.settle(name, Side::Business, &link.severa_id)?;
                self.state.settle(name, Side::Severa, &link.business_id)?;
                index.put(place, &link);
            }
            for (side, source_id) in &planned.looked_up {
                self.state.settle(name, *side, source_id)?;
            }
            for (side, id) in &planned.released {
                self.state.release(name, *side, id)?;
            }
            for held in &planned.held {
                self.state.hold(held, now)?;
                tell(held);
            }
            // What a record waited for is forgotten once it has been carried over, not before.
            let tried: BTreeSet<(Side, String)> = planned.operations.iter().flat_map(Operation::records).collect();
            for wait in &planned.waits {
                if !tried.contains(&(wait.side, wait.id.clone())) {
                    self.state.wait_for(name, wait.side, &wait.id, &wait.references)?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Everything of an entity and its parts is done or on a list: the watermarks may move. What was not read
    /// for this plan has moved no watermark, nor been seen with today's mapping.
    fn finish(&self, mut family: Family) -> Result<(), RunError> {
        family.members.retain(|planned| !planned.watermarks.is_empty());
        if self.options.link_only || !family.whole {
            return Ok(());
        }
        self.state.together(|| {
            for planned in family.members {
                for (side, watermark) in &planned.watermarks {
                    self.state.set_watermark(&planned.entity, *side, &crate::systems::Watermark(watermark.clone()))?;
                }
                self.state.set_meta(&format!("fingerprint {}", planned.entity), &self.program.fingerprint)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// The operations of an entity; false where not all of them were tried, so that its watermarks stay.
    pub(super) async fn operations(
        &mut self,
        place: usize,
        planned: &EntityPlan,
        work: &mut Work<'_>,
    ) -> Result<bool, RunError> {
        self.created.clear();
        work.later.clear();
        let waits = planned.waits.iter().filter(|w| !w.references.is_empty());
        self.waits = waits.map(|w| ((w.side, w.id.clone()), w.references.clone())).collect();
        let mut moved = Vec::new();
        let mut whole = true;
        let mut rest = planned.operations.as_slice();
        while let Some(first) = rest.first() {
            let number = planned.operations.len() - rest.len();
            work.progress.at("writing", &planned.entity, number, Some(planned.operations.len()));
            let together = self.run_of_creations(place, rest).max(1);
            let (some, others) = rest.split_at(together);
            rest = others;
            let written = match some {
                [_] => vec![self.one(place, first, work).await?],
                several => self.create_together(place, several, work).await?,
            };
            for (operation, written) in some.iter().zip(written) {
                match written {
                    Written::Moved(_) if work.way == Way::Run => moved.push(operation),
                    written => {
                        let done = matches!(written, Written::Done);
                        whole &= self.note(operation, planned, written, &mut work.report)?;
                        if done && work.way == Way::Run && self.gives_back(place, operation) {
                            moved.push(operation);
                        }
                    }
                }
            }
        }
        // What pointed at a record that came later gets its value now. Until then the line is not in
        // step in its base, so that nothing is lost if we do not get that far.
        for operation in std::mem::take(&mut work.later) {
            let written = self.one(place, &operation, work).await?;
            whole &= self.note(&operation, planned, written, &mut work.report)?;
        }
        if !moved.is_empty() {
            whole &= self.again(place, planned, &moved, work).await?;
        }
        Ok(whole)
    }

    /// Whether a record came to be with values of its own that travel the other way only: a user's title,
    /// which Severa takes from the work contract that it makes.
    fn gives_back(&self, place: usize, operation: &Operation) -> bool {
        let Some(entity) = self.program.entities.get(place) else { return false };
        let side = operation.side;
        let gives = |row: &Row| {
            let ours =
                entity.lines.iter().filter(|l| !(l.on_create || l.write_back || l.numbered || l.writes_to(side)));
            ours.flat_map(|line| line.values(entity, side, row)).any(|value| !value.is_null())
        };
        operation.kind == Kind::Create
            && entity.updates_on(side.other())
            && self.created.get(&operation.source_id).is_some_and(gives)
    }

    /// One operation, unless the run or its side has stopped.
    pub(super) async fn one(
        &mut self,
        place: usize,
        operation: &Operation,
        work: &mut Work<'_>,
    ) -> Result<Written, RunError> {
        work.report.interrupted |= self.stopped();
        if work.report.interrupted || work.report.down.contains(&operation.side) {
            return Ok(Written::NotTried);
        }
        self.keep_lease(work.lease)?;
        self.write(place, operation, work).await
    }

    pub(super) fn keep_lease(&mut self, lease: &Lease) -> Result<(), RunError> {
        let now = self.clock.now();
        let fresh = self.renewed.is_some_and(|at| now.duration_since(at).abs() < RENEW_AFTER);
        if !fresh {
            if !self.state.renew(lease, now)? {
                return Err(RunError::LostLock);
            }
            self.renewed = Some(now);
        }
        Ok(())
    }

    /// Keeps what became of an operation; false where it is neither done nor on a list.
    pub(super) fn note(
        &self,
        operation: &Operation,
        planned: &EntityPlan,
        written: Written,
        report: &mut Report,
    ) -> Result<bool, RunError> {
        // An identifier or number belongs to the very record it is written to, whatever it comes from.
        let (side, id) = match (operation.kind, &operation.record_id) {
            (Kind::Link | Kind::Unlink | Kind::WriteBack, Some(id)) => (operation.side, id.clone()),
            _ => (operation.side.other(), operation.source_id.clone()),
        };
        let hold = |code: &str, reason: String| {
            let (entity, key, name) = (planned.entity.clone(), operation.key.clone(), operation.name.clone());
            let held = Held { entity, side, id: id.clone(), key, name, code: code.to_owned(), reason };
            // No run tries again what undoes another: whoever undoes looks at the answer, and plans it once more.
            if !operation.ahead.is_empty() {
                return Ok(());
            }
            tell(&held);
            self.state.together(|| self.state.hold(&held, self.clock.now()))
        };
        let mut listed = true;
        let outcome = match written {
            Written::Done => {
                let (entity, to, key) = (&planned.entity, operation.side.title(), &operation.key);
                tracing::info!(entity, to, key, id = operation.source_id, "{}", operation.kind.word());
                Outcome::Done
            }
            // What it follows on is held and brings it along, unless the run or the side stopped.
            Written::NotTried => {
                listed = !report.interrupted && report.down.is_empty();
                Outcome::NotTried
            }
            Written::Held { code, reason } => {
                hold(code, reason.clone())?;
                Outcome::Held(reason)
            }
            Written::Moved(reason) => {
                hold("moved", format!("{reason}; it is planned again in the next run"))?;
                Outcome::Held(reason)
            }
            Written::SideFailed(error) => {
                // The record is not lost with its side: it is tried again in the next run.
                hold("side-stopped", error.to_string())?;
                listed = false;
                report.down.insert(error.side);
                report.failure.get_or_insert(error);
                Outcome::NotTried
            }
        };
        report.outcomes.insert(operation.id.clone(), outcome);
        Ok(listed)
    }
}

/// For the log, which names a record by its number; what it is called only where the reason needs it.
fn tell(held: &Held) {
    let Held { entity, side, id, key, code, reason, .. } = held;
    tracing::info!(entity, side = side.title(), key, id, code, reason, "held");
}
