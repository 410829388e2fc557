//! Secrets by reference: looked up when a run needs them, never before.

use crate::systems::secret::Secret;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// An environment variable, in the project's environment file or else of the process.
    Env(String),
    /// The whole of a file, without the line end behind it.
    File(String),
}

/// The `KEY=VALUE` lines of the project's environment file.
#[derive(Default)]
pub struct Environment(BTreeMap<String, Secret>);

/// A secret that is not where the settings say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSecret {
    /// What failed and why.
    pub what: String,
    pub help: String,
}

impl fmt::Display for NoSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.what, self.help)
    }
}

impl std::error::Error for NoSecret {}

impl Environment {
    /// Blank lines and lines that begin with `#` are passed over; quotes around a value are taken off.
    pub fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines();
        Self(
            lines
                .map(|l| l.trim().trim_start_matches("export "))
                .filter(|l| !l.starts_with('#'))
                .filter_map(|l| l.split_once('='))
                .map(|(key, value)| (key.trim().to_owned(), Secret::new(unquoted(value.trim()))))
                .collect(),
        )
    }

    /// Reads the file; one that is not there is a fault, since the settings name it.
    pub fn read(path: &Path) -> Result<Self, NoSecret> {
        let text = std::fs::read_to_string(path).map_err(|error| NoSecret {
            what: format!("the environment file {} cannot be read: {error}", path.display()),
            help: "create it with KEY=VALUE lines, or remove `environment` from samband.yaml".to_owned(),
        })?;
        Ok(Self::parse(&text))
    }
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}

impl SecretRef {
    /// Looks the secret up; relative files lie in `folder`, the project's.
    pub fn resolve(&self, environment: &Environment, folder: &Path) -> Result<Secret, NoSecret> {
        let found = match self {
            SecretRef::Env(name) => match environment.0.get(name) {
                Some(secret) => secret.clone(),
                None => Secret::new(std::env::var(name).map_err(|_| NoSecret {
                    what: format!("the environment variable {name} is not set"),
                    help: "set it for the account that runs samband, or in the project's `environment` file".to_owned(),
                })?),
            },
            SecretRef::File(path) => {
                let path = folder.join(path);
                let text = std::fs::read_to_string(&path).map_err(|error| NoSecret {
                    what: format!("the secret's file {} cannot be read: {error}", path.display()),
                    help: "check the path in samband.yaml and who may read the file".to_owned(),
                })?;
                Secret::new(text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']))
            }
        };
        if found.reveal().is_empty() {
            return Err(NoSecret { what: format!("{self} is empty"), help: "put the secret there".to_owned() });
        }
        Ok(found)
    }
}

/// For messages: where it is kept.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "the environment variable {name}"),
            SecretRef::File(path) => write!(f, "the file {path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_file_comes_first_and_quotes_are_no_part_of_a_value() {
        let environment = Environment::parse("# a\nA=one\nexport B = \"two=2\"\n\nC=\n");
        let look = |name: &str| {
            SecretRef::Env(name.to_owned()).resolve(&environment, Path::new(".")).map(|s| s.reveal().to_owned())
        };
        assert_eq!(look("A").as_deref(), Ok("one"));
        assert_eq!(look("B").as_deref(), Ok("two=2"));
        assert!(look("C").is_err_and(|e| e.what.contains("is empty")));
        assert!(look("SAMBAND_NOT_SET").is_err_and(|e| e.what.contains("SAMBAND_NOT_SET")));
    }
}
