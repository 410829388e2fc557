//! `samband show`: the mapping after layers and settings, in every form.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn acme() -> PathBuf {
    root().join("mappings/examples/acme")
}

/// Exit code, stdout and stderr.
fn show(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("samband")
        .expect("the program")
        .arg("show")
        .args(args)
        .current_dir(folder)
        .env_remove("SAMBAND_LOG")
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let (_, out, _) = show(folder, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn a_whole_mapping_is_shown_as_text() {
    let (code, out, err) = show(&acme(), &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!("acme", out);
}

#[test]
fn one_entity_is_shown_with_what_it_replaces_and_the_settings_it_uses() {
    let (code, out, _) = show(&acme(), &["project", "--format", "markdown"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("acme_project", out);
}

/// The documentation of the standard mapping is what it says of itself.
#[test]
fn the_standard_mapping_is_documented_as_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, out, _) = show(folder.path(), &["--format", "markdown"]);
    assert_eq!(code, Some(0));
    let path = root().join("docs/standard-mapping.md");
    if std::env::var_os("SAMBAND_WRITE_DOCS").is_some() {
        fs::write(&path, &out).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(there == out, "docs/standard-mapping.md is old: SAMBAND_WRITE_DOCS=1 cargo test --test show");
}

/// Every line of the mapping's own text stands in the view, at its place, in the entity that it belongs to.
#[test]
fn every_line_stands_in_the_view_at_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let view = json(folder.path(), &[]);
    let entities = view[0]["entities"].as_array().expect("entities");
    let mut shown = Vec::new();
    collect(entities, &mut shown);
    let written = fs::read_to_string(root().join("mappings/standard/customers.mapping")).expect("a file");
    let written: Vec<&str> = written.lines().collect();
    let of_customers: Vec<_> = shown.iter().filter(|(file, ..)| file == "standard/customers.mapping").collect();
    assert!(of_customers.len() > 20, "{}", of_customers.len());
    for (_, line, severa, business) in of_customers {
        let text = written[line - 1];
        assert!(text.contains(severa.as_str()) && text.contains(business.as_str()), "{line}: {severa} {business}");
    }
    // And none twice, nor any left out.
    let arrows = written.iter().filter(|line| {
        let code = line.split("//").next().unwrap_or("");
        let first = code.split_whitespace().next().unwrap_or("");
        ["->", "<-"].iter().any(|arrow| code.contains(arrow))
            && !["severa", "business", "part", "identity", "///", "example"].contains(&first)
    });
    assert_eq!(shown.iter().filter(|(file, ..)| file == "standard/customers.mapping").count(), arrows.count());
}

fn collect(entities: &[Value], shown: &mut Vec<(String, usize, String, String)>) {
    for entity in entities {
        for line in entity["lines"].as_array().expect("lines") {
            let text = |end: &str| line[end]["text"].as_str().expect("an end").to_owned();
            let file = line["at"]["file"].as_str().expect("a file").to_owned();
            let number = line["at"]["line"].as_u64().expect("a line");
            shown.push((file, usize::try_from(number).expect("a line"), text("severa"), text("business")));
        }
        collect(entity["parts"].as_array().expect("parts"), shown);
    }
}

#[test]
fn settings_decide_who_updates_what() {
    let project = tempfile::tempdir().expect("a folder");
    let settings = fs::read_to_string(acme().join("samband.yaml")).expect("settings");
    for (master, updates) in [("severa", "business"), ("business", "severa")] {
        let text = settings
            .replace("mapping: acme", "mapping: standard")
            .replace("master: severa", &format!("master: {master}"));
        fs::write(project.path().join("samband.yaml"), text).expect("written");
        let unit = json(project.path(), &["BusinessUnit"]);
        assert_eq!(unit[0]["updates"], serde_json::json!([updates]));
        assert_eq!(unit[0]["creates"], serde_json::json!(["severa", "business"]));
        assert_eq!(json(project.path(), &["Customer"])[0]["updates"], serde_json::json!(["severa", "business"]));
    }
}

#[test]
fn what_takes_no_part_says_why() {
    let off = json(&acme(), &[])[0]["off"].clone();
    let categories = off.as_array().expect("a list").iter().find(|o| o["entity"] == "ProductCategory").expect("it");
    assert_eq!(categories["why"], "layer");
    assert_eq!(categories["at"]["file"], "acme.mapping");
    let (code, out, err) = show(&acme(), &["ProductCategory"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("takes no part in `acme`"), "{err}");
}

#[test]
fn an_unknown_entity_is_wrong_usage_with_the_nearest() {
    let (code, out, err) = show(&acme(), &["Custmer"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("did you mean `Customer`?"), "{err}");
    let (code, _, err) = show(&acme(), &["--project", "not-there"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("not-there"), "{err}");
}

#[test]
fn a_mapping_with_faults_is_shown_as_far_as_it_stands() {
    let project = tempfile::tempdir().expect("a folder");
    let mapping = "edition 2026\n\nmapping ours extends standard\n\nchange entity Customer {\n    website <-> fit(80) <-> WebPage\n    phone   -> truncate(40) -> Phone\n}\n";
    fs::write(project.path().join("ours.mapping"), mapping).expect("written");
    let (code, out, err) = show(project.path(), &["Customer"]);
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("`samband check` tells them"), "{err}");
    assert!(out.contains("vatNumber"), "{out}");
}
