//! Choices: `when c -> value … else value`.

use super::{Reader, Typed};
use crate::functions::Shape;
use crate::program::Expr;
use crate::syntax::ast;
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
        let mut shape: Option<Shape> = None;
        let mut nullable = otherwise.is_none();
        let mut take = |typed: Typed| {
            nullable |= typed.nullable;
            // The wider of the branches: what a constant is follows from the others.
            shape = Some(match (shape.take(), typed.shape) {
                (Some(Shape::One(Type::Int)), other) | (Some(other), Shape::One(Type::Int)) => other,
                (Some(first), _) => first,
                (None, first) => first,
            });
            typed.expr
        };
        for branch in branches {
            // A branch that the settings rule out says nothing about what can come out.
            let ruled_out = self.condition_quietly(&branch.condition).is_some_and(|c| decided(&c) == Some(false));
            if ruled_out {
                continue;
            }
            let (condition, value) = (self.condition(&branch.condition), self.expr(&branch.value, None));
            let reason = format!("`{}` is blank", self.globals.sources.slice(branch.value.span));
            let fallback = branch.fallback.as_ref().map(|f| crate::model::steps::fallback(self, f, reason));
            let value = take(value?);
            let value = match fallback {
                Some(fallback) => Expr::Or { of: Box::new(value), fallback: fallback? },
                None => value,
            };
            compiled.push((condition?, value));
        }
        let otherwise = match otherwise {
            Some(value) => Some(Box::new(take(self.expr(value, None)?))),
            None => None,
        };
        Some(Typed { expr: Expr::Choice { branches: compiled, otherwise }, shape: shape?, nullable })
    }
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
