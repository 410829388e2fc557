//! What the checker says about an example: the very code that `samband check` runs, over the text in memory.

use super::Example;
use super::frames::Language;
use crate::diag::Diagnostic;
use crate::schema::Schemas;
use crate::source::{FileId, Sources};
use crate::syntax::{self, ast};
use crate::{model, settings, standard};
use std::sync::LazyLock;

/// An example's diagnostics, and the texts that they point into.
#[derive(Debug)]
pub struct Checked {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
}

/// The standard mapping, read once for all examples.
static STANDARD: LazyLock<(Sources, Vec<(FileId, ast::File)>)> = LazyLock::new(|| {
    let mut sources = Sources::default();
    let files: Vec<_> = standard::FILES.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let trees = files.into_iter().map(|file| (file, syntax::parse(&sources, file).0)).collect();
    (sources, trees)
});

/// Checks an example's whole file over the standard mapping, as a project of that one file.
/// What needs other files (`command`) is not found here.
pub fn check(example: &Example) -> Checked {
    let (sources, standard) = &*STANDARD;
    let mut sources = sources.clone();
    let mut trees: Vec<(FileId, &ast::File)> = standard.iter().map(|(file, tree)| (*file, tree)).collect();
    let (mut diagnostics, own, settings);
    match example.frame.language {
        Language::Mapping => {
            let file = sources.add(example.file_name(), example.full_text());
            (own, diagnostics) = syntax::parse(&sources, file);
            trees.push((file, &own));
            model::build(&sources, Schemas::standard(), &trees, None, None, &mut diagnostics);
        }
        Language::Yaml => {
            let file = settings::add(&mut sources, example.file_name(), &example.full_text());
            (settings, diagnostics) = settings::read(&sources, file);
            // As in a project: settings that cannot be read say nothing of what the mapping lacks.
            if let Some(mapping) = &settings.mapping {
                let given = Some(settings.settings.as_slice());
                model::build(&sources, Schemas::standard(), &trees, Some(mapping), given, &mut diagnostics);
            }
            crate::diag::tidy(&mut diagnostics);
        }
    }
    Checked { sources, diagnostics }
}
