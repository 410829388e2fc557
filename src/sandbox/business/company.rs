//! A company: its tables in a SQLite file, shared by all connections.
//!
//! One writer at a time: a connection's first write in a transaction takes the company's write lock and keeps it to the transaction's end.
//! Readers never wait: SQLite's write-ahead log shows them what was committed before their statement began, which is SQL Server's
//! READ COMMITTED with row versioning.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rusqlite::params_from_iter;

use super::applock::AppLocks;
use super::catalog::{Catalog, information_row};
use super::errors::{self, SqlError};
use super::login::Rights;
use super::session::{Answer, Clock, Session, Setting};
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

/// A company's database. Cloning is cheap and gives the same company.
#[derive(Clone)]
pub struct Company(pub(super) Arc<Shared>);

impl std::fmt::Debug for Company {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Company").field("path", &self.0.path).finish_non_exhaustive()
    }
}

/// The rows of a query: column names, then values by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Column names, empty where the query gives none.
    pub columns: Vec<String>,
    /// The rows, in the query's order.
    pub rows: Vec<Vec<SqlValue>>,
}

impl Company {
    /// The company kept in a file, made with empty tables when the file is new. Fails when the file cannot be written or is no SQLite file.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, SqlError> {
        Self::make(path.as_ref().to_path_buf(), false)
    }

    /// An empty company that is gone with its last clone. It lives in the system's directory for temporary files, because SQLite shows
    /// readers committed rows beside an open writer only in a file.
    pub fn temporary() -> Result<Self, SqlError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        let directory = std::env::temp_dir().join(format!("samband-company-{}-{count}-{nanos}", std::process::id()));
        std::fs::create_dir_all(&directory).map_err(|e| broken(&format!("{}: {e}", directory.display())))?;
        Self::make(directory.join("company.db"), true)
    }

    fn make(path: PathBuf, temporary: bool) -> Result<Self, SqlError> {
        let catalog = Catalog::company();
        let (connection, _) = sqlite::open(&path).map_err(|e| broken(&format!("{}: {e}", path.display())))?;
        let made = (|| {
            let tables: i64 = connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
            if tables == 0 { fill(&connection, &catalog) } else { Ok(()) }
        })();
        made.map_err(|e| broken(&format!("{}: {e}", path.display())))?;
        Ok(Self(Arc::new(Shared {
            path,
            catalog,
            write: Arc::default(),
            applocks: AppLocks::default(),
            connections: AtomicU64::new(50),
            foreign_keys: Mutex::default(),
            anchor: Mutex::new(Some(connection)),
            temporary,
        })))
    }

    /// The tables the company has.
    pub fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    /// A row with the given columns; the others take their defaults. Fails as INSERT does, and with 1222 while another connection has an
    /// open transaction that wrote.
    pub fn insert(&self, table: &str, values: &[(&str, SqlValue)]) -> Result<(), SqlError> {
        let names: Vec<String> = values.iter().map(|(name, _)| format!("[{name}]")).collect();
        let places: Vec<String> = (1..=values.len()).map(|n| format!("@P{n}")).collect();
        let sql = format!("INSERT INTO [{table}] ({}) VALUES ({})", names.join(", "), places.join(", "));
        self.run(&sql, values.iter().map(|(_, v)| v.clone()).collect()).map(drop)
    }

    /// The rows of the last SELECT in a batch of Transact-SQL, as any connection would see them.
    pub fn query(&self, sql: &str) -> Result<Table, SqlError> {
        let answers = self.run(sql, Vec::new())?;
        let last = answers.into_iter().rev().find_map(|answer| match answer {
            Answer::Rows { columns, rows } => {
                Some(Table { columns: columns.into_iter().map(|c| c.name).collect(), rows })
            }
            _ => None,
        });
        last.ok_or_else(|| errors::not_carried(&format!("{sql} (which gives no rows)")))
    }

    /// Runs a batch of Transact-SQL with `@P1`, `@P2` … and gives the number of rows it touched. For what a user does in Visma Business.
    pub fn execute(&self, sql: &str, parameters: &[SqlValue]) -> Result<u64, SqlError> {
        let answers = self.run(sql, parameters.to_vec())?;
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
        self.0.foreign_keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(key);
    }

    /// Runs a batch to its end in this thread, without a runtime: the only thing it can wait for is another connection's transaction,
    /// and that it does for a fifth of a second.
    fn run(&self, sql: &str, parameters: Vec<SqlValue>) -> Result<Vec<Answer>, SqlError> {
        let mut session = Session::open(
            self,
            Setting { database: DATABASE.into(), user: "dbo".into(), rights: Rights::Owner, clock: Clock::system() },
        )?;
        let parameters =
            parameters.into_iter().enumerate().map(|(at, v)| (format!("@P{}", at + 1), natural_type(&v), v)).collect();
        let mut answers = Vec::new();
        let finished = {
            let mut work = std::pin::pin!(session.run(sql, parameters, &mut answers));
            let mut context = Context::from_waker(Waker::noop());
            (0..100).any(|attempt| {
                if attempt > 0 {
                    std::thread::sleep(Duration::from_millis(2));
                }
                matches!(work.as_mut().poll(&mut context), Poll::Ready(()))
            })
        };
        if !finished {
            return Err(errors::lock_timeout());
        }
        match answers.iter().find_map(|a| if let Answer::Failed(error) = a { Some(error.clone()) } else { None }) {
            Some(error) => Err(error),
            None => Ok(answers),
        }
    }
}

fn natural_type(value: &SqlValue) -> super::value::SqlType {
    use super::value::SqlType;
    match value {
        SqlValue::Null => SqlType::Null,
        SqlValue::Bit(_) => SqlType::Bit,
        SqlValue::Int(_) => SqlType::BigInt,
        SqlValue::Decimal(n) => SqlType::Decimal(28, u8::try_from(n.scale()).unwrap_or(28)),
        SqlValue::Float(_) => SqlType::Float,
        SqlValue::Text(_) => SqlType::NVarchar(None),
        SqlValue::Bytes(_) => SqlType::VarBinary(None),
        SqlValue::DateTime(_) => SqlType::DateTime2(7),
    }
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
