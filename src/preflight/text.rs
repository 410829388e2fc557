//! The checklist as a consultant reads it in the morning: a line a check, then the lists.

use super::{Checklist, Finding, Section, Severity};
use std::fmt::Write;

/// Findings of a section that are listed unless all are asked for.
pub(super) const SHOWN: usize = 10;

/// Of what was looked at, in the line of its check.
const WIDTH: usize = 60;

/// In words; with `all` every list whole.
pub fn text(checklist: &Checklist, all: bool) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Before the first run of `{}`\n", checklist.mapping);
    for section in &checklist.sections {
        line(&mut out, section);
    }
    // What would be created is worth reading even where nothing is to be mended.
    let is_listed = |section: &&Section| section.severity > Severity::Fine || !section.findings.is_empty();
    for section in checklist.sections.iter().filter(is_listed) {
        list(&mut out, section, all);
    }
    let _ = writeln!(out, "\n{}", next(checklist));
    out
}

fn line(out: &mut String, section: &Section) {
    let count = section.count();
    let said = match (section.severity, count) {
        (Severity::Look | Severity::Blocks, _) => count.to_string(),
        (Severity::Unseen, _) => "could not be looked at".to_owned(),
        (Severity::Fine, _) => section.looked.clone(),
    };
    let cut = said.chars().count() > WIDTH;
    let said = if cut { said.chars().take(WIDTH - 1).collect::<String>() + "…" } else { said };
    let _ = writeln!(out, "{:<5} {:<49} {said}", section.severity.word(), section.check.title());
}

fn list(out: &mut String, section: &Section, all: bool) {
    let head = format!("{} — {}", section.severity.word(), section.check.title());
    let _ = writeln!(out, "\n{head}  [{}]", section.check.code());
    let _ = writeln!(out, "      {}", section.check.why());
    if !section.unseen.is_empty() && !section.looked.is_empty() {
        let _ = writeln!(out, "      Looked at: {}.", section.looked);
    }
    for unseen in &section.unseen {
        let _ = writeln!(out, "  ?   could not be looked at: {} ({}); {}", unseen.what, unseen.why, unseen.by_hand);
    }
    let shown = if all { section.findings.len() } else { SHOWN };
    // What is to be done stands once below the list where it is the same for all.
    let todo = section.findings.first().map(|f| f.todo.as_str()).unwrap_or_default();
    let same = section.findings.iter().all(|f| f.todo == todo);
    for finding in section.findings.iter().take(shown) {
        self::finding(out, finding, !same);
    }
    if section.findings.len() > shown {
        let _ = writeln!(out, "  …   and {} more (`--all` lists them)", section.findings.len() - shown);
    }
    if same && !todo.is_empty() {
        let _ = writeln!(out, "  →   {todo}");
    }
}

fn finding(out: &mut String, finding: &Finding, todo: bool) {
    let side = finding.side.map(|side| side.title()).unwrap_or_default();
    let record = if finding.key.is_empty() && finding.name.is_empty() && !finding.id.is_empty() {
        finding.id.clone()
    } else {
        format!("{} {}", finding.key, finding.name).trim().to_owned()
    };
    let place = match finding.entity.as_str() {
        "" => side.to_owned(),
        entity => format!("{entity} in {side}"),
    };
    let whole =
        [place.as_str(), record.as_str()].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join("  ");
    let sign = if finding.severity == Severity::Fine { '·' } else { '•' };
    let _ = writeln!(out, "  {sign}   {whole}: {}", finding.what);
    if todo && !finding.todo.is_empty() {
        let _ = writeln!(out, "        → {}", finding.todo);
    }
}

/// What a person does now.
pub(super) fn next(checklist: &Checklist) -> String {
    let by_hand = match checklist.count(Severity::Unseen) {
        0 => String::new(),
        1 => " One line says `hand`: look there yourself.".to_owned(),
        count => format!(" {count} lines say `hand`: look there yourself."),
    };
    if checklist.count(Severity::Blocks) > 0 {
        format!(
            "Next: mend what says `stop`, decide on what says `look`, and run `samband preflight` again.{by_hand} \
             Records that still wait then are held by a run, never carried over by luck."
        )
    } else if checklist.count(Severity::Look) > 0 {
        format!(
            "Next: decide on what says `look`. Then `samband run --link-only` pairs what belongs together and writes \
             nothing but identities, and `samband plan` shows the rest.{by_hand}"
        )
    } else {
        format!(
            "Nothing to mend.{by_hand} Next: `samband run --link-only` pairs what belongs together and writes nothing \
             but identities; then `samband plan` shows the rest."
        )
    }
}
