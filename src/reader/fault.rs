//! Why a record cannot be read.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not JSON, from this column on (characters, from 1).
    Json { column: usize, what: String },
    /// A field holds what its type does not allow.
    Field { name: String, what: String },
}

impl Unreadable {
    pub(super) fn json(text: &str, error: &sonic_rs::Error) -> Self {
        // The one is fast, the other has the words for people.
        let (place, what) = match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Err(error) => {
                let said = error.to_string();
                let what = said.split_once(" at line ").map_or(said.as_str(), |(what, _)| what).to_owned();
                (error.column(), what)
            }
            Ok(_) => {
                let said = error.to_string();
                (error.offset() + 1, said.lines().next().unwrap_or("not a record").to_owned())
            }
        };
        let before = text.char_indices().take_while(|(at, _)| at + 1 < place).count();
        Unreadable::Json { column: before + 1, what }
    }

    pub(super) fn field(name: &str, what: String) -> Self {
        Unreadable::Field { name: name.to_owned(), what }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Json { what, .. } => write!(f, "not JSON: {what}"),
            Unreadable::Field { name, what } if name.is_empty() => write!(f, "{what}"),
            Unreadable::Field { name, what } => write!(f, "`{name}`: {what}"),
        }
    }
}
