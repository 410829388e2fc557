//! Business units and departments.

use crate::sandbox::seed::Maker;
use crate::sandbox::seed::business::currency;
use crate::sandbox::seed::settings::guid;
use crate::sandbox::severa::object;

/// The company that the units belong to.
const COMPANY: &str = "Nordfjell Rådgivning AS";

pub fn make(maker: &mut Maker) {
    maker.put("companies", COMPANY, object([("name", COMPANY.into())]));
    unit(maker, "100", "Nordfjell Rådgivning", None, "NOK");
    unit(maker, "110", "Oslo", Some("100"), "NOK");
    unit(maker, "120", "Bergen", Some("100"), "NOK"); // only in Severa
    unit(maker, "140", "Stockholm", Some("100"), "SEK"); // differs below
    department(maker, 100, "Nordfjell Rådgivning", 0, "NOK", 0);
    department(maker, 110, "Oslo", 100, "NOK", 0);
    department(maker, 130, "Tromsø", 100, "NOK", 0); // only in Visma Business
    department(maker, 140, "Stockholm", 0, "NOK", 0); // neither the currency nor the place that Severa has
    department(maker, 190, "Styret", 100, "NOK", 1); // kept back
}

fn unit(maker: &mut Maker, code: &'static str, name: &str, parent: Option<&str>, money: &str) {
    let parent = parent.map(|parent| guid(maker, "businessunits", parent));
    let input = object([("code", code.into()), ("name", name.into()), ("parentGuid", parent.into())]);
    let made = maker.make("businessunits", code, input);
    let company = [
        ("guid", made.into()),
        ("companyGuid", guid(maker, "companies", COMPANY)),
        ("companyName", COMPANY.into()),
        ("companyBusinessUnitGuid", guid(maker, "businessunits", "100")),
        ("companyCountryGuid", guid(maker, "countries", "NO")),
        ("companyCurrencyGuid", guid(maker, "currencies", money)),
    ];
    maker.world.put("businessunits", object(company));
}

fn department(maker: &mut Maker, number: i64, name: &str, above: i64, money: &str, group: i64) {
    let columns = [
        ("RNo", number.into()),
        ("Nm", name.into()),
        ("MainR", above.into()),
        ("Cur", currency(money).into()),
        ("Gr12", group.into()),
    ];
    maker.row("R1", columns);
}
