//! What the ledgers say: invoices sent and paid, costs reversed, and what counts as changed by them.

use super::orders::orders;
use super::support::business::{TestCompany, select};
use super::{ids, is, listing, read_all};
use samband::systems::business::Business;
use samband::systems::{Comparison, ErrorKind, Read, Row, Select, System, Watermark};
use samband::value::{Type, Value};
use std::time::Duration;

fn ledger_lines() -> Select {
    select(
        "AcTr",
        None,
        vec![is("R2", Comparison::Ne, Value::Null)],
        &[
            ("AcAm", Type::Decimal(28, 6), false),
            ("reversed", Type::Bool, false),
            ("homeCurrency", Type::Text(Some(3)), false),
        ],
    )
}

/// An order's `isSent`, `isPartPaid`, `isPaid`, `paidDate` and `invoiceNumber`.
fn fate(row: &Row) -> (bool, bool, bool, String, i64) {
    let flag = |place: usize| row.values[place] == Value::Bool(true);
    let date = match &row.values[6] {
        Value::Date(date) => date.to_string(),
        _ => String::new(),
    };
    (flag(3), flag(4), flag(5), date, row.values[7].as_int().unwrap_or(0))
}

async fn one(adapter: &mut Business, id: &str) -> (bool, bool, bool, String, i64) {
    fate(&adapter.fetch(&orders(), &[id.to_owned()]).await.unwrap()[0])
}

#[tokio::test]
async fn orders_know_whether_they_are_sent_and_paid() {
    let mut company = TestCompany::new().await;
    company
        .run("INSERT INTO dbo.Ord (OrdNo, TrTp, OrdTp, InvoNo, LstInvDt, InvoIF) VALUES (1, 1, 1, '', 0, 0), (2, 1, 1, '7002', 0, 0), \
              (3, 1, 1, '7003', 20260110, 0), (4, 1, 1, '7004 ', 20260110, 0), (5, 1, 1, '7005', 20260110, 0), (6, 1, 1, 'F-6', 20260110, 0), \
              (7, 1, 1, '7007', 20260110, 0), (8, 1, 1, '7007', 20260110, 0), (9, 1, 1, '7009', 20260110, 500)")
        .await;
    company
        .run("INSERT INTO dbo.CustTr (JNo, EntNo, OrdNo, InvoNo, Am, RAm, St, PayedDt) VALUES (1, 1, 3, '7003', 100.5, 100.5, 1, 0), \
              (1, 2, 4, '7004', 100, 40.25, 2, 20260201), (2, 1, 0, '7004', -59.75, 0, 4, 0), \
              (3, 1, 5, '7000', 50, 0, 4, 20260105), (3, 2, 5, '7005', 50, 0, 3, 20260214), (4, 1, 6, 'F-6', 100, 0, 4, 20260214), \
              (5, 1, 7, '7007', 100, 0, 4, 20260214), (6, 1, 9, '7009', 100, 0, 4, 20260214)")
        .await;
    let mut adapter = company.adapter();
    adapter.open(&[orders()]).await.unwrap();
    let (rows, ..) = read_all(&mut adapter, &listing(&orders())).await;
    let paid = |date: &str, number| (true, false, true, date.to_owned(), number);
    let unpaid = |number| (true, false, false, String::new(), number);
    let part = |number| (true, true, false, String::new(), number);
    assert_eq!(
        rows.iter().map(fate).collect::<Vec<_>>(),
        [
            (false, false, false, String::new(), 0),
            (false, false, false, String::new(), 7002), // numbered, and not approved yet
            unpaid(7003),
            part(7004),
            paid("2026-02-14", 7005), // in two invoices
            paid("2026-02-14", 0),    // by a number that is none
            unpaid(7007),             // one invoice of two orders: nothing is known
            unpaid(7007),
            part(7009), // a part is still to be invoiced
        ]
    );
    let before = adapter.usage().requests;
    read_all(&mut adapter, &listing(&orders())).await;
    assert!(adapter.usage().requests - before < 8, "for all orders at once, not for each");
    let mut filtered = orders();
    filtered.scope.push(is("isPaid", Comparison::Eq, Value::Bool(true)));
    assert_eq!(ids(&read_all(&mut adapter, &listing(&filtered)).await.0), ["5", "6"], "a scope may ask for it");
    company.end().await;
}

#[tokio::test]
async fn an_order_that_left_lives_on_in_the_ledger() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Ord (OrdNo, TrTp, OrdTp) VALUES (4, 6, 1)").await;
    company
        .run("INSERT INTO dbo.CustTr (JNo, EntNo, OrdNo, InvoNo, VoDt, Am, RAm, St, PayedDt) VALUES (1, 1, 3, '7003', 20260110, 100, 100, 1, 0), \
              (1, 2, 4, '7004', 20260110, 100, 100, 1, 0), (1, 3, 5, '', 20260110, 100, 100, 1, 0), (1, 4, 6, '7006', 20260110, -80, 0, 4, 20260120)")
        .await;
    let mut adapter = company.adapter();
    let asked: Vec<String> = ["3", "4", "5", "6", "99"].map(str::to_owned).into();
    let rows = adapter.fetch(&orders(), &asked).await.unwrap();
    assert_eq!(ids(&rows), ["3", "6"], "another kind of order is still there, and what has no invoice is not known");
    assert_eq!(fate(&rows[0]), (true, false, false, String::new(), 7003));
    assert_eq!((rows[0].values[1].clone(), rows[0].values[2].clone()), (Value::Null, Value::Bool(false)));
    assert_eq!(
        (fate(&rows[1]), &rows[1].values[2]),
        ((true, false, true, "2026-01-20".into(), 7006), &Value::Bool(true))
    );
    let plain = select("Ord", None, orders().scope, &[("OrdNo", Type::Int, false)]);
    assert!(adapter.fetch(&plain, &asked).await.unwrap().is_empty(), "who asks for columns only is told of rows only");
    assert!(read_all(&mut adapter, &listing(&orders())).await.0.is_empty(), "a full read is of Ord");
    company.end().await;
}

/// What a listing since the watermark answers, within as little overlap as there can be.
async fn news(adapter: &mut Business, select: &Select, since: &Watermark) -> Vec<String> {
    let read = Read { since: Some(since.clone()), ..listing(select) };
    read_all(adapter, &read).await.0.into_iter().map(|r| r.id).collect()
}

#[tokio::test]
async fn a_payment_makes_its_order_changed() {
    let mut company = TestCompany::new().await;
    let old = "20200101, 1200, 20200101, 1200";
    company
        .run(&format!("INSERT INTO dbo.Ord (OrdNo, TrTp, OrdTp, InvoNo, LstInvDt, ChDt, ChTm, CreDt, CreTm) VALUES (1, 1, 1, '7001', 20200101, {old}), \
              (2, 1, 1, '7002', 20200101, {old}), (3, 1, 1, '7003', 20200101, {old}), (4, 1, 1, '7004', 20200101, {old})"))
        .await;
    company
        .run(&format!("INSERT INTO dbo.CustTr (JNo, EntNo, OrdNo, InvoNo, Am, RAm, St, ChDt, ChTm, CreDt, CreTm) VALUES (100, 1, 1, '7001', 100, 100, 1, {old}), \
              (100, 2, 2, '7002', 100, 100, 1, {old}), (100, 3, 0, '7003', 100, 100, 1, {old}), (100, 4, 9, '7009', 100, 100, 1, {old}), (200, 1, 4, '7004', 5, 5, 1, {old})"))
        .await;
    let mut adapter = company.adapter();
    let (_, _, mark) = read_all(&mut adapter, &listing(&orders())).await;
    assert!(mark.0.ends_with(" journal 200"), "{}", mark.0);
    assert_eq!(news(&mut adapter, &orders(), &mark).await, ["4"], "the last journals are read again, and nothing else");
    let today = jiff::Zoned::now().date();
    let paid = i32::from(today.year()) * 10_000 + i32::from(today.month()) * 100 + i32::from(today.day());
    // A row whose stamps were left alone: the day of the payment tells.
    company.run(&format!("UPDATE dbo.CustTr SET RAm = 0, St = 4, PayedDt = {paid} WHERE InvoNo = '7001'")).await;
    assert_eq!(news(&mut adapter, &orders(), &mark).await, ["1", "4"]);
    // By its number only; and an order that has left Ord.
    company
        .run(&format!(
            "UPDATE dbo.CustTr SET RAm = 10, St = 2, ChDt = {paid}, ChTm = 2359 WHERE InvoNo IN ('7003', '7009')"
        ))
        .await;
    assert_eq!(news(&mut adapter, &orders(), &mark).await, ["1", "3", "4", "9"]);
    assert!(one(&mut adapter, "9").await.1);
    // Posted late, with the stamp of the day it was entered: another order has the number now.
    company.run(&format!("INSERT INTO dbo.CustTr (JNo, EntNo, OrdNo, InvoNo, Am, RAm, St, ChDt, ChTm, CreDt, CreTm) VALUES (201, 1, 77, '7002', 1, 1, 1, {old})")).await;
    assert_eq!(news(&mut adapter, &orders(), &mark).await, ["1", "2", "3", "4", "9", "77"]);
    assert!(!one(&mut adapter, "2").await.2);
    // Page by page the same.
    let mut config = company.config.clone();
    config.page_size = 1;
    let mut small = company.adapter_with(config, std::sync::Arc::new(samband::systems::business::TcpDial::default()));
    assert_eq!(news(&mut small, &orders(), &mark).await, ["1", "2", "3", "4", "9", "77"]);
    company.end().await;
}

#[tokio::test]
async fn lines_of_the_general_ledger_and_their_reversals() {
    let mut company = TestCompany::new().await;
    company
        .run("INSERT INTO dbo.Cur (CurNo, ISO, SalesRt, Un) VALUES (47, 'NOK', 100, 100), (978, 'EUR', 1150, 100)")
        .await;
    let old = "20200101, 1200";
    company
        .run(&format!("INSERT INTO dbo.AcTr (JNo, EntNo, AcNo, AcAm, R2, Sup, InvoNo, ValDt, CreDt, CreTm) VALUES (100, 1, 4300, 100, 5001, 50001, 'A', 20251231, {old}), \
              (100, 2, 4300, 100, 5001, 50001, 'B', 20260105, {old}), (101, 1, 4300, -100, 5001, 50001, 'A', 20260106, {old}), \
              (101, 2, 4300, 80, 0, 50001, 'C', 20260106, {old}), (200, 1, 4300, 7, 5001, 0, 'D', 20260107, {old})"))
        .await;
    let mut adapter = company.adapter();
    adapter.open(&[ledger_lines()]).await.unwrap();
    let (rows, _, mark) = read_all(&mut adapter, &listing(&ledger_lines())).await;
    assert_eq!(ids(&rows), ["100/1", "100/2", "101/1", "200/1"]);
    let reversed: Vec<bool> = rows.iter().map(|r| r.values[1] == Value::Bool(true)).collect();
    assert_eq!(reversed, [true, false, true, false]);
    assert!(rows.iter().all(|r| r.values[2] == Value::text("NOK")), "the only currency at par");
    let start_date = Some(jiff::civil::date(2026, 1, 1));
    let (rows, ..) = read_all(&mut adapter, &Read { start_date, ..listing(&ledger_lines()) }).await;
    assert_eq!(ids(&rows), ["100/2", "101/1", "200/1"]);

    // Rows without a change date have not changed, their journal says; a reversal changes its twin.
    assert_eq!(news(&mut adapter, &ledger_lines(), &mark).await, ["200/1"]);
    company.run(&format!("INSERT INTO dbo.AcTr (JNo, EntNo, AcNo, AcAm, R2, Sup, InvoNo, ValDt, CreDt, CreTm) VALUES (201, 1, 4300, -100, 5001, 50001, 'B', 20260108, {old})")).await;
    assert_eq!(news(&mut adapter, &ledger_lines(), &mark).await, ["100/1", "100/2", "200/1", "201/1"]);
    let row = adapter.fetch(&ledger_lines(), &["100/2".into()]).await.unwrap();
    assert_eq!(row[0].values[1], Value::Bool(true));
    company.end().await;
}

#[tokio::test]
async fn a_company_without_the_ledger_is_told_at_once() {
    let company = TestCompany::new().await;
    let mut config = company.config.clone();
    config.request_timeout = Duration::from_secs(5);
    let ddl = include_str!("../../facts/visma-business-company.sql");
    let start = ddl.find("CREATE TABLE dbo.[CustTr]").unwrap();
    let end = start + ddl[start..].find(";\n").unwrap() + 2;
    let without = format!("{}{}", &ddl[..start], &ddl[end..]);
    let without: String = without.lines().filter(|l| !l.contains("ON dbo.CustTr")).map(|l| format!("{l}\n")).collect();
    let other = samband::sandbox::business::Company::temporary_with(&without).unwrap();
    let options = samband::sandbox::business::Options {
        logins: vec![samband::sandbox::business::Login::owner("samband", "secret")],
        ..Default::default()
    };
    let running = samband::sandbox::business::BusinessServer::start(other, options).await.unwrap();
    config.server = format!("localhost:{}", running.addr().port());
    let mut adapter = company.adapter_with(config, std::sync::Arc::new(samband::systems::business::TcpDial::default()));
    let error = adapter.open(&[orders()]).await.unwrap_err();
    assert_eq!(
        (error.kind, error.why.as_str()),
        (ErrorKind::Schema, "dbo.CustTr: there is no such table, or the login has no right to it")
    );
    company.end().await;
}
