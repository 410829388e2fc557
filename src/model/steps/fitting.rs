//! What to write where a value cannot go through a step.

use super::{Step, StepKind};
use crate::functions::Shape;
use crate::value::{Side, Type};

impl Step {
    /// What to do about a value that cannot go through it.
    pub fn fitting(&self, to: Side, given: &Shape) -> String {
        let arrow = if to == Side::Business { "->" } else { "<-" };
        match (&self.kind, given) {
            (StepKind::Map { function: false, left, right, .. }, Shape::One(ty)) if ty == left || ty == right => {
                format!(
                    "the rows stand the other way round: Severa's value left, Visma Business' right, and `{arrow}` between them"
                )
            }
            (StepKind::Function { .. }, Shape::One(Type::Date)) => {
                "put `format_date(\"yyyy-MM-dd\")` before it, which makes a text of a date".to_owned()
            }
            (_, Shape::One(Type::List(_))) => {
                "put `only` before it, which takes the one there is, or let a `part` carry the records of the list"
                    .to_owned()
            }
            (StepKind::Link { .. }, _) => {
                "a link takes a record's GUID in Severa, and its number in Visma Business".to_owned()
            }
            (_, Shape::One(Type::Int | Type::Text(_) | Type::Guid)) | (_, Shape::Tuple(_)) => {
                "put `key`, a table or another transform before it, or take it away".to_owned()
            }
            (_, given) => format!("take it away, or put a map or table before it that takes {given}"),
        }
    }
}
