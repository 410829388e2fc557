//! Records and fields as tables, for a terminal and for a document.

use super::rows::{List, Listed, Row, Table};
use std::fmt::Write;

const FIELDS: [&str; 7] = ["field", "type", "null", "on create", "on update", "refers to", "note"];
const RECORDS: [&str; 4] = ["record", "what it is", "key", "fields"];

pub fn record_text(table: &Table) -> String {
    let mut text = format!("{}\n\n", heading(table));
    text.push_str(&aligned(&FIELDS, table.fields.iter().map(cells)));
    let words = words_of(table);
    if !words.is_empty() {
        text.push('\n');
        text.push_str(&aligned(&["words", "are"], words.into_iter()));
    }
    if let Some(live) = live(table) {
        let _ = writeln!(text, "\n{live}");
    }
    text
}

pub fn record_markdown(table: &Table) -> String {
    let mut text = format!("## {}\n\n", heading(table));
    text.push_str(&markdown(&FIELDS, table.fields.iter().map(cells)));
    let words = words_of(table);
    if !words.is_empty() {
        text.push('\n');
        text.push_str(&markdown(&["words", "are"], words.into_iter()));
    }
    if let Some(live) = live(table) {
        let _ = writeln!(text, "\n{live}");
    }
    text
}

pub fn list_text(list: &List) -> String {
    let mut text = aligned(&RECORDS, list.records.iter().map(listed));
    if !list.enumerations.is_empty() {
        text.push('\n');
        text.push_str(&aligned(&["words", "are"], words(list)));
    }
    text
}

pub fn list_markdown(list: &List) -> String {
    let mut text = markdown(&RECORDS, list.records.iter().map(listed));
    if !list.enumerations.is_empty() {
        text.push('\n');
        text.push_str(&markdown(&["words", "are"], words(list)));
    }
    text
}

fn heading(table: &Table) -> String {
    let number = table.number.map(|n| format!("[{n}]")).unwrap_or_default();
    let Table { side, record, title, .. } = table;
    format!("{}.{record}{number}: {title}, key {}", side.word(), table.key.join(", "))
}

/// Where the real types come from, or that there are none.
fn live(table: &Table) -> Option<String> {
    let about = table.live?;
    let from = about.split_once("written").map_or(about, |(_, rest)| rest.trim());
    Some(match table.missing {
        true => format!("the company has no such table, or the login may not see it; {from}"),
        false => format!("sizes and columns as {from}"),
    })
}

fn listed(record: &Listed) -> [String; 4] {
    let numbers = record.numbers.map(|(first, last)| format!("[{first}..{last}]")).unwrap_or_default();
    [
        format!("{}.{}{numbers}", record.side.word(), record.record),
        record.title.to_owned(),
        record.key.join(", "),
        record.fields.to_string(),
    ]
}

fn words<'a>(list: &'a List) -> impl Iterator<Item = [String; 2]> + 'a {
    list.enumerations.iter().map(|e| [format!("{}.{}", e.side.word(), e.name), e.words.join(", ")])
}

/// The enumerations of a record's fields, each once.
fn words_of(table: &Table) -> Vec<[String; 2]> {
    let mut found: Vec<[String; 2]> = Vec::new();
    for row in &table.fields {
        if let Some(words) = row.words
            && !found.iter().any(|[name, _]| *name == row.ty)
        {
            found.push([row.ty.clone(), words.join(", ")]);
        }
    }
    found
}

fn cells(row: &Row) -> [String; 7] {
    let mut notes = Vec::new();
    for (is, note) in [
        (row.missing, "not in this company"),
        (row.own, "this company's own"),
        (row.derived, "derived"),
        (row.owner, "what it belongs to"),
        (row.personal, "personal"),
    ] {
        if is {
            notes.push(note);
        }
    }
    let mut notes: Vec<String> = notes.into_iter().map(str::to_owned).collect();
    if let Some((first, last)) = row.tables {
        notes.push(if first == last { format!("only in {first}") } else { format!("only in {first} to {last}") });
    }
    let word = |is: bool, word: &str| if is { word.to_owned() } else { String::new() };
    [
        row.name.clone(),
        row.ty.clone(),
        word(row.nullable, if row.blank_is_nothing { "blank" } else { "null" }),
        word(row.create, if row.required { "required" } else { "yes" }),
        word(row.update, "yes"),
        row.refers_to.clone().unwrap_or_default(),
        notes.join(", "),
    ]
}

/// Columns two spaces apart, without blanks at the ends of lines.
fn aligned<const N: usize>(head: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn markdown<const N: usize>(head: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(head.map(str::to_owned).to_vec());
    text.push_str(&line(vec!["---".to_owned(); N]));
    for row in rows {
        text.push_str(&line(row.iter().map(|cell| cell.replace('|', "\\|")).collect()));
    }
    text
}
