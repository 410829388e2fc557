//! `samband apply`: exactly a plan that was made and looked at before.

use super::engine::{Bars, Scope, of_run, prepare, show_report};
use super::exit::{Exit, Failure};
use super::ready::ProjectArg;
use super::shared::FormatArg;
use crate::plan::load;
use std::path::PathBuf;

/// Carry out exactly the plan in a file, or refuse it as a whole if anything has moved.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file that `samband plan --out` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: FormatArg,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let plan = load(&args.file).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("the plan cannot be read: {error}"),
            "name a file that `samband plan --out` wrote",
        )
    })?;
    let runtime = super::runtime::start()?;
    let report = runtime.block_on(async {
        let mut prepared = prepare(&args.project, &Scope::default(), false)?;
        let mut bars = Bars::new();
        let report = prepared.engine.apply(&plan, &mut bars).await;
        bars.clear();
        report.map_err(|error| of_run(&error))
    })?;
    show_report(&plan, &report, args.format.format, false)
}
