//! Every reading route of the document answers, and answers what the document says.

use crate::client::{Hand, free, request, story, token};
use crate::contract::{Contract, GAPS};
use samband::sandbox::severa::{Json, SeveraServer, World, object};
use serde_json::{Value, json};

/// A record of the table that a path's parameter speaks of; made where the story has none.
fn sample(world: &World, path: &str) -> String {
    let step = path.split('/').take_while(|step| !step.starts_with('{')).last().unwrap();
    let table = if step == "contacts" { "contactpersons" } else { step };
    let first = |table: &str| world.list(table).first().and_then(|row| row.get("guid")?.as_text().map(str::to_owned));
    let link = |table: &str| object([("guid", first(table).unwrap().into())]);
    first(table).unwrap_or_else(|| {
        let members = match table {
            "contactpersons" => {
                object([("firstName", "A".into()), ("lastName", "B".into()), ("customer", link("customers"))])
            }
            "contactcommunications" => {
                sample(world, "/v1/contactpersons/{guid}");
                object([
                    ("value", "a".into()),
                    ("contact", link("contactpersons")),
                    ("communicationType", link("communicationtypes")),
                ])
            }
            "invoices" => object([
                ("date", "2026-03-01".into()),
                ("dueDate", "2026-03-15".into()),
                ("projects", Json::List(vec![link("projects")])),
                ("status", link("invoicestatuses")),
            ]),
            "invoicerows" => {
                object([("invoiceGuid", sample(world, "/v1/invoices/{guid}").into()), ("quantity", 1.into())])
            }
            "projectfees" => object([("project", link("projects")), ("quantity", 1.into())]),
            "projecttravelexpenses" => {
                object([("project", link("projects")), ("phase", link("phases")), ("user", link("users"))])
            }
            "projectbillingcustomers" => {
                object([("project", link("projects")), ("billingCustomer", link("customers"))])
            }
            _ => object([("name", "A".into()), ("number", "1".into()), ("identifier", "1".into())]),
        };
        world.put(table, members)
    })
}

#[tokio::test]
async fn every_reading_route_keeps_the_document() {
    let (hand, contract) = (Hand::new(), Contract::load());
    let server = SeveraServer::new(story(&hand), free());
    let token = token(&server).await;
    let mut count = 0;
    for (method, path, _) in contract.operations().into_iter().filter(|(method, _, _)| method == "GET") {
        let target = match (path.find('{'), path.as_str()) {
            (_, "/v1/localization/countries/{code2}") => "/v1/localization/countries/NO".to_owned(),
            (_, "/v1/localization/countries/{code3}") => "/v1/localization/countries/FIN".to_owned(),
            (_, "/v1/localization/countries/{countryName}") => "/v1/localization/countries/Sweden".to_owned(),
            (Some(start), _) => {
                let end = path.find('}').unwrap();
                format!("{}{}{}", &path[..start], sample(server.world(), &path), &path[end + 1..])
            }
            (None, _) => path.clone(),
        };
        let response = server.handle(request("GET", &target, &token, "")).await.unwrap();
        let faults = contract.check_answer(
            &method,
            &target,
            response.status,
            response.header("Content-Type"),
            &response.body_text(),
        );
        assert!(
            faults.is_empty() && response.status < 300,
            "{target} → {}: {faults:#?}\n{}",
            response.status,
            response.body_text()
        );
        count += 1;
    }
    assert_eq!(count, 99);
}

/// A value that the contract takes for a described one, with the required members alone.
fn minimal(contract: &Contract, world: &World, held: &Value) -> Value {
    let Some(target) = held["$ref"].as_str() else {
        return match (held["type"].as_str(), held["format"].as_str()) {
            (Some("array"), _) => json!([minimal(contract, world, &held["items"])]),
            (Some("boolean"), _) => json!(true),
            (Some("integer" | "number"), _) => json!(1),
            (_, Some("date")) => json!("2026-03-01"),
            (_, Some("date-time")) => json!("2026-03-01T00:00:00Z"),
            _ => match held["x-relation-guid"].as_str() {
                Some(model) => json!(of_model(contract, world, model)),
                None => json!("NOK"),
            },
        };
    };
    let model = contract.schema(target);
    if let Some(values) = model["enum"].as_array() {
        return values[0].clone();
    }
    let required = model["required"].as_array().cloned().unwrap_or_default();
    let members = required
        .iter()
        .filter_map(Value::as_str)
        .map(|name| (name.to_owned(), minimal(contract, world, &model["properties"][name])));
    let mut made: serde_json::Map<String, Value> = members.collect();
    if let Some(related) = held["x-relation"].as_str() {
        made.insert("guid".into(), of_model(contract, world, related).into());
    }
    Value::Object(made)
}

/// The GUID of a record that is shown in the model.
fn of_model(contract: &Contract, world: &World, model: &str) -> String {
    let shows = |held: &Value| {
        held["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
            .as_str()
            .is_some_and(|shown| shown.ends_with(&format!("/{model}")))
    };
    let operations = contract.operations();
    let found =
        operations.iter().find(|(method, path, held)| method == "GET" && path.ends_with("/{guid}") && shows(held));
    sample(world, &found.unwrap_or_else(|| panic!("nothing shows {model}")).1)
}

#[tokio::test]
async fn every_writing_route_keeps_the_document() {
    let (hand, contract) = (Hand::new(), Contract::load());
    let server = SeveraServer::new(story(&hand), free());
    let token = token(&server).await;
    let (mut created, mut patched) = (0, 0);
    for (method, path, operation) in contract.operations() {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = match method.as_str() {
            "POST" if matches!(path.as_str(), "/v1/token" | "/v1/refreshtoken" | "/v1/signout" | "/v1/invoices") => {
                continue;
            }
            "POST" => {
                created += 1;
                let mut body = minimal(&contract, server.world(), schema);
                if path == "/v1/projectfees" {
                    body["name"] = json!("a rule asks for a product or a name");
                }
                body
            }
            "PATCH" => {
                patched += 1;
                json!([])
            }
            _ => continue,
        };
        let target = path
            .replace("{guid}", &sample(server.world(), &path))
            .replace("{customerGuid}", &sample(server.world(), &path));
        let mut bodies = vec![body];
        if method == "PATCH" {
            let shown = server.handle(request("GET", &target, &token, "")).await.unwrap().body_text();
            let shown: Value = serde_json::from_str(&shown).unwrap();
            let names = [
                "firstName",
                "name",
                "description",
                "notes",
                "value",
                "city",
                "title",
                "addressline",
                "isActive",
                "isDefault",
            ];
            let name = names.iter().find(|name| shown.get(**name).is_some());
            let name = name.unwrap_or_else(|| panic!("{path}: nothing to patch in {shown}"));
            let value = if shown[*name].is_boolean() { json!(true) } else { json!("Endret") };
            bodies.push(json!([{"op": "replace", "path": format!("/{name}"), "value": value}]));
        }
        for body in bodies.iter().map(Value::to_string) {
            let faults = contract.check_request(&method, &target, Some(&body));
            assert!(faults.is_empty(), "{method} {target} {body}: {faults:#?}");
            let response = server.handle(request(&method, &target, &token, &body)).await.unwrap();
            let faults = contract.check_answer(
                &method,
                &target,
                response.status,
                response.header("Content-Type"),
                &response.body_text(),
            );
            assert!(
                faults.is_empty() && response.status < 300,
                "{method} {target} {body} → {}: {faults:#?}\n{}",
                response.status,
                response.body_text()
            );
        }
    }
    assert_eq!((created, patched), (26, 29));
}

#[test]
fn the_gaps_are_told() {
    let told = include_str!("../../docs/contract-gaps.md");
    let headings: Vec<&str> =
        told.lines().filter_map(|line| line.strip_prefix("## ")).map(|line| line.trim()).collect();
    let known: Vec<&str> = GAPS.iter().map(|(name, _)| *name).collect();
    assert_eq!(headings, known);
}

#[test]
fn the_checker_sees_faults() {
    let contract = Contract::load();
    let check = |body: &str| contract.check_answer("GET", "/v1/currencies", 200, Some("application/json"), body);
    assert!(check("[]").is_empty());
    assert!(!check(r#"[{"code":"NOK"}]"#).is_empty(), "members are missing");
    assert!(!check(r#"{"code":"NOK"}"#).is_empty(), "it is no list");
    assert!(!contract.check_request("GET", "/v1/workhours?isApproved=true", None).is_empty());
    assert!(!contract.check_request("POST", "/v1/customers", Some(r#"{"name":"A","code":"1"}"#)).is_empty());
    assert!(!contract.check_request("POST", "/v1/customers", Some("{}")).is_empty());
    assert!(!contract.check_request("GET", "/v1/workdays", None).is_empty());
}
