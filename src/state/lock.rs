//! One run at a time for one company.

use super::{State, StateError};
use jiff::{Timestamp, ToSpan};
use rusqlite::params;

/// Who is at work.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    pub host: String,
    pub pid: u32,
    /// Different for every run, so that a holder that slept through its lease knows that it lost it.
    pub token: String,
}

/// How long a holder may be silent, in minutes, before another takes over.
const LEASE_MINUTES: i64 = 10;

/// A lock that was taken, for renewing and giving back.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    token: String,
}

impl State {
    /// Takes the lock, also from a holder whose lease has run out.
    pub fn lock(&self, holder: &Holder, now: Timestamp) -> Result<Lease, StateError> {
        self.together(|| {
            let mut statement = self.db.prepare("SELECT host, pid, since, until FROM lock")?;
            let mut rows = statement.query([])?;
            if let Some(row) = rows.next()? {
                let until: String = row.get(3)?;
                let alive = until.parse::<Timestamp>().is_ok_and(|until| until > now);
                if alive {
                    return Err(StateError::Locked { host: row.get(0)?, pid: row.get(1)?, since: row.get(2)? });
                }
            }
            self.db.execute(
                "INSERT OR REPLACE INTO lock (only, host, pid, token, since, until) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
                params![holder.host, holder.pid, holder.token, now.to_string(), until(now).to_string()],
            )?;
            Ok(Lease { token: holder.token.clone() })
        })
    }

    /// Renews the lease before a write; false where another has taken over meanwhile.
    pub fn renew(&self, lease: &Lease, now: Timestamp) -> Result<bool, StateError> {
        let changed =
            self.db.execute("UPDATE lock SET until = ?2 WHERE token = ?1", [&lease.token, &until(now).to_string()])?;
        Ok(changed == 1)
    }

    pub fn unlock(&self, lease: &Lease) -> Result<(), StateError> {
        self.db.execute("DELETE FROM lock WHERE token = ?1", [&lease.token])?;
        Ok(())
    }
}

fn until(now: Timestamp) -> Timestamp {
    now.checked_add(LEASE_MINUTES.minutes()).unwrap_or(now)
}
