//! Our share of the tenant's quota of ten requests a second.

use crate::systems::Clock;
use jiff::Timestamp;
use std::time::Duration;

/// Spaces requests evenly. `governor` would do the same, but takes its time from the machine, and
/// tests run on a clock of their own.
#[derive(Debug)]
pub struct Pace {
    every: Duration,
    next: Option<Timestamp>,
}

impl Pace {
    pub fn new(per_second: u32) -> Self {
        Self { every: Duration::from_secs(1) / per_second.max(1), next: None }
    }

    /// Waits until the next request may leave; answers how long.
    pub async fn wait(&mut self, clock: &dyn Clock) -> Duration {
        let now = clock.now();
        let at = self.next.filter(|next| *next > now).unwrap_or(now);
        let left = Duration::try_from(at.duration_since(now)).unwrap_or_default();
        // A clock that was set back must not stop us.
        let left = left.min(self.every);
        if !left.is_zero() {
            clock.sleep(left).await;
        }
        self.next = at.checked_add(self.every).ok();
        left
    }
}
