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
use super::outline::scan::{Token, TokenKind, Tokens, columns};
use super::outline::{Block, FaultKind, Item, Outline, Statement, outline};
use super::parse::{self, Place};
use crate::diag::Diagnostic;
use crate::diag::codes::tidy::NOT_IN_LAYOUT;
use crate::source::{FileId, Sources, Span};
use rows::Row;
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
    /// In the writer's text, where it may be of several lines.
    text: Range<usize>,
    /// In the source.
    comment: Option<Range<usize>>,
    /// Between the two.
    blanks: usize,
    /// It is as it was: nothing is moved into a column beside it.
    verbatim: bool,
}

/// All lines are written into one text, and put together at the end: nothing is allocated for each.
struct Writer<'a> {
    source: &'a str,
    failed: &'a HashSet<usize>,
    text: String,
    out: Vec<Out>,
    /// Of the statement under work.
    tokens: Vec<Token>,
}

fn layout(source: &str, outline: &Outline, failed: &HashSet<usize>) -> String {
    let text = String::with_capacity(source.len() + source.len() / 4);
    let mut writer = Writer { source, failed, text, out: Vec::new(), tokens: Vec::new() };
    block(&mut writer, &outline.items, 0, Place::Top);
    align_comments(&writer.text, &mut writer.out);
    let ending = if source.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r')) { "\r\n" } else { "\n" };
    let mut text = String::with_capacity(source.len() + 1);
    for line in &writer.out {
        for (i, part) in writer.text[line.text.clone()].split('\n').enumerate() {
            if i > 0 {
                text.push_str(ending);
            }
            text.push_str(if line.verbatim { part.strip_suffix('\r').unwrap_or(part) } else { part.trim_end() });
        }
        if let Some(comment) = &line.comment {
            arrows::blank(&mut text, line.blanks);
            text.push_str(writer.slice(comment));
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
    let rows: Vec<Option<Row>> = items.iter().map(|item| row(w, item, place)).collect();
    let texts = rows::align(items, &rows, &indent, &mut w.text);
    for (item, text) in items.iter().zip(texts) {
        match item {
            Item::Blank => w.line("", "", None),
            Item::Comment(range) => w.line(&indent, w.slice(range), None),
            Item::Statement(statement) => match text {
                Some(text) => {
                    // A block that stands on its line is part of the text.
                    let behind = statement.block.as_ref().map_or(&statement.trailing, |block| &block.trailing);
                    w.out.push(Out { text, comment: behind.clone(), blanks: 0, verbatim: false });
                }
                None => self::statement(w, statement, level, place),
            },
        }
    }
}

/// How a statement is laid out with its neighbors; none where it keeps its own shape.
fn row<'a>(w: &mut Writer<'a>, item: &Item, place: Place) -> Option<Row<'a>> {
    let Item::Statement(statement) = item else { return None };
    let head = w.slice(&statement.head);
    if w.leaves(statement) || head.contains('\n') {
        return None;
    }
    let on_one_line = |block: &Block| is_one_line(w, block);
    match &statement.block {
        None => Some(rows::row(head, w.scan(head), place)),
        Some(block) if on_one_line(block) => Some(rows::row(head, w.scan(head), place).with_block(braces(w, block))),
        Some(_) => None,
    }
}

/// A statement that keeps its own shape, and its block.
fn statement(w: &mut Writer<'_>, statement: &Statement, level: usize, place: Place) {
    let indent = " ".repeat(level * 4);
    let failed = w.leaves(statement);
    let start = w.text.len();
    match failed {
        true => as_it_was(w, statement, &indent),
        false => moved(w, &statement.head, level),
    }
    let mut comment = statement.trailing.clone();
    match &statement.block {
        Some(_) => w.text.push_str(" {"),
        None if failed => {
            if let Some(range) = comment.take() {
                let behind = w.slice(&(statement.head.end..range.end));
                w.text.push_str(behind);
            }
        }
        None => {}
    }
    w.out.push(Out { text: start..w.text.len(), comment, blanks: 0, verbatim: failed });
    if let Some(block_of) = &statement.block {
        block(w, &block_of.items, level + 1, inside(w.slice(&statement.head), place));
        w.line(&indent, "}", block_of.trailing.clone());
    }
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
fn braces(w: &mut Writer<'_>, block: &Block) -> String {
    let mut text = "{".to_owned();
    for item in &block.items {
        let Item::Statement(s) = item else { continue };
        let head = w.slice(&s.head);
        text.push_str(if text.len() > 1 { ", " } else { " " });
        text.push_str(&spacing::spaced(head, w.scan(head)));
    }
    text.push_str(" }");
    text
}

/// A statement that did not parse, with the blanks before it where it begins its line.
fn as_it_was(w: &mut Writer<'_>, statement: &Statement, indent: &str) {
    let start = statement.head.start;
    let line = w.source[..start].rfind('\n').map_or(0, |i| i + 1);
    let before = &w.source[line..start];
    w.text.push_str(if before.trim().is_empty() { before } else { indent });
    w.text.push_str(w.slice(&statement.head));
}

/// A statement over several lines, all moved by as much as the first.
fn moved(w: &mut Writer<'_>, head: &Range<usize>, level: usize) {
    let line = w.source[..head.start].rfind('\n').map_or(0, |i| i + 1);
    let before = &w.source[line..head.start];
    let old = if before.trim().is_empty() { columns(before) } else { before.chars().count() };
    let text = w.slice(head);
    if text.lines().nth(1).is_none() {
        arrows::blank(&mut w.text, level * 4);
        let spaced = spacing::spaced(text, w.scan(text));
        w.text.push_str(&spaced);
        return;
    }
    for (i, part) in text.lines().enumerate() {
        let trimmed = part.trim_start_matches([' ', '\t']);
        let indent = match i {
            0 => level * 4,
            _ => {
                w.text.push('\n');
                let own = columns(&part[..part.len() - trimmed.len()]);
                (own + level * 4).saturating_sub(old).max(level * 4 + 4)
            }
        };
        if !trimmed.is_empty() {
            arrows::blank(&mut w.text, indent);
            w.text.push_str(if i == 0 { part } else { trimmed });
        }
    }
}

impl<'a> Writer<'a> {
    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.source.get(range.clone()).unwrap_or("")
    }

    /// The tokens of a head, without line ends.
    fn scan(&mut self, head: &str) -> &[Token] {
        self.tokens.clear();
        self.tokens.extend(Tokens::new(head).filter(|t| t.kind != TokenKind::Newline));
        &self.tokens
    }

    /// It did not parse, or stands in a block that nobody could read.
    fn leaves(&self, statement: &Statement) -> bool {
        statement.broken || self.failed.contains(&statement.head.start)
    }

    fn line(&mut self, indent: &str, text: &str, comment: Option<Range<usize>>) {
        let start = self.text.len();
        self.text.push_str(indent);
        self.text.push_str(text);
        self.out.push(Out { text: start..self.text.len(), comment, blanks: 0, verbatim: false });
    }
}

/// Puts the comments of neighboring lines in one column, two blanks behind the longest of them.
fn align_comments(text: &str, out: &mut [Out]) {
    let mut from = 0;
    while from < out.len() {
        let ends = |line: &Out| {
            let text = &text[line.text.clone()];
            text.is_empty() || text.ends_with('{') || text.trim() == "}"
        };
        let length = out[from..].iter().position(ends).unwrap_or(out.len() - from);
        let to = from + length.max(1);
        let width = |line: &Out| {
            let last = text[line.text.clone()].rsplit('\n').next().unwrap_or("");
            last.trim_end().chars().count()
        };
        let column = out[from..to].iter().filter(|l| l.comment.is_some()).map(width);
        let column = column.filter(|width| *width <= rows::WIDEST).max().unwrap_or(0);
        for line in out[from..to].iter_mut().filter(|line| line.comment.is_some()) {
            line.blanks = column - width(line).min(column) + 2;
        }
        from = to;
    }
}
