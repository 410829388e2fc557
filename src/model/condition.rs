//! Expressions and conditions over the fields of one side's record.

pub(super) mod choice;
mod compare;

use super::scope::{self, Globals, Records, Spot};
use super::settings::SettingValue;
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, names, records as codes};
use crate::diag::suggest::suggestion;
use crate::functions::Shape;
use crate::program::expr::{Arithmetic, Piece};
use crate::program::{Expr, Slot};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind, IsTest, TemplatePart, Word};
use crate::value::{Type, Value};

/// An expression with its type.
#[derive(Debug, Clone)]
pub struct Typed {
    pub expr: Expr,
    pub shape: Shape,
    pub nullable: bool,
}

/// Compiles expressions of one entity against one side's records.
pub struct Reader<'r, 'g> {
    pub globals: &'r Globals<'g>,
    pub entity: &'r str,
    pub records: &'r mut Records<'g>,
    /// Slots are those of this part's elements.
    pub part: Option<usize>,
    pub diagnostics: &'r mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    /// A condition; anything that is not true or false becomes a diagnostic.
    pub fn condition(&mut self, expr: &ast::Expr) -> Option<Expr> {
        let typed = self.expr(expr, None)?;
        if typed.shape == Shape::One(Type::Bool) {
            return Some(typed.expr);
        }
        let message = format!("a condition is needed here, and this is {}", typed.shape);
        self.diagnostics.push(
            Diagnostic::new(codes::NOT_A_CONDITION, message, expr.span, "neither true nor false")
                .help("compare it with something, or write `is set` or `is blank`"),
        );
        None
    }

    /// An expression; `near` is the type of what it is compared with, for the words of an enumeration.
    pub fn expr(&mut self, expr: &ast::Expr, near: Option<&Type>) -> Option<Typed> {
        let one = |expr: Expr, ty: Type, nullable: bool| Some(Typed { expr, shape: Shape::One(ty), nullable });
        let constant = |value: Value, ty: Type| one(Expr::Const(value), ty, false);
        match &expr.kind {
            ExprKind::Number(text) => match text.parse::<i64>() {
                Ok(number) => constant(Value::Int(number), Type::Int),
                Err(_) => {
                    let number: rust_decimal::Decimal = text.parse().ok()?;
                    let places = u8::try_from(number.normalize().scale()).unwrap_or(28);
                    constant(Value::Decimal(number), Type::Decimal(28, places))
                }
            },
            ExprKind::Text(text) if matches!(near, Some(Type::Date)) && text.parse::<jiff::civil::Date>().is_ok() => {
                constant(Value::Date(text.parse().ok()?), Type::Date)
            }
            ExprKind::Text(text) => {
                let size = u32::try_from(text.chars().count()).ok();
                constant(Value::text(text), Type::Text(size))
            }
            ExprKind::Bool(value) => constant(Value::Bool(*value), Type::Bool),
            ExprKind::Word(Word::Keep) => one(
                Expr::Or { of: Box::new(Expr::Const(Value::Null)), fallback: crate::program::expr::Fallback::Keep },
                near.cloned().unwrap_or(Type::Text(None)),
                false,
            ),
            ExprKind::Word(_) => one(Expr::Const(Value::Null), near.cloned().unwrap_or(Type::Text(None)), true),
            ExprKind::Path(path) => self.path(path, near),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tuple(parts) => self.tuple(parts),
            ExprKind::Not(of) => one(Expr::Not(Box::new(self.condition(of)?)), Type::Bool, false),
            ExprKind::Negative(of) => {
                let of = self.number(of)?;
                let zero = Box::new(Expr::Const(Value::Int(0)));
                Some(Typed {
                    expr: Expr::Arithmetic { op: Arithmetic::Sub, left: zero, right: Box::new(of.expr) },
                    ..of
                })
            }
            ExprKind::Binary { op, left, right } => self.binary(op.value, left, right, expr.span),
            ExprKind::In { value, list, negated } => {
                let value = self.expr(value, None)?;
                let list = self.members(list, if let Shape::One(ty) = &value.shape { Some(ty) } else { None })?;
                let test = Expr::In { value: Box::new(value.expr), list };
                one(if *negated { Expr::Not(Box::new(test)) } else { test }, Type::Bool, false)
            }
            ExprKind::Is { value, test, negated } => {
                let wanted = matches!((test, negated), (IsTest::Blank, false) | (IsTest::Set, true));
                // A list that is set holds something: that is known before anything runs.
                if let ExprKind::Path(path) = &value.kind
                    && let Ok(None) = self.records.find(self.globals, self.entity, path)
                    && let Some(SettingValue::List(members)) = scope::setting(self.globals.settings, self.entity, path)
                {
                    return constant(Value::Bool(members.is_empty() == wanted), Type::Bool);
                }
                let of = self.expr(value, None)?;
                let blank = Expr::IsBlank(Box::new(of.expr));
                one(if wanted { blank } else { Expr::Not(Box::new(blank)) }, Type::Bool, false)
            }
            ExprKind::Quantified { any, list, condition } => {
                let test = self.quantified(list, condition)?;
                one(if *any { test } else { Expr::Not(Box::new(test)) }, Type::Bool, false)
            }
            ExprKind::Choice { branches, otherwise } => self.choice(branches, otherwise.as_deref()),
            ExprKind::Call { name, .. } => {
                let message = format!("`{}` cannot stand here", name.value);
                self.diagnostics.push(
                    Diagnostic::new(lines::BAD_ARGUMENT, message, name.span, "a transform")
                        .help("transforms stand between two arrows"),
                );
                None
            }
            _ => {
                self.diagnostics.push(Diagnostic::new(
                    codes::NOT_A_CONDITION,
                    "this cannot stand here",
                    expr.span,
                    "not a value",
                ));
                None
            }
        }
    }

    fn path(&mut self, path: &ast::Path, near: Option<&Type>) -> Option<Typed> {
        match self.records.locate(self.globals, self.entity, path) {
            Ok(Some((spot, column))) => {
                let slot = self.slot(spot);
                let (ty, nullable) = (column.ty.clone(), column.field.nullable);
                return Some(Typed { expr: Expr::Slot(slot), shape: Shape::One(ty), nullable });
            }
            Ok(None) => {}
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                return None;
            }
        }
        let name = &*scope::name_of(path);
        if let Some(setting) = self.globals.settings.find(self.entity, name) {
            let (expr, nullable) = match &setting.value {
                SettingValue::Is(value) => (Expr::Const(value.clone()), false),
                SettingValue::Named(place) => (Expr::Named(*place), false),
                SettingValue::None => (Expr::Const(Value::Null), true),
                SettingValue::List(_) | SettingValue::Missing => return None,
            };
            return Some(Typed { expr, shape: Shape::One(setting.ty.clone()), nullable });
        }
        if let Some(Type::Enum(words)) = near
            && words.contains(&name)
        {
            return Some(Typed {
                expr: Expr::Const(Value::text(name)),
                shape: Shape::One(Type::Enum(words)),
                nullable: false,
            });
        }
        self.diagnostics.push(self.unknown(path, name, near));
        None
    }

    fn unknown(&self, path: &ast::Path, name: &str, near: Option<&Type>) -> Diagnostic {
        let record = &self.records.record.name;
        let message = format!("`{name}` is neither a field of {record} nor a setting");
        let diagnostic = Diagnostic::new(names::UNKNOWN_NAME, message, path.span, "unknown");
        if let Some(Type::Enum(words)) = near {
            return diagnostic.help(format!(
                "it is one of {}",
                words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
            ));
        }
        let fields = self.records.record.fields.iter().map(|f| f.name.as_str());
        let settings =
            self.globals.settings.all.keys().map(|k| k.strip_prefix(&format!("{}.", self.entity)).unwrap_or(k));
        let other = self.records.side.other();
        let elsewhere = self.globals.schemas.of(other).records.iter().any(|r| r.field(name).is_some());
        let inside = format!("{name}.");
        if let Some(field) = self.records.record.fields.iter().find(|field| field.name.starts_with(&inside)) {
            return diagnostic.help(format!("it is known by its own fields, such as `{}`", field.name));
        }
        match suggestion(name, path.span, fields.chain(settings)) {
            Some(suggestion) => diagnostic.suggest(suggestion),
            None if elsewhere => diagnostic.help(format!(
                "{} has a field of that name: the left side is Severa, the right side Visma Business",
                other.title()
            )),
            None => diagnostic.help(format!(
                "`samband schema {}.{record}` lists its fields; a text stands in quotes, and a setting is declared by `setting {name}: …`",
                self.records.side.word()
            )),
        }
    }

    pub fn slot(&self, spot: Spot) -> Slot {
        match (spot, self.part) {
            (Spot::Owner(field), _) => Slot::Owner(field),
            (Spot::Own(field), Some(part)) => Slot::Part { part, field },
            (Spot::Own(field), None) => Slot::Own(field),
        }
    }

    fn template(&mut self, parts: &[TemplatePart]) -> Option<Typed> {
        let mut pieces = Vec::new();
        for part in parts {
            pieces.push(match part {
                TemplatePart::Text(text) => Piece::Text(text.clone()),
                TemplatePart::Field(path) => Piece::Value(self.path(path, None)?.expr),
            });
        }
        Some(Typed { expr: Expr::Template(pieces), shape: Shape::One(Type::Text(None)), nullable: false })
    }

    fn tuple(&mut self, parts: &[ast::Expr]) -> Option<Typed> {
        let mut exprs = Vec::new();
        let mut types = Vec::new();
        // Joined to one text it is nothing only where all of it is.
        let mut nullable = true;
        for part in parts {
            let typed = self.expr(part, None)?;
            exprs.push(typed.expr);
            nullable &= typed.nullable;
            types.push(match typed.shape {
                Shape::One(ty) => ty,
                Shape::Tuple(_) => return None,
            });
        }
        Some(Typed { expr: Expr::Tuple(exprs), shape: Shape::Tuple(types), nullable })
    }

    fn number(&mut self, expr: &ast::Expr) -> Option<Typed> {
        let typed = self.expr(expr, None)?;
        match &typed.shape {
            Shape::One(ty) if ty.is_number() => Some(typed),
            other => {
                let message = format!("a number is needed here, and this is {other}");
                self.diagnostics.push(Diagnostic::new(lines::TYPE_MISMATCH, message, expr.span, "not a number").help(
                    "only numbers can be reckoned with; fields are joined to a text in a template, `\"{a} {b}\"`",
                ));
                None
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Option<Typed> {
        let truth = |expr: Expr| Some(Typed { expr, shape: Shape::One(Type::Bool), nullable: false });
        let arithmetic = match op {
            BinaryOp::And | BinaryOp::Or => {
                // Both are compiled even if one is faulty, so that both faults are told.
                let (left, right) = (self.condition(left), self.condition(right));
                let (left, right) = (Box::new(left?), Box::new(right?));
                return truth(if op == BinaryOp::And { Expr::And(left, right) } else { Expr::Or2(left, right) });
            }
            BinaryOp::Add => Arithmetic::Add,
            BinaryOp::Sub => Arithmetic::Sub,
            BinaryOp::Mul => Arithmetic::Mul,
            BinaryOp::Div => Arithmetic::Div,
            _ => return truth(self.comparison(op, left, right, span)?),
        };
        let divisor = right.span;
        let (left, right) = (self.number(left), self.number(right));
        let (left, right) = (left?, right?);
        if op == BinaryOp::Div
            && matches!(&right.expr, Expr::Const(value) if value.as_decimal().is_some_and(|n| n.is_zero()))
        {
            let message = "nothing can be divided by 0";
            self.diagnostics.push(
                Diagnostic::new(lines::BAD_ARGUMENT, message, divisor, "always 0")
                    .help("give another number or setting to divide by"),
            );
            return None;
        }
        let places = |typed: &Typed| if let Shape::One(Type::Decimal(_, places)) = typed.shape { places } else { 0 };
        let (a, b) = (places(&left), places(&right));
        let places = match op {
            BinaryOp::Mul => (a + b).min(28),
            BinaryOp::Div => 28,
            _ => a.max(b),
        };
        Some(Typed {
            expr: Expr::Arithmetic { op: arithmetic, left: Box::new(left.expr), right: Box::new(right.expr) },
            shape: Shape::One(Type::Decimal(28, places)),
            nullable: left.nullable || right.nullable,
        })
    }

    fn quantified(&mut self, list: &ast::Path, condition: &ast::Expr) -> Option<Expr> {
        let path_span = list.span;
        let (spot, column) = match self.records.locate(self.globals, self.entity, list) {
            Ok(Some(found)) => found,
            Ok(None) => {
                self.diagnostics.push(self.records.unknown(list));
                return None;
            }
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                return None;
            }
        };
        let Type::List(record) = &column.ty else {
            let message = format!("`{}` is no list", self.globals.sources.slice(list.span));
            self.diagnostics.push(
                Diagnostic::new(lines::TYPE_MISMATCH, message, list.span, format!("{}", column.ty)).help(
                    "`any` and `no` ask the records of a list, such as `projects`; compare a single field as it is",
                ),
            );
            return None;
        };
        let (Spot::Own(place), list) = (spot, self.slot(spot)) else {
            let message = "a list of the record above cannot be asked from here";
            self.diagnostics.push(Diagnostic::new(codes::NOT_A_CONDITION, message, path_span, "of the owner"));
            return None;
        };
        let schemas = self.globals.schemas;
        let record = schemas.of(self.records.side).record(record)?;
        let mut inner = Records::new(schemas, self.records.side, record, None);
        if let Some(of) = self.records.select.fields.get(place).and_then(|f| f.of.as_deref()) {
            inner.select = of.clone();
        }
        let mut reader = Reader {
            globals: self.globals,
            entity: self.entity,
            records: &mut inner,
            part: None,
            diagnostics: self.diagnostics,
        };
        let condition = reader.condition(condition);
        if let Some(field) = self.records.select.fields.get_mut(place) {
            field.of = Some(Box::new(inner.select));
        }
        Some(Expr::Any { list, condition: Box::new(condition?) })
    }
}
