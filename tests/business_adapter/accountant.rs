//! Orders that the adapter made, invoiced and paid by the sandbox's accountant, and read back.

use super::orders::orders;
use super::support::business::{TestCompany, select};
use super::{create, is, listing, read_all};
use rust_decimal::Decimal;
use samband::sandbox::accountant::{self, Access, Invoice, Payment, Purchase, Sql};
use samband::sandbox::business::Options;
use samband::systems::business::Login;
use samband::systems::{Comparison, Create, Read, Row, System};
use samband::value::{Type, Value};
use tokio::net::TcpStream;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A company with VAT, accounts, a customer and a supplier, and the accountant's connection to it.
async fn books() -> (TestCompany, Sql<TcpStream>) {
    let mut company = TestCompany::sandbox(Options::default()).await;
    for row in
        samband::sandbox::seed::seed(samband::sandbox::seed::Size::Small, 1, samband::sandbox::severa::system_clock())
            .business
            .iter()
            .filter(|row| matches!(row.table, "Vat" | "TxCd" | "Ac" | "Cur" | "R2"))
    {
        let (names, values): (Vec<&str>, Vec<String>) = row
            .columns
            .iter()
            .map(|(name, value)| match value {
                samband::sandbox::seed::SeedValue::Int(n) => (*name, n.to_string()),
                samband::sandbox::seed::SeedValue::Text(t) => (*name, format!("'{t}'")),
                samband::sandbox::seed::SeedValue::Decimal(d) => (*name, d.to_string()),
            })
            .unzip();
        company
            .run(&format!("INSERT INTO dbo.{} ({}) VALUES ({})", row.table, names.join(", "), values.join(", ")))
            .await;
    }
    company.run("INSERT INTO dbo.Actor (ActNo, CustNo, SupNo) VALUES (1, 10001, 0), (2, 0, 50001)").await;
    let Login::Sql { user, password } = company.config.login.clone() else { unreachable!() };
    let access = Access {
        server: company.config.server.clone(),
        database: company.config.database.clone(),
        user,
        password: password.reveal().to_owned(),
        certificate: None,
    };
    let client = accountant::connect(&access).await.unwrap();
    (company, client)
}

/// An order of these quantities and prices.
fn order(lines: &[(&str, &str)], credit: bool) -> Create {
    let select_lines = select("OrdLn", None, Vec::new(), &[("OrdNo", Type::Int, false)]);
    let line = |(quantity, price): &(&str, &str)| {
        let quantity = Value::Decimal(decimal(quantity));
        let values = [
            ("NoInvoAb", quantity.clone()),
            ("NoOrg", quantity),
            ("Price", Value::Decimal(decimal(price))),
            ("R2", Value::Int(5001)),
        ];
        let mut line = create(&select_lines, &values, &["LnNo"], None);
        line.joins = vec![("OrdNo".into(), "OrdNo".into())];
        line
    };
    let values = [("CustNo", Value::Int(10_001)), ("isCreditNote", Value::Bool(credit)), ("R2", Value::Int(5001))];
    let mut order = create(&orders(), &values, &["OrdNo"], None);
    order.children = lines.iter().map(line).collect();
    order
}

fn fate(row: &Row) -> (bool, bool, bool, Option<i64>) {
    let flag = |place: usize| row.values[place] == Value::Bool(true);
    (flag(3), flag(4), flag(5), row.values[7].as_int())
}

#[tokio::test]
async fn an_order_is_invoiced_paid_and_seen_to_be() {
    let (mut company, mut books) = books().await;
    let mut adapter = company.adapter();
    let made = adapter.create(&order(&[("7.25", "1195.50"), ("3", "0.33")], false)).await.unwrap();
    let number: i64 = made.id.parse().unwrap();
    let (_, _, mark) = read_all(&mut adapter, &listing(&orders())).await;

    let date = Some(jiff::civil::date(2026, 2, 1));
    let done = accountant::invoice(&mut books, &Invoice { date, ..Invoice::all(number) }).await.unwrap();
    // 7.25 × 1195.50 = 8667.375 and 3 × 0.33 = 0.99; VAT of the sales account: 25 %.
    assert_eq!((done.net, done.vat, done.total), (decimal("8668.37"), decimal("2167.09"), decimal("10835.46")));
    assert_eq!((done.invoice.as_str(), done.more_to_invoice, done.order_left), ("70001", false, false));
    let again = accountant::invoice(&mut books, &Invoice::all(number)).await.unwrap_err();
    assert_eq!(again.what, format!("order {number} is invoiced already, by 70001"));
    assert_eq!(company.count("AcTr WHERE R2 = 5001 AND AcNo = 3000 AND SrcTp = 9 AND Cust = 10001").await, 2);
    assert_eq!(
        company.count("OpCustTr WHERE InvoNo = '70001' AND St = 1 AND RAm = 10835.46 AND DueDt = 20260215").await,
        1
    );
    assert_eq!(company.count("OrdLn WHERE NoInvo = NoOrg AND InvoIF = 0").await, 2);
    let row = adapter.fetch(&orders(), std::slice::from_ref(&made.id)).await.unwrap().remove(0);
    assert_eq!(fate(&row), (true, false, false, Some(70_001)));

    let pay = |amount: Option<&str>, day| Payment {
        invoice: "70001".into(),
        amount: amount.map(decimal),
        date: Some(jiff::civil::date(2026, 2, day)),
    };
    let too_much = accountant::pay(&mut books, &pay(Some("10835.47"), 3)).await.unwrap_err();
    assert!(too_much.what.contains("only 10835.46 is open"), "{too_much}");
    assert_eq!(accountant::pay(&mut books, &pay(Some("835.46"), 3)).await.unwrap().open, decimal("10000"));
    let row = adapter.fetch(&orders(), std::slice::from_ref(&made.id)).await.unwrap().remove(0);
    assert_eq!(fate(&row), (true, true, false, Some(70_001)));
    accountant::pay(&mut books, &pay(None, 20)).await.unwrap();
    assert!(accountant::pay(&mut books, &pay(None, 20)).await.unwrap_err().what.contains("paid already"));
    assert_eq!(company.count("CustTr WHERE InvoNo = '70001' AND Am < 0 AND OrdNo = 0").await, 2);
    assert_eq!(
        (
            company.count("OpCustTr").await,
            company.count("CustTr WHERE St = 3 AND RAm = 0 AND PayedDt = 20260220").await
        ),
        (0, 1)
    );
    let (rows, ..) = read_all(&mut adapter, &Read { since: Some(mark), ..listing(&orders()) }).await;
    assert_eq!(fate(&rows[0]), (true, false, true, Some(70_001)));
    assert_eq!(rows[0].values[6], Value::Date(jiff::civil::date(2026, 2, 20)));
    let sums =
        company.sandbox.as_ref().unwrap().company().query("SELECT VoNo FROM AcTr GROUP BY VoNo HAVING SUM(AcAm) <> 0");
    assert!(sums.unwrap().rows.is_empty(), "every voucher adds up");
    company.end().await;
}

#[tokio::test]
async fn parts_of_an_order_make_the_whole_to_the_cent() {
    let (mut company, mut books) = books().await;
    let mut adapter = company.adapter();
    let made = adapter.create(&order(&[("1", "100.01"), ("3", "33.33")], false)).await.unwrap();
    let number: i64 = made.id.parse().unwrap();
    let part = |share: &str| Invoice { share: decimal(share), ..Invoice::all(number) };
    let leave = accountant::invoice(&mut books, &Invoice { keep_order: false, ..part("50") }).await.unwrap_err();
    assert!(leave.what.contains("cannot leave"), "{leave}");
    let first = accountant::invoice(&mut books, &part("50")).await.unwrap();
    assert!(first.more_to_invoice);
    accountant::pay(&mut books, &Payment { invoice: first.invoice.clone(), amount: None, date: None }).await.unwrap();
    let row = adapter.fetch(&orders(), std::slice::from_ref(&made.id)).await.unwrap().remove(0);
    assert_eq!(fate(&row), (true, true, false, Some(70_001)), "half of it is not invoiced");
    let rest = accountant::invoice(&mut books, &Invoice { keep_order: false, ..part("100") }).await.unwrap();
    assert_eq!((first.net + rest.net, rest.order_left), (decimal("200.00"), true));
    assert_eq!((company.count("Ord").await, company.count("OrdLn").await), (0, 0));
    let row = adapter.fetch(&orders(), std::slice::from_ref(&made.id)).await.unwrap().remove(0);
    assert_eq!(fate(&row), (true, true, false, Some(70_002)), "it has left, and the ledger knows");
    accountant::pay(&mut books, &Payment { invoice: rest.invoice, amount: None, date: None }).await.unwrap();
    let row = adapter.fetch(&orders(), std::slice::from_ref(&made.id)).await.unwrap().remove(0);
    assert_eq!(fate(&row), (true, false, true, Some(70_002)));
    company.end().await;
}

#[tokio::test]
async fn a_credit_note_is_paid_back() {
    let (company, mut books) = books().await;
    let mut adapter = company.adapter();
    let made = adapter.create(&order(&[("2", "100")], true)).await.unwrap();
    let done = accountant::invoice(&mut books, &Invoice::all(made.id.parse().unwrap())).await.unwrap();
    assert_eq!(done.total, decimal("-250"));
    let row = adapter.fetch(&orders(), std::slice::from_ref(&made.id)).await.unwrap().remove(0);
    assert_eq!(fate(&row), (true, false, false, Some(70_001)));
    let paid =
        accountant::pay(&mut books, &Payment { invoice: done.invoice, amount: Some(decimal("250")), date: None })
            .await
            .unwrap();
    assert_eq!((paid.paid, paid.open), (decimal("-250"), Decimal::ZERO));
    let row = adapter.fetch(&orders(), std::slice::from_ref(&made.id)).await.unwrap().remove(0);
    assert_eq!(fate(&row), (true, false, true, Some(70_001)));
    company.end().await;
}

#[tokio::test]
async fn a_voucher_and_its_reversal_are_a_pair_of_costs() {
    let (mut company, mut books) = books().await;
    let bought = |amount: &str| Purchase {
        project: "5001".into(),
        unit: 2,
        account: 4300,
        amount: decimal(amount),
        text: Some("Kabler".into()),
        supplier: None,
        date: None,
    };
    let kept = accountant::voucher(&mut books, &bought("99.99")).await.unwrap();
    let wrong = accountant::voucher(&mut books, &bought("99.99")).await.unwrap();
    accountant::reverse(&mut books, wrong.voucher).await.unwrap();
    assert!(accountant::reverse(&mut books, wrong.voucher).await.unwrap_err().what.contains("reversed already"));
    assert_eq!(company.count("AcTr WHERE Sup = 50001 AND AgAcCl = 2 AND R2 = 5001").await, 3);
    let costs = select(
        "AcTr",
        None,
        vec![is("R2", Comparison::Eq, Value::Int(5001)), is("AcNo", Comparison::Eq, Value::Int(4300))],
        &[
            ("AcAm", Type::Decimal(28, 6), false),
            ("reversed", Type::Bool, false),
            ("homeCurrency", Type::Text(Some(3)), false),
        ],
    );
    let mut adapter = company.adapter();
    let (rows, ..) = read_all(&mut adapter, &listing(&costs)).await;
    let seen: Vec<(&str, bool)> = rows.iter().map(|r| (r.id.as_str(), r.values[1] == Value::Bool(true))).collect();
    let cost = |amount: &str| Value::Decimal(decimal(amount));
    assert_eq!(
        rows.iter().map(|r| r.values[0].clone()).collect::<Vec<_>>(),
        [cost("99.99"), cost("99.99"), cost("-99.99")]
    );
    assert_eq!((kept.line.as_str(), seen), ("1/1", vec![("1/1", false), ("2/1", true), ("3/1", true)]));
    assert_eq!(rows[0].values[2], Value::text("NOK"));
    company.end().await;
}
