//! Breaks one statement of a file the way people do.

use crate::support::choices::Choices;
use samband::syntax::outline::{self, Item};
use std::ops::Range;

/// A file with one statement broken.
#[derive(Debug)]
pub struct Broken {
    pub text: String,
    /// From the statement's first word to the end of its last line, in `text`.
    pub place: Range<usize>,
    /// The statement as it was, and what was done to it.
    pub was: String,
    pub how: String,
}

/// A statement: its head, its head with the `{` of its block, and all of it.
struct Part {
    head: Range<usize>,
    whole: Range<usize>,
    braces: Vec<usize>,
}

/// Breaks a statement; none where the choice finds nothing to break in it.
pub fn break_one(c: &mut Choices<'_>, text: &str) -> Option<Broken> {
    let mut parts = Vec::new();
    collect(&outline::outline(text).items, &mut parts);
    if parts.is_empty() {
        return None;
    }
    let part = parts.swap_remove(c.below(parts.len()));
    let head = text.get(part.head.clone())?;
    let words = tokens(head, |c| c.is_alphanumeric() || c == '_');
    let marks = tokens(head, |c| "<->=!:.,*/+".contains(c));
    let place = |range: Range<usize>| part.head.start + range.start..part.head.start + range.end;
    let (how, range, put) = match c.below(8) {
        0 => {
            let word = words.get(c.below(words.len()))?.clone();
            ("word deleted", place(word), String::new())
        }
        1 => {
            let mark = marks.get(c.below(marks.len()))?.clone();
            ("mark doubled", place(mark.clone()), format!("{0} {0}", head.get(mark)?))
        }
        2 => {
            let places: Vec<_> = head.char_indices().zip(head.char_indices().skip(1)).collect();
            let ((at, a), (next, b)) = *places.get(c.below(places.len()))?;
            if a == b || a == '\n' || b == '\n' || a == '\r' || b == '\r' {
                return None;
            }
            ("characters swapped", place(at..next + b.len_utf8()), format!("{b}{a}"))
        }
        3 => {
            let closing: Vec<usize> =
                head.match_indices([')', ']', '}', '"']).map(|(at, _)| part.head.start + at).collect();
            let closing = [closing, part.braces.clone()].concat();
            let at = *closing.get(c.below(closing.len()))?;
            ("bracket or quote dropped", at..at + 1, String::new())
        }
        4 | 5 => {
            // Mostly the first words, which say what a statement is.
            let word =
                words.get(if c.once_in(3) { c.below(words.len()) } else { c.below(words.len().min(3)) })?.clone();
            let spelled: Vec<char> = head.get(word.clone())?.chars().collect();
            let at = c.below(spelled.len());
            let mut wrong = spelled.clone();
            match c.below(3) {
                0 => drop(wrong.remove(at)),
                1 => wrong.insert(at, spelled[at]),
                _ => wrong[at] = 'q',
            }
            ("word misspelt", place(word), wrong.into_iter().collect())
        }
        6 => {
            let at = floor(text, part.head.start + 1 + c.below(head.len()));
            let end = text.get(at..)?.find('\n').map_or(text.len(), |i| at + i);
            let end = if text[..end].ends_with('\r') { end - 1 } else { end };
            // What follows on the line, of another statement, goes too where both share it.
            if end > part.whole.end && text.get(part.whole.end..end)?.contains(['}', ',']) {
                return None;
            }
            // A brace that is left open at the end of a line opens a block, whoever wrote it.
            if text[part.whole.start..at].trim_end().ends_with('{') {
                return None;
            }
            ("line cut short", at..end.max(at), String::new())
        }
        _ => {
            let at = floor(text, part.head.start + c.below(head.len()));
            ("character put in", at..at, c.pick(&["?", "§", ")", "]", "\"", "(", "“", ";", "="]).to_owned())
        }
    };
    if text.get(range.clone())? == put {
        return None;
    }
    let mut broken = text.to_owned();
    broken.replace_range(range.clone(), &put);
    let end = (part.whole.end.max(range.end) + put.len()).checked_sub(range.len())?;
    let end = broken.get(end..)?.find('\n').map_or(broken.len(), |i| end + i);
    let how = format!("{how}: `{}` became `{put}`", text.get(range)?);
    Some(Broken { text: broken, place: part.head.start..end, was: head.to_owned(), how })
}

fn collect(items: &[Item], into: &mut Vec<Part>) {
    for item in items {
        let Item::Statement(statement) = item else { continue };
        let braces = statement.block.iter().flat_map(|b| b.close.into_iter().chain([b.open])).collect();
        into.push(Part { head: statement.head.clone(), whole: statement.whole(), braces });
        if let Some(block) = &statement.block {
            collect(&block.items, into);
        }
    }
}

/// The stretches of neighboring characters of a kind, comments and texts included.
fn tokens(text: &str, of: fn(char) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| of(*c)) {
        match found.last_mut() {
            Some(last) if last.end == at => last.end += c.len_utf8(),
            _ => found.push(at..at + c.len_utf8()),
        }
    }
    found
}

pub fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
