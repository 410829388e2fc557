//! `// allow CODE: reason`: the one kind of comment that means something.

use crate::source::{Span, Spanned};

/// A comment that lets warnings stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    pub comment: Span,
    /// As written, known or not; never none, but one may be blank.
    pub codes: Vec<Spanned<String>>,
    pub reason: Option<String>,
    /// Where the colon belongs that a reason stands behind without.
    pub colon_missing: Option<Span>,
    /// The stretches that it is about.
    pub places: Vec<Span>,
}
