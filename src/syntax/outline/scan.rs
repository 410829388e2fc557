//! From text to tokens, as coarse as the outline needs them. Never fails.

use std::ops::Range;

/// Of a file there are thousands at a time, so places are kept in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// It is the first token of its line.
    pub first: bool,
    start: u32,
    end: u32,
    indent: u32,
}

impl Token {
    pub fn start(&self) -> usize {
        self.start as usize
    }

    pub fn end(&self) -> usize {
        self.end as usize
    }

    pub fn range(&self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The column of the first token of this one's line, tabs counting four.
    pub fn indent(&self) -> usize {
        self.indent as usize
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
    // About so many bytes to a token, so that the list seldom grows.
    let mut tokens = Vec::with_capacity(text.len() / 4 + 1);
    tokens.extend(Tokens::new(text));
    tokens
}

/// The tokens of a text, one by one.
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    column: u32,
    indent: u32,
    first: bool,
}

impl<'t> Tokens<'t> {
    pub fn new(text: &'t str) -> Self {
        let at = text.len() - text.trim_start_matches('\u{feff}').len();
        Self { text, at, column: 0, indent: 0, first: true }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let byte = loop {
            let byte = *bytes.get(self.at)?;
            if byte == b'\n' || !byte.is_ascii_whitespace() {
                break byte;
            }
            self.column += if byte == b'\t' { 4 } else { 1 };
            self.at += 1;
        };
        if self.first {
            self.indent = self.column;
        }
        let (kind, length) = token_at(&self.text[self.at..], byte);
        let start = self.at;
        self.at += length;
        // A text of four gigabytes is refused long before.
        let token = Token { kind, first: self.first, start: start as u32, end: self.at as u32, indent: self.indent };
        self.first = kind == TokenKind::Newline;
        if self.first {
            self.column = 0;
        }
        Some(token)
    }
}

/// The token that a text begins with, told by its first byte.
fn token_at(rest: &str, byte: u8) -> (TokenKind, usize) {
    match byte {
        b'\n' => (TokenKind::Newline, 1),
        b'"' => text_at(rest),
        b',' => (TokenKind::Comma, 1),
        b'(' | b'[' | b'{' => (TokenKind::Open(byte), 1),
        b')' | b']' | b'}' => (TokenKind::Close(byte), 1),
        b'/' if rest.starts_with("//") => {
            let line = rest.split('\n').next().unwrap_or(rest);
            (TokenKind::Comment, line.trim_end().len())
        }
        b'<' if rest.starts_with("<->") => (TokenKind::Arrow, 3),
        b'<' if rest.starts_with("<-") => (TokenKind::Arrow, 2),
        b'-' if rest.starts_with("->") => (TokenKind::Arrow, 2),
        b'0'..=b'9' => (TokenKind::Number, word_length(rest)),
        _ => match word_length(rest) {
            0 => (TokenKind::Other, rest.chars().next().map_or(1, char::len_utf8)),
            length => (TokenKind::Word, length),
        },
    }
}

/// How many bytes at the start of a text are letters, digits and underscores.
fn word_length(rest: &str) -> usize {
    let plain = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    match rest.as_bytes().get(plain) {
        // Letters beyond ASCII are told character by character.
        Some(byte) if !byte.is_ascii() => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        _ => plain,
    }
}

/// A text ends at its closing quote or with its line.
fn text_at(rest: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    // All marks that count are of one byte, which never is part of another character.
    for (i, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return (TokenKind::Text { closed: false }, rest[..i].trim_end().len()),
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (TokenKind::Text { closed: true }, i + 1),
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
