//! Expressions over the slots of a row.

use super::table::Table;
pub use super::table::{MapRow, Member};
use crate::functions::Function;
use crate::value::Value;
use std::sync::Arc;

/// Where a field's value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// In the row itself.
    Own(usize),
    /// In the element that a part picks from a list of the row.
    Part { part: usize, field: usize },
    /// In the record above, of a part that has rows of its own.
    Owner(usize),
}

#[derive(Debug, Clone)]
pub enum Expr {
    Const(Value),
    Slot(Slot),
    /// A setting that names a record of the tenant, by its place in [`super::Program::named`].
    Named(usize),
    /// Several values as one, and a template's fields: `Value::Record`.
    Tuple(Vec<Expr>),
    Template(Vec<Piece>),
    /// A transform of the functions library with its constant arguments.
    Apply {
        function: &'static Function,
        args: Vec<Value>,
        back: bool,
        of: Box<Expr>,
    },
    /// A value map or given table.
    Map {
        rows: Arc<Table>,
        otherwise: Option<Box<Expr>>,
        of: Box<Expr>,
    },
    /// A table kept by a system, by its place in [`super::Program::kept`].
    Kept {
        table: usize,
        back: bool,
        of: Box<Expr>,
    },
    /// The other side's record of an entity.
    Link {
        entity: usize,
        column: String,
        back: bool,
        of: Box<Expr>,
    },
    /// The text between a template's fixed parts, the way back of a template of one field.
    Untemplate {
        before: String,
        after: String,
        of: Box<Expr>,
    },
    /// The elements of a tuple by place, the way back of a tuple.
    Element {
        of: Box<Expr>,
        place: usize,
    },
    Choice {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    /// The first that is there.
    FirstOf(Vec<Expr>),
    /// The value, or what stands in for it where it is nothing.
    Or {
        of: Box<Expr>,
        fallback: Fallback,
    },
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or2(Box<Expr>, Box<Expr>),
    Compare {
        op: crate::systems::Comparison,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Arithmetic {
        op: Arithmetic,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    In {
        value: Box<Expr>,
        list: Vec<Member>,
    },
    IsBlank(Box<Expr>),
    /// `any projects has won`: the condition's slots are those of the list's records.
    Any {
        list: Slot,
        condition: Box<Expr>,
    },
}

#[derive(Debug, Clone)]
pub enum Piece {
    Text(String),
    Value(Expr),
}

#[derive(Debug, Clone)]
pub enum Fallback {
    Default(Box<Expr>),
    /// Nothing is a good value here.
    Blank,
    /// The target stays as it is.
    Keep,
    /// The record waits for a person, for this reason.
    Hold(String),
    /// The record does not travel.
    Skip(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

impl Expr {
    /// Whether it, or anything in it, is so.
    pub fn any(&self, is: &dyn Fn(&Expr) -> bool) -> bool {
        let mut found = false;
        self.visit(&mut |e| found |= is(e));
        found
    }

    /// Itself and everything in it.
    pub fn visit(&self, see: &mut dyn FnMut(&Expr)) {
        see(self);
        self.inside(&mut |e| e.visit(see));
    }

    /// The expressions it is made of, one level down.
    pub fn inside(&self, see: &mut dyn FnMut(&Expr)) {
        match self {
            Expr::Const(_) | Expr::Named(_) | Expr::Slot(_) => {}
            Expr::Any { condition, .. } => see(condition),
            Expr::Tuple(parts) | Expr::FirstOf(parts) => parts.iter().for_each(&mut *see),
            Expr::Template(pieces) => pieces.iter().for_each(|piece| {
                if let Piece::Value(value) = piece {
                    see(value);
                }
            }),
            Expr::Apply { of, .. }
            | Expr::Kept { of, .. }
            | Expr::Link { of, .. }
            | Expr::Untemplate { of, .. }
            | Expr::Element { of, .. }
            | Expr::Not(of)
            | Expr::IsBlank(of)
            | Expr::In { value: of, .. } => see(of),
            Expr::Map { rows, otherwise, of } => {
                see(of);
                rows.rows().iter().for_each(|row| see(&row.value));
                otherwise.iter().for_each(|e| see(e));
            }
            Expr::Choice { branches, otherwise } => {
                branches.iter().for_each(|(condition, value)| {
                    see(condition);
                    see(value);
                });
                otherwise.iter().for_each(|e| see(e));
            }
            Expr::Or { of, fallback } => {
                see(of);
                if let Fallback::Default(value) = fallback {
                    see(value);
                }
            }
            Expr::And(a, b) | Expr::Or2(a, b) => [a, b].into_iter().for_each(|e| see(e)),
            Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => {
                [left, right].into_iter().for_each(|e| see(e));
            }
        }
    }
}

/// Every slot of the row that an expression reads.
pub fn slots(expr: &Expr) -> Vec<Slot> {
    let mut found = Vec::new();
    read(expr, &mut |slot| {
        if !found.contains(&slot) {
            found.push(slot);
        }
    });
    found
}

/// Conditions over a list's records read slots of those, and only the list of the row itself.
fn read(expr: &Expr, see: &mut dyn FnMut(Slot)) {
    match expr {
        Expr::Slot(slot) | Expr::Any { list: slot, .. } => see(*slot),
        other => other.inside(&mut |e| read(e, see)),
    }
}
