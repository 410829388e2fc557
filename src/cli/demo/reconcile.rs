//! Both systems side by side, to the cent, from what each of them answers by itself.

use super::look::Look;
use super::month::{cost, number, promise, text};
use crate::cli::exit::Failure;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;
use std::collections::BTreeMap;

/// One line of the table: what is compared, and what each side says.
struct Row {
    what: String,
    severa: Decimal,
    business: Decimal,
}

/// Shows the table; answers how many of its lines differ.
pub async fn reconcile(look: &mut Look, say: impl Fn(&str)) -> Result<usize, Failure> {
    let mut rows = drafts(look).await?;
    rows.push(hours(look).await?);
    rows.push(costs(look).await?);
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    say(&format!("  {:<width$}  {:>12}  {:>15}", "", "Severa", "Visma Business"));
    let mut differ = 0;
    for row in &rows {
        let sign = if row.severa == row.business { ' ' } else { '≠' };
        differ += usize::from(row.severa != row.business);
        let (severa, business) = (told(row.severa), told(row.business));
        say(&format!("  {:<width$}  {severa:>12}  {business:>15} {sign}", row.what));
    }
    say("");
    let told = format!("all {} lines agree to the cent", rows.len());
    Ok(promise(differ == 0 && rows.len() > 4, &told, say).max(differ))
}

/// Each draft that became an order, and their sum for each currency.
async fn drafts(look: &mut Look) -> Result<Vec<Row>, Failure> {
    let invoices = look.severa("/v1/invoices").await?;
    let lines = look
        .business(
            "SELECT o.Inf6, o.OrdNo, l.NoInvoAb, l.Price FROM Ord o JOIN OrdLn l ON l.OrdNo = o.OrdNo WHERE o.Inf6 <> ''",
        )
        .await?;
    let mut orders: BTreeMap<(i64, String), Decimal> = BTreeMap::new();
    for line in &lines {
        if let [draft, order, quantity, price] = line.as_slice() {
            let key = (order.parse().unwrap_or_default(), draft.clone());
            *orders.entry(key).or_default() += cents(decimal(quantity) * decimal(price));
        }
    }
    let mut rows = Vec::new();
    let mut sums: BTreeMap<String, (Decimal, Decimal)> = BTreeMap::new();
    for ((order, guid), business) in orders {
        let missing = Value::Null;
        let draft = invoices.iter().find(|draft| text(draft, "/guid") == guid).unwrap_or(&missing);
        let severa = number(&draft["totalExcludingTax"]["amount"]);
        let currency = text(draft, "/currency/code");
        rows.push(Row {
            what: format!("order {order}, {}, {currency}", text(draft, "/customer/name")),
            severa,
            business,
        });
        let sum = sums.entry(currency).or_default();
        *sum = (sum.0 + severa, sum.1 + business);
    }
    let total =
        |(currency, (severa, business))| Row { what: format!("all drafts and orders in {currency}"), severa, business };
    rows.extend(sums.into_iter().map(total));
    Ok(rows)
}

/// Approved hours since the start date, of projects that are in both systems.
async fn hours(look: &mut Look) -> Result<Row, Failure> {
    let projects = look.business("SELECT Inf8 FROM R2 WHERE Inf8 <> ''").await?;
    let linked = |guid: &str| projects.iter().any(|row| row.first().is_some_and(|own| own == guid));
    let all = look.severa("/v1/workhours").await?;
    let ours = all.iter().filter(|hour| {
        hour["isApproved"] == Value::Bool(true)
            && text(hour, "/eventDate").as_str() >= "2026-01-01"
            && linked(&text(hour, "/project/guid"))
    });
    // Visma Business keeps hours to the hundredth.
    let severa = ours.map(|hour| cents(number(&hour["quantity"]))).sum();
    let rows = look.business("SELECT Val1 FROM FreeInf1 WHERE InfCatNo = 90").await?;
    let business = rows.iter().filter_map(|row| row.first()).map(|value| decimal(value)).sum();
    Ok(Row { what: "approved hours and their rows".to_owned(), severa, business })
}

/// Costs in Severa that carry our mark, and the posted lines they come from.
async fn costs(look: &mut Look) -> Result<Row, Failure> {
    let fees = look.severa("/v1/projectfees").await?;
    let severa = fees.iter().filter(|fee| text(fee, "/description").contains("VB ")).map(cost).sum();
    let lines = look
        .business("SELECT AcAm FROM AcTr WHERE R2 <> 0 AND (Sup > 0 OR AgAcCl = 2) AND AcNo BETWEEN 4300 AND 4999 AND ValDt >= 20260101")
        .await?;
    let business = lines.iter().filter_map(|row| row.first()).map(|value| decimal(value)).sum();
    Ok(Row { what: "costs and posted purchases".to_owned(), severa, business })
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn told(mut amount: Decimal) -> String {
    amount.rescale(2);
    amount.to_string()
}
