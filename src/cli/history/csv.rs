//! The history as a table for spreadsheets: RFC 4180, one entry a row.

use super::Shown;

const HEAD: [&str; 14] =
    ["run", "at", "entity", "side", "id", "key", "name", "kind", "field", "old", "new", "outcome", "file", "line"];

pub fn render(entries: &[Shown]) -> String {
    let mut text = HEAD.join(",");
    text.push_str("\r\n");
    for Shown { entry, .. } in entries {
        let change = &entry.change;
        let cells = [
            entry.run.to_string(),
            entry.at.clone(),
            change.entity.clone(),
            change.side.word().to_owned(),
            change.id.clone(),
            change.key.clone(),
            change.name.clone(),
            change.kind.clone(),
            change.field.clone(),
            entry.old.clone(),
            entry.new.clone(),
            change.outcome.word().to_owned(),
            change.file.clone(),
            change.line.to_string(),
        ];
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Text that a spreadsheet would take for a formula gets an apostrophe before it.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<rust_decimal::Decimal>().is_err();
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        for (text, expected) in [
            ("Oslo", "Oslo"),
            ("\"Oslo\"", "\"\"\"Oslo\"\"\""),
            ("a,b", "\"a,b\""),
            ("-5", "-5"),
            ("=1+1", "'=1+1"),
            ("@cmd", "'@cmd"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
