//! Conditions taken apart: what a side can carry out itself, and what settings alone decide.

use super::settings::{SettingValue, Settings};
use crate::program::expr::Member;
use crate::program::{Expr, Slot};
use crate::syntax::ast::{self, BinaryOp, ExprKind, IsTest};
use crate::systems::{self, Comparison, Test};
use crate::value::Value;

/// The conditions joined by `and`, outermost first.
pub fn conjuncts(expr: &ast::Expr) -> Vec<&ast::Expr> {
    match &expr.kind {
        ExprKind::Binary { op, left, right } if op.value == BinaryOp::And => {
            let mut parts = conjuncts(left);
            parts.extend(conjuncts(right));
            parts
        }
        _ => vec![expr],
    }
}

/// A compiled condition as one a side can carry out itself: a field against a constant.
pub fn pushed(select: &systems::Select, expr: &Expr) -> Option<systems::Condition> {
    let field = |expr: &Expr| match expr {
        Expr::Slot(Slot::Own(place)) => select.fields.get(*place).map(|f| f.name.clone()),
        _ => None,
    };
    let constant = |expr: &Expr| match expr {
        Expr::Const(value) => Some(value.clone()),
        _ => None,
    };
    Some(match expr {
        Expr::Slot(_) => {
            systems::Condition { field: field(expr)?, test: Test::Compare(Comparison::Eq, Value::Bool(true)) }
        }
        Expr::Not(of) => match &**of {
            Expr::Slot(_) => {
                systems::Condition { field: field(of)?, test: Test::Compare(Comparison::Eq, Value::Bool(false)) }
            }
            Expr::IsBlank(of) => {
                systems::Condition { field: field(of)?, test: Test::Compare(Comparison::Ne, Value::Null) }
            }
            _ => return None,
        },
        Expr::IsBlank(of) => systems::Condition { field: field(of)?, test: Test::Compare(Comparison::Eq, Value::Null) },
        Expr::Compare { op, left, right } => {
            systems::Condition { field: field(left)?, test: Test::Compare(*op, constant(right)?) }
        }
        Expr::In { value, list } => {
            let values = list.iter().map(|m| match m {
                Member::Is(value) => Some(value.clone()),
                Member::Between(..) => None,
            });
            systems::Condition { field: field(value)?, test: Test::In(values.collect::<Option<_>>()?) }
        }
        _ => return None,
    })
}

/// A condition over settings alone; nothing where it cannot be told.
pub fn constant(settings: &Settings, entity: &str, expr: &ast::Expr) -> Option<bool> {
    match &expr.kind {
        ExprKind::Bool(value) => Some(*value),
        ExprKind::Path(_) => match value(settings, entity, expr)? {
            Value::Bool(value) => Some(value),
            _ => None,
        },
        ExprKind::Not(of) => Some(!constant(settings, entity, of)?),
        ExprKind::Is { value: of, test, negated } => {
            let name = path_name(of)?;
            let none = matches!(settings.find(entity, &name)?.value, SettingValue::None);
            Some((none == (*test == IsTest::Blank)) != *negated)
        }
        ExprKind::Binary { op, left, right } => match op.value {
            BinaryOp::And => Some(constant(settings, entity, left)? && constant(settings, entity, right)?),
            BinaryOp::Or => Some(constant(settings, entity, left)? || constant(settings, entity, right)?),
            op => {
                let (left, right) = (value(settings, entity, left)?, value(settings, entity, right)?);
                let op = match op {
                    BinaryOp::Eq => Comparison::Eq,
                    BinaryOp::Ne => Comparison::Ne,
                    BinaryOp::Lt => Comparison::Lt,
                    BinaryOp::Le => Comparison::Le,
                    BinaryOp::Gt => Comparison::Gt,
                    BinaryOp::Ge => Comparison::Ge,
                    _ => return None,
                };
                Some(crate::program::eval::compare(op, &left, &right))
            }
        },
        _ => None,
    }
}

fn path_name(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Path(path) => Some(path.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(".")),
        _ => None,
    }
}

fn value(settings: &Settings, entity: &str, expr: &ast::Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Number(text) => Some(Value::Int(text.parse().ok()?)),
        ExprKind::Text(text) => Some(Value::text(text)),
        ExprKind::Bool(value) => Some(Value::Bool(*value)),
        ExprKind::Path(_) => {
            let name = path_name(expr)?;
            match settings.find(entity, &name).map(|s| &s.value) {
                Some(SettingValue::Is(value)) => Some(value.clone()),
                Some(_) => None,
                None => Some(Value::Text(name)),
            }
        }
        _ => None,
    }
}
