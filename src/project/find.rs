//! Which files a command is about: from paths on the command line to projects.

use super::LoadError;
use crate::settings::FILE_NAME;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// A project's files, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub folder: PathBuf,
    pub settings: Option<PathBuf>,
    /// In the order of their names.
    pub mappings: Vec<PathBuf>,
}

/// A project's folder of examples: mapping files that belong to it.
const EXAMPLES: &str = "examples";

/// Folders that hold no mapping of ours, however deep one searches.
const PASSED_OVER: &[&str] = &["target", "node_modules"];

/// The projects that `paths` mean; with none, the one around `from`, the working folder.
pub fn find(paths: &[PathBuf], from: &Path) -> Result<Vec<Found>, LoadError> {
    let mut found: BTreeMap<PathBuf, Found> = BTreeMap::new();
    if paths.is_empty() {
        let project = match around(from) {
            Some(folder) => project(&folder)?,
            None => project(from)?,
        };
        if project.settings.is_none() && project.mappings.is_empty() {
            return Err(LoadError {
                what: format!("there is no {FILE_NAME} in this folder or above it, and no mapping file here"),
                help: "go to a mapping project's folder, or name one".to_owned(),
            });
        }
        return Ok(vec![project]);
    }
    for given in paths {
        let path = from.join(given);
        if path.is_dir() {
            let mut below = Vec::new();
            down(&path, &mut below)?;
            if below.is_empty() {
                let folder = around(&path).ok_or_else(|| LoadError {
                    what: format!("no mapping project in {}", given.display()),
                    help: format!("a project is a folder with {FILE_NAME} or *.mapping files"),
                })?;
                below.push(project(&folder)?);
            }
            found.extend(below.into_iter().map(|p| (p.folder.clone(), p)));
        } else if path.is_file() {
            one_file(&path, &mut found)?;
        } else {
            return Err(missing(given));
        }
    }
    Ok(found.into_values().collect())
}

/// The project in or around `folder`, or else around `from`, the working folder. Where there is none, it is
/// one without files: the standard mapping alone.
pub fn find_one(folder: Option<&Path>, from: &Path) -> Result<Found, LoadError> {
    let start = match folder {
        Some(given) if !from.join(given).is_dir() => return Err(missing(given)),
        Some(given) => from.join(given),
        None => from.to_path_buf(),
    };
    project(&around(&start).unwrap_or(start))
}

/// A file stands for its project; without one, for itself.
fn one_file(path: &Path, found: &mut BTreeMap<PathBuf, Found>) -> Result<(), LoadError> {
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    if let Some(root) = around(&folder) {
        found.entry(root.clone()).or_insert(project(&root)?);
        return Ok(());
    }
    let alone = found.entry(folder.clone()).or_insert_with(|| Found { folder, settings: None, mappings: Vec::new() });
    if !alone.mappings.iter().any(|m| m == path) {
        alone.mappings.push(path.to_path_buf());
        alone.mappings.sort();
    }
    Ok(())
}

/// The nearest folder with settings, from `folder` upwards.
fn around(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|f| f.join(FILE_NAME).is_file()).map(Path::to_path_buf)
}

fn project(folder: &Path) -> Result<Found, LoadError> {
    let settings = folder.join(FILE_NAME);
    let settings = settings.is_file().then_some(settings);
    let mut mappings: Vec<PathBuf> = entries(folder)?.into_iter().filter(|p| is_mapping(p) && p.is_file()).collect();
    if settings.is_some()
        && let Some(examples) = examples(folder)?
    {
        mappings.extend(examples);
    }
    Ok(Found { folder: folder.to_path_buf(), settings, mappings })
}

/// The files of a project's folder of examples, unless that is a project itself.
fn examples(folder: &Path) -> Result<Option<Vec<PathBuf>>, LoadError> {
    let folder = folder.join(EXAMPLES);
    if !folder.is_dir() || folder.join(FILE_NAME).is_file() {
        return Ok(None);
    }
    Ok(Some(entries(&folder)?.into_iter().filter(|p| is_mapping(p) && p.is_file()).collect()))
}

/// Every project in a folder and below it.
fn down(folder: &Path, found: &mut Vec<Found>) -> Result<(), LoadError> {
    let here = project(folder)?;
    let own = folder.join(EXAMPLES);
    let own_examples = here.mappings.iter().any(|m| m.starts_with(&own));
    if here.settings.is_some() || !here.mappings.is_empty() {
        found.push(here);
    }
    for entry in entries(folder)? {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // A link could lead round in a circle.
        let folder = entry.is_dir() && !entry.is_symlink();
        if own_examples && entry == own {
            continue;
        }
        if folder && !name.starts_with('.') && !PASSED_OVER.contains(&name.as_str()) {
            down(&entry, found)?;
        }
    }
    Ok(())
}

/// The mapping files that `paths` name, for what is done to files one by one.
pub fn mapping_files(paths: &[PathBuf], from: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut files = Vec::new();
    for given in paths {
        let path = from.join(given);
        if path.is_file() {
            files.push(path);
        } else if path.is_dir() {
            let mut below = Vec::new();
            down(&path, &mut below)?;
            files.extend(below.into_iter().flat_map(|p| p.mappings));
        } else {
            return Err(missing(given));
        }
    }
    if paths.is_empty() {
        files.extend(find(&[], from)?.into_iter().flat_map(|p| p.mappings));
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn missing(path: &Path) -> LoadError {
    LoadError {
        what: format!("there is no file or folder {}", path.display()),
        help: "paths are relative to the working folder".to_owned(),
    }
}

fn is_mapping(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "mapping")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let error = |error: std::io::Error| LoadError {
        what: format!("the folder {} cannot be read: {error}", folder.display()),
        help: "check who may read it".to_owned(),
    };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(error)? {
        entries.push(entry.map_err(error)?.path());
    }
    entries.sort();
    Ok(entries)
}

/// A file's text; what is no UTF-8, or too large to have been written by hand, is refused.
pub fn read(path: &Path, from: &Path) -> Result<String, LoadError> {
    const LARGEST: u64 = 64 << 20;
    let name = shown(path, from);
    let error =
        |why: String, help: &str| LoadError { what: format!("{name} cannot be read: {why}"), help: help.to_owned() };
    let rights = "check the path and who may read it";
    let size = std::fs::metadata(path).map_err(|e| error(e.to_string(), rights))?.len();
    if size > LARGEST {
        return Err(error(format!("it is {} MiB large", size >> 20), "a mapping is a text of some hundred lines"));
    }
    let bytes = std::fs::read(path).map_err(|e| error(e.to_string(), rights))?;
    String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes().iter().take(e.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count() + 1;
        error(format!("line {line} is not UTF-8"), "save it as UTF-8")
    })
}

/// A path as people know it: relative to the working folder, with `/`.
pub fn shown(path: &Path, from: &Path) -> String {
    let normal = |p: &Path| {
        let mut parts: Vec<Component<'_>> = Vec::new();
        for part in p.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if matches!(parts.last(), Some(Component::Normal(_))) => {
                    parts.pop();
                }
                other => parts.push(other),
            }
        }
        parts.iter().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    let (path, from) = (normal(path), normal(from));
    let common = path.iter().zip(&from).take_while(|(a, b)| a == b).count();
    // Without a folder in common (another drive, only the root) the whole path is the clearer one.
    if common < 2 && from.len() > common {
        return path.join("/").replacen("//", "/", 1);
    }
    let up = std::iter::repeat_n("..".to_owned(), from.len() - common);
    let relative: Vec<_> = up.chain(path.into_iter().skip(common)).collect();
    if relative.is_empty() { ".".to_owned() } else { relative.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_working_folder() {
        let show = |path: &str, from: &str| shown(Path::new(path), Path::new(from));
        assert_eq!(show("/a/b/./c.mapping", "/a/b"), "c.mapping");
        assert_eq!(show("/a/b/c.mapping", "/a/b/d"), "../c.mapping");
        assert_eq!(show("/tmp/c.mapping", "/home/x"), "/tmp/c.mapping");
        assert_eq!(show("/a/b/../d/c.mapping", "/a/d"), "c.mapping");
    }

    #[test]
    fn a_file_stands_for_its_project_and_a_folder_for_all_below() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path();
        for (file, text) in [
            ("a/samband.yaml", ""),
            ("a/x.mapping", ""),
            ("a/b.mapping", ""),
            ("c/d/y.mapping", ""),
            ("c/.git/z.mapping", ""),
            ("a/examples/shown.mapping", ""),
        ] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            std::fs::write(path, text).expect("written");
        }
        let all = find(&[PathBuf::from(".")], root).expect("found");
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].mappings.len(), 3, "its examples are its own, and no project");
        let one = find(&[PathBuf::from("a/x.mapping")], root).expect("found");
        assert_eq!(one[0].mappings.len(), 3, "the whole project");
        assert_eq!(find(&[PathBuf::from("a/examples/shown.mapping")], root).expect("found"), one);
        assert!(find(&[PathBuf::from("e")], root).is_err());
        assert_eq!(mapping_files(&[PathBuf::from("c")], root).expect("found").len(), 1);
        assert!(find(&[], &root.join("a/")).expect("found")[0].settings.is_some());
    }
}
