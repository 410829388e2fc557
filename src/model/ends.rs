//! The two ends of a line: what can be read there, and what can be written.

use super::condition::Reader;
use crate::diag::Diagnostic;
use crate::diag::codes::lines as codes;
use crate::functions::Shape;
use crate::program::{Expr, Slot};
use crate::schema::Column;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind, TemplatePart};
use crate::value::Type;

/// One end, read and if possible written.
pub struct End {
    /// Its value as it is read.
    pub read: Expr,
    pub shape: Shape,
    /// The fields it writes, if it can be written.
    pub fields: Vec<Target>,
    /// For a template of one field: the texts around it.
    pub around: Option<(String, String)>,
    pub span: Span,
}

pub struct Target {
    pub slot: Slot,
    pub column: Column<'static>,
}

/// Compiles an end; `reading` says whether anything is read from it.
pub fn compile(reader: &mut Reader, what: &ast::Expr) -> Option<End> {
    let paths: Vec<&ast::Path> = match &what.kind {
        ExprKind::Path(path) => vec![path],
        ExprKind::Tuple(parts) if parts.iter().all(|p| matches!(p.kind, ExprKind::Path(_))) => {
            parts.iter().filter_map(|p| if let ExprKind::Path(path) = &p.kind { Some(path) } else { None }).collect()
        }
        ExprKind::Template(parts) => {
            parts.iter().filter_map(|p| if let TemplatePart::Field(path) = p { Some(path) } else { None }).collect()
        }
        _ => Vec::new(),
    };
    let typed = match &what.kind {
        ExprKind::FirstOf(_) => {
            let message = "`first of` is not carried out by this version";
            let code = crate::diag::codes::records::UNSUPPORTED;
            reader.diagnostics.push(Diagnostic::new(code, message, what.span, "here"));
            return None;
        }
        _ => reader.expr(what, None)?,
    };
    let mut fields = Vec::new();
    for path in paths {
        if let Ok(Some(column)) = reader.records.find(reader.globals, reader.entity, path) {
            let place = reader.records.slot(&column);
            let slot = match reader.part {
                Some(part) => Slot::Part { part, field: place },
                None => Slot::Own(place),
            };
            fields.push(Target { slot, column });
        }
    }
    let around = match &what.kind {
        ExprKind::Template(parts) => texts_around(parts),
        _ => None,
    };
    if matches!(what.kind, ExprKind::Template(_)) && around.is_none() {
        fields.clear();
    }
    Some(End { read: typed.expr, shape: typed.shape, fields, around, span: what.span })
}

fn texts_around(parts: &[TemplatePart]) -> Option<(String, String)> {
    let text = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => Some(text.clone()),
        TemplatePart::Field(_) => None,
    };
    match parts {
        [field] if text(field).is_none() => Some((String::new(), String::new())),
        [before, field] if text(field).is_none() => Some((text(before)?, String::new())),
        [field, after] if text(field).is_none() => Some((String::new(), text(after)?)),
        [before, field, after] if text(field).is_none() => Some((text(before)?, text(after)?)),
        _ => None,
    }
}

impl End {
    /// One expression for each field it writes, from the value that arrives.
    pub fn write(&self, value: Expr) -> Vec<Expr> {
        match (&self.around, self.fields.len()) {
            (Some((before, after)), _) => {
                vec![Expr::Untemplate { before: before.clone(), after: after.clone(), of: Box::new(value) }]
            }
            (None, 1) => vec![value],
            (None, count) => (0..count).map(|place| Expr::Element { of: Box::new(value.clone()), place }).collect(),
        }
    }

    pub fn ty(&self) -> Option<Type> {
        match &self.shape {
            Shape::One(ty) => Some(ty.clone()),
            Shape::Tuple(_) => None,
        }
    }

    /// Whether a value of a type can be written here, field by field; what is wrong becomes a diagnostic.
    pub fn accepts(&self, shape: &Shape, from: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
        let types: Vec<&Type> = match shape {
            Shape::One(ty) => vec![ty],
            Shape::Tuple(types) => types.iter().collect(),
        };
        if types.len() != self.fields.len() {
            let message = format!("{} fields here, and {} values come", self.fields.len(), types.len());
            diagnostics.push(Diagnostic::new(
                codes::TYPE_MISMATCH,
                message,
                self.span,
                format!("{shape} arrives here"),
            ));
            return false;
        }
        types.iter().zip(&self.fields).all(|(ty, target)| self.accepts_field(ty, target, from, diagnostics))
    }

    fn accepts_field(&self, given: &Type, target: &Target, from: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
        let name = &target.column.name;
        let fault = match (given, &target.column.ty) {
            (Type::Text(Some(given)), Type::Text(Some(size))) if given <= size => return true,
            (Type::Text(given), Type::Text(Some(size))) => {
                let given =
                    given.map_or("a text of any length".to_owned(), |n| format!("a text of up to {n} characters"));
                let help =
                    format!("say what happens to a longer text: `fit({size})` both ways, `truncate({size})` one way");
                Diagnostic::new(
                    codes::MAY_NOT_FIT,
                    format!("{given} may not fit into `{name}`"),
                    self.span,
                    format!("holds {size} characters"),
                )
                .help(help)
            }
            (Type::Text(_) | Type::Enum(_), Type::Text(None)) => return true,
            (Type::Enum(words), Type::Text(Some(size))) if words.iter().all(|w| w.len() <= *size as usize) => {
                return true;
            }
            (Type::Text(_), Type::Enum(_)) => return true,
            (Type::Int, Type::Int | Type::Decimal(..)) => return true,
            (Type::Decimal(_, given), Type::Decimal(_, places)) if given <= places => return true,
            (Type::Decimal(_, given), Type::Decimal(_, places)) => {
                let message = format!("a number with up to {given} places may lose digits in `{name}`");
                Diagnostic::new(codes::MAY_LOSE_DIGITS, message, self.span, format!("holds {places} places"))
                    .help(format!("write `round({places})`"))
            }
            (a, b) if a == b => return true,
            (given, wanted) => {
                let help = match (given, wanted) {
                    (Type::Text(_), Type::Int) | (Type::Int, Type::Text(_)) => {
                        "put `key` between them: it goes between number keys and text keys"
                    }
                    (Type::Guid, _) => "a reference goes through `link ENTITY`, a code through a table",
                    (Type::Bool, _) | (_, Type::Bool) => "put a value map between them: `{ true <-> 1, false <-> 0 }`",
                    _ => "put a transform or table between them",
                };
                let message = format!("{given} does not go into `{name}`, which is {wanted}");
                Diagnostic::new(codes::TYPE_MISMATCH, message, self.span, format!("{wanted}"))
                    .also(from, format!("{given}"))
                    .help(help)
            }
        };
        diagnostics.push(fault);
        false
    }
}
