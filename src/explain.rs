//! The long page of each code: what is wrong, what is right, and what the file around them is.
//!
//! The pages stand in Markdown beside the registry, one file a group, one section `## CODE` a code:
//! where it adds something a paragraph, then a fenced block ```` ```mapping wrong FRAME ```` and one
//! ```` ```mapping right FRAME ```` (or `yaml`). FRAME names the file that the fragment stands in, so
//! that an example shows only the lines it is about; see [`frames`]. A third word `command` marks
//! what only the command finds, with the file system before it. tests/explain.rs runs every page.

mod check;
pub mod frames;
mod markdown;
mod parse;

use crate::diag::{Code, codes};
use frames::{Frame, Language};
use std::sync::LazyLock;

pub use check::{Checked, check};
pub use markdown::{markdown, page_markdown};

/// Every group's file: its name in the registry, and its text. A new group is a line here.
const FILES: &[(&str, &str)] = &[
    ("syntax", include_str!("explain/syntax.md")),
    ("names", include_str!("explain/names.md")),
    ("lines", include_str!("explain/lines.md")),
    ("records", include_str!("explain/records.md")),
    ("layers", include_str!("explain/layers.md")),
    ("values", include_str!("explain/values.md")),
    ("whole", include_str!("explain/whole.md")),
    ("tidy", include_str!("explain/tidy.md")),
    ("examples", include_str!("explain/examples.md")),
    ("settings", include_str!("explain/settings.md")),
];

/// The pages of one file.
#[derive(Debug)]
pub struct Group {
    /// As in the registry: `lines`.
    pub name: &'static str,
    /// For people: `What a line does to values`.
    pub title: String,
    /// What the faults of the group have in common; blank where nothing is to be said.
    pub intro: String,
    pub pages: Vec<Page>,
}

/// What a person reads of a code beyond its summary and its why.
#[derive(Debug)]
pub struct Page {
    pub code: Code,
    /// The name of its group.
    pub group: &'static str,
    /// Markdown; blank where the registry's `why` says all.
    pub text: String,
    pub wrong: Example,
    pub right: Example,
}

/// A few lines of a mapping or of the settings, and the file they stand in.
#[derive(Debug)]
pub struct Example {
    pub frame: &'static Frame,
    /// The lines that are shown, without an indent of their own, ending in a new line.
    pub fragment: String,
    /// Only the command can tell, since it looks at files beside this one.
    pub command: bool,
}

impl Example {
    /// The whole file, as it is checked.
    pub fn full_text(&self) -> String {
        self.frame.around(&self.fragment)
    }

    /// `Wrong, in samband.yaml`; only the word where it stands in the same file as the one before.
    pub fn caption(&self, word: &str, before: Option<&Example>) -> String {
        match before {
            Some(before) if std::ptr::eq(before.frame, self.frame) => word.to_owned(),
            _ => format!("{word}, {}", self.frame.place),
        }
    }

    /// The name under which a message shows it.
    pub fn file_name(&self) -> &'static str {
        match self.frame.language {
            Language::Mapping => "acme.mapping",
            Language::Yaml => crate::settings::FILE_NAME,
        }
    }
}

/// All groups, and what in their files could not be read (nothing, as a test sees to).
static PAGES: LazyLock<(Vec<Group>, Vec<String>)> = LazyLock::new(|| {
    let known: Vec<Code> = codes::all().collect();
    let mut faults = Vec::new();
    let groups = FILES.iter().map(|(name, text)| parse::group(name, text, &known, &mut faults)).collect();
    (groups, faults)
});

/// All groups, in the order in which a mapping is checked.
pub fn groups() -> &'static [Group] {
    &PAGES.0
}

/// Sections of the files that are no pages: an unknown code, a block that is missing. For the tests.
pub fn faults() -> &'static [String] {
    &PAGES.1
}

/// The page of a code; none where nobody wrote one yet.
pub fn page(code: Code) -> Option<&'static Page> {
    groups().iter().flat_map(|group| &group.pages).find(|page| page.code == code)
}

/// A summary or a `why` as a sentence of its own: the registry writes some as titles.
/// A first word that is a file's name (`samband.yaml`) stays as it is.
pub fn sentence(text: &str) -> String {
    let file = text.split_whitespace().next().is_some_and(|word| word.trim_end_matches('.').contains('.'));
    let mut chars = text.chars();
    let first = chars.next().filter(|_| !file).into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = if file { text.to_owned() } else { first.chain(chars).collect() };
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_sentences_and_file_names_stay() {
        assert_eq!(sentence("a block has no `{`"), "A block has no `{`.");
        assert_eq!(sentence("Two lines that write one field."), "Two lines that write one field.");
        assert_eq!(sentence("samband.yaml is read as YAML"), "samband.yaml is read as YAML.");
    }

    #[test]
    fn a_section_that_is_no_page_is_told() {
        let mut faults = Vec::new();
        let known: Vec<Code> = codes::all().collect();
        let text = "# T\r\n\n## no-such-code\n\n## may-not-fit\n\n```mapping wrong nowhere\nx\n```\n\n\
                    ## two-writers\n\n```mapping wrong file\nx\n```\n";
        let group = parse::group("lines", text, &known, &mut faults);
        assert_eq!((group.title.as_str(), group.pages.len()), ("T", 0));
        assert_eq!(
            faults,
            [
                "lines.md: `no-such-code`: there is no such code",
                "lines.md: `may-not-fit`: there is no mapping frame `nowhere`",
                "lines.md: `two-writers`: no block is right",
            ]
        );
    }
}
