//! What the checker says about an example: the very code that `samband check` runs, over the text in memory.

use super::Example;
use super::frames::Language;
use crate::diag::Diagnostic;
use crate::source::Sources;
use crate::{model, settings, standard};

/// An example's diagnostics, and the texts that they point into.
#[derive(Debug)]
pub struct Checked {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks an example's whole file over the standard mapping, as a project of that one file.
/// What needs other files (`command`) is not found here.
pub fn check(example: &Example) -> Checked {
    let mut sources = Sources::default();
    let mut files: Vec<_> = standard::FILES.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let text = example.full_text();
    let diagnostics = match example.frame.language {
        Language::Mapping => {
            files.push(sources.add(example.file_name(), text));
            model::check(&sources, crate::schema::Schemas::standard(), &files, None, None).1
        }
        Language::Yaml => {
            let file = settings::add(&mut sources, example.file_name(), &text);
            let (read, mut diagnostics) = settings::read(&sources, file);
            // As in a project: settings that cannot be read say nothing of what the mapping lacks.
            if let Some(mapping) = &read.mapping {
                diagnostics.extend(
                    model::check(
                        &sources,
                        crate::schema::Schemas::standard(),
                        &files,
                        Some(mapping),
                        Some(&read.settings),
                    )
                    .1,
                );
            }
            crate::diag::tidy(&mut diagnostics);
            diagnostics
        }
    };
    Checked { sources, diagnostics }
}
