//! Work hours: approved ones, their order once they are billed, and what becomes of them later.

use crate::systems::Systems;
use samband::plan::{Plan, render};
use samband::sandbox::severa::Bill;
use serde_json::json;

/// Hours of Lars Hansen on a won project.
fn hour(systems: &Systems, project: &str, quantity: f64, text: &str) -> String {
    let project = systems.guid("projects", "number", project);
    let phase = systems.world.get("projects", &project).unwrap();
    let phase = phase.at("rootPhase.guid").unwrap().as_text().unwrap().to_owned();
    systems.make(
        "workhours",
        json!({
            "phase": { "guid": phase }, "user": systems.link("users", "email", "lars.hansen@example.no"),
            "workType": systems.link("worktypes", "code", "W100"), "eventDate": "2026-03-02", "quantity": quantity,
            "unitPrice": { "amount": 1000, "currencyCode": "NOK" }, "isBillable": true, "isApproved": true,
            "description": text,
        }),
    )
}

fn said(plan: &Plan) -> String {
    render(plan, true)
}

#[tokio::test]
async fn approved_hours_arrive_detailed_and_others_stay() {
    let mut systems = Systems::start().await;
    let guid = hour(&systems, "5001", 2.5, "Møte");
    let other = hour(&systems, "5001", 1.0, "Ikke godkjent");
    systems.world.approve_hours(&[&other], false).unwrap();
    systems.settle().await;
    let row = systems
        .row(&format!("SELECT Dt1, Val1, Val2, Val3, EmpNo, R2, R1, ProdNo, OrdNo FROM FreeInf1 WHERE Txt4 = '{guid}'"))
        .await;
    assert_eq!(row, ["20260302", "2.5", "2.5", "1000", "2", "5001", "110", "W100", "0"]);
    assert_eq!(systems.count(&format!("FreeInf1 WHERE Txt4 = '{other}'")).await, 0);
    assert_eq!(systems.count("FreeInf1 WHERE InfCatNo IN (3, 45)").await, 2, "other programs' rows are theirs");
}

#[tokio::test]
async fn hours_get_the_order_number_in_the_run_that_makes_the_order() {
    let mut systems = Systems::start().await;
    let guid = hour(&systems, "5004", 3.0, "Vedlikehold");
    systems.settle().await;
    let project = systems.guid("projects", "number", "5004");
    let drafts = systems.world.bill(&Bill { projects: vec![project], ..Bill::default() }).unwrap();
    systems.world.set_invoice_status(&drafts[0], "Ready for transfer").unwrap();
    systems.settle().await;
    let order = systems.row(&format!("SELECT OrdNo FROM Ord WHERE Inf6 = '{}'", drafts[0])).await.remove(0);
    assert_eq!(systems.row(&format!("SELECT OrdNo FROM FreeInf1 WHERE Txt4 = '{guid}'")).await, [order]);
}

#[tokio::test]
async fn changed_unapproved_and_deleted_hours_after_transfer_are_handled_and_said() {
    let mut systems = Systems::start().await;
    let [changed, withdrawn, deleted] = ["endres", "trekkes", "slettes"].map(|text| hour(&systems, "5001", 1.0, text));
    systems.settle().await;
    systems.world.change_hour(&changed, samband::sandbox::severa::Json::parse(r#"{"quantity": 4}"#).unwrap()).unwrap();
    systems.world.approve_hours(&[&withdrawn], false).unwrap();
    systems.world.delete_hour(&deleted).unwrap();
    let (plan, _) = systems.run().await;
    let value = |guid: &str| format!("SELECT Val1 FROM FreeInf1 WHERE Txt4 = '{guid}'");
    assert_eq!(systems.row(&value(&changed)).await, ["4"], "a changed hour is changed there as well");
    assert_eq!(systems.row(&value(&withdrawn)).await, ["1"], "its row is left alone");
    assert_eq!(systems.row(&value(&deleted)).await, ["1"], "deletions are not carried over");
    let said = said(&plan);
    assert!(said.contains(&withdrawn) || said.contains("left its filter") || said.contains("no longer"), "{said}");
    assert!(said.contains("vanished") || said.contains("deleted") || said.contains("gone"), "{said}");
}
