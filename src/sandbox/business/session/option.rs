//! SET.

use std::time::Duration;

use super::super::errors::{self, SqlError};
use super::{Answer, Session};

impl Session {
    /// Switches an option; one that would change what statements mean is refused rather than ignored.
    pub(super) fn set(&mut self, words: &[String], out: &mut Vec<Answer>) -> Result<(), SqlError> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let refused = || errors::not_carried(&format!("SET {}", words.join(" ")));
        match words.as_slice() {
            ["NOCOUNT", value] => self.no_count = *value == "ON",
            ["XACT_ABORT", value] => self.abort = *value == "ON",
            ["LOCK_TIMEOUT", value] => {
                self.lock_timeout = Some(Duration::from_millis(value.parse().map_err(|_| refused())?))
            }
            ["LOCK_TIMEOUT", "-", "1"] => self.lock_timeout = None,
            ["TRANSACTION", "ISOLATION", "LEVEL", level @ ..] => match level {
                ["READ", "COMMITTED" | "UNCOMMITTED"] => self.serializable = false,
                ["REPEATABLE", "READ"] | ["SERIALIZABLE"] => self.serializable = true,
                ["SNAPSHOT"] => {
                    return Err(SqlError::new(
                        3952,
                        16,
                        1,
                        format!(
                            "Snapshot isolation transaction failed accessing database '{}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.",
                            self.setting.database
                        ),
                    ));
                }
                _ => return Err(refused()),
            },
            ["IMPLICIT_TRANSACTIONS", "OFF"] => {}
            // These change nothing in what the sandbox carries, in the values clients send.
            [
                "ANSI_NULLS"
                | "ANSI_PADDING"
                | "ANSI_WARNINGS"
                | "ANSI_NULL_DFLT_ON"
                | "ANSI_DEFAULTS"
                | "QUOTED_IDENTIFIER"
                | "CONCAT_NULL_YIELDS_NULL"
                | "ARITHABORT",
                "ON",
            ]
            | ["CURSOR_CLOSE_ON_COMMIT" | "NUMERIC_ROUNDABORT" | "FMTONLY" | "NOEXEC" | "PARSEONLY", "OFF"]
            | ["TEXTSIZE", _]
            | ["LANGUAGE", "US_ENGLISH" | "ENGLISH"]
            | ["DATEFORMAT", "MDY" | "YMD" | "DMY"]
            | ["DATEFIRST", _]
            | ["ROWCOUNT", "0"]
            | ["DEADLOCK_PRIORITY", ..] => {}
            options => {
                // `SET A, B ON` switches several; the last word is the switch.
                if let [first, rest @ .., switch @ ("ON" | "OFF")] = options
                    && !rest.is_empty()
                {
                    for option in std::iter::once(first).chain(rest) {
                        self.set(&[(*option).to_string(), (*switch).to_string()], &mut Vec::new())?;
                    }
                } else {
                    return Err(refused());
                }
            }
        }
        out.push(Answer::Done);
        Ok(())
    }
}
