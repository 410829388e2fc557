//! What a consultant changes for a customer, in the settings or in a mapping of a few lines.

use crate::systems::Systems;
use serde_json::json;

#[tokio::test]
async fn another_invoice_status_sends_other_drafts() {
    let mut systems = Systems::start().await;
    systems.set("Invoice.status_to_send", json!("Draft"));
    systems.set("Invoice.default_product", json!("P-100"));
    systems.settle().await;
    let ready = systems.severa("invoices", "/status/name", "Ready for transfer").await;
    assert!(!ready.is_empty(), "they are not the chosen status any more");
    for draft in ready {
        assert_eq!(systems.count(&format!("Ord WHERE Inf6 = '{}'", draft["guid"].as_str().unwrap())).await, 0);
    }
    assert!(systems.count("Ord WHERE Inf6 <> ''").await > 0, "the seed's draft went");
}

#[tokio::test]
async fn another_group_keeps_records_back() {
    let mut systems = Systems::start().await;
    systems.set("exclude_group", json!(5));
    systems.set("exclude_value", json!(9));
    systems.update("Actor", "Gr5 = 9", "CustNo = 10002").await;
    systems.settle().await;
    assert!(systems.severa("customers", "/name", "Bergen Fisk AS").await.is_empty());
    assert_eq!(systems.severa("customers", "/name", "Kontantsalg").await.len(), 1, "its old group says nothing now");
}

#[tokio::test]
async fn a_line_more_carries_a_field_more() {
    let mut systems = Systems::start().await;
    systems.change("change entity Project {\n    internalName -> truncate(80) -> Inf3\n}");
    let project = systems.guid("projects", "number", "6001");
    systems.edit("projects", &project, json!({ "internalName": "App 2026" }));
    systems.settle().await;
    assert_eq!(systems.row("SELECT Inf3 FROM R2 WHERE RNo = 6001").await, ["App 2026"]);
}

#[tokio::test]
async fn projects_in_unit_seven_have_letters_in_their_numbers() {
    let mut systems = Systems::start().await;
    systems.set("project_unit", json!(7));
    systems.change("change entity Project {\n    number <-> key <-> prefix(\"P\") <-> fit(10) <-> RNo\n}");
    systems.insert("R7", &[("RNo", "P9001".into()), ("Nm", "Fra Visma".into()), ("CustNo", 10_000.into())]).await;
    systems.settle().await;
    assert_eq!(systems.row("SELECT RNo FROM R7 WHERE Nm = N'Fjordkraft app'").await, ["P6001"]);
    assert_eq!(systems.one("projects", "/name", "Fra Visma").await["number"], json!(9_001));
}
