//! What is remembered of an operation: the link and its base, the history, the end of its intent.

use super::field::Field;
use super::{Engine, RunError, Work};
use crate::plan::{self, FieldChange, Kind, Operation, Planned};
use crate::program::{Entity, Line};
use crate::state::{self, Base, Change, Created, Link, NewField, StateError};
use crate::systems::Row;
use crate::value::{Side, Value};

/// What came of an operation: the row as it is now, and what each line is in step with.
pub(super) struct Came<'a> {
    pub fields: &'a [Field<'a>],
    pub row: &'a Row,
    pub bases: Vec<(u64, u64)>,
    /// Whether every element of its lists came to be as well.
    pub whole: bool,
}

impl Engine {
    /// What was said in Severa of a record that is held: in the history, and no link comes of it.
    pub(super) fn reported(
        &self,
        place: usize,
        operation: &Operation,
        fields: &[Field],
        run: i64,
    ) -> Result<(), RunError> {
        self.keep(place, operation, fields, run, state::Written::Done)
    }

    /// A change whose answer was lost may have taken effect: the history says that it was tried.
    pub(super) fn doubtful(
        &self,
        place: usize,
        operation: &Operation,
        fields: &[Field],
        run: i64,
    ) -> Result<(), RunError> {
        self.keep(place, operation, fields, run, state::Written::Unknown)
    }

    pub(super) fn keep(
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

    /// Link, base and history, and the intent's end, in one step.
    pub(super) fn done(
        &self,
        place: usize,
        operation: &Operation,
        came: &Came<'_>,
        work: &mut Work<'_>,
    ) -> Result<(), RunError> {
        let entity = &self.program.entities[place];
        let known = self.state.link_of(&entity.name, operation.side, &came.row.id)?;
        let link = linked(entity, operation, came, known);
        self.state.together(|| self.remembered(entity, operation, came, &link, Lists::default(), work))?;
        work.index.put(place, &link);
        Ok(())
    }

    /// What is kept of an operation that was done, within a transaction of the caller's.
    pub(super) fn remembered(
        &self,
        entity: &Entity,
        operation: &Operation,
        Came { fields, row, whole, .. }: &Came<'_>,
        link: &Link,
        lists: Lists,
        work: &Work<'_>,
    ) -> Result<(), StateError> {
        let now = self.clock.now();
        self.state.link(&entity.name, link)?;
        // A record without all its elements is looked up and completed by the next run.
        if *whole {
            self.state.settle(&entity.name, operation.side, &operation.source_id)?;
        }
        for (side, id) in [(operation.side.other(), &operation.source_id), (operation.side, &row.id)] {
            if lists.holds {
                self.state.release(&entity.name, side, id)?;
            }
            if lists.waits {
                let waits = self.waits.get(&(side, id.clone())).map_or(&[][..], Vec::as_slice);
                self.state.wait_for(&entity.name, side, id, waits)?;
            }
        }
        if operation.kind == Kind::Create {
            self.created_now(entity, operation, fields, row, work.run)?;
        } else {
            for field in fields.iter() {
                let mut change = change_of(entity, operation, &row.id, field.change, &field.value);
                // As people find it from now on; of a new record, as they knew the one it was made from.
                (change.key, change.name) = entity.label(operation.side, row);
                self.state.record(work.run, now, &change)?;
            }
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
    }

    fn created_now(
        &self,
        entity: &Entity,
        operation: &Operation,
        fields: &[Field],
        row: &Row,
        run: i64,
    ) -> Result<(), StateError> {
        let named = |field: &Field| field.change.part.as_ref().map(|p| format!("{}.{}", p.list, field.change.field));
        let fields: Vec<(&Field, Option<String>)> =
            fields.iter().filter(|f| !f.value.is_null()).map(|f| (f, named(f))).collect();
        let personal = |change: &FieldChange| {
            let list = change.part.as_ref().map(|p| p.part);
            entity.is_personal(operation.side, line_of(entity, change), list, &change.field)
        };
        let created = Created {
            entity: &entity.name,
            side: operation.side,
            id: &row.id,
            source_id: &operation.source_id,
            key: &operation.key,
            name: &operation.name,
            fields: fields
                .iter()
                .map(|pair| NewField {
                    field: pair.1.as_deref().unwrap_or(&pair.0.change.field),
                    file: &pair.0.change.because.file,
                    line: pair.0.change.because.line,
                    rule: pair.0.change.line,
                    personal: personal(pair.0.change),
                    new: &pair.0.value,
                })
                .collect(),
        };
        self.state.record_created(run, self.clock.now(), &created)
    }
}

/// Which lists an entity's records may stand on: what is empty need not be looked through for each of many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lists {
    pub holds: bool,
    pub waits: bool,
}

impl Default for Lists {
    fn default() -> Self {
        Self { holds: true, waits: true }
    }
}

/// The link as an operation leaves it.
pub(super) fn linked(entity: &Entity, operation: &Operation, came: &Came<'_>, known: Option<Link>) -> Link {
    let Came { row, bases, .. } = came;
    let (severa_id, business_id) = match operation.side {
        Side::Severa => (&row.id, &operation.source_id),
        Side::Business => (&operation.source_id, &row.id),
    };
    let mut link = known.unwrap_or_else(|| Link {
        severa_id: severa_id.clone(),
        business_id: business_id.clone(),
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
    link
}

fn line_of<'e>(entity: &'e Entity, change: &FieldChange) -> Option<&'e Line> {
    entity.lines.iter().find(|line| change.line != 0 && plan::line_key(line) == change.line)
}

/// A field that was written, for the history.
fn change_of(entity: &Entity, operation: &Operation, id: &str, change: &FieldChange, value: &Value) -> Change {
    let part = change.part.as_ref().map(|p| format!("{}.", p.list)).unwrap_or_default();
    let line = line_of(entity, change);
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
