//! A mapping compiled for the run: which fields to read on both sides, and what becomes of them.
//!
//! The model knows what every name means and where it was written; the program knows only slots.
//! A [`crate::systems::Row`] answers an entity's select, so every value an expression needs lies
//! at a fixed place of the row.

mod carried;
pub mod entity;
pub mod eval;
pub mod example;
pub mod expr;
pub mod line;
mod linked;
pub mod lookup;
pub mod mask;
mod personal;
pub mod seen;
pub mod table;
pub mod trace;

pub use entity::{Conflict, Entity, MatchKeys, Part, Sends};
pub use eval::{Above, Env, Linked, Links, Reference, Scope, Stop};
pub use example::{Example, Expected, ExpectedField, Wanted};
pub use expr::{Expr, Slot};
pub use line::{Carried, Line, Origin, Outcome, Planned};
pub use lookup::{KeptTable, Lookups, NamedSetting};
pub use seen::Seen;
pub use table::{MapRow, Member, Table};

use std::sync::Arc;

/// A whole mapping, ready to run.
#[derive(Debug)]
pub struct Program {
    /// The mapping's name: `acme`.
    pub mapping: String,
    /// Changes when the mapping or the settings change: plans are bound to it.
    pub fingerprint: String,
    /// In the order of a run: what is referred to comes first.
    /// Shared with other programs in which they are the same.
    pub entities: Vec<Arc<Entity>>,
    /// Tables that a system keeps, to be read once a run.
    pub kept: Vec<KeptTable>,
    /// Settings that name a record of the tenant, to be resolved once a run.
    pub named: Vec<NamedSetting>,
    /// Tests that the mapping brings along; a run does not look at them.
    pub examples: Vec<Arc<Example>>,
}

impl Program {
    /// The place of an entity in [`Program::entities`].
    pub fn position(&self, entity: &str) -> Option<usize> {
        self.entities.iter().position(|e| e.name == entity)
    }

    /// An entity, or the part of one that has rows of its own, by its full name.
    pub fn named(&self, name: &str) -> Option<&Entity> {
        let parts = || self.entities.iter().flat_map(|entity| &entity.children);
        let found = self.entities.iter().find(|entity| entity.name == name);
        found.or_else(|| parts().find(|part| part.name == name)).map(AsRef::as_ref)
    }
}
