//! What the history says of each write, what it forgets, and what of a run can be undone.

use crate::{Company, Fault, Options, block, guid, text};
use samband::plan::{Kind, Plan};
use samband::run::{Quiet, RunError};
use samband::state::{Entry, State, Wanted, Written};
use samband::value::{Side, Value};
use std::time::Duration;

fn state(company: &Company) -> State {
    State::open(&company.state()).unwrap()
}

fn entries(company: &Company, wanted: Wanted) -> Vec<Entry> {
    state(company).history(&wanted).unwrap()
}

fn of_field(company: &Company, field: &str) -> Vec<Entry> {
    entries(company, Wanted { field: Some(field.to_owned()), ..Wanted::default() })
}

fn last_run(company: &Company) -> i64 {
    state(company).runs(1).unwrap()[0].id
}

fn undo(company: &Company, run: i64) -> Plan {
    block(company.engine(Options::default()).undo(run)).unwrap()
}

fn apply(company: &Company, plan: &Plan) {
    let path = company.folder.path().join("undo.jsonl");
    samband::plan::save(plan, &path).unwrap();
    let loaded = samband::plan::load(&path).unwrap();
    block(company.engine(Options::default()).apply(&loaded, &mut Quiet)).unwrap();
}

fn notes(plan: &Plan) -> Vec<String> {
    plan.entities.iter().flat_map(|e| &e.notes).map(|n| format!("{} {}: {}", n.key, n.name, n.text)).collect()
}

/// A customer in both systems, and its row in Visma Business.
fn pair() -> (Company, String) {
    let company = Company::new();
    company.won_customer(0x10, 20_001, "Kuusikko Oy");
    company.severa.put("Customer", &text(0x10), &[("website", Value::text("kuusikko.example"))]);
    company.run();
    let row = company.customer_rows(0x10).remove(0);
    (company, row)
}

fn rename(company: &Company, name: &str) {
    company.severa.put("Customer", &text(0x10), &[("name", Value::text(name))]);
    company.run();
}

#[test]
fn every_write_is_kept_with_its_values_its_line_and_what_it_says_of_whom() {
    let (company, row) = pair();
    rename(&company, "Kuusikko Group");
    let names = of_field(&company, "Nm");
    let last = names.last().unwrap();
    assert_eq!((last.run, last.change.kind.as_str(), last.change.id.as_str()), (2, "update", row.as_str()));
    assert_eq!((last.old.as_str(), last.new.as_str()), ("\"Kuusikko Oy\"", "\"Kuusikko Group\""));
    assert_eq!((&last.change.old, &last.change.new), (&Value::text("Kuusikko Oy"), &Value::text("Kuusikko Group")));
    assert!(last.change.file.ends_with("customers.mapping") && last.change.line > 0);
    assert!(last.change.personal && last.change.outcome == Written::Done && last.has_values);
    let numbers = of_field(&company, "number");
    assert!(numbers.iter().any(|e| e.change.kind == "write_back" && !e.change.personal), "{numbers:?}");
    // By what people call it, on either side.
    let pairs = state(&company).known_as(Some("Customer"), "kuusikko group").unwrap();
    assert_eq!(pairs.len(), 1);
    let mut sides: Vec<_> = pairs[0].iter().map(|seen| (seen.side, seen.id.clone())).collect();
    sides.sort();
    assert_eq!(sides, [(Side::Severa, text(0x10)), (Side::Business, row)]);
    assert!(state(&company).known_as(None, "nobody").unwrap().is_empty());
}

#[test]
fn the_value_that_loses_a_conflict_stands_in_the_history() {
    let (company, row) = pair();
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("From Severa"))]);
    company.business.world.lock().unwrap().now += 5_000;
    company.business.put("Actor", &row, &[("Nm", Value::text("From Business"))]);
    company.run();
    let last = of_field(&company, "name").pop().unwrap();
    assert_eq!(
        (last.change.side, last.old.as_str(), last.new.as_str()),
        (Side::Severa, "\"From Severa\"", "\"From Business\"")
    );
}

#[test]
fn a_write_whose_answer_was_lost_is_told_as_not_known() {
    let (company, _) = pair();
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusikko Group"))]);
    company.business.fail(Fault::LostReply);
    company.run();
    let last = of_field(&company, "Nm").pop().unwrap();
    assert_eq!((last.change.outcome, last.new.as_str()), (Written::Unknown, "\"Kuusikko Group\""));
}

#[test]
fn values_leave_the_history_after_their_term_and_what_was_written_stays_told() {
    let (company, row) = pair();
    let keep = || Options { history_keep: Some(Duration::from_secs(400 * 86_400)), ..Options::default() };
    block(samband::systems::Clock::sleep(company.clock.as_ref(), Duration::from_secs(399 * 86_400)));
    company.try_run(keep()).unwrap();
    assert!(entries(&company, Wanted::default()).iter().all(|e| !e.forgotten));
    rename(&company, "Kuusikko Group");
    block(samband::systems::Clock::sleep(company.clock.as_ref(), Duration::from_secs(2 * 86_400)));
    company.try_run(keep()).unwrap();
    let all = entries(&company, Wanted::default());
    let (old, young): (Vec<_>, Vec<_>) = all.iter().partition(|e| e.run == 1);
    assert!(old.len() > 5 && old.iter().all(|e| e.forgotten && e.old.is_empty() && e.new.is_empty() && !e.has_values));
    assert!(old.iter().all(|e| e.change.name.is_empty() && e.change.key.is_empty() && e.change.line > 0));
    assert!(young.iter().all(|e| !e.forgotten) && !young.is_empty());
    // Nothing of it is left in the file either, but where it is still young.
    drop(company.engine(Options::default()));
    let bytes = std::fs::read(company.state()).unwrap();
    assert!(
        !bytes.windows(16).any(|window| window == b"kuusikko.example"),
        "the website was written in the first run only"
    );
    let plan = undo(&company, 1);
    assert!(plan.is_empty(), "{}", samband::plan::render(&plan, true));
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko Group"));
}

#[test]
fn an_update_is_undone_once_and_not_carried_again_until_its_source_changes() {
    let (company, row) = pair();
    rename(&company, "Kuusikko Group");
    let plan = undo(&company, 2);
    assert_eq!(plan.totals().update, 1, "{}", samband::plan::render(&plan, true));
    apply(&company, &plan);
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko Oy"));
    assert_eq!(company.severa.get("Customer", &text(0x10), "name"), Value::text("Kuusikko Group"));
    company.quiet();
    company.try_run(Options { full: true, ..Options::default() }).unwrap();
    company.quiet();
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko Oy"), "it stays undone");
    rename(&company, "Kuusikko AS");
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko AS"));
    company.quiet();
    // What undid is a run like any other, and can be undone in its turn where nobody wrote since.
    let again = undo(&company, 3);
    assert!(again.is_empty() && notes(&again)[0].contains("was changed since"), "{:?}", notes(&again));
}

#[test]
fn a_change_of_the_source_that_is_still_to_be_carried_is_not_lost_by_an_undo() {
    let (company, row) = pair();
    rename(&company, "Kuusikko Group");
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusikko AS"))]);
    apply(&company, &undo(&company, 2));
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko Oy"));
    company.run();
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko AS"));
    company.quiet();
}

#[test]
fn what_was_changed_since_or_created_is_left_alone_with_its_reason() {
    let (company, row) = pair();
    company.severa.put(
        "Customer",
        &text(0x10),
        &[("name", Value::text("Kuusikko Group")), ("website", Value::text("kuusikko.example/new"))],
    );
    company.won_customer(0x11, 20_002, "Nordvik AS");
    company.run();
    company.business.put("Actor", &row, &[("Nm", Value::text("Kuusikko by hand"))]);
    let plan = undo(&company, 2);
    let fields: Vec<_> =
        plan.entities.iter().flat_map(|e| &e.operations).flat_map(|o| &o.fields).map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["WebPg"]);
    let notes = notes(&plan);
    assert!(
        notes.iter().any(|n| n.contains("Nm left alone: it was changed since and holds \"Kuusikko by hand\"")),
        "{notes:?}"
    );
    assert!(notes.iter().any(|n| n.contains("Nordvik AS: run 2 created it; nothing is deleted")), "{notes:?}");
    let counts = (company.severa.count("Customer"), company.business.count("Actor"));
    apply(&company, &plan);
    assert_eq!((company.severa.count("Customer"), company.business.count("Actor")), counts);
    assert_eq!(company.business.get("Actor", &row, "WebPg"), Value::text("kuusikko.example"));
}

#[test]
fn an_undo_of_somebody_elses_record_or_of_no_run_is_refused() {
    let (company, row) = pair();
    let result = block(company.engine(Options::default()).undo(99));
    let Err(RunError::Refused { what, help }) = result else { panic!("it was meant to be refused") };
    assert!(what.contains("no run 99") && help.contains("last run is 1"), "{what} {help}");
    rename(&company, "Kuusikko Group");
    let plan = undo(&company, 2);
    // Moved after the undo was planned: refused as a whole.
    company.business.put("Actor", &row, &[("Nm", Value::text("By hand"))]);
    let applied = block(company.engine(Options::default()).apply(&plan, &mut Quiet));
    assert!(matches!(applied, Err(RunError::Stale(_))));
    // Parted since: what was written there is nobody's to put back.
    block(company.engine(Options::default()).unlink("Customer", &text(0x10), &Default::default())).unwrap();
    let plan = undo(&company, 2);
    assert!(plan.is_empty() && notes(&plan)[0].contains("it is not linked"), "{:?}", notes(&plan));
}

#[test]
fn a_held_record_keeps_its_place_on_the_list_whatever_is_undone() {
    let (company, row) = pair();
    rename(&company, "Kuusikko Group");
    let held = samband::state::Held {
        entity: "Customer".to_owned(),
        side: Side::Severa,
        id: text(0x10),
        key: "10000".to_owned(),
        name: "Kuusikko Group".to_owned(),
        code: "conflict".to_owned(),
        reason: "for the test".to_owned(),
    };
    state(&company).hold(&held, samband::systems::Clock::now(company.clock.as_ref())).unwrap();
    let plan = undo(&company, 2);
    assert!(plan.is_empty() && notes(&plan)[0].contains("held"), "{:?}", notes(&plan));
    assert_eq!(company.business.get("Actor", &row, "Nm"), Value::text("Kuusikko Group"));
}

/// A record that waits for another one does so after an undo too.
#[test]
fn what_a_record_waits_for_is_still_waited_for_after_an_undo() {
    let (company, row) = pair();
    company.severa.put("Customer", &text(0x10), &[("name", Value::text("Kuusikko Group")), ("owner.guid", guid(0x77))]);
    company.run();
    assert!(!state(&company).waiting("Customer").unwrap().is_empty());
    apply(&company, &undo(&company, last_run(&company)));
    assert!(!state(&company).waiting("Customer").unwrap().is_empty());
    company.severa.put(
        "User",
        &text(0x77),
        &[
            ("guid", guid(0x77)),
            ("code", Value::text("77")),
            ("firstName", Value::text("Ola")),
            ("lastName", Value::text("Hansen")),
            ("email", Value::text("ola@example.com")),
            ("isActive", Value::Bool(true)),
        ],
    );
    company.run();
    assert_eq!(company.business.get("Actor", &row, "Seller"), Value::Int(77));
    assert!(company.plan().entities.iter().flat_map(|e| &e.operations).all(|o| o.kind != Kind::Create));
}
