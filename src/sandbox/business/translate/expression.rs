//! Expressions that give a value.

use sqlparser::ast::{BinaryOperator, CaseWhen, CastKind, Expr, Ident, UnaryOperator, Value};

use super::super::catalog::data_type;
use super::super::coerce::{number_of_text, within};
use super::super::errors::{self, SqlError};
use super::super::text::within_code_page;
use super::super::value::{SqlType, SqlValue};
use super::{Node, Scope, Translator, Typed};

impl Translator<'_> {
    /// An expression that gives a value.
    pub(super) fn scalar(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        match expr {
            Expr::Identifier(ident) if ident.quote_style.is_none() && ident.value.starts_with("@@") => {
                self.global(&ident.value)
            }
            Expr::Identifier(ident) if ident.quote_style.is_none() && ident.value.starts_with('@') => {
                self.variable(&ident.value)
            }
            Expr::Identifier(ident) => self.column(None, ident, scope),
            Expr::CompoundIdentifier(parts) => self.compound(parts, scope),
            Expr::Nested(inner) => self.scalar(inner, scope),
            Expr::Value(value) => literal(&value.value).ok_or_else(|| errors::not_carried(&expr.to_string())),
            Expr::Cast { kind, expr: inner, data_type: target, format: None } => {
                let attempt = match kind {
                    CastKind::Cast => false,
                    CastKind::TryCast => true,
                    _ => return Err(errors::not_carried(&expr.to_string())),
                };
                let ty = data_type(target).ok_or_else(|| errors::not_carried(&expr.to_string()))?;
                let inner = self.scalar(inner, scope)?;
                self.cast(inner, ty, attempt)
            }
            Expr::Convert {
                is_try,
                expr: inner,
                data_type: Some(target),
                charset: None,
                target_before_value: true,
                styles,
            } if styles.is_empty() => {
                let ty = data_type(target).ok_or_else(|| errors::not_carried(&expr.to_string()))?;
                let inner = self.scalar(inner, scope)?;
                self.cast(inner, ty, *is_try)
            }
            Expr::UnaryOp { op: UnaryOperator::Plus, expr } => self.scalar(expr, scope),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => {
                let zero = Typed::constant(SqlValue::Int(0), SqlType::Int);
                let inner = self.scalar(inner, scope)?;
                match (&inner.node, inner.ty) {
                    (Node::Constant(SqlValue::Int(n)), ty) => {
                        Ok(Typed::constant(n.checked_neg().map_or(SqlValue::Null, SqlValue::Int), ty))
                    }
                    (Node::Constant(SqlValue::Decimal(n)), ty) => Ok(Typed::constant(SqlValue::Decimal(-n), ty)),
                    _ => self.arithmetic(zero, "-", inner, &expr.to_string()),
                }
            }
            Expr::BinaryOp { left, op, right } => {
                let operator = match op {
                    BinaryOperator::Plus => "+",
                    BinaryOperator::Minus => "-",
                    BinaryOperator::Multiply => "*",
                    BinaryOperator::Divide => "/",
                    BinaryOperator::Modulo => "%",
                    _ => return Err(errors::not_carried(&expr.to_string())),
                };
                let (left, right) = (self.scalar(left, scope)?, self.scalar(right, scope)?);
                self.arithmetic(left, operator, right, &expr.to_string())
            }
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), scope)
            }
            Expr::Trim { trim_where: None, trim_what: None, expr: inner, trim_characters: None } => {
                let inner = self.scalar(inner, scope)?;
                let (ty, nullable) = (inner.ty, inner.nullable);
                Ok(Typed::sql(format!("trim({}, ' ')", self.render(&inner)), ty, nullable))
            }
            Expr::Function(function) => self.function(function, scope),
            Expr::Subquery(query) => {
                let (sql, columns) = self.query(query, Some(scope))?;
                let [column] = columns.as_slice() else {
                    return Err(SqlError::new(
                        116,
                        16,
                        1,
                        "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.",
                    ));
                };
                if !super::query::gives_one_row(query) {
                    return Err(errors::not_carried(&format!(
                        "{expr} (a subquery used as a value must be an aggregate or TOP 1)"
                    )));
                }
                Ok(Typed::sql(format!("({sql})"), column.ty, true))
            }
            Expr::Collate { .. } => Err(errors::not_carried(&expr.to_string())),
            _ => Err(errors::not_carried(&expr.to_string())),
        }
    }

    fn variable(&mut self, name: &str) -> Result<Typed, SqlError> {
        let (ty, value) = self.around.variables.get(&name.to_lowercase()).ok_or_else(|| errors::undeclared(name))?;
        Ok(Typed::constant(value.clone(), *ty))
    }

    fn global(&mut self, name: &str) -> Result<Typed, SqlError> {
        let int = |n: i64| Typed::constant(SqlValue::Int(n), SqlType::Int);
        let text = |t: String| Typed::constant(SqlValue::Text(t), SqlType::NVarchar(Some(300)));
        Ok(match name.to_uppercase().as_str() {
            "@@ROWCOUNT" => int(self.around.row_count),
            "@@TRANCOUNT" => int(self.around.transactions),
            "@@SPID" => Typed::constant(SqlValue::Int(self.around.spid), SqlType::SmallInt),
            "@@VERSION" => text(super::function::VERSION_TEXT.into()),
            "@@SERVERNAME" => text("SAMBAND-SANDBOX".into()),
            "@@LANGUAGE" => text("us_english".into()),
            "@@MAX_PRECISION" => Typed::constant(SqlValue::Int(38), SqlType::TinyInt),
            _ => return Err(errors::not_carried(name)),
        })
    }

    fn compound(&mut self, parts: &[Ident], scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let written = || parts.iter().map(|p| p.value.clone()).collect::<Vec<_>>().join(".");
        match parts {
            [table, column] => self.column(Some(&table.value), column, scope),
            [schema, table, column]
                if schema.value.eq_ignore_ascii_case("dbo")
                    || schema.value.eq_ignore_ascii_case("INFORMATION_SCHEMA") =>
            {
                self.column(Some(&table.value), column, scope)
            }
            _ => Err(errors::unbound(&written())),
        }
    }

    fn column(&mut self, table: Option<&str>, column: &Ident, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let mut reach = Some(scope);
        while let Some(here) = reach {
            let mut found =
                here.sources.iter().filter(|s| table.is_none_or(|t| s.alias.eq_ignore_ascii_case(t))).filter_map(|s| {
                    s.table.column(&column.value).and_then(|at| s.table.columns.get(at)).map(|c| (s, c))
                });
            if let Some((source, declared)) = found.next() {
                if found.next().is_some() {
                    return Err(errors::ambiguous_column(&column.value));
                }
                if source.table.is_view() && declared.name == "TABLE_CATALOG" {
                    return Ok(Typed::constant(SqlValue::Text(self.around.database.into()), declared.ty));
                }
                let sql = format!("{}.\"{}\"", source.sql_alias, declared.name);
                if self.in_aggregate == 0 && here.grouped.as_ref().is_some_and(|g| !g.contains(&sql)) {
                    return Err(SqlError::new(
                        8120,
                        16,
                        1,
                        format!(
                            "Column 'dbo.{}.{}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.",
                            source.table.name, declared.name
                        ),
                    ));
                }
                return Ok(Typed::sql(sql, declared.ty, declared.nullable || source.optional));
            }
            if let Some(table) = table
                && here.sources.iter().any(|s| s.alias.eq_ignore_ascii_case(table))
            {
                return Err(errors::invalid_column(&column.value));
            }
            reach = here.parent;
        }
        match table {
            Some(table) => Err(errors::unbound(&format!("{table}.{}", column.value))),
            None => Err(errors::invalid_column(&column.value)),
        }
    }

    fn arithmetic(&mut self, left: Typed, operator: &str, right: Typed, shown: &str) -> Result<Typed, SqlError> {
        let nullable = left.nullable || right.nullable;
        if operator == "+" && left.ty.is_text() && right.ty.is_text() {
            let ty = joined(left.ty, right.ty);
            let (left, right) = (self.render(&left), self.render(&right));
            return Ok(Typed::sql(format!("({left} || {right})"), ty, nullable));
        }
        let mut ty = left.ty.common(right.ty);
        let (left, right) = (self.numeric_side(left, ty)?, self.numeric_side(right, ty)?);
        if ty.is_whole() {
            if ty == SqlType::Bit {
                ty = SqlType::Int;
            }
            let (l, r) = (self.render(&left), self.render(&right));
            let sql = match operator {
                "/" => format!("CAST(vb_calc({l}, 'div', {r}, 38, 0) AS INTEGER)"),
                "%" => format!("CAST(vb_calc({l}, '%', {r}, 38, 0) AS INTEGER)"),
                _ => format!("({l} {operator} {r})"),
            };
            return Ok(Typed::sql(sql, ty, nullable));
        }
        if !matches!(ty, SqlType::Decimal(..)) {
            return Err(errors::not_carried(shown));
        }
        let (precision, scale) = decimal_result(left.ty.as_decimal(), operator, right.ty.as_decimal());
        let (l, r) = (self.render(&left), self.render(&right));
        Ok(Typed::sql(
            format!("vb_calc({l}, '{operator}', {r}, {precision}, {scale})"),
            SqlType::Decimal(precision, scale),
            nullable,
        ))
    }

    /// A side of an arithmetic operation: text becomes the other side's type, numbers keep theirs.
    fn numeric_side(&mut self, side: Typed, common: SqlType) -> Result<Typed, SqlError> {
        match side.ty {
            ty if ty.is_whole() || matches!(ty, SqlType::Decimal(..) | SqlType::Null) => Ok(side),
            _ => self.cast(side, common, false),
        }
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let mut arms = Vec::new();
        for CaseWhen { condition, result } in conditions {
            let test = match operand {
                Some(operand) => {
                    let (left, right) = (self.scalar(operand, scope)?, self.scalar(condition, scope)?);
                    self.compare(left, "=", right)?
                }
                None => self.predicate(condition, scope)?,
            };
            arms.push((test, self.scalar(result, scope)?));
        }
        let otherwise = match otherwise {
            Some(expr) => self.scalar(expr, scope)?,
            None => Typed::constant(SqlValue::Null, SqlType::Null),
        };
        let ty = arms.iter().fold(otherwise.ty, |ty, (_, arm)| ty.common(arm.ty));
        let mut nullable = otherwise.nullable;
        let mut sql = String::from("CASE");
        for (test, arm) in arms {
            nullable |= arm.nullable;
            let arm = self.unify(arm, ty)?;
            sql.push_str(&format!(" WHEN {test} THEN {}", self.render(&arm)));
        }
        let otherwise = self.unify(otherwise, ty)?;
        sql.push_str(&format!(" ELSE {} END", self.render(&otherwise)));
        Ok(Typed::sql(sql, ty, nullable))
    }

    /// The conversion of one of several branches to their common type, which for decimals includes the scale.
    pub(super) fn unify(&mut self, typed: Typed, ty: SqlType) -> Result<Typed, SqlError> {
        let same = typed.ty == ty
            || typed.ty == SqlType::Null
            || (typed.ty.is_whole() && ty.is_whole())
            || (typed.ty.is_text() && ty.is_text());
        if same { Ok(typed) } else { self.cast(typed, ty, false) }
    }
}

/// A literal; numbers without a point are int while they fit, else decimal.
fn literal(value: &Value) -> Option<Typed> {
    Some(match value {
        Value::Number(text, _) => number(text)?,
        Value::SingleQuotedString(text) => {
            let text = within_code_page(text);
            let ty = SqlType::Varchar(within(text.chars().count(), 8000));
            Typed::constant(SqlValue::Text(text), ty)
        }
        Value::NationalStringLiteral(text) => {
            Typed::constant(SqlValue::Text(text.clone()), SqlType::NVarchar(within(text.encode_utf16().count(), 4000)))
        }
        Value::HexStringLiteral(text) => {
            let digits: Vec<char> = text.chars().collect();
            let bytes: Option<Vec<u8>> =
                digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok()).collect();
            let bytes = bytes?;
            let ty = SqlType::VarBinary(within(bytes.len(), 8000));
            Typed::constant(SqlValue::Bytes(bytes), ty)
        }
        Value::Null => Typed::constant(SqlValue::Null, SqlType::Null),
        _ => return None,
    })
}

fn number(text: &str) -> Option<Typed> {
    if let Ok(whole) = text.parse::<i32>() {
        return Some(Typed::constant(SqlValue::Int(whole.into()), SqlType::Int));
    }
    if text.contains(['e', 'E']) {
        return text.parse().ok().map(|n| Typed::constant(SqlValue::Float(n), SqlType::Float));
    }
    let number = number_of_text(text)?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let ty = SqlType::Decimal(u8::try_from(digits).ok()?, u8::try_from(number.scale()).ok()?);
    Some(Typed::constant(SqlValue::Decimal(number), ty))
}

fn joined(left: SqlType, right: SqlType) -> SqlType {
    let (most, unicode) = match (left, right) {
        (SqlType::Varchar(_), SqlType::Varchar(_)) => (8000, false),
        _ => (4000, true),
    };
    let length = match (left, right) {
        (
            SqlType::Varchar(Some(a)) | SqlType::NVarchar(Some(a)),
            SqlType::Varchar(Some(b)) | SqlType::NVarchar(Some(b)),
        ) => Some(a.saturating_add(b).min(most)),
        _ => None,
    };
    if unicode { SqlType::NVarchar(length) } else { SqlType::Varchar(length) }
}

/// The digits of a decimal operation's result, by Transact-SQL's rules for precision and scale.
fn decimal_result((p1, s1): (u8, u8), operator: &str, (p2, s2): (u8, u8)) -> (u8, u8) {
    let (precision, scale) = match operator {
        "*" => (p1 + p2 + 1, s1 + s2),
        "/" => {
            let scale = (s1 + p2 + 1).max(6);
            (p1 - s1 + s2 + scale, scale)
        }
        "%" => ((p1 - s1).min(p2 - s2) + s1.max(s2), s1.max(s2)),
        _ => ((p1 - s1).max(p2 - s2) + s1.max(s2) + 1, s1.max(s2)),
    };
    if precision <= 38 {
        return (precision, scale);
    }
    let whole = precision - scale;
    let scale = if matches!(operator, "*" | "/") && whole >= 32 {
        scale.min(6)
    } else {
        scale.min(38_u8.saturating_sub(whole))
    };
    (38, scale)
}
