//! Storms: runs of the whole engine on a simulated clock, with both systems in memory and every fault
//! there is. ARCHITECTURE.md says how to run more of them, and how to replay one.

#[path = "storm/billing.rs"]
mod billing;
#[path = "storm/disk.rs"]
mod disk;
#[path = "storm/edits.rs"]
mod edits;
#[path = "storm/exhaustive.rs"]
mod exhaustive;
#[path = "storm/households.rs"]
mod households;
#[path = "storm/invariants.rs"]
mod invariants;
#[path = "storm/links.rs"]
mod links;
#[path = "storm/random.rs"]
mod random;
#[path = "storm/scenarios.rs"]
mod scenarios;
#[path = "storm/scene.rs"]
mod scene;
#[path = "storm/settling.rs"]
mod settling;
#[path = "storm/side.rs"]
mod side;
#[path = "storm/sky.rs"]
mod sky;
mod support;
#[path = "storm/world.rs"]
mod world;

use sky::Break;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::figures::say;

fn must_be_none(violations: &[String]) {
    let first: Vec<&str> = violations.iter().take(5).map(String::as_str).collect();
    assert!(violations.is_empty(), "{} violations, of them:\n{}", violations.len(), first.join("\n"));
}

/// Does a piece of work for each, on all cores; the answers are in the order of the pieces.
fn each<T: Sync, A: Send>(of: &[T], work: impl Fn(&T) -> A + Sync) -> Vec<A> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let hands = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(of.len());
    std::thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = of.get(place) else { break };
                    let answer = work(one);
                    done.lock().unwrap().push((place, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, answer)| answer).collect()
}

#[test]
fn every_scenario_survives_every_fault_at_every_call() {
    let only = std::env::var("SAMBAND_STORM_SCENARIO").ok();
    let figures = exhaustive::run(only.as_deref(), std::env::var_os("SAMBAND_STORM_EVERY").is_some(), None);
    let (scenarios, calls, faults) = (figures.scenarios, figures.calls, figures.faults.len());
    let (runs, violations) = (figures.runs, figures.violations.len());
    say(
        "storm-exhaustive",
        &format!(
            "storm: {scenarios} scenarios × {calls} calls × {faults} faults = {runs} runs, {violations} violations"
        ),
    );
    must_be_none(&figures.violations);
}

#[test]
fn every_kind_of_write_is_made_by_a_scenario() {
    let (possible, missing) = exhaustive::writes();
    let made = possible - missing.len();
    say("storm-writes", &format!("storm: {made} of {possible} kinds of writes are made by a scenario"));
    assert!(missing.is_empty(), "by none: {missing:?}");
}

/// A number from the environment: `SAMBAND_STORM_SEEDS=100000`.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Seeds that failed once.
fn corpus() -> Vec<u64> {
    let lines = include_str!("storm/seeds.txt").lines();
    lines.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

#[test]
fn random_storms_leave_both_sides_in_step() {
    let seeds: Vec<u64> = match number("SAMBAND_STORM_SEED") {
        Some(seed) => vec![seed],
        None => corpus().into_iter().chain(1..=number("SAMBAND_STORM_SEEDS").unwrap_or(300)).collect(),
    };
    let (mut faults, mut violations) = (0, Vec::new());
    for storm in each(&seeds, |seed| random::storm(*seed, None)) {
        match storm {
            Ok(struck) => faults += struck,
            Err(told) => violations.push(told),
        }
    }
    let (seeds, count) = (seeds.len(), violations.len());
    say("storm-random", &format!("storm: {seeds} random seeds, {faults} faults, {count} violations"));
    must_be_none(&violations);
}

/// A scenario whose every fault shows what hardly any random storm does.
fn scenario_for(broken: Break) -> Option<&'static str> {
    match broken {
        Break::NoSettleWait => Some("a customer of Visma Business"),
        Break::BelievesRepeated => Some("a circle of supervisors"),
        Break::LinesApart => Some("an invoice becomes an order"),
        _ => None,
    }
}

/// By what a broken engine is caught, if its own invariant speaks.
fn caught(broken: Break, invariant: &str, most: u64) -> Option<String> {
    let speaks = |told: &String| told.contains(&format!("\n  {invariant}: "));
    if let Some(scenario) = scenario_for(broken) {
        let figures = exhaustive::run(Some(scenario), false, Some(broken));
        return figures.violations.iter().any(speaks).then(|| format!("{broken:?} in `{scenario}`"));
    }
    let speaks = |seed: &u64| random::storm(*seed, Some(broken)).is_err_and(|told| speaks(&told));
    (1..=most).find(speaks).map(|seed| format!("{broken:?} by seed {seed}"))
}

#[test]
fn engines_that_are_broken_on_purpose_are_caught() {
    let most = number("SAMBAND_STORM_BROKEN_SEEDS").unwrap_or(400);
    let only = std::env::var("SAMBAND_STORM_BREAK").ok();
    let asked = |(broken, _): &&(Break, &str)| only.as_ref().is_none_or(|only| format!("{broken:?}") == *only);
    let breaks: Vec<(Break, &str)> = sky::BREAKS.iter().filter(asked).copied().collect();
    let by = each(&breaks, |(broken, invariant)| caught(*broken, invariant, most));
    let missed: Vec<Break> =
        breaks.iter().zip(&by).filter(|(_, by)| by.is_none()).map(|((broken, _), _)| *broken).collect();
    let by: Vec<String> = by.into_iter().flatten().collect();
    let line = format!("storm: {} of {} broken engines caught ({})", by.len(), breaks.len(), by.join(", "));
    say("storm-broken", &line);
    assert!(missed.is_empty(), "not caught by their own invariants: {missed:?}");
}
