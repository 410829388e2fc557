//! What is billed in Severa: hours, fees and travel expenses on projects, and the invoice drafts made of them.

use super::hours::root;
use super::projects::project;
use super::registers::{money, number};
use crate::sandbox::seed::Maker;
use crate::sandbox::severa::{Bill, link, object};

pub fn make(maker: &mut Maker) {
    project(maker, 5003, "Rask kundeportal", "Rask Levering AS", "Order", "2026-12-31");
    project(maker, 5004, "Fjordkraft vedlikehold", "Fjordkraft Bygg AS", "Order", "2026-12-31");
    project(maker, 5005, "Lindström webb", "Lindström Möbler AB", "Order", "2026-12-31");

    // Still to be billed, and a cost that never is.
    fee(maker, 6001, Some("P-200"), "Support, one month", "3", ("450.50", "NOK"), true);
    travel(maker, 6001, "KM", "42", ("5.30", "NOK"));
    fee(maker, 5001, None, "Serverleie", "1", ("990", "NOK"), false);

    // One project, rows of every kind; two entries of hours become one row.
    hours(maker, 5002, "W200", "2", ("95", "EUR"), "Kassa");
    hours(maker, 5002, "W200", "3.5", ("95", "EUR"), "Haku");
    hours(maker, 5002, "W300", "4", ("82.50", "EUR"), "Ilme");
    fee(maker, 5002, Some("P-100"), "Palvelinlisenssi", "2", ("85", "EUR"), true);
    travel(maker, 5002, "HOTEL", "1", ("149.50", "EUR"));
    let one = bill(maker, &[5002]);
    status(maker, &one, "Ready for transfer");

    // Two projects of one customer.
    hours(maker, 6007, "W100", "6", ("1195.50", "NOK"), "Kartlegging");
    hours(maker, 5003, "W100", "7.5", ("1195.50", "NOK"), "Oppstart");
    fee(maker, 5003, Some("LIC-TEAM"), "Team licence, one year", "1", ("4990", "NOK"), true);
    let two = bill(maker, &[6007, 5003]);
    status(maker, &two, "Ready for transfer");

    // Sent, and credited.
    hours(maker, 6003, "W100", "3", ("90", "EUR"), "Työpaja");
    let sent = bill(maker, &[6003]);
    status(maker, &sent, "Sent");
    maker.tick();
    let note = maker.world.credit(&sent).expect("a sent invoice can be credited");
    let dates = object([("date", "2026-02-10".into()), ("dueDate", "2026-03-12".into())]);
    maker.world.edit("invoices", &note, dates).expect("a draft can be dated");
    status(maker, &note, "Ready for transfer");

    // A row that no product stands behind.
    fee(maker, 5004, None, "Oppmøte utenfor avtale", "1", ("2500", "NOK"), true);
    let bare = bill(maker, &[5004]);
    status(maker, &bare, "Ready for transfer");

    // A price in NOK on an invoice in SEK.
    hours(maker, 5005, "W100", "2", ("1250", "NOK"), "Prototyp");
    fee(maker, 5005, Some("P-200"), "Support, one month", "1", ("480", "SEK"), true);
    let foreign = bill(maker, &[5005]);
    status(maker, &foreign, "Ready for transfer");

    // Not ready yet: must not travel.
    fee(maker, 6003, Some("TRAIN"), "Koulutuspäivä", "1", ("790", "EUR"), true);
    bill(maker, &[6003]);
}

/// Approved, billable hours of Lars Hansen, from before a start date in 2026.
fn hours(maker: &mut Maker, project: i64, kind: &str, quantity: &str, price: (&str, &str), text: &str) {
    let input = object([
        ("phase", link(&root(maker, project))),
        ("user", maker.link("users", "Lars Hansen")),
        ("workType", maker.link("worktypes", kind)),
        ("eventDate", "2025-12-18".into()),
        ("quantity", number(quantity)),
        ("unitPrice", money(price.0, price.1)),
        ("isBillable", true.into()),
        ("isApproved", true.into()),
        ("description", text.into()),
    ]);
    maker.make("workhours", "", input);
}

fn fee(
    maker: &mut Maker,
    project: i64,
    product: Option<&str>,
    name: &str,
    quantity: &str,
    price: (&str, &str),
    billable: bool,
) {
    let input = object([
        ("project", maker.link("projects", &project.to_string())),
        ("product", product.map(|code| maker.link("products", code)).into()),
        ("name", name.into()),
        ("eventDate", "2026-01-21".into()),
        ("quantity", number(quantity)),
        ("unitPrice", money(price.0, price.1)),
        ("isBillable", billable.into()),
        ("vatRate", number("25")),
    ]);
    maker.make("projectfees", name, input);
}

fn travel(maker: &mut Maker, project: i64, kind: &str, quantity: &str, price: (&str, &str)) {
    let input = object([
        ("project", maker.link("projects", &project.to_string())),
        ("phase", link(&root(maker, project))),
        ("user", maker.link("users", "Lars Hansen")),
        ("travelExpense", maker.link("travelexpensetypes", kind)),
        ("eventDate", "2026-01-22".into()),
        ("quantity", number(quantity)),
        ("unitPrice", money(price.0, price.1)),
        ("travelReimbursementRequired", false.into()),
    ]);
    maker.make("projecttravelexpenses", kind, input);
}

/// One draft for the projects.
fn bill(maker: &mut Maker, projects: &[i64]) -> String {
    maker.tick();
    let guid = |number: &i64| maker.link("projects", &number.to_string()).reference().map(str::to_owned);
    let bill = Bill {
        projects: projects.iter().filter_map(guid).collect(),
        together: true,
        date: "2026-01-31".parse().ok(),
        ..Bill::default()
    };
    let made = maker.world.bill(&bill).expect("the projects can be billed together");
    made.into_iter().next().expect("there is something to bill")
}

fn status(maker: &mut Maker, invoice: &str, name: &str) {
    maker.tick();
    maker.world.set_invoice_status(invoice, name).expect("the status is one of the tenant's");
}
