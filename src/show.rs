//! The mapping as it stands, for people: a page of headings, facts and tables, as text or Markdown.
//!
//! The page is made once, from [`View`]; text and Markdown only differ in how they write its blocks.

mod entity;
mod markdown;
mod overview;
mod text;

pub use markdown::markdown;
pub use text::text;

use crate::model::view::{EntityView, Place, View};

/// A piece of a page. Words in backticks are the mapping's own; text shows them without the ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// With its level, from 1.
    Heading(u8, String),
    Paragraph(String),
    /// What is said of one thing: a word, and what it is here.
    Facts(Vec<(&'static str, String)>),
    Table(Table),
    List(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words of the mapping.
    Code(String),
    Text(String),
}

impl Table {
    fn block<'h>(head: impl IntoIterator<Item = &'h str>, rows: Vec<Vec<Cell>>) -> Block {
        Block::Table(Table { head: head.into_iter().map(str::to_owned).collect(), rows })
    }
}

impl Cell {
    fn code(text: &str) -> Self {
        if text.is_empty() { Self::Text(String::new()) } else { Self::Code(text.to_owned()) }
    }

    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// The whole mapping: an overview, every entity, its settings and tables.
pub fn page(view: &View) -> Vec<Block> {
    let mut blocks = overview::top(view);
    for entity in &view.entities {
        entity::blocks(entity, 2, &mut blocks);
    }
    overview::bottom(view, &mut blocks);
    blocks
}

/// One entity or part, and the settings that it uses.
pub fn entity_page(view: &View, entity: &EntityView) -> Vec<Block> {
    let mut blocks = Vec::new();
    entity::blocks(entity, 1, &mut blocks);
    let used: Vec<_> = view.settings.iter().filter(|s| entity.settings.contains(&s.name)).collect();
    overview::settings(&used, &mut blocks);
    blocks
}

/// The entity or part of a name, `Customer` or `Customer.Contact`, whatever its capitals.
pub fn find<'v>(view: &'v View, name: &str) -> Option<&'v EntityView> {
    all(&view.entities).into_iter().find(|entity| entity.name.eq_ignore_ascii_case(name))
}

/// The names of all entities and parts, to choose from.
pub fn names(view: &View) -> Vec<&str> {
    all(&view.entities).into_iter().map(|entity| entity.name.as_str()).collect()
}

fn all(entities: &[EntityView]) -> Vec<&EntityView> {
    entities.iter().flat_map(|entity| std::iter::once(entity).chain(all(&entity.parts))).collect()
}

/// `standard/customers.mapping:12`
fn at(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}
