//! Values that a line's own expressions speak of: keys of its tables, sizes, texts around templates.

use crate::program::Expr;
use crate::program::expr::{Fallback, Member, Piece};
use crate::value::Value;

/// What a line treats in a way of its own, and what a generated value would hardly meet by chance.
#[derive(Debug, Default)]
pub struct Hints {
    pub values: Vec<Value>,
    pub sizes: Vec<usize>,
    /// Texts before and after a template's field.
    pub around: Vec<(String, String)>,
    /// Tables kept by a system, by their place in the program.
    pub kept: Vec<usize>,
    /// Records of other entities are pointed at.
    pub links: bool,
}

impl Hints {
    pub fn of(exprs: &[Expr]) -> Self {
        let mut hints = Hints::default();
        exprs.iter().for_each(|expr| hints.look(expr));
        hints
    }

    fn look(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(value) => self.value(value),
            Expr::Tuple(parts) | Expr::FirstOf(parts) => parts.iter().for_each(|e| self.look(e)),
            Expr::Template(pieces) => pieces.iter().for_each(|piece| {
                if let Piece::Value(value) = piece {
                    self.look(value);
                }
            }),
            Expr::Apply { args, of, .. } => {
                for arg in args {
                    match arg {
                        Value::Int(size) => self.sizes.extend(usize::try_from(*size)),
                        other => self.value(other),
                    }
                }
                self.look(of);
            }
            Expr::Map { rows, otherwise, of } => {
                for row in rows.rows() {
                    self.member(&row.key);
                    self.look(&row.value);
                }
                otherwise.iter().for_each(|e| self.look(e));
                self.look(of);
            }
            Expr::Kept { table, of, .. } => {
                self.kept.push(*table);
                self.look(of);
            }
            Expr::Link { of, .. } => {
                self.links = true;
                self.look(of);
            }
            Expr::Untemplate { before, after, of } => {
                self.around.push((before.clone(), after.clone()));
                self.look(of);
            }
            Expr::Choice { branches, otherwise } => {
                for (condition, value) in branches {
                    self.look(condition);
                    self.look(value);
                }
                otherwise.iter().for_each(|e| self.look(e));
            }
            Expr::Or { of, fallback } => {
                self.look(of);
                if let Fallback::Default(value) = fallback {
                    self.look(value);
                }
            }
            Expr::Element { of, .. } | Expr::Not(of) | Expr::IsBlank(of) => self.look(of),
            Expr::And(a, b) | Expr::Or2(a, b) => [a, b].into_iter().for_each(|e| self.look(e)),
            Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => {
                [left, right].into_iter().for_each(|e| self.look(e));
            }
            Expr::In { value, list } => {
                list.iter().for_each(|member| self.member(member));
                self.look(value);
            }
            // What is left has no value of its own.
            _ => {}
        }
    }

    fn member(&mut self, member: &Member) {
        match member {
            Member::Is(value) => self.value(value),
            Member::Between(low, high) => {
                for bound in [low.saturating_sub(1), *low, *high, high.saturating_add(1)] {
                    self.value(&Value::Int(bound));
                }
            }
        }
    }

    fn value(&mut self, value: &Value) {
        if !value.is_null() && !self.values.contains(value) {
            self.values.push(value.clone());
        }
    }
}
