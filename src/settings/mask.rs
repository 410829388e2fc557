//! Secrets that stand in plain text are blanked before any message can show their line.

use super::locate::{Kind, Located, locate};
use crate::diag::suggest::nearest;
use crate::source::FileId;
use std::borrow::Cow;
use std::ops::Range;

/// The keys whose values are secrets.
pub const SECRET_KEYS: &[&str] = &["client_secret", "password", "webhook"];

/// The text with every secret replaced by so many `*`; same length, same lines.
///
/// Besides the secrets' own keys it covers keys that look like a slip of them, whatever stands
/// under such a key without being a reference, and passwords inside addresses.
pub fn masked(text: &str) -> String {
    let mut ranges = Vec::new();
    let located = locate(text);
    find(text, &located, Where::Outside, &mut ranges);
    // What the locator did not get to see, for some rarity of YAML, is looked through line by line.
    loose_lines(text, located.range.end..text.len(), true, &mut ranges);
    let mut lines = Vec::new();
    loose_lines(text, 0..text.len(), true, &mut lines);
    // Whether the text is YAML at all is asked only where a line looks like a secret: it takes long.
    if !lines.is_empty() && super::node::parse(FileId(0), text).is_err() {
        ranges.extend(lines);
    } else {
        loose_lines(text, 0..text.len(), false, &mut ranges);
    }
    replaced(text, ranges, b'*')
}

/// A masked text with an `x` for each `*` of a mask: a value that begins with `*` is an alias to YAML.
pub fn for_parser(text: &str) -> Cow<'_, str> {
    if !text.contains('*') {
        return Cow::Borrowed(text);
    }
    let mut ranges = Vec::new();
    find(text, &locate(text), Where::Outside, &mut ranges);
    Cow::Owned(replaced(text, ranges, b'x'))
}

fn replaced(text: &str, ranges: Vec<Range<usize>>, with: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        for byte in bytes.get_mut(range).unwrap_or(&mut []) {
            if !byte.is_ascii_whitespace() {
                *byte = with;
            }
        }
    }
    // Whole characters are replaced: a range never ends inside one. Should it, the text is better gone.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether a key names a secret, or nearly does.
pub fn is_secret_key(key: &str) -> bool {
    let lower = key.trim_matches(['"', '\'']).to_lowercase();
    ["secret", "passw", "pwd", "webhook", "token"].iter().any(|w| lower.contains(w))
        || nearest(&lower, SECRET_KEYS.iter().copied()).is_some()
}

#[derive(Clone, Copy, PartialEq)]
enum Where {
    Outside,
    /// Among the mapping's own settings, whose names are free: only the exact names are secrets.
    Own,
    Secret,
}

fn find(text: &str, located: &Located, at: Where, out: &mut Vec<Range<usize>>) {
    let slice = |range: &Range<usize>| text.get(range.clone()).unwrap_or("");
    match &located.kind {
        Kind::Empty => {}
        Kind::List(items) => {
            for item in items {
                find(text, item, at, out);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                let key = slice(&entry.key);
                let value = slice(&entry.value.range);
                let reference = key == "file" || key == "env" && is_variable(value);
                let inside = match at {
                    Where::Secret if reference => Where::Outside,
                    Where::Secret => Where::Secret,
                    Where::Own if SECRET_KEYS.contains(&key) => Where::Secret,
                    Where::Own => Where::Own,
                    Where::Outside if is_secret_key(key) => Where::Secret,
                    Where::Outside if key == "settings" => Where::Own,
                    Where::Outside => Where::Outside,
                };
                find(text, &entry.value, inside, out);
            }
        }
        Kind::Plain | Kind::Quoted | Kind::Block => {
            let value = slice(&located.range);
            let masked = !value.is_empty() && value.bytes().all(|b| b == b'*');
            if masked || at == Where::Secret || holds_password(value) {
                out.push(inside(text, located));
            } else if value.contains('\n') {
                // A quote that was left open swallows the lines below it.
                loose_lines(text, located.range.clone(), true, out);
            }
        }
    }
}

/// The stretch of a scalar that is its value: not its quotes, not the `|` above a block.
fn inside(text: &str, located: &Located) -> Range<usize> {
    let Range { start, end } = located.range.clone();
    match located.kind {
        Kind::Quoted => {
            let closed = end > start + 1 && text.as_bytes().get(end - 1) == text.as_bytes().get(start);
            start + 1..if closed { end - 1 } else { end }
        }
        Kind::Block => {
            let first = text.get(start..end).and_then(|t| t.find('\n')).unwrap_or(end - start);
            start + first..end
        }
        _ => start..end,
    }
}

/// A name of an environment variable, quoted or not.
pub fn is_variable(text: &str) -> bool {
    let name = text.trim_matches(['"', '\'']);
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `https://user:secret@host`, `Server=…;Password=…`
fn holds_password(value: &str) -> bool {
    let lower = value.to_lowercase();
    let login = lower
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
        .is_some_and(|authority| authority.contains('@'));
    login || lower.contains("password=") || lower.contains("pwd=")
}

/// Comments that hold a setting switched off, and, where the text is no YAML, every line that looks like one.
fn loose_lines(text: &str, within: Range<usize>, all: bool, out: &mut Vec<Range<usize>>) {
    let mut start = within.start;
    for line in text.get(within).unwrap_or("").split_inclusive('\n') {
        let body = if all { Some(0) } else { line.find('#').map(|i| i + 1) };
        if let Some(from) = body
            && let Some(colon) = line[from..].find(':').map(|i| i + from)
        {
            let key = line[from..colon].rsplit(['{', ',', '#', '-', ' ', '\t']).find(|w| !w.is_empty());
            let value = line[colon + 1..].trim();
            if !value.is_empty() && !value.starts_with('{') && key.is_some_and(is_secret_key) {
                out.push(start + colon + 1..start + line.len());
            }
        }
        start += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blanked_and_references_are_not() {
        let cases = [
            ("password: hunter2 # x\n", "password: ******* # x\n"),
            ("password: \"hun ter\"\n", "password: \"*** ***\"\n"),
            ("password: { env: VB_PASSWORD }\n", "password: { env: VB_PASSWORD }\n"),
            ("password: { value: hunter2 }\n", "password: { value: ******* }\n"),
            ("password: { env: hunter-2 }\n", "password: { env: ******** }\n"),
            ("pasword: hunter2\n", "pasword: *******\n"),
            ("client_secret: |\n  abc\n  def\nx: 1\n", "client_secret: |\n  ***\n  ***\nx: 1\n"),
            ("# password: hunter2\nx: 1\n", "# password: *******\nx: 1\n"),
            ("url: https://u:p@h/x\n", "url: ***************\n"),
            ("a: [\n password: hunter2\n", "a: [\n password: *******\n"),
            ("settings: { secret_group: 3 }\n", "settings: { secret_group: 3 }\n"),
            ("notify: { webhook: https://h/æ }\n", "notify: { webhook: ************ }\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text), expected);
        }
    }
}
