//! A voucher on its way into the ledgers: journal and numbers, and lines that add up to zero.

use super::Refusal;
use super::sql::{self, Columns, Record, Sql, Stream, named};
use crate::sandbox::seed::SeedValue;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

/// GUESS: what voucher types are called by number.
pub(super) const SALE: i64 = 1;
pub(super) const PURCHASE: i64 = 2;
pub(super) const PAYMENT: i64 = 3;

/// Voucher series of the seed, and where they begin in a company without any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    pub number: i64,
    pub first: i64,
}

pub(super) const INVOICES: Series = Series { number: 1, first: 70_001 };
pub(super) const PURCHASES: Series = Series { number: 2, first: 20_001 };
pub(super) const PAYMENTS: Series = Series { number: 3, first: 40_001 };

/// What all rows of a voucher share.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub journal: i64,
    pub voucher: i64,
    pub kind: i64,
    pub date: Date,
    pub now: DateTime,
    pub text: String,
    pub invoice: String,
    /// 1 by hand, 9 from invoicing orders (facts, `SrcTp`).
    pub source: i64,
}

/// A line of the general ledger.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub account: i64,
    /// In the company's own currency: a debit, or a credit below zero.
    pub amount: Decimal,
    pub more: Columns,
}

impl Line {
    pub fn new(account: i64, amount: Decimal, more: Vec<(&str, SeedValue)>) -> Self {
        Self { account, amount, more: named(more) }
    }
}

/// The next number of a series: from the company's own table of them, or after the highest voucher.
pub(super) async fn next_number<S: Stream>(client: &mut Sql<S>, series: Series) -> Result<i64, Refusal> {
    let found = sql::row(
        client,
        "SELECT NxtNo, ToNo FROM dbo.VoSr WITH (UPDLOCK, HOLDLOCK) WHERE SrNo = @P1",
        &[series.number.into()],
    )
    .await?;
    if let Some(row) = found {
        let (next, last) = (row.int("NxtNo"), row.int("ToNo"));
        if last != 0 && next > last {
            let what = format!("the voucher series {} is used up: its last number is {last}", series.number);
            return Err(Refusal::new(what, "widen it: VoSr.ToNo"));
        }
        sql::update(client, "VoSr", &named(vec![("NxtNo", (next + 1).into())]), "SrNo = {1}", &[series.number.into()])
            .await?;
        return Ok(next);
    }
    let highest = "SELECT MAX(VoNo) AS n FROM dbo.AcTr WITH (UPDLOCK, HOLDLOCK) WHERE VoNo >= @P1 AND VoNo < @P2";
    let found = sql::number(client, highest, &[series.first.into(), (series.first + 9_999).into()]).await?;
    Ok(if found == 0 { series.first } else { found + 1 })
}

/// The journal that a voucher is posted with: they grow one by one.
pub(super) async fn next_journal<S: Stream>(client: &mut Sql<S>) -> Result<i64, Refusal> {
    let mut last = 0;
    for table in ["AcTr", "CustTr"] {
        let highest = format!("SELECT MAX(JNo) AS n FROM dbo.{table} WITH (UPDLOCK, HOLDLOCK)");
        last = last.max(sql::number(client, &highest, &[]).await?);
    }
    Ok(last + 1)
}

/// Posts the lines to the general ledger.
pub(super) async fn post<S: Stream>(client: &mut Sql<S>, head: &Head, lines: &[Line]) -> Result<(), Refusal> {
    let sum: Decimal = lines.iter().map(|line| line.amount).sum();
    if !sum.is_zero() {
        return Err(Refusal::new(format!("the voucher {} does not add up: {sum} is left", head.voucher), ""));
    }
    for (number, line) in (1i64..).zip(lines.iter().filter(|line| !line.amount.is_zero())) {
        let mut columns = common(head, number);
        columns.extend(named(vec![
            ("AcNo", line.account.into()),
            ("AcAm", line.amount.into()),
            ("CurAm", line.amount.into()),
            ("EntAm", line.amount.into()),
        ]));
        merge(&mut columns, &line.more);
        sql::insert(client, "AcTr", &columns).await?;
    }
    Ok(())
}

/// Puts a row into the customers' ledger, and among its open entries while there is something open.
pub(super) async fn post_customer<S: Stream>(
    client: &mut Sql<S>,
    head: &Head,
    number: i64,
    open: bool,
    more: &Columns,
) -> Result<(), Refusal> {
    let mut columns = common(head, number);
    merge(&mut columns, more);
    sql::insert(client, "CustTr", &columns).await?;
    if open {
        sql::insert(client, "OpCustTr", &columns).await?;
    }
    Ok(())
}

fn common(head: &Head, number: i64) -> Columns {
    let (year, month) = (i64::from(head.date.year()), i64::from(head.date.month()));
    let mut columns = named(vec![
        ("JNo", head.journal.into()),
        ("EntNo", number.into()),
        ("VoNo", head.voucher.into()),
        ("VoDt", sql::day(head.date).into()),
        ("ValDt", sql::day(head.date).into()),
        ("AcYr", year.into()),
        ("AcPr", month.into()),
        ("AcYrPr", (year * 100 + month).into()),
        ("VoTp", head.kind.into()),
        ("Txt", cut(&head.text, 60).into()),
        ("InvoNo", head.invoice.as_str().into()),
        ("SrcTp", head.source.into()),
    ]);
    columns.extend(sql::stamps(head.now, true));
    columns
}

fn merge(columns: &mut Columns, more: &Columns) {
    for (name, value) in more {
        match columns.iter_mut().find(|(known, _)| known == name) {
            Some((_, held)) => *held = value.clone(),
            None => columns.push((name.clone(), value.clone())),
        }
    }
}

pub(super) fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// The VAT that an account is posted with, by its tax code: number and rate in percent.
pub(super) async fn vat_of<S: Stream>(client: &mut Sql<S>, account: i64) -> Result<(i64, Decimal), Refusal> {
    let text = "SELECT a.TxCd, v.Rt FROM dbo.Ac a JOIN dbo.TxCd t ON t.TxCdNo = a.TxCd JOIN dbo.Vat v ON v.VatNo = t.VatNo WHERE a.AcNo = @P1";
    let found = sql::row(client, text, &[account.into()]).await?.unwrap_or_default();
    Ok((found.int("TxCd"), found.decimal("Rt")))
}

/// Copies of an open row that is open no more, or less: its rest and status.
pub(super) fn rest(
    row: &Record,
    rest: Decimal,
    home: Decimal,
    status: i64,
    date: Date,
    now: DateTime,
) -> (Columns, [SeedValue; 2]) {
    let mut columns = named(vec![
        ("RAm", home.into()),
        ("RCurAm", rest.into()),
        ("St", status.into()),
        ("PayedDt", sql::day(date).into()),
    ]);
    columns.extend(sql::stamps(now, false));
    (columns, [row.int("JNo").into(), row.int("EntNo").into()])
}
