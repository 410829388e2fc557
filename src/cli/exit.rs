//! How a command ends: for the shell a number, for a person one clear message.

use crate::project::LoadError;
use std::process::ExitCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// The mapping has faults, or a test failed.
    Faults = 1,
    /// Wrong usage.
    Usage = 2,
    /// A system could not be reached or refused us.
    System = 3,
    /// Stopped by a limit or a stale plan.
    Stopped = 4,
    /// Done, but records are held.
    Held = 5,
    /// `plan --exit-code` where there are changes.
    Changes = 10,
    /// Interrupted from the keyboard; the state is safe.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    /// What failed, where and why, without a full stop.
    pub what: String,
    /// What to do; blank where there is nothing to say.
    pub help: String,
    pub told: Told,
}

/// Who else hears of a failure, besides the person at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Told {
    #[default]
    Anyone,
    /// It names records, which stay in the house: others only hear that something failed.
    #[cfg(feature = "run")]
    House,
    /// Nothing has failed: another run is at work.
    #[cfg(feature = "run")]
    Nobody,
}

impl Failure {
    pub fn new(exit: Exit, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit, what: what.into(), help: help.into(), told: Told::Anyone }
    }

    /// Says who else may hear of it.
    #[cfg(feature = "run")]
    pub fn told(self, told: Told) -> Self {
        Self { told, ..self }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Failure::new(Exit::Usage, error.what, error.help)
    }
}
