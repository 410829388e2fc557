//! A line of the mapping, from its two ends and its steps to the program's line.

use super::capacity::{self, Arrival};
use super::condition::Reader;
use super::ends::{self, End};
use super::facts::{LineFact, LinkFact};
use super::maps;
use super::scope::{Globals, Records};
use super::steps::{self, EndTypes, Step, StepKind};
use crate::diag::Diagnostic;
use crate::diag::codes::lines as codes;
use crate::diag::codes::names::UNKNOWN_NAME;
use crate::program::expr::Fallback;
use crate::program::{Expr, Line, Origin};
use crate::schema::Column;
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, ExprKind};
use crate::value::Side;

/// Where a line stands.
pub struct Place<'a> {
    /// Whose settings and tables come before the mapping's.
    pub settings: &'a str,
    /// The entity's own arrow.
    pub direction: Arrow,
    pub part: Option<usize>,
    pub part_name: Option<&'a str>,
    pub on_create: bool,
    /// Columns whose numbers Visma Business assigns.
    pub numbers: &'a [String],
}

/// Compiles a line; a faulty one is left out and said so.
pub fn compile<'a>(
    globals: &Globals<'a>,
    place: &Place,
    severa: &mut Records<'a>,
    business: &mut Records<'a>,
    line: &ast::Line,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Line, LineFact)> {
    let (first, last) = (line.segments.first()?, line.segments.last()?);
    let entity = place.settings;
    let before = diagnostics.len();
    let mut right = Reader { globals, entity, records: business, part: None, diagnostics };
    let right_end = end(&mut right, last, None);
    let mut left = Reader { globals, entity, records: severa, part: place.part, diagnostics };
    let left_end = end(&mut left, first, right_end.as_ref());
    let left_fallback = first.fallback.as_ref().map(|f| {
        let wanted = left_end.as_ref().and_then(End::ty);
        steps::fallback(&mut left, f, wanted.as_ref(), reason(globals, first))
    });
    let mut right = Reader { globals, entity, records: business, part: None, diagnostics };
    let right_fallback = last.fallback.as_ref().map(|f| {
        let wanted = right_end.as_ref().and_then(End::ty);
        steps::fallback(&mut right, f, wanted.as_ref(), reason(globals, last))
    });
    if left_end.is_none() && right_end.is_none() {
        swapped(severa, business, line, before, diagnostics);
    }
    let mut right = Reader { globals, entity, records: business, part: None, diagnostics };
    let types = end_types(globals, left_end.as_ref(), right_end.as_ref(), first);
    let middle = &line.segments[1..line.segments.len() - 1];
    let chain: Vec<Option<Step>> = middle.iter().map(|segment| steps::compile(&mut right, segment, &types)).collect();
    let chain: Vec<Step> = chain.into_iter().collect::<Option<_>>()?;
    let (left_end, right_end) = (left_end?, right_end?);
    let fallbacks = (fine(left_fallback)?, fine(right_fallback)?);
    if line.arrow == Arrow::Both && !can_go_back(&chain, diagnostics) {
        return None;
    }
    let way = Way { globals, place, line, ends: (&left_end, &right_end), chain: &chain, fallbacks: &fallbacks };
    // A fault on the way there would be told again on the way back.
    let forward = if line.arrow == Arrow::ToSevera { Vec::new() } else { way.compile(Side::Business, diagnostics)? };
    let backward = if line.arrow == Arrow::ToBusiness { Vec::new() } else { way.compile(Side::Severa, diagnostics)? };
    let slots = |end: &End, read: &[Expr]| match end.fields.is_empty() {
        false => end.fields.iter().map(|f| f.slot).collect(),
        true => read.iter().flat_map(crate::program::expr::slots).collect::<Vec<_>>(),
    };
    let column = right_end.fields.first().map(|f| f.column.name.clone()).unwrap_or_default();
    let compiled = Line {
        key: key(globals, place, line),
        title: title(globals, place, line),
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
    };
    let fact = LineFact { span: line.span, left: left_end.span, right: right_end.span, links: way.links() };
    Some((compiled, fact))
}

/// A line whose two ends stand on the wrong sides has one fault, and not two.
fn swapped(severa: &Records, business: &Records, line: &ast::Line, before: usize, diagnostics: &mut Vec<Diagnostic>) {
    let field = |segment: Option<&ast::Segment>| match segment.map(|segment| &segment.what.kind) {
        Some(ExprKind::Path(path)) => Some(super::scope::name_of(path).into_owned()),
        _ => None,
    };
    let (Some(left), Some(right)) = (field(line.segments.first()), field(line.segments.last())) else { return };
    if business.record.field(&left).is_none() || severa.record.field(&right).is_none() {
        return;
    }
    diagnostics.truncate(before);
    let message = format!("`{left}` is a field of Visma Business, and `{right}` one of Severa");
    diagnostics.push(
        Diagnostic::new(UNKNOWN_NAME, message, line.span, "the two ends stand on the wrong sides").help(format!(
            "Severa stands left, Visma Business right: let `{right}` begin the line, and `{left}` end it"
        )),
    );
}

/// An end; what `first of` chooses from leads to the other end.
fn end<'a>(reader: &mut Reader<'_, 'a>, segment: &ast::Segment, other: Option<&End>) -> Option<End<'a>> {
    match &segment.what.kind {
        ExprKind::FirstOf(options) => {
            let refers = other.and_then(|end| end.fields.first()?.column.field.refers.clone());
            ends::first_of(reader, options, refers, other.and_then(End::ty), segment.what.span)
        }
        _ => ends::compile(reader, &segment.what),
    }
}

/// Nothing said is fine; something faulty is not.
fn fine(fallback: Option<Option<Fallback>>) -> Option<Option<Fallback>> {
    match fallback {
        None => Some(None),
        Some(None) => None,
        Some(fallback) => Some(fallback),
    }
}

fn can_go_back(chain: &[Step], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let mut fine = true;
    for step in chain {
        let Some(why) = step.no_way_back() else { continue };
        fine = false;
        diagnostics.push(
            Diagnostic::new(codes::NO_WAY_BACK, format!("this line goes both ways, but {why}"), step.span, "no way back")
                .help("make the line one-way with `->`, give both ways with `(-> there <- back)`, or use `fit`, `trim` or `lower`, which only normalize"),
        );
    }
    fine
}

/// What a line is made of, to be compiled towards either side.
struct Way<'w, 'a> {
    globals: &'w Globals<'a>,
    place: &'w Place<'w>,
    line: &'w ast::Line,
    ends: (&'w End<'a>, &'w End<'a>),
    chain: &'w [Step],
    fallbacks: &'w (Option<Fallback>, Option<Fallback>),
}

impl Way<'_, '_> {
    /// What stands in for nothing where the value begins, and where it arrives.
    ///
    /// In a one-way line everything stands as it is read; in a two-way line an end's fallback fills that end.
    fn said(&self, to: Side) -> (Option<&Fallback>, Option<&Fallback>) {
        let (left, right) = (self.fallbacks.0.as_ref(), self.fallbacks.1.as_ref());
        match (to, self.line.arrow == Arrow::Both) {
            (Side::Business, false) => (left, right),
            (Side::Severa, false) => (right, left),
            (Side::Business, true) => (None, right),
            (Side::Severa, true) => (None, left),
        }
    }

    fn compile(&self, to: Side, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<Expr>> {
        let (left, right) = self.ends;
        let (source, target) = if to == Side::Business { (left, right) } else { (right, left) };
        if !writable(self.globals, self.place, self.line, to, target, diagnostics) {
            return None;
        }
        let (begins, arrives) = self.said(to);
        let or = |expr: Expr, fallback: Option<&Fallback>| match fallback {
            Some(fallback) => Expr::Or { of: Box::new(expr), fallback: fallback.clone() },
            None => expr,
        };
        let fills = |fallback: Option<&Fallback>| fallback.is_some_and(|f| !matches!(f, Fallback::Blank));
        let mut expr = or(source.read.clone(), begins);
        let mut shape = source.shape.clone();
        let mut nullable = source.nullable && !fills(begins);
        let undo = self.line.arrow == Arrow::Both && to == Side::Severa;
        let ordered: Vec<&Step> =
            if to == Side::Business { self.chain.iter().collect() } else { self.chain.iter().rev().collect() };
        let mut via = source.span;
        for (at, step) in ordered.iter().enumerate() {
            // What is said behind a step or at the end counts for what it has no answer to.
            let said = step.fallback.is_some() || (at + 1 == ordered.len() && arrives.is_some());
            let before = shape.clone();
            via = step.span;
            shape = match step.shape(to, undo, &shape) {
                Ok(shape) => shape,
                Err(why) => {
                    diagnostics.push(
                        Diagnostic::new(codes::TYPE_MISMATCH, why, step.span, "here")
                            .also(source.span, format!("{}", source.shape))
                            .help(step.fitting(to, &shape)),
                    );
                    return None;
                }
            };
            if !maps::covers(step, to, &before, said, diagnostics) {
                return None;
            }
            nullable = step.nullable(to, nullable);
            expr = step.apply(to, undo, expr);
        }
        let nullable = nullable && !fills(arrives);
        let arrival = Arrival { via, ..Arrival::new(&expr, &shape, nullable, source.span, undo) };
        let fine = capacity::accepts(target, &arrival, diagnostics);
        fine.then(|| target.write(or(expr, arrives)))
    }

    fn links(&self) -> Vec<LinkFact> {
        let said = |step: &Step, to: Side| {
            let goes = match self.line.arrow {
                Arrow::Both => true,
                Arrow::ToBusiness => to == Side::Business,
                Arrow::ToSevera => to == Side::Severa,
            };
            goes.then(|| step.fallback.is_some() || self.said(to).1.is_some())
        };
        let links = self.chain.iter().filter_map(|step| match &step.kind {
            StepKind::Link { entity, .. } => Some(LinkFact {
                entity: *entity,
                span: step.span,
                to_business: said(step, Side::Business),
                to_severa: said(step, Side::Severa),
            }),
            _ => None,
        });
        links.collect()
    }
}

/// A line that only goes where the entity itself does not.
fn against(entity: Arrow, line: Arrow) -> bool {
    matches!((entity, line), (Arrow::ToBusiness, Arrow::ToSevera) | (Arrow::ToSevera, Arrow::ToBusiness))
}

pub fn origin(globals: &Globals, span: Span) -> Origin {
    Origin { file: globals.sources.get(span.file).name.clone(), line: globals.sources.position(span).line }
}

fn key(globals: &Globals, place: &Place, line: &ast::Line) -> String {
    named(place, line, |segment| super::layers::end_text(globals.sources, segment))
}

/// The line for people: how its ends are broken over lines says nothing, and what `first of` chooses from is listed.
fn title(globals: &Globals, place: &Place, line: &ast::Line) -> String {
    named(place, line, |segment| match &segment.what.kind {
        ExprKind::FirstOf(options) => format!("first of {}", listed(globals, options)),
        _ => one_line(globals, segment.what.span),
    })
}

fn named(place: &Place, line: &ast::Line, text: impl Fn(&ast::Segment) -> String) -> String {
    let arrow = match line.arrow {
        Arrow::Both => "<->",
        Arrow::ToBusiness => "->",
        Arrow::ToSevera => "<-",
    };
    let part = place.part_name.map(|name| format!("{name}.")).unwrap_or_default();
    let end = |segment: Option<&ast::Segment>| segment.map(&text).unwrap_or_default();
    format!("{part}{} {arrow} {}", end(line.segments.first()), end(line.segments.last()))
}

fn one_line(globals: &Globals, span: Span) -> String {
    globals.sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where each of the options begins: the fields, and not what is done with them.
fn listed(globals: &Globals, options: &[Vec<ast::Expr>]) -> String {
    let first = |option: &Vec<ast::Expr>| match &option.first()?.kind {
        ExprKind::Choice { .. } => None,
        _ => Some(one_line(globals, option.first()?.span)),
    };
    options.iter().filter_map(first).collect::<Vec<_>>().join(", ")
}

fn reason(globals: &Globals, segment: &ast::Segment) -> String {
    match &segment.what.kind {
        ExprKind::FirstOf(options) => format!("none of {} leads to a value", listed(globals, options)),
        _ => format!("`{}` is blank", one_line(globals, segment.what.span)),
    }
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
        refers_number: right.and_then(|end| number_of(&end.fields.first()?.column)),
        business_text: right.map(|end| globals.sources.slice(end.span).trim().to_owned()).unwrap_or_default(),
        severa_refers: refers(left).map(|(record, _)| record),
        severa_text: globals.sources.slice(first.what.span).trim().to_owned(),
    }
}

/// The number of a column among its like: 2 of `R2`, where units are numbered as the columns that refer to them.
fn number_of(column: &Column) -> Option<u8> {
    let (record, _) = column.field.refers.as_ref()?;
    let own = column.name.strip_prefix(column.field.name.as_str()).filter(|_| record == "OrgUnit")?;
    own.parse().ok()
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
        if matches!(field.slot, crate::program::Slot::Owner(_)) {
            let message = format!("`{}` belongs to the record above", field.column.name);
            let help = "write it in a line of the entity itself, outside this part";
            diagnostics.push(Diagnostic::new(codes::NOT_WRITABLE, message, target.span, "written here").help(help));
            return false;
        }
        let rights = field.column.field;
        if rights.update || (rights.create && creates) {
            continue;
        }
        if rights.create {
            let message = format!("`{}` of {} never changes once a record is there", field.column.name, to.title());
            let help = format!("this line can only change records: no line creates any in {}", to.title());
            diagnostics.push(Diagnostic::new(codes::NOT_ON_UPDATE, message, target.span, "changed here").help(help));
            return false;
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
