//! Checks over an entity as a whole, when all its lines are known.

use super::analysis::scopes::disjoint;
use super::facts::Compiled;
use super::layers::Dropped;
use super::scope::{Globals, Records};
use crate::diag::codes::{layers, lines as codes, values};
use crate::diag::{Diagnostic, Severity};
use crate::program::{Expr, Slot};
use crate::source::Span;
use crate::systems::{Comparison, Condition, Test};
use crate::value::{Side, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// `sound` tells of which entities it is known that nothing is to be said.
pub fn all(
    globals: &Globals,
    drops: &[Dropped],
    compiled: &[Compiled],
    sound: &[bool],
    diagnostics: &mut Vec<Diagnostic>,
) {
    // Settings that do not go together can put two things into one place: the cause is told already.
    let settings_clash = diagnostics.iter().any(|d| values::CLASHING.contains(&d.code));
    for (one, _) in compiled.iter().zip(sound).filter(|(_, sound)| !**sound) {
        // A line that is missing because it is faulty must not be told a second time.
        let faulty = diagnostics.iter().any(|d| {
            d.severity() == Severity::Error && d.span().is_some_and(|s| one.places.whole.iter().any(|w| w.contains(s)))
        });
        each(one, &mut |one| {
            if !faulty {
                let before = diagnostics.len();
                required(one, drops, diagnostics);
                // One missing `number` line is one fault.
                if diagnostics.len() == before {
                    within_scope(one, diagnostics);
                }
            }
            if !settings_clash {
                two_writers(one, diagnostics);
                given_already(one, diagnostics);
                creatable(globals, one, diagnostics);
            }
        });
    }
}

/// An entity and all its parts with rows of their own.
pub fn each<'c>(compiled: &'c Compiled, see: &mut dyn FnMut(&'c Compiled)) {
    see(compiled);
    compiled.children.iter().for_each(|child| each(child, see));
}

/// Fields without which creating is refused must come from somewhere, on each side that creates.
fn required(one: &Compiled, drops: &[Dropped], diagnostics: &mut Vec<Diagnostic>) {
    let entity = &one.entity;
    for side in Side::BOTH.into_iter().filter(|side| entity.creates_on(*side)) {
        for field in entity.required(side) {
            let mapped = entity.lines.iter().any(|line| {
                line.writes_to(side)
                    && line
                        .slots(side)
                        .iter()
                        .any(|slot| matches!(slot, Slot::Own(_)) && entity.field_name(side, *slot) == field)
            });
            let given = entity.constants(side).iter().any(|(name, _)| name == field);
            let numbers = entity.numbers.iter().chain(&entity.positions);
            let numbered = side == Side::Business && numbers.clone().any(|(name, _)| name == field);
            let joined = entity.owner.as_ref().is_some_and(|o| o.joins.iter().any(|(name, _)| name == field));
            if mapped || given || numbered || (joined && side == Side::Business) {
                continue;
            }
            let message = format!("`{}` creates records in {}, which needs `{field}`", entity.name, side.title());
            let top = entity.name.split('.').next().unwrap_or_default();
            let dropped = drops.iter().find(|drop| {
                let end = if side == Side::Severa { &drop.ends.0 } else { &drop.ends.1 };
                drop.entity == top && end.trim_matches(['(', ')']).split(',').any(|name| name == field)
            });
            if let Some(dropped) = dropped {
                diagnostics.push(
                    Diagnostic::new(layers::DROPS_REQUIRED, message, dropped.span, "dropped here")
                        .also(one.places.arrow, "creates there")
                        .help(format!("give `{field}` another way: a line of its own, or a value in `on create`")),
                );
                continue;
            }
            diagnostics.push(
                Diagnostic::new(codes::MISSING_REQUIRED, message, one.places.arrow, "creates there")
                    .help(format!("map `{field}`, or give it in `on create`, or let `number` assign it")),
            );
        }
    }
}

/// What the records' own `where` asks for, a new record must have, or it is never found again and created each time.
fn within_scope(one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let entity = &one.entity;
    for side in Side::BOTH.into_iter().filter(|side| entity.creates_on(*side)) {
        let blank =
            |field: &str| Condition { field: field.to_owned(), test: Test::Compare(Comparison::Eq, Value::Null) };
        for asked in &entity.select(side).scope {
            let field = asked.field.as_str();
            let written = entity.lines.iter().any(|line| {
                line.writes_to(side) && line.slots(side).iter().any(|slot| entity.field_name(side, *slot) == field)
            });
            let given = entity.constants(side).iter().any(|(name, _)| name == field);
            let numbers = entity.numbers.iter().chain(&entity.positions);
            let numbered = side == Side::Business && numbers.clone().any(|(name, _)| name == field);
            let joined = entity.owner.as_ref().is_some_and(|o| o.joins.iter().any(|(name, _)| name == field));
            if written || given || numbered || joined || !disjoint(std::slice::from_ref(asked), &[blank(field)]) {
                continue;
            }
            let message =
                format!("nothing gives a new record in {} the `{field}` that its own `where` asks for", side.title());
            let place = one.places.scope_business.filter(|_| side == Side::Business).unwrap_or(one.places.systems);
            let mut diagnostic = Diagnostic::new(codes::MISSING_REQUIRED, message, place, "asks for it")
                .help(format!("map `{field}`, give it in `on create`, or let `number` assign it: without it the record is not found again"));
            if let Some(number) = one.places.number.filter(|_| side == Side::Business) {
                diagnostic = diagnostic.also(number, "does not name it");
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// A line that writes what an identity, a number's place or the record's own `where` gives.
fn given_already(one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let entity = &one.entity;
    let identity = entity.identity.map(|slot| entity.field_name(Side::Business, Slot::Own(slot)));
    for side in Side::BOTH {
        for (line, fact) in entity.lines.iter().zip(&one.lines).filter(|(line, _)| line.writes_to(side)) {
            let own = line.slots(side).iter().filter(|slot| matches!(slot, Slot::Own(_)));
            for field in own.map(|slot| entity.field_name(side, *slot)) {
                let holds = if side == Side::Business && identity == Some(field) {
                    Some(("the identity of the record", one.places.identity))
                } else if side == Side::Business && entity.positions.iter().any(|(name, _)| name == field) {
                    Some(("the record's place", one.places.number))
                } else if entity.constants(side).iter().any(|(name, _)| name == field) {
                    let place = one.places.scope_business.filter(|_| side == Side::Business);
                    Some(("what the records' own `where` asks for", place.or(Some(one.places.systems))))
                } else {
                    None
                };
                let Some((what, place)) = holds else { continue };
                let message = format!("this line writes `{field}`, which holds {what}");
                let mut diagnostic = Diagnostic::new(codes::TWO_WRITERS, message, fact.span, "written here")
                    .help("once it is overwritten the record is lost to us and created again: use another field");
                if let Some(place) = place {
                    diagnostic = diagnostic.also(place, "given here");
                }
                diagnostics.push(diagnostic);
            }
            let numbered = side == Side::Business && line.numbered;
            if numbered && line.forward.iter().any(|expr| matches!(expr, Expr::Const(_))) {
                let message = "every record would get the same number";
                diagnostics.push(
                    Diagnostic::new(codes::TWO_WRITERS, message, fact.span, "always the same")
                        .help("drop the line: the number is assigned"),
                );
            }
        }
    }
}

/// Records of a kind that nobody can create in Severa.
fn creatable(globals: &Globals, one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let Some(record) = one.record(globals.schemas, Side::Severa) else { return };
    if !one.entity.creates_on(Side::Severa) || record.fields.iter().any(|field| field.create) {
        return;
    }
    let message = format!("a `{}` cannot be created in Severa", record.name);
    diagnostics.push(
        Diagnostic::new(codes::NOT_WRITABLE, message, one.places.arrow, "creates there")
            .help("let the arrow point to Visma Business: `->`"),
    );
}

/// Two lines that write one field, of which only one can be right.
fn two_writers(one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let entity = &one.entity;
    // Two lines that meet in several fields, or on both sides, are told once.
    let mut told: HashSet<(Span, Span)> = HashSet::new();
    for side in Side::BOTH {
        let mut writers: HashMap<Slot, (Span, bool)> = HashMap::new();
        for (line, fact) in entity.lines.iter().zip(&one.lines).filter(|(line, _)| line.writes_to(side)) {
            for slot in line.slots(side) {
                let Some((first, on_create)) = writers.insert(*slot, (fact.span, line.on_create)) else { continue };
                if on_create != line.on_create || !told.insert((first, fact.span)) {
                    continue;
                }
                let field = entity.field_name(side, *slot);
                let message = format!("two lines write `{field}` of {}", side.title());
                // Only a line with the same two ends takes the place of one below: another end adds a line.
                let help = match first.file == fact.span.file {
                    true => "drop one, or put the choice into one line with `when`".to_owned(),
                    false => "take the first away with `drop` and its other end, or put the choice into one line with `when`: a line takes the place of another only with the same two ends".to_owned(),
                };
                diagnostics.push(
                    Diagnostic::new(codes::TWO_WRITERS, message, fact.span, "the second")
                        .also(first, "the first")
                        .help(help),
                );
            }
        }
    }
}

/// Adds the columns that other entities' links ask of an entity's Visma Business record, its key among them.
pub fn linked_columns(globals: &Globals, place: usize, asked: &[String], one: &mut Compiled) {
    let Some(record) = one.record(globals.schemas, Side::Business) else { return };
    let index = globals.entities.get(place).and_then(|def| def.business.1);
    let mut business = Records::new(globals.schemas, Side::Business, record, index);
    let entity = Arc::make_mut(&mut one.entity);
    std::mem::swap(&mut business.select, &mut entity.business);
    let numbers: Vec<String> = entity.numbers.iter().map(|(column, _)| column.clone()).collect();
    for name in std::iter::once(&record.key).chain(asked).chain(&numbers) {
        if let Some(column) = record.column(name, None, index)
            && !entity.linked_columns.iter().any(|(known, _)| *known == column.name)
        {
            let slot = business.slot(&column);
            entity.linked_columns.push((column.name, slot));
        }
    }
    entity.business = business.select;
}
