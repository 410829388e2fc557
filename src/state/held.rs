//! Records that wait: for a person, for another try, or for a record they point at.

use super::{State, StateError, side_of};
use crate::program::Reference;
use crate::value::Side;
use jiff::{Timestamp, ToSpan};
use rusqlite::params;

/// A record that was not carried over, with the reason; it stays until that is resolved.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Held {
    pub entity: String,
    pub side: Side,
    pub id: String,
    pub key: String,
    pub name: String,
    /// Stable: `same-number`, `refused`, …
    pub code: String,
    pub reason: String,
}

/// A held record's place on the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    pub held: Held,
    pub since: Timestamp,
    pub attempts: u32,
    pub next_try: Timestamp,
}

/// Minutes to the next try after so many attempts, growing to a day.
const DELAYS: [i64; 6] = [1, 5, 15, 60, 360, 1440];

impl State {
    /// Puts a record on the list; the same reason again makes the delay grow.
    pub fn hold(&self, held: &Held, now: Timestamp) -> Result<(), StateError> {
        let before: Option<(String, u32)> = self
            .db
            .prepare_cached(
                "SELECT since, attempts FROM held WHERE entity = ?1 AND side = ?2 AND id = ?3 AND code = ?4",
            )?
            .query_map(params![held.entity, held.side.word(), held.id, held.code], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .next()
            .transpose()?;
        let (since, attempts) =
            before.map_or((now.to_string(), 1), |(since, attempts)| (since, attempts.saturating_add(1)));
        let delay = DELAYS[(attempts as usize).saturating_sub(1).min(DELAYS.len() - 1)];
        let next_try = now.checked_add(delay.minutes()).unwrap_or(now);
        self.change(
            "INSERT OR REPLACE INTO held (entity, side, id, key, name, code, reason, since, attempts, next_try)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                held.entity,
                held.side.word(),
                held.id,
                held.key,
                held.name,
                held.code,
                held.reason,
                since,
                attempts,
                next_try.to_string()
            ],
        )?;
        Ok(())
    }

    pub fn release(&self, entity: &str, side: Side, id: &str) -> Result<(), StateError> {
        self.change("DELETE FROM held WHERE entity = ?1 AND side = ?2 AND id = ?3", [entity, side.word(), id])?;
        Ok(())
    }

    /// All held records, oldest first.
    pub fn held(&self) -> Result<Vec<Retry>, StateError> {
        let mut statement = self.db.prepare_cached(
            "SELECT entity, side, id, key, name, code, reason, since, attempts, next_try FROM held ORDER BY since, entity, side, id",
        )?;
        let rows = statement.query_map([], |row| {
            let side: String = row.get(1)?;
            let (since, next_try): (String, String) = (row.get(7)?, row.get(9)?);
            Ok(Retry {
                held: Held {
                    entity: row.get(0)?,
                    side: side_of(&side),
                    id: row.get(2)?,
                    key: row.get(3)?,
                    name: row.get(4)?,
                    code: row.get(5)?,
                    reason: row.get(6)?,
                },
                since: since.parse().unwrap_or(Timestamp::UNIX_EPOCH),
                attempts: row.get(8)?,
                next_try: next_try.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether any record of an entity is held, and whether any waits for another.
    pub fn has_lists(&self, entity: &str) -> Result<(bool, bool), StateError> {
        let mut statement = self.db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM held WHERE entity = ?1), EXISTS (SELECT 1 FROM waiting WHERE entity = ?1)",
        )?;
        Ok(statement.query_row([entity], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// The record is visited again when what it points at has been linked.
    pub fn wait_for(&self, entity: &str, side: Side, id: &str, references: &[Reference]) -> Result<(), StateError> {
        self.db.prepare_cached("DELETE FROM waiting WHERE entity = ?1 AND side = ?2 AND id = ?3")?.execute([
            entity,
            side.word(),
            id,
        ])?;
        references.iter().try_for_each(|reference| self.wait_also_for(entity, side, id, reference))
    }

    /// One more reference that the record waits for.
    pub fn wait_also_for(&self, entity: &str, side: Side, id: &str, reference: &Reference) -> Result<(), StateError> {
        let Reference { entity: for_entity, from, value, column } = reference;
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO waiting (entity, side, id, for_entity, for_side, for_value, for_column) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute([entity, side.word(), id, for_entity, from.word(), value, column])?;
        Ok(())
    }

    /// The records of an entity that wait, each with what it waits for.
    pub fn waiting(&self, entity: &str) -> Result<Vec<(Side, String, Reference)>, StateError> {
        let mut statement = self.db.prepare_cached(
            "SELECT side, id, for_entity, for_side, for_value, for_column FROM waiting WHERE entity = ?1",
        )?;
        let rows = statement.query_map([entity], |row| {
            let (side, from): (String, String) = (row.get(0)?, row.get(3)?);
            let reference =
                Reference { entity: row.get(2)?, from: side_of(&from), value: row.get(4)?, column: row.get(5)? };
            Ok((side_of(&side), row.get(1)?, reference))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Puts a held record's time to now, so that the next run tries it whatever its delay; false where it is not held.
    pub fn retry(&self, entity: &str, side: Side, id: &str, now: Timestamp) -> Result<bool, StateError> {
        let changed = self.change(
            "UPDATE held SET next_try = ?4 WHERE entity = ?1 AND side = ?2 AND id = ?3",
            params![entity, side.word(), id, now.to_string()],
        )?;
        Ok(changed == 1)
    }
}
