//! `samband fmt`: the one layout.

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{Paths, counted, here};
use crate::diag::{has_errors, human};
use crate::project::{mapping_files, shown};
use crate::source::Sources;
use crate::syntax;
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
        write(path, &laid, &name)?;
    }
    Ok(Laid::Changed)
}

/// Beside the file first and then over it: a crash in between leaves the old text whole.
fn write(path: &Path, text: &str, name: &str) -> Result<(), Failure> {
    let beside = path.with_extension("mapping.new");
    let done = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    done.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        Failure::new(Exit::Usage, format!("{name} cannot be written: {error}"), "check who may write it")
    })
}

/// The lines that differ, between what both texts have in common before and after them.
fn diff(name: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (gone, come) = (&old[before..old.len() - after], &new[before..new.len() - after]);
    let mut text =
        format!("--- {name}\n+++ {name}\n@@ -{},{} +{},{} @@\n", before + 1, gone.len(), before + 1, come.len());
    text.extend(gone.iter().map(|l| format!("-{l}\n")));
    text.extend(come.iter().map(|l| format!("+{l}\n")));
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_difference_shows_the_lines_that_changed() {
        let text = super::diff("a.mapping", "a\nb\nc\n", "a\nB\nc\n");
        assert_eq!(text, "--- a.mapping\n+++ a.mapping\n@@ -2,1 +2,1 @@\n-b\n+B\n");
    }
}
