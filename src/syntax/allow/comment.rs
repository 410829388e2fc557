//! What an allow-comment says, told from comments that merely begin with the word.

use crate::diag::codes;
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::Allow;
use std::ops::Range;

/// The comments of these stretches that allow something; what they are about is not told yet.
pub fn find(file: FileId, text: &str, comments: &[Range<usize>]) -> Vec<Allow> {
    let read = |range: &Range<usize>| read(text.get(range.clone())?, Span::new(file, range.start, range.end));
    comments.iter().filter_map(read).collect()
}

/// `// allow CODE, CODE: reason`. `// allow the customer to …` is prose: no colon follows the
/// word, and it is neither a code nor looks like one.
fn read(written: &str, comment: Span) -> Option<Allow> {
    let span = |at: usize, length: usize| {
        let start = comment.start as usize + at;
        Span::new(comment.file, start, start + length)
    };
    let blanks = |at: usize| written.get(at..).map_or(0, |t| t.len() - t.trim_start().len());
    let mut at = "//".len() + blanks("//".len());
    let after = written.get(at..)?.strip_prefix("allow")?;
    if !(after.is_empty() || after.starts_with(':') || after.starts_with(char::is_whitespace)) {
        return None;
    }
    at += "allow".len();
    let mut listed = Vec::new();
    loop {
        at += blanks(at);
        let rest = written.get(at..)?;
        let word = &rest[..rest.find(|c| !is_code(c)).unwrap_or(rest.len())];
        listed.push(Spanned::new(word.to_owned(), span(at, word.len())));
        at += word.len();
        let gap = blanks(at);
        if !written.get(at + gap..)?.starts_with(',') {
            break;
        }
        at += gap + 1;
    }
    let rest = written.get(at..)?.trim_start();
    let code_like = |c: &Spanned<String>| c.value.contains('-') || codes::find(&c.value).is_some();
    if let Some(reason) = rest.strip_prefix(':') {
        let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        return Some(Allow { comment, codes: listed, reason, colon_missing: None, places: Vec::new() });
    }
    let named = listed.iter().any(code_like) || (rest.is_empty() && listed.iter().any(|c| !c.value.is_empty()));
    let colon_missing = (!rest.is_empty()).then(|| span(at, 0));
    named.then_some(Allow { comment, codes: listed, reason: None, colon_missing, places: Vec::new() })
}

fn is_code(c: char) -> bool {
    c == '-' || c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::outline::outline;

    #[test]
    fn allows_are_told_from_prose() {
        for (text, expected) in [
            ("// allow one-match-key: names differ", Some(("one-match-key", Some("names differ")))),
            ("//allow  a-b , c-d :  why", Some(("a-b c-d", Some("why")))),
            ("// allow one-match-key:", Some(("one-match-key", None))),
            ("// allow one-match-key", Some(("one-match-key", None))),
            ("// allow one-match-key names differ", Some(("one-match-key", None))),
            ("// allow oops: why", Some(("oops", Some("why")))),
            ("// allow: why", Some(("", Some("why")))),
            ("// allow the customer to have no number", None),
            ("// allows a-b: why", None),
            ("// allow", None),
            ("/// allow a-b: documentation", None),
            ("name -> \"// allow a-b: a text\"", None),
        ] {
            let found = find(FileId(0), text, &outline(text).comments);
            let said = found.first().map(|allow| {
                let codes: Vec<_> = allow.codes.iter().map(|c| c.value.as_str()).collect();
                (codes.join(" "), allow.reason.as_deref())
            });
            assert_eq!(said.as_ref().map(|(codes, reason)| (codes.as_str(), *reason)), expected, "{text}");
        }
        let text = "x // allow a-b, c-d: y";
        let allow = &find(FileId(0), text, &outline(text).comments)[0];
        let at: Vec<_> = allow.codes.iter().map(|c| c.span.range()).collect();
        assert_eq!(at, [11..14, 16..19]);
    }
}
