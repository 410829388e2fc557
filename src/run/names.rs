//! What identifiers in a plan stand for, so that a person can read it.

use super::index::Index;
use crate::plan::{Operation, Plan, Planned};
use crate::program::Lookups;
use crate::value::{Guid, Value};
use std::collections::BTreeSet;

/// Gives every identifier among a plan's values its name: that of the tenant's own settings and tables, or the
/// number that its counterpart has in Visma Business.
pub fn name(plan: &mut Plan, lookups: &Lookups, index: &Index) {
    let operations = plan.entities.iter().flat_map(|entity| &entity.operations);
    let guids: BTreeSet<Guid> = operations.flat_map(values).filter_map(guid).collect();
    let named = |guid: &Guid| lookups.called(guid).or_else(|| index.called(&guid.to_string()));
    plan.names = guids.into_iter().filter_map(|guid| Some((guid.to_string(), named(&guid)?))).collect();
}

fn values(operation: &Operation) -> impl Iterator<Item = &Value> {
    let children = operation.children.iter().flat_map(|child| &child.fields);
    operation.fields.iter().chain(children).flat_map(|field| {
        let new = match &field.new {
            Planned::Value(value) => Some(value),
            Planned::Pending(_) => None,
        };
        new.into_iter().chain(std::iter::once(&field.old))
    })
}

fn guid(value: &Value) -> Option<Guid> {
    match value {
        Value::Guid(guid) => Some(*guid),
        _ => None,
    }
}
