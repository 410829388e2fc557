//! The values of an example, by the types of their fields.

use super::super::scope::{self, Globals};
use super::super::settings::SettingValue;
use crate::diag::Diagnostic;
use crate::diag::codes::examples as codes;
use crate::schema::Column;
use crate::syntax::ast::{Expr, ExprKind, Word};
use crate::value::{Side, Type, Value};
use rust_decimal::Decimal;

/// A value as an example gives it.
pub enum Given {
    /// `any`: something that is not known before.
    Any,
    Is(Value),
}

/// The value that is written for a field, or why the field can never hold it.
pub fn read(
    globals: &Globals,
    entity: &str,
    side: Side,
    column: &Column,
    expr: &Expr,
) -> Result<Given, Box<Diagnostic>> {
    if let ExprKind::Word(word) = &expr.kind {
        return Ok(if *word == Word::Any { Given::Any } else { Given::Is(Value::Null) });
    }
    let fault = |why: String| {
        let message = format!("`{}` cannot be `{}`", column.name, globals.sources.slice(expr.span).trim());
        Box::new(Diagnostic::new(codes::EXAMPLE_WRONG_VALUE, message, expr.span, why).help(help(&column.ty)))
    };
    let value = match &expr.kind {
        ExprKind::Path(path) => {
            let name = scope::name_of(path);
            let setting = globals.settings.find(entity, &name).map(|s| &s.value);
            match (setting, &column.ty) {
                (_, Type::Enum(words)) if words.contains(&&*name) => Some(Value::Text(name.into_owned())),
                (Some(SettingValue::Is(value)), _) => Some(value.clone()),
                (Some(SettingValue::Named(place)), ty) => Some(crate::trial::named(*place, ty)),
                (Some(SettingValue::None), _) => Some(Value::Null),
                _ => return Err(fault("neither a value nor a setting".to_owned())),
            }
        }
        // The type of a unit's number follows the unit that a setting chooses: `2001` is its number in each.
        ExprKind::Number(text) if column.field.ty.is_none() && column.ty.is_text() => Some(Value::text(text)),
        ExprKind::Text(text) if column.field.ty.is_none() && !column.ty.is_text() => number(text, &column.ty),
        _ => literal(expr, &column.ty),
    };
    let Some(value) = value.filter(|value| is_of(value, &column.ty)) else {
        return Err(fault(format!("not {}", column.ty)));
    };
    if let (Type::Text(Some(size)), Value::Text(text)) = (&column.ty, &value)
        && text.chars().count() > *size as usize
    {
        let message = format!("the text does not fit into `{}`", column.name);
        let label = format!("{} characters, and the field holds {size}", text.chars().count());
        return Err(Box::new(
            Diagnostic::new(codes::EXAMPLE_WRONG_VALUE, message, expr.span, label)
                .help("no record ever holds a longer text: shorten it"),
        ));
    }
    // As the side answers it: 0 and blank are nothing where the schema says so.
    Ok(Given::Is(crate::trial::as_read(side, column.field.blank_is_nothing, value)))
}

fn literal(expr: &Expr, ty: &Type) -> Option<Value> {
    match &expr.kind {
        ExprKind::Bool(value) => Some(Value::Bool(*value)),
        ExprKind::Number(text) => number(text, ty),
        ExprKind::Negative(of) => match &of.kind {
            ExprKind::Number(text) => number(&format!("-{text}"), ty),
            _ => None,
        },
        ExprKind::Text(text) => match ty {
            Type::Guid => text.parse().ok().map(Value::Guid),
            Type::Date => text.parse().ok().map(Value::Date),
            Type::Time => text.parse().ok().map(Value::Time),
            Type::Instant => text.parse().ok().map(Value::Instant),
            _ => Some(Value::text(text)),
        },
        _ => None,
    }
}

fn number(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::Decimal(..) => text.parse::<Decimal>().ok().map(Value::Decimal),
        _ => text.parse().ok().map(Value::Int),
    }
}

fn is_of(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Null, _) => true,
        (Value::Text(word), Type::Enum(words)) => words.contains(&word.as_str()),
        (Value::Text(_), Type::Text(_)) | (Value::Bool(_), Type::Bool) | (Value::Guid(_), Type::Guid) => true,
        (Value::Int(number), Type::Int) => i32::try_from(*number).is_ok(),
        (Value::Int(_) | Value::Decimal(_), Type::Decimal(..)) => true,
        (Value::Date(_), Type::Date) | (Value::Time(_), Type::Time) | (Value::Instant(_), Type::Instant) => true,
        _ => false,
    }
}

fn help(ty: &Type) -> String {
    match ty {
        Type::Text(_) => "a text stands in quotes".to_owned(),
        Type::Date => "a date is a text such as \"2026-01-31\"".to_owned(),
        Type::Time => "a time is a text such as \"08:30:00\"".to_owned(),
        Type::Instant => "a moment is a text such as \"2026-01-31T08:30:00Z\"".to_owned(),
        Type::Guid => {
            "an identifier is a text of 32 digits with dashes; write `any` where it does not matter which".to_owned()
        }
        Type::Int => "a whole number stands without quotes".to_owned(),
        Type::Enum(words) => format!("it is one of {}", words.join(", ")),
        Type::List(_) => "the records of a list stand in brackets: `[{ won: true }]`".to_owned(),
        other => format!("it is {other}"),
    }
}
