//! `samband check --fix`: the certain mends of all faults, made in the files.

use super::exit::{Exit, Failure};
use super::files::replace;
use super::output;
use super::shared::{Loaded, counted, here, load};
use crate::diag::apply::{Chosen, choose, edited};
use crate::diag::{Diagnostic, Edit};
use crate::project::{self, OwnFile};
use crate::settings;
use crate::source::{FileId, Sources};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A mend may bring up faults with mends of their own, as a statement that parses again does.
/// More rounds than this mean two mends that undo one another.
const ROUNDS: usize = 8;

/// Mends what is certain, checks again until nothing more is, and gives what is left.
pub fn fix(paths: &[PathBuf]) -> Result<Loaded, Failure> {
    let from = here()?;
    let mut loaded = load(paths)?;
    let (mut mended, mut files) = (0, Vec::new());
    for _ in 0..ROUNDS {
        let own = own_files(&loaded);
        let chosen = choose(&loaded.sources, &loaded.diagnostics, |file| own.get(&file).map(|first| first.id));
        if chosen.edits.is_empty() {
            break;
        }
        for (file, edits) in &chosen.edits {
            let Some(own) = own.get(file) else { continue };
            write(&loaded.sources, own, edits, &from)?;
            files.push(own.path.clone());
        }
        mended += chosen.mended.len();
        tell(&loaded.sources, &loaded.diagnostics, &chosen);
        loaded = load(paths)?;
    }
    files.sort();
    files.dedup();
    output::message(&match mended {
        0 => "nothing mended: no fault has a mend that is certain".to_owned(),
        _ => format!("{} mended in {}", counted(mended, "fault"), counted(files.len(), "file")),
    });
    Ok(loaded)
}

/// The files that may be written, each with the first reading of it: projects can share one.
/// The built-in ones are not among them.
fn own_files(loaded: &Loaded) -> BTreeMap<FileId, &OwnFile> {
    let mut first: BTreeMap<PathBuf, &OwnFile> = BTreeMap::new();
    let mut own = BTreeMap::new();
    for file in loaded.projects.iter().flat_map(|project| &project.files) {
        let path = file.path.canonicalize().unwrap_or_else(|_| file.path.clone());
        own.insert(file.id, *first.entry(path).or_insert(file));
    }
    own
}

fn write(sources: &Sources, own: &OwnFile, edits: &[Edit], from: &Path) -> Result<(), Failure> {
    let checked = sources.get(own.id);
    let text = project::read(&own.path, from)?;
    if !is_same(&checked.text, &text) {
        let what = format!("{} was changed while it was checked, and is left as it is", checked.name);
        return Err(Failure::new(Exit::Usage, what, "run `samband check --fix` again"));
    }
    replace(&own.path, &edited(&text, edits), &checked.name)
}

/// Whether a file still holds what was checked. A settings file is checked with its secrets
/// blanked, byte for byte: what is written must be the text on disk, never the one in memory.
fn is_same(checked: &str, text: &str) -> bool {
    let mut blanked = Sources::default();
    let file = settings::add(&mut blanked, "", text);
    text == checked || (blanked.get(file).text == checked && checked.len() == text.len())
}

fn tell(sources: &Sources, diagnostics: &[Diagnostic], chosen: &Chosen) {
    for diagnostic in chosen.mended.iter().filter_map(|index| diagnostics.get(*index)) {
        let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.safe) else { continue };
        let at = diagnostic.span().map(|span| format!("{}: ", sources.place(span))).unwrap_or_default();
        output::message(&format!("mended {at}{}: {}", diagnostic.message, fix.title));
    }
}
