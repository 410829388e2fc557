//! From a group's Markdown to its pages.

use super::frames::{self, Language};
use super::{Example, Group, Page};
use crate::diag::Code;

/// One file. A section that is no page is left out and told in `faults`.
pub(super) fn group(name: &'static str, text: &str, known: &[Code], faults: &mut Vec<String>) -> Group {
    let text = text.replace("\r\n", "\n");
    let mut sections = sections(&text);
    let head = if sections.is_empty() { Section::default() } else { sections.remove(0) };
    let mut group = Group { name, title: head.title, intro: head.prose, pages: Vec::new() };
    for section in sections {
        let title = section.title.clone();
        match page(name, section, known) {
            Ok(page) if group.pages.iter().any(|p| p.code == page.code) => {
                faults.push(format!("{name}.md: `{title}` has two sections"));
            }
            Ok(page) => group.pages.push(page),
            Err(why) => faults.push(format!("{name}.md: `{title}`: {why}")),
        }
    }
    group
}

/// A heading and what stands below it.
#[derive(Default)]
struct Section {
    title: String,
    prose: String,
    /// The words after the three ticks, and the lines up to the next three.
    blocks: Vec<(String, String)>,
}

/// The first is the one before any `##`.
fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        let Some(section) = sections.last_mut() else { continue };
        match (&mut block, line.strip_prefix("```")) {
            (Some(_), Some(_)) => section.blocks.extend(block.take()),
            (Some((_, lines)), None) => *lines += &format!("{line}\n"),
            (None, Some(fence)) => block = Some((fence.to_owned(), String::new())),
            (None, None) => {
                if let Some(title) = line.strip_prefix("## ") {
                    sections.push(Section { title: title.trim().to_owned(), ..Section::default() });
                } else if let Some(title) = line.strip_prefix("# ") {
                    section.title = title.trim().to_owned();
                } else {
                    section.prose += &format!("{line}\n");
                }
            }
        }
    }
    for section in &mut sections {
        section.prose = section.prose.trim().to_owned();
        // Where blocks stood, only blank lines are left.
        while section.prose.contains("\n\n\n") {
            section.prose = section.prose.replace("\n\n\n", "\n\n");
        }
    }
    sections
}

fn page(group: &'static str, section: Section, known: &[Code]) -> Result<Page, String> {
    let code = known.iter().find(|code| code.name() == section.title).ok_or("there is no such code")?;
    let (mut wrong, mut right) = (None, None);
    for (fence, fragment) in section.blocks {
        let (word, example) = example(&fence, fragment)?;
        let place = if word == "wrong" { &mut wrong } else { &mut right };
        if place.replace(example).is_some() {
            return Err(format!("two blocks are {word}"));
        }
    }
    Ok(Page {
        code: *code,
        group,
        text: section.prose,
        wrong: wrong.ok_or("no block is wrong")?,
        right: right.ok_or("no block is right")?,
    })
}

/// `mapping wrong customer`, and the lines below it.
fn example(fence: &str, fragment: String) -> Result<(String, Example), String> {
    let words: Vec<&str> = fence.split_whitespace().collect();
    let (language, word, frame, command) = match words.as_slice() {
        [language, word @ ("wrong" | "right"), frame] => (language, word, frame, false),
        [language, word @ ("wrong" | "right"), frame, "command"] => (language, word, frame, true),
        _ => return Err(format!("`{fence}` is not of the form `mapping wrong FRAME`")),
    };
    let language = Language::of(language).ok_or_else(|| format!("there is no language `{language}`"))?;
    let frame =
        frames::find(language, frame).ok_or_else(|| format!("there is no {} frame `{frame}`", language.word()))?;
    Ok(((*word).to_owned(), Example { frame, fragment, command }))
}
