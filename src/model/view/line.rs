//! One line of the table, from its words and from what it compiled to.

use super::before::Before;
use super::words::{self, Texts};
use super::{EndView, LineView, NoteView};
use crate::program::{Entity, Line};
use crate::source::Span;
use crate::syntax::ast;
use crate::value::Side;
use std::collections::HashMap;

/// Every line that compiled, with its entity, by where it is written.
pub type Lines<'c> = HashMap<Span, (&'c Entity, &'c Line)>;

/// Where a line stands in its entity.
#[derive(Clone, Copy)]
pub struct Spot<'v> {
    /// The entity or part: `Customer.Contact`.
    pub path: &'v str,
    pub on_create: bool,
    pub only_if: Option<&'v str>,
}

pub fn view(texts: &Texts, before: &Before, lines: &Lines, spot: Spot, written: &ast::Line) -> LineView {
    let compiled = lines.get(&written.span);
    let fields = |side: Side| match compiled {
        Some((entity, line)) => {
            let names = line.slots(side).iter().map(|slot| entity.field_name(side, *slot).to_owned());
            names.filter(|name| !name.is_empty()).collect()
        }
        None => Vec::new(),
    };
    let end = |segment: Option<&ast::Segment>, side: Side| EndView {
        text: segment.map(|s| self::segment(texts, s)).unwrap_or_default(),
        fields: fields(side),
    };
    let way = written.segments.get(1..written.segments.len().saturating_sub(1)).unwrap_or_default();
    LineView {
        severa: end(written.segments.first(), Side::Severa),
        arrow: words::arrow(written.arrow),
        way: way.iter().map(|s| self::segment(texts, s)).collect(),
        business: end(written.segments.last(), Side::Business),
        notes: notes(spot, compiled.map(|(entity, line)| (*entity, *line))),
        only_if: spot.only_if.map(str::to_owned),
        at: texts.place(written.span),
        replaces: if spot.on_create { None } else { before.replaced_line(texts, spot.path, written) },
    }
}

/// What is written, with what stands in for nothing behind it.
fn segment(texts: &Texts, segment: &ast::Segment) -> String {
    let what = texts.expr(&segment.what);
    match &segment.fallback {
        Some(fallback) => format!("{what} {}", texts.text(fallback.span)),
        None => what,
    }
}

fn notes(spot: Spot, compiled: Option<(&Entity, &Line)>) -> Vec<NoteView> {
    let mut notes = Vec::new();
    if spot.on_create {
        notes.push(NoteView::OnCreate);
    }
    let Some((entity, line)) = compiled else {
        notes.push(NoteView::Faulty);
        return notes;
    };
    let positions = || entity.positions.iter().any(|(name, _)| writes(entity, line, name));
    for (is, note) in [
        (line.write_back, NoteView::WriteBack),
        (line.numbered && !positions(), NoteView::Assigned),
        (line.numbered && positions(), NoteView::Position),
        (line.fixed && !line.numbered && line.writes_to(Side::Business), NoteView::NeverChanges),
    ] {
        if is {
            notes.push(note);
        }
    }
    notes
}

fn writes(entity: &Entity, line: &Line, column: &str) -> bool {
    line.business.iter().any(|slot| entity.field_name(Side::Business, *slot) == column)
}
