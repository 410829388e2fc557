//! JSON records straight from their bytes into the slots of a select; what nobody asked for is passed over.
//!
//! There is no tree and no look-up by name after a record is read, and the texts of one record lie
//! in the memory of those before it.

mod fault;
mod leaf;
mod object;
mod shape;

pub use fault::Unreadable;

use crate::systems::{Row, Select};
use crate::value::{Side, Value};
use object::Object;
use serde::de::DeserializeSeed;
use shape::Shape;

/// Reads the records that answer one select, as one side's API or tables write them.
#[derive(Debug)]
pub struct Reader {
    shape: Shape,
    names: Vec<String>,
    into: Into,
}

/// Where values go while a record is read.
#[derive(Debug, Default)]
struct Into {
    values: Vec<Value>,
    /// For each slot the number of the record that filled it last.
    filled: Vec<u64>,
    record: u64,
    /// Texts that no slot holds at the moment, for their memory.
    spare: Vec<String>,
    /// The first value of the record that is not of its field's type.
    fault: Option<Unreadable>,
}

impl Reader {
    pub fn new(side: Side, select: &Select) -> Self {
        let names: Vec<String> = select.fields.iter().map(|f| f.name.clone()).collect();
        let into = Into { filled: vec![0; names.len()], values: vec![Value::Null; names.len()], ..Into::default() };
        Self { shape: Shape::of(side, select), names, into }
    }

    /// One record, in place of the one in `row`.
    pub fn read(&mut self, text: &str, row: &mut Row) -> Result<(), Unreadable> {
        let into = &mut self.into;
        into.record += 1;
        into.fault = None;
        row.values.resize(self.names.len(), Value::Null);
        std::mem::swap(&mut into.values, &mut row.values);
        let mut json = sonic_rs::Deserializer::from_str(text);
        let read = Object { shape: &self.shape, name: "", into }.deserialize(&mut json).and_then(|()| json.end());
        for place in 0..into.values.len() {
            if into.filled.get(place) != Some(&into.record) {
                into.set(place, Value::Null);
            }
        }
        std::mem::swap(&mut into.values, &mut row.values);
        match (read, into.fault.take()) {
            (Err(error), _) => Err(Unreadable::json(text, &error)),
            (Ok(()), Some(fault)) => Err(fault),
            (Ok(()), None) => Ok(()),
        }
    }

    /// Slots whose fields no record so far had, and their names.
    pub fn never_there(&self) -> impl Iterator<Item = (usize, &str)> {
        let slots = self.names.iter().zip(&self.into.filled).enumerate();
        slots.filter(|(_, (_, filled))| **filled == 0).map(|(slot, (name, _))| (slot, name.as_str()))
    }
}

impl Into {
    fn list_element(slots: usize) -> Self {
        Self { values: vec![Value::Null; slots], filled: vec![0; slots], ..Self::default() }
    }

    fn seen(&mut self, slot: usize) {
        if let Some(filled) = self.filled.get_mut(slot) {
            *filled = self.record;
        }
    }

    fn set(&mut self, slot: usize, value: Value) {
        if let Some(place) = self.values.get_mut(slot)
            && let Value::Text(mut text) = std::mem::replace(place, value)
        {
            text.clear();
            self.spare.push(text);
        }
    }

    /// A text, into the memory of the one before.
    fn set_text(&mut self, slot: usize, text: &str) {
        match self.values.get_mut(slot) {
            Some(Value::Text(before)) => {
                before.clear();
                before.push_str(text);
            }
            Some(place) => {
                let mut memory = self.spare.pop().unwrap_or_default();
                memory.push_str(text);
                *place = Value::Text(memory);
            }
            None => {}
        }
    }

    fn wrong(&mut self, name: &str, what: String) {
        self.fault.get_or_insert_with(|| Unreadable::field(name, what));
    }
}
