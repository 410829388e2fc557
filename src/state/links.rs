//! Links: which records are a pair, and what they held when they were last in step.

use super::{State, StateError, side_of};
use crate::value::Side;
use jiff::Timestamp;
use rusqlite::{Row, params};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub severa_id: String,
    pub business_id: String,
    /// The side on which the record came to be.
    pub born: Side,
    /// The Visma Business columns that other records point at, as text.
    pub columns: BTreeMap<String, String>,
    pub base: Base,
    /// The stamps that our own last write left: a change is newer only if its stamp is.
    pub severa_stamp: Option<Timestamp>,
    pub business_stamp: Option<Timestamp>,
}

/// One fingerprint of each line's end on each side, as of when both were in step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Base(pub HashMap<u64, (u64, u64)>);

impl Base {
    fn to_bytes(&self) -> Vec<u8> {
        let mut lines: Vec<_> = self.0.iter().collect();
        lines.sort_unstable();
        lines
            .into_iter()
            .flat_map(|(line, (severa, business))| [*line, *severa, *business])
            .flat_map(u64::to_le_bytes)
            .collect()
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let numbers: Vec<u64> =
            bytes.chunks_exact(8).map(|chunk| chunk.try_into().map(u64::from_le_bytes).unwrap_or_default()).collect();
        Base(numbers.chunks_exact(3).map(|c| (c[0], (c[1], c[2]))).collect())
    }
}

impl Link {
    pub fn id(&self, side: Side) -> &str {
        match side {
            Side::Severa => &self.severa_id,
            Side::Business => &self.business_id,
        }
    }

    pub fn stamp(&self, side: Side) -> Option<Timestamp> {
        match side {
            Side::Severa => self.severa_stamp,
            Side::Business => self.business_stamp,
        }
    }
}

const COLUMNS: &str = "severa_id, business_id, born, columns, base, severa_stamp, business_stamp";

/// So many identifiers in one statement.
const AT_ONCE: usize = 250;

impl State {
    /// The link of one record.
    pub fn link_of(&self, entity: &str, side: Side, id: &str) -> Result<Option<Link>, StateError> {
        let column = if side == Side::Severa { "severa_id" } else { "business_id" };
        let mut statement =
            self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM links WHERE entity = ?1 AND {column} = ?2"))?;
        let Some(row) = statement.query_map([entity, id], read)?.next() else { return Ok(None) };
        Ok(Some(whole(row?)?))
    }

    /// The links of many records of one side, by their identifiers there.
    pub fn links_of<'i>(
        &self,
        entity: &'i str,
        side: Side,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<HashMap<String, Link>, StateError> {
        let column = if side == Side::Severa { "severa_id" } else { "business_id" };
        let mut links = HashMap::new();
        let mut ids = ids.into_iter().peekable();
        while ids.peek().is_some() {
            let some: Vec<&str> = std::iter::once(entity).chain(ids.by_ref().take(AT_ONCE)).collect();
            // Filled up, so that there is one statement to prepare.
            let filled = (0..=AT_ONCE).map(|place| some.get(place).copied());
            let mut statement = self.db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM links WHERE entity = ?1 AND {column} IN ({})",
                vec!["?"; AT_ONCE].join(", ")
            ))?;
            let rows = statement.query_map(rusqlite::params_from_iter(filled), read)?;
            for row in rows {
                let link = whole(row?)?;
                links.insert(link.id(side).to_owned(), link);
            }
        }
        Ok(links)
    }

    pub fn links(&self, entity: &str) -> Result<Vec<Link>, StateError> {
        let mut statement = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM links WHERE entity = ?1"))?;
        let rows = statement.query_map([entity], read)?;
        rows.map(|row| whole(row?)).collect()
    }

    /// Shows every link of an entity, one after another.
    pub fn each_link(&self, entity: &str, mut show: impl FnMut(Link)) -> Result<(), StateError> {
        let mut statement = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM links WHERE entity = ?1"))?;
        for row in statement.query_map([entity], read)? {
            show(whole(row?)?);
        }
        Ok(())
    }

    /// The next links of an entity in the order of Severa's identifiers, after one of them: both identifiers.
    pub fn pairs_after(&self, entity: &str, after: &str, count: usize) -> Result<Vec<(String, String)>, StateError> {
        let mut statement = self.db.prepare_cached(
            "SELECT severa_id, business_id FROM links WHERE entity = ?1 AND severa_id > ?2 ORDER BY severa_id LIMIT ?3",
        )?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![entity, after, count], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many records of an entity are linked.
    pub fn linked(&self, entity: &str) -> Result<usize, StateError> {
        let mut statement = self.db.prepare_cached("SELECT count(*) FROM links WHERE entity = ?1")?;
        Ok(statement
            .query_row([entity], |row| row.get::<_, i64>(0))
            .map(|count| usize::try_from(count).unwrap_or(0))?)
    }

    /// Stores a link in the place of what either record was linked to before.
    pub fn link(&self, entity: &str, link: &Link) -> Result<(), StateError> {
        // Both halves are unique, so this takes away whatever either was linked to.
        self.db.prepare_cached(
            "INSERT OR REPLACE INTO links (entity, severa_id, business_id, born, columns, base, severa_stamp, business_stamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?.execute(params![
                entity,
                link.severa_id,
                link.business_id,
                link.born.word(),
                serde_json::to_string(&link.columns)?,
                link.base.to_bytes(),
                link.severa_stamp.map(|s| s.to_string()),
                link.business_stamp.map(|s| s.to_string()),
            ])?;
        Ok(())
    }

    /// Forgets what either record is linked to.
    pub fn unlink(&self, entity: &str, severa_id: &str, business_id: &str) -> Result<(), StateError> {
        self.db
            .prepare_cached("DELETE FROM links WHERE entity = ?1 AND (severa_id = ?2 OR business_id = ?3)")?
            .execute([entity, severa_id, business_id])?;
        Ok(())
    }
}

fn whole((mut link, columns): (Link, String)) -> Result<Link, StateError> {
    if columns != "{}" {
        link.columns = serde_json::from_str(&columns)?;
    }
    Ok(link)
}

fn read(row: &Row) -> rusqlite::Result<(Link, String)> {
    let born: String = row.get(2)?;
    let columns: String = row.get(3)?;
    let base: Vec<u8> = row.get(4)?;
    let stamp = |text: Option<String>| text.and_then(|t| t.parse().ok());
    let link = Link {
        severa_id: row.get(0)?,
        business_id: row.get(1)?,
        born: side_of(&born),
        columns: BTreeMap::new(),
        base: Base::from_bytes(&base),
        severa_stamp: stamp(row.get(5)?),
        business_stamp: stamp(row.get(6)?),
    };
    Ok((link, columns))
}
