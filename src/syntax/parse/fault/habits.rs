//! The mends of spellings from other languages and from word processors.

use crate::diag::{Edit, Fix};
use crate::source::Span;

/// Quotes that a word processor makes, with what they are closed by.
const QUOTES: &[(char, &[char])] = &[
    ('“', &['”', '“']),
    ('”', &['”']),
    ('„', &['“', '”']),
    ('«', &['»']),
    ('‘', &['’']),
    ('\'', &['\'']),
    ('`', &['`']),
];

/// The mend of what stands at `at` in a statement, where it can be only one; `span` is its place.
pub fn mend(head: &str, at: usize, span: Span, arrow: bool) -> Option<Fix> {
    let rest = head.get(at..)?;
    let c = rest.chars().next()?;
    if let Some((_, closing)) = QUOTES.iter().find(|(open, _)| *open == c) {
        return quotes(rest, c, closing, span);
    }
    let (length, text) = match c {
        '–' | '—' | '−' => (c.len_utf8(), "-"),
        '→' => (c.len_utf8(), "->"),
        '←' => (c.len_utf8(), "<-"),
        '↔' => (c.len_utf8(), "<->"),
        '≠' => (c.len_utf8(), "!="),
        '≤' => (c.len_utf8(), "<="),
        '≥' => (c.len_utf8(), ">="),
        c if c.is_whitespace() => (c.len_utf8(), " "),
        '\u{200b}' | '\u{feff}' => (c.len_utf8(), ""),
        _ if rest.starts_with("==") => (2, "="),
        _ if rest.starts_with("<>") => (2, if arrow { "<->" } else { "!=" }),
        // What `=>` was meant to be is anybody's guess: an arrow, or `>=`.
        _ if rest.starts_with("&&") => (2, "and"),
        _ if rest.starts_with("||") => (2, "or"),
        '!' if !rest.starts_with("!=") => (1, "not"),
        _ => return None,
    };
    let title = match text {
        "" => "remove it".to_owned(),
        " " => "write a plain blank".to_owned(),
        _ => format!("write `{text}`"),
    };
    let text = apart(head, at, length, text);
    Some(Fix { title, safe: true, edits: vec![Edit { span: part(span, 0, length), text }] })
}

/// A word that takes a sign's place needs blanks where the sign needed none.
fn apart(head: &str, at: usize, length: usize, text: &str) -> String {
    if !text.starts_with(char::is_alphabetic) {
        return text.to_owned();
    }
    let tight = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    let before = head.get(..at).and_then(|h| h.chars().next_back()).filter(|c| *c != '(');
    let after = head.get(at + length..).and_then(|h| h.chars().next());
    let blank = |needed: bool| if needed { " " } else { "" };
    format!("{}{text}{}", blank(tight(before)), blank(tight(after)))
}

/// Both quotes of a text, where the closing one is on the same line and no plain one between.
fn quotes(rest: &str, open: char, closing: &[char], span: Span) -> Option<Fix> {
    let inside = rest.get(open.len_utf8()..)?;
    let end = inside.find(|c| closing.contains(&c) || matches!(c, '"' | '\\' | '{' | '\n'))?;
    let close = inside.get(end..)?.chars().next().filter(|c| closing.contains(c))?;
    let edit = |at: usize, c: char| Edit { span: part(span, at, c.len_utf8()), text: "\"".to_owned() };
    let edits = vec![edit(0, open), edit(open.len_utf8() + end, close)];
    Some(Fix { title: "write plain quotes".to_owned(), safe: true, edits })
}

/// A stretch that begins so many bytes behind a place.
fn part(from: Span, at: usize, length: usize) -> Span {
    let start = from.start as usize + at;
    Span::new(from.file, start, start + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn a_sign_is_mended_without_gluing_words_together() {
        let mended = |head: &str, at: usize| {
            let span = Span::new(FileId(0), at, at + 1);
            let mut text = head.to_owned();
            for edit in mend(head, at, span, false)?.edits.iter().rev() {
                text.replace_range(edit.span.range(), &edit.text);
            }
            Some(text)
        };
        for (head, at, expected) in [
            ("a&&b", 1, Some("a and b")),
            ("a && b", 2, Some("a and b")),
            ("(!a)", 1, Some("(not a)")),
            ("a == 1", 2, Some("a = 1")),
            ("a <> 1", 2, Some("a != 1")),
            ("x –> y", 2, Some("x -> y")),
            ("x = “Ærlig”", 4, Some("x = \"Ærlig\"")),
            ("x = “a\"”", 4, None),
            ("x = “a", 4, None),
            ("a => b", 2, None),
        ] {
            assert_eq!(mended(head, at).as_deref(), expected, "{head}");
        }
    }
}
