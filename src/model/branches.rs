//! Branches and holds that no record reaches, or that every record does: what a condition says against the filter
//! of its record, the record's own `where`, and the branches before it.

use super::analysis::scopes;
use super::body::Body;
use super::condition::Reader;
use super::pushdown::{conjuncts, pushed};
use super::scope::Records;
use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::program::Expr;
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, ExprKind, Statement};
use crate::systems::{Comparison, Condition, Test};
use crate::value::{Side, Value, match_form};

/// Stands before a name of the tenant that is known, and before one that is not, in what is compared.
const NAMED: char = '\u{1}';
const UNNAMED: char = '\u{2}';

/// A condition that holds of every record, and where it is said.
type Known = Vec<(Condition, Span)>;

pub fn check(body: &mut Body, flat: &[&Statement], diagnostics: &mut Vec<Diagnostic>) {
    let lines = flat.iter().flat_map(|statement| match statement {
        Statement::Line(line) => std::slice::from_ref(line),
        Statement::OnCreate { lines, .. } => lines.as_slice(),
        _ => &[],
    });
    let mut work: Vec<(Side, Option<Arrow>, &ast::Expr)> = Vec::new();
    for line in lines {
        for (side, segment) in [(Side::Severa, line.segments.first()), (Side::Business, line.segments.last())] {
            let mut found = Vec::new();
            segment.iter().for_each(|segment| choices(&segment.what, &mut found));
            work.extend(found.into_iter().map(|choice| (side, Some(line.arrow), choice)));
        }
    }
    let holds = flat.iter().filter_map(|statement| match statement {
        Statement::Hold { condition, span, .. } => Some((condition, *span)),
        _ => None,
    });
    let holds: Vec<_> = holds.collect();
    if work.is_empty() && holds.is_empty() {
        return;
    }
    let sides = Side::BOTH.map(|side| [known(body, flat, side, false), known(body, flat, side, true)]);
    let of = |side: Side, filtered: bool| {
        let [scope, all] = &sides[usize::from(side == Side::Business)];
        if filtered { all } else { scope }
    };
    for (side, arrow, choice) in work {
        // What goes against the entity's arrow goes on when the record has left its filter.
        let with =
            matches!((body.direction, side), (Arrow::ToBusiness, Side::Severa) | (Arrow::ToSevera, Side::Business))
                && arrow == Some(body.direction);
        choice_of(body, side, of(side, with), choice, diagnostics);
    }
    for (condition, span) in holds {
        hold(body, of(Side::Severa, body.direction == Arrow::ToBusiness), condition, span, diagnostics);
    }
}

/// The choices in an end of a line.
fn choices<'e>(expr: &'e ast::Expr, found: &mut Vec<&'e ast::Expr>) {
    match &expr.kind {
        ExprKind::Choice { branches, otherwise } => {
            found.push(expr);
            branches.iter().for_each(|branch| choices(&branch.value, found));
            otherwise.iter().for_each(|value| choices(value, found));
        }
        ExprKind::FirstOf(options) => options.iter().flatten().for_each(|option| choices(option, found)),
        ExprKind::Tuple(parts) => parts.iter().for_each(|part| choices(part, found)),
        ExprKind::Binary { left, right, .. } => {
            choices(left, found);
            choices(right, found);
        }
        ExprKind::Not(of) | ExprKind::Negative(of) => choices(of, found),
        _ => {}
    }
}

/// What holds of every record of a side; `filtered` with the filter of what is sent.
fn known(body: &mut Body, flat: &[&Statement], side: Side, filtered: bool) -> Known {
    let conditions = flat.iter().filter_map(|statement| match statement {
        Statement::Systems(systems) => {
            let of = if side == Side::Severa { &systems.severa } else { &systems.business };
            of.condition.as_ref()
        }
        Statement::Send(send) if filtered && send.side.value == side => send.condition.as_ref(),
        _ => None,
    });
    let conditions: Vec<&ast::Expr> = conditions.collect();
    let said = |body: &mut Body, condition: &ast::Expr| {
        let facts = conjuncts(condition).into_iter().map(|one| (fact(body, side, one), one.span));
        facts.filter_map(|(fact, span)| Some((fact?, span))).collect::<Known>()
    };
    conditions.into_iter().flat_map(|condition| said(body, condition)).collect()
}

fn records<'b, 'a>(body: &'b mut Body<'_, 'a>, side: Side) -> &'b mut Records<'a> {
    match side {
        Side::Severa => &mut body.severa,
        Side::Business => &mut body.business,
    }
}

/// A condition as what it says of one field; nothing where it says more, or what depends on the settings.
fn fact(body: &mut Body, side: Side, condition: &ast::Expr) -> Option<Condition> {
    let (globals, entity) = (body.globals, body.settings);
    let mut paths = Vec::new();
    super::settings::named_in(condition, &mut paths);
    let records = records(body, side);
    let setting =
        |name: &&String| records.record.field(name).is_none() && globals.settings.look(entity, name).is_some();
    let settings: Vec<String> = paths.iter().filter(setting).cloned().collect();
    let mut quiet = Vec::new();
    let asked = records.select.fields.len();
    let mut reader = Reader { globals, entity, records, part: None, diagnostics: &mut quiet };
    let compiled = reader.condition(condition);
    // The statement itself has asked for all its fields; nothing may be asked for on its account.
    reader.records.select.fields.truncate(asked);
    let compiled = compiled?;
    if settings.is_empty() {
        return pushed(&reader.records.select, &compiled);
    }
    let Expr::Compare { op: op @ (Comparison::Eq | Comparison::Ne), left, right } = &compiled else { return None };
    let (Expr::Slot(_), Expr::Named(place), [name]) = (&**left, &**right, settings.as_slice()) else { return None };
    let field = pushed(&reader.records.select, left)?.field;
    let wanted = globals.settings.named.get(*place).map(|named| match_form(&named.wanted)).unwrap_or_default();
    let value = if wanted.is_empty() { format!("{UNNAMED}{name}") } else { format!("{NAMED}{wanted}") };
    Some(Condition { field, test: Test::Compare(*op, Value::text(value)) })
}

/// Of a condition: what it says field by field, and whether that is all of it.
struct Said {
    facts: Vec<Condition>,
    whole: bool,
    words: String,
}

fn said(body: &mut Body, side: Side, condition: &ast::Expr) -> Said {
    let parts = conjuncts(condition);
    let facts: Vec<Condition> = parts.iter().filter_map(|part| fact(body, side, part)).collect();
    let words = body.globals.sources.slice(condition.span).split_whitespace().collect::<Vec<_>>().join(" ");
    Said { whole: facts.len() == parts.len(), facts, words }
}

/// What a condition comes to that looks at no record and no setting.
fn constant(body: &mut Body, side: Side, condition: &ast::Expr) -> Option<bool> {
    let mut paths = Vec::new();
    super::settings::named_in(condition, &mut paths);
    if !paths.is_empty() {
        return None;
    }
    let (globals, entity) = (body.globals, body.settings);
    let mut quiet = Vec::new();
    let mut reader = Reader { globals, entity, records: records(body, side), part: None, diagnostics: &mut quiet };
    super::analysis::filters::constant(&reader.condition(condition)?)
}

impl Said {
    /// Where it is said that this never holds.
    fn never(&self, known: &Known) -> Option<Option<Span>> {
        let clash = |fact: &Condition| known.iter().find(|(other, _)| clash(fact, other)).map(|(_, span)| *span);
        let with_known = self.facts.iter().find_map(clash);
        let with_itself = self
            .facts
            .iter()
            .enumerate()
            .any(|(at, fact)| self.facts.iter().take(at).any(|other| self::clash(fact, other)));
        with_known.map(Some).or(with_itself.then_some(None))
    }

    /// Where it is said that this always holds.
    fn always(&self, known: &Known) -> Option<Span> {
        let follows = |fact: &Condition| known.iter().find(|(other, _)| follows(other, fact)).map(|(_, span)| *span);
        let all: Option<Vec<Span>> = self.facts.iter().map(follows).collect();
        all.filter(|_| self.whole)?.first().copied()
    }

    /// Whether this holds only where an earlier one does.
    fn only_where(&self, earlier: &Said, known: &Known) -> bool {
        let given = |fact: &Condition| {
            self.facts.iter().any(|own| follows(own, fact)) || known.iter().any(|(own, _)| follows(own, fact))
        };
        self.words == earlier.words || (earlier.whole && !earlier.facts.is_empty() && earlier.facts.iter().all(given))
    }
}

fn clash(a: &Condition, b: &Condition) -> bool {
    let unknown =
        |one: &Condition| matches!(&one.test, Test::Compare(_, Value::Text(text)) if text.starts_with(UNNAMED));
    let same = a.test == b.test;
    !same && !unknown(a) && !unknown(b) && scopes::disjoint(std::slice::from_ref(a), std::slice::from_ref(b))
}

fn follows(from: &Condition, what: &Condition) -> bool {
    from.field == what.field && scopes::implies(&from.test, &what.test)
}

fn choice_of(body: &mut Body, side: Side, known: &Known, choice: &ast::Expr, diagnostics: &mut Vec<Diagnostic>) {
    let ExprKind::Choice { branches, .. } = &choice.kind else { return };
    let mut before: Vec<(Said, Span)> = Vec::new();
    for (place, branch) in branches.iter().enumerate() {
        let span = branch.condition.span;
        let said = said(body, side, &branch.condition);
        let constant = constant(body, side, &branch.condition);
        let dead = |message: String, label: &str| Diagnostic::new(codes::DEAD_BRANCH, message, span, label);
        if constant == Some(false) {
            let message = format!("`{}` never holds", said.words);
            diagnostics.push(dead(message, "never").help("remove this branch, or mend its condition"));
        } else if let Some(why) = said.never(known) {
            let message = format!("`{}` never holds here, so this branch is never taken", said.words);
            let diagnostic = dead(message, "never so");
            diagnostics.push(
                match why {
                    Some(why) => diagnostic.also(why, "only these records come here"),
                    None => diagnostic,
                }
                .help("remove this branch, or mend its condition"),
            );
        } else if let Some((_, first)) = before.iter().find(|(earlier, _)| said.only_where(earlier, known)) {
            let message =
                format!("this branch is never taken: wherever `{}` holds, the branch above does too", said.words);
            diagnostics.push(
                dead(message, "never reached")
                    .also(*first, "is taken before it")
                    .help("write the narrower condition first, or remove one of the two"),
            );
        } else if constant == Some(true) || said.always(known).is_some() {
            let last = place + 1 == branches.len();
            let message = format!(
                "`{}` always holds here: {}",
                said.words,
                match last {
                    true => "`else` is never taken",
                    false => "what stands below it is never taken",
                }
            );
            let diagnostic = dead(message, "always so");
            diagnostics.push(
                match said.always(known) {
                    Some(why) => diagnostic.also(why, "only these records come here"),
                    None => diagnostic,
                }
                .help("write the value alone, without a choice, or mend the condition"),
            );
            // The rest is dead for this reason and needs no others.
            return;
        }
        before.push((said, span));
    }
}

fn hold(body: &mut Body, known: &Known, condition: &ast::Expr, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let said = said(body, Side::Severa, condition);
    let constant = constant(body, Side::Severa, condition);
    let why = said.always(known);
    if constant == Some(true) || why.is_some() {
        let message = format!("every record is held: `{}` always holds", said.words);
        let diagnostic = Diagnostic::new(codes::HOLD_ALWAYS, message, span, "holds all of them");
        let diagnostic = match why {
            Some(why) => diagnostic.also(why, "only these records come here"),
            None => diagnostic,
        };
        diagnostics
            .push(diagnostic.help("mend the condition; to carry nothing, switch the entity off with `off entity`"));
    } else if let Some(why) = said.never(known).or((constant == Some(false)).then_some(None)) {
        let message = format!("nothing is ever held: `{}` never holds", said.words);
        let diagnostic = Diagnostic::new(codes::DEAD_BRANCH, message, span, "holds nothing");
        let diagnostic = match why {
            Some(why) => diagnostic.also(why, "only these records come here"),
            None => diagnostic,
        };
        diagnostics.push(diagnostic.help("remove it, or mend its condition"));
    }
}
