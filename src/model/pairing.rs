//! How records find each other: by identity, and by match keys.

use super::body::Body;
use super::condition::Reader;
use super::ends;
use super::facts::PairFact;
use crate::diag::Diagnostic;
use crate::diag::codes::records as codes;
use crate::functions::Shape;
use crate::program::entity::{Mark, MatchPair, MatchRule};
use crate::program::{Entity, Expr, Line, Slot};
use crate::source::Span;
use crate::syntax::ast::{self};
use crate::value::Type;

/// How a pair is found again by what Visma Business or Severa holds of the other.
pub enum Identity {
    /// Severa's GUID stands in this column.
    Column(usize),
    /// A mark of the row's fields stands inside a Severa text.
    Mark(Mark),
}

pub fn identity(
    body: &mut Body,
    left: &ast::Expr,
    within: bool,
    right: &ast::Expr,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Identity> {
    let (globals, entity) = (body.globals, body.settings);
    // `"VB {JNo}/{EntNo}" in description`: what is looked for stands left, in the words of Visma Business' row.
    let (of_severa, of_business) = if within { (right, left) } else { (left, right) };
    let mut reader = Reader { globals, entity, records: &mut body.severa, part: None, diagnostics };
    let severa = ends::compile(&mut reader, of_severa);
    let mut reader =
        Reader { globals, entity, records: &mut body.business, part: None, diagnostics: reader.diagnostics };
    let business = ends::compile(&mut reader, of_business);
    let (severa, business) = (severa?, business?);
    let bad = |message: String, at: Span, label: &str, also: Span, other: &str| {
        Diagnostic::new(codes::BAD_IDENTITY, message, at, label).also(also, other.to_owned())
    };
    if within {
        let field = severa.fields.first();
        return match (field.map(|f| (f.slot, &f.column.ty, f.column.field.create)), &of_business.kind) {
            (Some((Slot::Own(within), Type::Text(_), true)), ast::ExprKind::Template(parts)) => {
                let missing: Vec<&str> =
                    body.business.record.key.split(',').filter(|key| !named_in(parts, key)).collect();
                if !missing.is_empty() {
                    let message = format!("the mark does not name one row of {}", body.business.record.name);
                    let label = format!("without {}", missing.join(" and "));
                    diagnostics.push(bad(message, business.span, &label, severa.span, "it stands in here"));
                    return None;
                }
                Some(Identity::Mark(Mark { text: business.read, within }))
            }
            _ => {
                let message = "a mark inside a text is a template of the row's key, in a text that can be written";
                diagnostics.push(
                    bad(message.to_owned(), severa.span, "not such a text", business.span, "the mark")
                        .help("for example `identity \"VB {JNo}/{EntNo}\" in description`"),
                );
                None
            }
        };
    }
    let holds = |ty: &Shape| matches!(ty, Shape::One(Type::Text(Some(size))) if *size >= 36);
    match (&severa.shape, business.fields.first().map(|f| f.slot)) {
        (Shape::One(Type::Guid), Some(Slot::Own(place))) if holds(&business.shape) => Some(Identity::Column(place)),
        _ => {
            let message = format!("{} cannot be kept in {}", severa.shape, business.shape);
            let label = "a text column of 36 characters is needed";
            diagnostics.push(bad(message, business.span, label, severa.span, "Severa's `guid` is needed"));
            None
        }
    }
}

fn named_in(parts: &[ast::TemplatePart], key: &str) -> bool {
    parts.iter().any(|part| matches!(part, ast::TemplatePart::Field(path) if super::scope::name_of(path) == key))
}

/// A `match` line. Ends that a line of the mapping joins are compared as that line carries them.
pub fn match_rule(
    body: &mut Body,
    number: usize,
    pairs: &[(ast::Expr, ast::Expr)],
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(MatchRule, Vec<PairFact>)> {
    let (globals, entity) = (body.globals, body.settings);
    let mut rule = MatchRule { pairs: Vec::new() };
    let mut facts = Vec::new();
    for (left, right) in pairs {
        let mut reader = Reader { globals, entity, records: &mut body.severa, part: None, diagnostics };
        let left_end = ends::compile(&mut reader, left);
        let mut reader =
            Reader { globals, entity, records: &mut body.business, part: None, diagnostics: reader.diagnostics };
        let right_end = ends::compile(&mut reader, right);
        let (left_end, right_end) = (left_end?, right_end?);
        let line = joining(&body.entity, &left_end, &right_end);
        if line.is_none() && !comparable(&left_end.shape, &right_end.shape) {
            let message = format!("{} and {} are never equal", left_end.shape, right_end.shape);
            let at = between(left.span, right.span);
            diagnostics.push(
                Diagnostic::new(codes::MATCH_TYPES, message, at, "compared here")
                    .help("match number with number and name with name, or map the two fields by a line: then they are compared as the line carries them"),
            );
            return None;
        }
        let field = |end: &ends::End| match end.fields.as_slice() {
            [one] => Some(one.column.name.clone()),
            _ => None,
        };
        let text = |expr: &ast::Expr| globals.sources.slice(expr.span).trim();
        let name = matches!(left_end.shape, Shape::Tuple(_)) || is_name(text(left));
        let cut = line.is_some_and(|line| line.forward.iter().any(cuts));
        facts.push(PairFact {
            rule: number,
            span: between(left.span, right.span),
            severa_nullable: left_end.nullable,
            business_nullable: right_end.nullable,
            lossy: (cut && name) || matches!(left_end.shape, Shape::Tuple(_)),
        });
        let (mut severa_field, mut business_field) = (field(&left_end), field(&right_end));
        let (mut severa, mut business) = (left_end.read, right_end.read);
        if let Some(line) = line
            && let Some(carried) = carried(line)
        {
            (severa, business) = carried;
            // What is compared may not be what the side holds: then it cannot be asked for by that.
            severa_field = severa_field.filter(|_| searchable(&severa));
            business_field = business_field.filter(|_| searchable(&business));
        }
        let text = format!("{} = {}", text(left), text(right));
        rule.pairs.push(MatchPair { text, number: !name, severa_field, business_field, severa, business });
    }
    if let [only] = rule.pairs.as_slice()
        && body.entity.owner.is_none()
    {
        let (what, other) = if only.number { ("number", "name") } else { ("name", "number") };
        let message = format!("`{}` is matched by {what} without {other}", body.name);
        diagnostics.push(
            Diagnostic::new(codes::ONE_MATCH_KEY, message, span, "one key only")
                .help(format!("two different records may share a {what}: add the {other}, joined by `and`")),
        );
    }
    Some((rule, facts))
}

/// By its own name a field is a name or a title, and not a number or code.
fn is_name(text: &str) -> bool {
    let text = text.to_lowercase();
    ["name", "nm", "descr", "title", "address", "email", "mailad"].iter().any(|word| text.contains(word))
}

/// The line that goes between the same two ends.
fn joining<'e>(entity: &'e Entity, left: &ends::End, right: &ends::End) -> Option<&'e Line> {
    let same = |end: &ends::End, slots: &[Slot]| {
        !end.fields.is_empty() && end.fields.iter().map(|f| f.slot).eq(slots.iter().copied())
    };
    entity.lines.iter().find(|line| !line.on_create && same(left, &line.severa) && same(right, &line.business))
}

/// Both sides of a match through the line that joins them: Severa's value as it would stand in Visma
/// Business, or the other way round in a line that only goes there.
fn carried(line: &Line) -> Option<(Expr, Expr)> {
    let whole = |slots: &[Slot]| match slots {
        [one] => Expr::Slot(*one),
        several => Expr::Tuple(several.iter().map(|s| Expr::Slot(*s)).collect()),
    };
    let of = |exprs: &[Expr]| match exprs {
        [one] => one.clone(),
        several => Expr::Tuple(several.to_vec()),
    };
    let plain = |exprs: &[Expr]| !exprs.is_empty() && !exprs.iter().any(|e| e.any(&|e| matches!(e, Expr::Link { .. })));
    if plain(&line.forward) {
        Some((of(&line.forward), whole(&line.business)))
    } else if plain(&line.backward) {
        Some((whole(&line.severa), of(&line.backward)))
    } else {
        None
    }
}

/// Whether a side that is asked for the value as the other side has it finds the record.
fn searchable(expr: &Expr) -> bool {
    match expr {
        Expr::Slot(_) => true,
        Expr::Apply { function, of, .. } => {
            matches!(function.name, "fit" | "key" | "trim" | "lower" | "upper") && searchable(of)
        }
        _ => false,
    }
}

fn cuts(expr: &Expr) -> bool {
    expr.any(&|e| matches!(e, Expr::Apply { function, back: false, .. } if function.cuts))
}

fn comparable(left: &Shape, right: &Shape) -> bool {
    // A number kept as text on one side and as a number on the other is one key.
    let class = |ty: &Type| match ty {
        Type::Text(_) | Type::Enum(_) | Type::Int | Type::Decimal(..) => 0,
        Type::Bool => 1,
        Type::Date => 2,
        Type::Time => 3,
        Type::Instant => 4,
        Type::Guid => 0,
        _ => 9,
    };
    match (left, right) {
        (Shape::One(a), Shape::One(b)) => class(a) == class(b),
        (Shape::Tuple(parts), Shape::One(one)) | (Shape::One(one), Shape::Tuple(parts)) => {
            one.is_text() && parts.iter().all(Type::is_text)
        }
        (Shape::Tuple(a), Shape::Tuple(b)) => a.len() == b.len(),
    }
}

fn between(first: Span, last: Span) -> Span {
    Span::new(first.file, first.range().start, last.range().end)
}
