//! A mapping project: a folder with `samband.yaml` and its mapping files, and the standard below them.

mod find;

use crate::diag::Diagnostic;
use crate::diag::codes::settings::MISSING_FILE;
use crate::program::Program;
use crate::settings::{self, Settings};
use crate::source::{FileId, Sources};
use crate::syntax::{self, ast};
use crate::{model, standard};
use std::fmt;
use std::path::{Path, PathBuf};

pub use find::{Found, find, mapping_files, read, shown};

/// What cannot be read at all, as opposed to what is read and found faulty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    pub what: String,
    pub help: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)
    }
}

impl std::error::Error for LoadError {}

/// The standard mapping, parsed once for any number of projects.
#[derive(Debug, Default)]
pub struct Standard {
    files: Vec<(FileId, ast::File)>,
    diagnostics: Vec<Diagnostic>,
}

/// A project read and checked.
#[derive(Debug)]
pub struct Checked {
    pub folder: PathBuf,
    pub settings: Settings,
    /// Its own files: settings and mappings.
    pub files: Vec<FileId>,
    /// Only where nothing is wrong, and only with a settings file is it the one to run.
    pub program: Option<Program>,
    /// Without a settings file, the folder's other mappings that no other extends.
    pub others: Vec<Program>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Standard {
    pub fn load(sources: &mut Sources) -> Self {
        let mut standard = Self::default();
        for (name, text) in standard::FILES {
            let id = sources.add(*name, *text);
            let (file, found) = syntax::parse(sources, id);
            standard.files.push((id, file));
            standard.diagnostics.extend(found);
        }
        standard
    }
}

/// Reads and checks one project. Its files are named relative to `from`, the working folder.
pub fn check(sources: &mut Sources, standard: &Standard, found: &Found, from: &Path) -> Result<Checked, LoadError> {
    let mut diagnostics = standard.diagnostics.clone();
    let mut own = Vec::new();
    let settings = match &found.settings {
        Some(path) => {
            let file = settings::add(sources, shown(path, from), &find::read(path, from)?);
            own.push(file);
            let (settings, faults) = settings::read(sources, file);
            diagnostics.extend(faults);
            settings
        }
        None => Settings::default(),
    };
    let mut files = standard.files.clone();
    let mut queue: Vec<PathBuf> = found.mappings.clone();
    let mut at = 0;
    while let Some(path) = queue.get(at).cloned() {
        at += 1;
        let id = sources.add(shown(&path, from), find::read(&path, from)?);
        own.push(id);
        let (file, faults) = syntax::parse(sources, id);
        diagnostics.extend(faults);
        for used in &file.uses {
            let target = path.parent().unwrap_or(Path::new("")).join(&used.value);
            if !target.is_file() {
                let message = format!("there is no file `{}`", used.value);
                diagnostics.push(
                    Diagnostic::new(MISSING_FILE, message, used.span, "not found")
                        .help("the path is relative to this file's folder"),
                );
            } else if !queue.iter().any(|known| same(known, &target)) {
                queue.push(target);
            }
        }
        files.push((id, file));
    }
    // Settings that cannot be read say nothing of what the mapping lacks.
    let readable = found.settings.is_some() && settings.mapping.is_some();
    let given = readable.then_some(settings.settings.as_slice());
    let mapping = settings.mapping.as_ref().filter(|_| readable);
    let mut programs = model::build_each(sources, &files, mapping, given, &mut diagnostics);
    // The standard mapping is at hand in any folder, and stands there for itself only where it is all there is.
    if programs.len() > 1 && !files.iter().any(|(id, file)| own.contains(id) && is_standard(file)) {
        programs.retain(|program| program.mapping != standard::NAME);
    }
    let program = programs.pop();
    Ok(Checked { folder: found.folder.clone(), settings, files: own, program, others: programs, diagnostics })
}

fn is_standard(file: &ast::File) -> bool {
    file.mapping.as_ref().is_some_and(|header| header.name.value == standard::NAME)
}

fn same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
