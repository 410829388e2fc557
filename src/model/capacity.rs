//! Whether what arrives at an end can always be held there: type, size, digits, nothing.

use super::condition::Typed;
use super::ends::{End, Target};
use crate::diag::Diagnostic;
use crate::diag::codes::lines as codes;
use crate::diag::suggest::did_you_mean;
use crate::functions::Shape;
use crate::program::Expr;
use crate::source::Span;
use crate::value::{Side, Type, Value};

/// What comes to an end of a line.
pub struct Arrival<'a> {
    pub shape: &'a Shape,
    /// It can be nothing.
    pub nullable: bool,
    /// It stays the same in every record.
    pub constant: Option<&'a Value>,
    pub expr: &'a Expr,
    /// The last step that it passed, or where it comes from.
    pub via: Span,
    /// Where it comes from.
    pub from: Span,
    /// It comes back through a two-way line.
    pub back: bool,
}

impl<'a> Arrival<'a> {
    pub fn new(expr: &'a Expr, shape: &'a Shape, nullable: bool, from: Span, back: bool) -> Self {
        let constant = if let Expr::Const(value) = expr { Some(value) } else { None };
        Self { shape, nullable, constant, expr, via: from, from, back }
    }
}

/// Field by field; what is wrong becomes a diagnostic.
pub fn accepts(end: &End, arrival: &Arrival, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let types: Vec<&Type> = match arrival.shape {
        Shape::One(ty) => vec![ty],
        Shape::Tuple(types) => types.iter().collect(),
    };
    if types.len() != end.fields.len() {
        let counted = |n: usize, what: &str| if n == 1 { format!("one {what}") } else { format!("{n} {what}s") };
        let (fields, values) = (counted(end.fields.len(), "field"), counted(types.len(), "value"));
        let message = format!("{values} for {fields}");
        let label = format!("{} arrives here", arrival.shape);
        diagnostics.push(Diagnostic::new(codes::TYPE_MISMATCH, message, end.span, label)
                .help("a tuple needs as many values as it has fields: `lines(n)` and `split_last` make several of one text, a template one of several"));
        return false;
    }
    let fault = types.iter().zip(&end.fields).find_map(|(ty, target)| fault(end, ty, target, arrival));
    let fault = fault.or_else(|| nothing(end, arrival));
    let fine = fault.is_none();
    diagnostics.extend(fault);
    fine
}

/// The largest whole number of a column of Visma Business: `int`.
const LARGEST: i64 = i32::MAX as i64;

/// Whether a value that is written in the mapping is of the type of the end that it stands at.
pub fn value(given: &Typed, wanted: &Type, side: Side, span: Span) -> Option<Diagnostic> {
    let Shape::One(ty) = &given.shape else { return None };
    let constant = if let Expr::Const(value) = &given.expr { Some(value) } else { None };
    match (ty, wanted) {
        (Type::Int, Type::Int | Type::Decimal(..)) => {
            let number = constant.and_then(Value::as_int).filter(|n| side == Side::Business && n.abs() > LARGEST)?;
            return Some(too_large(number, span));
        }
        (Type::Text(_), Type::Enum(words)) => {
            let word = constant.and_then(Value::as_text).filter(|word| !words.contains(word))?;
            return Some(unknown_word(word, words, span));
        }
        (Type::Text(Some(given)), Type::Text(Some(size))) if given > size => {}
        (Type::Text(_) | Type::Enum(_), Type::Text(_)) => return None,
        (Type::Decimal(_, given), Type::Decimal(_, places)) if given <= places => return None,
        (a, b) if a == b => return None,
        _ => {}
    }
    let message = format!("this stands in for {wanted}, and is {ty}");
    let diagnostic = Diagnostic::new(codes::TYPE_MISMATCH, message, span, format!("{ty}"));
    Some(match wanted {
        Type::Date => diagnostic.help("write a date as a text: \"2026-01-31\""),
        Type::Decimal(_, places) if matches!(ty, Type::Decimal(..)) => {
            diagnostic.help(format!("it holds {places} places"))
        }
        _ => diagnostic.help(format!("write a value of type {wanted}")),
    })
}

/// A value that new records get by their own `where`, against the column that must hold it.
pub fn held(name: &str, ty: &Type, value: &Value, side: Side, span: Span) -> Option<Diagnostic> {
    match (ty, value) {
        (Type::Text(Some(size)), Value::Text(text)) if text.chars().count() > *size as usize => {
            let message = format!("no `{name}` can be this: it holds {size} characters");
            let label = format!("{} characters", text.chars().count());
            Some(Diagnostic::new(codes::MAY_NOT_FIT, message, span, label).help("write a shorter text"))
        }
        (Type::Int | Type::Decimal(..), _) => {
            let number = value.as_int().filter(|n| side == Side::Business && n.abs() > LARGEST)?;
            Some(too_large(number, span))
        }
        _ => None,
    }
}

fn too_large(number: i64, span: Span) -> Diagnostic {
    let message = format!("{number} is larger than a column of Visma Business holds");
    Diagnostic::new(codes::MAY_NOT_FIT, message, span, format!("at most {LARGEST}")).help("write a smaller number")
}

pub fn unknown_word(word: &str, words: &[&str], span: Span) -> Diagnostic {
    let message = format!("there is no value `{word}` here");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_VALUE, message, span, "not one of its values");
    let all = || format!("it is one of {}", words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "));
    match did_you_mean(word, words.iter().copied()) {
        Some(help) => diagnostic.help(help),
        None => diagnostic.help(all()),
    }
}

/// Nothing arrives at a field that must hold something.
fn nothing(end: &End, arrival: &Arrival) -> Option<Diagnostic> {
    if !arrival.nullable {
        return None;
    }
    let target = end.fields.iter().find(|target| !target.column.field.nullable)?;
    let name = &target.column.name;
    let message = format!("what comes here can be nothing, and `{name}` must hold something");
    Some(
        Diagnostic::new(codes::MAY_BE_NULL, message, end.span, "nothing cannot be written here")
            .also(arrival.from, "can be nothing")
            .help(format!("say what then, behind `{name}`: `or hold`, `or keep`, `or default …`")),
    )
}

/// A text that is not known before goes to a field that takes certain words only.
fn any_text(name: &str, words: &[&str], end: &End, arrival: &Arrival) -> Option<Diagnostic> {
    let mut texts = Some(Vec::new());
    outcomes(arrival.expr, &mut texts);
    let wrong = match &texts {
        Some(texts) => texts.iter().find(|text| !words.contains(&text.as_str()))?,
        None => {
            let list = words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
            let message = format!("any text can come here, and `{name}` takes certain words only");
            return Some(
                Diagnostic::new(codes::TYPE_MISMATCH, message, end.span, "one of its words")
                    .also(arrival.from, "any text")
                    .help(format!("put a map or table between them that gives {list}")),
            );
        }
    };
    let message = format!("`{name}` has no value `{wrong}`");
    let diagnostic =
        Diagnostic::new(codes::UNKNOWN_VALUE, message, arrival.via, "gives a word that is not one of its values");
    let all = || format!("it is one of {}", words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "));
    Some(diagnostic.help(did_you_mean(wrong, words.iter().copied()).unwrap_or_else(all)))
}

/// The texts that an expression can come to; nothing where they are not known.
fn outcomes(expr: &Expr, texts: &mut Option<Vec<String>>) {
    let Some(known) = texts else { return };
    match expr {
        Expr::Const(Value::Null) => {}
        Expr::Const(value) => match value.as_text() {
            Some(text) => known.push(text.to_owned()),
            None => *texts = None,
        },
        Expr::Map { rows, otherwise, .. } => {
            rows.rows().iter().for_each(|row| outcomes(&row.value, texts));
            otherwise.iter().for_each(|expr| outcomes(expr, texts));
        }
        Expr::Choice { branches, otherwise } => {
            branches.iter().for_each(|(_, value)| outcomes(value, texts));
            otherwise.iter().for_each(|expr| outcomes(expr, texts));
        }
        Expr::FirstOf(options) => options.iter().for_each(|expr| outcomes(expr, texts)),
        Expr::Or { of, fallback } => {
            outcomes(of, texts);
            if let crate::program::expr::Fallback::Default(value) = fallback {
                outcomes(value, texts);
            }
        }
        _ => *texts = None,
    }
}

fn fault(end: &End, given: &Type, target: &Target, arrival: &Arrival) -> Option<Diagnostic> {
    let name = &target.column.name;
    Some(match (given, &target.column.ty) {
        (Type::Text(Some(given)), Type::Text(Some(size))) if given <= size => return None,
        (Type::Text(given), Type::Text(Some(size))) => {
            let given = given.map_or("a text of any length".to_owned(), |n| format!("a text of up to {n} characters"));
            let help = match arrival.back {
                true => format!(
                    "this is the way back: say both ways, `(-> fit(…) <- truncate({size}))`, or let the line go one way"
                ),
                false => {
                    format!("say what happens to a longer text: `fit({size})` both ways, `truncate({size})` one way")
                }
            };
            Diagnostic::new(
                codes::MAY_NOT_FIT,
                format!("{given} may not fit into `{name}`"),
                end.span,
                format!("holds {size} characters"),
            )
            .help(help)
        }
        (Type::Text(_) | Type::Enum(_), Type::Text(None)) => return None,
        (Type::Enum(words), Type::Text(Some(size))) if words.iter().all(|w| w.len() <= *size as usize) => {
            return None;
        }
        (Type::Text(_), Type::Enum(words)) => match arrival.constant.and_then(Value::as_text) {
            Some(word) if !words.contains(&word) => {
                let message = format!("`{name}` has no value `{word}`");
                let all = || {
                    format!("it is one of {}", words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "))
                };
                let diagnostic = Diagnostic::new(codes::UNKNOWN_VALUE, message, arrival.from, "not one of its values");
                match did_you_mean(word, words.iter().copied()) {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic.help(all()),
                }
            }
            Some(_) => return None,
            None => return any_text(name, words, end, arrival),
        },
        (Type::Enum(given), Type::Enum(words)) if given.iter().all(|word| words.contains(word)) => return None,
        (Type::Int, Type::Int | Type::Decimal(..)) => {
            let number = arrival.constant.and_then(Value::as_int).filter(|n| n.abs() > LARGEST);
            // Severa's whole numbers are twice as wide.
            return number.filter(|_| end.side == Side::Business).map(|number| too_large(number, arrival.from));
        }
        (Type::Decimal(_, given), Type::Decimal(_, places)) if given <= places => return None,
        (Type::Decimal(_, given), Type::Decimal(_, places)) => {
            let message = format!("a number with up to {given} places may lose digits in `{name}`");
            Diagnostic::new(codes::MAY_LOSE_DIGITS, message, end.span, format!("holds {places} places"))
                .help(format!("write `round({places})`"))
        }
        (a, b) if a == b => return None,
        (given, wanted) => {
            let help = match (given, wanted) {
                (Type::Text(_), Type::Int) | (Type::Int, Type::Text(_)) => {
                    "put `key` between them: it goes between number keys and text keys"
                }
                (Type::Decimal(..), Type::Int) => {
                    "put `whole` between them, which holds a number with places, or `floor` or `ceiling`"
                }
                (Type::Date, Type::Text(_)) => {
                    "put `format_date(\"yyyy-MM-dd\")` between them, with the parts as you want them"
                }
                (Type::Date, Type::Int) => "put `yyyymmdd` between them",
                (Type::Text(_), Type::Date) => {
                    "put `parse_date(\"yyyy-MM-dd\")` between them, with the parts as the text has them"
                }
                (Type::Guid, _) => "a reference goes through `link ENTITY`, a code through a table",
                (Type::Bool, _) | (_, Type::Bool) => "put a value map between them: `{ true <-> 1, false <-> 0 }`",
                _ => "put a transform or table between them",
            };
            let message = format!("{given} does not go into `{name}`, which is {wanted}");
            Diagnostic::new(codes::TYPE_MISMATCH, message, end.span, format!("{wanted}"))
                .also(arrival.from, format!("{given}"))
                .help(help)
        }
    })
}
