//! How a side can fail, for the engine (the kind) and for the person who must act (the rest).

use crate::value::Side;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// No connection, or none with the encryption that is required.
    Unreachable,
    /// The login or client secret is wrong or has expired.
    Credentials,
    /// The login lacks a right or scope.
    Rights,
    /// The system is not shaped as its schema says (a missing column).
    Schema,
    /// Too many requests, deadlocks or server faults, also after retries.
    Busy,
    /// An answer that cannot be understood.
    Answer,
    /// The request may or may not have taken effect: look up before trying again.
    Unknown,
    /// This record was refused: the server's own text says why.
    Refused,
    /// The record no longer holds what was expected, so nothing was written.
    Moved,
    /// The record is gone.
    Gone,
}

impl ErrorKind {
    /// Whether it concerns the whole side rather than one record.
    pub fn stops_side(self) -> bool {
        matches!(
            self,
            ErrorKind::Unreachable
                | ErrorKind::Credentials
                | ErrorKind::Rights
                | ErrorKind::Schema
                | ErrorKind::Busy
                | ErrorKind::Answer
        )
    }
}

/// A fault of a side. It holds no secret: messages are made from addresses, names and server texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemError {
    pub side: Side,
    pub kind: ErrorKind,
    /// What failed, in one sentence without full stop: `could not log in to sql01:1433 as samband`.
    pub what: String,
    /// The server's own text, or the operating system's.
    pub why: String,
    /// What to do.
    pub help: String,
}

impl SystemError {
    pub fn new(side: Side, kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { side, kind, what: what.into(), why: String::new(), help: String::new() }
    }

    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

impl fmt::Display for SystemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.side.title(), self.what)?;
        if !self.why.is_empty() {
            write!(f, ": {}", self.why)?;
        }
        Ok(())
    }
}

impl std::error::Error for SystemError {}
