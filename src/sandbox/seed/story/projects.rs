//! Projects of both sides.

use crate::sandbox::seed::Maker;
use crate::sandbox::seed::business::currency;
use crate::sandbox::seed::settings::guid;
use crate::sandbox::severa::object;

pub fn make(maker: &mut Maker) {
    project(maker, 5001, "Fjordkraft intranett", "Fjordkraft Bygg AS", "Order", "2026-06-30");
    project(maker, 5002, "Kuusikko verkkokauppa", "Kuusikko Oy", "Order", "2026-09-30");
    project(maker, 6001, "Fjordkraft app", "Fjordkraft Bygg AS", "Order", "2026-12-31");
    project(maker, 6002, "Havblikk booking", "Havblikk Hotell AS", "Offer", "2026-12-31"); // not won
    project(maker, 6003, "Saimaa raamisopimus", "Saimaan Sähkö Oy", "Framework agreement", "2026-12-31"); // won as well
    project(maker, 6004, "Ålesund flåtestyring", "Ålesund Transport AS", "Order", "2026-12-31"); // its customer is held
    project(maker, 6005, "Polarlys arkiv", "Polarlys Media AS", "Order", "2026-12-31"); // its customer is held
    project(maker, 6006, "Lindström lagerstyrning", "Lindström Möbler AB", "Order", "2026-12-31");
    project(maker, 6007, "Rask sporing", "Rask Levering AS", "Order", "2026-12-31");
    project(maker, 6008, "Fjordkraft kurs", "Fjordkraft Bygg AS", "Lost", "2026-12-31");
    business(maker, 5001, "Fjordkraft intranett", 10_000, ("NOK", 20_260_630), 0);
    business(maker, 5002, "Kuusikko verkkokauppa", 10_001, ("EUR", 20_260_331), 0); // another deadline
    business(maker, 5010, "Bergen Fisk nettbutikk", 10_002, ("NOK", 20_261_231), 0); // only here
    business(maker, 5011, "Lageromlegging", 0, ("NOK", 20_261_231), 1); // kept back
}

/// A project in Severa, known to the seed by its number.
pub fn project(maker: &mut Maker, number: i64, name: &str, customer: &str, status: &str, deadline: &str) -> String {
    let input = object([
        ("name", name.into()),
        ("number", number.into()),
        ("customer", maker.link("customers", customer)),
        ("projectOwner", maker.link("users", "Ingrid Solberg")),
        ("salesStatus", object([("salesStatusTypeGuid", guid(maker, "salesstatustypes", status))])),
        ("startDate", "2026-01-05".into()),
        ("deadline", deadline.into()),
    ]);
    maker.make("projects", &number.to_string(), input)
}

/// A project in Visma Business: a row of the second organisational unit. `terms` are currency and planned end.
pub fn business(maker: &mut Maker, number: i64, name: &str, customer: i64, terms: (&str, i64), group: i64) {
    let columns = [
        ("RNo", number.into()),
        ("Nm", name.into()),
        ("CustNo", customer.into()),
        ("Rsp", 1.into()),
        ("R1", 110.into()),
        ("Cur", currency(terms.0).into()),
        ("EStDt", 20_260_105.into()),
        ("EEndDt", terms.1.into()),
        ("Gr12", group.into()),
    ];
    maker.row("R2", columns);
}
