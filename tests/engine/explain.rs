//! One page that says why, and cannot say otherwise than a run does.

use crate::{Company, Options, block, guid, text};
use samband::run::RunError;
use samband::run::explain::{Page, render};
use samband::value::{Side, Value};

fn explain(company: &Company, key: &str, side: Option<Side>) -> Page {
    block(company.engine(Options::default()).explain("Customer", key, side)).unwrap()
}

#[test]
fn a_record_that_is_created_says_what_with_and_a_run_writes_just_that() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "  Kuusikko Oy ");
    let page = explain(&company, "20001", None);
    assert!(page.outcome[0].contains("created in Visma Business"), "{:?}", page.outcome);
    assert_eq!(page.pairing.how, "nobody in Visma Business has any of its keys");
    assert!(page.conditions.iter().all(|c| c.holds && c.because.line > 0), "{:?}", page.conditions);
    let name = page.lines.iter().find(|l| l.line.contains("Nm")).unwrap();
    let steps: Vec<_> = name.steps.iter().map(|s| (s.what.as_str(), s.value.as_str())).collect();
    assert_eq!(steps, [("name", "\"  Kuusikko Oy \""), ("fit(80)", "\"  Kuusikko Oy\"")]);
    assert_eq!((company.severa.writes(), company.business.writes()), (0, 0), "it only looks");
    company.run();
    let row = company.customer_rows(0x10).remove(0);
    assert!(name.outcome.contains(&company.business.get("Actor", &row, "Nm").to_string()), "{}", name.outcome);
    let page = explain(&company, &row, Some(Side::Business));
    assert_eq!(page.record.id, row);
    assert!(page.outcome[0].starts_with("nothing"), "{:?}", page.outcome);
    let quiet = |outcome: &str| outcome == "nothing to do" || outcome.starts_with("both sides say the same");
    assert!(page.lines.iter().all(|l| quiet(&l.outcome)), "{}", render(&page));
    assert!(page.history.iter().any(|w| w.field == "Nm" && w.kind == "create"));
}

#[test]
fn a_record_that_its_filter_keeps_back_says_which_condition_and_what_it_saw() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.severa.put(
        "Customer",
        &text(0x10),
        &[("projects", Value::List(vec![Value::Record(vec![guid(1), Value::Bool(false)])]))],
    );
    let page = explain(&company, "Kuusikko Oy", None);
    let told: Vec<_> = page.conditions.iter().map(|c| (c.text.as_str(), c.holds)).collect();
    assert_eq!(told, [("not isInternal", true), ("any projects has won", false)]);
    assert_eq!(
        (page.conditions[0].saw[0].what.as_str(), page.conditions[0].saw[0].value.as_str()),
        ("isInternal", "false")
    );
    assert_eq!(page.outcome, ["it stays in Severa: any projects has won"]);
}

#[test]
fn a_held_record_says_why_who_it_could_be_and_what_to_do() {
    let company = Company::new();
    company.won_customer(0x10, 10_500, "Kuusikko Oy");
    company.business.put(
        "Actor",
        "700",
        &[("ActNo", Value::Int(700)), ("CustNo", Value::Int(10_500)), ("Nm", Value::text("Granli AS"))],
    );
    company.run();
    let page = explain(&company, "10500", Some(Side::Severa));
    assert_eq!(page.held[0].code, "same-number");
    assert!(page.held[0].remedy.contains("samband held link Customer 10500"), "{}", page.held[0].remedy);
    assert!(page.outcome[0].contains("is held") && page.outcome[0].contains("[same-number]"), "{:?}", page.outcome);
    let candidate = &page.pairing.candidates[0];
    assert_eq!(
        (candidate.name.as_str(), candidate.equal.as_slice()),
        ("Granli AS", &["number = CustNo".to_owned()][..])
    );
    let result = block(company.engine(Options::default()).explain("Customer", "10500", None));
    let Err(RunError::Refused { what, help }) = result else { panic!("two are there") };
    assert!(what.contains("2 records") && help.contains("--side"), "{what} {help}");
    let result = block(company.engine(Options::default()).explain("Customer", "10599", None));
    assert!(matches!(result, Err(RunError::Refused { what, .. }) if what.contains("there is no customer `10599`")));
    block(company.engine(Options::default()).link("Customer", "10500", "10500", &Default::default())).unwrap();
    let page = explain(&company, "10500", Some(Side::Severa));
    assert!(page.decisions[0].contains("are a pair"), "{:?}", page.decisions);
    assert!(page.pairing.how.contains("a person said"), "{}", page.pairing.how);
}

#[test]
fn what_changed_where_and_who_is_master_is_told_line_by_line() {
    let company = Company::new();
    company.severa.put(
        "BusinessUnit",
        &text(0x20),
        &[("guid", guid(0x20)), ("code", Value::text("200")), ("name", Value::text("Oslo"))],
    );
    company.run();
    let line = |company: &Company| {
        let page = block(company.engine(Options::default()).explain("BusinessUnit", "200", None)).unwrap();
        let line = page.lines.into_iter().find(|l| l.line.contains("Nm")).unwrap();
        (line.changed.unwrap_or_default(), line.outcome)
    };
    company.business.put("R1", "200", &[("Nm", Value::text("Oslo by"))]);
    let (changed, outcome) = line(&company);
    assert_eq!(changed, "changed in Visma Business");
    assert!(outcome.contains("Severa is master"), "{outcome}");
    assert!(company.plan().is_empty());
    company.severa.put("BusinessUnit", &text(0x20), &[("name", Value::text("Oslo sentrum"))]);
    let (changed, outcome) = line(&company);
    assert_eq!(changed, "changed on both sides");
    assert_eq!(outcome, "written in Visma Business: Nm: \"Oslo by\" → \"Oslo sentrum\"");
    let planned = samband::plan::render(&company.plan(), true);
    assert!(planned.contains("Nm: \"Oslo by\" → \"Oslo sentrum\""), "{planned}");
}

/// For every customer of a mixed company: what the page says is created, changed or held, the plan of a run says too.
#[test]
fn the_pages_of_all_records_agree_with_the_plan_of_a_run() {
    let company = Company::new();
    for (bits, number, name) in [
        (0x10, 20_001, "Kuusikko Oy"),
        (0x11, 10_500, "Nordvik AS"),
        (0x12, 20_003, "Twin AS"),
        (0x13, 20_004, "Twin AS"),
    ] {
        company.won_customer(bits, number, name);
    }
    company.run();
    company.won_customer(0x14, 20_005, "Late AS");
    company.won_customer(0x15, 10_600, "Same Number AS");
    company.business.put(
        "Actor",
        "600",
        &[("ActNo", Value::Int(600)), ("CustNo", Value::Int(10_600)), ("Nm", Value::text("Granli AS"))],
    );
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusikko Group"))]);
    company.wait();
    let plan = company.plan();
    let customers = plan.entities.iter().find(|e| e.entity == "Customer").unwrap();
    for bits in 0x10..=0x15 {
        let page = explain(&company, &text(bits), None);
        let id = text(bits);
        let planned =
            customers.operations.iter().any(|o| o.records().any(|(side, record)| side == Side::Severa && record == id));
        let told = page.outcome.iter().any(|line| line.contains("created") || line.contains("changed:"));
        assert_eq!(planned, told, "{bits:x}: {:?}", page.outcome);
        let held = customers.held.iter().find(|h| h.side == Side::Severa && h.id == id).map(|h| h.reason.clone());
        let told = page.outcome.iter().find(|line| line.contains(" is held: "));
        assert_eq!(held.is_some(), told.is_some(), "{bits:x}: {held:?} {:?}", page.outcome);
        assert!(held.is_none_or(|reason| told.is_some_and(|line| line.contains(&reason))));
    }
}
