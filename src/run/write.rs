//! One operation against one side.

mod field;
mod keep;
mod together;

use self::field::{Field, is_missing, makes_element, parts};
use self::keep::Came;
use super::apply::Work;
use super::index::Index;
use super::{Engine, RunError};
use crate::plan::{self, FieldChange, Kind, Operation, Planned};
use crate::program::{Entity, Env, Outcome, Slot};
use crate::state::Intent;
use crate::systems::{Create, ErrorKind, Row, SystemError, Update};
use crate::value::{Side, Value};

/// Fields with their values, and those that get theirs in a second pass.
type Settled<'o> = (Vec<Field<'o>>, Vec<FieldChange>);

/// What became of an operation.
pub(super) enum Written {
    Done,
    /// What it follows on was not done.
    NotTried,
    Held {
        code: &'static str,
        reason: String,
    },
    /// The record no longer holds what was expected; nothing was written.
    Moved(String),
    SideFailed(SystemError),
}

impl Engine {
    pub(super) async fn write(
        &mut self,
        place: usize,
        operation: &Operation,
        work: &mut Work<'_>,
    ) -> Result<Written, RunError> {
        let own = self.program.entities[place].name.clone();
        if operation.follows && !self.created.contains_key(&operation.source_id) {
            return Ok(Written::NotTried);
        }
        let (fields, later) = match self.settled(place, operation, work)? {
            Ok(settled) => settled,
            Err(written) => return Ok(written),
        };
        let children = match self.children(place, operation, work)? {
            Ok(children) => children,
            Err(written) => return Ok(written),
        };
        // An element that comes to be in a list is a record of its own there: its creation may be lost sight of too.
        let makes = operation.kind == Kind::Create || fields.iter().any(makes_element);
        let opens = makes || !operation.ahead.is_empty();
        if !operation.ahead.is_empty() {
            self.say_ahead(&own, operation)?;
        } else if makes {
            self.intend(&own, operation)?;
        }
        let result = match operation.kind {
            Kind::Create => self.create(place, operation, &fields, children).await,
            Kind::Update | Kind::WriteBack | Kind::Link | Kind::Unlink | Kind::Report => {
                self.update(place, operation, &fields).await
            }
        };
        let row = match result {
            Ok(row) => row,
            Err(error) => {
                if error.kind == ErrorKind::Unknown && operation.kind != Kind::Create {
                    self.doubtful(place, operation, &fields, work.run)?;
                }
                return self.failed(&own, operation, opens, error);
            }
        };
        if matches!(operation.kind, Kind::Report | Kind::Unlink) {
            self.reported(place, operation, &fields, work.run)?;
            return Ok(Written::Done);
        }
        if operation.kind == Kind::Create
            && let Some(parted) = self.parted(&own, operation, &row)?
        {
            return Ok(parted);
        }
        let entity = &self.program.entities[place];
        let missing: Vec<u64> =
            fields.iter().filter(|f| is_missing(entity, operation.side, f, &row)).map(|f| f.change.line).collect();
        let kept = |line: &u64| !later.iter().any(|f| f.line == *line) && !missing.contains(line);
        // A line that gets its value in a second pass, or whose element did not come to be, is not in step before that.
        let bases = operation
            .bases
            .iter()
            .map(|(line, source)| if kept(line) { (*line, *source) } else { (*line, plan::UNSETTLED) });
        let bases: Vec<(u64, u64)> = bases.collect();
        let written = Came { fields: &fields, row: &row, bases, whole: missing.is_empty() };
        self.done(place, operation, &written, work)?;
        if operation.kind == Kind::Create {
            self.created.insert(operation.source_id.clone(), row.clone());
        }
        if !later.is_empty() {
            let mut second = operation.clone();
            second.id = format!("{}-second", operation.id);
            second.kind = Kind::Update;
            second.record_id = Some(row.id);
            second.bases.retain(|(line, _)| later.iter().any(|f| f.line == *line));
            second.fields = later;
            second.numbers.clear();
            work.later.push(second);
        }
        Ok(Written::Done)
    }

    /// The operation's fields with their values, and those that point at a record of the same entity that comes later.
    fn settled<'o>(
        &self,
        place: usize,
        operation: &'o Operation,
        work: &Work<'_>,
    ) -> Result<Result<Settled<'o>, Written>, RunError> {
        let own = &self.program.entities[place].name;
        let mut fields = Vec::new();
        let mut later: Vec<FieldChange> = Vec::new();
        for change in &operation.fields {
            let value = match &change.new {
                Planned::Value(value) if operation.follows => {
                    self.assigned(place, operation, change, &work.index).unwrap_or_else(|| value.clone())
                }
                Planned::Value(value) => value.clone(),
                Planned::Pending(reference) if operation.kind == Kind::WriteBack && reference.entity == *own => {
                    match self.assigned(place, operation, change, &work.index) {
                        Some(value) => value,
                        None => return Ok(Err(Written::NotTried)),
                    }
                }
                Planned::Pending(reference) => match work.index.resolve(reference) {
                    Some(value) => value,
                    None if reference.entity == *own && operation.kind == Kind::Create => {
                        later.push(change.clone());
                        continue;
                    }
                    None if operation.kind == Kind::Link => return Ok(Err(Written::NotTried)),
                    None if !work.report.down.is_empty() => return Ok(Err(Written::NotTried)),
                    // Its owner was not carried over and stands on the list: it comes with it again.
                    None if self.owner_of(place).is_some_and(|above| above.name == reference.entity) => {
                        return Ok(Err(Written::NotTried));
                    }
                    None => {
                        let (side, id) = (operation.side.other(), &operation.source_id);
                        self.state.together(|| self.state.wait_also_for(own, side, id, reference))?;
                        let reason = format!(
                            "{} {} was not carried over, and this points at it",
                            reference.entity, reference.value
                        );
                        return Ok(Err(Written::Held { code: "not-linked", reason }));
                    }
                },
            };
            fields.push(Field { change, value });
        }
        Ok(Ok((fields, later)))
    }

    /// What is created together with the record, its values settled.
    fn children(
        &self,
        place: usize,
        operation: &Operation,
        work: &Work<'_>,
    ) -> Result<Result<Vec<Create>, Written>, RunError> {
        let entity = &self.program.entities[place];
        let mut creates = Vec::new();
        for written in &operation.children {
            let Some(child) = entity.children.iter().find(|child| child.name == written.entity) else { continue };
            let mut values = Vec::new();
            for change in &written.fields {
                let value = match &change.new {
                    Planned::Value(value) => value.clone(),
                    Planned::Pending(reference) => match work.index.resolve(reference) {
                        Some(value) => value,
                        None if !work.report.down.is_empty() => return Ok(Err(Written::NotTried)),
                        None => {
                            let (side, id) = (operation.side.other(), &operation.source_id);
                            self.state.together(|| self.state.wait_also_for(&entity.name, side, id, reference))?;
                            let reason = format!(
                                "{} {} was not carried over, and {} points at it",
                                reference.entity, reference.value, written.name
                            );
                            return Ok(Err(Written::Held { code: "not-linked", reason }));
                        }
                    },
                };
                values.push((change.field.clone(), value));
            }
            let column = |slot: usize| entity.field_name(Side::Business, Slot::Own(slot)).to_owned();
            let joins = child.owner.iter().flat_map(|owner| &owner.joins);
            creates.push(Create {
                select: child.business.clone(),
                values,
                numbers: written.numbers.clone(),
                identity: None,
                parts: Vec::new(),
                children: Vec::new(),
                joins: joins.map(|(own, slot)| (own.clone(), column(*slot))).collect(),
            });
        }
        Ok(Ok(creates))
    }

    /// A side that finds the record there by our identifier answers that one, which a person said is another.
    fn parted(&self, entity: &str, operation: &Operation, row: &Row) -> Result<Option<Written>, RunError> {
        let (severa, business) = match operation.side {
            Side::Severa => (&row.id, &operation.source_id),
            Side::Business => (&operation.source_id, &row.id),
        };
        if !self.state.are_apart(entity, severa, business)? {
            return Ok(None);
        }
        self.state.together(|| self.state.settle(entity, operation.side, &operation.source_id))?;
        let reason = format!(
            "{} still knows it as {}, from which it was parted; our identifier has to go out of that record first",
            operation.side.title(),
            row.id
        );
        Ok(Some(Written::Held { code: "parted", reason }))
    }

    /// What a line says of the record that was created: a number that Visma Business assigned, a status.
    /// Nothing where the record was not created.
    fn assigned(&self, place: usize, operation: &Operation, change: &FieldChange, index: &Index) -> Option<Value> {
        let entity = &self.program.entities[place];
        let row = self.created.get(&operation.source_id)?;
        let env = Env::new(index, &self.opened.as_ref()?.lookups);
        let line = entity.lines.iter().find(|l| (l.numbered || l.write_back) && l.origin == change.because)?;
        let Outcome::Write(values) = line.carry(entity, Side::Severa, row, None, &env).outcome else { return None };
        values.into_iter().find_map(|(slot, planned)| match planned {
            Planned::Value(value) if entity.field_name(Side::Severa, slot) == change.field => Some(value),
            _ => None,
        })
    }

    /// The intent is on disk before the request leaves.
    fn intend(&self, entity: &str, operation: &Operation) -> Result<(), RunError> {
        let intent = Intent {
            entity: entity.to_owned(),
            side: operation.side,
            source_id: operation.source_id.clone(),
            begun_at: self.clock.now(),
        };
        Ok(self.state.together(|| self.state.intend(&intent))?)
    }

    /// What an undo puts back differs on purpose from what it came from. If we do not hear whether it was put back,
    /// nobody may take it for an edit: base and intent are on disk before the request leaves.
    fn say_ahead(&self, entity: &str, operation: &Operation) -> Result<(), RunError> {
        let Some(id) = &operation.record_id else { return Ok(()) };
        self.state.together(|| {
            let Some(mut link) = self.state.link_of(entity, operation.side, id)? else { return Ok(()) };
            for (line, target) in &operation.ahead {
                let source = operation.bases.iter().find(|(known, _)| known == line);
                let Some((_, source)) = source else { continue };
                let entry = match operation.side {
                    Side::Severa => (*target, *source),
                    Side::Business => (*source, *target),
                };
                link.base.0.insert(*line, entry);
            }
            self.state.link(entity, &link)?;
            let (side, source_id) = (operation.side, operation.source_id.clone());
            self.state.intend(&Intent { entity: entity.to_owned(), side, source_id, begun_at: self.clock.now() })
        })?;
        Ok(())
    }

    async fn create(
        &mut self,
        place: usize,
        operation: &Operation,
        fields: &[Field<'_>],
        children: Vec<Create>,
    ) -> Result<Row, SystemError> {
        let create = creation(&self.program.entities[place], operation, fields, children);
        self.side(operation.side).create(&create).await
    }

    async fn update(&mut self, place: usize, operation: &Operation, fields: &[Field<'_>]) -> Result<Row, SystemError> {
        let entity = &self.program.entities[place];
        let own: Vec<&Field> = fields.iter().filter(|f| f.change.part.is_none()).collect();
        let update = Update {
            select: entity.select(operation.side).clone(),
            id: operation.record_id.clone().unwrap_or_default(),
            expect: own.iter().map(|f| (f.change.field.clone(), f.change.old.clone())).collect(),
            set: own.iter().map(|f| (f.change.field.clone(), f.value.clone())).collect(),
            parts: parts(entity, fields),
        };
        self.side(operation.side).update(&update).await
    }

    fn failed(
        &self,
        entity: &str,
        operation: &Operation,
        makes: bool,
        error: SystemError,
    ) -> Result<Written, RunError> {
        let reason = error.to_string();
        Ok(match error.kind {
            kind if kind.stops_side() => Written::SideFailed(error),
            // The intent stays open: the next run looks the record up before it tries again.
            ErrorKind::Unknown => Written::Held { code: "unknown-outcome", reason },
            kind => {
                if makes {
                    self.state.together(|| self.state.settle(entity, operation.side, &operation.source_id))?;
                }
                match kind {
                    ErrorKind::Moved => Written::Moved(reason),
                    ErrorKind::Gone => Written::Held { code: "vanished", reason },
                    _ => Written::Held { code: "refused", reason },
                }
            }
        })
    }
}

/// The record to create, as its side is asked for it.
fn creation(entity: &Entity, operation: &Operation, fields: &[Field<'_>], children: Vec<Create>) -> Create {
    let identity = match (operation.side, entity.identity) {
        (Side::Business, Some(slot)) => {
            entity.business.fields.get(slot).map(|f| (f.name.clone(), Value::text(operation.source_id.clone())))
        }
        _ => None,
    };
    let own = fields.iter().filter(|f| f.change.part.is_none() && !f.value.is_null());
    Create {
        select: entity.select(operation.side).clone(),
        values: own.map(|f| (f.change.field.clone(), f.value.clone())).collect(),
        numbers: operation.numbers.clone(),
        identity,
        parts: parts(entity, fields),
        children,
        joins: Vec::new(),
    }
}
