//! `// allow CODE: reason`: warnings that a person has looked at and lets stand.
//!
//! The comment is about its own line when it stands at the end of one, and otherwise about the
//! statement that begins on the next line with code: that statement's head, not its block, so
//! that one comment never covers a whole entity. Several codes are parted by commas.

mod comment;

use super::ast::{Allow, File};
use super::outline::{Item, Outline};
use crate::diag::codes::{self, tidy};
use crate::diag::suggest::suggestion;
use crate::diag::{self, Code, Diagnostic, Edit, Fix, Severity};
use crate::source::{FileId, Sources, Span};
use std::ops::Range;

/// The comments of a file that allow something, and what they are about.
pub fn find(file: FileId, text: &str, outline: &Outline) -> Vec<Allow> {
    let mut allows = comment::find(file, text, &outline.comments);
    for allow in &mut allows {
        let places = covered(text, outline, allow.comment.range()).into_iter();
        allow.places = places.map(|range| Span::new(file, range.start, range.end)).collect();
    }
    allows
}

/// Takes the warnings and notes away that are allowed in these files, and says what is wrong with
/// the comments that allow them.
///
/// A comment without effect is only reported where there is no error: while there are some, not
/// everything is looked at, and what the comment is about may be among the rest.
pub fn apply<'f>(
    sources: &Sources,
    files: impl IntoIterator<Item = (FileId, &'f File)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let sound = !diag::has_errors(diagnostics);
    for (file, tree) in files {
        let text = sources.get(file).text.as_str();
        for allow in &tree.allows {
            let (mut used, mut faults) = (false, Vec::new());
            for name in &allow.codes {
                match codes::find(&name.value) {
                    None => faults.push(unknown(&name.value, name.span)),
                    Some(code) if code.severity() == Severity::Error => faults.push(error(code, name.span)),
                    Some(code) => {
                        let before = diagnostics.len();
                        diagnostics.retain(|d| d.code != code || !lies_in(d, &allow.places));
                        if diagnostics.len() < before {
                            used = true;
                        } else if sound {
                            faults.push(unused(text, allow, code, name.span));
                        }
                    }
                }
            }
            if allow.reason.is_none() && (used || !allow.codes.is_empty()) {
                faults.retain(|d| d.code != tidy::ALLOW_UNUSED);
                faults.push(without_reason(allow));
            }
            diagnostics.extend(faults);
        }
    }
    diag::tidy(diagnostics);
}

fn lies_in(diagnostic: &Diagnostic, places: &[Span]) -> bool {
    let Some(span) = diagnostic.span() else { return false };
    // What is missing at the end of a line is said at its end.
    places.iter().any(|place| place.file == span.file && place.start <= span.start && span.start <= place.end)
}

/// The stretches that a comment is about.
fn covered(text: &str, outline: &Outline, comment: Range<usize>) -> Vec<Range<usize>> {
    let line = line_around(text, comment.start);
    let code = |range: Range<usize>| outline.blanked.get(range).unwrap_or("");
    if !code(line.clone()).trim().is_empty() {
        return vec![line];
    }
    let below = code(line.end..text.len());
    let Some(first) = below.find(|c: char| !c.is_whitespace()).map(|at| line.end + at) else { return Vec::new() };
    let mut places = vec![line_around(text, first)];
    places.extend(head_at(&outline.items, first));
    places
}

fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let end = text.get(at..).and_then(|t| t.find('\n')).map_or(text.len(), |i| at + i);
    start..end
}

/// The head of the statement that begins there.
fn head_at(items: &[Item], at: usize) -> Option<Range<usize>> {
    items.iter().find_map(|item| match item {
        Item::Statement(statement) if statement.head.start == at => Some(statement.head.clone()),
        Item::Statement(statement) => statement.block.as_ref().and_then(|block| head_at(&block.items, at)),
        _ => None,
    })
}

fn unknown(name: &str, span: Span) -> Diagnostic {
    let message = if name.is_empty() {
        "the comment names no code to allow".to_owned()
    } else {
        format!("there is no code `{name}`")
    };
    let diagnostic = Diagnostic::new(tidy::ALLOW_UNKNOWN_CODE, message, span, "not the code of a warning");
    let known = codes::all().filter(|code| code.severity() != Severity::Error).map(Code::name);
    match suggestion(name, span, known) {
        Some(near) => diagnostic.suggest(near),
        None => diagnostic
            .help("write the word that stands in brackets at the beginning of the warning, such as `one-match-key`"),
    }
}

fn error(code: Code, span: Span) -> Diagnostic {
    let message = format!("`{}` is an error, and errors cannot be allowed", code.name());
    Diagnostic::new(tidy::ALLOW_ERROR, message, span, "has no effect")
        .help("mend what it is about and remove this comment")
}

fn without_reason(allow: &Allow) -> Diagnostic {
    let message = "the comment allows a warning without a reason";
    let diagnostic = Diagnostic::new(tidy::ALLOW_WITHOUT_REASON, message, allow.comment, "why may it stand?");
    match allow.colon_missing {
        Some(at) => diagnostic.help("write a colon between the code and the reason").fix("write `:`", at, ":"),
        None => {
            let codes: Vec<&str> = allow.codes.iter().map(|code| code.value.as_str()).collect();
            diagnostic.help(format!("write `// allow {}: …` with the reason", codes.join(", ")))
        }
    }
}

fn unused(text: &str, allow: &Allow, code: Code, span: Span) -> Diagnostic {
    let message = format!("there is no `{}` here to allow", code.name());
    let diagnostic = Diagnostic::new(tidy::ALLOW_UNUSED, message, span, "takes nothing away")
        .help("remove the comment, or move it to the line that it is about");
    if allow.codes.len() > 1 {
        return diagnostic;
    }
    let edits = vec![Edit { span: whole(text, allow.comment), text: String::new() }];
    // Another project that shares the file may still need it.
    diagnostic.offer(Fix { title: "remove the comment".to_owned(), safe: false, edits })
}

/// A comment with the blanks before it; one on a line of its own with the line's ending.
fn whole(text: &str, comment: Span) -> Span {
    let range = comment.range();
    let before = text.get(..range.start).unwrap_or("").trim_end_matches([' ', '\t']);
    let alone = before.is_empty() || before.ends_with('\n');
    let end = if alone {
        text.get(range.end..).and_then(|t| t.find('\n')).map_or(text.len(), |i| range.end + i + 1)
    } else {
        range.end
    };
    Span::new(comment.file, before.len(), end)
}

#[cfg(test)]
mod tests;
