//! Generated values: what a field of its type can hold, the borders first.

use super::hints::Hints;
use super::record::as_read;
use super::rng::Rng;
use super::stand_in::{StandIn, guid_of};
use crate::systems::SelectField;
use crate::value::{Side, Type, Value};
use rust_decimal::Decimal;
use std::ops::RangeInclusive;

/// What a field can hold.
#[derive(Debug)]
pub struct Domain {
    pub side: Side,
    pub ty: Type,
    pub blank_is_nothing: bool,
    pub nullable: bool,
    /// A record cannot be without it.
    pub required: bool,
    /// The whole numbers that can stand there.
    pub whole: RangeInclusive<i64>,
}

/// Numbers that a template puts into a text: of nine digits at most, as the checker counts them.
const WRITTEN_OUT: RangeInclusive<i64> = 0..=999_999_999;

impl Domain {
    pub fn of(side: Side, field: &SelectField, known: Option<&crate::schema::Field>, hints: &Hints) -> Self {
        let any = i64::from(i32::MIN)..=i64::from(i32::MAX);
        Self {
            whole: if hints.around.is_empty() { any } else { WRITTEN_OUT },
            side,
            ty: field.ty.clone(),
            blank_is_nothing: field.blank_is_nothing,
            nullable: known.is_none_or(|f| f.nullable) || field.blank_is_nothing,
            required: known.is_some_and(|f| f.required),
        }
    }

    /// Whether the side could ever answer this value.
    fn holds(&self, value: &Value) -> bool {
        match (value, &self.ty) {
            (Value::Null, _) => self.nullable,
            (Value::Text(text), Type::Enum(words)) => words.contains(&text.as_str()),
            (Value::Text(text), Type::Text(size)) => {
                let blank = text.trim().is_empty();
                size.is_none_or(|size| text.chars().count() <= size as usize) && !(blank && self.required)
            }
            (Value::Int(number), Type::Int) => self.whole.contains(number),
            (Value::Int(_) | Value::Decimal(_), Type::Decimal(..)) => fits(value, &self.ty),
            (Value::Bool(_), Type::Bool)
            | (Value::Date(_), Type::Date)
            | (Value::Time(_), Type::Time)
            | (Value::Instant(_), Type::Instant)
            | (Value::Guid(_), Type::Guid) => true,
            _ => false,
        }
    }

    /// Values worth trying, the plain ones first.
    pub fn borders(&self, hints: &Hints, stand_in: &StandIn) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        for table in &hints.kept {
            if let Some((left, right)) = stand_in.kept.get(*table) {
                values.extend(left.iter().chain(right).cloned());
            }
        }
        values.extend(hints.values.iter().cloned());
        match &self.ty {
            Type::Text(size) => values.extend(texts(*size, hints)),
            Type::Int => values
                .extend([1, 42, 10_021, 0, -1, 999_999_999, i64::from(i32::MAX), i64::from(i32::MIN)].map(Value::Int)),
            Type::Decimal(digits, scale) => values.extend(decimals(*digits, *scale)),
            Type::Bool => values.extend([true, false].map(Value::Bool)),
            Type::Date => values.extend(
                [(2026, 1, 15), (2024, 2, 29), (1999, 12, 31), (1900, 1, 1), (2079, 6, 7), (9999, 12, 31)]
                    .map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d))),
            ),
            Type::Time => values
                .extend([(8, 30), (0, 1), (12, 0), (23, 59)].map(|(h, m)| Value::Time(jiff::civil::time(h, m, 0, 0)))),
            Type::Instant => {
                let at = |second: i64| jiff::Timestamp::from_second(second).map(Value::Instant).unwrap_or_default();
                values.extend([0, 1_768_467_600, 4_102_444_800].map(at));
            }
            Type::Guid => values.extend([1, 2, 3, 1042].map(|n| Value::Guid(guid_of(n)))),
            Type::Enum(words) => values.extend(words.iter().map(|word| Value::text(*word))),
            Type::List(_) | Type::Values(_) | Type::Range | Type::Side => {}
        }
        values.push(Value::Null);
        let mut known: Vec<Value> = Vec::new();
        for value in values.into_iter().map(|v| as_read(self.side, self.blank_is_nothing, v)) {
            if self.holds(&value) && !known.contains(&value) {
                known.push(value);
            }
        }
        known
    }

    /// Any value by chance.
    pub fn random(&self, rng: &mut Rng, hints: &Hints) -> Value {
        let value = match &self.ty {
            Type::Text(size) => random_text(rng, *size, hints),
            Type::Int => match rng.below(3) {
                0 => Value::Int(i64::try_from(rng.below(100)).unwrap_or(0)),
                1 => Value::Int(i64::try_from(rng.below(100_000)).unwrap_or(0)),
                _ => Value::Int(i64::from(rng.next() as u32 as i32)),
            },
            Type::Decimal(digits, scale) => {
                let places = rng.below(usize::from(*scale) + 1) as u32;
                let limit = 10_i64.saturating_pow(u32::from(*digits).min(18));
                Value::Decimal(Decimal::new((rng.next() as i64) % limit, places))
            }
            Type::Date => {
                let day = jiff::civil::date(1990, 1, 1);
                let days = jiff::Span::new().days(i64::try_from(rng.below(30_000)).unwrap_or(0));
                Value::Date(day.checked_add(days).unwrap_or(day))
            }
            Type::Guid => Value::Guid(guid_of(1 + rng.below(100_000) as u32)),
            _ => Value::Null,
        };
        as_read(self.side, self.blank_is_nothing, value)
    }

    pub fn allows(&self, value: &Value) -> bool {
        self.holds(value) && as_read(self.side, self.blank_is_nothing, value.clone()) == *value
    }
}

/// Whether a number has room for its digits.
pub fn fits(value: &Value, ty: &Type) -> bool {
    match (value.as_decimal(), ty) {
        (Some(number), Type::Decimal(digits, scale)) => {
            let number = number.normalize();
            let whole = u32::from(digits.saturating_sub(*scale)).min(28);
            number.scale() <= u32::from(*scale) && number.trunc().abs() < Decimal::from(10_i128.pow(whole.min(27)))
        }
        _ => true,
    }
}

/// Texts of people and companies, and those that trouble programs.
const TEXTS: &[&str] = &[
    "a",
    "A",
    "Kuusikko Oy",
    "1042",
    "Anna Maria Ødegård",
    "Ærø Åland Þór",
    " b",
    "b ",
    "b  c",
    "B-12",
    "0042",
    "0",
    "-1",
    "ß",
    "İstanbul",
    "ΟΔΟΣ",
    "e\u{301}",
    "日本",
    "😀",
    "d\nE",
    "d\r\nE\n\nf",
    "O'Brien \"x\" {y}",
    "?",
    "a@B.no",
    " ",
    "",
];

fn texts(size: Option<u32>, hints: &Hints) -> Vec<Value> {
    let mut texts: Vec<String> = TEXTS.iter().map(|t| (*t).to_owned()).collect();
    let sizes = size.iter().map(|s| *s as usize).chain(hints.sizes.iter().copied());
    for size in sizes.filter(|s| *s <= 4000) {
        texts.push("x".repeat(size));
        texts.push("x".repeat(size + 1));
        texts.push("Å".repeat(size));
        // A cut here leaves a blank at the end.
        texts.push(format!("{} y", "x".repeat(size.saturating_sub(1))));
    }
    for (before, after) in &hints.around {
        texts.push(format!("{before}12{after}"));
        texts.push(format!("{before}ab{after}"));
        texts.push(format!("{before}{after}"));
    }
    texts.into_iter().map(Value::Text).collect()
}

fn random_text(rng: &mut Rng, size: Option<u32>, hints: &Hints) -> Value {
    const LETTERS: &[char] =
        &['a', 'B', 'n', 'o', ' ', ' ', 'ø', 'Å', 'é', 'ß', '7', '0', '-', '.', '@', '\'', '\n', '😀', 'Ω', 'İ'];
    let limit = size.map_or(200, |s| s as usize).min(200);
    let length = if rng.below(4) == 0 { rng.below(limit + 1) } else { rng.below(limit.min(12) + 1) };
    let text: String = (0..length).filter_map(|_| rng.one_of(LETTERS)).collect();
    match rng.one_of(&hints.around) {
        Some((before, after)) if rng.below(2) == 0 => Value::Text(format!("{before}{text}{after}")),
        _ => Value::Text(text),
    }
}

fn decimals(digits: u8, scale: u8) -> Vec<Value> {
    let smallest = Decimal::new(1, u32::from(scale.min(28)));
    let largest = Decimal::from(10_i128.pow(u32::from(digits.saturating_sub(scale)).min(20))) - smallest;
    let half = Decimal::new(5, u32::from(scale.min(27)) + 1);
    [Decimal::ONE, Decimal::ZERO, Decimal::new(-75, 1), smallest, -smallest, half, largest, -largest]
        .map(|number| Value::Decimal(number.normalize()))
        .to_vec()
}
