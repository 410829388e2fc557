//! The mapping's words on one line, and their places.

use super::{Place, Words};
use crate::model::layers::Merged;
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Arrow, ExprKind, SettingType};
use std::collections::HashMap;

/// The texts of all files, and the mapping that each belongs to.
pub struct Texts<'s> {
    pub sources: &'s Sources,
    mappings: HashMap<FileId, String>,
}

impl<'s> Texts<'s> {
    pub fn new(sources: &'s Sources, trees: &[(FileId, &ast::File)], merged: &Merged) -> Self {
        let mapping = |(id, file): &(FileId, &ast::File)| Some((*id, file.mapping.as_ref()?.name.value.clone()));
        let mappings = trees.iter().filter(|(id, _)| merged.files.contains(id)).filter_map(mapping).collect();
        Self { sources, mappings }
    }

    pub fn mapping(&self, file: FileId) -> Option<&str> {
        self.mappings.get(&file).map(String::as_str)
    }

    pub fn place(&self, span: Span) -> Place {
        let file = self.sources.get(span.file).name.clone();
        Place { file, line: self.sources.position(span).line, mapping: self.mapping(span.file).map(str::to_owned) }
    }

    /// As it is written, on one line and without comments.
    pub fn text(&self, span: Span) -> String {
        let code: Vec<&str> = self.sources.slice(span).lines().map(without_comment).collect();
        code.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// An expression; the branches of a choice stand on a line each.
    pub fn expr(&self, expr: &ast::Expr) -> String {
        match &expr.kind {
            ExprKind::Choice { branches, otherwise } => {
                let mut lines: Vec<String> = branches.iter().map(|branch| self.text(branch.span)).collect();
                lines.extend(otherwise.iter().map(|value| format!("else {}", self.text(value.span))));
                lines.join("\n")
            }
            _ => self.text(expr.span),
        }
    }

    pub fn words(&self, span: Span) -> Words {
        Words { text: self.text(span), at: self.place(span), replaces: None }
    }
}

/// A line of the text without what stands behind `//`, which may also stand inside a quoted text.
fn without_comment(line: &str) -> &str {
    let (mut quoted, mut escaped, mut slash) = (false, false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '/' if !quoted && slash => return line.get(..at - 1).unwrap_or(line),
            _ => {}
        }
        slash = c == '/' && !quoted;
    }
    line
}

pub fn arrow(arrow: Arrow) -> &'static str {
    match arrow {
        Arrow::ToBusiness => "->",
        Arrow::ToSevera => "<-",
        Arrow::Both => "<->",
    }
}

/// A type as a `setting` line says it.
pub fn setting_type(texts: &Texts, ty: &SettingType) -> String {
    match ty {
        SettingType::Plain { name, size, within } => {
            let size = size.map(|size| format!("({size})")).unwrap_or_default();
            let within =
                within.as_ref().map(|(low, high)| format!(" in {}..{}", texts.text(low.span), texts.text(high.span)));
            format!("{}{size}{}", name.value, within.unwrap_or_default())
        }
        SettingType::List(of) => format!("list of {}", setting_type(texts, of)),
        SettingType::OneOf(words) => {
            format!("one of {}", words.iter().map(|w| w.value.as_str()).collect::<Vec<_>>().join(", "))
        }
        SettingType::Of { side, record, by } => {
            let by = by.as_ref().map(|by| format!(" by {}", by.value)).unwrap_or_default();
            format!("{} {}{by}", side.word(), record.value)
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_comment_ends_the_line_and_a_quoted_one_does_not() {
        for (line, left) in [
            ("a -> b  // why", "a -> b  "),
            (r#""https://x" -> b // y"#, r#""https://x" -> b "#),
            (r#""a\"//b" -> c"#, r#""a\"//b" -> c"#),
            ("a / b", "a / b"),
        ] {
            assert_eq!(super::without_comment(line), left);
        }
    }
}
