//! One run at a time for one company.
//!
//! A file beside the state is locked through the operating system, which lets go of it when a
//! process dies however it dies. The row in the state says who it is, and carries a lease for
//! holders on other machines, whose file locks may not be seen here.

use super::{State, StateError};
use jiff::{Timestamp, ToSpan};
use rusqlite::params;
use std::fs::File;

/// Who is at work.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    pub host: String,
    pub pid: u32,
    /// Different for every run, so that a holder that slept through its lease knows that it lost it.
    pub token: String,
}

/// How long a holder on another machine may be silent, in minutes, before we take over.
const LEASE_MINUTES: i64 = 10;

/// A lock that was taken, for renewing and giving back.
#[derive(Debug)]
pub struct Lease {
    token: String,
    /// Locked as long as it is open; nothing for a state in memory.
    _file: Option<File>,
}

impl State {
    /// Takes the lock: from a process that died at once, from another machine when its lease has run out.
    pub fn lock(&self, holder: &Holder, now: Timestamp) -> Result<Lease, StateError> {
        let file = match &self.path {
            Some(path) => {
                let mut name = path.clone().into_os_string();
                name.push(".lock");
                let file = File::options()
                    .create(true)
                    .truncate(false)
                    .write(true)
                    .open(name)
                    .map_err(StateError::LockFile)?;
                match file.try_lock() {
                    Ok(()) => Some(file),
                    Err(std::fs::TryLockError::WouldBlock) => return Err(self.locked_by()?),
                    // A file system without locks leaves us the lease alone.
                    Err(std::fs::TryLockError::Error(_)) => None,
                }
            }
            None => None,
        };
        self.fence.replace(None);
        self.together(|| {
            let mut statement = self.db.prepare_cached("SELECT host, until FROM lock")?;
            let mut rows = statement.query([])?;
            if let Some(row) = rows.next()? {
                let (host, until): (String, String) = (row.get(0)?, row.get(1)?);
                let in_time = until.parse::<Timestamp>().is_ok_and(|until| until > now);
                // A holder on this machine would hold the file.
                if in_time && (file.is_none() || host != holder.host) {
                    return Err(self.locked_by()?);
                }
            }
            self.change(
                "INSERT OR REPLACE INTO lock (only, host, pid, token, since, until) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
                params![holder.host, holder.pid, holder.token, now.to_string(), until(now).to_string()],
            )?;
            Ok(())
        })?;
        self.fence.replace(Some(holder.token.clone()));
        Ok(Lease { token: holder.token.clone(), _file: file })
    }

    /// Fails where a lock was taken with this handle and another holds it now.
    pub(super) fn is_not_overtaken(&self) -> Result<(), StateError> {
        let fence = self.fence.borrow();
        let Some(token) = fence.as_ref() else { return Ok(()) };
        let ours = self.db.prepare_cached("SELECT 1 FROM lock WHERE token = ?1")?.exists([token])?;
        if ours { Ok(()) } else { Err(StateError::Overtaken) }
    }

    /// Who the state says holds the lock.
    fn locked_by(&self) -> Result<StateError, StateError> {
        let mut statement = self.db.prepare_cached("SELECT host, pid, since FROM lock")?;
        let mut rows = statement.query([])?;
        Ok(match rows.next()? {
            Some(row) => StateError::Locked { host: row.get(0)?, pid: row.get(1)?, since: row.get(2)? },
            None => StateError::Locked { host: "this machine".to_owned(), pid: 0, since: "a moment ago".to_owned() },
        })
    }

    /// Renews the lease before a write; false where another has taken over meanwhile.
    pub fn renew(&self, lease: &Lease, now: Timestamp) -> Result<bool, StateError> {
        let changed =
            self.change("UPDATE lock SET until = ?2 WHERE token = ?1", [&lease.token, &until(now).to_string()])?;
        Ok(changed == 1)
    }

    /// Gives the lock back.
    pub fn unlock(&self, lease: Lease) -> Result<(), StateError> {
        self.fence.replace(None);
        self.change("DELETE FROM lock WHERE token = ?1", [&lease.token])?;
        Ok(())
    }
}

fn until(now: Timestamp) -> Timestamp {
    now.checked_add(LEASE_MINUTES.minutes()).unwrap_or(now)
}
