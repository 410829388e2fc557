//! Scenarios of what is billed and booked: orders that need products, costs and their reversals, travel expenses.

use crate::edits::*;
use crate::scenarios::{Scenario, nothing};
use crate::world::{World, guid, word};
use samband::value::Value;

const INVOICES: &[&str] = &["Customer", "WorkType", "Invoice"];
const BILLED: &[&str] = &["Employee", "Customer", "Project", "WorkType", "Invoice", "WorkHours"];
const COSTS: &[&str] = &["Employee", "Customer", "Project", "PurchaseCost"];
const GOODS: &[&str] = &["Product", "TravelExpense"];

fn travel(w: &mut World, code: &str, name: &str) {
    w.severa("TravelExpenseType", 0xA90, &[("code", word(code)), ("name", word(name))]);
}

fn three_work_types(w: &mut World) {
    work_types(w);
    let fields = [("code", word("DESIGN")), ("name", word("Design")), ("isActive", Value::Bool(true))];
    w.severa("WorkType", 0xB3, &fields);
}

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "two drafts need three work types in one run",
        settings: 0,
        entities: INVOICES,
        before: |w| {
            customer(w, 0x10, 20_001, "Kuusikko Oy", true);
            three_work_types(w);
        },
        steps: &[|w| {
            let rows = vec![row(w, 0xE1, 0xB1, 1, 10_000, "NOK"), row(w, 0xE2, 0xB2, 2, 20_000, "NOK")];
            draft(w, 0xF1, 0x10, true, rows);
            let rows = vec![row(w, 0xE3, 0xB2, 3, 30_000, "NOK"), row(w, 0xE4, 0xB3, 4, 33_333, "NOK")];
            draft(w, 0xF2, 0x10, true, rows);
        }],
    },
    Scenario {
        name: "a draft waits for its customer, and for a work type without a code",
        settings: 0,
        entities: INVOICES,
        before: three_work_types,
        steps: &[
            |w| {
                customer(w, 0x10, 20_001, "Kuusikko Oy", false);
                w.severa("WorkType", 0xB3, &[("code", Value::Null)]);
                let rows = vec![row(w, 0xE1, 0xB1, 1, 10_000, "NOK"), row(w, 0xE4, 0xB3, 4, 33_333, "NOK")];
                draft(w, 0xF1, 0x10, true, rows);
            },
            |w| {
                customer(w, 0x10, 20_001, "Kuusikko Oy", true);
                w.severa("WorkType", 0xB3, &[("code", word("DESIGN"))]);
                // Somebody sets it ready once more.
                w.severa("Invoice", 0xF1, &[("status", guid(0x701)), ("status.guid", guid(0x701))]);
            },
        ],
    },
    Scenario {
        name: "hours of several people get the number of one order",
        settings: 0,
        entities: BILLED,
        before: |w| {
            won_project(w);
            work_types(w);
            hour(w, 0x80, 0x60, 0x10, 750, true);
            hour(w, 0x81, 0x60, 0x10, 300, true);
        },
        steps: &[|w| {
            ready_draft(w);
            w.severa("WorkHour", 0x80, &[("invoice.guid", guid(0xF1))]);
            w.severa("WorkHour", 0x81, &[("invoice.guid", guid(0xF1))]);
            hour(w, 0x82, 0x60, 0x10, 100, true);
        }],
    },
    Scenario {
        name: "a cost and its reversal in one run",
        settings: 0,
        entities: COSTS,
        before: won_project,
        steps: &[|w| {
            post(w, 1, 4_310, 90_050, 6_001);
            post(w, 2, 4_310, -90_050, 6_001);
            post(w, 3, 4_500, 12_000, 6_001);
        }],
    },
    Scenario {
        name: "travel expenses of Severa",
        settings: 0,
        entities: GOODS,
        before: nothing,
        steps: &[|w| travel(w, "TAXI", "Taxi"), |w| travel(w, "TAXI", "Taxi and bus")],
    },
    Scenario {
        name: "travel expenses whose master is Visma Business",
        settings: 3,
        entities: GOODS,
        before: |w| goods(w, "FERRY", "Ferry", 90),
        steps: &[|w| goods(w, "FERRY", "Ferry, with a car", 90)],
    },
    Scenario {
        name: "a project and a category get new names",
        settings: 4,
        entities: &["Employee", "Customer", "Project", "ProductCategory"],
        before: |w| {
            won_project(w);
            w.severa("ProductCategory", 0xAC, &[("code", word("12")), ("name", word("Pumps"))]);
        },
        steps: &[|w| {
            project(w, 0x60, 6_001, "Harbours", 0x10, true);
            w.severa("ProductCategory", 0xAC, &[("name", word("Pumps, all"))]);
        }],
    },
];
