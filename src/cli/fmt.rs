//! `samband fmt`: the one layout.

use super::exit::{Exit, Failure};
use super::files::replace;
use super::output;
use super::shared::{Paths, counted, here};
use crate::diag::{has_errors, human};
use crate::project::{mapping_files, shown};
use crate::source::Sources;
use crate::syntax;
use similar::TextDiff;
use std::path::Path;

/// Bring mapping files into the one layout; comments stay, and a second time changes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    /// Write nothing; exit with 1 where a file is not in the layout.
    #[arg(long)]
    check: bool,
    /// Write nothing; print what would change.
    #[arg(long)]
    diff: bool,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let from = here()?;
    let files = mapping_files(&args.paths.paths, &from)?;
    let (mut changed, mut faulty) = (0, false);
    for path in &files {
        match one(args, path, &from)? {
            Laid::Same => {}
            Laid::Changed => changed += 1,
            Laid::Faulty => faulty = true,
        }
    }
    let wrote = !args.check && !args.diff;
    let what = if wrote { "laid out" } else { "not in the layout" };
    output::message(&format!("{} of {} {what}", changed, counted(files.len(), "file")));
    Ok(if faulty || (changed > 0 && !wrote) { Exit::Faults } else { Exit::Done })
}

enum Laid {
    Same,
    Changed,
    /// It does not parse, so it is left as it is.
    Faulty,
}

fn one(args: &Args, path: &Path, from: &Path) -> Result<Laid, Failure> {
    let name = shown(path, from);
    let text = crate::project::read(path, from)?;
    let mut sources = Sources::default();
    let file = sources.add(name.clone(), text.clone());
    let (_, diagnostics) = syntax::parse(&sources, file);
    if has_errors(&diagnostics) {
        output::message(human::render_all(&sources, &diagnostics, output::style_stderr()).trim_end());
        return Ok(Laid::Faulty);
    }
    let laid = syntax::format(&text).text;
    if laid == text {
        return Ok(Laid::Same);
    }
    if args.diff {
        output::data(&diff(&name, &text, &laid))?;
    } else if args.check {
        output::data(&format!("{name}\n"))?;
    } else {
        replace(path, &laid, &name)?;
    }
    Ok(Laid::Changed)
}

/// What would change, as `diff -u` says it and `patch` reads it.
fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(name, name).to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_difference_shows_the_lines_that_changed_and_those_around_them() {
        let old: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 2\n", "line two\n").replace("line 18\n", "").replace("line 20\n", "line 20");
        insta::assert_snapshot!(super::diff("a.mapping", &old, &new));
        assert_eq!(super::diff("a.mapping", &old, &old), "");
    }
}
