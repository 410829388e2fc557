//! Everything that the README shows is true: its mapping and settings check, its commands exist.

mod support;

use samband::diag::human;
use samband::source::Sources;
use samband::{model, settings, syntax, trial};
use support::mapping;

const README: &str = include_str!("../README.md");

/// The code blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let readme = README.replace("\r\n", "\n");
    let fence = format!("```{language}\n");
    readme.split(&fence).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

/// The pieces of the tour, in one file as they follow each other.
fn tour() -> String {
    blocks("mapping").join("\n")
}

#[test]
fn its_tour_is_one_mapping_without_fault_and_laid_out() {
    assert!(blocks("mapping").len() >= 6);
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    files.push(sources.add("README.md", tour()));
    let (_, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    assert!(diagnostics.is_empty(), "{}", human::render_all(&sources, &diagnostics, human::Style::default()));
    assert_eq!(syntax::format(&tour()).text, tour());
}

#[test]
fn the_examples_and_laws_of_its_tour_hold() {
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    files.push(sources.add("README.md", tour()));
    let (program, _) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    let tested = trial::run(&program.expect("a program"), &trial::Options::default());
    let told = |t: &trial::Tested| matches!(t.outcome, trial::Outcome::Failed(_));
    assert!(!tested.iter().any(told), "{:#?}", tested.iter().filter(|t| told(t)).collect::<Vec<_>>());
    for title in ["a prospect stays in Visma Business", "billable hours say who did them"] {
        let passed = |t: &trial::Tested| t.name.contains(title) && matches!(t.outcome, trial::Outcome::Passed);
        assert!(tested.iter().any(passed), "{title}");
    }
}

#[test]
fn the_fault_that_it_shows_is_told_so() {
    let (line, shown) = ("website <-> truncate(255) <-> WebPg", blocks("text").concat());
    let text =
        format!("edition 2026\n\n\nmapping acme extends standard\n\nchange entity Customer {{\n    {line}\n}}\n");
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    files.push(sources.add("acme.mapping", text));
    let (_, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    let told = human::render_all(&sources, &diagnostics, human::Style { width: 100, ..human::Style::default() });
    assert!(told.trim() == shown.trim() && README.contains(&format!("`{line}`")), "{told}");
}

/// What it says of CI stands in the workflow that it points at.
#[test]
fn its_steps_of_ci_are_those_of_the_workflow() {
    let workflow = include_str!("../docs/ci/github-workflow.yml");
    let steps = blocks("yml").concat();
    assert!(steps.lines().count() >= 4);
    for step in steps.lines() {
        assert!(workflow.contains(step), "{step}");
    }
}

#[test]
fn its_settings_make_a_program() {
    for block in blocks("yaml") {
        let mut sources = Sources::default();
        let files = mapping::add_standard(&mut sources);
        let file = settings::add(&mut sources, "samband.yaml", &block);
        let (settings, mut diagnostics) = settings::read(&sources, file);
        let (program, faults) = model::check(
            &sources,
            samband::schema::Schemas::standard(),
            &files,
            settings.mapping.as_ref(),
            Some(&settings.settings),
        );
        diagnostics.extend(faults);
        assert!(diagnostics.is_empty(), "{}", human::render_all(&sources, &diagnostics, human::Style::default()));
        assert!(program.is_some());
    }
}

/// What it says that `samband map` makes of an export.
#[test]
fn its_records_are_mapped_as_it_says() {
    let [records, mapped, known] = blocks("json").try_into().expect("records, rows and what is known");
    let [settings] = blocks("yaml").try_into().expect("settings");
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("acme.mapping", &tour());
    write("samband.yaml", &settings.replace("mapping: standard", "mapping: acme"));
    write("known.jsonl", &known);
    let output = assert_cmd::Command::cargo_bin("samband")
        .expect("the program")
        .args(["map", "WorkHours", "--known", "known.jsonl"])
        .current_dir(folder.path())
        .write_stdin(records)
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        (String::from_utf8_lossy(&output.stdout).as_ref(), output.status.code()),
        (mapped.as_str(), Some(0)),
        "{told}"
    );
    assert!(told.contains("2 records: 1 mapped, 1 left out by the mapping"), "{told}");
}

#[cfg(feature = "run")]
#[test]
fn its_commands_exist_with_their_flags() {
    let commands = README.split("`samband ").skip(1).filter_map(|rest| Some(rest.split_once('`')?.0));
    let mut seen = 0;
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_samband"))
            .args([words[0], "--help"])
            .output()
            .expect("it runs");
        assert!(output.status.success(), "samband {}", words[0]);
        let help = String::from_utf8_lossy(&output.stdout);
        for flag in words.iter().filter(|w| w.starts_with("--")) {
            assert!(help.contains(flag), "samband {} has no {flag}", words[0]);
        }
        seen += 1;
    }
    assert!(seen >= 8, "{seen}");
}

/// The two commands that do all the set-up: tests/run.rs carries the first out, the second runs this.
#[test]
fn its_two_commands_come_first() {
    assert_eq!(blocks("console"), ["cargo run -- demo\n", "cargo test\n"]);
}

#[test]
fn the_files_it_points_at_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for target in README.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)) {
        assert!(target.starts_with("http") || root.join(target).exists(), "{target}");
    }
}
