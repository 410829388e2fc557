//! A page as text for a terminal.

use super::{Block, Cell, Table};
use std::fmt::Write;

/// The page; columns are as wide as what stands in them.
pub fn text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Heading(level, text) => heading(&mut out, *level, &plain(text)),
            Block::Paragraph(text) => {
                out += &plain(text);
                out.push('\n');
            }
            Block::Facts(facts) => self::facts(&mut out, facts),
            Block::Table(table) => self::table(&mut out, table),
            Block::List(items) => items.iter().for_each(|item| {
                let _ = writeln!(out, "  {}", plain(item));
            }),
        }
    }
    out
}

fn heading(out: &mut String, level: u8, text: &str) {
    let line = match level {
        1 => "═",
        2 => "─",
        _ => "",
    };
    let _ = writeln!(out, "{text}");
    if !line.is_empty() {
        let _ = writeln!(out, "{}", line.repeat(width(text)));
    }
}

fn facts(out: &mut String, facts: &[(&'static str, String)]) {
    let wide = facts.iter().map(|(word, _)| width(word)).max().unwrap_or(0);
    for (word, text) in facts {
        let _ = writeln!(out, "  {}  {}", padded(word, wide), plain(text));
    }
}

fn table(out: &mut String, table: &Table) {
    let cells: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let wide: Vec<usize> = (0..table.head.len())
        .map(|column| {
            let of = |row: &Vec<String>| row.get(column).map_or(0, |cell| width(cell));
            cells.iter().map(of).chain([width(&table.head[column])]).max().unwrap_or(0)
        })
        .collect();
    let mut line = |row: Vec<&str>| {
        // A column in which nothing stands is left out.
        let shown = row.iter().zip(&wide).filter(|(_, wide)| **wide > 0);
        let text = shown.map(|(cell, wide)| padded(cell, *wide)).collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "  {}", text.trim_end());
    };
    line(table.head.iter().map(String::as_str).collect());
    let rules: Vec<String> = wide.iter().map(|wide| "─".repeat(*wide)).collect();
    line(rules.iter().map(String::as_str).collect());
    for row in &cells {
        line(row.iter().map(String::as_str).collect());
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Code(text) => text.clone(),
        Cell::Text(text) => plain(text),
    }
}

/// Without the ticks around the mapping's words.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn padded(text: &str, wide: usize) -> String {
    format!("{text}{}", " ".repeat(wide.saturating_sub(width(text))))
}
