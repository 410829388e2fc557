//! Comparisons, and membership in lists: what can ever be the same.

use super::{Reader, Typed};
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, records as codes};
use crate::functions::Shape;
use crate::model::capacity;
use crate::model::scope;
use crate::model::settings::SettingValue;
use crate::program::expr::Member;
use crate::program::{Expr, Slot};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind};
use crate::systems::Comparison;
use crate::value::{Type, Value};

impl Reader<'_, '_> {
    pub(super) fn comparison(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Option<Expr> {
        let type_of = |typed: &Option<Typed>| match typed {
            Some(Typed { shape: Shape::One(ty), .. }) => Some(ty.clone()),
            _ => None,
        };
        let (mut first, second, first_written) = (self.expr(left, None), right, left);
        let right = self.expr(second, type_of(&first).as_ref());
        // A text beside a date is a date.
        if matches!(left.kind, ExprKind::Text(_)) && type_of(&right) == Some(Type::Date) {
            first = self.expr(left, Some(&Type::Date));
        }
        let (left, right) = (first?, right?);
        if let (Shape::One(a), Shape::One(b)) = (&left.shape, &right.shape)
            && !comparable(a, b)
        {
            let message = format!("{a} and {b} cannot be compared");
            let diagnostic = Diagnostic::new(lines::TYPE_MISMATCH, message, span, "compared here");
            self.diagnostics.push(match (a, b) {
                (Type::Date, _) | (_, Type::Date) => diagnostic.help("write a date as a text: \"2026-01-31\""),
                (Type::Instant, _) | (_, Type::Instant) => {
                    diagnostic.help("a point in time can only be compared with another one")
                }
                (Type::Bool, _) | (_, Type::Bool) => {
                    diagnostic.help("a flag is a condition by itself: write `isActive` or `not isActive`")
                }
                (Type::Guid, _) | (_, Type::Guid) => diagnostic.help(
                    "an identifier can be compared with a setting that names the record, such as `setting sent: severa InvoiceStatus by name`",
                ),
                (Type::Text(_) | Type::Enum(_), b) if b.is_number() => quotes(diagnostic, second),
                (a, Type::Text(_) | Type::Enum(_)) if a.is_number() => quotes(diagnostic, second),
                _ => diagnostic.help("compare values of one type"),
            });
            return None;
        }
        for (words, of, written) in [(&left, &right, second), (&right, &left, first_written)] {
            if let (Shape::One(ty), Expr::Const(value)) = (&words.shape, &of.expr)
                && let (Some(words), Some(word)) = (ty.words(), value.as_text())
                && !words.contains(&word)
            {
                self.diagnostics.push(capacity::unknown_word(word, words, written.span));
                return None;
            }
        }
        let op = match op {
            BinaryOp::Eq => Comparison::Eq,
            BinaryOp::Ne => Comparison::Ne,
            BinaryOp::Lt => Comparison::Lt,
            BinaryOp::Le => Comparison::Le,
            BinaryOp::Gt => Comparison::Gt,
            _ => Comparison::Ge,
        };
        let equality = matches!(op, Comparison::Eq | Comparison::Ne);
        let (left, right) = match equality {
            true => (self.nothing(&right, left.expr.clone()), self.nothing(&left, right.expr.clone())),
            false => (left.expr, right.expr),
        };
        Some(Expr::Compare { op, left: Box::new(left), right: Box::new(right) })
    }

    /// A 0 that stands against a column where 0 means nothing is that nothing.
    fn nothing(&self, against: &Typed, expr: Expr) -> Expr {
        let Expr::Const(Value::Int(0)) = &expr else { return expr };
        let blank = match &against.expr {
            Expr::Slot(Slot::Own(place) | Slot::Part { field: place, .. }) => {
                self.records.select.fields.get(*place).is_some_and(|f| f.blank_is_nothing)
            }
            Expr::Slot(Slot::Owner(place)) => {
                let above = self.records.owner.as_ref().and_then(|owner| owner.select.fields.get(*place));
                above.is_some_and(|f| f.blank_is_nothing)
            }
            _ => false,
        };
        if blank { Expr::Const(Value::Null) } else { expr }
    }

    pub(super) fn members(&mut self, list: &ast::Expr, near: Option<&Type>) -> Option<Vec<Member>> {
        if let ExprKind::Path(path) = &list.kind {
            let setting = scope::setting(self.globals.settings, self.entity, path);
            if let Some(SettingValue::List(members)) = setting {
                return Some(members);
            }
        }
        let items = match &list.kind {
            ExprKind::List(items) | ExprKind::Tuple(items) => items.as_slice(),
            _ => std::slice::from_ref(list),
        };
        let mut members = Vec::new();
        for item in items {
            members.push(match &item.kind {
                ExprKind::Range(low, high) => {
                    let bound = |e| scope::number(self.globals, self.entity, e);
                    Member::Between(bound(low)?, bound(high)?)
                }
                _ => match self.expr(item, near)? {
                    typed if near.is_some_and(|near| self.misfit(&typed, near, item)) => return None,
                    Typed { expr: Expr::Const(value), .. } => Member::Is(value),
                    _ => {
                        self.diagnostics.push(Diagnostic::new(
                            codes::NOT_A_CONDITION,
                            "a list holds constants and settings",
                            item.span,
                            "not a constant",
                        ));
                        return None;
                    }
                },
            });
        }
        Some(members)
    }

    /// A member of a list that the value can never be; it is told.
    fn misfit(&mut self, member: &Typed, of: &Type, written: &ast::Expr) -> bool {
        let Shape::One(ty) = &member.shape else { return false };
        let fault = match (of.words(), &member.expr) {
            (Some(words), Expr::Const(Value::Text(word))) if !words.contains(&word.as_str()) => {
                capacity::unknown_word(word, words, written.span)
            }
            _ if comparable(of, ty) => return false,
            _ => {
                let message = format!("{of} and {ty} cannot be compared");
                let diagnostic = Diagnostic::new(lines::TYPE_MISMATCH, message, written.span, format!("{ty}"));
                match (of, ty) {
                    (Type::Text(_) | Type::Enum(_), b) if b.is_number() => quotes(diagnostic, written),
                    (a, Type::Text(_)) if a.is_number() => quotes(diagnostic, written),
                    _ => diagnostic.help(format!("the list must hold values of type {of}")),
                }
            }
        };
        self.diagnostics.push(fault);
        true
    }
}

/// A number where a text is compared, or the other way round.
fn quotes(diagnostic: Diagnostic, second: &ast::Expr) -> Diagnostic {
    match &second.kind {
        ExprKind::Number(number) => diagnostic.help(format!("a text stands in quotes: \"{number}\"")),
        ExprKind::Text(text) if text.parse::<rust_decimal::Decimal>().is_ok() => {
            diagnostic.help(format!("a number stands without quotes: {text}"))
        }
        _ => diagnostic.help("compare a text with a text, and a number with a number"),
    }
}

fn comparable(a: &Type, b: &Type) -> bool {
    let texts = |t: &Type| matches!(t, Type::Text(_) | Type::Enum(_) | Type::Side);
    a == b || (a.is_number() && b.is_number()) || (texts(a) && texts(b))
}
