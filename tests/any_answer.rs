//! No answer of either system, however damaged, ends in a panic, in a hang or in a value of another type
//! than the schema says: it is read, or refused with a message.
//!
//! `SAMBAND_ANSWERS=100000 cargo test --test any_answer` damages more of them; `SAMBAND_ANSWER_SEED` one again.

#![cfg(feature = "run")]

#[path = "any_answer/business.rs"]
mod business;
#[path = "any_answer/damage.rs"]
mod damage;
#[path = "any_answer/severa.rs"]
mod severa;
#[path = "support"]
#[allow(dead_code, reason = "other tests use the rest")]
mod support {
    pub mod business;
    pub mod choices;
    pub mod figures;
}

use samband::systems::{Clock, Next, Read, Row, Select, System, SystemError};
use samband::value::{Type, Value};
use std::sync::Mutex;
use std::time::Duration;

/// A clock on which waiting takes no time.
#[derive(Default)]
struct Patient(Mutex<Duration>);

#[async_trait::async_trait]
impl Clock for Patient {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now() + *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

/// The seeds of this run: a given one, or the first so many.
fn seeds(usual: u64) -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("SAMBAND_ANSWER_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("SAMBAND_ANSWERS").unwrap_or(usual)).collect(),
    }
}

/// Bytes that a seed stands for, for choices (splitmix64).
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    };
    (0..16).flat_map(|_| next().to_le_bytes()).collect()
}

/// Reads a listing to its end; a listing without an end is a fault of the adapter.
async fn listing(side: &mut dyn System, select: &Select) -> Result<Vec<Row>, SystemError> {
    let read = Read { select: select.clone(), since: None, push: Vec::new(), start_date: None };
    let (mut rows, mut token) = (Vec::new(), None);
    for _ in 0..1_000 {
        let page = side.read(&read, token.as_ref()).await?;
        rows.extend(page.rows);
        match page.next {
            Next::More(next) => token = Some(next),
            Next::End(_) => return Ok(rows),
        }
    }
    panic!("the listing of {} never ends", select.record.name);
}

/// What holds of any outcome.
fn holds(select: &Select, outcome: &Result<Vec<Row>, SystemError>) -> Result<(), String> {
    match outcome {
        Ok(rows) => rows.iter().try_for_each(|row| {
            if row.id.is_empty() {
                return Err("a row without an identifier".to_owned());
            }
            typed(select, &row.values)
        }),
        Err(error) => {
            let text = error.to_string();
            let is_told = text.len() > 10 && !text.contains("panicked") && text.len() < 2_000;
            if is_told { Ok(()) } else { Err(format!("a message that tells nobody anything: {text}")) }
        }
    }
}

fn typed(select: &Select, values: &[Value]) -> Result<(), String> {
    if select.fields.len() != values.len() {
        return Err(format!("{} values of {} fields", values.len(), select.fields.len()));
    }
    select.fields.iter().zip(values).try_for_each(|(field, value)| {
        let fits = match (&field.ty, value) {
            (_, Value::Null)
            | (Type::Text(_) | Type::Enum(_), Value::Text(_))
            | (Type::Int, Value::Int(_))
            | (Type::Decimal(..), Value::Decimal(_) | Value::Int(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::Date, Value::Date(_))
            | (Type::Time, Value::Time(_))
            | (Type::Instant, Value::Instant(_))
            | (Type::Guid, Value::Guid(_))
            | (Type::Values(_), Value::List(_)) => true,
            (Type::List(_), Value::List(elements)) => {
                let of = field.of.as_deref().expect("a list has fields");
                return elements.iter().try_for_each(|element| match element {
                    Value::Record(values) => typed(of, values),
                    other => Err(format!("{other:?} in the list {}", field.name)),
                });
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(format!("{value:?} in {}, which is {:?}", field.name, field.ty)) }
    })
}
