//! Scenarios of what people settle at the command line: pairs made and parted, records left alone, runs undone.

use crate::edits::*;
use crate::scenarios::{Scenario, nothing};
use crate::world::{Want, World, guid, text, word};
use samband::value::{Side, Value};

const CUSTOMERS: &[&str] = &["Customer"];
const EMPLOYEES: &[&str] = &["Employee"];

fn pair(w: &mut World) {
    customer(w, 0x10, 20_001, "Kuusikko Oy", true);
    w.severa("Customer", 0x10, &[("website", word("kuusikko.example"))]);
}

/// Two firms with one number, of which neither travels.
fn one_number(w: &mut World) {
    customer(w, 0x10, 10_500, "Kuusikko Oy", true);
    actor(w, 700, 10_500, "Kuusikko Suomi Oy");
}

/// The run that wrote the field last is put back.
fn undo(w: &mut World, field: &str) {
    let run = w.run_that_wrote(field);
    w.wants.push(Want::Undo(run));
}

fn parting(w: &mut World) {
    w.wants.push(Want::Unlink("Customer", text(0x10)));
}

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "two records that a person says are one",
        settings: 0,
        entities: CUSTOMERS,
        before: one_number,
        steps: &[
            |w| w.wants.push(Want::Link("Customer", text(0x10), "700".to_owned())),
            |w| w.severa("Customer", 0x10, &[("name", word("Kuusikko Group"))]),
        ],
    },
    Scenario {
        name: "a pair that a person parts",
        settings: 0,
        entities: CUSTOMERS,
        before: pair,
        steps: &[parting, nothing, |w| w.severa("Customer", 0x10, &[("name", word("Kuusikko Group"))])],
    },
    Scenario {
        name: "a pair that was made wrongly is parted and made anew",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| {
            customer(w, 0x10, 10_500, "Kuusikko Oy", true);
            actor(w, 700, 10_500, "kuusikko oy");
        },
        steps: &[|w| {
            parting(w);
            w.wants.push(Want::Link("Customer", text(0x10), "700".to_owned()));
        }],
    },
    Scenario {
        name: "a record that a person leaves alone",
        settings: 0,
        entities: CUSTOMERS,
        before: one_number,
        steps: &[
            |w| w.wants.push(Want::Ignore("Customer", text(0x10), Side::Severa)),
            |w| {
                w.severa("Customer", 0x10, &[("name", word("Kuusikko Group"))]);
                customer(w, 0x11, 20_002, "Nordvik AS", true);
            },
        ],
    },
    Scenario {
        name: "a run is undone, and its source changes later",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| {
            pair(w);
            w.then(|w| {
                w.severa("Customer", 0x10, &[("name", word("Kuusikko Group")), ("website", word("group.example"))])
            });
        },
        steps: &[|w| undo(w, "Nm"), |w| w.severa("Customer", 0x10, &[("name", word("Kuusikko AS"))])],
    },
    Scenario {
        name: "what Severa got is undone",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| {
            pair(w);
            w.then(|w| rename(w, "Actor", 0x10, "Nm", "Kuusikko there"));
        },
        steps: &[|w| undo(w, "name"), |w| rename(w, "Actor", 0x10, "Nm", "Kuusikko at last")],
    },
    Scenario {
        name: "a run is undone where people have gone on",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| {
            pair(w);
            w.then(|w| {
                w.severa("Customer", 0x10, &[("name", word("Kuusikko Group")), ("website", word("group.example"))])
            });
        },
        steps: &[|w| {
            undo(w, "Nm");
            // The name changes where it comes from, and the page where it was written to.
            w.severa("Customer", 0x10, &[("name", word("Kuusikko AS"))]);
            rename(w, "Actor", 0x10, "WebPg", "there.example");
        }],
    },
    Scenario {
        name: "an address on the same row, and an employee, are undone",
        settings: 0,
        entities: &["Employee", "Customer"],
        before: |w| {
            pair(w);
            address(w, 0xAD1, 0x10, "Kuusitie 1", "00100", true);
            user(w, 0x31, "31", "First", None);
            w.then(|w| {
                rename(w, "Actor", 0x10, "Ad1", "Kuusitie 9");
                w.severa("User", 0x31, &[("isActive", Value::Bool(false)), ("phone", word("+47 1"))]);
            });
        },
        steps: &[|w| undo(w, "addressline")],
    },
    Scenario {
        name: "a run that created is undone",
        settings: 0,
        entities: EMPLOYEES,
        before: |w| {
            user(w, 0x31, "31", "First", None);
            user(w, 0x32, "32", "Second", Some(0x31));
        },
        steps: &[
            |w| undo(w, "EmpNo"),
            |w| w.severa("User", 0x32, &[("superiorUser.guid", guid(0x99))]),
            |w| undo(w, "MainAct"),
        ],
    },
];
