//! The reports for CI systems: read by their own rules, not by ours.

mod support;

use samband::diag::codes::{self, lines, records};
use samband::diag::{Diagnostic, Edit, Fix, github, json, junit, sarif};
use samband::model;
use samband::source::{FileId, Sources, Span};
use serde_json::Value;
use support::mapping;

/// The published schema of SARIF 2.1.0 (OASIS), as the crate serde-sarif (MIT) carries it.
const SCHEMA: &str = include_str!("support/sarif-schema-2.1.0.json");

/// A name with what URIs, commands and XML each take for a sign of their own.
const NAME: &str = "Ærlig & sønn/100% a,b:\"<1>\".mapping";

const TEXT: &str = "edition 2026
mapping case
entity Customer {
    severa Customer <-> business Actr where CustNo > 0
}
entity Project {
    severa Project <-> business R2 // Æ😀
    identity guid -> Inf[8]
    match    name = Nm
    nmae <-> fit(80) <-> Nm
}
";

/// Faults as the checker gives them, and one that has all that a fault can have.
fn faults() -> (Sources, Vec<FileId>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    let file = sources.add(NAME, TEXT);
    let clean = sources.add("clean.mapping", "edition 2026\n");
    files.push(file);
    let (_, mut diagnostics) = model::check(&sources, samband::schema::Schemas::standard(), &files, None, None);
    let at = |word: &str, length: usize| {
        let start = TEXT.find(word).expect("it is there");
        Span::new(file, start, start + length)
    };
    let edits = vec![
        Edit { span: at("// Æ", 5), text: "<->\r\n".to_owned() },
        Edit { span: Span::new(clean, 0, 0), text: "// \u{1}\n".to_owned() },
    ];
    diagnostics.push(
        Diagnostic::new(lines::TWO_WRITERS, "50% of `a`,\r\nor: <b>\u{1b}", at("😀", 4), "here & \"there\"")
            .also(Span::new(clean, 0, 7), "the other")
            .also(at("entity Project", 40), "over two lines")
            .help("write one")
            .offer(Fix { title: "join them".to_owned(), safe: false, edits }),
    );
    diagnostics.push(Diagnostic::new(records::ONE_MATCH_KEY, "over lines", at("entity Project", 40), ""));
    (sources, vec![file, clean], diagnostics)
}

#[test]
fn sarif_keeps_to_the_published_schema() {
    // A published pattern has a bracket too many, which is no regular expression by JSON Schema's rules.
    let (odd, right) = ("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    assert_eq!(SCHEMA.matches(odd).count(), 2, "the languages of a run and of a tool");
    let schema: Value = serde_json::from_str(&SCHEMA.replace(odd, right)).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let check = |document: &Value| {
        let faults: Vec<String> =
            validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new());
    };
    let (sources, _, diagnostics) = faults();
    let document: Value = serde_json::from_str(&sarif::render(&sources, &diagnostics)).expect("JSON");
    check(&document);
    check(&sarif::document(&sources, &[]));
    // The validator does refuse: a check of this test itself.
    let mut broken = document.clone();
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    broken["runs"][0]["columnKind"] = "bytes".into();
    assert_eq!(validator.iter_errors(&broken).count(), 2);
}

#[test]
fn sarif_has_a_rule_for_every_code_and_each_result_points_at_its_own() {
    let (sources, _, diagnostics) = faults();
    let mut document = sarif::document(&sources, &diagnostics);
    let run = &mut document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let names: Vec<_> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(names, codes::all().map(|c| c.name()).collect::<Vec<_>>());
    for (result, diagnostic) in run["results"].as_array().expect("results").iter().zip(&diagnostics) {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["ruleId"], diagnostic.code.name());
        assert_eq!(rules[index]["defaultConfiguration"]["level"], result["level"]);
    }
    // Its place among the rules moves with every new code.
    let results = run["results"].as_array_mut().expect("results");
    results.iter_mut().filter_map(Value::as_object_mut).for_each(|result| drop(result.remove("ruleIndex")));
    insta::assert_snapshot!(format!("{:#}", run["results"]));
}

#[test]
fn github_shows_each_fault_on_its_line() {
    let (sources, _, diagnostics) = faults();
    let text = github::render(&sources, &diagnostics);
    assert_eq!(text.lines().count(), diagnostics.len(), "one line a command");
    insta::assert_snapshot!(text);
}

#[test]
fn junit_has_a_case_a_file() {
    let (sources, files, diagnostics) = faults();
    let text = junit::render(&sources, &files, &diagnostics);
    assert!(!text.contains('\u{1b}'));
    insta::assert_snapshot!(text);
    insta::assert_snapshot!(junit::render(&sources, &files, &[]));
}

#[test]
fn json_shows_the_mends_with_their_places() {
    let (sources, _, diagnostics) = faults();
    let report = json::report(&sources, &diagnostics);
    let fixes: Vec<_> = report.diagnostics.iter().flat_map(|d| &d.fixes).collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&fixes).expect("JSON"));
}
