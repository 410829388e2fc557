//! Customers: both ways, without a master; Visma Business rules the number.

use crate::systems::Systems;
use serde_json::{Value, json};

/// A customer with one project in that status.
fn with_project(systems: &Systems, name: &str, number: i64, status: &str) -> String {
    let customer = systems.make(
        "customers",
        json!({
            "name": name, "number": number, "isActive": true, "vatNumber": "NO999888777MVA", "paymentTerm": 14,
            "currency": systems.link("currencies", "code", "NOK"),
            "owner": systems.link("users", "email", "ingrid.solberg@example.no"),
        }),
    );
    let status = json!({ "salesStatusTypeGuid": systems.guid("salesstatustypes", "name", status) });
    systems.make(
        "projects",
        json!({
            "name": format!("Prosjekt for {name}"), "number": number, "customer": { "guid": customer },
            "projectOwner": systems.link("users", "email", "ingrid.solberg@example.no"), "salesStatus": status,
        }),
    );
    customer
}

#[tokio::test]
async fn only_a_customer_with_a_won_project_reaches_visma_business_and_gets_its_number_there() {
    let mut systems = Systems::start().await;
    with_project(&systems, "Nidaros Bygg AS", 30_001, "Order");
    with_project(&systems, "Håp AS", 30_002, "Offer");
    systems.settle().await;
    let row = systems.row("SELECT CustNo, EUTaxNo, CPmtTrm FROM Actor WHERE Nm = N'Nidaros Bygg AS'").await;
    let number: i64 = row[0].parse().unwrap();
    assert!((10_000..20_000).contains(&number), "a number of Visma Business' series: {number}");
    assert_eq!(row[1..], ["NO999888777MVA", "1"]);
    assert_eq!(systems.one("customers", "/name", "Nidaros Bygg AS").await["number"], json!(number));
    assert_eq!(systems.count("Actor WHERE Nm = N'Håp AS'").await, 0);
}

#[tokio::test]
async fn a_customer_of_visma_business_reaches_severa_with_its_address_save_one_kept_back() {
    let mut systems = Systems::start().await;
    for (number, name, group) in [(15_001, "Tind Sport AS", 0), (15_002, "Bare Her AS", 1)] {
        systems
            .insert(
                "Actor",
                &[
                    ("ActNo", number.into()),
                    ("CustNo", number.into()),
                    ("Nm", name.into()),
                    ("Ad1", "Fjellveien 1".into()),
                    ("PNo", "7600".into()),
                    ("PArea", "Levanger".into()),
                    ("Ctry", 47.into()),
                    ("CPmtTrm", 2.into()),
                    ("Gr12", group.into()),
                ],
            )
            .await;
    }
    systems.settle().await;
    let customer = systems.one("customers", "/name", "Tind Sport AS").await;
    assert_eq!((&customer["number"], &customer["paymentTerm"]), (&json!(15_001), &json!(30)));
    let addresses = systems.severa("addresses", "/customer/guid", customer["guid"].clone()).await;
    let shown: Vec<_> = addresses.iter().map(|a| (&a["addressline"], &a["city"], &a["isBillingAddress"])).collect();
    assert_eq!(shown, [(&json!("Fjellveien 1"), &json!("Levanger"), &json!(true))]);
    assert!(systems.severa("customers", "/name", "Bare Her AS").await.is_empty());
}

/// Whoever is the master, both sides update customers, and the number stays Visma Business'.
async fn both_ways(master: &str) {
    let mut systems = Systems::start().await;
    systems.set("master", json!(master));
    systems.settle().await;
    let fjord = systems.guid("customers", "number", "10000");
    systems.edit("customers", &fjord, json!({ "website": "https://fjord.example.no" }));
    systems.update("Actor", "MailAd = 'faktura@fisk.example.no'", "CustNo = 10002").await;
    systems.settle().await;
    assert_eq!(systems.row("SELECT WebPg FROM Actor WHERE CustNo = 10000").await, ["https://fjord.example.no"]);
    assert_eq!(systems.one("customers", "/number", 10_002).await["email"], json!("faktura@fisk.example.no"));
    systems.edit("customers", &fjord, json!({ "number": 77_777 }));
    systems.settle().await;
    assert_eq!(systems.one("customers", "/guid", fjord).await["number"], json!(10_000), "Visma Business rules it");
}

#[tokio::test]
async fn both_sides_update_whoever_rules_severa() {
    both_ways("severa").await;
}

#[tokio::test]
async fn both_sides_update_whoever_rules_visma_business() {
    both_ways("business").await;
}

#[tokio::test]
async fn same_number_with_another_name_and_same_name_with_another_number_are_held() {
    let systems = Systems::start().await;
    let plan = systems.settle().await;
    let customers = plan.entities.iter().find(|e| e.entity == "Customer").unwrap();
    let mut held: Vec<_> = customers.held.iter().map(|h| (h.code.as_str(), h.name.as_str())).collect();
    held.sort_unstable();
    held.dedup();
    let has = |code: &str, name: &str| held.contains(&(code, name));
    assert!(has("same-number", "Ålesund Transport AS") || has("same-number", "Aasen Transport AS"), "{held:?}");
    assert!(has("same-name", "Polarlys Media AS"), "{held:?}");
    assert_eq!(systems.one("customers", "/name", "Polarlys Media AS").await["number"], Value::from(20_004));
}
