//! Rows of one table: reading, numbers, creating and changing.

use super::support::business::TestCompany;
use super::{create, customers, hours, ids, is, listing, projects, read_all, update};
use samband::systems::business::TcpDial;
use samband::systems::{Comparison, ErrorKind, PartWrite, Read, Row, System, Watermark};
use samband::value::Value;
use std::sync::Arc;

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
