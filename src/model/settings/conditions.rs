//! Conditions over settings: of `require` and `only if`.

use super::Settings;
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, names, records};
use crate::diag::suggest::suggestion;
use crate::model::capacity;
use crate::model::scope;
use crate::syntax::ast::{self, BinaryOp, ExprKind};
use crate::value::Type;

/// Whether a condition says something of settings and nothing else; where not, it is told.
///
/// What cannot be decided would be taken for true: a slip in a name must not switch something on.
pub fn check(settings: &Settings, entity: &str, condition: &ast::Expr, diagnostics: &mut Vec<Diagnostic>) -> bool {
    match &condition.kind {
        ExprKind::Bool(_) => true,
        ExprKind::Path(path) => match known(settings, entity, path, diagnostics) {
            None => false,
            Some(Type::Bool) => true,
            Some(ty) => {
                let message = format!("`{}` is {ty}, and a condition is needed here", scope::name_of(path));
                diagnostics.push(
                    Diagnostic::new(records::NOT_A_CONDITION, message, path.span, "neither true nor false")
                        .help("compare it with a value, or use a setting of type `bool`"),
                );
                false
            }
        },
        ExprKind::Not(of) => check(settings, entity, of, diagnostics),
        ExprKind::Is { value, .. } => match &value.kind {
            ExprKind::Path(path) => known(settings, entity, path, diagnostics).is_some(),
            _ => foreign(value, diagnostics),
        },
        ExprKind::Binary { op, left, right } => match op.value {
            BinaryOp::And | BinaryOp::Or => {
                let left = check(settings, entity, left, diagnostics);
                check(settings, entity, right, diagnostics) && left
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => foreign(condition, diagnostics),
            _ => compared(settings, entity, (left, right), diagnostics),
        },
        _ => foreign(condition, diagnostics),
    }
}

/// Two values of one type: settings, constants, or a word of the choice on the other side.
fn compared(
    settings: &Settings,
    entity: &str,
    (left, right): (&ast::Expr, &ast::Expr),
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let of_setting = |expr: &ast::Expr| match &expr.kind {
        ExprKind::Path(path) => settings.look(entity, &scope::name_of(path)).map(|setting| setting.ty.clone()),
        _ => None,
    };
    let types = (of_setting(left), of_setting(right));
    let mut side = |expr: &ast::Expr, own: &Option<Type>, other: &Option<Type>| -> bool {
        if own.is_some() {
            return true;
        }
        let words = other.as_ref().and_then(Type::words);
        match (&expr.kind, words) {
            (ExprKind::Path(path), Some(words)) => match scope::name_of(path) {
                word if words.contains(&&*word) => true,
                word => {
                    diagnostics.push(capacity::unknown_word(&word, words, expr.span));
                    false
                }
            },
            (ExprKind::Text(word), Some(words)) if !words.contains(&word.as_str()) => {
                diagnostics.push(capacity::unknown_word(word, words, expr.span));
                false
            }
            (ExprKind::Path(path), None) => known(settings, entity, path, diagnostics).is_some(),
            (ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Negative(_), _) => {
                let fits = other.as_ref().and_then(|ty| super::is_of(expr, ty)) != Some(false);
                if let (false, Some(ty)) = (fits, other) {
                    let message = format!("this is compared with {ty}, and can never be the same");
                    diagnostics.push(
                        Diagnostic::new(lines::TYPE_MISMATCH, message, expr.span, "of another type")
                            .help(format!("write {}", super::constants::wanted(ty))),
                    );
                }
                fits
            }
            _ => foreign(expr, diagnostics),
        }
    };
    let first = side(left, &types.0, &types.1);
    side(right, &types.1, &types.0) && first
}

fn known(settings: &Settings, entity: &str, path: &ast::Path, diagnostics: &mut Vec<Diagnostic>) -> Option<Type> {
    let name = scope::name_of(path);
    if let Some(setting) = settings.look(entity, &name) {
        return Some(setting.ty.clone());
    }
    let message = format!("there is no setting `{name}`");
    let diagnostic = Diagnostic::new(names::UNKNOWN_NAME, message, path.span, "unknown");
    let own = format!("{entity}.");
    let all = settings.all.keys().map(|key| key.strip_prefix(&own).unwrap_or(key));
    diagnostics.push(match suggestion(&name, path.span, all) {
        Some(near) => diagnostic.suggest(near),
        None => diagnostic.help("this condition is decided before anything runs: it can ask settings only"),
    });
    None
}

fn foreign(expr: &ast::Expr, diagnostics: &mut Vec<Diagnostic>) -> bool {
    diagnostics.push(
        Diagnostic::new(
            records::NOT_A_CONDITION,
            "this cannot be decided by settings alone",
            expr.span,
            "not known before a run",
        )
        .help("compare settings with constants or with one another, joined by `and`, `or` and `not`"),
    );
    false
}
