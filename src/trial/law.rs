//! The laws of a two-way line, each over one record.

use super::record;
use super::values::fits;
use crate::program::{Entity, Env, Line, Outcome, Planned, Slot};
use crate::systems::Row;
use crate::value::{Side, Type, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// There and back, begun on this side.
    ThereAndBack(Side),
    Fits,
    Again,
}

pub const LAWS: [Law; 4] = [Law::ThereAndBack(Side::Severa), Law::ThereAndBack(Side::Business), Law::Fits, Law::Again];

impl Law {
    /// Whether it is tried with records of this side.
    pub fn begins_on(self, side: Side) -> bool {
        !matches!(self, Law::ThereAndBack(begin) if begin != side)
    }

    pub fn name(self) -> String {
        match self {
            Law::ThereAndBack(side) => format!("there and back from {}", side.title()),
            Law::Fits => "what is written fits".to_owned(),
            Law::Again => "carried again it stays".to_owned(),
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Law::ThereAndBack(side) => format!(
                "what {} holds, carried to {} and back, is what it was, or says the same there",
                side.title(),
                side.other().title()
            ),
            Law::Fits => "what is written is of its field's type, and has room there".to_owned(),
            Law::Again => "carried a second time, it is the same, and nothing is left to write".to_owned(),
        }
    }
}

/// How a record fares under a law.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Holds,
    /// The line writes nothing here: the record is held, stays as it is, or waits for another.
    Silent,
    Broken(Broken),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub why: String,
    /// On the side that was written, unless it is the way back that went wrong.
    pub at: Side,
    pub expected: Vec<(Slot, Value)>,
    pub produced: Vec<(Slot, Value)>,
}

/// A line under test.
pub struct Bench<'a> {
    pub entity: &'a Entity,
    pub line: &'a Line,
    pub env: Env<'a>,
}

type Written = Vec<(Slot, Planned)>;

impl Bench<'_> {
    pub fn judge(&self, law: Law, from: Side, source: &Row) -> Verdict {
        let Some(written) = self.carry(from.other(), source, None) else {
            return Verdict::Silent;
        };
        match law {
            Law::ThereAndBack(_) => self.there_and_back(from, source, &written),
            Law::Fits => self.fits(from.other(), &written),
            Law::Again => self.again(from, source, &written),
        }
    }

    fn carry(&self, to: Side, source: &Row, target: Option<&Row>) -> Option<Written> {
        let carried = self.line.carry(self.entity, to, source, target, &self.env);
        match carried.outcome {
            Outcome::Write(values) if carried.waits.is_empty() => Some(values),
            _ => None,
        }
    }

    /// The record that comes to be.
    fn arrived(&self, to: Side, written: &Written) -> Option<Row> {
        let mut row = record::blank(self.entity, to);
        record::write(self.entity, to, &mut row, written).then_some(row)
    }

    fn there_and_back(&self, from: Side, source: &Row, written: &Written) -> Verdict {
        let to = from.other();
        let Some(there) = self.arrived(to, written) else { return Verdict::Silent };
        let Some(back) = self.carry(from, &there, Some(source)) else { return Verdict::Holds };
        let mut returned = source.clone();
        if !record::write(self.entity, from, &mut returned, &back) {
            return Verdict::Silent;
        }
        let (before, after) = (self.values(from, source), self.values(from, &returned));
        // Nothing that became nothing, and is filled on the way back, is what the line's own fallback says.
        if same(&before, &after) || blank(&before) && blank(&self.values(to, &there)) {
            return Verdict::Holds;
        }
        let again = self.line.carry(self.entity, to, &returned, None, &self.env).outcome;
        match again {
            Outcome::Write(values) => {
                let mut twice = there.clone();
                if record::write(self.entity, to, &mut twice, &values)
                    && same(&self.values(to, &there), &self.values(to, &twice))
                {
                    return Verdict::Holds;
                }
                // A text that was cut is never written back over the longer one.
                let over = self.line.carry(self.entity, to, &returned, Some(&there), &self.env).outcome;
                if to == Side::Severa && matches!(over, Outcome::Hold(_)) {
                    return Verdict::Holds;
                }
            }
            Outcome::Keep => return Verdict::Holds,
            Outcome::Hold(_) | Outcome::Skip(_) => {}
        }
        let through: Vec<String> = self
            .values(to, &there)
            .iter()
            .map(|(slot, value)| format!("{} = {value}", self.entity.field_name(to, *slot)))
            .collect();
        Verdict::Broken(Broken {
            why: format!("another value comes back, by way of {} in {}", through.join(", "), to.title()),
            at: from,
            expected: before,
            produced: after,
        })
    }

    fn fits(&self, to: Side, written: &Written) -> Verdict {
        for (slot, planned) in written {
            let (Planned::Value(value), Some(field)) = (planned, record::field(self.entity, to, *slot)) else {
                continue;
            };
            let known = record::select(self.entity, to, *slot).and_then(|s| record::known(to, s, &field.name));
            let why = match value {
                // A creation without what is required is held before anything is written.
                Value::Null => {
                    let fine = field.blank_is_nothing || known.is_none_or(|k| k.nullable || k.required);
                    (!fine).then(|| format!("`{}` cannot be blank", field.name))
                }
                value => misfit(value, &field.ty, to).map(|why| format!("`{}` {why}", field.name)),
            };
            if let Some(why) = why {
                let produced = vec![(*slot, value.clone())];
                return Verdict::Broken(Broken { why, at: to, expected: Vec::new(), produced });
            }
        }
        Verdict::Holds
    }

    fn again(&self, from: Side, source: &Row, written: &Written) -> Verdict {
        let to = from.other();
        let Some(there) = self.arrived(to, written) else { return Verdict::Silent };
        let expected = self.values(to, &there);
        let (severa, business) = if from == Side::Severa { (source, &there) } else { (&there, source) };
        let mut produced = there.clone();
        if let Some(values) = self.carry(to, source, Some(&there)) {
            record::write(self.entity, to, &mut produced, &values);
        }
        let produced = self.values(to, &produced);
        let why = if !same(&expected, &produced) {
            "the second time another value comes out"
        } else if !self.line.in_step(self.entity, severa, business, &self.env) {
            "the two records are not taken as equal, so it is written in every run"
        } else {
            return Verdict::Holds;
        };
        Verdict::Broken(Broken { why: why.to_owned(), at: to, expected, produced })
    }

    pub fn values(&self, side: Side, row: &Row) -> Vec<(Slot, Value)> {
        let slots = self.line.slots(side).iter();
        slots.map(|slot| (*slot, self.entity.slot(side, row, *slot).clone())).collect()
    }
}

fn same(a: &[(Slot, Value)], b: &[(Slot, Value)]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| a.same(b))
}

fn blank(values: &[(Slot, Value)]) -> bool {
    values.iter().all(|(_, value)| value.same(&Value::Null))
}

/// Why a field of this type cannot take a value.
fn misfit(value: &Value, ty: &Type, side: Side) -> Option<String> {
    let fine = match (value, ty) {
        (Value::Text(text), Type::Text(Some(size))) => {
            let length = text.chars().count();
            if length > *size as usize {
                return Some(format!("holds {size} characters, and {length} are written"));
            }
            true
        }
        (Value::Text(word), Type::Enum(words)) => words.contains(&word.as_str()),
        (Value::Int(number), Type::Int) => i32::try_from(*number).is_ok(),
        (Value::Int(_) | Value::Decimal(_), Type::Decimal(..)) => fits(value, ty),
        (Value::Text(_), Type::Text(None))
        | (Value::Bool(_), Type::Bool)
        | (Value::Date(_), Type::Date)
        | (Value::Time(_), Type::Time)
        | (Value::Instant(_), Type::Instant)
        | (Value::Guid(_), Type::Guid) => true,
        _ => false,
    };
    (!fine).then(|| format!("is {ty} in {}, and cannot hold what is written", side.title()))
}
