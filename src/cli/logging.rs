//! The log: to stderr, as much as asked for.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

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
    // A second start, in tests of one process, keeps the first log.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(super::output::color(std::io::stderr().is_terminal()))
        .with_target(args.verbose > 1)
        .without_time()
        .try_init();
}
