//! The live schema's file in a project's folder.

use super::{FILE_NAME, Live};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The file is there and cannot be used, or cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {what}", path.display())]
pub struct LiveError {
    pub path: PathBuf,
    what: String,
    /// What to do.
    pub help: &'static str,
}

impl Live {
    /// The live schema of a project; `None` where none was pulled.
    pub fn load(folder: &Path) -> Result<Option<Live>, LiveError> {
        let path = folder.join(FILE_NAME);
        let fault = |what: String| LiveError {
            path: path.clone(),
            what,
            help: "write it anew with `samband schema pull`, or remove it to go by the standard schema",
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(format!("cannot be read: {error}"))),
        };
        Live::parse(&text).map(Some).map_err(|why| fault(format!("is no live schema: {why}")))
    }

    /// Writes the file in one step: a reader finds the old or the new one whole.
    pub fn save(&self, folder: &Path) -> Result<PathBuf, LiveError> {
        let path = folder.join(FILE_NAME);
        let fault = |error: std::io::Error| LiveError {
            path: path.clone(),
            what: format!("cannot be written: {error}"),
            help: "check the folder and who may write there",
        };
        let text = self.text().map_err(|error| fault(error.into()))?;
        let draft = folder.join(format!("{FILE_NAME}.new"));
        let written = std::fs::File::create(&draft).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.and_then(|()| std::fs::rename(&draft, &path)).map_err(|error| {
            // The draft is of no use; the first fault is the one to tell.
            let _ = std::fs::remove_file(&draft);
            fault(error)
        })?;
        Ok(path)
    }
}
