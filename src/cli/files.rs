//! Writing the user's own files.

use super::exit::{Exit, Failure};
use std::ffi::OsString;
use std::path::Path;

/// Beside the file first and then over it: a crash in between leaves the old text whole.
///
/// A link stays a link, to the file that is written; who may read the file stays as it was.
pub fn replace(path: &Path, text: &str, name: &str) -> Result<(), Failure> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let mut beside = OsString::from(&path);
    beside.push(".new");
    let done = std::fs::write(&beside, text)
        .and_then(|()| std::fs::set_permissions(&beside, std::fs::metadata(&path)?.permissions()))
        .and_then(|()| std::fs::rename(&beside, &path));
    done.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        Failure::new(Exit::Usage, format!("{name} cannot be written: {error}"), "check who may write it")
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_text_is_replaced_and_nothing_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("samband.yaml");
        std::fs::write(&path, "old").expect("written");
        super::replace(&path, "new", "samband.yaml").expect("replaced");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
        let gone = folder.path().join("gone").join("a.mapping");
        assert!(super::replace(&gone, "new", "a.mapping").is_err());
    }
}
