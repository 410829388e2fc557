//! What the customers' ledger knows of orders: which of their invoices are paid, and by when.
//!
//! The rules are those of a reader of paid statuses over the same table (the facts' NXT-paid), taken to
//! whole orders: of each invoice number the row with the positive amount counts; with nothing left
//! of it the invoice is paid, unless it was credited in full; with a part left it is part paid. Where
//! more than one order could be meant, nothing is known.

use super::columns::Table;
use super::conditions;
use super::dates;
use super::link::{Cell, Cells};
use super::raw::Raw;
use super::related::Asker;
use super::shape::Shape;
use super::statements::{self, Statement};
use super::write::Broken;
use super::{derived, shape};
use crate::value::Value;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of `Ord` that payment is told from.
pub(super) const OWN: &[&str] = &["OrdNo", "InvoNo", "OrdPref", "InvoAm", "InvoIF"];

/// The columns of `CustTr` without which it cannot be told.
pub(super) const NEEDED: &[&str] =
    &["JNo", "EntNo", "OrdNo", "InvoNo", "Am", "RAm", "St", "PayedDt", "VoDt", "DueDt", "Cur"];

/// How many orders or invoices one statement asks for.
const CHUNK: usize = 900;

/// Whether an order's invoices are paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Payment {
    pub paid: bool,
    pub part: bool,
    /// Of the last payment, once all is paid.
    pub date: Option<Date>,
}

/// An order as far as its payment goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    pub order: i64,
    /// The number of its last invoice; earlier ones stand in the ledger only.
    pub invoice: String,
    pub credit: bool,
    /// A part of it is still to be invoiced.
    pub open: bool,
}

/// A row of the customers' ledger.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Entry {
    pub journal: i64,
    pub line: i64,
    pub order: i64,
    /// To compare by; `number` is how it is written.
    pub invoice: String,
    pub number: String,
    pub amount: Decimal,
    pub rest: Decimal,
    pub credited: Decimal,
    pub status: i64,
    pub paid_on: i64,
    pub voucher_date: i64,
    pub due: i64,
    pub currency: i64,
}

/// Everything the ledger holds about some orders.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub entries: Vec<Entry>,
    /// The orders whose last invoice has that number.
    pub heads: BTreeMap<String, BTreeSet<i64>>,
}

/// `sent` by the facts: a number alone is also given to an invoice that is not approved yet.
pub(super) fn is_sent(shape: &Shape<'_>, cells: &Cells) -> bool {
    !shape.text(cells, "InvoNo").is_empty() && shape.int(cells, "LstInvDt") > 0
}

/// An invoice number as a number, if it is one.
pub(super) fn invoice_number(text: &str) -> Value {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).map_or(Value::Null, Value::Int)
}

/// The payment of each order among the rows.
pub(super) async fn payments(
    asker: &mut Asker<'_>,
    ledger: &Table,
    shape: &Shape<'_>,
    rows: &[Cells],
) -> Result<Vec<Payment>, Broken> {
    let heads: Vec<Head> = rows
        .iter()
        .map(|cells| Head {
            order: shape.int(cells, "OrdNo"),
            invoice: invoice_key(&shape.text(cells, "InvoNo")),
            credit: derived::is_credit_note(shape.int(cells, "OrdPref"))
                || shape.decimal(cells, "InvoAm") < Decimal::ZERO,
            open: !shape.decimal(cells, "InvoIF").is_zero(),
        })
        .collect();
    let books = books(asker, ledger, shape.table, &heads).await?;
    Ok(heads.iter().map(|head| payment(head, &books)).collect())
}

/// The ledger's rows of these orders, and of everything that bears the same invoice numbers.
pub(super) async fn books(
    asker: &mut Asker<'_>,
    ledger: &Table,
    orders: &Table,
    heads: &[Head],
) -> Result<Books, Broken> {
    let mut found: BTreeMap<(i64, i64), Entry> = BTreeMap::new();
    let numbers: Vec<Value> = heads.iter().map(|h| Value::Int(h.order)).collect();
    for entry in entries(asker, ledger, "OrdNo", &numbers).await? {
        found.insert((entry.journal, entry.line), entry);
    }
    let invoices: BTreeSet<&str> =
        heads.iter().map(|h| h.invoice.as_str()).chain(found.values().map(|e| e.invoice.as_str())).collect();
    let invoices: Vec<Value> = invoices.into_iter().filter(|i| !i.is_empty()).map(Value::text).collect();
    for entry in entries(asker, ledger, "InvoNo", &invoices).await? {
        found.insert((entry.journal, entry.line), entry);
    }
    let mut books = Books { entries: found.into_values().collect(), heads: BTreeMap::new() };
    let columns = ["OrdNo".to_owned(), "InvoNo".to_owned()];
    for chunk in invoices.chunks(CHUNK) {
        for row in
            asker.ask(&search(orders, &columns, "InvoNo", chunk)?, "could not look up invoices in dbo.Ord").await?
        {
            if let (Some(order), Some(invoice)) = (row.first().and_then(Cell::int), row.get(1).and_then(Cell::text)) {
                books.heads.entry(invoice_key(invoice)).or_default().insert(order);
            }
        }
    }
    Ok(books)
}

async fn entries(asker: &mut Asker<'_>, ledger: &Table, by: &str, values: &[Value]) -> Result<Vec<Entry>, Broken> {
    let names: Vec<String> =
        NEEDED.iter().copied().chain(["CNAm"]).filter_map(|n| ledger.column(n)).map(|c| c.name.clone()).collect();
    let mut found = Vec::new();
    for chunk in values.chunks(CHUNK) {
        let statement = search(ledger, &names, by, chunk)?;
        for cells in asker.ask(&statement, "could not look up invoices in dbo.CustTr").await? {
            found.push(entry(&names, &cells));
        }
    }
    Ok(found)
}

fn search(table: &Table, columns: &[String], by: &str, values: &[Value]) -> Result<Statement, Broken> {
    let mut params = Vec::new();
    let tests: Vec<String> = conditions::one_of(values, shape::known(table, by)?, &mut params).into_iter().collect();
    Ok(statements::rows(table, columns, &tests, params))
}

fn entry(names: &[String], cells: &Cells) -> Entry {
    let raw = |name: &str| {
        let place = names.iter().position(|n| n.eq_ignore_ascii_case(name))?;
        match cells.get(place)? {
            Cell::Plain(raw) => Some(raw.clone()),
            _ => None,
        }
    };
    let int = |name: &str| match raw(name) {
        Some(Raw::Int(number)) => number,
        _ => 0,
    };
    let decimal = |name: &str| match raw(name) {
        Some(Raw::Decimal(number)) => number,
        Some(Raw::Int(number)) => Decimal::from(number),
        _ => Decimal::ZERO,
    };
    let number = raw("InvoNo").map(|r| r.text()).unwrap_or_default();
    Entry {
        journal: int("JNo"),
        line: int("EntNo"),
        order: int("OrdNo"),
        invoice: invoice_key(&number),
        number,
        amount: decimal("Am"),
        rest: decimal("RAm"),
        credited: decimal("CNAm").abs(),
        status: int("St"),
        paid_on: int("PayedDt"),
        voucher_date: int("VoDt"),
        due: int("DueDt"),
        currency: int("Cur"),
    }
}

/// Invoice numbers compare as the database compares them: without case, and without blanks around.
fn invoice_key(text: &str) -> String {
    text.trim().to_lowercase()
}

/// What became of one invoice.
enum Fate {
    Open,
    Part,
    Paid(i64),
    Credited,
}

/// The payment of an order by the ledger.
pub(super) fn payment(head: &Head, books: &Books) -> Payment {
    let own = books.entries.iter().filter(|e| e.order == head.order).map(|e| e.invoice.as_str());
    let invoices: BTreeSet<&str> = own.chain([head.invoice.as_str()]).filter(|i| !i.is_empty()).collect();
    let (mut fates, mut last) = (Vec::new(), 0);
    for invoice in invoices {
        match fate(head, invoice, books) {
            Some(Fate::Paid(date)) => {
                last = last.max(date);
                fates.push(Fate::Paid(date));
            }
            Some(fate) => fates.push(fate),
            None => return Payment::default(),
        }
    }
    let counted: Vec<&Fate> = fates.iter().filter(|f| !matches!(f, Fate::Credited)).collect();
    let paid = !head.open && !counted.is_empty() && counted.iter().all(|f| matches!(f, Fate::Paid(_)));
    let part = !paid && counted.iter().any(|f| matches!(f, Fate::Paid(_) | Fate::Part));
    Payment { paid, part, date: if paid { dates::date(last) } else { None } }
}

/// `None` where it is not certain that the invoice is this order's and no other's.
fn fate(head: &Head, invoice: &str, books: &Books) -> Option<Fate> {
    // Payments of an invoice, and credit notes against it, have its number and the other sign. GUESS:
    // of a credit note's own order the sign is turned round.
    let sign = if head.credit { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let rows: Vec<&Entry> = books
        .entries
        .iter()
        .filter(|e| e.invoice == invoice && e.amount * sign > Decimal::ZERO && (!head.credit || e.order == head.order))
        .collect();
    let Some(first) = rows.first() else {
        // Invoiced, and not yet posted.
        return Some(Fate::Open);
    };
    let heads = books.heads.get(invoice).into_iter().flatten();
    let mut orders = rows.iter().map(|e| e.order).filter(|o| *o != 0).chain(heads.copied());
    if orders.any(|o| o != head.order) || rows.iter().any(|e| e.order != first.order) {
        return None;
    }
    let amount: Decimal = rows.iter().map(|e| e.amount * sign).sum();
    let rest: Decimal = rows.iter().map(|e| e.rest * sign).sum();
    let credited: Decimal = rows.iter().map(|e| e.credited).sum();
    if rest <= Decimal::ZERO {
        // A company that does not match payments with invoices leaves rest and status unset (VBdoc,
        // matching method): then nothing tells of a payment.
        let settled = rows.iter().all(|e| matches!(e.status, 3 | 4) || e.paid_on > 0);
        return Some(match (credited >= amount, settled) {
            (true, _) => Fate::Credited,
            (false, true) => Fate::Paid(rows.iter().map(|e| e.paid_on).max().unwrap_or(0)),
            (false, false) => Fate::Open,
        });
    }
    Some(if amount - rest - credited > Decimal::ZERO { Fate::Part } else { Fate::Open })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(order: i64, invoice: &str, amount: i64, rest: i64, paid_on: i64) -> Entry {
        static LINE: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);
        Entry {
            journal: 1,
            line: LINE.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
            order,
            invoice: invoice.into(),
            amount: amount.into(),
            rest: rest.into(),
            status: if rest == 0 { 4 } else { 1 },
            paid_on,
            ..Entry::default()
        }
    }

    fn head(invoice: &str) -> Head {
        Head { order: 5, invoice: invoice.into(), credit: false, open: false }
    }

    fn state(head: &Head, entries: Vec<Entry>, heads: &[(&str, &[i64])]) -> (bool, bool, i64) {
        let heads = heads.iter().map(|(i, orders)| ((*i).to_owned(), orders.iter().copied().collect())).collect();
        let payment = payment(head, &Books { entries, heads });
        (payment.paid, payment.part, payment.date.map_or(0, dates::date_number))
    }

    #[test]
    fn payments_by_the_ledger() {
        let (no, part) = ((false, false, 0), (false, true, 0));
        let paid = |date| (true, false, date);
        let (jan, feb) = (20260110, 20260214);
        let credited = |of: i64| Entry { credited: of.into(), ..entry(5, "70", 100, 0, 0) };
        for (name, head, entries, wanted) in [
            ("not invoiced", head(""), vec![], no),
            ("not posted yet", head("70"), vec![], no),
            ("unpaid", head("70"), vec![entry(5, "70", 100, 100, 0)], no),
            ("part paid", head("70"), vec![entry(5, "70", 100, 40, jan), entry(0, "70", -60, 0, jan)], part),
            ("paid", head("70"), vec![entry(5, "70", 100, 0, feb), entry(0, "70", -100, 0, feb)], paid(feb)),
            ("paid too much", head("70"), vec![entry(5, "70", 100, -1, feb)], paid(feb)),
            ("only its number is known", head("70"), vec![entry(0, "70", 100, 0, feb)], paid(feb)),
            ("left Ord's number behind", head("71"), vec![entry(5, "70", 50, 0, jan)], part),
            ("two invoices, one paid", head("71"), vec![entry(5, "70", 50, 0, jan), entry(5, "71", 50, 50, 0)], part),
            ("two invoices paid", head("71"), vec![entry(5, "70", 50, 0, feb), entry(5, "71", 50, 0, jan)], paid(feb)),
            ("instalments", head("70"), vec![entry(5, "70", 50, 0, jan), entry(5, "70", 50, 20, 0)], part),
            ("two orders of one number", head("70"), vec![entry(5, "70", 50, 0, jan), entry(6, "70", 50, 0, jan)], no),
            ("a number of another order", head("70"), vec![entry(6, "70", 50, 0, jan)], no),
            ("credited in full", head("70"), vec![credited(100)], no),
            ("credited in part, the rest paid", head("70"), vec![Entry { paid_on: feb, ..credited(30) }], paid(feb)),
            (
                "credited in part, the rest unpaid",
                head("70"),
                vec![Entry { rest: 70.into(), status: 2, ..credited(30) }],
                no,
            ),
            ("nothing matched", head("70"), vec![Entry { status: 0, ..entry(5, "70", 100, 0, 0) }], no),
            ("a part to invoice", Head { open: true, ..head("70") }, vec![entry(5, "70", 50, 0, jan)], part),
            ("a credit note, unpaid", Head { credit: true, ..head("70") }, vec![entry(5, "70", -50, -50, 0)], no),
            ("a credit note", Head { credit: true, ..head("70") }, vec![entry(5, "70", -50, 0, jan)], paid(jan)),
        ] {
            assert_eq!(state(&head, entries, &[("70", &[5])]), wanted, "{name}");
        }
        let paid_one = vec![entry(0, "70", 100, 0, jan)];
        assert_eq!(state(&head("70"), paid_one, &[("70", &[5, 6])]), no, "an invoice of two orders");
    }

    #[test]
    fn invoice_numbers() {
        assert_eq!(invoice_number("70012"), Value::Int(70012));
        for none in ["", "F-1", "-5", "+5", "99999999999999999999"] {
            assert_eq!(invoice_number(none), Value::Null, "{none}");
        }
    }
}
