//! `samband history`: what was written, when, by which run and by which line of the mapping.

mod csv;
mod text;

use super::engine::of_run;
use super::exit::{Exit, Failure};
use super::held::{Kept, kept};
use super::output;
use super::ready::ProjectArg;
use super::status::of_state;
use crate::plan::json_value;
use crate::program::Program;
use crate::run::{RunError, several_pairs};
use crate::state::{Entry, State, Wanted};
use crate::value::Side;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// Show what was written: old and new value, the line of the mapping that caused it, when and by which run.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this entity.
    #[arg(long, value_name = "ENTITY")]
    entity: Option<String>,
    /// Only this record and its other half: a number, code, name or identity.
    #[arg(long, value_name = "KEY")]
    record: Option<String>,
    /// Only this field: `Nm`, `city`.
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// Only this run.
    #[arg(long, value_name = "N")]
    run: Option<i64>,
    /// Only since this day, or point in time: 2026-11-23, 2026-11-23T08:00:00Z.
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// The newest so many entries; without it 50 for people, and all in JSON and CSV.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = As::Human)]
    format: As,
    /// Also in JSON and CSV show what says something about a person.
    #[arg(long)]
    unmask: bool,
    #[command(flatten)]
    project: ProjectArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum As {
    Human,
    Json,
    Csv,
}

/// In the place of what says something about a person.
const MASK: &str = "***";

/// So many entries are shown to a person who asks for no number.
const SHOWN: usize = 50;

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let kept = kept(&args.project, args.entity.as_slice())?;
    let state = kept.state()?;
    let wanted = wanted(args, state, &kept)?;
    let mut entries = state.history(&wanted).map_err(|error| in_file(&error, &kept))?;
    let more = args.format == As::Human && args.limit.is_none() && entries.len() > SHOWN;
    if more {
        entries.remove(0);
    }
    let shown: Vec<Shown> = entries.into_iter().map(|entry| shown(entry, &kept.program, args)).collect();
    match args.format {
        As::Human => {
            let runs = state.runs(usize::MAX >> 1).map_err(|error| in_file(&error, &kept))?;
            output::data(&text::render(&shown, &runs))?;
            if more {
                output::message(&format!("the newest {SHOWN} are shown; --limit shows more"));
            }
        }
        As::Json => output::json(&json!({ "history": shown.iter().map(document).collect::<Vec<_>>() }))?,
        As::Csv => output::data(&csv::render(&shown))?,
    }
    Ok(Exit::Done)
}

fn in_file(error: &crate::state::StateError, kept: &Kept) -> Failure {
    of_state(error, &kept.file.display().to_string())
}

fn wanted(args: &Args, state: &State, kept: &Kept) -> Result<Wanted, Failure> {
    if let Some(run) = args.run
        && state.run(run).map_err(|error| in_file(&error, kept))?.is_none()
    {
        let last = state.runs(1).map_err(|error| in_file(&error, kept))?.first().map(|run| run.id);
        let help = last.map_or("no run has been made yet".to_owned(), |last| format!("the last run is {last}"));
        return Err(Failure::new(Exit::Usage, format!("there is no run {run}"), help));
    }
    let limit = match args.format {
        As::Human => Some(args.limit.unwrap_or(SHOWN + 1)),
        As::Json | As::Csv => args.limit,
    };
    Ok(Wanted {
        entity: args.entity.clone(),
        records: args.record.as_deref().map(|key| records(args, key, state, kept)).transpose()?,
        field: args.field.clone(),
        run: args.run,
        since: args.since.as_deref().map(since).transpose()?,
        limit,
    })
}

/// The record and its other half, as the state knows them.
fn records(args: &Args, key: &str, state: &State, kept: &Kept) -> Result<Vec<(String, Side, String)>, Failure> {
    let entity = args.entity.as_deref();
    let mut pairs = state.known_as(entity, key).map_err(|error| in_file(&error, kept))?;
    match (pairs.len(), pairs.pop()) {
        (1, Some(pair)) => Ok(pair.into_iter().map(|seen| (seen.entity, seen.side, seen.id)).collect()),
        (_, None) => {
            let what = format!("nothing was written into a {} `{key}`", entity.unwrap_or("record"));
            let help = "`samband explain-record` says why; a name whose term in the history is over is found by its identity only";
            Err(Failure::new(Exit::Usage, what, help))
        }
        (_, Some(last)) => {
            pairs.push(last);
            let error: RunError = several_pairs(key, &pairs);
            Err(of_run(&error))
        }
    }
}

/// A day begins at midnight where the person sits.
fn since(text: &str) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let day = text.parse::<jiff::civil::Date>().ok();
    let midnight = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::system()).ok());
    midnight.map(|at| at.timestamp()).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("`{text}` is no date"), "write it as 2026-11-23, or 2026-11-23T08:00:00Z")
    })
}

/// An entry with what may not be shown taken out.
struct Shown {
    entry: Entry,
    masked: bool,
}

fn shown(mut entry: Entry, program: &Program, args: &Args) -> Shown {
    let hide = args.format != As::Human && !args.unmask;
    if hide && person_by_name(program, &entry.change.entity) && !entry.change.name.is_empty() {
        MASK.clone_into(&mut entry.change.name);
    }
    let masked = hide && entry.change.personal && !entry.forgotten;
    if masked {
        MASK.clone_into(&mut entry.old);
        MASK.clone_into(&mut entry.new);
        entry.has_values = false;
    }
    Shown { entry, masked }
}

/// Whether an entity's records are known by a person's name; of one that is not in the mapping nobody knows.
fn person_by_name(program: &Program, entity: &str) -> bool {
    let owner = entity.split('.').next().unwrap_or(entity);
    let Some(own) = program.entities.iter().find(|e| e.name == owner) else { return true };
    let child = own.children.iter().find(|child| child.name == entity);
    child.unwrap_or(own).has_personal_names()
}

fn document(shown: &Shown) -> Json {
    let Shown { entry, masked } = shown;
    let change = &entry.change;
    let (old, new) = match (entry.has_values, entry.forgotten) {
        (true, _) => (json_value(&change.old), json_value(&change.new)),
        (false, true) => (Json::Null, Json::Null),
        (false, false) => (json!(entry.old), json!(entry.new)),
    };
    json!({
        "run": entry.run, "at": entry.at, "entity": change.entity, "side": change.side.word(), "id": change.id,
        "key": change.key, "name": change.name, "kind": change.kind, "field": change.field,
        "old": old, "new": new, "outcome": change.outcome.word(),
        "because": { "file": change.file, "line": change.line },
        "personal": change.personal, "masked": masked, "forgotten": entry.forgotten,
    })
}
