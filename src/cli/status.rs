//! `samband status`: the last runs, and what waits for a person.

use super::exit::{Exit, Failure, Told};
use super::output;
use super::ready::{ProjectArg, Sound, sound};
use super::shared::{Format, ReportArg, counted};
use crate::plan::mask_held;
use crate::state::{Retry, RunRecord, State, StateError};
use serde::Serialize;
use std::fmt::Write;

/// Show the last runs and the records that are held; needs neither secrets nor network.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    report: ReportArg,
    /// How many runs to show, the newest first.
    #[arg(long, default_value_t = 5, value_name = "N")]
    runs: u16,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let Sound { folder, settings, program } = sound(&args.project)?;
    let file = folder.join(settings.state_file());
    // Opening would make the file: to look must leave no trace.
    let (runs, mut held) = if file.exists() {
        let failed = |error| of_state(&error, &file.display().to_string());
        let state = State::open(&file).map_err(failed)?;
        (state.runs(args.runs.into()).map_err(failed)?, state.held().map_err(failed)?)
    } else {
        (Vec::new(), Vec::new())
    };
    if args.report.hides() {
        mask_held(held.iter_mut().map(|retry| &mut retry.held), &program);
    }
    match args.report.format {
        Format::Json => output::json(&document(&runs, &held))?,
        Format::Human => output::data(&text(&runs, &held))?,
    }
    Ok(if held.is_empty() { Exit::Done } else { Exit::Held })
}

/// A fault of the state file as the person must see it.
pub fn of_state(error: &StateError, file: &str) -> Failure {
    let (exit, help) = match error {
        StateError::Locked { .. } => (Exit::Stopped, "wait for the other run to end".to_owned()),
        StateError::Overtaken => (Exit::Stopped, "run again when the other run has ended".to_owned()),
        StateError::OtherCompany { .. } => (
            Exit::Stopped,
            format!("check the settings, or give this company a state file of its own; the file is {file}"),
        ),
        StateError::Newer { .. } => (Exit::Stopped, format!("use the newer samband; the file is {file}")),
        StateError::Database(_) | StateError::Content(_) | StateError::LockFile(_) => {
            (Exit::Stopped, format!("check {file}, its disk and who may write it"))
        }
    };
    let told = if matches!(error, StateError::Locked { .. }) { Told::Nobody } else { Told::Anyone };
    Failure::new(exit, error.to_string(), help).told(told)
}

#[derive(Serialize)]
struct Document<'a> {
    runs: &'a [RunRecord],
    held: Vec<HeldRecord<'a>>,
}

#[derive(Serialize)]
struct HeldRecord<'a> {
    entity: &'a str,
    side: &'static str,
    key: &'a str,
    name: &'a str,
    code: &'a str,
    reason: &'a str,
    since: String,
    attempts: u32,
    next_try: String,
}

fn document<'a>(runs: &'a [RunRecord], held: &'a [Retry]) -> Document<'a> {
    let held = held.iter().map(|r| HeldRecord {
        entity: &r.held.entity,
        side: r.held.side.word(),
        key: &r.held.key,
        name: &r.held.name,
        code: &r.held.code,
        reason: &r.held.reason,
        since: r.since.to_string(),
        attempts: r.attempts,
        next_try: r.next_try.to_string(),
    });
    Document { runs, held: held.collect() }
}

fn text(runs: &[RunRecord], held: &[Retry]) -> String {
    let mut text = String::new();
    if runs.is_empty() {
        text.push_str("no run yet\n");
    }
    for run in runs {
        let outcome = run.outcome.as_deref().unwrap_or("not ended");
        let summary = run.summary.as_deref().unwrap_or_default();
        let _ = writeln!(text, "run {}  {}  {outcome}  {summary}", run.id, local(&run.begun_at));
    }
    if !held.is_empty() {
        let _ = writeln!(text, "\n{} held:", counted(held.len(), "record"));
    }
    for Retry { held, since, attempts, .. } in held {
        let title = held.side.title();
        let _ =
            writeln!(text, "  {} {} {} in {title}: {} [{}]", held.entity, held.key, held.name, held.reason, held.code);
        let _ = writeln!(text, "      since {}, {}", local(&since.to_string()), counted(*attempts as usize, "attempt"));
    }
    text
}

/// A point in time as the person at this machine reads it; what is no point in time stays as it is.
pub fn local(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}
