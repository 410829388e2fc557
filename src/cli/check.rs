//! `samband check`: every fault in one go.

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{FaultFormat, FaultFormatArg, Loaded, Paths, count, counted, load};
use crate::diag::{self, Severity, github, human, json, junit, sarif};

/// Read, resolve, type-check and lint mapping projects; needs neither secrets nor network.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    /// Make the mends that are certain in the files, and report what is left.
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    format: FaultFormatArg,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let loaded = if args.fix { super::fix::fix(&args.paths.paths)? } else { load(&args.paths.paths)? };
    show(&loaded, args.format.format)?;
    Ok(if diag::has_errors(&loaded.diagnostics) { Exit::Faults } else { Exit::Done })
}

fn show(loaded: &Loaded, format: FaultFormat) -> Result<(), Failure> {
    let (sources, diagnostics) = (&loaded.sources, &loaded.diagnostics);
    let files: Vec<_> = loaded.projects.iter().flat_map(|p| &p.files).map(|file| file.id).collect();
    match format {
        FaultFormat::Json => output::json(&json::report(sources, diagnostics)),
        FaultFormat::Sarif => output::data(&sarif::render(sources, diagnostics)),
        FaultFormat::Github => output::data(&github::render(sources, diagnostics)),
        FaultFormat::Junit => output::data(&junit::render(sources, &files, diagnostics)),
        FaultFormat::Human => {
            output::data(&human::render_all(sources, diagnostics, output::style_stdout()))?;
            let (errors, warnings) = (count(diagnostics, Severity::Error), count(diagnostics, Severity::Warning));
            let found = format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
            output::message(&format!("{found} in {}", counted(files.len(), "file")));
            let gravest = diagnostics.iter().find(|d| d.severity() == Severity::Error).or(diagnostics.first());
            if let Some(first) = gravest {
                output::message(&format!("for more, `samband explain {}`", first.code.name()));
            }
            Ok(())
        }
    }
}
