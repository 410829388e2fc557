//! What is missing, wrong, lost or in the way.

use super::support::business::{CutDial, TestCompany, login, select};
use super::{create, customers, hours, listing, projects, update};
use samband::sandbox::business::{Disturbance, Encryption, Moment, Options, SqlError};
use samband::systems::business::{Encrypt, TcpDial};
use samband::systems::{ErrorKind, System};
use samband::value::{Type, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

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
