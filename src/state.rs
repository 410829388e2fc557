//! What a company's runs remember: links and bases, watermarks, intents, held records, history.
//!
//! One SQLite file a company. Only this module touches it.

mod decisions;
mod held;
mod history;
mod intents;
mod links;
mod lock;
mod records;
mod schema;
mod watermarks;

pub use decisions::{Decided, Decision, Decisions, Reason};
pub use held::{Held, Retry};
pub use history::{Change, Created, Entry, NewField, RunRecord, Wanted, Written};
pub use intents::Intent;
pub use links::{Base, Link};
pub use lock::{Holder, Lease};
pub use records::Seen;

use crate::value::Side;
use rusqlite::Connection;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct State {
    db: Connection,
    /// Where it is kept; nothing for one in memory.
    path: Option<PathBuf>,
    /// The token of the lock that was taken with this handle: nothing is changed once another holds it.
    fence: RefCell<Option<String>>,
}

/// Why the state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("the state file cannot be used: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the state file was written by a newer samband (version {found}; this one knows {known})")]
    Newer { found: i64, known: i64 },
    #[error("the state file belongs to {kept}, and the settings lead to {found}")]
    OtherCompany { kept: String, found: String },
    #[error("a run on {host} (process {pid}) has been at work on this company since {since}")]
    Locked { host: String, pid: u32, since: String },
    #[error("another run has taken over the lock, which this one had not renewed for too long")]
    Overtaken,
    #[error("the lock file beside the state cannot be opened: {0}")]
    LockFile(std::io::Error),
    #[error("a record in the state file cannot be read: {0}")]
    Content(#[from] serde_json::Error),
}

fn side_of(word: &str) -> Side {
    if word == Side::Severa.word() { Side::Severa } else { Side::Business }
}

/// Makes a file readable by its owner only, where the system knows owners; on Windows it has its folder's rights.
pub fn owner_only(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A file that cannot be narrowed is still used: the folder's owner decided so.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
    #[cfg(not(unix))]
    let _ = path;
}

impl State {
    /// Opens or creates a state file, readable by its owner only where the system knows owners.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let db = Connection::open(path)?;
        owner_only(path);
        db.pragma_update(None, "journal_mode", "WAL")?;
        // A link that was said to be stored must survive a power cut.
        db.pragma_update(None, "synchronous", "FULL")?;
        Self::prepare(db, Some(path.to_path_buf()))
    }

    /// A state that lives as long as the value, for tests.
    pub fn in_memory() -> Result<Self, StateError> {
        Self::prepare(Connection::open_in_memory()?, None)
    }

    /// A state in memory under a name, shared by all who open it while one of them lives: what
    /// several machines and restarts see in tests.
    pub fn shared_in_memory(name: &str) -> Result<Self, StateError> {
        Self::prepare(Connection::open(format!("file:/{name}?vfs=memdb"))?, None)
    }

    fn prepare(db: Connection, path: Option<PathBuf>) -> Result<Self, StateError> {
        db.busy_timeout(std::time::Duration::from_secs(10))?;
        // All statements there are, so that none is read anew.
        db.set_prepared_statement_cache_capacity(64);
        schema::migrate(&db)?;
        Ok(Self { db, path, fence: RefCell::new(None) })
    }

    /// Where files may lie that hold the same kind of data.
    pub fn folder(&self) -> PathBuf {
        let beside = self.path.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        match (beside, &self.path) {
            (Some(folder), _) => folder.to_path_buf(),
            (None, Some(_)) => PathBuf::from("."),
            (None, None) => std::env::temp_dir(),
        }
    }

    /// Binds the file to one tenant and one company; later runs against others are refused.
    pub fn bind(&self, identity: &str) -> Result<(), StateError> {
        match self.meta("identity")? {
            Some(kept) if kept != identity => Err(StateError::OtherCompany { kept, found: identity.to_owned() }),
            Some(_) => Ok(()),
            None => self.set_meta("identity", identity),
        }
    }

    pub fn meta(&self, key: &str) -> Result<Option<String>, StateError> {
        let mut statement = self.db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        let mut rows = statement.query([key])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), StateError> {
        self.change(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
            [key, value],
        )?;
        Ok(())
    }

    /// Counts what changed what plans are made from.
    pub fn generation(&self) -> Result<u64, StateError> {
        Ok(self.meta("generation")?.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Plans that were made before this are refused.
    pub fn overtake(&self) -> Result<(), StateError> {
        self.set_meta("generation", &(self.generation()? + 1).to_string())
    }

    /// One statement, which is kept for the next time.
    fn change(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, StateError> {
        Ok(self.db.prepare_cached(sql)?.execute(values)?)
    }

    /// Carries out several changes as one. A run that slept through its lease changes nothing any more: what it
    /// heard meanwhile is found by whoever took over.
    pub fn together<T>(&self, change: impl FnOnce() -> Result<T, StateError>) -> Result<T, StateError> {
        // Immediate, so that two processes that read before they write wait for each other.
        let transaction = rusqlite::Transaction::new_unchecked(&self.db, rusqlite::TransactionBehavior::Immediate)?;
        self.is_not_overtaken()?;
        let result = change()?;
        transaction.commit()?;
        Ok(result)
    }
}
