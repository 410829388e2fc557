//! The tenant's records in memory: cheap to share (`clone`), to copy (`fork`) and to keep (`save`, `load`).
//!
//! Records are stored in the shape of the output model with references cut down to `{"guid": …}`; what a reference
//! shows beside its GUID is filled in when the record is shown, so a renamed customer is renamed everywhere.

mod hands;
mod snapshot;
mod store;

pub use snapshot::SnapshotError;
pub use store::{Record, State};

use super::contract::contract;
use super::error::Fault;
use super::json::{Json, Members};
use super::{present, rules, validate};
use jiff::Timestamp;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tells the time to the tenant: stamps, token lifetimes and the rate limit.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The machine's own clock.
pub fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}

/// A tenant of Severa. Clones share the same records.
#[derive(Clone)]
pub struct World {
    state: Arc<Mutex<State>>,
    clock: Clock,
}

impl World {
    /// An empty tenant; `seed` makes its GUIDs, so equal seeds and equal steps give equal worlds.
    pub fn new(seed: u64, clock: Clock) -> World {
        World { state: Arc::new(Mutex::new(State::new(seed))), clock }
    }

    /// An independent copy with its own clock. Records are shared until one side changes them.
    pub fn fork(&self, clock: Clock) -> World {
        World { state: Arc::new(Mutex::new(self.lock().clone())), clock }
    }

    /// The tenant's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The user that later changes are stamped with (`createdBy`, `lastUpdatedBy`); nobody leaves the stamps null.
    pub fn set_user(&self, guid: Option<&str>) {
        self.lock().user = guid.map(str::to_owned);
    }

    /// The record as `GET` would show it.
    pub fn get(&self, table: &str, guid: &str) -> Option<Json> {
        let state = self.lock();
        let record = state.record(table, guid)?;
        Some(present::record(&state, table, record))
    }

    /// All records of a table in creation order, as `GET` would show them.
    pub fn list(&self, table: &str) -> Vec<Json> {
        let state = self.lock();
        state.rows(table).iter().map(|record| present::record(&state, table, record)).collect()
    }

    /// How many records a table holds.
    pub fn count(&self, table: &str) -> usize {
        self.lock().rows(table).len()
    }

    /// Creates a record as a user would: the input model is enforced, the server's own rules fill the rest.
    /// Fails with what the server would answer.
    pub fn create(&self, table: &str, input: Json) -> Result<String, Fault> {
        let mut state = self.lock();
        let now = (self.clock)();
        let model =
            contract().written.get(table).ok_or_else(|| Fault::operation(format!("{table} cannot be created")))?;
        if let Some(fault) = validate::body(&state, model, &input, true).into_iter().next() {
            return Err(fault);
        }
        let members = match input {
            Json::Object(members) => members,
            _ => Members::new(),
        };
        rules::create(&mut state, now, table, members)
    }

    /// Puts a record as it is, without rules and without stamping: a new one where `guid` is new or missing, else the
    /// given members take the place of the record's. Anything but an object puts an empty record. Answers the GUID.
    pub fn put(&self, table: &str, members: Json) -> String {
        let mut state = self.lock();
        let now = (self.clock)();
        let members = members.members().cloned().unwrap_or_default();
        let known = members.get("guid").and_then(Json::as_text).map(str::to_owned);
        match known.and_then(|guid| state.record(table, &guid).cloned()) {
            Some(record) => {
                let mut body = record.body.clone();
                body.extend(members);
                state.replace(table, &record.guid, body);
                record.guid.clone()
            }
            None => state.insert(table, members, now),
        }
    }

    /// Changes a record as a user would in Severa's own screens: members take their new values, the record is stamped
    /// with the clock's time. Fails where there is no such record or a rule refuses.
    pub fn edit(&self, table: &str, guid: &str, changes: Json) -> Result<(), Fault> {
        let mut state = self.lock();
        let now = (self.clock)();
        let record = state.record(table, guid).cloned().ok_or_else(|| Fault::missing(format!("no {table} {guid}")))?;
        let mut body = record.body.clone();
        body.extend(changes.members().cloned().unwrap_or_default());
        rules::change(&mut state, now, table, &record, body)
    }

    /// Removes a record as Severa does; work hours, fees and travel expenses stay visible as deleted ones.
    /// Tells whether it was there.
    pub fn remove(&self, table: &str, guid: &str) -> bool {
        let mut state = self.lock();
        let now = (self.clock)();
        rules::remove(&mut state, now, table, guid)
    }

    /// The records, held until the guard is dropped. A panic elsewhere does not lose them.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_map().entries(state.sizes()).finish()
    }
}
