//! Logging in, encrypted and not.

use samband::sandbox::business::{BusinessServer, Encryption, Options};
use tiberius::{Client, EncryptionLevel};
use tokio_util::compat::TokioAsyncWriteCompatExt;

use crate::client::{company, config, connect_with, number, number_of, options, rows, server};

#[tokio::test]
async fn every_level_of_encryption_logs_in_and_answers() {
    let server = server().await;
    for level in [EncryptionLevel::NotSupported, EncryptionLevel::Off, EncryptionLevel::On, EncryptionLevel::Required] {
        let mut client = connect_with(config(&server, "samband", "Hemmelig-Å1", level))
            .await
            .unwrap_or_else(|e| panic!("{level:?}: {e}"));
        assert_eq!(number(&mut client, "SELECT COUNT(*) FROM Actor").await, 3, "{level:?}");
        // More than a packet, so that records and packets get out of step if they can.
        let all = rows(&mut client, "SELECT * FROM dbo.Actor a CROSS JOIN dbo.Actor b").await;
        assert_eq!(all.len(), 9, "{level:?}");
    }
}

#[tokio::test]
async fn the_certificate_can_be_trusted_by_its_pem() {
    let server = server().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("server.pem");
    std::fs::write(&file, server.certificate_pem()).unwrap();
    let mut trusting = config(&server, "samband", "Hemmelig-Å1", EncryptionLevel::NotSupported);
    trusting.encryption(EncryptionLevel::Required);
    trusting.trust_cert_ca(file.display());
    let mut client = connect_with(trusting).await.unwrap();
    assert_eq!(number(&mut client, "SELECT 1").await, 1);
    let mut strange = config(&server, "samband", "Hemmelig-Å1", EncryptionLevel::NotSupported);
    strange.encryption(EncryptionLevel::Required);
    connect_with(strange).await.map(drop).expect_err("a certificate nobody vouches for");
}

#[tokio::test]
async fn a_server_may_insist_on_encryption_or_have_none() {
    let insisting =
        BusinessServer::start(company(), Options { encryption: Encryption::Required, ..options() }).await.unwrap();
    connect_with(config(&insisting, "samband", "Hemmelig-Å1", EncryptionLevel::Off)).await.unwrap();
    connect_with(config(&insisting, "samband", "Hemmelig-Å1", EncryptionLevel::On)).await.unwrap();
    let bare =
        BusinessServer::start(company(), Options { encryption: Encryption::NotSupported, ..options() }).await.unwrap();
    connect_with(config(&bare, "samband", "Hemmelig-Å1", EncryptionLevel::NotSupported)).await.unwrap();
    connect_with(config(&bare, "samband", "Hemmelig-Å1", EncryptionLevel::Required))
        .await
        .map(drop)
        .expect_err("no encryption to be had");
}

#[tokio::test]
async fn wrong_passwords_and_databases_are_refused_with_their_numbers() {
    let server = server().await;
    let refused = connect_with(config(&server, "samband", "wrong", EncryptionLevel::On)).await.map(drop).unwrap_err();
    assert_eq!(number_of(refused), (18456, "Login failed for user 'samband'.".into()));
    let mut elsewhere = config(&server, "samband", "Hemmelig-Å1", EncryptionLevel::On);
    elsewhere.database("F0002");
    let refused = connect_with(elsewhere).await.map(drop).unwrap_err();
    assert_eq!(
        number_of(refused),
        (4060, "Cannot open database \"F0002\" requested by the login. The login failed.".into())
    );
}

#[tokio::test]
async fn passwords_are_not_shown() {
    let shown = format!("{:?}", options());
    assert!(shown.contains("samband") && !shown.contains("Hemmelig"), "{shown}");
}

#[tokio::test]
async fn a_connection_needs_no_socket() {
    let server = BusinessServer::new(company(), options()).unwrap();
    let (ours, theirs) = tokio::io::duplex(4096);
    let serving = tokio::spawn(async move { server.serve(theirs).await });
    let mut config = tiberius::Config::new();
    config.authentication(tiberius::AuthMethod::sql_server("samband", "Hemmelig-Å1"));
    config.encryption(EncryptionLevel::Required);
    config.trust_cert();
    let mut client = Client::connect(config, ours.compat_write()).await.unwrap();
    let row = client.simple_query("SELECT DB_NAME() AS name").await.unwrap().into_row().await.unwrap().unwrap();
    assert_eq!(row.get::<&str, _>("name"), Some("F0001"));
    client.close().await.unwrap();
    serving.await.unwrap().unwrap();
}
