//! A served company and clients of it.

use samband::sandbox::business::{BusinessServer, Company, Login, Options, Right, Rights, Running, SqlValue};
use tiberius::{AuthMethod, Client, Config, EncryptionLevel, Row};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

pub type Sql = Client<Compat<TcpStream>>;

pub fn options() -> Options {
    Options {
        logins: vec![
            Login::owner("samband", "Hemmelig-Å1"),
            Login { user: "reader".into(), password: "r".into(), rights: Rights::ReadOnly },
            Login {
                user: "hours".into(),
                password: "h".into(),
                rights: Rights::Grants(vec![("FreeInf1".into(), vec![Right::Select, Right::Insert])]),
            },
        ],
        ..Options::default()
    }
}

pub async fn server() -> Running {
    BusinessServer::start(company(), options()).await.unwrap()
}

/// Three customers, one with Nordic letters, one with trailing blanks.
pub fn company() -> Company {
    let company = Company::temporary().unwrap();
    for (number, name) in [(10001, "Ærø Skipsverft Åse & Sønn"), (10002, "Nordlys AS"), (10003, "Blank   ")] {
        company
            .insert("Actor", &[("ActNo", number.into()), ("CustNo", number.into()), ("Nm", SqlValue::from(name))])
            .unwrap();
    }
    company
}

pub fn config(server: &Running, user: &str, password: &str, encryption: EncryptionLevel) -> Config {
    let mut config = Config::new();
    config.host("localhost");
    config.port(server.addr().port());
    config.database("F0001");
    config.authentication(AuthMethod::sql_server(user, password));
    config.encryption(encryption);
    if encryption != EncryptionLevel::NotSupported {
        config.trust_cert();
    }
    config
}

pub async fn connect_with(config: Config) -> tiberius::Result<Sql> {
    let stream = TcpStream::connect(config.get_addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    Client::connect(config, stream.compat_write()).await
}

pub async fn connect(server: &Running) -> Sql {
    connect_with(config(server, "samband", "Hemmelig-Å1", EncryptionLevel::NotSupported)).await.unwrap()
}

pub async fn connect_as(server: &Running, user: &str, password: &str) -> Sql {
    connect_with(config(server, user, password, EncryptionLevel::NotSupported)).await.unwrap()
}

pub async fn rows(client: &mut Sql, sql: &str) -> Vec<Row> {
    client.simple_query(sql).await.unwrap().into_first_result().await.unwrap()
}

/// The one number a statement answers.
pub async fn number(client: &mut Sql, sql: &str) -> i32 {
    rows(client, sql).await.first().unwrap_or_else(|| panic!("no row: {sql}")).get::<i32, _>(0).unwrap()
}

pub async fn run(client: &mut Sql, sql: &str) {
    client.simple_query(sql).await.unwrap().into_results().await.unwrap();
}

/// The error a batch ends in, by number and text.
pub async fn error(client: &mut Sql, sql: &str) -> (u32, String) {
    let result = match client.simple_query(sql).await {
        Ok(stream) => stream.into_results().await.map(drop),
        Err(error) => Err(error),
    };
    number_of(result.expect_err(sql))
}

pub fn number_of(error: tiberius::error::Error) -> (u32, String) {
    match error {
        tiberius::error::Error::Server(token) => (token.code(), token.message().to_string()),
        other => panic!("not an error of the server: {other}"),
    }
}
