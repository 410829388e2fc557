//! Posted purchase invoice lines become costs of their project.

use crate::systems::Systems;
use samband::sandbox::accountant::{self, Purchase};
use serde_json::{Value, json};

fn purchase(project: &str, account: i64, amount: &str) -> Purchase {
    Purchase {
        project: project.into(),
        unit: 2,
        account,
        amount: amount.parse().unwrap(),
        text: Some("Leid inn".into()),
        supplier: None,
        date: None,
    }
}

/// The costs that a posted line became.
async fn costs(systems: &Systems, line: &str) -> Vec<Value> {
    let mark = format!("VB {line}");
    let mut all = Vec::new();
    for project in ["5001", "5002"] {
        let guid = systems.guid("projects", "number", project);
        all.extend(systems.severa("projectfees", "/project/guid", guid).await);
    }
    all.retain(|fee| {
        fee["description"].as_str().is_some_and(|d| d.split_whitespace().collect::<Vec<_>>().join(" ").contains(&mark))
    });
    all
}

#[tokio::test]
async fn a_posted_line_of_a_project_becomes_one_cost_of_it() {
    let mut systems = Systems::start().await;
    let voucher = accountant::voucher(&mut systems.sql, &purchase("5001", 4500, "812.40")).await.unwrap();
    let other = accountant::voucher(&mut systems.sql, &purchase("5001", 6540, "99")).await.unwrap();
    systems.settle().await;
    let found = costs(&systems, &voucher.line).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let fee = &found[0];
    assert_eq!(fee["unitCost"]["amount"].as_f64(), Some(812.4));
    assert_eq!((&fee["isBillable"], fee["quantity"].as_f64()), (&json!(false), Some(1.0)), "{fee}");
    assert!(costs(&systems, &other.line).await.is_empty(), "an account that was not chosen");
    systems.run().await;
    assert_eq!(costs(&systems, &voucher.line).await.len(), 1, "never twice");
}

#[tokio::test]
async fn billable_accounts_markup_and_products_are_settings() {
    let mut systems = Systems::start().await;
    systems.set("PurchaseCost.billable_accounts", json!(["4300..4399"]));
    systems.set("PurchaseCost.markup", json!(10));
    let billable = accountant::voucher(&mut systems.sql, &purchase("5001", 4300, "1000")).await.unwrap();
    let cost_only = accountant::voucher(&mut systems.sql, &purchase("5001", 4500, "500")).await.unwrap();
    systems.settle().await;
    let fee = costs(&systems, &billable.line).await.remove(0);
    assert_eq!((fee["unitPrice"]["amount"].as_f64(), &fee["isBillable"]), (Some(1100.0), &json!(true)));
    assert_eq!(fee["product"]["guid"], json!(systems.guid("products", "code", "SUBCONTRACT")));
    let fee = costs(&systems, &cost_only.line).await.remove(0);
    assert_eq!(
        (&fee["isBillable"], &fee["product"]["guid"]),
        (&json!(false), &json!(systems.guid("products", "code", "COST")))
    );
}

#[tokio::test]
async fn a_reversal_is_a_negative_twin() {
    let mut systems = Systems::start().await;
    let voucher = accountant::voucher(&mut systems.sql, &purchase("5001", 4500, "300")).await.unwrap();
    systems.settle().await;
    let reversed = accountant::reverse(&mut systems.sql, voucher.voucher).await.unwrap();
    systems.settle().await;
    let line = systems
        .row(&format!("SELECT JNo, EntNo FROM AcTr WHERE VoNo = {} AND AcNo = 4500", reversed.voucher))
        .await
        .join("/");
    let twin = costs(&systems, &line).await.remove(0);
    assert_eq!(twin["unitCost"]["amount"].as_f64(), Some(-300.0));
    assert_eq!(costs(&systems, &voucher.line).await.len(), 1, "the first one stays as it is");
}

#[tokio::test]
async fn with_net_a_line_and_its_reversal_never_travel() {
    let mut systems = Systems::start().await;
    systems.set("PurchaseCost.reversals", json!("net"));
    let voucher = accountant::voucher(&mut systems.sql, &purchase("5001", 4500, "300")).await.unwrap();
    accountant::reverse(&mut systems.sql, voucher.voucher).await.unwrap();
    systems.settle().await;
    let project = systems.guid("projects", "number", "5001");
    let fees = systems.severa("projectfees", "/project/guid", project).await;
    assert!(!fees.iter().any(|fee| fee["name"] == json!("Leid inn")), "{fees:#?}");
}

#[tokio::test]
async fn lines_of_other_voucher_types_and_before_the_start_date_stay() {
    let mut systems = Systems::start().await;
    let mut old = purchase("5001", 4500, "70");
    old.date = Some(jiff::civil::date(2025, 11, 30));
    let old = accountant::voucher(&mut systems.sql, &old).await.unwrap();
    let new = accountant::voucher(&mut systems.sql, &purchase("5001", 4500, "80")).await.unwrap();
    systems.settle().await;
    assert!(costs(&systems, &old.line).await.is_empty(), "it is from before the start date");
    assert_eq!(costs(&systems, &new.line).await.len(), 1);

    let mut systems = Systems::start().await;
    systems.set("PurchaseCost.voucher_types", json!(["900..999"]));
    let voucher = accountant::voucher(&mut systems.sql, &purchase("5001", 4500, "80")).await.unwrap();
    systems.settle().await;
    assert!(costs(&systems, &voucher.line).await.is_empty());
}
