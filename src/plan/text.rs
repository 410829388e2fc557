//! A plan as a person reads it: the sum first, then what changes, then what waits.

use super::{EntityPlan, FieldChange, Kind, Operation, Plan};
use crate::program::{Planned, Reference};
use crate::value::{Side, Value};
use std::fmt::Write;

/// The plan in words; with `every` all operations, otherwise the first of each kind.
pub fn render(plan: &Plan, every: bool) -> String {
    let mut text = String::new();
    let totals = plan.totals();
    let _ = writeln!(
        text,
        "{} to create, {} to update, {} to write back, {} to link; {} unchanged, {} held",
        totals.create, totals.update, totals.write_back, totals.link, totals.unchanged, totals.held
    );
    for entity in &plan.entities {
        let quiet = entity.operations.is_empty()
            && entity.paged.is_empty()
            && entity.held.is_empty()
            && entity.notes.is_empty()
            && entity.kept_back.is_empty();
        if !quiet {
            self::entity(&mut text, plan, entity, every);
        }
    }
    text
}

/// So many operations of one kind are shown unless all are asked for.
const SHOWN: usize = 8;

fn entity(text: &mut String, plan: &Plan, entity: &EntityPlan, every: bool) {
    let _ = writeln!(
        text,
        "\n{}  (read: {} from Severa, {} from Visma Business)",
        entity.entity, entity.read_severa, entity.read_business
    );
    for side in Side::BOTH {
        for kind in Kind::ALL {
            let of_kind: Vec<&Operation> =
                entity.operations.iter().filter(|o| o.side == side && o.kind == kind).collect();
            let shown = if every { of_kind.len() } else { SHOWN };
            for operation in of_kind.iter().take(shown) {
                self::operation(text, plan, operation);
            }
            if of_kind.len() > shown {
                let _ =
                    writeln!(text, "    … and {} more to {} in {}", of_kind.len() - shown, verb(kind), side.title());
            }
            let paged = entity.paged.side(side).kind(kind);
            if paged > 0 {
                let _ = writeln!(text, "    {paged} to {} in {}", verb(kind), side.title());
            }
        }
    }
    for held in &entity.held {
        let _ = writeln!(
            text,
            "  ! held  {} in {}: {} [{}]",
            format!("{} {}", held.key, held.name).trim(),
            held.side.title(),
            held.reason,
            held.code
        );
    }
    for note in &entity.notes {
        let _ = writeln!(text, "  · note  {} {} in {}: {}", note.key, note.name, note.side.title(), note.text);
    }
    for (condition, count) in &entity.kept_back {
        let _ = writeln!(text, "  · {count} kept back: `{condition}` does not hold");
    }
}

fn verb(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "create",
        Kind::Update => "update",
        Kind::WriteBack => "write back",
        Kind::Link => "link",
        Kind::Unlink => "unlink",
        Kind::Report => "report back",
    }
}

fn operation(text: &mut String, plan: &Plan, operation: &Operation) {
    let sign = match operation.kind {
        Kind::Create => '+',
        Kind::Update => '~',
        Kind::WriteBack => '<',
        Kind::Link => '=',
        Kind::Unlink => '≠',
        Kind::Report => '!',
    };
    let label = format!("{} {}", operation.key, operation.name);
    let _ = writeln!(text, "  {sign} {} in {}: {}", verb(operation.kind), operation.side.title(), label.trim());
    for number in &operation.numbers {
        let _ = writeln!(text, "      {number} = the next number");
    }
    fields(text, plan, operation.kind, "      ", &operation.fields);
    for child in &operation.children {
        let part = child.entity.rsplit('.').next().unwrap_or(&child.entity);
        let _ = writeln!(text, "      + {} {}", part.to_lowercase(), child.name);
        fields(text, plan, operation.kind, "          ", &child.fields);
    }
}

fn fields(text: &mut String, plan: &Plan, kind: Kind, indent: &str, fields: &[FieldChange]) {
    for field in fields {
        let part = field.part.as_ref().map(|p| format!("{}.", p.list)).unwrap_or_default();
        let new = match &field.new {
            Planned::Value(value) => called(plan, value),
            pending => planned(pending),
        };
        let old = called(plan, &field.old);
        let because = format!("{}:{}", field.because.file, field.because.line);
        let _ = match kind {
            Kind::Create => writeln!(text, "{indent}{part}{} = {new}   ({because})", field.field),
            _ => writeln!(text, "{indent}{part}{}: {old} → {new}   ({because})", field.field),
        };
    }
}

/// A value in words; an identifier by what it stands for.
fn called(plan: &Plan, value: &Value) -> String {
    let name = match value {
        Value::Guid(guid) => plan.names.get(&guid.to_string()).cloned(),
        _ => None,
    };
    name.unwrap_or_else(|| value.to_string())
}

/// A planned value in words.
pub fn planned(planned: &Planned) -> String {
    match planned {
        Planned::Value(value) => value.to_string(),
        Planned::Pending(Reference { entity, from, column, .. }) => match from {
            Side::Severa if column.is_empty() => format!("(the new {entity})"),
            Side::Severa => format!("(the {column} of the new {entity})"),
            Side::Business => format!("(the identifier of the new {entity})"),
        },
    }
}
