//! Finishing and invoicing an order, wholly or in part.

use super::posting::{self, Head, INVOICES, Line, SALE, Series};
use super::sql::{self, Columns, Record, Sql, Stream, named};
use super::{Refusal, accounts, cents, told};
use crate::sandbox::seed::SeedValue;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What to invoice.
#[derive(Debug, Clone)]
pub struct Invoice {
    pub order: i64,
    /// Percent of what is left of each line, above 0 and at most 100.
    pub share: Decimal,
    /// Whether the order stays in `Ord` once all of it is invoiced.
    pub keep_order: bool,
    /// The invoice's date; without one today by the server's clock.
    pub date: Option<Date>,
}

impl Invoice {
    /// All of an order, today; the order stays.
    pub fn all(order: i64) -> Self {
        Self { order, share: Decimal::ONE_HUNDRED, keep_order: true, date: None }
    }
}

/// The invoice that was made. Amounts are in the order's currency; those of a credit note are below zero.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Invoiced {
    pub order: i64,
    pub invoice: String,
    pub net: Decimal,
    pub vat: Decimal,
    pub total: Decimal,
    /// Whether a part of the order is still to be invoiced.
    pub more_to_invoice: bool,
    /// Whether the order has left `Ord`.
    pub order_left: bool,
}

/// Preference bits of an order: a credit note.
const CREDIT_NOTE: i64 = 2;

/// Invoices an order. Lines without a VAT number have that of the sales account; an order or customer
/// that is free of VAT (`ExVat`) has none. An amount in another currency is posted by the order's rate,
/// or else by the currency's.
pub async fn invoice<S: Stream>(client: &mut Sql<S>, wanted: &Invoice) -> Result<Invoiced, Refusal> {
    if wanted.share <= Decimal::ZERO || wanted.share > Decimal::ONE_HUNDRED {
        return Err(Refusal::new(
            format!("{}% is no share of an order", wanted.share),
            "give more than 0% and at most 100%",
        ));
    }
    let now = sql::begin(client).await?;
    let outcome = within(client, wanted, now).await;
    sql::end(client, outcome).await
}

/// What is invoiced of a line.
struct Part {
    line: Record,
    quantity: Decimal,
    net: Decimal,
    left: Decimal,
    left_net: Decimal,
    vat_number: i64,
    rate: Decimal,
}

async fn within<S: Stream>(client: &mut Sql<S>, wanted: &Invoice, now: DateTime) -> Result<Invoiced, Refusal> {
    let number = wanted.order;
    let found = sql::row(client, "SELECT * FROM dbo.Ord WITH (UPDLOCK) WHERE OrdNo = @P1", &[number.into()]).await?;
    let Some(order) = found else {
        return Err(Refusal::new(
            format!("there is no order {number}"),
            "a run makes orders of invoice drafts that are ready; they stand in Ord",
        ));
    };
    if order.int("TrTp") != 1 {
        return Err(Refusal::new(format!("order {number} is no sale"), "only sales orders are invoiced to customers"));
    }
    let customer = if order.int("InvoCust") > 0 { order.int("InvoCust") } else { order.int("CustNo") };
    if customer == 0 {
        return Err(Refusal::new(format!("order {number} has no customer"), "fill its CustNo first"));
    }
    let parts = parts(client, wanted, &order, customer).await?;
    let sign = sign(&order, &parts);
    let mut vats: BTreeMap<i64, (Decimal, Decimal)> = BTreeMap::new();
    for part in &parts {
        let group = vats.entry(part.vat_number).or_insert((Decimal::ZERO, part.rate));
        group.0 += part.net * sign;
    }
    let net: Decimal = vats.values().map(|(net, _)| *net).sum();
    let vat: Decimal = vats.values().map(|(net, rate)| cents(*net * *rate / Decimal::ONE_HUNDRED)).sum();
    let more = parts.iter().any(|part| !part.left.is_zero());
    if more && !wanted.keep_order {
        let what = format!("a part of order {number} is still to be invoiced, so that it cannot leave");
        return Err(Refusal::new(what, "invoice all of it, or let it stay"));
    }

    let series = Series { number: if order.int("VoSr") > 0 { order.int("VoSr") } else { INVOICES.number }, ..INVOICES };
    let voucher = posting::next_number(client, series).await?;
    let head = Head {
        journal: posting::next_journal(client).await?,
        voucher,
        kind: SALE,
        date: wanted.date.unwrap_or(now.date()),
        now,
        text: format!("Invoice {voucher}, order {number}"),
        invoice: voucher.to_string(),
        source: 9,
    };
    let rate = rate(client, &order).await?;
    let home = |amount: Decimal| cents(amount * rate);
    let mut lines = Vec::new();
    for part in parts.iter().filter(|part| !part.net.is_zero()) {
        lines.push(sale(part, &order, customer, home(part.net * sign)));
    }
    for (vat_number, (net, percent)) in &vats {
        let amount = home(cents(*net * *percent / Decimal::ONE_HUNDRED));
        let more = vec![("Bas", home(*net).into()), ("VatRt", (*percent).into()), ("TxCd", (*vat_number).into())];
        lines.push(Line::new(accounts::OUTGOING_VAT, -amount, more));
    }
    let receivable: Decimal = -lines.iter().map(|line| line.amount).sum::<Decimal>();
    let whom =
        vec![("Cust", customer.into()), ("AgAcCl", 1.into()), ("AgAcNo", customer.into()), ("Task", number.into())];
    lines.insert(0, Line::new(accounts::RECEIVABLES, receivable, whom));
    posting::post(client, &head, &lines).await?;
    let total = net + vat;
    let mut entry = named(vec![
        ("CustNo", customer.into()),
        ("OrdNo", number.into()),
        ("Cur", order.int("Cur").into()),
        ("ExRt", rate.into()),
        ("CurAm", total.into()),
        ("RCurAm", total.into()),
        ("Am", receivable.into()),
        ("RAm", receivable.into()),
        ("VatAm", home(vat).into()),
        ("DueDt", due(&order, head.date).into()),
        ("St", 1.into()),
        ("GenAcNo", accounts::RECEIVABLES.into()),
    ]);
    entry.extend(order.units());
    posting::post_customer(client, &head, 1, true, &entry).await?;

    write_back(client, &order, &head, &parts, total).await?;
    if !more && !wanted.keep_order {
        sql::execute(client, "DELETE FROM dbo.OrdLn WHERE OrdNo = @P1", &[number.into()]).await?;
        sql::execute(client, "DELETE FROM dbo.Ord WHERE OrdNo = @P1", &[number.into()]).await?;
    }
    let order_left = !more && !wanted.keep_order;
    Ok(Invoiced {
        order: number,
        invoice: head.invoice,
        net: told(net),
        vat: told(vat),
        total: told(total),
        more_to_invoice: more,
        order_left,
    })
}

/// The lines' parts that are invoiced now.
async fn parts<S: Stream>(
    client: &mut Sql<S>,
    wanted: &Invoice,
    order: &Record,
    customer: i64,
) -> Result<Vec<Part>, Refusal> {
    let number = wanted.order;
    let lines =
        sql::rows(client, "SELECT * FROM dbo.OrdLn WITH (UPDLOCK) WHERE OrdNo = @P1 ORDER BY LnNo", &[number.into()])
            .await?;
    if lines.is_empty() {
        return Err(Refusal::new(format!("order {number} has no lines"), "there is nothing to invoice"));
    }
    let exempt =
        sql::number(client, "SELECT MAX(ExVat) AS n FROM dbo.Actor WHERE CustNo = @P1", &[customer.into()]).await?;
    let exempt = exempt != 0 || order.int("ExVat") != 0;
    let (_, usual) = posting::vat_of(client, accounts::SALES).await?;
    let mut parts = Vec::with_capacity(lines.len());
    for line in lines {
        let ordered = if line.decimal("NoOrg").is_zero() { line.decimal("NoInvoAb") } else { line.decimal("NoOrg") };
        let open = ordered - line.decimal("NoInvo");
        let quantity = (open * wanted.share / Decimal::ONE_HUNDRED).round_dp(4);
        let left = open - quantity;
        let whole = worth(&line, ordered);
        // The last part is what the others left, so that the parts make the whole to the cent.
        let net = if left.is_zero() { whole - line.decimal("InvoSF") } else { worth(&line, quantity) };
        let net = if open.is_zero() { Decimal::ZERO } else { net };
        let left_net = whole - line.decimal("InvoSF") - net;
        let vat_number = line.int("VatNo");
        let rate = match (exempt, vat_number) {
            (true, _) => Decimal::ZERO,
            (false, 0) => usual,
            (false, of) => {
                let found = sql::row(client, "SELECT Rt FROM dbo.Vat WHERE VatNo = @P1", &[of.into()]).await?;
                let what =
                    format!("line {} of order {number} has the VAT number {of}, which is not in Vat", line.int("LnNo"));
                found.ok_or_else(|| Refusal::new(what, "correct the line, or add the rate"))?.decimal("Rt")
            }
        };
        parts.push(Part { line, quantity, net, left, left_net, vat_number: if exempt { 0 } else { vat_number }, rate });
    }
    if parts.iter().all(|part| part.quantity.is_zero()) {
        let what = format!("order {number} is invoiced already, by {}", order.text("InvoNo"));
        return Err(Refusal::new(what, "there is nothing left of it"));
    }
    Ok(parts)
}

/// What a quantity of a line comes to, without VAT, its discounts taken off.
fn worth(line: &Record, quantity: Decimal) -> Decimal {
    let full = quantity * line.decimal("Price");
    cents(full * (Decimal::ONE_HUNDRED - line.decimal("Dc1P")) / Decimal::ONE_HUNDRED - line.decimal("Dc1Am"))
}

/// A credit note's amounts go below zero, whichever sign its lines have.
fn sign(order: &Record, parts: &[Part]) -> Decimal {
    let net: Decimal = parts.iter().map(|part| part.net).sum();
    let credit = order.int("OrdPref") & CREDIT_NOTE != 0;
    if credit && net > Decimal::ZERO { Decimal::NEGATIVE_ONE } else { Decimal::ONE }
}

fn sale(part: &Part, order: &Record, customer: i64, amount: Decimal) -> Line {
    let account = if part.rate.is_zero() { accounts::SALES_WITHOUT_VAT } else { accounts::SALES };
    let mut line = Line::new(
        account,
        -amount,
        vec![
            ("Txt", posting::cut(&part.line.text("Descr"), 60).into()),
            ("Qty", part.quantity.into()),
            ("VatRt", part.rate.into()),
            ("TxCd", part.vat_number.into()),
            ("Task", order.int("OrdNo").into()),
            ("Act", part.line.text("ProdNo").into()),
            ("Cust", customer.into()),
            ("AgAcCl", 1.into()),
            ("AgAcNo", customer.into()),
        ],
    );
    let units = part.line.units();
    line.more.extend(if units.is_empty() { order.units() } else { units });
    line
}

fn due(order: &Record, date: Date) -> i64 {
    match order.int("DueDt") {
        0 => sql::day(date.saturating_add(14.days())),
        due => due,
    }
}

/// What one unit of the order's currency is in the company's own: 1 where nothing says otherwise.
async fn rate<S: Stream>(client: &mut Sql<S>, order: &Record) -> Result<Decimal, Refusal> {
    if order.int("Cur") == 0 {
        return Ok(Decimal::ONE);
    }
    let found =
        sql::row(client, "SELECT SalesRt, Un FROM dbo.Cur WHERE CurNo = @P1", &[order.int("Cur").into()]).await?;
    let currency = found.unwrap_or_default();
    let unit = if currency.decimal("Un").is_zero() { Decimal::ONE } else { currency.decimal("Un") };
    let given = if order.decimal("ExRt").is_zero() { currency.decimal("SalesRt") } else { order.decimal("ExRt") };
    Ok(if given.is_zero() { Decimal::ONE } else { given / unit })
}

/// The order and its lines as they stand after the invoice.
async fn write_back<S: Stream>(
    client: &mut Sql<S>,
    order: &Record,
    head: &Head,
    parts: &[Part],
    total: Decimal,
) -> Result<(), Refusal> {
    let number = order.int("OrdNo");
    let (mut so_far, mut left, mut vat) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for part in parts {
        let done = part.line.decimal("NoInvo") + part.quantity;
        let net = part.line.decimal("InvoSF") + part.net;
        let line_vat = cents((net + part.left_net) * part.rate / Decimal::ONE_HUNDRED);
        (so_far, left, vat) = (so_far + net, left + part.left_net, vat + line_vat);
        let mut columns = named(vec![
            ("NoFin", done.into()),
            ("FinN", done.into()),
            ("NoInvo", done.into()),
            ("InvoSF", net.into()),
            ("InvoIF", part.left_net.into()),
            ("Am", (net + part.left_net).into()),
            ("VatAm", line_vat.into()),
            ("FinDt", sql::day(head.date).into()),
            ("JNo", head.journal.into()),
        ]);
        columns.extend(sql::stamps(head.now, false));
        let key: [SeedValue; 2] = [number.into(), part.line.int("LnNo").into()];
        sql::update(client, "OrdLn", &columns, "OrdNo = {1} AND LnNo = {2}", &key).await?;
    }
    let mut columns: Columns = named(vec![
        ("InvoNo", head.invoice.as_str().into()),
        ("InvoAm", total.into()),
        ("LstInvDt", sql::day(head.date).into()),
        ("InvoSF", so_far.into()),
        ("InvoIF", left.into()),
        ("NOrdSum", (so_far + left).into()),
        ("VatAm", vat.into()),
        ("OrdSum", (so_far + left + vat).into()),
        ("InvoCnt", (order.int("InvoCnt") + 1).into()),
    ]);
    columns.extend(sql::stamps(head.now, false));
    sql::update(client, "Ord", &columns, "OrdNo = {1}", &[number.into()]).await
}
