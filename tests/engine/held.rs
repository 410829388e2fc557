//! What a person decides about held records, and that it holds for good.

use crate::{Company, Options, block, text};
use samband::plan::Kind;
use samband::run::settle::{self, Judge};
use samband::run::{Quiet, RunError};
use samband::state::{Decision, State};
use samband::systems::Clock;
use samband::value::{Side, Value};

fn by(why: &str) -> Judge {
    Judge { who: "kari".to_owned(), why: why.to_owned() }
}

fn state(company: &Company) -> State {
    State::open(&company.state()).unwrap()
}

/// The same number under another name on both sides, held by a first run.
fn same_number() -> Company {
    let company = Company::new();
    company.won_customer(0x10, 10_500, "Kuusikko Oy");
    company.business.put(
        "Actor",
        "700",
        &[("ActNo", Value::Int(700)), ("CustNo", Value::Int(10_500)), ("Nm", Value::text("Granli AS"))],
    );
    let (_, report) = company.run();
    assert_eq!(report.held, 2);
    company
}

fn refused<T>(result: Result<T, RunError>) -> (String, String) {
    match result {
        Err(RunError::Refused { what, help }) => (what, help),
        Err(other) => panic!("refused otherwise: {other}"),
        Ok(_) => panic!("it was meant to be refused"),
    }
}

fn full(company: &Company) {
    let options = Options { full: true, ..Options::default() };
    company.try_run(options).unwrap();
}

#[test]
fn two_records_that_a_person_links_are_a_pair_for_good() {
    let company = same_number();
    let linked =
        block(company.engine(Options::default()).link("Customer", "10500", "Granli AS", &by("one firm"))).unwrap();
    assert_eq!((linked.severa.name.as_str(), linked.business.name.as_str()), ("Kuusikko Oy", "Granli AS"));
    let name = linked.beside.iter().find(|b| b.line.contains("Nm")).unwrap();
    assert_eq!((name.severa.as_str(), name.business.as_str(), name.same), ("\"Kuusikko Oy\"", "\"Granli AS\"", false));
    assert!(linked.next.iter().any(|line| line.contains("changed last")), "{:?}", linked.next);
    let decided = state(&company).decided().unwrap().remove(0);
    assert_eq!((decided.reason.who.as_str(), decided.reason.why.as_str()), ("kari", "one firm"));
    assert_eq!(decided.at, company.clock.now());
    assert_eq!((company.severa.writes(), company.business.count("Actor")), (0, 2), "nothing was written outside");
    let (_, report) = company.run();
    assert_eq!(report.held, 0);
    assert_eq!(
        (company.severa.count("Customer"), company.business.count("Actor")),
        (1, 2),
        "one actor is the employee"
    );
    assert_eq!(company.business.get("Actor", "700", "Inf8"), Value::text(text(0x10)));
    let names = (company.severa.get("Customer", &text(0x10), "name"), company.business.get("Actor", "700", "Nm"));
    assert_eq!(names.0, names.1);
    company.quiet();
    full(&company);
    company.quiet();
    // A state that has lost its links pairs the two again, whatever their identifiers say.
    state(&company).unlink("Customer", &text(0x10), "700").unwrap();
    company.business.put("Actor", "700", &[("Inf8", Value::Null), ("Nm", Value::text("Another"))]);
    full(&company);
    assert_eq!((company.severa.count("Customer"), company.business.count("Actor")), (1, 2));
    assert!(state(&company).link_of("Customer", Side::Business, "700").unwrap().is_some());
}

#[test]
fn a_link_is_refused_where_a_record_is_not_there_could_be_two_or_is_linked() {
    let company = same_number();
    company.won_customer(0x11, 20_001, "Twin AS");
    company.won_customer(0x12, 20_002, "Twin AS");
    let link = |severa: &str, business: &str| {
        block(company.engine(Options::default()).link("Customer", severa, business, &by("")))
    };
    let (what, _) = refused(link("10599", "10500"));
    assert!(what.starts_with("there is no customer `10599` in ") && what.ends_with("Severa"), "{what}");
    let (what, help) = refused(link("twin as", "10500"));
    assert!(what.contains("could be 2 records") && what.contains("20001") && what.contains(&text(0x12)), "{what}");
    assert!(help.contains("identity"), "{help}");
    link(&text(0x11), "10500").unwrap();
    let (what, help) = refused(link("10500", "10500"));
    assert!(what.contains("linked already") && what.contains("Granli AS"), "{what}");
    assert!(help.contains("held unlink Customer"), "{help}");
    let (what, _) = refused(block(company.engine(Options::default()).link("Nobody", "1", "2", &by(""))));
    assert!(what.contains("`Nobody`"), "{what}");
    assert_eq!(state(&company).decided().unwrap().len(), 1);
}

#[test]
fn parted_records_are_never_paired_again_and_each_goes_its_own_way() {
    let company = Company::new();
    company.business.world.lock().unwrap().knows_identities = true;
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.run();
    let old = company.customer_rows(0x10).remove(0);
    let parted =
        block(company.engine(Options::default()).unlink("Customer", "Kuusikko Oy", &by("another firm"))).unwrap();
    assert_eq!((parted.severa.id.as_str(), parted.business.id.as_str()), (text(0x10).as_str(), old.as_str()));
    assert!(parted.next[0].contains("takes our identifier out"), "{:?}", parted.next);
    assert!(parted.next.iter().any(|line| line.contains("created in Visma Business")), "{:?}", parted.next);
    let (plan, _) = company.run();
    let kinds: Vec<_> = plan.entities.iter().flat_map(|e| &e.operations).map(|o| o.kind).collect();
    assert_eq!(kinds, [Kind::Unlink]);
    assert_eq!(company.business.get("Actor", &old, "Inf8"), Value::Null);
    company.run();
    let new = company.customer_rows(0x10);
    assert!(new.len() == 1 && new[0] != old, "{new:?}");
    assert_eq!(company.severa.count("Customer"), 2, "the old one came to Severa for itself");
    for _ in 0..2 {
        full(&company);
        company.quiet();
    }
    let link = state(&company).link_of("Customer", Side::Severa, &text(0x10)).unwrap().unwrap();
    assert_eq!(link.business_id, new[0]);
}

/// A plan that was made before a decision says something else than the person does now.
#[test]
fn a_plan_from_before_a_decision_is_overtaken() {
    let company = same_number();
    let plan = company.plan();
    block(company.engine(Options::default()).link("Customer", "10500", "10500", &by(""))).unwrap();
    let applied = block(company.engine(Options::default()).apply(&plan, &mut Quiet));
    assert!(matches!(applied, Err(RunError::Overtaken)));
}

#[test]
fn what_answers_the_old_record_for_a_parted_one_is_not_believed() {
    let company = Company::new();
    company.business.world.lock().unwrap().knows_identities = true;
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.run();
    let old = company.customer_rows(0x10).remove(0);
    block(company.engine(Options::default()).unlink("Customer", "Kuusikko Oy", &by(""))).unwrap();
    company.run();
    // Somebody writes the identifier back behind our back, after it was read.
    let plan = company.plan();
    company.business.put("Actor", &old, &[("Inf8", Value::text(text(0x10)))]);
    let result = block(company.engine(Options::default()).apply(&plan, &mut Quiet));
    assert!(matches!(result, Err(RunError::Stale(_))) || company.customer_rows(0x10).len() == 1);
    company.run();
    let link = state(&company).link_of("Customer", Side::Severa, &text(0x10)).unwrap();
    assert!(link.is_none_or(|link| link.business_id != old));
}

#[test]
fn an_ignored_record_is_neither_sent_nor_told_until_that_is_taken_back() {
    let company = same_number();
    let held = |state: &State, side| {
        settle::ignore_held(state, company.clock.as_ref(), "Customer", "10500", side, &by("an old one"))
    };
    let (what, _) = refused(held(&state(&company), None));
    assert!(what.contains("2 records"), "{what}");
    let ignored = held(&state(&company), Some(Side::Business)).unwrap().unwrap();
    assert_eq!((ignored.record.id.as_str(), ignored.linked), ("700", false));
    assert_eq!(state(&company).held().unwrap().len(), 1);
    company.wait();
    company.run();
    assert_eq!(state(&company).held().unwrap().len(), 0, "nobody of the same number is left");
    assert_eq!(company.severa.count("Customer"), 1, "the ignored one was not sent");
    let list = settle::ignored(&state(&company)).unwrap();
    assert_eq!((list.len(), list[0].reason.why.as_str()), (1, "an old one"));
    full(&company);
    assert_eq!((company.severa.count("Customer"), state(&company).held().unwrap().len()), (1, 0));
    let seen = settle::unignore(&state(&company), company.clock.as_ref(), "Customer", "granli as", None).unwrap();
    assert_eq!(seen.key, "10500");
    let (what, _) = refused(settle::unignore(&state(&company), company.clock.as_ref(), "Customer", "10500", None));
    assert!(what.contains("ignored"), "{what}");
    company.run();
    assert_eq!(company.severa.count("Customer"), 2, "it travels again");
}

#[test]
fn a_record_that_is_not_held_can_be_ignored_and_one_in_both_systems_needs_its_side() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.run();
    let ignore = |key: &str, side| block(company.engine(Options::default()).ignore("Customer", key, side, &by("ours")));
    let (what, help) = refused(ignore("Kuusikko Oy", None));
    assert!(what.contains("2 records") && help.contains("--side"), "{what} {help}");
    assert!(ignore("Kuusikko Oy", Some(Side::Severa)).unwrap().linked);
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusikko Group"))]);
    company.quiet();
    let (what, _) = refused(ignore("Kuusikko Group", Some(Side::Severa)));
    assert!(what.contains("already"), "{what}");
    settle::unignore(&state(&company), company.clock.as_ref(), "Customer", &text(0x10), None).unwrap();
    company.run();
    let row = company.customer_rows(0x10).remove(0);
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko Group"));
}

#[test]
fn a_retry_puts_the_time_to_now() {
    let company = same_number();
    let soon =
        |company: &Company| state(company).held().unwrap().iter().filter(|h| h.next_try <= company.clock.now()).count();
    assert_eq!(soon(&company), 0);
    let clock = company.clock.as_ref();
    assert_eq!(settle::retry(&state(&company), clock, Some("Customer"), Some("Granli AS")).unwrap().len(), 1);
    assert_eq!(soon(&company), 1);
    assert_eq!(settle::retry(&state(&company), clock, None, None).unwrap().len(), 2);
    assert_eq!(settle::retry(&state(&company), clock, Some("Project"), None).unwrap().len(), 0);
    let (what, help) = refused(settle::retry(&state(&company), clock, Some("Customer"), Some("99")));
    assert!(what.contains("`99`") && help.contains("samband held"), "{what} {help}");
}

#[test]
fn nothing_is_decided_while_a_run_is_at_work() {
    let company = same_number();
    let other = state(&company);
    let holder = samband::state::Holder { host: "sql01".to_owned(), pid: 77, token: "77-1".to_owned() };
    let lease = other.lock(&holder, company.clock.now()).unwrap();
    let linked = block(company.engine(Options::default()).link("Customer", "10500", "10500", &by("")));
    assert!(matches!(linked, Err(RunError::State(_))));
    let mine = state(&company);
    assert!(settle::retry(&mine, company.clock.as_ref(), None, None).is_err());
    drop(lease);
    assert_eq!(mine.decided().unwrap(), []);
}

/// A pair that a person made and parted again is what the last word says.
#[test]
fn the_last_decision_about_two_records_stands() {
    let company = same_number();
    block(company.engine(Options::default()).link("Customer", "10500", "10500", &by(""))).unwrap();
    block(company.engine(Options::default()).unlink("Customer", "10500", &by("a mistake"))).unwrap();
    let decided = state(&company).decided().unwrap();
    assert_eq!(decided.len(), 1);
    assert!(matches!(&decided[0].decision, Decision::Apart { business_id, .. } if business_id == "700"));
    let (what, help) = refused(block(company.engine(Options::default()).unlink("Customer", &text(0x10), &by(""))));
    assert!(what.contains("not linked"), "{what} {help}");
}

/// Of a pair whose half was deleted the other half is made anew once a person parts the two.
#[test]
fn a_record_whose_half_is_gone_is_made_anew_once_it_is_parted_from_it() {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.run();
    let row = company.customer_rows(0x10).remove(0);
    company.business.remove("Actor", &row);
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusikko Group"))]);
    company.run();
    let held = state(&company).held().unwrap().remove(0).held;
    assert_eq!(held.code, "vanished");
    assert!(settle::remedy(&held).contains("held unlink Customer"), "{}", settle::remedy(&held));
    let parted = block(company.engine(Options::default()).unlink("Customer", &held.key, &by("deleted"))).unwrap();
    assert!(parted.next.iter().any(|line| line.contains("created in Visma Business")), "{:?}", parted.next);
    company.run();
    let rows = company.customer_rows(0x10);
    assert!(rows.len() == 1 && rows[0] != row, "{rows:?}");
    assert_eq!(state(&company).held().unwrap().len(), 0);
    company.quiet();
}
