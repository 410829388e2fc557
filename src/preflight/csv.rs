//! The findings as a table for a spreadsheet: RFC 4180, a line a finding.

use super::{Checklist, Severity};

/// The head, then every finding and everything that could not be looked at.
pub fn csv(checklist: &Checklist) -> String {
    let mut out = String::new();
    line(&mut out, ["check", "severity", "entity", "side", "number", "name", "id", "what", "to do"]);
    for section in &checklist.sections {
        let code = section.check.code();
        for f in &section.findings {
            let side = f.side.map(|side| side.title()).unwrap_or_default();
            line(&mut out, [code, f.severity.word(), &f.entity, side, &f.key, &f.name, &f.id, &f.what, &f.todo]);
        }
        for u in &section.unseen {
            let what = format!("could not be looked at: {} ({})", u.what, u.why);
            line(&mut out, [code, Severity::Unseen.word(), "", "", "", "", "", &what, &u.by_hand]);
        }
    }
    out
}

fn line(out: &mut String, cells: [&str; 9]) {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A text that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection).
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<i64>().is_err();
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', ';', '"', '\r', '\n', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_hold_what_they_hold() {
        for (text, written) in [
            ("Berg & Sønn", "Berg & Sønn"),
            ("a, b", "\"a, b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=HYPERLINK(1)", "\"'=HYPERLINK(1)\""),
            ("-5", "-5"),
            ("-5+2", "\"'-5+2\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
