//! One line of the mapping over a record: what went in, each step, what came out, and what becomes of it.

use super::Place;
use crate::plan::{self, EntityPlan, Operation, Pair, Verdict};
use crate::program::trace::{Step, steps};
use crate::program::{Entity, Env, Line, Outcome, Planned, Scope};
use crate::systems::Row;
use crate::value::Side;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct LineView {
    /// `name <-> Nm`
    pub line: String,
    pub because: Place,
    /// Both ends as they are now; of a record alone only its own.
    pub severa: Option<String>,
    pub business: Option<String>,
    /// What changed since the pair was last in step; nothing where it has not been yet.
    pub changed: Option<String>,
    /// The steps towards the side that it is, or would be, written on.
    pub to: Option<Side>,
    pub steps: Vec<Step>,
    /// What a run does with it now.
    pub outcome: String,
}

/// The lines of a pair, with the verdict that a run comes to.
pub fn of_pair(entity: &Entity, pair: &Pair, planned: &EntityPlan, env: &Env) -> Vec<LineView> {
    let lines = entity.lines.iter().filter(|line| !line.on_create);
    lines
        .map(|line| {
            let verdict = plan::verdict(entity, line, pair, env);
            let to = match verdict {
                Verdict::Carry(to) => Some(to),
                _ => Side::BOTH.into_iter().rev().find(|side| line.writes_to(*side)),
            };
            LineView {
                line: line.key.clone(),
                because: Place::from(&line.origin),
                severa: Some(shown(entity, line, Side::Severa, pair.severa)),
                business: Some(shown(entity, line, Side::Business, pair.business)),
                changed: changed(entity, line, pair),
                to,
                steps: to.map(|to| taken(entity, line, to, half(pair, to.other()), env)).unwrap_or_default(),
                outcome: of_verdict(entity, line, pair, verdict, planned, env),
            }
        })
        .collect()
}

/// The lines of a record that has no counterpart: what it would be created with.
pub fn of_lone(entity: &Entity, side: Side, row: &Row, planned: &EntityPlan, env: &Env) -> Vec<LineView> {
    let to = side.other();
    let lines = entity.lines.iter().filter(|line| line.writes_to(to) && !line.write_back);
    lines
        .map(|line| {
            let own = Some(shown(entity, line, side, row));
            let operation = planned.operations.iter().find(|o| o.side == to && o.source_id == row.id);
            LineView {
                line: line.key.clone(),
                because: Place::from(&line.origin),
                severa: own.clone().filter(|_| side == Side::Severa),
                business: own.filter(|_| side == Side::Business),
                changed: None,
                to: Some(to),
                steps: taken(entity, line, to, row, env),
                outcome: match operation.and_then(|o| written(line, o)) {
                    Some(fields) => fields,
                    None => match line.carry(entity, to, row, None, env).outcome {
                        Outcome::Hold(reason) => format!("holds the record: {reason}"),
                        Outcome::Skip(reason) => format!("keeps the record back: {reason}"),
                        Outcome::Keep => "writes nothing".to_owned(),
                        Outcome::Write(values) if values.iter().all(|(_, value)| is_nothing(value)) => {
                            "writes nothing".to_owned()
                        }
                        Outcome::Write(_) => "stays with its record".to_owned(),
                    },
                },
            }
        })
        .collect()
}

fn is_nothing(planned: &Planned) -> bool {
    matches!(planned, Planned::Value(value) if value.is_null())
}

fn half<'a>(pair: &Pair<'a>, side: Side) -> &'a Row {
    if side == Side::Severa { pair.severa } else { pair.business }
}

fn shown(entity: &Entity, line: &Line, side: Side, row: &Row) -> String {
    line.values(entity, side, row).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn taken(entity: &Entity, line: &Line, to: Side, source: &Row, env: &Env) -> Vec<Step> {
    let exprs = if to == Side::Business { &line.forward } else { &line.backward };
    let scope = Scope::of(entity, to.other(), source, env);
    let mut all: Vec<Step> = Vec::new();
    for step in exprs.iter().flat_map(|expr| steps(expr, entity, to.other(), &scope, env)) {
        // Pieces of one value share its first steps.
        if !all.contains(&step) {
            all.push(step);
        }
    }
    all
}

fn changed(entity: &Entity, line: &Line, pair: &Pair) -> Option<String> {
    let base = pair.link?.base.0.get(&plan::line_key(line));
    let Some((severa, business)) = base else { return Some("not compared yet".to_owned()) };
    let now = |side: Side| plan::end(entity, line, side, half(pair, side));
    let waits = *severa == plan::UNSETTLED || *business == plan::UNSETTLED;
    Some(match (*severa != now(Side::Severa), *business != now(Side::Business)) {
        (false, false) => "unchanged on both sides".to_owned(),
        _ if waits => "still to be carried over".to_owned(),
        (true, false) => "changed in Severa".to_owned(),
        (false, true) => "changed in Visma Business".to_owned(),
        (true, true) => "changed on both sides".to_owned(),
    })
}

fn of_verdict(entity: &Entity, line: &Line, pair: &Pair, verdict: Verdict, planned: &EntityPlan, env: &Env) -> String {
    let to = match verdict {
        Verdict::Unchanged => return "nothing to do".to_owned(),
        Verdict::InStep => {
            return "both sides say the same, or nothing is to be written at the first pairing".to_owned();
        }
        Verdict::Conflict => return "held: changed on both sides to different values".to_owned(),
        Verdict::Stays => return format!("stays: {}", why_it_stays(entity, line)),
        Verdict::Carry(to) => to,
    };
    let (source, target) = (half(pair, to.other()), half(pair, to));
    let operation = planned.operations.iter().filter(|o| o.side == to && o.record_id.as_deref() == Some(&target.id));
    if let Some(fields) = operation.into_iter().find_map(|o| written(line, o)) {
        return fields;
    }
    match line.carry(entity, to, source, Some(target), env).outcome {
        Outcome::Hold(reason) | Outcome::Skip(reason) => format!("held: {reason}"),
        Outcome::Keep => "left as it is".to_owned(),
        Outcome::Write(_) if planned.held.iter().any(|h| h.id == source.id || h.id == target.id) => {
            "waits: the record is held".to_owned()
        }
        Outcome::Write(_) => "nothing differs, or a blank gives way to a value".to_owned(),
    }
}

fn why_it_stays(entity: &Entity, line: &Line) -> String {
    let one_way = Side::BOTH.into_iter().find(|side| !line.writes_to(*side));
    match (entity.master, one_way) {
        (_, Some(side)) => format!("the line does not go to {}, or the record does not pass its filter", side.title()),
        (Some(master), None) => {
            format!(
                "what {} changed does not travel; {} is master, and its value is carried when it changes next",
                master.other().title(),
                master.title()
            )
        }
        (None, None) => "the record does not pass its filter any more".to_owned(),
    }
}

/// What an operation writes by a line.
fn written(line: &Line, operation: &Operation) -> Option<String> {
    let key = plan::line_key(line);
    let fields: Vec<String> = operation
        .fields
        .iter()
        .filter(|field| field.line == key)
        .map(|field| {
            let part = field.part.as_ref().map(|part| format!("{}.", part.list)).unwrap_or_default();
            let new = match &field.new {
                Planned::Value(value) => value.to_string(),
                pending @ Planned::Pending(_) => plan::planned(pending),
            };
            format!("{part}{}: {} → {new}", field.field, field.old)
        })
        .collect();
    (!fields.is_empty()).then(|| format!("written in {}: {}", operation.side.title(), fields.join(", ")))
}
