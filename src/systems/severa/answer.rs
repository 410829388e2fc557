//! Answers: only the fields that were asked for, straight from the bytes into slots.

use super::client::error;
use super::http::HttpResponse;
use crate::schema;
use crate::systems::scalar::scalar;
use crate::systems::{ErrorKind, Row, Select, SystemError};
use crate::value::{Type, Value};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A path of the answer that the adapter wants for itself.
pub type Extra = (&'static str, Type);

/// A row, and what the adapter itself wanted of it.
pub struct Parsed {
    pub row: Row,
    pub extra: Vec<Value>,
}

/// Which members of an object go into which slot.
struct Shape {
    members: Vec<(String, Take)>,
}

enum Take {
    Value { slot: usize, ty: Type },
    Object(Shape),
}

impl Shape {
    fn add(&mut self, path: &str, slot: usize, ty: Type) {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let place = self
            .members
            .iter()
            .position(|(name, take)| name == first && matches!(take, Take::Object(_)) == rest.is_some());
        match (place, rest) {
            (Some(place), Some(rest)) => {
                if let Take::Object(inner) = &mut self.members[place].1 {
                    inner.add(rest, slot, ty);
                }
            }
            (None, Some(rest)) => {
                let mut inner = Shape { members: Vec::new() };
                inner.add(rest, slot, ty);
                self.members.push((first.to_owned(), Take::Object(inner)));
            }
            (_, None) => self.members.push((first.to_owned(), Take::Value { slot, ty })),
        }
    }
}

/// A list of records, as far as `select` and `extra` ask.
pub fn rows(response: &HttpResponse, path: &str, select: &Select, extra: &[Extra]) -> Result<Vec<Parsed>, SystemError> {
    let record = &select.record.name;
    let known = schema::severa().record(record);
    let mut shape = Shape { members: Vec::new() };
    for (slot, field) in select.fields.iter().enumerate() {
        if known.and_then(|r| r.field(&field.name)).is_none_or(|f| !f.derived) {
            shape.add(&field.name, slot, field.ty.clone());
        }
    }
    let own = [("guid", Type::Guid), ("lastUpdatedDateTime", Type::Instant), ("createdDateTime", Type::Instant)];
    let first = select.fields.len();
    for (place, (name, ty)) in own.iter().chain(extra).enumerate() {
        shape.add(name, first + place, ty.clone());
    }
    let count = first + own.len() + extra.len();
    let mut faults = Vec::new();
    let seed = Rows { shape: &shape, count, faults: &mut faults };
    let mut reader = serde_json::Deserializer::from_slice(&response.body);
    let values = seed
        .deserialize(&mut reader)
        .and_then(|v| reader.end().map(|()| v))
        .map_err(|e| unreadable(response, path, &e))?;
    if let Some((place, fault)) = faults.into_iter().next() {
        let id = values.get(place).and_then(|v| v.get(first)).map(Value::to_string).unwrap_or_default();
        return Err(
            error(ErrorKind::Answer, format!("{record} {id} in the answer of {path} cannot be understood")).why(fault)
        );
    }
    values
        .into_iter()
        .map(|mut values| {
            let extra = values.split_off(first + own.len());
            let mut own = values.split_off(first).into_iter();
            let id = own.next().unwrap_or_default();
            let stamp = |value: Option<Value>| if let Some(Value::Instant(at)) = value { Some(at) } else { None };
            let (updated, created) = (stamp(own.next()), stamp(own.next()));
            let Value::Guid(id) = id else {
                return Err(error(ErrorKind::Answer, format!("a {record} in the answer of {path} has no guid")));
            };
            Ok(Parsed { row: Row { id: id.to_string(), changed: updated.or(created), values }, extra })
        })
        .collect()
}

/// A whole answer of a known form.
pub fn whole<T: DeserializeOwned>(response: &HttpResponse, path: &str) -> Result<T, SystemError> {
    serde_json::from_slice(&response.body).map_err(|e| unreadable(response, path, &e))
}

fn unreadable(response: &HttpResponse, path: &str, fault: &serde_json::Error) -> SystemError {
    let kind = response.header("content-type").unwrap_or("no content type");
    error(ErrorKind::Answer, format!("the answer of {path} is not what Severa's document describes"))
        .why(format!("{fault} ({kind}, {} bytes)", response.body.len()))
        .help("if `severa: url` in samband.yaml is right, something between here and Severa answers in its place")
}

/// The server's own words: the details of its fault, or the beginning of what it said.
pub fn server_text(response: &HttpResponse) -> String {
    #[derive(serde::Deserialize)]
    struct Answer {
        error: Fault,
    }
    #[derive(serde::Deserialize)]
    struct Fault {
        r#type: Option<String>,
        details: Option<Vec<Detail>>,
    }
    #[derive(serde::Deserialize)]
    struct Detail {
        message: Option<String>,
        location: Option<Location>,
    }
    #[derive(serde::Deserialize)]
    struct Location {
        name: Option<String>,
    }
    if let Ok(Answer { error }) = serde_json::from_slice::<Answer>(&response.body) {
        let details: Vec<String> = error
            .details
            .unwrap_or_default()
            .into_iter()
            .map(|d| match (d.message, d.location.and_then(|l| l.name)) {
                (Some(message), Some(name)) if !message.contains(&name) => format!("{message} (`{name}`)"),
                (message, name) => message.or(name).unwrap_or_default(),
            })
            .collect();
        let kind = error.r#type.unwrap_or_default();
        return if details.is_empty() { kind } else { format!("{kind}: {}", details.join("; ")) };
    }
    let text = String::from_utf8_lossy(&response.body);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

struct Rows<'a> {
    shape: &'a Shape,
    count: usize,
    faults: &'a mut Vec<(usize, String)>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = Vec<Vec<Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = Vec<Vec<Value>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a record or a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        loop {
            let mut values = vec![Value::Null; self.count];
            let object = Object { shape: self.shape, values: &mut values, row: rows.len(), faults: &mut *self.faults };
            if list.next_element_seed(object)?.is_none() {
                return Ok(rows);
            }
            rows.push(values);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![Value::Null; self.count];
        Object { shape: self.shape, values: &mut values, row: 0, faults: self.faults }.visit_map(map)?;
        Ok(vec![values])
    }
}

struct Object<'a> {
    shape: &'a Shape,
    values: &'a mut Vec<Value>,
    row: usize,
    faults: &'a mut Vec<(usize, String)>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<str>>()? {
            let takes: Vec<&Take> =
                self.shape.members.iter().filter(|(n, _)| *n == *name).map(|(_, take)| take).collect();
            match takes.as_slice() {
                [] => {
                    map.next_value::<IgnoredAny>()?;
                }
                [Take::Object(shape)] => {
                    map.next_value_seed(Object { shape, values: self.values, row: self.row, faults: self.faults })?
                }
                several => {
                    let raw: &RawValue = map.next_value()?;
                    for take in several {
                        match take {
                            Take::Value { slot, ty } => match scalar(raw.get(), ty) {
                                Ok(value) => self.values[*slot] = value,
                                Err(what) => self
                                    .faults
                                    .push((self.row, format!("`{name}` is {}, and {what} was expected", raw.get()))),
                            },
                            Take::Object(shape) => {
                                let object = Object { shape, values: self.values, row: self.row, faults: self.faults };
                                let _ = object.deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
