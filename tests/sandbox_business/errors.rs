//! Errors by number and text, and the loud refusal of what is not carried.

use samband::sandbox::business::{BusinessServer, Disturbance, Kind, Moment, Options, SqlError};

use crate::client::{company, connect, connect_as, error, number, options, run, server};

#[tokio::test]
async fn errors_have_sql_servers_numbers_and_texts() {
    let server = server().await;
    server.company().add_foreign_key("FK_OrdLn_Ord", ("OrdLn", "OrdNo"), ("Ord", "OrdNo"));
    let mut client = connect(&server).await;
    for (sql, expected, text) in [
        (
            "INSERT INTO Actor (ActNo) VALUES (10001)",
            2627,
            "Violation of PRIMARY KEY constraint 'PK_Actor'. Cannot insert duplicate key in object 'dbo.Actor'. The duplicate key value is (10001).",
        ),
        (
            "UPDATE Actor SET ActNo = 10002 WHERE ActNo = 10001",
            2627,
            "Violation of PRIMARY KEY constraint 'PK_Actor'. Cannot insert duplicate key in object 'dbo.Actor'. The duplicate key value is (10002).",
        ),
        (
            "INSERT INTO R7 (RNo) VALUES ('ABCDEFGHIJKL')",
            2628,
            "String or binary data would be truncated in table 'F0001.dbo.R7', column 'RNo'. Truncated value: 'ABCDEFGHIJ'.",
        ),
        (
            "UPDATE Actor SET Nm = NULL",
            515,
            "Cannot insert the value NULL into column 'Nm', table 'F0001.dbo.Actor'; column does not allow nulls. UPDATE fails.",
        ),
        (
            "INSERT INTO Actor (Nm) VALUES ('x')",
            515,
            "Cannot insert the value NULL into column 'ActNo', table 'F0001.dbo.Actor'; column does not allow nulls. INSERT fails.",
        ),
        ("SELECT * FROM dbo.Nothing", 208, "Invalid object name 'dbo.Nothing'."),
        ("SELECT Nothing FROM Actor", 207, "Invalid column name 'Nothing'."),
        ("SELECT x.Nm FROM Actor", 4104, "The multi-part identifier \"x.Nm\" could not be bound."),
        (
            "INSERT INTO OrdLn (OrdNo, LnNo) VALUES (5, 1)",
            547,
            "The INSERT statement conflicted with the FOREIGN KEY constraint \"FK_OrdLn_Ord\". The conflict occurred in database \"F0001\", table \"dbo.Ord\", column 'OrdNo'.",
        ),
        (
            "SELECT * FROM Actor WHERE Nm = 5",
            245,
            "Conversion failed when converting the varchar value 'Ærø Skipsverft Åse & Sønn' to data type int.",
        ),
        ("SELECT CAST('x' AS decimal(28,6))", 8114, "Error converting data type varchar to numeric."),
        ("UPDATE Actor SET Gr = 3000000000", 8115, "Arithmetic overflow error converting numeric to data type int."),
        ("UPDATE Actor SET ChTm = 70000", 220, "Arithmetic overflow error for data type smallint, value = 70000."),
        ("SELECT 1 / CustNo FROM Actor WHERE 1 = 0; SELECT 1 / 0", 8134, "Divide by zero error encountered."),
        ("SELECT @x", 137, "Must declare the scalar variable \"@x\"."),
        ("USE F0002", 911, "Database 'F0002' does not exist. Make sure that the name is entered correctly."),
        ("EXEC sp_who", 2812, "Could not find stored procedure 'sp_who'."),
        ("COMMIT", 3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."),
    ] {
        assert_eq!(error(&mut client, sql).await, (expected, text.to_string()), "{sql}");
    }
    assert_eq!(
        number(&mut client, "SELECT COUNT(*) FROM Actor WHERE Nm = 'Nordlys AS'").await,
        1,
        "nothing of it stayed"
    );
}

#[tokio::test]
async fn what_is_not_carried_is_refused_by_name() {
    let server = server().await;
    let mut client = connect(&server).await;
    for (sql, named) in [
        ("CREATE TABLE x (a int)", "CREATE"),
        ("DROP TABLE Actor", "DROP"),
        ("TRUNCATE TABLE Actor", "TRUNCATE"),
        ("MERGE Actor AS t USING Ord AS s ON t.ActNo = s.OrdNo WHEN MATCHED THEN DELETE;", "MERGE"),
        ("BEGIN TRY SELECT 1 END TRY BEGIN CATCH END CATCH", "BEGIN TRY"),
        ("SAVE TRANSACTION a", "SAVE"),
        ("WITH c AS (SELECT 1 AS a) SELECT a FROM c", "WITH c"),
        ("SELECT 1 UNION SELECT 2", "UNION"),
        ("SELECT ROW_NUMBER() OVER (ORDER BY ActNo) FROM Actor", "ROW_NUMBER"),
        ("INSERT INTO Actor (ActNo) OUTPUT inserted.ActNo VALUES (5)", "OUTPUT"),
        ("UPDATE a SET Nm = 'x' FROM Actor a", "UPDATE"),
        ("SELECT Nm INTO x FROM Actor", "INTO"),
        ("SELECT * FROM OPENJSON('{}')", "OPENJSON"),
        ("SET SHOWPLAN_ALL ON", "SHOWPLAN_ALL"),
        ("DECLARE @t TABLE (a int)", "@t"),
        ("SELECT SOUNDEX(Nm) FROM Actor", "SOUNDEX"),
        ("SELECT STRING_AGG(Nm, ',') FROM Actor", "STRING_AGG"),
        ("PRINT 'x'", "PRINT"),
        ("WHILE 1 = 1 SELECT 1", "WHILE"),
        ("SELECT TOP 5 PERCENT * FROM Actor", "PERCENT"),
        ("SELECT * FROM Actor FOR XML AUTO", "FOR XML"),
        ("DELETE TOP (1) FROM Actor", "("),
        ("SELECT FROM WHERE", "FROM"),
    ] {
        let (number, text) = error(&mut client, sql).await;
        assert!(matches!(number, 102 | 156) && text.contains(named), "{sql}: {number} {text}");
    }
    assert_eq!(number(&mut client, "SELECT COUNT(*) FROM Actor").await, 3);
}

#[tokio::test]
async fn a_batch_with_an_unknown_column_does_nothing_at_all() {
    let server = server().await;
    let mut client = connect(&server).await;
    assert_eq!(error(&mut client, "DELETE FROM Actor; SELECT Nothing FROM Actor").await.0, 207);
    assert_eq!(number(&mut client, "SELECT COUNT(*) FROM Actor").await, 3);
}

#[tokio::test]
async fn rights_are_kept() {
    let server = server().await;
    let mut reader = connect_as(&server, "reader", "r").await;
    assert_eq!(number(&mut reader, "SELECT COUNT(*) FROM Actor").await, 3);
    let denied = error(&mut reader, "INSERT INTO Actor (ActNo) VALUES (1)").await;
    assert_eq!(
        denied,
        (229, "The INSERT permission was denied on the object 'Actor', database 'F0001', schema 'dbo'.".into())
    );
    let mut hours = connect_as(&server, "hours", "h").await;
    run(&mut hours, "INSERT INTO FreeInf1 (PK) VALUES (1)").await;
    assert_eq!(error(&mut hours, "UPDATE FreeInf1 SET Gr = 1").await.0, 229);
    assert_eq!(error(&mut hours, "SELECT Nm FROM Actor").await.0, 229);
    assert_eq!(error(&mut hours, "INSERT INTO FreeInf1 (PK) SELECT ActNo FROM Actor").await.0, 229);
    assert_eq!(number(&mut hours, "SELECT HAS_PERMS_BY_NAME('dbo.FreeInf1', 'OBJECT', 'INSERT')").await, 1);
    assert_eq!(number(&mut hours, "SELECT HAS_PERMS_BY_NAME('dbo.Actor', 'OBJECT', 'SELECT')").await, 0);
}

#[tokio::test]
async fn a_hook_loses_answers_and_makes_errors() {
    let hook = |moment: Moment, request: &samband::sandbox::business::Request<'_>| match (
        moment,
        request.kind,
        request.text,
    ) {
        (Moment::After, Kind::Batch, text) if text.starts_with("INSERT") => Disturbance::Cut,
        (Moment::After, Kind::Batch, "SELECT * FROM Actor") => Disturbance::CutHalfway,
        (Moment::Before, Kind::Batch, text) if text.starts_with("DELETE") => {
            Disturbance::Fail(SqlError::new(1205, 13, 51, "Transaction was deadlocked."))
        }
        _ => Disturbance::None,
    };
    let server =
        BusinessServer::start(company(), Options { hook: Some(std::sync::Arc::new(hook)), ..options() }).await.unwrap();
    let mut client = connect(&server).await;
    assert_eq!(error(&mut client, "DELETE FROM Actor").await.0, 1205);
    for sql in ["INSERT INTO Actor (ActNo) VALUES (7)", "SELECT * FROM Actor"] {
        let mut victim = connect(&server).await;
        let lost = match victim.simple_query(sql).await {
            Ok(stream) => stream.into_results().await.map(drop),
            Err(error) => Err(error),
        };
        assert!(!matches!(lost.unwrap_err(), tiberius::error::Error::Server(_)), "{sql}");
    }
    assert_eq!(number(&mut client, "SELECT COUNT(*) FROM Actor").await, 4, "the lost insert took, the delete did not");
}
