//! Break one statement of a right file, and that statement is reported and nothing else.

use crate::breaking::{Broken, break_one};
use crate::support::any_input::over_standard;
use crate::support::choices::Choices;
use crate::support::invent;
use crate::{Case, law, right_files};
use samband::diag::{Diagnostic, human};
use samband::model;
use samband::schema::Schemas;
use samband::source::{FileId, Sources};
use samband::syntax;

/// Says which diagnostics lie outside the broken statement.
fn outside(sources: &Sources, file: FileId, diagnostics: &[Diagnostic], broken: &Broken) -> Result<(), String> {
    let inside = |d: &&Diagnostic| {
        d.span().is_some_and(|s| {
            s.file == file && broken.place.start <= s.range().start && s.range().start <= broken.place.end
        })
    };
    let others: Vec<Diagnostic> = diagnostics.iter().filter(|d| !inside(d)).cloned().collect();
    if others.is_empty() && !diagnostics.is_empty() {
        return Ok(());
    }
    let shown = human::render_all(sources, &others, human::Style::default());
    let all: Vec<&str> = diagnostics.iter().map(|d| d.code.name()).collect();
    Err(format!(
        "in `{}`\n{}\nall: {all:?}; outside:\n{shown}\n--- now ---\n{}",
        broken.was,
        broken.how,
        broken.text.get(broken.place.clone()).unwrap_or("")
    ))
}

fn parsed(broken: &Broken) -> (Sources, FileId, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("own.mapping", broken.text.clone());
    let (_, diagnostics) = syntax::parse(&sources, file);
    (sources, file, diagnostics)
}

fn parser_law(broken: Option<Broken>) -> Result<Case, String> {
    let Some(broken) = broken else { return Ok(Case::Other) };
    let (sources, file, diagnostics) = parsed(&broken);
    if diagnostics.is_empty() {
        return Ok(Case::Other);
    }
    outside(&sources, file, &diagnostics, &broken)?;
    Ok(Case::Held)
}

#[test]
fn a_broken_statement_of_an_invented_file_is_reported_alone() {
    law("a_broken_statement_of_an_invented_file_is_reported_alone", 300, 400, |c| {
        // The damage first, so that it does not change when the file gets simpler.
        let (mut damage, text) = (Choices::new(&[]), invent::mapping(c));
        let broken = if c.is_spent() { break_one(&mut damage, &text) } else { break_one(c, &text) };
        parser_law(broken)
    });
}

#[test]
fn a_broken_statement_of_a_real_file_is_reported_alone() {
    let files = right_files();
    law("a_broken_statement_of_a_real_file_is_reported_alone", 200, 60, |c| {
        let (_, text) = files[c.below(files.len())];
        parser_law(break_one(c, text))
    });
}

/// The same through the model: what a broken statement declares is missed by nobody.
#[test]
fn a_statement_that_does_not_parse_has_no_follow_on_faults() {
    let files = right_files();
    law("a_statement_that_does_not_parse_has_no_follow_on_faults", 60, 60, |c| {
        let which = c.below(files.len());
        let Some(broken) = break_one(c, files[which].1) else { return Ok(Case::Other) };
        if parsed(&broken).2.is_empty() {
            return Ok(Case::Other);
        }
        let (sources, file, diagnostics) = with(&files, which, &broken.text);
        outside(&sources, file, &diagnostics, &broken)?;
        Ok(Case::Held)
    });
}

/// Checks all the files, with another text for one of them.
pub fn with(files: &[(&str, &str)], which: usize, text: &str) -> (Sources, FileId, Vec<Diagnostic>) {
    if files[which].0 == "acme.mapping" {
        return over_standard(text);
    }
    let mut sources = Sources::default();
    let ids: Vec<FileId> = files
        .iter()
        .enumerate()
        .map(|(at, (name, right))| sources.add(*name, if at == which { text } else { *right }))
        .collect();
    let (_, diagnostics) = model::check(&sources, Schemas::standard(), &ids, None, None);
    (sources, ids[which], diagnostics)
}
