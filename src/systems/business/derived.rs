//! Fields that no column holds: what they are, and what they are made from.
//!
//! All are computed for a whole page of rows at once (`ledger.rs`, `prices.rs`, `reversals.rs`), never
//! by a query a record.

use super::link::Cells;
use super::related::{Asker, Related};
use super::shape::Shape;
use super::write::Broken;
use super::{ledger, prices, reversals};
use crate::systems::RecordName;
use crate::value::Value;

/// A derived field of `business.schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Derived {
    CreditNote,
    Sent,
    PartPaid,
    Paid,
    PaidDate,
    InvoiceNumber,
    SalePrice,
    SalePriceCurrency,
    CostPrice,
    CostPriceCurrency,
    Reversed,
    HomeCurrency,
}

use Derived::{
    CostPrice, CostPriceCurrency, CreditNote, HomeCurrency, InvoiceNumber, Paid, PaidDate, PartPaid, Reversed,
    SalePrice, SalePriceCurrency, Sent,
};

/// What a derived field is read from besides its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The customers' ledger.
    Ledger,
    /// The price rows.
    Prices,
    /// The currencies and which of them is the company's own.
    Currencies,
    /// Other lines of the same ledger.
    Lines,
}

impl Derived {
    /// The derived field of that name, if the record has one.
    pub fn of(record: &RecordName, name: &str) -> Option<Self> {
        Some(match (record.name.as_str(), name) {
            ("Ord", "isCreditNote") => CreditNote,
            ("Ord", "isSent") => Sent,
            ("Ord", "isPartPaid") => PartPaid,
            ("Ord", "isPaid") => Paid,
            ("Ord", "paidDate") => PaidDate,
            ("Ord", "invoiceNumber") => InvoiceNumber,
            ("Prod", "salePrice") => SalePrice,
            ("Prod", "salePriceCurrency") => SalePriceCurrency,
            ("Prod", "costPrice") => CostPrice,
            ("Prod", "costPriceCurrency") => CostPriceCurrency,
            ("AcTr", "reversed") => Reversed,
            ("AcTr", "homeCurrency") => HomeCurrency,
            _ => return None,
        })
    }

    /// The columns of its own row that it is made from.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            CreditNote => &["OrdPref"],
            Sent => &["InvoNo", "LstInvDt"],
            InvoiceNumber => &["InvoNo"],
            PartPaid | Paid | PaidDate => ledger::OWN,
            SalePrice | SalePriceCurrency | CostPrice | CostPriceCurrency => &["ProdNo"],
            Reversed => reversals::OWN,
            HomeCurrency => &[],
        }
    }

    pub fn sources(self) -> &'static [Source] {
        match self {
            CreditNote | Sent | InvoiceNumber => &[],
            PartPaid | Paid | PaidDate => &[Source::Ledger],
            SalePrice | CostPrice | SalePriceCurrency | CostPriceCurrency => &[Source::Prices, Source::Currencies],
            Reversed => &[Source::Lines],
            HomeCurrency => &[Source::Currencies],
        }
    }
}

/// The derived values of rows, in the order of [`Shape::derived`].
pub(super) async fn values(
    asker: &mut Asker<'_>,
    related: &Related,
    shape: &Shape<'_>,
    rows: &[Cells],
) -> Result<Vec<Vec<Value>>, Broken> {
    if shape.derived.is_empty() || rows.is_empty() {
        return Ok(vec![Vec::new(); rows.len()]);
    }
    let needs = |source| shape.derived.iter().any(|d| d.sources().contains(&source));
    let payments = match &related.ledger {
        Some(table) if needs(Source::Ledger) => ledger::payments(asker, table, shape, rows).await?,
        _ => Vec::new(),
    };
    let prices = match &related.prices {
        Some(table) if needs(Source::Prices) => prices::prices(asker, table, related, shape, rows).await?,
        _ => Vec::new(),
    };
    let reversed = if needs(Source::Lines) { reversals::reversed(asker, shape, rows).await? } else { Vec::new() };
    let mut all = Vec::with_capacity(rows.len());
    for (place, cells) in rows.iter().enumerate() {
        let paid = payments.get(place).copied().unwrap_or_default();
        let price = prices.get(place).cloned().unwrap_or_default();
        let value = |derived: &Derived| match derived {
            CreditNote => Value::Bool(is_credit_note(shape.int(cells, "OrdPref"))),
            Sent => Value::Bool(ledger::is_sent(shape, cells)),
            InvoiceNumber => ledger::invoice_number(&shape.text(cells, "InvoNo")),
            PartPaid => Value::Bool(paid.part),
            Paid => Value::Bool(paid.paid),
            PaidDate => paid.date.map_or(Value::Null, Value::Date),
            SalePrice => price.sale.as_ref().map_or(Value::Null, |p| Value::Decimal(p.amount)),
            SalePriceCurrency => price.sale.as_ref().map_or(Value::Null, |p| Value::text(p.currency.clone())),
            CostPrice => price.cost.as_ref().map_or(Value::Null, |p| Value::Decimal(p.amount)),
            CostPriceCurrency => price.cost.as_ref().map_or(Value::Null, |p| Value::text(p.currency.clone())),
            Reversed => Value::Bool(reversed.get(place).copied().unwrap_or(false)),
            HomeCurrency => related.home().map_or(Value::Null, Value::text),
        };
        all.push(shape.derived.iter().map(value).collect());
    }
    Ok(all)
}

/// The bit of `Ord.OrdPref` that makes an order a credit note (NXT's docs of the bit flags).
const CREDIT_NOTE: i64 = 2;

pub(super) fn is_credit_note(preferences: i64) -> bool {
    preferences & CREDIT_NOTE != 0
}

/// Values to write with the derived ones among them as the columns that hold them. `held`: what the
/// row's `OrdPref` is now. The error names a field that is only computed.
pub(super) fn as_columns(
    record: &RecordName,
    values: &[(String, Value)],
    held: i64,
) -> Result<Vec<(String, Value)>, String> {
    let mut written: Vec<(String, Value)> = Vec::with_capacity(values.len());
    let mut credit = None;
    for (name, value) in values {
        match Derived::of(record, name) {
            None => written.push((name.clone(), value.clone())),
            Some(CreditNote) => credit = Some(value.as_bool().unwrap_or(false)),
            Some(_) => return Err(name.clone()),
        }
    }
    if let Some(credit) = credit {
        let given = written.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("OrdPref"));
        let before = given.as_ref().and_then(|(_, value)| value.as_int()).unwrap_or(held);
        let after = Value::Int(if credit { before | CREDIT_NOTE } else { before & !CREDIT_NOTE });
        match given {
            Some((_, value)) => *value = after,
            None => written.push(("OrdPref".to_owned(), after)),
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_and_the_adapter_agree_on_what_is_derived() {
        for record in &crate::schema::business().records {
            let name = RecordName { name: record.name.clone(), index: None };
            for field in &record.fields {
                let derived = Derived::of(&name, &field.name);
                assert_eq!(derived.is_some(), field.derived, "{}.{}", record.name, field.name);
                assert!(!field.derived || field.create == (derived == Some(CreditNote)), "{}", field.name);
            }
        }
    }

    #[test]
    fn a_credit_note_is_a_bit_among_others() {
        let order = RecordName { name: "Ord".into(), index: None };
        let of = |values: &[(&str, Value)], held| {
            let values: Vec<_> = values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            as_columns(&order, &values, held).map(|v| v.into_iter().map(|(_, v)| v).collect::<Vec<_>>())
        };
        let (yes, no) = (("isCreditNote", Value::Bool(true)), ("isCreditNote", Value::Bool(false)));
        assert_eq!(of(std::slice::from_ref(&yes), 0), Ok(vec![Value::Int(2)]));
        assert_eq!(of(std::slice::from_ref(&yes), 256), Ok(vec![Value::Int(258)]));
        assert_eq!(of(&[no], 258), Ok(vec![Value::Int(256)]));
        assert_eq!(of(&[yes, ("OrdPref", Value::Int(4))], 258), Ok(vec![Value::Int(6)]));
        assert_eq!(of(&[("isPaid", Value::Bool(true))], 0), Err("isPaid".into()));
    }
}
