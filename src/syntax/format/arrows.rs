//! Lines with arrows: the first and the last arrow of neighboring lines stand in columns.

use crate::syntax::outline::scan::{TokenKind, scan};

/// Ends longer than this do not widen the column for their neighbors.
const WIDEST_LEFT: usize = 27;
const WIDEST_MIDDLE: usize = 30;

/// A line cut at its first and last arrow.
#[derive(Debug)]
pub struct Arrows {
    left: String,
    first: String,
    /// The transforms, with the arrows between them and without the last.
    middle: Option<String>,
    last: String,
    right: String,
    /// The right end names a field, so it stands in the column of right ends.
    field: bool,
}

/// Cuts a line; none where it has no arrow outside brackets.
pub fn split(text: &str) -> Option<Arrows> {
    let mut cuts = Vec::new();
    let mut depth = 0usize;
    let mut begins = true;
    for token in scan(text) {
        match token.kind {
            TokenKind::Open(_) => depth += 1,
            TokenKind::Close(_) => depth = depth.saturating_sub(1),
            TokenKind::Arrow if depth == 0 => {
                cuts.push(token.range());
                begins = true;
                continue;
            }
            // The arrows of a choice are its own.
            TokenKind::Word if depth == 0 && begins && &text[token.range()] == "when" => break,
            _ => {}
        }
        begins = false;
    }
    let (first, last) = (cuts.first()?.clone(), cuts.last()?.clone());
    let trimmed = |range: std::ops::Range<usize>| text[range].trim().to_owned();
    let right = trimmed(last.end..text.len());
    let field = right.split(' ').next().is_some_and(|w| w != "when" && !w.starts_with("(when"))
        && !right.starts_with(|c: char| c.is_ascii_digit() || c == '"')
        && right
            .split(" or ")
            .next()
            .is_some_and(|end| !end.contains(' ') || end.starts_with('(') && end.ends_with(')'));
    Some(Arrows {
        left: trimmed(0..first.start),
        first: text[first.clone()].to_owned(),
        middle: (first != last).then(|| trimmed(first.end..last.start)),
        last: text[last].to_owned(),
        right,
        field,
    })
}

/// The texts of neighboring lines.
pub fn align(lines: &[&Arrows]) -> Vec<String> {
    let widest = |widths: &mut dyn Iterator<Item = usize>, cap: usize| widths.filter(|w| *w <= cap).max();
    let left = widest(&mut lines.iter().map(|l| count(&l.left)), WIDEST_LEFT).unwrap_or(0);
    let middles = || lines.iter().filter_map(|l| l.middle.as_deref().map(count));
    // Where all of them are too long for a column there still is something between the ends.
    let any = middles().next().is_some();
    let middle = any.then(|| widest(&mut middles(), WIDEST_MIDDLE).unwrap_or(0));
    let arrow = lines.iter().map(|l| l.first.len().max(l.last.len())).max().unwrap_or(0);
    lines.iter().map(|line| text(line, left, middle, arrow)).collect()
}

fn text(line: &Arrows, left: usize, middle: Option<usize>, arrow: usize) -> String {
    let mut text = format!("{:left$} {}", line.left, in_column(&line.first, arrow));
    let Some(width) = middle else {
        return format!("{text} {}", line.right);
    };
    let last = left + 1 + arrow + 1 + width + 1;
    match &line.middle {
        Some(middle) => {
            text.push(' ');
            text.push_str(middle);
            pad(&mut text, last - 1);
            format!("{text} {} {}", in_column(&line.last, arrow), line.right)
        }
        None => {
            if line.field {
                pad(&mut text, last + arrow);
            }
            format!("{text} {}", line.right)
        }
    }
}

/// An arrow in its column: to the right, it ends where the two-way arrow ends; to the left, it begins there.
fn in_column(arrow: &str, width: usize) -> String {
    if arrow == "->" { format!("{arrow:>width$}") } else { format!("{arrow:width$}") }
}

fn pad(text: &mut String, column: usize) {
    text.push_str(&" ".repeat(column.saturating_sub(count(text))));
}

fn count(text: &str) -> usize {
    text.chars().count()
}
