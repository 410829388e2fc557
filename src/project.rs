//! A mapping project: a folder with `samband.yaml` and its mapping files, and the standard below them.

mod find;

use crate::diag::codes::settings::MISSING_FILE;
use crate::diag::codes::tidy::ALLOW_UNUSED;
use crate::diag::codes::values::SETTING_MISSING;
use crate::diag::{self, Diagnostic, Label};
use crate::model::view::View;
use crate::model::{Given, Memo};
use crate::program::Program;
use crate::schema::Schemas;
use crate::schema::live::{self, Live};
use crate::settings::{self, Settings};
use crate::source::{FileId, Sources, Span, Spanned};
use crate::syntax::{self, ast};
use crate::{model, standard};
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

pub use find::{Found, find, find_one, mapping_files, read, shown};

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
    /// What compiling it came to, for the projects after the first.
    memo: Memo,
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
        standard.memo = Memo::of(standard.files.iter().map(|(id, _)| *id).collect());
        standard
    }
}

/// A project's files, parsed.
struct Opened {
    settings: Settings,
    files: Vec<OwnFile>,
    parsed: Vec<(FileId, ast::File)>,
    live: Option<Live>,
    /// The settings say which mapping runs. Settings that cannot be read say nothing of what it lacks.
    readable: bool,
    diagnostics: Vec<Diagnostic>,
}

/// Reads and checks one project. Its files are named relative to `from`, the working folder.
pub fn check(sources: &mut Sources, standard: &Standard, found: &Found, from: &Path) -> Result<Checked, LoadError> {
    let opened = open(sources, standard, found, from)?;
    Ok(checked(sources, standard, found, opened))
}

/// The same, and each mapping as it stands: of one that has faults, what stands of it.
pub fn view(
    sources: &mut Sources,
    standard: &Standard,
    found: &Found,
    from: &Path,
) -> Result<(Checked, Vec<View>), LoadError> {
    let opened = open(sources, standard, found, from)?;
    let files = opened.all(standard);
    let mut views = model::views(sources, &opened.schemas(), &files, opened.mapping(), opened.given());
    if views.len() > 1 && !opened.has_standard() {
        views.retain(|view| view.mapping != standard::NAME);
    }
    let checked = checked(sources, standard, found, opened);
    let sound = !diag::has_errors(&checked.diagnostics);
    views.iter_mut().for_each(|view| view.sound = sound);
    Ok((checked, views))
}

fn open(sources: &mut Sources, standard: &Standard, found: &Found, from: &Path) -> Result<Opened, LoadError> {
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
    let readable = found.settings.is_some() && settings.mapping.is_some();
    let live = pulled(&found.folder, from)?;
    Ok(Opened { settings, files: own, parsed, live, readable, diagnostics })
}

impl Opened {
    fn all<'o>(&'o self, standard: &'o Standard) -> Vec<(FileId, &'o ast::File)> {
        standard.files.iter().chain(&self.parsed).map(|(id, file)| (*id, file)).collect()
    }

    fn schemas(&self) -> Cow<'static, Schemas> {
        match &self.live {
            Some(live) => Cow::Owned(Schemas::standard().with_live(live)),
            None => Cow::Borrowed(Schemas::standard()),
        }
    }

    fn given(&self) -> Option<&[Given]> {
        self.readable.then_some(self.settings.settings.as_slice())
    }

    fn mapping(&self) -> Option<&Spanned<String>> {
        self.settings.mapping.as_ref().filter(|_| self.readable)
    }

    /// It has files of the standard mapping itself, in place of those that are built in or beside them.
    fn has_standard(&self) -> bool {
        self.parsed.iter().any(|(_, file)| is_standard(file))
    }
}

fn checked(sources: &Sources, standard: &Standard, found: &Found, mut opened: Opened) -> Checked {
    let mut diagnostics = std::mem::take(&mut opened.diagnostics);
    let files = opened.all(standard);
    let (schemas, mapping, given) = (opened.schemas(), opened.mapping(), opened.given());
    // A customer's own fields may be anywhere: under them everything is looked at anew.
    let memo = opened.live.is_none().then_some(&standard.memo);
    let mut programs = model::build_each(sources, &schemas, &files, mapping, given, memo, &mut diagnostics);
    // The standard mapping is at hand in any folder, and stands there for itself only where it is all there is.
    if programs.len() > 1 && !opened.has_standard() {
        programs.retain(|program| program.mapping != standard::NAME);
    }
    let program = programs.pop();
    let Opened { settings, files: own, .. } = opened;
    // Whether the standard mapping's own comments have effect depends on what a project changes
    // of it, and is nothing that its user could mend.
    diagnostics.retain(|d| d.code != ALLOW_UNUSED || d.span().is_some_and(|s| own.iter().any(|f| f.id == s.file)));
    if let Some(span) = settings.settings_at {
        missing_settings(span, &mut diagnostics);
    }
    Checked { folder: found.folder.clone(), settings, files: own, program, others: programs, diagnostics }
}

/// What the settings file lacks is told there, and not where the mapping declares it.
fn missing_settings(below: Span, diagnostics: &mut Vec<Diagnostic>) {
    for missing in diagnostics.iter_mut().filter(|d| d.code == SETTING_MISSING) {
        missing.labels.insert(0, Label { span: below, text: "missing here".to_owned() });
    }
    diag::tidy(diagnostics);
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
