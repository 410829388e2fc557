//! An expression step by step, for whoever asks why: each transform with what came out of it.
//!
//! Every step is evaluated as a run evaluates it, so the last one is what a run would write.

use super::eval::{self, Env, Scope, Stop};
use super::expr::{Expr, Fallback, Slot};
use super::{Entity, Planned};
use crate::value::{Side, Value};

/// One step of a value on its way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// `name`, `fit(80)`, `or keep`
    pub what: String,
    pub value: String,
}

/// The steps of an expression over one record of a side.
pub fn steps(expr: &Expr, entity: &Entity, side: Side, scope: &Scope, env: &Env) -> Vec<Step> {
    let mut steps = Vec::new();
    Trace { entity, side, scope, env }.walk(expr, &mut steps);
    steps
}

/// The fields that an expression reads, each with its value.
pub fn reads(expr: &Expr, entity: &Entity, side: Side, scope: &Scope) -> Vec<Step> {
    let named = |slot: Slot| Step { what: field(entity, side, slot), value: scope.slot(slot).to_string() };
    super::expr::slots(expr).into_iter().map(named).collect()
}

struct Trace<'a> {
    entity: &'a Entity,
    side: Side,
    scope: &'a Scope<'a>,
    env: &'a Env<'a>,
}

impl Trace<'_> {
    fn walk(&self, expr: &Expr, steps: &mut Vec<Step>) {
        let what = match expr {
            Expr::Slot(slot) => field(self.entity, self.side, *slot),
            Expr::Const(_) => "always".to_owned(),
            Expr::Named(_) => "the setting's record".to_owned(),
            Expr::Apply { function, args, back, .. } => {
                let args: Vec<_> = args.iter().map(ToString::to_string).collect();
                let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
                format!("{}{args}{}", function.name, if *back { ", the way back" } else { "" })
            }
            Expr::Map { .. } => "the row of the table".to_owned(),
            Expr::Kept { table, .. } => format!("table {}", self.env.lookups.kept_name(*table)),
            Expr::Link { entity, back, .. } => {
                let name = self.env.lookups.entity_name(*entity);
                let there = if *back { Side::Severa } else { Side::Business };
                format!("link {name}: its record in {}", there.title())
            }
            Expr::Untemplate { before, after, .. } => format!("what stands in \"{before}…{after}\""),
            Expr::Element { place, .. } => format!("piece {}", place + 1),
            Expr::Or { of, fallback } => {
                self.walk(of, steps);
                let nothing =
                    matches!(eval::planned(of, self.scope, self.env, &mut Vec::new()), Ok(Planned::Value(Value::Null)));
                if nothing {
                    steps.push(Step { what: words(fallback), value: self.value(expr) });
                }
                return;
            }
            Expr::Choice { branches, otherwise } => {
                let taken = branches.iter().position(|(condition, _)| eval::holds(condition, self.scope, self.env));
                let branch = taken.and_then(|place| branches.get(place)).map(|(_, result)| result);
                for (condition, _) in branches.iter().take(taken.map_or(branches.len(), |place| place + 1)) {
                    steps.extend(reads(condition, self.entity, self.side, self.scope));
                }
                if let Some(result) = branch.or(otherwise.as_deref()) {
                    self.walk(result, steps);
                }
                let chosen = taken.map_or("else".to_owned(), |place| format!("`when` number {}", place + 1));
                steps.push(Step { what: format!("chosen: {chosen}"), value: self.value(expr) });
                return;
            }
            Expr::Tuple(_) => "together".to_owned(),
            Expr::Template(_) => "put together".to_owned(),
            Expr::FirstOf(_) => "the first that is there".to_owned(),
            Expr::Arithmetic { .. } => "calculated".to_owned(),
            Expr::Any { list, .. } => format!("any of {}", field(self.entity, self.side, *list)),
            Expr::Not(_)
            | Expr::And(..)
            | Expr::Or2(..)
            | Expr::Compare { .. }
            | Expr::In { .. }
            | Expr::IsBlank(_) => "whether it holds".to_owned(),
        };
        if !matches!(expr, Expr::Any { .. }) {
            expr.inside(&mut |inner| self.walk_inside(expr, inner, steps));
        }
        steps.push(Step { what, value: self.value(expr) });
    }

    /// The rows of a table are not steps, only what goes into it.
    fn walk_inside(&self, outer: &Expr, inner: &Expr, steps: &mut Vec<Step>) {
        let input = match outer {
            Expr::Map { of, .. } => std::ptr::eq(of.as_ref(), inner),
            _ => true,
        };
        if input {
            self.walk(inner, steps);
        }
    }

    fn value(&self, expr: &Expr) -> String {
        match eval::planned(expr, self.scope, self.env, &mut Vec::new()) {
            Ok(Planned::Value(value)) => value.to_string(),
            Ok(Planned::Pending(reference)) => {
                format!("(of {} {}, which is created in the same run)", reference.entity, reference.value)
            }
            Err(Stop::Keep) => "stays as it is".to_owned(),
            Err(Stop::Hold(reason)) => format!("held: {reason}"),
            Err(Stop::Skip(reason)) => format!("does not travel: {reason}"),
        }
    }
}

fn words(fallback: &Fallback) -> String {
    match fallback {
        Fallback::Default(_) => "or default".to_owned(),
        Fallback::Blank => "or blank".to_owned(),
        Fallback::Keep => "or keep".to_owned(),
        Fallback::Hold(_) => "or hold".to_owned(),
        Fallback::Skip(_) => "or skip".to_owned(),
    }
}

fn field(entity: &Entity, side: Side, slot: Slot) -> String {
    let list = match slot {
        Slot::Part { part, .. } => entity.parts.get(part).map(|part| format!("{}.", part.field)),
        Slot::Own(_) | Slot::Owner(_) => None,
    };
    format!("{}{}", list.unwrap_or_default(), entity.field_name(side, slot))
}
