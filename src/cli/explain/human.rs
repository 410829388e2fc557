//! Pages for a person at a terminal.

use crate::diag::human::{self, Style};
use crate::diag::{Code, Severity};
use crate::explain::{self, Example, Page, sentence};
use crate::functions::{Function, page};
use std::fmt::Write;

/// Prose is easier to read in lines of this length than across a wide terminal.
const PROSE: usize = 88;

/// Name, severity, summary, why, and the two examples; the wrong one with what the checker says of it.
pub fn code(code: Code, page: Option<&Page>, style: Style) -> String {
    let word = code.severity().word();
    let mut out = format!("{}\n", heading(&format!("{word}[{}]", code.name()), code.severity(), style));
    let mut paragraphs = vec![sentence(code.0.summary), sentence(code.0.why)];
    paragraphs.extend(page.iter().flat_map(|page| page.text.split("\n\n")).map(str::to_owned));
    for paragraph in paragraphs.iter().filter(|p| !p.is_empty()) {
        let _ = write!(out, "{}\n\n", wrapped(paragraph, "", style.width.min(PROSE)));
    }
    let Some(page) = page else { return out };
    out.push_str(&example("Wrong", &page.wrong, None, style));
    if !page.wrong.command {
        let checked = explain::check(&page.wrong);
        let said = human::render_all(&checked.sources, &checked.diagnostics, style);
        let _ = write!(out, "What `samband check` says:\n\n{}\n", indented(said.trim_start_matches('\n')));
    }
    out.push_str(&example("Right", &page.right, Some(&page.wrong), style));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn example(word: &str, example: &Example, before: Option<&Example>, style: Style) -> String {
    format!("{}:\n\n{}\n", bold(&example.caption(word, before), style), indented(&example.fragment))
}

/// A transform: how it is called, what it does, and what comes of it.
pub fn function(function: &Function, style: Style) -> String {
    let width = style.width.min(PROSE);
    let mut out = format!(
        "{}\n\n{}\n\n{}\n\n",
        bold(&page::signature(function), style),
        wrapped(function.doc, "", width),
        wrapped(&page::ways(function), "", width)
    );
    let head = ["call", "input", "output"].map(str::to_owned);
    let rows: Vec<[String; 3]> = [head].into_iter().chain(function.examples.iter().map(page::cells)).collect();
    let wide = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (wide(0), wide(1));
    for [call, input, output] in &rows {
        let _ = writeln!(out, "    {call:first$}  {input:second$}  {output}");
    }
    out
}

/// All codes by group and all transforms, each with its sentence.
pub fn list(style: Style) -> String {
    let mut out = String::new();
    for group in explain::groups() {
        let rows = group.pages.iter().map(|page| (page.code.name(), sentence(page.code.0.summary)));
        section(&mut out, &group.title, rows.collect(), style);
    }
    for (title, functions) in page::groups() {
        let rows = functions.iter().map(|f| (f.name, f.doc.to_owned()));
        section(&mut out, &format!("Transforms: {}", lower_first(title)), rows.collect(), style);
    }
    out.push_str("`samband explain NAME` shows one of them with examples.\n");
    out
}

fn section(out: &mut String, title: &str, rows: Vec<(&str, String)>, style: Style) {
    /// The longest name there is room for beside its sentence.
    const NAME: usize = 22;
    let _ = writeln!(out, "{}", bold(title, style));
    for (name, text) in rows {
        let sentence = wrapped(&text, &" ".repeat(NAME + 4), style.width);
        let _ = writeln!(out, "  {name:NAME$}  {}", sentence.trim_start());
    }
    out.push('\n');
}

fn heading(text: &str, severity: Severity, style: Style) -> String {
    let color = match severity {
        Severity::Error => "31",
        Severity::Warning => "33",
        Severity::Note => "36",
    };
    if style.color { format!("\u{1b}[1;{color}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn bold(text: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

/// Broken at blanks, every line behind the indent; a word longer than a line stays whole.
fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let mut lines = vec![String::from(indent)];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        let first = line.len() == indent.len();
        if !first && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{indent}{word}"));
        } else {
            line.push_str(if first { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_at_blanks_by_characters() {
        assert_eq!(wrapped("på Ærø er der få", "", 9), "på Ærø er\nder få");
        assert_eq!(wrapped("a-word-without-an-end b", "  ", 8), "  a-word-without-an-end\n  b");
        assert_eq!(wrapped("", "", 8), "");
    }
}
