//! The layout: stable, the same tree, the same comments, nothing broken touched.

use crate::support::{any_input, invent};
use crate::{Case, law, right_files};
use samband::source::Sources;
use samband::syntax;

#[test]
fn the_layout_keeps_everything_of_any_text() {
    let files: Vec<&str> = right_files().iter().map(|(_, text)| *text).collect();
    law("the_layout_keeps_everything_of_any_text", 150, 300, |c| {
        let text = invent::any_text(c, &files);
        any_input::format(&text).map_err(|e| format!("{e}\n--- of ---\n{text}"))?;
        Ok(Case::Held)
    });
}

/// What the generator invents does parse, or the other laws would say little.
#[test]
fn invented_files_parse_and_are_laid_out() {
    law("invented_files_parse_and_are_laid_out", 100, 400, |c| {
        let text = invent::mapping(c);
        let mut sources = Sources::default();
        let file = sources.add("own.mapping", text.clone());
        let (_, diagnostics) = syntax::parse(&sources, file);
        if !diagnostics.is_empty() {
            return Err(format!("{diagnostics:#?}\n--- of ---\n{text}"));
        }
        any_input::format(&text).map_err(|e| format!("{e}\n--- of ---\n{text}"))?;
        Ok(Case::Held)
    });
}
