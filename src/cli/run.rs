//! `samband run`: plan and apply in one go.

use super::engine::{Bars, Scope, of_run, prepare, show_plan, show_report};
use super::exit::{Exit, Failure};
use super::ready::ProjectArg;
use super::shared::FormatArg;
use crate::run::RunError;

/// Plan, and carry the plan out.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    format: FormatArg,
    /// Pair what belongs together and write nothing but identities: a first look.
    #[arg(long)]
    link_only: bool,
    /// Say at the end what it cost: requests, rows and bytes by route, waits for the quota, time by phase, CPU, memory.
    #[arg(long)]
    stats: bool,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let runtime = super::runtime::start()?;
    let done = runtime.block_on(async {
        let mut prepared = prepare(&args.project, &args.scope, args.link_only)?;
        let mut bars = Bars::new();
        let done = prepared.engine.run(&mut bars).await;
        bars.clear();
        Ok::<_, Failure>(done)
    })?;
    match done {
        Ok((plan, report)) => show_report(&plan, &report, args.format.format, args.stats),
        Err(error) => {
            if let RunError::Limits(_, plan) = &error {
                show_plan(plan, args.format.format, false)?;
            }
            Err(of_run(&error))
        }
    }
}
