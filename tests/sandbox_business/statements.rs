//! Statements, parameters and types.

use rust_decimal::Decimal;
use samband::sandbox::business::{BusinessServer, Clock, Company, Options, SqlValue};
use tiberius::Query;

use crate::client::{company, connect, number, options, rows, run, server};

#[tokio::test]
async fn parameters_carry_nulls_numbers_and_nordic_text() {
    let server = server().await;
    let mut client = connect(&server).await;
    let amount: Decimal = "12345678901234.567891".parse().unwrap();
    let done = client
        .execute(
            "INSERT INTO dbo.FreeInf1 (PK, InfCatNo, Txt1, Val1, OrdNo) VALUES (@P1, @P2, @P3, CAST(@P4 AS decimal(28,6)), ISNULL(@P5, 7))",
            &[&4711_i32, &3_i16, &"Åsgård – blåbærsyltetøy", &amount, &Option::<i32>::None],
        )
        .await
        .unwrap();
    assert_eq!(done.total(), 1);
    let mut query =
        Query::new("SELECT PK, Txt1, Val1, OrdNo, Txt2, @P2 AS nothing, @P3 AS text FROM FreeInf1 WHERE PK = @P1");
    query.bind(4711_i64);
    query.bind(Option::<&str>::None);
    query.bind("æøå");
    let row = query.query(&mut client).await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.get::<i32, _>("PK"), Some(4711));
    assert_eq!(row.get::<&str, _>("Txt1"), Some("Åsgård – blåbærsyltetøy"));
    assert_eq!(row.get::<Decimal, _>("Val1"), Some(amount));
    assert_eq!(row.get::<i32, _>("OrdNo"), Some(7));
    assert_eq!(row.get::<&str, _>("Txt2"), Some(""));
    assert_eq!(row.try_get::<&str, _>("nothing").unwrap(), None);
    assert_eq!(row.get::<&str, _>("text"), Some("æøå"));
}

#[tokio::test]
async fn every_kind_of_parameter_comes_back() {
    let server = server().await;
    let mut client = connect(&server).await;
    let long = "å".repeat(9000);
    let row = client
        .query(
            "SELECT @P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8",
            &[
                &true,
                &200_u8,
                &-3_i16,
                &-5_000_000_000_i64,
                &1.5_f64,
                &long.as_str(),
                &"",
                &vec![1_u8, 2, 255].as_slice(),
            ],
        )
        .await
        .unwrap()
        .into_row()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.get::<bool, _>(0), Some(true));
    assert_eq!(row.get::<u8, _>(1), Some(200));
    assert_eq!(row.get::<i16, _>(2), Some(-3));
    assert_eq!(row.get::<i64, _>(3), Some(-5_000_000_000));
    assert_eq!(row.get::<f64, _>(4), Some(1.5));
    assert_eq!(row.get::<&str, _>(5), Some(long.as_str()));
    assert_eq!(row.get::<&str, _>(6), Some(""));
    assert_eq!(row.get::<&[u8], _>(7), Some([1_u8, 2, 255].as_slice()));
}

#[tokio::test]
async fn decimals_are_exact_in_arithmetic_order_and_sums() {
    let server = server().await;
    let mut client = connect(&server).await;
    for (key, value) in [(1, "0.1"), (2, "0.2"), (3, "-10"), (4, "9.5"), (5, "10.000001")] {
        run(&mut client, &format!("INSERT INTO FreeInf1 (PK, Val1, Val2) VALUES ({key}, {value}, {key})")).await;
    }
    let sum =
        rows(&mut client, "SELECT SUM(Val1) AS s, MAX(Val1) AS high, MIN(Val1) AS low, COUNT(*) AS n FROM FreeInf1")
            .await;
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    assert_eq!(sum[0].get::<Decimal, _>("s"), Some(decimal("9.800001")));
    assert_eq!(
        (sum[0].get::<Decimal, _>("high"), sum[0].get::<Decimal, _>("low")),
        (Some(decimal("10.000001")), Some(decimal("-10")))
    );
    assert_eq!(number(&mut client, "SELECT PK FROM FreeInf1 WHERE Val1 + 0.1 = 0.3").await, 2);
    assert_eq!(number(&mut client, "SELECT COUNT(*) FROM FreeInf1 WHERE Val1 > 9 AND Val1 < Val2 + 10").await, 2);
    let ordered: Vec<i32> =
        rows(&mut client, "SELECT PK FROM FreeInf1 ORDER BY Val1").await.iter().map(|r| r.get(0).unwrap()).collect();
    assert_eq!(ordered, [3, 1, 2, 4, 5]);
    let product = rows(&mut client, "SELECT Val1 * Val2 AS p, Val1 / 3 AS q FROM FreeInf1 WHERE PK = 5").await;
    assert_eq!(product[0].get::<Decimal, _>("p"), Some(decimal("50.000005")));
    let third: Decimal = product[0].get("q").unwrap();
    assert!(third.to_string().starts_with("3.3333336"), "{third}");
}

#[tokio::test]
async fn text_is_compared_without_case_and_trailing_blanks() {
    let server = server().await;
    let mut client = connect(&server).await;
    for (filter, count) in [
        ("Nm = 'NORDLYS as'", 1),
        ("Nm = 'Blank'", 1),
        ("Nm = 'Blank     '", 1),
        ("Nm = N'ÆRØ skipsverft åse & sønn'", 1),
        ("Nm = 'Aero'", 0),
        ("Nm LIKE 'nord%'", 1),
        ("Nm LIKE '%[æø]%'", 1),
        ("Nm <> ''", 3),
        ("Shrt = ''", 3),
        ("Nm IN ('nordlys as', 'blank', N'nobody')", 2),
        ("CustNo BETWEEN 10002 AND 10003 AND NOT Nm = 'Blank'", 1),
        ("CustNo = '10002'", 1),
        ("LEN(Nm) = 5", 1),
        ("EXISTS (SELECT 1 FROM dbo.Actor b WHERE b.ActNo = Actor.ActNo + 1)", 2),
        ("ActNo IN (SELECT MAX(ActNo) FROM Actor)", 1),
        ("EUTaxNo IS NULL OR ISNULL(MainAct, 5) = 0", 3),
    ] {
        assert_eq!(
            number(&mut client, &format!("SELECT COUNT(*) FROM dbo.[Actor] WHERE {filter}")).await,
            count,
            "{filter}"
        );
    }
    // A varchar cannot hold it, so it is a question mark from then on.
    run(&mut client, "UPDATE Actor SET Nm = N'Łódź' WHERE ActNo = 10003").await;
    let name = rows(&mut client, "SELECT Nm FROM Actor WHERE ActNo = 10003").await;
    assert_eq!(name[0].get::<&str, _>(0), Some("?ód?"));
}

#[tokio::test]
async fn joins_pages_and_hints() {
    let server = server().await;
    let mut client = connect(&server).await;
    run(&mut client, "INSERT INTO Ord (OrdNo, CustNo, Nm) VALUES (1, 10001, 'a'), (2, 10002, 'b'), (3, 99, 'c')").await;
    let joined = rows(
        &mut client,
        "SELECT o.OrdNo, c.Nm AS Customer FROM dbo.Ord AS o WITH (NOLOCK) LEFT JOIN dbo.Actor c WITH (NOLOCK) ON c.CustNo = o.CustNo ORDER BY o.OrdNo DESC OFFSET 0 ROWS FETCH NEXT 2 ROWS ONLY",
    )
    .await;
    let joined: Vec<(i32, Option<&str>)> =
        joined.iter().map(|r| (r.get("OrdNo").unwrap(), r.get("Customer"))).collect();
    assert_eq!(joined, [(3, None), (2, Some("Nordlys AS"))]);
    assert_eq!(rows(&mut client, "SELECT TOP (2) * FROM Ord ORDER BY OrdNo").await.len(), 2);
    assert_eq!(
        number(
            &mut client,
            "SELECT ISNULL(MAX(OrdNo), 0) + 1 FROM Ord WITH (UPDLOCK, HOLDLOCK) WHERE OrdNo BETWEEN 1 AND 1000"
        )
        .await,
        4
    );
    assert_eq!(
        number(
            &mut client,
            "INSERT INTO FreeInf1 (PK, Txt1) SELECT OrdNo, Nm FROM Ord WHERE OrdNo < 3; SELECT @@ROWCOUNT"
        )
        .await,
        2
    );
    assert_eq!(number(&mut client, "UPDATE Ord SET Nm = 'x' WHERE OrdNo = 77; IF @@ROWCOUNT = 0 INSERT INTO Ord (OrdNo) VALUES (77); SELECT COUNT(*) FROM Ord").await, 4);
}

#[tokio::test]
async fn several_statements_answer_in_order() {
    let server = server().await;
    let mut client = connect(&server).await;
    let results = client
        .simple_query("SET NOCOUNT ON SET XACT_ABORT ON; SELECT 1 AS a; SELECT Nm FROM Actor WHERE 1 = 0; DECLARE @x int = 40; SET @x = @x + 2 SELECT @x, @@TRANCOUNT")
        .await
        .unwrap()
        .into_results()
        .await
        .unwrap();
    assert_eq!(results.len(), 3);
    assert_eq!(results[2][0].get::<i32, _>(0), Some(42));
    let counts = client
        .execute("UPDATE Actor SET Gr = 1 WHERE ActNo > 10001; DELETE FROM Actor WHERE ActNo = 10001", &[])
        .await
        .unwrap();
    // NOCOUNT of the batch before is still on.
    assert_eq!(counts.total(), 0);
    run(&mut client, "SET NOCOUNT OFF").await;
    let counts = client
        .execute("UPDATE Actor SET Gr = 2 WHERE ActNo > 10001; DELETE FROM Actor WHERE ActNo = 10002", &[])
        .await
        .unwrap();
    assert_eq!(counts.rows_affected(), [2, 1]);
}

#[tokio::test]
async fn two_thousand_and_fifty_parameters() {
    let server = server().await;
    let mut client = connect(&server).await;
    let numbers: Vec<i32> = (0..2050).collect();
    for joiner in [", ", " OR ActNo = "] {
        let places: Vec<String> = (1..=numbers.len()).map(|n| format!("@P{n} + 8000")).collect();
        let list = places.join(joiner);
        let filter = if joiner == ", " { format!("ActNo IN ({list})") } else { format!("ActNo = {list}") };
        let mut query = Query::new(format!("SELECT COUNT(*) FROM Actor WHERE {filter}"));
        for number in &numbers {
            query.bind(*number);
        }
        let row = query.query(&mut client).await.unwrap().into_row().await.unwrap().unwrap();
        assert_eq!(row.get::<i32, _>(0), Some(3), "{joiner}");
    }
}

#[tokio::test]
async fn the_catalog_can_be_asked() {
    let server = server().await;
    let mut client = connect(&server).await;
    let columns = rows(
        &mut client,
        "SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, IS_NULLABLE, COLLATION_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME = N'FreeInf1' AND COLUMN_NAME IN ('PK', 'Txt1', 'Val1') AND TABLE_CATALOG = DB_NAME() ORDER BY ORDINAL_POSITION",
    )
    .await;
    let shown: Vec<String> = columns
        .iter()
        .map(|r| {
            let text = |name: &str| r.get::<&str, _>(name).unwrap_or("-").to_string();
            let (length, precision, scale) = (
                r.get::<i32, _>("CHARACTER_MAXIMUM_LENGTH"),
                r.get::<u8, _>("NUMERIC_PRECISION"),
                r.get::<i32, _>("NUMERIC_SCALE"),
            );
            format!(
                "{} {} {length:?} {precision:?} {scale:?} {} {}",
                text("COLUMN_NAME"),
                text("DATA_TYPE"),
                text("IS_NULLABLE"),
                text("COLLATION_NAME")
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "PK int None Some(10) Some(0) NO -",
            "Txt1 varchar Some(80) None None NO Danish_Norwegian_CI_AS",
            "Val1 decimal None Some(28) Some(6) NO -",
        ]
    );
    assert_eq!(
        number(&mut client, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'").await,
        31
    );
    let version = rows(&mut client, "SELECT @@VERSION, CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128))").await;
    assert!(version[0].get::<&str, _>(0).unwrap().contains("samband sandbox"));
    assert_eq!(version[0].get::<&str, _>(1), Some("15.0.2000.5"));
}

#[tokio::test]
async fn the_shapes_people_write() {
    let server = server().await;
    let mut client = connect(&server).await;
    for (sql, expected) in [
        ("/* a */ SELECT 1 -- b\n", 1),
        ("SELECT dbo.Actor.ActNo FROM dbo.Actor WHERE dbo.Actor.Nm LIKE N'Nord%'", 10002),
        ("SELECT x.ActNo AS [a number] FROM [F0001].[dbo].[Actor] x WHERE x.ActNo = 10003", 10003),
        ("SELECT ActNo FROM F0001..Actor WHERE ActNo = 10003", 10003),
        ("SELECT CASE WHEN Nm = 'Blank' THEN 1 ELSE 2 END FROM Actor WHERE ActNo = 10003", 1),
        ("SELECT CASE CustNo WHEN 10003 THEN 7 END FROM Actor WHERE ActNo = 10003", 7),
        ("IF EXISTS (SELECT 1 FROM Actor WHERE ActNo = 1) SELECT 1 ELSE SELECT 2", 2),
        ("IF NOT EXISTS (SELECT 1 FROM Actor WHERE ActNo = 1) BEGIN SELECT 3; END ELSE BEGIN SELECT 4 END", 3),
        (
            "INSERT INTO Unit (Un, Descr) SELECT 5, 'h' WHERE NOT EXISTS (SELECT 1 FROM Unit WITH (UPDLOCK, HOLDLOCK) WHERE Un = 5); SELECT @@ROWCOUNT",
            1,
        ),
        (
            "INSERT INTO FreeInf1 (PK) VALUES ((SELECT ISNULL(MAX(PK), 0) + 1 FROM FreeInf1)); SELECT MAX(PK) FROM FreeInf1",
            1,
        ),
        ("DECLARE @d datetime2(3) = SYSDATETIME(), @n int = 5; SELECT @n", 5),
        ("SELECT COUNT(DISTINCT Nm) FROM Actor", 3),
        ("SELECT COUNT(*) FROM Actor GROUP BY Gr HAVING COUNT(*) > 2", 3),
        ("SELECT 7 / 2", 3),
        ("SELECT -7 % 4", -3),
        ("SELECT LEN('abc  ')", 3),
        ("SELECT CAST('12' AS int) + CAST(2.9 AS int)", 14),
        ("SELECT CAST(ISNULL(NULLIF(RTRIM(' '), ''), '9') AS int)", 9),
        (
            "SELECT CustNo FROM Actor WHERE ActNo = 10001 AND (ChDt = 0 OR ChDt > 20260101 OR (ChDt = 20260101 AND ChTm >= 1200))",
            10001,
        ),
        ("BEGIN TRAN; BEGIN TRAN; COMMIT; SELECT @@TRANCOUNT; COMMIT", 1),
        ("SELECT CASE WHEN SYSDATETIME() > '20200101' AND GETDATE() < '2999-12-31' THEN 1 ELSE 0 END", 1),
    ] {
        assert_eq!(number(&mut client, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn the_clock_is_the_callers() {
    let noon = jiff::civil::date(2026, 3, 29).at(12, 30, 15, 123_456_700);
    let options = Options { clock: Clock::new(move || noon), ..options() };
    let server = BusinessServer::start(company(), options).await.unwrap();
    let mut client = connect(&server).await;
    let row =
        rows(&mut client, "SELECT CAST(SYSDATETIME() AS varchar(40)), CAST(CAST(GETDATE() AS date) AS varchar(10))")
            .await;
    assert_eq!(
        (row[0].get::<&str, _>(0), row[0].get::<&str, _>(1)),
        (Some("2026-03-29 12:30:15.1234567"), Some("2026-03-29"))
    );
}

#[tokio::test]
async fn a_company_in_a_file_is_still_there_the_next_time() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("F0001.db");
    let values = vec![vec![SqlValue::Int(1), "a".into()], vec![SqlValue::Int(2), "b".into()]];
    Company::create(&file).unwrap().insert_all("Unit", &["Un", "Descr"], &values).unwrap();
    let again = Company::create(&file).unwrap();
    assert_eq!(
        again.query("SELECT Descr FROM Unit ORDER BY Un DESC").unwrap().rows,
        [["b".into()], [SqlValue::from("a")]]
    );
    assert_eq!(again.insert_all("Unit", &["Un"], &[vec![3.into()], vec![1.into()]]).unwrap_err().number, 2627);
    assert_eq!(again.query("SELECT COUNT(*) FROM Unit").unwrap().rows, [[SqlValue::Int(2)]], "all or none");
}
