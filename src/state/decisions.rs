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

impl Decision {
    /// `together`, `apart`, `ignore`
    pub fn word(&self) -> &'static str {
        match self {
            Decision::Together { .. } => "together",
            Decision::Apart { .. } => "apart",
            Decision::Ignore { .. } => "ignore",
        }
    }

    /// Its records: Severa's and Visma Business'; of a record that is ignored the other one is blank.
    pub fn ids(&self) -> (&str, &str) {
        match self {
            Decision::Together { severa_id, business_id } | Decision::Apart { severa_id, business_id } => {
                (severa_id, business_id)
            }
            Decision::Ignore { side: Side::Severa, id } => (id, ""),
            Decision::Ignore { side: Side::Business, id } => ("", id),
        }
    }

    /// Whether it is about this record.
    pub fn concerns(&self, side: Side, id: &str) -> bool {
        let (severa, business) = self.ids();
        !id.is_empty() && id == if side == Side::Severa { severa } else { business }
    }
}

/// Who decided, and why: for whoever asks later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason {
    /// The login of the person at the command line.
    pub who: String,
    /// In the person's words; may be blank where the decision says all.
    pub why: String,
    /// The records as people saw them: `10500 Kuusikko Oy`.
    pub label: String,
}

/// A decision as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub entity: String,
    pub decision: Decision,
    pub reason: Reason,
    pub at: Timestamp,
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
    /// Keeps a decision, and takes the records off the list of held ones or lets them be tried at once.
    /// Plans that were made before are overtaken by it.
    pub fn decide(&self, entity: &str, decision: &Decision, reason: &Reason, now: Timestamp) -> Result<(), StateError> {
        let (severa, business) = decision.ids();
        self.together(|| {
            if let Decision::Apart { severa_id, business_id } = decision {
                self.unlink(entity, severa_id, business_id)?;
            }
            self.change(
                "INSERT OR REPLACE INTO decisions (entity, decision, severa_id, business_id, at, who, why, label)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    entity,
                    decision.word(),
                    severa,
                    business,
                    now.to_string(),
                    reason.who,
                    reason.why,
                    reason.label
                ],
            )?;
            // The records are looked at again, and then held for another reason or not at all.
            for (side, id) in [(Side::Severa, severa), (Side::Business, business)] {
                match decision {
                    Decision::Ignore { .. } => self.release(entity, side, id)?,
                    _ => self.retry(entity, side, id, now).map(drop)?,
                }
            }
            self.overtake()
        })
    }

    /// Takes a decision back; false where there was none.
    pub fn undecide(&self, entity: &str, decision: &Decision) -> Result<bool, StateError> {
        let (severa, business) = decision.ids();
        self.together(|| {
            let changed = self.change(
                "DELETE FROM decisions WHERE entity = ?1 AND severa_id = ?2 AND business_id = ?3 AND decision = ?4",
                [entity, severa, business, decision.word()],
            )?;
            self.overtake()?;
            Ok(changed == 1)
        })
    }

    /// All decisions with who made them, oldest first.
    pub fn decided(&self) -> Result<Vec<Decided>, StateError> {
        let mut statement = self.db.prepare_cached(
            "SELECT entity, decision, severa_id, business_id, at, who, why, label FROM decisions ORDER BY at, entity, severa_id, business_id",
        )?;
        let rows = statement.query_map([], |row| {
            let (word, at): (String, String) = (row.get(1)?, row.get(4)?);
            Ok(Decided {
                entity: row.get(0)?,
                decision: read(&word, row.get(2)?, row.get(3)?),
                reason: Reason { who: row.get(5)?, why: row.get(6)?, label: row.get(7)? },
                at: at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn decisions(&self, entity: &str) -> Result<Decisions, StateError> {
        let mut statement =
            self.db.prepare_cached("SELECT decision, severa_id, business_id FROM decisions WHERE entity = ?1")?;
        let mut rows = statement.query([entity])?;
        let mut decisions = Decisions::default();
        while let Some(row) = rows.next()? {
            let word: String = row.get(0)?;
            match read(&word, row.get(1)?, row.get(2)?) {
                Decision::Together { severa_id, business_id } => {
                    decisions.together.insert((severa_id, business_id));
                }
                Decision::Apart { severa_id, business_id } => {
                    decisions.apart.insert((severa_id, business_id));
                }
                Decision::Ignore { side, id } => {
                    decisions.ignored.insert((side, id));
                }
            }
        }
        Ok(decisions)
    }

    /// Whether a person said that these two are no pair.
    pub fn are_apart(&self, entity: &str, severa_id: &str, business_id: &str) -> Result<bool, StateError> {
        let mut statement = self.db.prepare_cached(
            "SELECT 1 FROM decisions WHERE entity = ?1 AND severa_id = ?2 AND business_id = ?3 AND decision = 'apart'",
        )?;
        Ok(statement.exists([entity, severa_id, business_id])?)
    }
}

fn read(word: &str, severa_id: String, business_id: String) -> Decision {
    match (word, severa_id.is_empty()) {
        ("together", _) => Decision::Together { severa_id, business_id },
        ("apart", _) => Decision::Apart { severa_id, business_id },
        (_, true) => Decision::Ignore { side: Side::Business, id: business_id },
        (_, false) => Decision::Ignore { side: Side::Severa, id: severa_id },
    }
}
