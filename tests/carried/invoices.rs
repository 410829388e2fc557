//! Invoice drafts become orders, to the cent; what becomes of the order comes back.

use crate::systems::Systems;
use rust_decimal::Decimal;
use samband::sandbox::accountant::{self, Invoice, Payment};
use samband::sandbox::severa::Bill;
use serde_json::{Value, json};

/// A fee on a project, still to be billed.
fn fee(systems: &Systems, project: &str, quantity: Value, price: Value) -> String {
    systems.make(
        "projectfees",
        json!({
            "project": systems.link("projects", "number", project), "product": systems.link("products", "code", "P-100"),
            "name": "Lisens", "eventDate": "2026-03-01", "quantity": quantity,
            "unitPrice": { "amount": price, "currencyCode": "NOK" }, "isBillable": true, "vatRate": 25,
        }),
    )
}

/// A draft over projects, ready.
fn draft(systems: &Systems, projects: &[&str]) -> String {
    let projects = projects.iter().map(|number| systems.guid("projects", "number", number)).collect();
    let drafts = systems.world.bill(&Bill { projects, together: true, ..Bill::default() }).unwrap();
    assert_eq!(drafts.len(), 1);
    systems.world.set_invoice_status(&drafts[0], "Ready for transfer").unwrap();
    drafts.into_iter().next().unwrap()
}

async fn order(systems: &mut Systems, draft: &str) -> i64 {
    systems.row(&format!("SELECT OrdNo FROM Ord WHERE Inf6 = '{draft}'")).await[0].parse().unwrap()
}

/// What the lines come to, as Visma Business rounds them.
async fn sum(systems: &mut Systems, order: i64) -> Decimal {
    let lines = systems.rows(&format!("SELECT NoInvoAb, Price FROM OrdLn WHERE OrdNo = {order}")).await;
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let cents =
        |amount: Decimal| amount.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    lines.iter().map(|line| cents(number(&line[0]) * number(&line[1]))).sum()
}

async fn total(systems: &Systems, draft: &str) -> Decimal {
    let draft = systems.one("invoices", "/guid", draft).await;
    draft["totalExcludingTax"]["amount"].to_string().parse().unwrap()
}

async fn status(systems: &Systems, draft: &str) -> Value {
    systems.one("invoices", "/guid", draft).await["status"]["name"].clone()
}

#[tokio::test]
async fn the_seeds_drafts_become_orders_that_come_to_the_same_to_the_cent() {
    let mut systems = Systems::start().await;
    systems.settle().await;
    let orders = systems.rows("SELECT OrdNo, Inf6 FROM Ord WHERE Inf6 <> ''").await;
    assert!(orders.len() >= 3, "{orders:?}");
    for row in orders {
        let (number, draft) = (row[0].parse().unwrap(), row[1].as_str());
        assert_eq!(sum(&mut systems, number).await, total(&systems, draft).await, "{draft}");
        assert_eq!(status(&systems, draft).await, json!("Transferred"));
    }
}

#[tokio::test]
async fn rows_carry_vat_product_project_and_department() {
    let mut systems = Systems::start().await;
    fee(&systems, "5001", json!(3), json!(990));
    let draft = draft(&systems, &["5001"]);
    systems.settle().await;
    let order = order(&mut systems, &draft).await;
    let lines = systems
        .rows(&format!(
            "SELECT LnNo, ProdNo, NoInvoAb, Price, VatNo, R2 FROM OrdLn WHERE OrdNo = {order} ORDER BY LnNo"
        ))
        .await;
    let fee = lines.iter().find(|line| line[1] == "P-100").expect("the fee's line");
    assert_eq!(fee[2..], ["3", "990", "1", "5001"]);
    let numbers: Vec<_> = lines.iter().map(|line| line[0].clone()).collect();
    assert_eq!(numbers, (1..=lines.len()).map(|n| n.to_string()).collect::<Vec<_>>());
    let head = systems.row(&format!("SELECT TrTp, OrdTp, R2, PmtTrm FROM Ord WHERE OrdNo = {order}")).await;
    assert_eq!(head[..3], ["1", "1", "5001"]);
}

#[tokio::test]
async fn a_draft_over_several_projects_is_one_order_whose_lines_say_the_project() {
    let mut systems = Systems::start().await;
    fee(&systems, "5001", json!(1), json!(100));
    fee(&systems, "6001", json!(1), json!(200));
    let draft = draft(&systems, &["5001", "6001"]);
    systems.settle().await;
    let order = order(&mut systems, &draft).await;
    assert_eq!(systems.row(&format!("SELECT R2 FROM Ord WHERE OrdNo = {order}")).await, ["0"]);
    let lines = systems.rows(&format!("SELECT DISTINCT R2 FROM OrdLn WHERE OrdNo = {order} ORDER BY R2")).await;
    assert_eq!(lines, [["5001"], ["6001"]]);
}

#[tokio::test]
async fn quantities_with_many_decimals_and_differences_of_rounding_are_carried_to_the_cent() {
    let mut systems = Systems::start().await;
    systems.set("Invoice.rounding_product", json!("P-100"));
    fee(&systems, "5001", json!(0.333_333), json!(1200));
    let draft = draft(&systems, &["5001"]);
    // A tenant whose Severa rounds another way than row by row.
    let given = total(&systems, &draft).await - Decimal::new(2, 2);
    let amount: Value = serde_json::from_str(&given.to_string()).unwrap();
    systems.world.put(
        "invoices",
        samband::sandbox::severa::Json::parse(&with_total(&systems, &draft, amount).to_string()).unwrap(),
    );
    systems.settle().await;
    let order = order(&mut systems, &draft).await;
    assert_eq!(sum(&mut systems, order).await, given);
    let last = systems
        .rows(&format!("SELECT TOP 1 ProdNo, NoInvoAb, Price FROM OrdLn WHERE OrdNo = {order} ORDER BY LnNo DESC"))
        .await;
    assert_eq!(last, [["P-100", "1", "-0.02"]]);
}

/// The record as it is, with a total that does not follow from its rows.
fn with_total(systems: &Systems, draft: &str, amount: Value) -> Value {
    let mut record: Value = serde_json::from_str(&systems.world.get("invoices", draft).unwrap().to_string()).unwrap();
    record["totalExcludingTax"] = json!({ "amount": amount, "currencyCode": "NOK" });
    record
}

#[tokio::test]
async fn without_a_product_for_it_a_difference_of_rounding_holds_the_draft() {
    let mut systems = Systems::start().await;
    fee(&systems, "5001", json!(1), json!(100));
    let draft = draft(&systems, &["5001"]);
    let record = with_total(&systems, &draft, json!(99.99));
    systems.world.put("invoices", samband::sandbox::severa::Json::parse(&record.to_string()).unwrap());
    let (plan, _) = systems.run().await;
    assert_eq!(systems.count(&format!("Ord WHERE Inf6 = '{draft}'")).await, 0);
    let held = plan.entities.iter().flat_map(|e| &e.held).find(|h| h.id == draft).expect("held");
    assert!(held.reason.contains("rounding_product"), "{}", held.reason);
}

#[tokio::test]
async fn sent_part_paid_and_paid_come_back() {
    let mut systems = Systems::start().await;
    let part_paid = json!({ "name": "Part paid", "isActive": true, "isSent": true, "sortOrder": 45 });
    systems.make("invoicestatuses", part_paid);
    systems.set("Invoice.part_paid", json!("Part paid"));
    fee(&systems, "5001", json!(2), json!(500));
    let draft = draft(&systems, &["5001"]);
    systems.settle().await;
    let order = order(&mut systems, &draft).await;
    let invoiced = accountant::invoice(&mut systems.sql, &Invoice::all(order)).await.unwrap();
    systems.settle().await;
    let record = systems.one("invoices", "/guid", draft.as_str()).await;
    assert_eq!(record["status"]["name"], json!("Sent"));
    assert_eq!(record["number"].to_string(), invoiced.invoice);
    let pay = |amount| Payment { invoice: invoiced.invoice.clone(), amount, date: None };
    accountant::pay(&mut systems.sql, &pay(Some(Decimal::from(200)))).await.unwrap();
    systems.settle().await;
    assert_eq!(status(&systems, &draft).await, json!("Part paid"));
    accountant::pay(&mut systems.sql, &pay(None)).await.unwrap();
    systems.settle().await;
    let record = systems.one("invoices", "/guid", draft.as_str()).await;
    assert_eq!(record["status"]["name"], json!("Paid"));
    assert!(record["paymentDate"].is_string(), "{record}");
}

#[tokio::test]
async fn an_order_that_has_left_the_table_still_tells_its_fate() {
    let mut systems = Systems::start().await;
    fee(&systems, "5001", json!(2), json!(500));
    let draft = draft(&systems, &["5001"]);
    systems.settle().await;
    let order = order(&mut systems, &draft).await;
    let all = Invoice { keep_order: false, ..Invoice::all(order) };
    let invoiced = accountant::invoice(&mut systems.sql, &all).await.unwrap();
    assert_eq!(systems.count(&format!("Ord WHERE OrdNo = {order}")).await, 0);
    systems.run().await;
    assert_eq!(status(&systems, &draft).await, json!("Sent"));
    accountant::pay(&mut systems.sql, &Payment { invoice: invoiced.invoice, amount: None, date: None }).await.unwrap();
    systems.settle().await;
    assert_eq!(status(&systems, &draft).await, json!("Paid"));
    assert_eq!(systems.count("Ord").await, systems.count("Ord WHERE 1 = 1").await);
}

#[tokio::test]
async fn an_order_invoiced_in_parts_is_sent_with_the_first() {
    let mut systems = Systems::start().await;
    fee(&systems, "5001", json!(2), json!(500));
    let draft = draft(&systems, &["5001"]);
    systems.settle().await;
    let order = order(&mut systems, &draft).await;
    let half = Invoice { share: Decimal::from(50), ..Invoice::all(order) };
    accountant::invoice(&mut systems.sql, &half).await.unwrap();
    systems.settle().await;
    assert_eq!(status(&systems, &draft).await, json!("Sent"), "the customer has an invoice");
    accountant::invoice(&mut systems.sql, &Invoice::all(order)).await.unwrap();
    systems.run().await;
    assert_eq!(status(&systems, &draft).await, json!("Sent"));
}

#[tokio::test]
async fn a_credit_note_is_an_order_of_its_own() {
    let mut systems = Systems::start().await;
    fee(&systems, "5001", json!(1), json!(800));
    let first = draft(&systems, &["5001"]);
    systems.settle().await;
    let order_of_first = order(&mut systems, &first).await;
    accountant::invoice(&mut systems.sql, &Invoice::all(order_of_first)).await.unwrap();
    systems.settle().await;
    let note = systems.world.credit(&first).unwrap();
    systems.world.set_invoice_status(&note, "Ready for transfer").unwrap();
    systems.settle().await;
    let order = order(&mut systems, &note).await;
    assert_eq!(systems.row(&format!("SELECT OrdPref FROM Ord WHERE OrdNo = {order}")).await, ["2"]);
    assert_eq!(sum(&mut systems, order).await, total(&systems, &note).await);
}

#[tokio::test]
async fn what_cannot_be_carried_over_gets_the_error_status_and_the_reason_in_its_notes() {
    let mut systems = Systems::start().await;
    let project = systems.guid("projects", "number", "5004");
    systems.settle().await;
    let bare = systems.severa("invoices", "/status/name", "Error").await;
    let found = bare.iter().find(|i| i["projects"][0]["guid"] == json!(project)).expect("the seed's bare row");
    let notes = found["notes"].as_str().unwrap_or_default();
    assert!(notes.contains("default_product") || notes.contains("ProdNo") || notes.contains("product"), "{notes}");
    // With a product for such rows, and the draft ready once more, it becomes an order.
    systems.set("Invoice.default_product", json!("P-100"));
    systems.world.set_invoice_status(found["guid"].as_str().unwrap(), "Ready for transfer").unwrap();
    systems.settle().await;
    assert_eq!(status(&systems, found["guid"].as_str().unwrap()).await, json!("Transferred"));
}
