//! One line of a mapping: what it reads, what it writes, both ways.

use super::eval::{self, Env, Reference, Scope, Stop};
use super::{Entity, Expr, Slot};
use crate::functions::Behavior;
use crate::syntax::ast::Arrow;
use crate::systems::Row;
use crate::value::{Side, Value};

/// Where a line was written, for plans and history.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    pub file: String,
    pub line: usize,
}

#[derive(Debug, Clone)]
pub struct Line {
    /// Its two ends as they are written, `name <-> Nm`: stable while the ends stay, whatever else changes.
    pub key: String,
    /// The same for people, spaces and all.
    pub title: String,
    pub origin: Origin,
    pub direction: Arrow,
    /// Used only when a record is created.
    pub on_create: bool,
    /// Runs against the entity's arrow: works on linked records only.
    pub write_back: bool,
    /// What it reads, and where two-way writes, on the Severa side.
    pub severa: Vec<Slot>,
    pub business: Vec<Slot>,
    /// One expression for each slot of the Visma Business end; empty where the line does not go there.
    pub forward: Vec<Expr>,
    /// One expression for each slot of the Severa end.
    pub backward: Vec<Expr>,
    /// The column it writes is one whose number Visma Business assigns: bookkeeping, outside the master rules.
    pub numbered: bool,
    /// The Visma Business end is a key, which never changes once the record is there.
    pub fixed: bool,
}

/// A value that is known, or will be once another record has been created.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Planned {
    #[serde(with = "crate::value::json")]
    Value(Value),
    /// The other side's column of a record that this plan creates.
    Pending(Reference),
}

/// What a line does to the other side's record.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    pub outcome: Outcome,
    /// Records whose link would change the outcome: the pair is visited again when one of them is linked.
    pub waits: Vec<Reference>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Values for the slots of the target end.
    Write(Vec<(Slot, Planned)>),
    /// The target stays as it is.
    Keep,
    /// The record waits for a person.
    Hold(String),
    /// The record does not travel.
    Skip(String),
}

impl Line {
    /// Whether it ever writes to this side.
    pub fn writes_to(&self, side: Side) -> bool {
        match side {
            Side::Business => self.direction != Arrow::ToSevera,
            Side::Severa => self.direction != Arrow::ToBusiness,
        }
    }

    /// Whether its end on a side shows the record above, whose changes leave no trace in the part's own row.
    pub fn reads_owner(&self, side: Side) -> bool {
        self.slots(side).iter().any(|slot| matches!(slot, Slot::Owner(_)))
    }

    /// One expression for each slot of the end that is written.
    pub fn exprs(&self, to: Side) -> &[Expr] {
        match to {
            Side::Business => &self.forward,
            Side::Severa => &self.backward,
        }
    }

    /// The slots of its end on a side.
    pub fn slots(&self, side: Side) -> &[Slot] {
        match side {
            Side::Severa => &self.severa,
            Side::Business => &self.business,
        }
    }

    /// What it would write to `to`, from the other side's row; `target` is the record there, if there is one.
    pub fn carry(&self, entity: &Entity, to: Side, source: &Row, target: Option<&Row>, env: &Env) -> Carried {
        let exprs = match to {
            Side::Business => &self.forward,
            Side::Severa => &self.backward,
        };
        let scope = Scope::of(entity, to.other(), source, env);
        let mut waits = Vec::new();
        let outcome = self.run(exprs, to, &scope, env, &mut waits);
        // A text that was cut on its way out must not come back shorter than it was.
        if to == Side::Severa
            && self.direction == Arrow::Both
            && let Some(target) = target
            && self.cuts(entity, target, env)
        {
            let reason = format!(
                "{}: the text in Severa is longer than Visma Business can hold, so the change there is not written over it",
                self.title
            );
            return Carried { outcome: Outcome::Hold(reason), waits };
        }
        if to == Side::Business && self.fixed && target.is_some() && matches!(outcome, Outcome::Write(_)) {
            let reason = format!("{}: a number in Visma Business never changes, and the one in Severa has", self.title);
            return Carried { outcome: Outcome::Hold(reason), waits };
        }
        Carried { outcome, waits }
    }

    fn run(&self, exprs: &[Expr], to: Side, scope: &Scope, env: &Env, waits: &mut Vec<Reference>) -> Outcome {
        let mut values = Vec::with_capacity(exprs.len());
        for (slot, expr) in self.slots(to).iter().zip(exprs) {
            match eval::planned(expr, scope, env, waits) {
                Ok(value) => values.push((*slot, value)),
                Err(stop) => return self.stopped(stop),
            }
        }
        Outcome::Write(values)
    }

    /// What becomes of the line where an expression of it has no value.
    pub fn stopped(&self, stop: Stop) -> Outcome {
        match stop {
            Stop::Keep => Outcome::Keep,
            Stop::Hold(reason) => Outcome::Hold(format!("{}: {reason}", self.title)),
            Stop::Skip(reason) => Outcome::Skip(format!("{}: {reason}", self.title)),
        }
    }

    fn cuts(&self, entity: &Entity, severa: &Row, env: &Env) -> bool {
        let scope = Scope::of(entity, Side::Severa, severa, env).watched();
        let mut waits = Vec::new();
        self.forward.iter().any(|expr| {
            scope.cut.set(false);
            eval::planned(expr, &scope, env, &mut waits).is_ok() && scope.cut.get()
        })
    }

    /// Whether a text loses its end on its way from a record, by a transform that need not cut (`fit`).
    pub fn loses_text(&self, entity: &Entity, from: Side, row: &Row, env: &Env) -> bool {
        let exprs = if from == Side::Severa { &self.forward } else { &self.backward };
        let need_not = |expr: &Expr| matches!(expr, Expr::Apply { function, back: false, .. } if function.cuts && function.behavior != Behavior::OneWay);
        let scope = Scope::of(entity, from, row, env).watched();
        exprs.iter().filter(|expr| expr.any(&need_not)).any(|expr| {
            scope.cut.set(false);
            eval::planned(expr, &scope, env, &mut Vec::new()).is_ok() && scope.cut.get()
        })
    }

    /// Whether both records say the same, by the line's own transforms in either way. A way that leaves the
    /// other end as it is says nothing of it: a blank seller does not agree with whatever owner there is.
    pub fn in_step(&self, entity: &Entity, severa: &Row, business: &Row, env: &Env) -> bool {
        let agrees = |to: Side, source: &Row, target: &Row| {
            let exprs = if to == Side::Business { &self.forward } else { &self.backward };
            let scope = Scope::of(entity, to.other(), source, env);
            let target_scope = Scope::of(entity, to, target, env);
            match self.run(exprs, to, &scope, env, &mut Vec::new()) {
                Outcome::Write(values) => Some(values.iter().all(|(slot, planned)| match planned {
                    Planned::Value(value) => target_scope.slot(*slot).same(value),
                    Planned::Pending(_) => false,
                })),
                // It says nothing: what stands there may be there all the same, or still have to go the other way.
                Outcome::Keep => None,
                Outcome::Hold(_) | Outcome::Skip(_) => Some(false),
            }
        };
        let forward = self.writes_to(Side::Business).then(|| agrees(Side::Business, severa, business));
        let backward = self.writes_to(Side::Severa).then(|| agrees(Side::Severa, business, severa));
        match (forward, backward) {
            (Some(way), None) | (None, Some(way)) => way.unwrap_or(true),
            (Some(forward), Some(backward)) => match (forward, backward) {
                (None, None) => true,
                (forward, backward) => forward == Some(true) || backward == Some(true),
            },
            (None, None) => false,
        }
    }

    /// The values of its end on one side, in a form whose equality is "unchanged".
    pub fn values(&self, entity: &Entity, side: Side, row: &Row) -> Vec<Value> {
        let scope = Scope::new(entity, side, row);
        self.slots(side).iter().map(|slot| scope.slot(*slot).clone()).collect()
    }
}
