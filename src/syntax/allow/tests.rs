use super::*;
use crate::diag::codes::{names, records};

/// Diagnostics at the places where a text has `?` (a warning) and `!` (an error), and what is
/// left of them: name and line.
fn left(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let file = sources.add("a.mapping", text);
    let at = |mark: char, code| {
        text.match_indices(mark)
            .map(|(i, _)| Diagnostic::new(code, format!("at {i}"), Span::new(file, i, i + 1), ""))
            .collect::<Vec<_>>()
    };
    let mut diagnostics = at('?', records::ONE_MATCH_KEY);
    diagnostics.extend(at('!', names::UNKNOWN_FIELD));
    let (tree, _) = crate::syntax::parse(&sources, file);
    apply(&sources, [(file, &tree)], &mut diagnostics);
    diagnostics.iter().map(|d| format!("{}:{}", d.code.name(), sources.position(d.span().unwrap()).line)).collect()
}

#[test]
fn a_comment_is_about_its_line_or_the_statement_below() {
    let none: [&str; 0] = [];
    for text in [
        "match a = ? // allow one-match-key: why\n",
        "// allow one-match-key: why\nmatch a = ?\n",
        "// allow one-match-key: why\r\n\r\n// more\r\n/// Doc.\r\nmatch a = ?\r\n",
        "// allow one-match-key: why\nmatch (a\n    = ?)\n",
        "Æ <-> ? // allow one-match-key: why\n",
        "// allow one-match-key: why\nname <-> when a -> 1\n    when b -> ?\n",
        "entity A {\n    // allow one-match-key: why\n    match a = ?\n}\n",
        "entity ? { // allow one-match-key: why\n    match a = b\n}\n",
    ] {
        assert_eq!(left(text), none, "{text}");
    }
}

#[test]
fn what_lies_elsewhere_stays_and_the_comment_is_reported() {
    for text in [
        "match a = ?\n// allow one-match-key: why\nmatch b = c\n",
        "match a = \"?\" \nmatch \"// allow one-match-key: a text\"\n",
        "// allow one-match-key: why\nentity A {\n    match a = ?\n}\n",
    ] {
        let unused = text.contains("why");
        let found = left(text);
        assert!(found.iter().any(|d| d.starts_with("one-match-key")), "{found:?} {text}");
        assert_eq!(found.iter().any(|d| d.starts_with("allow-unused")), unused, "{found:?} {text}");
    }
}

#[test]
fn errors_stay_and_silence_what_cannot_be_known() {
    assert_eq!(left("! // allow unknown-field: why\n"), ["unknown-field:1", "allow-error:1"]);
    assert_eq!(left("!\nmatch a = b // allow one-match-key: why\n"), ["unknown-field:1"]);
    assert_eq!(left("match a = ? // allow one-match-key\n"), ["allow-without-reason:1"]);
    assert_eq!(left("match a = ? // allow one-mach-key: why\n"), ["one-match-key:1", "allow-unknown-code:1"]);
}

#[test]
fn the_comment_goes_with_its_blanks_and_its_line() {
    let without = |text: &str| {
        let at = text.find("//").unwrap();
        let length = text[at..].find(['\r', '\n']).unwrap_or(text.len() - at);
        let span = whole(text, Span::new(FileId(0), at, at + length));
        format!("{}{}", &text[..span.range().start], &text[span.range().end..])
    };
    assert_eq!(without("a -> b   // allow x\r\nc\n"), "a -> b\r\nc\n");
    assert_eq!(without("a\r\n    // allow x\r\nc\r\n"), "a\r\nc\r\n");
    assert_eq!(without("// allow x"), "");
}
