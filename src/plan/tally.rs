//! How many operations there are, by side and kind: all that is kept of those that are carried out page by page.

use super::{EntityPlan, Kind, Operation, Planned};
use crate::value::{Side, Value};
use serde::{Deserialize, Serialize};

/// Operations of one entity, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    severa: Counts,
    business: Counts,
}

/// Those of one side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub create: usize,
    pub update: usize,
    pub write_back: usize,
    pub link: usize,
    pub unlink: usize,
    pub report: usize,
    /// Fields that hold something and are to hold nothing.
    pub emptied: usize,
}

impl Tally {
    pub fn of(operations: &[Operation]) -> Self {
        let mut tally = Tally::default();
        for operation in operations {
            let counts = tally.side_mut(operation.side);
            *counts.kind_mut(operation.kind) += 1;
            let blank = |new: &Planned| matches!(new, Planned::Value(Value::Null));
            counts.emptied += operation.fields.iter().filter(|f| blank(&f.new) && !f.old.is_null()).count();
        }
        tally
    }

    pub fn side(&self, side: Side) -> &Counts {
        match side {
            Side::Severa => &self.severa,
            Side::Business => &self.business,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut Counts {
        match side {
            Side::Severa => &mut self.severa,
            Side::Business => &mut self.business,
        }
    }

    pub fn add(&mut self, other: &Tally) {
        for side in Side::BOTH {
            let more = *other.side(side);
            let counts = self.side_mut(side);
            for kind in Kind::ALL {
                *counts.kind_mut(kind) += more.kind(kind);
            }
            counts.emptied += more.emptied;
        }
    }

    /// All of a kind, on both sides.
    pub fn count(&self, kind: Kind) -> usize {
        Side::BOTH.iter().map(|side| self.side(*side).kind(kind)).sum()
    }

    pub fn is_empty(&self) -> bool {
        Kind::ALL.iter().all(|kind| self.count(*kind) == 0)
    }
}

impl Counts {
    pub fn kind(&self, kind: Kind) -> usize {
        match kind {
            Kind::Create => self.create,
            Kind::Update => self.update,
            Kind::WriteBack => self.write_back,
            Kind::Link => self.link,
            Kind::Unlink => self.unlink,
            Kind::Report => self.report,
        }
    }

    fn kind_mut(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Create => &mut self.create,
            Kind::Update => &mut self.update,
            Kind::WriteBack => &mut self.write_back,
            Kind::Link => &mut self.link,
            Kind::Unlink => &mut self.unlink,
            Kind::Report => &mut self.report,
        }
    }
}

impl EntityPlan {
    /// Adds the plan of further records of the same entity.
    pub fn append(&mut self, mut page: EntityPlan) {
        for (number, operation) in page.operations.iter_mut().enumerate() {
            operation.id = format!("{}-{}", self.entity, self.operations.len() + number + 1);
        }
        self.operations.append(&mut page.operations);
        self.held.append(&mut page.held);
        self.notes.append(&mut page.notes);
        self.settled.append(&mut page.settled);
        self.waits.append(&mut page.waits);
        self.released.append(&mut page.released);
        self.looked_up.append(&mut page.looked_up);
        self.kept(std::mem::take(&mut page.kept_back));
        self.unchanged += page.unchanged;
    }

    /// Of further records of the same entity, how many are kept back by which condition.
    pub fn kept(&mut self, kept_back: Vec<(String, usize)>) {
        for (condition, count) in kept_back {
            match self.kept_back.iter_mut().find(|(known, _)| *known == condition) {
                Some((_, known)) => *known += count,
                None => self.kept_back.push((condition, count)),
            }
        }
    }
}
