//! `samband map`: one entity's mapping over records in JSON, one after another.
//!
//! It is the program that a run uses, over one side's records alone: every record is taken as new on
//! the other side, and what that side would have to be asked for is given, or shown as what it is.

mod known;
mod layout;
mod lines;
mod uses;
mod write;

pub use crate::reader::Unreadable;
pub use known::{Known, KnownError};
pub use lines::{Lines, Taken};
pub use uses::{Uses, uses};

use crate::program::eval::{self, Scope};
use crate::program::expr::slots;
use crate::program::{Entity, Env, Line, Outcome, Sends, Slot, Stop};
use crate::reader::Reader;
use crate::schema;
use crate::systems::{Condition, Row, Select, SelectField, Test};
use crate::value::{Side, Type, Value};
use layout::{Layout, Place};

/// One entity's mapping, from one side.
pub struct Stream<'p> {
    entity: &'p Entity,
    from: Side,
    env: Env<'p>,
    /// Records come to be on the other side; otherwise only what is written back to linked ones is mapped.
    creates: bool,
    scope: Vec<(usize, &'p Condition)>,
    reader: Reader,
    row: Row,
    /// The slot of the record's own identifier.
    key: usize,
    steps: Vec<Step<'p>>,
    layout: Layout,
}

/// A line, and where each of its values stands in what is written.
struct Step<'p> {
    line: &'p Line,
    places: Vec<Place>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Became {
    Mapped,
    /// By a condition, in the mapping's words.
    LeftOut(String),
    /// A line says that it does not travel.
    Skipped(String),
    Held(Held),
    Unreadable(Unreadable),
}

/// A record that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// As in a plan: `hold`, `does-not-fit`, `missing-required`, `not-linked`.
    pub code: &'static str,
    pub reason: String,
    /// The record's number or code, and its name; either may be blank.
    pub key: String,
    pub name: String,
}

impl<'p> Stream<'p> {
    pub fn new(entity: &'p Entity, from: Side, env: Env<'p>) -> Self {
        let to = from.other();
        let creates = entity.creates_on(to);
        let mut select = entity.select(from).clone();
        let key = key(from, &mut select);
        let lines = entity.lines.iter().filter(|l| l.writes_to(to) && l.write_back != creates);
        let lines: Vec<&Line> = lines.collect();
        let mut layout = Layout::new(entity, to, creates);
        let steps: Vec<Step> = lines
            .into_iter()
            .map(|line| Step { line, places: line.slots(to).iter().map(|slot| layout.place(entity, *slot)).collect() })
            .collect();
        layout.finish(entity);
        let whole = entity.select(from);
        let scope = whole.scope.iter().filter_map(|c| Some((whole.slot(&c.field)?, c))).collect();
        let row = Row { id: String::new(), changed: None, values: Vec::new() };
        Self { entity, from, env, creates, scope, reader: Reader::new(from, &select), row, key, steps, layout }
    }

    /// Maps one record; what comes out is put at the end of `out`, on a line of its own.
    pub fn map(&mut self, record: &str, out: &mut Vec<u8>) -> Became {
        if let Err(fault) = self.reader.read(record, &mut self.row) {
            return Became::Unreadable(fault);
        }
        let (entity, from, to, env) = (self.entity, self.from, self.from.other(), &self.env);
        for (slot, condition) in &self.scope {
            if !self.row.values.get(*slot).is_none_or(|value| fulfills(condition, value)) {
                return Became::LeftOut(format!("{} is not what the record's own `where` says", condition.field));
            }
        }
        let scope = Scope::new(entity, from, &self.row);
        if !entity.is_ours_in(from, &scope, env) {
            return Became::LeftOut("its own `where`".to_owned());
        }
        if self.creates {
            if let Sends::No(condition) = entity.sends_in(from, &scope, env) {
                return Became::LeftOut(condition);
            }
            if from == Side::Severa
                && let Some(reason) = entity.held_in(&scope, env)
            {
                return self.held("hold", reason.to_owned());
            }
        }
        let layout = &mut self.layout;
        layout.begin();
        let mut waits = Vec::new();
        for Step { line, places } in &self.steps {
            for (place, expr) in places.iter().zip(line.exprs(to)) {
                match eval::told(expr, &scope, env, &mut waits) {
                    Ok(told) => layout.put(*place, &told),
                    Err(Stop::Keep) => {
                        places.iter().for_each(|place| layout.take_back(*place));
                        break;
                    }
                    Err(stop) => {
                        let code = if waits.is_empty() { "does-not-fit" } else { "not-linked" };
                        return match line.stopped(stop) {
                            Outcome::Skip(reason) => Became::Skipped(reason),
                            Outcome::Hold(reason) => self.held(code, reason),
                            Outcome::Keep | Outcome::Write(_) => Became::Mapped,
                        };
                    }
                }
            }
        }
        if self.creates {
            layout.identify(self.row.values.get(self.key).unwrap_or(&Value::Null));
            if let Some(missing) = layout.missing() {
                let reason = format!("{} does not create a {} without {missing}", to.title(), entity.title);
                return self.held("missing-required", reason);
            }
        }
        self.layout.write(out);
        Became::Mapped
    }

    /// Fields that the lines and the filter read and that no record had.
    pub fn never_there(&self) -> Vec<&str> {
        let to = self.from.other();
        let filter = self.entity.filter(self.from).filter(|_| self.creates).map(|f| &f.condition);
        let exprs = self.steps.iter().flat_map(|step| step.line.exprs(to)).chain(filter);
        let read: Vec<Slot> = exprs.flat_map(slots).collect();
        let is_read = |slot: &usize| {
            read.iter().any(|s| match s {
                Slot::Own(own) => own == slot,
                Slot::Part { part, .. } => self.entity.parts.get(*part).is_some_and(|p| p.list == *slot),
                Slot::Owner(_) => false,
            })
        };
        self.reader.never_there().filter(|(slot, _)| is_read(slot)).map(|(_, name)| name).collect()
    }

    fn held(&self, code: &'static str, reason: String) -> Became {
        let (key, name) = self.entity.label(self.from, &self.row);
        Became::Held(Held { code, reason, key, name })
    }
}

/// The slot of a record's identifier, which is asked for if it is not among the fields yet.
fn key(side: Side, select: &mut Select) -> usize {
    let record = schema::of(side).record(&select.record.name);
    let column = record.and_then(|record| record.key_column(select.record.index));
    let (name, ty) = column.map_or(("guid".to_owned(), Type::Guid), |column| (column.name, column.ty));
    select.slot(&name).unwrap_or_else(|| {
        select.fields.push(SelectField { name, ty, blank_is_nothing: false, of: None });
        select.fields.len() - 1
    })
}

fn fulfills(condition: &Condition, value: &Value) -> bool {
    match &condition.test {
        Test::Compare(op, with) => eval::compare(*op, value, with),
        Test::In(values) => values.iter().any(|v| v.same(value)),
    }
}
