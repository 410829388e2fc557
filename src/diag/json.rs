//! Diagnostics for programs: the document of `check --format json`.
//!
//! Lines and columns count from 1, columns in characters, ends excluded. Names are stable.

use super::{Diagnostic, Fix, Severity};
use crate::source::{Sources, Span};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub struct Report {
    pub diagnostics: Vec<JsonDiagnostic>,
    pub summary: Summary,
}

#[derive(Debug, Serialize)]
pub struct JsonDiagnostic {
    pub code: &'static str,
    pub severity: &'static str,
    pub message: String,
    pub help: Option<String>,
    /// Where the fault is; none where it lies in no file.
    #[serde(flatten)]
    pub place: Option<Place>,
    /// All places, the fault's own first.
    pub labels: Vec<JsonLabel>,
    pub fixes: Vec<JsonFix>,
}

#[derive(Debug, Serialize)]
pub struct JsonLabel {
    #[serde(flatten)]
    pub place: Place,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// A change of the files that mends a fault.
#[derive(Debug, Serialize)]
pub struct JsonFix {
    pub title: String,
    pub safe: bool,
    pub edits: Vec<JsonEdit>,
}

#[derive(Debug, Serialize)]
pub struct JsonEdit {
    #[serde(flatten)]
    pub place: Place,
    pub text: String,
}

#[derive(Debug, Serialize)]
pub struct Summary {
    pub files: usize,
    pub errors: usize,
    pub warnings: usize,
}

/// The document for these diagnostics.
pub fn report(sources: &Sources, diagnostics: &[Diagnostic]) -> Report {
    let count = |severity| diagnostics.iter().filter(|d| d.severity() == severity).count();
    Report {
        diagnostics: diagnostics.iter().map(|d| diagnostic(sources, d)).collect(),
        summary: Summary {
            files: sources.iter().count(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
        },
    }
}

/// The document as text, one line.
pub fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> Result<String, serde_json::Error> {
    serde_json::to_string(&report(sources, diagnostics))
}

pub fn place(sources: &Sources, span: Span) -> Place {
    let file = sources.get(span.file);
    let (start, end) = (file.position(span.start), file.position(span.end));
    Place {
        file: file.name.clone(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn diagnostic(sources: &Sources, d: &Diagnostic) -> JsonDiagnostic {
    JsonDiagnostic {
        code: d.code.name(),
        severity: d.severity().word(),
        message: d.message.clone(),
        help: d.help.clone(),
        place: d.span().map(|span| place(sources, span)),
        labels: d
            .labels
            .iter()
            .map(|label| JsonLabel { place: place(sources, label.span), text: label.text.clone() })
            .collect(),
        fixes: d.fixes.iter().map(|f| fix(sources, f)).collect(),
    }
}

fn fix(sources: &Sources, fix: &Fix) -> JsonFix {
    let edit = |e: &super::Edit| JsonEdit { place: place(sources, e.span), text: e.text.clone() };
    JsonFix { title: fix.title.clone(), safe: fix.safe, edits: fix.edits.iter().map(edit).collect() }
}
