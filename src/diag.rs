//! Diagnostics as plain data: what is wrong, where, and what to write instead.
//!
//! Nothing here prints. The renderers turn these into text for a person, JSON for a program, or
//! annotations for CI; a diagnostic may point into several files, which is why none of them is
//! the data's own form.

pub mod apply;
pub mod codes;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod suggest;

use crate::source::Span;
pub use codes::Code;
use suggest::Suggestion;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A change of the files that mends a fault.
///
/// Its edits lie in files of the same [`Sources`](crate::source::Sources) as the fault's labels, do
/// not overlap one another, and are made all together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "write `Customer`".
    pub title: String,
    /// It is certain to be what was meant, so that `check --fix` makes it unasked. The others are
    /// for a person to choose, in the editor.
    pub safe: bool,
    pub edits: Vec<Edit>,
}

/// A stretch of a file and what is to stand there instead; an empty stretch is an insertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// One fault, warning or note about mapping files or settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    /// One line, lower case, without a full stop, the user's own words in backticks.
    pub message: String,
    /// The first label is where the fault is; the others are what it disagrees with.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// Ways to mend it, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    pub fn new(code: Code, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        let labels = vec![Label { span, text: label.into() }];
        Self { code, message: message.into(), labels, help: None, fixes: Vec::new() }
    }

    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers a mend that is certain, of one edit.
    pub fn fix(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        let edits = vec![Edit { span, text: text.into() }];
        self.offer(Fix { title: title.into(), safe: true, edits })
    }

    /// Offers a mend of any kind.
    pub fn offer(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// The help of a suggestion, and its mend where it is certain.
    pub fn suggest(mut self, suggestion: Suggestion) -> Self {
        self.fixes.extend(suggestion.fix);
        self.help(suggestion.help)
    }

    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }
}

/// Sorts by place and drops the same thing said twice.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span(), a.code.name()).cmp(&(b.span(), b.code.name())));
    diagnostics.dedup_by(|a, b| a.code == b.code && a.span() == b.span() && a.message == b.message);
}

/// How many diagnostics of one file are kept: nobody reads more, and a file of a megabyte can have
/// hundreds of thousands.
pub const MOST_OF_A_FILE: usize = 1000;

/// Leaves out what one file has more than [`MOST_OF_A_FILE`], and says so in its last one's help;
/// `unsaid` more were left out before. The list is sorted, as [`tidy`] leaves it.
pub fn shorten(diagnostics: &mut Vec<Diagnostic>, mut unsaid: usize) {
    let (mut file, mut count) = (None, 0);
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len().min(MOST_OF_A_FILE));
    let close = |kept: &mut Vec<Diagnostic>, unsaid: usize| {
        if let Some(last) = kept.last_mut().filter(|_| unsaid > 0) {
            let more = format!("{unsaid} more faults of this file are not listed");
            last.help = Some(last.help.take().map_or_else(|| more.clone(), |help| format!("{help}\n{more}")));
        }
    };
    for diagnostic in diagnostics.drain(..) {
        let of = diagnostic.span().map(|span| span.file);
        if of != file {
            close(&mut kept, std::mem::take(&mut unsaid));
            (file, count) = (of, 0);
        }
        count += 1;
        if count > MOST_OF_A_FILE { unsaid += 1 } else { kept.push(diagnostic) }
    }
    close(&mut kept, unsaid);
    *diagnostics = kept;
}

pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity() == Severity::Error)
}
