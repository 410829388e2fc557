//! Projects: both ways, by the project master.

use crate::systems::Systems;
use serde_json::{Value, json};

#[tokio::test]
async fn only_won_projects_reach_visma_business() {
    let mut systems = Systems::start().await;
    systems.settle().await;
    let customer = systems.row("SELECT CustNo FROM Actor WHERE Nm = N'Fjordkraft Bygg AS' AND CustNo > 0").await;
    assert_eq!(systems.row("SELECT Nm, CustNo FROM R2 WHERE RNo = 6001").await, ["Fjordkraft app", &customer[0]]);
    assert_eq!(systems.count("R2 WHERE RNo = 6003").await, 1, "won by a status type of its own");
    assert_eq!(systems.count("R2 WHERE RNo = 6002").await, 0, "an offer");
    assert_eq!(systems.count("R2 WHERE RNo = 6008").await, 0, "lost");
}

#[tokio::test]
async fn a_project_of_visma_business_comes_as_won_save_one_kept_back() {
    let systems = Systems::start().await;
    systems.settle().await;
    let project = systems.one("projects", "/number", 5_010).await;
    assert_eq!(project["salesStatus"]["name"], json!("Order"));
    assert_eq!(project["customer"]["name"], json!("Bergen Fisk AS"));
    assert!(systems.severa("projects", "/number", 5_011).await.is_empty());
}

async fn changes(master: Value, case_master: Value, severa_wins: bool) {
    let mut systems = Systems::start().await;
    systems.set("master", master);
    systems.set("case_master", case_master);
    systems.settle().await;
    let one = systems.guid("projects", "number", "5001");
    systems.edit("projects", &one, json!({ "name": "Fjordkraft intranett 3", "deadline": "2027-01-31" }));
    systems.update("R2", "Nm = N'Kuusikko 2', EEndDt = 20270228", "RNo = 5002").await;
    systems.settle().await;
    let there = systems.row("SELECT Nm, EEndDt FROM R2 WHERE RNo = 5001").await;
    let here = systems.one("projects", "/number", 5_002).await;
    assert_eq!(there == ["Fjordkraft intranett 3", "20270131"], severa_wins, "{there:?}");
    assert_eq!(
        (&here["name"], &here["deadline"]) == (&json!("Kuusikko 2"), &json!("2027-02-28")),
        !severa_wins,
        "{here}"
    );
    // A project that has left Won is left alone in Visma Business; open or closed is not carried.
    let lost = json!({ "salesStatus": { "salesStatusTypeGuid": systems.guid("salesstatustypes", "name", "Lost") } });
    systems.edit("projects", &systems.guid("projects", "number", "6001"), lost);
    systems.settle().await;
    assert_eq!(systems.count("R2 WHERE RNo = 6001").await, 1);
}

#[tokio::test]
async fn the_project_master_updates_whoever_rules_the_rest() {
    changes(json!("business"), json!("severa"), true).await;
}

#[tokio::test]
async fn the_project_master_can_be_visma_business() {
    changes(json!("severa"), json!("business"), false).await;
}

#[tokio::test]
async fn without_a_project_master_the_master_rules_projects() {
    changes(json!("business"), Value::Null, false).await;
}
