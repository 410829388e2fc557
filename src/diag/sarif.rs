//! Diagnostics as SARIF 2.1.0, for code scanning: the document of `check --format sarif`.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Columns count characters
//! from 1, ends excluded, which is what SARIF calls `unicodeCodePoints`.

use super::json::{Place, place};
use super::{Code, Diagnostic, Edit, Fix, Label, Severity, codes};
use crate::source::{Sources, Span};
use serde_json::{Value, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The document as text, over several lines.
pub fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    format!("{:#}\n", document(sources, diagnostics))
}

/// The document: every code is a rule of it, so that a rule's text is there before its first fault.
pub fn document(sources: &Sources, diagnostics: &[Diagnostic]) -> Value {
    let codes: Vec<Code> = codes::all().collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "samband",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(|d| result(sources, &codes, d)).collect::<Vec<_>>(),
        }],
    })
}

fn rule(code: Code) -> Value {
    let name = code.name();
    json!({
        "id": name,
        "shortDescription": { "text": code.0.summary },
        "fullDescription": { "text": code.0.why },
        "help": {
            "text": format!("{}\n\n`samband explain {name}` shows examples.", code.0.why),
            "markdown": format!("{}\n\n`samband explain {name}` shows examples.", code.0.why),
        },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn result(sources: &Sources, codes: &[Code], diagnostic: &Diagnostic) -> Value {
    let mut text = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        text.push_str("\nHelp: ");
        text.push_str(help);
    }
    let mut result = json!({
        "ruleId": diagnostic.code.name(),
        "level": level(diagnostic.severity()),
        "message": { "text": text },
    });
    if let Some(index) = codes.iter().position(|code| *code == diagnostic.code) {
        result["ruleIndex"] = json!(index);
    }
    let mut labels = diagnostic.labels.iter();
    if let Some(first) = labels.next() {
        result["locations"] = json!([location(sources, first)]);
    }
    let related: Vec<Value> = labels
        .enumerate()
        .map(|(at, label)| {
            let mut location = location(sources, label);
            location["id"] = json!(at + 1);
            location
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|f| fix(sources, f)).collect();
    }
    result
}

fn location(sources: &Sources, label: &Label) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": artifact(sources, label.span),
        "region": region(sources, label.span),
    } });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    location
}

fn artifact(sources: &Sources, span: Span) -> Value {
    json!({ "uri": uri(&sources.get(span.file).name) })
}

fn region(sources: &Sources, span: Span) -> Value {
    let Place { line, column, end_line, end_column, .. } = place(sources, span);
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

/// A mend: the edits of one file to a change.
fn fix(sources: &Sources, fix: &Fix) -> Value {
    let mut files: Vec<Span> = Vec::new();
    for edit in &fix.edits {
        if !files.iter().any(|span| span.file == edit.span.file) {
            files.push(edit.span);
        }
    }
    let replacement = |edit: &Edit| {
        json!({
            "deletedRegion": region(sources, edit.span),
            "insertedContent": { "text": edit.text },
        })
    };
    let change = |span: &Span| {
        let own = fix.edits.iter().filter(|edit| edit.span.file == span.file);
        json!({
            "artifactLocation": artifact(sources, *span),
            "replacements": own.map(replacement).collect::<Vec<_>>(),
        })
    };
    json!({
        "description": { "text": fix.title },
        "artifactChanges": files.iter().map(change).collect::<Vec<_>>(),
    })
}

/// A file's name as a URI reference: relative where the name is, with `/`, the rest percent-encoded.
pub fn uri(name: &str) -> String {
    let name = name.replace('\\', "/");
    let drive = name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && name.get(1..2) == Some(":");
    let (start, rest) = match (drive, name.starts_with("//"), name.starts_with('/')) {
        (true, ..) => (format!("file:///{}", &name[..2]), &name[2..]),
        // `//server/share/file`
        (_, true, _) => ("file:".to_owned(), name.as_str()),
        (_, _, true) => ("file://".to_owned(), name.as_str()),
        _ => (String::new(), name.as_str()),
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/');
    let encoded: String =
        rest.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    start + &encoded
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_become_uris() {
        for (name, expected) in [
            ("acme/kunder.mapping", "acme/kunder.mapping"),
            ("..\\Ærlig & sønn/a b#1:2.mapping", "../%C3%86rlig%20%26%20s%C3%B8nn/a%20b%231%3A2.mapping"),
            ("/srv/100%.mapping", "file:///srv/100%25.mapping"),
            ("C:\\maps\\a.mapping", "file:///C:/maps/a.mapping"),
            ("\\\\server\\share\\a.mapping", "file://server/share/a.mapping"),
        ] {
            assert_eq!(uri(name), expected);
        }
    }
}
