//! Runs, and every value that was written with the line that caused it.

use super::{State, StateError};
use crate::value::Side;
use jiff::Timestamp;
use rusqlite::params;

#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub entity: String,
    pub side: Side,
    pub id: String,
    pub field: String,
    pub old: String,
    pub new: String,
    pub file: String,
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RunRecord {
    pub id: i64,
    pub begun_at: String,
    pub ended_at: Option<String>,
    pub outcome: Option<String>,
    pub summary: Option<String>,
}

impl State {
    pub fn begin_run(&self, now: Timestamp) -> Result<i64, StateError> {
        self.db.execute("INSERT INTO runs (begun_at) VALUES (?1)", [now.to_string()])?;
        Ok(self.db.last_insert_rowid())
    }

    pub fn end_run(&self, run: i64, now: Timestamp, outcome: &str, summary: &str) -> Result<(), StateError> {
        self.db.execute(
            "UPDATE runs SET ended_at = ?2, outcome = ?3, summary = ?4 WHERE id = ?1",
            params![run, now.to_string(), outcome, summary],
        )?;
        Ok(())
    }

    /// The newest runs first.
    pub fn runs(&self, count: usize) -> Result<Vec<RunRecord>, StateError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT id, begun_at, ended_at, outcome, summary FROM runs ORDER BY id DESC LIMIT ?1")?;
        let rows = statement.query_map([count as i64], |row| {
            Ok(RunRecord {
                id: row.get(0)?,
                begun_at: row.get(1)?,
                ended_at: row.get(2)?,
                outcome: row.get(3)?,
                summary: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn record(&self, run: i64, now: Timestamp, change: &Change) -> Result<(), StateError> {
        self.db.execute(
            "INSERT INTO history (run, at, entity, side, id, field, old, new, file, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![run, now.to_string(), change.entity, change.side.word(), change.id, change.field, change.old, change.new, change.file, change.line as i64],
        )?;
        Ok(())
    }
}
