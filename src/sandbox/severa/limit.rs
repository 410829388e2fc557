//! The rate limit: so many requests in any second.

use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// The moments of the requests that still count.
#[derive(Debug, Default)]
pub struct Window(VecDeque<Timestamp>);

impl Window {
    /// Whether another request is admitted now; refused ones do not count.
    pub fn admits(&mut self, most: usize, now: Timestamp) -> bool {
        let second = SignedDuration::from_secs(1);
        while self.0.front().is_some_and(|earlier| now.duration_since(*earlier) >= second) {
            self.0.pop_front();
        }
        let admitted = self.0.len() < most;
        if admitted {
            self.0.push_back(now);
        }
        admitted
    }
}
