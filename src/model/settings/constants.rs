//! What settings and tables declare and hold: types, and constants of them.

use crate::diag::Diagnostic;
use crate::diag::codes::{names, values as codes};
use crate::diag::suggest::suggestion;
use crate::model::given::GivenValue;
use crate::program::expr::Member;
use crate::schema::Schemas;
use crate::source::Sources;
use crate::syntax::ast::{self, ExprKind, SettingType};
use crate::value::{Type, Value};

/// The type that a `setting` or `table` line declares.
pub(super) fn declared(schemas: &Schemas, ty: &SettingType, diagnostics: &mut Vec<Diagnostic>) -> Option<Type> {
    Some(match ty {
        SettingType::Plain { name, size, .. } => match name.value.as_str() {
            "int" => Type::Int,
            "decimal" => Type::Decimal(28, 6),
            "bool" => Type::Bool,
            "text" => Type::Text(*size),
            "date" => Type::Date,
            "side" => Type::Side,
            "range" => Type::Range,
            other => {
                let known = ["int", "decimal", "bool", "text", "date", "side", "range"];
                let diagnostic = Diagnostic::new(
                    codes::SETTING_TYPE_UNKNOWN,
                    format!("there is no type `{other}`"),
                    name.span,
                    "not a type",
                );
                diagnostics.push(match suggestion(other, name.span, known) {
                    Some(suggestion) => diagnostic.suggest(suggestion),
                    None => diagnostic.help(format!(
                        "types are {}, `one of …`, `list of …`, and records by a field of theirs: \
                         `severa InvoiceStatus by name`",
                        known.join(", ")
                    )),
                });
                return None;
            }
        },
        SettingType::List(of) => Type::Values(Box::new(declared(schemas, of, diagnostics)?)),
        SettingType::OneOf(words) => Type::Enum(crate::value::words(words.iter().map(|w| w.value.as_str()))),
        SettingType::Of { side, record, by } => {
            if by.is_none()
                && let Some(known) = schemas.of(*side).enumeration(&record.value)
            {
                return Some(Type::Enum(known.words));
            }
            let Some(known) = schemas.of(*side).record(&record.value) else {
                let records = schemas.of(*side).records.iter().map(|r| r.name.as_str());
                let diagnostic = Diagnostic::new(
                    names::UNKNOWN_RECORD,
                    format!("{} has no record `{}`", side.title(), record.value),
                    record.span,
                    "unknown",
                );
                diagnostics.push(match suggestion(&record.value, record.span, records) {
                    Some(suggestion) => diagnostic.suggest(suggestion),
                    None => diagnostic,
                });
                return None;
            };
            if let Some(by) = by
                && known.field(&by.value).is_none()
            {
                let message = format!("`{}` has no field `{}`", record.value, by.value);
                let diagnostic = Diagnostic::new(names::UNKNOWN_FIELD, message, by.span, "unknown");
                let fields = known.fields.iter().map(|f| f.name.as_str());
                diagnostics.push(match suggestion(&by.value, by.span, fields) {
                    Some(suggestion) => diagnostic.suggest(suggestion),
                    None => diagnostic,
                });
                return None;
            }
            known.key_column(None)?.ty
        }
    })
}

/// The type of a given table's keys or values; a record of the tenant is held by its key.
pub fn table_type(schemas: &Schemas, ty: &SettingType, diagnostics: &mut Vec<Diagnostic>) -> Option<Type> {
    declared(schemas, ty, diagnostics)
}

pub(super) fn whole(expr: &ast::Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Number(text) => text.parse().ok(),
        ExprKind::Negative(of) => whole(of).map(|n| -n),
        _ => None,
    }
}

pub(super) fn literal(sources: &Sources, expr: &ast::Expr) -> Option<GivenValue> {
    Some(match &expr.kind {
        ExprKind::Number(text) => GivenValue::Number(text.clone()),
        ExprKind::Negative(_) => GivenValue::Number(sources.slice(expr.span).to_owned()),
        ExprKind::Text(text) => GivenValue::Text(text.clone()),
        ExprKind::Bool(value) => GivenValue::Bool(*value),
        ExprKind::Range(..) => GivenValue::Text(sources.slice(expr.span).to_owned()),
        _ => return None,
    })
}

pub(super) fn plain(ty: &Type, given: &GivenValue) -> Option<Value> {
    Some(match (ty, given) {
        (Type::Int, GivenValue::Number(text)) => Value::Int(text.parse().ok()?),
        (Type::Decimal(..), GivenValue::Number(text)) => Value::Decimal(text.parse().ok()?),
        (Type::Bool, GivenValue::Bool(value)) => Value::Bool(*value),
        (Type::Text(size), GivenValue::Text(text) | GivenValue::Number(text)) => {
            let fits = size.is_none_or(|size| text.chars().count() <= size as usize);
            fits.then(|| Value::text(text))?
        }
        (Type::Date, GivenValue::Text(text)) => Value::Date(text.parse().ok()?),
        (Type::Side, GivenValue::Text(text)) if text == "severa" || text == "business" => Value::text(text),
        (Type::Enum(words), GivenValue::Text(text)) if words.contains(&text.as_str()) => Value::text(text),
        _ => return None,
    })
}

/// Whether a constant as it is written is of a type; nothing where it is no constant.
pub fn is_of(expr: &ast::Expr, ty: &Type) -> Option<bool> {
    let given = match &expr.kind {
        ExprKind::Range(..) => return Some(*ty == Type::Int),
        ExprKind::Negative(of) => match &of.kind {
            ExprKind::Number(text) => GivenValue::Number(format!("-{text}")),
            _ => return None,
        },
        ExprKind::Number(text) => GivenValue::Number(text.clone()),
        ExprKind::Text(text) => GivenValue::Text(text.clone()),
        ExprKind::Bool(value) => GivenValue::Bool(*value),
        _ => return None,
    };
    let number_as_text = matches!((ty, &given), (Type::Text(_), GivenValue::Number(_)));
    Some(!number_as_text && plain(ty, &given).is_some())
}

/// An element of a list: a value, or a range such as `4300..4399`.
pub(super) fn member(given: &GivenValue) -> Option<Member> {
    Some(match given {
        GivenValue::Number(text) => Member::Is(Value::Int(text.parse().ok()?)),
        GivenValue::Text(text) => match text.split_once("..") {
            Some((low, high)) => Member::Between(low.trim().parse().ok()?, high.trim().parse().ok()?),
            None => Member::Is(Value::text(text)),
        },
        _ => return None,
    })
}

/// An element of a list whose elements are of a type.
pub(super) fn element(ty: &Type, given: &GivenValue) -> Option<Member> {
    let found = member(given)?;
    let fits = match (ty, &found) {
        (Type::Range, Member::Between(low, high)) => low <= high,
        (Type::Range, Member::Is(value)) => value.as_int().is_some(),
        (_, Member::Between(..)) => false,
        (ty, Member::Is(_)) => return plain(ty, given).map(Member::Is),
    };
    fits.then_some(found)
}

/// What to write for a value of a type.
pub(super) fn wanted(ty: &Type) -> String {
    match ty {
        Type::Int => "a whole number, without quotes".to_owned(),
        Type::Decimal(..) => "a number, such as 12.5, without quotes".to_owned(),
        Type::Bool => "`true` or `false`, without quotes".to_owned(),
        Type::Date => "a date, such as 2026-01-31".to_owned(),
        Type::Side => "`severa` or `business`".to_owned(),
        Type::Range => "a whole number, or a range from a lower to a higher one, such as 4300..4399".to_owned(),
        Type::Text(Some(size)) => format!("a text of at most {size} characters"),
        Type::Text(None) => "a text".to_owned(),
        Type::Enum(words) => {
            format!("one of {}", words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "))
        }
        Type::Values(of) => format!("a list in brackets, `[ … ]`; its members are each {}", wanted(of)),
        other => format!("a value of type {other}"),
    }
}
