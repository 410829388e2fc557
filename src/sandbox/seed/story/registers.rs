//! Accounts, products, work types, travel expense types and contacts in Severa.

use crate::sandbox::seed::Maker;
use crate::sandbox::severa::{Json, object};

/// Products: code, name, type, category, price in NOK.
const PRODUCTS: &[(&str, &str, &str, Option<&str>, &str)] = &[
    ("CABLE-5", "Cable, 5 m", "Materials", Some("HW"), "199.90"),
    ("LIC-TEAM", "Team licence, one year", "Materials", Some("SW"), "4990"),
    ("TRAIN", "Kurs, en dag", "FixedFees", None, "8500"),
    // What purchases become, by the account they were posted on.
    ("SUBCONTRACT", "Underleveranse", "Subcontracting", None, "0"),
    ("COST", "Prosjektkostnad", "FixedFees", None, "0"),
    // Has no code: stays in Severa.
    ("", "Gavekort", "Materials", None, "500"),
];

/// Travel expense types: code, name, class, unit, cost in NOK, VAT rate.
const TRAVELS: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("KM", "Kjøring, egen bil", "Mileage", "km", "3.50", "0"),
    ("DIET", "Diett", "DailyAllowance", "dag", "634", "0"),
    ("HOTEL", "Hotell", "OtherTravelExpense", "natt", "1495.50", "0"),
];

/// A contact: customer, first and last name, title; e-mail, phone and mobile, blank where there is none.
type Contact<'a> = (&'a str, &'a str, &'a str, &'a str, [&'a str; 3]);

const CONTACTS: &[Contact<'_>] = &[
    // In Visma Business as well, with the e-mail address alone.
    (
        "Fjordkraft Bygg AS",
        "Silje",
        "Dahl",
        "Innkjøper",
        ["silje.dahl@fjordkraft.example", "22 33 44 55", "900 11 222"],
    ),
    ("Kuusikko Oy", "Mika", "Laine", "Talousjohtaja", ["mika.laine@kuusikko.example", "+358 9 123 456", ""]),
    ("Lindström Möbler AB", "Karin", "Ek", "", ["", "", ""]),
    ("Rask Levering AS", "Tor", "Vik", "Driftsleder", ["tor.vik@rask.example", "", ""]),
];

pub fn make(maker: &mut Maker) {
    for (number, name, flag) in [
        ("3000", "Salg, tjenester", "isWorkTypeDefault"),
        ("3010", "Salg, varer", "isProductDefault"),
        ("3020", "Viderefakturert reise", "isTravelTypeDefault"),
    ] {
        let members = [("number", number.into()), ("name", name.into()), (flag, true.into())];
        maker.make("salesaccounts", number, object(members));
    }
    maker.make(
        "costaccounts",
        "7140",
        object([("number", "7140".into()), ("name", "Reisekostnad".into()), ("isTravelTypeDefault", true.into())]),
    );
    maker.make(
        "costcenters",
        "10",
        object([("identifier", "10".into()), ("name", "Drift".into()), ("isDefault", true.into())]),
    );
    for (code, name) in [("HW", "Maskinvare"), ("SW", "Programvare")] {
        let members = [("code", code.into()), ("name", name.into()), ("isDefault", (code == "SW").into())];
        maker.make("productcategories", code, object(members));
    }
    for (code, name, kind, category, price) in PRODUCTS {
        let members = [
            ("code", (!code.is_empty()).then_some(*code).into()),
            ("name", (*name).into()),
            ("type", (*kind).into()),
            ("measurementUnit", "stk".into()),
            ("productCategory", category.map(|code| maker.link("productcategories", code)).into()),
            ("salesAccount", maker.link("salesaccounts", "3010")),
            ("unitPrice", money(price, "NOK")),
            ("vatRate", number("25")),
        ];
        maker.make("products", code, object(members));
    }
    for (code, name) in [(Some("W300"), "Design"), (None, "Reisetid")] {
        let members = [
            ("code", code.into()),
            ("name", name.into()),
            ("isProductive", true.into()),
            ("salesAccount", maker.link("salesaccounts", "3000")),
        ];
        maker.make("worktypes", code.unwrap_or(name), object(members));
    }
    for (code, name, class, unit, cost, vat) in TRAVELS {
        let members = [
            ("code", (*code).into()),
            ("name", (*name).into()),
            ("expenseClass", (*class).into()),
            ("measurementUnit", (*unit).into()),
            ("salesAccount", maker.link("salesaccounts", "3020")),
            ("costAccount", maker.link("costaccounts", "7140")),
            ("unitCost", money(cost, "NOK")),
            ("vatRate", number(vat)),
        ];
        maker.make("travelexpensetypes", code, object(members));
    }
    CONTACTS.iter().for_each(|contact| self::contact(maker, contact));
    // An address that may not be used comes before the one that may.
    communication(maker, "Mika Laine", "E-mail", "alt@kuusikko.example", true);
    let left = maker.link("contactpersons", "Tor Vik");
    maker.world.put("contactpersons", object([("guid", left.reference().into()), ("isDeleted", true.into())]));
}

fn contact(maker: &mut Maker, (customer, first, last, title, held): &Contact<'_>) {
    let name = format!("{first} {last}");
    let members = [
        ("customer", maker.link("customers", customer)),
        ("firstName", (*first).into()),
        ("lastName", (*last).into()),
        ("jobTitle", (!title.is_empty()).then_some(*title).into()),
    ];
    maker.make("contactpersons", &name, object(members));
    for (kind, value) in ["E-mail", "Phone", "Mobile"].into_iter().zip(held).filter(|(_, value)| !value.is_empty()) {
        communication(maker, &name, kind, value, false);
    }
}

fn communication(maker: &mut Maker, contact: &str, kind: &str, value: &str, forbidden: bool) {
    let members = [
        ("contact", maker.link("contactpersons", contact)),
        ("communicationType", maker.link("communicationtypes", kind)),
        ("value", value.into()),
        ("isForbiddenToUse", forbidden.into()),
    ];
    maker.make("contactcommunications", value, object(members));
}

/// A number by its text.
pub fn number(text: &str) -> Json {
    Json::Number(text.to_owned())
}

/// An amount of money.
pub fn money(amount: &str, currency: &str) -> Json {
    object([("amount", number(amount)), ("currencyCode", currency.into())])
}
