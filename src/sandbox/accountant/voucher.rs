//! A purchase invoice that is posted with a project.

use super::posting::{self, Head, Line, PURCHASE, PURCHASES};
use super::sql::{self, Sql, Stream};
use super::{Refusal, accounts, cents, money, told};
use crate::sandbox::seed::SeedValue;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

/// A purchase invoice of one line.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The project's number.
    pub project: String,
    /// The organisational unit that holds projects, 1 to 12.
    pub unit: u8,
    /// The account of the cost.
    pub account: i64,
    /// Without VAT, in the company's own currency; below zero for a supplier's credit note.
    pub amount: Decimal,
    pub text: Option<String>,
    /// Without one the first supplier of the company.
    pub supplier: Option<i64>,
    /// Without one today by the server's clock.
    pub date: Option<Date>,
}

/// The voucher that was posted.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Voucher {
    pub voucher: i64,
    /// Journal and line of the cost: `7/1`.
    pub line: String,
    pub amount: Decimal,
    pub vat: Decimal,
}

/// Posts a purchase invoice: the cost with the project's unit, the VAT that the account's tax code says,
/// and what is owed to the supplier.
pub async fn voucher<S: Stream>(client: &mut Sql<S>, wanted: &Purchase) -> Result<Voucher, Refusal> {
    if !(1..=12).contains(&wanted.unit) {
        return Err(Refusal::new(format!("there is no organisational unit {}", wanted.unit), "they are 1 to 12"));
    }
    let amount = money(wanted.amount)?;
    if amount.is_zero() {
        return Err(Refusal::new("a voucher of 0 is none", "give the amount without VAT"));
    }
    let now = sql::begin(client).await?;
    let outcome = within(client, wanted, amount, now).await;
    sql::end(client, outcome).await
}

async fn within<S: Stream>(
    client: &mut Sql<S>,
    wanted: &Purchase,
    amount: Decimal,
    now: DateTime,
) -> Result<Voucher, Refusal> {
    let (unit, account) = (wanted.unit, wanted.account);
    let project = project(wanted)?;
    let named =
        sql::row(client, &format!("SELECT Nm FROM dbo.[R{unit}] WHERE RNo = @P1"), std::slice::from_ref(&project))
            .await?;
    if named.is_none() {
        let what = format!("there is no project {} in R{unit}", wanted.project);
        return Err(Refusal::new(what, "name one that is there, or the unit that holds projects with --unit"));
    }
    if sql::row(client, "SELECT Nm FROM dbo.Ac WHERE AcNo = @P1", &[account.into()]).await?.is_none() {
        return Err(Refusal::new(
            format!("there is no account {account}"),
            "cost accounts of the sandbox: 4300, 4500, 6540, 7140",
        ));
    }
    let supplier = match wanted.supplier {
        Some(supplier) => supplier,
        None => sql::number(client, "SELECT MIN(SupNo) AS n FROM dbo.Actor WHERE SupNo > 0", &[]).await?,
    };
    let known =
        sql::number(client, "SELECT COUNT(*) AS n FROM dbo.Actor WHERE SupNo = @P1 AND SupNo > 0", &[supplier.into()])
            .await?;
    if known == 0 {
        return Err(Refusal::new(format!("there is no supplier {supplier}"), "an associate with a SupNo is one"));
    }
    let (tax_code, rate) = posting::vat_of(client, account).await?;
    let vat = cents(amount * rate / Decimal::ONE_HUNDRED);
    let voucher = posting::next_number(client, PURCHASES).await?;
    let head = Head {
        journal: posting::next_journal(client).await?,
        voucher,
        kind: PURCHASE,
        date: wanted.date.unwrap_or(now.date()),
        now,
        text: wanted.text.clone().unwrap_or_else(|| format!("Purchase {voucher}")),
        invoice: format!("S{voucher}"),
        source: 1,
    };
    let from = |mut more: Vec<(&'static str, SeedValue)>| {
        more.extend([("Sup", supplier.into()), ("AgAcCl", 2.into()), ("AgAcNo", supplier.into())]);
        more
    };
    let unit = format!("R{unit}");
    let mut cost = Line::new(
        account,
        amount,
        from(vec![("VatAm", vat.into()), ("TxCd", tax_code.into()), ("VatRt", rate.into()), ("Qty", 1.into())]),
    );
    cost.more.push((unit, project));
    let lines = [
        cost,
        Line::new(accounts::INCOMING_VAT, vat, vec![("Bas", amount.into()), ("VatRt", rate.into())]),
        Line::new(accounts::PAYABLES, -(amount + vat), vec![("Sup", supplier.into())]),
    ];
    posting::post(client, &head, &lines).await?;
    Ok(Voucher { voucher, line: format!("{}/1", head.journal), amount: told(amount), vat: told(vat) })
}

/// The project's number as its unit writes it: whole in units 1 to 6, text in the others.
fn project(wanted: &Purchase) -> Result<SeedValue, Refusal> {
    let text = wanted.project.trim();
    if wanted.unit > 6 {
        return Ok(text.into());
    }
    let wrong =
        || Refusal::new(format!("`{text}` is no number of a project"), "in the units 1 to 6 they are whole numbers");
    text.parse::<i32>().map(|n| i64::from(n).into()).map_err(|_| wrong())
}
