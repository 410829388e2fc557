//! Conditions, which Transact-SQL keeps apart from values.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::super::errors::{self, SqlError};
use super::super::value::{SqlType, SqlValue};
use super::{Node, Scope, Translator, Typed, collation};

impl Translator<'_> {
    /// A condition.
    pub(super) fn predicate(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<String, SqlError> {
        match expr {
            Expr::Nested(inner) => self.predicate(inner, scope),
            Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } => {
                let sides = chain(expr, op);
                let sides = sides.into_iter().map(|e| self.predicate(e, scope)).collect::<Result<Vec<_>, _>>()?;
                Ok(balanced(&sides, if *op == BinaryOperator::And { "AND" } else { "OR" }))
            }
            Expr::BinaryOp { left, op, right } => {
                let operator = match op {
                    BinaryOperator::Eq => "=",
                    BinaryOperator::NotEq => "<>",
                    BinaryOperator::Lt => "<",
                    BinaryOperator::LtEq => "<=",
                    BinaryOperator::Gt => ">",
                    BinaryOperator::GtEq => ">=",
                    _ => return Err(no_condition(expr)),
                };
                let (left, right) = (self.scalar(left, scope)?, self.scalar(right, scope)?);
                self.compare(left, operator, right)
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(format!("(NOT {})", self.predicate(expr, scope)?)),
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
                let value = self.scalar(inner, scope)?;
                let sql = self.render(&value);
                Ok(format!("({sql} IS {}NULL)", if matches!(expr, Expr::IsNotNull(_)) { "NOT " } else { "" }))
            }
            Expr::InList { expr, list, negated } => {
                let value = self.scalar(expr, scope)?;
                let list = list.iter().map(|e| self.scalar(e, scope)).collect::<Result<Vec<_>, _>>()?;
                self.in_list(value, list, *negated)
            }
            Expr::InSubquery { expr: inner, subquery, negated } => {
                let value = self.scalar(inner, scope)?;
                let (sql, columns) = self.query(subquery, Some(scope))?;
                let [column] = columns.as_slice() else {
                    return Err(SqlError::new(
                        116,
                        16,
                        1,
                        "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.",
                    ));
                };
                let met = self.meet(value, column.ty)?;
                if met.ty != column.ty
                    && !(met.ty.is_text() && column.ty.is_text())
                    && !(met.ty.is_whole() && column.ty.is_whole())
                {
                    return Err(errors::not_carried(&expr.to_string()));
                }
                let value = self.render(&met);
                Ok(format!("({value}{} {}IN ({sql}))", collation(column.ty), if *negated { "NOT " } else { "" }))
            }
            Expr::Between { expr, negated, low, high } => {
                let value = self.scalar(expr, scope)?;
                let (low, high) = (self.scalar(low, scope)?, self.scalar(high, scope)?);
                let (from, to) = (self.compare(value.clone(), ">=", low)?, self.compare(value, "<=", high)?);
                Ok(format!("({}({from} AND {to}))", if *negated { "NOT " } else { "" }))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                let mut sides = Vec::new();
                for side in [Some(expr), Some(pattern), escape_char.as_ref()].into_iter().flatten() {
                    let side = self.scalar(side, scope)?;
                    let side =
                        if side.ty.is_text() { side } else { self.cast(side, SqlType::Varchar(Some(8000)), false)? };
                    sides.push(self.render(&side));
                }
                if sides.len() == 2 {
                    sides.push("NULL".into());
                }
                Ok(format!("({}vb_like({}))", if *negated { "NOT " } else { "" }, sides.join(", ")))
            }
            Expr::Exists { subquery, negated } => {
                let (sql, _) = self.query(subquery, Some(scope))?;
                Ok(format!("({}EXISTS ({sql}))", if *negated { "NOT " } else { "" }))
            }
            _ => Err(no_condition(expr)),
        }
    }

    /// A comparison in the type both sides meet in, under that type's collation.
    pub(super) fn compare(&mut self, left: Typed, operator: &str, right: Typed) -> Result<String, SqlError> {
        let ty = left.ty.common(right.ty);
        let (left, right) = (self.meet(left, ty)?, self.meet(right, ty)?);
        let (left, right) = (self.render(&left), self.render(&right));
        Ok(format!("({left} {operator} {right}{})", collation(ty)))
    }

    fn in_list(&mut self, value: Typed, list: Vec<Typed>, negated: bool) -> Result<String, SqlError> {
        let ty = list.iter().fold(value.ty, |ty, item| ty.common(item.ty));
        let value = self.meet(value, ty)?;
        let value = self.render(&value);
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let item = self.meet(item, ty)?;
            // Integers keep their digits in the statement; a thousand of them must not need a thousand bindings.
            items.push(match &item.node {
                Node::Constant(SqlValue::Int(n)) => n.to_string(),
                _ => self.render(&item),
            });
        }
        Ok(format!("({value}{} {}IN ({}))", collation(ty), if negated { "NOT " } else { "" }, items.join(", ")))
    }
}

fn no_condition(expr: &Expr) -> SqlError {
    let shown: String = expr.to_string().chars().take(200).collect();
    SqlError::new(
        4145,
        15,
        1,
        format!(
            "An expression of non-boolean type specified in a context where a condition is expected, near '{shown}'. (Or a condition the sandbox does not carry.)"
        ),
    )
}

/// The operands of a run of the same operator, left to right, without recursion: a run may be thousands long.
fn chain<'e>(mut expr: &'e Expr, operator: &BinaryOperator) -> Vec<&'e Expr> {
    let mut sides = Vec::new();
    loop {
        match expr {
            Expr::BinaryOp { left, op, right } if op == operator => {
                sides.push(right.as_ref());
                expr = left;
            }
            _ => {
                sides.push(expr);
                sides.reverse();
                return sides;
            }
        }
    }
}

/// The operands joined as a balanced tree, since SQLite limits how deep an expression may go.
fn balanced(sides: &[String], operator: &str) -> String {
    match sides {
        [] => "1".into(),
        [one] => one.clone(),
        _ => {
            let (left, right) = sides.split_at(sides.len() / 2);
            format!("({} {operator} {})", balanced(left, operator), balanced(right, operator))
        }
    }
}
