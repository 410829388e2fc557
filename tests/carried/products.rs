//! The product registry: regular products, travel expenses, work types and categories.

use crate::systems::Systems;
use serde_json::{Value, json};

#[tokio::test]
async fn products_with_a_code_become_products_of_visma_business() {
    let mut systems = Systems::start().await;
    systems.make("products", json!({ "name": "Router", "code": "R-9", "type": "Materials", "isActive": true }));
    systems.settle().await;
    assert_eq!(systems.row("SELECT Descr FROM Prod WHERE ProdNo = 'R-9'").await, ["Router"]);
    assert_eq!(systems.count("Prod WHERE Descr = 'Gavekort'").await, 0, "it has no code");
    assert_eq!(systems.count("Prod WHERE ProdNo = 'TRAIN'").await, 0, "it is no regular product");
    assert_eq!(systems.count("Prod WHERE ProdNo = 'W300'").await, 1, "an invoice row of the seed needs it");
    assert_eq!(systems.count("Prod WHERE Descr = 'Reisetid'").await, 0, "nobody needs that work type");
}

#[tokio::test]
async fn products_of_visma_business_come_with_their_price_save_those_kept_back() {
    let systems = Systems::start().await;
    systems.settle().await;
    let product = systems.one("products", "/code", "P-400").await;
    assert_eq!((&product["name"], &product["type"]), (&json!("Vedlikeholdsavtale"), &json!("Materials")));
    assert!(systems.severa("products", "/code", "P-500").await.is_empty(), "kept back by its group");
    let licence = systems.one("products", "/code", "P-100").await;
    assert_eq!(licence["unitPrice"]["amount"].as_f64(), Some(990.0), "the price for everybody");
}

async fn changes(master: Value, product_master: Value, severa_wins: bool) {
    let mut systems = Systems::start().await;
    systems.set("master", master);
    systems.set("product_master", product_master);
    systems.settle().await;
    let cable = systems.guid("products", "code", "CABLE-5");
    systems.edit("products", &cable, json!({ "name": "Kabel, fem meter" }));
    systems.update("Prod", "Descr = 'Vedlikehold pluss'", "ProdNo = 'P-400'").await;
    systems.settle().await;
    let there = systems.row("SELECT Descr FROM Prod WHERE ProdNo = 'CABLE-5'").await.remove(0);
    let here = systems.one("products", "/code", "P-400").await["name"].clone();
    assert_eq!(there == "Kabel, fem meter", severa_wins, "{there}");
    assert_eq!(here == "Vedlikehold pluss", !severa_wins, "{here}");
}

#[tokio::test]
async fn the_product_master_updates_whoever_rules_the_rest() {
    changes(json!("business"), json!("severa"), true).await;
}

#[tokio::test]
async fn the_product_master_can_be_visma_business() {
    changes(json!("severa"), json!("business"), false).await;
}

#[tokio::test]
async fn without_a_product_master_the_master_rules_products() {
    changes(json!("business"), Value::Null, false).await;
}

#[tokio::test]
async fn travel_expenses_are_products_of_their_group_both_ways() {
    let mut systems = Systems::start().await;
    systems.settle().await;
    assert_eq!(systems.row("SELECT ProdGr FROM Prod WHERE ProdNo = 'HOTEL'").await, ["90"]);
    let diet = systems.one("travelexpensetypes", "/code", "DIETT").await;
    assert_eq!(diet["expenseClass"], json!("OtherTravelExpense"));
    assert!(systems.severa("products", "/code", "DIETT").await.is_empty(), "it is no regular product");
}

#[tokio::test]
async fn categories_are_carried_only_if_asked_and_then_both_ways() {
    let mut systems = Systems::start().await;
    systems.settle().await;
    assert_eq!(systems.count("ProdCat WHERE Descr = 'Hardware'").await, 0);

    let mut systems = Systems::start().await;
    systems.set("ProductCategory.transfer", json!(true));
    systems.make("productcategories", json!({ "name": "Verktøy", "code": "77" }));
    systems.insert("ProdCat", &[("PrCatNo", 88.into()), ("Descr", "Leie".into())]).await;
    systems.settle().await;
    assert_eq!(systems.row("SELECT Descr FROM ProdCat WHERE PrCatNo = 77").await, ["Verktøy"]);
    assert_eq!(systems.one("productcategories", "/code", "88").await["name"], json!("Leie"));
}
