//! The pages of codes and functions are true: each wrong example is wrong in the way it says, each
//! right one is right, and the documentation is what the source says.

use samband::diag::explain::{self, Checked};
use samband::diag::{Severity, codes, human};

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
        let others = checked.diagnostics.iter().any(|d| !right(d) && d.severity() != Severity::Note);
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
