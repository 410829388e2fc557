//! The blanks inside one statement.

use crate::syntax::outline::scan::{Token, TokenKind, scan};

/// A statement on one line: one blank around arrows and operators, none inside brackets, and
/// elsewhere one where there were any.
pub fn spaced(text: &str) -> String {
    let tokens: Vec<Token> = scan(text).into_iter().filter(|t| t.kind != TokenKind::Newline).collect();
    let mut result = String::with_capacity(text.len());
    for (i, token) in tokens.iter().enumerate() {
        if let Some(before) = i.checked_sub(1).and_then(|before| tokens.get(before))
            && blank_between(text, before, token)
        {
            result.push(' ');
        }
        result.push_str(&text[token.range()]);
    }
    result
}

fn blank_between(text: &str, before: &Token, after: &Token) -> bool {
    use TokenKind::{Arrow, Close, Comma, Open};
    let as_written = before.end < after.start;
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
