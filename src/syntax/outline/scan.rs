//! From text to tokens, as coarse as the outline needs them. Never fails.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub start: usize,
    pub end: usize,
    /// The column of the first token of this one's line, tabs counting four.
    pub indent: usize,
    /// It is the first token of its line.
    pub first: bool,
}

impl Token {
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Newline,
    /// `//` or `///` to the end of the line, the line's ending and blanks before it excluded.
    Comment,
    Text {
        closed: bool,
    },
    Word,
    Number,
    Arrow,
    Comma,
    Open(u8),
    Close(u8),
    Other,
}

/// All tokens of a text. Byte order marks at its start are blank.
pub fn scan(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    let (mut column, mut indent, mut first) = (0, 0, true);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        if c != '\n' && c.is_ascii_whitespace() {
            column += if c == '\t' { 4 } else { 1 };
            at += 1;
            continue;
        }
        if first {
            indent = column;
        }
        let (kind, length) = token_at(rest, c);
        tokens.push(Token { kind, start: at, end: at + length, indent, first });
        at += length;
        first = kind == TokenKind::Newline;
        if first {
            column = 0;
        }
    }
    tokens
}

fn token_at(rest: &str, c: char) -> (TokenKind, usize) {
    let while_chars = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
    match c {
        '\n' => (TokenKind::Newline, 1),
        '"' => text_at(rest),
        ',' => (TokenKind::Comma, 1),
        '(' | '[' | '{' => (TokenKind::Open(c as u8), 1),
        ')' | ']' | '}' => (TokenKind::Close(c as u8), 1),
        _ if rest.starts_with("//") => {
            let line = rest.split('\n').next().unwrap_or(rest);
            (TokenKind::Comment, line.trim_end().len())
        }
        _ if rest.starts_with("<->") => (TokenKind::Arrow, 3),
        _ if rest.starts_with("->") || rest.starts_with("<-") => (TokenKind::Arrow, 2),
        '0'..='9' => (TokenKind::Number, while_chars(is_word)),
        _ if is_word(c) => (TokenKind::Word, while_chars(is_word)),
        _ => (TokenKind::Other, c.len_utf8()),
    }
}

/// A text ends at its closing quote or with its line.
fn text_at(rest: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return (TokenKind::Text { closed: false }, rest[..i].trim_end().len()),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (TokenKind::Text { closed: true }, i + 1),
            _ => {}
        }
    }
    (TokenKind::Text { closed: false }, rest.trim_end().len())
}

/// How far blanks indent, tabs counting four.
pub fn columns(blanks: &str) -> usize {
    blanks.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

pub fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
