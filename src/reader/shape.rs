//! Which members of an object go into which slots.

use crate::systems::Select;
use crate::value::{Side, Type};

#[derive(Debug, Default)]
pub(super) struct Shape {
    pub members: Vec<Member>,
    pub slots: usize,
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
        shape
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
        self.members.iter().position(|m| m.name == name)
    }
}
