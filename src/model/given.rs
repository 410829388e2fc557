//! A customer's settings as the settings file has them, before the mapping gives them types.

use crate::source::{Span, Spanned};

/// One value below `settings:`; `Project.won_status` is written so or nested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub name: Spanned<String>,
    pub value: GivenValue,
    /// Where the value stands.
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenValue {
    Nothing,
    Bool(bool),
    /// As it was written.
    Number(String),
    Text(String),
    List(Vec<GivenValue>),
}

impl GivenValue {
    /// For messages.
    pub fn shown(&self) -> String {
        match self {
            GivenValue::Nothing => "nothing".to_owned(),
            GivenValue::Bool(value) => value.to_string(),
            GivenValue::Number(text) | GivenValue::Text(text) => text.clone(),
            GivenValue::List(values) => values.iter().map(GivenValue::shown).collect::<Vec<_>>().join(", "),
        }
    }
}
