//! The log: to stderr, as much as asked for; of runs also to files, where the settings say so.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{LevelFilter, dynamic_filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Say more: -v what is done, -vv every request, -vvv everything.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    /// Say nothing but errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
}

/// The variable that sets the log by module, as `samband::run=debug`; it goes before -v and -q.
const VARIABLE: &str = "SAMBAND_LOG";

/// The files of the settings, once they are known.
static FILES: OnceLock<Box<dyn Fn() -> Box<dyn Write> + Send + Sync>> = OnceLock::new();

pub fn start(args: &Args) {
    let level = match (args.quiet, args.verbose) {
        (true, _) => "error,tiberius=off",
        // The SQL client logs as errors what the adapter tries and handles.
        (false, 0) => "warn,tiberius=off",
        (false, 1) => "samband=info,warn,tiberius=off",
        (false, 2) => "samband=debug,info",
        (false, _) => "trace",
    };
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(level));
    let shown = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(super::output::color(std::io::stderr().is_terminal()))
        .with_target(args.verbose > 1)
        .without_time();
    let files = || -> Box<dyn Write> {
        match FILES.get() {
            Some(open) => open(),
            None => Box::new(std::io::sink()),
        }
    };
    let kept =
        dynamic_filter_fn(|event, _| FILES.get().is_some() && is_kept(event)).with_max_level_hint(LevelFilter::INFO);
    let kept =
        tracing_subscriber::fmt::layer().with_writer(files).with_ansi(false).with_target(false).with_filter(kept);
    // A second start, in tests of one process, keeps the first log.
    let _ = tracing_subscriber::registry().with(shown.with_filter(filter)).with(kept).try_init();
}

/// What a run did goes to the files, and every warning; not what -v tells of single requests.
fn is_kept(event: &Metadata<'_>) -> bool {
    let ours = event.target().starts_with("samband");
    *event.level() <= if ours { Level::INFO } else { Level::WARN } && !event.target().starts_with("tiberius")
}

/// From now on what a run does is also kept in files of this folder, one a day (UTC), the last `keep` of them.
#[cfg(feature = "run")]
pub fn keep_in(folder: &std::path::Path, keep: u32) -> Result<(), String> {
    use tracing_appender::rolling::{Builder, Rotation};
    use tracing_subscriber::fmt::MakeWriter;
    // The library's own message leaves out why.
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let files = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("samband")
        .filename_suffix("log")
        .max_log_files(keep.max(1) as usize)
        .build(folder)
        .map_err(|error| error.to_string())?;
    // They are written to until the process ends.
    let files: &'static _ = Box::leak(Box::new(files));
    // A second run of the same process writes where the first does.
    let _ = FILES.set(Box::new(move || Box::new(files.make_writer())));
    Ok(())
}
