//! The other tables that derived fields are read from, and how they are asked within a read or a transaction.

use super::Business;
use super::columns::Table;
use super::derived::{Derived, Source};
use super::link::{Cell, Cells, Link};
use super::open::{self, Looked};
use super::raw::Raw;
use super::statements::{self, Statement};
use super::write::Broken;
use crate::systems::error::SystemError;
use crate::systems::{RecordName, Select};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whom to ask: any connection, tried again where it breaks, or the one of an open transaction.
pub(super) enum Asker<'a> {
    Any(&'a mut Business),
    Transaction(&'a mut Link),
}

impl Asker<'_> {
    pub async fn ask(&mut self, statement: &Statement, what: &str) -> Result<Vec<Cells>, Broken> {
        match self {
            Asker::Any(business) => Ok(business.ask(statement, what).await?),
            Asker::Transaction(link) => Ok(link.run(statement).await?),
        }
    }
}

/// The tables beside a select's own that its derived fields are read from.
#[derive(Debug, Clone, Default)]
pub(super) struct Related {
    /// `CustTr`
    pub ledger: Option<Arc<Table>>,
    /// `PrDcMat`
    pub prices: Option<Arc<Table>>,
    pub currencies: Option<Arc<Currencies>>,
}

/// The company's currencies.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Currencies {
    /// ISO codes by number.
    codes: BTreeMap<i64, String>,
    /// The ISO code of the company's own currency, which is number 0 in all other tables.
    home: Option<String>,
}

impl Related {
    /// The ISO code of the company's own currency, where it is known.
    pub fn home(&self) -> Option<&str> {
        self.currencies.as_ref()?.home.as_deref()
    }

    /// The ISO code of a currency; 0 is the company's own.
    pub fn code(&self, number: i64) -> Option<&str> {
        let currencies = self.currencies.as_ref()?;
        currencies.codes.get(&number).map(String::as_str).or(if number == 0 { self.home() } else { None })
    }
}

/// Which sources a select's derived fields need.
pub(super) fn sources(select: &Select) -> Vec<Source> {
    let names = select.fields.iter().map(|f| &f.name).chain(select.scope.iter().map(|c| &c.field));
    let mut sources = Vec::new();
    for source in names.filter_map(|name| Derived::of(&select.record, name)).flat_map(Derived::sources) {
        if !sources.contains(source) {
            sources.push(*source);
        }
    }
    sources
}

/// The table of a source; none for one that lies in the record's own.
pub(super) fn table_of(source: Source) -> Option<&'static str> {
    match source {
        Source::Ledger => Some("CustTr"),
        Source::Prices => Some("PrDcMat"),
        Source::Currencies => Some("Cur"),
        Source::Lines => None,
    }
}

/// The tables for a select, from the server once and then from memory.
pub(super) async fn related(business: &mut Business, select: &Select) -> Result<Related, SystemError> {
    let mut related = Related::default();
    for source in sources(select) {
        match source {
            Source::Ledger => related.ledger = Some(business.table(&record("CustTr")).await?),
            Source::Prices => related.prices = Some(business.table(&record("PrDcMat")).await?),
            Source::Currencies => related.currencies = Some(currencies(business).await?),
            Source::Lines => {}
        }
    }
    Ok(related)
}

/// What the company lacks of what a select's derived fields are read from, one line each.
pub(super) async fn differences(business: &mut Business, select: &Select) -> Result<Vec<String>, SystemError> {
    let mut found = Vec::new();
    for source in sources(select) {
        let (name, needed) = match source {
            Source::Ledger => ("CustTr", super::ledger::NEEDED),
            Source::Prices => ("PrDcMat", super::prices::NEEDED),
            Source::Currencies => ("Cur", &["CurNo", "ISO"] as &[&str]),
            Source::Lines => continue,
        };
        match open::look_up(business, &record(name)).await? {
            Looked::Table(table) => {
                let missing = needed.iter().filter(|column| table.column(column).is_none());
                found.extend(missing.map(|column| format!("dbo.{name}.{column}: there is no such column")));
            }
            other => found.extend(open::difference(&record(name), &other)),
        }
    }
    Ok(found)
}

pub(super) fn record(name: &str) -> RecordName {
    RecordName { name: name.to_owned(), index: None }
}

/// All currencies. The company's own is what the settings say, or else row 0, or else the one whose
/// rate is par. GUESS: no source says where Visma Business keeps it.
async fn currencies(business: &mut Business) -> Result<Arc<Currencies>, SystemError> {
    if let Some(known) = &business.currencies {
        return Ok(Arc::clone(known));
    }
    let table = business.table(&record("Cur")).await?;
    let names: Vec<String> =
        ["CurNo", "ISO", "SalesRt", "Un"].iter().filter_map(|n| table.column(n)).map(|c| c.name.clone()).collect();
    let statement = statements::rows(&table, &names, &[], Vec::new());
    let rows = business.ask(&statement, "could not read the currencies in dbo.Cur").await?;
    let cell = |row: &Cells, name: &str| {
        let place = names.iter().position(|n| n.eq_ignore_ascii_case(name))?;
        row.get(place).cloned()
    };
    let mut currencies = Currencies::default();
    let mut par = Vec::new();
    for row in &rows {
        let (Some(Cell::Plain(Raw::Int(number))), Some(code)) = (cell(row, "CurNo"), cell(row, "ISO")) else {
            continue;
        };
        let code = code.text().unwrap_or_default().trim().to_owned();
        if code.is_empty() {
            continue;
        }
        let decimal = |name: &str| match cell(row, name) {
            Some(Cell::Plain(Raw::Decimal(number))) => number,
            Some(Cell::Plain(Raw::Int(number))) => Decimal::from(number),
            _ => Decimal::ZERO,
        };
        if is_par(decimal("SalesRt"), decimal("Un")) {
            par.push(code.clone());
        }
        currencies.codes.insert(number, code);
    }
    let alone = match par.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    let given = business.config.home_currency.clone();
    currencies.home = given.or_else(|| currencies.codes.get(&0).cloned()).or(alone);
    if currencies.home.is_none() {
        tracing::warn!(
            "which currency is the company's own is not known: of the currencies in dbo.Cur not exactly one has the rate 1 (or 100)"
        );
    }
    let currencies = Arc::new(currencies);
    business.currencies = Some(Arc::clone(&currencies));
    Ok(currencies)
}

/// A rate of one for one: per unit, or per hundred as the Nordic currencies are quoted.
fn is_par(rate: Decimal, unit: Decimal) -> bool {
    if unit.is_zero() { rate == Decimal::ONE || rate == Decimal::ONE_HUNDRED } else { rate == unit }
}
