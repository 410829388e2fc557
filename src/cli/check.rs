//! `samband check`: every fault in one go.

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{Format, FormatArg, Paths, count, counted, load};
use crate::diag::{self, Severity, human, json};

/// Read, resolve, type-check and lint mapping projects; needs neither secrets nor network.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    format: FormatArg,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let loaded = load(&args.paths.paths)?;
    let files = loaded.projects.iter().map(|p| p.files.len()).sum::<usize>();
    let (errors, warnings) =
        (count(&loaded.diagnostics, Severity::Error), count(&loaded.diagnostics, Severity::Warning));
    match args.format.format {
        Format::Json => output::json(&json::report(&loaded.sources, &loaded.diagnostics))?,
        Format::Human => {
            output::data(&human::render_all(&loaded.sources, &loaded.diagnostics, output::style_stdout()))?;
            let found = format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
            output::message(&format!("{found} in {}", counted(files, "file")));
        }
    }
    Ok(if diag::has_errors(&loaded.diagnostics) { Exit::Faults } else { Exit::Done })
}
