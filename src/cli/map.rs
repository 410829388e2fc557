//! `samband map`: one entity's mapping over JSON lines.

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{Loaded, counted, load};
use crate::diag::{self, Severity, human};
use crate::program::{Entity, Env, Program};
use crate::stream::{Became, Held, Known, Lines, Stream, Taken, Unreadable, Uses, uses};
use crate::value::Side;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Map records of one entity, JSON lines from stdin to stdout; nothing else is read or written.
///
/// Every record is taken as new on the other side. Those that the mapping's filters keep back are
/// left out; those that would be held are told and left out.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As the mapping names it: `Customer`.
    entity: String,
    /// The side that the records come from; without it, the one that the entity is sent from.
    #[arg(long, value_enum)]
    side: Option<From>,
    /// The project's folder or a mapping file; without it, the project around the working folder.
    #[arg(long, value_name = "PATH")]
    project: Option<PathBuf>,
    /// What is known of the systems: links, rows of the tables they keep, records that settings name.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum From {
    Severa,
    Business,
}

/// How many records became of what.
#[derive(Debug, Default)]
struct Tally {
    mapped: usize,
    left_out: usize,
    held: usize,
    unreadable: usize,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let program = program(args)?;
    let entity = find(&program, &args.entity)?;
    let from = side(entity, args.side)?;
    let known = match &args.known {
        Some(path) => read_known(&program, path)?,
        None => Known::nothing(&program),
    };
    tell(&uses(&program, entity, from), from, args.known.is_some());
    let env = Env::new(&known, &known.lookups);
    let mut stream = Stream::new(entity, from, env);
    let tally = match carry(&mut stream, entity, from, io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(tally) => tally,
        // Whoever reads has had what they wanted.
        Err(Ended::Gone) => return Ok(Exit::Done),
        Err(Ended::Failed(failure)) => return Err(failure),
    };
    summary(&stream, &tally);
    Ok(match tally {
        Tally { unreadable: 1.., .. } => Exit::Faults,
        Tally { held: 1.., .. } => Exit::Held,
        _ => Exit::Done,
    })
}

/// The project's program; its faults end the command.
fn program(args: &Args) -> Result<Program, Failure> {
    let Loaded { sources, mut projects, diagnostics } = load(args.project.as_slice())?;
    // Warnings are for `check`: what they speak of is mapped all the same.
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.severity() == Severity::Error).cloned().collect();
    if !errors.is_empty() {
        output::message(human::render_all(&sources, &errors, output::style_stderr()).trim_end());
    }
    let several = projects.len() > 1;
    let Some(project) = projects.pop().filter(|_| !several) else {
        let what = "there is more than one project in the folder";
        return Err(Failure::new(Exit::Usage, what, "name one project's folder with --project"));
    };
    if diag::has_errors(&diagnostics) {
        return Err(Failure::new(Exit::Faults, "the mapping has faults, so nothing is mapped", "mend them first"));
    }
    let mut programs: Vec<Program> = project.program.into_iter().chain(project.others).collect();
    let several = programs.len() > 1;
    programs.pop().filter(|_| !several).ok_or_else(|| {
        let what = if several { "the folder has several mappings" } else { "the folder has no mapping" };
        Failure::new(Exit::Usage, what, "say which one to run in samband.yaml, or name a file with --project")
    })
}

fn find<'p>(program: &'p Program, name: &str) -> Result<&'p Entity, Failure> {
    if let Some(entity) = program.position(name).and_then(|place| program.entities.get(place)) {
        return Ok(entity);
    }
    let names: Vec<&str> = program.entities.iter().map(|e| e.name.as_str()).collect();
    let what = format!("the mapping has no entity `{name}`");
    Err(Failure::new(Exit::Usage, what, format!("there are {}", names.join(", "))))
}

fn side(entity: &Entity, wanted: Option<From>) -> Result<Side, Failure> {
    let side = match wanted {
        Some(From::Severa) => Side::Severa,
        Some(From::Business) => Side::Business,
        None if entity.creates_on(Side::Business) => Side::Severa,
        None => Side::Business,
    };
    if entity.lines.iter().any(|line| line.writes_to(side.other())) {
        return Ok(side);
    }
    let what = format!("nothing of `{}` goes from {} to {}", entity.name, side.title(), side.other().title());
    Err(Failure::new(Exit::Usage, what, format!("records come from --side {}", side.other().word())))
}

fn read_known(program: &Program, path: &Path) -> Result<Known, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(Exit::Usage, format!("{} cannot be read: {error}", path.display()), "check the path")
    })?;
    Known::read(program, &text).map_err(|error| {
        let what = format!("{}:{}: {}", path.display(), error.line, error.what);
        Failure::new(Exit::Usage, what, "`samband map --help` and the README show what such a file holds")
    })
}

/// What the other systems would have to be asked for, and what stands there instead.
fn tell(uses: &Uses, from: Side, known: bool) {
    let quoted = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if !known && !uses.links.is_empty() {
        let links = quoted(&uses.links);
        output::message(&format!("note: links to {links} are shown as the record they point at in {}", from.title()));
    }
    if !known && !uses.tables.is_empty() {
        let tables = quoted(&uses.tables);
        output::message(&format!("note: what is looked up in {tables} stays blank: the systems keep these tables"));
    }
    if !known && !uses.names.is_empty() {
        output::message(&format!("note: {} stay blank: they name records of the tenant", quoted(&uses.names)));
    }
    if !known && (!uses.links.is_empty() || !uses.tables.is_empty() || !uses.names.is_empty()) {
        output::message("  help: give what is known with --known FILE");
    }
    if !uses.parts.is_empty() {
        output::message(&format!("note: parts with rows of their own are not mapped: {}", quoted(&uses.parts)));
    }
}

/// Why it ended before the input did.
enum Ended {
    Gone,
    Failed(Failure),
}

/// So many bytes are kept before they are written.
const FULL: usize = 1 << 17;

fn carry(
    stream: &mut Stream,
    entity: &Entity,
    from: Side,
    input: impl Read,
    output: &mut impl Write,
) -> Result<Tally, Ended> {
    let mut tally = Tally::default();
    let mut lines = Lines::new(input);
    let mut out = Vec::with_capacity(FULL + (1 << 14));
    let unreadable = |error: io::Error| {
        Ended::Failed(Failure::new(Exit::Usage, format!("stdin cannot be read: {error}"), "check where it comes from"))
    };
    while let Some(taken) = lines.take().map_err(unreadable)? {
        let (line, text) = match taken {
            Taken::Text(line, text) => (line, text),
            Taken::NotText { line, column } => {
                tally.unreadable += 1;
                output::message(&format!("error: stdin:{line}:{column}: this is not UTF-8"));
                continue;
            }
            Taken::TooLong { line } => {
                tally.unreadable += 1;
                output::message(&format!("error: stdin:{line}:1: a line of more than 16 MB is no record"));
                continue;
            }
        };
        match stream.map(text, &mut out) {
            Became::Mapped => tally.mapped += 1,
            Became::LeftOut(_) => tally.left_out += 1,
            Became::Skipped(reason) => {
                tally.left_out += 1;
                output::message(&format!("line {line}: left out: {reason}"));
            }
            Became::Held(held) => {
                tally.held += 1;
                output::message(&held_line(entity, from, line, &held));
            }
            Became::Unreadable(fault) => {
                tally.unreadable += 1;
                output::message(&fault_text(line, text, &fault));
            }
        }
        if out.len() >= FULL {
            flush(output, &mut out)?;
        }
    }
    flush(output, &mut out)?;
    Ok(tally)
}

fn flush(output: &mut impl Write, out: &mut Vec<u8>) -> Result<(), Ended> {
    let written = output.write_all(out).and_then(|()| output.flush());
    out.clear();
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ended::Gone,
        _ => {
            let what = format!("the output cannot be written: {error}");
            Ended::Failed(Failure::new(Exit::Usage, what, "check where stdout leads to"))
        }
    })
}

fn held_line(entity: &Entity, from: Side, line: usize, held: &Held) -> String {
    let mut record = format!("{} {}", from.title(), entity.title);
    if !held.key.is_empty() {
        record += &format!(" {}", held.key);
    }
    if !held.name.is_empty() {
        record += &format!(" \"{}\"", held.name);
    }
    format!("line {line}: held, {}: {record}: {}", held.code, held.reason)
}

/// With the place in the line, and what stands there.
fn fault_text(line: usize, text: &str, fault: &Unreadable) -> String {
    match fault {
        Unreadable::Json { column, .. } => {
            let first = column.saturating_sub(41);
            let excerpt: String =
                text.chars().skip(first).take(80).map(|c| if c.is_control() { ' ' } else { c }).collect();
            let number = line.to_string();
            let (margin, before) = (" ".repeat(number.len()), " ".repeat(column.saturating_sub(first + 1)));
            format!("error: stdin:{line}:{column}: {fault}\n {number} | {excerpt}\n {margin} | {before}^")
        }
        Unreadable::Field { .. } => format!("error: stdin:{line}: {fault}"),
    }
}

fn summary(stream: &Stream, tally: &Tally) {
    let mut said = vec![format!("{} mapped", tally.mapped)];
    if tally.left_out > 0 {
        said.push(format!("{} left out by the mapping", tally.left_out));
    }
    if tally.held > 0 {
        said.push(format!("{} held", tally.held));
    }
    if tally.unreadable > 0 {
        said.push(format!("{} cannot be read", tally.unreadable));
    }
    let all = tally.mapped + tally.left_out + tally.held + tally.unreadable;
    output::message(&format!("{}: {}", counted(all, "record"), said.join(", ")));
    let never = stream.never_there();
    if all > tally.unreadable && !never.is_empty() {
        let never: Vec<String> = never.iter().map(|name| format!("`{name}`")).collect();
        output::message(&format!("note: no record has {}, which the mapping reads", never.join(", ")));
    }
}
