//! Reversing a voucher: its lines again with the other sign.

use super::Refusal;
use super::posting::{self, PURCHASES};
use super::sql::{self, Sql, Stream, named};
use jiff::civil::DateTime;
use rust_decimal::Decimal;

/// The voucher that cancels another.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Reversed {
    pub voucher: i64,
    /// The voucher that it cancels.
    pub reverses: i64,
    pub lines: usize,
}

/// The columns that a line of a reversal does not share with its twin.
const OWN: &[&str] = &[
    "JNo", "EntNo", "VoNo", "VoDt", "ValDt", "AcYr", "AcPr", "AcYrPr", "AcAm", "CurAm", "EntAm", "Bas", "VatAm", "Qty",
    "Txt2", "ChDt", "ChTm", "ChTmms", "ChUsr", "CreDt", "CreTm", "CreUsr",
];

/// Reverses a purchase voucher today. An invoice to a customer is credited by an order instead.
pub async fn reverse<S: Stream>(client: &mut Sql<S>, number: i64) -> Result<Reversed, Refusal> {
    let now = sql::begin(client).await?;
    let outcome = within(client, number, now).await;
    sql::end(client, outcome).await
}

async fn within<S: Stream>(client: &mut Sql<S>, number: i64, now: DateTime) -> Result<Reversed, Refusal> {
    let lines = sql::rows(
        client,
        "SELECT * FROM dbo.AcTr WITH (UPDLOCK) WHERE VoNo = @P1 ORDER BY JNo, EntNo",
        &[number.into()],
    )
    .await?;
    if lines.is_empty() {
        return Err(Refusal::new(
            format!("there is no voucher {number}"),
            "post one with `samband sandbox voucher`; it says the number",
        ));
    }
    if sql::number(client, "SELECT COUNT(*) AS n FROM dbo.CustTr WHERE VoNo = @P1", &[number.into()]).await? > 0 {
        let what = format!("voucher {number} is a customer's, who has an invoice of it");
        return Err(Refusal::new(what, "credit it with an order that is a credit note"));
    }
    let note = format!("Reversal of {number}");
    let twin = sql::row(client, "SELECT VoNo FROM dbo.AcTr WHERE Txt2 = @P1", &[note.as_str().into()]).await?;
    if let Some(twin) = twin {
        return Err(Refusal::new(format!("voucher {number} is reversed already, by {}", twin.int("VoNo")), ""));
    }
    if let Some(line) = lines.iter().find(|line| line.text("Txt2").starts_with("Reversal of ")) {
        return Err(Refusal::new(
            format!("voucher {number} is itself a reversal ({})", line.text("Txt2")),
            "post a new voucher instead",
        ));
    }
    let voucher = posting::next_number(client, PURCHASES).await?;
    let journal = posting::next_journal(client).await?;
    let today = now.date();
    let (year, month) = (i64::from(today.year()), i64::from(today.month()));
    for (place, line) in (1i64..).zip(&lines) {
        let mut columns = line.without(OWN);
        columns.extend(named(vec![
            ("JNo", journal.into()),
            ("EntNo", place.into()),
            ("VoNo", voucher.into()),
            ("VoDt", sql::day(today).into()),
            ("ValDt", sql::day(today).into()),
            ("AcYr", year.into()),
            ("AcPr", month.into()),
            ("AcYrPr", (year * 100 + month).into()),
            ("Txt2", note.as_str().into()),
        ]));
        for name in ["AcAm", "CurAm", "EntAm", "Bas", "VatAm", "Qty"] {
            let negated: Decimal = -line.decimal(name);
            columns.push((name.to_owned(), negated.into()));
        }
        columns.extend(sql::stamps(now, true));
        sql::insert(client, "AcTr", &columns).await?;
    }
    Ok(Reversed { voucher, reverses: number, lines: lines.len() })
}
