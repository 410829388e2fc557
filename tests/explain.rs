//! The pages of codes and functions are true: each wrong example is wrong in the way it says, each
//! right one is right, and the documentation is what the source says.

use samband::diag::{Severity, codes, human};
use samband::explain::frames::{self, Language};
use samband::explain::{self, Checked};
use samband::schema::live::{Live, Tenant};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// An error that a comment would allow stays, and is told with the comment.
const ALSO: &[(&str, &str)] = &[("allow-error", "unknown-name")];

fn told(checked: &Checked) -> String {
    human::render_all(&checked.sources, &checked.diagnostics, human::Style::default())
}

fn pages() -> impl Iterator<Item = &'static explain::Page> {
    explain::groups().iter().flat_map(|group| &group.pages)
}

#[test]
fn every_section_is_a_page_and_every_code_has_one() {
    assert_eq!(explain::faults(), Vec::<String>::new());
    let missing: Vec<_> = codes::all().filter(|code| explain::page(*code).is_none()).map(|c| c.name()).collect();
    assert!(missing.is_empty(), "write a section in src/diag/explain/GROUP.md for: {missing:?}");
}

#[test]
fn every_wrong_example_gives_its_code_and_no_other() {
    let mut faults = Vec::new();
    for page in pages().filter(|page| !page.wrong.command) {
        let checked = explain::check(&page.wrong);
        let right = |d: &samband::diag::Diagnostic| d.code == page.code;
        let also = |d: &samband::diag::Diagnostic| ALSO.contains(&(page.code.name(), d.code.name()));
        let others = checked.diagnostics.iter().any(|d| !right(d) && !also(d) && d.severity() != Severity::Note);
        if !checked.diagnostics.iter().any(right) || others {
            faults.push(format!("== {}\n{}", page.code.name(), told(&checked)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_right_example_is_without_a_word() {
    let mut faults = Vec::new();
    for page in pages().filter(|page| !page.right.command) {
        let checked = explain::check(&page.right);
        if !checked.diagnostics.is_empty() {
            faults.push(format!("== {}\n{}", page.code.name(), told(&checked)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// docs/codes.md, docs/codes/*.md and docs/functions.md are made from the source.
#[test]
fn the_documentation_is_what_the_source_says() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut files = explain::markdown();
    files.push(("functions.md".to_owned(), samband::functions::markdown()));
    let write = std::env::var_os("SAMBAND_WRITE_DOCS").is_some();
    let mut stale = Vec::new();
    for (name, text) in &files {
        let path = docs.join(name);
        if write {
            fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            fs::write(&path, text).expect("written");
        }
        let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if there != *text {
            stale.push(name);
        }
    }
    let known: BTreeSet<_> = files.iter().map(|(name, _)| docs.join(name)).collect();
    for entry in fs::read_dir(docs.join("codes")).into_iter().flatten().flatten() {
        assert!(known.contains(&entry.path()), "no group has {}: remove it", entry.path().display());
    }
    assert!(stale.is_empty(), "{stale:?} differ from the source: SAMBAND_WRITE_DOCS=1 cargo test --test explain");
}

#[test]
fn a_name_is_a_code_or_a_transform_and_not_both() {
    let both: Vec<_> = codes::all().map(|c| c.name()).filter(|n| samband::functions::find(n).is_some()).collect();
    assert!(both.is_empty(), "{both:?}");
}

/// What only the command finds: in a folder, with the file that the right example names.
#[test]
fn examples_of_the_command_hold_in_a_folder() {
    for page in pages().filter(|page| page.wrong.command || page.right.command) {
        let folder = tempfile::tempdir().expect("a folder");
        let shared = folder.path().join("shared/payment-terms.mapping");
        fs::create_dir_all(shared.parent().expect("a folder")).expect("created");
        fs::write(&shared, "edition 2026\n\nmapping acme extends standard\n").expect("written");
        for (example, faulty) in [(&page.wrong, true), (&page.right, false)] {
            let file = folder.path().join("acme").join(example.file_name());
            fs::create_dir_all(file.parent().expect("a folder")).expect("created");
            fs::write(&file, example.full_text()).expect("written");
            if example.frame.name == "names" {
                let names = ["Offer", "Order"].map(str::to_owned).to_vec();
                let names =
                    BTreeMap::from([("SalesStatusType".to_owned(), BTreeMap::from([("name".to_owned(), names)]))]);
                let tenant = Tenant { from: "https://api.severa.example".to_owned(), names, ..Tenant::default() };
                Live::new("2026-11-23", Some(tenant), None).save(&folder.path().join("acme")).expect("saved");
            }
            if example.frame.name == "elsewhere" {
                fs::write(file.with_file_name("samband.yaml"), "mapping: acme\n").expect("written");
                let customers = frames::find(Language::Mapping, "customer").expect("a frame").around("");
                fs::write(file.with_file_name("customers.mapping"), customers).expect("written");
            }
            let ran = samband(folder.path(), &["check", "acme", "--format", "json"]);
            let codes = ran.1.matches(&format!("\"code\":\"{}\"", page.code.name())).count();
            let all = ran.1.matches("\"code\":").count();
            assert_eq!((codes, all), if faulty { (1, 1) } else { (0, 0) }, "{}: {ran:?}", page.code.name());
        }
    }
}

/// Exit code, stdout and stderr.
fn samband(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = assert_cmd::Command::cargo_bin("samband")
        .expect("the program")
        .args(args)
        .current_dir(folder)
        .env_remove("SAMBAND_LOG")
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_shows_a_page_a_transform_and_the_list() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, out, err) = samband(folder.path(), &["explain", "may-not-fit"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!("explain_a_code", out);
    let (code, out, _) = samband(folder.path(), &["explain", "split_last"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("explain_a_transform", out);
    let (code, out, _) = samband(folder.path(), &["explain"]);
    assert_eq!(code, Some(0));
    for name in codes::all().map(|c| c.name()).chain(samband::functions::all().map(|f| f.name)) {
        assert!(out.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name} is not listed");
    }
    assert!(!out.contains('\u{1b}'), "no colour away from a terminal");
    let (_, out, _) = samband(folder.path(), &["explain", "error[may-not-fit]", "--format", "markdown"]);
    assert!(out.starts_with("## may-not-fit\n") && out.contains("```mapping\n"), "{out}");
}

#[test]
fn an_unknown_name_is_wrong_usage_with_the_nearest() {
    let folder = tempfile::tempdir().expect("a folder");
    for (given, nearest) in [("may-not-fitt", "may-not-fit"), ("trucnate", "truncate")] {
        let (code, out, err) = samband(folder.path(), &["explain", given]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains(&format!("did you mean `{nearest}`?")), "{err}");
    }
}

#[test]
fn a_program_reads_the_same_as_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let read = |args: &[&str]| -> serde_json::Value {
        let (code, out, err) = samband(folder.path(), args);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).expect("one document")
    };
    let page = read(&["explain", "may-not-fit", "--format", "json"]);
    assert_eq!((&page["code"], &page["group"]), (&"may-not-fit".into(), &"lines".into()));
    assert_eq!(page["wrong"]["diagnostics"][0]["code"], "may-not-fit");
    assert_eq!(page["right"]["diagnostics"], serde_json::json!([]));
    assert_eq!(read(&["explain", "fit", "--format", "json"])["signature"], "fit(size)");
    let list = read(&["explain", "--format", "json"]);
    assert_eq!(list["codes"].as_array().map(Vec::len), Some(codes::all().count()));
}
