//! Every scenario, every outside call, every fault: one fault a run, and then all must be as it would have been.

use crate::invariants;
use crate::scenarios::{Scenario, all};
use crate::sky::{Break, Call, Fault, LISTINGS, READS, REGISTERS, WRITES};
use crate::world::{Ask, World};
use samband::program::Line;
use samband::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Figures {
    pub scenarios: usize,
    pub calls: usize,
    pub faults: BTreeSet<Fault>,
    pub runs: usize,
    pub violations: Vec<String>,
}

fn begin(scenario: &Scenario, broken: Option<Break>) -> World {
    let mut world = World::new(scenario.settings, broken);
    world.entities = scenario.entities.iter().map(|e| (*e).to_owned()).collect();
    (scenario.before)(&mut world);
    for _ in 0..2 {
        world.clock.pass(900);
        let _ = world.start(Ask::Run, false);
    }
    world
}

/// A step and the run after it, with a fault at one of its calls.
fn step(world: &mut World, scenario: &Scenario, number: usize, strike: Option<(usize, Fault)>) {
    // What is still at work comes in before people go on.
    world.clock.pass(120);
    scenario.steps[number](world);
    world.clock.pass(900);
    {
        let mut sky = world.sky.lock().unwrap();
        sky.calls.clear();
        sky.strike = strike;
    }
    world.settle_wants();
    let _ = world.start(Ask::Run, false);
    world.sky.lock().unwrap().strike = None;
}

/// The rest of a scenario in fine weather; what is wrong with it then.
fn end(world: &mut World, scenario: &Scenario, after: usize) -> Vec<String> {
    for number in after..scenario.steps.len() {
        step(world, scenario, number, None);
    }
    let quiet = world.until_quiet();
    let mut violations = invariants::check(world);
    if !quiet {
        violations.push("it comes to rest: it did not".to_owned());
    }
    violations
}

/// Both sides without what chance assigns: identifiers and numbers.
fn outcome(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut outcome = BTreeMap::new();
    for side in Side::BOTH {
        let stored = world.memory(side).world.lock().unwrap();
        for (table, rows) in &stored.tables {
            let shown = |fields: &crate::support::memory::Fields| -> String {
                let known = fields.iter().filter(|(name, value)| {
                    let number = ["CustNo", "ActNo", "OrdNo", "PK", "EmpNo", "InvoCust", "MainAct", "Seller", "Rsp"];
                    let assigned = number.contains(&name.as_str()) || side == Side::Severa && *name == "number";
                    !assigned && value.as_guid().is_none() && !value.is_null() && **value != Value::text("")
                });
                known.map(|(name, value)| format!("{name}={value} ")).collect()
            };
            let mut rows: Vec<String> = rows.rows.values().map(shown).collect();
            rows.sort();
            outcome.insert(format!("{} {table}", side.word()), rows);
        }
    }
    outcome
}

pub fn told(world: &World, title: &str, violations: &[String]) -> String {
    let sky = world.sky.lock().unwrap();
    let begun = sky.trace.iter().position(|line| line.starts_with("engine 1 begins")).unwrap_or(0);
    let trace = sky.trace.iter().skip(begun).take(120).map(|line| format!("    {line}\n")).collect::<String>();
    format!("{title}\n  {}\n{trace}", violations.join("\n  "))
}

/// Struck in the first scenario and in the one of everything.
fn is_common(call: &Call) -> bool {
    call.what == "open" || REGISTERS.contains(&call.record.as_str())
}

/// A step of a scenario, with every fault at every call of its run.
#[derive(Clone, Copy)]
struct Part {
    scenario: &'static Scenario,
    number: usize,
    /// What every run reads is struck here.
    common: bool,
}

impl Figures {
    fn add(&mut self, other: Figures) {
        self.scenarios += other.scenarios;
        self.calls += other.calls;
        self.runs += other.runs;
        self.faults.extend(other.faults);
        self.violations.extend(other.violations);
    }
}

/// `every`: also those that come to a state that was there before.
pub fn run(only: Option<&str>, every: bool, broken: Option<Break>) -> Figures {
    let wanted = all().into_iter().enumerate().filter(|(_, s)| only.is_none_or(|only| s.name.contains(only)));
    let mut parts: Vec<Part> = Vec::new();
    for (place, scenario) in wanted {
        let common = place == 0 || scenario.entities.is_empty();
        parts.extend((0..scenario.steps.len()).map(|number| Part { scenario, number, common }));
    }
    // The longest first, so that nobody waits for it in the end.
    parts.sort_by_key(|part| !part.scenario.entities.is_empty());
    let mut figures = Figures::default();
    for part in crate::each(&parts, |part| storm(*part, every, broken)) {
        figures.add(part);
    }
    figures.violations.sort();
    figures
}

fn storm(Part { scenario, number, common }: Part, every: bool, broken: Option<Break>) -> Figures {
    let mut figures = Figures { scenarios: usize::from(number == 0), ..Figures::default() };
    let mut clean = begin(scenario, broken);
    let violations = end(&mut clean, scenario, 0);
    if !violations.is_empty() {
        if number == 0 {
            figures.violations.push(told(&clean, &format!("{}, in fine weather", scenario.name), &violations));
        }
        return figures;
    }
    let expected = outcome(&clean);
    drop(clean);
    let mut world = begin(scenario, broken);
    (0..number).for_each(|before| step(&mut world, scenario, before, None));
    let moment = world.keep();
    step(&mut world, scenario, number, None);
    let calls = world.sky.lock().unwrap().calls.clone();
    let (mut futures, mut restarted) = (BTreeSet::new(), BTreeSet::new());
    for (at, call) in calls.iter().enumerate().filter(|(_, call)| common || !is_common(call)) {
        figures.calls += 1;
        let possible = match (call.writes, call.what) {
            (true, _) => WRITES,
            (false, "read") => LISTINGS,
            (false, _) => READS,
        };
        for fault in possible {
            figures.faults.insert(*fault);
            figures.runs += 1;
            world.restore(&moment);
            step(&mut world, scenario, number, Some((at, *fault)));
            // What comes to the same state has the same future, and is lived through once.
            if !futures.insert(world.fingerprint()) && !every {
                continue;
            }
            // Whoever died is started again at once.
            world.clock.pass(5);
            let _ = world.start(Ask::Run, false);
            if !restarted.insert(world.fingerprint()) && !every {
                continue;
            }
            let mut violations = end(&mut world, scenario, number + 1);
            for (table, rows) in outcome(&world) {
                if expected.get(&table) != Some(&rows) {
                    let wanted = expected.get(&table);
                    violations.push(format!("as without the fault: {table}: {rows:#?}, not {wanted:#?}"));
                }
            }
            if !violations.is_empty() {
                let (what, record) = (call.what, &call.record);
                let title = format!("{}: {fault:?} at call {at} of step {number}, {what} of {record}", scenario.name);
                figures.violations.push(told(&world, &title, &violations));
            }
        }
    }
    figures
}

/// A kind of operation: entity, kind, side.
type Kind = (String, &'static str, Side);

/// What a scenario plans in fine weather.
fn planned(scenario: &Scenario) -> BTreeSet<Kind> {
    let mut world = begin(scenario, None);
    let _ = end(&mut world, scenario, 0);
    std::mem::take(&mut world.planned)
}

/// What the mapping lets a run write under some setting.
fn possible() -> BTreeSet<Kind> {
    let mut possible = BTreeSet::new();
    for settings in 0..crate::world::SETTINGS.len() {
        let mut program = crate::world::take_right(settings);
        program.unfold_parts();
        for entity in program.entities.iter().filter(|e| e.carried) {
            let mut may = |kind: &'static str, side: Side| possible.insert((entity.name.clone(), kind, side));
            for side in Side::BOTH {
                if entity.creates_on(side) {
                    may("create", side);
                }
                let updates = |l: &&Line| l.writes_to(side) && !l.on_create && !l.write_back && !l.numbered;
                if entity.updates_on(side) && entity.lines.iter().any(|line| updates(&line)) {
                    may("update", side);
                }
            }
            if entity.creates_on(Side::Severa) && entity.identity.is_some() {
                may("link", Side::Business);
            }
            if entity.lines.iter().any(|line| line.write_back || line.numbered) {
                may("write_back", Side::Severa);
            }
            if entity.failure.is_some() {
                may("report", Side::Severa);
            }
        }
    }
    possible
}

/// Kinds of operations that a run may plan, and those of them that no scenario does.
pub fn writes() -> (usize, Vec<String>) {
    let planned: BTreeSet<Kind> = crate::each(&all(), |scenario| planned(scenario)).into_iter().flatten().collect();
    let possible = possible();
    let missing = possible.iter().filter(|kind| !planned.contains(*kind));
    (possible.len(), missing.map(|(entity, kind, side)| format!("{entity}: {kind} in {}", side.word())).collect())
}
