//! What stands in for the two systems: links, tables that they keep, and names of the tenant.

use crate::program::{KeptTable, Linked, Links, Lookups, Program};
use crate::systems::SelectField;
use crate::value::{Guid, Side, Type, Value};
use std::cell::RefCell;

/// Stand-in GUIDs are these bits with a number: which GUID belongs to which number needs no table.
const PREFIX: u128 = 0x7e57_0000_0000_4000_8000_0000_0000_0000;

/// The first of them: Norway, the Norwegian krone, and whatever else an `any` stands for.
pub const SAMPLE: Guid = Guid(PREFIX | 1);

/// Names and numbers of countries and currencies; the numbers are as good as any other.
const COUNTRIES: &[(&str, i64)] = &[("NO", 47), ("SE", 46), ("FI", 358), ("DK", 45), ("DE", 49), ("GB", 44)];
const CURRENCIES: &[(&str, i64)] = &[("NOK", 47), ("SEK", 46), ("EUR", 978), ("DKK", 45), ("USD", 840), ("GBP", 826)];

/// Answers every link, every kept table and every name.
#[derive(Debug)]
pub struct StandIn {
    pub lookups: Lookups,
    /// The values of each kept table: left ones and right ones.
    pub kept: Vec<(Vec<Value>, Vec<Value>)>,
    /// The types of the columns that links point at, by entity.
    columns: Vec<Vec<(String, Type)>>,
    answered: RefCell<Vec<Value>>,
}

impl StandIn {
    pub fn new(program: &Program) -> Self {
        let tables: Vec<_> = program.kept.iter().map(rows).collect();
        let kept = tables
            .iter()
            .map(|rows| {
                let side = |place: usize| rows.iter().filter_map(|row| row.get(place).cloned()).collect();
                (side(0), side(1))
            })
            .collect();
        let named = program.named.iter().enumerate().map(|(place, setting)| {
            let key = setting.select.fields.first().map_or(Type::Guid, |f| f.ty.clone());
            vec![vec![named(place, &key), Value::text(&setting.wanted)]]
        });
        // Every name is answered as it is wanted, so none can be unknown.
        let lookups = Lookups::new(program, tables, named.collect()).unwrap_or_default();
        let columns = program.entities.iter().map(|entity| {
            let fields = entity.business.fields.iter();
            fields.map(|field| (field.name.clone(), field.ty.clone())).collect()
        });
        Self { lookups, kept, columns: columns.collect(), answered: RefCell::default() }
    }

    /// Whether a value came from a link, so that nobody can have known it before.
    pub fn answered(&self, value: &Value) -> bool {
        self.answered.borrow().iter().any(|known| known.same(value))
    }

    pub fn forget(&self) {
        self.answered.borrow_mut().clear();
    }
}

/// Each GUID has one number and each number one GUID, for every entity alike.
impl Links for StandIn {
    fn find(&self, entity: usize, from: Side, column: &str, value: &Value) -> Linked {
        let found = match from {
            Side::Severa => value.as_guid().map(|guid| {
                let columns = self.columns.get(entity).map(Vec::as_slice).unwrap_or_default();
                let ty = columns.iter().find(|(name, _)| name == column).map_or(Type::Int, |(_, ty)| ty.clone());
                numbered(&ty, number_of(guid))
            }),
            Side::Business => {
                let number = match value {
                    Value::Text(text) => i64::from_str_radix(&text.to_lowercase(), 36).ok(),
                    other => other.as_int(),
                };
                number.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0).map(|n| Value::Guid(guid_of(n)))
            }
        };
        match found {
            Some(value) => {
                let mut answered = self.answered.borrow_mut();
                if !answered.contains(&value) {
                    answered.push(value.clone());
                }
                Linked::Found(value)
            }
            None => Linked::Missing,
        }
    }
}

/// The record that a setting names, by the setting's place in the program.
pub fn named(place: usize, ty: &Type) -> Value {
    numbered(ty, u32::try_from(place).unwrap_or(0).saturating_add(1))
}

/// The stand-in GUID of a number.
pub fn guid_of(number: u32) -> Guid {
    Guid(PREFIX | u128::from(number))
}

fn number_of(guid: Guid) -> u32 {
    // Numbers of Visma Business are positive and signed; a GUID that is not ours gets one all the same.
    let folded = if guid.0 >> 64 == PREFIX >> 64 {
        guid.0 & u128::from(u32::MAX)
    } else {
        (guid.0 ^ (guid.0 >> 31) ^ (guid.0 >> 62) ^ (guid.0 >> 93)) & 0x7fff_fffe | 1
    };
    u32::try_from(folded).unwrap_or(1)
}

/// The value of a type that stands for a number.
fn numbered(ty: &Type, number: u32) -> Value {
    match ty {
        Type::Guid => Value::Guid(guid_of(number)),
        Type::Text(_) => Value::Text(base36(number)),
        _ => Value::Int(i64::from(number)),
    }
}

/// At most seven characters, which every text key holds.
fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

fn rows(table: &KeptTable) -> Vec<Vec<Value>> {
    let known = match table.select.record.name.as_str() {
        "Country" | "Ctry" => COUNTRIES,
        "Currency" | "Cur" => CURRENCIES,
        _ => &[("a", 1), ("b", 2), ("c", 3)],
    };
    let row = |(row, place): (&(&str, i64), u32)| {
        table.select.fields.iter().map(|field| cell(field, row.0, row.1, place)).collect()
    };
    known.iter().zip(1..).map(row).collect()
}

fn cell(field: &SelectField, name: &str, number: i64, place: u32) -> Value {
    match field.ty {
        Type::Guid => Value::Guid(guid_of(place)),
        Type::Int => Value::Int(number),
        _ => Value::text(name),
    }
}

/// A value of a type, where it does not matter which.
pub fn something(ty: &Type) -> Value {
    match ty {
        Type::Int | Type::Decimal(..) => Value::Int(1),
        Type::Bool => Value::Bool(true),
        Type::Date => Value::Date(jiff::civil::date(2026, 1, 15)),
        Type::Time => Value::Time(jiff::civil::time(8, 30, 0, 0)),
        Type::Instant => Value::Instant(jiff::Timestamp::UNIX_EPOCH),
        Type::Guid => Value::Guid(SAMPLE),
        Type::Enum(words) => words.first().map_or(Value::Null, |word| Value::text(*word)),
        Type::List(_) | Type::Values(_) => Value::List(Vec::new()),
        Type::Text(_) | Type::Range | Type::Side => Value::text("1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_there_and_back_by_numbers_and_by_texts() {
        for number in [1, 35, 36, 1042, i32::MAX as u32] {
            assert_eq!(number_of(guid_of(number)), number);
            assert_eq!(u32::from_str_radix(&base36(number), 36), Ok(number));
        }
        assert_ne!(number_of(Guid(5)), 0);
    }
}
