//! Creating and patching: what is enforced, and what the server fills in itself.

use crate::client::{Client, Hand, free, story};
use samband::sandbox::severa::Options;
use serde_json::{Value, json};

async fn guid(client: &Client, target: &str) -> String {
    client.get(target).await.rows()[0]["guid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_customer_gets_its_number_stamps_and_address() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), free()).await;
    let sek = client.get("/v1/currencies").await.rows()[1]["guid"].as_str().unwrap().to_owned();
    let body =
        json!({"name": "Blå AB", "currency": {"guid": sek}, "kvkNumber": "1", "overdueInterest": 8.25}).to_string();
    let made = client.call("POST", "/v1/customers", Some(&body)).await;
    assert_eq!(made.status, 201);
    let customer = made.json();
    assert_eq!((&customer["number"], &customer["isInternal"]), (&json!(20_006), &json!(false)));
    assert_eq!(customer["currency"]["code"], "SEK");
    assert_eq!(
        (&customer["createdDateTime"], &customer["lastUpdatedDateTime"]),
        (&json!(hand.now().to_string()), &Value::Null)
    );
    assert!(made.text.contains(r#""overdueInterest":8.25"#));
    // GUIDs are the same in any case.
    let owner = &customer["guid"].as_str().unwrap().to_uppercase();
    let address = json!({"addressline": "A 1\nB 2", "city": "Oslo", "isBillingAddress": true}).to_string();
    let address = client.call("POST", &format!("/v1/customers/{owner}/addresses"), Some(&address)).await.json();
    assert_eq!(
        (&address["customer"]["number"], &address["country"]["englishName"]),
        (&json!(20_006), &json!("Norway"))
    );
    let shown = client.get(&format!("/v1/customers/{owner}")).await.json();
    assert_eq!(
        (&shown["headquarterAddress"]["city"], &shown["headquarterAddress"]["country"]),
        (&json!("Oslo"), &json!("Norway"))
    );
    assert_eq!(shown["lastUpdatedDateTime"], Value::Null);
    let nowhere = client.call("POST", "/v1/customers/11111111-1111-1111-1111-111111111111/addresses", Some("{}")).await;
    assert_eq!((nowhere.status, nowhere.text.as_str()), (404, ""));
}

#[tokio::test]
async fn a_project_gets_its_root_phase_and_hours_their_project() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), free()).await;
    let customer = guid(&client, "/v1/customers?numbers=10001").await;
    let owner = guid(&client, "/v1/users?code=1").await;
    let body = json!({"name": "Uusi", "customer": {"guid": customer}, "projectOwner": {"guid": owner}, "useWorktypesFromSetting": false});
    let project = client.call("POST", "/v1/projects", Some(&body.to_string())).await.json();
    assert_eq!((&project["number"], &project["rootPhase"]["name"]), (&json!(6009), &json!("Uusi")));
    assert_eq!((&project["salesStatus"]["name"], &project["currency"]["code"]), (&json!("Lead"), &json!("EUR")));
    assert_eq!(
        (&project["projectOwner"]["name"], &project["useWorkTypesFromSetting"]),
        (&json!("Solberg Ingrid"), &json!(false))
    );
    let phase =
        json!({"name": "Vaihe", "parentPhase": {"guid": project["rootPhase"]["guid"]}, "isLocked": true}).to_string();
    let phase = client.call("POST", "/v1/phases", Some(&phase)).await.json();
    assert_eq!(phase["project"]["number"], 6009);
    let kind = guid(&client, "/v1/worktypes?code=W100").await;
    let hour = |phase: &Value| {
        json!({"phase": {"guid": phase}, "user": {"guid": owner}, "workType": {"guid": kind}, "eventDate": "2026-03-02"}).to_string()
    };
    let refused = client.call("POST", "/v1/workhours", Some(&hour(&phase["guid"]))).await;
    assert_eq!(refused.error().1, "InvalidOperation");
    let body = hour(&project["rootPhase"]["guid"]).replace("\"eventDate\"", r#""quantity":120.50,"eventDate""#);
    let made = client.call("POST", "/v1/workhours", Some(&body)).await;
    assert!(made.text.contains(r#""quantity":120.50"#), "{}", made.text);
    let hour = made.json();
    assert_eq!(
        (&hour["customer"]["number"], &hour["project"]["number"], &hour["workType"]["code"]),
        (&json!(10_001), &json!(6009), &json!("W100"))
    );
    assert_eq!(
        (&hour["isApproved"], &hour["billableStatus"], &hour["isProductive"]),
        (&Value::Null, &json!("Billable"), &json!(true))
    );
    let fee = json!({"project": {"guid": project["guid"]}, "name": "Hotelli", "quantity": 1}).to_string();
    let fees = client.call("POST", "/v1/projectfees", Some(&fee)).await;
    assert_eq!((fees.status, fees.rows().len()), (201, 1));
}

#[tokio::test]
async fn bodies_that_break_the_model_are_refused_with_their_place() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), free()).await;
    let ghost = "11111111-1111-1111-1111-111111111111";
    for (target, body, place) in [
        ("/v1/customers", json!({}), "name"),
        ("/v1/customers", json!({"name": ""}), "name"),
        ("/v1/customers", json!({"name": null}), "name"),
        ("/v1/customers", json!({"name": "A", "code": "1"}), "code"),
        ("/v1/customers", json!({"name": "A", "isInternal": true}), "isInternal"),
        ("/v1/customers", json!({"name": "A", "isActive": null}), "isActive"),
        ("/v1/customers", json!({"name": "A", "number": "1001"}), "number"),
        ("/v1/customers", json!({"name": "A", "number": 1.5}), "number"),
        ("/v1/customers", json!({"name": "A", "kvkNumber": "12345678901234567890123456"}), "kvkNumber"),
        ("/v1/customers", json!({"name": "A", "currency": {"guid": ghost}}), "currency.guid"),
        ("/v1/users", json!({"firstName": "A", "lastName": "B", "userType": "Boss"}), "userType"),
        ("/v1/users", json!({"firstName": "A", "lastName": "B", "birthDate": "soon"}), "birthDate"),
        ("/v1/users", json!({"firstName": "A", "lastName": "B", "businessUnit": {}}), "businessUnit.guid"),
        ("/v1/users", json!({"firstName": "A"}), "lastName"),
        (
            "/v1/worktypes",
            json!({"name": "A", "hourCost": {"amount": 1, "currencyCode": "XXX"}}),
            "hourCost.currencyCode",
        ),
        (
            "/v1/projects",
            json!({"name": "A", "customer": {"guid": ghost}, "projectOwner": {"guid": ghost}}),
            "customer.guid",
        ),
        (
            "/v1/contactpersons",
            json!({"firstName": "A", "lastName": "B", "customer": {"guid": ghost}}),
            "customer.guid",
        ),
    ] {
        let answer = client.wrong("POST", target, Some(&body.to_string())).await;
        assert_eq!(answer.error(), (400, "InvalidParameter".into(), place.into()), "{target} {body}");
    }
    assert_eq!(client.wrong("POST", "/v1/customers", Some("{\"name\":")).await.error().1, "InvalidRequest");
}

#[tokio::test]
async fn a_patch_replaces_and_answers_a_list() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), free()).await;
    let customer = guid(&client, "/v1/customers?numbers=10000").await;
    let target = format!("/v1/customers/{customer}");
    let eur = client.get("/v1/currencies").await.rows()[2]["guid"].clone();
    let patch = json!([
        {"op": "replace", "path": "/name", "value": "Fjordkraft AS"},
        {"op": "Replace", "path": "/currency/guid", "value": eur},
        {"op": "REPLACE", "path": "/vatNumber", "value": null},
        {"op": "Replace", "path": "/paymentTerm", "value": 30},
    ]);
    hand.forward(5_000);
    let rows = client.call("PATCH", &target, Some(&patch.to_string())).await.rows();
    let held = &rows[0];
    assert_eq!(
        (&held["name"], &held["currency"]["code"], &held["vatNumber"], &held["paymentTerm"]),
        (&json!("Fjordkraft AS"), &json!("EUR"), &Value::Null, &json!(30))
    );
    assert_eq!(held["lastUpdatedDateTime"], json!(hand.now().to_string()));
    let address = client.get(&format!("/v1/customers/{customer}/addresses")).await.rows()[0].clone();
    assert_eq!(address["customer"]["name"], "Fjordkraft AS");
    for (op, path, value, kind) in [
        ("remove", "/name", json!("x"), "InvalidOperation"),
        ("test", "/name", json!("x"), "InvalidParameter"),
        ("replace", "/naem", json!("x"), "InvalidParameter"),
        ("replace", "name", json!("x"), "InvalidParameter"),
        ("replace", "/isInternal", json!(true), "InvalidParameter"),
        ("replace", "/headquarterAddress/city", json!("x"), "InvalidParameter"),
        ("replace", "/name", Value::Null, "InvalidParameter"),
        ("replace", "/paymentTerm", json!("30"), "InvalidParameter"),
        ("replace", "/owner/guid", json!("11111111-1111-1111-1111-111111111111"), "InvalidParameter"),
    ] {
        let patch = json!([{"op": op, "path": path, "value": value}]).to_string();
        let answer = client.wrong("PATCH", &target, Some(&patch)).await;
        assert_eq!((answer.status, answer.error().1.as_str()), (400, kind), "{op} {path} {value}");
    }
    assert_eq!(client.get(&target).await.json()["name"], "Fjordkraft AS", "a refused patch changes nothing");
    let missing = client.call("PATCH", "/v1/customers/11111111-1111-1111-1111-111111111111", Some("[]")).await;
    assert_eq!((missing.status, missing.text.as_str()), (404, ""));
}

#[tokio::test]
async fn contacts_and_communications() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), free()).await;
    let customer = guid(&client, "/v1/customers?numbers=10000").await;
    let body = json!({"firstName": "Silje", "lastName": "Dahl", "customer": {"guid": customer}}).to_string();
    let contact = client.call("POST", "/v1/contactpersons", Some(&body)).await.json();
    let kinds = client.get("/v1/communicationtypes").await.rows();
    let body = json!({"value": "silje@example.no", "contact": {"guid": contact["guid"]}, "communicationType": {"guid": kinds[0]["guid"]}, "isForbiddenToUse": false});
    let held = client.call("POST", "/v1/contactcommunications", Some(&body.to_string())).await.json();
    let target = format!("/v1/contactcommunications/{}", held["guid"].as_str().unwrap());
    let patched =
        client.call("PATCH", &target, Some(r#"[{"op":"Replace","path":"/value","value":"s@example.no"}]"#)).await;
    assert_eq!(patched.json()["value"], "s@example.no", "this route answers one object");
    let shown = client.get(&format!("/v1/contactpersons/{}", contact["guid"].as_str().unwrap())).await.json();
    assert_eq!((&shown["emails"], &shown["name"]), (&json!(["s@example.no"]), &json!("Dahl Silje")));
}

#[tokio::test]
async fn the_lenient_server_ignores_what_the_real_one_is_believed_to_ignore() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), Options { strict: false, ..free() }).await;
    assert_eq!(client.wrong("GET", "/v1/workhours?isApproved=true", None).await.rows().len(), 15);
    let made = client.wrong("POST", "/v1/customers", Some(r#"{"name":"A","code":"1","isInternal":true}"#)).await;
    assert_eq!((made.status, &made.json()["isInternal"]), (201, &json!(false)));
}
