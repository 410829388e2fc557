//! A plan as other programs read it; field names are stable.

use super::text::planned;
use super::{Operation, Plan};
use serde_json::{Value as Json, json};

/// The document of `--format json`; `outcome` gives what became of an operation, by its identifier.
pub fn document(plan: &Plan, outcome: impl Fn(&str) -> Option<String>) -> Json {
    let operation = |o: &Operation| {
        let fields: Vec<Json> = o
            .fields
            .iter()
            .map(|f| {
                let name = f.part.as_ref().map_or_else(|| f.field.clone(), |p| format!("{}.{}", p.list, f.field));
                json!({"field": name, "old": f.old.to_string(), "new": planned(&f.new), "because": {"file": f.because.file, "line": f.because.line}})
            })
            .collect();
        let mut object = json!({"id": o.id, "kind": o.kind.word(), "side": o.side.word(), "key": o.key, "name": o.name, "fields": fields});
        if let (Some(outcome), Some(members)) = (outcome(&o.id), object.as_object_mut()) {
            members.insert("outcome".to_owned(), Json::String(outcome));
        }
        object
    };
    let entities: Vec<Json> = plan
        .entities
        .iter()
        .map(|e| {
            let held: Vec<Json> = e.held.iter().map(|h| json!({"side": h.side.word(), "key": h.key, "name": h.name, "code": h.code, "reason": h.reason})).collect();
            let notes: Vec<Json> = e.notes.iter().map(|n| json!({"side": n.side.word(), "key": n.key, "name": n.name, "text": n.text})).collect();
            json!({
                "entity": e.entity,
                "read": {"severa": e.read_severa, "business": e.read_business},
                "operations": e.operations.iter().map(operation).collect::<Vec<_>>(),
                "held": held,
                "notes": notes,
            })
        })
        .collect();
    json!({
        "mapping": plan.mapping,
        "settings_hash": plan.fingerprint,
        "made_at": plan.made_at,
        "entities": entities,
        "totals": plan.totals(),
    })
}
