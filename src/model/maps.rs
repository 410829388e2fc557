//! Value maps and given tables: rows towards either side.

mod ranges;

use super::condition::Reader;
use super::condition::choice::wider;
use super::settings::{SettingValue, Settings};
use super::steps::{Step, StepKind};
use super::tables::Table;
use super::{capacity, scope};
use crate::diag::Diagnostic;
use crate::diag::codes::lines as codes;
use crate::functions::Shape;
use crate::program;
use crate::program::Expr;
use crate::program::expr::{MapRow, Member};
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, ExprKind, MapKey};
use crate::value::{Side, Type, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

#[derive(Debug, Default, Clone)]
pub struct Rows {
    rows: Arc<program::Table>,
    otherwise: Option<Box<Expr>>,
}

/// A word of a choice, or true or false, as a row has it.
#[derive(Debug, Clone)]
pub struct Written {
    value: Value,
    span: Span,
    on_left: bool,
    arrow: Arrow,
}

/// `ends` are the types at both ends of the line, for the words of a choice in a map that stands in it.
pub fn compile(
    reader: &mut Reader,
    rows: &[ast::MapRow],
    table: Option<&Table>,
    ends: [Option<&Type>; 2],
) -> Option<StepKind> {
    let function = table.is_some_and(|t| t.function);
    let (mut to_business, mut to_severa) = (Building::default(), Building::default());
    let mut written = Vec::new();
    let (mut left_type, mut right_type) = (None, None);
    for row in rows {
        let mut side = |key: &MapKey, ty: &mut Option<Type>, near: Option<&Type>| -> Option<Option<(Member, Expr)>> {
            let MapKey::Value(expr) = key else { return Some(None) };
            if let ExprKind::Range(low, high) = &expr.kind {
                let bound = |e| scope::number(reader.globals, reader.entity, e);
                ty.get_or_insert(Type::Int);
                let (low, high) = (bound(low)?, bound(high)?);
                return Some(Some((Member::Between(low, high), Expr::Const(Value::Int(low)))));
            }
            if let (ExprKind::Text(text), Some(table)) = (&expr.kind, table)
                && let Some(place) = table.named.get(text)
            {
                return Some(Some((Member::Is(Value::Null), Expr::Named(*place))));
            }
            let typed = reader.expr(expr, near)?;
            if let (Shape::One(found), None) = (typed.shape, table) {
                let known = ty.take();
                let joined = known.as_ref().map_or_else(|| Some(found.clone()), |known| wider(known, &found));
                let Some(joined) = joined else {
                    let known = known.map_or_else(String::new, |known| known.to_string());
                    let message = format!("this row has {found}, and the rows above have {known}");
                    reader.diagnostics.push(
                        Diagnostic::new(codes::TYPE_MISMATCH, message, expr.span, format!("{found}"))
                            .help("let all rows hold values of one type on this side"),
                    );
                    return None;
                };
                *ty = Some(joined);
            }
            let member = match &typed.expr {
                Expr::Const(value) => Member::Is(value.clone()),
                Expr::Slot(_) => {
                    let name = reader.globals.sources.slice(expr.span);
                    let message = format!("`{name}` is a field, and the rows of a map hold constants");
                    reader.diagnostics.push(
                        Diagnostic::new(codes::TABLE_TYPE, message, expr.span, "not a constant")
                            .help("a choice decides by fields: `(when … -> … else …)`"),
                    );
                    return None;
                }
                _ => Member::Is(Value::Null),
            };
            Some(Some((member, typed.expr)))
        };
        let (left, right) = (side(&row.left, &mut left_type, ends[0])?, side(&row.right, &mut right_type, ends[1])?);
        for (key, on_left, side) in [(&row.left, true, &left), (&row.right, false, &right)] {
            if let (MapKey::Value(expr), Some((_, Expr::Const(value @ (Value::Text(_) | Value::Bool(_)))))) =
                (key, side)
            {
                written.push(Written { value: value.clone(), span: expr.span, on_left, arrow: row.arrow });
            }
        }
        if row.arrow != Arrow::ToSevera {
            to_business.add(left.as_ref(), right.as_ref());
        }
        if row.arrow != Arrow::ToBusiness {
            to_severa.add(right.as_ref(), left.as_ref());
        }
    }
    let to_business = Rows::from(to_business);
    // A one-way table goes from its left to its right in either direction of a line.
    let to_severa = if function { to_business.clone() } else { Rows::from(to_severa) };
    let types = table.map(|t| (t.left.clone(), t.right.clone()));
    let (left, right) = types.or_else(|| Some((left_type?, right_type?)))?;
    let written = written.into();
    Some(StepKind::Map { to_business, to_severa, left, right, function, written })
}

/// Rows while they are collected.
#[derive(Default)]
struct Building {
    rows: Vec<MapRow>,
    otherwise: Option<Box<Expr>>,
}

impl From<Building> for Rows {
    fn from(building: Building) -> Self {
        Self { rows: Arc::new(building.rows.into()), otherwise: building.otherwise }
    }
}

impl Building {
    fn add(&mut self, key: Option<&(Member, Expr)>, value: Option<&(Member, Expr)>) {
        match (key, value) {
            (Some((key, _)), Some((_, value))) => self.rows.push(MapRow { key: key.clone(), value: value.clone() }),
            (None, Some((_, value))) => self.otherwise = Some(Box::new(value.clone())),
            _ => {}
        }
    }
}

impl Rows {
    pub fn apply(&self, of: Expr) -> Expr {
        Expr::Map { rows: self.rows.clone(), otherwise: self.otherwise.clone(), of: Box::new(of) }
    }

    /// Whether everything has a counterpart.
    pub fn has_else(&self) -> bool {
        self.otherwise.is_some()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.otherwise.is_none()
    }
}

/// What a map is looked up by, against the words that can come: those that never do, and those that have no row.
///
/// Gives false where a row can never be met.
pub fn covers(step: &Step, to: Side, given: &Shape, said: bool, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let StepKind::Map { to_business, to_severa, function, written, .. } = &step.kind else { return true };
    let from_left = *function || to == Side::Business;
    let against = if to == Side::Business { Arrow::ToSevera } else { Arrow::ToBusiness };
    let keys: Vec<&Written> =
        written.iter().filter(|w| w.on_left == from_left && (*function || w.arrow != against)).collect();
    let all: Vec<Value> = match given {
        Shape::One(Type::Enum(words)) => words.iter().map(|word| Value::text(*word)).collect(),
        Shape::One(Type::Bool) => vec![Value::Bool(true), Value::Bool(false)],
        _ => return true,
    };
    let mut fine = true;
    for key in &keys {
        if let (Shape::One(Type::Enum(words)), Some(word)) = (given, key.value.as_text())
            && !words.contains(&word)
        {
            diagnostics.push(capacity::unknown_word(word, words, key.span));
            fine = false;
        }
    }
    let rows = if to == Side::Business { to_business } else { to_severa };
    if fine && !said && !rows.has_else() && !rows.is_empty() {
        let missing: Vec<String> = all
            .iter()
            .filter(|value| !keys.iter().any(|key| key.value.same(value)))
            .map(|value| format!("`{value}`"))
            .collect();
        if !missing.is_empty() {
            let message = format!("there is no row for {}", missing.join(", "));
            let otherwise = if from_left { "else -> …" } else { "… <- else" };
            diagnostics.push(
                Diagnostic::new(codes::TABLE_INCOMPLETE, message, step.span, "a record with that is held")
                    .help(format!("add the row, or one for all others, `{otherwise}`; write `or hold` behind the map where that is meant")),
            );
        }
    }
    fine
}

/// Doubled keys, and two-way rows that cannot be told apart on the way back.
pub fn check_rows(settings: &Settings, rows: &[ast::MapRow], function: bool, diagnostics: &mut Vec<Diagnostic>) {
    ranges::overlaps(rows, diagnostics);
    let mut towards_business: HashMap<Cow<str>, Span> = HashMap::new();
    let mut towards_severa: HashMap<Cow<str>, Span> = HashMap::new();
    for row in rows {
        range(row, function, diagnostics);
        let mut doubled = None;
        if row.arrow != Arrow::ToSevera
            && let Some(key) = key(settings, &row.left)
        {
            match towards_business.entry(key) {
                Entry::Occupied(first) => doubled = Some((first.key().clone().into_owned(), *first.get())),
                Entry::Vacant(place) => drop(place.insert(row.span)),
            }
        }
        if let Some((key, first)) = doubled {
            let message = format!("two rows for `{key}`");
            diagnostics.push(
                Diagnostic::new(codes::TABLE_DOUBLE, message, row.span, "never reached")
                    .also(first, "this one is taken")
                    .help("remove one of the two, or give it another key"),
            );
            continue;
        }
        if row.arrow == Arrow::ToBusiness {
            continue;
        }
        let Some(key) = key(settings, &row.right) else { continue };
        match towards_severa.entry(key) {
            Entry::Occupied(first) => {
                let message = format!("on the way back `{}` could come from either row", first.key());
                diagnostics.push(
                    Diagnostic::new(codes::TABLE_NOT_ONE_TO_ONE, message, row.span, "the second")
                        .also(*first.get(), "the first")
                        .help("make one of them one-way with `->`"),
                );
            }
            Entry::Vacant(place) => drop(place.insert(row.span)),
        }
    }
}

/// A constant key as text; a setting by its value, where it is known.
fn key<'k>(settings: &Settings, key: &'k MapKey) -> Option<Cow<'k, str>> {
    let MapKey::Value(expr) = key else { return None };
    match &expr.kind {
        ExprKind::Number(text) | ExprKind::Text(text) => Some(Cow::Borrowed(text)),
        ExprKind::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        ExprKind::Path(path) => {
            let name = scope::name_of(path);
            match settings.find("", &name).map(|s| &s.value) {
                Some(SettingValue::Is(value)) => Some(Cow::Owned(value.to_string())),
                _ => Some(name),
            }
        }
        _ => None,
    }
}

/// A range is a key: it cannot be what comes out.
fn range(row: &ast::MapRow, function: bool, diagnostics: &mut Vec<Diagnostic>) {
    let is = |key: &MapKey| matches!(key, MapKey::Value(ast::Expr { kind: ExprKind::Range(..), .. }));
    let comes_out = (is(&row.right) && (function || row.arrow != Arrow::ToSevera))
        || (is(&row.left) && !function && row.arrow != Arrow::ToBusiness);
    for key in [&row.left, &row.right] {
        if let MapKey::Value(ast::Expr { kind: ExprKind::Range(low, high), span }) = key
            && let (ExprKind::Number(low), ExprKind::Number(high)) = (&low.kind, &high.kind)
            && let (Ok(low), Ok(high)) = (low.parse::<i64>(), high.parse::<i64>())
            && low > high
        {
            let message = format!("nothing lies between {low} and {high}");
            diagnostics.push(
                Diagnostic::new(codes::TABLE_RANGE, message, *span, "empty").help(format!("write `{high}..{low}`")),
            );
        }
    }
    if comes_out {
        diagnostics.push(
            Diagnostic::new(
                codes::TABLE_RANGE,
                "a range can only be looked up, not written",
                row.span,
                "which of its values?",
            )
            .help("let the arrow point away from the range, in a one-way table or row"),
        );
    }
}
