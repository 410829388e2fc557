//! Invoices: what drafts are made of, what they sum up to, and what is refused when they are sent.

use crate::client::{Client, Hand, free, story};
use samband::sandbox::severa::{Bill, Json, World, object};
use serde_json::{Value, json};

/// The only invoice on those projects that is no credit note and in that status.
fn invoice(world: &World, projects: &[i64], status: &str) -> Value {
    let all = world.list("invoices").into_iter().map(|held| serde_json::from_str::<Value>(&held.to_string()).unwrap());
    let numbers = |held: &Value| -> Vec<i64> {
        held["projects"].as_array().unwrap().iter().filter_map(|project| project["number"].as_i64()).collect()
    };
    let fits = |held: &Value| {
        numbers(held) == projects && held["status"]["name"] == status && held["isCreditNote"] == json!(false)
    };
    let mut found: Vec<Value> = all.filter(fits).collect();
    assert_eq!(found.len(), 1, "{projects:?} {status}");
    found.remove(0)
}

fn guid(held: &Value) -> &str {
    held["guid"].as_str().unwrap()
}

fn project(world: &World, number: &str) -> String {
    world.find("projects", "number", number).unwrap()
}

async fn rows(client: &Client, invoice: &Value) -> Vec<Value> {
    client.get(&format!("/v1/invoices/{}/invoicerows", guid(invoice))).await.rows()
}

fn amount(held: &Value) -> f64 {
    held["amount"].as_f64().unwrap()
}

/// Totals without tax, of tax, and with it.
fn totals(held: &Value) -> [f64; 3] {
    ["totalExcludingTax", "totalTax", "totalIncludingTax"].map(|name| amount(&held[name]))
}

#[tokio::test]
async fn the_storys_drafts_hold_their_cases() {
    let hand = Hand::new();
    let world = story(&hand);
    let client = Client::start(world.clone(), free()).await;
    let one = invoice(&world, &[5002], "Ready for transfer");
    assert_eq!(totals(&one), [1172.0, 255.63, 1427.63], "{one}");
    let held = rows(&client, &one).await;
    let shown = |row: &Value| {
        (row["rowType"].clone(), row["code"][0].clone(), row["quantity"].to_string(), row["vatRate"].to_string())
    };
    let expected = [
        ("Hours", "W200", "5.5", "25"),
        ("Hours", "W300", "4", "25"),
        ("ProjectFees", "P-100", "2", "25"),
        ("TravelExpenses", "HOTEL", "1", "0"),
    ];
    let expected = expected.map(|(kind, code, quantity, vat)| (json!(kind), json!(code), quantity.into(), vat.into()));
    assert_eq!(held.iter().map(shown).collect::<Vec<_>>(), expected);
    assert_eq!((&one["currency"]["code"], &one["currencyRate"]), (&json!("EUR"), &json!(0.086)));
    assert_eq!(
        (&one["dueDate"], &one["paymentTerm"], &one["number"]),
        (&json!("2026-03-02"), &json!(30), &Value::Null)
    );
    assert_eq!(one["receiverAddress"]["addressline"], "Mannerheimintie 1\nPL 12");
    assert_eq!((&one["workHoursQuantity"], &one["canBeDeleted"]), (&json!(9.5), &json!(true)));
    let two = invoice(&world, &[6007, 5003], "Ready for transfer");
    assert_eq!(rows(&client, &two).await.len(), 3, "the hours of each project are a row");
    let foreign = invoice(&world, &[5005], "Ready for transfer");
    assert_eq!(totals(&foreign), [3030.0, 757.5, 3787.5], "exchanged by the tenant's rates");
    assert_eq!(rows(&client, &foreign).await[0]["unitPrice"]["currencyCode"], "NOK");
    let bare = invoice(&world, &[5004], "Ready for transfer");
    assert_eq!(rows(&client, &bare).await[0]["code"], json!([]));
    let sent = invoice(&world, &[6003], "Sent");
    assert_eq!((&sent["number"], &sent["canBeDeleted"]), (&json!(30_001), &json!(false)));
    let note = client.get(&format!("/v1/invoices/{}", guid(&sent["creditNoteInvoice"]))).await.json();
    assert_eq!((&note["isCreditNote"], &note["reimburseInvoice"]["number"]), (&json!(true), &json!(30_001)));
    assert_eq!(totals(&note), [-270.0, -67.5, -337.5]);
    assert_eq!(client.get(&format!("/v1/invoices/{}/workhours", guid(&note))).await.rows().len(), 0);
}

#[tokio::test]
async fn what_is_billable_becomes_a_draft_once() {
    let hand = Hand::new();
    let world = story(&hand);
    let client = Client::start(world.clone(), free()).await;
    let (app, shop) = (project(&world, "6001"), project(&world, "5002"));
    let body = json!({"projects": [{"guid": app}], "date": "2026-03-01"}).to_string();
    let made = client.call("POST", "/v1/invoices", Some(&body)).await;
    assert_eq!(made.status, 201);
    let draft = made.rows().remove(0);
    assert_eq!((&draft["status"]["name"], &draft["dueDate"]), (&json!("Draft"), &json!("2026-03-15")));
    let parts =
        ["workHoursTotalExcludingTax", "projectFeesTotalExcludingTax", "projectTravelExpensesTotalExcludingTax"];
    // The hours that nobody has decided on stay out.
    assert_eq!(parts.map(|name| amount(&draft[name])), [180.75, 1351.5, 222.6]);
    let hours = client.get(&format!("/v1/invoices/{}/workhours", guid(&draft))).await.rows();
    let held = rows(&client, &draft).await;
    assert_eq!((hours.len(), &hours[0]["invoiceRowGuid"]), (1, &held[0]["guid"]));
    assert_eq!((&hours[0]["isModifiable"], &hours[0]["invoice"]["guid"]), (&json!(false), &draft["guid"]));
    assert_eq!(hours[0]["lastUpdatedDateTime"], json!(hand.now().to_string()), "a billed hour has changed");
    let patch = r#"[{"op":"Replace","path":"/description","value":"x"}]"#;
    let fee = client.get(&format!("/v1/invoices/{}/projectfees", guid(&draft))).await.rows().remove(0);
    for target in [format!("/v1/workhours/{}", guid(&hours[0])), format!("/v1/projectfees/{}", guid(&fee))] {
        assert_eq!(client.call("PATCH", &target, Some(patch)).await.error().1, "InvalidOperation");
    }
    assert_eq!(client.call("POST", "/v1/invoices", Some(&body)).await.rows().len(), 0, "nothing is left");
    let both = json!({"projects": [{"guid": app}, {"guid": shop}], "groupProjects": true}).to_string();
    assert_eq!(client.call("POST", "/v1/invoices", Some(&both)).await.error().1, "InvalidOperation");
    let nowhere = json!({"projects": [{"guid": "11111111-1111-1111-1111-111111111111"}]}).to_string();
    assert_eq!(client.call("POST", "/v1/invoices", Some(&nowhere)).await.error().2, "projects[0].guid");
}

#[tokio::test]
async fn an_invoice_goes_its_way_by_status() {
    let hand = Hand::new();
    let world = story(&hand);
    let client = Client::start(world.clone(), free()).await;
    let draft = invoice(&world, &[5002], "Ready for transfer");
    let target = format!("/v1/invoices/{}", guid(&draft));
    let row = format!("/v1/invoicerows/{}", guid(&rows(&client, &draft).await[0]));
    let status = |name: &str| {
        let guid = world.find("invoicestatuses", "name", name).unwrap();
        json!({"op": "Replace", "path": "/status/guid", "value": guid})
    };
    let set = |path: &str, value: Value| json!({"op": "Replace", "path": path, "value": value});
    let changed = client.call("PATCH", &row, Some(&json!([set("/quantity", json!(6))]).to_string())).await;
    assert_eq!(changed.rows()[0]["quantity"], json!(6));
    let shown = client.get(&target).await.json();
    assert_eq!(amount(&shown["totalExcludingTax"]), 1219.5, "its sums follow its rows");
    let patch = |operations: Value| {
        let (client, target) = (&client, &target);
        async move { client.call("PATCH", target, Some(&operations.to_string())).await }
    };
    let failed = patch(json!([status("Error"), set("/notes", json!("Ukjent produkt"))])).await.rows().remove(0);
    assert_eq!((&failed["status"]["name"], &failed["notes"]), (&json!("Error"), &json!("Ukjent produkt")));
    let moved = patch(json!([status("Transferred")])).await.rows().remove(0);
    assert_eq!(moved["number"], json!(30_002), "this status has a number");
    assert_eq!(patch(json!([set("/notes", json!("x"))])).await.error().1, "InvalidOperation", "it is read-only");
    let sent = patch(json!([status("Sent"), set("/number", json!(70_012))])).await.rows().remove(0);
    assert_eq!((&sent["number"], &sent["status"]["isSent"]), (&json!(70_012), &json!(true)));
    assert_eq!(patch(json!([set("/date", json!("2026-03-02"))])).await.error().2, "date");
    let body = json!([set("/quantity", json!(7))]).to_string();
    assert_eq!(client.call("PATCH", &row, Some(&body)).await.error().1, "InvalidOperation");
    assert_eq!(patch(json!([set("/notes", json!("Purret"))])).await.status, 200);
    let paid = patch(json!([status("Paid")])).await.rows().remove(0);
    assert_eq!((&paid["paymentDate"], &paid["canBeDeleted"]), (&json!("2026-03-02"), &json!(false)));
}

#[test]
fn the_project_managers_hands() {
    let hand = Hand::new();
    let world = story(&hand);
    let hour = world.find("workhours", "description", "Ikke levert ennå").unwrap();
    let bill = Bill { projects: vec![project(&world, "6001")], ..Bill::default() };
    world.approve_hours(&[&hour], true).unwrap();
    world.change_hour(&hour, object([("quantity", 5.into()), ("plannedInvoiceQuantity", 5.into())])).unwrap();
    let gone = world.find("workhours", "description", "Prototype").unwrap();
    world.delete_hour(&gone).unwrap();
    assert_eq!(world.list("deletedworkhours").len(), 1);
    let made = world.bill(&bill).unwrap();
    let draft = world.get("invoices", &made[0]).unwrap();
    assert_eq!(draft.at("workHoursQuantity"), Some(&Json::Number("5".into())));
    assert!(world.change_hour(&hour, object([("quantity", 4.into())])).is_err());
    assert!(world.delete_hour(&hour).is_err());
    assert!(world.credit(&made[0]).is_err(), "a draft is not credited");
    world.set_invoice_status(&made[0], "Sent").unwrap();
    let note = world.credit(&made[0]).unwrap();
    assert!(world.credit(&made[0]).is_err(), "once only");
    assert!(world.credit(&note).is_err());
    assert!(world.set_invoice_status(&note, "Lost").is_err(), "no such status");
    assert!(world.bill(&bill).unwrap().is_empty());
}
