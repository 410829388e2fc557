//! Lines with arrows: the first and the last arrow of neighboring lines stand in columns.

use super::spacing::spaced;
use crate::syntax::outline::scan::{Token, TokenKind};
use std::borrow::Cow;

/// Ends longer than this do not widen the column for their neighbors.
const WIDEST_LEFT: usize = 27;
const WIDEST_MIDDLE: usize = 30;

/// A line cut at its first and last arrow.
#[derive(Debug)]
pub struct Arrows<'t> {
    left: Cow<'t, str>,
    first: &'t str,
    /// The transforms, with the arrows between them and without the last.
    middle: Option<Cow<'t, str>>,
    last: &'t str,
    right: Cow<'t, str>,
    /// The right end names a field, so it stands in the column of right ends.
    field: bool,
}

/// Cuts a line; none where it has no arrow outside brackets.
pub fn split<'t>(text: &'t str, tokens: &[Token]) -> Option<Arrows<'t>> {
    let mut cuts: Option<(usize, usize)> = None;
    let mut depth = 0usize;
    let mut begins = true;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open(_) => depth += 1,
            TokenKind::Close(_) => depth = depth.saturating_sub(1),
            TokenKind::Arrow if depth == 0 => {
                cuts = Some((cuts.map_or(at, |(first, _)| first), at));
                begins = true;
                continue;
            }
            // The arrows of a choice are its own.
            TokenKind::Word if depth == 0 && begins && &text[token.range()] == "when" => break,
            _ => {}
        }
        begins = false;
    }
    let (first, last) = cuts?;
    let right = spaced(text, &tokens[last + 1..]);
    let field = right.split(' ').next().is_some_and(|w| w != "when" && !w.starts_with("(when"))
        && !right.starts_with(|c: char| c.is_ascii_digit() || c == '"')
        && right
            .split(" or ")
            .next()
            .is_some_and(|end| !end.contains(' ') || end.starts_with('(') && end.ends_with(')'));
    Some(Arrows {
        left: spaced(text, &tokens[..first]),
        first: &text[tokens[first].range()],
        middle: (first != last).then(|| spaced(text, &tokens[first + 1..last])),
        last: &text[tokens[last].range()],
        right,
        field,
    })
}

/// How wide the columns of neighboring lines are, in characters.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    left: usize,
    middle: Option<usize>,
    arrow: usize,
}

impl Columns {
    pub fn new<'l, 't: 'l>(lines: impl Iterator<Item = &'l Arrows<'t>> + Clone) -> Self {
        let widest = |widths: &mut dyn Iterator<Item = usize>, cap: usize| widths.filter(|w| *w <= cap).max();
        let left = widest(&mut lines.clone().map(|l| count(&l.left)), WIDEST_LEFT).unwrap_or(0);
        let mut middles = lines.clone().filter_map(|l| l.middle.as_deref().map(count));
        // Where all of them are too long for a column there still is something between the ends.
        let any = lines.clone().any(|l| l.middle.is_some());
        let middle = any.then(|| widest(&mut middles, WIDEST_MIDDLE).unwrap_or(0));
        let arrow = lines.map(|l| l.first.len().max(l.last.len())).max().unwrap_or(0);
        Self { left, middle, arrow }
    }

    /// Writes a line in these columns.
    pub fn write(&self, line: &Arrows, into: &mut String) {
        let start = into.len();
        into.push_str(&line.left);
        pad(into, start, self.left);
        into.push(' ');
        self.arrow(line.first, into);
        if let Some(width) = self.middle {
            let last = self.left + 1 + self.arrow + 1 + width + 1;
            match &line.middle {
                Some(middle) => {
                    into.push(' ');
                    into.push_str(middle);
                    pad(into, start, last - 1);
                    into.push(' ');
                    self.arrow(line.last, into);
                }
                None if line.field => pad(into, start, last + self.arrow),
                None => {}
            }
        }
        into.push(' ');
        into.push_str(&line.right);
    }

    /// An arrow in its column: to the right, it ends where the two-way arrow ends; to the left, it begins there.
    fn arrow(&self, arrow: &str, into: &mut String) {
        let blanks = self.arrow.saturating_sub(arrow.len());
        if arrow == "->" {
            blank(into, blanks);
            into.push_str(arrow);
        } else {
            into.push_str(arrow);
            blank(into, blanks);
        }
    }
}

/// Blanks up to a column, counted from where the line starts.
pub fn pad(into: &mut String, start: usize, column: usize) {
    let blanks = column.saturating_sub(count(&into[start..]));
    blank(into, blanks);
}

pub fn blank(into: &mut String, blanks: usize) {
    into.extend(std::iter::repeat_n(' ', blanks));
}

fn count(text: &str) -> usize {
    text.chars().count()
}
