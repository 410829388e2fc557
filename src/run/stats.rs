//! What a run cost.

use crate::systems::meter::Meter;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Time by phase, and what both sides were asked for.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    pub phases: Phases,
    pub severa: Meter,
    pub business: Meter,
}

/// Wall time by phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phases {
    /// Connecting, checking shapes, reading tables of names.
    pub opening: Duration,
    pub reading: Duration,
    pub planning: Duration,
    /// Carrying out; of what goes by pages its planning as well.
    pub writing: Duration,
}

impl Phases {
    /// Each with its word.
    pub fn each(&self) -> [(&'static str, Duration); 4] {
        [("opening", self.opening), ("reading", self.reading), ("planning", self.planning), ("writing", self.writing)]
    }
}

/// The time between two moments; none where a clock was set back.
pub(super) fn between(from: Timestamp, to: Timestamp) -> Duration {
    let passed: SignedDuration = to.duration_since(from);
    Duration::try_from(passed).unwrap_or_default()
}
