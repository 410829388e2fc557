//! The page as a person reads it.

use super::{LineView, Page, Place, RecordView};
use crate::program::trace::Step;
use crate::value::Value;
use std::fmt::Write;

/// The whole page.
pub fn render(page: &Page) -> String {
    let mut text = String::new();
    let label = |record: &RecordView| {
        let label = format!("{} {}", record.key, record.name);
        format!("{} in {} ({})", label.trim(), record.side.title(), record.id)
    };
    let _ = writeln!(text, "{} {}", page.entity, label(&page.record));
    if let Some(partner) = &page.partner {
        let _ = writeln!(text, "    with {}", label(partner));
    }
    section(&mut text, "What a run would do with it now", &page.outcome);
    for held in &page.held {
        let tries = if held.attempts == 1 { "1 time".to_owned() } else { format!("{} times", held.attempts) };
        let _ = writeln!(text, "\nHeld in {} since {}, tried {tries}  [{}]", held.side.title(), held.since, held.code);
        let _ = writeln!(text, "    {}\n    → {}", held.reason, held.remedy);
    }
    section(&mut text, "Decisions", &page.decisions);
    if !page.conditions.is_empty() {
        let _ = writeln!(text, "\nFilter");
    }
    for condition in &page.conditions {
        let sign = if condition.holds { "holds   " } else { "does not" };
        let saw = condition.saw.iter().map(|saw| format!("{} is {}", saw.what, saw.value)).collect::<Vec<_>>();
        let _ = writeln!(
            text,
            "    {sign}  {} `{}`  {}\n              {}",
            condition.what,
            condition.text,
            place(&condition.because),
            saw.join(", ")
        );
    }
    let _ = writeln!(text, "\nPairing\n    {}", page.pairing.how);
    for key in &page.pairing.keys {
        let _ = writeln!(text, "    {}: {}", key.text, key.value.as_deref().unwrap_or("(nothing)"));
    }
    for candidate in &page.pairing.candidates {
        let not =
            if candidate.other.is_empty() { String::new() } else { format!(", not by {}", candidate.other.join(", ")) };
        let label = format!("{} {}", candidate.key, candidate.name);
        let _ =
            writeln!(text, "    could be {} ({}) by {}{not}", label.trim(), candidate.id, candidate.equal.join(", "));
    }
    section(&mut text, "Who may do what", &page.rules);
    let _ = writeln!(text, "\nLine by line");
    page.lines.iter().for_each(|line| self::line(&mut text, line));
    if !page.history.is_empty() {
        let _ = writeln!(text, "\nWritten last");
    }
    for entry in &page.history {
        let doubt = if entry.outcome == "done" { String::new() } else { format!(", {}", entry.outcome) };
        let _ = writeln!(
            text,
            "    run {}  {}  {} in {}: {} {} → {}{doubt}  {}",
            entry.run,
            entry.at,
            entry.kind,
            entry.side.title(),
            entry.field,
            entry.old,
            entry.new,
            place(&entry.because)
        );
    }
    text
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(text, "\n{title}");
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    }
}

fn line(text: &mut String, line: &LineView) {
    let _ = writeln!(text, "    {}  {}", line.line, place(&line.because));
    let ends = [("Severa", &line.severa), ("Visma Business", &line.business)];
    let ends: Vec<_> =
        ends.into_iter().filter_map(|(side, value)| Some(format!("{side} {}", value.as_deref()?))).collect();
    let changed = line.changed.as_ref().map(|changed| format!("; {changed}")).unwrap_or_default();
    let _ = writeln!(text, "        {}{changed}", ends.join(", "));
    // A line of plain fields has nothing to tell on its way, and neither has nothing.
    let nothing = Value::Null.to_string();
    if line.steps.len() > 1 && line.steps.iter().any(|step| step.value != nothing) {
        let steps = line.steps.iter().map(|Step { what, value }| format!("{what} {value}")).collect::<Vec<_>>();
        let to = line.to.map(|to| format!("to {}: ", to.title())).unwrap_or_default();
        let _ = writeln!(text, "        {to}{}", steps.join(" → "));
    }
    let _ = writeln!(text, "        = {}", line.outcome);
}

fn place(place: &Place) -> String {
    match place.line {
        0 => format!("({})", place.file),
        line => format!("({}:{line})", place.file),
    }
}
