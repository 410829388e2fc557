//! The outline of a file: its blocks, statements and comments, found without a grammar.
//!
//! It never fails: whatever is wrong becomes a [`Fault`], and the rest of the file is outlined
//! all the same. Comments and blank lines stand in it beside the statements, so a formatter that
//! walks it cannot lose them.
//!
//! A statement ends with its line, unless
//! - a bracket is open,
//! - the next line begins with an arrow, `and`, `or`, `when`, `else`, `where` or `only when`, or
//! - it ends with an arrow, a comma, `and` or `or`, and the next line is indented further.

mod build;
pub(crate) mod scan;

use std::ops::Range;

/// How deep blocks, and brackets of one statement, may be nested.
pub const MAX_DEPTH: usize = 32;

/// Over how many lines a bracket may stay open; behind that it is taken to be unclosed.
pub const MAX_LINES: usize = 500;

#[derive(Debug)]
pub struct Outline {
    pub items: Vec<Item>,
    pub faults: Vec<Fault>,
    /// The text with every comment replaced by as many blanks, so that places are the same.
    pub blanked: String,
    /// Where the comments are, documentation left out.
    pub comments: Vec<Range<usize>>,
}

impl Outline {
    /// A `{` seems unclosed only because a text or bracket without an end has swallowed the rest
    /// of its line, and the `}` with it.
    pub(crate) fn follows(&self, fault: &Fault, text: &str) -> bool {
        if fault.kind != FaultKind::UnclosedBrace {
            return false;
        }
        let rest = text.get(fault.at.end..).unwrap_or("");
        let line_end = fault.at.end + rest.find('\n').unwrap_or(rest.len());
        // They are sorted by place.
        let behind = self.faults.partition_point(|other| other.at.start < fault.at.end);
        let on_line = self.faults.iter().skip(behind).take_while(|other| other.at.start < line_end);
        let swallows = |kind| matches!(kind, FaultKind::UnclosedText | FaultKind::UnclosedBracket);
        on_line
            .filter(|other| swallows(other.kind))
            .take(1)
            .any(|other| text.get(other.at.start..line_end).is_some_and(|swallowed| swallowed.contains('}')))
    }
}

#[derive(Debug)]
pub enum Item {
    /// One or more blank lines.
    Blank,
    /// A comment on a line of its own.
    Comment(Range<usize>),
    Statement(Statement),
}

#[derive(Debug)]
pub struct Statement {
    /// The statement without its block, comments and blanks around it excluded.
    pub head: Range<usize>,
    /// Comments inside the statement, where it runs over several lines.
    pub inner: Vec<Range<usize>>,
    /// The comment behind it, or behind the `{` of its block.
    pub trailing: Option<Range<usize>>,
    pub block: Option<Block>,
    /// A fault of the outline lies in the head: it need not be parsed to know that it is wrong.
    pub broken: bool,
}

impl Statement {
    /// From its first word to the end of its block; of a block without an end, to its last statement's.
    pub fn whole(&self) -> Range<usize> {
        let end = self.block.as_ref().map(|block| {
            let last = block.items.iter().rev().find_map(|item| match item {
                Item::Statement(statement) => Some(statement.whole().end),
                _ => None,
            });
            block.close.map(|close| close + 1).or(last).unwrap_or(block.open)
        });
        self.head.start..end.unwrap_or(self.head.end).max(self.head.end)
    }
}

#[derive(Debug)]
pub struct Block {
    /// Where the `{` is, or would have been.
    pub open: usize,
    /// Where the `}` is.
    pub close: Option<usize>,
    pub items: Vec<Item>,
    /// The comment behind the `}`.
    pub trailing: Option<Range<usize>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub at: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    UnclosedBrace,
    StrayBrace,
    /// A header that needs a block has none; the place is the end of the header.
    MissingBrace,
    UnclosedBracket,
    UnclosedText,
    TooDeep,
}

/// Outlines a text.
///
/// Braces are counted first. Only where they do not add up is the indentation asked which of them
/// is missing, so that a valid file is valid in any layout.
pub fn outline(text: &str) -> Outline {
    let tokens = scan::scan(text);
    let mark = 0..text.len() - text.trim_start_matches('\u{feff}').len();
    let comments = || tokens.iter().filter(|t| t.kind == scan::TokenKind::Comment).map(scan::Token::range);
    let mut blanked = String::with_capacity(text.len());
    for range in std::iter::once(mark).chain(comments()) {
        blanked.push_str(&text[blanked.len()..range.start]);
        blanked.extend(std::iter::repeat_n(' ', range.len()));
    }
    blanked.push_str(&text[blanked.len()..]);
    let counted = build::build(text, &tokens, build::Mode::Counting);
    let structural = |f: &Fault| matches!(f.kind, FaultKind::UnclosedBrace | FaultKind::StrayBrace);
    let (items, faults) =
        if counted.1.iter().any(structural) { build::build(text, &tokens, build::Mode::Layout) } else { counted };
    let comments = comments().filter(|range| !text[range.clone()].starts_with("///")).collect();
    Outline { items, faults, blanked, comments }
}

/// The words that begin a statement with a block, told by what follows them.
pub(crate) fn is_header(first: &str, second: &str) -> bool {
    let name = second.starts_with(scan::is_word);
    match first {
        "entity" | "part" | "table" => name && second != "or",
        "change" => matches!(second, "entity" | "part" | "table"),
        "on" => second == "create",
        "only" => second == "if",
        "example" => second == "for" || second.starts_with('"'),
        _ => false,
    }
}
