//! A project that is to be run: one, and without faults.

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{Loaded, load};
use crate::diag::{Severity, human};
use crate::settings::{FILE_NAME, Settings};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct ProjectArg {
    /// The project's folder; without it, the project around the working folder.
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
}

/// A project read and without faults, its connections not looked at.
pub struct Sound {
    pub folder: PathBuf,
    pub settings: Settings,
}

/// Reads the project; faults are shown and end the command.
pub fn sound(arg: &ProjectArg) -> Result<Sound, Failure> {
    let Loaded { sources, mut projects, diagnostics } = load(arg.project.as_slice())?;
    if diagnostics.iter().any(|d| d.severity() >= Severity::Warning) {
        output::message(human::render_all(&sources, &diagnostics, output::style_stderr()).trim_end());
    }
    let several = projects.len() > 1;
    let Some(project) = projects.pop().filter(|_| !several) else {
        let what = "there is more than one project in the folder";
        return Err(Failure::new(Exit::Usage, what, "name one project's folder with --project"));
    };
    if project.program.is_none() {
        let what = "the mapping has faults, so nothing is run";
        return Err(Failure::new(Exit::Faults, what, "mend them; `samband check` shows them again"));
    }
    if project.settings.mapping.is_none() {
        let what = format!("there is no {FILE_NAME}, so there is nothing to connect to");
        return Err(Failure::new(Exit::Usage, what, "write one, or try `samband sandbox --dir DIR`"));
    }
    Ok(Sound { folder: project.folder, settings: project.settings })
}
