//! The standard mapping's program over single records: what is carried, kept back and held.

mod support;

use samband::program::{Env, Linked, Links, Outcome, Planned, Sends};
use samband::systems::Row;
use samband::value::{Side, Value};
use support::mapping;

/// Every GUID leads to number 7, and every number to one GUID.
struct AllLinked;

impl Links for AllLinked {
    fn find(&self, _: usize, from: Side, _: &str, _: &Value) -> Linked {
        Linked::Found(match from {
            Side::Severa => Value::Int(7),
            Side::Business => Value::Guid("39f9432a-a141-fcab-9142-8045bf8ed54a".parse().expect("a GUID")),
        })
    }
}

struct NoneLinked;

impl Links for NoneLinked {
    fn find(&self, _: usize, _: Side, _: &str, _: &Value) -> Linked {
        Linked::Missing
    }
}

fn row(fields: &[(&str, Value)], select: &samband::systems::Select) -> Row {
    let values = select
        .fields
        .iter()
        .map(|f| fields.iter().find(|(name, _)| *name == f.name).map(|(_, value)| value.clone()).unwrap_or_default());
    Row { id: "x".to_owned(), changed: None, values: values.collect() }
}

#[test]
fn an_employee_travels_both_ways_and_comes_back_the_same() {
    let standard = mapping::standard();
    let entity = &standard.program.entities[standard.program.position("Employee").expect("an entity")];
    let env = Env::new(&AllLinked, &standard.lookups);
    let severa = row(
        &[
            ("code", Value::text("1042")),
            ("firstName", Value::text("Anna Maria")),
            ("lastName", Value::text("Ødegård")),
            ("email", Value::text("Anna@Example.NO")),
            ("isActive", Value::Bool(false)),
            ("address", Value::text("c/o Hansen\nStorgata 5")),
            ("country.guid", standard.norway.clone()),
        ],
        &entity.severa,
    );
    let mut written = Vec::new();
    for line in entity.lines.iter().filter(|l| l.writes_to(Side::Business)) {
        if let Outcome::Write(values) = line.carry(entity, Side::Business, &severa, None, &env).outcome {
            for (slot, planned) in values {
                if let Planned::Value(value) = planned {
                    written.push((entity.field_name(Side::Business, slot).to_owned(), value));
                }
            }
        }
    }
    let get = |name: &str| written.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    assert_eq!(get("EmpNo"), Some(Value::Int(1042)));
    assert_eq!(get("Nm"), Some(Value::text("Anna Maria Ødegård")));
    assert_eq!(get("MailAd"), Some(Value::text("anna@example.no")));
    assert_eq!(get("Gr11"), Some(Value::Int(1)));
    assert_eq!(
        (get("Ad1"), get("Ad2"), get("Ad3")),
        (Some(Value::text("c/o Hansen")), Some(Value::text("Storgata 5")), Some(Value::Null))
    );
    assert_eq!(get("Ctry"), Some(Value::Int(47)));
    let written: Vec<(&str, Value)> = written.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
    let business = row(&written, &entity.business);
    for line in entity.lines.iter().filter(|l| !l.on_create) {
        let reads_nothing = line.key.contains("superiorUser") || line.key.contains("businessUnit");
        assert!(reads_nothing || line.in_step(entity, &severa, &business, &env), "{}", line.key);
    }
}

#[test]
fn letters_in_an_employees_code_are_held_with_the_reason() {
    let standard = mapping::standard();
    let entity = &standard.program.entities[standard.program.position("Employee").expect("an entity")];
    let env = Env::new(&AllLinked, &standard.lookups);
    let severa = row(&[("code", Value::text("A-12"))], &entity.severa);
    let line = entity.lines.iter().find(|l| l.key.starts_with("code")).expect("the line of the code");
    let carried = line.carry(entity, Side::Business, &severa, None, &env);
    assert_eq!(
        carried.outcome,
        Outcome::Hold("code <-> EmpNo: `A-12` is not a whole number, which is what a number is there".to_owned())
    );
}

#[test]
fn customers_are_sent_for_a_won_project_only_and_the_condition_is_named() {
    let standard = mapping::standard();
    let entity = &standard.program.entities[standard.program.position("Customer").expect("an entity")];
    let env = Env::new(&AllLinked, &standard.lookups);
    let place = entity.severa.slot("projects").expect("projects are asked for");
    let inner = entity.severa.fields[place].of.as_ref().expect("with their fields").fields.len();
    let project = |won: bool| {
        let mut values = vec![Value::Null; inner];
        values[inner - 1] = Value::Bool(won);
        Value::Record(values)
    };
    let customer = |won: &[bool]| {
        let projects = Value::List(won.iter().map(|w| project(*w)).collect());
        row(&[("isInternal", Value::Bool(false)), ("projects", projects)], &entity.severa)
    };
    assert_eq!(entity.sends(Side::Severa, &customer(&[false, true]), &env), Sends::Yes);
    assert_eq!(entity.sends(Side::Severa, &customer(&[false]), &env), Sends::No("any projects has won".to_owned()));
    assert_eq!(entity.sends(Side::Severa, &customer(&[]), &env), Sends::No("any projects has won".to_owned()));
}

#[test]
fn a_name_that_was_cut_is_not_written_back_over_the_longer_one() {
    let standard = mapping::standard();
    let entity = &standard.program.entities[standard.program.position("Customer").expect("an entity")];
    let env = Env::new(&AllLinked, &standard.lookups);
    let line = entity.lines.iter().find(|l| l.key == "name <-> Nm").expect("the line of the name");
    let long = "K".repeat(90);
    let severa = row(&[("name", Value::text(long.as_str()))], &entity.severa);
    let cut = row(&[("Nm", Value::text(&long[..80]))], &entity.business);
    assert!(line.in_step(entity, &severa, &cut, &env));
    let changed = row(&[("Nm", Value::text("Kuusikko"))], &entity.business);
    let carried = line.carry(entity, Side::Severa, &changed, Some(&severa), &env);
    assert!(matches!(carried.outcome, Outcome::Hold(reason) if reason.contains("longer than Visma Business can hold")));
}

#[test]
fn a_project_without_a_linked_customer_is_held_and_an_owner_is_waited_for() {
    let standard = mapping::standard();
    let entity = &standard.program.entities[standard.program.position("Project").expect("an entity")];
    let env = Env::new(&NoneLinked, &standard.lookups);
    let guid = Value::Guid("39f9432a-a141-fcab-9142-8045bf8ed54a".parse().expect("a GUID"));
    let severa = row(&[("customer.guid", guid.clone()), ("projectOwner.guid", guid)], &entity.severa);
    let carry = |key: &str| {
        let line = entity.lines.iter().find(|l| l.key.starts_with(key)).expect("a line");
        line.carry(entity, Side::Business, &severa, None, &env)
    };
    assert!(matches!(carry("customer.guid").outcome, Outcome::Hold(reason) if reason.contains("not linked")));
    let owner = carry("projectOwner.guid");
    assert!(matches!(&owner.outcome, Outcome::Write(values) if values[0].1 == Planned::Value(Value::Null)));
    assert_eq!(owner.waits.len(), 1);
}
