//! Checks over an entity as a whole, when all its lines are known.

use super::entity::Active;
use super::scope::{Globals, Records};
use crate::diag::codes::{lines as codes, values};
use crate::diag::{Diagnostic, Severity};
use crate::program::{Entity, Slot};
use crate::value::Side;
use std::collections::HashMap;

pub fn all(globals: &Globals, active: &[Active], entities: &mut [Entity], diagnostics: &mut Vec<Diagnostic>) {
    // Settings that do not go together can put two things into one place: the cause is told already.
    let settings_clash = diagnostics.iter().any(|d| d.code == values::REQUIRE_NOT_MET);
    for (entity, def) in entities.iter().zip(active) {
        // A line that is missing because it is faulty must not be told a second time.
        let faulty = diagnostics.iter().any(|d| {
            d.severity() == Severity::Error && d.span().is_some_and(|s| def.whole.iter().any(|w| w.contains(s)))
        });
        if !faulty {
            required(entity, def, diagnostics);
        }
        if !settings_clash {
            two_writers(globals, entity, def, diagnostics);
        }
    }
    linked_columns(globals, active, entities);
}

/// Fields without which creating is refused must come from somewhere, on each side that creates.
fn required(entity: &Entity, def: &Active, diagnostics: &mut Vec<Diagnostic>) {
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
            let numbered = side == Side::Business && entity.numbers.iter().any(|(name, _)| name == field);
            if mapped || given || numbered {
                continue;
            }
            let message = format!("`{}` creates records in {}, which needs `{field}`", entity.name, side.title());
            diagnostics.push(
                Diagnostic::new(codes::MISSING_REQUIRED, message, def.systems.arrow.span, "creates there")
                    .help(format!("map `{field}`, or give it in `on create`, or let `number` assign it")),
            );
        }
    }
}

/// Two lines that write one field, of which only one can be right.
fn two_writers(globals: &Globals, entity: &Entity, def: &Active, diagnostics: &mut Vec<Diagnostic>) {
    let spans: HashMap<(String, usize), crate::source::Span> = line_spans(globals, def);
    for side in Side::BOTH {
        let mut writers: HashMap<Slot, usize> = HashMap::new();
        for (place, line) in entity.lines.iter().enumerate().filter(|(_, line)| line.writes_to(side)) {
            for slot in line.slots(side) {
                let Some(first) = writers.insert(*slot, place) else { continue };
                let first = &entity.lines[first];
                if first.on_create != line.on_create {
                    continue;
                }
                let at =
                    |line: &crate::program::Line| spans.get(&(line.origin.file.clone(), line.origin.line)).copied();
                let (Some(here), Some(there)) = (at(line), at(first)) else { continue };
                let message = format!("two lines write `{}` of {}", entity.field_name(side, *slot), side.title());
                diagnostics.push(
                    Diagnostic::new(codes::TWO_WRITERS, message, here, "the second")
                        .also(there, "the first")
                        .help("drop one, or put the choice into one line with `when`"),
                );
            }
        }
    }
}

fn line_spans(globals: &Globals, def: &Active) -> HashMap<(String, usize), crate::source::Span> {
    use crate::syntax::ast::Statement;
    fn walk<'a>(body: &'a [Statement], lines: &mut Vec<&'a crate::syntax::ast::Line>) {
        for statement in body {
            match statement {
                Statement::Line(line) => lines.push(line),
                Statement::OnCreate { lines: inner, .. } => lines.extend(inner),
                Statement::Part(part) => walk(&part.body, lines),
                _ => {}
            }
        }
    }
    let mut lines = Vec::new();
    walk(&def.body, &mut lines);
    lines
        .into_iter()
        .map(|line| {
            let origin = super::line::origin(globals, line.span);
            ((origin.file, origin.line), line.span)
        })
        .collect()
}

/// The columns that other entities' links ask of each entity's Visma Business record, its key among them.
fn linked_columns(globals: &Globals, active: &[Active], entities: &mut [Entity]) {
    for (place, (entity, def)) in entities.iter_mut().zip(active).enumerate() {
        let mut business = Records::new(Side::Business, def.business.0, def.business.1);
        business.select = entity.business.clone();
        let key = def.business.0.key.clone();
        let linked = globals.linked.borrow();
        let asked = linked.iter().filter(|(p, _)| *p == place).map(|(_, column)| column.clone());
        let numbers: Vec<String> = entity.numbers.iter().map(|(column, _)| column.clone()).collect();
        for name in std::iter::once(key).chain(asked).chain(numbers) {
            if let Some(column) = def.business.0.column(&name, None, def.business.1)
                && !entity.linked_columns.iter().any(|(known, _)| *known == column.name)
            {
                let slot = business.slot(&column);
                entity.linked_columns.push((column.name, slot));
            }
        }
        entity.business = business.select;
    }
}
