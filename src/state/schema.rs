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
", "
    CREATE TABLE history_forms (id INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
    ALTER TABLE history ADD COLUMN form INTEGER;
    ALTER TABLE history ADD COLUMN pack TEXT;
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

#[cfg(test)]
mod tests {
    use super::super::{Decision, State, StateError, Wanted};
    use super::MIGRATIONS;
    use crate::value::Side;
    use rusqlite::Connection;

    /// A file as an earlier samband left it, with something in every table that has changed since.
    fn made_by(version: usize, path: &std::path::Path) {
        let db = Connection::open(path).unwrap();
        for script in &MIGRATIONS[..version] {
            db.execute_batch(script).unwrap();
        }
        db.pragma_update(None, "user_version", version as i64).unwrap();
        db.execute_batch(
            "INSERT INTO runs (id, begun_at) VALUES (7, '2026-01-02T08:00:00Z');
             INSERT INTO history (run, at, entity, side, id, field, old, new, file, line)
             VALUES (7, '2026-01-02T08:00:01Z', 'Customer', 'business', '700', 'Nm', '\"Old\"', '\"New\"', 'standard/customers.mapping', 22);
             INSERT INTO waiting (entity, side, id, for_entity, for_side, for_value)
             VALUES ('Customer', 'severa', 'g', 'Employee', 'severa', 'h');",
        )
        .unwrap();
        if version >= 2 {
            db.execute_batch(
                "INSERT INTO decisions (entity, decision, severa_id, business_id, at)
                 VALUES ('Customer', 'ignore', '', '701', '2026-01-03T08:00:00Z');",
            )
            .unwrap();
        }
    }

    #[test]
    fn files_of_every_earlier_version_are_taken_over_with_all_they_hold() {
        for version in 1..MIGRATIONS.len() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("state.db");
            made_by(version, &path);
            for _ in 0..2 {
                let state = State::open(&path).unwrap();
                let entries = state.history(&Wanted { run: Some(7), ..Wanted::default() }).unwrap();
                assert_eq!(entries.len(), 1, "version {version}");
                assert_eq!((entries[0].old.as_str(), entries[0].new.as_str()), ("\"Old\"", "\"New\""));
                // Whether it says something about a person nobody knows any more, so it counts as if it did.
                assert!(entries[0].change.personal && !entries[0].has_values && !entries[0].forgotten);
                assert_eq!(state.waiting("Customer").unwrap().len(), 1);
                let decided = state.decided().unwrap();
                assert_eq!(decided.len(), usize::from(version >= 2));
                for one in decided {
                    assert_eq!(one.decision, Decision::Ignore { side: Side::Business, id: "701".to_owned() });
                }
            }
        }
    }

    #[test]
    fn a_file_of_a_newer_samband_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        drop(State::open(&path).unwrap());
        let newer = MIGRATIONS.len() as i64 + 1;
        Connection::open(&path).unwrap().pragma_update(None, "user_version", newer).unwrap();
        let refused = State::open(&path).unwrap_err();
        assert!(matches!(refused, StateError::Newer { found, known } if found == newer && known == newer - 1));
        assert!(refused.to_string().contains("newer samband"), "{refused}");
        let kept: i64 =
            Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, newer);
    }
}
