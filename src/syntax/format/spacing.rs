//! The blanks inside one statement.

use crate::syntax::outline::scan::{Token, TokenKind};
use std::borrow::Cow;

/// A stretch on one line: one blank around arrows and operators, none inside brackets, and
/// elsewhere one where there were any.
///
/// `tokens` are those of the stretch, all on one line. What is spaced so already, as most is, is not copied.
pub fn spaced<'t>(text: &'t str, tokens: &[Token]) -> Cow<'t, str> {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Cow::Borrowed("") };
    let between = |pair: &[Token]| if blank_between(text, &pair[0], &pair[1]) { " " } else { "" };
    let as_written = |pair: &[Token]| text.get(pair[0].end()..pair[1].start()) == Some(between(pair));
    if tokens.windows(2).all(as_written) {
        return Cow::Borrowed(&text[first.start()..last.end()]);
    }
    let mut result = String::with_capacity(last.end() - first.start() + 8);
    result.push_str(&text[first.range()]);
    for pair in tokens.windows(2) {
        result.push_str(between(pair));
        result.push_str(&text[pair[1].range()]);
    }
    Cow::Owned(result)
}

fn blank_between(text: &str, before: &Token, after: &Token) -> bool {
    use TokenKind::{Arrow, Close, Comma, Open};
    let as_written = before.end() < after.start();
    let mark = |token: &Token| if token.kind == TokenKind::Other { &text[token.range()] } else { "" };
    match (before.kind, after.kind) {
        (Open(b'{'), Close(b'}')) => as_written,
        (Open(b'('), _) | (Open(b'['), _) | (_, Close(b')')) | (_, Close(b']')) | (_, Comma) => false,
        (Open(b'{'), _) | (_, Close(b'}')) | (Comma, _) | (Arrow, _) | (_, Arrow) => true,
        _ => match (mark(before), mark(after)) {
            // The two halves of `!=`, `<=`, `>=`.
            ("!" | "<" | ">", "=") => as_written,
            (_, ":") => false,
            (":", _) => true,
            ("=" | "<" | ">" | "+" | "*" | "/", _) | (_, "=" | "!" | "<" | ">" | "+" | "*" | "/") => true,
            _ => as_written,
        },
    }
}
