//! Arguments that several commands take.

use super::exit::{Exit, Failure};
use crate::diag::{self, Diagnostic, Severity};
use crate::project::{self, Checked, Standard};
use crate::source::Sources;
use std::path::PathBuf;

/// How to report: for a person, or for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Human,
    Json,
}

/// How to report faults: also for the programs that show them beside a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FaultFormat {
    Human,
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// A JUnit report, one test case a file.
    Junit,
}

#[derive(Debug, clap::Args)]
pub struct FaultFormatArg {
    /// How to report.
    #[arg(long, value_enum, default_value_t = FaultFormat::Human)]
    pub format: FaultFormat,
}

#[derive(Debug, clap::Args)]
pub struct Paths {
    /// Files or folders; without any, the project around the working folder.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct FormatArg {
    /// How to report.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// How to report what holds personal data.
#[derive(Debug, clap::Args)]
pub struct ReportArg {
    /// How to report.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Show personal data in JSON as well; without it, each such value is `***`.
    #[arg(long)]
    pub unmask: bool,
}

impl ReportArg {
    /// Whether personal data is to be left out: what is made for programs travels.
    #[cfg(feature = "run")]
    pub fn hides(&self) -> bool {
        self.format == Format::Json && !self.unmask
    }
}

/// The working folder, without links.
pub fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::new(Exit::Usage, format!("the working folder cannot be read: {error}"), "go to a folder that is there")
    })
}

/// Projects read and checked, over the files that their diagnostics point into.
pub struct Loaded {
    pub sources: Sources,
    pub projects: Vec<Checked>,
    /// Of all projects together, each said once.
    pub diagnostics: Vec<Diagnostic>,
}

pub fn load(paths: &[PathBuf]) -> Result<Loaded, Failure> {
    let from = here()?;
    let mut sources = Sources::default();
    let standard = Standard::load(&mut sources);
    let mut projects = Vec::new();
    for found in project::find(paths, &from)? {
        projects.push(project::check(&mut sources, &standard, &found, &from)?);
    }
    let mut diagnostics: Vec<_> = projects.iter().flat_map(|p| p.diagnostics.iter().cloned()).collect();
    diag::tidy(&mut diagnostics);
    Ok(Loaded { sources, projects, diagnostics })
}

pub fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|d| d.severity() == severity).count()
}

/// `1 error`, `3 files`
pub fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
