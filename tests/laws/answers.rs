//! No input panics or hangs; what is said about it is said at places that are there.

use crate::support::{adversaries, any_input, invent};
use crate::{Case, law, right_files};
use samband::source::Sources;
use samband::syntax;
use std::time::{Duration, Instant};

fn any(name: &str, cases: u64, bytes: usize, holds: fn(&str) -> Result<(), String>) {
    let files: Vec<&str> = right_files().iter().map(|(_, text)| *text).collect();
    law(name, cases, bytes, |c| {
        let text = invent::any_text(c, &files);
        holds(&text).map_err(|e| format!("{e}\n--- of ---\n{text}"))?;
        Ok(Case::Held)
    });
}

#[test]
fn any_text_is_parsed() {
    any("any_text_is_parsed", 150, 300, any_input::parse);
}

#[test]
fn any_text_is_checked() {
    any("any_text_is_checked", 30, 300, any_input::check);
}

#[test]
fn any_settings_are_read() {
    law("any_settings_are_read", 20, 200, |c| {
        let text = settings(c);
        any_input::settings(&text).map_err(|e| format!("{e}\n--- of ---\n{text}"))?;
        Ok(Case::Held)
    });
}

#[test]
fn any_example_is_read() {
    law("any_example_is_read", 20, 100, |c| {
        let text = invent::soup(c);
        any_input::example(&text).map_err(|e| format!("{e}\n--- of ---\n{text}"))?;
        Ok(Case::Held)
    });
}

fn settings(c: &mut crate::support::choices::Choices<'_>) -> String {
    const SOUP: &[&str] = &[
        "mapping: ",
        "standard",
        "\n",
        "\n  ",
        "severa:",
        "business:",
        "settings:",
        "master: ",
        "client_secret: ",
        "{ env: X }",
        "\n  - ",
        "&a ",
        "*a",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "\"",
        "'",
        "#",
        "!!int ",
        "|",
        ">",
        "1",
        "yes",
        "~",
        "å",
        "😀",
        "\t",
        "\r\n",
        "\0",
        "---\n",
        "...\n",
        "<<: ",
        "1e999",
        "0x1F",
        "? ",
        "schedule:",
        "limits:",
        "url: http://x",
        "Project:",
        "won_status: a",
    ];
    let mut text = String::new();
    while !c.is_spent() {
        text.push_str(c.pick(SOUP));
    }
    text
}

/// Generous: on a busy machine, in a debug build, a linear pass over these takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_file_that_nobody_wrote_is_not_read() {
    let text = format!("edition 2026\n{}", "// so\n".repeat(syntax::LARGEST / 6));
    let mut sources = Sources::default();
    let file = sources.add("own.mapping", text.clone());
    let (_, diagnostics) = syntax::parse(&sources, file);
    assert!(diagnostics.len() == 1 && diagnostics[0].message.contains("256 KB at most"), "{diagnostics:#?}");
    assert_eq!(syntax::format(&text).text, text);
    // Nothing is said of what cannot be known without it.
    let (_, _, all) = any_input::over_standard(&text);
    assert_eq!(all.len(), 1, "{all:#?}");
}

#[test]
fn hard_inputs_are_answered_in_time() {
    let size = std::env::var("SAMBAND_LAW_SIZE").ok().and_then(|s| s.parse().ok()).unwrap_or(2_000);
    for (name, text) in adversaries::all(size) {
        let began = Instant::now();
        for holds in [any_input::parse, any_input::format, any_input::check] {
            holds(&text).unwrap_or_else(|e| panic!("{name}: {}", e.chars().take(3000).collect::<String>()));
        }
        let took = began.elapsed();
        if std::env::var_os("SAMBAND_LAW_TIMES").is_some() {
            eprintln!("{:8} ms  {name}", took.as_millis());
        }
        assert!(took < PATIENCE, "{name} took {took:?}");
    }
}
