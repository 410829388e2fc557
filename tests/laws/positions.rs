//! Lines and columns count characters, whatever stands before a fault and however lines end.

use crate::breaking::break_one;
use crate::recovery::with;
use crate::support::choices::Choices;
use crate::support::invent;
use crate::{Case, law, right_files};
use samband::diag::{Diagnostic, human, json};
use samband::source::Sources;
use samband::syntax::{self, outline};

fn broken_text(c: &mut Choices<'_>) -> Option<String> {
    let files = right_files();
    let text = if c.once_in(2) { invent::mapping(c) } else { files[c.below(files.len())].1.to_owned() };
    Some(break_one(c, &text)?.text)
}

fn parsed(text: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("own.mapping", text);
    let (_, diagnostics) = syntax::parse(&sources, file);
    (sources, diagnostics)
}

/// What is said, and where, without what is written there.
fn places(sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<(&'static str, Vec<json::Place>)> {
    let labels = |d: &Diagnostic| d.labels.iter().map(|l| json::place(sources, l.span)).collect();
    diagnostics.iter().map(|d| (d.code.name(), labels(d))).collect()
}

/// The text with the letters of its comments and texts replaced.
fn with_letters(text: &str, letter: char) -> String {
    let blanked = outline::outline(text).blanked;
    let (mut quoted, mut escaped, mut field) = (false, false, false);
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        let code = blanked.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        let comment = code == ' ' && c != ' ';
        let inside = quoted && !escaped && !field;
        if !comment {
            match c {
                _ if escaped => escaped = false,
                '\n' => (quoted, escaped, field) = (false, false, false),
                '\\' if quoted => escaped = true,
                '"' => (quoted, field) = (!quoted, false),
                '{' if quoted => field = true,
                '}' if quoted => field = false,
                _ => {}
            }
        }
        out.push(if (comment || inside) && c.is_ascii_alphabetic() { letter } else { c });
    }
    out
}

#[test]
fn wide_letters_before_a_fault_move_no_column() {
    law("wide_letters_before_a_fault_move_no_column", 150, 200, |c| {
        let Some(text) = broken_text(c) else { return Ok(Case::Other) };
        let (sources, diagnostics) = parsed(&text);
        let plain = places(&sources, &diagnostics);
        for letter in ['å', 'Ø', '😀'] {
            let wide = with_letters(&text, letter);
            let (sources, diagnostics) = parsed(&wide);
            let moved = places(&sources, &diagnostics);
            if moved != plain {
                return Err(format!("{plain:#?}\nbecame {moved:#?}\nin {wide}"));
            }
            diagnostics.iter().try_for_each(|d| underlined(&sources, d))?;
        }
        Ok(if plain.is_empty() { Case::Other } else { Case::Held })
    });
}

#[test]
fn either_line_ending_has_the_same_places() {
    law("either_line_ending_has_the_same_places", 40, 200, |c| {
        let files = right_files();
        let which = c.below(files.len());
        let Some(broken) = break_one(c, files[which].1) else { return Ok(Case::Other) };
        let said = |text: &str| {
            let (sources, _, diagnostics) = with(&files, which, text);
            let messages: Vec<String> = diagnostics.iter().map(|d| d.message.clone()).collect();
            (messages, places(&sources, &diagnostics))
        };
        let (unix, windows) = (said(&broken.text), said(&broken.text.replace('\n', "\r\n")));
        if unix != windows {
            return Err(format!("{unix:#?}\nbecame {windows:#?}\nin {}", broken.text));
        }
        Ok(if unix.1.is_empty() { Case::Other } else { Case::Held })
    });
}

/// The line drawn under a fault's first label lies under the label's own words.
fn underlined(sources: &Sources, diagnostic: &Diagnostic) -> Result<(), String> {
    let Some(span) = diagnostic.span() else { return Ok(()) };
    let place = json::place(sources, span);
    let words = sources.slice(span);
    if diagnostic.labels.len() > 1 || place.line != place.end_line || words.is_empty() {
        return Ok(());
    }
    let drawn = human::render(sources, diagnostic, human::Style::default());
    let mut lines = drawn.lines();
    let number = format!("{} │ ", place.line);
    let Some(line) = lines.find_map(|line| line.trim_start().strip_prefix(&number)) else {
        return Err(format!("line {} is not drawn:\n{drawn}", place.line));
    };
    let marks = lines.next().and_then(|line| line.split_once("· ")).map_or("", |(_, marks)| marks);
    // Wide characters take two columns of a terminal.
    let mut column = 0;
    let under: String = line
        .chars()
        .filter(|c| {
            let from = column;
            column += if *c == '😀' { 2 } else { 1 };
            marks.chars().nth(from).is_some_and(|mark| mark != ' ')
        })
        .collect();
    if under == words { Ok(()) } else { Err(format!("`{under}` is underlined, not `{words}`:\n{drawn}")) }
}
