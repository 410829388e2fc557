//! From the outline to the tree, statement by statement.
//!
//! A statement that does not parse is reported and left out; a block whose header does not parse
//! is walked all the same, so that every fault of a file is found at once.

mod context;
mod example;
mod expr;
mod fault;
mod file;
mod forms;
mod line;
mod plain;
mod record;
mod setting;
mod table;
mod text;

use super::outline::{Outline, outline};
use super::{allow, ast};
use crate::diag::codes::syntax::TOO_DEEP;
use crate::diag::{self, Diagnostic};
use crate::source::{FileId, Sources, Span};
use context::Context;
use forms::{Found, LINE, find};
use std::collections::HashSet;

pub(super) use forms::Place;

/// The editions of the language that this program knows.
pub const EDITIONS: &[&str] = &["2026"];

/// The largest file in bytes, a dozen times the whole standard mapping: what a check takes of time
/// and memory stays in bounds for whatever is put before it.
pub const LARGEST: usize = 256 << 10;

/// Says that a file is too large; nothing in it has been read then.
pub(super) fn too_large(file: FileId, text: &str) -> Option<Diagnostic> {
    (text.len() > LARGEST).then(|| {
        let message = format!("a mapping file holds {} KB at most, and this one {}", LARGEST >> 10, text.len() >> 10);
        let start = Span::new(file, 0, 0);
        Diagnostic::new(TOO_DEEP, message, start, "not read")
            .help("spread it over several files with the same `mapping` line")
    })
}

/// Parses one file. Never fails: what is wrong stands among the diagnostics, the rest in the tree.
pub fn parse(sources: &Sources, file: FileId) -> (ast::File, Vec<Diagnostic>) {
    let text = &sources.get(file).text;
    if let Some(diagnostic) = too_large(file, text) {
        return (ast::File { lost_header: true, ..ast::File::default() }, vec![diagnostic]);
    }
    let outline = outline(text);
    let parsed = parse_outline(text, &outline, file);
    (parsed.file, parsed.diagnostics)
}

/// A parsed file, and which of its statements, by their first byte, did not parse.
pub(super) struct Parsed {
    pub file: ast::File,
    pub diagnostics: Vec<Diagnostic>,
    pub failed: HashSet<usize>,
}

pub(super) fn parse_outline(text: &str, outline: &Outline, file: FileId) -> Parsed {
    let mut cx = Context::new(file, text, &outline.blanked);
    for fault in outline.faults.iter().filter(|fault| !outline.follows(fault, text)) {
        let diagnostic = fault::of_outline(&cx, fault);
        cx.say(diagnostic);
    }
    let mut tree = file::file(&mut cx, outline);
    tree.allows = allow::find(file, text, outline);
    let mut diagnostics = cx.diagnostics;
    diag::tidy(&mut diagnostics);
    diag::shorten(&mut diagnostics, cx.unsaid);
    Parsed { file: tree, diagnostics, failed: cx.failed }
}

/// Whether a statement's head is a line with arrows, or a table's row.
pub(super) fn is_line(head: &str, place: Place) -> bool {
    match find(head, place, false) {
        Found::Form(form) => form.rule == LINE.rule || matches!(place, Place::Rows | Place::Columns),
        Found::Misplaced(_) | Found::Unknown { .. } => false,
    }
}
