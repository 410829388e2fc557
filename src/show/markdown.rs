//! A page as Markdown, for a wiki or a review.

use super::{Block, Cell, Table};
use std::fmt::Write;

pub fn markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Heading(level, text) => {
                let _ = writeln!(out, "{} {text}", "#".repeat(usize::from(*level)));
            }
            Block::Paragraph(text) => {
                let _ = writeln!(out, "{text}");
            }
            Block::Facts(facts) => facts.iter().for_each(|(word, text)| {
                let _ = writeln!(out, "- **{word}**: {text}");
            }),
            Block::Table(table) => self::table(&mut out, table),
            Block::List(items) => items.iter().for_each(|item| {
                let _ = writeln!(out, "- {item}");
            }),
        }
    }
    out
}

fn table(out: &mut String, table: &Table) {
    let _ = writeln!(out, "| {} |", table.head.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(table.head.len()));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

/// A bar would end the cell, also inside ticks.
fn cell(cell: &Cell) -> String {
    let text = match cell {
        Cell::Code(text) => format!("`{text}`"),
        Cell::Text(text) => text.clone(),
    };
    text.replace('|', "\\|").replace('\n', " ")
}
