//! A company whose two systems and whose runs live in memory: people edit, engines run, die and start again.

use crate::disk::Disk;
use crate::side::StormSide;
use crate::sky::{Break, Effect, Past, Phase, SimClock, Sky};
use crate::support::mapping;
use crate::support::memory::Memory;
use samband::plan::{Kind, Limits, Plan};
use samband::program::Program;
use samband::run::settle::Judge;
use samband::run::{Engine, Options, Outcome, Quiet, Report, RunError};
use samband::state::State;
use samband::value::{Guid, Side, Value};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Settings that differ from company to company; each is compiled once a thread.
pub const SETTINGS: &[&[(&str, &str)]] = &[
    &[("Invoice.failed", "Failed"), ("Invoice.part_paid", "Part paid")],
    &[("master", "business")],
    &[("case_master", "business"), ("product_master", "severa"), ("Invoice.failed", "Failed")],
    &[("product_master", "business"), ("Invoice.part_paid", "Part paid")],
    &[("ProductCategory.transfer", "true")],
];

/// Compiled and not in use, by their settings and by what is broken in them.
type Programs = HashMap<(usize, Option<Break>), Vec<Program>>;

thread_local! {
    static PROGRAMS: RefCell<Programs> = RefCell::new(HashMap::new());
}

fn take_program(settings: usize, broken: Option<Break>) -> Program {
    let broken = broken.filter(|b| matches!(b, Break::NonMasterUpdates | Break::NoFilters | Break::OwnNumbers));
    let known = PROGRAMS.with(|p| p.borrow_mut().get_mut(&(settings, broken)).and_then(Vec::pop));
    known.unwrap_or_else(|| {
        let mut program = mapping::standard_with(SETTINGS[settings]).program;
        program.leave_out_what_is_not_carried();
        for entity in &mut program.entities {
            let entity = std::sync::Arc::make_mut(entity);
            match broken {
                Some(Break::NonMasterUpdates) => entity.master = None,
                Some(Break::NoFilters) => (entity.send_severa, entity.send_business) = (None, None),
                Some(Break::OwnNumbers) => own_numbers(entity),
                _ => {}
            }
        }
        program
    })
}

/// The customer's number in Severa is taken over as it is.
fn own_numbers(entity: &mut samband::program::Entity) {
    if entity.name == "Customer" {
        entity.numbers.retain(|(column, _)| column != "CustNo");
        let number = entity.severa.slot("number").expect("a number");
        for line in entity.lines.iter_mut().filter(|line| line.numbered) {
            line.numbered = false;
            line.direction = samband::syntax::ast::Arrow::Both;
            line.forward = vec![samband::program::Expr::Slot(samband::program::Slot::Own(number))];
        }
    }
}

fn give_program(settings: usize, broken: Option<Break>, program: Program) {
    let broken = broken.filter(|b| matches!(b, Break::NonMasterUpdates | Break::NoFilters | Break::OwnNumbers));
    PROGRAMS.with(|p| p.borrow_mut().entry((settings, broken)).or_default().push(program));
}

pub fn take_right(settings: usize) -> Program {
    take_program(settings, None)
}

pub fn give_right(settings: usize, program: Program) {
    give_program(settings, None, program);
}

pub struct World {
    pub severa: Memory,
    pub business: Memory,
    pub clock: Arc<SimClock>,
    pub sky: Arc<Mutex<Sky>>,
    pub settings: usize,
    pub broken: Option<Break>,
    pub entities: Vec<String>,
    pub limits: Limits,
    pub engines: usize,
    pub violations: Vec<String>,
    /// What a person is about to settle.
    pub wants: Vec<Want>,
    /// The kinds of operations that were planned so far: entity, kind, side.
    pub planned: BTreeSet<(String, &'static str, Side)>,
}

/// A company as it stood once.
pub struct Moment {
    sides: [crate::support::memory::World; 2],
    seconds: i64,
    past: Past,
    engines: usize,
}

impl Drop for World {
    fn drop(&mut self) {
        let mut sky = self.sky.lock().unwrap();
        let disk = std::mem::replace(&mut sky.disk, Disk::none());
        disk.give();
    }
}

/// How a run came to its end.
pub enum End {
    Done(Box<Result<(Plan, Option<Report>), RunError>>),
    Crashed,
}

/// What an engine is asked for.
pub enum Ask {
    Plan,
    Run,
    Apply(Box<Plan>),
    /// The plan that puts back what a run wrote.
    Undo(i64),
    Decide(Want),
}

/// What a person settles at the command line, and tries again until it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Entity, record of Severa, record of Visma Business.
    Link(&'static str, String, String),
    Unlink(&'static str, String),
    Ignore(&'static str, String, Side),
    /// Plans the inverse of a run, and applies it.
    Undo(i64),
}

pub fn guid(bits: u128) -> Value {
    Value::Guid(Guid(bits))
}

pub fn text(bits: u128) -> String {
    Guid(bits).to_string()
}

pub fn word(text: &str) -> Value {
    Value::text(text)
}

/// A future of a side in memory is ready at once.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it was meant to be ready"),
    }
}

impl World {
    pub fn new(settings: usize, broken: Option<Break>) -> Self {
        let mut world = Self {
            severa: Memory::new(Side::Severa),
            business: Memory::new(Side::Business),
            clock: Arc::new(SimClock::new()),
            sky: Arc::new(Mutex::new(Sky::new(Disk::take(), broken))),
            settings,
            broken,
            entities: Vec::new(),
            limits: Limits::default(),
            engines: 0,
            violations: Vec::new(),
            wants: Vec::new(),
            planned: BTreeSet::new(),
        };
        world.registers();
        world
    }

    /// What every company has before it begins.
    fn registers(&mut self) {
        self.severa("Country", 0x4700, &[("code2", word("NO"))]);
        self.severa("Currency", 0x4701, &[("code", word("NOK"))]);
        let statuses = ["Ready for ERP", "Transferred", "Sent", "Paid", "Failed", "Part paid", "Draft"];
        for (bits, name) in (0x701..).zip(statuses) {
            self.severa("InvoiceStatus", bits, &[("name", word(name))]);
        }
        // Products that costs are booked as; they are no goods, and stay in Severa.
        for (bits, code) in [(0xC51, "SUBCONTRACT"), (0xC52, "COST")] {
            self.severa("Product", bits, &[("code", word(code))]);
        }
        self.severa("SalesStatusType", 0x51, &[("name", word("Order"))]);
        self.business("Ctry", "47", &[("CtryNo", Value::Int(47)), ("ISO", word("NO"))]);
        self.business("Cur", "47", &[("CurNo", Value::Int(47)), ("ISO", word("NOK"))]);
        self.severa(
            "User",
            0x99,
            &[
                ("email", word("kari@example.com")),
                ("firstName", word("Kari")),
                ("lastName", word("Nordmann")),
                ("code", word("1")),
                ("isActive", Value::Bool(true)),
            ],
        );
    }

    pub fn side(&self, side: Side) -> StormSide {
        let memory = if side == Side::Severa { &self.severa } else { &self.business };
        let (sky, clock) = (self.sky.clone(), self.clock.clone());
        StormSide { memory: memory.clone(), sky, clock, engine: self.engines }
    }

    pub fn memory(&self, side: Side) -> &Memory {
        if side == Side::Severa { &self.severa } else { &self.business }
    }

    /// What is done once a run has carried over what was done before.
    pub fn then(&mut self, edit: fn(&mut World)) {
        self.clock.pass(900);
        let _ = self.start(Ask::Run, false);
        self.clock.pass(120);
        edit(self);
    }

    /// A person writes in Severa.
    pub fn severa(&mut self, table: &str, bits: u128, fields: &[(&str, Value)]) {
        let fields: Vec<_> = fields.iter().cloned().chain([("guid", guid(bits))]).collect();
        self.edit(Side::Severa, table, &text(bits), &fields);
    }

    /// A person writes in Visma Business.
    pub fn business(&mut self, table: &str, id: &str, fields: &[(&str, Value)]) {
        self.edit(Side::Business, table, id, fields);
    }

    pub fn edit(&mut self, side: Side, table: &str, id: &str, fields: &[(&str, Value)]) {
        let storm = self.side(side);
        now(storm.arrive());
        storm.keep_time();
        let memory = self.memory(side).clone();
        let mut sky = self.sky.lock().unwrap();
        let number = sky.next_number();
        for (field, value) in fields {
            if !memory.get(table, id, field).same(value) {
                sky.edits.push((number, side, table.to_owned(), id.to_owned(), (*field).to_owned()));
            }
        }
        let shown: Vec<String> = fields.iter().map(|(field, value)| format!("{field} = {value}")).collect();
        sky.trace.push(format!("a person writes {table} {id} in {}: {}", side.word(), shown.join(", ")));
        drop(sky);
        memory.put(table, id, fields);
        self.clock.pass(1);
    }

    pub fn program<T>(&self, look: impl FnOnce(&Program) -> T) -> T {
        let program = take_program(self.settings, None);
        let answer = look(&program);
        give_program(self.settings, None, program);
        answer
    }

    fn options(&self, full: bool) -> Options {
        let limits = if self.broken == Some(Break::NoLimits) { Limits::default() } else { self.limits };
        Options { full, entities: self.entities.clone(), limits, ..Options::default() }
    }

    /// Starts a process that does what it is asked, to its end or its death.
    pub fn start(&mut self, ask: Ask, full: bool) -> End {
        self.engines += 1;
        let state = self.sky.lock().unwrap().disk.open();
        let program = take_program(self.settings, self.broken);
        let (severa, business) = (Box::new(self.side(Side::Severa)), Box::new(self.side(Side::Business)));
        let mut engine = Engine::new(program, severa, business, self.clock.clone(), state, self.options(full));
        let phase = match &ask {
            Ask::Plan => Phase::Plan,
            // What a person decides is written into the state alone.
            Ask::Undo(_) | Ask::Decide(_) => Phase::Plan,
            Ask::Run => Phase::Run,
            Ask::Apply(_) => Phase::Apply,
        };
        let what = match &ask {
            Ask::Undo(run) => format!("the inverse of run {run}"),
            Ask::Decide(want) => format!("{want:?}"),
            _ => format!("{phase:?}"),
        };
        {
            let mut sky = self.sky.lock().unwrap();
            (sky.engine, sky.phase, sky.crashed) = (self.engines, phase, false);
            let begun = (self.engines, sky.number);
            sky.begun.push(begun);
            sky.trace.push(format!("engine {} begins: {what}{}", self.engines, if full { ", full" } else { "" }));
        }
        let applied = match &ask {
            Ask::Apply(plan) => Some(plan.clone()),
            _ => None,
        };
        let breaks_plan = self.broken == Some(Break::PlanWrites);
        let end = {
            let mut progress = Quiet;
            let mut task = Box::pin(async {
                match ask {
                    Ask::Plan if breaks_plan => engine.run(&mut progress).await.map(|(plan, _)| (plan, None)),
                    Ask::Plan => engine.plan(&mut progress).await.map(|plan| (plan, None)),
                    Ask::Run => engine.run(&mut progress).await.map(|(plan, report)| (plan, Some(report))),
                    Ask::Apply(plan) => engine.apply(&plan, &mut progress).await.map(|r| (*plan, Some(r))),
                    Ask::Undo(run) => engine.undo(run).await.map(|plan| (plan, None)),
                    Ask::Decide(want) => decide(&mut engine, &want).await.map(|()| (Plan::default(), None)),
                }
            });
            loop {
                if let Poll::Ready(done) = task.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    break End::Done(Box::new(done));
                }
                let (paused, hands) = {
                    let mut sky = self.sky.lock().unwrap();
                    (std::mem::take(&mut sky.paused), std::mem::take(&mut sky.busy_hands).then(|| sky.people.take()))
                };
                match (paused, hands.flatten()) {
                    // Somebody edits while the run is at work.
                    (_, Some((mut dice, one_in))) => {
                        crate::random::edit(self, &mut dice);
                        self.sky.lock().unwrap().people = Some((dice, one_in));
                    }
                    (true, None) => self.meanwhile(phase),
                    (false, None) => break End::Crashed,
                }
            }
        };
        let (program, state) = engine.into_parts();
        give_program(self.settings, self.broken, program);
        let mut sky = self.sky.lock().unwrap();
        sky.disk.close(state);
        sky.disk.tear("");
        let how = match &end {
            End::Crashed => "died".to_owned(),
            End::Done(done) => match done.as_ref() {
                Err(error) => format!("stopped: {error}"),
                Ok((plan, report)) => {
                    let failure = report.as_ref().and_then(|r| r.failure.as_ref()).map(|f| format!(", {f}"));
                    format!("ended, {:?}{}", plan.totals(), failure.unwrap_or_default())
                }
            },
        };
        sky.trace.push(format!("that engine {how}"));
        // A process that is gone lets go of the lock at once; one whose state file is full too, once it is gone.
        sky.disk.release_lock();
        drop(sky);
        let beside: Vec<String> = applied.iter().flat_map(|plan| self.beside_the_plan(plan)).collect();
        self.violations.extend(beside);
        if let End::Done(done) = &end
            && let Ok((plan, Some(_))) = done.as_ref()
        {
            for entity in &plan.entities {
                self.planned.extend(entity.operations.iter().map(|o| (entity.entity.clone(), o.kind.word(), o.side)));
            }
            let over = samband::plan::check_limits(plan, self.limits);
            self.violations.extend(over.iter().map(|stopped| format!("limits never exceeded: {stopped:?}")));
        }
        self.after_run();
        end
    }

    /// A person settles what is to be settled, and types it again where it did not work.
    pub fn settle_wants(&mut self) {
        for want in std::mem::take(&mut self.wants) {
            for _ in 0..4 {
                if self.settled(&want) {
                    break;
                }
                self.clock.pass(70);
            }
        }
    }

    /// Whether it is done, or there is nothing left to do about it.
    fn settled(&mut self, want: &Want) -> bool {
        let Want::Undo(run) = want else {
            let done = self.start(Ask::Decide(want.clone()), false);
            return matches!(done, End::Done(done) if matches!(*done, Ok(_) | Err(RunError::Refused { .. })));
        };
        let End::Done(planned) = self.start(Ask::Undo(*run), false) else { return false };
        let Ok((plan, _)) = *planned else { return false };
        if plan.is_empty() {
            return true;
        }
        // What is put back stands against what it came from: nobody wants it carried over. It may come late.
        for planned in &plan.entities {
            let tables = self.program(|program| {
                let entity = program.entities.iter().find(|e| e.name == planned.entity).expect("an entity");
                Side::BOTH.map(|side| crate::side::table(entity.select(side)))
            });
            let mut sky = self.sky.lock().unwrap();
            let number = sky.next_number();
            for operation in &planned.operations {
                let table = &tables[usize::from(operation.side == Side::Business)];
                let id = operation.record_id.clone().unwrap_or_default();
                let of = |field: &str| (operation.side, table.clone(), id.clone(), field.to_owned());
                sky.undone.extend(operation.fields.iter().map(|field| (number, of(&field.field))));
            }
        }
        let applied = self.start(Ask::Apply(Box::new(plan)), false);
        let whole = |report: &Option<Report>| {
            report.as_ref().is_some_and(|r| r.failure.is_none() && r.outcomes.values().all(|o| *o == Outcome::Done))
        };
        matches!(applied, End::Done(done) if done.as_ref().as_ref().is_ok_and(|(_, report)| whole(report)))
    }

    /// The run that wrote this field last.
    pub fn run_that_wrote(&self, field: &str) -> i64 {
        let wanted = samband::state::Wanted { field: Some(field.to_owned()), ..Default::default() };
        self.state(|state| state.history(&wanted).expect("the history").last().expect("it was written").run)
    }

    /// What the engine that ran last wrote besides what the plan says.
    fn beside_the_plan(&self, plan: &Plan) -> Vec<String> {
        let sky = self.sky.lock().unwrap();
        let own = |e: &&Effect| e.engine == sky.engine && e.phase == Phase::Apply;
        let effects: Vec<&Effect> = sky.effects.iter().filter(own).collect();
        let operations: Vec<_> = plan.entities.iter().flat_map(|e| &e.operations).collect();
        let mut found = Vec::new();
        for effect in &effects {
            let says = operations.iter().any(|o| {
                let same = match (effect.created, o.kind == Kind::Create) {
                    (true, true) => true,
                    (false, true) => effects.iter().any(|e| e.created && e.id == effect.id),
                    (false, false) => o.record_id.as_deref() == Some(effect.id.as_str()),
                    (true, false) => false,
                };
                let known = |field: &str| o.fields.iter().any(|f| f.field == field);
                // An element of a list is written with the record that it belongs to.
                let of_list = |w: &crate::sky::Written| {
                    let own = crate::support::memory::owner_field(&effect.table) == w.field;
                    own || o.fields.iter().any(|f| f.part.is_some() && f.field == w.field)
                };
                if o.side == effect.side && effect.fields.iter().all(of_list) {
                    return true;
                }
                let ours = |w: &crate::sky::Written| known(&w.field) || w.after.as_guid().is_some();
                same && o.side == effect.side && effect.fields.iter().all(ours)
            });
            if !says {
                found.push(format!("apply = plan: {} {} is not in the plan", effect.table, effect.id));
            }
        }
        found
    }

    /// What a broken engine does to its own state at the end of a run.
    fn after_run(&mut self) {
        let now = self.clock.seconds() + 120;
        let sky = self.sky.lock().unwrap();
        let script = match self.broken {
            Some(Break::NoIntent) => "DELETE FROM intents".to_owned(),
            Some(Break::WatermarkAtEnd) => format!("UPDATE watermarks SET value = '{}'", now + 120),
            Some(Break::ForgetsHeld) => {
                format!("DELETE FROM held; DELETE FROM waiting; UPDATE watermarks SET value = '{}'", now - 120)
            }
            _ => return,
        };
        sky.disk.beside.execute_batch(&script).expect("the state");
    }

    /// The process sleeps past its lease; another machine with the same state takes over and runs.
    fn meanwhile(&mut self, phase: Phase) {
        let (engine, token) = {
            let mut sky = self.sky.lock().unwrap();
            let token = sky.disk.token();
            // One fault at a time, and no dice: the other machine has fine weather.
            let calm = sky.chance.take();
            sky.disk.tear("");
            drop(sky);
            self.clock.pass(11 * 60);
            let engine = self.engines;
            let _ = self.start(Ask::Run, false);
            let mut sky = self.sky.lock().unwrap();
            sky.chance = calm;
            (engine, token)
        };
        let mut sky = self.sky.lock().unwrap();
        if self.broken == Some(Break::NoFence)
            && let Some(token) = token
        {
            let mend =
                "INSERT OR REPLACE INTO lock (only, host, pid, token, since, until) VALUES (1, '', 0, ?1, '', '')";
            sky.disk.beside.execute(mend, [token]).expect("the lock");
        }
        (sky.engine, sky.phase) = (engine, phase);
        sky.trace.push(format!("engine {engine} wakes up"));
        let taken = sky.number;
        sky.overtaken.push((engine, taken));
    }

    /// What the state holds.
    pub fn state<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.sky.lock().unwrap().disk.look(look)
    }

    /// Remembers this moment, to begin other histories from it.
    pub fn keep(&self) -> Moment {
        let sky = self.sky.lock().unwrap();
        sky.disk.keep();
        let sides = [&self.severa, &self.business].map(|memory| memory.world.lock().unwrap().clone());
        Moment { sides, seconds: self.clock.seconds(), past: sky.past(), engines: self.engines }
    }

    /// All that the future depends on, but for the time of day: the state, both sides, what is still at work, and
    /// every write so far, as the invariants read them all.
    pub fn fingerprint(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        let sky = self.sky.lock().unwrap();
        sky.disk.content().hash(&mut hasher);
        let mut stamps = Vec::new();
        for memory in [&self.severa, &self.business] {
            for (table, rows) in &memory.world.lock().unwrap().tables {
                format!("{table} {:?}", rows.rows).hash(&mut hasher);
                stamps.extend(rows.stamps.iter().map(|(id, at)| (*at, memory.side, table.clone(), id.clone())));
            }
        }
        // Of stamps and watermarks only counts which came first.
        stamps.sort();
        let order: Vec<_> = stamps.iter().map(|(_, side, table, id)| (side, table, id)).collect();
        order.hash(&mut hasher);
        for (entity, side, watermark) in sky.disk.watermarks() {
            let from = crate::side::read_from(side, watermark);
            (entity, stamps.iter().filter(|(at, own, ..)| *own == side && *at < from).count()).hash(&mut hasher);
        }
        for Effect { side, table, id, created, phase, fields, .. } in &sky.effects {
            format!("{side:?} {table} {id} {created} {phase:?} {fields:?}").hash(&mut hasher);
        }
        let now = self.clock.seconds();
        let under_way: Vec<_> = sky.late.iter().map(|(side, at, _, request)| (side, at - now, request)).collect();
        format!("{under_way:?} {:?} {:?}", sky.unheard, sky.overtaken.len()).hash(&mut hasher);
        self.violations.len().hash(&mut hasher);
        hasher.finish()
    }

    /// Back to a moment: the one that was kept last.
    pub fn restore(&mut self, moment: &Moment) {
        let mut sky = self.sky.lock().unwrap();
        sky.disk.restore();
        sky.back_to(moment.past.clone());
        for (memory, kept) in [&self.severa, &self.business].into_iter().zip(&moment.sides) {
            *memory.world.lock().unwrap() = kept.clone();
        }
        self.clock.pass(moment.seconds - self.clock.seconds());
        self.engines = moment.engines;
        self.violations.clear();
    }

    /// Runs in fine weather until nothing is left to do; false where that does not come.
    pub fn until_quiet(&mut self) -> bool {
        {
            let mut sky = self.sky.lock().unwrap();
            (sky.strike, sky.chance, sky.people) = (None, None, None);
        }
        // Held records come again after a minute, five, a quarter of an hour, and so on.
        let mut quiet = 0;
        for _ in 0..10 {
            self.clock.pass(2 * 3_600);
            let end = self.start(Ask::Run, false);
            let empty = matches!(&end, End::Done(done) if done.as_ref().as_ref().is_ok_and(rested));
            quiet = if empty && self.sky.lock().unwrap().late.is_empty() { quiet + 1 } else { 0 };
            if quiet == 2 {
                return true;
            }
        }
        false
    }
}

async fn decide(engine: &mut Engine, want: &Want) -> Result<(), RunError> {
    let by = Judge { who: "kari".to_owned(), why: "so it is".to_owned() };
    match want {
        Want::Link(entity, severa, business) => engine.link(entity, severa, business, &by).await.map(drop),
        Want::Unlink(entity, key) => engine.unlink(entity, key, &by).await.map(drop),
        Want::Ignore(entity, key, side) => engine.ignore(entity, key, Some(*side), &by).await.map(drop),
        Want::Undo(_) => Ok(()),
    }
}

/// A run that found nothing to do, and no fault on its way.
fn rested((plan, report): &(Plan, Option<Report>)) -> bool {
    plan.is_empty() && report.as_ref().is_some_and(|report| report.failure.is_none())
}
