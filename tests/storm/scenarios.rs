//! What a company can live through: each scenario is what was there before, and steps each of which is
//! an edit by people and a run after it.

use crate::edits::*;
use crate::world::{World, guid, word};
use samband::value::{Side, Value};

pub struct Scenario {
    pub name: &'static str,
    pub settings: usize,
    /// Nothing named: all of them.
    pub entities: &'static [&'static str],
    /// In fine weather, followed by a run.
    pub before: fn(&mut World),
    pub steps: &'static [fn(&mut World)],
}

/// All of them.
pub fn all() -> Vec<&'static Scenario> {
    let others = [crate::households::SCENARIOS, crate::billing::SCENARIOS, crate::settling::SCENARIOS];
    SCENARIOS.iter().chain(others.into_iter().flatten()).collect()
}

pub fn nothing(_: &mut World) {}

const UNITS: &[&str] = &["BusinessUnit"];
const STAFF: &[&str] = &["BusinessUnit", "Employee"];
const EMPLOYEES: &[&str] = &["Employee"];
const CUSTOMERS: &[&str] = &["Customer"];
const SELLERS: &[&str] = &["Employee", "Customer"];
const GOODS: &[&str] = &["Product", "TravelExpense"];
const PROJECTS: &[&str] = &["Employee", "Customer", "Project"];
const HOURS: &[&str] = &["Employee", "Customer", "Project", "WorkHours"];
const INVOICES: &[&str] = &["Customer", "WorkType", "Invoice"];
const BILLED: &[&str] = &["Employee", "Customer", "Project", "WorkType", "Invoice", "WorkHours"];
const COSTS: &[&str] = &["Employee", "Customer", "Project", "PurchaseCost"];

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a business unit, and its new name",
        settings: 0,
        entities: UNITS,
        before: nothing,
        steps: &[|w| unit(w, 200, "Oslo"), |w| unit(w, 200, "Oslo sentrum")],
    },
    Scenario {
        name: "a department that begins in Visma Business",
        settings: 1,
        entities: UNITS,
        before: |w| unit(w, 200, "Oslo"),
        steps: &[|w| department(w, 300, "Bergen"), |w| department(w, 300, "Bergen by")],
    },
    Scenario {
        name: "what the non-master changes",
        settings: 0,
        entities: UNITS,
        before: |w| unit(w, 200, "Oslo"),
        steps: &[|w| department(w, 200, "Oslo by"), |w| unit(w, 200, "Oslo sentrum")],
    },
    Scenario {
        name: "an employee of Severa with a unit",
        settings: 0,
        entities: STAFF,
        before: nothing,
        steps: &[|w| {
            unit(w, 200, "Oslo");
            user(w, 0x31, "31", "First", None);
            w.severa("User", 0x31, &[("businessUnit.guid", guid(0x2000 + 200))]);
        }],
    },
    Scenario {
        name: "employees of Visma Business, with and without an address",
        settings: 0,
        entities: EMPLOYEES,
        before: nothing,
        steps: &[
            |w| {
                employee(w, 21, "Ola Hansen", "Ola@Example.no");
                employee(w, 22, "Per Nilsen", "");
            },
            |w| employee(w, 22, "Per Nilsen", "per@example.no"),
        ],
    },
    Scenario {
        name: "a circle of supervisors",
        settings: 0,
        entities: EMPLOYEES,
        before: nothing,
        steps: &[|w| {
            user(w, 0x31, "31", "First", Some(0x32));
            user(w, 0x32, "32", "Second", Some(0x33));
            user(w, 0x33, "33", "Third", Some(0x32));
        }],
    },
    Scenario {
        name: "an employee without a number",
        settings: 0,
        entities: EMPLOYEES,
        before: nothing,
        steps: &[|w| user(w, 0x31, "", "Unnumbered", None)],
    },
    Scenario {
        name: "an employee changed on both sides",
        settings: 0,
        entities: EMPLOYEES,
        before: |w| user(w, 0x31, "31", "First", None),
        steps: &[
            |w| {
                w.severa("User", 0x31, &[("phone", word("+47 1"))]);
                rename(w, "Actor", 0x31, "MailAd", "First@Example.no");
            },
            |w| w.severa("User", 0x31, &[("isActive", Value::Bool(false))]),
        ],
    },
    Scenario {
        name: "a customer of Severa gets its number",
        settings: 0,
        entities: CUSTOMERS,
        before: nothing,
        steps: &[|w| customer(w, 0x10, 20_001, "Kuusikko Oy", true)],
    },
    Scenario {
        name: "a customer of Visma Business",
        settings: 0,
        entities: CUSTOMERS,
        before: nothing,
        steps: &[|w| actor(w, 700, 10_700, "Granli AS"), |w| actor(w, 700, 10_700, "Granli Gruppen AS")],
    },
    Scenario {
        name: "a customer that both sides have",
        settings: 0,
        entities: CUSTOMERS,
        before: nothing,
        steps: &[|w| {
            customer(w, 0x10, 10_500, "Kuusikko Oy", true);
            actor(w, 700, 10_500, "kuusikko  oy");
            w.business("Actor", "700", &[("MailAd", word("Post@Kuusikko.example"))]);
        }],
    },
    Scenario {
        name: "a customer changed here, there, and in both",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| customer(w, 0x10, 20_001, "Kuusikko Oy", true),
        steps: &[
            |w| w.severa("Customer", 0x10, &[("name", word("Kuusikko Group"))]),
            |w| rename(w, "Actor", 0x10, "MailAd", "Post@Kuusikko.example"),
            |w| {
                w.severa("Customer", 0x10, &[("name", word("Kuusikko here"))]);
                // The clocks are not that far apart: this one is newer, whatever else went wrong.
                w.clock.pass(300);
                rename(w, "Actor", 0x10, "Nm", "Kuusikko there");
            },
        ],
    },
    Scenario {
        name: "the same number under another name, the same name under another number",
        settings: 0,
        entities: CUSTOMERS,
        before: nothing,
        steps: &[
            |w| {
                customer(w, 0x10, 10_500, "Kuusikko Oy", true);
                customer(w, 0x11, 20_002, "Nordvik AS", true);
                actor(w, 700, 10_500, "Granli AS");
                actor(w, 701, 10_501, "NORDVIK  as");
            },
            |w| w.severa("Customer", 0x10, &[("name", word("Granli AS"))]),
        ],
    },
    Scenario {
        name: "a prospect that is won, and a customer that is lost again",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| customer(w, 0x10, 20_001, "Kuusikko Oy", true),
        steps: &[
            |w| customer(w, 0x11, 20_002, "Nordvik AS", false),
            |w| {
                customer(w, 0x11, 20_002, "Nordvik AS", true);
                customer(w, 0x10, 20_001, "Kuusikko Lost", false);
            },
        ],
    },
    Scenario {
        name: "a seller who comes later",
        settings: 0,
        entities: SELLERS,
        before: nothing,
        steps: &[
            |w| {
                customer(w, 0x10, 20_001, "Kuusikko Oy", true);
                w.severa("Customer", 0x10, &[("owner.guid", guid(0x31))]);
            },
            |w| user(w, 0x31, "31", "Seller", None),
        ],
    },
    Scenario {
        name: "products and travel expenses of both sides",
        settings: 0,
        entities: GOODS,
        before: nothing,
        steps: &[
            |w| {
                product(w, 0xA1, "CABLE-5", "Cable, 5 m");
                goods(w, "PUMP-1", "Pump", 1);
                goods(w, "FERRY", "Ferry", 90);
            },
            |w| product(w, 0xA1, "CABLE-5", "Cable, 5 metres"),
        ],
    },
    Scenario {
        name: "products whose master is Visma Business",
        settings: 3,
        entities: GOODS,
        before: nothing,
        steps: &[
            |w| {
                product(w, 0xA1, "CABLE-5", "Cable, 5 m");
                goods(w, "PUMP-1", "Pump", 1);
            },
            |w| goods(w, "PUMP-1", "Pump, large", 1),
        ],
    },
    Scenario {
        name: "product categories",
        settings: 4,
        entities: &["ProductCategory", "Product"],
        before: nothing,
        steps: &[|w| {
            w.severa("ProductCategory", 0xAC, &[("code", word("12")), ("name", word("Pumps"))]);
            w.business("ProdCat", "13", &[("PrCatNo", int(13)), ("Descr", word("Cables"))]);
            product(w, 0xA1, "PUMP-1", "Pump");
            w.severa("Product", 0xA1, &[("productCategory.guid", guid(0xAC))]);
        }],
    },
    Scenario {
        name: "a project of Severa, which is lost later",
        settings: 0,
        entities: PROJECTS,
        before: |w| customer(w, 0x10, 20_001, "Kuusikko Oy", true),
        steps: &[
            |w| project(w, 0x60, 6_001, "Harbour", 0x10, true),
            |w| project(w, 0x60, 6_001, "Harbour, lost", 0x10, false),
        ],
    },
    Scenario {
        name: "a project of Visma Business",
        settings: 2,
        entities: PROJECTS,
        before: |w| actor(w, 700, 10_700, "Granli AS"),
        steps: &[
            |w| {
                w.business("R2", "6002", &[("RNo", int(6_002)), ("Nm", word("Bridge")), ("CustNo", int(10_700))]);
            },
            |w| w.business("R2", "6002", &[("Nm", word("Bridges"))]),
        ],
    },
    Scenario {
        name: "customer and project in one run",
        settings: 0,
        entities: PROJECTS,
        before: nothing,
        steps: &[won_project],
    },
    Scenario {
        name: "approved hours, which are corrected",
        settings: 0,
        entities: HOURS,
        before: won_project,
        steps: &[
            |w| {
                hour(w, 0x80, 0x60, 0x10, 750, true);
                hour(w, 0x81, 0x60, 0x10, 800, false);
            },
            |w| {
                hour(w, 0x80, 0x60, 0x10, 725, true);
                hour(w, 0x81, 0x60, 0x10, 800, true);
            },
        ],
    },
    Scenario {
        name: "an invoice becomes an order, with the products it needs",
        settings: 0,
        entities: INVOICES,
        before: |w| {
            customer(w, 0x10, 20_001, "Kuusikko Oy", true);
            work_types(w);
        },
        steps: &[ready_draft],
    },
    Scenario {
        name: "an order is sent, part paid and paid",
        settings: 0,
        entities: INVOICES,
        before: |w| {
            customer(w, 0x10, 20_001, "Kuusikko Oy", true);
            work_types(w);
            ready_draft(w);
        },
        steps: &[
            |w| {
                for order in orders(w) {
                    w.business("Ord", &order, &[("isSent", Value::Bool(true)), ("invoiceNumber", int(70_001))]);
                }
            },
            |w| {
                for order in orders(w) {
                    w.business("Ord", &order, &[("isPartPaid", Value::Bool(true))]);
                }
            },
            |w| {
                for order in orders(w) {
                    w.business("Ord", &order, &[("isPaid", Value::Bool(true)), ("paidDate", day(22))]);
                }
            },
        ],
    },
    Scenario {
        name: "a row that cannot travel, with the reason in the notes, and its mending",
        settings: 0,
        entities: INVOICES,
        before: |w| {
            customer(w, 0x10, 20_001, "Kuusikko Oy", true);
            work_types(w);
        },
        steps: &[
            |w| {
                let rows = vec![row(w, 0xE1, 0xB1, 10, 125_050, "NOK"), row(w, 0xE2, 0xB1, 1, 100, "EUR")];
                draft(w, 0xF1, 0x10, true, rows);
            },
            ready_draft,
        ],
    },
    Scenario {
        name: "hours get the number of their order",
        settings: 0,
        entities: BILLED,
        before: |w| {
            won_project(w);
            work_types(w);
            hour(w, 0x80, 0x60, 0x10, 750, true);
        },
        steps: &[|w| {
            let rows = vec![row(w, 0xE1, 0xB1, 10, 125_050, "NOK")];
            draft(w, 0xF1, 0x10, true, rows);
            w.severa("WorkHour", 0x80, &[("invoice.guid", guid(0xF1))]);
        }],
    },
    Scenario {
        name: "posted lines become costs, a reversal their negative twin",
        settings: 0,
        entities: COSTS,
        before: won_project,
        steps: &[
            |w| {
                post(w, 1, 4_310, 90_050, 6_001);
                post(w, 2, 1_500, 50_000, 6_001);
            },
            |w| post(w, 3, 4_310, -90_050, 6_001),
        ],
    },
    Scenario {
        name: "a person writes beside a mark",
        settings: 0,
        entities: COSTS,
        before: |w| {
            won_project(w);
            post(w, 1, 4_310, 90_050, 6_001);
        },
        steps: &[|w| {
            let ids: Vec<String> = {
                let world = w.severa.world.lock().unwrap();
                world.tables.get("ProjectFee").map(|t| t.rows.keys().cloned().collect()).unwrap_or_default()
            };
            for id in ids {
                w.edit(Side::Severa, "ProjectFee", &id, &[("description", word("checked by Kari, VB 7/1"))]);
            }
            post(w, 2, 4_310, 10_000, 6_001);
        }],
    },
    Scenario {
        name: "everything at once",
        settings: 0,
        entities: &[],
        before: nothing,
        steps: &[|w| {
            unit(w, 200, "Oslo");
            employee(w, 21, "Ola Hansen", "ola@example.no");
            won_project(w);
            work_types(w);
            product(w, 0xA1, "CABLE-5", "Cable, 5 m");
            hour(w, 0x80, 0x60, 0x10, 750, true);
            ready_draft(w);
            post(w, 1, 4_310, 90_050, 6_001);
        }],
    },
];
