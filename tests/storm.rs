//! Storms: runs of the whole engine on a simulated clock, with both systems in memory and every fault
//! there is. ARCHITECTURE.md says how to run more of them, and how to replay one.

#[path = "storm/disk.rs"]
mod disk;
#[path = "storm/exhaustive.rs"]
mod exhaustive;
#[path = "storm/invariants.rs"]
mod invariants;
#[path = "storm/links.rs"]
mod links;
#[path = "storm/scenarios.rs"]
mod scenarios;
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
    let first: Vec<&str> = violations.iter().take(60).map(String::as_str).collect();
    assert!(violations.is_empty(), "{} violations, of them:\n{}", violations.len(), first.join("\n"));
}

#[test]
fn every_scenario_survives_every_fault_at_every_call() {
    let only = std::env::var("SAMBAND_STORM_SCENARIO").ok();
    let figures = exhaustive::run(only.as_deref());
    say(&format!(
        "storm: {} scenarios × {} calls × {} faults = {} runs, violations {}",
        figures.scenarios,
        figures.calls,
        figures.faults,
        figures.runs,
        figures.violations.len()
    ));
    must_be_none(&figures.violations);
}
