//! `samband show`: the mapping as it stands after layers and settings.

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{count, counted, here};
use crate::diag::Severity;
use crate::diag::suggest::did_you_mean;
use crate::model::view::{EntityView, View};
use crate::project::{self, Standard};
use crate::show::{self, Block};
use crate::source::Sources;
use std::path::PathBuf;

/// Show the mapping as it stands after layers and settings: who may create and update what, and where each line comes from.
///
/// Needs neither secrets nor network. Without a project it shows the standard mapping.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One entity or part: `Customer`, `Customer.Contact`; without it, the whole mapping.
    entity: Option<String>,
    /// The project; without it, the one around the working folder.
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let from = here()?;
    let mut sources = Sources::default();
    let standard = Standard::load(&mut sources);
    let found = project::find_one(args.project.as_deref(), &from)?;
    let (checked, views) = project::view(&mut sources, &standard, &found, &from)?;
    match &args.entity {
        None => whole(args, &views)?,
        Some(name) => one(args, &views, name)?,
    }
    let errors = count(&checked.diagnostics, Severity::Error);
    if errors == 0 {
        return Ok(Exit::Done);
    }
    output::message(&format!(
        "{} in the mapping: this is what stands without the faulty lines; `samband check` tells them",
        counted(errors, "error")
    ));
    Ok(Exit::Faults)
}

fn whole(args: &Args, views: &[View]) -> Result<(), Failure> {
    match args.format {
        Format::Json => output::json(&views),
        _ => views.iter().try_for_each(|view| print(args.format, &show::page(view))),
    }
}

fn one(args: &Args, views: &[View], name: &str) -> Result<(), Failure> {
    let found: Vec<(&View, &EntityView)> =
        views.iter().filter_map(|view| Some((view, show::find(view, name)?))).collect();
    if found.is_empty() {
        return Err(unknown(views, name));
    }
    match args.format {
        Format::Json => output::json(&found.iter().map(|(_, entity)| entity).collect::<Vec<_>>()),
        _ => found.iter().try_for_each(|(view, entity)| print(args.format, &show::entity_page(view, entity))),
    }
}

fn unknown(views: &[View], name: &str) -> Failure {
    let off = |view: &&View| view.off.iter().any(|off| off.lines.is_empty() && off.entity.eq_ignore_ascii_case(name));
    if let Some(view) = views.iter().find(off) {
        let what = format!("the entity `{name}` takes no part in `{}`", view.mapping);
        return Failure::new(Exit::Usage, what, "`samband show` says why, under \"Written, and taking no part\"");
    }
    let names: Vec<&str> = views.iter().flat_map(show::names).collect();
    let list = || format!("there are {}", names.join(", "));
    let help = did_you_mean(name, names.iter().copied()).unwrap_or_else(list);
    Failure::new(Exit::Usage, format!("the mapping has no entity `{name}`"), help)
}

fn print(format: Format, blocks: &[Block]) -> Result<(), Failure> {
    output::data(&if format == Format::Markdown { show::markdown(blocks) } else { show::text(blocks) })
}
