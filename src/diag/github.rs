//! Diagnostics as workflow commands, which GitHub shows beside the lines of a change: the lines
//! of `check --format github`.
//!
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use super::json::place;
use super::{Diagnostic, Severity};
use crate::source::Sources;

/// One command a line.
pub fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|d| command(sources, d)).collect()
}

fn command(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity() {
        Severity::Note => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut properties = Vec::new();
    if let Some(span) = diagnostic.span() {
        let at = place(sources, span);
        properties.push(("file", at.file));
        properties.push(("line", at.line.to_string()));
        // Columns are only taken where the place lies on one line.
        if at.line == at.end_line {
            properties.push(("col", at.column.to_string()));
            properties.push(("endColumn", at.end_column.to_string()));
        } else {
            properties.push(("endLine", at.end_line.to_string()));
        }
    }
    properties.push(("title", diagnostic.code.name().to_owned()));
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let mut message = diagnostic.message.clone();
    for label in diagnostic.labels.iter().skip(1) {
        message.push_str(&format!("\n{}: {}", sources.place(label.span), label.text));
    }
    if let Some(help) = &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{word} {}::{}\n", properties.join(","), data(&message))
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value, which `:` and `,` would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("100%\r\nof: a, b"), "100%25%0D%0Aof: a, b");
        assert_eq!(property("C:\\a,b%.mapping\n"), "C%3A\\a%2Cb%25.mapping%0A");
    }
}
