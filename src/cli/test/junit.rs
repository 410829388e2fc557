//! Tests as CI servers read them: the XML that JUnit's Ant task began, one suite for each entity.

use super::{Suite, Tally};
use crate::trial::{Outcome, Shown, Tested};
use std::fmt::Write;

pub fn document(suites: &[Suite]) -> String {
    let tally = Tally::of(suites);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = tally.passed + tally.failed + tally.skipped;
    line(
        &mut xml,
        0,
        &format!("<testsuites tests=\"{tests}\" failures=\"{}\" skipped=\"{}\">", tally.failed, tally.skipped),
    );
    for suite in suites {
        let mut entities: Vec<&str> = Vec::new();
        for tested in &suite.tested {
            if !entities.contains(&tested.entity.as_str()) {
                entities.push(&tested.entity);
            }
        }
        for entity in entities {
            let tests: Vec<&Tested> = suite.tested.iter().filter(|t| t.entity == entity).collect();
            let count = |of: fn(&Outcome) -> bool| tests.iter().filter(|t| of(&t.outcome)).count();
            let name = escaped(&format!("{}.{entity}", suite.mapping));
            let head = format!(
                "<testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
                tests.len(),
                count(|o| matches!(o, Outcome::Failed(_))),
                count(|o| matches!(o, Outcome::Skipped(_)))
            );
            line(&mut xml, 1, &head);
            tests.iter().for_each(|tested| case(&mut xml, &name, tested));
            line(&mut xml, 1, "</testsuite>");
        }
    }
    line(&mut xml, 0, "</testsuites>");
    xml
}

fn case(xml: &mut String, class: &str, tested: &Tested) {
    let name = tested.subject.as_ref().map_or_else(|| tested.name.clone(), |s| format!("{s}: {}", tested.name));
    let head = format!(
        "<testcase classname=\"{class}\" name=\"{}\" file=\"{}\" line=\"{}\"",
        escaped(&name),
        escaped(&tested.origin.file),
        tested.origin.line
    );
    match &tested.outcome {
        Outcome::Passed => line(xml, 2, &format!("{head}/>")),
        Outcome::Skipped(reason) => {
            line(xml, 2, &format!("{head}>"));
            line(xml, 3, &format!("<skipped message=\"{}\"/>", escaped(reason)));
            line(xml, 2, "</testcase>");
        }
        Outcome::Failed(failure) => {
            line(xml, 2, &format!("{head}>"));
            let mut body = String::new();
            for (title, fields) in
                [("given", &failure.given), ("expected", &failure.expected), ("produced", &failure.produced)]
            {
                fields.iter().for_each(|shown: &Shown| {
                    let _ = writeln!(body, "{title} {} = {}", shown.field, shown.value);
                });
            }
            body.extend(failure.help.iter().map(String::as_str));
            let message = escaped(&failure.what);
            line(xml, 3, &format!("<failure message=\"{message}\">{}</failure>", escaped(body.trim_end())));
            line(xml, 2, "</testcase>");
        }
    }
}

fn line(xml: &mut String, depth: usize, text: &str) {
    let _ = writeln!(xml, "{:indent$}{text}", "", indent = depth * 2);
}

/// Characters with a meaning in XML, and those that it cannot hold at all (XML 1.0, 2.2).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
