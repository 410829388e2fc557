//! The engine over the standard mapping, with both sides in memory.

#[path = "engine/costs.rs"]
mod costs;
#[path = "engine/explain.rs"]
mod explain;
#[path = "engine/held.rs"]
mod held;
#[path = "engine/history.rs"]
mod history;
#[path = "engine/invoices.rs"]
mod invoices;
#[path = "engine/many.rs"]
mod many;
#[path = "engine/parts.rs"]
mod parts;
#[path = "engine/placings.rs"]
mod placings;
#[path = "engine/storms.rs"]
mod storms;
mod support;

use samband::plan::{Kind, Limits, Plan};
use samband::run::{Engine, Options, Quiet, Report, RunError};
use samband::state::State;
use samband::systems::Clock;
use samband::value::{Guid, Side, Value};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::mapping;
use support::memory::{Fault, Memory};

/// Time that passes only when somebody sleeps.
struct TestClock(Mutex<jiff::Timestamp>);

#[async_trait::async_trait]
impl Clock for TestClock {
    fn now(&self) -> jiff::Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(jiff::SignedDuration::try_from(duration).unwrap()).unwrap();
    }
}

struct Company {
    severa: Memory,
    business: Memory,
    clock: Arc<TestClock>,
    folder: tempfile::TempDir,
}

impl Company {
    fn new() -> Self {
        let company = Self {
            severa: Memory::new(Side::Severa),
            business: Memory::new(Side::Business),
            clock: Arc::new(TestClock(Mutex::new("2026-11-23T08:00:00Z".parse().unwrap()))),
            folder: tempfile::tempdir().unwrap(),
        };
        let (severa, business) = (&company.severa, &company.business);
        severa.put("Country", "c1", &[("guid", guid(0x4700)), ("code2", Value::text("NO"))]);
        severa.put("Currency", "c2", &[("guid", guid(0x4701)), ("code", Value::text("NOK"))]);
        for (bits, name) in [(1, "Ready for ERP"), (2, "Transferred"), (3, "Sent"), (4, "Paid"), (5, "Failed")] {
            severa.put(
                "InvoiceStatus",
                &text(0x700 + bits),
                &[("guid", guid(0x700 + bits)), ("name", Value::text(name))],
            );
        }
        // Products that costs are booked as; they are no goods, and stay in Severa.
        for (bits, code) in [(0xC51, "SUBCONTRACT"), (0xC52, "COST")] {
            severa.put("Product", &text(bits), &[("guid", guid(bits)), ("code", Value::text(code))]);
        }
        severa.put("SalesStatusType", "s1", &[("guid", guid(0x51)), ("name", Value::text("Order"))]);
        severa.put(
            "User",
            &text(0x99),
            &[
                ("guid", guid(0x99)),
                ("email", Value::text("kari@example.com")),
                ("firstName", Value::text("Kari")),
                ("lastName", Value::text("Nordmann")),
                ("code", Value::text("1")),
                ("isActive", Value::Bool(true)),
            ],
        );
        business.put("Ctry", "47", &[("CtryNo", Value::Int(47)), ("ISO", Value::text("NO"))]);
        business.put("Cur", "47", &[("CurNo", Value::Int(47)), ("ISO", Value::text("NOK"))]);
        company
    }

    fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("state.db")
    }

    /// As the engine carries it out.
    fn program(&self) -> samband::program::Program {
        let mut program = mapping::standard().program;
        program.leave_out_what_is_not_carried();
        program
    }

    fn engine(&self, options: Options) -> Engine {
        self.engine_of(mapping::standard().program, options)
    }

    fn engine_of(&self, program: samband::program::Program, options: Options) -> Engine {
        let state = State::open(Path::new(&self.state())).unwrap();
        Engine::new(
            program,
            Box::new(self.severa.clone()),
            Box::new(self.business.clone()),
            self.clock.clone(),
            state,
            options,
        )
    }

    fn plan(&self) -> Plan {
        block(self.engine(Options::default()).plan(&mut Quiet)).unwrap()
    }

    fn run(&self) -> (Plan, Report) {
        block(self.engine(Options::default()).run(&mut Quiet)).unwrap()
    }

    /// With one more setting.
    fn run_with(&self, setting: &str, value: &str) -> (Plan, Report) {
        let program = mapping::standard_with(&[(setting, value)]).program;
        block(self.engine_of(program, Options::default()).run(&mut Quiet)).unwrap()
    }

    fn try_run(&self, options: Options) -> Result<(Plan, Report), RunError> {
        block(self.engine(options).run(&mut Quiet))
    }

    /// Long enough for whatever is at work to be over, and for held records to be tried again.
    fn wait(&self) {
        block(self.clock.sleep(Duration::from_secs(3_600)));
    }

    /// A run that ends in a crash of the process, as far as the engine can tell.
    fn crash(&self) {
        let mut engine = self.engine(Options::default());
        let result = std::thread::scope(|scope| scope.spawn(move || block(engine.run(&mut Quiet)).is_ok()).join());
        assert!(result.is_err(), "it was meant to crash");
    }

    fn quiet(&self) {
        let plan = self.plan();
        assert!(plan.is_empty(), "{}", samband::plan::render(&plan, true));
    }

    /// A customer of Severa with a won project.
    fn won_customer(&self, bits: u128, number: i64, name: &str) {
        let project = Value::Record(vec![guid(1), Value::Bool(true)]);
        self.severa.put(
            "Customer",
            &text(bits),
            &[
                ("guid", guid(bits)),
                ("number", Value::Int(number)),
                ("name", Value::text(name)),
                ("isInternal", Value::Bool(false)),
                ("projects", Value::List(vec![project])),
            ],
        );
    }

    fn customer_rows(&self, bits: u128) -> Vec<String> {
        let world = self.business.world.lock().unwrap();
        let rows = world.tables.get("Actor").map(|t| &t.rows);
        rows.into_iter()
            .flatten()
            .filter(|(_, f)| f.get("Inf8") == Some(&Value::text(text(bits))))
            .map(|(id, _)| id.clone())
            .collect()
    }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn guid(bits: u128) -> Value {
    Value::Guid(Guid(bits))
}

fn text(bits: u128) -> String {
    Guid(bits).to_string()
}

#[test]
fn a_customer_of_severa_gets_a_number_of_visma_business_on_both_sides() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    let (plan, report) = company.run();
    assert_eq!(report.failure, None);
    assert_eq!(plan.totals().write_back, 1);
    let rows = company.customer_rows(0x10);
    assert_eq!(rows.len(), 1);
    let number = company.business.get("Actor", &rows[0], "CustNo");
    assert!(number.as_int().is_some_and(|n| n >= 10_000));
    assert_eq!(company.severa.get("Customer", &text(0x10), "number"), number);
    company.quiet();
}

#[test]
fn employees_without_an_address_stay_and_the_others_travel_both_ways() {
    let company = Company::new();
    company.business.put(
        "Actor",
        "501",
        &[
            ("ActNo", Value::Int(501)),
            ("EmpNo", Value::Int(21)),
            ("Nm", Value::text("Ola Hansen")),
            ("MailAd", Value::text("ola@example.no")),
        ],
    );
    company.business.put(
        "Actor",
        "502",
        &[("ActNo", Value::Int(502)), ("EmpNo", Value::Int(22)), ("Nm", Value::text("Per Nilsen"))],
    );
    company.run();
    assert_eq!(company.severa.count("User"), 2);
    assert_eq!(company.business.count("Actor"), 3);
    let born = company.business.get("Actor", "501", "Inf7").as_guid().unwrap().to_string();
    assert_eq!(company.severa.get("User", &born, "lastName"), Value::text("Hansen"));
    assert_eq!(company.severa.get("User", &born, "code"), Value::text("21"));
    assert_eq!(company.business.get("Actor", "502", "Inf7"), Value::Null);
    company.quiet();
}

#[test]
fn supervisors_are_created_before_those_they_lead_and_a_circle_takes_a_second_pass() {
    let company = Company::new();
    let user = |bits: u128, code: &str, name: &str, boss: u128| {
        company.severa.put(
            "User",
            &text(bits),
            &[
                ("guid", guid(bits)),
                ("code", Value::text(code)),
                ("firstName", Value::text("A")),
                ("lastName", Value::text(name)),
                ("superiorUser.guid", guid(boss)),
                ("isActive", Value::Bool(true)),
            ],
        );
    };
    user(0x1, "31", "First", 0x2);
    user(0x2, "32", "Second", 0x3);
    user(0x3, "33", "Third", 0x2);
    company.run();
    let actor = |number: i64| {
        let world = company.business.world.lock().unwrap();
        world.tables["Actor"].rows.values().find(|f| f.get("EmpNo") == Some(&Value::Int(number))).cloned().unwrap()
    };
    assert_eq!(actor(31).get("MainAct"), actor(32).get("ActNo"));
    assert_eq!(actor(32).get("MainAct"), actor(33).get("ActNo"));
    assert_eq!(actor(33).get("MainAct"), actor(32).get("ActNo"));
    company.quiet();
}

#[test]
fn the_same_number_under_another_name_is_held_and_so_is_the_same_name_under_another_number() {
    let company = Company::new();
    company.won_customer(0x10, 10_500, "Kuusikko Oy");
    company.won_customer(0x11, 20_002, "Nordvik AS");
    company.business.put(
        "Actor",
        "700",
        &[("ActNo", Value::Int(700)), ("CustNo", Value::Int(10_500)), ("Nm", Value::text("Granli AS"))],
    );
    company.business.put(
        "Actor",
        "701",
        &[("ActNo", Value::Int(701)), ("CustNo", Value::Int(10_501)), ("Nm", Value::text("NORDVIK  as "))],
    );
    let (plan, report) = company.run();
    let codes: Vec<_> = plan.entities.iter().flat_map(|e| &e.held).map(|h| (h.side, h.code.as_str())).collect();
    let expected = [
        (Side::Severa, "same-number"),
        (Side::Business, "same-number"),
        (Side::Severa, "same-name"),
        (Side::Business, "same-name"),
    ];
    assert!(expected.iter().all(|e| codes.contains(e)), "{codes:?}");
    assert_eq!((company.severa.count("Customer"), report.held), (2, 4));
}

#[test]
fn records_with_equal_keys_are_paired_and_get_the_identifier() {
    let company = Company::new();
    company.won_customer(0x10, 10_500, "Kuusikko Oy");
    company.business.put(
        "Actor",
        "700",
        &[
            ("ActNo", Value::Int(700)),
            ("CustNo", Value::Int(10_500)),
            ("Nm", Value::text("kuusikko oy")),
            ("MailAd", Value::text("post@kuusikko.example")),
        ],
    );
    let (plan, _) = company.run();
    assert_eq!(plan.totals().create, 1, "the employee alone");
    assert_eq!(company.business.get("Actor", "700", "Inf8"), Value::text(text(0x10)));
    assert_eq!(company.severa.get("Customer", &text(0x10), "email"), Value::text("post@kuusikko.example"));
    company.quiet();
}

#[test]
fn what_the_other_side_changes_is_neither_carried_over_nor_overwritten_until_the_master_changes() {
    let company = Company::new();
    company.severa.put(
        "BusinessUnit",
        &text(0x20),
        &[("guid", guid(0x20)), ("code", Value::text("200")), ("name", Value::text("Oslo"))],
    );
    company.run();
    company.business.put("R1", "200", &[("Nm", Value::text("Oslo by"))]);
    company.quiet();
    assert_eq!(company.severa.get("BusinessUnit", &text(0x20), "name"), Value::text("Oslo"));
    assert_eq!(company.business.get("R1", "200", "Nm"), Value::text("Oslo by"));
    company.severa.put("BusinessUnit", &text(0x20), &[("name", Value::text("Oslo sentrum"))]);
    company.run();
    assert_eq!(company.business.get("R1", "200", "Nm"), Value::text("Oslo sentrum"));
    company.quiet();
}

#[test]
fn without_a_master_both_ways_travel_and_the_newer_wins() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.run();
    let row = company.customer_rows(0x10).remove(0);
    company.business.put("Actor", &row, &[("Nm", Value::text("Kuusikko Ab"))]);
    company.run();
    assert_eq!(company.severa.get("Customer", &text(0x10), "name"), Value::text("Kuusikko Ab"));
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("From Severa"))]);
    for _ in 0..2_000 {
        company.business.world.lock().unwrap().now += 1;
    }
    company.business.put("Actor", &row, &[("Nm", Value::text("From Business"))]);
    company.run();
    assert_eq!(company.severa.get("Customer", &text(0x10), "name"), Value::text("From Business"));
    company.quiet();
}

#[test]
fn a_key_that_changes_in_severa_is_held_because_it_never_changes_in_visma_business() {
    let company = Company::new();
    company.severa.put(
        "BusinessUnit",
        &text(0x20),
        &[("guid", guid(0x20)), ("code", Value::text("200")), ("name", Value::text("Oslo"))],
    );
    company.run();
    company.severa.put("BusinessUnit", &text(0x20), &[("code", Value::text("201"))]);
    let (plan, _) = company.run();
    let held: Vec<_> = plan.entities.iter().flat_map(|e| &e.held).collect();
    assert!(held.iter().any(|h| h.reason.contains("never changes")), "{held:?}");
}

#[test]
fn a_pair_whose_half_is_gone_is_said_and_nothing_is_deleted() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.run();
    let row = company.customer_rows(0x10).remove(0);
    company.business.remove("Actor", &row);
    company.won_customer(0x10, 20_001, "Kuusikko Group");
    let (plan, _) = company.run();
    assert!(plan.entities.iter().flat_map(|e| &e.held).any(|h| h.code == "vanished"));
    assert_eq!(company.severa.count("Customer"), 1);
    assert!(company.customer_rows(0x10).is_empty());
}

#[test]
fn an_empty_listing_of_linked_records_is_a_fault() {
    let company = Company::new();
    company.severa.put(
        "BusinessUnit",
        &text(0x20),
        &[("guid", guid(0x20)), ("code", Value::text("200")), ("name", Value::text("Oslo"))],
    );
    company.run();
    company.severa.remove("BusinessUnit", &text(0x20));
    let result = block(company.engine(Options { full: true, ..Options::default() }).run(&mut Quiet));
    assert!(matches!(result, Err(RunError::EmptyListing { side: Side::Severa, linked: 1, .. })));
}

#[test]
fn a_limit_stops_before_the_first_write() {
    let company = Company::new();
    for bits in 0..20 {
        company.won_customer(0x100 + bits, 20_001 + i64::try_from(bits).unwrap(), &format!("Customer {bits}"));
    }
    let options = Options { limits: Limits { changes: Some(10), percent: None }, ..Options::default() };
    let result = block(company.engine(options).run(&mut Quiet));
    let Err(RunError::Limits(stopped, plan)) = result else { panic!("it was meant to stop") };
    assert_eq!((stopped[0].count, stopped[0].what.as_str()), (20, "create"));
    assert!(!plan.is_empty());
    assert_eq!((company.business.writes(), company.severa.writes()), (0, 0));
}

#[test]
fn a_plan_of_records_that_moved_is_refused_as_a_whole_and_lists_them() {
    let company = Company::new();
    company.severa.put(
        "BusinessUnit",
        &text(0x20),
        &[("guid", guid(0x20)), ("code", Value::text("200")), ("name", Value::text("Oslo"))],
    );
    company.severa.put(
        "BusinessUnit",
        &text(0x21),
        &[("guid", guid(0x21)), ("code", Value::text("201")), ("name", Value::text("Bergen"))],
    );
    let plan = company.plan();
    let path = company.folder.path().join("plan.jsonl");
    samband::plan::save(&plan, &path).unwrap();
    company.severa.put("BusinessUnit", &text(0x21), &[("name", Value::text("Bergen by"))]);
    let loaded = samband::plan::load(&path).unwrap();
    let result = block(company.engine(Options::default()).apply(&loaded, &mut Quiet));
    let Err(RunError::Stale(moved)) = result else { panic!("it was meant to be refused") };
    assert!(moved.len() == 1 && moved[0].contains("Bergen"), "{moved:?}");
    assert_eq!(company.business.writes(), 0);
    let plan = company.plan();
    block(company.engine(Options::default()).apply(&plan, &mut Quiet)).unwrap();
    assert_eq!(company.business.get("R1", "201", "Nm"), Value::text("Bergen by"));
    company.quiet();
}

#[test]
fn link_only_pairs_and_writes_nothing_but_identities() {
    let company = Company::new();
    company.won_customer(0x10, 10_500, "Kuusikko Oy");
    company.won_customer(0x11, 20_002, "Nordvik AS");
    company.business.put(
        "Actor",
        "700",
        &[("ActNo", Value::Int(700)), ("CustNo", Value::Int(10_500)), ("Nm", Value::text("Kuusikko Oy"))],
    );
    let options = Options { link_only: true, ..Options::default() };
    let (plan, _) = block(company.engine(options).run(&mut Quiet)).unwrap();
    assert!(plan.entities.iter().flat_map(|e| &e.operations).all(|o| o.kind == Kind::Link));
    assert_eq!((company.business.writes(), company.severa.writes()), (1, 0));
    company.run();
    assert_eq!(company.customer_rows(0x11).len(), 1);
    company.quiet();
}

#[test]
fn one_records_fault_is_one_records_fault_and_is_tried_again() {
    let company = Company::new();
    company.run();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.won_customer(0x11, 20_002, "Nordvik AS");
    company.business.fail(Fault::Refused);
    let (_, report) = company.run();
    assert_eq!((report.held, report.failure.is_none()), (1, true));
    assert_eq!(company.customer_rows(0x10).len() + company.customer_rows(0x11).len(), 1);
    block(company.clock.sleep(Duration::from_secs(120)));
    company.run();
    assert_eq!((company.customer_rows(0x10).len(), company.customer_rows(0x11).len()), (1, 1));
    company.quiet();
}

#[test]
fn a_side_that_goes_down_ends_the_run_and_the_next_one_continues() {
    let company = Company::new();
    company.run();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.won_customer(0x11, 20_002, "Nordvik AS");
    company.business.fail(Fault::SideDown);
    let (_, report) = company.run();
    assert!(report.failure.is_some());
    block(company.clock.sleep(Duration::from_secs(120)));
    company.run();
    assert_eq!((company.customer_rows(0x10).len(), company.customer_rows(0x11).len()), (1, 1));
    company.quiet();
}

/// Every fault at the creation on either side: never two records, never none, and quiet afterwards.
#[test]
fn no_fault_makes_two_records_or_none() {
    for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply, Fault::LateApply] {
        for side in Side::BOTH {
            let company = Company::new();
            company.run();
            match side {
                Side::Business => {
                    company.won_customer(0x10, 20_001, "Kuusikko Oy");
                    company.business.fail(fault);
                }
                Side::Severa => {
                    company.business.put(
                        "Actor",
                        "700",
                        &[("ActNo", Value::Int(700)), ("CustNo", Value::Int(10_700)), ("Nm", Value::text("Granli AS"))],
                    );
                    company.severa.fail(fault);
                }
            }
            match fault {
                Fault::CrashBefore | Fault::CrashAfter => company.crash(),
                _ => {
                    company.run();
                }
            }
            for _ in 0..2 {
                block(company.clock.sleep(Duration::from_secs(3_600)));
                company.run();
            }
            let (customers, actors) = (company.severa.count("Customer"), company.business.count("Actor"));
            // One actor is the employee.
            assert_eq!((customers, actors), (1, 2), "{fault:?} on {side:?}");
            company.quiet();
        }
    }
}

/// Every fault at a change: the value arrives once, and nothing is left to do.
#[test]
fn no_fault_loses_a_change() {
    for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply] {
        let company = Company::new();
        company.won_customer(0x10, 20_001, "Kuusikko Oy");
        company.run();
        company.won_customer(0x10, 20_001, "Kuusikko Group");
        let row = company.customer_rows(0x10).remove(0);
        company.severa.put("Customer", &text(0x10), &[("number", company.business.get("Actor", &row, "CustNo"))]);
        company.business.fail(fault);
        match fault {
            Fault::LostReply => {
                company.run();
            }
            _ => company.crash(),
        }
        block(company.clock.sleep(Duration::from_secs(3_600)));
        company.run();
        assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko Group"), "{fault:?}");
        company.quiet();
    }
}

#[test]
fn a_second_run_is_told_who_holds_the_lock() {
    let company = Company::new();
    let state = State::open(&company.state()).unwrap();
    let holder = samband::state::Holder { host: "sql01".to_owned(), pid: 77, token: "77-1".to_owned() };
    let lease = state.lock(&holder, company.clock.now()).unwrap();
    let result = block(company.engine(Options::default()).run(&mut Quiet));
    assert!(
        matches!(&result, Err(RunError::State(e)) if e.to_string().contains("sql01") && e.to_string().contains("77"))
    );
    // The holder is another machine's and dies: its file is free, its lease has to run out.
    drop(lease);
    let result = block(company.engine(Options::default()).run(&mut Quiet));
    assert!(matches!(&result, Err(RunError::State(_))));
    block(company.clock.sleep(Duration::from_secs(11 * 60)));
    company.run();
}

/// What the registries of both sides hold.
fn products(company: &Company) {
    let word = |text: &str| Value::text(text);
    company.severa.put(
        "Product",
        &text(0xA1),
        &[("guid", guid(0xA1)), ("code", word("CABLE-5")), ("name", word("Cable, 5 m")), ("type", word("Materials"))],
    );
    company.severa.put(
        "TravelExpenseType",
        &text(0xA2),
        &[("guid", guid(0xA2)), ("code", word("TAXI")), ("name", word("Taxi")), ("isActive", Value::Bool(true))],
    );
    for (number, name, group) in [("PUMP-1", "Pump", 1), ("FERRY", "Ferry", 90), ("CONS", "Consulting", 91)] {
        let (id, number, name) = (number, word(number), word(name));
        company.business.put(
            "Prod",
            id,
            &[
                ("ProdNo", number),
                ("Descr", name),
                ("ProdGr", Value::Int(group)),
                ("Gr12", Value::Int(0)),
                ("costPrice", Value::Decimal(rust_decimal::Decimal::TEN)),
                ("costPriceCurrency", word("NOK")),
            ],
        );
    }
}

#[test]
fn products_go_both_ways_and_each_kind_stays_in_its_group() {
    let company = Company::new();
    products(&company);
    company.run();
    let business = |id: &str, field: &str| company.business.get("Prod", id, field);
    assert_eq!(business("CABLE-5", "Descr"), Value::text("Cable, 5 m"));
    assert_eq!(business("CABLE-5", "Inf8"), Value::text(text(0xA1)));
    assert_eq!(business("TAXI", "ProdGr"), Value::Int(90), "a travel expense is created in its own group");
    let severa = |table: &str| {
        let world = company.severa.world.lock().unwrap();
        let rows = world.tables.get(table).map(|t| t.rows.values().cloned().collect::<Vec<_>>()).unwrap_or_default();
        let rows = rows.iter().filter(|r| table != "Product" || r.get("type").is_some_and(|t| !t.is_null()));
        let mut codes: Vec<String> = rows.map(|r| r["code"].as_text().unwrap_or_default().to_owned()).collect();
        codes.sort();
        codes
    };
    assert_eq!(severa("Product"), ["CABLE-5", "PUMP-1"], "what is of the groups of others is no regular product");
    assert_eq!(severa("TravelExpenseType"), ["FERRY", "TAXI"]);
    company.quiet();
    // A product that is moved to another group stays linked to what it was.
    company.business.put("Prod", "PUMP-1", &[("ProdGr", Value::Int(91))]);
    assert!(company.plan().is_empty());
}

/// Visma Business' blank seller leaves Severa's owner as it is, and does not speak for it.
#[test]
fn an_owner_that_is_set_in_severa_arrives_where_no_seller_stood() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.run();
    let row = company.customer_rows(0x10).remove(0);
    company.severa.put("Customer", &text(0x10), &[("owner.guid", guid(0x99))]);
    company.run();
    assert_eq!(company.business.get("Actor", &row, "Seller"), Value::Int(1));
    company.quiet();
    company.business.put("Actor", &row, &[("Seller", Value::Null)]);
    company.run();
    assert_eq!(company.severa.get("Customer", &text(0x10), "owner.guid"), guid(0x99));
    company.quiet();
}
