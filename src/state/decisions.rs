//! What a person decided about records that were held.

use super::{State, StateError};
use crate::value::Side;
use jiff::Timestamp;
use rusqlite::params;
use std::collections::BTreeSet;

/// A decision, which holds until another one is made about the same records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// These two are a pair.
    Together { severa_id: String, business_id: String },
    /// These two are not, whatever their keys and identifiers say.
    Apart { severa_id: String, business_id: String },
    /// The record stays as it is on its side, and is neither paired nor carried over.
    Ignore { side: Side, id: String },
}

/// All decisions about an entity's records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Severa's record and Visma Business'.
    pub together: BTreeSet<(String, String)>,
    pub apart: BTreeSet<(String, String)>,
    pub ignored: BTreeSet<(Side, String)>,
}

impl State {
    /// Keeps a decision, and takes the records off the list of held ones.
    pub fn decide(&self, entity: &str, decision: &Decision, now: Timestamp) -> Result<(), StateError> {
        let (word, severa, business) = match decision {
            Decision::Together { severa_id, business_id } => ("together", severa_id.as_str(), business_id.as_str()),
            Decision::Apart { severa_id, business_id } => ("apart", severa_id.as_str(), business_id.as_str()),
            Decision::Ignore { side: Side::Severa, id } => ("ignore", id.as_str(), ""),
            Decision::Ignore { side: Side::Business, id } => ("ignore", "", id.as_str()),
        };
        self.together(|| {
            if let Decision::Apart { severa_id, business_id } = decision {
                self.unlink(entity, severa_id, business_id)?;
            }
            self.db.execute(
                "INSERT OR REPLACE INTO decisions (entity, decision, severa_id, business_id, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![entity, word, severa, business, now.to_string()],
            )?;
            // The records are looked at again, and then held for another reason or not at all.
            for (side, id) in [(Side::Severa, severa), (Side::Business, business)] {
                match word {
                    "ignore" => self.release(entity, side, id)?,
                    _ => self.retry(entity, side, id).map(drop)?,
                }
            }
            Ok(())
        })
    }

    /// Takes a decision back; false where there was none.
    pub fn undecide(&self, entity: &str, severa_id: &str, business_id: &str) -> Result<bool, StateError> {
        let changed = self.db.execute(
            "DELETE FROM decisions WHERE entity = ?1 AND severa_id = ?2 AND business_id = ?3",
            [entity, severa_id, business_id],
        )?;
        Ok(changed == 1)
    }

    pub fn decisions(&self, entity: &str) -> Result<Decisions, StateError> {
        let mut statement =
            self.db.prepare_cached("SELECT decision, severa_id, business_id FROM decisions WHERE entity = ?1")?;
        let mut rows = statement.query([entity])?;
        let mut decisions = Decisions::default();
        while let Some(row) = rows.next()? {
            let (word, severa, business): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            match (word.as_str(), severa.is_empty()) {
                ("together", _) => drop(decisions.together.insert((severa, business))),
                ("apart", _) => drop(decisions.apart.insert((severa, business))),
                (_, true) => drop(decisions.ignored.insert((Side::Business, business))),
                (_, false) => drop(decisions.ignored.insert((Side::Severa, severa))),
            }
        }
        Ok(decisions)
    }
}
