//! The pages as documentation: docs/codes.md, and docs/codes/GROUP.md.

use super::{Example, Group, Page, check, groups, sentence};
use crate::diag::human;
use std::fmt::Write;

/// All files of the documentation of codes: path below `docs`, and text.
pub fn markdown() -> Vec<(String, String)> {
    let mut files = vec![("codes.md".to_owned(), index())];
    files.extend(groups().iter().map(|group| (format!("codes/{}.md", group.name), group_markdown(group))));
    files
}

fn index() -> String {
    let mut out = String::from(
        "# What `samband check` can say\n\n\
         Every fault has a name that never changes. `samband explain NAME` shows its page in the terminal.\n",
    );
    for group in groups() {
        let _ =
            write!(out, "\n## [{}](codes/{}.md)\n\n| name | | what it is |\n|---|---|---|\n", group.title, group.name);
        for page in &group.pages {
            let name = page.code.name();
            let _ = writeln!(
                out,
                "| [`{name}`](codes/{}.md#{name}) | {} | {} |",
                group.name,
                page.code.severity().word(),
                sentence(page.code.0.summary)
            );
        }
    }
    out
}

fn group_markdown(group: &Group) -> String {
    let mut out = format!("# {}\n", group.title);
    if !group.intro.is_empty() {
        let _ = write!(out, "\n{}\n", group.intro);
    }
    for page in &group.pages {
        out.push('\n');
        out.push_str(&page_markdown(page));
    }
    out
}

/// One page, from its heading `## NAME` on.
pub fn page_markdown(page: &Page) -> String {
    let code = page.code;
    let mut out = format!(
        "## {}\n\n*{}*: {}\n\n{}\n",
        code.name(),
        code.severity().word(),
        sentence(code.0.summary),
        sentence(code.0.why)
    );
    if !page.text.is_empty() {
        let _ = write!(out, "\n{}\n", page.text);
    }
    example(&mut out, &page.wrong.caption("Wrong", None), &page.wrong);
    if !page.wrong.command {
        let checked = check(&page.wrong);
        let said = human::render_all(&checked.sources, &checked.diagnostics, human::Style::default());
        let _ = write!(out, "\nWhat `samband check` says:\n\n```text\n{}```\n", said.trim_start_matches('\n'));
    }
    example(&mut out, &page.right.caption("Right", Some(&page.wrong)), &page.right);
    out
}

fn example(out: &mut String, caption: &str, example: &Example) {
    let language = example.frame.language.word();
    let _ = write!(out, "\n{caption}:\n\n```{language}\n{}```\n", example.fragment);
}
