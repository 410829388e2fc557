//! The Visma Business adapter over real sockets, against the sandbox's SQL Server or a real one.

mod support {
    pub mod business;
}

use samband::sandbox::business::{Disturbance, Encryption, Moment, Options, SqlError};
use samband::systems::business::{Business, Encrypt, TcpDial};
use samband::systems::{
    Comparison, Condition, Create, ErrorKind, Next, PartWrite, Read, Row, Select, System, Test, Update, Watermark,
};
use samband::value::{Type, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use support::business::{CutDial, TestCompany, login, select, values};

fn is(field: &str, comparison: Comparison, value: Value) -> Condition {
    Condition { field: field.into(), test: Test::Compare(comparison, value) }
}

fn customers() -> Select {
    let scope = vec![is("CustNo", Comparison::Gt, Value::Int(0))];
    select(
        "Actor",
        None,
        scope,
        &[
            ("CustNo", Type::Int, true),
            ("Nm", Type::Text(Some(80)), true),
            ("Inf8", Type::Text(Some(80)), true),
            ("Gr", Type::Int, false),
        ],
    )
}

fn projects() -> Select {
    select(
        "OrgUnit",
        Some(7),
        Vec::new(),
        &[("RNo", Type::Text(Some(10)), false), ("Nm", Type::Text(Some(80)), true), ("EStDt", Type::Date, true)],
    )
}

fn hours() -> Select {
    let scope = vec![is("InfCatNo", Comparison::Eq, Value::Int(77))];
    select(
        "FreeInf",
        Some(1),
        scope,
        &[("Dt1", Type::Date, true), ("Val1", Type::Decimal(28, 6), false), ("Txt4", Type::Text(Some(80)), true)],
    )
}

fn listing(select: &Select) -> Read {
    Read { select: select.clone(), since: None, push: Vec::new(), start_date: None }
}

fn create(select: &Select, of: &[(&str, Value)], numbers: &[&str], identity: Option<(&str, Value)>) -> Create {
    Create {
        select: select.clone(),
        values: values(of),
        numbers: numbers.iter().map(|n| (*n).to_owned()).collect(),
        identity: identity.map(|(name, value)| (name.to_owned(), value)),
        parts: Vec::new(),
        children: Vec::new(),
        joins: Vec::new(),
    }
}

fn update(select: &Select, id: &str, expect: &[(&str, Value)], set: &[(&str, Value)]) -> Update {
    Update { select: select.clone(), id: id.into(), expect: values(expect), set: values(set), parts: Vec::new() }
}

async fn read_all(adapter: &mut Business, read: &Read) -> (Vec<Row>, usize, Watermark) {
    let (mut rows, mut pages, mut token) = (Vec::new(), 0, None);
    loop {
        let page = adapter.read(read, token.as_ref()).await.unwrap();
        rows.extend(page.rows);
        pages += 1;
        match page.next {
            Next::More(next) => token = Some(next),
            Next::End(watermark) => return (rows, pages, watermark),
        }
    }
}

fn ids(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|r| r.id.as_str()).collect()
}

#[tokio::test]
async fn pages_and_filters_over_many_rows() {
    let mut company = TestCompany::new().await;
    for chunk in (1..=2500).collect::<Vec<i32>>().chunks(500) {
        let rows: Vec<String> = chunk
            .iter()
            .map(|n| format!("({n}, {}, 'Ærø {n}  ', {})", if n % 5 == 0 { 0 } else { 10_000 + n }, n % 3))
            .collect();
        company.run(&format!("INSERT INTO dbo.Actor (ActNo, CustNo, Nm, Gr) VALUES {}", rows.join(", "))).await;
    }
    let mut config = company.config.clone();
    config.page_size = 300;
    let mut adapter = company.adapter_with(config, Arc::new(TcpDial::default()));
    adapter.open(&[customers()]).await.unwrap();

    let (rows, pages, _) = read_all(&mut adapter, &listing(&customers())).await;
    assert_eq!((rows.len(), pages), (2000, 7));
    assert!(
        rows.windows(2).all(|w| w[0].id.parse::<i32>().unwrap() < w[1].id.parse::<i32>().unwrap()),
        "each once, in order"
    );
    assert_eq!(rows[0].values, [Value::Int(10_001), Value::text("Ærø 1"), Value::Null, Value::Int(1)]);

    let push = vec![is("Gr", Comparison::Ne, Value::Int(1)), is("Nm", Comparison::Eq, Value::text("ÆRØ 3"))];
    let (rows, ..) = read_all(&mut adapter, &Read { push, ..listing(&customers()) }).await;
    assert_eq!(ids(&rows), ["3"], "what is pushed down may ignore case, as a collation does");
    let mut exact = customers();
    exact.scope.push(is("Nm", Comparison::Eq, Value::text("ÆRØ 3")));
    assert!(read_all(&mut adapter, &listing(&exact)).await.0.is_empty(), "the scope holds exactly");

    let keys: Vec<String> = ["2499", "5", "7", "no number", "99999"].map(str::to_owned).into();
    assert_eq!(ids(&adapter.fetch(&customers(), &keys).await.unwrap()), ["2499", "7"]);
    let numbers: Vec<Value> = (10_001..=12_500).map(Value::Int).collect();
    assert_eq!(
        adapter.candidates(&customers(), &[("CustNo".into(), numbers)]).await.unwrap().len(),
        2000,
        "more values than parameters in a call"
    );
    let by_name = [("Nm".to_owned(), vec![Value::text("ærø 4")])];
    assert_eq!(
        adapter.candidates(&customers(), &by_name).await.unwrap().len(),
        2000,
        "names are matched by our own rules"
    );
    company.end().await;
}

#[tokio::test]
async fn incremental_reads_take_every_change_and_little_else() {
    let mut company = TestCompany::new().await;
    let rows = [
        (1, 0, 0, 0, 0),                     // never edited
        (2, 20260531, 2358, 0, 0),           // before
        (3, 20260531, 2359, 0, 0),           // within the overlap, the day before
        (4, 20260601, 1, 0, 0),              // the minute of the watermark itself
        (5, 20260601, 900, 0, 0),            // after
        (6, 20250101, 1200, 20260601, 5),    // made later than it says it was changed
        (7, 20250101, 1200, 20250101, 1200), // long ago
    ];
    for (number, change, minute, made, made_minute) in rows {
        company
            .run(&format!(
                "INSERT INTO dbo.Actor (ActNo, CustNo, ChDt, ChTm, CreDt, CreTm) VALUES ({number}, {number}, {change}, {minute}, {made}, {made_minute})"
            ))
            .await;
    }
    let mut adapter = company.adapter();
    let since = Some(Watermark("2026-06-01T00:01:30".into()));
    let (rows, _, watermark) = read_all(&mut adapter, &Read { since, ..listing(&customers()) }).await;
    assert_eq!(ids(&rows), ["1", "3", "4", "5", "6"]);
    assert_eq!(rows[2].changed, "2026-06-01T00:01:00Z".parse().ok());
    assert_eq!(rows[0].changed, None);

    let (rows, ..) = read_all(&mut adapter, &Read { since: Some(watermark.clone()), ..listing(&customers()) }).await;
    assert_eq!(ids(&rows), ["1"], "the watermark is the server's own clock at the start of the read");
    adapter.update(&update(&customers(), "2", &[], &[("Gr", Value::Int(5))])).await.unwrap();
    let (rows, ..) = read_all(&mut adapter, &Read { since: Some(watermark), ..listing(&customers()) }).await;
    assert_eq!(ids(&rows), ["1", "2"]);

    company.run("INSERT INTO dbo.FreeInf1 (PK, InfCatNo, Dt1) VALUES (1, 77, 20251231), (2, 77, 20260101), (3, 77, 0), (4, 5, 20260101)").await;
    let start_date = Some(jiff::civil::date(2026, 1, 1));
    let (rows, ..) = read_all(&mut adapter, &Read { start_date, ..listing(&hours()) }).await;
    assert_eq!(ids(&rows), ["2", "3"], "older hours stay out, as do other programs' rows");
    let error = adapter
        .read(&Read { since: Some(Watermark("yesterday".into())), ..listing(&customers()) }, None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Answer);
    company.end().await;
}

#[tokio::test]
async fn numbers_come_from_the_series_and_never_twice() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Actor (ActNo, CustNo) VALUES (9, 20500), (70000, 10003)").await;
    let mut config = company.config.clone();
    config.series = [("CustNo".to_owned(), 10_000..=10_013), ("ActNo".to_owned(), 500..=599)].into();
    let work = |from: u32| {
        let mut adapter = company.adapter_with(config.clone(), Arc::new(TcpDial::default()));
        async move {
            let mut made = Vec::new();
            for n in from..from + 5 {
                let identity = Some(("Inf8", Value::text(format!("guid-{n}"))));
                made.push(
                    adapter
                        .create(&create(&customers(), &[("Nm", Value::text("Ny"))], &["ActNo", "CustNo"], identity))
                        .await
                        .unwrap(),
                );
            }
            made
        }
    };
    let (a, b) = tokio::join!(tokio::spawn(work(0)), tokio::spawn(work(5)));
    let made: Vec<Row> = a.unwrap().into_iter().chain(b.unwrap()).collect();
    let mut keys: Vec<i64> = made.iter().map(|r| r.id.parse().unwrap()).collect();
    let mut numbers: Vec<i64> = made.iter().map(|r| r.values[0].as_int().unwrap()).collect();
    keys.sort_unstable();
    numbers.sort_unstable();
    assert_eq!(keys, (500..510).collect::<Vec<i64>>());
    assert_eq!(numbers, (10_004..10_014).collect::<Vec<i64>>());
    assert!(made.iter().all(|r| r.changed.is_some()));
    assert_eq!(company.count("Actor WHERE ChUsr = 'samband' AND CreUsr = 'samband' AND ChDt = CreDt AND ChTmms > 0 AND ChDt > 20260000").await, 10);

    let mut adapter = company.adapter_with(config, Arc::new(TcpDial::default()));
    let full = adapter.create(&create(&customers(), &[], &["ActNo", "CustNo"], None)).await.unwrap_err();
    assert_eq!((full.kind, full.why.as_str()), (ErrorKind::Refused, "the series 10000 to 10013 of CustNo is used up"));
    assert_eq!(company.count("Actor").await, 12, "nothing of it stayed");
    company.end().await;
}

#[tokio::test]
async fn a_repeated_creation_answers_the_same_row() {
    let mut company = TestCompany::new().await;
    let mut adapter = company.adapter();
    let guid = "39f9432a-a141-fcab-9142-8045bf8ed54a";
    let wanted = create(
        &customers(),
        &[("Nm", Value::text("Nordlys"))],
        &["ActNo", "CustNo"],
        Some(("Inf8", Value::text(guid))),
    );
    let first = adapter.create(&wanted).await.unwrap();
    let again = adapter.create(&wanted).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(company.count("Actor").await, 1);
    let found =
        adapter.candidates(&customers(), &[("Inf8".into(), vec![Value::Guid(guid.parse().unwrap())])]).await.unwrap();
    assert_eq!(found, [first]);
    company.end().await;
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_with_its_reason() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.R7 (RNo, Nm) VALUES ('P1001', 'Nordlys')").await;
    let mut adapter = company.adapter();
    let mut refusal =
        async |of: &[(&str, Value)]| adapter.create(&create(&projects(), of, &[], None)).await.unwrap_err();
    let taken = refusal(&[("RNo", Value::text("P1001"))]).await;
    assert_eq!(taken.kind, ErrorKind::Refused);
    assert!(taken.why.contains("P1001") && taken.why.contains("2627"), "{taken}");
    let long = refusal(&[("RNo", Value::text("P1001-2026-1"))]).await;
    assert_eq!(long.why, "RNo holds 10 characters, and the text has 12: \"P1001-2026-1\"");
    let lost = refusal(&[("RNo", Value::text("P2")), ("Nm", Value::text("Łódź"))]).await;
    assert_eq!(lost.why, "Nm is stored as windows-1252, which lacks `Ł` (U+0141), `ź` (U+017A)");
    assert!(refusal(&[("Nm", Value::text("no key"))]).await.why.contains("RNo has no value"));
    assert_eq!(refusal(&[("RNo", Value::text("P2")), ("Nope", Value::Int(1))]).await.kind, ErrorKind::Schema);

    let made = adapter
        .create(&create(
            &projects(),
            &[("RNo", Value::text("P2")), ("EStDt", Value::Date(jiff::civil::date(2026, 2, 28)))],
            &[],
            None,
        ))
        .await
        .unwrap();
    assert_eq!((made.id.as_str(), &made.values[2]), ("P2", &Value::Date(jiff::civil::date(2026, 2, 28))));
    let mut parts = create(&projects(), &[("RNo", Value::text("P3"))], &[], None);
    parts.parts.push(PartWrite { list: "addresses".into(), id: None, expect: Vec::new(), set: Vec::new() });
    assert!(adapter.create(&parts).await.unwrap_err().what.contains("`addresses`"));
    company.run("UPDATE dbo.R7 SET EStDt = 20260231 WHERE RNo = 'P2'").await;
    let wrong = adapter.read(&listing(&projects()), None).await.unwrap_err();
    assert_eq!(wrong.what, "dbo.R7 with RNo P2: EStDt holds 20260231, which is no date");
    assert_eq!(company.count("R7").await, 2);
    company.end().await;
}

#[tokio::test]
async fn an_update_writes_only_over_what_it_expects() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Actor (ActNo, CustNo, Nm, Gr, ChUsr) VALUES (7, 7, 'Old   ', 1, 'anna')").await;
    let mut adapter = company.adapter();
    let nm = |text: &str| [("Nm", Value::text(text))];
    let moved = adapter.update(&update(&customers(), "7", &nm("Older"), &nm("New"))).await.unwrap_err();
    assert_eq!((moved.kind, moved.why.as_str()), (ErrorKind::Moved, "Nm holds \"Old\" now, not \"Older\""));
    assert_eq!(company.count("Actor WHERE Nm = 'Old' AND ChUsr = 'anna'").await, 1, "nothing was written");

    let expect = [("Nm", Value::text("Old")), ("Inf8", Value::Null), ("CrLmt", Value::Int(0))];
    let set =
        [("Nm", Value::text("Nytt å")), ("Gr", Value::Null), ("CrLmt", Value::Decimal("1000.5".parse().unwrap()))];
    let row = adapter.update(&update(&customers(), "7", &expect, &set)).await.unwrap();
    assert_eq!(row.values, [Value::Int(7), Value::text("Nytt å"), Value::Null, Value::Int(0)]);
    assert_eq!(company.count("Actor WHERE Nm = 'Nytt å' AND Gr = 0 AND CrLmt = 1000.5 AND ChUsr = 'samband' AND ChDt > 0 AND CreDt = 0").await, 1);

    let key = adapter.update(&update(&customers(), "7", &[], &[("ActNo", Value::Int(8))])).await.unwrap_err();
    assert_eq!(key.kind, ErrorKind::Refused);
    for id in ["8", "x", "99999999999"] {
        assert_eq!(
            adapter.update(&update(&customers(), id, &[], &nm("New"))).await.unwrap_err().kind,
            ErrorKind::Gone,
            "{id}"
        );
    }
    company.run("UPDATE dbo.Actor SET CustNo = 0 WHERE ActNo = 7").await;
    assert_eq!(
        adapter.update(&update(&customers(), "7", &[], &nm("New"))).await.unwrap_err().kind,
        ErrorKind::Gone,
        "it is no customer any more"
    );
    company.end().await;
}

#[tokio::test]
async fn everything_that_is_missing_is_said_at_once_before_anything_is_written() {
    let company = TestCompany::new().await;
    let mut wanted = customers();
    for (name, ty) in [("Nope", Type::Int), ("nm", Type::Int), ("Shrt", Type::Text(Some(200)))] {
        wanted.fields.extend(select("Actor", None, Vec::new(), &[(name, ty, true)]).fields);
    }
    let mut adapter = company.adapter();
    let error = adapter.open(&[wanted, select("Nowhere", None, Vec::new(), &[])]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Schema);
    assert_eq!(
        error.why,
        "dbo.Actor.Nope: there is no such column; dbo.Actor.Nm: is varchar(80), where int is expected; \
         dbo.Actor.Shrt: is varchar(80), where text(200) is expected; dbo.Nowhere: there is no such table, or the login has no right to it"
    );
    let opened = adapter.open(&[customers(), projects(), hours()]).await.unwrap();
    assert!(opened.identity.contains(&company.config.database.to_lowercase()), "{}", opened.identity);
    assert!(opened.description.contains("not encrypted"), "{}", opened.description);
    assert!(!format!("{:?}", company.config).contains("secret"));
    company.end().await;
}

#[tokio::test]
async fn logins_databases_and_addresses_that_are_wrong() {
    let company = TestCompany::new().await;
    let open = async |change: &dyn Fn(&mut samband::systems::business::BusinessConfig)| {
        let mut config = company.config.clone();
        change(&mut config);
        company.adapter_with(config, Arc::new(TcpDial { timeout: Duration::from_secs(2) })).open(&[]).await.unwrap_err()
    };
    let error = open(&|c| c.login = login("samband", "wrong-and-secret")).await;
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert!(error.why.contains("18456") && !format!("{error:?}").contains("wrong-and-secret"), "{error:?}");
    let error = open(&|c| c.database = "F9999".into()).await;
    assert!(error.kind.stops_side() && error.what.contains("F9999"), "{error}");
    let error = open(&|c| c.server = "localhost:1".into()).await;
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::Unreachable, "could not reach localhost:1"));
    assert!(open(&|c| c.server = "a:b".into()).await.what.contains("`a:b`"));
    assert!(open(&|c| c.login = samband::systems::business::Login::Windows).await.what.contains("Windows account"));
    company.end().await;
}

#[tokio::test]
async fn a_reader_is_told_which_right_it_lacks() {
    let company = TestCompany::sandbox(Options::default()).await;
    let mut config = company.config.clone();
    config.login = login("reader", "r");
    let mut adapter = company.adapter_with(config, Arc::new(TcpDial::default()));
    adapter.open(&[customers()]).await.unwrap();
    let error = adapter.create(&create(&customers(), &[], &["ActNo"], None)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rights);
    assert!(error.why.contains("INSERT") && error.why.contains("229"), "{error}");
}

#[tokio::test]
async fn encryption_and_certificates() {
    let company = TestCompany::sandbox(Options { encryption: Encryption::Required, ..Options::default() }).await;
    let mut config = company.config.clone();
    config.encrypt = Encrypt::Required;
    let open = async |config: &samband::systems::business::BusinessConfig| {
        company.adapter_with(config.clone(), Arc::new(TcpDial::default())).open(&[customers()]).await
    };
    let error = open(&config).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.what.contains("the certificate of localhost"), "{error}");

    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), company.sandbox.as_ref().unwrap().certificate_pem()).unwrap();
    config.ca_certificate = Some(file.path().into());
    assert!(open(&config).await.unwrap().description.ends_with(", encrypted, certificate checked"));
    config.trust_certificate = true;
    assert!(open(&config).await.unwrap_err().what.contains("both set"));
    config.ca_certificate = None;
    assert!(open(&config).await.unwrap().description.ends_with(", encrypted, certificate not checked"));

    let plain = TestCompany::sandbox(Options { encryption: Encryption::NotSupported, ..Options::default() }).await;
    config.server = plain.config.server.clone();
    let error = open(&config).await.unwrap_err();
    assert!(error.what.contains("does not encrypt"), "{error}");
}

#[tokio::test]
async fn a_lost_answer_to_the_commit_is_an_unknown_outcome() {
    for delivered in [true, false] {
        let mut company = TestCompany::new().await;
        let mut adapter =
            company.adapter_with(company.config.clone(), Arc::new(CutDial::new("COMMIT TRANSACTION", delivered)));
        adapter.open(&[customers()]).await.unwrap();
        let wanted = create(
            &customers(),
            &[("Nm", Value::text("Nordlys"))],
            &["ActNo", "CustNo"],
            Some(("Inf8", Value::text("guid-1"))),
        );
        let error = adapter.create(&wanted).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unknown, "{error}");
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(company.count("Actor").await, i32::from(delivered), "it did or did not take effect");
        adapter.create(&wanted).await.unwrap();
        assert_eq!(company.count("Actor").await, 1, "tried again, there is one all the same");
        company.end().await;
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_commit_is_made_good() {
    for (word, delivered) in
        [("INSERT INTO", true), ("INSERT INTO", false), ("BEGIN TRANSACTION", true), ("sp_getapplock", true)]
    {
        let mut company = TestCompany::new().await;
        let mut adapter = company.adapter_with(company.config.clone(), Arc::new(CutDial::new(word, delivered)));
        adapter
            .create(&create(&customers(), &[], &["ActNo", "CustNo"], Some(("Inf8", Value::text("guid-1")))))
            .await
            .unwrap();
        assert_eq!(company.count("Actor").await, 1, "{word}");
        company.end().await;
    }
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Actor (ActNo, CustNo) VALUES (1, 1)").await;
    let mut adapter = company.adapter_with(company.config.clone(), Arc::new(CutDial::new("SELECT TOP", true)));
    assert_eq!(adapter.read(&listing(&customers()), None).await.unwrap().rows.len(), 1);
    company.end().await;
}

#[tokio::test]
async fn deadlocks_are_tried_again_and_in_the_end_reported() {
    let failing = Arc::new(AtomicU32::new(0));
    let left = Arc::clone(&failing);
    let hook = move |moment: Moment, request: &samband::sandbox::business::Request<'_>| {
        let fails = moment == Moment::Before
            && request.text.starts_with("UPDATE")
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if fails {
            Disturbance::Fail(SqlError::new(1205, 13, 51, "Transaction was deadlocked."))
        } else {
            Disturbance::None
        }
    };
    let mut company = TestCompany::sandbox(Options { hook: Some(Arc::new(hook)), ..Options::default() }).await;
    company.run("INSERT INTO dbo.Actor (ActNo, CustNo, Nm) VALUES (1, 1, 'Old')").await;
    let mut adapter = company.adapter();
    let change = update(&customers(), "1", &[("Nm", Value::text("Old"))], &[("Nm", Value::text("New"))]);
    failing.store(100, Ordering::SeqCst);
    assert_eq!(adapter.update(&change).await.unwrap_err().kind, ErrorKind::Busy);
    failing.store(2, Ordering::SeqCst);
    assert_eq!(adapter.update(&change).await.unwrap().values[1], Value::text("New"));
}

#[tokio::test]
async fn a_row_that_somebody_holds_is_that_records_matter() {
    let mut company = TestCompany::new().await;
    company.run("INSERT INTO dbo.Actor (ActNo, CustNo, Nm) VALUES (1, 1, 'Old'), (2, 2, 'Other')").await;
    company.run("BEGIN TRANSACTION; UPDATE dbo.Actor SET Nm = 'Held' WHERE ActNo = 1").await;
    let mut config = company.config.clone();
    config.lock_timeout = Duration::from_millis(50);
    let mut adapter = company.adapter_with(config, Arc::new(TcpDial::default()));
    let error = adapter.update(&update(&customers(), "1", &[], &[("Nm", Value::text("New"))])).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.why.contains("1222"), "{error}");
    company.run("ROLLBACK TRANSACTION").await;
    adapter
        .update(&update(&customers(), "1", &[("Nm", Value::text("Old"))], &[("Nm", Value::text("New"))]))
        .await
        .unwrap();
    company.end().await;
}
