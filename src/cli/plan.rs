//! `samband plan`: what a run would do.

use super::engine::{Bars, Prepared, Scope, of_run, prepare, show_plan};
use super::exit::{Exit, Failure};
use super::output;
use super::ready::ProjectArg;
use super::shared::ReportArg;
use crate::plan::{Plan, save};
use std::path::PathBuf;

/// Say what a run would do, and why; nothing is written to either system.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    report: ReportArg,
    /// Keep the plan in a file, for `samband apply`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 10 where there is anything to do.
    #[arg(long)]
    exit_code: bool,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let runtime = super::runtime::start()?;
    let (plan, prepared) = runtime.block_on(make(args))?;
    if let Some(path) = &args.out {
        save(&plan, path).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("the plan cannot be kept: {error}"),
                "check the path and who may write there",
            )
        })?;
        output::message(&format!("the plan is in {}; `samband apply` carries it out", path.display()));
    }
    show_plan(&plan, prepared.engine.program(), &args.report, false)?;
    let any = plan.entities.iter().any(|e| !e.operations.is_empty());
    Ok(if args.exit_code && any { Exit::Changes } else { Exit::Done })
}

async fn make(args: &Args) -> Result<(Plan, Prepared), Failure> {
    let mut prepared = prepare(&args.project, &args.scope, false)?;
    let mut bars = Bars::new();
    let plan = prepared.engine.plan(&mut bars).await;
    bars.clear();
    let plan = plan.map_err(|error| of_run(&error))?;
    Ok((plan, prepared))
}
