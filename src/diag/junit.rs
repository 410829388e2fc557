//! Diagnostics as a JUnit report, which every CI system can show: the document of
//! `check --format junit`.
//!
//! A file is a test case and each of its errors a failure. Warnings and notes fail nothing, as
//! they leave the exit code at 0; they are the case's output.

use super::{Diagnostic, Severity};
use crate::source::{FileId, Sources};

/// The report over `files`, and over others that diagnostics lie in.
pub fn render(sources: &Sources, files: &[FileId], diagnostics: &[Diagnostic]) -> String {
    let mut cases: Vec<Option<FileId>> = files.iter().copied().map(Some).collect();
    for diagnostic in diagnostics {
        let file = diagnostic.span().map(|span| span.file);
        if !cases.contains(&file) {
            cases.push(file);
        }
    }
    let fails = |file: &&Option<FileId>| {
        let own = |d: &&Diagnostic| d.severity() == Severity::Error && d.span().map(|span| span.file) == **file;
        diagnostics.iter().any(|d| own(&d))
    };
    let failed = cases.iter().filter(fails).count();
    let counts = format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\"", cases.len());
    let cases: String = cases.iter().map(|file| case(sources, *file, diagnostics)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"samband check\" {counts}>\n  \
         <testsuite name=\"samband check\" {counts} skipped=\"0\">\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

fn case(sources: &Sources, file: Option<FileId>, diagnostics: &[Diagnostic]) -> String {
    let name = file.map_or("samband", |file| sources.get(file).name.as_str());
    let own = || diagnostics.iter().filter(|d| d.span().map(|span| span.file) == file);
    let mut inside = String::new();
    for d in own().filter(|d| d.severity() == Severity::Error) {
        let (message, code) = (attribute(&d.message), d.code.name());
        inside.push_str(&format!(
            "      <failure message=\"{message}\" type=\"{code}\">{}</failure>\n",
            told(sources, d)
        ));
    }
    let rest: Vec<String> = own().filter(|d| d.severity() < Severity::Error).map(|d| told(sources, d)).collect();
    if !rest.is_empty() {
        inside.push_str(&format!("      <system-out>{}</system-out>\n", rest.join("\n")));
    }
    let name = attribute(name);
    let opening = format!("    <testcase classname=\"samband.check\" name=\"{name}\" file=\"{name}\"");
    if inside.is_empty() { format!("{opening}/>\n") } else { format!("{opening}>\n{inside}    </testcase>\n") }
}

/// A diagnostic as lines of text, escaped.
fn told(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let place = |span| sources.place(span);
    let at = diagnostic.span().map(|span| format!("{}: ", place(span))).unwrap_or_default();
    let (severity, code) = (diagnostic.severity().word(), diagnostic.code.name());
    let mut text = format!("{at}{severity}[{code}]: {}", diagnostic.message);
    for label in diagnostic.labels.iter().skip(1) {
        text.push_str(&format!("\n{}: {}", place(label.span), label.text));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    escaped(&text)
}

/// The value of an attribute, where a reader would take plain line ends for blanks.
fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Text for XML 1.0. Characters that XML cannot hold, escaped or not, are dropped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_in_a_text_breaks_the_document() {
        let text = "a <b> & \"c\"\u{1b}[1m\r\n\tÆ\u{ffff}";
        assert_eq!(super::escaped(text), "a &lt;b&gt; &amp; &quot;c&quot;[1m\n\tÆ");
        assert_eq!(super::attribute(text), "a &lt;b&gt; &amp; &quot;c&quot;[1m&#10;&#9;Æ");
    }
}
