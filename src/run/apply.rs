//! Carrying out a plan, entity by entity, operation by operation.

use super::index::Index;
use super::report::{Outcome, Report};
use super::write::Written;
use super::{Engine, Progress, RunError};
use crate::plan::{EntityPlan, Kind, Operation, Plan};
use crate::state::{Base, Held, Lease, Link};
use crate::value::Side;

/// A field that could not be filled when its record was created, because what it points at came later.
pub(super) struct Deferred {
    pub operation: Operation,
}

impl Engine {
    pub(super) async fn carry_out(
        &mut self,
        plan: &Plan,
        lease: &Lease,
        progress: &mut dyn Progress,
    ) -> Result<Report, RunError> {
        let begun = self.clock.now();
        let run = self.state.begin_run(begun)?;
        let mut report = Report::default();
        let mut index = Index::load(&self.program, &self.state)?;
        for planned in &plan.entities {
            let Some(place) = self.program.position(&planned.entity) else { continue };
            self.remember(place, planned, &mut index)?;
            let whole = self.operations(run, place, planned, lease, &mut index, &mut report, progress).await?;
            if whole {
                self.finish(planned)?;
            } else {
                break;
            }
        }
        report.held = self.state.held()?.len();
        report.severa = self.severa.usage();
        report.business = self.business.usage();
        let ended = self.clock.now();
        report.seconds = ended.duration_since(begun).as_secs_f64();
        let outcome = match (&report.failure, report.interrupted, report.held) {
            (Some(failure), ..) => failure.to_string(),
            (None, true, _) => "interrupted".to_owned(),
            (None, false, 0) => "done".to_owned(),
            (None, false, _) => "done, records are held".to_owned(),
        };
        self.state.end_run(run, ended, &outcome, &report.summary(plan))?;
        Ok(report)
    }

    /// What the plan found out without writing outside: pairs, bases, held records, waits.
    fn remember(&self, place: usize, planned: &EntityPlan, index: &mut Index) -> Result<(), RunError> {
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
            }
            for wait in &planned.waits {
                self.state.wait_for(name, wait.side, &wait.id, &wait.references)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Everything of the entity is done or on a list: the watermarks may move.
    fn finish(&self, planned: &EntityPlan) -> Result<(), RunError> {
        if self.options.link_only {
            return Ok(());
        }
        self.state.together(|| {
            for (side, watermark) in &planned.watermarks {
                self.state.set_watermark(&planned.entity, *side, &crate::systems::Watermark(watermark.clone()))?;
            }
            self.state.set_meta(&format!("fingerprint {}", planned.entity), &self.program.fingerprint)
        })?;
        Ok(())
    }

    /// The operations of an entity; false where the run must end.
    #[expect(clippy::too_many_arguments, reason = "the one place where a run's threads meet")]
    async fn operations(
        &mut self,
        run: i64,
        place: usize,
        planned: &EntityPlan,
        lease: &Lease,
        index: &mut Index,
        report: &mut Report,
        progress: &mut dyn Progress,
    ) -> Result<bool, RunError> {
        let mut deferred: Vec<Deferred> = Vec::new();
        self.created.clear();
        let total = planned.operations.len();
        for (number, operation) in planned.operations.iter().enumerate() {
            if self.stopped() || report.failure.is_some() {
                report.interrupted |= report.failure.is_none();
                for left in &planned.operations[number..] {
                    report.outcomes.insert(left.id.clone(), Outcome::NotTried);
                }
                return Ok(false);
            }
            progress.at("writing", &planned.entity, number, Some(total));
            if !self.state.renew(lease, self.clock.now())? {
                return Err(RunError::LostLock);
            }
            let outcome = self.write(run, place, operation, index, &mut deferred).await?;
            self.note(operation, planned, outcome, report)?;
        }
        // What pointed at a record that came later gets its value now.
        for Deferred { operation } in deferred {
            if report.failure.is_some() || self.stopped() {
                // The record is visited again before the watermark moves, and the line is not in step in its base.
                report.interrupted |= report.failure.is_none();
                return Ok(false);
            }
            let outcome = self.write(run, place, &operation, index, &mut Vec::new()).await?;
            self.note(&operation, planned, outcome, report)?;
        }
        Ok(report.failure.is_none())
    }

    fn note(
        &self,
        operation: &Operation,
        planned: &EntityPlan,
        outcome: Written,
        report: &mut Report,
    ) -> Result<(), RunError> {
        // An identifier or number belongs to the very record it is written to, whatever it comes from.
        let (side, id) = match (operation.kind, &operation.record_id) {
            (Kind::Link | Kind::WriteBack, Some(id)) => (operation.side, id.clone()),
            _ => (operation.side.other(), operation.source_id.clone()),
        };
        let hold = |code: &str, reason: String| {
            let (entity, key, name) = (planned.entity.clone(), operation.key.clone(), operation.name.clone());
            let held = Held { entity, side, id: id.clone(), key, name, code: code.to_owned(), reason };
            self.state.hold(&held, self.clock.now())
        };
        let outcome = match outcome {
            Written::Done => Outcome::Done,
            Written::NotTried => Outcome::NotTried,
            Written::Held { code, reason } => {
                hold(code, reason.clone())?;
                Outcome::Held(reason)
            }
            Written::SideFailed(error) => {
                // The record is not lost with its side: it is tried again in the next run.
                hold("side-stopped", error.to_string())?;
                report.failure = Some(error);
                Outcome::NotTried
            }
        };
        report.outcomes.insert(operation.id.clone(), outcome);
        Ok(())
    }
}
