//! The month after go-live: hours, drafts, orders, invoices, payments and costs, done by hand in the one
//! system as its users would, and looked up in the other.

use super::look::Look;
use crate::cli::exit::{Exit, Failure};
use crate::sandbox::accountant::{self, Invoice, Payment, Purchase};
use crate::sandbox::severa::{Bill, Fault, Json, World, link, object};
use rust_decimal::Decimal;
use serde_json::Value;

/// What the month came to, for the steps after it.
#[derive(Default)]
pub struct Month {
    hours: Vec<String>,
    /// The numbers that Visma Business gave the invoices.
    invoices: Vec<String>,
    /// The purchase's voucher, and the one that reversed it.
    vouchers: Vec<i64>,
}

/// Projects with hours of the month: number, hours, price, text.
const WORK: &[(&str, &str, &str, &str)] = &[
    ("5001", "7.5", "1250", "Innføring, dag 1"),
    ("5001", "6.25", "1250", "Innføring, dag 2"),
    ("6001", "3.333333", "1195.50", "Prototype av appen"),
    ("5003", "4.75", "1080", "Kundeportal, oppsett"),
];

fn refused(what: &str, fault: impl std::fmt::Debug) -> Failure {
    Failure::new(
        Exit::System,
        format!("{what}: {fault:?}"),
        "look at the log with -v; the sandbox runs in this process",
    )
}

fn of_accountant(refusal: accountant::Refusal) -> Failure {
    Failure::new(Exit::System, refusal.what, refusal.help)
}

fn found(world: &World, table: &str, member: &str, value: &str) -> Result<String, Failure> {
    world.find(table, member, value).ok_or_else(|| refused("the sandbox's Severa lacks", (table, member, value)))
}

/// Consultants write hours, and their manager approves them.
pub fn work(world: &World, say: impl Fn(&str)) -> Result<Month, Failure> {
    let lars = found(world, "users", "email", "lars.hansen@example.no")?;
    let kind = found(world, "worktypes", "code", "W100")?;
    let mut month = Month::default();
    for (project, quantity, price, text) in WORK {
        let project = found(world, "projects", "number", project)?;
        let phase = world.get("projects", &project).and_then(|p| p.at("rootPhase.guid")?.as_text().map(str::to_owned));
        let price = object([("amount", Json::Number((*price).to_owned())), ("currencyCode", "NOK".into())]);
        let hour = object([
            ("phase", link(&phase.unwrap_or_default())),
            ("user", link(&lars)),
            ("workType", link(&kind)),
            ("eventDate", "2026-03-10".into()),
            ("quantity", Json::Number((*quantity).to_owned())),
            ("unitPrice", price),
            ("isBillable", true.into()),
            ("description", (*text).into()),
        ]);
        month.hours.push(world.create("workhours", hour).map_err(|fault| refused("the hours were refused", fault))?);
    }
    let hours: Vec<&str> = month.hours.iter().map(String::as_str).collect();
    world.approve_hours(&hours, true).map_err(|fault| refused("the approval was refused", fault))?;
    say("  in Severa: Lars Hansen works on three projects, and his hours are approved");
    Ok(month)
}

/// The projects' owner bills them.
pub fn bill(world: &World, say: impl Fn(&str)) -> Result<(), Failure> {
    let told = |fault: Fault| refused("the invoice was refused", fault);
    for (projects, customer) in [(&["5001", "6001"][..], "Fjordkraft"), (&["5003"], "Rask Levering")] {
        let projects: Vec<String> =
            projects.iter().map(|number| found(world, "projects", "number", number)).collect::<Result<_, _>>()?;
        let count = projects.len();
        let drafts = world.bill(&Bill { projects, together: true, ..Bill::default() }).map_err(told)?;
        for draft in &drafts {
            world.set_invoice_status(draft, "Ready for transfer").map_err(told)?;
        }
        let what = if count == 1 { "one project" } else { "two projects" };
        say(&format!("  in Severa: {customer} is billed for {what}, and the draft is ready for transfer"));
    }
    Ok(())
}

/// Whether the month's hours are there, one row each.
pub async fn arrived(look: &mut Look, month: &Month, say: impl Fn(&str)) -> Result<usize, Failure> {
    let rows = look.business("SELECT Txt4, Val1 FROM FreeInf1 WHERE InfCatNo = 90").await?;
    let there = month.hours.iter().filter(|hour| rows.iter().filter(|row| row.first() == Some(hour)).count() == 1);
    let told = format!("each of the {} hours has its row in Visma Business", month.hours.len());
    Ok(promise(there.count() == month.hours.len(), &told, say))
}

/// Whether the billed hours say their order.
pub async fn billed(look: &mut Look, month: &Month, say: impl Fn(&str)) -> Result<usize, Failure> {
    let rows = look.business("SELECT f.Txt4, f.OrdNo FROM FreeInf1 f WHERE f.InfCatNo = 90 AND f.OrdNo > 0").await?;
    let there = month.hours.iter().filter(|hour| rows.iter().any(|row| row.first() == Some(hour)));
    Ok(promise(there.count() == month.hours.len(), "the hours' rows have the numbers of their orders", say))
}

/// The accountant invoices all orders that came from Severa.
pub async fn invoice(look: &mut Look, month: &mut Month, say: impl Fn(&str)) -> Result<(), Failure> {
    let orders = look.business("SELECT OrdNo FROM Ord WHERE Inf6 <> '' AND InvoNo = '' ORDER BY OrdNo").await?;
    for order in orders.iter().filter_map(|row| row.first()?.parse().ok()) {
        let made = accountant::invoice(look.sql(), &Invoice::all(order)).await.map_err(of_accountant)?;
        say(&format!("  in Visma Business: order {order} is invoiced as {}", made.invoice));
        month.invoices.push(made.invoice);
    }
    Ok(())
}

/// The first customer pays all, the second a part.
pub async fn pay(look: &mut Look, month: &Month, say: impl Fn(&str)) -> Result<(), Failure> {
    for (invoice, amount) in month.invoices.iter().zip([None, Some(Decimal::ONE_HUNDRED)]) {
        let payment = Payment { invoice: invoice.clone(), amount, date: None };
        let paid = accountant::pay(look.sql(), &payment).await.map_err(of_accountant)?;
        say(&format!("  in Visma Business: {} is paid on invoice {invoice}, {} is left", paid.paid, paid.open));
    }
    Ok(())
}

/// Whether each invoice has the status in Severa that its order and ledger say.
pub async fn statuses(
    look: &mut Look,
    month: &Month,
    wanted: impl Fn(usize) -> &'static str,
    say: impl Fn(&str),
) -> Result<usize, Failure> {
    let drafts = look.severa("/v1/invoices").await?;
    let mut broken = 0;
    for (place, number) in month.invoices.iter().enumerate() {
        let draft = drafts.iter().find(|draft| draft["number"].to_string() == *number);
        let (status, name) = match draft {
            Some(draft) => (text(draft, "/status/name"), text(draft, "/customer/name")),
            None => ("missing".to_owned(), String::new()),
        };
        let told = format!("invoice {number} of {name} is {} in Severa", wanted(place));
        broken += promise(status == wanted(place), &told, &say);
    }
    Ok(broken)
}

/// A purchase invoice is posted on a project.
pub async fn buy(look: &mut Look, month: &mut Month, say: impl Fn(&str)) -> Result<(), Failure> {
    let purchase = Purchase {
        project: "5001".to_owned(),
        unit: 2,
        account: 4500,
        amount: Decimal::new(812_450, 2),
        text: Some("Underkonsulent mars".to_owned()),
        supplier: None,
        date: None,
    };
    let made = accountant::voucher(look.sql(), &purchase).await.map_err(of_accountant)?;
    say(&format!("  in Visma Business: voucher {}, {} on account 4500 and project 5001", made.voucher, made.amount));
    month.vouchers.push(made.voucher);
    Ok(())
}

/// It turns out to be wrong, and is reversed.
pub async fn reverse(look: &mut Look, month: &mut Month, say: impl Fn(&str)) -> Result<(), Failure> {
    let Some(voucher) = month.vouchers.first() else { return Ok(()) };
    let made = accountant::reverse(look.sql(), *voucher).await.map_err(of_accountant)?;
    month.vouchers.push(made.voucher);
    say(&format!("  in Visma Business: voucher {} is reversed by {}", made.reverses, made.voucher));
    Ok(())
}

/// Whether each voucher's line stands in Severa as a cost, once, and what they come to.
pub async fn costs(look: &mut Look, month: &Month, sum: Decimal, say: impl Fn(&str)) -> Result<usize, Failure> {
    let fees = look.severa("/v1/projectfees").await?;
    let lines = look.business("SELECT VoNo, JNo, EntNo FROM AcTr WHERE AcNo = 4500").await?;
    let mut found = Vec::new();
    for line in &lines {
        if let [voucher, journal, entry] = line.as_slice()
            && month.vouchers.iter().any(|own| own.to_string() == *voucher)
        {
            let mark = format!("VB {journal}/{entry}");
            found.extend(fees.iter().filter(|fee| text(fee, "/description") == mark).map(cost));
        }
    }
    let total: Decimal = found.iter().sum();
    let (what, sum) = (if month.vouchers.len() == 1 { "one cost" } else { "two costs" }, sum.normalize());
    let told = format!("project 5001 has {what} of it in Severa, {sum} in all");
    Ok(promise(found.len() == month.vouchers.len() && total == sum, &told, say))
}

/// What a fee costs us.
pub fn cost(fee: &Value) -> Decimal {
    number(&fee["unitCost"]["amount"]) * number(&fee["quantity"])
}

/// A number as the answer has it, without a float on the way.
pub fn number(value: &Value) -> Decimal {
    let text = value.to_string();
    text.parse().or_else(|_| Decimal::from_scientific(&text)).unwrap_or_default()
}

pub fn text(record: &Value, pointer: &str) -> String {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Says whether it holds; answers 1 if it does not.
pub fn promise(holds: bool, told: &str, say: impl Fn(&str)) -> usize {
    say(&format!("  {} {told}", if holds { '✓' } else { '✗' }));
    usize::from(!holds)
}
