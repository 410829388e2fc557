//! Random storms: people edit both sides, faults strike anywhere, machines take over, plans are applied
//! late; then the weather clears, two runs follow, and everything must hold.

use crate::edits as s;
use crate::exhaustive::told;
use crate::invariants;
use crate::sky::{Break, Dice};
use crate::world::{Ask, End, Want, World, guid, text, word};
use samband::plan::Limits;
use samband::value::{Side, Value};

const LAST: &[&str] = &["Aas", "Berg", "Dahl", "Eide", "Foss", "Hagen"];
const FIRMS: &[&str] = &["Kuusikko Oy", "Nordvik AS", "Granli AS", "Lindström AB", "Berg & Sønn AS", "Øya AS"];
const WORDS: &[&str] = &["Harbour", "Bridge", "Tunnel", "School", "Museum", "Road"];
const MAILS: &[&str] = &["Post@One.example", "two@two.example", "THREE@three.example", ""];

/// Few records, so that edits meet; each kind has its own identifiers.
const EACH: usize = 4;

fn maybe(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { word(text) }
}

/// One person does one thing.
pub fn edit(w: &mut World, d: &mut Dice) {
    let n = d.below(EACH);
    let (bits, number) = (n as u128, i64::try_from(n).expect("small"));
    match d.below(37) {
        0 => s::unit(w, 200 + bits, d.one_of(WORDS)),
        1 => s::department(w, 202 + number, d.one_of(WORDS)),
        2 => {
            let boss = d.one_in(2).then(|| 0x310 + d.below(EACH) as u128);
            let code = if d.one_in(6) { String::new() } else { (31 + n).to_string() };
            if w.severa.get("User", &text(0x310 + bits), "guid").is_null() {
                s::user(w, 0x310 + bits, &code, LAST[n], boss);
            } else {
                w.severa("User", 0x310 + bits, &[("superiorUser.guid", boss.map_or(Value::Null, guid))]);
            }
        }
        3 => known(w, Side::Severa, "User", d, "email", |d| maybe(d.one_of(MAILS))),
        4 => known(w, Side::Severa, "User", d, "isActive", |d| Value::Bool(d.one_in(2))),
        5 => s::employee(w, 41 + number, &format!("Ola {}", LAST[n]), d.one_of(MAILS)),
        6 => acted(w, d, "MailAd", |d| maybe(d.one_of(MAILS))),
        7 | 8 => {
            // The number that it got stays when it is only won or lost.
            let known = w.severa.get("Customer", &text(0x100 + bits), "number").as_int();
            s::customer(w, 0x100 + bits, known.unwrap_or(20_000 + number), FIRMS[n], !d.one_in(3));
        }
        9 => known(w, Side::Severa, "Customer", d, "name", |d| word(d.one_of(FIRMS))),
        10 => known(w, Side::Severa, "Customer", d, "email", |d| maybe(d.one_of(MAILS))),
        11 => known(w, Side::Severa, "Customer", d, "owner.guid", |d| guid(0x310 + d.below(EACH) as u128)),
        12 => {
            let id = 700 + number;
            if w.business.get("Actor", &id.to_string(), "ActNo").is_null() {
                s::actor(w, id, 10_700 + number, FIRMS[(n + 3) % FIRMS.len()]);
            }
        }
        13 => acted(w, d, "Nm", |d| word(d.one_of(FIRMS))),
        14 => {
            let customer = 0x100 + d.below(EACH) as u128;
            s::project(w, 0x600 + bits, 6_000 + number, d.one_of(WORDS), customer, !d.one_in(3));
        }
        15 => known(w, Side::Severa, "Project", d, "description", |d| word(d.one_of(WORDS))),
        16 => {
            let name = word(d.one_of(WORDS));
            let held = s::bearer(w, "Actor", 0x100 + bits).map(|id| w.business.get("Actor", &id, "CustNo"));
            let customer = held.unwrap_or(Value::Int(10_700 + number));
            let unit = (6_100 + number).to_string();
            if w.business.get("R2", &unit, "RNo").is_null() {
                w.business("R2", &unit, &[("RNo", s::int(6_100 + number)), ("Nm", name), ("CustNo", customer)]);
            } else {
                w.business("R2", &unit, &[("Nm", name)]);
            }
        }
        17 => s::product(w, 0xA00 + bits, &format!("P-{n}"), d.one_of(WORDS)),
        18 => s::goods(w, &format!("V-{n}"), d.one_of(WORDS), if n == 0 { 90 } else { 1 }),
        19 => w.severa(
            "TravelExpenseType",
            0xA80 + bits,
            &[("code", word(&format!("T-{n}"))), ("name", word(d.one_of(WORDS)))],
        ),
        20 | 21 => {
            let (project, customer) = (0x600 + d.below(EACH) as u128, 0x100 + d.below(EACH) as u128);
            let hours = 25 * i64::try_from(d.below(32)).expect("small");
            s::hour(w, 0x800 + bits, project, customer, hours, !d.one_in(3));
        }
        22 | 23 => {
            let bits = 0xF00 + bits;
            let status = w.severa.get("Invoice", &text(bits), "status");
            // Whoever has sent a draft away does not write its rows any more.
            if status.is_null() || status.same(&guid(0x707)) || status.same(&guid(0x705)) {
                let customer = 0x100 + d.below(EACH) as u128;
                let rows = (0..=d.below(3)).map(|at| {
                    let currency = if d.one_in(12) { "EUR" } else { "NOK" };
                    let cents = i64::try_from(d.below(99_999)).expect("small");
                    s::row(w, bits * 16 + at as u128, 0xB1 + d.below(2) as u128, 1 + at as i64, cents, currency)
                });
                let rows = rows.collect();
                s::draft(w, bits, customer, !d.one_in(4), rows);
            }
        }
        24 | 25 => {
            let orders = s::orders(w);
            if !orders.is_empty() {
                let order = orders[d.below(orders.len())].clone();
                let number = s::int(70_000 + order.parse::<i64>().expect("a number"));
                let paid = [("isPaid", Value::Bool(true)), ("paidDate", s::day(22))];
                match d.below(3) {
                    0 => w.business("Ord", &order, &[("isSent", Value::Bool(true)), ("invoiceNumber", number)]),
                    1 => w.business("Ord", &order, &[("isPartPaid", Value::Bool(true))]),
                    _ => w.business("Ord", &order, &paid),
                }
            }
        }
        26 | 27 => {
            let entry = 1 + i64::try_from(w.business.count("AcTr")).expect("small");
            let project = if d.one_in(4) { 0 } else { 6_000 + number };
            let cents = i64::try_from(d.below(99_999)).expect("small") - 20_000;
            s::post(w, entry, d.one_of(&[4_310, 4_500, 1_500]), cents, project);
        }
        28 | 29 => {
            let lines = ["Kaien 1", "Torget 2\nPort B", "Lagerveien 3"];
            let (customer, postal) = (0x100 + d.below(EACH) as u128, (100 + n).to_string());
            s::address(w, 0xAD0 + bits, customer, d.one_of(&lines), &postal, n == 0);
        }
        30 => {
            let customer = 0x100 + d.below(EACH) as u128;
            s::contact(w, 0xC00 + bits, customer, d.one_of(&["Mika", "Kari"]), LAST[n]);
        }
        31 | 32 => {
            let contact = 0xC00 + d.below(EACH) as u128;
            let kind = d.one_of(&["EmailAddress", "Phone", "MobilePhone"]);
            let value = if kind == "EmailAddress" { d.one_of(&MAILS[..3]) } else { d.one_of(&["1", "22 33", "040 4"]) };
            s::detail(w, 0xD00 + bits, contact, kind, value);
        }
        33 => s::depot(w, 750 + number, 700 + number, d.one_of(&["Kaien 7", "Torget 8"]), "0150"),
        34 => {
            let phone = d.one_of(&["", "22 33", "99"]);
            s::liaison(w, 760 + number, 700 + number, &format!("Ola {}", LAST[n]), d.one_of(MAILS), phone);
        }
        35 => known(w, Side::Severa, "WorkHour", d, "invoice.guid", |d| guid(0xF00 + d.below(EACH) as u128)),
        _ => known(w, Side::Severa, "WorkType", d, "name", |d| word(d.one_of(WORDS))),
    }
}

/// Changes one field of a record that is there.
fn known(w: &mut World, side: Side, table: &str, d: &mut Dice, field: &str, value: fn(&mut Dice) -> Value) {
    let ids: Vec<String> = {
        // Kari is named in the settings, and stays who she is.
        let kari = [Some(text(0x99)), s::bearer(w, "Actor", 0x99)];
        let world = w.memory(side).world.lock().unwrap();
        let all = world.tables.get(table).into_iter().flat_map(|t| t.rows.keys().cloned());
        all.filter(|id| !kari.contains(&Some(id.clone()))).collect()
    };
    if !ids.is_empty() {
        let id = ids[d.below(ids.len())].clone();
        let value = value(d);
        w.edit(side, table, &id, &[(field, value)]);
    }
}

/// Changes one field of an associate, who is a customer or an employee.
fn acted(w: &mut World, d: &mut Dice, field: &str, value: fn(&mut Dice) -> Value) {
    known(w, Side::Business, "Actor", d, field, value);
}

/// A storm from its seed; what is wrong afterwards, with what led there.
pub fn storm(seed: u64, broken: Option<Break>) -> Result<usize, String> {
    let mut d = Dice::new(seed, 1);
    let mut w = World::new(d.below(crate::world::SETTINGS.len()), broken);
    if d.one_in(4) {
        w.limits = Limits { changes: Some(1 + d.below(3)), percent: None };
    }
    s::work_types(&mut w);
    if d.one_in(2) {
        s::customer(&mut w, 0x100, 20_000, FIRMS[0], true);
        s::project(&mut w, 0x600, 6_000, WORDS[0], 0x100, true);
        let rows = vec![s::row(&w, 0xFE0, 0xB1, 3, 33_333, "NOK"), s::row(&w, 0xFE1, 0xB2, 1, 10_050, "NOK")];
        s::draft(&mut w, 0xFE, 0x100, true, rows);
    }
    for _ in 0..2 + d.below(8) {
        edit(&mut w, &mut d);
    }
    {
        let mut sky = w.sky.lock().unwrap();
        sky.chance = Some((Dice::new(seed, 2), d.one_of(&[25, 50, 100, 400])));
        sky.people = d.one_in(2).then(|| (Dice::new(seed, 3), d.one_of(&[10, 30])));
    }
    for _ in 0..2 + d.below(4) {
        for _ in 0..d.below(6) {
            edit(&mut w, &mut d);
        }
        w.clock.pass(d.one_of(&[1, 5, 61, 300, 900, 7_200]));
        let full = d.one_in(5);
        match d.below(9) {
            0 => {
                let last = w.state(|state| state.runs(1).expect("the runs").first().map_or(0, |run| run.id));
                w.wants.push(Want::Undo((last - i64::try_from(d.below(3)).expect("small")).max(1)));
                w.settle_wants();
            }
            1 => {
                if let End::Done(done) = w.start(Ask::Plan, full)
                    && let Ok((plan, _)) = *done
                {
                    if d.one_in(2) {
                        edit(&mut w, &mut d);
                    }
                    let _ = w.start(Ask::Apply(Box::new(plan)), false);
                }
            }
            _ => {
                // A service starts a process again at once.
                if let End::Crashed = w.start(Ask::Run, full)
                    && d.one_in(2)
                {
                    w.clock.pass(2);
                    let _ = w.start(Ask::Run, false);
                }
            }
        }
    }
    let faults = w.sky.lock().unwrap().faults;
    // What is too much for the limits is let through by a person in the end.
    w.limits = Limits::default();
    let quiet = w.until_quiet();
    let mut violations = invariants::check(&mut w);
    if !quiet {
        violations.push("it comes to rest: it did not".to_owned());
    }
    if violations.is_empty() {
        Ok(faults)
    } else {
        Err(told(&w, &format!("seed {seed}, broken: {broken:?}"), &violations))
    }
}
