//! Every scenario, every outside call, every fault: one fault a run, and then all must be as it would have been.

use crate::invariants;
use crate::scenarios::{SCENARIOS, Scenario};
use crate::sky::{Call, Fault, READS, WRITES};
use crate::world::{Ask, World};
use samband::value::{Side, Value};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Figures {
    pub scenarios: usize,
    pub calls: usize,
    pub faults: usize,
    pub runs: usize,
    pub violations: Vec<String>,
}

fn begin(scenario: &Scenario) -> World {
    let mut world = World::new(scenario.settings, None);
    world.entities = scenario.entities.iter().map(|e| (*e).to_owned()).collect();
    (scenario.before)(&mut world);
    for _ in 0..2 {
        world.clock.pass(900);
        let _ = world.start(Ask::Run, false);
    }
    world.sky.lock().unwrap().calls.clear();
    world
}

fn live(world: &mut World, scenario: &Scenario) {
    for step in scenario.steps {
        step(world);
        world.clock.pass(900);
        let _ = world.start(Ask::Run, false);
        // Whoever died is started again at once.
        world.clock.pass(5);
        let _ = world.start(Ask::Run, false);
    }
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

/// One history of a scenario; what is wrong with it afterwards.
fn history(scenario: &Scenario, strike: Option<(usize, Fault)>) -> (World, Vec<String>) {
    let mut world = begin(scenario);
    world.sky.lock().unwrap().strike = strike;
    live(&mut world, scenario);
    let quiet = world.until_quiet();
    let mut violations = invariants::check(&mut world);
    if !quiet {
        violations.push("it comes to rest: it did not".to_owned());
    }
    (world, violations)
}

pub fn told(world: &World, title: &str, violations: &[String]) -> String {
    let sky = world.sky.lock().unwrap();
    let trace = sky.trace.iter().rev().take(60).rev().map(|line| format!("    {line}\n")).collect::<String>();
    format!("{title}\n  {}\n{trace}", violations.join("\n  "))
}

pub fn run(only: Option<&str>) -> Figures {
    let mut figures = Figures::default();
    let mut faults = std::collections::BTreeSet::new();
    for scenario in SCENARIOS.iter().filter(|s| only.is_none_or(|only| s.name.contains(only))) {
        let (clean, violations) = history(scenario, None);
        figures.scenarios += 1;
        if !violations.is_empty() {
            figures.violations.push(told(&clean, &format!("{}, in fine weather", scenario.name), &violations));
            continue;
        }
        let expected = outcome(&clean);
        // Only the calls of the steps' own runs: what follows is there to come to rest.
        let calls: Vec<Call> = {
            let mut world = begin(scenario);
            live(&mut world, scenario);
            let sky = world.sky.lock().unwrap();
            sky.calls.clone()
        };
        figures.calls += calls.len();
        if std::env::var_os("SAMBAND_STORM_CLEAN").is_some() {
            crate::say(&format!("{}: {} calls", scenario.name, calls.len()));
            continue;
        }
        for (number, call) in calls.iter().enumerate() {
            for fault in if call.writes { WRITES } else { READS } {
                if call.what != "read" && matches!(fault, Fault::Empty | Fault::Repeated) {
                    continue;
                }
                faults.insert(*fault);
                figures.runs += 1;
                let (world, mut violations) = history(scenario, Some((number, *fault)));
                let found = outcome(&world);
                for (table, rows) in &found {
                    if expected.get(table) != Some(rows) {
                        violations.push(format!("as without the fault: {table}: {rows:#?}, not {:#?}", expected.get(table)));
                    }
                }
                if !violations.is_empty() {
                    let title = format!("{}: {fault:?} at call {number}, {} of {}", scenario.name, call.what, call.record);
                    figures.violations.push(told(&world, &title, &violations));
                }
            }
        }
    }
    figures.faults = faults.len();
    figures
}
