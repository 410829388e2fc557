//! Neighboring statements of one kind, in columns.

use super::arrows::{self, Arrows};
use super::spacing::spaced;
use crate::syntax::outline::Item;
use crate::syntax::parse::{Place, is_line};

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
pub struct Row {
    pub kind: Kind,
    pub cells: Vec<String>,
    arrows: Option<Arrows>,
}

impl Row {
    fn new(kind: Kind, cells: Vec<String>) -> Self {
        Self { kind, cells, arrows: None }
    }

    /// Adds a one-line block behind the head.
    pub fn append(&mut self, block: &str) {
        self.cells.push(block.to_owned());
    }
}

/// The head of a statement as a row.
pub fn row(head: &str, place: Place) -> Row {
    let text = spaced(head);
    if is_line(head, place) {
        return match arrows::split(&text) {
            Some(arrows) => Row { kind: Kind::Line, cells: vec![text], arrows: Some(arrows) },
            None => Row::new(Kind::Plain, vec![text]),
        };
    }
    let cut = |at: usize| vec![text[..at].trim_end().to_owned(), text[at..].trim_start().to_owned()];
    match text.split(' ').next().unwrap_or("") {
        "identity" | "match" | "master" | "conflict" | "number" | "failure" => match text.find(' ') {
            Some(at) => Row::new(Kind::Keyword, cut(at)),
            None => Row::new(Kind::Plain, vec![text]),
        },
        "setting" => match text.find(": ") {
            Some(at) => Row::new(Kind::Setting, cut(at + 1)),
            None => Row::new(Kind::Plain, vec![text]),
        },
        "send" => {
            let at = text.find(" also where ").or_else(|| text.find(" where "));
            at.map_or_else(|| Row::new(Kind::Plain, vec![text.clone()]), |at| Row::new(Kind::Send, cut(at)))
        }
        "severa" | "business" if place == Place::Example => match text.find(' ') {
            Some(at) => Row::new(Kind::Side, cut(at)),
            None => Row::new(Kind::Plain, vec![text]),
        },
        "table" => {
            let words: Vec<&str> = text.split(' ').collect();
            match words[..] {
                [table, name, "from", side, record] => Row::new(
                    Kind::KeptTable,
                    vec![format!("{table} {name}"), format!("from {side}"), record.to_owned()],
                ),
                _ => Row::new(Kind::Plain, vec![text]),
            }
        }
        _ => Row::new(Kind::Plain, vec![text]),
    }
}

/// The text of each item's row, neighbors of one kind in columns; none where it has no row.
pub fn align(items: &[Item], rows: &[Option<Row>]) -> Vec<Option<String>> {
    let mut texts: Vec<Option<String>> = vec![None; rows.len()];
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
        let run: Vec<(usize, &Row)> = (from..to).filter_map(|i| rows[i].as_ref().map(|row| (i, row))).collect();
        let lines: Vec<&Arrows> = run.iter().filter_map(|(_, row)| row.arrows.as_ref()).collect();
        if first.kind == Kind::Line && lines.len() == run.len() {
            for ((i, _), text) in run.iter().zip(arrows::align(&lines)) {
                texts[*i] = Some(text);
            }
        } else {
            let cells: Vec<&[String]> = run.iter().map(|(_, row)| row.cells.as_slice()).collect();
            let columns = first.kind != Kind::Plain;
            for ((i, _), text) in run.iter().zip(in_columns(&cells, columns)) {
                texts[*i] = Some(text);
            }
        }
        from = to;
    }
    texts
}

fn in_columns(rows: &[&[String]], columns: bool) -> Vec<String> {
    let width = |column: usize| {
        let of = |row: &&&[String]| row.len() > column + 1;
        let cells = rows.iter().filter(of).filter_map(|row| row.get(column));
        let widths = cells.map(|cell| cell.chars().count()).filter(|width| *width <= WIDEST);
        if columns { widths.max().unwrap_or(0) } else { 0 }
    };
    let widths: Vec<usize> = (0..rows.iter().map(|r| r.len()).max().unwrap_or(0)).map(width).collect();
    let text = |row: &&[String]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    };
    rows.iter().map(text).collect()
}
