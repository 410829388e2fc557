//! Diagnostics for a person: drawn by miette, one file's places to a snippet.
//!
//! miette knows one source per report, our faults point into several files: places outside the
//! first label's file follow as snippets of their own.

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, SourceFile, Sources};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode};
use miette::{SourceSpan, SpanContents, ThemeCharacters, ThemeStyles};
use std::fmt;

/// How to draw.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub color: bool,
    /// Lines and marks beyond ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100 }
    }
}

/// All diagnostics, a blank line between them.
pub fn render_all(sources: &Sources, diagnostics: &[Diagnostic], style: Style) -> String {
    let drawn: Vec<String> = diagnostics.iter().map(|d| render(sources, d, style)).collect();
    drawn.join("\n")
}

/// One diagnostic, with its lines of source.
pub fn render(sources: &Sources, diagnostic: &Diagnostic, style: Style) -> String {
    let main = diagnostic.labels.first().map(|label| label.span.file);
    let mut reports = vec![Report {
        message: diagnostic.message.clone(),
        code: Some(diagnostic.code.name()),
        severity: diagnostic.severity(),
        help: None,
        source: main.map(|file| Source(sources.get(file))),
        labels: labels_in(diagnostic, main),
    }];
    let mut seen: Vec<FileId> = main.into_iter().collect();
    for label in &diagnostic.labels {
        let file = label.span.file;
        if seen.contains(&file) {
            continue;
        }
        seen.push(file);
        reports.push(Report {
            message: format!("and in {}", sources.get(file).name),
            code: None,
            severity: Severity::Note,
            help: None,
            source: Some(Source(sources.get(file))),
            labels: labels_in(diagnostic, Some(file)),
        });
    }
    if let Some(last) = reports.last_mut() {
        last.help.clone_from(&diagnostic.help);
    }
    let handler = handler(style);
    let mut text = String::new();
    for report in &reports {
        if handler.render_report(&mut text, report).is_err() {
            // Drawing only fails on a place outside its file: the message is still worth its line.
            text.push_str(&format!("{}: {}\n", diagnostic.code.name(), report.message));
        }
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(1)
        .with_links(false)
        .without_syntax_highlighting()
}

fn labels_in(diagnostic: &Diagnostic, file: Option<FileId>) -> Vec<LabeledSpan> {
    let first = diagnostic.labels.first();
    let of_file = diagnostic.labels.iter().filter(|l| Some(l.span.file) == file);
    of_file
        .map(|label: &Label| {
            let range = label.span.range();
            let text = Some(label.text.clone()).filter(|t| !t.is_empty());
            if first == Some(label) {
                LabeledSpan::new_primary_with_span(text, SourceSpan::from(range))
            } else {
                LabeledSpan::new_with_span(text, SourceSpan::from(range))
            }
        })
        .collect()
}

struct Report<'a> {
    message: String,
    code: Option<&'static str>,
    severity: Severity,
    help: Option<String>,
    source: Option<Source<'a>>,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.code.map(|code| Box::new(format!("{}[{code}]", self.severity.word())) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// A file for miette, with our own lines and columns: miette's columns count bytes.
struct Source<'a>(&'a SourceFile);

impl SourceCode for Source<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let text = self.0.text.as_str();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let first = self.0.position(offset(span.offset()));
        let last = self.0.position(offset(span.offset() + span.len()));
        let (from_line, to_line) = (first.line.saturating_sub(before).max(1), last.line + after);
        let (start, column) = match before {
            0 => (span.offset(), first.column - 1),
            _ => (line_start(text, span.offset(), first.line - from_line), 0),
        };
        let end = line_end(text, span.offset() + span.len(), after);
        let data = text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let contents = MietteSpanContents::new_named(
            self.0.name.clone(),
            data.as_bytes(),
            SourceSpan::from(start..end),
            from_line - 1,
            column,
            to_line + 1 - from_line,
        );
        Ok(Box::new(contents))
    }
}

/// Where the line begins that lies `back` lines before the one of `at`.
fn line_start(text: &str, at: usize, back: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    let mut starts = before.rmatch_indices('\n').map(|(i, _)| i + 1);
    starts.nth(back).unwrap_or(0)
}

/// Where the line ends that lies `on` lines after the one of `at`.
fn line_end(text: &str, at: usize, on: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    let end = rest.match_indices('\n').nth(on).map_or(text.len(), |(i, _)| at + i);
    // miette takes a text that ends with half a `\r\n` for one whose last line was counted.
    if rest.get(..end - at).is_some_and(|r| r.ends_with('\r')) { end - 1 } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes::names::UNKNOWN_FIELD;
    use crate::source::Span;

    #[test]
    fn lines_are_numbered_the_same_with_either_ending() {
        let drawn = |text: &str| {
            let mut sources = Sources::default();
            let file = sources.add("a.mapping", text);
            let at = text.find("here").unwrap();
            let fault = Diagnostic::new(UNKNOWN_FIELD, "unknown", Span::new(file, at, at + 4), "this");
            render(&sources, &fault, Style::default())
        };
        let text = "one\ntwo here\nthree\nfour\n";
        assert!(drawn(text).contains(" 3 │ three"), "{}", drawn(text));
        assert_eq!(drawn(&text.replace('\n', "\r\n")), drawn(text));
        let last = "one\ntwo here";
        assert_eq!(drawn(&last.replace('\n', "\r\n")), drawn(last));
    }
}
