//! `samband held`: what waits for a person, and how it is settled.

mod list;
mod settle;

use super::engine::known;
use super::exit::{Exit, Failure};
use super::output;
use super::ready::{ProjectArg, Sound, sound};
use super::shared::FormatArg;
use super::status::of_state;
use crate::state::State;
use crate::value::Side;
use std::path::PathBuf;

/// List what is held and what can be done about it, or settle it for good.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Only this entity's records.
    #[arg(value_name = "ENTITY")]
    entity: Option<String>,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Let held records be tried in the next run, whatever their delay.
    Retry {
        /// Only this entity's records.
        entity: Option<String>,
        /// Only this record: its number, code, name or identity.
        key: Option<String>,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Make a pair of two records, for good.
    Link {
        entity: String,
        /// The record in Severa: its number, code, name or GUID.
        #[arg(value_name = "SEVERA_KEY")]
        severa: String,
        /// The record in Visma Business: its number, code or name.
        #[arg(value_name = "BUSINESS_KEY")]
        business: String,
        /// Why, for whoever asks later.
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Part a pair; no run makes one of the two again.
    Unlink {
        entity: String,
        /// Either record: its number, code, name or identity.
        key: String,
        /// Why, for whoever asks later.
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Leave a record as it is on its side: never sent, never told as held again.
    Ignore {
        #[arg(required_unless_present = "list")]
        entity: Option<String>,
        /// The record: its number, code, name or identity.
        #[arg(required_unless_present = "list")]
        key: Option<String>,
        /// The side that it stands on, where both have one that could be meant.
        #[arg(long, value_enum)]
        side: Option<SideArg>,
        /// Why, for whoever asks later.
        #[arg(long, value_name = "TEXT", required_unless_present = "list")]
        reason: Option<String>,
        /// List what is ignored, since when, by whom and why.
        #[arg(long, conflicts_with_all = ["side", "reason"])]
        list: bool,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Take the ignoring of a record back.
    Unignore {
        entity: String,
        /// The record: its number, code, name or identity, as `held ignore --list` shows it.
        key: String,
        #[arg(long, value_enum)]
        side: Option<SideArg>,
        #[command(flatten)]
        project: ProjectArg,
    },
}

/// One of the two systems, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SideArg {
    Severa,
    Business,
}

impl From<SideArg> for Side {
    fn from(side: SideArg) -> Self {
        match side {
            SideArg::Severa => Side::Severa,
            SideArg::Business => Side::Business,
        }
    }
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    match &args.action {
        None => list::held(&args.project, args.entity.as_deref(), args.format.format),
        Some(Action::Ignore { list: true, entity, project, format, .. }) => {
            list::ignored(project, entity.as_deref(), format.format)
        }
        Some(action) => settle::main(action),
    }
}

/// A project's state, for commands that need neither secrets nor network; nothing where no run has made it yet.
pub struct Kept {
    pub state: Option<State>,
    pub program: crate::program::Program,
    pub file: PathBuf,
}

/// Opening would make the file: to look must leave no trace.
pub fn kept(project: &ProjectArg, entities: &[String]) -> Result<Kept, Failure> {
    let Sound { folder, settings, program, .. } = sound(project)?;
    known(&program, entities)?;
    let file = folder.join(settings.state_file());
    let state = match file.exists() {
        true => Some(State::open(&file).map_err(|error| of_state(&error, &file.display().to_string()))?),
        false => None,
    };
    Ok(Kept { state, program, file })
}

impl Kept {
    /// The state, or that there is none.
    pub fn state(&self) -> Result<&State, Failure> {
        self.state.as_ref().ok_or_else(|| {
            let what = format!("no run has been made here yet: {} is not there", self.file.display());
            Failure::new(Exit::Usage, what, "`samband run` makes it; is this the right project?")
        })
    }
}

/// One line of a report, for people.
fn line(text: &str) -> Result<(), Failure> {
    output::data(&format!("{text}\n"))
}
