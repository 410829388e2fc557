//! `samband run`: plan and apply in one go.

use super::attend::attend;
use super::engine::{Bars, Scope, of_run, prepare_read, show_plan, show_report};
use super::exit::{Exit, Failure};
use super::ready::{ProjectArg, read};
use super::shared::ReportArg;
use crate::run::RunError;

/// Plan, and carry the plan out.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    report: ReportArg,
    /// Pair what belongs together and write nothing but identities: a first look.
    #[arg(long)]
    link_only: bool,
    /// Say at the end what it cost: requests, rows and bytes by route, waits for the quota, time by phase, CPU, memory.
    #[arg(long)]
    stats: bool,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let project = read(&args.project)?;
    let attendance = attend(&project)?;
    let runtime = super::runtime::start()?;
    attendance.watch(&runtime, async {
        let mut prepared = prepare_read(project, &args.scope, args.link_only)?;
        let mut bars = Bars::new();
        let done = prepared.engine.run(&mut bars).await;
        bars.clear();
        match done {
            Ok((plan, report)) => show_report(&plan, &report, prepared.engine.program(), &args.report, args.stats),
            Err(error) => {
                if let RunError::Limits(_, plan) = &error {
                    show_plan(plan, prepared.engine.program(), &args.report, false)?;
                }
                Err(of_run(&error))
            }
        }
    })
}
