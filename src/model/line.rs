//! A line of the mapping, from its two ends and its steps to the program's line.

use super::condition::Reader;
use super::ends::{self, End};
use super::scope::{Globals, Records};
use super::steps::{self, EndTypes, Step};
use crate::diag::Diagnostic;
use crate::diag::codes::lines as codes;
use crate::program::{Expr, Line, Origin};
use crate::schema::Column;
use crate::source::Span;
use crate::syntax::ast::{self, Arrow};
use crate::value::Side;

/// Where a line stands.
pub struct Place<'a> {
    pub entity: &'a str,
    /// The entity's own arrow.
    pub direction: Arrow,
    pub part: Option<usize>,
    pub part_name: Option<&'a str>,
    pub on_create: bool,
    /// Columns whose numbers Visma Business assigns.
    pub numbers: &'a [String],
}

/// Compiles a line; a faulty one is left out and said so.
pub fn compile(
    globals: &Globals,
    place: &Place,
    severa: &mut Records,
    business: &mut Records,
    line: &ast::Line,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Line> {
    let (first, last) = (line.segments.first()?, line.segments.last()?);
    let mut left = Reader { globals, entity: place.entity, records: severa, part: place.part, diagnostics };
    let left_end = ends::compile(&mut left, &first.what);
    let left_fallback = first.fallback.as_ref().map(|f| steps::fallback(&mut left, f, reason(globals, first)));
    let mut right =
        Reader { globals, entity: place.entity, records: business, part: None, diagnostics: left.diagnostics };
    let right_end = ends::compile(&mut right, &last.what);
    let right_fallback = last.fallback.as_ref().map(|f| steps::fallback(&mut right, f, reason(globals, last)));
    let types = end_types(globals, left_end.as_ref(), right_end.as_ref(), first);
    let middle = &line.segments[1..line.segments.len() - 1];
    let chain: Option<Vec<Step>> = middle.iter().map(|segment| steps::compile(&mut right, segment, &types)).collect();
    let diagnostics = right.diagnostics;
    let (left_end, right_end, chain) = (left_end?, right_end?, chain?);
    let (left_fallback, right_fallback) = (left_fallback.flatten(), right_fallback.flatten());

    let mut fine = true;
    if line.arrow == Arrow::Both {
        for step in &chain {
            if let Some(why) = step.no_way_back() {
                fine = false;
                diagnostics.push(
                    Diagnostic::new(codes::NO_WAY_BACK, format!("this line goes both ways, but {why}"), step.span, "no way back")
                        .help("make the line one-way with `->`, give both ways with `(-> there <- back)`, or use `fit`, `trim` or `lower`, which only normalize"),
                );
            }
        }
    }
    let mut way = |to: Side| -> Option<Vec<Expr>> {
        let (source, target) = if to == Side::Business { (&left_end, &right_end) } else { (&right_end, &left_end) };
        let both = line.arrow == Arrow::Both;
        // In a one-way line everything stands as it is read; in a two-way line an end's fallback fills that end.
        let (source_fallback, target_fallback) = match (to, both) {
            (Side::Business, false) => (&left_fallback, &right_fallback),
            (Side::Severa, false) => (&right_fallback, &left_fallback),
            (Side::Business, true) => (&None, &right_fallback),
            (Side::Severa, true) => (&None, &left_fallback),
        };
        if !writable(globals, place, line, to, target, diagnostics) {
            return None;
        }
        let or = |expr: Expr, fallback: &Option<crate::program::expr::Fallback>| match fallback {
            Some(fallback) => Expr::Or { of: Box::new(expr), fallback: fallback.clone() },
            None => expr,
        };
        let mut expr = or(source.read.clone(), source_fallback);
        let mut shape = source.shape.clone();
        let ordered: Vec<&Step> =
            if to == Side::Business { chain.iter().collect() } else { chain.iter().rev().collect() };
        let undo = both && to == Side::Severa;
        for step in ordered {
            shape = match step.shape(to, undo, &shape) {
                Ok(shape) => shape,
                Err(why) => {
                    diagnostics.push(
                        Diagnostic::new(codes::TYPE_MISMATCH, why, step.span, "here")
                            .also(source.span, format!("{}", source.shape)),
                    );
                    return None;
                }
            };
            expr = step.apply(to, undo, expr);
        }
        if !target.accepts(&shape, source.span, diagnostics) {
            return None;
        }
        Some(target.write(or(expr, target_fallback)))
    };
    if !fine {
        return None;
    }
    // A fault on the way there would be told again on the way back.
    let forward = if line.arrow == Arrow::ToSevera { Vec::new() } else { way(Side::Business)? };
    let backward = if line.arrow == Arrow::ToBusiness { Vec::new() } else { way(Side::Severa)? };
    let slots = |end: &End, read: &[Expr]| match end.fields.is_empty() {
        false => end.fields.iter().map(|f| f.slot).collect(),
        true => read.iter().flat_map(crate::program::expr::slots).collect::<Vec<_>>(),
    };
    let column = right_end.fields.first().map(|f| f.column.name.clone()).unwrap_or_default();
    Some(Line {
        key: key(globals, place, line),
        origin: origin(globals, line.span),
        direction: line.arrow,
        on_create: place.on_create,
        write_back: !place.on_create && against(place.direction, line.arrow),
        severa: slots(&left_end, std::slice::from_ref(&left_end.read)),
        business: slots(&right_end, std::slice::from_ref(&right_end.read)),
        numbered: place.numbers.contains(&column),
        fixed: right_end.fields.iter().any(|f| !f.column.field.update),
        forward,
        backward,
    })
}

/// A line that only goes where the entity itself does not.
fn against(entity: Arrow, line: Arrow) -> bool {
    matches!((entity, line), (Arrow::ToBusiness, Arrow::ToSevera) | (Arrow::ToSevera, Arrow::ToBusiness))
}

pub fn origin(globals: &Globals, span: Span) -> Origin {
    Origin { file: globals.sources.get(span.file).name.clone(), line: globals.sources.position(span).line }
}

fn key(globals: &Globals, place: &Place, line: &ast::Line) -> String {
    let text = |segment: Option<&ast::Segment>| {
        segment.map(|s| super::layers::end_text(globals.sources, s)).unwrap_or_default()
    };
    let arrow = match line.arrow {
        Arrow::Both => "<->",
        Arrow::ToBusiness => "->",
        Arrow::ToSevera => "<-",
    };
    let part = place.part_name.map(|name| format!("{name}.")).unwrap_or_default();
    format!("{part}{} {arrow} {}", text(line.segments.first()), text(line.segments.last()))
}

fn reason(globals: &Globals, segment: &ast::Segment) -> String {
    format!("`{}` is blank", globals.sources.slice(segment.what.span).trim())
}

fn end_types(globals: &Globals, left: Option<&End>, right: Option<&End>, first: &ast::Segment) -> EndTypes {
    let refers = |end: Option<&End>| {
        let column: &Column = &end?.fields.first()?.column;
        column.field.refers.clone()
    };
    EndTypes {
        severa: left.and_then(End::ty),
        business: right.and_then(End::ty),
        refers: refers(right),
        severa_refers: refers(left).map(|(record, _)| record),
        severa_text: globals.sources.slice(first.what.span).trim().to_owned(),
    }
}

fn writable(
    globals: &Globals,
    place: &Place,
    line: &ast::Line,
    to: Side,
    target: &End,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    if target.fields.is_empty() {
        let message = format!("`{}` cannot be written to", globals.sources.slice(target.span).trim());
        diagnostics.push(
            Diagnostic::new(codes::END_NOT_WRITABLE, message, target.span, "not a field")
                .help("only a field, a tuple of fields or a template of one field can take a value: turn the arrow or name a field"),
        );
        return false;
    }
    let creates = match to {
        Side::Business => place.direction != Arrow::ToSevera,
        Side::Severa => place.direction != Arrow::ToBusiness,
    };
    for field in &target.fields {
        let rights = field.column.field;
        let allowed = rights.update || (rights.create && creates);
        if allowed {
            continue;
        }
        let why = if rights.derived { "is computed from other data" } else { "can only be read" };
        let arrow = if to == Side::Severa { "->" } else { "<-" };
        let help = match line.arrow {
            Arrow::Both => format!("make the line one-way with `{arrow}`"),
            _ => "write to another field, or drop the line".to_owned(),
        };
        let message = format!("`{}` of {} {why}", field.column.name, to.title());
        diagnostics.push(Diagnostic::new(codes::NOT_WRITABLE, message, target.span, "written here").help(help));
        return false;
    }
    true
}
