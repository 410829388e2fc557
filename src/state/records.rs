//! Records that the state remembers, found by what people call them.

use super::{State, StateError, side_of};
use crate::value::{Side, match_form};
use std::collections::BTreeMap;

/// A record as people saw it last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub entity: String,
    pub side: Side,
    pub id: String,
    pub key: String,
    pub name: String,
}

impl Seen {
    /// `Customer 10500 Kuusikko Oy in Severa`
    pub fn words(&self) -> String {
        let label = [self.key.as_str(), self.name.as_str()].join(" ");
        let label = if label.trim().is_empty() { self.id.as_str() } else { label.trim() };
        format!("{} {label} in {}", self.entity, self.side.title())
    }
}

/// How a record was found: what is exact comes before what is not.
fn rank(seen: &Seen, key: &str) -> Option<u8> {
    let wanted = match_form(key);
    if seen.id.eq_ignore_ascii_case(key) {
        // A GUID names one record; a row's number of Visma Business may be another's number for people.
        return Some(if seen.side == Side::Severa { 0 } else { 3 });
    }
    if !seen.key.is_empty() && match_form(&seen.key) == wanted {
        return Some(1);
    }
    (!seen.name.is_empty() && match_form(&seen.name) == wanted).then_some(2)
}

/// Of several that could be meant, those that are meant most exactly.
pub(super) fn meant(all: Vec<Seen>, key: &str) -> Vec<Seen> {
    let ranked: Vec<(u8, Seen)> = all.into_iter().filter_map(|seen| Some((rank(&seen, key)?, seen))).collect();
    let Some(best) = ranked.iter().map(|(rank, _)| *rank).min() else { return Vec::new() };
    ranked.into_iter().filter(|(rank, _)| *rank == best).map(|(_, seen)| seen).collect()
}

impl State {
    /// The held records that a person may mean by `key`: a number or code, a name, an identity.
    pub fn held_as(&self, entity: Option<&str>, key: &str) -> Result<Vec<Seen>, StateError> {
        let held = self.held()?.into_iter().map(|retry| retry.held);
        let held = held.filter(|h| entity.is_none_or(|entity| h.entity == entity));
        let seen = held.map(|h| Seen { entity: h.entity, side: h.side, id: h.id, key: h.key, name: h.name });
        Ok(meant(seen.collect(), key))
    }

    /// The records of the history and of the list of held ones that a person may mean by `key`, each
    /// with its other half; records that are a pair stand together.
    pub fn known_as(&self, entity: Option<&str>, key: &str) -> Result<Vec<Vec<Seen>>, StateError> {
        let mut statement = self.db.prepare_cached(
            "SELECT entity, side, id, key, name, source_id FROM history WHERE entity NOT LIKE '%.%'
             GROUP BY entity, side, id, key, name, source_id
             UNION SELECT entity, side, id, key, name, '' FROM held",
        )?;
        let rows = statement.query_map([], |row| {
            let side: String = row.get(1)?;
            let seen = Seen {
                entity: row.get(0)?,
                side: side_of(&side),
                id: row.get(2)?,
                key: row.get(3)?,
                name: row.get(4)?,
            };
            Ok((seen, row.get::<_, String>(5)?))
        })?;
        let mut all = Vec::new();
        for row in rows {
            let (seen, source) = row?;
            if entity.is_some_and(|entity| entity != seen.entity) {
                continue;
            }
            if !source.is_empty() && source != seen.id {
                all.push(Seen { side: seen.side.other(), id: source, ..seen.clone() });
            }
            all.push(seen);
        }
        // The links know identities that no history row is about.
        if let Some(entity) = entity {
            for side in Side::BOTH {
                if let Some(link) = self.link_of(entity, side, key)? {
                    let (entity, id) = (entity.to_owned(), link.id(side).to_owned());
                    all.push(Seen { entity, side, id, key: String::new(), name: String::new() });
                }
            }
        }
        let mut groups: BTreeMap<(String, Side, String), Vec<Seen>> = BTreeMap::new();
        for seen in meant(all, key) {
            let link = self.link_of(&seen.entity, seen.side, &seen.id)?;
            let first = link.as_ref().map_or((seen.side, seen.id.clone()), |l| (Side::Severa, l.severa_id.clone()));
            let group = groups.entry((seen.entity.clone(), first.0, first.1)).or_default();
            let other = link.map(|link| Seen {
                side: seen.side.other(),
                id: link.id(seen.side.other()).to_owned(),
                ..seen.clone()
            });
            for one in std::iter::once(seen).chain(other) {
                if !group.iter().any(|known| known.side == one.side && known.id == one.id) {
                    group.push(one);
                }
            }
        }
        Ok(groups.into_values().collect())
    }
}
