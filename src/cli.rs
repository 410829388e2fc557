//! The command line: one file a command, and what they share.
//!
//! Data go to stdout; messages, progress and the log go to stderr.

#[cfg(feature = "run")]
mod apply;
mod check;
#[cfg(feature = "run")]
mod demo;
#[cfg(feature = "run")]
mod engine;
mod exit;
mod explain;
#[cfg(feature = "run")]
mod explain_record;
mod files;
mod fix;
mod fmt;
#[cfg(feature = "run")]
mod held;
#[cfg(feature = "run")]
mod history;
mod logging;
mod map;
mod output;
#[cfg(feature = "run")]
mod plan;
#[cfg(feature = "run")]
mod preflight;
#[cfg(feature = "run")]
mod ready;
#[cfg(feature = "run")]
mod run;
#[cfg(feature = "run")]
mod runtime;
#[cfg(feature = "run")]
mod sandbox;
mod schema;
mod shared;
mod show;
#[cfg(feature = "run")]
mod status;
mod test;
#[cfg(feature = "run")]
mod undo;

use clap::{Parser, Subcommand};
use exit::{Exit, Failure};
use std::process::ExitCode;

/// Keeps Severa and Visma Business in step, by mapping files.
#[derive(Debug, Parser)]
#[command(
    name = "samband",
    version,
    about,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(flatten)]
    logging: logging::Args,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    Fmt(fmt::Args),
    Schema(schema::Args),
    Explain(explain::Args),
    Show(show::Args),
    Test(test::Args),
    Map(map::Args),
    #[cfg(feature = "run")]
    Sandbox(sandbox::Args),
    #[cfg(feature = "run")]
    Status(status::Args),
    #[cfg(feature = "run")]
    Preflight(preflight::Args),
    #[cfg(feature = "run")]
    Plan(plan::Args),
    #[cfg(feature = "run")]
    Apply(apply::Args),
    #[cfg(feature = "run")]
    Run(run::Args),
    #[cfg(feature = "run")]
    Held(held::Args),
    #[cfg(feature = "run")]
    History(history::Args),
    #[cfg(feature = "run")]
    ExplainRecord(explain_record::Args),
    #[cfg(feature = "run")]
    Undo(undo::Args),
    #[cfg(feature = "run")]
    Demo(demo::Args),
}

/// Reads the command line, does what it asks for, and says how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data; wrong usage is a message. Where it cannot be written to,
            // nobody reads it.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    logging::start(&cli.logging);
    match carry_out(cli.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::failure(&failure);
            failure.exit.into()
        }
    }
}

fn carry_out(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => check::main(&args),
        Command::Fmt(args) => fmt::main(&args),
        Command::Schema(args) => schema::main(&args),
        Command::Explain(args) => explain::main(&args),
        Command::Show(args) => show::main(&args),
        Command::Test(args) => test::main(&args),
        Command::Map(args) => map::main(&args),
        #[cfg(feature = "run")]
        Command::Sandbox(args) => sandbox::main(&args),
        #[cfg(feature = "run")]
        Command::Status(args) => status::main(&args),
        #[cfg(feature = "run")]
        Command::Preflight(args) => preflight::main(&args),
        #[cfg(feature = "run")]
        Command::Plan(args) => plan::main(&args),
        #[cfg(feature = "run")]
        Command::Apply(args) => apply::main(&args),
        #[cfg(feature = "run")]
        Command::Run(args) => run::main(&args),
        #[cfg(feature = "run")]
        Command::Held(args) => held::main(&args),
        #[cfg(feature = "run")]
        Command::History(args) => history::main(&args),
        #[cfg(feature = "run")]
        Command::ExplainRecord(args) => explain_record::main(&args),
        #[cfg(feature = "run")]
        Command::Undo(args) => undo::main(&args),
        #[cfg(feature = "run")]
        Command::Demo(args) => demo::main(&args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_the_command_line_holds() {
        super::Cli::command().debug_assert();
    }
}
