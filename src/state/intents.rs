//! Intents: what we set out to create, on disk before the request leaves.

use super::{State, StateError, side_of};
use crate::value::Side;
use jiff::Timestamp;
use rusqlite::params;

#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    pub entity: String,
    /// The side on which the record is to be created.
    pub side: Side,
    /// The record it is made from, on the other side.
    pub source_id: String,
    /// When the request may have left; it can be at work for the side's settle time after that.
    pub begun_at: Timestamp,
}

impl State {
    pub fn intend(&self, intent: &Intent) -> Result<(), StateError> {
        self.db
            .prepare_cached(
                "INSERT INTO intents (entity, side, source_id, begun_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (entity, side, source_id) DO UPDATE SET begun_at = ?4",
            )?
            .execute(params![intent.entity, intent.side.word(), intent.source_id, intent.begun_at.to_string()])?;
        Ok(())
    }

    pub fn intents(&self, entity: &str) -> Result<Vec<Intent>, StateError> {
        let mut statement =
            self.db.prepare_cached("SELECT side, source_id, begun_at FROM intents WHERE entity = ?1")?;
        let rows = statement.query_map([entity], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let mut intents = Vec::new();
        for row in rows {
            let (side, source_id, begun_at) = row?;
            let side = side_of(&side);
            // A time that cannot be read is taken as the newest there is: waiting too long harms nobody.
            let begun_at = begun_at.parse().unwrap_or(Timestamp::MAX);
            intents.push(Intent { entity: entity.to_owned(), side, source_id, begun_at });
        }
        Ok(intents)
    }

    pub fn settle(&self, entity: &str, side: Side, source_id: &str) -> Result<(), StateError> {
        self.db.prepare_cached("DELETE FROM intents WHERE entity = ?1 AND side = ?2 AND source_id = ?3")?.execute([
            entity,
            side.word(),
            source_id,
        ])?;
        Ok(())
    }
}
