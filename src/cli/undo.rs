//! `samband undo`: the inverse of a run, as a plan of its own.

use super::engine::{Scope, of_run, prepare};
use super::exit::{Exit, Failure};
use super::held::kept;
use super::output;
use super::ready::ProjectArg;
use super::shared::{Format, FormatArg};
use crate::plan::{document, render, save};
use std::path::PathBuf;

/// Plan to put back what a run wrote, where nobody changed it since; `samband apply` carries it out.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's number, as `samband status` and `samband history` show it.
    run: i64,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: FormatArg,
    /// Keep the plan in a file, for `samband apply`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    // Without a state there is no run to be undone, and nobody need be asked.
    kept(&args.project, &[])?.state()?;
    let runtime = super::runtime::start()?;
    let plan = runtime.block_on(async {
        let mut prepared = prepare(&args.project, &Scope::default(), false)?;
        prepared.engine.undo(args.run).await.map_err(|error| of_run(&error))
    })?;
    if let Some(path) = &args.out {
        save(&plan, path).map_err(|error| {
            let what = format!("the plan cannot be kept: {error}");
            Failure::new(Exit::Usage, what, "check the path and who may write there")
        })?;
        output::message(&format!("the plan is in {}; `samband apply` carries it out", path.display()));
    }
    match args.format.format {
        Format::Json => output::json(&document(&plan, |_| None))?,
        Format::Human => output::data(&render(&plan, true))?,
    }
    if plan.is_empty() {
        output::message(&format!("nothing of run {} can be put back", args.run));
    }
    Ok(Exit::Done)
}
