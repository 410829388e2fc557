//! Pages and filters.

use crate::client::{Client, Hand, free, story};
use samband::sandbox::seed::{Size, seed};
use samband::sandbox::severa::object;
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn token_pages_lose_and_repeat_nothing() {
    let hand = Hand::new();
    let world = seed(Size::Customers(250), 3, hand.clock()).world;
    let all = world.count("customers");
    assert!(all > 150, "{all}");
    let client = Client::start(world.clone(), free()).await;
    assert_eq!(client.get("/v1/customers").await.rows().len(), 20);
    let (mut seen, mut target, mut pages) =
        (BTreeSet::new(), "/v1/customers?rowCount=1000&isInternal=false".to_owned(), 0);
    loop {
        let page = client.get(&target).await;
        assert!(page.rows().len() <= 100, "the page is clamped");
        for row in page.rows() {
            assert!(seen.insert(row["guid"].as_str().unwrap().to_owned()), "twice: {row}");
        }
        pages += 1;
        // A record made in the meantime does not disturb the pages that are left.
        world.create("customers", object([("name", format!("Ny {pages} AS").into())])).unwrap();
        match page.next {
            Some(token) if pages < 20 => {
                target = format!("/v1/customers?rowCount=1000&isInternal=false&pageToken={token}")
            }
            _ => break,
        }
    }
    assert!(seen.len() >= all - 1, "{} of {all}", seen.len());
    let token = client.get("/v1/customers?rowCount=5").await.next.unwrap();
    let foreign = client.get(&format!("/v1/customers?rowCount=5&isActive=true&pageToken={token}")).await;
    assert_eq!(foreign.error(), (400, "InvalidParameter".into(), "pageToken".into()));
    assert_eq!(client.get(&format!("/v1/users?rowCount=5&pageToken={token}")).await.status, 400);
}

#[tokio::test]
async fn offset_pages_lose_and_repeat_nothing() {
    let hand = Hand::new();
    let world = seed(Size::Customers(250), 3, hand.clock()).world;
    let all = world.count("addresses");
    let client = Client::start(world, free()).await;
    let (mut seen, mut first) = (BTreeSet::new(), 0);
    loop {
        let page = client.get(&format!("/v1/addresses?firstRow={first}&rowCount=100")).await;
        assert!(page.next.is_none());
        let rows = page.rows();
        seen.extend(rows.iter().map(|row| row["guid"].as_str().unwrap().to_owned()));
        first += 100;
        if rows.len() < 100 {
            break;
        }
    }
    assert!(all > 150 && seen.len() == all, "{} of {all}", seen.len());
    let sorted = client.get("/v1/currencies?sortings[0].key=code&sortings[0].value=Desc").await;
    let codes: Vec<Value> = sorted.rows().iter().map(|row| row["code"].clone()).collect();
    assert_eq!(codes, ["SEK", "NOK", "EUR", "DKK"]);
}

#[tokio::test]
async fn filters_select() {
    let hand = Hand::new();
    let world = story(&hand);
    let client = Client::start(world.clone(), free()).await;
    let order = client.get("/v1/salesstatustypes?salesState=Won").await.rows();
    let won: Vec<&str> = order.iter().map(|row| row["guid"].as_str().unwrap()).collect();
    assert_eq!(won.len(), 2);
    let unit = world.list("businessunits")[1].at("guid").unwrap().as_text().unwrap().to_owned();
    let fjord = &client.get("/v1/customers?numbers=10000").await.rows()[0]["guid"].as_str().unwrap().to_owned();
    for (target, member, expected) in [
        ("/v1/customers?isInternal=true".to_owned(), "number", "[1]"),
        ("/v1/customers?numbers=10000&numbers=10001".into(), "number", "[10000,10001]"),
        ("/v1/customers?customerNames=saimaan+s%C3%A4hk%C3%B6%20oy".into(), "number", "[20003]"),
        ("/v1/customers?emailAddresses=post%40rask.example".into(), "number", "[20005]"),
        ("/v1/customers?vatNumber=FI12345678".into(), "number", "[10001]"),
        ("/v1/users?code=2".into(), "lastName", r#"["Hansen"]"#),
        ("/v1/users?email=Aino.Virtanen@example.fi".into(), "lastName", r#"["Virtanen"]"#),
        ("/v1/users?isActive=false".into(), "lastName", r#"["Bakke"]"#),
        (format!("/v1/users?businessUnitGuids={unit}&isActive=false"), "code", r#"["5"]"#),
        ("/v1/businessunits?code=110".into(), "name", r#"["Oslo"]"#),
        ("/v1/businessunits?name=Bergen&active=true".into(), "code", r#"["120"]"#),
        (format!("/v1/projects?salesStatusTypeGuids={}&numbers=6003", won[1]), "number", "[6003]"),
        (
            format!(
                "/v1/projects?salesStatusTypeGuids={}&salesStatusTypeGuids={}&customerGuids={fjord}",
                won[0], won[1]
            ),
            "number",
            "[5001,6001,5004]",
        ),
        (format!("/v1/customers/{fjord}/projects?isClosed=true"), "number", "[6008]"),
        ("/v1/projects?isClosed=true".into(), "number", "[6008]"),
        ("/v1/salescases".into(), "number", "[6002]"),
        ("/v1/workhours?eventDateEnd=2025-01-01".into(), "quantity", "[7.5]"),
        ("/v1/workhours?eventDateStart=2026-01-13&eventDateEnd=2026-01-13".into(), "quantity", "[1.5,3]"),
        ("/v1/workhours?billableStatus=NotBillable".into(), "quantity", "[3]"),
        ("/v1/worktypes?productive=false".into(), "code", r#"["W900"]"#),
        ("/v1/localization/countries/FI".into(), "code3", r#"["FIN"]"#),
        ("/v1/localization/countries/SWE".into(), "code2", r#"["SE"]"#),
        ("/v1/localization/countries/Germany".into(), "code2", r#"["DE"]"#),
        ("/v1/invoicestatuses?textToSearch=trans".into(), "name", r#"["Ready for transfer","Transferred"]"#),
    ] {
        let rows = client.get(&target).await.rows();
        let held = Value::Array(rows.iter().map(|row| row[member].clone()).collect());
        assert_eq!(held.to_string(), expected, "{target}");
    }
}

#[tokio::test]
async fn changed_since_is_inclusive_and_takes_the_creation_before_any_update() {
    let hand = Hand::new();
    let world = story(&hand);
    let client = Client::start(world.clone(), free()).await;
    let now = hand.now().to_string();
    let since = format!("/v1/customers?changedSince={now}");
    assert!(client.get(&since).await.rows().is_empty());
    let customer = world.list("customers")[1].clone();
    let guid = customer.at("guid").unwrap().as_text().unwrap();
    assert_eq!(customer.at("lastUpdatedDateTime").map(ToString::to_string).as_deref(), Some("null"));
    world.edit("customers", guid, object([("notes", "ring".into())])).unwrap();
    let rows = client.get(&since).await.rows();
    assert_eq!((rows.len(), rows[0]["lastUpdatedDateTime"].as_str()), (1, Some(now.as_str())));
    hand.forward(1);
    let created = world.create("customers", object([("name", "Ny AS".into())])).unwrap();
    let later = client.get("/v1/customers?changedSince=2026-03-02T10%3A00%3A00.001%2b01%3A00").await.rows();
    assert_eq!((later.len(), later[0]["guid"].as_str()), (1, Some(created.as_str())));
    let project = world.list("projects")[3].clone();
    let won = client.get("/v1/salesstatustypes?salesState=Won").await.rows()[0]["guid"].as_str().unwrap().to_owned();
    hand.forward(1);
    let status = object([("salesStatus", object([("salesStatusTypeGuid", won.into())]))]);
    world.edit("projects", project.at("guid").unwrap().as_text().unwrap(), status).unwrap();
    let changed = client.get(&format!("/v1/projects?salesStatusChangedSince={}", hand.now())).await.rows();
    assert_eq!((changed.len(), changed[0]["number"].as_i64()), (1, Some(6002)));
    assert_eq!((changed[0]["probability"].as_i64(), &changed[0]["salesStatus"]["name"]), (Some(100), &"Order".into()));
}

#[tokio::test]
async fn what_the_document_does_not_know_is_refused_and_what_we_do_not_carry_is_loud() {
    let hand = Hand::new();
    let client = Client::start(story(&hand), free()).await;
    let unknown = client.wrong("GET", "/v1/workhours?isApproved=true", None).await;
    assert_eq!(unknown.error(), (400, "InvalidParameter".into(), "isApproved".into()));
    for (target, place) in [
        ("/v1/customers?rowCount=many", "rowCount"),
        ("/v1/customers?rowCount=0", "rowCount"),
        ("/v1/customers?changedSince=yesterday", "changedSince"),
        ("/v1/customers?isActive=yes", "isActive"),
        ("/v1/customers?numbers=1&numbers=x", "numbers"),
        ("/v1/workhours?eventDateStart=2026-02-30", "eventDateStart"),
        ("/v1/salesstatustypes?salesState=Closed", "salesState"),
    ] {
        assert_eq!(
            client.wrong("GET", target, None).await.error(),
            (400, "InvalidParameter".into(), place.into()),
            "{target}"
        );
    }
    for target in [
        "/v1/projects?minimumBillableAmount=5",
        "/v1/users?purpose=SalesPerson",
        "/v1/addresses?calculateRowCount=true",
    ] {
        assert_eq!(client.get(target).await.status, 501, "{target}");
    }
    assert_eq!(client.wrong("GET", "/v1/workdays", None).await.status, 404);
    assert_eq!(client.wrong("DELETE", "/v1/customers", None).await.status, 405);
}

#[tokio::test]
#[ignore = "a measurement: cargo test --release -- --ignored --nocapture pages_stay_cheap"]
async fn pages_stay_cheap() {
    let hand = Hand::new();
    let start = std::time::Instant::now();
    let world = seed(Size::Customers(5_000), 3, hand.clock()).world;
    let made = start.elapsed();
    let hours = world.count("workhours");
    let server = samband::sandbox::severa::SeveraServer::new(world, free());
    let token = crate::client::token(&server).await;
    let (start, mut next, mut seen) = (std::time::Instant::now(), String::new(), 0);
    loop {
        let target = format!("/v1/workhours?rowCount=100{next}");
        let page = server.handle(crate::client::request("GET", &target, &token, "")).await.unwrap();
        seen += page.body_text().matches("\"eventDate\"").count();
        match page.header("NextPageToken") {
            Some(token) => next = format!("&pageToken={token}"),
            None => break,
        }
    }
    assert_eq!(seen, hours);
    eprintln!("{hours} hours: made in {made:?}, read in {:?}", start.elapsed());
}
