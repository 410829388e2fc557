//! Where a company of Visma Business keeps its delivery addresses: each placing by a customer's own mapping.

use super::parts::{plain, words};
use super::support::mapping;
use super::{Company, block, text};
use samband::plan::Plan;
use samband::run::{Options, Quiet};
use samband::value::{Side, Value};

/// A placing: its mapping, the table of its rows, and how a row hangs on the customer 500, number 11000.
struct Placing {
    mapping: &'static str,
    table: &'static str,
    key: &'static str,
    owned: &'static [(&'static str, i64)],
}

const PLACINGS: [Placing; 2] = [
    Placing {
        mapping: include_str!("placings/by-group.mapping"),
        table: "Actor",
        key: "ActNo",
        owned: &[("CustNo", 11_000), ("Gr3", 10)],
    },
    Placing {
        mapping: include_str!("placings/in-address.mapping"),
        table: "Address",
        key: "AdNo",
        owned: &[("ActNo", 500)],
    },
];

impl Placing {
    fn run(&self, company: &Company) -> Plan {
        let engine = || company.engine_of(mapping::layered(self.mapping), Options::default());
        let (plan, report) = block(engine().run(&mut Quiet)).unwrap();
        assert_eq!((&report.failure, report.held), (&None, 0), "{}", self.table);
        let again = block(engine().plan(&mut Quiet)).unwrap();
        assert!(again.is_empty(), "{}: {}", self.table, samband::plan::render(&again, true));
        plan
    }

    /// The rows that hang on a customer: the values of a column.
    fn rows(&self, company: &Company, column: &str) -> Vec<String> {
        let world = company.business.world.lock().unwrap();
        let rows = world.tables.get(self.table).map(|t| &t.rows).into_iter().flatten();
        let tie = self.owned.last().unwrap().0;
        rows.filter(|(_, f)| {
            f.get(tie).is_some_and(|v| !v.is_null()) && f.contains_key("Inf8") && f.contains_key("Ad1")
        })
        .filter(|(_, f)| self.table == "Address" || f.get("Gr3") == Some(&Value::Int(10)))
        .map(|(_, f)| plain(f.get(column)))
        .collect()
    }
}

#[test]
fn each_placing_is_carried_over_from_severa() {
    for placing in PLACINGS {
        let company = Company::new();
        company.severa_customer();
        placing.run(&company);
        assert_eq!(placing.rows(&company, "Ad1"), ["Varasto 2"], "{}", placing.table);
        let owner = company.customer_rows(0x10);
        assert_eq!(owner.len(), 1, "{}", placing.table);
        let (tie, _) = placing.owned[0];
        let named = company.business.get("Actor", &owner[0], tie);
        assert_eq!(placing.rows(&company, tie), [plain(Some(&named))], "{}", placing.table);
        // A change follows, and a second address joins the first.
        company.address(0xA2, 0x10, "Varasto 5", "00200", false);
        company.address(0xA3, 0x10, "Varasto 6", "00300", false);
        placing.run(&company);
        let mut lines = placing.rows(&company, "Ad1");
        lines.sort();
        assert_eq!(lines, ["Varasto 5", "Varasto 6"], "{}", placing.table);
    }
}

#[test]
fn each_placing_is_carried_over_from_visma_business() {
    for placing in PLACINGS {
        let company = Company::new();
        let words_of = |field: &str| words(&company, "Address", field);
        company.business.put(
            "Actor",
            "500",
            &[("ActNo", Value::Int(500)), ("CustNo", Value::Int(11_000)), ("Nm", Value::text("Berg AS"))],
        );
        let mut row = vec![
            (placing.key, Value::Int(700)),
            ("Nm", Value::text("Berg lager")),
            ("Ad1", Value::text("Lagerveien 2")),
            ("PNo", Value::text("0150")),
        ];
        row.extend(placing.owned.iter().map(|(column, value)| (*column, Value::Int(*value))));
        company.business.put(placing.table, "700", &row);
        placing.run(&company);
        assert_eq!(words_of("addressline"), ["Lagerveien 2"], "{}", placing.table);
        assert_eq!(words(&company, "Customer", "name"), ["Berg AS"], "{}", placing.table);
        let address = words_of("guid").remove(0);
        assert_eq!(plain(Some(&company.business.get(placing.table, "700", "Inf8"))), address);
        company.business.put(placing.table, "700", &[("Ad1", Value::text("Lagerveien 4"))]);
        placing.run(&company);
        assert_eq!(words_of("addressline"), ["Lagerveien 4"], "{}", placing.table);
    }
}

#[test]
fn one_associate_may_be_customer_employee_and_another_customers_contact() {
    let company = Company::new();
    company.business.put(
        "Actor",
        "500",
        &[("ActNo", Value::Int(500)), ("CustNo", Value::Int(11_000)), ("Nm", Value::text("Berg AS"))],
    );
    company.business.put(
        "Actor",
        "600",
        &[
            ("ActNo", Value::Int(600)),
            ("CustNo", Value::Int(11_001)),
            ("EmpNo", Value::Int(77)),
            ("SupNo", Value::Int(9)),
            ("LiaAct", Value::Int(500)),
            ("Nm", Value::text("Ola Nordmann")),
            ("MailAd", Value::text("ola@example.no")),
        ],
    );
    let (_, report) = company.run();
    assert_eq!((&report.failure, report.held), (&None, 0));
    let state = samband::state::State::open(&company.state()).unwrap();
    for entity in ["Customer", "Employee", "Customer.Contact"] {
        assert!(state.link_of(entity, Side::Business, "600").unwrap().is_some(), "{entity}");
    }
    assert_eq!(words(&company, "ContactPerson", "lastName"), ["Nordmann"]);
    let customer = state.link_of("Customer", Side::Business, "600").unwrap().unwrap().severa_id;
    assert_eq!(plain(Some(&company.business.get("Actor", "600", "Inf8"))), customer, "the customer's identifier stays");
    company.quiet();
    company.business.put("Actor", "600", &[("Nm", Value::text("Ola Nordmann Hansen"))]);
    company.run();
    assert_eq!(words(&company, "ContactPerson", "lastName"), ["Hansen"]);
    assert!(words(&company, "Customer", "name").contains(&"Ola Nordmann Hansen".to_owned()));
    assert_eq!(company.severa.count("ContactPerson"), 1);
    assert_ne!(text(0), customer);
    company.quiet();
    company.run();
    company.quiet();
}
