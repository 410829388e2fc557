//! One connection's state, and the running of its batches.

mod data;
mod option;
mod procedure;
mod transaction;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::civil::DateTime;
use sqlparser::ast::Statement;
use tokio::sync::OwnedMutexGuard;

use super::batch::{self, Step};
use super::catalog::Table;
use super::company::Shared;
use super::errors::{self, SqlError};
use super::login::{Right, Rights};
use super::sqlite::{self, Raised};
use super::translate::{OutColumn, QueryPlan, Rows, Surroundings, Translator};
use super::value::{SqlType, SqlValue};

/// Where GETDATE and SYSDATETIME take the time from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime + Send + Sync>);

impl Clock {
    /// A clock of one's own, such as a simulated one; it gives the server's local time.
    pub fn new(read: impl Fn() -> DateTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The machine's clock and time zone.
    pub fn system() -> Self {
        Self::new(|| jiff::Zoned::now().datetime())
    }

    pub(super) fn now(&self) -> DateTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// What a connection is told when it opens.
pub(super) struct Setting {
    pub database: String,
    pub user: String,
    pub rights: Rights,
    pub clock: Clock,
}

/// A parameter: its name with the `@`, its type and its value.
pub(super) type Parameter = (String, SqlType, SqlValue);

/// What a statement answered, in the order it goes to the client.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// A result set.
    Rows {
        columns: Vec<OutColumn>,
        rows: Vec<Vec<SqlValue>>,
    },
    /// A statement that touched rows, with the token number of its kind; not shown under NOCOUNT.
    Count {
        rows: u64,
        command: u16,
        shown: bool,
    },
    /// A statement with nothing to say.
    Done,
    /// An informational message.
    Info(SqlError),
    /// An error.
    Failed(SqlError),
    /// A transaction began or ended; the descriptor is the same for both.
    Began(u64),
    Committed(u64),
    RolledBack(u64),
    /// USE.
    Database(String),
    /// The status of a procedure called by RPC.
    Status(i32),
}

/// A connection to a company.
pub(super) struct Session {
    /// Before `company`, so that it is closed before the last owner of a temporary company removes its files.
    connection: rusqlite::Connection,
    company: Arc<Shared>,
    raised: Raised,
    setting: Setting,
    id: u64,
    /// Held from the first write of a transaction to its end; SQLite's own transaction is open just as long.
    writing: Option<OwnedMutexGuard<()>>,
    depth: i64,
    descriptor: u64,
    row_count: i64,
    no_count: bool,
    abort: bool,
    serializable: bool,
    lock_timeout: Option<Duration>,
    variables: HashMap<String, (SqlType, SqlValue)>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.undo();
        self.company.applocks.release_all(self.id, false);
    }
}

impl Session {
    pub fn open(company: &Arc<Shared>, setting: Setting) -> Result<Self, SqlError> {
        let (connection, raised) = sqlite::open(&company.path).map_err(|e| {
            SqlError::new(17809, 20, 1, format!("The sandbox could not open another connection to its company: {e}"))
        })?;
        Ok(Self {
            company: Arc::clone(company),
            connection,
            raised,
            setting,
            id: company.connections.fetch_add(1, Ordering::Relaxed) + 1,
            writing: None,
            depth: 0,
            descriptor: 0,
            row_count: 0,
            no_count: false,
            abort: false,
            serializable: false,
            lock_timeout: None,
            variables: HashMap::new(),
        })
    }

    /// The connection's number, which is `@@SPID`.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Runs a batch; what happened goes to `out`. A syntax error fails it before anything ran, as do unknown columns.
    pub async fn run(&mut self, text: &str, parameters: Vec<Parameter>, out: &mut Vec<Answer>) {
        self.variables = parameters.into_iter().map(|(name, ty, value)| (name.to_lowercase(), (ty, value))).collect();
        let steps = match batch::split(text).and_then(|steps| self.check(&steps).map(|()| steps)) {
            Ok(steps) => steps,
            Err(error) => return self.failed(error, out),
        };
        if steps.is_empty() {
            out.push(Answer::Done);
        }
        self.steps(&steps, out).await;
    }

    /// Whether to go on with the batch.
    async fn steps(&mut self, steps: &[Step], out: &mut Vec<Answer>) -> bool {
        for step in steps {
            let result = match step {
                Step::If(condition, then, otherwise) => match self.holds(condition).await {
                    Ok(holds) => {
                        if !Box::pin(self.steps(if holds { then } else { otherwise }, out)).await {
                            return false;
                        }
                        Ok(())
                    }
                    Err(error) => Err(error),
                },
                step => self.step(step, out).await,
            };
            if let Err(error) = result {
                let ends = error.ends_batch() || (self.abort && self.depth > 0);
                self.failed(error, out);
                if ends {
                    return false;
                }
            }
        }
        true
    }

    fn failed(&mut self, error: SqlError, out: &mut Vec<Answer>) {
        self.row_count = 0;
        let rolls_back = self.depth > 0 && (error.dooms_transaction() || (self.abort && error.number != 102));
        let terminated = error.terminates_statement();
        out.push(Answer::Failed(error));
        if terminated {
            out.push(Answer::Info(SqlError::new(3621, 0, 0, "The statement has been terminated.")));
        }
        if rolls_back {
            self.rollback(out);
        }
    }

    /// Errors of names in any statement fail the whole batch first; a missing table is only missed when its statement runs.
    fn check(&mut self, steps: &[Step]) -> Result<(), SqlError> {
        if steps.len() < 2 {
            return Ok(());
        }
        let before = self.variables.clone();
        let mut result = Ok(());
        for step in steps {
            let checked = match step {
                Step::Declare(name, ty, _) => {
                    self.variables.insert(name.to_lowercase(), (*ty, SqlValue::Null));
                    Ok(())
                }
                Step::Data(statement) => self.translates(statement),
                Step::If(_, then, otherwise) => self.check(then).and_then(|()| self.check(otherwise)),
                _ => Ok(()),
            };
            if let Err(error) = checked
                && matches!(error.number, 102 | 137 | 207 | 209 | 4104 | 4145 | 8120 | 264 | 109 | 110)
            {
                result = Err(error);
                break;
            }
        }
        self.variables = before;
        result
    }

    fn translates(&self, statement: &Statement) -> Result<(), SqlError> {
        self.translating(|translator| match statement {
            Statement::Query(query) => translator.select(query).map(drop),
            Statement::Insert(insert) => translator.insert(insert).map(drop),
            Statement::Update(update) => translator.update(update).map(drop),
            Statement::Delete(delete) => translator.delete(delete).map(drop),
            _ => Ok(()),
        })
    }

    async fn step(&mut self, step: &Step, out: &mut Vec<Answer>) -> Result<(), SqlError> {
        match step {
            Step::Data(statement) => self.data(statement, out).await,
            Step::Assign(name, expr) => {
                let (ty, _) =
                    self.variables.get(&name.to_lowercase()).cloned().ok_or_else(|| errors::undeclared(name))?;
                let value = self.value(expr, ty).await?;
                self.variables.insert(name.to_lowercase(), (ty, value));
                self.row_count = 1;
                Ok(())
            }
            Step::Declare(name, ty, value) => {
                let value = match value {
                    Some(expr) => self.value(expr, *ty).await?,
                    None => SqlValue::Null,
                };
                self.variables.insert(name.to_lowercase(), (*ty, value));
                Ok(())
            }
            Step::Set(words) => self.set(words, out),
            Step::Exec { result, procedure, arguments } => {
                let mut given = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    given.push((argument.name.clone(), self.constant(&argument.value).await?));
                }
                let status = self.procedure(procedure, given, out).await?;
                if let Some(name) = result {
                    let ty = self
                        .variables
                        .get(&name.to_lowercase())
                        .map(|(ty, _)| *ty)
                        .ok_or_else(|| errors::undeclared(name))?;
                    self.variables.insert(name.to_lowercase(), (ty, SqlValue::Int(status.into())));
                }
                out.push(Answer::Done);
                Ok(())
            }
            Step::Begin => {
                self.begin(out);
                out.push(Answer::Done);
                Ok(())
            }
            Step::Commit => {
                self.commit(out)?;
                out.push(Answer::Done);
                Ok(())
            }
            Step::Rollback => {
                if self.depth == 0 {
                    return Err(SqlError::new(
                        3903,
                        16,
                        1,
                        "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.",
                    ));
                }
                self.rollback(out);
                out.push(Answer::Done);
                Ok(())
            }
            Step::Use(database) => {
                if !database.eq_ignore_ascii_case(&self.setting.database) {
                    return Err(errors::no_such_database(database));
                }
                out.push(Answer::Database(self.setting.database.clone()));
                out.push(Answer::Done);
                Ok(())
            }
            Step::If(..) => Ok(()),
        }
    }

    fn may(&self, table: &Table, right: Right) -> Result<(), SqlError> {
        if self.setting.rights.allow(table, right) {
            Ok(())
        } else {
            Err(errors::denied(right.name(), &table.name, &self.setting.database, &table.schema))
        }
    }

    fn translating<T>(&self, work: impl FnOnce(Translator<'_>) -> Result<T, SqlError>) -> Result<T, SqlError> {
        let may = |table: &Table, right: &str| {
            [Right::Select, Right::Insert, Right::Update, Right::Delete]
                .into_iter()
                .any(|r| r.name() == right && self.setting.rights.allow(table, r))
        };
        let around = Surroundings {
            catalog: &self.company.catalog,
            database: &self.setting.database,
            user: &self.setting.user,
            variables: &self.variables,
            now: self.setting.clock.now(),
            row_count: self.row_count,
            transactions: self.depth,
            spid: i64::try_from(self.id).unwrap_or(i64::MAX),
            may: &may,
        };
        work(Translator::new(&around))
    }

    async fn holds(&mut self, condition: &sqlparser::ast::Expr) -> Result<bool, SqlError> {
        let plan = self.translating(|translator| translator.condition(condition))?;
        self.lock_for(&plan).await?;
        Ok(self.rows_of(&plan)?.first().and_then(|row| row.first()) == Some(&SqlValue::Int(1)))
    }

    async fn value(&mut self, expr: &sqlparser::ast::Expr, ty: SqlType) -> Result<SqlValue, SqlError> {
        let (value, from) = self.constant(expr).await?;
        super::coerce::cast(value, from, ty)
    }

    async fn constant(&mut self, expr: &sqlparser::ast::Expr) -> Result<(SqlValue, SqlType), SqlError> {
        match self.translating(|translator| translator.value(expr))? {
            Rows::Constants(values) => Ok(values.into_iter().next().unwrap_or((SqlValue::Null, SqlType::Null))),
            Rows::Query(plan) => {
                let ty = plan.columns.first().map_or(SqlType::Null, |c| c.ty);
                self.lock_for(&plan).await?;
                let value = self.rows_of(&plan)?.into_iter().next().and_then(|row| row.into_iter().next());
                Ok((value.unwrap_or(SqlValue::Null), ty))
            }
        }
    }

    /// Takes the write lock when a query's hints or the isolation level ask for it and a transaction would keep it.
    async fn lock_for(&mut self, plan: &QueryPlan) -> Result<(), SqlError> {
        let wanted = self.in_transaction() && !plan.tables.is_empty() && (plan.lock || self.serializable);
        if wanted { self.write().await } else { Ok(()) }
    }

    /// Reads a query's rows.
    fn rows_of(&mut self, plan: &QueryPlan) -> Result<Vec<Vec<SqlValue>>, SqlError> {
        for table in &plan.tables {
            self.may(table, Right::Select)?;
        }
        let read = || -> Result<Result<Vec<Vec<SqlValue>>, SqlError>, rusqlite::Error> {
            let mut statement = self.connection.prepare_cached(&plan.sql)?;
            for (at, value) in plan.binds.iter().enumerate().take(statement.parameter_count()) {
                statement.raw_bind_parameter(at + 1, value)?;
            }
            let mut rows = statement.raw_query();
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let mut values = Vec::with_capacity(plan.columns.len());
                for (at, column) in plan.columns.iter().enumerate() {
                    match sqlite::read(row.get_ref(at)?, column.ty) {
                        Ok(value) => values.push(value),
                        Err(error) => return Ok(Err(error)),
                    }
                }
                all.push(values);
            }
            Ok(Ok(all))
        };
        read().map_err(|e| self.sqlite_error(&e))?
    }

    /// The error a function raised while SQLite ran, or what SQLite itself has to say, as an internal error that ends no connection.
    fn sqlite_error(&self, error: &rusqlite::Error) -> SqlError {
        let raised = self.raised.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(raised) = raised {
            return raised;
        }
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => errors::lock_timeout(),
            _ => SqlError::new(
                8624,
                16,
                1,
                format!(
                    "Internal Query Processor Error: the sandbox's SQLite refused the translated statement: {error}"
                ),
            ),
        }
    }
}

#[cfg(test)]
impl Session {
    /// SQLite's plan for a SELECT.
    pub fn explained(&mut self, sql: &str, parameters: Vec<Parameter>) -> Result<String, SqlError> {
        self.variables = parameters.into_iter().map(|(name, ty, value)| (name.to_lowercase(), (ty, value))).collect();
        let steps = batch::split(sql)?;
        let Some(Step::Data(statement)) = steps.first() else {
            return Err(errors::syntax(sql));
        };
        let Statement::Query(query) = statement.as_ref() else {
            return Err(errors::syntax(sql));
        };
        let mut plan = self.translating(|translator| translator.select(query))?;
        plan.sql = format!("EXPLAIN QUERY PLAN {}", plan.sql);
        let column = |name: &str, ty| OutColumn { name: name.into(), ty, nullable: true };
        plan.columns = vec![
            column("id", SqlType::Int),
            column("parent", SqlType::Int),
            column("unused", SqlType::Int),
            column("detail", SqlType::NVarchar(None)),
        ];
        let rows = self.rows_of(&plan)?;
        Ok(rows.iter().map(|row| format!("{:?}", row.last())).collect())
    }
}
