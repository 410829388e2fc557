//! Products with the prices that hold for everybody.

use super::support::business::{TestCompany, select};
use super::{create, ids, listing, read_all};
use samband::systems::{Read, Select, System};
use samband::value::{Type, Value};

fn products() -> Select {
    select(
        "Prod",
        None,
        Vec::new(),
        &[
            ("salePrice", Type::Decimal(28, 6), true),
            ("salePriceCurrency", Type::Text(Some(3)), true),
            ("costPrice", Type::Decimal(28, 6), true),
            ("costPriceCurrency", Type::Text(Some(3)), true),
        ],
    )
}

#[tokio::test]
async fn prices_are_those_for_everybody_today() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Cur (CurNo, ISO, SalesRt, Un) VALUES (47, 'NOK', 1, 0), (978, 'EUR', 11.5, 0)").await;
    let old = "20200101, 1200, 20200101, 1200";
    for number in ["A", "B", "C", "D"] {
        company
            .run(&format!("INSERT INTO dbo.Prod (ProdNo, ChDt, ChTm, CreDt, CreTm) VALUES ('{number}', {old})"))
            .await;
    }
    company
        .run(&format!("INSERT INTO dbo.PrDcMat (PK, ProdNo, CustNo, EmpNo, Cur, FrDt, ToDt, MinNo, SalePr, CstPr, ChDt, ChTm, CreDt, CreTm) VALUES \
              (1, 'a', 0, 0, 0, 0, 0, 0, 990, 0, {old}), (2, 'A', 10001, 0, 0, 0, 0, 0, 900, 0, {old}), (3, 'A', 0, 0, 0, 0, 0, 10, 800, 0, {old}), \
              (4, 'A', 0, 7, 0, 0, 0, 0, 0, 450, {old}), (5, 'A', 0, 0, 47, 20240101, 0, 1, 995.5, 0, {old}), (6, 'A', 0, 0, 47, 20240101, 20241231, 0, 1, 0, {old}), \
              (7, 'A', 0, 0, 47, 29990101, 0, 0, 2000, 0, {old}), (8, 'B', 0, 0, 978, 0, 0, 0, 10, 6.25, {old}), \
              (9, 'C', 0, 0, 0, 0, 0, 0, 5, 0, {old}), (10, 'C', 0, 0, 47, 0, 0, 0, 6, 0, {old})"))
        .await;
    let mut adapter = company.adapter();
    adapter.open(&[products()]).await.unwrap();
    let (rows, _, mark) = read_all(&mut adapter, &listing(&products())).await;
    let price = |amount: &str, currency: &str| [Value::Decimal(amount.parse().unwrap()), Value::text(currency)];
    let none = [Value::Null, Value::Null];
    let wanted = [
        [price("995.5", "NOK"), none.clone()].concat(), // the latest that holds, in the company's own currency
        [price("10", "EUR"), price("6.25", "EUR")].concat(),
        [none.clone(), none.clone()].concat(), // two that differ
        [none.clone(), none].concat(),
    ];
    assert_eq!(rows.iter().map(|r| r.values.clone()).collect::<Vec<_>>(), wanted);

    // A price row changes its product; so does one that begins or ceases to hold.
    let since = Read { since: Some(mark), ..listing(&products()) };
    assert!(read_all(&mut adapter, &since).await.0.is_empty());
    let today = jiff::Zoned::now().date();
    let day = i32::from(today.year()) * 10_000 + i32::from(today.month()) * 100 + i32::from(today.day());
    company.run(&format!("UPDATE dbo.PrDcMat SET SalePr = 7, ChDt = {day}, ChTm = 2359 WHERE PK = 9")).await;
    assert_eq!(ids(&read_all(&mut adapter, &since).await.0), ["C"]);
    company.run(&format!("UPDATE dbo.PrDcMat SET FrDt = {day} WHERE PK = 8")).await;
    assert_eq!(ids(&read_all(&mut adapter, &since).await.0), ["B", "C"]);

    let made = adapter.create(&create(&products(), &[("ProdNo", Value::text("E/1"))], &[], None)).await.unwrap();
    assert_eq!((made.id.as_str(), &made.values[0]), ("E/1", &Value::Null));
    company.end().await;
}

#[tokio::test]
async fn the_settings_know_the_companys_own_currency_best() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Cur (CurNo, ISO) VALUES (47, 'NOK'), (46, 'SEK')").await;
    company.run("INSERT INTO dbo.Prod (ProdNo) VALUES ('A')").await;
    company.run("INSERT INTO dbo.PrDcMat (PK, ProdNo, SalePr) VALUES (1, 'A', 5)").await;
    let mut config = company.config.clone();
    let dial = || std::sync::Arc::new(samband::systems::business::TcpDial::default());
    let (rows, ..) = read_all(&mut company.adapter_with(config.clone(), dial()), &listing(&products())).await;
    assert_eq!(rows[0].values[..2], [Value::Null, Value::Null], "a price in a currency that is not known is none");
    config.home_currency = Some("SEK".into());
    let (rows, ..) = read_all(&mut company.adapter_with(config, dial()), &listing(&products())).await;
    assert_eq!(rows[0].values[1], Value::text("SEK"));
    company.end().await;
}
