//! Business units and departments: both ways, by the master.

use crate::systems::Systems;
use serde_json::{Value, json};

#[tokio::test]
async fn a_business_unit_becomes_a_department_below_its_parent() {
    let mut systems = Systems::start().await;
    let oslo = systems.guid("businessunits", "code", "110");
    systems.make("businessunits", json!({ "name": "Drammen", "code": "150", "parentGuid": oslo }));
    systems.settle().await;
    assert_eq!(systems.row("SELECT Nm, MainR FROM R1 WHERE RNo = 150").await, ["Drammen", "110"]);
}

#[tokio::test]
async fn a_department_becomes_a_business_unit_save_one_kept_back_by_its_group() {
    let mut systems = Systems::start().await;
    systems.insert("R1", &[("RNo", 160.into()), ("Nm", "Larvik".into()), ("MainR", 110.into())]).await;
    systems.insert("R1", &[("RNo", 170.into()), ("Nm", "Skjult".into()), ("Gr12", 1.into())]).await;
    systems.settle().await;
    let unit = systems.one("businessunits", "/name", "Larvik").await;
    assert_eq!(
        (&unit["code"], &unit["parentGuid"]),
        (&json!("160"), &systems.guid("businessunits", "code", "110").into())
    );
    assert!(systems.severa("businessunits", "/name", "Skjult").await.is_empty());
    // Its identifier stands in Visma Business, so that the pair is known from now on.
    assert_eq!(systems.row("SELECT Inf8 FROM R1 WHERE RNo = 160").await, [unit["guid"].as_str().unwrap()]);
}

/// A change on each side, by who rules.
async fn changes(master: Value, severa_wins: bool) {
    let mut systems = Systems::start().await;
    systems.set("master", master);
    systems.settle().await;
    let oslo = systems.guid("businessunits", "code", "110");
    systems.edit("businessunits", &oslo, json!({ "name": "Oslo sentrum" }));
    systems.update("R1", "Nm = N'Bergen havn'", "RNo = 120").await;
    systems.settle().await;
    let there = systems.row("SELECT Nm FROM R1 WHERE RNo = 110").await.remove(0);
    let here = systems.one("businessunits", "/code", "120").await["name"].clone();
    if severa_wins {
        assert_eq!((there.as_str(), here), ("Oslo sentrum", json!("Bergen")));
    } else {
        assert_eq!((there.as_str(), here), ("Oslo", json!("Bergen havn")));
    }
}

#[tokio::test]
async fn only_the_master_updates_severa() {
    changes(json!("severa"), true).await;
}

#[tokio::test]
async fn only_the_master_updates_visma_business() {
    changes(json!("business"), false).await;
}

#[tokio::test]
async fn without_a_setting_severa_rules() {
    changes(Value::Null, true).await;
}
