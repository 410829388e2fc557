//! Objects and lists of records.

use super::Into;
use super::leaf;
use super::shape::{Member, Shape, Take};
use crate::value::Value;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sonic_rs::LazyValue;
use std::fmt;

pub(super) struct Object<'r> {
    pub shape: &'r Shape,
    /// Of the member that holds it, for faults.
    pub name: &'r str,
    pub into: &'r mut Into,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(place) = map.next_key_seed(Name(self.shape))? {
            match place.and_then(|place| self.shape.members.get(place)) {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(member) => value(member, &mut map, self.into)?,
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        if self.name.is_empty() {
            self.into.wrong("", "null, and a record was expected".to_owned());
        }
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.other("a text")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.other("true or false")
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.other("a number")
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.other("a number")
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.other("a number")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.other("a list")
    }
}

impl Object<'_> {
    fn other<E>(self, what: &str) -> Result<(), E> {
        self.into.wrong(self.name, format!("{what}, and a record was expected"));
        Ok(())
    }
}

fn value<'de, A: MapAccess<'de>>(member: &Member, map: &mut A, into: &mut Into) -> Result<(), A::Error> {
    match member.takes.as_slice() {
        [take] => map.next_value_seed(Taking { take, name: &member.name, into }),
        several => {
            let raw: LazyValue = map.next_value()?;
            for take in several {
                let mut json = sonic_rs::Deserializer::from_str(raw.as_raw_str());
                // It has been read once, so it is JSON.
                let _ = Taking { take, name: &member.name, into }.deserialize(&mut json);
            }
            Ok(())
        }
    }
}

struct Taking<'r> {
    take: &'r Take,
    name: &'r str,
    into: &'r mut Into,
}

impl<'de> DeserializeSeed<'de> for Taking<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let Taking { take, name, into } = self;
        match take {
            Take::Leaf(leaf) => leaf::read(leaf, name, into, json),
            Take::Object(shape) => Object { shape, name, into }.deserialize(json),
            Take::List { slot, of } => json.deserialize_any(List { slot: *slot, of, name, into }),
        }
    }
}

struct List<'r> {
    slot: usize,
    of: &'r Shape,
    name: &'r str,
    into: &'r mut Into,
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut elements = Vec::new();
        loop {
            let mut element = Into::list_element(self.of.slots);
            let read = list.next_element_seed(Object { shape: self.of, name: self.name, into: &mut element })?;
            if self.into.fault.is_none() {
                self.into.fault = element.fault;
            }
            if read.is_none() {
                break;
            }
            elements.push(Value::Record(element.values));
        }
        self.into.seen(self.slot);
        self.into.set(self.slot, Value::List(elements));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.into.seen(self.slot);
        self.into.set(self.slot, Value::Null);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.into.wrong(self.name, "a record, and a list of records was expected".to_owned());
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.other("a text")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.other("true or false")
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.other("a number")
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.other("a number")
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.other("a number")
    }
}

impl List<'_> {
    fn other<E>(self, what: &str) -> Result<(), E> {
        self.into.wrong(self.name, format!("{what}, and a list of records was expected"));
        Ok(())
    }
}

/// The place of a member's name in the shape.
struct Name<'r>(&'r Shape);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<usize>, D::Error> {
        json.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.find(name))
    }
}
