//! Transactions, and the one lock all writers of a company share.

use std::sync::Arc;
use std::time::Duration;

use super::super::errors::{self, SqlError};
use super::{Answer, Session};

impl Session {
    /// BEGIN TRANSACTION; a nested one only counts.
    pub fn begin(&mut self, out: &mut Vec<Answer>) {
        self.depth += 1;
        if self.depth == 1 {
            self.descriptor = (self.id << 32) + (self.descriptor & 0xffff_ffff) + 1;
            out.push(Answer::Began(self.descriptor));
        }
    }

    /// COMMIT; of a nested transaction it only counts.
    pub fn commit(&mut self, out: &mut Vec<Answer>) -> Result<(), SqlError> {
        match self.depth {
            0 => {
                return Err(SqlError::new(
                    3902,
                    16,
                    1,
                    "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.",
                ));
            }
            1 => {
                if self.writing.is_some() {
                    self.connection.execute_batch("COMMIT").map_err(|e| self.sqlite_error(&e))?;
                    self.writing = None;
                }
                self.company.applocks.release_all(self.id, true);
                out.push(Answer::Committed(self.descriptor));
            }
            _ => {}
        }
        self.depth -= 1;
        Ok(())
    }

    /// ROLLBACK, of all nested transactions at once.
    pub fn rollback(&mut self, out: &mut Vec<Answer>) {
        if self.depth > 0 {
            out.push(Answer::RolledBack(self.descriptor));
        }
        self.undo();
    }

    pub(super) fn undo(&mut self) {
        if self.writing.is_some() {
            if let Err(error) = self.connection.execute_batch("ROLLBACK") {
                tracing::warn!(%error, "the sandbox's rollback failed");
            }
            self.writing = None;
        }
        self.depth = 0;
        self.company.applocks.release_all(self.id, true);
    }

    /// The isolation level a transaction manager request asks for: 0 keeps it, 3 and 4 lock readers out, 5 is not to be had.
    pub fn isolate(&mut self, level: u8) -> Result<(), SqlError> {
        let words: &[&str] = match level {
            0 => return Ok(()),
            1 | 2 => &["READ", "COMMITTED"],
            3 => &["REPEATABLE", "READ"],
            4 => &["SERIALIZABLE"],
            _ => &["SNAPSHOT"],
        };
        let words: Vec<String> =
            ["TRANSACTION", "ISOLATION", "LEVEL"].iter().chain(words).map(|w| (*w).to_string()).collect();
        self.set(&words, &mut Vec::new())
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.depth > 0
    }

    /// Takes the company's write lock and opens SQLite's transaction, unless it is open already.
    pub(super) async fn write(&mut self) -> Result<(), SqlError> {
        if self.writing.is_some() {
            return Ok(());
        }
        let lock = Arc::clone(&self.company.write);
        let guard = match self.lock_timeout {
            None => lock.lock_owned().await,
            Some(Duration::ZERO) => lock.try_lock_owned().map_err(|_| errors::lock_timeout())?,
            Some(timeout) => {
                tokio::time::timeout(timeout, lock.lock_owned()).await.map_err(|_| errors::lock_timeout())?
            }
        };
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|e| self.sqlite_error(&e))?;
        self.writing = Some(guard);
        Ok(())
    }

    /// Ends a statement's own transaction, when no other is open.
    pub(super) fn settle(&mut self, keep: bool) -> Result<(), SqlError> {
        if self.depth > 0 || self.writing.is_none() {
            return Ok(());
        }
        let ended = self.connection.execute_batch(if keep { "COMMIT" } else { "ROLLBACK" });
        self.writing = None;
        ended.map_err(|e| self.sqlite_error(&e))
    }
}
