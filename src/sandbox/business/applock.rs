//! Application locks: `sp_getapplock` and `sp_releaseapplock`, with real exclusion between connections.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// Who holds a lock: the connection, and whether for its transaction only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub connection: u64,
    pub transaction: bool,
}

/// The modes the sandbox carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Shared,
    Exclusive,
}

#[derive(Debug)]
struct Held {
    holder: Holder,
    mode: Mode,
    count: u32,
}

/// All application locks of a company.
#[derive(Debug, Default)]
pub(super) struct AppLocks {
    held: Mutex<HashMap<String, Vec<Held>>>,
    released: Notify,
}

impl AppLocks {
    /// Waits for the lock: 0 when it was free, 1 when it came after waiting, -1 when the time ran out. No time means no end.
    pub async fn acquire(&self, resource: &str, mode: Mode, holder: Holder, timeout: Option<Duration>) -> i64 {
        if self.attempt(resource, mode, holder) {
            return 0;
        }
        let waiting = async {
            loop {
                // Registered before the attempt, so that a release between the two is not missed.
                let mut released = std::pin::pin!(self.released.notified());
                released.as_mut().enable();
                if self.attempt(resource, mode, holder) {
                    return;
                }
                released.await;
            }
        };
        match timeout {
            None => {
                waiting.await;
                1
            }
            Some(Duration::ZERO) => -1,
            Some(timeout) => tokio::time::timeout(timeout, waiting).await.map_or(-1, |()| 1),
        }
    }

    fn attempt(&self, resource: &str, mode: Mode, holder: Holder) -> bool {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = all.entry(resource.to_string()).or_default();
        let free = held
            .iter()
            .all(|h| h.holder.connection == holder.connection || (h.mode == Mode::Shared && mode == Mode::Shared));
        if free {
            match held.iter_mut().find(|h| h.holder == holder && h.mode == mode) {
                Some(mine) => mine.count += 1,
                None => held.push(Held { holder, mode, count: 1 }),
            }
        }
        free
    }

    /// Gives one hold back; false when there was none.
    pub fn release(&self, resource: &str, holder: Holder) -> bool {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(resource) else {
            return false;
        };
        let Some(mine) = held.iter_mut().find(|h| h.holder == holder) else {
            return false;
        };
        mine.count -= 1;
        held.retain(|h| h.count > 0);
        self.released.notify_waiters();
        true
    }

    /// Gives back all that a connection holds, or only what it holds for its transaction.
    pub fn release_all(&self, connection: u64, transaction_only: bool) {
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for held in all.values_mut() {
            held.retain(|h| h.holder.connection != connection || (transaction_only && !h.holder.transaction));
        }
        all.retain(|_, held| !held.is_empty());
        self.released.notify_waiters();
    }
}
