//! Texts in quotes: escapes, and the fields of templates.

use super::context::{Context, next};
use super::expr;
use crate::diag::Diagnostic;
use crate::diag::codes::syntax::{BAD_ESCAPE, BAD_TEMPLATE};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{ExprKind, TemplatePart};
use crate::syntax::grammar::{self, Rule};
use pest::iterators::Pair;

/// A text that is meant as it stands: a message or a title.
pub fn plain(cx: &mut Context<'_>, pair: &Pair<'_, Rule>) -> Spanned<String> {
    let mut value = String::new();
    for (_, piece) in pieces(cx, pair) {
        match piece {
            Piece::Char(c) => value.push(c),
            Piece::Field(written) => value.push_str(written),
        }
    }
    Spanned::new(value, cx.span(pair))
}

/// A text as a value: a template where it names a field.
pub fn value(cx: &mut Context<'_>, pair: &Pair<'_, Rule>) -> ExprKind {
    let mut parts = Vec::new();
    let mut text = String::new();
    for (at, piece) in pieces(cx, pair) {
        match piece {
            Piece::Char(c) => text.push(c),
            Piece::Field(written) => {
                if !text.is_empty() {
                    parts.push(TemplatePart::Text(std::mem::take(&mut text)));
                }
                field(cx, at, written, &mut parts);
            }
        }
    }
    if parts.is_empty() {
        return ExprKind::Text(text);
    }
    if !text.is_empty() {
        parts.push(TemplatePart::Text(text));
    }
    ExprKind::Template(parts)
}

/// `written` is the field with its braces; `at` its place in the statement.
fn field(cx: &mut Context<'_>, at: usize, written: &str, parts: &mut Vec<TemplatePart>) {
    let inside = written.strip_prefix('{').unwrap_or(written);
    let parsed = inside.strip_suffix('}').and_then(|path| grammar::parse(Rule::only_path, path).ok());
    match parsed {
        Some(mut pairs) => {
            let base = cx.base;
            cx.base += at + 1;
            parts.push(TemplatePart::Field(expr::path(cx, next(&mut pairs))));
            cx.base = base;
        }
        None => {
            let span = Span::new(cx.file, cx.base + at, cx.base + at + written.len());
            let diagnostic = Diagnostic::new(
                BAD_TEMPLATE,
                format!("`{written}` does not name a field"),
                span,
                "a field belongs here",
            )
            .help("write a field between the braces, such as `{code}`, or `\\{` for a brace that is meant as one");
            cx.diagnostics.push(diagnostic);
        }
    }
}

enum Piece<'i> {
    Char(char),
    /// `{` up to and with its `}`, or to the end where there is none.
    Field(&'i str),
}

fn pieces<'i>(cx: &mut Context<'_>, pair: &Pair<'i, Rule>) -> Vec<(usize, Piece<'i>)> {
    let written = pair.as_str();
    let inside = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
    let offset = pair.as_span().start() + 1;
    let mut pieces = Vec::new();
    let mut chars = inside.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' => {
                let escaped = chars.next().map(|(_, c)| c);
                match escaped.and_then(escape) {
                    Some(c) => pieces.push((offset + i, Piece::Char(c))),
                    None => bad_escape(cx, offset + i, escaped),
                }
            }
            '{' => {
                let rest = &inside[i..];
                let end = rest.find('}').map_or(rest.len(), |end| end + 1);
                pieces.push((offset + i, Piece::Field(&rest[..end])));
                while chars.as_str().len() > rest.len() - end {
                    chars.next();
                }
            }
            c => pieces.push((offset + i, Piece::Char(c))),
        }
    }
    pieces
}

fn escape(c: char) -> Option<char> {
    match c {
        '"' | '\\' | '{' | '}' => Some(c),
        'n' => Some('\n'),
        't' => Some('\t'),
        _ => None,
    }
}

fn bad_escape(cx: &mut Context<'_>, at: usize, escaped: Option<char>) {
    let written: String = std::iter::once('\\').chain(escaped).collect();
    let span = Span::new(cx.file, cx.base + at, cx.base + at + written.len());
    cx.diagnostics.push(
        Diagnostic::new(BAD_ESCAPE, format!("`{written}` means nothing in a text"), span, "not an escape")
            .help("write `\\\\` for a backslash; the escapes are `\\\"`, `\\\\`, `\\n`, `\\t`, `\\{` and `\\}`"),
    );
}
