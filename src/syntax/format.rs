//! The one layout of mapping files.
//!
//! Four blanks a level; the arrows of neighboring lines in columns; the comments behind neighboring
//! statements in a column; one blank line at most. It walks the outline, where comments and blank
//! lines stand beside the statements, so none can be lost. A statement over several lines keeps
//! its own breaks and is only moved; one that does not parse is left as it is, and a file
//! whose braces do not add up is left altogether.

mod arrows;
mod rows;
mod spacing;

use super::ast;
use super::outline::scan::columns;
use super::outline::{Block, FaultKind, Item, Outline, Statement, outline};
use super::parse::{self, Place};
use crate::diag::Diagnostic;
use crate::diag::codes::tidy::NOT_IN_LAYOUT;
use crate::source::{FileId, Sources, Span};
use rows::{Kind, Row};
use std::collections::HashSet;
use std::ops::Range;

#[derive(Debug)]
pub struct Formatted {
    pub text: String,
    /// What does not parse, in the text as it was given; the file is number 0.
    pub diagnostics: Vec<Diagnostic>,
}

/// Formats a file's text.
pub fn format(source: &str) -> Formatted {
    if let Some(diagnostic) = parse::too_large(FileId(0), source) {
        return Formatted { text: source.to_owned(), diagnostics: vec![diagnostic] };
    }
    let outline = outline(source);
    let parsed = parse::parse_outline(source, &outline, FileId(0));
    let left_alone =
        |f: &super::outline::Fault| !matches!(f.kind, FaultKind::UnclosedText | FaultKind::UnclosedBracket);
    if outline.faults.iter().any(left_alone) {
        return Formatted { text: source.to_owned(), diagnostics: parsed.diagnostics };
    }
    let text = layout(source, &outline, &parsed.failed);
    Formatted { text, diagnostics: parsed.diagnostics }
}

/// A file's tree, its faults, and whether it is in the one layout: told by one parse.
///
/// A file with faults is not told to be laid out otherwise: first it must be mended.
pub fn parse_with_layout(sources: &Sources, file: FileId) -> (ast::File, Vec<Diagnostic>) {
    let text = &sources.get(file).text;
    if parse::too_large(file, text).is_some() {
        return parse::parse(sources, file);
    }
    let outline = outline(text);
    let parsed = parse::parse_outline(text, &outline, file);
    let mut diagnostics = parsed.diagnostics;
    if outline.faults.is_empty() && diagnostics.is_empty() {
        let laid = layout(text, &outline, &parsed.failed);
        if laid != *text {
            diagnostics.push(not_in_layout(text, &laid, file));
        }
    }
    (parsed.file, diagnostics)
}

/// At the first line that differs; the mend is what lies between what both texts begin and end with.
fn not_in_layout(text: &str, laid: &str, file: FileId) -> Diagnostic {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (text.split_inclusive('\n').collect(), laid.split_inclusive('\n').collect());
    let first = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - first;
    let last = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let bytes = |lines: &[&str]| lines.iter().map(|l| l.len()).sum::<usize>();
    let same = bytes(&old[..first]);
    let changed = Span::new(file, same, text.len() - bytes(&old[old.len() - last..]));
    let line = text.get(same..).unwrap_or("").lines().next().unwrap_or("");
    let blanks = line.len() - line.trim_start().len();
    let at = Span::new(file, same + blanks, same + line.trim_end().len().max(blanks));
    Diagnostic::new(NOT_IN_LAYOUT, "this file is not in the one layout", at, "the first line that would change")
        .help("`samband fmt` brings it into the layout, and so does `check --fix`")
        .fix("lay the file out", changed, new[first..new.len() - last].concat())
}

/// A line of the result, before comments are put in their column.
struct Out {
    text: String,
    comment: Option<String>,
    /// It is as it was: nothing is moved into a column beside it.
    verbatim: bool,
}

struct Writer<'a> {
    source: &'a str,
    failed: &'a HashSet<usize>,
    out: Vec<Out>,
}

fn layout(source: &str, outline: &Outline, failed: &HashSet<usize>) -> String {
    let mut writer = Writer { source, failed, out: Vec::new() };
    block(&mut writer, &outline.items, 0, Place::Top);
    align_comments(&mut writer.out);
    let ending = if source.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r')) { "\r\n" } else { "\n" };
    let mut text = String::with_capacity(source.len());
    for line in &writer.out {
        for (i, part) in line.text.split('\n').enumerate() {
            if i > 0 {
                text.push_str(ending);
            }
            text.push_str(if line.verbatim { part.strip_suffix('\r').unwrap_or(part) } else { part.trim_end() });
        }
        if let Some(comment) = &line.comment {
            text.push_str(comment);
        }
        text.push_str(ending);
    }
    text
}

/// The items of a block, at `level`.
fn block(w: &mut Writer<'_>, items: &[Item], level: usize, place: Place) {
    let indent = " ".repeat(level * 4);
    let end = items.iter().rposition(|i| !matches!(i, Item::Blank)).map_or(0, |last| last + 1);
    let start = items.iter().position(|i| !matches!(i, Item::Blank)).unwrap_or(end);
    let items = &items[start..end];
    let laid: Vec<Option<Row>> = items.iter().map(|item| row(w, item, place)).collect();
    let texts = rows::align(items, &laid);
    for (item, text) in items.iter().zip(texts) {
        match item {
            Item::Blank => w.push(String::new(), None),
            Item::Comment(range) => {
                let comment = w.slice(range).to_owned();
                w.push(format!("{indent}{comment}"), None);
            }
            Item::Statement(statement) => self::statement(w, statement, text, level, place),
        }
    }
}

/// How a statement is laid out with its neighbors; none where it keeps its own shape.
fn row(w: &Writer<'_>, item: &Item, place: Place) -> Option<Row> {
    let Item::Statement(statement) = item else { return None };
    let head = w.slice(&statement.head);
    if w.leaves(statement) || head.contains('\n') {
        return None;
    }
    let one_line = statement.block.as_ref().is_some_and(|b| is_one_line(w, b));
    if statement.block.is_some() && !one_line {
        return None;
    }
    let mut row = rows::row(head, place);
    if let Some(block) = &statement.block {
        row.append(&braces(w, block));
        if row.kind != Kind::KeptTable {
            row.kind = Kind::Plain;
        }
    }
    Some(row)
}

fn statement(w: &mut Writer<'_>, statement: &Statement, text: Option<String>, level: usize, place: Place) {
    let indent = " ".repeat(level * 4);
    let failed = w.leaves(statement);
    let comment = statement.trailing.as_ref().map(|range| w.slice(range).to_owned());
    let head = match text {
        Some(text) => format!("{indent}{text}"),
        None if failed => as_it_was(w, statement, &indent),
        None => moved(w, &statement.head, level),
    };
    let Some(block_of) = &statement.block else {
        match &statement.trailing {
            Some(range) if failed => {
                let behind = w.slice(&(statement.head.end..range.end));
                w.out.push(Out { text: format!("{head}{behind}"), comment: None, verbatim: true });
            }
            _ => w.out.push(Out { text: head, comment, verbatim: failed }),
        }
        return;
    };
    if is_one_line(w, block_of) && !head.contains('\n') && !failed {
        let behind = block_of.trailing.as_ref().map(|range| w.slice(range).to_owned());
        w.push(head, behind);
        return;
    }
    w.out.push(Out { text: format!("{head} {{"), comment, verbatim: failed });
    block(w, &block_of.items, level + 1, inside(w.slice(&statement.head), place));
    let behind = block_of.trailing.as_ref().map(|range| w.slice(range).to_owned());
    w.push(format!("{indent}}}"), behind);
}

/// What the statements of a block are, from the block's head.
fn inside(head: &str, place: Place) -> Place {
    let mut words = head.split_whitespace();
    match (words.next(), words.next(), words.nth(1)) {
        (Some("table"), _, Some("from")) => Place::Columns,
        (Some("table"), ..) | (Some("change"), Some("table"), _) => Place::Rows,
        (Some("example"), ..) => Place::Example,
        (Some("on"), ..) => Place::OnCreate,
        _ if place == Place::OnCreate => Place::OnCreate,
        _ => Place::Record,
    }
}

/// A table whose block stands on one line stays on one line.
fn is_one_line(w: &Writer<'_>, block: &Block) -> bool {
    let Some(close) = block.close else { return false };
    let inside = w.slice(&(block.open..close));
    let line = w.source[..block.open].rfind('\n').map_or(0, |i| i + 1);
    let table = w.source[line..block.open].trim_start();
    let parsed = block.items.iter().all(|item| match item {
        Item::Statement(s) => !w.failed.contains(&s.head.start),
        _ => false,
    });
    !inside.contains('\n') && parsed && (table.starts_with("table ") || table.starts_with("change table "))
}

/// A one-line block: `{ 21 <-> 5, else -> 2 }`.
fn braces(w: &Writer<'_>, block: &Block) -> String {
    let rows: Vec<String> = block
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Statement(s) => Some(spacing::spaced(w.slice(&s.head))),
            _ => None,
        })
        .collect();
    if rows.is_empty() { "{ }".to_owned() } else { format!("{{ {} }}", rows.join(", ")) }
}

/// A statement that did not parse, with the blanks before it where it begins its line.
fn as_it_was(w: &Writer<'_>, statement: &Statement, indent: &str) -> String {
    let start = statement.head.start;
    let line = w.source[..start].rfind('\n').map_or(0, |i| i + 1);
    let before = &w.source[line..start];
    let before = if before.trim().is_empty() { before } else { indent };
    format!("{before}{}", w.slice(&statement.head))
}

/// A statement over several lines, all moved by as much as the first.
fn moved(w: &Writer<'_>, head: &Range<usize>, level: usize) -> String {
    let line = w.source[..head.start].rfind('\n').map_or(0, |i| i + 1);
    let before = &w.source[line..head.start];
    let old = if before.trim().is_empty() { columns(before) } else { before.chars().count() };
    let mut text = String::new();
    for (i, part) in w.slice(head).lines().enumerate() {
        let trimmed = part.trim_start_matches([' ', '\t']);
        let indent = match i {
            0 => level * 4,
            _ => {
                text.push('\n');
                let own = columns(&part[..part.len() - trimmed.len()]);
                (own + level * 4).saturating_sub(old).max(level * 4 + 4)
            }
        };
        if !trimmed.is_empty() {
            text.push_str(&" ".repeat(indent));
            text.push_str(if i == 0 { part } else { trimmed });
        }
    }
    if text.contains('\n') { text } else { format!("{}{}", " ".repeat(level * 4), spacing::spaced(w.slice(head))) }
}

impl Writer<'_> {
    fn slice(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or("")
    }

    /// It did not parse, or stands in a block that nobody could read.
    fn leaves(&self, statement: &Statement) -> bool {
        statement.broken || self.failed.contains(&statement.head.start)
    }

    fn push(&mut self, text: String, comment: Option<String>) {
        self.out.push(Out { text, comment, verbatim: false });
    }
}

/// Puts the comments of neighboring lines in one column, two blanks behind the longest of them.
fn align_comments(out: &mut [Out]) {
    let mut from = 0;
    while from < out.len() {
        let ends = |line: &Out| line.text.is_empty() || line.text.ends_with('{') || line.text.trim() == "}";
        let length = out[from..].iter().position(ends).unwrap_or(out.len() - from);
        let to = from + length.max(1);
        let width = |line: &Out| line.text.rsplit('\n').next().unwrap_or("").trim_end().chars().count();
        let column = out[from..to].iter().filter(|l| l.comment.is_some()).map(width);
        let column = column.filter(|width| *width <= rows::WIDEST).max().unwrap_or(0);
        for line in &mut out[from..to] {
            let blanks = column - width(line).min(column) + 2;
            if let Some(comment) = &mut line.comment {
                comment.insert_str(0, &" ".repeat(blanks));
            }
        }
        from = to;
    }
}
