//! `samband explain-record`: why a record was carried over, or not, on one page.

use super::engine::{Scope, of_run, prepare};
use super::exit::{Exit, Failure};
use super::held::SideArg;
use super::output;
use super::ready::ProjectArg;
use super::shared::{Format, FormatArg};
use crate::run::explain::render;

/// Say why a record is carried over, or not: filter, pairing, decisions, every line, what a run would do.
/// Both systems are read, and nothing is written.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mapping's entity: `Customer`.
    entity: String,
    /// The record: its number, code, name or identity.
    key: String,
    /// The side that it stands on, where both have one that could be meant.
    #[arg(long, value_enum)]
    side: Option<SideArg>,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: FormatArg,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let runtime = super::runtime::start()?;
    let page = runtime.block_on(async {
        let scope = Scope { entities: vec![args.entity.clone()], full: false };
        let mut prepared = prepare(&args.project, &scope, false)?;
        let side = args.side.map(Into::into);
        prepared.engine.explain(&args.entity, &args.key, side).await.map_err(|error| of_run(&error))
    })?;
    match args.format.format {
        Format::Human => output::data(&render(&page))?,
        Format::Json => output::json(&page)?,
    }
    Ok(Exit::Done)
}
