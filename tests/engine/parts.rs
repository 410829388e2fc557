//! A customer's delivery addresses and contacts: parts with rows of their own on both sides.

use super::support::memory::Fault;
use super::{Company, guid, text};
use samband::plan::{Kind, Plan};
use samband::run::{Options, Quiet, RunError};
use samband::value::Value;

const ALL: [Fault; 6] =
    [Fault::CrashBefore, Fault::CrashAfter, Fault::LostReply, Fault::LateApply, Fault::Refused, Fault::SideDown];

/// A customer's ActNo where the customer is one of Visma Business.
const OWNER: i64 = 500;

pub fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Text(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

pub fn words(company: &Company, table: &str, field: &str) -> Vec<String> {
    let world = company.severa.world.lock().unwrap();
    let rows = world.tables.get(table).map(|t| &t.rows).into_iter().flatten();
    let mut found: Vec<String> = rows.map(|(_, f)| plain(f.get(field))).collect();
    found.sort();
    found
}

/// Rows of Visma Business that hang on an owner by a column: the values of another.
fn rows(company: &Company, column: &str, owner: &Value, field: &str) -> Vec<String> {
    let world = company.business.world.lock().unwrap();
    let rows = world.tables.get("Actor").map(|t| &t.rows).into_iter().flatten();
    let mut found: Vec<String> =
        rows.filter(|(_, f)| f.get(column).is_some_and(|v| v.same(owner))).map(|(_, f)| plain(f.get(field))).collect();
    found.sort();
    found
}

impl Company {
    pub fn address(&self, bits: u128, customer: u128, line: &str, postal: &str, billing: bool) {
        self.severa.put(
            "Address",
            &text(bits),
            &[
                ("guid", guid(bits)),
                ("customer.guid", guid(customer)),
                ("addressline", Value::text(line)),
                ("postalCode", Value::text(postal)),
                ("city", Value::text("Oslo")),
                ("isBillingAddress", Value::Bool(billing)),
            ],
        );
    }

    fn contact(&self, bits: u128, customer: u128, first: &str, last: &str) {
        self.severa.put(
            "ContactPerson",
            &text(bits),
            &[
                ("guid", guid(bits)),
                ("customer.guid", guid(customer)),
                ("firstName", Value::text(first)),
                ("lastName", Value::text(last)),
                ("isDeleted", Value::Bool(false)),
            ],
        );
    }

    fn detail(&self, bits: u128, contact: u128, kind: &str, value: &str) {
        self.severa.put(
            "ContactCommunication",
            &text(bits),
            &[
                ("guid", guid(bits)),
                ("contact.guid", guid(contact)),
                ("kind", Value::text(kind)),
                ("value", Value::text(value)),
                ("isForbiddenToUse", Value::Bool(false)),
            ],
        );
    }

    /// A customer in Visma Business with a delivery address and a contact.
    fn business_customer(&self) {
        let text = Value::text;
        self.business.put(
            "Actor",
            "500",
            &[
                ("ActNo", Value::Int(OWNER)),
                ("CustNo", Value::Int(11_000)),
                ("Nm", text("Berg AS")),
                ("Ad1", text("Torget 1")),
            ],
        );
        self.business.put(
            "Actor",
            "501",
            &[
                ("ActNo", Value::Int(501)),
                ("DelToAct", Value::Int(OWNER)),
                ("Nm", text("Berg lager")),
                ("Ad1", text("Lagerveien 2")),
                ("PNo", text("0150")),
            ],
        );
        self.business_contact(502, "Kari Anne Berg", "kari@berg.example", "22334455");
    }

    fn business_contact(&self, number: i64, name: &str, mail: &str, phone: &str) {
        let text = |text: &str| if text.is_empty() { Value::Null } else { Value::text(text) };
        self.business.put(
            "Actor",
            &number.to_string(),
            &[
                ("ActNo", Value::Int(number)),
                ("LiaAct", Value::Int(OWNER)),
                ("Nm", text(name)),
                ("MailAd", text(mail)),
                ("Phone", text(phone)),
            ],
        );
    }

    /// A won customer in Severa with two addresses and a contact with two details.
    pub fn severa_customer(&self) {
        self.won_customer(0x10, 20_001, "Kuusikko Oy");
        self.address(0xA1, 0x10, "Kuusitie 1", "00100", true);
        self.address(0xA2, 0x10, "Varasto 2\nPort B", "00200", false);
        self.contact(0xC1, 0x10, "Mika", "Laine");
        self.detail(0xD1, 0xC1, "EmailAddress", "Mika@Kuusikko.example");
        self.detail(0xD2, 0xC1, "MobilePhone", "040 1");
    }

    fn owner(&self) -> Value {
        Value::Int(self.customer_rows(0x10)[0].parse().unwrap())
    }
}

fn held(plan: &Plan) -> Vec<(String, String)> {
    plan.entities.iter().flat_map(|e| &e.held).map(|h| (h.code.clone(), h.reason.clone())).collect()
}

#[test]
fn nothing_of_the_standard_mapping_is_left_out() {
    assert_eq!(Company::new().engine(Options::default()).left_out(), Vec::<String>::new());
}

#[test]
fn parts_of_a_customer_of_severa_come_with_it_in_the_same_run() {
    let company = Company::new();
    company.severa_customer();
    let (_, report) = company.run();
    assert_eq!((&report.failure, report.held), (&None, 0));
    let owner = company.owner();
    assert_eq!(rows(&company, "DelToAct", &owner, "Ad1"), ["Varasto 2"]);
    assert_eq!(rows(&company, "DelToAct", &owner, "Ad2"), ["Port B"]);
    assert_eq!(rows(&company, "DelToAct", &owner, "Nm"), ["Kuusikko Oy"]);
    assert_eq!(rows(&company, "DelToAct", &owner, "Inf8"), [text(0xA2)]);
    assert_eq!(rows(&company, "LiaAct", &owner, "Nm"), ["Mika Laine"]);
    assert_eq!(rows(&company, "LiaAct", &owner, "MailAd"), ["mika@kuusikko.example"]);
    assert_eq!(rows(&company, "LiaAct", &owner, "MobPh"), ["040 1"]);
    company.quiet();
    company.run();
    company.quiet();
}

#[test]
fn parts_of_a_customer_of_visma_business_come_with_it_in_the_same_run() {
    let company = Company::new();
    company.business_customer();
    let (_, report) = company.run();
    assert_eq!((&report.failure, report.held), (&None, 0));
    assert_eq!(words(&company, "Address", "addressline"), ["Lagerveien 2", "Torget 1"]);
    assert_eq!(words(&company, "Address", "isPostalAddress").iter().filter(|w| *w == "true").count(), 1);
    assert_eq!(words(&company, "ContactPerson", "firstName"), ["Kari Anne"]);
    assert_eq!(words(&company, "ContactPerson", "lastName"), ["Berg"]);
    assert_eq!(words(&company, "ContactCommunication", "value"), ["22334455", "kari@berg.example"]);
    let contact = words(&company, "ContactPerson", "guid").remove(0);
    assert_eq!(plain(Some(&company.business.get("Actor", "502", "Inf8"))), contact);
    assert_eq!(company.business.get("Actor", "501", "Nm"), Value::text("Berg lager"), "its own name stays");
    company.quiet();
    company.run();
    company.quiet();
}

#[test]
fn changes_travel_both_ways_with_the_details_of_a_contact() {
    let company = Company::new();
    company.severa_customer();
    company.run();
    let owner = company.owner();
    let contact = rows(&company, "LiaAct", &owner, "ActNo").remove(0);
    company.detail(0xD2, 0xC1, "MobilePhone", "040 2");
    company.address(0xA2, 0x10, "Varasto 3", "00200", false);
    company.business.put(
        "Actor",
        &contact,
        &[("MailAd", Value::text("mika.laine@kuusikko.example")), ("Phone", Value::text("09 1"))],
    );
    let (_, report) = company.run();
    assert_eq!((&report.failure, report.held), (&None, 0));
    assert_eq!(rows(&company, "LiaAct", &owner, "MobPh"), ["040 2"]);
    assert_eq!(rows(&company, "DelToAct", &owner, "Ad1"), ["Varasto 3"]);
    assert_eq!(rows(&company, "DelToAct", &owner, "Ad2"), [""]);
    assert_eq!(words(&company, "ContactCommunication", "value"), ["040 2", "09 1", "mika.laine@kuusikko.example"]);
    company.quiet();
    company.run();
    company.quiet();
}

#[test]
fn of_a_detail_changed_on_both_sides_the_newer_stands() {
    let company = Company::new();
    company.severa_customer();
    company.run();
    let contact = rows(&company, "LiaAct", &company.owner(), "ActNo").remove(0);
    company.severa.world.lock().unwrap().now = 5_000;
    company.business.world.lock().unwrap().now = 6_000;
    company.business.put("Actor", &contact, &[("MobPh", Value::text("041"))]);
    company.severa.world.lock().unwrap().now = 7_000;
    company.detail(0xD2, 0xC1, "MobilePhone", "042");
    company.run();
    assert_eq!(company.business.get("Actor", &contact, "MobPh"), Value::text("042"));
    company.quiet();
}

#[test]
fn a_customers_new_name_reaches_its_delivery_addresses_in_the_same_run_whoever_gave_it() {
    let company = Company::new();
    company.severa_customer();
    company.run();
    let owner = company.owner();
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusi Oyj"))]);
    company.run();
    assert_eq!(rows(&company, "DelToAct", &owner, "Nm"), ["Kuusi Oyj"]);
    company.quiet();
    company.business.put("Actor", &owner.to_string(), &[("Nm", Value::text("Kuusi Group"))]);
    company.run();
    assert_eq!(company.severa.get("Customer", &text(0x10), "name"), Value::text("Kuusi Group"));
    assert_eq!(rows(&company, "DelToAct", &owner, "Nm"), ["Kuusi Group"]);
    company.quiet();
    company.run();
    company.quiet();
}

#[test]
fn parts_wait_with_an_owner_that_is_held_or_kept_back() {
    let company = Company::new();
    company.severa_customer();
    company.business.put(
        "Actor",
        "900",
        &[("ActNo", Value::Int(900)), ("CustNo", Value::Int(20_001)), ("Nm", Value::text("Somebody Else"))],
    );
    // Not won: kept back, and its parts with it.
    company.severa.put(
        "Customer",
        &text(0x20),
        &[("guid", guid(0x20)), ("name", Value::text("Later Oy")), ("isInternal", Value::Bool(false))],
    );
    company.contact(0xC9, 0x20, "Eva", "Later");
    let (plan, report) = company.run();
    assert_eq!(report.failure, None);
    let parts: Vec<_> = plan.entities.iter().filter(|e| e.entity.contains('.')).collect();
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|e| e.operations.is_empty() && e.held.is_empty()), "{parts:?}");
    assert!(parts.iter().all(|e| e.kept_back.iter().any(|(why, count)| why.contains("held") && *count == 1)));
    assert!(rows(&company, "LiaAct", &Value::Int(900), "Nm").is_empty());
    // Once it is settled they come.
    company.severa.put("Customer", &text(0x10), &[("number", Value::Int(20_009))]);
    company.wait();
    let (_, report) = company.run();
    assert_eq!((&report.failure, report.held), (&None, 0));
    assert_eq!(rows(&company, "LiaAct", &company.owner(), "Nm"), ["Mika Laine"]);
    company.quiet();
}

#[test]
fn a_new_contact_of_a_linked_customer_is_created_and_found_by_its_name() {
    let company = Company::new();
    company.business_customer();
    company.run();
    company.business_contact(503, "Ola Berg", "kari@berg.example", "");
    let customer = words(&company, "Customer", "guid").remove(0);
    company.severa.put(
        "ContactPerson",
        &text(0xC5),
        &[
            ("guid", guid(0xC5)),
            ("customer.guid", Value::text(customer)),
            ("firstName", Value::text("Ola")),
            ("lastName", Value::text("Berg")),
            ("isDeleted", Value::Bool(false)),
        ],
    );
    let (_, report) = company.run();
    assert_eq!((&report.failure, report.held), (&None, 0));
    // One e-mail address on two contacts is no reason to take them for one.
    assert_eq!(words(&company, "ContactPerson", "firstName"), ["Kari Anne", "Ola"]);
    assert_eq!(company.business.get("Actor", "503", "Inf8"), Value::text(text(0xC5)));
    assert_eq!(words(&company, "ContactCommunication", "value").iter().filter(|v| v.starts_with("kari")).count(), 2);
    company.quiet();
    company.run();
    company.quiet();
}

#[test]
fn a_contact_without_a_name_is_held_and_two_of_one_name_are_not_guessed() {
    let company = Company::new();
    company.business_customer();
    company.business_contact(503, "", "post@berg.example", "");
    let (plan, _) = company.run();
    assert_eq!(held(&plan).iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["does-not-fit"]);
    company.business_contact(503, "Ola Berg", "", "");
    company.business_contact(504, "Ola Berg", "", "");
    let customer = words(&company, "Customer", "guid").remove(0);
    company.contact(0xC5, 0, "Ola", "Berg");
    company.severa.put("ContactPerson", &text(0xC5), &[("customer.guid", Value::text(customer))]);
    let (plan, _) = company.run();
    assert_eq!(held(&plan).iter().filter(|(code, _)| code == "ambiguous").count(), 3, "{:?}", held(&plan));
    assert_eq!(words(&company, "ContactPerson", "firstName"), ["Kari Anne", "Ola"]);
}

#[test]
fn a_namesake_of_another_customer_is_another_person() {
    let company = Company::new();
    company.severa_customer();
    company.won_customer(0x11, 20_002, "Lindström AB");
    company.contact(0xC2, 0x11, "Mika", "Laine");
    let (_, report) = company.run();
    assert_eq!((&report.failure, report.held), (&None, 0));
    let world = company.business.world.lock().unwrap();
    let contacts = world.tables["Actor"].rows.values().filter(|f| f.contains_key("LiaAct")).count();
    assert_eq!(contacts, 2);
}

#[test]
fn a_part_that_moves_to_another_owner_is_held_and_neither_copied_nor_lost() {
    for moved_in_severa in [true, false] {
        let company = Company::new();
        company.severa_customer();
        company.won_customer(0x11, 20_002, "Lindström AB");
        company.run();
        let contact = rows(&company, "LiaAct", &company.owner(), "ActNo").remove(0);
        let other: i64 = company.customer_rows(0x11)[0].parse().unwrap();
        if moved_in_severa {
            company.severa.put("ContactPerson", &text(0xC1), &[("customer.guid", guid(0x11))]);
        } else {
            company.business.put("Actor", &contact, &[("LiaAct", Value::Int(other))]);
        }
        let before = (company.severa.count("ContactPerson"), company.business.count("Actor"));
        let (plan, _) = company.run();
        let held = held(&plan);
        assert!(held.iter().all(|(code, _)| code == "other-owner") && !held.is_empty(), "{moved_in_severa}: {held:?}");
        let full = company.try_run(Options { full: true, ..Options::default() }).unwrap();
        assert!(!super::parts::held(&full.0).is_empty());
        assert_eq!(before, (company.severa.count("ContactPerson"), company.business.count("Actor")));
        // When the other side follows, they are in step again.
        if moved_in_severa {
            company.business.put("Actor", &contact, &[("LiaAct", Value::Int(other))]);
        } else {
            company.severa.put("ContactPerson", &text(0xC1), &[("customer.guid", guid(0x11))]);
        }
        company.wait();
        let (_, report) = company.run();
        assert_eq!(report.held, 0, "{moved_in_severa}");
        company.quiet();
    }
}

#[test]
fn a_copied_row_carries_an_identifier_that_is_not_its_own() {
    let company = Company::new();
    company.severa_customer();
    company.won_customer(0x11, 20_002, "Lindström AB");
    company.run();
    let other: i64 = company.customer_rows(0x11)[0].parse().unwrap();
    company.business.put(
        "Actor",
        "700",
        &[
            ("ActNo", Value::Int(700)),
            ("LiaAct", Value::Int(other)),
            ("Nm", Value::text("Mika Laine")),
            ("Inf8", Value::text(text(0xC1))),
        ],
    );
    let (plan, _) = company.run();
    assert_eq!(held(&plan).iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["same-identity"]);
    assert_eq!(company.severa.count("ContactPerson"), 1);
}

#[test]
fn deletes_are_said_and_not_carried_over() {
    let company = Company::new();
    company.severa_customer();
    company.run();
    company.severa.put("ContactPerson", &text(0xC1), &[("isDeleted", Value::Bool(true))]);
    let (plan, _) = company.run();
    assert_eq!(held(&plan).iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["vanished"]);
    assert!(held(&plan)[0].1.contains("no longer a contact"), "{:?}", held(&plan));
    let address = rows(&company, "DelToAct", &company.owner(), "ActNo").remove(0);
    company.business.remove("Actor", &address);
    company.address(0xA2, 0x10, "Varasto 9", "00200", false);
    let (plan, _) = company.run();
    assert!(held(&plan).iter().any(|(code, why)| code == "vanished" && why.contains("gone")), "{:?}", held(&plan));
    assert_eq!(rows(&company, "DelToAct", &company.owner(), "Ad1").len(), 0);
}

#[test]
fn a_listing_of_linked_parts_that_comes_back_empty_is_a_fault() {
    let company = Company::new();
    company.severa_customer();
    company.run();
    company.severa.world.lock().unwrap().tables.get_mut("ContactPerson").unwrap().rows.clear();
    let full = Options { full: true, ..Options::default() };
    assert!(matches!(company.try_run(full), Err(RunError::EmptyListing { .. })));
}

#[test]
fn no_fault_at_any_write_to_visma_business_makes_two_parts_or_half_of_one() {
    each_fault_at_each_write(true, 0..4);
}

#[test]
fn no_fault_at_any_write_to_severa_makes_two_parts_or_half_of_one() {
    each_fault_at_each_write(false, 0..6);
}

fn each_fault_at_each_write(from_severa: bool, writes: std::ops::Range<usize>) {
    for fault in ALL {
        for passes in writes.clone() {
            let company = Company::new();
            let side = if from_severa { &company.business } else { &company.severa };
            if from_severa {
                company.severa_customer()
            } else {
                company.business_customer()
            };
            side.fail_after(fault, passes);
            let label = format!("from Severa {from_severa}, {fault:?} after {passes}");
            let crashes = matches!(fault, Fault::CrashBefore | Fault::CrashAfter);
            let mut engine = company.engine(Options::default());
            let ran =
                std::thread::scope(|scope| scope.spawn(move || super::block(engine.run(&mut Quiet)).is_ok()).join());
            assert!(ran.is_ok() || crashes, "{label}");
            side.world.lock().unwrap().fault = None;
            company.wait();
            company.run();
            company.wait();
            let (_, report) = company.run();
            assert_eq!((&report.failure, report.held), (&None, 0), "{label}");
            let count = |table: &str| company.severa.count(table);
            if from_severa {
                let owner = company.owner();
                assert_eq!(rows(&company, "DelToAct", &owner, "Ad1"), ["Varasto 2"], "{label}");
                assert_eq!(rows(&company, "LiaAct", &owner, "MailAd"), ["mika@kuusikko.example"], "{label}");
                assert_eq!(company.customer_rows(0x10).len(), 1, "{label}");
            } else {
                let counts = [count("Customer"), count("Address"), count("ContactPerson")];
                assert_eq!(counts, [1, 2, 1], "{label}");
                let details = words(&company, "ContactCommunication", "value");
                assert_eq!(details, ["22334455", "kari@berg.example"], "{label}");
            }
            company.quiet();
        }
    }
}

#[test]
fn no_fault_loses_a_contacts_new_detail_or_makes_two_of_it() {
    for fault in ALL {
        for passes in 0..2 {
            let company = Company::new();
            company.business_customer();
            company.business_contact(502, "Kari Anne Berg", "", "");
            company.run();
            company.business_contact(502, "Kari Anne Berg", "kari@berg.example", "22334455");
            company.severa.fail_after(fault, passes);
            let mut engine = company.engine(Options::default());
            let _ =
                std::thread::scope(|scope| scope.spawn(move || super::block(engine.run(&mut Quiet)).is_ok()).join());
            company.severa.world.lock().unwrap().fault = None;
            for _ in 0..2 {
                company.wait();
                company.run();
            }
            let details = words(&company, "ContactCommunication", "value");
            assert_eq!(details, ["22334455", "kari@berg.example"], "{fault:?} after {passes}");
            company.quiet();
        }
    }
}

#[test]
fn a_crash_between_owner_and_parts_loses_no_change_of_a_part() {
    let company = Company::new();
    company.severa_customer();
    company.run();
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusi Oy"))]);
    company.detail(0xD2, 0xC1, "MobilePhone", "040 7");
    // The customer's own update and its address' pass; the contact's does not.
    company.business.fail_after(Fault::CrashBefore, 2);
    company.crash();
    company.run();
    assert_eq!(rows(&company, "LiaAct", &company.owner(), "MobPh"), ["040 7"]);
    company.quiet();
}

#[test]
fn a_saved_plan_of_parts_is_carried_out_and_refused_when_one_has_moved() {
    let company = Company::new();
    company.business_customer();
    company.run();
    company.business_contact(502, "Kari Anne Berg", "kari.anne@berg.example", "22334455");
    company.business_contact(503, "Ola Berg", "", "99");
    let plan = company.plan();
    assert_eq!(plan.entities.iter().flat_map(|e| &e.operations).filter(|o| o.kind == Kind::Create).count(), 1);
    let customer = words(&company, "Customer", "guid").remove(0);
    company.contact(0xC5, 0, "Ola", "Berg");
    company.severa.put("ContactPerson", &text(0xC5), &[("customer.guid", Value::text(customer))]);
    let stale = super::block(company.engine(Options::default()).apply(&plan, &mut Quiet));
    assert!(matches!(&stale, Err(RunError::Stale(moved)) if moved[0].contains("it could be")), "{stale:?}");
    company.severa.remove("ContactPerson", &text(0xC5));
    let plan = company.plan();
    let report = super::block(company.engine(Options::default()).apply(&plan, &mut Quiet)).unwrap();
    assert_eq!((&report.failure, report.held), (&None, 0));
    assert_eq!(words(&company, "ContactPerson", "firstName"), ["Kari Anne", "Ola"]);
    assert!(words(&company, "ContactCommunication", "value").contains(&"kari.anne@berg.example".to_owned()));
    company.quiet();
}
