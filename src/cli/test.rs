//! `samband test`: a mapping's examples, and the laws of its two-way lines.

mod human;
mod junit;

use super::exit::{Exit, Failure};
use super::output;
use super::shared::{Loaded, Paths, counted, load};
use crate::diag::{self, Diagnostic, Severity};
use crate::source::Sources;
use crate::trial::{self, Kind, Options, Outcome, Tested};
use serde_json::json;

/// Run the mapping's examples, and the laws of its two-way lines over generated values.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,
    /// How to report.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Where the generated values begin: the same seed gives the same values.
    #[arg(long, default_value_t = Options::default().seed)]
    seed: u64,
    /// How many records are generated for each two-way line.
    #[arg(long, default_value_t = Options::default().cases)]
    cases: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
    Junit,
}

/// The tests of one mapping.
struct Suite {
    mapping: String,
    tested: Vec<Tested>,
    two_way: usize,
}

pub fn main(args: &Args) -> Result<Exit, Failure> {
    let loaded = load(&args.paths.paths)?;
    let options = Options { seed: args.seed, cases: args.cases };
    let faulty = diag::has_errors(&loaded.diagnostics);
    let programs = loaded.projects.iter().flat_map(|p| p.others.iter().chain(&p.program));
    let suites: Vec<Suite> = programs
        .map(|program| Suite {
            mapping: program.mapping.clone(),
            tested: trial::run(program, &options),
            two_way: trial::two_way_lines(program),
        })
        .collect();
    let failed = suites.iter().flat_map(|s| &s.tested).any(|t| matches!(t.outcome, Outcome::Failed(_)));
    match args.format {
        Format::Human => human(args, &loaded, &suites)?,
        Format::Json => {
            faults(&loaded, faulty);
            output::json(&document(args, &suites))?;
        }
        Format::Junit => {
            faults(&loaded, faulty);
            output::data(&junit::document(&suites))?;
        }
    }
    Ok(if failed || faulty { Exit::Faults } else { Exit::Done })
}

fn errors(loaded: &Loaded) -> Vec<Diagnostic> {
    loaded.diagnostics.iter().filter(|d| d.severity() == Severity::Error).cloned().collect()
}

/// Beside a document for a program, faults are messages.
fn faults(loaded: &Loaded, faulty: bool) {
    if faulty {
        output::message(&diag::human::render_all(&loaded.sources, &errors(loaded), output::style_stderr()));
    }
}

fn human(args: &Args, loaded: &Loaded, suites: &[Suite]) -> Result<(), Failure> {
    // Warnings are for `check`: what they speak of is tested all the same.
    let errors = errors(loaded);
    if !errors.is_empty() {
        output::data(&diag::human::render_all(&loaded.sources, &errors, output::style_stdout()))?;
        output::message(&format!("{}: what has a fault is not tested", counted(errors.len(), "error")));
    }
    let failures = |suite: &Suite| {
        suite.tested.iter().filter_map(|t| human::failure(&loaded.sources, &suite.mapping, t)).collect::<Vec<String>>()
    };
    let text: Vec<String> = suites.iter().flat_map(failures).collect();
    output::data(&text.join("\n"))?;
    if !suites.is_empty() {
        output::message(&human::summary(suites, args.seed));
    }
    Ok(())
}

fn document(args: &Args, suites: &[Suite]) -> serde_json::Value {
    let tests: Vec<_> = suites
        .iter()
        .flat_map(|suite| {
            suite.tested.iter().map(|tested| {
                let mut test = tested.json();
                if let Some(members) = test.as_object_mut() {
                    members.insert("mapping".to_owned(), json!(suite.mapping));
                }
                test
            })
        })
        .collect();
    let tally = Tally::of(suites);
    json!({
        "tests": tests,
        "summary": {
            "passed": tally.passed,
            "failed": tally.failed,
            "skipped": tally.skipped,
            "examples": tally.examples,
            "laws": tally.laws,
            "two_way_lines": tally.two_way,
            "seed": args.seed,
            "cases": args.cases,
        },
    })
}

/// How many of each.
struct Tally {
    examples: usize,
    laws: usize,
    two_way: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    fn of(suites: &[Suite]) -> Self {
        let all = || suites.iter().flat_map(|s| &s.tested);
        let outcomes = |of: fn(&Outcome) -> bool| all().filter(|t| of(&t.outcome)).count();
        Self {
            examples: all().filter(|t| t.kind == Kind::Example).count(),
            laws: all().filter(|t| t.kind == Kind::Law).count(),
            two_way: suites.iter().map(|s| s.two_way).sum(),
            passed: outcomes(|o| matches!(o, Outcome::Passed)),
            failed: outcomes(|o| matches!(o, Outcome::Failed(_))),
            skipped: outcomes(|o| matches!(o, Outcome::Skipped(_))),
        }
    }
}

/// The line of a file as it is written, without the blanks around it.
fn source_line<'a>(sources: &'a Sources, file: &str, line: usize) -> Option<&'a str> {
    let (_, source) = sources.iter().find(|(_, source)| source.name == file)?;
    Some(source.line(line).trim())
}
