//! The state file's tables and their versions.

use super::StateError;
use rusqlite::Connection;

/// Each entry takes the file one version further; entries are never changed once released.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE links (
        entity TEXT NOT NULL,
        severa_id TEXT NOT NULL,
        business_id TEXT NOT NULL,
        born TEXT NOT NULL,
        columns TEXT NOT NULL,
        base BLOB NOT NULL,
        severa_stamp TEXT,
        business_stamp TEXT,
        PRIMARY KEY (entity, severa_id)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX links_business ON links (entity, business_id);
    CREATE TABLE watermarks (
        entity TEXT NOT NULL, side TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (entity, side)
    ) WITHOUT ROWID;
    CREATE TABLE intents (
        entity TEXT NOT NULL, side TEXT NOT NULL, source_id TEXT NOT NULL, begun_at TEXT NOT NULL,
        PRIMARY KEY (entity, side, source_id)
    ) WITHOUT ROWID;
    CREATE TABLE held (
        entity TEXT NOT NULL, side TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
        code TEXT NOT NULL, reason TEXT NOT NULL, since TEXT NOT NULL, attempts INTEGER NOT NULL, next_try TEXT NOT NULL,
        PRIMARY KEY (entity, side, id)
    ) WITHOUT ROWID;
    CREATE TABLE waiting (
        entity TEXT NOT NULL, side TEXT NOT NULL, id TEXT NOT NULL,
        for_entity TEXT NOT NULL, for_side TEXT NOT NULL, for_value TEXT NOT NULL,
        PRIMARY KEY (entity, side, id, for_entity, for_side, for_value)
    ) WITHOUT ROWID;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, begun_at TEXT NOT NULL, ended_at TEXT, outcome TEXT, summary TEXT
    );
    CREATE TABLE history (
        run INTEGER NOT NULL, at TEXT NOT NULL, entity TEXT NOT NULL, side TEXT NOT NULL, id TEXT NOT NULL,
        field TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL
    );
    CREATE INDEX history_record ON history (entity, side, id);
    CREATE TABLE lock (
        only INTEGER PRIMARY KEY CHECK (only = 1), host TEXT NOT NULL, pid INTEGER NOT NULL,
        token TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL
    );
", "
    ALTER TABLE waiting ADD COLUMN for_column TEXT NOT NULL DEFAULT '';
    CREATE TABLE decisions (
        entity TEXT NOT NULL, decision TEXT NOT NULL, severa_id TEXT NOT NULL, business_id TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (entity, severa_id, business_id)
    ) WITHOUT ROWID;
    CREATE INDEX history_run ON history (run);
", "
    ALTER TABLE decisions ADD COLUMN who TEXT NOT NULL DEFAULT '';
    ALTER TABLE decisions ADD COLUMN why TEXT NOT NULL DEFAULT '';
    ALTER TABLE decisions ADD COLUMN label TEXT NOT NULL DEFAULT '';
    ALTER TABLE history ADD COLUMN kind TEXT NOT NULL DEFAULT '';
    ALTER TABLE history ADD COLUMN key TEXT NOT NULL DEFAULT '';
    ALTER TABLE history ADD COLUMN name TEXT NOT NULL DEFAULT '';
    ALTER TABLE history ADD COLUMN source_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE history ADD COLUMN rule INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN element TEXT;
    ALTER TABLE history ADD COLUMN old_value TEXT;
    ALTER TABLE history ADD COLUMN new_value TEXT;
    ALTER TABLE history ADD COLUMN outcome TEXT NOT NULL DEFAULT 'done';
    ALTER TABLE history ADD COLUMN personal INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE history ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX history_at ON history (at);
"];

/// Takes a file to the version that this samband knows; one of a newer samband is refused untouched.
pub fn migrate(db: &Connection) -> Result<(), StateError> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StateError::Newer { found, known });
    }
    for (version, script) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        let transaction = db.unchecked_transaction()?;
        transaction.execute_batch(script)?;
        transaction.pragma_update(None, "user_version", version as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
