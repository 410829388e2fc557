//! The records that a person means by what people see: a number or code, a name, an identity.

use super::gather::Found;
use super::index::Index;
use super::{Engine, RunError};
use crate::program::Entity;
use crate::state::Seen;
use crate::systems::Row;
use crate::value::{Guid, Side, Type, Value, match_form};
use std::collections::BTreeSet;

impl Engine {
    /// The place of an entity that a run carries out.
    pub(super) fn place_of(&self, entity: &str) -> Result<usize, RunError> {
        let place = self.program.position(entity);
        place.filter(|place| self.program.entities[*place].carried).ok_or_else(|| {
            RunError::refused(
                format!("`{entity}` is not carried over by this version"),
                "name an entity that a run carries out; `samband show` lists the mapping's",
            )
        })
    }

    /// The records of a side that may be meant, read from it now: what is named most exactly comes
    /// first, and only that is answered. Only records in the entity's scope are found.
    pub(super) async fn find(&mut self, place: usize, side: Side, key: &str) -> Result<Vec<Row>, RunError> {
        let key = key.trim();
        if key.is_empty() {
            return Ok(Vec::new());
        }
        let guid: Option<Guid> = key.parse().ok();
        if let (Side::Severa, Some(guid)) = (side, guid) {
            return self.fetched(place, side, &guid.to_string()).await;
        }
        let entity = &self.program.entities[place];
        if let (Side::Business, Some(guid), Some(slot)) = (side, guid, entity.identity) {
            let Some(field) = entity.business.fields.get(slot).map(|f| f.name.clone()) else { return Ok(Vec::new()) };
            let asked = vec![(field, vec![Value::text(guid.to_string())])];
            let is = |entity: &Entity, row: &Row| crate::plan::identity_of(entity, row) == Some(guid);
            return self.asked(place, side, asked, is).await;
        }
        if let Some(asked) = by_number(entity, side, key) {
            let is = |entity: &Entity, row: &Row| match_form(&entity.label(side, row).0) == match_form(key);
            let found = self.asked(place, side, vec![asked], is).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let asked = by_name(&self.program.entities[place], side, key);
        let is = |entity: &Entity, row: &Row| match_form(&entity.label(side, row).1) == match_form(key);
        let found = self.asked(place, side, vec![asked], is).await?;
        // The number of a row is what few people see, and may be another row's number for people.
        let rows_number = key.chars().all(|c| c.is_ascii_digit() || c == '/');
        if found.is_empty() && side == Side::Business && rows_number {
            return self.fetched(place, side, key).await;
        }
        Ok(found)
    }

    /// Exactly one record, or why not, with what to do.
    pub(super) async fn find_one(&mut self, place: usize, side: Side, key: &str) -> Result<Row, RunError> {
        let mut rows = self.find(place, side, key).await?;
        match (rows.len(), rows.pop()) {
            (1, Some(row)) => Ok(row),
            (_, None) => Err(self.nobody(place, &[side], key)),
            (_, Some(row)) => {
                rows.push(row);
                let seen = rows.iter().map(|row| seen(&self.program.entities[place], side, row)).collect::<Vec<_>>();
                Err(several(key, &seen))
            }
        }
    }

    pub(super) fn nobody(&self, place: usize, sides: &[Side], key: &str) -> RunError {
        let entity = &self.program.entities[place];
        let where_to: Vec<_> = sides
            .iter()
            .map(|side| match (side, entity.select(*side).scope.is_empty()) {
                (side, true) => side.title().to_owned(),
                (side, false) => format!("what `{}` takes from {}", entity.name, side.title()),
            })
            .collect();
        RunError::refused(
            format!("there is no {} `{key}` in {}", entity.title, where_to.join(" or ")),
            "name its number or code, its whole name, or its identity, as `samband held` and the systems show them",
        )
    }

    async fn fetched(&mut self, place: usize, side: Side, id: &str) -> Result<Vec<Row>, RunError> {
        let mut found = Found::default();
        self.fetch_into(place, side, BTreeSet::from([id.to_owned()]), &mut found).await?;
        self.ours(place, found, side)
    }

    async fn asked(
        &mut self,
        place: usize,
        side: Side,
        asked: Vec<(String, Vec<Value>)>,
        is: impl Fn(&Entity, &Row) -> bool,
    ) -> Result<Vec<Row>, RunError> {
        let select = self.program.entities[place].select(side).clone();
        let mut rows = self.side(side).candidates(&select, &asked).await?;
        rows.retain(|row| is(&self.program.entities[place], row));
        let mut found = Found::default();
        found.add(side, rows);
        self.ours(place, found, side)
    }

    /// Without rows that are another entity's.
    fn ours(&self, place: usize, mut found: Found, side: Side) -> Result<Vec<Row>, RunError> {
        let index = Index::load(&self.program, &self.state)?;
        let links = self.links_at_hand(&self.program.entities[place].name, false, &found)?;
        self.leave_out_others(place, &index, &links, &mut found);
        let rows = if side == Side::Severa { found.severa } else { found.business };
        Ok(rows.into_values().collect())
    }
}

fn by_number(entity: &Entity, side: Side, key: &str) -> Option<(String, Vec<Value>)> {
    let label = if side == Side::Severa { &entity.label_severa } else { &entity.label_business };
    let field = entity.select(side).fields.get(label.key?)?;
    let value = match field.ty {
        Type::Int => Value::Int(key.parse().ok()?),
        _ => Value::text(key),
    };
    Some((field.name.clone(), vec![value]))
}

/// A name in several fields cannot be searched by one of them: a blank field makes the side answer all.
fn by_name(entity: &Entity, side: Side, key: &str) -> (String, Vec<Value>) {
    let label = if side == Side::Severa { &entity.label_severa } else { &entity.label_business };
    let field = match label.name.as_slice() {
        [one] => entity.select(side).fields.get(*one).map(|field| field.name.clone()),
        _ => None,
    };
    (field.unwrap_or_default(), vec![Value::text(key)])
}

/// A record in the words of people.
pub(super) fn seen(entity: &Entity, side: Side, row: &Row) -> Seen {
    let (key, name) = entity.label(side, row);
    Seen { entity: entity.name.clone(), side, id: row.id.clone(), key, name }
}

/// The same of pairs, each told by the half that was found first.
pub fn several_pairs(key: &str, pairs: &[Vec<Seen>]) -> RunError {
    let first: Vec<Seen> = pairs.iter().filter_map(|pair| pair.first().cloned()).collect();
    let list: Vec<_> = first.iter().map(|seen| format!("{} ({})", seen.words(), seen.id)).collect();
    RunError::refused(
        format!("`{key}` could be {} records: {}", first.len(), list.join("; ")),
        "name the one that is meant by its identity, which stands in brackets, and its entity with --entity",
    )
}

/// Refused because several records could be meant, with all of them.
pub(super) fn several(key: &str, seen: &[Seen]) -> RunError {
    let list: Vec<_> = seen.iter().map(|seen| format!("{} ({})", seen.words(), seen.id)).collect();
    RunError::refused(
        format!("`{key}` could be {} records: {}", seen.len(), list.join("; ")),
        "name the one that is meant by its identity, which stands in brackets, or give its side with --side",
    )
}
