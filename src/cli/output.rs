//! Writing: data to stdout, messages to stderr, colour only for a person who wants it.

use super::exit::{Exit, Failure};
use crate::diag::human::Style;
use std::io::{ErrorKind, IsTerminal, Write};

/// Whether to colour what goes to a terminal: not with `NO_COLOR` (no-color.org) set to anything.
pub fn color(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// How diagnostics are drawn on a stream.
fn style(terminal: bool) -> Style {
    let width = terminal.then(|| std::env::var("COLUMNS").ok()?.parse().ok()).flatten();
    Style { color: color(terminal), width: width.unwrap_or(100).clamp(60, 160), ..Style::default() }
}

pub fn style_stdout() -> Style {
    style(std::io::stdout().is_terminal())
}

pub fn style_stderr() -> Style {
    style(std::io::stderr().is_terminal())
}

/// Data for stdout. A reader that went away (`samband plan | head`) has had what it wanted.
pub fn data(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Usage,
            format!("the output cannot be written: {error}"),
            "check where stdout leads to",
        )),
        _ => Ok(()),
    }
}

/// A document of `--format json`, on one line of its own.
pub fn json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(document)
        .map_err(|error| Failure::new(Exit::Usage, format!("the output cannot be written as JSON: {error}"), ""))?;
    data(&format!("{text}\n"))
}

/// A message for the person at the terminal; where stderr is gone, nobody is there.
pub fn message(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Why the command could not do its work, and what to do.
pub fn failure(failure: &Failure) {
    let (red, end) = if color(std::io::stderr().is_terminal()) { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
    let mut text = format!("{red}error{end}: {}", failure.what);
    if !failure.help.is_empty() {
        text.push_str("\n  help: ");
        text.push_str(&failure.help);
    }
    message(&text);
}
