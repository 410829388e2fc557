//! Which members of an object go into which slots.

use crate::systems::Select;
use crate::value::{Side, Type};

#[derive(Debug, Default)]
pub(super) struct Shape {
    pub members: Vec<Member>,
    pub slots: usize,
    /// Which member a name can be at most, by its [`trace`]; made when all members are there.
    places: Vec<Option<u8>>,
}

/// So many traces there are.
const TRACES: usize = 256;

/// Names differ in it nearly always, and it costs nearly nothing.
fn trace(name: &[u8]) -> usize {
    let at = |place: usize| name.get(place).copied().map_or(0, usize::from);
    (name.len() * 7 + at(0) * 31 + at(name.len().wrapping_sub(1)) * 5 + at(name.len() / 2) * 13) % TRACES
}

#[derive(Debug)]
pub(super) struct Member {
    pub name: String,
    pub takes: Vec<Take>,
}

/// What is done with a member's value; nearly always it is one thing.
#[derive(Debug)]
pub(super) enum Take {
    Leaf(Leaf),
    Object(Shape),
    /// Records of a list, each with slots of its own.
    List {
        slot: usize,
        of: Shape,
    },
}

#[derive(Debug)]
pub(super) struct Leaf {
    pub slot: usize,
    pub ty: Type,
    pub side: Side,
    /// Visma Business' 0 or blank means nothing.
    pub blank_is_nothing: bool,
}

impl Shape {
    pub fn of(side: Side, select: &Select) -> Self {
        let mut shape = Shape { slots: select.fields.len(), ..Shape::default() };
        for (slot, field) in select.fields.iter().enumerate() {
            let take = match (&field.of, &field.ty) {
                (Some(of), Type::List(_)) => Take::List { slot, of: Shape::of(side, of) },
                _ => Take::Leaf(Leaf { slot, ty: field.ty.clone(), side, blank_is_nothing: field.blank_is_nothing }),
            };
            match side {
                Side::Severa => shape.add(&field.name, take),
                // A column's name is one word, whatever stands in it.
                Side::Business => shape.member(&field.name).takes.push(take),
            }
        }
        shape.trace_all();
        shape
    }

    /// Where two members have one trace, all names are looked for one by one.
    fn trace_all(&mut self) {
        let mut places = vec![None; TRACES];
        let mut alone = true;
        for (place, member) in self.members.iter_mut().enumerate() {
            for take in &mut member.takes {
                if let Take::Object(inner) = take {
                    inner.trace_all();
                }
            }
            let known = &mut places[trace(member.name.as_bytes())];
            alone &= known.is_none();
            *known = u8::try_from(place).ok();
            alone &= known.is_some();
        }
        if alone {
            self.places = places;
        }
    }

    fn add(&mut self, path: &str, take: Take) {
        let Some((first, rest)) = path.split_once('.') else {
            return self.member(path).takes.push(take);
        };
        let member = self.member(first);
        let inner = member.takes.iter_mut().find_map(|t| if let Take::Object(shape) = t { Some(shape) } else { None });
        match inner {
            Some(shape) => shape.add(rest, take),
            None => {
                let mut shape = Shape::default();
                shape.add(rest, take);
                member.takes.push(Take::Object(shape));
            }
        }
    }

    fn member(&mut self, name: &str) -> &mut Member {
        let place = self.members.iter().position(|m| m.name == name).unwrap_or_else(|| {
            self.members.push(Member { name: name.to_owned(), takes: Vec::new() });
            self.members.len() - 1
        });
        &mut self.members[place]
    }

    /// The place of a member.
    pub fn find(&self, name: &str) -> Option<usize> {
        if self.places.is_empty() {
            return self.members.iter().position(|m| m.name == name);
        }
        let place = usize::from((*self.places.get(trace(name.as_bytes()))?)?);
        (self.members.get(place)?.name == name).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_with_traces_and_without() {
        for names in [&["guid", "user", "", "quantity"][..], &["ab1ba", "ab2ba", "guid", "gXid"]] {
            let mut shape = Shape::default();
            for name in names {
                shape.member(name);
            }
            shape.trace_all();
            for (place, name) in names.iter().enumerate() {
                assert_eq!(shape.find(name), Some(place), "{name}");
            }
            assert_eq!((shape.find("users"), shape.find("gXXd")), (None, None));
        }
    }
}
