//! The program as a person or a script meets it: words, exit codes, streams.

use assert_cmd::Command;
use std::fs;
use std::path::Path;

/// The program in a folder, away from the caller's own settings.
fn samband(folder: &Path, args: &[&str]) -> Ran {
    let output = Command::cargo_bin("samband")
        .expect("the program")
        .args(args)
        .current_dir(folder)
        .env_remove("SAMBAND_LOG")
        .env("CANARY_VARIABLE", "canary-in-the-environment")
        .output()
        .expect("it runs");
    let ran = Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(!format!("{}{}", ran.out, ran.err).contains("canary"), "a secret is shown: {ran:?}");
    assert!(!ran.err.contains("panicked"), "{ran:?}");
    ran
}

#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> serde_json::Value {
        assert_eq!(self.out.lines().count(), 1, "one document: {self:?}");
        serde_json::from_str(&self.out).expect("JSON")
    }
}

const MAPPING: &str = "edition 2026\n\n/// Ours.\nmapping ours extends standard\n";

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, text).expect("written");
    }
    folder
}

#[test]
fn wrong_usage_is_told_and_ends_with_2() {
    let folder = project(&[]);
    for args in [&["chek"][..], &[], &["plan", "--format", "sarif"], &["check", "-v", "-q"], &["check", "not-there"]] {
        let ran = samband(folder.path(), args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{args:?}: {ran:?}");
    }
    let ran = samband(folder.path(), &["chek"]);
    assert!(ran.err.contains("'check'"), "the nearest command: {ran:?}");
    let ran = samband(folder.path(), &["check"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("samband.yaml"), "{ran:?}");
}

#[test]
fn help_and_version_are_data() {
    let folder = project(&[]);
    for args in [&["--help"][..], &["--version"], &["check", "--help"]] {
        let ran = samband(folder.path(), args);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}");
        assert!(!ran.out.is_empty());
    }
}

#[test]
fn faults_of_settings_and_mappings_come_in_one_go() {
    let folder = project(&[
        ("samband.yaml", "mapping: ours\nlimit: { changes: 1 }\nbusiness:\n  password: canary\n  user: x\n"),
        ("ours.mapping", &format!("{MAPPING}\nuse \"shared.mapping\"\nchange entity Custmer {{\n}}\n")),
    ]);
    let ran = samband(folder.path(), &["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for word in ["samband.yaml", "ours.mapping", "limits", "shared.mapping", "Custmer"] {
        assert!(ran.out.contains(word), "{word}: {ran:?}");
    }
    let ran = samband(folder.path(), &["check", "--format", "json"]);
    assert_eq!(ran.code, Some(1));
    let report = ran.json();
    let found: Vec<_> = report["diagnostics"].as_array().expect("a list").iter().map(|d| &d["code"]).collect();
    for code in ["unknown-key", "plain-secret", "missing-file", "missing-key"] {
        assert!(found.iter().any(|f| **f == code), "{code}: {report}");
    }
    let secret = report["diagnostics"].as_array().expect("a list").iter().find(|d| d["code"] == "plain-secret");
    let secret = secret.expect("told");
    assert_eq!((&secret["file"], &secret["line"], &secret["column"]), (&"samband.yaml".into(), &4.into(), &3.into()));
    assert!(report["summary"]["errors"].as_u64() > Some(3), "{report}");
}

#[test]
fn several_projects_are_checked_in_one_call() {
    let settings = "mapping: ours\nwrong: 1\n";
    let folder = project(&[
        ("a/samband.yaml", settings),
        ("a/ours.mapping", MAPPING),
        ("b/samband.yaml", settings),
        ("b/ours.mapping", MAPPING),
    ]);
    let report = samband(folder.path(), &["check", "--format", "json", "."]).json();
    let files: Vec<_> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|d| d["code"] == "unknown-key")
        .map(|d| d["file"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(files, ["a/samband.yaml", "b/samband.yaml"]);
}

#[test]
fn a_file_that_is_no_text_is_refused_with_its_line() {
    let folder = project(&[]);
    fs::write(folder.path().join("a.mapping"), b"edition 2026\n\xff\xfe").expect("written");
    let ran = samband(folder.path(), &["check", "a.mapping"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("a.mapping") && ran.err.contains("line 2"), "{ran:?}");
}

#[test]
fn nothing_is_coloured_away_from_a_terminal() {
    let folder = project(&[("a.mapping", "wrong\n")]);
    let ran = samband(folder.path(), &["check"]);
    assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn laying_out_checks_shows_and_writes() {
    let ugly = "edition 2026\n\n/// Ours.\nmapping   ours extends standard\n";
    let folder = project(&[("ours.mapping", ugly)]);
    let check = samband(folder.path(), &["fmt", "--check"]);
    assert_eq!((check.code, check.out.as_str()), (Some(1), "ours.mapping\n"), "{check:?}");
    let diff = samband(folder.path(), &["fmt", "--diff"]);
    assert!(diff.code == Some(1) && diff.out.contains("+mapping ours extends standard"), "{diff:?}");
    assert_eq!(fs::read_to_string(folder.path().join("ours.mapping")).expect("read"), ugly, "nothing is written");
    assert_eq!(samband(folder.path(), &["fmt"]).code, Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("ours.mapping")).expect("read"), MAPPING);
    assert_eq!(samband(folder.path(), &["fmt", "--check"]).code, Some(0));
}

#[test]
fn what_does_not_parse_is_not_laid_out() {
    let folder = project(&[("ours.mapping", "mapping {{{\n")]);
    let ran = samband(folder.path(), &["fmt"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(fs::read_to_string(folder.path().join("ours.mapping")).expect("read"), "mapping {{{\n");
}

#[cfg(feature = "run")]
#[test]
fn status_before_the_first_run_says_so_and_leaves_no_trace() {
    let settings = "mapping: standard\nsettings:\n  Project: { default_owner: a@example.no, won_status: Order }\n  Invoice: { status_to_send: Ready, transferred: There, sent: Sent, paid: Paid }\n  TravelExpense: { group: 90 }\n  WorkType: { group: 91 }\n  PurchaseCost: { accounts: [4300..4999] }\n";
    let folder = project(&[("samband.yaml", settings)]);
    let ran = samband(folder.path(), &["status"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "no run yet\n"), "{ran:?}");
    let ran = samband(folder.path(), &["status", "--format", "json"]);
    assert_eq!(ran.json(), serde_json::json!({ "runs": [], "held": [] }));
    assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1, "no state file is made");
}

const FAULTY: &str = "edition 2026\r\n\r\nmapping ours\r\n\r\nentiy Kunde {\r\n    severa Custmer <-> business Actor where CustNo > 0 // Æ😀\r\n\r\n    identity guid -> Inf[8]\r\n    match    number = CustNo and name = Nm\r\n    mastr none\r\n    number   CustNo, ActNo by business\r\n\r\n    name or hold <-> fit(80) <-> Nm\r\n    zebra <-> fit(80) <-> Ad1\r\n}\r\n";

#[test]
fn what_is_certain_is_mended_and_what_is_left_reported() {
    let folder = project(&[("ours.mapping", FAULTY)]);
    let ran = samband(folder.path(), &["check", "--fix"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let text = fs::read_to_string(folder.path().join("ours.mapping")).expect("there");
    let mended = FAULTY.replace("entiy", "entity").replace("Custmer", "Customer").replace("mastr", "master");
    let expected = samband::syntax::format(&mended).text;
    assert_eq!(text, expected, "each in its own place, line endings as they were: {ran:?}");
    assert!(ran.err.contains("4 faults mended in 1 file"), "{ran:?}");
    assert!(ran.err.contains("ours.mapping:6:12"), "{ran:?}");
    assert!(ran.out.contains("zebra") && !ran.out.contains("Custmer"), "{ran:?}");
    let again = samband(folder.path(), &["check", "--fix"]);
    assert!(again.err.contains("nothing mended"), "{again:?}");
    assert_eq!(fs::read_to_string(folder.path().join("ours.mapping")).expect("there"), expected);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
}

/// The checker sees the settings with their secrets blanked; the file must keep them.
#[test]
fn mending_settings_keeps_what_the_checker_may_not_see() {
    let settings = "mapping: ours\nbusiness:\n  usr: x\n  password: canary-Æ\n";
    let folder = project(&[("samband.yaml", settings), ("ours.mapping", MAPPING)]);
    let ran = samband(folder.path(), &["check", "--fix"]);
    assert_eq!(ran.code, Some(1));
    let text = fs::read_to_string(folder.path().join("samband.yaml")).expect("there");
    assert_eq!(text, settings.replace("usr", "user"), "{ran:?}");
}

#[test]
fn a_file_that_two_projects_share_is_mended_once() {
    let ours = |name: &str| format!("edition 2026\nmapping {name} extends standard\nuse \"../shared.mapping\"\n");
    let folder = project(&[
        ("a/a.mapping", &ours("a")),
        ("b/b.mapping", &ours("b")),
        ("shared.mapping", "edition 2026\ntabel t {\n    1 -> 2\n}\n"),
    ]);
    let ran = samband(folder.path(), &["check", "--fix", "a", "b"]);
    let text = fs::read_to_string(folder.path().join("shared.mapping")).expect("there");
    assert_eq!(text, "edition 2026\ntable t {\n    1 -> 2\n}\n", "{ran:?}");
}

#[test]
fn allowed_warnings_are_neither_shown_nor_counted() {
    let entity = |comment: &str| {
        format!(
            "edition 2026\n\nmapping ours\n\nentity Customer {{\n    severa Customer <-> business Actor where CustNo > 0\n\n    identity guid -> Inf[8]\n    match    name = Nm{comment}\n    master   none\n    number   CustNo, ActNo by business\n\n    name or hold <-> fit(80) <-> Nm\n}}\n"
        )
    };
    let (without, with) = (entity(""), entity("  // allow one-match-key: names are unique here"));
    for (text, warnings) in [(&without, 1), (&with, 0)] {
        let folder = project(&[("ours.mapping", text)]);
        let ran = samband(folder.path(), &["check", "--format", "json"]);
        assert_eq!((ran.code, &ran.json()["summary"]["warnings"]), (Some(0), &warnings.into()), "{ran:?}");
    }
}

#[test]
fn each_format_is_a_document_on_stdout_and_nothing_else() {
    let folder = project(&[("ours.mapping", FAULTY)]);
    for (format, start) in [("sarif", "{"), ("github", "::error file=ours.mapping,line="), ("junit", "<?xml")] {
        let ran = samband(folder.path(), &["check", "--format", format]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.out.starts_with(start), "{ran:?}");
    }
    let junit = samband(folder.path(), &["check", "--format", "junit"]).out;
    assert_eq!(junit.matches("<testcase").count(), 1, "the built-in files are no cases of ours: {junit}");
}
