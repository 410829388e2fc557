//! What a mapped record looks like: its fields in the order of the mapping's lines.

use super::write;
use crate::program::eval::Told;
use crate::program::{Entity, Slot};
use crate::schema;
use crate::value::{Side, Value};

/// The place of a field among those that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(usize);

/// The fields of a record, and the values of the one at hand.
#[derive(Debug)]
pub(super) struct Layout {
    to: Side,
    creates: bool,
    fields: Vec<Field>,
    /// The field for the record's identifier on the other side.
    identity: Option<Place>,
    /// Fields without which the side does not create a record.
    required: Vec<Place>,
    nodes: Vec<Node>,
    /// The values of the record at hand as JSON, one after another.
    json: Vec<u8>,
}

#[derive(Debug)]
struct Field {
    part: Option<usize>,
    name: String,
    /// What it gets where no line gives it anything, as JSON.
    constant: Option<Vec<u8>>,
    value: Made,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    /// No line says anything.
    Not,
    Nothing,
    /// From here to there in [`Layout::json`].
    At(usize, usize),
}

#[derive(Debug)]
enum Node {
    Field {
        key: Vec<u8>,
        place: Place,
    },
    Object {
        key: Vec<u8>,
        nodes: Vec<Node>,
    },
    /// The elements of a list, one for each part.
    List {
        key: Vec<u8>,
        elements: Vec<Vec<Node>>,
    },
}

impl Layout {
    pub fn new(entity: &Entity, to: Side, creates: bool) -> Self {
        let mut layout = Self {
            to,
            creates,
            fields: Vec::new(),
            identity: None,
            required: Vec::new(),
            nodes: Vec::new(),
            json: Vec::new(),
        };
        // Our identifier comes first, as a key does.
        if let (Side::Business, true, Some(slot)) = (to, creates, entity.identity) {
            layout.identity = Some(layout.place(entity, Slot::Own(slot)));
        }
        layout
    }

    /// The place of a slot's field.
    pub fn place(&mut self, entity: &Entity, slot: Slot) -> Place {
        let part = if let Slot::Part { part, .. } = slot { Some(part) } else { None };
        self.named(part, entity.field_name(self.to, slot))
    }

    fn named(&mut self, part: Option<usize>, name: &str) -> Place {
        let known = self.fields.iter().position(|f| f.part == part && f.name == name);
        Place(known.unwrap_or_else(|| {
            self.fields.push(Field { part, name: name.to_owned(), constant: None, value: Made::Not });
            self.fields.len() - 1
        }))
    }

    /// When all lines have their places: what a new record gets besides them, and how all is nested.
    pub fn finish(&mut self, entity: &Entity) {
        if self.creates {
            let own = entity.constants(self.to).iter().map(|constant| (None, constant));
            let of_parts = entity.parts.iter().enumerate();
            let of_parts = of_parts.flat_map(|(place, part)| part.constants.iter().map(move |c| (Some(place), c)));
            let of_parts = of_parts.filter(|_| self.to == Side::Severa).collect::<Vec<_>>();
            for (part, (name, value)) in own.chain(of_parts) {
                let Place(place) = self.named(part, name);
                let mut json = Vec::new();
                write::value(&mut json, value);
                self.fields[place].constant = Some(json);
            }
            self.required = self.needed(entity);
        }
        for (place, field) in self.fields.iter().enumerate() {
            let list = field.part.and_then(|part| Some((part, entity.parts.get(part)?.field.as_str())));
            let nodes = match list {
                None => &mut self.nodes,
                Some((part, list)) => element(&mut self.nodes, list, part),
            };
            // Severa's fields lie in objects, a column's name is one word.
            match self.to {
                Side::Severa => add(nodes, &field.name, Place(place)),
                Side::Business => nodes.push(Node::Field { key: write::key(&field.name), place: Place(place) }),
            }
        }
    }

    /// Of the fields that the side requires, those that only a line can give.
    fn needed(&mut self, entity: &Entity) -> Vec<Place> {
        let to = self.to;
        let record = schema::of(to).record(&entity.select(to).record.name);
        let key = record.and_then(|r| r.key_column(entity.select(to).record.index)).map(|column| column.name);
        let assigned = |name: &String| match to {
            Side::Severa => key.as_ref() == Some(name),
            Side::Business => entity.numbers.iter().chain(&entity.positions).any(|(column, _)| column == name),
        };
        let names: Vec<String> = entity.required(to).iter().filter(|name| !assigned(name)).cloned().collect();
        names.iter().map(|name| self.named(None, name)).collect()
    }

    pub fn begin(&mut self) {
        self.json.clear();
        self.fields.iter_mut().for_each(|field| field.value = Made::Not);
    }

    pub fn put(&mut self, place: Place, told: &Told) {
        let start = self.json.len();
        let nothing = write::told(&mut self.json, told);
        self.set(place, if nothing { Made::Nothing } else { Made::At(start, self.json.len()) });
    }

    pub fn take_back(&mut self, place: Place) {
        self.set(place, Made::Not);
    }

    fn set(&mut self, Place(place): Place, made: Made) {
        if let Some(field) = self.fields.get_mut(place) {
            field.value = made;
        }
    }

    /// Gives the record our identifier, if no line has.
    pub fn identify(&mut self, key: &Value) {
        if let Some(Place(place)) = self.identity
            && self.fields.get(place).is_some_and(|f| !matches!(f.value, Made::At(..)))
            && !key.is_null()
        {
            let start = self.json.len();
            write::value(&mut self.json, key);
            self.set(Place(place), Made::At(start, self.json.len()));
        }
    }

    /// The required fields that have nothing.
    pub fn missing(&self) -> Option<String> {
        let lacks = |Place(place): &&Place| {
            self.fields.get(*place).is_some_and(|f| f.constant.is_none() && !matches!(f.value, Made::At(..)))
        };
        if !self.required.iter().any(|place| lacks(&place)) {
            return None;
        }
        let names = self.required.iter().filter(lacks).filter_map(|Place(p)| Some(self.fields.get(*p)?.name.as_str()));
        Some(names.collect::<Vec<_>>().join(", "))
    }

    /// The record on a line of its own.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        self.members(&self.nodes, out);
        out.extend_from_slice(b"}\n");
    }

    /// The members that there are; false where there is none.
    fn members(&self, nodes: &[Node], out: &mut Vec<u8>) -> bool {
        let mut any = false;
        for node in nodes {
            let before = out.len();
            if any {
                out.push(b',');
            }
            let written = match node {
                Node::Field { key, place } => self.field(key, *place, out),
                Node::Object { key, nodes } => {
                    out.extend_from_slice(key);
                    out.push(b'{');
                    let written = self.members(nodes, out);
                    out.push(b'}');
                    written
                }
                Node::List { key, elements } => {
                    out.extend_from_slice(key);
                    self.list(elements, out)
                }
            };
            if written {
                any = true;
            } else {
                out.truncate(before);
            }
        }
        any
    }

    fn field(&self, key: &[u8], Place(place): Place, out: &mut Vec<u8>) -> bool {
        let Some(field) = self.fields.get(place) else { return false };
        let json = match (field.value, &field.constant) {
            (Made::At(start, end), _) => self.json.get(start..end).unwrap_or_default(),
            (_, Some(constant)) => constant,
            (Made::Nothing, None) => b"null",
            (Made::Not, None) => return false,
        };
        out.extend_from_slice(key);
        out.extend_from_slice(json);
        true
    }

    /// An element comes to be where a line gives it something.
    fn list(&self, elements: &[Vec<Node>], out: &mut Vec<u8>) -> bool {
        let mut any = false;
        out.push(b'[');
        for nodes in elements.iter().filter(|nodes| self.any_made(nodes)) {
            if any {
                out.push(b',');
            }
            out.push(b'{');
            self.members(nodes, out);
            out.push(b'}');
            any = true;
        }
        out.push(b']');
        any
    }

    fn any_made(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| match node {
            Node::Field { place: Place(place), .. } => {
                self.fields.get(*place).is_some_and(|f| matches!(f.value, Made::At(..)))
            }
            Node::Object { nodes, .. } => self.any_made(nodes),
            Node::List { elements, .. } => elements.iter().any(|nodes| self.any_made(nodes)),
        })
    }
}

/// The nodes of a part's element in its list.
fn element<'n>(nodes: &'n mut Vec<Node>, list: &str, part: usize) -> &'n mut Vec<Node> {
    let wanted = write::key(list);
    if !nodes.iter().any(|n| matches!(n, Node::List { key, .. } if *key == wanted)) {
        nodes.push(Node::List { key: wanted.clone(), elements: Vec::new() });
    }
    let elements = nodes.iter_mut().find_map(|n| match n {
        Node::List { key, elements } if *key == wanted => Some(elements),
        _ => None,
    });
    let elements = elements.expect("the list was put there if there was none");
    if elements.len() <= part {
        elements.resize_with(part + 1, Vec::new);
    }
    &mut elements[part]
}

fn add(nodes: &mut Vec<Node>, path: &str, place: Place) {
    let Some((first, rest)) = path.split_once('.') else {
        return nodes.push(Node::Field { key: write::key(path), place });
    };
    let wanted = write::key(first);
    let inner = nodes.iter_mut().find_map(|n| match n {
        Node::Object { key, nodes } if *key == wanted => Some(nodes),
        _ => None,
    });
    match inner {
        Some(inner) => add(inner, rest, place),
        None => {
            let mut inner = Vec::new();
            add(&mut inner, rest, place);
            nodes.push(Node::Object { key: wanted, nodes: inner });
        }
    }
}
