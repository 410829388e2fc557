//! The registry of diagnostic codes: one entry each, grouped by file.
//!
//! A code's name is stable: it stands in `// allow NAME: reason`, in SARIF rules and in people's
//! CI settings. It is never given to another fault.

pub mod examples;
pub mod layers;
pub mod lines;
pub mod names;
pub mod records;
pub mod settings;
pub mod syntax;
pub mod tidy;
pub mod values;
pub mod whole;

use super::Severity;

/// What is known of a code apart from one occurrence of it.
#[derive(Debug)]
pub struct CodeInfo {
    pub name: &'static str,
    pub severity: Severity,
    /// One sentence: what the fault is.
    pub summary: &'static str,
    /// A paragraph: why it matters and what to do.
    pub why: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub struct Code(pub &'static CodeInfo);

impl Code {
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub fn severity(self) -> Severity {
        self.0.severity
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Code {}

/// Declares the codes of a group and lists them.
macro_rules! codes {
    ($($ident:ident = $name:literal $severity:ident $summary:literal $why:literal;)*) => {
        $(
            #[doc = $summary]
            pub const $ident: $crate::diag::codes::Code = $crate::diag::codes::Code(&$crate::diag::codes::CodeInfo {
                name: $name,
                severity: $crate::diag::Severity::$severity,
                summary: $summary,
                why: $why,
            });
        )*
        pub const ALL: &[$crate::diag::codes::Code] = &[$($ident),*];
    };
}
pub(crate) use codes;

/// The code of that name.
pub fn find(name: &str) -> Option<Code> {
    all().find(|code| code.name() == name)
}

/// Every code there is.
pub fn all() -> impl Iterator<Item = Code> {
    [
        syntax::ALL,
        names::ALL,
        lines::ALL,
        records::ALL,
        settings::ALL,
        layers::ALL,
        values::ALL,
        whole::ALL,
        tidy::ALL,
        examples::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_kebab_case_and_unique() {
        let mut names: Vec<_> = super::all().map(|c| c.name()).collect();
        assert!(names.iter().all(|n| { n.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit()) }));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
