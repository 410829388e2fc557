//! What an expression comes to for one row.

use super::expr::{Arithmetic, Expr, Fallback, Piece, Slot};
use super::line::Planned;
use super::seen::Seen;
use super::{Entity, Lookups};
use crate::functions::Function;
use crate::systems::{Comparison, Row};
use crate::value::{Side, Value};
use rust_decimal::Decimal;
use std::cell::Cell;

/// What a run knows apart from the two records: links, kept tables, resolved names.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    pub links: &'a dyn Links,
    pub lookups: &'a Lookups,
    above: Option<Above<'a>>,
}

/// The record that a part's rows belong to, on both sides.
#[derive(Clone, Copy, Default)]
pub struct Above<'a> {
    /// None while it is only going to be created there.
    pub severa: Option<&'a Row>,
    pub business: Option<&'a Row>,
    /// Why nothing of it is sent from a side, in the mapping's words: Severa's and Visma Business'.
    pub kept_back: [Option<&'a str>; 2],
}

impl<'a> Env<'a> {
    pub fn new(links: &'a dyn Links, lookups: &'a Lookups) -> Self {
        Self { links, lookups, above: None }
    }

    /// For the records of a part.
    pub fn below(self, above: Above<'a>) -> Self {
        Self { above: Some(above), ..self }
    }

    /// The record above, for those of a part.
    pub fn above(&self) -> Option<Above<'a>> {
        self.above
    }

    /// Why a side sends nothing of the record above, nor of its parts.
    pub fn kept_back(&self, side: Side) -> Option<&'a str> {
        let [severa, business] = self.above?.kept_back;
        if side == Side::Severa { severa } else { business }
    }
}

/// The stored links, and those that the plan at hand will make.
pub trait Links {
    /// The other side's record of an entity. `from` says on which side `value` is known: on the
    /// Severa side it is a GUID; on the Visma Business side it is the value of `column`.
    /// The answer is that column's value, or the GUID.
    fn find(&self, entity: usize, from: Side, column: &str, value: &Value) -> Linked;
}

#[derive(Debug, Clone, PartialEq)]
pub enum Linked {
    Found(Value),
    /// The plan creates it: the value is known once that has been done.
    Pending,
    Missing,
}

/// A record named from one side, whose other half is asked for.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Reference {
    /// The entity's name, so that plans outlive the program.
    pub entity: String,
    /// The side on which the record is known.
    pub from: Side,
    /// Its GUID, or its value of `column`, as text.
    pub value: String,
    /// The Visma Business column that is meant.
    pub column: String,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    Keep,
    Hold(String),
    Skip(String),
}

/// The row that slots are taken from.
pub struct Scope<'a> {
    values: &'a [Value],
    /// Of the record above, for a part with rows of its own.
    owner: &'a [Value],
    picked: Vec<Option<&'a [Value]>>,
    /// Somebody asks whether a text lost its end on the way.
    watched: bool,
    pub(super) cut: Cell<bool>,
}

const NOTHING: &Value = &Value::Null;

impl<'a> Scope<'a> {
    pub fn new(entity: &'a Entity, side: Side, row: &'a Row) -> Self {
        let picked = match side {
            Side::Severa => (0..entity.parts.len()).map(|part| entity.picked(part, row)).collect(),
            Side::Business => Vec::new(),
        };
        Self { picked, ..Self::bare(&row.values, &[]) }
    }

    /// With the record above at hand, if there is one.
    pub fn of(entity: &'a Entity, side: Side, row: &'a Row, env: &Env<'a>) -> Self {
        let owner = env.above.and_then(|above| match side {
            Side::Severa => above.severa,
            Side::Business => above.business,
        });
        Self { owner: owner.map_or(&[], |row| &row.values), ..Self::new(entity, side, row) }
    }

    pub(super) fn watched(self) -> Self {
        Self { watched: true, ..self }
    }

    fn bare(values: &'a [Value], owner: &'a [Value]) -> Self {
        Self { values, owner, picked: Vec::new(), watched: false, cut: Cell::new(false) }
    }

    pub fn slot(&self, slot: Slot) -> &'a Value {
        match slot {
            Slot::Own(place) => self.values.get(place).unwrap_or(NOTHING),
            Slot::Owner(place) => self.owner.get(place).unwrap_or(NOTHING),
            Slot::Part { part, field } => {
                self.picked.get(part).copied().flatten().and_then(|values| values.get(field)).unwrap_or(NOTHING)
            }
        }
    }
}

/// What an expression comes to: known, or only once another record has been created.
#[derive(Debug, Clone, PartialEq)]
pub enum Told<'v> {
    Value(Seen<'v>),
    Pending(Box<Reference>),
}

/// An expression's value, where links must be known.
pub fn value(expr: &Expr, scope: &Scope, env: &Env) -> Result<Value, Stop> {
    seen(expr, scope, env).map(Seen::owned)
}

/// The same, where it lies.
pub fn seen<'v>(expr: &'v Expr, scope: &Scope<'v>, env: &Env<'v>) -> Result<Seen<'v>, Stop> {
    match expr {
        Expr::Link { .. } | Expr::Or { .. } | Expr::FirstOf(_) | Expr::Choice { .. } => {
            match told(expr, scope, env, &mut Vec::new())? {
                Told::Value(value) => Ok(value),
                Told::Pending(reference) => {
                    Err(Stop::Hold(format!("{} {} is not carried over yet", reference.entity, reference.value)))
                }
            }
        }
        _ => plain(expr, scope, env),
    }
}

/// Whether a condition holds; one that cannot be told does not.
pub fn holds(condition: &Expr, scope: &Scope, env: &Env) -> bool {
    match condition {
        Expr::And(left, right) => holds(left, scope, env) && holds(right, scope, env),
        _ => matches!(seen(condition, scope, env), Ok(value) if value.as_bool() == Some(true)),
    }
}

/// Nothing is linked.
struct NoLinks;

impl Links for NoLinks {
    fn find(&self, _: usize, _: Side, _: &str, _: &Value) -> Linked {
        Linked::Missing
    }
}

/// What an expression over constants alone comes to.
pub fn alone(expr: &Expr) -> Option<Value> {
    let lookups = Lookups::default();
    value(expr, &Scope::bare(&[], &[]), &Env::new(&NoLinks, &lookups)).ok()
}

/// A condition over the fields of a list's element alone: comparisons of plain fields.
pub(super) fn holds_of_element(condition: &Expr, element: &[Value]) -> bool {
    let lookups = Lookups::default();
    holds(condition, &Scope::bare(element, &[]), &Env::new(&NoLinks, &lookups))
}

/// An expression's value, which may be known only once another record has been created.
pub fn planned(expr: &Expr, scope: &Scope, env: &Env, waits: &mut Vec<Reference>) -> Result<Planned, Stop> {
    Ok(match told(expr, scope, env, waits)? {
        Told::Value(value) => Planned::Value(value.owned()),
        Told::Pending(reference) => Planned::Pending(*reference),
    })
}

/// The same, where it lies.
pub fn told<'v>(
    expr: &'v Expr,
    scope: &Scope<'v>,
    env: &Env<'v>,
    waits: &mut Vec<Reference>,
) -> Result<Told<'v>, Stop> {
    match expr {
        Expr::Link { entity, column, back, of } => link(*entity, column, *back, seen(of, scope, env)?, env, waits),
        Expr::Or { of, fallback } => {
            let missing = waits.len();
            match told(of, scope, env, waits)? {
                Told::Value(value) if value.is_null() => {
                    // Something stands there, but has no counterpart yet: a blank would lose it for good.
                    let unlinked = waits.len() > missing;
                    instead(fallback, unlinked, scope, env).map(Told::Value)
                }
                told => Ok(told),
            }
        }
        Expr::FirstOf(options) => {
            for option in options {
                match told(option, scope, env, waits)? {
                    Told::Value(value) if value.is_null() => {}
                    told => return Ok(told),
                }
            }
            Ok(Told::Value(Seen::NOTHING))
        }
        Expr::Choice { branches, otherwise } => {
            for (condition, result) in branches {
                if holds(condition, scope, env) {
                    return told(result, scope, env, waits);
                }
            }
            match otherwise {
                Some(result) => told(result, scope, env, waits),
                None => Err(Stop::Keep),
            }
        }
        _ => plain(expr, scope, env).map(Told::Value),
    }
}

fn plain<'v>(expr: &'v Expr, scope: &Scope<'v>, env: &Env<'v>) -> Result<Seen<'v>, Stop> {
    let sub = |e: &'v Expr| seen(e, scope, env);
    let bool = |b: bool| Seen::Made(Value::Bool(b));
    Ok(match expr {
        Expr::Const(value) => Seen::There(value),
        Expr::Slot(slot) => Seen::There(scope.slot(*slot)),
        Expr::Named(place) => Seen::There(env.lookups.named(*place)),
        Expr::Tuple(parts) => {
            Seen::Made(Value::Record(parts.iter().map(|e| value(e, scope, env)).collect::<Result<_, _>>()?))
        }
        Expr::Template(pieces) => template(pieces, scope, env)?,
        Expr::Untemplate { before, after, of } => untemplate(before, after, sub(of)?)?,
        Expr::Element { of, place } => match sub(of)?.owned() {
            Value::Record(mut parts) if *place < parts.len() => Seen::Made(parts.swap_remove(*place)),
            _ => Seen::NOTHING,
        },
        Expr::Apply { function, args, back, of } => apply(function, args, *back, sub(of)?, scope)?,
        Expr::Map { rows, otherwise, of } => {
            let given = sub(of)?;
            match (rows.find(&given), otherwise) {
                (Some(row), _) => sub(&row.value)?,
                (None, Some(result)) => sub(result)?,
                (None, None) if given.is_null() => Seen::NOTHING,
                (None, None) => return Err(Stop::Hold(format!("{} is not in the table", given.value()))),
            }
        }
        Expr::Kept { table, back, of } => Seen::There(env.lookups.kept(*table, *back, &sub(of)?.value())?),
        Expr::Not(of) => bool(!holds(of, scope, env)),
        Expr::And(left, right) => bool(holds(left, scope, env) && holds(right, scope, env)),
        Expr::Or2(left, right) => bool(holds(left, scope, env) || holds(right, scope, env)),
        Expr::Compare { op, left, right } => bool(compare(*op, &sub(left)?.value(), &sub(right)?.value())),
        Expr::Arithmetic { op, left, right } => Seen::Made(arithmetic(*op, &sub(left)?.value(), &sub(right)?.value())?),
        Expr::In { value, list } => {
            let given = sub(value)?;
            let given = given.value();
            bool(list.iter().any(|member| member.is(&given)))
        }
        Expr::IsBlank(of) => {
            let given = sub(of)?;
            bool(given.is_null() || given.as_text().is_some_and(|t| t.trim().is_empty()))
        }
        Expr::Any { list, condition } => {
            let Value::List(elements) = scope.slot(*list) else {
                return Ok(bool(false));
            };
            bool(elements.iter().any(|element| match element {
                Value::Record(values) => holds(condition, &Scope::bare(values, scope.owner), env),
                _ => false,
            }))
        }
        Expr::Link { .. } | Expr::Or { .. } | Expr::FirstOf(_) | Expr::Choice { .. } => {
            return seen(expr, scope, env);
        }
    })
}

fn apply<'v>(
    function: &'static Function,
    args: &'v [Value],
    back: bool,
    given: Seen<'v>,
    scope: &Scope<'v>,
) -> Result<Seen<'v>, Stop> {
    if back {
        return function.backward(&given.value(), args).map(Seen::Made);
    }
    let watched = scope.watched && function.cuts;
    // Whoever watches needs what was given beside the result.
    if let (Some(part), false) = (function.part, watched)
        && given.as_text().is_some()
    {
        return Ok(given.part(|text| part(text, args)));
    }
    let given = given.value();
    let result = function.forward(&given, args)?;
    if watched && longer(&given, &result) {
        scope.cut.set(true);
    }
    Ok(Seen::Made(result))
}

fn link<'v>(
    entity: usize,
    column: &str,
    back: bool,
    value: Seen<'v>,
    env: &Env<'v>,
    waits: &mut Vec<Reference>,
) -> Result<Told<'v>, Stop> {
    if value.is_null() {
        return Ok(Told::Value(Seen::NOTHING));
    }
    let value = value.value();
    let from = if back { Side::Business } else { Side::Severa };
    let reference = || Reference {
        entity: env.lookups.entity_name(entity),
        from,
        value: match &*value {
            Value::Text(text) => text.clone(),
            other => other.to_string(),
        },
        column: column.to_owned(),
    };
    match env.links.find(entity, from, column, &value) {
        Linked::Found(found) => Ok(Told::Value(Seen::Made(found))),
        Linked::Pending => Ok(Told::Pending(Box::new(reference()))),
        Linked::Missing => {
            waits.push(reference());
            Ok(Told::Value(Seen::NOTHING))
        }
    }
}

fn instead<'v>(fallback: &'v Fallback, unlinked: bool, scope: &Scope<'v>, env: &Env<'v>) -> Result<Seen<'v>, Stop> {
    match fallback {
        Fallback::Default(expr) => seen(expr, scope, env),
        Fallback::Blank => Ok(Seen::NOTHING),
        Fallback::Keep => Err(Stop::Keep),
        Fallback::Hold(reason) if unlinked => {
            Err(Stop::Hold(format!("{reason}: the record it points at is not linked")))
        }
        Fallback::Hold(reason) => Err(Stop::Hold(reason.clone())),
        Fallback::Skip(reason) => Err(Stop::Skip(reason.clone())),
    }
}

fn template<'v>(pieces: &'v [Piece], scope: &Scope<'v>, env: &Env<'v>) -> Result<Seen<'v>, Stop> {
    let mut text = String::with_capacity(64);
    for piece in pieces {
        match piece {
            Piece::Text(fixed) => text.push_str(fixed),
            Piece::Value(expr) => seen(expr, scope, env)?.write(&mut text),
        }
    }
    Ok(Seen::Made(Value::Text(text)))
}

fn untemplate<'v>(before: &str, after: &str, given: Seen<'v>) -> Result<Seen<'v>, Stop> {
    let inner = given.as_text().map(|text| text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)));
    match inner {
        Some(Some(_)) => {
            Ok(given.part(|text| text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap_or(text)))
        }
        Some(None) => {
            let text = given.as_text().unwrap_or_default();
            Err(Stop::Hold(format!("\"{text}\" is not of the form \"{before}…{after}\"")))
        }
        None => Ok(given),
    }
}

fn longer(given: &Value, result: &Value) -> bool {
    match (given, result) {
        (Value::Text(given), Value::Text(result)) => given.trim_end().chars().count() > result.chars().count(),
        (Value::Text(given), Value::Null) => !given.trim().is_empty(),
        (Value::Record(given), Value::Record(result)) => given.iter().zip(result).any(|(g, r)| longer(g, r)),
        _ => false,
    }
}

/// Comparison with nothing: only equality can be told, anything else does not hold.
pub fn compare(op: Comparison, left: &Value, right: &Value) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match op {
        Comparison::Eq => left.same(right),
        Comparison::Ne => !left.same(right),
        _ => {
            let order = match (left, right) {
                (Value::Text(a), Value::Text(b)) => a.cmp(b),
                (Value::Date(a), Value::Date(b)) => a.cmp(b),
                (Value::Time(a), Value::Time(b)) => a.cmp(b),
                (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
                (a, b) => match (a.as_decimal(), b.as_decimal()) {
                    (Some(a), Some(b)) => a.cmp(&b),
                    _ => return false,
                },
            };
            match op {
                Comparison::Lt => order == Less,
                Comparison::Le => order != Greater,
                Comparison::Gt => order == Greater,
                Comparison::Ge => order != Less,
                Comparison::Eq | Comparison::Ne => order == Equal,
            }
        }
    }
}

fn arithmetic(op: Arithmetic, left: &Value, right: &Value) -> Result<Value, Stop> {
    let (Some(a), Some(b)) = (left.as_decimal(), right.as_decimal()) else {
        return Ok(Value::Null);
    };
    let result = match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Sub => a.checked_sub(b),
        Arithmetic::Mul => a.checked_mul(b),
        Arithmetic::Div if b == Decimal::ZERO => {
            return Err(Stop::Hold(format!("{left} cannot be divided by nothing")));
        }
        Arithmetic::Div => a.checked_div(b),
    };
    result.map(Value::Decimal).ok_or_else(|| Stop::Hold("the number has too many digits".to_owned()))
}
