//! Storms: runs of the whole engine on a simulated clock, with both systems in memory and every fault
//! there is. ARCHITECTURE.md says how to run more of them, and how to replay one.

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

use std::io::Write;

/// Shown whether the test passes or not.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn must_be_none(violations: &[String]) {
    let first: Vec<&str> = violations.iter().take(5).map(String::as_str).collect();
    assert!(violations.is_empty(), "{} violations, of them:\n{}", violations.len(), first.join("\n"));
}

#[test]
fn every_scenario_survives_every_fault_at_every_call() {
    let only = std::env::var("SAMBAND_STORM_SCENARIO").ok();
    let figures = exhaustive::run(only.as_deref(), std::env::var_os("SAMBAND_STORM_EVERY").is_some(), None);
    say(&format!(
        "storm: {} scenarios × {} calls × {} faults = {} runs, violations {}",
        figures.scenarios,
        figures.calls,
        figures.faults.len(),
        figures.runs,
        figures.violations.len()
    ));
    must_be_none(&figures.violations);
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
        None => corpus().into_iter().chain(1..=number("SAMBAND_STORM_SEEDS").unwrap_or(1_000)).collect(),
    };
    let (mut faults, mut violations) = (0, Vec::new());
    for seed in &seeds {
        match random::storm(*seed, None) {
            Ok(struck) => faults += struck,
            Err(told) => violations.push(told),
        }
    }
    say(&format!("storm: {} random seeds with {faults} faults, violations {}", seeds.len(), violations.len()));
    must_be_none(&violations);
}

#[test]
fn engines_that_are_broken_on_purpose_are_caught() {
    let most = number("SAMBAND_STORM_BROKEN_SEEDS").unwrap_or(400);
    let mut missed = Vec::new();
    let mut after = Vec::new();
    let only = std::env::var("SAMBAND_STORM_BREAK").ok();
    let asked = |broken: &&sky::Break| only.as_ref().is_none_or(|only| format!("{broken:?}") == *only);
    for broken in sky::BREAKS.iter().filter(asked) {
        match (1..=most).find(|seed| random::storm(*seed, Some(*broken)).is_err()) {
            Some(seed) => after.push(format!("{broken:?} by seed {seed}")),
            None => missed.push(format!("{broken:?} went through {most} storms")),
        }
    }
    say(&format!(
        "storm: broken engines caught {} of {} ({})",
        after.len(),
        after.len() + missed.len(),
        after.join(", ")
    ));
    assert!(missed.is_empty(), "{missed:?}");
}
