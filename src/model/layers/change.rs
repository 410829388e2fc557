//! What `change`, `drop` and `also` do to the statements below.

use super::{Dropped, nothing};
use crate::diag::Diagnostic;
use crate::diag::codes::layers as codes;
use crate::diag::suggest::suggestion;
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Statement};
use std::borrow::Cow;
use std::collections::HashMap;

/// The entity that is changed, and what is to be said of it.
pub(super) struct Changing<'c> {
    pub(super) sources: &'c Sources,
    /// The files of the layer that changes: what they say once more takes no place, it is said twice.
    pub(super) layer: &'c [FileId],
    pub(super) entity: &'c str,
    pub(super) diagnostics: &'c mut Vec<Diagnostic>,
    pub(super) drops: &'c mut Vec<Dropped>,
}

/// A setting by its name, or by its entity's and its own: `Project.guid_field`.
pub(super) fn setting_mut<'m>(
    settings: &'m mut [Cow<ast::Setting>],
    entities: &'m mut [Cow<ast::Entity>],
    name: &str,
) -> Option<&'m mut ast::Setting> {
    match name.split_once('.') {
        None => settings.iter_mut().find(|s| s.name.value == name).map(Cow::to_mut),
        Some((entity, own)) => {
            let entity = entities.iter_mut().find(|e| e.name.value == entity)?;
            entity.to_mut().body.iter_mut().find_map(|statement| match statement {
                Statement::Setting(setting) if setting.name.value == own => Some(setting),
                _ => None,
            })
        }
    }
}

/// A table by its name, or by its entity's and its own: `PurchaseCost.product_of_account`.
pub(super) fn table_mut<'m>(
    tables: &'m mut [Cow<ast::Table>],
    entities: &'m mut [Cow<ast::Entity>],
    name: &str,
) -> Option<&'m mut ast::Table> {
    match name.split_once('.') {
        None => tables.iter_mut().find(|t| t.name.value == name).map(Cow::to_mut),
        Some((entity, own)) => {
            let entity = entities.iter_mut().find(|e| e.name.value == entity)?;
            entity.to_mut().body.iter_mut().find_map(|statement| match statement {
                Statement::Table(table) if table.name.value == own => Some(table),
                _ => None,
            })
        }
    }
}

/// The names of all tables, as `change table` names them.
pub(super) fn table_names(tables: &[Cow<ast::Table>], entities: &[Cow<ast::Entity>]) -> Vec<String> {
    let own = entities.iter().flat_map(|entity| {
        entity.body.iter().filter_map(move |statement| match statement {
            Statement::Table(table) => Some(format!("{}.{}", entity.name.value, table.name.value)),
            _ => None,
        })
    });
    tables.iter().map(|table| table.name.value.clone()).chain(own).collect()
}

/// Rows with a key of the new rows take their place; others are added before the `else`.
pub(super) fn change_rows(
    sources: &Sources,
    old: &mut Vec<ast::MapRow>,
    new: &[ast::MapRow],
    layer: &[FileId],
    diagnostics: &mut Vec<Diagnostic>,
) {
    fn text<'s>(sources: &'s Sources, key: &ast::MapKey) -> &'s str {
        match key {
            ast::MapKey::Value(expr) => sources.slice(expr.span),
            ast::MapKey::Else(_) => "else",
        }
    }
    // By their keys, so that a long table stays fast; new rows stand before the old ones, as they are written.
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(old.len());
    for (place, row) in old.iter().enumerate() {
        places.entry(text(sources, &row.left)).or_insert(place);
    }
    let mut added: Vec<ast::MapRow> = Vec::new();
    for row in new {
        let key = text(sources, &row.left);
        let known = places.get(key).and_then(|place| old.get_mut(*place));
        match known {
            Some(place) if layer.contains(&place.span.file) => diagnostics.push(twice(key, place.span, row.span)),
            Some(place) => {
                if same_text(sources, place.span, row.span) {
                    diagnostics.push(changes_nothing(place.span, row.span));
                }
                *place = row.clone();
            }
            None => added.push(row.clone()),
        }
    }
    old.splice(0..0, added);
}

impl Changing<'_> {
    pub(super) fn body(&mut self, body: &mut Vec<Statement>, changes: &[Statement], name: &str) {
        for change in changes {
            match change {
                Statement::Line(line) => self.put_line(body, line),
                Statement::Drop { field, .. } => self.drop_line(body, field, name),
                Statement::Send(send) if send.also => narrow(body, send, self.diagnostics),
                Statement::ChangePart { name, body: inner, span } => {
                    if inner.is_empty() {
                        self.diagnostics.push(empty(&format!("change part {}", name.value), *span));
                    }
                    let known: Vec<String> = parts(body).map(str::to_owned).collect();
                    let part = body.iter_mut().find_map(|s| match s {
                        Statement::Part(part) if part.name.value == name.value => Some(part),
                        _ => None,
                    });
                    match part {
                        Some(part) => self.body(&mut part.body, inner, &name.value),
                        None => self.diagnostics.push(nothing("part", name, known.iter().map(String::as_str))),
                    }
                }
                Statement::Part(part) => self.put_part(body, part),
                Statement::OnCreate { lines, span } => self.put_created(body, lines, *span),
                Statement::Setting(_) | Statement::Table(_) | Statement::OnlyIf { .. } | Statement::Hold { .. } => {
                    body.push(change.clone())
                }
                other => self.replace(body, other),
            }
        }
    }

    /// A statement takes the place of those of its kind that stand below.
    fn replace(&mut self, body: &mut Vec<Statement>, new: &Statement) {
        let layer = self.layer;
        let is_own = |s: &Statement| span_of(s).is_some_and(|span| layer.contains(&span.file));
        let below = |s: &Statement| same_kind(s, new) && !is_own(s);
        let old = body.iter().find(|s| below(s)).and_then(span_of);
        if let (Some(old), Some(new)) = (old, span_of(new))
            && same_text(self.sources, old, new)
        {
            self.diagnostics.push(changes_nothing(old, new));
        }
        body.retain(|s| !below(s));
        body.push(new.clone());
    }

    /// A part that is written anew takes the place of the one below: addresses may stand in another table.
    fn put_part(&mut self, body: &mut Vec<Statement>, part: &ast::Part) {
        let place = body.iter_mut().find_map(|s| match s {
            Statement::Part(old) if old.name.value == part.name.value && !self.layer.contains(&old.span.file) => {
                Some(old)
            }
            _ => None,
        });
        match place {
            Some(old) => {
                if same_text(self.sources, old.span, part.span) {
                    self.diagnostics.push(changes_nothing(old.span, part.span));
                }
                *old = part.clone();
            }
            None => body.push(Statement::Part(part.clone())),
        }
    }

    fn put_line(&mut self, body: &mut Vec<Statement>, line: &ast::Line) {
        if !self.take_place(body, line) {
            body.push(Statement::Line(line.clone()));
        }
    }

    /// Puts a line where one with the same two ends stands below, be it under a condition.
    fn take_place(&mut self, body: &mut [Statement], line: &ast::Line) -> bool {
        body.iter_mut().any(|statement| match statement {
            Statement::Line(old) => self.take(old, line),
            Statement::OnlyIf { body, .. } => self.take_place(body, line),
            _ => false,
        })
    }

    fn take(&mut self, old: &mut ast::Line, line: &ast::Line) -> bool {
        if !same_ends(self.sources, old, line) || self.layer.contains(&old.span.file) {
            return false;
        }
        if same_text(self.sources, old.span, line.span) {
            self.diagnostics.push(changes_nothing(old.span, line.span));
        }
        *old = line.clone();
        true
    }

    /// Values for new records: those that are given below already take the place of the others.
    fn put_created(&mut self, body: &mut Vec<Statement>, lines: &[ast::Line], span: Span) {
        let mut added = Vec::new();
        for line in lines {
            if !self.take_created(body, line) {
                added.push(line.clone());
            }
        }
        if !added.is_empty() || lines.is_empty() {
            body.push(Statement::OnCreate { lines: added, span });
        }
    }

    fn take_created(&mut self, body: &mut [Statement], line: &ast::Line) -> bool {
        body.iter_mut().any(|statement| match statement {
            Statement::OnCreate { lines, .. } => lines.iter_mut().any(|old| self.take(old, line)),
            Statement::OnlyIf { body, .. } => self.take_created(body, line),
            _ => false,
        })
    }

    fn drop_line(&mut self, body: &mut Vec<Statement>, field: &ast::Path, name: &str) {
        let wanted = plain(self.sources.slice(field.span));
        let before = self.drops.len();
        let (mut known, mut half) = (Vec::new(), None);
        self.drop_in(body, &wanted, field.span, &mut known, &mut half);
        if self.drops.len() > before {
            return;
        }
        if let Some((line, other)) = half {
            let message = format!("`{wanted}` is one half of this line's end");
            self.diagnostics.push(
                Diagnostic::new(codes::DROP_HALF, message, field.span, "a half cannot be dropped")
                    .also(line, "the line")
                    .help(format!("drop the whole line by its other end, `drop {other}`, or write it anew")),
            );
            return;
        }
        let message = format!("`{name}` has no line for `{wanted}`");
        let diagnostic = Diagnostic::new(codes::DROP_OF_NOTHING, message, field.span, "nothing to drop");
        self.diagnostics.push(match suggestion(&wanted, field.span, known.iter().map(String::as_str)) {
            Some(near) => diagnostic.suggest(near),
            None => diagnostic,
        });
    }
}

impl Changing<'_> {
    /// Takes lines away, also those under a condition and those for new records; `known` gets the ends of the others.
    fn drop_in(
        &mut self,
        body: &mut Vec<Statement>,
        wanted: &str,
        span: Span,
        known: &mut Vec<String>,
        half: &mut Option<(Span, String)>,
    ) {
        body.retain_mut(|statement| match statement {
            Statement::Line(line) => self.stays(line, wanted, span, known, half),
            Statement::OnCreate { lines, .. } => {
                lines.retain(|line| self.stays(line, wanted, span, known, half));
                true
            }
            Statement::OnlyIf { body, .. } => {
                self.drop_in(body, wanted, span, known, half);
                true
            }
            _ => true,
        });
    }

    fn stays(
        &mut self,
        line: &ast::Line,
        wanted: &str,
        span: Span,
        known: &mut Vec<String>,
        half: &mut Option<(Span, String)>,
    ) -> bool {
        let (left, right) = ends(self.sources, line);
        // A line of the layer itself is not taken away: whoever writes it wants it.
        if (plain(&left) == wanted || plain(&right) == wanted) && !self.layer.contains(&line.span.file) {
            self.drops.push(Dropped { entity: self.entity.to_owned(), ends: (left, right), span });
            return false;
        }
        if [&left, &right].iter().any(|end| is_half(end, wanted)) {
            *half = Some((line.span, if is_half(&left, wanted) { right.clone() } else { left.clone() }));
        }
        known.extend([left, right]);
        true
    }
}

/// Without blanks, and `Inf[2]` as `Inf2`: both name one column.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '[' | ']')).collect()
}

/// Whether an end is a tuple with that field in it.
fn is_half(end: &str, wanted: &str) -> bool {
    let inside = end.strip_prefix('(').and_then(|e| e.strip_suffix(')'));
    inside.is_some_and(|inside| inside.split(',').any(|part| part == wanted))
}

/// Two stretches that say the same, however they are laid out.
pub(super) fn same_text(sources: &Sources, a: Span, b: Span) -> bool {
    let words = |span| sources.slice(span).split_whitespace();
    words(a).eq(words(b))
}

pub(super) fn changes_nothing(old: Span, new: Span) -> Diagnostic {
    Diagnostic::new(codes::CHANGES_NOTHING, "this says what the mapping below says already", new, "no change")
        .also(old, "the same")
        .help("remove it")
}

/// A change without anything in it.
pub(super) fn empty(what: &str, span: Span) -> Diagnostic {
    let message = format!("`{what}` changes nothing: there is nothing in it");
    Diagnostic::new(codes::CHANGES_NOTHING, message, span, "empty").help("write what is to be different, or remove it")
}

/// Two changes of one thing in one mapping: the second would take the first's place without a word.
pub(super) fn twice(what: &str, first: Span, second: Span) -> Diagnostic {
    let message = format!("`{what}` is changed twice");
    Diagnostic::new(codes::CHANGED_TWICE, message, second, "the second change")
        .also(first, "the first")
        .help("only one of them can hold: remove the other")
}

/// Of statements that stand once in a body.
fn span_of(statement: &Statement) -> Option<Span> {
    match statement {
        Statement::Identity { span, .. }
        | Statement::Match { span, .. }
        | Statement::Master { span, .. }
        | Statement::Conflict { span, .. }
        | Statement::Number { span, .. }
        | Statement::Failure { span, .. } => Some(*span),
        Statement::Send(send) => Some(send.span),
        Statement::Systems(systems) => Some(systems.span),
        _ => None,
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
pub(in crate::model) fn end_text(sources: &Sources, segment: &ast::Segment) -> String {
    sources.slice(segment.what.span).split_whitespace().collect()
}

fn ends(sources: &Sources, line: &ast::Line) -> (String, String) {
    let text = |segment: Option<&ast::Segment>| segment.map(|s| end_text(sources, s)).unwrap_or_default();
    (text(line.segments.first()), text(line.segments.last()))
}

/// Whether two lines have the same ends: the same as comparing [`ends`], and nothing is copied for it.
fn same_ends(sources: &Sources, a: &ast::Line, b: &ast::Line) -> bool {
    let bytes = |segment: &ast::Segment| {
        let text = sources.slice(segment.what.span).split_whitespace().flat_map(str::bytes);
        text.filter(|byte| !matches!(byte, b'[' | b']'))
    };
    let same = |a: Option<&ast::Segment>, b: Option<&ast::Segment>| match (a, b) {
        (Some(a), Some(b)) => bytes(a).eq(bytes(b)),
        (a, b) => a.is_none() && b.is_none(),
    };
    same(a.segments.first(), b.segments.first()) && same(a.segments.last(), b.segments.last())
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
                format!("nothing is said below about what is sent from {}", send.side.value.title()),
                send.span,
                "`also` narrows a filter that is there",
            )
            .help(format!("write `send from {} where …`", send.side.value.word())),
        ),
    }
}
