//! Every fault of the model has a mapping that shows it, and what a person reads then.
//!
//! A case is a file `tests/check/GROUP/CODE.mapping`, checked over the standard mapping, or a whole
//! project, `tests/check/projects/CODE/`. Add one, run with `INSTA_UPDATE=always`, and read what
//! it says.

#[path = "check/slips.rs"]
mod slips;
mod support;

use samband::diag::{codes, human};
use samband::model;
use samband::project::{self, Standard};
use samband::source::Sources;
use std::collections::BTreeSet;
use std::path::Path;
use support::mapping;

/// Groups whose cases are mapping files over the standard mapping.
const GROUPS: &[&str] = &["names", "lines", "records", "layers", "values", "tidy", "examples", "whole"];

fn rendered(path: &Path) -> (String, Vec<String>) {
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    files.push(sources.add(name, std::fs::read_to_string(path).unwrap()));
    let (_, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    let codes = diagnostics.iter().map(|d| d.code.name().to_owned()).collect();
    let style = human::Style { color: false, width: 100, ..human::Style::default() };
    (human::render_all(&sources, &diagnostics, style), codes)
}

#[test]
fn every_case_says_what_where_why_and_what_to_do() {
    for group in GROUPS {
        insta::with_settings!({ snapshot_path => format!("snapshots/check/{group}"), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::glob!(&format!("check/{group}/*.mapping"), |path| {
                let (text, found) = rendered(path);
                let code = path.file_stem().unwrap().to_string_lossy().into_owned();
                assert!(found.contains(&code), "{code} is not among {found:?}");
                insta::assert_snapshot!(text);
            });
        });
    }
}

#[test]
fn every_project_says_what_where_why_and_what_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/projects");
    for folder in std::fs::read_dir(root).unwrap().flatten().map(|entry| entry.path()) {
        let code = folder.file_name().unwrap().to_string_lossy().into_owned();
        let mut sources = Sources::default();
        let standard = Standard::load(&mut sources);
        let found = project::find(&[], &folder).unwrap();
        let checked = project::check(&mut sources, &standard, &found[0], &folder).unwrap();
        let codes: Vec<_> = checked.diagnostics.iter().map(|d| d.code.name()).collect();
        assert_eq!(codes, [code.as_str()]);
        let style = human::Style { color: false, width: 100, ..human::Style::default() };
        insta::with_settings!({ snapshot_path => "snapshots/check/projects", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(code, human::render_all(&sources, &checked.diagnostics, style));
        });
    }
}

#[test]
fn every_code_has_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check");
    let mut cases = BTreeSet::new();
    for group in std::fs::read_dir(root).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for case in std::fs::read_dir(group.path()).unwrap().flatten() {
            cases.insert(case.path().file_stem().unwrap().to_string_lossy().into_owned());
        }
    }
    let missing: Vec<_> = codes::all().map(|c| c.name()).filter(|name| !cases.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_standard_mapping_and_the_examples_are_without_a_word() {
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/examples");
    for folder in std::fs::read_dir(examples).unwrap().flatten() {
        for file in std::fs::read_dir(folder.path())
            .unwrap()
            .flatten()
            .filter(|f| f.path().extension().is_some_and(|e| e == "mapping"))
        {
            files.push(sources.add(file.path().to_string_lossy(), std::fs::read_to_string(file.path()).unwrap()));
        }
    }
    let (_, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    assert!(diagnostics.is_empty(), "{}", human::render_all(&sources, &diagnostics, human::Style::default()));
}

#[test]
fn the_standard_mapping_and_the_examples_are_in_the_one_layout() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
    for folder in ["standard", "examples/acme"] {
        for file in std::fs::read_dir(root.join(folder))
            .unwrap()
            .flatten()
            .filter(|f| f.path().extension().is_some_and(|e| e == "mapping"))
        {
            let text = std::fs::read_to_string(file.path()).unwrap();
            assert_eq!(samband::syntax::format(&text).text, text, "{}", file.path().display());
        }
    }
}

/// Twenty mistakes of all kinds in one file are told once each, and nothing else with them.
#[test]
fn twenty_mistakes_give_twenty_faults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/twenty.mapping");
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    let own = sources.add("twenty.mapping", std::fs::read_to_string(path).unwrap());
    files.push(own);
    let (_, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    let found: Vec<(usize, &str)> = diagnostics
        .iter()
        .map(|d| (d.span().map_or(0, |s| if s.file == own { sources.position(s).line } else { 0 }), d.code.name()))
        .collect();
    let expected = [
        (5, "setting-undocumented"),
        (10, "table-double"),
        (11, "table-type"),
        (14, "change-of-nothing"),
        (17, "bad-policy"),
        (19, "unknown-name"),
        (20, "no-way-back"),
        (21, "unknown-step"),
        (22, "not-writable"),
        (23, "bad-argument"),
        (24, "wrong-number"),
        (25, "may-not-fit"),
        (26, "type-mismatch"),
        (27, "drop-of-nothing"),
        (31, "drop-half"),
        (32, "unexpected-word"),
        (36, "bad-master"),
        (37, "unknown-entity"),
        (38, "may-be-null"),
        (46, "unknown-record"),
    ];
    assert_eq!(found, expected, "{}", human::render_all(&sources, &diagnostics, human::Style::default()));
}

/// A customer who turns an arrow or names a master cannot take the standard's own statements away.
#[test]
fn what_a_layer_makes_pointless_below_is_no_fault() {
    let own = "edition 2026\n\nmapping ours extends standard\n\n\
        change entity Customer {\n    master severa\n}\n\
        change entity Project {\n    severa Project -> business OrgUnit[project_unit]\n}\n";
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    files.push(sources.add("ours.mapping", own));
    let (_, diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    let told = human::render_all(&sources, &diagnostics, human::Style::default());
    assert!(!diagnostics.iter().any(|d| d.severity() == samband::diag::Severity::Error), "{told}");
}

/// The mapping's own settings, given in a settings file.
#[test]
fn settings_are_checked_against_the_mapping() {
    let text = "mapping: standard\nsettings:\n  mastr: severa\n  department_unit: 13\n  exclude_value: many\n  case_master: visma\n  Project:\n    won_status: Order\n";
    let mut sources = Sources::default();
    let files = mapping::add_standard(&mut sources);
    let file = samband::settings::add(&mut sources, "samband.yaml", text);
    let (settings, _) = samband::settings::read(&sources, file);
    let (_, diagnostics) = model::check(
        &sources,
        samband::schema::Schemas::standard(),
        &files,
        settings.mapping.as_ref(),
        Some(&settings.settings),
    );
    let style = human::Style { color: false, width: 100, ..human::Style::default() };
    let codes: Vec<_> = diagnostics.iter().map(|d| d.code.name()).collect();
    assert!(["setting-missing", "setting-unknown"].iter().all(|c| codes.contains(c)), "{codes:?}");
    insta::assert_snapshot!(human::render_all(&sources, &diagnostics, style));
}
