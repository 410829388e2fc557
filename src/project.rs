//! A mapping project: a folder with `samband.yaml` and its mapping files, and the standard below them.

mod find;

use crate::diag::Diagnostic;
use crate::diag::codes::settings::MISSING_FILE;
use crate::diag::codes::tidy::ALLOW_UNUSED;
use crate::program::Program;
use crate::schema::Schemas;
use crate::schema::live::{self, Live};
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

/// A file of a project, and where it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFile {
    pub id: FileId,
    pub path: PathBuf,
}

/// A project read and checked.
#[derive(Debug)]
pub struct Checked {
    pub folder: PathBuf,
    pub settings: Settings,
    /// Its own files: settings and mappings. What is not among them is built in.
    pub files: Vec<OwnFile>,
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
            own.push(OwnFile { id: file, path: path.clone() });
            let (settings, faults) = settings::read(sources, file);
            diagnostics.extend(faults);
            settings
        }
        None => Settings::default(),
    };
    let mut parsed: Vec<(FileId, ast::File)> = Vec::new();
    let mut queue: Vec<PathBuf> = found.mappings.clone();
    let mut at = 0;
    while let Some(path) = queue.get(at).cloned() {
        at += 1;
        let id = sources.add(shown(&path, from), find::read(&path, from)?);
        own.push(OwnFile { id, path: path.clone() });
        let (file, faults) = syntax::parse_with_layout(sources, id);
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
        parsed.push((id, file));
    }
    let files: Vec<(FileId, &ast::File)> = standard.files.iter().chain(&parsed).map(|(id, file)| (*id, file)).collect();
    // Settings that cannot be read say nothing of what the mapping lacks.
    let readable = found.settings.is_some() && settings.mapping.is_some();
    let given = readable.then_some(settings.settings.as_slice());
    let mapping = settings.mapping.as_ref().filter(|_| readable);
    let live = pulled(&found.folder, from)?;
    let schemas = live.as_ref().map(|live| Schemas::standard().with_live(live));
    let schemas = schemas.as_ref().unwrap_or(Schemas::standard());
    let mut programs = model::build_each(sources, schemas, &files, mapping, given, &mut diagnostics);
    // The standard mapping is at hand in any folder, and stands there for itself only where it is all there is.
    if programs.len() > 1 && !files.iter().any(|(id, file)| own.iter().any(|f| f.id == *id) && is_standard(file)) {
        programs.retain(|program| program.mapping != standard::NAME);
    }
    let program = programs.pop();
    // Whether the standard mapping's own comments have effect depends on what a project changes
    // of it, and is nothing that its user could mend.
    diagnostics.retain(|d| d.code != ALLOW_UNUSED || d.span().is_some_and(|s| own.iter().any(|f| f.id == s.file)));
    Ok(Checked { folder: found.folder.clone(), settings, files: own, program, others: programs, diagnostics })
}

fn is_standard(file: &ast::File) -> bool {
    file.mapping.as_ref().is_some_and(|header| header.name.value == standard::NAME)
}

/// What `samband schema pull` found of the customer's own systems, if it was ever run.
fn pulled(folder: &Path, from: &Path) -> Result<Option<Live>, LoadError> {
    let path = folder.join(live::FILE_NAME);
    if !path.is_file() {
        return Ok(None);
    }
    let error = |why: String| LoadError {
        what: format!("{} cannot be used: {why}", shown(&path, from)),
        help: "let `samband schema pull` write it again, or delete it to check against the standard schema".to_owned(),
    };
    Live::parse(&find::read(&path, from)?).map(Some).map_err(error)
}

fn same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
