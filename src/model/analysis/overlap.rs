//! Entities that meet on one record of Visma Business: two pairs of eyes, and two pens.

use super::{Whole, scopes};
use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::model::facts::Compiled;
use crate::program::expr::slots;
use crate::program::{Entity, Slot};
use crate::source::Span;
use crate::value::Side;

pub fn check(whole: &Whole, faulty: &[bool], diagnostics: &mut Vec<Diagnostic>) {
    let compiled = whole.compiled;
    compiled.iter().for_each(|one| siblings(&one.children, diagnostics));
    let sound = |place: usize| faulty.get(place) != Some(&true);
    for (place, second) in compiled.iter().enumerate().filter(|(place, _)| sound(*place)) {
        for (_, first) in compiled[..place].iter().enumerate().filter(|(place, _)| sound(*place)) {
            // Links decide the order of a run, and must not decide where a fault is told.
            let (first, second) = if told_at_first(whole, first, second) { (second, first) } else { (first, second) };
            let meets = |side: Side| {
                let (a, b) = (first.entity.select(side), second.entity.select(side));
                a.record == b.record && !scopes::disjoint(&a.scope, &b.scope)
            };
            if !meets(Side::Business) {
                if meets(Side::Severa) {
                    shared_fields(first, second, Side::Severa, diagnostics);
                }
                continue;
            }
            if roles(&first.entity, &second.entity) {
                same_identity(first, second, diagnostics);
                shared_fields(first, second, Side::Business, diagnostics);
            } else {
                overlap(first, second, diagnostics);
            }
        }
    }
    for writer in compiled {
        for reader in compiled.iter().filter(|other| other.entity.name != writer.entity.name) {
            filter_column(writer, reader, diagnostics);
        }
    }
}

/// Who writes the upper layer must act; within one layer it is told where the first of the two stands.
fn told_at_first(whole: &Whole, first: &Compiled, second: &Compiled) -> bool {
    let place = |one: &Compiled| (std::cmp::Reverse((whole.depth)(one.places.systems.file)), one.places.systems);
    place(first) < place(second)
}

/// Parts of one record whose rows hang on it by the same columns.
fn siblings(parts: &[Compiled], diagnostics: &mut Vec<Diagnostic>) {
    let joins = |one: &Compiled| -> Vec<String> {
        one.entity.owner.iter().flat_map(|owner| &owner.joins).map(|(column, _)| column.clone()).collect()
    };
    for (place, second) in parts.iter().enumerate() {
        siblings(&second.children, diagnostics);
        for first in &parts[..place] {
            let (a, b) = (&first.entity.business, &second.entity.business);
            let apart = a.record != b.record || scopes::disjoint(&a.scope, &b.scope);
            let constants = |one: &Compiled| one.entity.constants_business.clone();
            let told_apart = constants(first)
                .iter()
                .any(|(name, value)| constants(second).iter().any(|(other, with)| name == other && !value.same(with)));
            if !apart && !told_apart && joins(first) == joins(second) {
                overlap(first, second, diagnostics);
            }
        }
    }
}

/// Different numbers on one row are different roles: an associate that is customer and employee.
fn roles(a: &Entity, b: &Entity) -> bool {
    let number = |entity: &Entity| entity.numbers.first().map(|(name, _)| name.clone());
    matches!((number(a), number(b)), (Some(a), Some(b)) if a != b)
}

fn of(one: &Compiled) -> String {
    format!("records of `{}`", one.entity.name)
}

fn overlap(first: &Compiled, second: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let message = format!("a record can be of `{}` and of `{}` at once", first.entity.name, second.entity.name);
    let column = match first.entity.business.record.name.as_str() {
        "Prod" => "ProdGr",
        _ => "Gr[1]",
    };
    diagnostics.push(
        Diagnostic::new(codes::RECORDS_OVERLAP, message, second.places.systems, of(second))
            .also(first.places.systems, of(first))
            .help(format!("tell them apart in their own `where`, for example by a group: `where {column} = group` here and `where {column} != group` there")),
    );
}

fn identity(one: &Compiled) -> Option<(&str, Span)> {
    let slot = one.entity.identity?;
    Some((one.entity.field_name(Side::Business, Slot::Own(slot)), one.places.identity?))
}

fn same_identity(first: &Compiled, second: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let (Some((a, there)), Some((b, here))) = (identity(first), identity(second)) else { return };
    if a != b {
        return;
    }
    let message =
        format!("`{}` and `{}` keep their identity in one column of one record", first.entity.name, second.entity.name);
    diagnostics.push(
        Diagnostic::new(codes::IDENTITY_SHARED, message, here, format!("`{b}`"))
            .also(there, format!("`{a}`"))
            .help("a record that is both would lose one of them: give each a column of its own"),
    );
}

/// Fields that both write, told once for the two entities.
fn shared_fields(first: &Compiled, second: &Compiled, side: Side, diagnostics: &mut Vec<Diagnostic>) {
    let writes = |one: &Compiled| -> Vec<(String, Span)> {
        let lines = one.entity.lines.iter().zip(&one.lines);
        let written = lines.filter(|(line, _)| line.writes_to(side) && !line.on_create && !line.numbered);
        let fields = written.flat_map(|(line, fact)| {
            let name = |slot: &Slot| (one.entity.field_name(side, *slot).to_owned(), fact.span);
            line.slots(side).iter().map(name).collect::<Vec<_>>()
        });
        fields.collect()
    };
    let (a, b) = (writes(first), writes(second));
    let mut shared: Vec<&str> =
        b.iter().filter(|(name, _)| a.iter().any(|(n, _)| n == name)).map(|(n, _)| n.as_str()).collect();
    shared.dedup();
    let Some(name) = shared.first() else { return };
    let span = |all: &[(String, Span)]| all.iter().find(|(n, _)| n == name).map(|(_, span)| *span);
    let (Some(here), Some(there)) = (span(&b), span(&a)) else { return };
    let list = shared.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let message = format!(
        "a record that is both `{}` and `{}` gets {list} from two entities",
        first.entity.name, second.entity.name
    );
    diagnostics.push(
        Diagnostic::new(codes::SHARED_FIELDS, message, second.places.systems, of(second))
            .also(first.places.systems, of(first))
            .also(here, format!("written by `{}`", second.entity.name))
            .also(there, format!("written by `{}`", first.entity.name))
            .help("whichever changed last stands; narrow one of the two by its own `where` if that is not meant"),
    );
}

/// A column that one entity writes and another decides by.
fn filter_column(writer: &Compiled, reader: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let (a, b) = (&writer.entity, &reader.entity);
    if a.business.record != b.business.record || scopes::disjoint(&a.business.scope, &b.business.scope) {
        return;
    }
    let (Some(filter), Some(place)) = (&b.send_business, reader.places.send_business) else { return };
    let read: Vec<&str> = slots(&filter.condition).iter().map(|s| b.field_name(Side::Business, *s)).collect::<Vec<_>>();
    for (line, fact) in a.lines.iter().zip(&writer.lines).filter(|(line, _)| line.writes_to(Side::Business)) {
        // What both entities map is the other check's.
        let Some(name) = line.business.iter().map(|s| a.field_name(Side::Business, *s)).find(|n| read.contains(n))
        else {
            continue;
        };
        let both = b.lines.iter().any(|l| l.business.iter().any(|s| b.field_name(Side::Business, *s) == name));
        if both {
            continue;
        }
        let message = format!("`{}` writes `{name}`, by which `{}` decides what is sent", a.name, b.name);
        diagnostics.push(
            Diagnostic::new(codes::FILTER_COLUMN_WRITTEN, message, fact.span, "writes it")
                .also(place, "decides by it")
                .help("use another column in one of the two"),
        );
    }
}
