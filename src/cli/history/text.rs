//! The history as a person reads it: by run, then by record.

use super::Shown;
use crate::cli::status::local;
use crate::state::{RunRecord, Written};
use std::fmt::Write;

pub fn render(entries: &[Shown], runs: &[RunRecord]) -> String {
    if entries.is_empty() {
        return "nothing was written\n".to_owned();
    }
    let mut text = String::new();
    let (mut run, mut record) = (None, None);
    for Shown { entry, .. } in entries {
        let change = &entry.change;
        if run != Some(entry.run) {
            let before = if run.is_some() { "\n" } else { "" };
            let known = runs.iter().find(|r| r.id == entry.run);
            let at = known.map_or(entry.at.as_str(), |run| run.begun_at.as_str());
            let outcome = known.and_then(|run| run.outcome.as_deref()).unwrap_or("not ended");
            let _ = writeln!(text, "{before}run {}  {}  {outcome}", entry.run, local(at));
            (run, record) = (Some(entry.run), None);
        }
        let own = (change.entity.clone(), change.side, change.id.clone(), change.kind.clone());
        if record.as_ref() != Some(&own) {
            let label = format!("{} {}", change.key, change.name);
            let label = if label.trim().is_empty() { change.id.as_str() } else { label.trim() };
            let kind = change.kind.replace('_', " ");
            let _ = writeln!(text, "  {} {label} in {}: {kind}", change.entity, change.side.title());
            record = Some(own);
        }
        let values = match entry.forgotten {
            true => "values removed, their term is over".to_owned(),
            false => format!("{} → {}", entry.old, entry.new),
        };
        let doubt = match change.outcome {
            Written::Done => "",
            Written::Unknown => "  — the answer was lost, so this may not have taken effect",
        };
        let _ = writeln!(text, "      {}: {values}   ({}:{}){doubt}", change.field, change.file, change.line);
    }
    text
}
