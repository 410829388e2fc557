//! Checks requests and answers against the vendor's published document with a JSON Schema validator that shares no
//! code with the sandbox. Where the document is known to be incomplete, `GAPS` says so; `docs/contract-gaps.md` holds
//! the same list for readers.
#![allow(dead_code)]

use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The document's known gaps: the heading in `docs/contract-gaps.md` and what is taken instead.
pub const GAPS: &[(&str, &str)] = &[
    ("patch-values", "PatchOperation.value is typed as a string; any JSON value is sent"),
    ("patch-paths", "PatchOperation.op is sent in any case; paths are those of the input model"),
    ("invoice-input-model", "InvoiceInputModel and InvoiceRowInputModel are named and not published"),
    ("billing", "how rows are grouped, rounded, taxed and credited is not published"),
    ("error-bodies", "400, 401, 403 and 429 are not listed; 429 is plain text, 404 has no body"),
    ("unknown-members", "the document does not say what happens to unknown members and parameters"),
    ("later-additions", "members, parameters and routes of December 2024 are marked x-since"),
    ("wrong-relations", "some x-relation name the wrong model"),
    ("token-body", "members of the token request are read in any case, others are ignored"),
    ("not-carried", "what the sandbox answers with 501"),
];

/// Which way a body goes: answers must be complete, requests must not hold read-only members.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Way {
    Answer,
    Request,
}

/// The document, ready to check with.
pub struct Contract {
    document: Value,
    validators: Mutex<HashMap<(Way, String), Arc<jsonschema::Validator>>>,
}

impl Contract {
    /// Reads the repository's copy of the document.
    pub fn load() -> Contract {
        let text = include_str!("../../facts/severa-openapi.json");
        Contract { document: serde_json::from_str(text).unwrap(), validators: Mutex::default() }
    }

    /// Every operation: method in capitals, path, operation.
    pub fn operations(&self) -> Vec<(String, String, &Value)> {
        let paths = self.document["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, held)| {
            held.as_object().unwrap().iter().map(move |(method, held)| (method.to_uppercase(), path.clone(), held))
        });
        all.collect()
    }

    /// The schema that a `$ref` points at.
    pub fn schema(&self, reference: &str) -> &Value {
        &self.document["components"]["schemas"][reference.rsplit('/').next().unwrap()]
    }

    /// What is wrong with a request. `target` is path and query below `/rest-api`.
    pub fn check_request(&self, method: &str, target: &str, body: Option<&str>) -> Vec<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(operation) = self.operation(method, path) else {
            return vec![format!("no operation {method} {path}")];
        };
        let mut faults = Vec::new();
        let empty = Vec::new();
        let known: Vec<&str> = operation["parameters"]
            .as_array()
            .unwrap_or(&empty)
            .iter()
            .filter(|held| held["in"] == "query")
            .filter_map(|held| held["name"].as_str())
            .collect();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let name = pair.split('=').next().unwrap().split('[').next().unwrap();
            if !known.contains(&name) {
                faults.push(format!("{method} {path} has no parameter {name}"));
            }
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        match body {
            Some(body) if schema.is_object() && path != "/v1/token" => {
                faults.extend(self.validate(Way::Request, schema, body))
            }
            None if schema.is_object() => faults.push(format!("{method} {path} needs a body")),
            _ => {}
        }
        faults
    }

    /// What is wrong with an answer to a request.
    pub fn check_answer(
        &self,
        method: &str,
        target: &str,
        status: u16,
        content_type: Option<&str>,
        body: &str,
    ) -> Vec<String> {
        let path = target.split('?').next().unwrap();
        let kind = content_type.unwrap_or_default();
        match status {
            404 => return if body.is_empty() { vec![] } else { vec![format!("404 has no body: {body}")] },
            429 => {
                return if kind.starts_with("text/plain") {
                    vec![]
                } else {
                    vec![format!("429 is plain text, not {kind}")]
                };
            }
            501 => return vec![format!("{method} {target} is not carried: {body}")],
            _ => {}
        }
        let exception = json!({"$ref": "#/components/schemas/ExceptionModel"});
        let Some(operation) = self.operation(method, path) else {
            return if status >= 400 {
                self.validate(Way::Answer, &exception, body)
            } else {
                vec![format!("no operation {method} {path}")]
            };
        };
        if status >= 400 {
            return self.validate(Way::Answer, &exception, body);
        }
        let response = &operation["responses"][status.to_string()];
        if !response.is_object() {
            return vec![format!("{method} {path} does not answer {status}")];
        }
        match response["content"].as_object().and_then(|content| content.iter().next()) {
            Some((wanted, held)) if wanted == "application/json" => {
                let mut faults = self.validate(Way::Answer, &held["schema"], body);
                if !kind.starts_with("application/json") {
                    faults.push(format!("{method} {path} answers {kind}"));
                }
                faults
            }
            _ => vec![],
        }
    }

    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let path = path.replacen("/v1.0/", "/v1/", 1);
        let given: Vec<&str> = path.split('/').collect();
        let fits = |held: &str| {
            let steps: Vec<&str> = held.split('/').collect();
            steps.len() == given.len()
                && steps
                    .iter()
                    .zip(&given)
                    .all(|(step, given)| step.starts_with('{') || step.eq_ignore_ascii_case(given))
        };
        let paths = self.document["paths"].as_object().unwrap();
        let mut found: Vec<&String> =
            paths.keys().filter(|held| fits(held) && paths[*held][method.to_lowercase()].is_object()).collect();
        found.sort_by_key(|held| held.matches('{').count());
        // One look-up answers a single country, the others lists of them: told apart by the value's shape.
        if path.starts_with("/v1/localization/countries/") {
            let single = given.last().unwrap().len() == 36;
            found.retain(|held| held.ends_with("{guid}") == single);
        }
        found.first().map(|held| &paths[*held][method.to_lowercase()])
    }

    fn validate(&self, way: Way, schema: &Value, body: &str) -> Vec<String> {
        let Ok(body) = serde_json::from_str::<Value>(body) else { return vec![format!("not JSON: {body}")] };
        let key = (way, schema.to_string());
        let known = self.validators.lock().unwrap().get(&key).cloned();
        let validator = known.unwrap_or_else(|| {
            let mut whole = convert(schema);
            let held = self.document["components"]["schemas"].as_object().unwrap();
            let models: Map<String, Value> =
                held.iter().map(|(name, held)| (name.clone(), model(name, held, way))).collect();
            whole["$defs"] = Value::Object(models);
            let built = Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap());
            self.validators.lock().unwrap().insert(key, Arc::clone(&built));
            built
        });
        validator.iter_errors(&body).map(|fault| format!("{} at {}", fault, fault.instance_path())).collect()
    }
}

/// A model as JSON Schema: nothing unknown, in answers every member.
fn model(name: &str, held: &Value, way: Way) -> Value {
    let mut schema = convert(held);
    let Some(properties) = held["properties"].as_object() else { return schema };
    let takes = |held: &Value| way == Way::Answer || held["readOnly"] != json!(true);
    let mut shown: Map<String, Value> =
        properties.iter().filter(|(_, held)| takes(held)).map(|(name, held)| (name.clone(), convert(held))).collect();
    if name == "PatchOperation" {
        shown.insert("value".into(), json!({}));
        shown.insert("op".into(), json!({"type": "string"}));
    }
    let required: Vec<Value> = match way {
        Way::Answer => shown.keys().cloned().map(Value::from).collect(),
        Way::Request => held["required"].as_array().cloned().unwrap_or_default(),
    };
    schema["properties"] = Value::Object(shown);
    schema["required"] = Value::Array(required);
    schema["additionalProperties"] = json!(false);
    schema
}

/// One schema of OpenAPI 3.0 as JSON Schema: `nullable`, references, lists.
fn convert(held: &Value) -> Value {
    let nullable = held["nullable"] == json!(true);
    if let Some(target) = held["$ref"].as_str() {
        let target = json!({"$ref": target.replace("#/components/schemas/", "#/$defs/")});
        return if nullable { json!({"anyOf": [target, {"type": "null"}]}) } else { target };
    }
    let mut schema = Map::new();
    for name in ["format", "maxLength", "minLength", "minimum", "maximum", "enum"] {
        if let Some(value) =
            held.get(name).filter(|value| !matches!(value.as_str(), Some("int32" | "int64" | "double" | "binary")))
        {
            schema.insert(name.into(), value.clone());
        }
    }
    if let Some(kind) = held["type"].as_str() {
        schema.insert("type".into(), if nullable { json!([kind, "null"]) } else { json!(kind) });
    }
    if held["items"].is_object() {
        schema.insert("items".into(), convert(&held["items"]));
    }
    Value::Object(schema)
}
