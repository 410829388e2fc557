//! What is worth telling of the last run to somebody who was not looking.

use crate::state::{RunRecord, State, StateError};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The last run, without a word about any single record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tidings {
    pub run: i64,
    /// `done`, or why it ended before.
    pub outcome: String,
    /// Operations and held records, in one line.
    pub summary: String,
    /// Records that wait for a person, in all.
    pub held: usize,
    /// Of them those that did not wait before this run: entity, code of the reason, how many.
    pub newly: Vec<(String, String, usize)>,
    /// The runs before ended in the same way, and it was told less than a day ago.
    pub repeated: bool,
}

/// What the state file knows of its last run; nothing if there was none.
pub fn tidings(state: &State) -> Result<Option<Tidings>, StateError> {
    // A run every ten minutes for a week; what lasts longer is told once more than it need be.
    let runs = state.runs(1_000)?;
    let Some(last) = runs.first() else { return Ok(None) };
    let begun: Option<Timestamp> = last.begun_at.parse().ok();
    let held = state.held()?;
    let mut newly: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for retry in held.iter().filter(|retry| begun.is_some_and(|begun| retry.since >= begun)) {
        *newly.entry((&retry.held.entity, &retry.held.code)).or_default() += 1;
    }
    Ok(Some(Tidings {
        run: last.id,
        outcome: last.outcome.clone().unwrap_or_else(|| "it broke off".to_owned()),
        summary: last.summary.clone().unwrap_or_default(),
        held: held.len(),
        newly: newly.into_iter().map(|((entity, code), count)| (entity.to_owned(), code.to_owned(), count)).collect(),
        repeated: is_repeated(&runs),
    }))
}

/// Whether the same end was told within the last day. It is told when it comes up and once a day while it lasts:
/// a server that is down all night is no reason for a hundred messages.
fn is_repeated(runs: &[RunRecord]) -> bool {
    let [last, before, ..] = runs else { return false };
    if last.outcome != before.outcome {
        return false;
    }
    let begun = |run: &RunRecord| run.begun_at.parse::<Timestamp>().ok();
    let first = runs.iter().take_while(|run| run.outcome == last.outcome).last().and_then(begun);
    let day =
        |run: &RunRecord| Some(begun(run)?.duration_since(first?).as_secs() / SignedDuration::from_hours(24).as_secs());
    day(last) == day(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(hour: i64, outcome: &str) -> RunRecord {
        let begun = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        RunRecord {
            id: hour,
            begun_at: begun.to_string(),
            ended_at: None,
            outcome: Some(outcome.to_owned()),
            summary: None,
        }
    }

    #[test]
    fn a_fault_is_told_when_it_comes_up_and_once_a_day_while_it_lasts() {
        let mut runs = Vec::new();
        let mut told = Vec::new();
        for hour in 0..60 {
            let outcome = match hour {
                3..55 => "Severa could not be reached",
                _ => "done",
            };
            runs.insert(0, run(hour, outcome));
            if !is_repeated(&runs) {
                told.push(hour);
            }
        }
        // The first run of all; then each change, and the days of the fault.
        assert_eq!(told, [0, 3, 27, 51, 55]);
    }
}
