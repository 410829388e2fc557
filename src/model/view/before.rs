//! What the layers below said before one above took its place.

use super::words::Texts;
use super::{DroppedView, Replaced};
use crate::model::layers::{Merged, end_text};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Item, Statement};
use std::collections::HashMap;

/// Every statement that another may replace, by the entity or part and by what makes it the same statement.
pub struct Before {
    said: HashMap<(String, String), Vec<Span>>,
}

impl Before {
    /// From all files of the mapping, from the lowest layer up.
    pub fn new(sources: &Sources, trees: &[(FileId, &ast::File)], merged: &Merged) -> Self {
        let mut before = Self { said: HashMap::new() };
        let files = merged.files.iter().filter_map(|id| trees.iter().find(|(file, _)| file == id));
        for item in files.flat_map(|(_, file)| &file.items) {
            match item {
                Item::Entity(entity) => before.body(sources, &entity.name.value, &entity.body),
                Item::ChangeEntity { name, body, .. } => before.body(sources, &name.value, body),
                Item::Table(ast::Table { name, kind: ast::TableKind::Given { rows, .. }, .. })
                | Item::ChangeTable { name, rows, .. } => {
                    for row in rows {
                        before.say(&name.value, row_key(sources, row), row.span);
                    }
                }
                _ => {}
            }
        }
        before
    }

    fn body(&mut self, sources: &Sources, path: &str, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Part(ast::Part { name, body, .. }) | Statement::ChangePart { name, body, .. } => {
                    self.body(sources, &format!("{path}.{}", name.value), body);
                }
                other => {
                    if let Some((key, span)) = key(sources, other) {
                        self.say(path, key, span);
                    }
                }
            }
        }
    }

    fn say(&mut self, path: &str, key: String, span: Span) {
        self.said.entry((path.to_owned(), key)).or_default().push(span);
    }

    /// What a standing statement took the place of.
    pub fn replaced(&self, texts: &Texts, path: &str, statement: &Statement) -> Option<Replaced> {
        let (key, span) = key(texts.sources, statement)?;
        self.below(texts, path, key, span)
    }

    pub fn replaced_line(&self, texts: &Texts, path: &str, line: &ast::Line) -> Option<Replaced> {
        self.below(texts, path, line_key(&line_ends(texts.sources, line)), line.span)
    }

    pub fn replaced_row(&self, texts: &Texts, table: &str, row: &ast::MapRow) -> Option<Replaced> {
        self.below(texts, table, row_key(texts.sources, row), row.span)
    }

    fn below(&self, texts: &Texts, path: &str, key: String, span: Span) -> Option<Replaced> {
        let said = self.said.get(&(path.to_owned(), key))?;
        let own = said.iter().position(|s| *s == span)?;
        let layer = texts.mapping(span.file);
        let below = said.get(..own)?.iter().rev().find(|s| texts.mapping(s.file) != layer)?;
        Some(Replaced { text: texts.text(*below), at: texts.place(*below) })
    }

    /// The lines of an entity or part that a layer dropped.
    pub fn dropped(&self, texts: &Texts, merged: &Merged, path: &str) -> Vec<DroppedView> {
        let entity = path.split('.').next().unwrap_or(path);
        let of_entity = merged.drops.iter().filter(|dropped| dropped.entity == entity);
        let shown = of_entity.filter_map(|dropped| {
            let said = self.said.get(&(path.to_owned(), line_key(&dropped.ends)))?;
            // The last one that stood there before the layer that dropped it.
            let layer = texts.mapping(dropped.span.file);
            let was = said.iter().rev().find(|span| texts.mapping(span.file) != layer)?;
            Some(DroppedView { text: texts.text(*was), was_at: Some(texts.place(*was)), at: texts.place(dropped.span) })
        });
        shown.collect()
    }
}

/// What makes two statements of two layers the same one; nothing for those that only add.
fn key(sources: &Sources, statement: &Statement) -> Option<(String, Span)> {
    let (word, span) = match statement {
        Statement::Line(line) => return Some((line_key(&line_ends(sources, line)), line.span)),
        Statement::Send(send) if send.also => return None,
        Statement::Send(send) => return Some((format!("send {}", send.side.value.word()), send.span)),
        Statement::Systems(systems) => ("systems", systems.span),
        Statement::Identity { span, .. } => ("identity", *span),
        Statement::Match { span, .. } => ("match", *span),
        Statement::Master { span, .. } => ("master", *span),
        Statement::Conflict { span, .. } => ("conflict", *span),
        Statement::Number { span, .. } => ("number", *span),
        Statement::Failure { span, .. } => ("failure", *span),
        _ => return None,
    };
    Some((word.to_owned(), span))
}

fn line_key((left, right): &(String, String)) -> String {
    format!("line {left} | {right}")
}

fn line_ends(sources: &Sources, line: &ast::Line) -> (String, String) {
    let text = |segment: Option<&ast::Segment>| segment.map(|s| end_text(sources, s)).unwrap_or_default();
    (text(line.segments.first()), text(line.segments.last()))
}

fn row_key(sources: &Sources, row: &ast::MapRow) -> String {
    match &row.left {
        ast::MapKey::Value(expr) => format!("row {}", sources.slice(expr.span)),
        ast::MapKey::Else(_) => "row else".to_owned(),
    }
}
