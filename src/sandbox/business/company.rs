//! A company: its tables in a SQLite file, shared by all connections.
//!
//! One writer at a time: a connection's first write in a transaction takes the company's write lock and keeps it to the transaction's end.
//! Readers never wait: SQLite's write-ahead log shows them what was committed before their statement began, which is SQL Server's
//! READ COMMITTED with row versioning.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rusqlite::params_from_iter;

use super::applock::AppLocks;
use super::catalog::{Catalog, information_row};
use super::errors::{self, SqlError};
use super::login::Rights;
use super::session::{Answer, Clock, Parameter, Session, Setting};
use super::sqlite;
use super::value::SqlValue;

/// The database name of company 1.
pub const DATABASE: &str = "F0001";

/// A foreign key laid over the company, for which the real system has rules of its own: the source of error 547.
#[derive(Clone, Debug)]
pub(super) struct ForeignKey {
    pub name: String,
    pub table: String,
    pub column: String,
    pub references: String,
    pub references_column: String,
}

pub(super) struct Shared {
    pub path: PathBuf,
    pub catalog: Arc<Catalog>,
    pub write: Arc<tokio::sync::Mutex<()>>,
    pub applocks: AppLocks,
    pub connections: AtomicU64,
    pub foreign_keys: Mutex<Vec<ForeignKey>>,
    /// Keeps the write-ahead log alive between connections.
    anchor: Mutex<Option<rusqlite::Connection>>,
    temporary: bool,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Ok(anchor) = self.anchor.get_mut() {
            drop(anchor.take());
        }
        if self.temporary
            && let Some(directory) = self.path.parent()
        {
            let _ = std::fs::remove_dir_all(directory);
        }
    }
}

/// The file of an empty company, since making the tables anew for each of a thousand simulated runs takes longer than the runs.
static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();

/// A company's database. Cloning is cheap and gives the same company.
#[derive(Clone)]
pub struct Company {
    pub(super) shared: Arc<Shared>,
    /// The connection [`Company::insert`] and its like use; opened on first use.
    own: Arc<Mutex<Option<Session>>>,
}

impl std::fmt::Debug for Company {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Company").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

/// The rows of a query: column names, then values by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Rowset {
    /// Column names, empty where the query gives none.
    pub columns: Vec<String>,
    /// The rows, in the query's order.
    pub rows: Vec<Vec<SqlValue>>,
}

/// A new directory of its own, and the file in it.
fn temporary_path() -> Result<PathBuf, SqlError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    let directory = std::env::temp_dir().join(format!("samband-company-{}-{count}-{nanos}", std::process::id()));
    std::fs::create_dir_all(&directory).map_err(|e| broken(&format!("{}: {e}", directory.display())))?;
    Ok(directory.join("company.db"))
}

impl Company {
    /// The company kept in a file, made with empty tables when the file is new. Fails when the file cannot be written or is no SQLite file.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, SqlError> {
        Self::make(path.as_ref().to_path_buf(), false, None)
    }

    /// An empty company that is gone with its last clone. It lives in the system's directory for temporary files, because SQLite shows
    /// readers committed rows beside an open writer only in a file.
    pub fn temporary() -> Result<Self, SqlError> {
        Self::make(temporary_path()?, true, None)
    }

    /// The same with tables of its own, from CREATE TABLE and CREATE INDEX statements: a customer's company has columns that others do not.
    pub fn temporary_with(ddl: &str) -> Result<Self, SqlError> {
        let catalog = Catalog::parse(ddl).map_err(|fault| broken(&fault))?;
        Self::make(temporary_path()?, true, Some(Arc::new(catalog)))
    }

    /// Without a catalog, the one of every company.
    fn make(path: PathBuf, temporary: bool, own: Option<Arc<Catalog>>) -> Result<Self, SqlError> {
        let standard = own.is_none();
        let catalog = own.unwrap_or_else(Catalog::company);
        if standard
            && let Some(template) = TEMPLATE.get()
            && !path.exists()
        {
            std::fs::write(&path, template).map_err(|e| broken(&format!("{}: {e}", path.display())))?;
        }
        let (connection, _) = sqlite::open(&path).map_err(|e| broken(&format!("{}: {e}", path.display())))?;
        let made = (|| {
            let tables: i64 = connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if tables > 0 {
                return Ok(());
            }
            fill(&connection, &catalog)?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })();
        made.map_err(|e| broken(&format!("{}: {e}", path.display())))?;
        // A file of another program's making would have tables already, so what is read here is this library's own.
        if temporary
            && standard
            && TEMPLATE.get().is_none()
            && let Ok(bytes) = std::fs::read(&path)
        {
            let _ = TEMPLATE.set(bytes);
        }
        let shared = Arc::new(Shared {
            path,
            catalog,
            write: Arc::default(),
            applocks: AppLocks::default(),
            connections: AtomicU64::new(50),
            foreign_keys: Mutex::default(),
            anchor: Mutex::new(Some(connection)),
            temporary,
        });
        Ok(Self { shared, own: Arc::default() })
    }

    /// The tables the company has.
    pub fn catalog(&self) -> &Catalog {
        &self.shared.catalog
    }

    /// A row with the given columns; the others take their defaults. Fails as INSERT does, and with 1222 while another connection has an
    /// open transaction that wrote.
    pub fn insert(&self, table: &str, values: &[(&str, SqlValue)]) -> Result<(), SqlError> {
        let (names, values): (Vec<&str>, Vec<SqlValue>) = values.iter().cloned().unzip();
        self.insert_all(table, &names, &[values])
    }

    /// The rows of the last SELECT in a batch of Transact-SQL, as any connection would see them.
    pub fn query(&self, sql: &str) -> Result<Rowset, SqlError> {
        let answers = self.run(sql, &[])?;
        let last = answers.into_iter().rev().find_map(|answer| match answer {
            Answer::Rows { columns, rows } => {
                Some(Rowset { columns: columns.into_iter().map(|c| c.name).collect(), rows })
            }
            _ => None,
        });
        last.ok_or_else(|| errors::not_carried(&format!("{sql} (which gives no rows)")))
    }

    /// Runs a batch of Transact-SQL with `@P1`, `@P2` … and gives the number of rows it touched. For what a user does in Visma Business.
    pub fn execute(&self, sql: &str, parameters: &[SqlValue]) -> Result<u64, SqlError> {
        let answers = self.run(sql, parameters)?;
        Ok(answers.iter().map(|a| if let Answer::Count { rows, .. } = a { *rows } else { 0 }).sum())
    }

    /// Lays a foreign key over two columns, so that breaking it answers error 547. Visma Business itself declares none.
    pub fn add_foreign_key(
        &self,
        name: &str,
        (table, column): (&str, &str),
        (references, references_column): (&str, &str),
    ) {
        let key = ForeignKey {
            name: name.into(),
            table: table.into(),
            column: column.into(),
            references: references.into(),
            references_column: references_column.into(),
        };
        self.shared.foreign_keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(key);
    }

    /// Rows with the given columns, all or none of them: for seeding, since one transaction is much faster than one a row.
    pub fn insert_all(&self, table: &str, columns: &[&str], rows: &[Vec<SqlValue>]) -> Result<(), SqlError> {
        self.with_session(|session| drive(session.insert_values(table, columns, rows))?)
    }

    fn run(&self, sql: &str, values: &[SqlValue]) -> Result<Vec<Answer>, SqlError> {
        self.with_session(|session| answers(session, sql, parameters(values)))
    }

    /// Work on the company's own connection, which is given up when the work fails or leaves a transaction open.
    fn with_session<T>(&self, work: impl FnOnce(&mut Session) -> Result<T, SqlError>) -> Result<T, SqlError> {
        let mut own = self.own.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut session = match own.take() {
            Some(session) => session,
            None => {
                let setting = Setting {
                    database: DATABASE.into(),
                    user: "dbo".into(),
                    rights: Rights::Owner,
                    clock: Clock::system(),
                };
                Session::open(&self.shared, setting)?
            }
        };
        let done = work(&mut session)?;
        if session.in_transaction() {
            return Err(SqlError::new(
                266,
                16,
                2,
                "Transaction count after the batch indicates a mismatching number of BEGIN and COMMIT statements. Rolled back.",
            ));
        }
        *own = Some(session);
        Ok(done)
    }
}

fn parameters(values: &[SqlValue]) -> Vec<Parameter> {
    values.iter().enumerate().map(|(at, v)| (format!("@P{}", at + 1), v.natural_type(), v.clone())).collect()
}

fn answers(session: &mut Session, sql: &str, parameters: Vec<Parameter>) -> Result<Vec<Answer>, SqlError> {
    let mut answers = Vec::new();
    drive(session.run(sql, parameters, &mut answers))?;
    match answers.iter().find_map(|a| if let Answer::Failed(error) = a { Some(error.clone()) } else { None }) {
        Some(error) => Err(error),
        None => Ok(answers),
    }
}

/// Runs work to its end in this thread, without a runtime: the only thing it can wait for is another connection's transaction, and
/// that it does for a fifth of a second before it is error 1222.
fn drive<T>(work: impl Future<Output = T>) -> Result<T, SqlError> {
    let mut work = std::pin::pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return Ok(done);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(errors::lock_timeout())
}

/// What SQL Server would call a broken database; the text says what happened to the file.
fn broken(what: &str) -> SqlError {
    SqlError::new(945, 21, 2, format!("The sandbox's company database cannot be opened: {what}"))
}

fn fill(connection: &rusqlite::Connection, catalog: &Catalog) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(&catalog.sqlite_ddl())?;
    for table in catalog.tables() {
        let kind = if table.is_view() { "VIEW" } else { "BASE TABLE" };
        connection.execute(
            "INSERT INTO \"INFORMATION_SCHEMA.TABLES\" VALUES ('', ?1, ?2, ?3)",
            [table.schema.as_str(), table.name.as_str(), kind],
        )?;
        let mut insert = connection.prepare_cached("INSERT INTO \"INFORMATION_SCHEMA.COLUMNS\" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?;
        for (at, column) in table.columns.iter().enumerate() {
            insert.execute(params_from_iter(information_row(table, at, column)))?;
        }
    }
    connection.execute_batch("DELETE FROM \"INFORMATION_SCHEMA.TABLES\" WHERE TABLE_SCHEMA <> 'dbo'; DELETE FROM \"INFORMATION_SCHEMA.COLUMNS\" WHERE TABLE_SCHEMA <> 'dbo'; COMMIT")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key lookups must stay seeks: the collations and conversions of the translation must not hide a column from its index.
    #[test]
    fn key_lookups_use_their_index() {
        let company = Company::temporary().unwrap();
        for (sql, parameters) in [
            ("SELECT Nm FROM Actor WHERE ActNo = @P1", vec![SqlValue::Int(5)]),
            ("SELECT Nm FROM Actor WHERE ActNo IN (@P1, @P2)", vec![SqlValue::Int(5), "7".into()]),
            ("SELECT Nm FROM Actor WHERE CustNo BETWEEN 5 AND 10", vec![]),
            ("SELECT Descr FROM Prod WHERE ProdNo = CAST(@P1 AS varchar(40))", vec!["a".into()]),
            ("SELECT Descr FROM Prod WHERE ProdNo = @P1", vec!["a".into()]),
            ("SELECT Descr FROM Prod WHERE ProdNo IN ('a', @P1)", vec!["b".into()]),
            ("SELECT Nm FROM R7 WHERE RNo = N'A'", vec![]),
            ("SELECT l.Descr FROM OrdLn l JOIN Prod p ON p.ProdNo = l.ProdNo WHERE l.OrdNo = 3", vec![]),
            ("SELECT ISNULL(MAX(ActNo), 0) + 1 FROM Actor WHERE ActNo BETWEEN 10000 AND 20000", vec![]),
        ] {
            let plan = company
                .with_session(|session| session.explained(sql, super::parameters(&parameters)))
                .unwrap_or_else(|e| panic!("{sql}: {e}"));
            assert!(plan.contains("SEARCH") && !plan.contains("SCAN"), "{sql}: {plan}");
        }
    }

    #[test]
    fn a_temporary_company_leaves_nothing_behind() {
        let company = Company::temporary().unwrap();
        company.insert("Unit", &[("Un", 1.into())]).unwrap();
        let path = company.shared.path.clone();
        assert!(path.exists());
        drop(company);
        assert!(!path.exists() && path.parent().is_some_and(|p| !p.exists()));
    }
}
