//! What people do in both systems, one thing at a time.

use crate::world::{World, guid, text, word};
use rust_decimal::Decimal;
use samband::value::Value;

pub fn int(number: i64) -> Value {
    Value::Int(number)
}

pub fn money(number: i64) -> Value {
    Value::Decimal(Decimal::new(number, 2))
}

pub fn day(day: i8) -> Value {
    Value::Date(jiff::civil::date(2026, 11, day))
}

pub fn unit(w: &mut World, code: u128, name: &str) {
    w.severa("BusinessUnit", 0x2000 + code, &[("code", word(&code.to_string())), ("name", word(name))]);
}

pub fn department(w: &mut World, number: i64, name: &str) {
    w.business("R1", &number.to_string(), &[("RNo", int(number)), ("Nm", word(name))]);
}

pub fn user(w: &mut World, bits: u128, code: &str, last: &str, boss: Option<u128>) {
    w.severa(
        "User",
        bits,
        &[
            ("code", if code.is_empty() { Value::Null } else { word(code) }),
            ("firstName", word("Ada")),
            ("lastName", word(last)),
            ("isActive", Value::Bool(true)),
            ("superiorUser.guid", boss.map_or(Value::Null, guid)),
        ],
    );
}

pub fn employee(w: &mut World, number: i64, name: &str, mail: &str) {
    let fields = [
        ("ActNo", int(500 + number)),
        ("EmpNo", int(number)),
        ("Nm", word(name)),
        ("MailAd", if mail.is_empty() { Value::Null } else { word(mail) }),
    ];
    w.business("Actor", &(500 + number).to_string(), &fields);
}

/// A customer of Severa, with a project that is won or not.
pub fn customer(w: &mut World, bits: u128, number: i64, name: &str, won: bool) {
    let project = Value::Record(vec![guid(bits + 0x6000), Value::Bool(won)]);
    w.severa(
        "Customer",
        bits,
        &[
            ("number", int(number)),
            ("name", word(name)),
            ("isInternal", Value::Bool(false)),
            ("projects", Value::List(vec![project])),
        ],
    );
}

pub fn actor(w: &mut World, id: i64, number: i64, name: &str) {
    w.business("Actor", &id.to_string(), &[("ActNo", int(id)), ("CustNo", int(number)), ("Nm", word(name))]);
}

pub fn project(w: &mut World, bits: u128, number: i64, name: &str, customer: u128, won: bool) {
    w.severa(
        "Project",
        bits,
        &[
            ("number", int(number)),
            ("name", word(name)),
            ("won", Value::Bool(won)),
            ("customer.guid", guid(customer)),
            ("projectOwner.guid", guid(0x99)),
        ],
    );
}

pub fn hour(w: &mut World, bits: u128, project: u128, customer: u128, hundredths: i64, approved: bool) {
    w.severa(
        "WorkHour",
        bits,
        &[
            ("isApproved", Value::Bool(approved)),
            ("eventDate", day(12)),
            ("quantity", money(hundredths)),
            ("plannedInvoiceQuantity", money(hundredths)),
            ("unitPrice.amount", money(125_000)),
            ("isBillable", Value::Bool(true)),
            ("user.guid", guid(0x99)),
            ("customer.guid", guid(customer)),
            ("project.guid", guid(project)),
            ("workType.code", word("CONS")),
            ("description", word("sketches")),
        ],
    );
}

pub fn work_types(w: &mut World) {
    for (bits, code, name) in [(0xB1, "CONS", "Consulting"), (0xB2, "TRAVEL", "Travelling")] {
        w.severa("WorkType", bits, &[("code", word(code)), ("name", word(name)), ("isActive", Value::Bool(true))]);
    }
}

/// A row of a draft, its fields in the order in which the program asks for them.
pub fn row(w: &World, bits: u128, work: u128, quantity: i64, cents: i64, currency: &str) -> Value {
    let names: Vec<String> = w.program(|program| {
        let invoice = program.entities.iter().find(|e| e.name == "Invoice").expect("invoices");
        let list = invoice.severa.fields.iter().find(|f| f.name == "rows").and_then(|f| f.of.as_ref()).expect("rows");
        list.fields.iter().map(|f| f.name.clone()).collect()
    });
    let value = |name: &String| match name.as_str() {
        "guid" => guid(bits),
        "description" => word("Design"),
        "workType.guid" => guid(work),
        "quantity" => Value::Decimal(quantity.into()),
        "unitPrice.amount" => money(cents),
        "unitPrice.currencyCode" => word(currency),
        _ => Value::Null,
    };
    Value::Record(names.iter().map(value).collect())
}

pub fn draft(w: &mut World, bits: u128, customer: u128, ready: bool, rows: Vec<Value>) {
    let status = guid(if ready { 0x701 } else { 0x707 });
    w.severa(
        "Invoice",
        bits,
        &[
            ("status", status.clone()),
            ("status.guid", status),
            ("customer.guid", guid(customer)),
            ("customer.name", word("Kuusikko Oy")),
            ("billingCustomer.guid", guid(customer)),
            ("currency.code", word("NOK")),
            ("date", day(20)),
            ("isCreditNote", Value::Bool(false)),
            ("notes", word("call Kari")),
            ("rows", Value::List(rows)),
        ],
    );
}

/// The orders there are, in their order.
pub fn orders(w: &World) -> Vec<String> {
    let world = w.business.world.lock().unwrap();
    world.tables.get("Ord").map(|t| t.rows.keys().cloned().collect()).unwrap_or_default()
}

pub fn post(w: &mut World, entry: i64, account: i64, cents: i64, project: i64) {
    w.business(
        "AcTr",
        &format!("7/{entry}"),
        &[
            ("JNo", int(7)),
            ("EntNo", int(entry)),
            ("AcNo", int(account)),
            ("AcAm", money(cents)),
            ("R2", if project == 0 { Value::Null } else { int(project) }),
            ("Sup", int(50_001)),
            ("Txt", word("Blasting")),
            ("ValDt", day(12)),
            ("homeCurrency", word("NOK")),
        ],
    );
}

pub fn goods(w: &mut World, code: &str, name: &str, group: i64) {
    w.business(
        "Prod",
        code,
        &[
            ("ProdNo", word(code)),
            ("Descr", word(name)),
            ("ProdGr", int(group)),
            ("Gr12", int(0)),
            ("costPrice", money(1_000)),
            ("costPriceCurrency", word("NOK")),
        ],
    );
}

pub fn product(w: &mut World, bits: u128, code: &str, name: &str) {
    w.severa("Product", bits, &[("code", word(code)), ("name", word(name)), ("type", word("Materials"))]);
}

/// The record of Visma Business that bears an identifier.
pub fn bearer(w: &World, table: &str, bits: u128) -> Option<String> {
    let world = w.business.world.lock().unwrap();
    let rows = world.tables.get(table)?;
    let bears = |f: &crate::support::memory::Fields| f.values().any(|v| v.as_text() == Some(text(bits).as_str()));
    rows.rows.iter().find(|(_, f)| bears(f)).map(|(id, _)| id.clone())
}

/// An address of a customer of Severa.
pub fn address(w: &mut World, bits: u128, customer: u128, line: &str, postal: &str, billing: bool) {
    w.severa(
        "Address",
        bits,
        &[
            ("customer.guid", guid(customer)),
            ("addressline", word(line)),
            ("postalCode", word(postal)),
            ("city", word("Oslo")),
            ("isBillingAddress", Value::Bool(billing)),
        ],
    );
}

pub fn contact(w: &mut World, bits: u128, customer: u128, first: &str, last: &str) {
    let (first, last) = (word(first), word(last));
    let fields = [
        ("customer.guid", guid(customer)),
        ("firstName", first),
        ("lastName", last),
        ("isDeleted", Value::Bool(false)),
    ];
    w.severa("ContactPerson", bits, &fields);
}

/// An e-mail address or a number of a contact.
pub fn detail(w: &mut World, bits: u128, contact: u128, kind: &str, value: &str) {
    let fields = [
        ("contact.guid", guid(contact)),
        ("kind", word(kind)),
        ("value", word(value)),
        ("isForbiddenToUse", Value::Bool(false)),
    ];
    w.severa("ContactCommunication", bits, &fields);
}

/// Where goods are sent to, as an associate of its own.
pub fn depot(w: &mut World, id: i64, owner: i64, line: &str, postal: &str) {
    let fields = [
        ("ActNo", int(id)),
        ("DelToAct", int(owner)),
        ("Nm", word("the depot")),
        ("Ad1", word(line)),
        ("PNo", word(postal)),
    ];
    w.business("Actor", &id.to_string(), &fields);
}

/// A contact as an associate of its own.
pub fn liaison(w: &mut World, id: i64, owner: i64, name: &str, mail: &str, phone: &str) {
    let text = |text: &str| if text.is_empty() { Value::Null } else { word(text) };
    let fields = [
        ("ActNo", int(id)),
        ("LiaAct", int(owner)),
        ("Nm", word(name)),
        ("MailAd", text(mail)),
        ("Phone", text(phone)),
    ];
    w.business("Actor", &id.to_string(), &fields);
}

/// A field of the record that bears an identifier in Visma Business.
pub fn rename(w: &mut World, table: &str, bits: u128, field: &str, value: &str) {
    if let Some(id) = bearer(w, table, bits) {
        w.business(table, &id, &[(field, word(value))]);
    }
}

pub fn won_project(w: &mut World) {
    customer(w, 0x10, 20_001, "Kuusikko Oy", true);
    project(w, 0x60, 6_001, "Harbour", 0x10, true);
}

pub fn ready_draft(w: &mut World) {
    let rows = vec![row(w, 0xE1, 0xB1, 10, 125_050, "NOK"), row(w, 0xE2, 0xB2, 2, 33_333, "NOK")];
    draft(w, 0xF1, 0x10, true, rows);
}
