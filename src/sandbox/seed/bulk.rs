//! As many more customers as are wanted, with employees, projects and hours: half of them on both sides, a quarter on
//! either one.

use super::Maker;
use super::business::{country, currency};
use super::names::{LANDS, Land, TRADES};
use super::story::hours::{Hours, hours};
use super::story::projects;
use crate::sandbox::severa::object;

/// Which sides a customer is on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sides {
    Both,
    Severa,
    Business,
}

/// Numbers of Visma Business's series start here, Severa's own there: they do not overlap.
const FROM_BUSINESS: i64 = 11_000;
const FROM_SEVERA: i64 = 1_000_000;
/// The same for projects.
const PROJECTS: i64 = 2_000_000;

/// Makes `count` customers with what belongs to them.
pub fn make(maker: &mut Maker, count: u32) {
    let staff = staff(maker, count / 20);
    for place in 0..count {
        let sides = match maker.rng.below(4) {
            0 => Sides::Severa,
            1 => Sides::Business,
            _ => Sides::Both,
        };
        customer(maker, i64::from(place), sides, &staff);
    }
}

/// Employees of both sides; answers their full names. Employee numbers go on after the story's.
fn staff(maker: &mut Maker, count: u32) -> Vec<String> {
    let mut staff = vec!["Lars Hansen".to_owned()];
    for place in 0..i64::from(count) {
        let land: &Land = maker.rng.pick(LANDS);
        let (first, last) = (*maker.rng.pick(land.first), *maker.rng.pick(land.last));
        let (postal, city) = *maker.rng.pick(land.cities);
        let number = 100 + place;
        let (full, mail) = (format!("{first} {last}"), format!("employee{number}@{}", land.domain));
        let input = object([
            ("code", number.to_string().into()),
            ("firstName", first.into()),
            ("lastName", last.into()),
            ("email", mail.as_str().into()),
            ("postalCode", postal.into()),
            ("city", city.into()),
            ("country", maker.link("countries", land.code2)),
            ("businessUnit", maker.link("businessunits", "110")),
        ]);
        maker.make("users", &full, input);
        let columns = [
            ("EmpNo", number.into()),
            ("Nm", full.as_str().into()),
            ("MailAd", mail.into()),
            ("PNo", postal.into()),
            ("PArea", city.into()),
            ("Ctry", country(land.code2).into()),
            ("Title", "Employee".into()),
            ("R1", 110.into()),
        ];
        maker.actor(columns);
        staff.push(full);
    }
    staff
}

fn customer(maker: &mut Maker, place: i64, sides: Sides, staff: &[String]) {
    let land: &Land = maker.rng.pick(LANDS);
    let (word, trade) = (*maker.rng.pick(land.companies), *maker.rng.pick(TRADES));
    let (postal, city) = *maker.rng.pick(land.cities);
    let street = format!("{} {}", maker.rng.pick(land.streets), 1 + maker.rng.below(90));
    let name = format!("{word} {trade} {} {}", place + 1, land.form);
    let mail = format!("customer{}@{}", place + 1, land.domain);
    let number = if sides == Sides::Severa { FROM_SEVERA + place } else { FROM_BUSINESS + place };
    let project = PROJECTS + place;
    if sides != Sides::Business {
        let input = object([
            ("name", name.as_str().into()),
            ("number", number.into()),
            ("email", mail.as_str().into()),
            ("paymentTerm", 14.into()),
            ("currency", maker.link("currencies", land.currency)),
        ]);
        maker.make("customers", &name, input);
        let input = object([
            ("customer", maker.link("customers", &name)),
            ("addressline", street.as_str().into()),
            ("postalCode", postal.into()),
            ("city", city.into()),
            ("country", maker.link("countries", land.code2)),
            ("isBillingAddress", true.into()),
        ]);
        maker.make("addresses", &name, input);
        let status = if maker.rng.below(5) == 0 { "Offer" } else { "Order" };
        projects::project(maker, project, &format!("{word} {trade}"), &name, status, "2026-12-31");
        entries(maker, project, staff);
    }
    if sides != Sides::Severa {
        let columns = [
            ("CustNo", number.into()),
            ("Nm", name.as_str().into()),
            ("MailAd", mail.into()),
            ("Ad1", street.into()),
            ("PNo", postal.into()),
            ("PArea", city.into()),
            ("Ctry", country(land.code2).into()),
            ("Cur", currency(land.currency).into()),
            ("CPmtTrm", 1.into()),
        ];
        maker.actor(columns);
        projects::business(maker, project, &format!("{word} {trade}"), number, (land.currency, 20_261_231), 0);
    }
}

/// Two to five entries of hours, most of them approved.
fn entries(maker: &mut Maker, project: i64, staff: &[String]) {
    for _ in 0..2 + maker.rng.below(4) {
        let user = maker.rng.pick(staff).clone();
        let date = format!("2026-01-{:02}", 5 + maker.rng.below(24));
        let quantity = *maker.rng.pick(&["0.5", "1.25", "3", "4.75", "7.5"]);
        let (billable, approved) = (maker.rng.below(4) > 0, maker.rng.below(8));
        let approved = match approved {
            0 => None,
            1 => Some(false),
            _ => Some(true),
        };
        let entry = Hours {
            project,
            phase: None,
            user: &user,
            date: &date,
            quantity,
            price: "1195.50",
            billable,
            approved,
            text: "Konsulentbistand",
        };
        hours(maker, &entry);
    }
}
