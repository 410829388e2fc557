//! What a company can live through: each scenario is what was there before, and steps each of which is
//! an edit by people and a run after it.

use crate::world::{World, guid, text, word};
use rust_decimal::Decimal;
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

fn nothing(_: &mut World) {}

pub fn int(number: i64) -> Value {
    Value::Int(number)
}

pub fn money(number: i64) -> Value {
    Value::Decimal(Decimal::new(number, 2))
}

pub fn day(day: i8) -> Value {
    Value::Date(jiff::civil::date(2026, 11, day))
}

pub fn unit(w: &mut World, code: u128, name: &str) {
    w.severa("BusinessUnit", 0x2000 + code, &[("code", word(&code.to_string())), ("name", word(name))]);
}

pub fn department(w: &mut World, number: i64, name: &str) {
    w.business("R1", &number.to_string(), &[("RNo", int(number)), ("Nm", word(name))]);
}

pub fn user(w: &mut World, bits: u128, code: &str, last: &str, boss: Option<u128>) {
    w.severa(
        "User",
        bits,
        &[
            ("code", if code.is_empty() { Value::Null } else { word(code) }),
            ("firstName", word("Ada")),
            ("lastName", word(last)),
            ("isActive", Value::Bool(true)),
            ("superiorUser.guid", boss.map_or(Value::Null, guid)),
        ],
    );
}

pub fn employee(w: &mut World, number: i64, name: &str, mail: &str) {
    let fields = [
        ("ActNo", int(500 + number)),
        ("EmpNo", int(number)),
        ("Nm", word(name)),
        ("MailAd", if mail.is_empty() { Value::Null } else { word(mail) }),
    ];
    w.business("Actor", &(500 + number).to_string(), &fields);
}

/// A customer of Severa, with a project that is won or not.
pub fn customer(w: &mut World, bits: u128, number: i64, name: &str, won: bool) {
    let project = Value::Record(vec![guid(bits + 0x6000), Value::Bool(won)]);
    w.severa(
        "Customer",
        bits,
        &[
            ("number", int(number)),
            ("name", word(name)),
            ("isInternal", Value::Bool(false)),
            ("projects", Value::List(vec![project])),
        ],
    );
}

pub fn actor(w: &mut World, id: i64, number: i64, name: &str) {
    w.business("Actor", &id.to_string(), &[("ActNo", int(id)), ("CustNo", int(number)), ("Nm", word(name))]);
}

pub fn project(w: &mut World, bits: u128, number: i64, name: &str, customer: u128, won: bool) {
    w.severa(
        "Project",
        bits,
        &[
            ("number", int(number)),
            ("name", word(name)),
            ("won", Value::Bool(won)),
            ("customer.guid", guid(customer)),
            ("projectOwner.guid", guid(0x99)),
        ],
    );
}

pub fn hour(w: &mut World, bits: u128, project: u128, customer: u128, hundredths: i64, approved: bool) {
    w.severa(
        "WorkHour",
        bits,
        &[
            ("isApproved", Value::Bool(approved)),
            ("eventDate", day(12)),
            ("quantity", money(hundredths)),
            ("plannedInvoiceQuantity", money(hundredths)),
            ("unitPrice.amount", money(125_000)),
            ("isBillable", Value::Bool(true)),
            ("user.guid", guid(0x99)),
            ("customer.guid", guid(customer)),
            ("project.guid", guid(project)),
            ("workType.code", word("CONS")),
            ("description", word("sketches")),
        ],
    );
}

pub fn work_types(w: &mut World) {
    for (bits, code, name) in [(0xB1, "CONS", "Consulting"), (0xB2, "TRAVEL", "Travelling")] {
        w.severa("WorkType", bits, &[("code", word(code)), ("name", word(name)), ("isActive", Value::Bool(true))]);
    }
}

/// A row of a draft, its fields in the order in which the program asks for them.
pub fn row(w: &World, bits: u128, work: u128, quantity: i64, cents: i64, currency: &str) -> Value {
    let names: Vec<String> = w.program(|program| {
        let invoice = program.entities.iter().find(|e| e.name == "Invoice").expect("invoices");
        let list = invoice.severa.fields.iter().find(|f| f.name == "rows").and_then(|f| f.of.as_ref()).expect("rows");
        list.fields.iter().map(|f| f.name.clone()).collect()
    });
    let value = |name: &String| match name.as_str() {
        "guid" => guid(bits),
        "description" => word("Design"),
        "workType.guid" => guid(work),
        "quantity" => Value::Decimal(quantity.into()),
        "unitPrice.amount" => money(cents),
        "unitPrice.currencyCode" => word(currency),
        _ => Value::Null,
    };
    Value::Record(names.iter().map(value).collect())
}

pub fn draft(w: &mut World, bits: u128, customer: u128, ready: bool, rows: Vec<Value>) {
    let status = guid(if ready { 0x701 } else { 0x707 });
    w.severa(
        "Invoice",
        bits,
        &[
            ("status", status.clone()),
            ("status.guid", status),
            ("customer.guid", guid(customer)),
            ("customer.name", word("Kuusikko Oy")),
            ("billingCustomer.guid", guid(customer)),
            ("currency.code", word("NOK")),
            ("date", day(20)),
            ("isCreditNote", Value::Bool(false)),
            ("notes", word("call Kari")),
            ("rows", Value::List(rows)),
        ],
    );
}

/// The orders there are, in their order.
pub fn orders(w: &World) -> Vec<String> {
    let world = w.business.world.lock().unwrap();
    world.tables.get("Ord").map(|t| t.rows.keys().cloned().collect()).unwrap_or_default()
}

pub fn post(w: &mut World, entry: i64, account: i64, cents: i64, project: i64) {
    w.business(
        "AcTr",
        &format!("7/{entry}"),
        &[
            ("JNo", int(7)),
            ("EntNo", int(entry)),
            ("AcNo", int(account)),
            ("AcAm", money(cents)),
            ("R2", if project == 0 { Value::Null } else { int(project) }),
            ("Sup", int(50_001)),
            ("Txt", word("Blasting")),
            ("ValDt", day(12)),
            ("homeCurrency", word("NOK")),
        ],
    );
}

pub fn goods(w: &mut World, code: &str, name: &str, group: i64) {
    w.business(
        "Prod",
        code,
        &[
            ("ProdNo", word(code)),
            ("Descr", word(name)),
            ("ProdGr", int(group)),
            ("Gr12", int(0)),
            ("costPrice", money(1_000)),
            ("costPriceCurrency", word("NOK")),
        ],
    );
}

pub fn product(w: &mut World, bits: u128, code: &str, name: &str) {
    w.severa("Product", bits, &[("code", word(code)), ("name", word(name)), ("type", word("Materials"))]);
}

/// The record of Visma Business that bears an identifier.
pub fn bearer(w: &World, table: &str, bits: u128) -> Option<String> {
    let world = w.business.world.lock().unwrap();
    let rows = world.tables.get(table)?;
    let bears = |f: &crate::support::memory::Fields| f.values().any(|v| v.as_text() == Some(text(bits).as_str()));
    rows.rows.iter().find(|(_, f)| bears(f)).map(|(id, _)| id.clone())
}

fn rename(w: &mut World, table: &str, bits: u128, field: &str, value: &str) {
    if let Some(id) = bearer(w, table, bits) {
        w.business(table, &id, &[(field, word(value))]);
    }
}

fn won_project(w: &mut World) {
    customer(w, 0x10, 20_001, "Kuusikko Oy", true);
    project(w, 0x60, 6_001, "Harbour", 0x10, true);
}

fn ready_draft(w: &mut World) {
    let rows = vec![row(w, 0xE1, 0xB1, 10, 125_050, "NOK"), row(w, 0xE2, 0xB2, 2, 33_333, "NOK")];
    draft(w, 0xF1, 0x10, true, rows);
}

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

pub const SCENARIOS: &[Scenario] = &[
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
