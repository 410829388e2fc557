//! One example: its record travels, and what comes out is held against what is expected.

use super::stand_in::StandIn;
use super::tested::{Failure, Kind, Outcome, Shown, ShownValue, Tested};
use super::travel::{Journey, Made, MadeValue};
use crate::program::{Entity, Example, Expected, ExpectedField, Program, Wanted};
use crate::value::{Side, Value};

pub fn test(program: &Program, stand_in: &StandIn, example: &Example) -> Tested {
    stand_in.forget();
    let journey = super::travel(program, stand_in, example);
    let bare = Entity::bare();
    let entity = program.entities.get(example.entity).map_or(&bare, |entity| &**entity);
    let to = example.given.other();
    let outcome = match (journey, &example.expected) {
        (Journey::LeftOut(_) | Journey::Skipped(_), Expected::Nothing) => Outcome::Passed,
        (Journey::LeftOut(condition), Expected::Record(fields)) => stopped(
            format!("the record stays in {}: it does not fulfill `{condition}`", example.given.title()),
            fields,
            "give the fields that the condition asks for, or expect `nothing`",
        ),
        (Journey::Skipped(reason), Expected::Record(fields)) => {
            stopped(format!("the record does not travel: {reason}"), fields, "give what the line asks for")
        }
        (Journey::Held(reason), Expected::Record(fields)) => stopped(
            format!("the record is held and waits for a person: {reason}"),
            fields,
            "give the fields that it needs, `any` where it does not matter what they hold",
        ),
        (Journey::Held(reason), Expected::Nothing) => Outcome::Failed(Failure {
            what: format!("no filter keeps the record back; it is held and waits for a person: {reason}"),
            given: Vec::new(),
            expected: Vec::new(),
            produced: Vec::new(),
            help: Some("a held record is not one that must not come to be: let a filter leave it out".to_owned()),
        }),
        (Journey::Arrives(made), Expected::Nothing) => Outcome::Failed(Failure {
            what: format!("nothing must come to be in {}, and a {} is created there", to.title(), entity.title),
            given: Vec::new(),
            expected: Vec::new(),
            produced: made.iter().filter(|m| m.part.is_none()).map(|m| shown(m, to)).collect(),
            help: None,
        }),
        (Journey::Arrives(made), Expected::Record(fields)) => compare(entity, stand_in, to, fields, &made),
    };
    Tested {
        name: example.title.clone(),
        kind: Kind::Example,
        entity: entity.name.clone(),
        subject: None,
        origin: example.origin.clone(),
        outcome,
    }
}

fn stopped(what: String, fields: &[ExpectedField], help: &str) -> Outcome {
    let expected = fields.iter().map(expected).collect();
    Outcome::Failed(Failure { what, given: Vec::new(), expected, produced: Vec::new(), help: Some(help.to_owned()) })
}

fn compare(entity: &Entity, stand_in: &StandIn, to: Side, fields: &[ExpectedField], made: &[Made]) -> Outcome {
    let own: Vec<&Made> = made.iter().filter(|m| m.part.is_none()).collect();
    let wrong: Vec<&ExpectedField> = fields.iter().filter(|f| !holds(entity, f, &own, made)).collect();
    if wrong.is_empty() {
        return Outcome::Passed;
    }
    let linked = wrong.iter().any(|f| {
        let came = own.iter().find(|m| m.field == f.field).map(|m| &m.value);
        matches!(came, Some(MadeValue::Is(value)) if !value.is_null() && stand_in.answered(value))
    });
    let assigned = |f: &&&ExpectedField| own.iter().any(|m| m.field == f.field && m.value == MadeValue::Assigned);
    let help = if let Some(field) = wrong.iter().find(assigned) {
        Some(format!("`{}` is assigned when the record is created: expect `any`", field.written))
    } else if linked {
        Some("which record a link leads to is not known in an example: expect `any`".to_owned())
    } else {
        None
    };
    let names: Vec<_> = wrong.iter().map(|f| format!("`{}`", f.written)).collect();
    Outcome::Failed(Failure {
        what: format!("{} {} not as expected", names.join(", "), if names.len() == 1 { "is" } else { "are" }),
        given: Vec::new(),
        expected: wrong.iter().map(|f| expected(f)).collect(),
        produced: wrong.iter().map(|f| produced(entity, f, to, &own, made)).collect(),
        help,
    })
}

fn holds(entity: &Entity, field: &ExpectedField, own: &[&Made], made: &[Made]) -> bool {
    let came = own.iter().find(|m| m.field == field.field).map(|m| &m.value);
    match (&field.wanted, came) {
        (Wanted::Any, Some(MadeValue::Is(value))) => !value.is_null(),
        (Wanted::Any, came) => came.is_some(),
        (Wanted::Is(wanted), Some(MadeValue::Is(value))) => wanted.same(value),
        (Wanted::Is(_), Some(MadeValue::Assigned)) => false,
        (Wanted::Is(wanted), None) => wanted.same(&Value::Null),
        (Wanted::Among(records), _) => {
            let elements = elements(entity, &field.field, made);
            records
                .iter()
                .all(|fields| elements.iter().any(|element| fields.iter().all(|f| holds(entity, f, element, &[]))))
        }
    }
}

/// The elements that the parts make in a list.
fn elements<'a>(entity: &Entity, list: &str, made: &'a [Made]) -> Vec<Vec<&'a Made>> {
    let parts = entity.parts.iter().enumerate().filter(|(_, part)| part.field == list);
    let of = |part: usize| made.iter().filter(|m| m.part == Some(part)).collect::<Vec<_>>();
    parts.map(|(place, _)| of(place)).filter(|fields| !fields.is_empty()).collect()
}

fn expected(field: &ExpectedField) -> Shown {
    let value = match &field.wanted {
        Wanted::Any => ShownValue::Word("any".to_owned()),
        Wanted::Is(value) => ShownValue::Is(value.clone()),
        Wanted::Among(records) => ShownValue::List(records.iter().map(|r| r.iter().map(expected).collect()).collect()),
    };
    Shown { field: field.written.clone(), value, because: None }
}

fn produced(entity: &Entity, field: &ExpectedField, to: Side, own: &[&Made], made: &[Made]) -> Shown {
    if let Wanted::Among(_) = &field.wanted {
        let elements = elements(entity, &field.field, made);
        let elements = elements.iter().map(|e| e.iter().map(|m| shown(m, to)).collect()).collect();
        return Shown { field: field.written.clone(), value: ShownValue::List(elements), because: None };
    }
    match own.iter().find(|m| m.field == field.field) {
        Some(made) => Shown { field: field.written.clone(), ..shown(made, to) },
        None => Shown::word(&field.written, "nothing is written"),
    }
}

fn shown(made: &Made, to: Side) -> Shown {
    let value = match &made.value {
        MadeValue::Is(value) => ShownValue::Is(value.clone()),
        MadeValue::Assigned => ShownValue::Word(format!("assigned by {}", to.title())),
    };
    let because = matches!(made.value, MadeValue::Is(_)).then(|| made.because.clone());
    Shown { field: made.field.clone(), value, because }
}
