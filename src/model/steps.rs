//! What stands between the two ends of a line: transforms, tables, value maps, links.

mod fitting;
mod link;

use super::capacity;
use super::condition::Reader;
use super::maps::{self, Rows, Written};
use super::scope;
use super::tables::Kind;
use crate::diag::Diagnostic;
use crate::diag::codes::{lines as codes, names};
use crate::diag::suggest::suggestion;
use crate::functions::{self, Behavior, Function, Parameter, Shape};
use crate::program::Expr;
use crate::program::expr::Fallback;
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, ExprKind, FallbackKind, TemplatePart};
use crate::value::{Side, Type, Value};
use std::sync::Arc;

/// One step, usable in either way.
#[derive(Debug)]
pub struct Step {
    pub kind: StepKind,
    pub fallback: Option<Fallback>,
    pub span: Span,
}

#[derive(Debug)]
pub enum StepKind {
    Function {
        function: &'static Function,
        args: Vec<Value>,
    },
    Kept {
        table: usize,
        left: Type,
        right: Type,
        arrow: Arrow,
    },
    Map {
        to_business: Rows,
        to_severa: Rows,
        left: Type,
        right: Type,
        /// Goes from its left to its right whichever side the line leads to.
        function: bool,
        written: Arc<[Written]>,
    },
    Link {
        entity: usize,
        column: String,
        ty: Type,
    },
    /// A text around the Severa value: `"P{number}"`.
    Around {
        before: String,
        after: String,
        inner: Type,
    },
    TwoWays {
        forward: Vec<Step>,
        backward: Vec<Step>,
    },
}

/// What the two ends of a line are, for steps that follow their types.
pub struct EndTypes {
    pub severa: Option<Type>,
    pub business: Option<Type>,
    /// The record and column that the Visma Business end refers to.
    pub refers: Option<(String, String)>,
    /// The number of that end among its like, where the records it refers to are numbered too: 2 of `R[2]`.
    pub refers_number: Option<u8>,
    pub business_text: String,
    /// The record that the Severa end refers to.
    pub severa_refers: Option<String>,
    /// The path of the Severa end as it is written.
    pub severa_text: String,
}

/// Compiles the step of a segment.
pub fn compile(reader: &mut Reader, segment: &ast::Segment, ends: &EndTypes) -> Option<Step> {
    let kind = step(reader, &segment.what, ends);
    let fallback = match &segment.fallback {
        Some(fallback) => Some(self::fallback(reader, fallback, None, missing_reason(&segment.what, ends))?),
        None => None,
    };
    Some(Step { kind: kind?, fallback, span: segment.span })
}

fn missing_reason(what: &ast::Expr, ends: &EndTypes) -> String {
    match &what.kind {
        ExprKind::Link { entity, .. } => {
            format!("`{}` leads to no {} on the other side", ends.severa_text, entity.value)
        }
        _ => format!("`{}` has no value that fits", ends.severa_text),
    }
}

/// What stands in for nothing.
///
/// `wanted` is the type of the end that it stands at, where that is one field.
pub fn fallback(
    reader: &mut Reader,
    fallback: &ast::Fallback,
    wanted: Option<&Type>,
    reason: String,
) -> Option<Fallback> {
    Some(match &fallback.kind {
        FallbackKind::Default(expr) => {
            let typed = reader.expr(expr, wanted)?;
            if let Some(wanted) = wanted
                && let Some(fault) = capacity::value(&typed, wanted, reader.records.side, expr.span)
            {
                reader.diagnostics.push(fault);
                return None;
            }
            Fallback::Default(Box::new(typed.expr))
        }
        FallbackKind::Blank => Fallback::Blank,
        FallbackKind::Keep => Fallback::Keep,
        FallbackKind::Hold => Fallback::Hold(reason),
        FallbackKind::Skip => Fallback::Skip(reason),
    })
}

fn step(reader: &mut Reader, what: &ast::Expr, ends: &EndTypes) -> Option<StepKind> {
    match &what.kind {
        ExprKind::Path(path) if path.steps.len() == 1 => named(reader, &path.steps[0].name, path.span, &[], ends),
        ExprKind::Call { name, args } => named(reader, &name.value, name.span, args, ends),
        ExprKind::Map(rows) => {
            maps::check_rows(reader.globals.settings, rows, false, reader.diagnostics);
            maps::compile(reader, rows, None, [ends.severa.as_ref(), ends.business.as_ref()])
        }
        ExprKind::Link { entity, column } => link::link(reader, entity, column.as_ref(), ends, what.span),
        ExprKind::Template(parts) => around(reader, parts, ends, what.span),
        ExprKind::TwoWays { forward, backward } => {
            let mut chain = |exprs: &[ast::Expr]| -> Option<Vec<Step>> {
                exprs
                    .iter()
                    .map(|e| Some(Step { kind: step(reader, e, ends)?, fallback: None, span: e.span }))
                    .collect()
            };
            let (forward, backward) = (chain(forward), chain(backward));
            Some(StepKind::TwoWays { forward: forward?, backward: backward? })
        }
        _ => {
            let help = "between two ends stand transforms, tables, value maps and `link`";
            let code = names::UNKNOWN_TABLE;
            reader.diagnostics.push(
                Diagnostic::new(code, "this cannot stand between two arrows", what.span, "not a step").help(help),
            );
            None
        }
    }
}

fn named(reader: &mut Reader, name: &str, span: Span, args: &[ast::Expr], ends: &EndTypes) -> Option<StepKind> {
    if let Some(function) = functions::find(name) {
        let args = arguments(reader, function, span, args, ends)?;
        return Some(StepKind::Function { function, args });
    }
    if let Some(table) = reader.globals.tables.find(reader.entity, name) {
        return match &table.kind {
            Kind::Given(rows) => maps::compile(reader, rows, Some(table), [None, None]),
            Kind::Kept(place) => Some(StepKind::Kept {
                table: *place,
                left: table.left.clone(),
                right: table.right.clone(),
                arrow: table.arrow,
            }),
        };
    }
    let diagnostic =
        Diagnostic::new(names::UNKNOWN_TABLE, format!("`{name}` is neither a transform nor a table"), span, "unknown");
    let tables = reader.globals.tables.all.iter().map(|t| t.name.as_str());
    let known = functions::all().map(|f| f.name).chain(tables);
    reader.diagnostics.push(match suggestion(name, span, known) {
        Some(suggestion) => diagnostic.suggest(suggestion),
        None => diagnostic.help("`samband explain` lists the transforms; a table is declared by `table NAME: … { … }`"),
    });
    None
}

fn arguments(
    reader: &mut Reader,
    function: &'static Function,
    span: Span,
    args: &[ast::Expr],
    ends: &EndTypes,
) -> Option<Vec<Value>> {
    if function.name == "key" && args.is_empty() {
        // What a key becomes follows from the fields at the two ends.
        let towards = |ty: &Option<Type>| match ty {
            Some(Type::Int) => Value::text("int"),
            Some(Type::Text(Some(size))) => Value::Int(i64::from(*size)),
            _ => Value::text("text"),
        };
        return Some(vec![towards(&ends.business), towards(&ends.severa)]);
    }
    /// A constant, or what constants come to: `-1`, `1 + markup / 100`.
    fn constant(expr: &Expr) -> Option<Value> {
        use crate::program::expr::Arithmetic;
        match expr {
            Expr::Const(value) => Some(value.clone()),
            Expr::Arithmetic { op, left, right } => {
                let (left, right) = (constant(left)?.as_decimal()?, constant(right)?.as_decimal()?);
                let number = match op {
                    Arithmetic::Add => left.checked_add(right),
                    Arithmetic::Sub => left.checked_sub(right),
                    Arithmetic::Mul => left.checked_mul(right),
                    Arithmetic::Div => left.checked_div(right),
                };
                let number = Value::Decimal(number?.normalize());
                Some(number.as_int().map_or(number, Value::Int))
            }
            _ => None,
        }
    }
    let mut values = Vec::new();
    for (parameter, arg) in function.parameters.iter().zip(args) {
        let words = match parameter {
            Parameter::Choice(_, words) => Some(Type::Enum(words)),
            _ => None,
        };
        let value = constant(&reader.expr(arg, words.as_ref())?.expr).unwrap_or(Value::Null);
        if let Err(wanted) = parameter.check(&value) {
            let message = format!("`{}` cannot take this", function.name);
            reader.diagnostics.push(Diagnostic::new(codes::BAD_ARGUMENT, message, arg.span, "wrong").help(wanted));
            return None;
        }
        values.push(value);
    }
    if args.len() != function.parameters.len() {
        let usage = function.examples.first().map_or(function.name, |e| e.call);
        let arguments = |n: usize| match n {
            0 => "no argument".to_owned(),
            1 => "one argument".to_owned(),
            n => format!("{n} arguments"),
        };
        let (takes, given) = (arguments(function.parameters.len()), arguments(args.len()));
        let message = format!("`{}` takes {takes}, and is given {given}", function.name);
        reader
            .diagnostics
            .push(Diagnostic::new(codes::BAD_ARGUMENT, message, span, "here").help(format!("for example `{usage}`")));
        return None;
    }
    Some(values)
}

fn around(reader: &mut Reader, parts: &[TemplatePart], ends: &EndTypes, span: Span) -> Option<StepKind> {
    let (mut before, mut after, mut fields) = (String::new(), String::new(), 0);
    for part in parts {
        match part {
            TemplatePart::Text(text) if fields == 0 => before.push_str(text),
            TemplatePart::Text(text) => after.push_str(text),
            TemplatePart::Field(path) => {
                fields += 1;
                let name = scope::name_of(path);
                if name != ends.severa_text {
                    let message =
                        format!("between two arrows a template holds the value that comes, `{}`", ends.severa_text);
                    reader.diagnostics.push(Diagnostic::new(names::UNKNOWN_NAME, message, path.span, "another field"));
                    return None;
                }
            }
        }
    }
    match &ends.severa {
        Some(ty) if fields == 1 => Some(StepKind::Around { before, after, inner: ty.clone() }),
        _ => {
            reader.diagnostics.push(Diagnostic::new(
                codes::END_NOT_WRITABLE,
                "a template between two arrows holds exactly one field",
                span,
                "here",
            ));
            None
        }
    }
}

impl Step {
    /// Towards a side; `undo` in the second way of a two-way line.
    pub fn apply(&self, to: Side, undo: bool, of: Expr) -> Expr {
        let boxed = |of: Expr| Box::new(of);
        let expr = match &self.kind {
            StepKind::Function { function, args } => {
                Expr::Apply { function, args: args.clone(), back: goes_back(function, to, undo), of: boxed(of) }
            }
            StepKind::Kept { table, .. } => Expr::Kept { table: *table, back: to == Side::Severa, of: boxed(of) },
            StepKind::Map { to_business, to_severa, .. } => {
                if to == Side::Business {
                    to_business.apply(of)
                } else {
                    to_severa.apply(of)
                }
            }
            StepKind::Link { entity, column, .. } => {
                Expr::Link { entity: *entity, column: column.clone(), back: to == Side::Severa, of: boxed(of) }
            }
            StepKind::Around { before, after, inner } => {
                use crate::program::expr::Piece;
                if to == Side::Business {
                    let pieces = vec![Piece::Text(before.clone()), Piece::Value(of), Piece::Text(after.clone())];
                    Expr::Template(pieces)
                } else {
                    let text = Expr::Untemplate { before: before.clone(), after: after.clone(), of: boxed(of) };
                    match (inner, functions::find("key")) {
                        (Type::Int, Some(key)) => {
                            Expr::Apply { function: key, args: vec![Value::text("int")], back: false, of: boxed(text) }
                        }
                        _ => text,
                    }
                }
            }
            StepKind::TwoWays { forward, backward } => {
                let steps = if undo { backward } else { forward };
                steps.iter().fold(of, |of, step| step.apply(to, false, of))
            }
        };
        match &self.fallback {
            Some(fallback) => Expr::Or { of: Box::new(expr), fallback: fallback.clone() },
            None => expr,
        }
    }

    /// The type after the step, or why it cannot stand here.
    pub fn shape(&self, to: Side, undo: bool, given: &Shape) -> Result<Shape, String> {
        match &self.kind {
            StepKind::Function { function, args } => function.shape(given, args, goes_back(function, to, undo)),
            StepKind::Map { left, right, function: true, .. } => {
                expect(given, left, "the table")?;
                Ok(Shape::One(right.clone()))
            }
            StepKind::Kept { left, right, .. } | StepKind::Map { left, right, .. } => {
                let (from, into) = if to == Side::Business { (left, right) } else { (right, left) };
                expect(given, from, "the table")?;
                Ok(Shape::One(into.clone()))
            }
            StepKind::Link { ty, .. } => {
                let (from, into) = if to == Side::Business { (&Type::Guid, ty) } else { (ty, &Type::Guid) };
                expect(given, from, "the link")?;
                Ok(Shape::One(into.clone()))
            }
            StepKind::Around { inner, .. } => {
                Ok(Shape::One(if to == Side::Business { Type::Text(self.around_size()) } else { inner.clone() }))
            }
            StepKind::TwoWays { forward, backward } => {
                let steps = if undo { backward } else { forward };
                steps.iter().try_fold(given.clone(), |shape, step| step.shape(to, false, &shape))
            }
        }
    }

    /// A template around a text of known size is of known size. Numbers count with nine digits, more than any
    /// number series has; a longer one is held when it comes.
    fn around_size(&self) -> Option<u32> {
        let StepKind::Around { before, after, inner } = &self.kind else { return None };
        let inner = match inner {
            Type::Text(size) => (*size)?,
            Type::Int => 9,
            _ => return None,
        };
        u32::try_from(before.chars().count() + after.chars().count()).ok()?.checked_add(inner)
    }

    /// Whether nothing can come out of it, where nothing can go in or never does.
    pub fn nullable(&self, to: Side, given: bool) -> bool {
        let nullable = match &self.kind {
            StepKind::Function { function, .. } => given || function.empties,
            StepKind::Map { to_business, to_severa, .. } => {
                given && !if to == Side::Business { to_business } else { to_severa }.has_else()
            }
            StepKind::Kept { .. } | StepKind::Around { .. } => given,
            // The record may have no counterpart.
            StepKind::Link { .. } => true,
            StepKind::TwoWays { forward, backward } => {
                let steps = if to == Side::Business { forward } else { backward };
                steps.iter().fold(given, |given, step| step.nullable(to, given))
            }
        };
        nullable && !self.fallback.as_ref().is_some_and(|f| !matches!(f, Fallback::Blank))
    }

    /// Why a two-way line cannot go back through it.
    pub fn no_way_back(&self) -> Option<String> {
        match &self.kind {
            StepKind::Function { function, .. } if function.behavior == Behavior::OneWay => {
                Some(format!("`{}` cannot be undone", function.name))
            }
            StepKind::Kept { arrow, .. } if *arrow != Arrow::Both => Some("the table goes one way".to_owned()),
            StepKind::Map { function: true, .. } => Some("the table goes one way".to_owned()),
            StepKind::Map { to_business, to_severa, .. } if to_business.is_empty() || to_severa.is_empty() => {
                Some("the table goes one way".to_owned())
            }
            _ => None,
        }
    }
}

/// Which of its two ways a transform goes. What a key becomes depends on the side that it goes to, and not on the arrows.
fn goes_back(function: &Function, to: Side, undo: bool) -> bool {
    if function.name == "key" { to == Side::Severa } else { undo }
}

fn expect(given: &Shape, wanted: &Type, what: &str) -> Result<(), String> {
    let fits = match (given, wanted) {
        (Shape::One(Type::Text(_) | Type::Enum(_)), Type::Text(_)) => true,
        (Shape::One(a), b) => a == b || (a.is_number() && b.is_number()),
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("{what} takes {wanted}, and what comes here is {given}")) }
}
