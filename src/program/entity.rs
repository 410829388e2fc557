//! One entity: its records on both sides, and the rules that hold for all its lines.

use super::eval::{self, Env, Scope};
use super::{Expr, Line, Origin, Slot};
use crate::syntax::ast::Arrow;
use crate::systems::{Row, Select};
use crate::value::{Side, Value, match_form};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Entity {
    /// As in the mapping: `Customer`.
    pub name: String,
    /// For people: `customer`.
    pub title: String,
    pub severa: Select,
    pub business: Select,
    /// Runs carry it out; otherwise it is checked and shown only.
    pub carried: bool,
    /// Which way records are created.
    pub direction: Arrow,
    /// Whose updates win; `None`: both, always.
    pub master: Option<Side>,
    pub conflict: Conflict,
    /// Carried over at creation, never updated.
    pub once: bool,
    /// Created only for a record that links to it, before that one.
    pub only_when_needed: bool,
    /// Where Visma Business keeps Severa's GUID.
    pub identity: Option<usize>,
    /// The identity stands inside a longer text in Severa.
    pub mark: Option<Mark>,
    pub matches: Vec<MatchRule>,
    /// Columns whose numbers Visma Business assigns, with their slots.
    pub numbers: Vec<(String, usize)>,
    /// Columns that hold a record's place among its owner's records, from 1, with their slots.
    pub positions: Vec<(String, usize)>,
    /// What to set in Severa when a record cannot be carried over.
    pub failure: Option<Failure>,
    pub send_severa: Option<Filter>,
    pub send_business: Option<Filter>,
    pub holds: Vec<(Expr, String)>,
    /// Records of a list of the Severa record that lie on the same row in Visma Business.
    pub parts: Vec<Part>,
    /// Records of a list of the Severa record that have rows of their own.
    pub children: Vec<Arc<Entity>>,
    /// For a child: how it hangs on the record above.
    pub owner: Option<Owner>,
    pub lines: Vec<Line>,
    /// Values that every record created on a side gets, from the record's own `where`.
    pub constants_severa: Vec<(String, Value)>,
    pub constants_business: Vec<(String, Value)>,
    /// Conditions of the record's own `where` that the side does not carry out: looked at row by row.
    pub own_severa: Vec<Expr>,
    pub own_business: Vec<Expr>,
    /// Fields without which a side refuses to create a record.
    pub required_severa: Vec<String>,
    pub required_business: Vec<String>,
    /// Slots whose values tell people which record is meant.
    pub label_severa: Label,
    pub label_business: Label,
    /// The record's own date, for the start date in the settings.
    pub dated: Option<(Side, usize)>,
    /// Columns of the Visma Business record that links of other entities point at, with their slots.
    pub linked_columns: Vec<(String, usize)>,
    /// Where it, and where its identity, is written.
    pub origin: Origin,
    pub identity_origin: Origin,
    /// Entities that must come before, by their place in the program.
    pub after: Vec<usize>,
    /// Entities whose records may lie on the same rows of Visma Business with their identifier in the same column:
    /// their places, and the column of theirs that holds the row's key.
    pub roles: Vec<(usize, String)>,
}

/// How a field changed on both sides to different values is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    Newest,
    Side(Side),
    Hold,
}

/// `identity "VB {JNo}/{EntNo}" in description`: a mark made of the row's fields, found inside a Severa text.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Over the Visma Business row.
    pub text: Expr,
    /// The Severa field that holds it.
    pub within: usize,
}

/// `failure status.guid <- failed`
#[derive(Debug, Clone)]
pub struct Failure {
    /// The Severa field to set.
    pub slot: usize,
    pub value: Expr,
    /// The field that takes the reason in words, where the record has one.
    pub reason: Option<usize>,
}

/// How a child's records hang on the record above.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    /// The owner's list, its slot there, and its field's name.
    pub list: String,
    pub slot: usize,
    /// Pieces made of one value instead of records: the transforms that make them, over the owner.
    pub pieces: Option<Expr>,
    /// Which elements count; slots are those of the element.
    pub condition: Option<Expr>,
    /// Elements that this same-row part of the owner picks do not count.
    pub not_in: Option<usize>,
    /// Only the first counts, by this slot or by the identifier.
    pub first: bool,
    pub first_by: Option<usize>,
    /// Columns of the child's row that hold a column of the owner's: name, and the owner's slot.
    pub joins: Vec<(String, usize)>,
    /// The names of those columns of the owner's, once the part has been unfolded beside it.
    pub columns: Vec<String>,
    /// The element's field that names its owner, where it has one, with its slot: `customer.guid`.
    pub field: Option<(String, usize)>,
    /// The owner's place in the program, once the part has been unfolded beside it.
    pub above: Option<usize>,
}

/// A filter on what is sent from a side, and how it reads in the mapping.
#[derive(Debug, Clone)]
pub struct Filter {
    pub condition: Expr,
    /// Each of its `and`ed conditions with its own words, to say which one kept a record back.
    pub parts: Vec<(Expr, String)>,
    /// Where each of them is written.
    pub places: Vec<Origin>,
    /// What the side may use to read less.
    pub push: Vec<crate::systems::Condition>,
}

/// A `match` line: pairs that must all be equal.
#[derive(Debug, Clone)]
pub struct MatchRule {
    pub pairs: Vec<MatchPair>,
}

#[derive(Debug, Clone)]
pub struct MatchPair {
    /// As it reads in the mapping: `number = CustNo`.
    pub text: String,
    /// It is a number or code rather than a name.
    pub number: bool,
    pub severa: Expr,
    pub business: Expr,
    /// The fields to ask a side for candidates by, where one field alone decides.
    pub severa_field: Option<String>,
    pub business_field: Option<String>,
}

/// The match keys of one row: for each rule, for each pair, its normalised text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchKeys(pub Vec<Vec<Option<String>>>);

#[derive(Debug, Clone, Default)]
pub struct Label {
    /// The number or code.
    pub key: Option<usize>,
    /// The name, perhaps in two fields.
    pub name: Vec<usize>,
}

/// A record inside a list of the Severa record whose fields lie on the Visma Business row.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: String,
    /// The slot of the list, and its name for writes.
    pub list: usize,
    pub field: String,
    pub select: Select,
    /// Which elements count; slots are those of the element.
    pub condition: Option<Expr>,
    /// The smallest value of this field is taken first.
    pub first_by: Option<usize>,
    /// The element's own stamps, the change before the creation.
    pub stamps: Vec<usize>,
    /// What an element created by us gets besides its lines.
    pub constants: Vec<(String, Value)>,
}

/// Whether a record is sent from a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sends {
    Yes,
    /// The condition that keeps it back, in the mapping's words.
    No(String),
}

impl Entity {
    /// An entity of nothing, under which a list's element is looked at alone.
    pub(crate) fn bare() -> Entity {
        let none = |name: &str| Select {
            record: crate::systems::RecordName { name: name.to_owned(), index: None },
            scope: Vec::new(),
            fields: Vec::new(),
        };
        Entity {
            name: String::new(),
            title: String::new(),
            severa: none(""),
            business: none(""),
            carried: true,
            direction: Arrow::Both,
            master: None,
            conflict: Conflict::Newest,
            once: false,
            only_when_needed: false,
            identity: None,
            mark: None,
            matches: Vec::new(),
            numbers: Vec::new(),
            positions: Vec::new(),
            failure: None,
            send_severa: None,
            send_business: None,
            holds: Vec::new(),
            parts: Vec::new(),
            children: Vec::new(),
            owner: None,
            lines: Vec::new(),
            constants_severa: Vec::new(),
            constants_business: Vec::new(),
            own_severa: Vec::new(),
            own_business: Vec::new(),
            required_severa: Vec::new(),
            required_business: Vec::new(),
            label_severa: Label::default(),
            label_business: Label::default(),
            dated: None,
            linked_columns: Vec::new(),
            origin: Origin::default(),
            identity_origin: Origin::default(),
            after: Vec::new(),
            roles: Vec::new(),
        }
    }

    /// Of a part: its rows are written together with the record above, whole or not at all, and are
    /// never visited alone. That is so where they are numbered by their place.
    pub fn comes_with_owner(&self) -> bool {
        self.owner.is_some() && !self.positions.is_empty()
    }

    /// Of a part: its records are visited, linked and carried over one by one, though always with their
    /// owner at hand.
    pub fn has_rows_of_its_own(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.above.is_some())
    }

    /// When a record was last changed, the elements of its lists that lie on the same row included.
    pub fn stamp(&self, side: Side, row: &Row) -> Option<jiff::Timestamp> {
        let of_part = |part: usize| {
            let (stamps, values) = (&self.parts.get(part)?.stamps, self.picked(part, row)?);
            stamps.iter().find_map(|slot| match values.get(*slot) {
                Some(Value::Instant(at)) => Some(*at),
                _ => None,
            })
        };
        let parts = if side == Side::Severa { self.parts.len() } else { 0 };
        row.changed.into_iter().chain((0..parts).filter_map(of_part)).max()
    }

    pub fn select(&self, side: Side) -> &Select {
        match side {
            Side::Severa => &self.severa,
            Side::Business => &self.business,
        }
    }

    /// Whether records of the other side are created on `side`.
    pub fn creates_on(&self, side: Side) -> bool {
        match side {
            Side::Business => self.direction != Arrow::ToSevera,
            Side::Severa => self.direction != Arrow::ToBusiness,
        }
    }

    /// Whether existing records on `side` may be updated from the other side.
    pub fn updates_on(&self, side: Side) -> bool {
        !self.once && self.creates_on(side) && self.master.is_none_or(|master| master != side)
    }

    pub fn filter(&self, side: Side) -> Option<&Filter> {
        match side {
            Side::Severa => self.send_severa.as_ref(),
            Side::Business => self.send_business.as_ref(),
        }
    }

    /// The mark of a Visma Business row, as it stands inside a text of its record in Severa.
    pub fn mark_of(&self, row: &Row, env: &Env) -> Option<String> {
        let mark = self.mark.as_ref()?;
        let scope = Scope::of(self, Side::Business, row, env);
        Some(eval::value(&mark.text, &scope, env).ok()?.as_text()?.to_owned())
    }

    /// Whether a row is one of its records at all, by those conditions of its own `where` that the side does not
    /// carry out.
    pub fn is_ours(&self, side: Side, row: &Row, env: &Env) -> bool {
        let own = if side == Side::Severa { &self.own_severa } else { &self.own_business };
        own.is_empty() || self.is_ours_in(side, &Scope::of(self, side, row, env), env)
    }

    pub(crate) fn is_ours_in(&self, side: Side, scope: &Scope, env: &Env) -> bool {
        let own = if side == Side::Severa { &self.own_severa } else { &self.own_business };
        own.iter().all(|condition| eval::holds(condition, scope, env))
    }

    /// Whether the filter of a record's own side lets it travel.
    pub fn sends(&self, side: Side, row: &Row, env: &Env) -> Sends {
        if let Some(condition) = env.kept_back(side) {
            return Sends::No(condition.to_owned());
        }
        self.sends_in(side, &Scope::of(self, side, row, env), env)
    }

    pub(crate) fn sends_in(&self, side: Side, scope: &Scope, env: &Env) -> Sends {
        let Some(filter) = self.filter(side) else {
            return Sends::Yes;
        };
        if eval::holds(&filter.condition, scope, env) {
            return Sends::Yes;
        }
        let kept_by = filter.parts.iter().find(|(condition, _)| !eval::holds(condition, scope, env));
        Sends::No(kept_by.map_or_else(String::new, |(_, text)| text.clone()))
    }

    /// The reason of the first `hold when` that a Severa record meets.
    pub fn held_by(&self, row: &Row, env: &Env) -> Option<&str> {
        self.held_in(&Scope::of(self, Side::Severa, row, env), env)
    }

    pub(crate) fn held_in(&self, scope: &Scope, env: &Env) -> Option<&str> {
        self.holds.iter().find(|(condition, _)| eval::holds(condition, scope, env)).map(|(_, reason)| reason.as_str())
    }

    /// The record's match keys, normalised as names are compared.
    pub fn match_keys(&self, side: Side, row: &Row, env: &Env) -> MatchKeys {
        let scope = Scope::of(self, side, row, env);
        let key = |pair: &MatchPair| {
            let expr = if side == Side::Severa { &pair.severa } else { &pair.business };
            let value = eval::value(expr, &scope, env).ok()?;
            match value {
                Value::Null => None,
                // A number kept as text on one side and as a number on the other is one key.
                Value::Text(text) if pair.number && text.trim().parse::<i64>().is_ok() => {
                    text.trim().parse::<i64>().ok().map(|n| n.to_string())
                }
                Value::Text(text) => Some(match_form(&text)).filter(|t| !t.is_empty()),
                Value::Record(parts) => {
                    let words: Vec<_> = parts.iter().filter_map(|p| p.as_text().map(match_form)).collect();
                    Some(words.join(" ")).filter(|t| !t.is_empty())
                }
                other => other.as_decimal().map(|d| d.normalize().to_string()).or_else(|| Some(other.to_string())),
            }
        };
        MatchKeys(self.matches.iter().map(|rule| rule.pairs.iter().map(key).collect()).collect())
    }

    pub fn constants(&self, side: Side) -> &[(String, Value)] {
        match side {
            Side::Severa => &self.constants_severa,
            Side::Business => &self.constants_business,
        }
    }

    pub fn required(&self, side: Side) -> &[String] {
        match side {
            Side::Severa => &self.required_severa,
            Side::Business => &self.required_business,
        }
    }

    /// The field's name for writes: the slot's field in the select, or in the part's.
    pub fn field_name(&self, side: Side, slot: Slot) -> &str {
        let field = match slot {
            Slot::Own(place) => self.select(side).fields.get(place),
            Slot::Part { part, field } => self.parts.get(part).and_then(|p| p.select.fields.get(field)),
            // The record above is written by its own entity.
            Slot::Owner(_) => None,
        };
        field.map_or("", |f| f.name.as_str())
    }

    /// The value of a slot in a row; of a part, in the element that the part picks.
    pub fn slot<'a>(&'a self, side: Side, row: &'a Row, slot: Slot) -> &'a Value {
        Scope::new(self, side, row).slot(slot)
    }

    /// The number or code and the name of a record, for people; either may be empty.
    pub fn label(&self, side: Side, row: &Row) -> (String, String) {
        let label = if side == Side::Severa { &self.label_severa } else { &self.label_business };
        let text = |place: &usize| match row.values.get(*place) {
            None | Some(Value::Null) => None,
            Some(Value::Text(text)) => Some(text.lines().collect::<Vec<_>>().join(", ")),
            Some(other) => Some(other.to_string()),
        };
        let name: Vec<_> = label.name.iter().filter_map(text).collect();
        (label.key.as_ref().and_then(text).unwrap_or_default(), name.join(" "))
    }

    /// The element of a part's list that the part stands for, with its identifier.
    pub fn picked<'a>(&self, part: usize, row: &'a Row) -> Option<&'a [Value]> {
        let part = self.parts.get(part)?;
        let Some(Value::List(elements)) = row.values.get(part.list) else {
            return None;
        };
        let counts = |values: &&'a [Value]| {
            part.condition.as_ref().is_none_or(|condition| eval::holds_of_element(condition, values))
        };
        let records = elements.iter().filter_map(|e| match e {
            Value::Record(values) => Some(values.as_slice()),
            _ => None,
        });
        let order = |values: &&[Value]| {
            let by = part.first_by.and_then(|place| values.get(place));
            (by.map(ToString::to_string), values.first().map(ToString::to_string))
        };
        records.filter(counts).min_by_key(order)
    }
}
