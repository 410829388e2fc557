//! What the storms found once, told in small.

use crate::{Company, Fault, guid, text};
use samband::value::Value;

#[test]
fn a_number_that_was_assigned_is_written_back_also_after_a_crash() {
    let company = Company::new();
    company.run();
    let fields = [
        ("guid", guid(0x31)),
        ("firstName", Value::text("Ada")),
        ("lastName", Value::text("Unnumbered")),
        ("isActive", Value::Bool(true)),
    ];
    company.severa.put("User", &text(0x31), &fields);
    company.severa.fail(Fault::CrashBefore);
    company.crash();
    company.wait();
    company.run();
    let code = company.severa.get("User", &text(0x31), "code");
    assert!(code.as_text().is_some_and(|code| code.parse::<i64>().is_ok()), "{code}");
    company.quiet();
}

#[test]
fn an_identifier_that_was_not_written_is_written_by_the_next_run() {
    let company = Company::new();
    company.run();
    let fields = [("ActNo", Value::Int(700)), ("CustNo", Value::Int(10_700)), ("Nm", Value::text("Granli AS"))];
    company.business.put("Actor", "700", &fields);
    company.business.fail(Fault::CrashBefore);
    company.crash();
    assert_eq!((company.severa.count("Customer"), company.business.get("Actor", "700", "Inf8")), (1, Value::Null));
    company.wait();
    company.run();
    assert!(company.business.get("Actor", "700", "Inf8").as_guid().is_some());
    assert_eq!(company.severa.count("Customer"), 1);
}

#[test]
fn what_was_newer_stays_newer_when_one_of_the_writes_fails() {
    let company = Company::new();
    company.run();
    company.won_customer(0x10, 10_500, "Kuusikko Oy");
    company.business.world.lock().unwrap().now += 2_000;
    let fields = [("ActNo", Value::Int(700)), ("CustNo", Value::Int(10_500)), ("Nm", Value::text("KUUSIKKO oy"))];
    company.business.put("Actor", "700", &fields);
    company.severa.fail(Fault::Refused);
    company.run();
    assert_eq!(company.severa.get("Customer", &text(0x10), "name"), Value::text("Kuusikko Oy"));
    assert_eq!(company.business.get("Actor", "700", "Inf8"), Value::text(text(0x10)), "our stamp is the newest now");
    company.wait();
    company.run();
    assert_eq!(company.severa.get("Customer", &text(0x10), "name"), Value::text("KUUSIKKO oy"));
    company.quiet();
}
