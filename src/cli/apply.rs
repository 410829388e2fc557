//! `samband apply`: exactly a plan that was made and looked at before.

use super::attend::attend;
use super::engine::{Bars, Scope, of_run, prepare_read, show_report};
use super::exit::{Exit, Failure};
use super::ready::{ProjectArg, read};
use super::shared::ReportArg;
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
    report: ReportArg,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let plan = load(&args.file).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("the plan cannot be read: {error}"),
            "name a file that `samband plan --out` wrote",
        )
    })?;
    let project = read(&args.project)?;
    let attendance = attend(&project)?;
    let runtime = super::runtime::start()?;
    attendance.watch(&runtime, async {
        let mut prepared = prepare_read(project, &Scope::default(), false)?;
        let mut bars = Bars::new();
        let report = prepared.engine.apply(&plan, &mut bars).await;
        bars.clear();
        let report = report.map_err(|error| of_run(&error))?;
        show_report(&plan, &report, prepared.engine.program(), &args.report, false)
    })
}
