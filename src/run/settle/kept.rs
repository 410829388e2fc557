//! What can be settled from the state alone: trying again, ignoring, and taking that back.

use super::Judge;
use crate::run::{RunError, holder};
use crate::state::{Decided, Decision, Held, Reason, Seen, State};
use crate::systems::Clock;
use crate::value::{Side, match_form};
use jiff::Timestamp;

/// A record that stays as it is from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    pub record: Seen,
    /// It is linked: the pair stays one, and nothing travels between the two.
    pub linked: bool,
}

/// Puts the time of held records to now: all, an entity's, or those that a key means. Answers them.
pub fn retry(state: &State, clock: &dyn Clock, entity: Option<&str>, key: Option<&str>) -> Result<Vec<Seen>, RunError> {
    locked(state, clock, || {
        let records = match key {
            Some(key) => state.held_as(entity, key)?,
            None => {
                let held = state.held()?.into_iter().map(|retry| retry.held);
                let held = held.filter(|held| entity.is_none_or(|entity| held.entity == entity));
                held.map(|h| Seen { entity: h.entity, side: h.side, id: h.id, key: h.key, name: h.name }).collect()
            }
        };
        if let (Some(key), true) = (key, records.is_empty()) {
            return Err(RunError::refused(
                format!("no {} `{key}` is held", entity.unwrap_or("record")),
                "`samband held` lists what is",
            ));
        }
        for record in &records {
            state.retry(&record.entity, record.side, &record.id, clock.now())?;
        }
        Ok(records)
    })
}

/// Ignores a record that is held; nothing where none is that the key could mean.
pub fn ignore_held(
    state: &State,
    clock: &dyn Clock,
    entity: &str,
    key: &str,
    side: Option<Side>,
    by: &Judge,
) -> Result<Option<Ignored>, RunError> {
    locked(state, clock, || {
        let mut records = state.held_as(Some(entity), key)?;
        records.retain(|record| side.is_none_or(|side| side == record.side));
        match records.as_slice() {
            [] => Ok(None),
            [one] => ignore(state, one, by, clock.now()).map(Some),
            several => Err(crate::run::find::several(key, several)),
        }
    })
}

pub(super) fn ignore(state: &State, record: &Seen, by: &Judge, now: Timestamp) -> Result<Ignored, RunError> {
    let decisions = state.decisions(&record.entity)?;
    if decisions.ignored.contains(&(record.side, record.id.clone())) {
        return Err(RunError::refused(
            format!("{} is ignored already", record.words()),
            "`samband held ignore --list` says since when and why",
        ));
    }
    let decision = Decision::Ignore { side: record.side, id: record.id.clone() };
    let reason = Reason { who: by.who.clone(), why: by.why.clone(), label: label(record) };
    state.decide(&record.entity, &decision, &reason, now)?;
    let linked = state.link_of(&record.entity, record.side, &record.id)?.is_some();
    Ok(Ignored { record: record.clone(), linked })
}

/// All records that are ignored, with who said so and why.
pub fn ignored(state: &State) -> Result<Vec<Decided>, RunError> {
    let mut all = state.decided()?;
    all.retain(|decided| matches!(decided.decision, Decision::Ignore { .. }));
    Ok(all)
}

/// Takes the ignoring of a record back; the next run looks at it.
pub fn unignore(
    state: &State,
    clock: &dyn Clock,
    entity: &str,
    key: &str,
    side: Option<Side>,
) -> Result<Seen, RunError> {
    locked(state, clock, || {
        let mut found: Vec<Seen> = Vec::new();
        for decided in ignored(state)?.into_iter().filter(|decided| decided.entity == entity) {
            let Decision::Ignore { side: own, id } = &decided.decision else { continue };
            if side.is_none_or(|side| side == *own) && (id == key || meant(&decided.reason.label, key)) {
                let (number, name) = parts(&decided.reason.label);
                found.push(Seen { entity: entity.to_owned(), side: *own, id: id.clone(), key: number, name });
            }
        }
        match found.as_slice() {
            [one] => {
                let decision = Decision::Ignore { side: one.side, id: one.id.clone() };
                state.undecide(entity, &decision)?;
                let held = Held {
                    entity: entity.to_owned(),
                    side: one.side,
                    id: one.id.clone(),
                    key: one.key.clone(),
                    name: one.name.clone(),
                    code: "unignored".to_owned(),
                    reason: "it was ignored, and that was taken back; the next run looks at it".to_owned(),
                };
                state.hold(&held, clock.now())?;
                state.retry(entity, one.side, &one.id, clock.now())?;
                Ok(one.clone())
            }
            [] => Err(RunError::refused(
                format!("no {entity} `{key}` is ignored"),
                "`samband held ignore --list` lists what is",
            )),
            several => Err(crate::run::find::several(key, several)),
        }
    })
}

/// A number or code and a name as one text, from which both can be had again.
pub(super) fn label(seen: &Seen) -> String {
    if seen.key.is_empty() { seen.name.clone() } else { format!("{}\t{}", seen.key, seen.name) }
}

fn parts(label: &str) -> (String, String) {
    match label.split_once('\t') {
        Some((key, name)) => (key.to_owned(), name.to_owned()),
        None => (String::new(), label.to_owned()),
    }
}

fn meant(label: &str, key: &str) -> bool {
    let wanted = match_form(key);
    let (number, name) = parts(label);
    [number.as_str(), name.as_str(), format!("{number} {name}").as_str()]
        .iter()
        .any(|text| !text.trim().is_empty() && match_form(text) == wanted)
}

/// One change of the company's state at a time, and none while a run is at work.
fn locked<T>(state: &State, clock: &dyn Clock, change: impl FnOnce() -> Result<T, RunError>) -> Result<T, RunError> {
    let lease = state.lock(&holder(clock), clock.now())?;
    let result = change();
    state.unlock(lease)?;
    result
}
