//! A tenant in one JSON file.

use super::store::Record;
use super::{Clock, State, World};
use crate::sandbox::severa::json::{Json, Members, object};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a snapshot could not be kept or read.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The file could not be read or written.
    #[error("the sandbox's Severa data {path}: {source}", path = .path.display())]
    File { path: PathBuf, source: std::io::Error },
    /// The text is no snapshot of this kind.
    #[error("the sandbox's Severa data is damaged ({0}); delete the folder to start anew")]
    Damaged(String),
}

/// The form of the file; another number is not read.
const FORM: i64 = 1;

impl World {
    /// All records as one JSON text.
    pub fn to_json(&self) -> String {
        let state = self.lock();
        let tables = state.sizes().map(|(name, _)| {
            let rows = state
                .rows(name)
                .iter()
                .map(|record| Json::List(vec![number(record.seq), Json::Object(record.body.clone())]));
            (name.to_owned(), Json::List(rows.collect()))
        });
        object([
            ("form", FORM.into()),
            ("next", number(state.next)),
            ("seed", number(state.seed)),
            ("user", state.user.clone().into()),
            ("tables", Json::Object(tables.collect())),
        ])
        .to_string()
    }

    /// The tenant that [`World::to_json`] wrote.
    pub fn from_json(text: &str, clock: Clock) -> Result<World, SnapshotError> {
        let snapshot = Json::parse(text).map_err(SnapshotError::Damaged)?;
        if snapshot.get("form").and_then(Json::as_int) != Some(FORM) {
            return Err(SnapshotError::Damaged(format!("it is not of form {FORM}")));
        }
        let count = |name: &str| snapshot.get(name).and_then(whole).ok_or_else(|| damaged(name));
        let mut state = State::new(count("seed")?);
        state.user = snapshot.get("user").and_then(Json::as_text).map(str::to_owned);
        for (table, rows) in snapshot.get("tables").and_then(Json::members).ok_or_else(|| damaged("tables"))? {
            for row in rows.items() {
                let [seq, Json::Object(body)] = row.items() else { return Err(damaged(table)) };
                let record = read(whole(seq), body).ok_or_else(|| damaged(table))?;
                state.place(table, record);
            }
        }
        state.next = count("next")?.max(state.next);
        let world = World::new(state.seed, clock);
        *world.lock() = state;
        Ok(world)
    }

    /// Writes the snapshot; the old file stays whole until the new one is.
    pub fn save(&self, path: &Path) -> Result<(), SnapshotError> {
        let fault = |source| SnapshotError::File { path: path.to_owned(), source };
        let draft = path.with_extension("new");
        std::fs::write(&draft, self.to_json()).map_err(fault)?;
        std::fs::rename(&draft, path).map_err(fault)
    }

    /// Reads the snapshot of that file.
    pub fn load(path: &Path, clock: Clock) -> Result<World, SnapshotError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| SnapshotError::File { path: path.to_owned(), source })?;
        World::from_json(&text, clock)
    }
}

fn read(seq: Option<u64>, body: &Members) -> Option<Record> {
    let text = |name: &str| body.get(name).and_then(Json::as_text);
    let stamp = text("lastUpdatedDateTime").or_else(|| text("createdDateTime"))?;
    Some(Record { seq: seq?, guid: text("guid")?.to_owned(), changed: stamp.parse().ok()?, body: body.clone() })
}

fn number(value: u64) -> Json {
    Json::Number(value.to_string())
}

fn whole(value: &Json) -> Option<u64> {
    match value {
        Json::Number(text) => text.parse().ok(),
        _ => None,
    }
}

fn damaged(what: &str) -> SnapshotError {
    SnapshotError::Damaged(format!("`{what}` is missing or of the wrong kind"))
}
