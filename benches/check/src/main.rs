//! Checking 1,000 customers' mapping projects of 300 lines, beside what checks comparable files.
//!
//! Prints lines per second of CPU (user and system, all threads), medians of several runs, and how
//! the time grows with the length of one file.

mod generate;
#[cfg(feature = "peers")]
mod peers;

use cpu_time::ProcessTime;
use samband::diag::{Diagnostic, human};
use samband::project::{self, Standard};
use samband::schema::Schemas;
use samband::source::Sources;
use samband::{model, standard, syntax};
use std::hint::black_box;
use std::path::Path;

fn main() {
    let mut args = std::env::args().skip(1);
    let projects: usize = args.next().and_then(|a| a.parse().ok()).unwrap_or(1_000);
    let repeat: usize = args.next().and_then(|a| a.parse().ok()).unwrap_or(5);
    let dir = tempfile::tempdir().expect("a folder");
    let mut lines = 0;
    for number in 0..projects {
        let folder = dir.path().join(format!("customer{number}"));
        std::fs::create_dir_all(&folder).expect("created");
        let mapping = generate::mapping(number, 300);
        lines += mapping.lines().count();
        std::fs::write(folder.join("customer.mapping"), mapping).expect("written");
        std::fs::write(folder.join("samband.yaml"), generate::settings(number)).expect("written");
    }
    println!("| what | lines | CPU ms, median | million lines a CPU second |\n|---|---|---|---|");
    measure(&format!("samband: check {projects} projects over the standard mapping"), lines, repeat, || {
        check(dir.path(), projects);
    });
    parts(projects, lines, repeat);
    #[cfg(feature = "peers")]
    peers::all(repeat);
    growth(repeat);
}

/// Reads and checks every project; a fault would make the figure worthless.
fn check(dir: &Path, projects: usize) {
    let found = project::find(&[dir.to_path_buf()], dir).expect("projects");
    assert_eq!(found.len(), projects);
    let mut sources = Sources::default();
    let standard = Standard::load(&mut sources);
    for one in &found {
        let checked = project::check(&mut sources, &standard, one, dir).expect("readable");
        clean(&sources, &checked.diagnostics);
        black_box(checked);
    }
}

fn clean(sources: &Sources, diagnostics: &[Diagnostic]) {
    assert!(diagnostics.is_empty(), "{}", human::render_all(sources, diagnostics, human::Style::default()));
}

/// Where the time goes: the texts parsed, and parsed with a look at their layout.
fn parts(projects: usize, lines: usize, repeat: usize) {
    let texts: Vec<String> = (0..projects).map(|number| generate::mapping(number, 300)).collect();
    let mut sources = Sources::default();
    let files: Vec<_> = texts.iter().map(|text| sources.add("customer.mapping", text.as_str())).collect();
    measure("samband: parse alone", lines, repeat, || {
        files.iter().for_each(|file| drop(black_box(syntax::parse(&sources, *file))));
    });
    measure("samband: parse, with the layout", lines, repeat, || {
        files.iter().for_each(|file| drop(black_box(syntax::parse_with_layout(&sources, *file))));
    });
}

/// CPU of one call, in milliseconds: the median of several.
pub fn cpu(repeat: usize, mut run: impl FnMut()) -> f64 {
    run();
    let mut times: Vec<f64> = (0..repeat)
        .map(|_| {
            let start = ProcessTime::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

pub fn measure(what: &str, lines: usize, repeat: usize, run: impl FnMut()) -> f64 {
    let median = cpu(repeat, run);
    println!("| {what} | {lines} | {median:.1} | {:.3} |", lines as f64 / median / 1e3);
    median
}

/// One file of growing length: the exponent of a power law through the first and the last point.
fn growth(repeat: usize) {
    println!("\n| one project of | CPU ms, median |\n|---|---|");
    let mut points = Vec::new();
    for lines in [500_usize, 1_000, 2_000, 4_000, 8_000] {
        let text = generate::mapping(1, lines);
        let written = text.lines().count();
        let median = cpu(repeat.min(3), || {
            let mut sources = Sources::default();
            let mut files: Vec<_> = standard::FILES.iter().map(|(name, text)| sources.add(*name, *text)).collect();
            files.push(sources.add("customer.mapping", text.as_str()));
            let (_, diagnostics) = model::check(&sources, Schemas::standard(), &files, None, None);
            clean(&sources, &diagnostics);
        });
        println!("| {written} lines | {median:.1} |");
        points.push((written as f64, median));
    }
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        println!("\ngrowth: lines to the power of {:.2}", (last.1 / first.1).ln() / (last.0 / first.0).ln());
    }
}
