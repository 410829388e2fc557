//! Which values say something about a person: the schema marks them, and a line carries the mark over.

use super::{Entity, Line, Slot};
use crate::systems::{RecordName, Select};
use crate::value::Side;

impl Entity {
    /// Whether a field of a side, or anything that its line connects it with, is marked in the schema.
    pub fn is_personal(&self, side: Side, line: Option<&Line>, list: Option<usize>, field: &str) -> bool {
        let record = list.and_then(|part| self.parts.get(part)).map_or(&self.select(side).record, |p| &p.select.record);
        let own = marked(side, record, field);
        own || line.is_some_and(|line| {
            Side::BOTH.into_iter().any(|side| line.slots(side).iter().any(|slot| self.slot_is_personal(side, *slot)))
        })
    }

    /// Whether the name by which people know its records is one of a person, or may be.
    pub fn has_personal_names(&self) -> bool {
        let slots = |side: Side| if side == Side::Severa { &self.label_severa.name } else { &self.label_business.name };
        Side::BOTH.into_iter().any(|side| slots(side).iter().any(|slot| self.slot_is_personal(side, Slot::Own(*slot))))
    }

    fn slot_is_personal(&self, side: Side, slot: Slot) -> bool {
        let field = |select: &Select, place: usize| {
            select.fields.get(place).is_some_and(|field| marked(side, &select.record, &field.name))
        };
        match slot {
            Slot::Own(place) => field(self.select(side), place),
            Slot::Part { part, field: place } => self.parts.get(part).is_some_and(|part| field(&part.select, place)),
            // The record above is told by its own entity.
            Slot::Owner(_) => false,
        }
    }
}

fn marked(side: Side, record: &RecordName, field: &str) -> bool {
    crate::schema::of(side).record(&record.name).is_some_and(|record| record.is_personal(field))
}
