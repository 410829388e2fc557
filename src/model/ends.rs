//! The two ends of a line: what can be read there, and what can be written.

use super::condition::{Reader, Typed};
use super::steps::{self, EndTypes};
use crate::diag::Diagnostic;
use crate::diag::codes::lines as codes;
use crate::functions::Shape;
use crate::program::{Expr, Slot};
use crate::schema::Column;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, TemplatePart};
use crate::value::{Side, Type};

/// One end, read and if possible written.
pub struct End<'a> {
    pub side: Side,
    /// Its value as it is read.
    pub read: Expr,
    pub shape: Shape,
    /// It can be nothing.
    pub nullable: bool,
    /// The fields it writes, if it can be written.
    pub fields: Vec<Target<'a>>,
    /// For a template of one field: the texts around it.
    pub around: Option<(String, String)>,
    pub span: Span,
}

pub struct Target<'a> {
    pub slot: Slot,
    pub column: Column<'a>,
}

/// Compiles an end; the columns it names are asked for from now on.
pub fn compile<'a>(reader: &mut Reader<'_, 'a>, what: &ast::Expr) -> Option<End<'a>> {
    let paths: Vec<&ast::Path> = match &what.kind {
        ExprKind::Path(path) => vec![path],
        ExprKind::Tuple(parts) if parts.iter().all(|p| matches!(p.kind, ExprKind::Path(_))) => {
            parts.iter().filter_map(|p| if let ExprKind::Path(path) = &p.kind { Some(path) } else { None }).collect()
        }
        ExprKind::Template(parts) => {
            parts.iter().filter_map(|p| if let TemplatePart::Field(path) = p { Some(path) } else { None }).collect()
        }
        _ => Vec::new(),
    };
    let typed = reader.expr(what, None)?;
    let mut fields = Vec::new();
    for path in paths {
        if let Ok(Some((spot, column))) = reader.records.locate(reader.globals, reader.entity, path) {
            fields.push(Target { slot: reader.slot(spot), column });
        }
    }
    let around = match &what.kind {
        ExprKind::Template(parts) => texts_around(parts),
        _ => None,
    };
    if matches!(what.kind, ExprKind::Template(_)) && around.is_none() {
        fields.clear();
    }
    let side = reader.records.side;
    Some(End { side, read: typed.expr, shape: typed.shape, nullable: typed.nullable, fields, around, span: what.span })
}

/// `first of (workType.guid -> link WorkType, default_product)`, read towards the other side.
pub fn first_of<'a>(
    reader: &mut Reader<'_, 'a>,
    options: &[Vec<ast::Expr>],
    refers: Option<(String, String)>,
    towards: Option<Type>,
    span: Span,
) -> Option<End<'a>> {
    let to = reader.records.side.other();
    let mut exprs = Vec::new();
    let mut first: Option<Shape> = None;
    let mut nullable = true;
    let mut faulty = false;
    for option in options {
        let Some(typed) = chain(reader, option, &refers, &towards, to) else {
            faulty = true;
            continue;
        };
        nullable &= typed.nullable;
        first = Some(match (first, typed.shape) {
            (None, shape) => shape,
            (Some(before), shape) => match wider(&before, &shape) {
                Some(shape) => shape,
                None => {
                    let message = format!("{shape} stands beside {before}");
                    let at = option.first().map_or(span, |e| e.span);
                    reader.diagnostics.push(
                        Diagnostic::new(codes::TYPE_MISMATCH, message, at, "another type")
                            .help("all that `first of` chooses from must be of one type"),
                    );
                    return None;
                }
            },
        });
        exprs.push(typed.expr);
    }
    if faulty {
        return None;
    }
    let side = reader.records.side;
    Some(End { side, read: Expr::FirstOf(exprs), shape: first?, nullable, fields: Vec::new(), around: None, span })
}

fn chain(
    reader: &mut Reader,
    option: &[ast::Expr],
    refers: &Option<(String, String)>,
    towards: &Option<Type>,
    to: Side,
) -> Option<Typed> {
    let (head, rest) = option.split_first()?;
    let end = compile(reader, head)?;
    let text = reader.globals.sources.slice(head.span).trim().to_owned();
    let referred = end.fields.first().and_then(|f| f.column.field.refers.clone()).map(|(record, _)| record);
    let own = end.ty();
    let types = match to {
        Side::Business => EndTypes {
            severa: own,
            business: towards.clone(),
            refers: refers.clone(),
            refers_number: None,
            business_text: String::new(),
            severa_refers: referred,
            severa_text: text,
        },
        Side::Severa => EndTypes {
            severa: towards.clone(),
            business: own,
            refers: end.fields.first().and_then(|f| f.column.field.refers.clone()),
            refers_number: None,
            business_text: String::new(),
            severa_refers: refers.as_ref().map(|(record, _)| record.clone()),
            severa_text: text,
        },
    };
    let (mut expr, mut shape, mut nullable) = (end.read, end.shape, end.nullable);
    for what in rest {
        let step =
            steps::compile(reader, &ast::Segment { what: what.clone(), fallback: None, span: what.span }, &types)?;
        shape = match step.shape(to, false, &shape) {
            Ok(shape) => shape,
            Err(why) => {
                reader.diagnostics.push(Diagnostic::new(codes::TYPE_MISMATCH, why, what.span, "here"));
                return None;
            }
        };
        nullable = step.nullable(to, nullable);
        expr = step.apply(to, false, expr);
    }
    Some(Typed { expr, shape, nullable })
}

/// The type that holds either; texts take the larger size.
fn wider(a: &Shape, b: &Shape) -> Option<Shape> {
    let one = |ty: Type| Some(Shape::One(ty));
    match (a, b) {
        (Shape::One(Type::Text(Some(a))), Shape::One(Type::Text(Some(b)))) => one(Type::Text(Some(*a.max(b)))),
        (Shape::One(Type::Text(_)), Shape::One(Type::Text(_))) => one(Type::Text(None)),
        (Shape::One(Type::Int), Shape::One(Type::Decimal(d, s)))
        | (Shape::One(Type::Decimal(d, s)), Shape::One(Type::Int)) => one(Type::Decimal(*d, *s)),
        (a, b) if a == b => Some(a.clone()),
        _ => None,
    }
}

fn texts_around(parts: &[TemplatePart]) -> Option<(String, String)> {
    let text = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => Some(text.clone()),
        TemplatePart::Field(_) => None,
    };
    match parts {
        [field] if text(field).is_none() => Some((String::new(), String::new())),
        [before, field] if text(field).is_none() => Some((text(before)?, String::new())),
        [field, after] if text(field).is_none() => Some((String::new(), text(after)?)),
        [before, field, after] if text(field).is_none() => Some((text(before)?, text(after)?)),
        _ => None,
    }
}

impl End<'_> {
    /// One expression for each field it writes, from the value that arrives.
    pub fn write(&self, value: Expr) -> Vec<Expr> {
        match (&self.around, self.fields.len()) {
            (Some((before, after)), _) => {
                vec![Expr::Untemplate { before: before.clone(), after: after.clone(), of: Box::new(value) }]
            }
            (None, 1) => vec![value],
            (None, count) => (0..count).map(|place| Expr::Element { of: Box::new(value.clone()), place }).collect(),
        }
    }

    pub fn ty(&self) -> Option<Type> {
        match &self.shape {
            Shape::One(ty) => Some(ty.clone()),
            Shape::Tuple(_) => None,
        }
    }
}
