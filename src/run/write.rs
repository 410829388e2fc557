//! One operation against one side, and what is remembered of it.

use super::apply::Work;
use super::index::Index;
use super::{Engine, RunError};
use crate::plan::{self, FieldChange, Kind, Operation, Planned};
use crate::program::{Entity, Env, Outcome, Slot};
use crate::state::{self, Base, Change, Intent, Link};
use crate::systems::{Create, ErrorKind, PartWrite, Row, SystemError, Update};
use crate::value::{Side, Value};

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

/// A field with its value settled.
struct Field<'a> {
    change: &'a FieldChange,
    value: Value,
}

/// What came of an operation: the row as it is now, and what each line is in step with.
struct Came<'a> {
    fields: &'a [Field<'a>],
    row: &'a Row,
    bases: Vec<(u64, u64)>,
    /// Whether every element of its lists came to be as well.
    whole: bool,
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
        let mut fields = Vec::new();
        let mut later: Vec<FieldChange> = Vec::new();
        for change in &operation.fields {
            let value = match &change.new {
                Planned::Value(value) if operation.follows => {
                    self.assigned(place, operation, change, &work.index).unwrap_or_else(|| value.clone())
                }
                Planned::Value(value) => value.clone(),
                Planned::Pending(reference) if operation.kind == Kind::WriteBack && reference.entity == own => {
                    match self.assigned(place, operation, change, &work.index) {
                        Some(value) => value,
                        None => return Ok(Written::NotTried),
                    }
                }
                Planned::Pending(reference) => match work.index.resolve(reference) {
                    Some(value) => value,
                    None if reference.entity == own && operation.kind == Kind::Create => {
                        later.push(change.clone());
                        continue;
                    }
                    None if operation.kind == Kind::Link => return Ok(Written::NotTried),
                    None if !work.report.down.is_empty() => return Ok(Written::NotTried),
                    // Its owner was not carried over and stands on the list: it comes with it again.
                    None if self.owner_of(place).is_some_and(|above| above.name == reference.entity) => {
                        return Ok(Written::NotTried);
                    }
                    None => {
                        let (side, id) = (operation.side.other(), &operation.source_id);
                        self.state.wait_also_for(&own, side, id, reference)?;
                        let reason = format!(
                            "{} {} was not carried over, and this points at it",
                            reference.entity, reference.value
                        );
                        return Ok(Written::Held { code: "not-linked", reason });
                    }
                },
            };
            fields.push(Field { change, value });
        }
        let children = match self.children(place, operation, work)? {
            Ok(children) => children,
            Err(written) => return Ok(written),
        };
        // An element that comes to be in a list is a record of its own there: its creation may be lost sight of too.
        let makes = operation.kind == Kind::Create || fields.iter().any(makes_element);
        if makes {
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
                return self.failed(&own, operation, makes, error);
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
                            self.state.wait_also_for(&entity.name, side, id, reference)?;
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
        self.state.settle(entity, operation.side, &operation.source_id)?;
        let reason = format!(
            "{} still knows it as {}, from which it was parted; our identifier has to go out of that record first",
            operation.side.title(),
            row.id
        );
        Ok(Some(Written::Held { code: "parted", reason }))
    }

    /// What was said in Severa of a record that is held: in the history, and no link comes of it.
    fn reported(&self, place: usize, operation: &Operation, fields: &[Field], run: i64) -> Result<(), RunError> {
        self.keep(place, operation, fields, run, state::Written::Done)
    }

    /// A change whose answer was lost may have taken effect: the history says that it was tried.
    fn doubtful(&self, place: usize, operation: &Operation, fields: &[Field], run: i64) -> Result<(), RunError> {
        self.keep(place, operation, fields, run, state::Written::Unknown)
    }

    fn keep(
        &self,
        place: usize,
        operation: &Operation,
        fields: &[Field],
        run: i64,
        outcome: state::Written,
    ) -> Result<(), RunError> {
        let (entity, now) = (&self.program.entities[place], self.clock.now());
        let id = operation.record_id.as_deref().unwrap_or(&operation.source_id);
        self.state.together(|| {
            for field in fields {
                let change = change_of(entity, operation, id, field.change, &field.value);
                self.state.record(run, now, &Change { outcome, ..change })?;
            }
            Ok(())
        })?;
        Ok(())
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
        Ok(self.state.intend(&intent)?)
    }

    async fn create(
        &mut self,
        place: usize,
        operation: &Operation,
        fields: &[Field<'_>],
        children: Vec<Create>,
    ) -> Result<Row, SystemError> {
        let entity = &self.program.entities[place];
        let identity = match (operation.side, entity.identity) {
            (Side::Business, Some(slot)) => {
                entity.business.fields.get(slot).map(|f| (f.name.clone(), Value::text(operation.source_id.clone())))
            }
            _ => None,
        };
        let own = fields.iter().filter(|f| f.change.part.is_none() && !f.value.is_null());
        let create = Create {
            select: entity.select(operation.side).clone(),
            values: own.map(|f| (f.change.field.clone(), f.value.clone())).collect(),
            numbers: operation.numbers.clone(),
            identity,
            parts: parts(entity, fields),
            children,
            joins: Vec::new(),
        };
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
                    self.state.settle(entity, operation.side, &operation.source_id)?;
                }
                match kind {
                    ErrorKind::Moved => Written::Moved(reason),
                    ErrorKind::Gone => Written::Held { code: "vanished", reason },
                    _ => Written::Held { code: "refused", reason },
                }
            }
        })
    }

    /// Link, base and history, and the intent's end, in one step.
    fn done(
        &self,
        place: usize,
        operation: &Operation,
        Came { fields, row, bases, whole }: &Came<'_>,
        work: &mut Work<'_>,
    ) -> Result<(), RunError> {
        let entity = &self.program.entities[place];
        let (severa_id, business_id) = match operation.side {
            Side::Severa => (row.id.clone(), operation.source_id.clone()),
            Side::Business => (operation.source_id.clone(), row.id.clone()),
        };
        let known = self.state.link_of(&entity.name, operation.side, &row.id)?;
        let mut link = known.unwrap_or(Link {
            severa_id,
            business_id,
            born: operation.side.other(),
            columns: operation.columns.clone(),
            base: Base::default(),
            severa_stamp: None,
            business_stamp: None,
        });
        if operation.side == Side::Business {
            link.columns = plan::columns(entity, row);
            link.business_stamp = row.changed;
        } else {
            link.severa_stamp = entity.stamp(Side::Severa, row);
        }
        for line in entity.lines.iter().filter(|l| !l.on_create) {
            let key = plan::line_key(line);
            let Some((_, source)) = bases.iter().find(|(line, _)| *line == key) else { continue };
            let shown = || line.values(entity, operation.side, row).iter().any(|value| !value.is_null());
            // What goes the other way only, and is not answered, is looked at by the next run.
            if !line.writes_to(operation.side) && !shown() {
                continue;
            }
            let target = plan::end(entity, line, operation.side, row);
            let entry = match operation.side {
                Side::Severa => (target, *source),
                Side::Business => (*source, target),
            };
            link.base.0.insert(key, entry);
        }
        let now = self.clock.now();
        self.state.together(|| {
            self.state.link(&entity.name, &link)?;
            // A record without all its elements is looked up and completed by the next run.
            if *whole {
                self.state.settle(&entity.name, operation.side, &operation.source_id)?;
            }
            self.state.release(&entity.name, operation.side.other(), &operation.source_id)?;
            self.state.release(&entity.name, operation.side, &row.id)?;
            for (side, id) in [(operation.side.other(), &operation.source_id), (operation.side, &row.id)] {
                let waits = self.waits.get(&(side, id.clone())).map_or(&[][..], Vec::as_slice);
                self.state.wait_for(&entity.name, side, id, waits)?;
            }
            for field in fields.iter().filter(|f| operation.kind != Kind::Create || !f.value.is_null()) {
                let mut change = change_of(entity, operation, &row.id, field.change, &field.value);
                if operation.kind != Kind::Create {
                    // As people find it from now on; of a new record, as they knew the one it was made from.
                    (change.key, change.name) = entity.label(operation.side, row);
                }
                self.state.record(work.run, now, &change)?;
            }
            for (number, child) in operation.children.iter().enumerate() {
                let id = format!("{}/{}", row.id, number + 1);
                let Some(own) = entity.children.iter().find(|own| own.name == child.entity) else { continue };
                for field in &child.fields {
                    let value = match &field.new {
                        Planned::Value(value) => value.clone(),
                        Planned::Pending(reference) => work.index.resolve(reference).unwrap_or_default(),
                    };
                    let change = change_of(own, operation, &id, field, &value);
                    let change = Change { source_id: child.source_id.clone(), name: child.name.clone(), ..change };
                    self.state.record(work.run, now, &change)?;
                }
            }
            Ok(())
        })?;
        work.index.put(place, &link);
        Ok(())
    }
}

/// Whether it is a field of a list's element that is not there yet.
fn makes_element(field: &Field) -> bool {
    field.change.part.as_ref().is_some_and(|part| part.id.is_none()) && !field.value.is_null()
}

/// Whether a field's element should have come to be and has not.
fn is_missing(entity: &Entity, side: Side, field: &Field, row: &Row) -> bool {
    let Some(part) = field.change.part.as_ref().map(|part| part.part) else { return false };
    side == Side::Severa && makes_element(field) && entity.picked(part, row).is_none()
}

/// A field that was written, for the history.
fn change_of(entity: &Entity, operation: &Operation, id: &str, change: &FieldChange, value: &Value) -> Change {
    let part = change.part.as_ref().map(|p| format!("{}.", p.list)).unwrap_or_default();
    let line = entity.lines.iter().find(|line| change.line != 0 && plan::line_key(line) == change.line);
    let list = change.part.as_ref().map(|p| p.part);
    Change {
        entity: entity.name.clone(),
        side: operation.side,
        id: id.to_owned(),
        source_id: operation.source_id.clone(),
        key: operation.key.clone(),
        name: operation.name.clone(),
        kind: operation.kind.word().to_owned(),
        field: format!("{part}{}", change.field),
        element: change.part.as_ref().and_then(|p| p.id.clone()),
        old: change.old.clone(),
        new: value.clone(),
        file: change.because.file.clone(),
        line: change.because.line,
        rule: change.line,
        personal: entity.is_personal(operation.side, line, list, &change.field),
        outcome: state::Written::Done,
    }
}

/// Fields inside lists, one write for each element.
fn parts(entity: &Entity, fields: &[Field]) -> Vec<PartWrite> {
    let mut writes: Vec<PartWrite> = Vec::new();
    // An e-mail address and a phone number may both come to be in one list.
    let mut of: Vec<usize> = Vec::new();
    for field in fields {
        let Some(part) = &field.change.part else { continue };
        if part.id.is_none() && field.value.is_null() {
            continue;
        }
        let place = match of.iter().zip(&writes).position(|(place, w)| *place == part.part && w.id == part.id) {
            Some(place) => place,
            None => {
                let constants = entity.parts.get(part.part).filter(|_| part.id.is_none()).map(|p| p.constants.clone());
                writes.push(PartWrite {
                    list: part.list.clone(),
                    id: part.id.clone(),
                    expect: Vec::new(),
                    set: constants.unwrap_or_default(),
                });
                of.push(part.part);
                writes.len() - 1
            }
        };
        let write = &mut writes[place];
        if part.id.is_some() {
            write.expect.push((field.change.field.clone(), field.change.old.clone()));
        }
        write.set.push((field.change.field.clone(), field.value.clone()));
    }
    writes
}
