//! One settings file a code, and what is said of it.

use samband::diag::{Diagnostic, codes};
use samband::settings;
use samband::source::Sources;
use std::collections::BTreeSet;
use std::fmt::Write;

/// As data, not as printed: the renderers have tests of their own.
fn told(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diagnostics {
        let _ = writeln!(out, "{:?}[{}] {}", d.severity(), d.code.name(), d.message);
        for label in &d.labels {
            let line = sources.get(label.span.file).line(sources.position(label.span).line);
            let _ = writeln!(out, "  {} `{}` {}", sources.place(label.span), sources.slice(label.span), label.text);
            let _ = writeln!(out, "  | {line}");
        }
        let _ = writeln!(out, "  help: {}", d.help.as_deref().unwrap_or("none"));
    }
    out
}

#[test]
fn each_fault_is_told_with_its_place_and_without_secrets() {
    let mut seen = BTreeSet::new();
    insta::glob!("check/settings/*.yaml", |path| {
        let text = std::fs::read_to_string(path).expect("a case");
        let mut sources = Sources::default();
        let file = settings::add(&mut sources, "samband.yaml", &text);
        let (settings, diagnostics) = settings::read(&sources, file);
        let told = told(&sources, &diagnostics);
        let all = format!("{told}{settings:?}{diagnostics:?}{sources:?}");
        assert!(!all.contains("hunter2"), "a secret is shown: {told}");
        let code = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let code = code.split("-with-").next().unwrap_or_default().to_owned();
        assert!(diagnostics.iter().any(|d| d.code.name() == code), "{code} is not among: {told}");
        seen.insert(code);
        insta::assert_snapshot!(told);
    });
    // `missing-file` is told of mapping files; tests/cli.rs shows it.
    let codes: BTreeSet<_> =
        codes::settings::ALL.iter().map(|c| c.name().to_owned()).filter(|c| c != "missing-file").collect();
    assert_eq!(seen, codes, "one case a code");
}
