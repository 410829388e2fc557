//! Which lines stop a record, and by what part of each: a text that is too long, a code that is not there.

use super::Check;
use crate::program::{Entity, Env, Expr, Line, Outcome, Scope, Stop, eval};
use crate::systems::Row;
use crate::value::Side;

/// A line that cannot be carried over for a record.
#[derive(Debug)]
pub struct Stopped {
    pub check: Check,
    /// As a plan says it: the line, and why.
    pub reason: String,
}

/// All lines that stop a record of `from`, not only the first that the plan meets.
pub fn stops(entity: &Entity, from: Side, row: &Row, env: &Env) -> Vec<Stopped> {
    let to = from.other();
    let lines = entity.lines.iter().filter(|line| line.writes_to(to) && !line.write_back);
    let stopped = |line: &Line| {
        let carried = line.carry(entity, to, row, None, env);
        let Outcome::Hold(reason) = carried.outcome else { return None };
        let scope = Scope::of(entity, from, row, env);
        let exprs = if to == Side::Business { &line.forward } else { &line.backward };
        let found = exprs.iter().find_map(|expr| {
            let own = held(expr, &scope, env)?;
            culprit(expr, &own, !carried.waits.is_empty(), &scope, env)
        });
        Some(Stopped { check: found.unwrap_or(Check::Held), reason })
    };
    lines.filter_map(stopped).collect()
}

fn held(expr: &Expr, scope: &Scope, env: &Env) -> Option<String> {
    match eval::value(expr, scope, env) {
        Err(Stop::Hold(reason)) => Some(reason),
        _ => None,
    }
}

/// The innermost expression that holds for this reason says what kind of fault it is.
fn culprit(expr: &Expr, reason: &str, waits: bool, scope: &Scope, env: &Env) -> Option<Check> {
    if held(expr, scope, env)? != reason {
        return None;
    }
    let mut inner = None;
    expr.inside(&mut |e| inner = inner.or_else(|| culprit(e, reason, waits, scope, env)));
    Some(inner.unwrap_or(match expr {
        Expr::Apply { function, .. } => match function.name {
            "fit" | "lines" => Check::TooLong,
            "key" => Check::NotAKey,
            _ => Check::Held,
        },
        Expr::Kept { .. } | Expr::Map { .. } => Check::NoCounterpart,
        Expr::Or { .. } if waits => Check::NotLinked,
        Expr::Or { .. } => Check::Missing,
        _ => Check::Held,
    }))
}
