//! A Visma Business company on SQL Server.
//!
//! Masters, organisational units, free information rows and new orders with their lines are written by
//! plain SQL. No business logic runs on SQL's side: an order gets what a mapping gives it and stays
//! unprocessed until somebody works on it in Visma Business (the facts' advice), and ledgers, prices and
//! all that Visma Business counts by itself are read only. What the server does with what we send is in
//! `business/statements.rs` and `business/changes.rs`, all of it.

mod agreed;
mod changes;
mod codepage;
mod columns;
mod conditions;
mod config;
mod connect;
mod create;
mod create_all;
mod dates;
mod declared;
mod derived;
mod dial;
mod examine;
mod family;
mod fault;
mod gone;
mod key;
mod ledger;
mod link;
mod open;
mod prices;
mod raw;
mod read;
mod related;
mod reversals;
mod shape;
mod statements;
mod update;
mod write;

pub use config::{BusinessConfig, Encrypt, Login};
pub use dial::{Dial, TcpDial, Wire};

use super::error::{ErrorKind, SystemError};
use super::examine::{Examined, Need};
use super::meter::Meter;
use super::{Clock, Create, Opened, Page, PageToken, Read, RecordName, Row, Select, System, Update, Usage};
use crate::schema;
use crate::value::{Side, Value};
use columns::Table;
use fault::Fault;
use link::{Cells, Link};
use statements::Statement;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use write::Broken;

/// How often one piece of work is tried in all.
const ATTEMPTS: u32 = 5;

/// The company, over one connection at a time.
pub struct Business {
    config: Arc<BusinessConfig>,
    dial: Arc<dyn Dial>,
    clock: Arc<dyn Clock>,
    link: Option<Link>,
    encrypted: bool,
    tables: BTreeMap<String, Arc<Table>>,
    currencies: Option<Arc<related::Currencies>>,
    usage: Usage,
    meter: Meter,
}

impl Business {
    /// Nothing is sent before [`System::open`].
    pub fn new(config: BusinessConfig, dial: Arc<dyn Dial>, clock: Arc<dyn Clock>) -> Self {
        Self {
            config: Arc::new(config),
            dial,
            clock,
            link: None,
            encrypted: false,
            tables: BTreeMap::new(),
            currencies: None,
            usage: Usage::default(),
            meter: Meter::default(),
        }
    }

    fn encrypted(&self) -> bool {
        self.encrypted
    }

    async fn table(&mut self, record: &RecordName) -> Result<Arc<Table>, SystemError> {
        let name = schema::table(&record.name, record.index);
        match open::look_up(self, record).await? {
            open::Looked::Table(table) => Ok(table),
            open::Looked::Unreadable => {
                Err(SystemError::new(Side::Business, ErrorKind::Rights, format!("the login may not read dbo.{name}"))
                    .help("grant it SELECT on the table (docs/sql-login.sql)"))
            }
            open::Looked::Hidden | open::Looked::NoKey(_) => Err(SystemError::new(
                Side::Business,
                ErrorKind::Schema,
                format!("dbo.{name}: there is no such table, or the login has no right to it"),
            )
            .help("correct the mapping, or grant the rights of docs/sql-login.sql")),
        }
    }

    /// The connection, for the time of a transaction; `again` waits for a server that is restarting.
    async fn take(&mut self, again: bool) -> Result<Link, SystemError> {
        if let Some(link) = self.link.take() {
            return Ok(link);
        }
        let mut attempt = if again { 0 } else { ATTEMPTS };
        loop {
            match connect::connect(&self.config, self.dial.as_ref()).await {
                Ok(link) => {
                    self.encrypted = link.encrypted;
                    return Ok(link);
                }
                Err(error) if error.kind != ErrorKind::Unreachable => return Err(error),
                Err(error) => {
                    if !self.pause(&mut attempt).await {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Takes the connection back after a transaction, if it is good for more.
    async fn settle<T>(&mut self, mut link: Link, outcome: Result<T, Broken>) -> Result<T, Broken> {
        let good = match &outcome {
            Ok(_) => true,
            Err(Broken::Undone(Fault::Server { .. }) | Broken::Stopped(_)) => {
                link.batch(statements::ROLLBACK).await.is_ok()
            }
            Err(Broken::Undone(_) | Broken::Unsure(_)) => false,
        };
        self.count(&mut link);
        self.link = good.then_some(link);
        outcome
    }

    /// Takes over what a connection has counted.
    fn count(&mut self, link: &mut Link) {
        self.usage.requests += std::mem::take(&mut link.requests);
        for (route, one) in std::mem::take(&mut link.meter).routes {
            self.meter.count(route, one);
        }
    }

    /// Waits before the next attempt; `false` when there have been enough.
    async fn pause(&mut self, attempt: &mut u32) -> bool {
        *attempt += 1;
        if *attempt >= ATTEMPTS {
            return false;
        }
        self.clock.sleep(Duration::from_millis(100 << *attempt)).await;
        true
    }

    /// Asks for rows, again on a new connection if that broke, and later if the server was busy.
    async fn ask(&mut self, statement: &Statement, what: &str) -> Result<Vec<Cells>, SystemError> {
        let mut attempt = 0;
        loop {
            let mut link = self.take(attempt > 0).await?;
            let answer = link.run(statement).await;
            self.count(&mut link);
            let fault = match answer {
                Ok(rows) => {
                    self.usage.rows += u64::try_from(rows.len()).unwrap_or(0);
                    self.link = Some(link);
                    return Ok(rows);
                }
                Err(fault) => fault,
            };
            let lost = matches!(fault, Fault::Lost(_));
            if !lost {
                self.link = Some(link);
            }
            if !(lost || fault.is_busy()) || !self.pause(&mut attempt).await {
                return Err(fault.report(what, ErrorKind::Answer));
            }
            tracing::debug!(what, attempt, "asking again");
        }
    }
}

#[async_trait::async_trait]
impl System for Business {
    fn side(&self) -> Side {
        Side::Business
    }

    async fn open(&mut self, selects: &[Select]) -> Result<Opened, SystemError> {
        open::open(self, selects).await
    }

    async fn examine(&mut self, needs: &[Need]) -> Result<Examined, SystemError> {
        examine::examine(self, needs).await
    }

    async fn read(&mut self, read: &Read, page: Option<&PageToken>) -> Result<Page, SystemError> {
        read::read(self, read, page).await
    }

    async fn fetch(&mut self, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError> {
        read::fetch(self, select, ids).await
    }

    async fn candidates(&mut self, select: &Select, any_of: &[(String, Vec<Value>)]) -> Result<Vec<Row>, SystemError> {
        read::candidates(self, select, any_of).await
    }

    async fn create(&mut self, create: &Create) -> Result<Row, SystemError> {
        create::create(self, create).await
    }

    fn together(&self) -> usize {
        create_all::MOST
    }

    async fn create_all(&mut self, creates: &[Create]) -> Vec<Result<Row, SystemError>> {
        create_all::create_all(self, creates).await
    }

    async fn update(&mut self, update: &Update) -> Result<Row, SystemError> {
        update::update(self, update).await
    }

    fn settle_time(&self) -> Duration {
        self.config.settle_time
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn meter(&self) -> Meter {
        self.meter.clone()
    }
}
