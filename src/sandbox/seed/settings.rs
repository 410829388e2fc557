//! The tenant's settings in Severa, and the look-up tables of Visma Business.

use super::Maker;
use super::business::{country, currency};
use crate::sandbox::severa::{Json, link, object};

/// Currencies: code, name, symbol, rate against the organisation's own.
const CURRENCIES: &[(&str, &str, &str, &str)] = &[
    ("NOK", "Norwegian krone", "kr", "1"),
    ("SEK", "Swedish krona", "kr", "1.02"),
    ("EUR", "Euro", "€", "0.086"),
    ("DKK", "Danish krone", "kr", "0.64"),
];

/// Countries: two letters, three letters, English name, own name, currency, in the EU.
const COUNTRIES: &[(&str, &str, &str, &str, &str, bool)] = &[
    ("NO", "NOR", "Norway", "Norge", "NOK", false),
    ("SE", "SWE", "Sweden", "Sverige", "SEK", true),
    ("FI", "FIN", "Finland", "Suomi", "EUR", true),
    ("DK", "DNK", "Denmark", "Danmark", "DKK", true),
    ("DE", "DEU", "Germany", "Deutschland", "EUR", true),
];

/// Sales status types: name, state, probability. Two of them are won.
const SALES: &[(&str, &str, i64)] = &[
    ("Lead", "InProgress", 10),
    ("Offer", "InProgress", 50),
    ("Order", "Won", 100),
    ("Framework agreement", "Won", 100),
    ("Lost", "Lost", 0),
];

/// Invoice statuses with their flags that are true.
const INVOICE: &[(&str, &[&str])] = &[
    ("Draft", &["isDefault"]),
    ("Ready for transfer", &[]),
    ("Transferred", &["isReadOnly", "hasInvoiceNumber"]),
    ("Sent", &["isSent", "isWaitingPayment", "hasInvoiceNumber"]),
    ("Paid", &["isPaid", "isSent", "hasInvoiceNumber"]),
    ("Error", &[]),
];

/// Makes the settings of both sides.
pub fn make(maker: &mut Maker) {
    severa(maker);
    business(maker);
}

fn severa(maker: &mut Maker) {
    for (code, name, symbol, rate) in CURRENCIES {
        let own = Json::from(*code == "NOK");
        let number = Json::Number((*rate).to_owned());
        let members = [
            ("code", (*code).into()),
            ("name", (*name).into()),
            ("symbol", (*symbol).into()),
            ("rate", number),
            ("isActive", true.into()),
            ("isOrganizationCurrency", own),
        ];
        maker.put("currencies", code, object(members));
    }
    for (code, name, english) in
        [("nb-NO", "Norsk", "Norwegian"), ("sv-SE", "Svenska", "Swedish"), ("fi-FI", "Suomi", "Finnish")]
    {
        maker.put(
            "languages",
            code,
            object([("code", code.into()), ("name", name.into()), ("englishName", english.into())]),
        );
    }
    for (code2, code3, english, name, currency, eu) in COUNTRIES {
        let members = [
            ("code2", (*code2).into()),
            ("code3", (*code3).into()),
            ("englishName", (*english).into()),
            ("name", (*name).into()),
            ("currency", maker.link("currencies", currency)),
            ("hasRegions", "NoRegion".into()),
            ("isInEU", (*eu).into()),
            ("isRegistrationCountry", (*code2 == "NO").into()),
        ];
        maker.put("countries", code2, object(members));
    }
    let week = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"].map(Json::from);
    let settings = object([
        ("nextCustomerNumber", 20_001.into()),
        ("nextProjectNumber", 6_001.into()),
        ("nextInvoiceNumber", 30_001.into()),
        ("nextTravelReimbursementNumber", 1.into()),
        ("paymentTerm", 14.into()),
        ("workHourApprovalMode", "RequiredForInvoicing".into()),
        ("workHourEntryFormat", "Quantity".into()),
        ("workWeek", Json::List(week.to_vec())),
    ]);
    maker.put("organizationsettings", "own", settings);
    maker.put("pricelists", "Standard", object([("name", "Standard".into()), ("isActive", true.into())]));
    for (name, state, probability) in SALES {
        let members =
            [("name", (*name).into()), ("salesState", (*state).into()), ("defaultProbability", (*probability).into())];
        maker.make("salesstatustypes", name, object(members));
    }
    for (order, name) in [(1, "Not started"), (2, "Ongoing"), (3, "Completed")] {
        maker.make("projectstatustypes", name, object([("name", name.into()), ("sortOrder", order.into())]));
        maker.make("phasestatustypes", name, object([("name", name.into()), ("sortOrder", order.into())]));
    }
    for (place, (name, flags)) in (1_i64..).zip(INVOICE) {
        let Json::Object(mut members) = object([("name", (*name).into()), ("sortOrder", place.into())]) else {
            continue;
        };
        members.extend(flags.iter().map(|flag| ((*flag).to_owned(), Json::from(true))));
        maker.make("invoicestatuses", name, Json::Object(members));
    }
    for (name, kind) in [("E-mail", "EmailAddress"), ("Phone", "Phone"), ("Mobile", "MobilePhone")] {
        maker.make("communicationtypes", name, object([("name", name.into()), ("type", kind.into())]));
    }
    for (code, name, productive) in
        [("W100", "Consulting", true), ("W200", "Development", true), ("W900", "Internal", false)]
    {
        let members = [
            ("code", code.into()),
            ("name", name.into()),
            ("isProductive", productive.into()),
            ("isDefault", (code == "W100").into()),
        ];
        maker.make("worktypes", code, object(members));
    }
    for (code, rate) in [("NO25", "25"), ("NO0", "0")] {
        let members = [
            ("code", code.into()),
            ("percentage", Json::Number(rate.into())),
            ("countryGuid", guid(maker, "countries", "NO")),
            ("isDefault", (code == "NO25").into()),
        ];
        maker.make("vatrates", code, object(members));
    }
    for (code, name, price) in [("P-100", "Server licence", "990.00"), ("P-200", "Support, one month", "450.50")] {
        let money = object([("amount", Json::Number(price.into())), ("currencyCode", "NOK".into())]);
        let members = [
            ("code", code.into()),
            ("name", name.into()),
            ("type", "Materials".into()),
            ("measurementUnit", "stk".into()),
            ("unitPrice", money),
        ];
        maker.make("products", code, object(members));
    }
}

/// The bare GUID of a record, for members that are no sub-models.
pub fn guid(maker: &Maker, table: &'static str, name: &str) -> Json {
    maker.link(table, name).get("guid").cloned().unwrap_or_else(|| link(""))
}

fn business(maker: &mut Maker) {
    for (code2, _, english, _, money, _) in COUNTRIES {
        // The language numbers follow the countries'.
        let number = country(code2);
        maker.row(
            "Ctry",
            [
                ("CtryNo", number.into()),
                ("Nm", (*english).into()),
                ("ISO", (*code2).into()),
                ("Lang", number.into()),
                ("Cur", currency(money).into()),
            ],
        );
    }
    for (code, name, _, _) in CURRENCIES {
        maker.row("Cur", [("CurNo", currency(code).into()), ("Nm", (*name).into()), ("ISO", (*code).into())]);
    }
    for (number, name) in [(1, "stk"), (2, "timer"), (3, "kg"), (4, "km"), (5, "dag"), (6, "natt")] {
        maker.row("Unit", [("Un", number.into()), ("Descr", name.into())]);
    }
    // Text type 6: payment terms.
    for (number, text) in [(1, "Netto 14 dager"), (2, "Netto 30 dager")] {
        maker.row("Txt", [("Lang", 47.into()), ("TxtTp", 6.into()), ("TxtNo", number.into()), ("Txt", text.into())]);
    }
    for (number, name) in [("P-100", "Server licence"), ("P-300", "Kabel, 3 m")] {
        maker.row("Prod", [("ProdNo", number.into()), ("Descr", name.into()), ("StSaleUn", 1.into())]);
    }
}
