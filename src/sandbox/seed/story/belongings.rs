//! Delivery addresses and contacts that only one side has; they stand after all others.

use super::parties::{Place, address};
use crate::sandbox::seed::Maker;
use crate::sandbox::seed::business::SeedValue;

pub fn make(maker: &mut Maker) {
    let depot = Place { lines: "Varastokatu 8", postal: "00580", city: "Helsinki", code2: "FI" };
    address(maker, "Kuusikko Oy", depot, false);
    let owner = maker.rows.iter().find(|row| row.get("CustNo") == Some(&SeedValue::Int(10_002)));
    let Some(SeedValue::Int(owner)) = owner.and_then(|row| row.get("ActNo")).cloned() else { return };
    maker.actor([
        ("LiaAct", owner.into()),
        ("Nm", "Anne-Lise Moe".into()),
        ("Title", "Daglig leder".into()),
        ("MailAd", "anne-lise@bergenfisk.example".into()),
    ]);
    maker.actor([
        ("DelToAct", owner.into()),
        ("Nm", "Bergen Fisk, fryselager".into()),
        ("Ad1", "Kai 7".into()),
        ("PNo", "5054".into()),
        ("PArea", "Bergen".into()),
        ("Ctry", 47.into()),
    ]);
}
