//! Employees and customers.

use crate::sandbox::seed::Maker;
use crate::sandbox::seed::business::{country, currency};
use crate::sandbox::severa::{Json, object};

/// Where somebody lives or a company is found.
#[derive(Clone, Copy)]
pub struct Place {
    /// Lines of the address, divided by line breaks.
    pub lines: &'static str,
    pub postal: &'static str,
    pub city: &'static str,
    pub code2: &'static str,
}

const HOME: Place = Place { lines: "Fjellveien 3", postal: "0478", city: "Oslo", code2: "NO" };

/// The employees; units were made before.
pub fn employees(maker: &mut Maker) {
    user(maker, "Ingrid Solberg", Some("1"), Some("ingrid.solberg@example.no"), HOME, None);
    let boss = Some("Ingrid Solberg");
    user(
        maker,
        "Lars Hansen",
        Some("2"),
        Some("lars.hansen@example.no"),
        Place { city: "Bergen", postal: "5003", ..HOME },
        boss,
    );
    let former = user(maker, "Kjell Bakke", Some("5"), Some("kjell.bakke@example.no"), HOME, boss);
    maker.world.put("users", object([("guid", former.into()), ("isActive", false.into())]));
    user(
        maker,
        "Aino Virtanen",
        None,
        Some("aino.virtanen@example.fi"),
        Place { lines: "Satamakatu 2", postal: "33100", city: "Tampere", code2: "FI" },
        boss,
    );
    user(
        maker,
        "Erik Lindqvist",
        None,
        None,
        Place { lines: "Kungsgatan 8", postal: "111 43", city: "Stockholm", code2: "SE" },
        None,
    );
    let boss = employee(maker, 1, "Ingrid Solberg", "ingrid.solberg@example.no", HOME, 0, 0);
    employee(maker, 2, "Lars Hansen", "lars.hansen@example.no", HOME, boss, 0); // the city differs
    employee(maker, 3, "Maja Nilsson", "maja.nilsson@example.se", HOME, boss, 0);
    employee(maker, 4, "Ola Nordmann", "", HOME, boss, 0); // no e-mail address: does not travel
    employee(maker, 5, "Kjell Bakke", "kjell.bakke@example.no", HOME, boss, 1); // inactive
    employee(maker, 6, "Sigrun", "sigrun@example.no", HOME, boss, 0); // one word
}

/// A user in Severa, known to the seed by the full name.
pub fn user(
    maker: &mut Maker,
    name: &str,
    code: Option<&str>,
    email: Option<&str>,
    place: Place,
    boss: Option<&str>,
) -> String {
    let (first, last) = name.rsplit_once(' ').unwrap_or(("?", name));
    let input = object([
        ("code", code.into()),
        ("firstName", first.into()),
        ("lastName", last.into()),
        ("email", email.into()),
        ("address", place.lines.into()),
        ("postalCode", place.postal.into()),
        ("city", place.city.into()),
        ("country", maker.link("countries", place.code2)),
        ("businessUnit", maker.link("businessunits", "110")),
        ("superiorUser", boss.map(|boss| maker.link("users", boss)).into()),
        ("userType", "Employee".into()),
    ]);
    maker.make("users", name, input)
}

/// An employee in Visma Business; answers the `ActNo`.
pub fn employee(maker: &mut Maker, number: i64, name: &str, mail: &str, place: Place, boss: i64, inactive: i64) -> i64 {
    maker.actor([
        ("EmpNo", number.into()),
        ("Nm", name.into()),
        ("MailAd", mail.into()),
        ("Ad1", place.lines.into()),
        ("PNo", place.postal.into()),
        ("PArea", place.city.into()),
        ("Ctry", country(place.code2).into()),
        ("Title", "Employee".into()),
        ("MainAct", boss.into()),
        ("R1", 110.into()),
        ("Gr11", inactive.into()),
    ])
}

/// A company as a customer of either side.
#[derive(Clone, Copy)]
pub struct Company {
    pub name: &'static str,
    pub number: Option<i64>,
    pub vat: &'static str,
    pub mail: &'static str,
    pub place: Option<Place>,
    pub money: &'static str,
    /// Days of credit: 14 or 30.
    pub days: i64,
}

/// The customers.
pub fn customers(maker: &mut Maker) {
    let fjord = Company {
        name: "Fjordkraft Bygg AS",
        number: Some(10_000),
        vat: "NO912345678MVA",
        mail: "faktura@fjordkraft.example",
        place: Some(Place { lines: "Storgata 5", postal: "0155", city: "Oslo", code2: "NO" }),
        money: "NOK",
        days: 14,
    };
    let kuusi = Company {
        name: "Kuusikko Oy",
        number: Some(10_001),
        vat: "FI12345678",
        mail: "laskut@kuusikko.example",
        place: Some(Place { lines: "Mannerheimintie 1\nPL 12", postal: "00100", city: "Helsinki", code2: "FI" }),
        money: "EUR",
        days: 30,
    };
    let held =
        Company { name: "Ålesund Transport AS", number: Some(10_004), vat: "", mail: "post@alesund.example", ..fjord };
    let media =
        Company { name: "Polarlys Media AS", number: Some(20_004), vat: "", mail: "post@polarlys.example", ..fjord };
    let own = customer(maker, Company { name: "Nordfjell Rådgivning AS", number: Some(1), place: None, ..fjord });
    maker.world.put("customers", object([("guid", own.into()), ("isInternal", true.into())]));
    customer(maker, fjord);
    customer(maker, kuusi);
    customer(maker, held);
    customer(maker, media);
    let moebler = Place { lines: "Ängsvägen 4", postal: "411 05", city: "Göteborg", code2: "SE" };
    customer(
        maker,
        Company {
            name: "Lindström Möbler AB",
            number: Some(20_001),
            vat: "SE556677889901",
            mail: "faktura@lindstrom.example",
            place: Some(moebler),
            money: "SEK",
            days: 30,
        },
    );
    address(maker, "Lindström Möbler AB", Place { lines: "Lagergatan 9\nPort B\n2 tr", ..moebler }, true); // the younger one
    customer(
        maker,
        Company { name: "Havblikk Hotell AS", number: Some(20_002), vat: "", mail: "post@havblikk.example", ..fjord },
    );
    let saimaa = Place {
        lines: "Saimaan Sähkö Oy\nOstolaskut\nSatamakatu 7\nPL 3",
        postal: "53100",
        city: "Lappeenranta",
        code2: "FI",
    };
    customer(
        maker,
        Company {
            name: "Saimaan Sähkö Oy",
            number: Some(20_003),
            vat: "FI87654321",
            mail: "",
            place: Some(saimaa),
            ..kuusi
        },
    );
    customer(
        maker,
        Company {
            name: "Rask Levering AS",
            number: Some(20_005),
            vat: "",
            mail: "post@rask.example",
            place: None,
            ..fjord
        },
    );

    let owner = actor(maker, fjord, 0);
    let site = Place { lines: "Anleggsveien 12", postal: "1400", city: "Ski", code2: "NO" };
    maker.actor([
        ("DelToAct", owner.into()),
        ("Nm", fjord.name.into()),
        ("Ad1", site.lines.into()),
        ("PNo", site.postal.into()),
        ("PArea", site.city.into()),
        ("Ctry", 47.into()),
    ]);
    maker.actor([
        ("LiaAct", owner.into()),
        ("Nm", "Silje Dahl".into()),
        ("Title", "Innkjøper".into()),
        ("MailAd", "silje.dahl@fjordkraft.example".into()),
    ]);
    let older = Place { lines: "Vanha katu 2", postal: "00120", city: "Helsinki", code2: "FI" };
    actor(maker, Company { mail: "vanha@kuusikko.example", place: Some(older), days: 14, ..kuusi }, 0); // other fields differ
    let fisk = Place { lines: "Bryggen 1", postal: "5003", city: "Bergen", code2: "NO" };
    actor(
        maker,
        Company {
            name: "Bergen Fisk AS",
            number: Some(10_002),
            vat: "NO987654321MVA",
            mail: "post@bergenfisk.example",
            place: Some(fisk),
            ..fjord
        },
        0,
    );
    actor(maker, Company { name: "Kontantsalg", number: Some(10_003), vat: "", mail: "", place: None, ..fjord }, 1); // kept back
    actor(maker, Company { name: "Aasen Transport AS", ..held }, 0); // the number of another name
    actor(maker, Company { number: Some(10_005), ..media }, 0); // the name with another number
    let kafe = Place { lines: "Markens gate 20  ", postal: "4611 ", city: "Kristiansand  ", code2: "NO" };
    actor(
        maker,
        Company {
            name: "Sørlandet Kafé  ",
            number: Some(10_006),
            vat: "",
            mail: "post@kafe.example ",
            place: Some(kafe),
            ..fjord
        },
        0,
    );
    if let Some(row) = maker.rows.last_mut() {
        // Never edited since it was made: such rows count as changed.
        row.columns
            .iter_mut()
            .filter(|(name, _)| matches!(*name, "ChDt" | "ChTm" | "ChTmms"))
            .for_each(|(_, value)| *value = 0.into());
    }
}

/// A customer in Severa with its billing address, known to the seed by name.
pub fn customer(maker: &mut Maker, company: Company) -> String {
    let text = |text: &str| Json::from((!text.is_empty()).then(|| text.to_owned()));
    let input = object([
        ("name", company.name.into()),
        ("number", company.number.into()),
        ("vatNumber", text(company.vat)),
        ("email", text(company.mail)),
        ("paymentTerm", company.days.into()),
        ("currency", maker.link("currencies", company.money)),
    ]);
    let guid = maker.make("customers", company.name, input);
    if let Some(place) = company.place {
        address(maker, company.name, place, true);
    }
    guid
}

/// An address of a customer in Severa.
pub fn address(maker: &mut Maker, owner: &str, place: Place, billing: bool) {
    let input = object([
        ("customer", maker.link("customers", owner)),
        ("addressline", place.lines.into()),
        ("postalCode", place.postal.into()),
        ("city", place.city.into()),
        ("country", maker.link("countries", place.code2)),
        ("isBillingAddress", billing.into()),
        ("isPostalAddress", true.into()),
    ]);
    maker.make("addresses", owner, input);
}

/// A customer in Visma Business; answers the `ActNo`.
pub fn actor(maker: &mut Maker, company: Company, group: i64) -> i64 {
    let place = company.place.unwrap_or(Place { lines: "", postal: "", city: "", code2: "NO" });
    let mut lines = place.lines.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    maker.actor([
        ("CustNo", company.number.unwrap_or_default().into()),
        ("Nm", company.name.into()),
        ("EUTaxNo", company.vat.into()),
        ("MailAd", company.mail.into()),
        ("Ad1", line().into()),
        ("Ad2", line().into()),
        ("Ad3", line().into()),
        ("Ad4", line().into()),
        ("PNo", place.postal.into()),
        ("PArea", place.city.into()),
        ("Ctry", (if company.place.is_some() { country(place.code2) } else { 0 }).into()),
        ("Cur", currency(company.money).into()),
        ("CPmtTrm", (if company.days == 14 { 1 } else { 2 }).into()),
        ("Gr12", group.into()),
    ])
}
