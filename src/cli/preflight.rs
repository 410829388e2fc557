//! `samband preflight`: the checklist over live data before the first run.

use super::engine::{Bars, business, of_run, severa};
use super::exit::{Exit, Failure};
use super::output;
use super::ready::{ProjectArg, Ready, ready};
use crate::preflight::{self, Checklist, Mask};
use crate::run::{Engine, Options};
use crate::state::State;
use crate::systems::SystemClock;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Look at both systems before the first run: what to mend, what to decide on, what would be created.
///
/// Reads both sides and writes nothing to either, nor to the state. Exits with 0 where nothing is to be mended or
/// decided, with 5 where something is, with 3 where a system cannot be reached or refuses the credentials.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The project's folder; without it, the project around the working folder.
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// How to write it: lists are whole in JSON and CSV.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write it to a file instead of stdout.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Every list whole, not only the first ten of each.
    #[arg(long)]
    all: bool,
    /// Leave personal data in JSON, CSV and HTML; the text for people always has it.
    #[arg(long)]
    unmask: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
    Csv,
    Html,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let runtime = super::runtime::start()?;
    let (checklist, mask) = runtime.block_on(look(args))?;
    let masked = !args.unmask && args.format != Format::Human;
    let shown = if masked { mask.applied(&checklist) } else { checklist };
    let text = match args.format {
        Format::Human => preflight::text(&shown, args.all),
        Format::Csv => preflight::csv(&shown),
        Format::Html => preflight::html(&shown, args.all, masked),
        Format::Json => format!("{}\n", preflight::document(&shown, masked)),
    };
    match &args.out {
        Some(path) => write(path, args.format, &text)?,
        None => output::data(&text)?,
    }
    Ok(if shown.is_clean() { Exit::Done } else { Exit::Held })
}

async fn look(args: &Args) -> Result<(Checklist, Mask), Failure> {
    let Ready { program, settings, connections, folder } = ready(&ProjectArg { project: args.path.clone() })?;
    if folder.join(settings.state_file()).exists() {
        output::message(
            "this project has run before: it is looked at as if it had not, by numbers, names and identifiers alone",
        );
    }
    // A state of its own that nobody keeps: a first run knows nothing yet.
    let state = State::in_memory().map_err(|error| super::status::of_state(&error, "in memory"))?;
    let options = Options { full: true, start_date: settings.start_date, ..Options::default() };
    let (severa, business) = (Box::new(severa(&connections)?), Box::new(business(&connections)));
    let mut engine = Engine::new(program, severa, business, Arc::new(SystemClock), state, options);
    let left_out = engine.left_out();
    if !left_out.is_empty() {
        output::message(&format!("not carried out by this version, so not looked at: {}", left_out.join(", ")));
    }
    let mut bars = Bars::new();
    let survey = engine.survey(&mut bars).await;
    bars.clear();
    let survey = survey.map_err(|error| of_run(&error))?;
    Ok((preflight::checklist(engine.program(), &survey), Mask::new(engine.program(), &survey)))
}

fn write(path: &Path, format: Format, text: &str) -> Result<(), Failure> {
    // Excel takes a CSV file for UTF-8 only where it says so at its beginning.
    let begin = if format == Format::Csv { "\u{feff}" } else { "" };
    std::fs::write(path, format!("{begin}{text}")).map_err(|error| {
        let what = format!("{} cannot be written: {error}", path.display());
        Failure::new(Exit::Usage, what, "check the path and who may write there")
    })?;
    output::message(&format!("the checklist is in {}", path.display()));
    Ok(())
}
