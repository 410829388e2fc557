//! Users and employees: both ways, without a master.

use crate::systems::Systems;
use serde_json::json;

#[tokio::test]
async fn a_user_becomes_an_employee_with_supervisor_and_department_and_gets_its_code_back() {
    let mut systems = Systems::start().await;
    systems.make(
        "users",
        json!({
            "firstName": "Nora Marie", "lastName": "Lie", "email": "Nora.Lie@Example.no",
            "superiorUser": systems.link("users", "email", "ingrid.solberg@example.no"),
            "businessUnit": systems.link("businessunits", "code", "110"), "isActive": true,
        }),
    );
    systems.settle().await;
    let boss = systems.row("SELECT ActNo FROM Actor WHERE EmpNo = 1").await.remove(0);
    let row = systems.row("SELECT EmpNo, MailAd, MainAct, R1, Gr11 FROM Actor WHERE Nm = N'Nora Marie Lie'").await;
    assert_eq!(row[1..], ["nora.lie@example.no".to_owned(), boss, "110".to_owned(), "0".to_owned()]);
    let user = systems.one("users", "/lastName", "Lie").await;
    assert_eq!(user["code"], json!(row[0]));
}

#[tokio::test]
async fn an_employee_becomes_a_user_only_with_an_email_address() {
    let mut systems = Systems::start().await;
    for (number, name, mail) in [(71, "Per Olav Moe", "per@example.no"), (72, "Uten Post", "")] {
        let columns = [
            ("ActNo", (9_000 + number).into()),
            ("EmpNo", number.into()),
            ("Nm", name.into()),
            ("MailAd", mail.into()),
        ];
        systems.insert("Actor", &columns).await;
    }
    systems.settle().await;
    let user = systems.one("users", "/code", "71").await;
    assert_eq!((&user["firstName"], &user["lastName"]), (&json!("Per Olav"), &json!("Moe")));
    assert!(systems.severa("users", "/lastName", "Post").await.is_empty());
}

/// Whoever is the master of other things, both sides update employees.
async fn both_ways(master: &str) {
    let mut systems = Systems::start().await;
    systems.set("master", json!(master));
    systems.settle().await;
    let lars = systems.guid("users", "email", "lars.hansen@example.no");
    systems.edit("users", &lars, json!({ "phone": "+47 900 00 001", "isActive": false }));
    systems.update("Actor", "PArea = N'Trondheim'", "EmpNo = 1").await;
    systems.settle().await;
    assert_eq!(systems.row("SELECT Phone, Gr11 FROM Actor WHERE EmpNo = 2").await, ["+47 900 00 001", "1"]);
    assert_eq!(systems.one("users", "/code", "1").await["city"], json!("Trondheim"));
}

#[tokio::test]
async fn both_sides_update_whoever_rules_severa() {
    both_ways("severa").await;
}

#[tokio::test]
async fn both_sides_update_whoever_rules_visma_business() {
    both_ways("business").await;
}
