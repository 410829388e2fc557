//! What a plan makes of one record, in words.

use crate::plan::{EntityPlan, Kind};
use crate::program::{Entity, Sends};
use crate::value::Side;

/// One line for everything that a plan does with a record of `side`, or why it does nothing.
pub fn fate(entity: &Entity, plan: &EntityPlan, side: Side, id: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let label = |key: &str, name: &str| {
        let label = format!("{key} {name}");
        if label.trim().is_empty() { id.to_owned() } else { label.trim().to_owned() }
    };
    for held in plan.held.iter().filter(|held| held.side == side && held.id == id) {
        let label = label(&held.key, &held.name);
        lines.push(format!("{label} in {} is held: {} [{}]", side.title(), held.reason, held.code));
    }
    for operation in &plan.operations {
        if !operation.records().any(|(own, record)| own == side && record == id) {
            continue;
        }
        let label = label(&operation.key, &operation.name);
        let to = operation.side.title();
        let fields: Vec<&str> = operation.fields.iter().map(|field| field.field.as_str()).collect();
        lines.push(match operation.kind {
            Kind::Create => format!("{label} is created in {to} as a new {}", entity.title),
            Kind::Update => format!("{label} in {to} is changed: {}", fields.join(", ")),
            Kind::WriteBack => format!("{label} in {to} gets what flows back: {}", fields.join(", ")),
            Kind::Link => format!("{label} in {to} gets our identifier"),
            Kind::Unlink => format!("our identifier is taken out of {label} in {to}"),
            Kind::Report => format!("{label} in {to} is told that it cannot be carried over"),
        });
    }
    lines
}

/// Why a record that nothing is planned for stays where it is.
pub fn stays(entity: &Entity, side: Side, sends: &Sends) -> Option<String> {
    if !entity.creates_on(side.other()) {
        return Some(format!("{} are not carried over from {}", entity.name, side.title()));
    }
    match sends {
        Sends::Yes => None,
        Sends::No(condition) => Some(format!("`{condition}` does not hold, so it is not sent")),
    }
}
