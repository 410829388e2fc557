//! How far each entity has been read on each side.

use super::{State, StateError};
use crate::systems::Watermark;
use crate::value::Side;

impl State {
    pub fn watermark(&self, entity: &str, side: Side) -> Result<Option<Watermark>, StateError> {
        let mut statement = self.db.prepare_cached("SELECT value FROM watermarks WHERE entity = ?1 AND side = ?2")?;
        let mut rows = statement.query([entity, side.word()])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?.map(Watermark))
    }

    /// Only called when all that was read up to it is done, or stands on the list of held records.
    pub fn set_watermark(&self, entity: &str, side: Side, watermark: &Watermark) -> Result<(), StateError> {
        self.change(
            "INSERT INTO watermarks (entity, side, value) VALUES (?1, ?2, ?3) ON CONFLICT (entity, side) DO UPDATE SET value = ?3",
            [entity, side.word(), &watermark.0],
        )?;
        Ok(())
    }
}
