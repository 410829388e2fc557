//! Failed tests as a person reads them, and one closing line.

use super::{Suite, Tally, source_line};
use crate::cli::shared::counted;
use crate::source::Sources;
use crate::standard;
use crate::trial::{Kind, Outcome, Shown, Tested};

/// A failed test with all that is needed to mend it.
pub fn failure(sources: &Sources, mapping: &str, tested: &Tested) -> Option<String> {
    let failure = tested.failure()?;
    let what = match tested.kind {
        Kind::Example => "example",
        Kind::Law => "law",
    };
    let mut text = format!("failed {what}: {}\n", tested.full_name());
    let (file, line) = (&tested.origin.file, tested.origin.line);
    match source_line(sources, file, line) {
        Some(source) => text.push_str(&format!("  {file}:{line}: {source}\n")),
        None => text.push_str(&format!("  {file}:{line}\n")),
    }
    text.push_str(&format!("  {}\n", failure.what));
    for (title, fields) in [("given", &failure.given), ("expected", &failure.expected), ("produced", &failure.produced)]
    {
        let width = fields.iter().map(|f| f.field.chars().count()).max().unwrap_or(0);
        for (place, shown) in fields.iter().enumerate() {
            let title = if place == 0 { title } else { "" };
            text.push_str(&format!("    {title:<9} {}\n", field(sources, shown, width, tested)));
        }
    }
    if let Some(help) = &failure.help {
        text.push_str(&format!("  {help}\n"));
    }
    let built_in = standard::FILES.iter().any(|(name, _)| name == file);
    if tested.kind == Kind::Example && built_in && mapping != standard::NAME {
        text.push_str(&format!(
            "  where `{mapping}` means it otherwise, an example there with the same title takes this one's place\n"
        ));
    }
    Some(text)
}

fn field(sources: &Sources, shown: &Shown, width: usize, tested: &Tested) -> String {
    let mut text = format!("{:<width$} = {}", shown.field, shown.value);
    if let Some(because) = shown.because.as_ref().filter(|b| **b != tested.origin) {
        text.push_str(&format!("   by {}:{}", because.file, because.line));
        if let Some(source) = source_line(sources, &because.file, because.line) {
            text.push_str(&format!(": {source}"));
        }
    }
    text
}

/// `6 examples and 120 laws of 30 two-way lines hold`
pub fn summary(suites: &[Suite], seed: u64) -> String {
    let tally = Tally::of(suites);
    let all = format!(
        "{} and {} of {}",
        counted(tally.examples, "example"),
        counted(tally.laws, "law"),
        counted(tally.two_way, "two-way line")
    );
    let mut text = match tally.failed {
        0 => format!("{all} held"),
        failed => format!("of {all} {failed} failed; `--seed {seed}` gives the same values again"),
    };
    if tally.skipped > 0 {
        text.push_str(&format!("; {} could not be tried:", counted(tally.skipped, "law")));
        let skipped = suites.iter().flat_map(|s| &s.tested).filter(|t| matches!(t.outcome, Outcome::Skipped(_)));
        skipped.for_each(|t| text.push_str(&format!("\n  {}:{}: {}", t.origin.file, t.origin.line, t.full_name())));
    }
    text
}
