//! Neighboring statements of one kind, in columns.

use super::arrows::{self, Arrows};
use super::spacing::spaced;
use crate::syntax::outline::Item;
use crate::syntax::outline::scan::Token;
use crate::syntax::parse::{Place, is_line};
use std::borrow::Cow;
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line with arrows.
    Line,
    /// `identity …`, `match …`, `master …`: one short word, and what it says.
    Keyword,
    Setting,
    Send,
    KeptTable,
    /// `severa { … }` of an example.
    Side,
    Plain,
}

/// What is longer widens no column for its neighbors.
pub const WIDEST: usize = 200;

/// A statement on one line, cut into cells.
#[derive(Debug)]
pub struct Row<'t> {
    pub kind: Kind,
    /// Those of a line with arrows are in `arrows`.
    cells: Vec<Cow<'t, str>>,
    arrows: Option<Arrows<'t>>,
}

impl<'t> Row<'t> {
    fn new(kind: Kind, cells: Vec<Cow<'t, str>>) -> Self {
        Self { kind, cells, arrows: None }
    }

    /// The same with a one-line block behind the head.
    pub fn with_block(mut self, block: String) -> Self {
        self.cells.push(Cow::Owned(block));
        if self.kind != Kind::KeptTable {
            self.kind = Kind::Plain;
        }
        self
    }
}

/// The head of a statement as a row; `tokens` are the head's.
pub fn row<'t>(head: &'t str, tokens: &[Token], place: Place) -> Row<'t> {
    let line = is_line(head, place);
    if let Some(arrows) = line.then(|| arrows::split(head, tokens)).flatten() {
        return Row { kind: Kind::Line, cells: Vec::new(), arrows: Some(arrows) };
    }
    let text = spaced(head, tokens);
    let cut = if line { None } else { cut(&text, place) };
    match cut {
        Some((kind, ends)) => Row::new(kind, cells(&text, &ends)),
        None => Row::new(Kind::Plain, vec![text]),
    }
}

/// Where a statement's cells end; none where it is one cell.
fn cut(text: &str, place: Place) -> Option<(Kind, Vec<usize>)> {
    let (kind, at) = match text.split(' ').next().unwrap_or("") {
        "identity" | "match" | "master" | "conflict" | "number" | "failure" => (Kind::Keyword, text.find(' ')?),
        "setting" => (Kind::Setting, text.find(": ")? + 1),
        "send" => (Kind::Send, text.find(" also where ").or_else(|| text.find(" where "))?),
        "severa" | "business" if place == Place::Example => (Kind::Side, text.find(' ')?),
        "table" => {
            let blanks: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).collect();
            let kept = text.split(' ').nth(2) == Some("from");
            return match blanks[..] {
                [_, name, _, side] if kept => Some((Kind::KeptTable, vec![name, side])),
                _ => None,
            };
        }
        _ => return None,
    };
    Some((kind, vec![at]))
}

fn cells<'t>(text: &Cow<'t, str>, ends: &[usize]) -> Vec<Cow<'t, str>> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let ends = ends.iter().copied().chain([text.len()]);
    let cell = |(start, end): (usize, usize)| match text {
        Cow::Borrowed(text) => Cow::Borrowed(text[start..end].trim()),
        Cow::Owned(text) => Cow::Owned(text[start..end].trim().to_owned()),
    };
    starts.zip(ends).map(cell).collect()
}

/// Writes each item's row behind its indentation, neighbors of one kind in columns, and says where; none where it
/// has no row.
pub fn align(items: &[Item], rows: &[Option<Row>], indent: &str, into: &mut String) -> Vec<Option<Range<usize>>> {
    let mut texts: Vec<Option<Range<usize>>> = vec![None; rows.len()];
    let mut from = 0;
    while from < rows.len() {
        let Some(first) = &rows[from] else {
            from += 1;
            continue;
        };
        let goes_on = |i: &usize| match (&items[*i], &rows[*i]) {
            // Comments between lines do not part them.
            (Item::Comment(_), _) => first.kind == Kind::Line,
            (_, Some(row)) => row.kind == first.kind,
            _ => false,
        };
        let to = (from..rows.len()).take_while(goes_on).last().map_or(from + 1, |last| last + 1);
        let run = || (from..to).filter_map(|i| rows[i].as_ref().map(|row| (i, row)));
        let columns = arrows::Columns::new(run().filter_map(|(_, row)| row.arrows.as_ref()));
        let widths = if first.kind == Kind::Line { Vec::new() } else { widths(first.kind, run().map(|(_, row)| row)) };
        for (i, row) in run() {
            let start = into.len();
            into.push_str(indent);
            match &row.arrows {
                Some(arrows) => columns.write(arrows, into),
                None => in_columns(&row.cells, &widths, into),
            }
            texts[i] = Some(start..into.len());
        }
        from = to;
    }
    texts
}

/// How wide the cells of neighboring rows are, where they stand in columns at all.
fn widths<'r, 't: 'r>(kind: Kind, rows: impl Iterator<Item = &'r Row<'t>> + Clone) -> Vec<usize> {
    let width = |column: usize| {
        let cells = rows.clone().filter(|row| row.cells.len() > column + 1).filter_map(|row| row.cells.get(column));
        cells.map(|cell| cell.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let most = rows.clone().map(|row| row.cells.len()).max().unwrap_or(0);
    if kind == Kind::Plain { Vec::new() } else { (0..most).map(width).collect() }
}

fn in_columns(cells: &[Cow<str>], widths: &[usize], into: &mut String) {
    let begin = into.len();
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            into.push(' ');
        }
        let start = into.len();
        into.push_str(cell);
        arrows::pad(into, start, widths.get(i).copied().unwrap_or(0));
    }
    let end = begin + into[begin..].trim_end().len();
    into.truncate(end);
}
