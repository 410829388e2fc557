//! What an expression comes to for one row.

use super::expr::{Arithmetic, Expr, Fallback, MapRow, Member, Piece, Slot};
use super::line::Planned;
use super::{Entity, Lookups};
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
    entity: &'a Entity,
    side: Side,
    values: &'a [Value],
    /// Of the record above, for a part with rows of its own.
    owner: &'a [Value],
    picked: Vec<Option<&'a [Value]>>,
    /// A text lost its end on the way.
    pub(super) cut: Cell<bool>,
}

const NOTHING: &Value = &Value::Null;

impl<'a> Scope<'a> {
    pub fn new(entity: &'a Entity, side: Side, row: &'a Row) -> Self {
        let picked = match side {
            Side::Severa => (0..entity.parts.len()).map(|part| entity.picked(part, row)).collect(),
            Side::Business => Vec::new(),
        };
        Self { entity, side, values: &row.values, owner: &[], picked, cut: Cell::new(false) }
    }

    /// With the record above at hand, if there is one.
    pub fn of(entity: &'a Entity, side: Side, row: &'a Row, env: &Env<'a>) -> Self {
        let owner = env.above.and_then(|above| match side {
            Side::Severa => above.severa,
            Side::Business => above.business,
        });
        Self { owner: owner.map_or(&[], |row| &row.values), ..Self::new(entity, side, row) }
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

/// An expression's value, where links must be known.
pub fn value(expr: &Expr, scope: &Scope, env: &Env) -> Result<Value, Stop> {
    match planned(expr, scope, env, &mut Vec::new())? {
        Planned::Value(value) => Ok(value),
        Planned::Pending(reference) => {
            Err(Stop::Hold(format!("{} {} is not carried over yet", reference.entity, reference.value)))
        }
    }
}

/// Whether a condition holds; one that cannot be told does not.
pub fn holds(condition: &Expr, scope: &Scope, env: &Env) -> bool {
    matches!(value(condition, scope, env), Ok(Value::Bool(true)))
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
    let bare = Entity::bare();
    let scope =
        Scope { entity: &bare, side: Side::Severa, values: &[], owner: &[], picked: Vec::new(), cut: Cell::new(false) };
    let lookups = Lookups::default();
    value(expr, &scope, &Env::new(&NoLinks, &lookups)).ok()
}

/// A condition over the fields of a list's element alone: comparisons of plain fields.
pub(super) fn holds_of_element(condition: &Expr, element: &[Value]) -> bool {
    let bare = Entity::bare();
    let scope = Scope {
        entity: &bare,
        side: Side::Severa,
        values: element,
        owner: &[],
        picked: Vec::new(),
        cut: Cell::new(false),
    };
    let lookups = Lookups::default();
    holds(condition, &scope, &Env::new(&NoLinks, &lookups))
}

/// An expression's value, which may be known only once another record has been created.
pub fn planned(expr: &Expr, scope: &Scope, env: &Env, waits: &mut Vec<Reference>) -> Result<Planned, Stop> {
    let known = |v: Value| Ok(Planned::Value(v));
    match expr {
        Expr::Link { entity, column, back, of } => {
            let value = self::value(of, scope, env)?;
            link(*entity, column, *back, value, env, waits)
        }
        Expr::Or { of, fallback } => {
            let missing = waits.len();
            match planned(of, scope, env, waits)? {
                Planned::Value(Value::Null) => {
                    // Something stands there, but has no counterpart yet: a blank would lose it for good.
                    let unlinked = waits.len() > missing;
                    instead(fallback, unlinked, scope, env)
                }
                planned => Ok(planned),
            }
        }
        Expr::FirstOf(options) => {
            for option in options {
                match planned(option, scope, env, waits)? {
                    Planned::Value(Value::Null) => {}
                    planned => return Ok(planned),
                }
            }
            known(Value::Null)
        }
        Expr::Choice { branches, otherwise } => {
            for (condition, result) in branches {
                if holds(condition, scope, env) {
                    return planned(result, scope, env, waits);
                }
            }
            match otherwise {
                Some(result) => planned(result, scope, env, waits),
                None => Err(Stop::Keep),
            }
        }
        _ => plain(expr, scope, env).map(Planned::Value),
    }
}

fn plain(expr: &Expr, scope: &Scope, env: &Env) -> Result<Value, Stop> {
    let sub = |e: &Expr| value(e, scope, env);
    Ok(match expr {
        Expr::Const(value) => value.clone(),
        Expr::Slot(slot) => scope.slot(*slot).clone(),
        Expr::Named(place) => env.lookups.named(*place),
        Expr::Tuple(parts) => Value::Record(parts.iter().map(sub).collect::<Result<_, _>>()?),
        Expr::Template(pieces) => template(pieces, scope, env)?,
        Expr::Untemplate { before, after, of } => untemplate(before, after, sub(of)?)?,
        Expr::Element { of, place } => match sub(of)? {
            Value::Record(mut parts) if *place < parts.len() => parts.swap_remove(*place),
            _ => Value::Null,
        },
        Expr::Apply { function, args, back, of } => {
            let given = sub(of)?;
            let result = if *back { function.backward(&given, args)? } else { function.forward(&given, args)? };
            if function.cuts && !back && longer(&given, &result) {
                scope.cut.set(true);
            }
            result
        }
        Expr::Map { rows, otherwise, of } => {
            let given = sub(of)?;
            match (map(rows, &given), otherwise) {
                (Some(row), _) => sub(&row.value)?,
                (None, Some(result)) => sub(result)?,
                (None, None) if given.is_null() => Value::Null,
                (None, None) => return Err(Stop::Hold(format!("{given} is not in the table"))),
            }
        }
        Expr::Kept { table, back, of } => env.lookups.kept(*table, *back, &sub(of)?)?,
        Expr::Not(of) => Value::Bool(!holds(of, scope, env)),
        Expr::And(left, right) => Value::Bool(holds(left, scope, env) && holds(right, scope, env)),
        Expr::Or2(left, right) => Value::Bool(holds(left, scope, env) || holds(right, scope, env)),
        Expr::Compare { op, left, right } => Value::Bool(compare(*op, &sub(left)?, &sub(right)?)),
        Expr::Arithmetic { op, left, right } => arithmetic(*op, &sub(left)?, &sub(right)?)?,
        Expr::In { value, list } => {
            let given = sub(value)?;
            Value::Bool(list.iter().any(|member| is_member(member, &given)))
        }
        Expr::IsBlank(of) => {
            let given = sub(of)?;
            Value::Bool(given.is_null() || given.as_text().is_some_and(|t| t.trim().is_empty()))
        }
        Expr::Any { list, condition } => {
            let Value::List(elements) = scope.slot(*list) else {
                return Ok(Value::Bool(false));
            };
            Value::Bool(elements.iter().any(|element| match element {
                Value::Record(values) => {
                    let inner = Scope {
                        entity: scope.entity,
                        side: scope.side,
                        values,
                        owner: scope.owner,
                        picked: Vec::new(),
                        cut: Cell::new(false),
                    };
                    holds(condition, &inner, env)
                }
                _ => false,
            }))
        }
        Expr::Link { .. } | Expr::Or { .. } | Expr::FirstOf(_) | Expr::Choice { .. } => {
            return value(expr, scope, env);
        }
    })
}

fn link(
    entity: usize,
    column: &str,
    back: bool,
    value: Value,
    env: &Env,
    waits: &mut Vec<Reference>,
) -> Result<Planned, Stop> {
    if value.is_null() {
        return Ok(Planned::Value(Value::Null));
    }
    let from = if back { Side::Business } else { Side::Severa };
    let reference = || Reference {
        entity: env.lookups.entity_name(entity),
        from,
        value: match &value {
            Value::Text(text) => text.clone(),
            other => other.to_string(),
        },
        column: column.to_owned(),
    };
    match env.links.find(entity, from, column, &value) {
        Linked::Found(found) => Ok(Planned::Value(found)),
        Linked::Pending => Ok(Planned::Pending(reference())),
        Linked::Missing => {
            waits.push(reference());
            Ok(Planned::Value(Value::Null))
        }
    }
}

fn instead(fallback: &Fallback, unlinked: bool, scope: &Scope, env: &Env) -> Result<Planned, Stop> {
    match fallback {
        Fallback::Default(expr) => value(expr, scope, env).map(Planned::Value),
        Fallback::Blank => Ok(Planned::Value(Value::Null)),
        Fallback::Keep => Err(Stop::Keep),
        Fallback::Hold(reason) if unlinked => {
            Err(Stop::Hold(format!("{reason}: the record it points at is not linked")))
        }
        Fallback::Hold(reason) => Err(Stop::Hold(reason.clone())),
        Fallback::Skip(reason) => Err(Stop::Skip(reason.clone())),
    }
}

fn template(pieces: &[Piece], scope: &Scope, env: &Env) -> Result<Value, Stop> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(fixed) => text.push_str(fixed),
            Piece::Value(expr) => match value(expr, scope, env)? {
                Value::Null => {}
                Value::Text(value) => text.push_str(&value),
                other => text.push_str(&other.to_string()),
            },
        }
    }
    Ok(Value::Text(text))
}

fn untemplate(before: &str, after: &str, given: Value) -> Result<Value, Stop> {
    match given {
        Value::Text(text) => match text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) {
            Some(inner) => Ok(Value::text(inner)),
            None => Err(Stop::Hold(format!("\"{text}\" is not of the form \"{before}…{after}\""))),
        },
        other => Ok(other),
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

fn map<'a>(rows: &'a [MapRow], given: &Value) -> Option<&'a MapRow> {
    rows.iter().find(|row| is_member(&row.key, given))
}

fn is_member(member: &Member, given: &Value) -> bool {
    match member {
        Member::Is(value) => value.same(given),
        Member::Between(from, to) => given.as_int().is_some_and(|n| (*from..=*to).contains(&n)),
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
