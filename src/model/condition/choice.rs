//! Choices: `when c -> value … else value`.

use super::{Reader, Typed};
use crate::diag::Diagnostic;
use crate::diag::codes::lines::TYPE_MISMATCH;
use crate::functions::Shape;
use crate::program::Expr;
use crate::syntax::ast::{self, ExprKind};
use crate::value::{Type, Value};

impl Reader<'_, '_> {
    /// A condition whose faults are told elsewhere.
    fn condition_quietly(&mut self, expr: &ast::Expr) -> Option<Expr> {
        let mut quiet = Vec::new();
        let mut reader = Reader {
            globals: self.globals,
            entity: self.entity,
            records: self.records,
            part: self.part,
            diagnostics: &mut quiet,
        };
        reader.condition(expr)
    }

    pub(super) fn choice(&mut self, branches: &[ast::Branch], otherwise: Option<&ast::Expr>) -> Option<Typed> {
        let mut compiled = Vec::new();
        let mut outcomes = Outcomes { shape: None, absent: None, nullable: otherwise.is_none() };
        // A text beside a date is a date.
        let mut values = branches.iter().map(|branch| &branch.value).chain(otherwise);
        let near = values.any(|value| self.type_quietly(value) == Some(Type::Date)).then_some(Type::Date);
        for branch in branches {
            // A branch that the settings rule out says nothing about what can come out.
            let ruled_out = self.condition_quietly(&branch.condition).is_some_and(|c| decided(&c) == Some(false));
            if ruled_out {
                continue;
            }
            let (condition, value) = (self.condition(&branch.condition), self.expr(&branch.value, near.as_ref()));
            let reason = format!("`{}` is blank", self.globals.sources.slice(branch.value.span));
            let fallback = branch.fallback.as_ref().map(|f| crate::model::steps::fallback(self, f, None, reason));
            let value = outcomes.take(value?, &branch.value, self.diagnostics)?;
            let value = match fallback {
                Some(fallback) => Expr::Or { of: Box::new(value), fallback: fallback? },
                None => value,
            };
            compiled.push((condition?, value));
        }
        let otherwise = match otherwise {
            Some(value) => {
                let typed = self.expr(value, near.as_ref())?;
                Some(Box::new(outcomes.take(typed, value, self.diagnostics)?))
            }
            None => None,
        };
        // Where every branch keeps what is there, nothing ever comes.
        let shape = outcomes.shape.or(outcomes.absent).unwrap_or(Shape::One(Type::Text(Some(0))));
        Some(Typed { expr: Expr::Choice { branches: compiled, otherwise }, shape, nullable: outcomes.nullable })
    }

    /// The type of a branch whose faults are told elsewhere.
    fn type_quietly(&mut self, expr: &ast::Expr) -> Option<Type> {
        let mut quiet = Vec::new();
        let mut reader = Reader {
            globals: self.globals,
            entity: self.entity,
            records: self.records,
            part: self.part,
            diagnostics: &mut quiet,
        };
        match reader.expr(expr, None)?.shape {
            Shape::One(ty) if !matches!(expr.kind, ExprKind::Word(_)) => Some(ty),
            _ => None,
        }
    }
}

/// What comes out of the branches so far.
struct Outcomes {
    shape: Option<Shape>,
    /// What a setting would give that is `none` here.
    absent: Option<Shape>,
    nullable: bool,
}

impl Outcomes {
    fn take(&mut self, typed: Typed, written: &ast::Expr, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
        self.nullable |= typed.nullable;
        // `keep` and `blank` are of any type.
        if matches!(written.kind, ExprKind::Word(_)) {
            return Some(typed.expr);
        }
        if matches!(typed.expr, Expr::Const(Value::Null)) {
            self.absent.get_or_insert(typed.shape);
            return Some(typed.expr);
        }
        let joined = match (self.shape.take(), typed.shape) {
            (None, first) => Some(first),
            (Some(before), now) => {
                let joined = join(&before, &now);
                if joined.is_none() {
                    let message = format!("one branch gives {before}, and this one {now}");
                    diagnostics.push(
                        Diagnostic::new(TYPE_MISMATCH, message, written.span, format!("{now}"))
                            .help("let all branches give values of one type"),
                    );
                }
                joined
            }
        };
        self.shape = Some(joined?);
        Some(typed.expr)
    }
}

/// The type that holds values of both.
fn join(a: &Shape, b: &Shape) -> Option<Shape> {
    Some(match (a, b) {
        (Shape::One(a), Shape::One(b)) => Shape::One(wider(a, b)?),
        (Shape::Tuple(a), Shape::Tuple(b)) if a.len() == b.len() => {
            Shape::Tuple(a.iter().zip(b).map(|(a, b)| wider(a, b)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

pub(in crate::model) fn wider(a: &Type, b: &Type) -> Option<Type> {
    let longest = |words: &[&str]| words.iter().map(|word| word.chars().count()).max().unwrap_or_default();
    let size = |ty: &Type| match ty {
        Type::Enum(words) => u32::try_from(longest(words)).ok(),
        Type::Text(size) => *size,
        _ => None,
    };
    Some(match (a, b) {
        (a, b) if a == b => a.clone(),
        (Type::Int, Type::Decimal(..)) => b.clone(),
        (Type::Decimal(..), Type::Int) => a.clone(),
        (Type::Decimal(_, a), Type::Decimal(_, b)) => Type::Decimal(28, *a.max(b)),
        (Type::Text(_) | Type::Enum(_), Type::Text(_) | Type::Enum(_)) => {
            Type::Text(size(a).zip(size(b)).map(|(a, b)| a.max(b)))
        }
        _ => return None,
    })
}

/// What a condition comes to whatever the record holds.
fn decided(condition: &Expr) -> Option<bool> {
    match condition {
        Expr::Const(Value::Bool(value)) => Some(*value),
        Expr::IsBlank(of) => match &**of {
            Expr::Const(value) => Some(value.is_null()),
            Expr::Named(_) => Some(false),
            _ => None,
        },
        Expr::Not(of) => decided(of).map(|value| !value),
        Expr::And(a, b) => match (decided(a), decided(b)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expr::Or2(a, b) => match (decided(a), decided(b)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        _ => None,
    }
}
