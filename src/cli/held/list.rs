//! What is held, and what is ignored.

use super::{Kept, kept};
use crate::cli::engine::of_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output;
use crate::cli::ready::ProjectArg;
use crate::cli::shared::{Format, counted};
use crate::cli::status::{local, of_state};
use crate::run::settle;
use crate::state::{Decided, Decision, Retry};
use crate::value::Side;
use serde::Serialize;
use std::fmt::Write;

pub fn held(project: &ProjectArg, entity: Option<&str>, format: Format) -> Result<Exit, Failure> {
    let Kept { state, file, .. } = kept(project, &entity.map(str::to_owned).into_iter().collect::<Vec<_>>())?;
    let mut held = match &state {
        Some(state) => state.held().map_err(|error| of_state(&error, &file.display().to_string()))?,
        None => Vec::new(),
    };
    held.retain(|one| entity.is_none_or(|entity| one.held.entity == entity));
    match format {
        Format::Json => output::json(&document(&held))?,
        Format::Human => output::data(&text(&held))?,
    }
    Ok(if held.is_empty() { Exit::Done } else { Exit::Held })
}

#[derive(Serialize)]
struct Document<'a> {
    held: Vec<HeldRecord<'a>>,
}

#[derive(Serialize)]
struct HeldRecord<'a> {
    entity: &'a str,
    side: &'static str,
    id: &'a str,
    key: &'a str,
    name: &'a str,
    code: &'a str,
    reason: &'a str,
    remedy: String,
    since: String,
    attempts: u32,
    next_try: String,
}

fn document<'a>(held: &'a [Retry]) -> Document<'a> {
    let one = |retry: &'a Retry| {
        let Retry { held, since, attempts, next_try } = retry;
        HeldRecord {
            entity: &held.entity,
            side: held.side.word(),
            id: &held.id,
            key: &held.key,
            name: &held.name,
            code: &held.code,
            reason: &held.reason,
            remedy: settle::remedy(held),
            since: since.to_string(),
            attempts: *attempts,
            next_try: next_try.to_string(),
        }
    };
    Document { held: held.iter().map(one).collect() }
}

fn text(held: &[Retry]) -> String {
    if held.is_empty() {
        return "nothing is held\n".to_owned();
    }
    let mut text = format!("{} held\n", counted(held.len(), "record"));
    for Retry { held, since, attempts, next_try } in held {
        let label = format!("{} {} {}", held.entity, held.key, held.name);
        let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "\n{label} in {}  [{}]", held.side.title(), held.code);
        // Words of the mapping keep the lines that they were written in.
        let _ = writeln!(text, "    {}", held.reason.split_whitespace().collect::<Vec<_>>().join(" "));
        let _ = writeln!(
            text,
            "    since {}, tried {}, next try after {}",
            local(&since.to_string()),
            counted(*attempts as usize, "time"),
            local(&next_try.to_string())
        );
        let _ = writeln!(text, "    → {}", settle::remedy(held));
    }
    text
}

pub fn ignored(project: &ProjectArg, entity: Option<&str>, format: Format) -> Result<Exit, Failure> {
    let kept = kept(project, &entity.map(str::to_owned).into_iter().collect::<Vec<_>>())?;
    let mut ignored = match &kept.state {
        Some(state) => settle::ignored(state).map_err(|error| of_run(&error))?,
        None => Vec::new(),
    };
    ignored.retain(|one| entity.is_none_or(|entity| one.entity == entity));
    match format {
        Format::Json => output::json(&serde_json::json!({ "ignored": ignored.iter().map(entry).collect::<Vec<_>>() }))?,
        Format::Human if ignored.is_empty() => output::data("nothing is ignored\n")?,
        Format::Human => ignored.iter().try_for_each(|one| super::line(&words(one)))?,
    }
    Ok(Exit::Done)
}

fn place(decision: &Decision) -> (Side, &str) {
    match decision {
        Decision::Ignore { side, id } => (*side, id),
        Decision::Together { severa_id, .. } | Decision::Apart { severa_id, .. } => (Side::Severa, severa_id),
    }
}

fn entry(decided: &Decided) -> serde_json::Value {
    let (side, id) = place(&decided.decision);
    let (key, name) = decided.reason.label.split_once('\t').unwrap_or(("", &decided.reason.label));
    serde_json::json!({
        "entity": decided.entity, "side": side.word(), "id": id, "key": key, "name": name,
        "by": decided.reason.who, "reason": decided.reason.why, "at": decided.at.to_string(),
    })
}

fn words(decided: &Decided) -> String {
    let (side, id) = place(&decided.decision);
    let label = decided.reason.label.replace('\t', " ");
    let label = if label.trim().is_empty() { id } else { label.trim() };
    format!(
        "{} {label} in {}: ignored by {} on {}: {}",
        decided.entity,
        side.title(),
        decided.reason.who,
        local(&decided.at.to_string()),
        decided.reason.why
    )
}
