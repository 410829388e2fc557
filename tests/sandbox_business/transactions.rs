//! Transactions, locks and what other connections see.

use std::time::Duration;

use samband::sandbox::business::SqlValue;

use crate::client::{connect, error, number, rows, run, server};

const COUNT: &str = "SELECT COUNT(*) FROM Actor";

#[tokio::test]
async fn commit_keeps_and_rollback_undoes_by_text_and_by_request() {
    let server = server().await;
    let mut client = connect(&server).await;
    let mut other = connect(&server).await;
    run(&mut client, "BEGIN TRANSACTION; INSERT INTO Actor (ActNo) VALUES (1)").await;
    assert_eq!(number(&mut client, "SELECT @@TRANCOUNT").await, 1);
    assert_eq!(
        (number(&mut client, COUNT).await, number(&mut other, COUNT).await),
        (4, 3),
        "uncommitted rows are the writer's own"
    );
    run(&mut client, "COMMIT TRAN").await;
    assert_eq!(number(&mut other, COUNT).await, 4);

    client.begin_transaction().await.unwrap();
    client.execute("DELETE FROM Actor", &[]).await.unwrap();
    assert_eq!((number(&mut client, COUNT).await, number(&mut other, COUNT).await), (0, 4));
    client.rollback_transaction().await.unwrap();
    assert_eq!((number(&mut client, COUNT).await, number(&mut client, "SELECT @@TRANCOUNT").await), (4, 0));

    client.begin_transaction().await.unwrap();
    client.execute("DELETE FROM Actor WHERE ActNo = @P1", &[&1_i32]).await.unwrap();
    client.commit_transaction().await.unwrap();
    assert_eq!(number(&mut other, COUNT).await, 3);
}

#[tokio::test]
async fn a_lost_connection_rolls_back() {
    let server = server().await;
    let mut client = connect(&server).await;
    client.begin_transaction().await.unwrap();
    client.execute("DELETE FROM Actor", &[]).await.unwrap();
    drop(client);
    let mut other = connect(&server).await;
    // The write waits until the server has noticed.
    run(&mut other, "INSERT INTO Actor (ActNo) VALUES (1)").await;
    assert_eq!(number(&mut other, COUNT).await, 4);
}

#[tokio::test]
async fn a_failed_statement_keeps_the_transaction_unless_told_otherwise() {
    let server = server().await;
    let mut client = connect(&server).await;
    let duplicate = "INSERT INTO Actor (ActNo) VALUES (2), (10001)";
    run(&mut client, "BEGIN TRAN; INSERT INTO Actor (ActNo) VALUES (1)").await;
    assert_eq!(error(&mut client, duplicate).await.0, 2627);
    assert_eq!(
        (number(&mut client, "SELECT @@TRANCOUNT").await, number(&mut client, COUNT).await),
        (1, 4),
        "the statement went as a whole"
    );
    run(&mut client, "COMMIT").await;
    run(&mut client, "SET XACT_ABORT ON; BEGIN TRAN; INSERT INTO Actor (ActNo) VALUES (3)").await;
    assert_eq!(error(&mut client, duplicate).await.0, 2627);
    assert_eq!((number(&mut client, "SELECT @@TRANCOUNT").await, number(&mut client, COUNT).await), (0, 4));
    run(&mut client, "SET XACT_ABORT OFF; BEGIN TRAN; INSERT INTO Actor (ActNo) VALUES (3)").await;
    assert_eq!(error(&mut client, "SELECT CAST('x' AS int)").await.0, 245);
    assert_eq!(number(&mut client, "SELECT @@TRANCOUNT").await, 0, "a failed conversion takes the transaction with it");
}

#[tokio::test]
async fn a_writer_waits_as_long_as_its_lock_timeout() {
    let server = server().await;
    let mut holder = connect(&server).await;
    let mut waiter = connect(&server).await;
    run(&mut holder, "BEGIN TRAN; UPDATE Actor SET Gr = 1 WHERE ActNo = 10001").await;
    for timeout in [0, 60] {
        run(&mut waiter, &format!("SET LOCK_TIMEOUT {timeout}")).await;
        assert_eq!(
            error(&mut waiter, "UPDATE Actor SET Gr = 2").await,
            (1222, "Lock request time out period exceeded.".into())
        );
    }
    let seen = server.company().execute("UPDATE Actor SET Gr = @P1", &[SqlValue::Int(9)]).unwrap_err();
    assert_eq!(seen.number, 1222);
    run(&mut waiter, "SET LOCK_TIMEOUT -1").await;
    let late = tokio::spawn(async move {
        run(&mut waiter, "UPDATE Actor SET Gr = Gr + 2 WHERE ActNo = 10001").await;
        waiter
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    run(&mut holder, "COMMIT").await;
    let mut waiter = late.await.unwrap();
    assert_eq!(number(&mut waiter, "SELECT Gr FROM Actor WHERE ActNo = 10001").await, 3);
}

#[tokio::test]
async fn numbers_taken_under_updlock_are_never_taken_twice() {
    let server = server().await;
    let mut takers = Vec::new();
    for _ in 0..20 {
        let mut client = connect(&server).await;
        takers.push(tokio::spawn(async move {
            for _ in 0..5 {
                client.begin_transaction().await.unwrap();
                let next =
                    number(&mut client, "SELECT ISNULL(MAX(OrdNo), 0) + 1 FROM Ord WITH (UPDLOCK, HOLDLOCK)").await;
                client.execute("INSERT INTO Ord (OrdNo) VALUES (@P1)", &[&next]).await.unwrap();
                client.commit_transaction().await.unwrap();
            }
        }));
    }
    for taker in takers {
        taker.await.unwrap();
    }
    let table = server.company().query("SELECT COUNT(*) AS n, MAX(OrdNo) AS last FROM Ord").unwrap();
    assert_eq!(table.rows, [[SqlValue::Int(100), SqlValue::Int(100)]]);
}

#[tokio::test]
async fn application_locks_exclude_and_end_with_their_owner() {
    let server = server().await;
    let (mut one, mut two) = (connect(&server).await, connect(&server).await);
    let get = |timeout: i32| {
        format!(
            "DECLARE @r int; EXEC @r = sp_getapplock @Resource = 'samband F0001', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = {timeout}; SELECT @r"
        )
    };
    assert_eq!(number(&mut one, &get(0)).await, 0);
    assert_eq!(number(&mut two, &get(0)).await, -1);
    assert_eq!(number(&mut two, &get(40)).await, -1);
    assert_eq!(
        number(
            &mut one,
            "DECLARE @r int; EXEC @r = sp_releaseapplock @Resource = 'samband F0001', @LockOwner = 'Session'; SELECT @r"
        )
        .await,
        0
    );
    assert_eq!(
        error(&mut one, "EXEC sp_releaseapplock @Resource = 'samband F0001', @LockOwner = 'Session'").await.0,
        1223
    );
    assert_eq!(number(&mut two, &get(0)).await, 0);
    let waiting = tokio::spawn(async move {
        let status = number(&mut one, &get(5000)).await;
        (one, status)
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    drop(two);
    let (mut one, status) = waiting.await.unwrap();
    assert_eq!(status, 1, "granted after waiting, when the other was gone");
    // For a transaction, and shared.
    let mut three = connect(&server).await;
    let shared = "DECLARE @r int; EXEC @r = sp_getapplock 'other', 'Shared', 'Transaction', 0; SELECT @r";
    for client in [&mut one, &mut three] {
        run(client, "BEGIN TRAN").await;
        assert_eq!(number(client, shared).await, 0);
    }
    run(&mut three, "ROLLBACK").await;
    assert_eq!(number(&mut one, &shared.replace("Shared", "Exclusive")).await, 0);
    run(&mut three, "BEGIN TRAN").await;
    assert_eq!(number(&mut three, shared).await, -1);
    run(&mut one, "COMMIT").await;
    assert_eq!(number(&mut three, shared).await, 0);
}

#[tokio::test]
async fn twenty_connections_at_a_time() {
    let server = server().await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(connect(&server).await);
    }
    let mut work = Vec::new();
    for (at, mut client) in clients.into_iter().enumerate() {
        work.push(tokio::spawn(async move {
            for n in 0..10 {
                let key = i32::try_from(at * 100 + n).unwrap();
                client.execute("INSERT INTO FreeInf1 (PK, Txt1) VALUES (@P1, @P2)", &[&key, &"å"]).await.unwrap();
                assert_eq!(rows(&mut client, &format!("SELECT Txt1 FROM FreeInf1 WHERE PK = {key}")).await.len(), 1);
            }
        }));
    }
    for one in work {
        one.await.unwrap();
    }
    assert_eq!(server.company().query("SELECT COUNT(*) FROM FreeInf1").unwrap().rows, [[SqlValue::Int(200)]]);
}

#[tokio::test]
async fn a_waiting_statement_can_be_cancelled() {
    let server = server().await;
    let mut holder = connect(&server).await;
    let mut waiter = connect(&server).await;
    run(&mut holder, "BEGIN TRAN; UPDATE Actor SET Gr = 1").await;
    let sent =
        tokio::time::timeout(Duration::from_millis(50), waiter.simple_query("UPDATE Actor SET Gr = 2")).await.map(drop);
    assert!(sent.is_err(), "it waits");
    waiter.cancel_query().await.unwrap();
    assert_eq!(number(&mut waiter, "SELECT MAX(Gr) FROM Actor").await, 0);
    run(&mut holder, "COMMIT").await;
    assert_eq!(number(&mut waiter, "SELECT MAX(Gr) FROM Actor").await, 1, "the cancelled statement never ran");
}
