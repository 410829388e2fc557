//! Carrying out: reads both sides, plans, writes, and remembers.
//!
//! What must hold under faults is told in ARCHITECTURE.md; the short of it: an intent is on disk
//! before a record is created, an outcome that is not known is looked up before anything is tried
//! again, and a watermark never passes a record that is not on some list.

mod again;
mod apply;
mod error;
pub mod explain;
mod find;
mod gather;
mod index;
mod names;
mod needed;
mod owners;
mod pages;
mod parts;
mod report;
pub mod settle;
mod stats;
mod strays;
mod survey;
mod tidings;
mod undo;
mod verify;
mod write;

pub use error::RunError;
pub use find::several_pairs;
pub use report::{Outcome, Report};
pub use stats::{Phases, Stats};
pub use survey::{Data, Survey};
pub use tidings::{Tidings, tidings};

use crate::plan::{self, EntityPlan, Known, Limits, Plan};
use crate::program::lookup::UnknownName;
use crate::program::{Lookups, Program, Reference};
use crate::state::{Holder, State};
use crate::systems::{Clock, Read, Row, Select, System};
use crate::value::{Side, Value};
use gather::Found;
use index::Index;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a caller may ask of a run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Read everything on both sides, whatever the watermarks say.
    pub full: bool,
    /// Pair records and write nothing but identities.
    pub link_only: bool,
    /// Only these entities; nothing given means all.
    pub entities: Vec<String>,
    /// Records of an earlier date stay out.
    pub start_date: Option<jiff::civil::Date>,
    pub limits: Limits,
    /// How long the history keeps values; nothing given means for ever.
    pub history_keep: Option<std::time::Duration>,
    /// Set from outside to end the run between two operations.
    pub stop: Arc<AtomicBool>,
}

/// Told how far a run is.
pub trait Progress: Send {
    /// `what` is `reading`, `planning` or `writing`; `total` is not always known.
    fn at(&mut self, what: &str, entity: &str, done: usize, total: Option<usize>);
}

/// Nobody looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn at(&mut self, _: &str, _: &str, _: usize, _: Option<usize>) {}
}

/// One company's run: its program, both sides, and its state.
pub struct Engine {
    program: Program,
    left_out: Vec<String>,
    severa: Box<dyn System>,
    business: Box<dyn System>,
    clock: Arc<dyn Clock>,
    state: State,
    options: Options,
    opened: Option<Opened>,
    /// What the entity at hand has had created so far, by the record it was made from.
    created: BTreeMap<String, Row>,
    /// What the entity's records still wait for once they have been carried over.
    waits: BTreeMap<(Side, String), Vec<Reference>>,
    /// Entities whose records wait to be planned and carried out page by page, by their place.
    pages: BTreeMap<usize, pages::Pages>,
    /// Time since the engine was made.
    phases: Phases,
    /// When the lease was renewed last.
    renewed: Option<jiff::Timestamp>,
}

/// What opening both sides gave.
struct Opened {
    lookups: Lookups,
    identity: String,
    descriptions: [String; 2],
}

impl Engine {
    pub fn new(
        mut program: Program,
        severa: Box<dyn System>,
        business: Box<dyn System>,
        clock: Arc<dyn Clock>,
        state: State,
        options: Options,
    ) -> Self {
        program.leave_out_what_is_not_carried();
        let left_out = program.left_out();
        program.unfold_parts();
        Self {
            left_out,
            program,
            severa,
            business,
            clock,
            state,
            options,
            opened: None,
            created: BTreeMap::new(),
            waits: BTreeMap::new(),
            pages: BTreeMap::new(),
            phases: Phases::default(),
            renewed: None,
        }
    }

    /// Gives back what another engine can begin with: compiling a program and opening a state is most
    /// of the work of a small run.
    pub fn into_parts(self) -> (Program, State) {
        (self.program, self.state)
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// Entities and parts of the mapping that this version does not carry out.
    pub fn left_out(&self) -> Vec<String> {
        self.left_out.clone()
    }

    /// What both sides say of themselves, once opened.
    pub fn descriptions(&self) -> Option<&[String; 2]> {
        self.opened.as_ref().map(|o| &o.descriptions)
    }

    fn side(&mut self, side: Side) -> &mut dyn System {
        match side {
            Side::Severa => self.severa.as_mut(),
            Side::Business => self.business.as_mut(),
        }
    }

    fn stopped(&self) -> bool {
        self.options.stop.load(Ordering::Relaxed)
    }

    /// Connects both sides, checks their shape, and reads what is read once a run.
    async fn open(&mut self) -> Result<(), RunError> {
        if self.opened.is_some() {
            return Ok(());
        }
        let begun = self.clock.now();
        let (opened, unknown) = self.opening().await?;
        self.phases.opening += stats::between(begun, self.clock.now());
        if !unknown.is_empty() {
            return Err(RunError::Names(unknown));
        }
        self.opened = Some(opened);
        Ok(())
    }

    /// Both sides opened, and the names of the settings that the tenant does not have.
    async fn opening(&mut self) -> Result<(Opened, Vec<UnknownName>), RunError> {
        let mut identities = Vec::new();
        let mut descriptions = Vec::new();
        for side in Side::BOTH {
            let selects: Vec<Select> = self.selects(side);
            let opened = self.side(side).open(&selects).await?;
            identities.push(opened.identity);
            descriptions.push(opened.description);
        }
        let identity = format!("Severa {} and Visma Business {}", identities[0], identities[1]);
        self.state.bind(&identity)?;
        let kept = self.program.kept.iter().map(|t| t.needed.then(|| (t.side, t.select.clone()))).collect();
        let kept = self.all_of(kept).await?;
        let named = self.program.named.iter().map(|n| n.needed.then(|| (n.side, n.select.clone()))).collect();
        let named = self.all_of(named).await?;
        let (lookups, unknown) = Lookups::with_gaps(&self.program, kept, named);
        let descriptions = [descriptions.remove(0), descriptions.remove(0)];
        Ok((Opened { lookups, identity, descriptions }, unknown))
    }

    fn selects(&self, side: Side) -> Vec<Select> {
        let entities = self.program.entities.iter().filter(|e| e.carried).map(|e| e.select(side).clone());
        let kept = self.program.kept.iter().filter(|t| t.needed && t.side == side).map(|t| t.select.clone());
        let named = self.program.named.iter().filter(|n| n.needed && n.side == side).map(|n| n.select.clone());
        entities.chain(kept).chain(named).collect()
    }

    /// All rows of each select; none where nothing is asked. Several settings may name records of one register,
    /// which is read once.
    async fn all_of(&mut self, asked: Vec<Option<(Side, Select)>>) -> Result<Vec<Vec<Vec<Value>>>, RunError> {
        let mut answers: Vec<Vec<Vec<Value>>> = Vec::with_capacity(asked.len());
        for (place, question) in asked.iter().enumerate() {
            let before = asked.iter().take(place).position(|earlier| question.is_some() && earlier == question);
            let same = before.and_then(|place| answers.get(place)).cloned();
            answers.push(match (same, question) {
                (Some(rows), _) => rows,
                (None, Some((side, select))) => self.all(*side, select.clone()).await?,
                (None, None) => Vec::new(),
            });
        }
        Ok(answers)
    }

    async fn all(&mut self, side: Side, select: Select) -> Result<Vec<Vec<Value>>, RunError> {
        let read = Read { select, since: None, push: Vec::new(), start_date: None };
        let (rows, _) = gather::listing(self.side(side), &read, &mut Quiet, "").await?;
        Ok(rows.into_iter().map(|row| row.values).collect())
    }

    /// What a run would do. Nothing is written to either system.
    pub async fn plan(&mut self, progress: &mut dyn Progress) -> Result<Plan, RunError> {
        self.open().await?;
        Ok(self.plan_opened(Records::Dropped, progress, &mut |_, _| {}).await?.0)
    }

    /// Plans with both sides open; each entity's records are given away once it is planned.
    async fn plan_opened(
        &mut self,
        records: Records,
        progress: &mut dyn Progress,
        planned_from: &mut (dyn FnMut(usize, Known) + Send),
    ) -> Result<(Plan, Index), RunError> {
        let (begun, read_before) = (self.clock.now(), self.phases.reading);
        let mut index = Index::load(&self.program, &self.state)?;
        let mut plan = Plan {
            mapping: self.program.mapping.clone(),
            fingerprint: self.program.fingerprint.clone(),
            identity: self.opened.as_ref().map(|o| o.identity.clone()).unwrap_or_default(),
            generation: self.generation()?,
            made_at: self.clock.now().to_string(),
            entities: Vec::new(),
            names: BTreeMap::new(),
        };
        for place in 0..self.program.entities.len() {
            let entity = &self.program.entities[place];
            let asked = self.options.entities.is_empty() || self.options.entities.contains(&entity.name);
            // What is only carried over when needed is planned with whoever needs it.
            let part = entity.has_rows_of_its_own();
            if !asked || part || !entity.carried || entity.only_when_needed {
                continue;
            }
            if self.stopped() {
                return Err(RunError::Interrupted);
            }
            let begun = self.clock.now();
            if records != Records::Given && self.goes_by_pages(place)? {
                let mut pages = self.gather_pages(place, &index, progress).await?;
                self.phases.reading += stats::between(begun, self.clock.now());
                progress.at("planning", &self.program.entities[place].name, 0, None);
                if records == Records::Dropped || pages.are_few() {
                    plan.entities.push(self.plan_pages(place, &mut pages, &mut index).await?);
                } else {
                    plan.entities.push(self.tally_pages(place, &mut pages, &mut index).await?);
                    self.pages.insert(place, pages);
                }
                continue;
            }
            let gathered = self.gather(place, &index, progress).await?;
            self.phases.reading += stats::between(begun, self.clock.now());
            progress.at("planning", &self.program.entities[place].name, 0, None);
            let mut planned = self.plan_one(place, &gathered.known, &mut index)?;
            while self.plan_needed(&mut plan, &planned, &mut index).await? {
                planned = self.plan_one(place, &gathered.known, &mut index)?;
            }
            index.add(place, &planned);
            planned.watermarks = gathered.watermarks;
            plan.entities.push(planned);
            if !self.program.parts_of(place).is_empty() {
                let mut rows = Found::default();
                rows.add(Side::Severa, gathered.listed);
                rows.add(Side::Severa, gathered.known.severa.clone());
                rows.add(Side::Business, gathered.known.business.clone());
                self.partners(place, gathered.full, &mut rows).await?;
                self.plan_family(place, rows, gathered.full, &mut index, &mut plan.entities, progress).await?;
            }
            planned_from(place, gathered.known);
        }
        if let Some(opened) = &self.opened {
            names::name(&mut plan, &opened.lookups, &index);
        }
        let passed = stats::between(begun, self.clock.now());
        self.phases.planning += passed.saturating_sub(self.phases.reading.saturating_sub(read_before));
        Ok((plan, index))
    }

    /// Plans and carries out in one go.
    pub async fn run(&mut self, progress: &mut dyn Progress) -> Result<(Plan, Report), RunError> {
        let lease = self.state.lock(&holder(self.clock.as_ref()), self.clock.now())?;
        let run = self.begin()?;
        let result = self.run_locked(run, &lease, progress).await;
        self.ended(run, lease, result)
    }

    async fn run_locked(
        &mut self,
        run: i64,
        lease: &crate::state::Lease,
        progress: &mut dyn Progress,
    ) -> Result<(Plan, Report), RunError> {
        self.open().await?;
        self.pages.clear();
        let mut plan = self.plan_opened(Records::Aside, progress, &mut |_, _| {}).await?.0;
        self.within_limits(&plan)?;
        let mut report = self.carry_out(&plan, Way::Run, run, lease, progress).await?;
        for page in std::mem::take(&mut report.paged) {
            if let Some(planned) = plan.entities.iter_mut().find(|planned| planned.entity == page.entity) {
                planned.paged = page.paged;
                planned.append(EntityPlan { paged: Default::default(), ..page });
            }
        }
        Ok((plan, report))
    }

    /// Carries out exactly a plan made earlier, or refuses it as a whole.
    pub async fn apply(&mut self, plan: &Plan, progress: &mut dyn Progress) -> Result<Report, RunError> {
        let lease = self.state.lock(&holder(self.clock.as_ref()), self.clock.now())?;
        let run = self.begin()?;
        let result = self.apply_locked(plan, run, &lease, progress).await;
        self.ended(run, lease, result)
    }

    async fn apply_locked(
        &mut self,
        plan: &Plan,
        run: i64,
        lease: &crate::state::Lease,
        progress: &mut dyn Progress,
    ) -> Result<Report, RunError> {
        if plan.fingerprint != self.program.fingerprint {
            return Err(RunError::OtherMapping { plan: plan.mapping.clone() });
        }
        self.open().await?;
        let identity = self.opened.as_ref().map(|o| o.identity.clone()).unwrap_or_default();
        if plan.identity != identity {
            return Err(RunError::OtherCompany { plan: plan.identity.clone(), found: identity });
        }
        if plan.generation != self.generation()? {
            return Err(RunError::Overtaken);
        }
        let moved = self.moved(plan).await?;
        if !moved.is_empty() {
            return Err(RunError::Stale(moved));
        }
        self.within_limits(plan)?;
        self.carry_out(plan, Way::Apply, run, lease, progress).await
    }

    fn begin(&self) -> Result<i64, RunError> {
        let run = self.state.begin_run(self.clock.now())?;
        tracing::info!(run, mapping = self.program.mapping, "run");
        Ok(run)
    }

    /// Gives the lock back, and says how a run ended that did not get as far as its plan.
    fn ended<T>(&self, run: i64, lease: crate::state::Lease, result: Result<T, RunError>) -> Result<T, RunError> {
        if let Err(error) = &result {
            self.state.end_run(run, self.clock.now(), &error.to_string(), "stopped")?;
        }
        self.forget()?;
        self.state.unlock(lease)?;
        result
    }

    /// Counts the runs that changed what plans are made from.
    fn generation(&self) -> Result<u64, RunError> {
        Ok(self.state.generation()?)
    }

    /// Takes the values out of the history whose term is over.
    fn forget(&self) -> Result<(), RunError> {
        let Some(keep) = self.options.history_keep else { return Ok(()) };
        let keep = jiff::SignedDuration::try_from(keep).unwrap_or(jiff::SignedDuration::MAX);
        // A term that reaches before all time keeps everything.
        if let Ok(until) = self.clock.now().checked_sub(keep) {
            let forgotten = self.state.forget(until)?;
            if forgotten > 0 {
                tracing::info!(entries = forgotten, "values taken out of the history, their term is over");
            }
        }
        Ok(())
    }

    fn within_limits(&self, plan: &Plan) -> Result<(), RunError> {
        let stopped = plan::check_limits(plan, self.options.limits);
        if stopped.is_empty() { Ok(()) } else { Err(RunError::Limits(stopped, Box::new(plan.clone()))) }
    }
}

/// What becomes of an entity's records once it is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Records {
    /// Whoever asked for the plan looks at them.
    Given,
    Dropped,
    /// Where there may be millions of them they are planned when they are carried out.
    Aside,
}

/// How a plan came to be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Made just now: a record that moves meanwhile is planned again.
    Run,
    /// Looked at by a person: only what it says is written, and a record that moves is held.
    Apply,
}

/// Who holds the lock: this process, told apart from an earlier one of the same number by its start.
fn holder(clock: &dyn Clock) -> Holder {
    let host = std::env::var("COMPUTERNAME")
        .or_else(|_| std::env::var("HOSTNAME"))
        .unwrap_or_else(|_| "this machine".to_owned());
    let pid = std::process::id();
    Holder { host, pid, token: format!("{pid}-{}", clock.now().as_nanosecond()) }
}
