//! Several files and mappings made one: what `extends`, `change`, `drop` and `off` come to.

use crate::diag::Diagnostic;
use crate::diag::codes::{layers as codes, names};
use crate::diag::suggest::did_you_mean;
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Item, Name, Statement};
use std::collections::BTreeMap;

/// All mappings at hand, by name; files with one name form one mapping together.
pub struct Library<'a> {
    mappings: BTreeMap<&'a str, Vec<(FileId, &'a ast::File)>>,
}

/// A mapping with everything below it, changes applied.
#[derive(Debug, Default)]
pub struct Merged {
    pub name: String,
    pub files: Vec<FileId>,
    pub settings: Vec<ast::Setting>,
    pub requires: Vec<ast::Require>,
    pub tables: Vec<ast::Table>,
    pub entities: Vec<ast::Entity>,
    /// Entities that a layer switched off.
    pub off: Vec<String>,
    /// With the layer that each is written in, counted from below.
    pub examples: Vec<(usize, ast::Example)>,
    layer: usize,
    /// Where entities are written and changed, by name.
    stretches: Vec<(String, Span)>,
}

impl<'a> Library<'a> {
    pub fn new(files: &'a [(FileId, ast::File)], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut mappings: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (id, file) in files {
            match &file.mapping {
                Some(header) => mappings.entry(header.name.value.as_str()).or_default().push((*id, file)),
                None if file.items.is_empty() && file.edition.is_none() => {}
                None => diagnostics.push(
                    Diagnostic::new(
                        codes::NO_HEADER,
                        "this file does not say which mapping it is part of",
                        Span::new(*id, 0, 0),
                        "a `mapping` line is missing",
                    )
                    .help("begin it with `mapping NAME extends standard`"),
                ),
            }
        }
        Self { mappings }
    }

    /// The mappings that no other extends, and those that end up extending themselves.
    pub fn tops(&self) -> Vec<String> {
        let extended: Vec<&str> =
            self.mappings.keys().filter_map(|name| self.base(name)).map(|n| n.value.as_str()).collect();
        let top = |name: &&&str| !extended.contains(*name) || self.loops(name);
        self.mappings.keys().filter(top).map(|n| (*n).to_owned()).collect()
    }

    fn loops(&self, name: &str) -> bool {
        let mut current = self.base(name);
        for _ in 0..self.mappings.len() {
            match current {
                Some(base) if base.value == name => return true,
                Some(base) => current = self.base(&base.value),
                None => return false,
            }
        }
        false
    }

    fn base(&self, name: &str) -> Option<&'a Name> {
        self.mappings.get(name)?.iter().find_map(|(_, file)| file.mapping.as_ref()?.extends.as_ref())
    }

    /// One mapping over all that it extends.
    pub fn merge(
        &self,
        sources: &Sources,
        name: &str,
        asked: Option<Span>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Merged> {
        let mut chain = Vec::new();
        let (mut current, mut span) = (name.to_owned(), asked);
        loop {
            let Some(files) = self.mappings.get(current.as_str()) else {
                let message = format!("there is no mapping `{current}`");
                if let Some(span) = span {
                    let known = did_you_mean(&current, self.mappings.keys().copied());
                    let list = || {
                        format!(
                            "the mappings at hand are {}",
                            self.mappings.keys().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
                        )
                    };
                    diagnostics.push(
                        Diagnostic::new(names::UNKNOWN_MAPPING, message, span, "not found")
                            .help(known.unwrap_or_else(list)),
                    );
                }
                return None;
            };
            chain.push(files);
            match self.base(&current) {
                Some(base) if chain.len() > self.mappings.len() => {
                    diagnostics.push(Diagnostic::new(
                        codes::EXTENDS_CIRCLE,
                        format!("`{name}` extends itself"),
                        base.span,
                        "through this",
                    ));
                    return None;
                }
                Some(base) => (current, span) = (base.value.clone(), Some(base.span)),
                None => break,
            }
        }
        let mut merged = Merged { name: name.to_owned(), ..Merged::default() };
        for (layer, files) in chain.into_iter().rev().enumerate() {
            merged.layer = layer;
            // New things first, so that the order of files within a layer does not matter to changes.
            for (id, file) in files {
                merged.files.push(*id);
                file.items.iter().for_each(|item| merged.add(item, diagnostics));
            }
            for (_, file) in files {
                file.items.iter().for_each(|item| merged.change(sources, item, diagnostics));
            }
        }
        Some(merged)
    }
}

impl Merged {
    /// Where an entity is written and changed.
    pub fn stretches(&self, entity: &str) -> Vec<Span> {
        self.stretches.iter().filter(|(name, _)| name == entity).map(|(_, span)| *span).collect()
    }

    fn add(&mut self, item: &Item, diagnostics: &mut Vec<Diagnostic>) {
        match item {
            Item::Setting(setting) if fresh(&self.settings, |s| &s.name, &setting.name, "setting", diagnostics) => {
                self.settings.push(setting.clone());
            }
            Item::Table(table) if fresh(&self.tables, |t| &t.name, &table.name, "table", diagnostics) => {
                self.tables.push(table.clone());
            }
            Item::Entity(entity) if fresh(&self.entities, |e| &e.name, &entity.name, "entity", diagnostics) => {
                self.stretches.push((entity.name.value.clone(), entity.span));
                self.entities.push(entity.clone());
            }
            Item::Require(require) => self.requires.push(require.clone()),
            Item::Example(example) => self.examples.push((self.layer, example.clone())),
            _ => {}
        }
    }

    fn change(&mut self, sources: &Sources, item: &Item, diagnostics: &mut Vec<Diagnostic>) {
        match item {
            Item::ChangeSetting { name, value, .. } => {
                match setting_mut(&mut self.settings, &mut self.entities, &name.value) {
                    Some(setting) => setting.default = Some(value.clone()),
                    None => {
                        diagnostics.push(nothing("setting", name, self.settings.iter().map(|s| s.name.value.as_str())))
                    }
                }
            }
            Item::ChangeTable { name, rows, .. } => match self.tables.iter_mut().find(|t| t.name.value == name.value) {
                Some(ast::Table { kind: ast::TableKind::Given { rows: old, .. }, .. }) => {
                    change_rows(sources, old, rows)
                }
                _ => diagnostics.push(nothing("given table", name, self.tables.iter().map(|t| t.name.value.as_str()))),
            },
            Item::ChangeEntity { name, body, span } => {
                self.stretches.push((name.value.clone(), *span));
                match self.entities.iter_mut().find(|e| e.name.value == name.value) {
                    Some(entity) => change_body(sources, &mut entity.body, body, &name.value, diagnostics),
                    None => {
                        diagnostics.push(nothing("entity", name, self.entities.iter().map(|e| e.name.value.as_str())))
                    }
                }
            }
            Item::OffEntity { name, .. } => match self.entities.iter().any(|e| e.name.value == name.value) {
                true => self.off.push(name.value.clone()),
                false => diagnostics.push(nothing("entity", name, self.entities.iter().map(|e| e.name.value.as_str()))),
            },
            _ => {}
        }
    }
}

fn fresh<T>(
    known: &[T],
    name_of: impl Fn(&T) -> &Name,
    name: &Name,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let Some(first) = known.iter().map(name_of).find(|n| n.value == name.value) else { return true };
    diagnostics.push(
        Diagnostic::new(
            names::DUPLICATE_NAME,
            format!("there are two {what}s `{}`", name.value),
            name.span,
            "the second",
        )
        .also(first.span, "the first")
        .help(format!("to change the one that is there, write `change {what} {}`", name.value)),
    );
    false
}

fn nothing<'a>(what: &str, name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::CHANGE_OF_NOTHING,
        format!("there is no {what} `{}` to change", name.value),
        name.span,
        "not in the mapping below",
    );
    match did_you_mean(&name.value, known) {
        Some(help) => diagnostic.help(help),
        None => diagnostic.help("to add something new, write it without `change`"),
    }
}

/// A setting by its name, or by its entity's and its own: `Project.guid_field`.
fn setting_mut<'m>(
    settings: &'m mut [ast::Setting],
    entities: &'m mut [ast::Entity],
    name: &str,
) -> Option<&'m mut ast::Setting> {
    match name.split_once('.') {
        None => settings.iter_mut().find(|s| s.name.value == name),
        Some((entity, own)) => {
            let entity = entities.iter_mut().find(|e| e.name.value == entity)?;
            entity.body.iter_mut().find_map(|statement| match statement {
                Statement::Setting(setting) if setting.name.value == own => Some(setting),
                _ => None,
            })
        }
    }
}

/// Rows with a key of the new rows take their place; others are added before the `else`.
fn change_rows(sources: &Sources, old: &mut Vec<ast::MapRow>, new: &[ast::MapRow]) {
    let text = |key: &ast::MapKey| match key {
        ast::MapKey::Value(expr) => sources.slice(expr.span).to_owned(),
        ast::MapKey::Else(_) => "else".to_owned(),
    };
    for row in new {
        match old.iter_mut().find(|o| text(&o.left) == text(&row.left)) {
            Some(place) => *place = row.clone(),
            None => old.insert(0, row.clone()),
        }
    }
}

fn change_body(
    sources: &Sources,
    body: &mut Vec<Statement>,
    changes: &[Statement],
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for change in changes {
        match change {
            Statement::Line(line) => put_line(sources, body, line),
            Statement::Drop { field, .. } => drop_line(sources, body, field, name, diagnostics),
            Statement::Send(send) if send.also => narrow(body, send, diagnostics),
            Statement::ChangePart { name, body: inner, .. } => {
                let part = body.iter_mut().find_map(|s| match s {
                    Statement::Part(part) if part.name.value == name.value => Some(part),
                    _ => None,
                });
                match part {
                    Some(part) => change_body(sources, &mut part.body, inner, &name.value, diagnostics),
                    None => diagnostics.push(nothing("part", name, parts(changes))),
                }
            }
            Statement::Setting(_)
            | Statement::Table(_)
            | Statement::Part(_)
            | Statement::OnCreate { .. }
            | Statement::OnlyIf { .. }
            | Statement::Hold { .. } => {
                body.push(change.clone());
            }
            other => {
                body.retain(|s| !same_kind(s, other));
                body.push(other.clone());
            }
        }
    }
}

fn parts(body: &[Statement]) -> impl Iterator<Item = &str> {
    body.iter().filter_map(|s| match s {
        Statement::Part(part) => Some(part.name.value.as_str()),
        _ => None,
    })
}

/// Whether a statement of a change takes the place of one below it.
fn same_kind(old: &Statement, new: &Statement) -> bool {
    match (old, new) {
        (Statement::Send(old), Statement::Send(new)) => old.side.value == new.side.value,
        _ => std::mem::discriminant(old) == std::mem::discriminant(new),
    }
}

/// The text of a line's end without blanks, by which lines of two layers are the same.
pub(super) fn end_text(sources: &Sources, segment: &ast::Segment) -> String {
    sources.slice(segment.what.span).split_whitespace().collect()
}

fn ends(sources: &Sources, line: &ast::Line) -> (String, String) {
    let text = |segment: Option<&ast::Segment>| segment.map(|s| end_text(sources, s)).unwrap_or_default();
    (text(line.segments.first()), text(line.segments.last()))
}

fn put_line(sources: &Sources, body: &mut Vec<Statement>, line: &ast::Line) {
    let new = ends(sources, line);
    let place = body.iter_mut().find_map(|s| match s {
        Statement::Line(old) if ends(sources, old) == new => Some(old),
        _ => None,
    });
    match place {
        Some(old) => *old = line.clone(),
        None => body.push(Statement::Line(line.clone())),
    }
}

fn drop_line(
    sources: &Sources,
    body: &mut Vec<Statement>,
    field: &ast::Path,
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let wanted: String = sources.slice(field.span).split_whitespace().collect();
    let before = body.len();
    let mut known = Vec::new();
    body.retain(|s| match s {
        Statement::Line(line) => {
            let (left, right) = ends(sources, line);
            let keep = left != wanted && right != wanted;
            known.extend([left, right]);
            keep
        }
        _ => true,
    });
    if body.len() == before {
        let diagnostic = Diagnostic::new(
            codes::DROP_OF_NOTHING,
            format!("`{name}` has no line for `{wanted}`"),
            field.span,
            "nothing to drop",
        );
        diagnostics.push(match did_you_mean(&wanted, known.iter().map(String::as_str)) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

fn narrow(body: &mut [Statement], send: &ast::Send, diagnostics: &mut Vec<Diagnostic>) {
    let below = body.iter_mut().find_map(|s| match s {
        Statement::Send(below) if below.side.value == send.side.value => Some(below),
        _ => None,
    });
    match below {
        Some(below) => {
            let both = |old: ast::Expr, new: ast::Expr| ast::Expr {
                span: new.span,
                kind: ast::ExprKind::Binary {
                    op: crate::source::Spanned::new(ast::BinaryOp::And, new.span),
                    left: Box::new(old),
                    right: Box::new(new),
                },
            };
            below.condition = match (below.condition.take(), send.condition.clone()) {
                (Some(old), Some(new)) => Some(both(old, new)),
                (old, new) => old.or(new),
            };
        }
        None => diagnostics.push(
            Diagnostic::new(
                codes::NARROWS_NOTHING,
                format!("nothing is said below about what is sent from {}", send.side.value.word()),
                send.span,
                "`also` narrows a filter that is there",
            )
            .help(format!("write `send from {} where …`", send.side.value.word())),
        ),
    }
}
