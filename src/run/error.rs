//! Why a run ended before it was done.

use crate::plan::{Plan, Stopped};
use crate::program::lookup::UnknownName;
use crate::state::StateError;
use crate::systems::SystemError;
use crate::value::Side;

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("{0}")]
    System(#[from] SystemError),
    #[error("{0}")]
    State(StateError),
    /// Records that were put aside in a file beside the state.
    #[error("records cannot be put aside in the folder of the state file: {0}")]
    Aside(#[from] std::io::Error),
    /// Names in the settings that the tenant does not have.
    #[error("names in the settings that are not there")]
    Names(Vec<UnknownName>),
    /// The plan goes over a limit; it comes along, to be looked at.
    #[error("the plan goes over a limit")]
    Limits(Vec<Stopped>, Box<Plan>),
    /// Records that changed since the plan was made.
    #[error("records have changed since the plan was made")]
    Stale(Vec<String>),
    #[error("the plan was made by another mapping or other settings than `{plan}` has now")]
    OtherMapping { plan: String },
    #[error("the plan was made for {plan}, and the settings lead to {found}")]
    OtherCompany { plan: String, found: String },
    /// A listing without a single record, though records of it are linked: a fault, not a mass deletion.
    #[error("{} listed no {entity} at all, though {linked} are linked", side.title())]
    EmptyListing { side: Side, entity: String, linked: usize },
    /// Many linked records are gone at once: the company is another than at the last run.
    #[error(
        "{gone} of {visited} linked {entity} records are gone from {}, as after a restore from a backup",
        side.title()
    )]
    Restored { side: Side, entity: String, gone: usize, visited: usize },
    /// Another run has changed what the plan was made from.
    #[error("another run has been made since the plan was made")]
    Overtaken,
    /// What was asked for cannot be done, and why; nothing was changed.
    #[error("{what}")]
    Refused { what: String, help: String },
    #[error("interrupted; what was done is kept, and the next run continues from there")]
    Interrupted,
    #[error("another run has taken over the lock, which this one had not renewed for too long")]
    LostLock,
}

impl From<StateError> for RunError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Overtaken => Self::LostLock,
            error => Self::State(error),
        }
    }
}

impl RunError {
    /// `what` cannot be done and why, without a full stop; `help` says what to do.
    pub fn refused(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), help: help.into() }
    }
}
