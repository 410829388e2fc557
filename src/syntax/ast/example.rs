//! Examples: records on both sides, as tests beside what they test.

use super::{Expr, Name, Path};
use crate::source::{Span, Spanned};

/// `example "a prospect does not" for Customer { severa {…} business nothing }`
#[derive(Debug, Clone)]
pub struct Example {
    pub title: Spanned<String>,
    pub entity: Name,
    pub severa: Option<ExampleSide>,
    pub business: Option<ExampleSide>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum ExampleSide {
    Nothing(Span),
    Record(ExampleRecord),
}

#[derive(Debug, Clone)]
pub struct ExampleRecord {
    pub fields: Vec<(Path, ExampleValue)>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum ExampleValue {
    Value(Expr),
    Record(ExampleRecord),
    List(Vec<ExampleRecord>, Span),
}
