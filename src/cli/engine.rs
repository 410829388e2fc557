//! What `plan`, `apply` and `run` share: from a project to an engine, and from its result to the shell.

mod connect;
mod failure;
mod progress;
mod stats;

use super::exit::{Exit, Failure};
use super::output;
use super::ready::{ProjectArg, Read, Ready, of_sound, read};
use super::shared::{Format, ReportArg};
use super::status::of_state;
use crate::diag::suggest::did_you_mean;
use crate::plan::{Limits, Plan, document, masked, render};
use crate::program::Program;
use crate::run::{Engine, Options, Report};
use crate::settings::Settings;
use crate::state::State;
use crate::systems::SystemClock;
use rust_decimal::prelude::ToPrimitive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use connect::{business, severa};
pub use failure::of_run;
pub use progress::Bars;

/// Which part of the data a run looks at.
#[derive(Debug, Default, clap::Args)]
pub struct Scope {
    /// Only this entity; may be given several times.
    #[arg(long = "entity", value_name = "ENTITY")]
    pub entities: Vec<String>,
    /// Read everything on both sides, not only what changed.
    #[arg(long)]
    pub full: bool,
}

/// An engine over a project, not connected yet.
pub struct Prepared {
    pub engine: Engine,
}

/// Reads the project and makes its engine ready. An interrupt ends the run between two operations.
pub fn prepare(project: &ProjectArg, scope: &Scope, link_only: bool) -> Result<Prepared, Failure> {
    prepare_read(read(project)?, scope, link_only)
}

/// The same of a project that was read before.
pub fn prepare_read(project: Read, scope: &Scope, link_only: bool) -> Result<Prepared, Failure> {
    let ready = of_sound(project.sound()?)?;
    known(&ready.program, &scope.entities)?;
    let file = ready.folder.join(ready.settings.state_file());
    let state = State::open(&file).map_err(|error| of_state(&error, &file.display().to_string()))?;
    let options = Options {
        full: scope.full,
        link_only,
        entities: scope.entities.clone(),
        start_date: ready.settings.start_date,
        limits: limits(&ready.settings),
        history_keep: ready.settings.history_keep,
        stop: Arc::new(AtomicBool::new(false)),
    };
    end_when_interrupted(Arc::clone(&options.stop));
    let (severa, business) = connect::sides(&ready.connections)?;
    let Ready { program, .. } = ready;
    let engine = Engine::new(program, severa, business, Arc::new(SystemClock), state, options);
    let left_out = engine.left_out();
    if !left_out.is_empty() && scope.entities.is_empty() {
        output::message(&format!("not carried out by this version: {}", left_out.join(", ")));
    }
    Ok(Prepared { engine })
}

/// Refuses an entity that the mapping does not have, with the nearest that it has.
pub fn known(program: &Program, entities: &[String]) -> Result<(), Failure> {
    let names = || program.entities.iter().map(|e| e.name.as_str());
    match entities.iter().find(|given| !names().any(|name| name == given.as_str())) {
        None => Ok(()),
        Some(given) => {
            let list = || format!("there are {}", names().collect::<Vec<_>>().join(", "));
            let help = did_you_mean(given, names()).unwrap_or_else(list);
            Err(Failure::new(Exit::Usage, format!("the mapping has no entity `{given}`"), help))
        }
    }
}

fn limits(settings: &Settings) -> Limits {
    let percent = |share: crate::settings::Share| (share.0 * rust_decimal::Decimal::ONE_HUNDRED).to_u32();
    Limits {
        changes: settings.limits.changes.and_then(|n| usize::try_from(n).ok()),
        percent: settings.limits.share.and_then(percent),
    }
}

/// The first interrupt ends the run in good order, a second one at once.
fn end_when_interrupted(stop: Arc<AtomicBool>) {
    tokio::spawn(async move {
        super::runtime::interrupted().await;
        stop.store(true, Ordering::Relaxed);
        output::message("interrupted: the operation at work is finished first; again to end at once");
        super::runtime::interrupted().await;
        std::process::exit(Exit::Interrupted as i32);
    });
}

/// Shows a plan, without outcomes.
pub fn show_plan(plan: &Plan, program: &Program, report: &ReportArg, every: bool) -> Result<(), Failure> {
    match report.format {
        Format::Human => output::data(&render(plan, every)),
        Format::Json if report.hides() => output::json(&document(&masked(plan, program).0, |_| None)),
        Format::Json => output::json(&document(plan, |_| None)),
    }
}

/// Shows what was done, and says how it ended.
pub fn show_report(
    plan: &Plan,
    report: &Report,
    program: &Program,
    shape: &ReportArg,
    with_stats: bool,
) -> Result<Exit, Failure> {
    match shape.format {
        Format::Human => {
            output::data(&render(plan, false))?;
            output::data(&format!("\n{}\n", report.summary(plan)))?;
            if with_stats {
                output::data(&stats::table(&report.stats))?;
            }
        }
        Format::Json => {
            let mut json = if shape.hides() {
                let (plan, mask) = masked(plan, program);
                document(&plan, |id| report.outcome(id).map(|outcome| mask.text(&outcome)))
            } else {
                document(plan, |id| report.outcome(id))
            };
            if let Some(members) = json.as_object_mut() {
                let requests = serde_json::json!({
                    "severa": report.severa.requests,
                    "business": report.business.requests,
                });
                members.insert("requests".to_owned(), requests);
                members.insert("seconds".to_owned(), seconds(report.seconds));
                if with_stats {
                    members.insert("stats".to_owned(), stats::document(&report.stats));
                }
            }
            output::json(&json)?;
        }
    }
    if let Some(error) = &report.failure {
        return Err(Failure::new(Exit::System, error.to_string(), error.help.clone()));
    }
    Ok(match (report.interrupted, report.held) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Done,
        (false, _) => Exit::Held,
    })
}

/// In whole milliseconds: more digits say nothing.
fn seconds(seconds: f64) -> serde_json::Value {
    serde_json::json!((seconds * 1000.0).round() / 1000.0)
}
