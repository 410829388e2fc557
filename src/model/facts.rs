//! What is known of a compiled entity beside its program: where things stand, for the checks over the whole.

use super::entity::Active;
use crate::program::Entity;
use crate::schema::{self, Record, Schemas};
use crate::source::Span;
use crate::value::Side;
use std::ops::Deref;
use std::sync::Arc;

/// An entity or part, compiled, with all that the checks over the whole mapping ask; a copy is cheap.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// With those of its parts below it.
    pub entity: Arc<Entity>,
    pub facts: Arc<Facts>,
}

#[derive(Debug)]
pub struct Facts {
    /// One for each of the entity's lines, in their order.
    pub lines: Vec<LineFact>,
    pub pairs: Vec<PairFact>,
    pub children: Vec<Compiled>,
    pub places: Places,
}

impl Deref for Compiled {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl Compiled {
    /// The record of a side, as the schema has it.
    pub fn record<'s>(&self, schemas: &'s Schemas, side: Side) -> Option<&'s Record> {
        // A piece of a text is no record of Severa's.
        let piece = side == Side::Severa && self.entity.owner.as_ref().is_some_and(|owner| owner.pieces.is_some());
        if piece { Some(schema::piece()) } else { schemas.of(side).record(&self.entity.select(side).record.name) }
    }
}

/// Where an entity's statements stand.
#[derive(Debug, Clone)]
pub struct Places {
    pub name: Span,
    pub systems: Span,
    pub arrow: Span,
    /// Of the record's own condition in Visma Business.
    pub scope_business: Option<Span>,
    pub identity: Option<Span>,
    pub number: Option<Span>,
    pub master: Option<Span>,
    /// The master is written, and not a setting.
    pub master_fixed: bool,
    pub conflict: Option<Span>,
    pub send_severa: Option<Span>,
    pub send_business: Option<Span>,
    /// The stretches of the files in which it is written and changed.
    pub whole: Vec<Span>,
}

impl Places {
    pub fn new(def: &Active) -> Self {
        Self {
            name: def.name.span,
            systems: def.systems.span,
            arrow: def.systems.arrow.span,
            scope_business: def.systems.business.condition.as_ref().map(|c| c.span),
            identity: None,
            number: None,
            master: None,
            master_fixed: false,
            conflict: None,
            send_severa: None,
            send_business: None,
            whole: def.whole.clone(),
        }
    }

    pub fn send(&self, side: Side) -> Option<Span> {
        match side {
            Side::Severa => self.send_severa,
            Side::Business => self.send_business,
        }
    }
}

#[derive(Debug, Clone)]
pub struct LineFact {
    pub span: Span,
    pub left: Span,
    pub right: Span,
    pub links: Vec<LinkFact>,
}

/// A link in a line, and whether the line says what becomes of a record that has no counterpart.
#[derive(Debug, Clone)]
pub struct LinkFact {
    pub entity: usize,
    pub span: Span,
    /// Towards Visma Business; nothing where the line does not go there.
    pub to_business: Option<bool>,
    pub to_severa: Option<bool>,
}

impl LinkFact {
    pub fn towards(&self, side: Side) -> Option<bool> {
        match side {
            Side::Business => self.to_business,
            Side::Severa => self.to_severa,
        }
    }
}

/// A pair of a match, and how its two ends compare.
#[derive(Debug, Clone)]
pub struct PairFact {
    /// Which of the entity's match rules it is of.
    pub rule: usize,
    pub span: Span,
    pub severa_nullable: bool,
    pub business_nullable: bool,
    /// Two different values can compare as equal.
    pub lossy: bool,
}
