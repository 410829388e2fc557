//! A customer pays an invoice, or a part of it.

use super::posting::{self, Head, Line, PAYMENT, PAYMENTS};
use super::sql::{self, Record, Sql, Stream, named};
use super::{Refusal, accounts, cents, money, told};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

/// A payment that comes in.
#[derive(Debug, Clone)]
pub struct Payment {
    pub invoice: String,
    /// In the invoice's currency; without one all that is open.
    pub amount: Option<Decimal>,
    /// Without one today by the server's clock.
    pub date: Option<Date>,
}

/// What the invoice looks like afterwards.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Paid {
    pub invoice: String,
    pub order: i64,
    pub paid: Decimal,
    /// What is left of it.
    pub open: Decimal,
}

/// Books a payment. A credit note is paid back: its amounts are below zero, and so may the payment be
/// given or not.
pub async fn pay<S: Stream>(client: &mut Sql<S>, wanted: &Payment) -> Result<Paid, Refusal> {
    let now = sql::begin(client).await?;
    let outcome = within(client, wanted, now).await;
    sql::end(client, outcome).await
}

async fn within<S: Stream>(client: &mut Sql<S>, wanted: &Payment, now: DateTime) -> Result<Paid, Refusal> {
    let number = wanted.invoice.trim();
    let row = invoice(client, number).await?;
    let open = row.decimal("RCurAm");
    if open.is_zero() {
        return Err(Refusal::new(format!("invoice {number} is paid already"), "there is nothing left of it"));
    }
    let amount = match wanted.amount {
        None => open,
        Some(amount) => {
            let amount = money(amount)?.abs();
            if open.is_sign_negative() { -amount } else { amount }
        }
    };
    if amount.is_zero() {
        return Err(Refusal::new("nothing is no payment", "give the amount that was paid"));
    }
    if amount.abs() > open.abs() {
        let what = format!("of invoice {number} only {open} is open, and {amount} would be too much");
        return Err(Refusal::new(what, "leave --amount out to pay all of it"));
    }
    let left = open - amount;
    let open_home = row.decimal("RAm");
    // In the company's own currency the last payment takes what the others left.
    let home = if left.is_zero() { open_home } else { cents(open_home * amount / open) };
    let date = wanted.date.unwrap_or(now.date());
    let late = row.int("DueDt") != 0 && sql::day(date) > row.int("DueDt");
    // VBdoc, paid status: 2 partly open, 3 settled late, 4 settled in time.
    let status = match (left.is_zero(), late) {
        (false, _) => 2,
        (true, true) => 3,
        (true, false) => 4,
    };
    let (columns, key) = posting::rest(&row, left, open_home - home, status, date, now);
    sql::update(client, "CustTr", &columns, "JNo = {1} AND EntNo = {2}", &key).await?;
    if left.is_zero() {
        sql::execute(client, "DELETE FROM dbo.OpCustTr WHERE JNo = @P1 AND EntNo = @P2", &key).await?;
    } else {
        sql::update(client, "OpCustTr", &columns, "JNo = {1} AND EntNo = {2}", &key).await?;
    }

    let customer = row.int("CustNo");
    let head = Head {
        journal: posting::next_journal(client).await?,
        voucher: posting::next_number(client, PAYMENTS).await?,
        kind: PAYMENT,
        date,
        now,
        text: format!("Payment of invoice {number}"),
        invoice: number.to_owned(),
        source: 1,
    };
    let entry = named(vec![
        ("CustNo", customer.into()),
        ("Cur", row.int("Cur").into()),
        ("ExRt", row.decimal("ExRt").into()),
        ("CurAm", (-amount).into()),
        ("Am", (-home).into()),
        ("St", 4.into()),
        ("PayedDt", sql::day(date).into()),
        ("GenAcNo", accounts::RECEIVABLES.into()),
    ]);
    posting::post_customer(client, &head, 1, false, &entry).await?;
    let whom = vec![("Cust", customer.into()), ("AgAcCl", 1.into()), ("AgAcNo", customer.into())];
    let lines = [Line::new(accounts::BANK, home, Vec::new()), Line::new(accounts::RECEIVABLES, -home, whom)];
    posting::post(client, &head, &lines).await?;
    Ok(Paid { invoice: number.to_owned(), order: row.int("OrdNo"), paid: told(amount), open: told(left) })
}

/// The invoice's row: the one of its number that belongs to an order, or else the one above zero.
async fn invoice<S: Stream>(client: &mut Sql<S>, number: &str) -> Result<Record, Refusal> {
    let text =
        "SELECT * FROM dbo.CustTr WITH (UPDLOCK) WHERE InvoNo = @P1 AND (OrdNo <> 0 OR Am > 0) ORDER BY JNo, EntNo";
    let mut rows = sql::rows(client, text, &[number.into()]).await?;
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) if !number.is_empty() => Ok(row),
        (Some(_), false) => {
            let what = format!("more than one invoice has the number {number}");
            Err(Refusal::new(what, "nobody can tell which of them was paid"))
        }
        _ => {
            let what = format!("there is no invoice {number}");
            Err(Refusal::new(what, "make one of an order with `samband sandbox invoice ORDER`; it says the number"))
        }
    }
}
