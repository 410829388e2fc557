//! Scenarios of what belongs to a customer: its bills' address on the same row, delivery addresses and contacts
//! with rows of their own.

use crate::edits::*;
use crate::scenarios::{Scenario, nothing};
use crate::world::{World, word};
use samband::value::{Side, Value};

const CUSTOMERS: &[&str] = &["Customer"];

fn household(w: &mut World) {
    customer(w, 0x10, 20_001, "Kuusikko Oy", true);
    address(w, 0xAD1, 0x10, "Kuusitie 1", "00100", true);
    address(w, 0xAD2, 0x10, "Varasto 2\nPort B", "00200", false);
    contact(w, 0xC01, 0x10, "Mika", "Laine");
    detail(w, 0xD01, 0xC01, "EmailAddress", "Mika@Kuusikko.example");
    detail(w, 0xD02, 0xC01, "MobilePhone", "040 1");
}

fn firm(w: &mut World) {
    actor(w, 700, 10_700, "Granli AS");
    w.business("Actor", "700", &[("Ad1", word("Torget 1")), ("PArea", word("Bergen"))]);
    depot(w, 701, 700, "Lagerveien 2", "0150");
    liaison(w, 702, 700, "Kari Anne Granli", "kari@granli.example", "22334455");
}

/// The element of a list that people find by one of its fields.
fn element(w: &World, table: &str, field: &str, value: &str) -> Option<String> {
    let world = w.severa.world.lock().unwrap();
    let rows = world.tables.get(table)?.rows.iter();
    let mut is = rows.filter(|(_, f)| f.get(field).is_some_and(|held| held.same(&word(value))));
    is.next().map(|(id, _)| id.clone())
}

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a customer of Severa with its addresses and contacts",
        settings: 0,
        entities: CUSTOMERS,
        before: nothing,
        steps: &[household],
    },
    Scenario {
        name: "a customer of Visma Business with its addresses and contacts",
        settings: 0,
        entities: CUSTOMERS,
        before: nothing,
        steps: &[firm],
    },
    Scenario {
        name: "addresses and contacts change here and there",
        settings: 0,
        entities: CUSTOMERS,
        before: household,
        steps: &[
            |w| {
                address(w, 0xAD2, 0x10, "Varasto 3", "00200", false);
                address(w, 0xAD1, 0x10, "Kuusitie 2", "00100", true);
                detail(w, 0xD02, 0xC01, "MobilePhone", "040 2");
            },
            |w| {
                // A detail that Severa does not have yet, and one that it has.
                rename(w, "Actor", 0xC01, "Phone", "09 1");
                rename(w, "Actor", 0xC01, "MailAd", "laine@kuusikko.example");
                rename(w, "Actor", 0xAD2, "PArea", "Espoo");
                rename(w, "Actor", 0x10, "PArea", "Helsinki");
            },
        ],
    },
    Scenario {
        name: "new ones of a customer that both sides have",
        settings: 0,
        entities: CUSTOMERS,
        before: firm,
        steps: &[
            |w| {
                liaison(w, 703, 700, "Ola Granli", "ola@granli.example", "");
                depot(w, 704, 700, "Kaien 3", "0160");
            },
            |w| {
                if let Some(id) = element(w, "ContactPerson", "firstName", "Ola") {
                    w.edit(
                        Side::Severa,
                        "ContactPerson",
                        &id,
                        &[("firstName", word("Olav")), ("jobTitle", word("Boss"))],
                    );
                }
            },
        ],
    },
    Scenario {
        name: "a new name reaches the delivery addresses, whoever gave it",
        settings: 0,
        entities: CUSTOMERS,
        before: household,
        steps: &[
            |w| w.severa("Customer", 0x10, &[("name", word("Kuusi Oyj"))]),
            |w| rename(w, "Actor", 0x10, "Nm", "Kuusi Group"),
        ],
    },
    Scenario {
        name: "what belongs to a customer waits with it",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| actor(w, 900, 20_001, "Somebody Else"),
        steps: &[household, |w| w.severa("Customer", 0x10, &[("number", int(20_009))])],
    },
    Scenario {
        name: "a contact that both sides have, and its namesake elsewhere",
        settings: 0,
        entities: CUSTOMERS,
        before: |w| {
            customer(w, 0x10, 20_001, "Kuusikko Oy", true);
            customer(w, 0x11, 20_002, "Nordvik AS", true);
            contact(w, 0xC02, 0x11, "Mika", "Laine");
        },
        steps: &[|w| {
            let owner = bearer(w, "Actor", 0x10).and_then(|id| id.parse().ok()).unwrap_or(0);
            contact(w, 0xC01, 0x10, "Mika", "Laine");
            liaison(w, 950, owner, "Mika Laine", "mika@kuusikko.example", "");
        }],
    },
    Scenario {
        name: "an address of a contact that may not be used any more",
        settings: 0,
        entities: CUSTOMERS,
        before: household,
        steps: &[|w| w.severa("ContactCommunication", 0xD01, &[("isForbiddenToUse", Value::Bool(true))])],
    },
    Scenario {
        name: "a customer that is lost keeps its new addresses to itself",
        settings: 0,
        entities: CUSTOMERS,
        before: household,
        steps: &[|w| {
            customer(w, 0x10, 20_001, "Kuusikko Lost", false);
            address(w, 0xAD3, 0x10, "Varasto 9", "00900", false);
        }],
    },
];
