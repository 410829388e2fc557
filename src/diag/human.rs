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
        labels: labels_in(sources, diagnostic, main),
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
            labels: labels_in(sources, diagnostic, Some(file)),
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

/// How many bytes are drawn on either side of a place, and of a place itself: lines may be of any length.
const CLIP: usize = 400;

fn labels_in(sources: &Sources, diagnostic: &Diagnostic, file: Option<FileId>) -> Vec<LabeledSpan> {
    let first = diagnostic.labels.first();
    let of_file = diagnostic.labels.iter().filter(|l| Some(l.span.file) == file);
    of_file
        .map(|label: &Label| {
            let mut range = label.span.range();
            if range.len() > CLIP {
                range.end = whole(&sources.get(label.span.file).text, range.start + CLIP);
            }
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
        let at = |at: usize| self.0.position(u32::try_from(at).unwrap_or(u32::MAX));
        let (from, to) = (span.offset(), span.offset() + span.len());
        // A line may be of any length: only what is near is looked at.
        let start = match before {
            0 => from,
            _ => line_start(text, whole(text, from.saturating_sub(CLIP)), from, before),
        };
        let end = line_end(text, to, whole(text, to.saturating_add(CLIP)), after);
        let data = text.get(start..end).ok_or(MietteError::OutOfBounds)?;
        let (first, last) = (at(start), at(end));
        let contents = MietteSpanContents::new_named(
            self.0.name.clone(),
            data.as_bytes(),
            SourceSpan::from(start..end),
            first.line - 1,
            first.column - 1,
            last.line + 1 - first.line,
        );
        Ok(Box::new(contents))
    }
}

/// The nearest place at or before `at` where a character begins.
fn whole(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Where the line begins that lies `back` lines before the one of `at`, but not before `from`.
fn line_start(text: &str, from: usize, at: usize, back: usize) -> usize {
    let before = text.get(from..at).unwrap_or("");
    let mut starts = before.rmatch_indices('\n').map(|(i, _)| from + i + 1);
    starts.nth(back).unwrap_or(from)
}

/// Where the line ends that lies `on` lines after the one of `at`, but not behind `to`.
fn line_end(text: &str, at: usize, to: usize, on: usize) -> usize {
    let rest = text.get(at..to).unwrap_or("");
    let end = rest.match_indices('\n').nth(on).map_or(to, |(i, _)| at + i);
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
