//! A plan as other programs read it; field names are stable.

use super::{Child, FieldChange, Operation, Plan, Planned};
use crate::value::Value;
use serde_json::{Value as Json, json};

/// A value as JSON has it: texts without quotes of ours, decimals as their digits in a text so that
/// no reader makes a float of them, dates and identifiers as text.
pub fn value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::List(values) | Value::Record(values) => values.iter().map(self::value).collect(),
        other => json!(other.to_string()),
    }
}

/// A value that is known only once another record has been created is an object that says which.
fn new(planned: &Planned) -> Json {
    match planned {
        Planned::Value(value) => self::value(value),
        Planned::Pending(r) => {
            json!({"pending": {"entity": r.entity, "from": r.from.word(), "value": r.value, "column": r.column}})
        }
    }
}

/// The document of `--format json`; `outcome` gives what became of an operation, by its identifier.
pub fn document(plan: &Plan, outcome: impl Fn(&str) -> Option<String>) -> Json {
    let fields = |of: &[FieldChange]| -> Vec<Json> {
        of.iter()
            .map(|f| {
                let name = f.part.as_ref().map_or_else(|| f.field.clone(), |p| format!("{}.{}", p.list, f.field));
                json!({"field": name, "old": value(&f.old), "new": new(&f.new), "because": {"file": f.because.file, "line": f.because.line}})
            })
            .collect()
    };
    let operation = |o: &Operation| {
        let child = |c: &Child| json!({"entity": c.entity, "name": c.name, "fields": fields(&c.fields)});
        let children: Vec<Json> = o.children.iter().map(child).collect();
        let fields = fields(&o.fields);
        let mut object = json!({"id": o.id, "kind": o.kind.word(), "side": o.side.word(), "key": o.key, "name": o.name, "fields": fields});
        if let (false, Some(members)) = (children.is_empty(), object.as_object_mut()) {
            members.insert("children".to_owned(), Json::Array(children));
        }
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
