//! Before the first run: what the login may do, the server's clock, and the number series in use.

use super::Business;
use super::columns;
use super::config::Login;
use super::link::Cell;
use super::open::{self, Looked};
use super::related;
use super::statements::{self, Statement};
use crate::schema;
use crate::systems::error::{ErrorKind, SystemError};
use crate::systems::examine::{Codes, Examined, Given, Need, Reading, Right, Series, Topic, Unseen};
use crate::systems::{RecordName, Select};
use crate::value::Side;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::DateTime};
use std::collections::BTreeSet;
use std::time::Duration;

/// What a round trip and the server's own rounding may come to.
const PRECISION: Duration = Duration::from_secs(1);

pub(super) async fn examine(business: &mut Business, needs: &[Need]) -> Result<Examined, SystemError> {
    let mut examined = Examined { clock: Some(clock(business).await?), ..Examined::default() };
    rights(business, needs, &mut examined).await?;
    for need in needs {
        configured(business, &need.select, &mut examined.series);
    }
    let readable = |table: &str| {
        let read = format!("read dbo.{table}");
        !examined.rights.iter().any(|right| right.what == read && !right.granted)
    };
    let asks = |record: &str, field: &str| {
        needs.iter().any(|n| n.select.record.name == record && n.select.slot(field).is_some())
    };
    let (customers, invoices) = (asks("Actor", "CustNo"), asks("Ord", "invoiceNumber") && readable("CustTr"));
    if customers {
        account_series(business, &mut examined).await?;
    }
    if invoices {
        invoice_series(business, &mut examined).await?;
    }
    payment_terms(business, needs, &mut examined).await?;
    examined.unseen.push(Unseen {
        topic: Topic::Periods,
        what: "closed accounting periods".to_owned(),
        why: "no published source says in which table Visma Business keeps them".to_owned(),
        by_hand: "in Visma Business, look at the accounting periods in the company information".to_owned(),
    });
    Ok(examined)
}

async fn clock(business: &mut Business) -> Result<Reading, SystemError> {
    let what = format!("could not read the clock of {}", business.config.server);
    let before = business.clock.now();
    let answer = business.ask(&Statement { sql: statements::NOW.into(), params: Vec::new() }, &what).await?;
    let ours = middle(before, business.clock.now());
    let local = answer.first().and_then(|row| row.first()).and_then(Cell::moment);
    let theirs = local.and_then(|local| nearest(local, &business.config.time_zone, ours));
    let theirs = theirs.ok_or_else(|| SystemError::new(Side::Business, ErrorKind::Answer, what))?;
    Ok(Reading { theirs, ours, precision: PRECISION, overlap: business.config.overlap })
}

fn middle(before: Timestamp, after: Timestamp) -> Timestamp {
    let half = after.duration_since(before) / 2;
    before.checked_add(half).unwrap_or(after)
}

/// Of an hour that happens twice, the pass that is nearer to our own time.
fn nearest(local: DateTime, zone: &TimeZone, ours: Timestamp) -> Option<Timestamp> {
    let either = [zone.to_ambiguous_timestamp(local).earlier(), zone.to_ambiguous_timestamp(local).later()];
    either.into_iter().flatten().min_by_key(|at| at.duration_since(ours).abs())
}

async fn rights(business: &mut Business, needs: &[Need], examined: &mut Examined) -> Result<(), SystemError> {
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut beside: BTreeSet<&str> = BTreeSet::new();
    let mut differences = Vec::new();
    for need in needs {
        let name = schema::table(&need.select.record.name, need.select.record.index);
        if told.insert(format!("read {name}")) {
            let right = read(business, &need.select.record, &name).await?;
            examined.rights.push(right);
        }
        for (wanted, right, words) in [(need.create, "INSERT", "insert into"), (need.update, "UPDATE", "update")] {
            if wanted && told.insert(format!("{right} {name}")) {
                let right = write(business, &name, right, words).await?;
                examined.rights.push(right);
            }
        }
        if let Looked::Table(table) = open::look_up(business, &need.select.record).await? {
            differences.extend(columns::differences(&need.select, &table));
        }
        beside.extend(related::sources(&need.select).into_iter().filter_map(related::table_of));
    }
    for name in beside {
        if told.insert(format!("read {name}")) {
            let right = read(business, &related::record(name), name).await?;
            examined.rights.push(right);
        }
    }
    let mut seen = BTreeSet::new();
    for difference in differences.into_iter().filter(|d| seen.insert(d.clone())) {
        let (what, why) = difference.split_once(": ").unwrap_or((&difference, ""));
        examined.rights.push(Right {
            what: what.to_owned(),
            granted: false,
            why: why.to_owned(),
            help: "correct the mapping; `samband schema pull` reads the company's own columns for `samband check`"
                .to_owned(),
        });
    }
    Ok(())
}

async fn read(business: &mut Business, record: &RecordName, name: &str) -> Result<Right, SystemError> {
    let looked = open::look_up(business, record).await?;
    let why = match &looked {
        Looked::Table(_) => String::new(),
        Looked::Hidden => "there is no such table, or the login has no right to it".to_owned(),
        Looked::NoKey(key) => format!("its key {key} is not there"),
        Looked::Unreadable => "the login may not read it".to_owned(),
    };
    let (granted, help) = (matches!(looked, Looked::Table(_)), grant(business, "SELECT", name));
    Ok(Right { what: format!("read dbo.{name}"), granted, why, help })
}

async fn write(business: &mut Business, name: &str, right: &str, words: &str) -> Result<Right, SystemError> {
    let what = format!("could not ask what the login may do in dbo.{name}");
    let answer = business.ask(&statements::may(name, right), &what).await?;
    let granted = answer.first().and_then(|row| row.first()).and_then(Cell::int) == Some(1);
    let why = if granted { "" } else { "the login has no right to it" }.to_owned();
    Ok(Right { what: format!("{words} dbo.{name}"), granted, why, help: grant(business, right, name) })
}

fn grant(business: &Business, right: &str, table: &str) -> String {
    let user = match &business.config.login {
        Login::Sql { user, .. } => user.as_str(),
        Login::Windows => "the login",
    };
    format!("GRANT {right} ON dbo.{table} TO {user} (docs/sql-login.sql)")
}

/// The series of the settings, for the columns that a select asks for.
fn configured(business: &Business, select: &Select, series: &mut Vec<Series>) {
    let table = schema::table(&select.record.name, select.record.index);
    for field in &select.fields {
        let Some(range) = business.config.series_of(&table, &field.name) else { continue };
        let own = Series {
            record: select.record.name.clone(),
            field: field.name.clone(),
            kept: "`business: series` in samband.yaml".to_owned(),
            given: Given::ByUs,
            range: Some((*range.start(), *range.end())),
            next: None,
        };
        if !series.contains(&own) {
            series.push(own);
        }
    }
}

/// The account number series of customers. GUESS: the table's and its columns' names, and that class 1 is customers'.
async fn account_series(business: &mut Business, examined: &mut Examined) -> Result<(), SystemError> {
    let found =
        look(business, statements::ACCOUNT_SERIES, "the account number series of customers (dbo.AcInt)").await?;
    match found {
        Err(unseen) => examined.unseen.push(unseen),
        Ok(rows) => examined.series.extend(rows.iter().filter_map(|row| {
            let number = |place: usize| row.get(place).and_then(Cell::int);
            Some(Series {
                record: "Actor".to_owned(),
                field: "CustNo".to_owned(),
                kept: "the account number series of customers (dbo.AcInt)".to_owned(),
                given: Given::ByTheSide,
                range: Some((number(0)?, number(1)?)),
                next: None,
            })
        })),
    }
    Ok(())
}

/// The numbers of invoices in the customers' ledger, and the voucher series that they come from, or all where none is there yet.
async fn invoice_series(business: &mut Business, examined: &mut Examined) -> Result<(), SystemError> {
    let series = |kept: String, given, range, next| Series {
        record: "Ord".to_owned(),
        field: "invoiceNumber".to_owned(),
        kept,
        given,
        range,
        next,
    };
    let mut used = None;
    match look(business, statements::INVOICES_USED, "the invoice numbers in use (dbo.CustTr)").await? {
        Err(unseen) => examined.unseen.push(unseen),
        Ok(rows) => {
            let number = |place: usize| rows.first().and_then(|row| row.get(place)).and_then(Cell::int);
            used = number(0).zip(number(1));
            let kept = "invoices in the customers' ledger".to_owned();
            examined.series.extend(used.map(|used| series(kept, Given::InUse, Some(used), None)));
        }
    }
    match look(business, statements::VOUCHER_SERIES, "the voucher series (dbo.VoSr)").await? {
        Err(unseen) => examined.unseen.push(unseen),
        Ok(rows) => examined.series.extend(rows.iter().filter_map(|row| {
            let number = |place: usize| row.get(place).and_then(Cell::int);
            let (from, to) = (number(2)?, number(3)?);
            let name = row.get(1).and_then(Cell::text).unwrap_or_default().trim().to_owned();
            let theirs = used.is_none_or(|(_, last)| (from..=to).contains(&last));
            let kept = format!("voucher series {} {name}", number(0)?).trim_end().to_owned();
            theirs.then(|| series(kept, Given::ByTheSide, Some((from, to)), number(4)))
        })),
    }
    Ok(())
}

/// Which fields of which records hold the number of a payment term.
const TERMS: &[(&str, &str)] = &[("Actor", "CPmtTrm"), ("Actor", "SPmtTrm"), ("Ord", "PmtTrm")];

async fn payment_terms(business: &mut Business, needs: &[Need], examined: &mut Examined) -> Result<(), SystemError> {
    let asked = |(record, field): &&(&str, &str)| {
        needs.iter().any(|n| n.select.record.name == *record && n.select.slot(field).is_some())
    };
    let fields: Vec<_> = TERMS.iter().filter(asked).collect();
    if fields.is_empty() {
        return Ok(());
    }
    let kept = "the payment terms (dbo.Txt)";
    match look(business, statements::PAYMENT_TERMS, kept).await? {
        Err(unseen) => examined.unseen.push(Unseen { topic: Topic::Codes, ..unseen }),
        Ok(rows) => {
            let known: Vec<i64> = rows.iter().filter_map(|row| row.first().and_then(Cell::int)).collect();
            examined.codes.extend(fields.into_iter().map(|(record, field)| Codes {
                record: (*record).to_owned(),
                field: (*field).to_owned(),
                kept: kept.to_owned(),
                known: known.clone(),
            }));
        }
    }
    Ok(())
}

/// Rows of a table that the login need not be able to read.
async fn look(
    business: &mut Business,
    sql: &'static str,
    what: &str,
) -> Result<Result<Vec<super::link::Cells>, Unseen>, SystemError> {
    match business.ask(&Statement { sql: sql.into(), params: Vec::new() }, &format!("could not read {what}")).await {
        Ok(rows) => Ok(Ok(rows)),
        Err(error) if matches!(error.kind, ErrorKind::Rights | ErrorKind::Schema) => Ok(Err(Unseen {
            topic: Topic::Series,
            what: what.to_owned(),
            why: if error.why.is_empty() { error.what } else { error.why },
            by_hand: "look in Visma Business, or grant SELECT on the table for the checklist".to_owned(),
        })),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_that_happens_twice_is_the_nearer_one() {
        let zone = TimeZone::get("Europe/Oslo").expect("a zone");
        let local: DateTime = "2026-10-25T02:30:00".parse().expect("a time");
        for (ours, theirs) in
            [("2026-10-25T00:31:00Z", "2026-10-25T00:30:00Z"), ("2026-10-25T01:29:00Z", "2026-10-25T01:30:00Z")]
        {
            let (ours, theirs): (Timestamp, Timestamp) = (ours.parse().expect("ours"), theirs.parse().expect("theirs"));
            assert_eq!(nearest(local, &zone, ours), Some(theirs));
        }
    }
}
