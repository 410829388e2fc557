//! The prices of products, from the price rows that hold for everybody.
//!
//! Sale rows have a `SalePr`, cost rows a `CstPr` (SmartDay, Woo). A row holds for everybody when it
//! names no customer, customer group, supplier, employee or department, needs no quantity or amount,
//! and today lies between its dates. Rows in the company's own currency come first, then the latest
//! `FrDt`; where two rows are left that differ, the price is not known. GUESS: what `PrTp` says is not
//! known and not looked at.

use super::columns::Table;
use super::conditions;
use super::dates;
use super::link::{Cell, Cells};
use super::raw::Raw;
use super::related::{Asker, Related};
use super::shape::{self, Shape};
use super::statements::{self, Statement};
use super::write::Broken;
use crate::value::Value;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

pub(super) const NEEDED: &[&str] = &["ProdNo", "Cur", "FrDt", "ToDt", "SalePr", "CstPr"];

/// Columns that, filled, make a row hold for some only. A company may lack some of them.
const SPECIAL: &[&str] = &["CustNo", "CustPrGr", "CustPrG2", "SupNo", "EmpNo", "R5", "MinAm"];

const CHUNK: usize = 1_000;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Prices {
    pub sale: Option<Price>,
    pub cost: Option<Price>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Price {
    pub amount: Decimal,
    pub currency: String,
}

/// A price row that holds for everybody today.
#[derive(Debug, Clone)]
struct Offer {
    sale: Decimal,
    cost: Decimal,
    from: i64,
    currency: String,
}

/// The prices of each product among the rows.
pub(super) async fn prices(
    asker: &mut Asker<'_>,
    table: &Table,
    related: &Related,
    shape: &Shape<'_>,
    rows: &[Cells],
) -> Result<Vec<Prices>, Broken> {
    let clock = Statement { sql: statements::NOW.into(), params: Vec::new() };
    let now = asker.ask(&clock, "could not read the server's clock").await?;
    let today = now.first().and_then(|r| r.first()).and_then(Cell::moment).map_or(0, |m| dates::date_number(m.date()));
    let names: Vec<String> = NEEDED
        .iter()
        .chain(SPECIAL)
        .chain(&["MinNo"])
        .filter_map(|n| table.column(n))
        .map(|c| c.name.clone())
        .collect();
    let products: Vec<Value> = rows.iter().map(|cells| Value::text(shape.text(cells, "ProdNo"))).collect();
    let mut offers: BTreeMap<String, Vec<Offer>> = BTreeMap::new();
    for chunk in products.chunks(CHUNK) {
        let mut params = Vec::new();
        let tests: Vec<String> =
            conditions::one_of(chunk, shape::known(table, "ProdNo")?, &mut params).into_iter().collect();
        let statement = statements::rows(table, &names, &tests, params);
        for cells in asker.ask(&statement, "could not read prices in dbo.PrDcMat").await? {
            if let Some((product, offer)) = offer(&names, &cells, related, today) {
                offers.entry(product).or_default().push(offer);
            }
        }
    }
    let of = |cells| {
        let offers = offers.get(&product_key(&shape.text(cells, "ProdNo"))).map(Vec::as_slice).unwrap_or_default();
        Prices { sale: best(offers, related.home(), |o| o.sale), cost: best(offers, related.home(), |o| o.cost) }
    };
    Ok(rows.iter().map(of).collect())
}

fn offer(names: &[String], cells: &Cells, related: &Related, today: i64) -> Option<(String, Offer)> {
    let raw = |name: &str| match cells.get(names.iter().position(|n| n.eq_ignore_ascii_case(name))?)? {
        Cell::Plain(raw) => Some(raw.clone()),
        _ => None,
    };
    let decimal = |name: &str| match raw(name) {
        Some(Raw::Decimal(number)) => number,
        Some(Raw::Int(number)) => Decimal::from(number),
        _ => Decimal::ZERO,
    };
    let int = |name: &str| match raw(name) {
        Some(Raw::Int(number)) => number,
        _ => 0,
    };
    let special = SPECIAL.iter().any(|name| raw(name).is_some_and(|raw| !raw.is_blank()));
    let (from, to) = (int("FrDt"), int("ToDt"));
    if special || decimal("MinNo") > Decimal::ONE || from > today || (to != 0 && to < today) {
        return None;
    }
    let currency = related.code(int("Cur"))?.to_owned();
    let offer = Offer { sale: decimal("SalePr"), cost: decimal("CstPr"), from, currency };
    Some((product_key(&raw("ProdNo")?.text()), offer))
}

fn best(offers: &[Offer], home: Option<&str>, price: impl Fn(&Offer) -> Decimal) -> Option<Price> {
    let priced: Vec<&Offer> = offers.iter().filter(|o| !price(o).is_zero()).collect();
    let own: Vec<&Offer> = priced.iter().filter(|o| Some(o.currency.as_str()) == home).copied().collect();
    let among = if own.is_empty() { priced } else { own };
    let latest = among.iter().map(|o| o.from).max()?;
    let latest: Vec<&Offer> = among.into_iter().filter(|o| o.from == latest).collect();
    let first = latest.first()?;
    let same = latest.iter().all(|o| o.currency == first.currency && price(o) == price(first));
    same.then(|| Price { amount: price(first), currency: first.currency.clone() })
}

/// Keys compare without case (VBdoc, primary keys).
fn product_key(text: &str) -> String {
    text.trim_end().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_row_in_the_companys_own_currency() {
        let offer = |sale: i64, from: i64, currency: &str| Offer {
            sale: sale.into(),
            cost: Decimal::ZERO,
            from,
            currency: currency.into(),
        };
        let best = |offers: &[Offer]| best(offers, Some("NOK"), |o| o.sale).map(|p| (p.amount, p.currency));
        let is = |amount: i64, currency: &str| Some((Decimal::from(amount), currency.to_owned()));
        assert_eq!(best(&[]), None);
        assert_eq!(best(&[offer(0, 0, "NOK")]), None);
        assert_eq!(best(&[offer(5, 0, "NOK"), offer(6, 20260101, "NOK")]), is(6, "NOK"));
        assert_eq!(best(&[offer(5, 0, "NOK"), offer(6, 20260101, "EUR")]), is(5, "NOK"));
        assert_eq!(best(&[offer(6, 0, "EUR")]), is(6, "EUR"));
        assert_eq!(best(&[offer(6, 0, "EUR"), offer(7, 0, "SEK")]), None);
        assert_eq!(best(&[offer(6, 0, "NOK"), offer(7, 0, "NOK")]), None);
        assert_eq!(best(&[offer(6, 0, "NOK"), offer(6, 0, "NOK")]), is(6, "NOK"));
    }
}
