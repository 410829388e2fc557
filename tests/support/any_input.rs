//! What holds for any text whatever: called by the laws (tests/laws.rs), by the memory test, and
//! by the fuzz targets (fuzz/), so that all three try the same things.

use samband::diag::{self, Diagnostic, github, human, json, junit, sarif};
use samband::model;
use samband::schema::Schemas;
use samband::settings;
use samband::source::{FileId, Sources, Span};
use samband::syntax::{self, ast, outline};
use std::sync::OnceLock;

/// Why a law does not hold.
pub type Broken = String;

/// Parsing answers, at places that are there, and every renderer can say it.
pub fn parse(text: &str) -> Result<(), Broken> {
    let mut sources = Sources::default();
    let file = sources.add("a b,c.mapping", text);
    let (_, diagnostics) = syntax::parse(&sources, file);
    rendered(&sources, &[file], &diagnostics)
}

/// The layout is stable, keeps the tree and the comments, and leaves alone what does not parse.
pub fn format(text: &str) -> Result<(), Broken> {
    let once = syntax::format(text);
    let twice = syntax::format(&once.text).text;
    if twice != once.text {
        return Err(format!("formatting twice is not formatting once:\n{}\n--- twice ---\n{twice}", once.text));
    }
    if comments(&once.text) != comments(text) {
        return Err(format!("{:#?}\n became {:#?}", comments(text), comments(&once.text)));
    }
    if shape(&once.text) != shape(text) {
        let (new, old) = (shape(&once.text), shape(text));
        let same = new.bytes().zip(old.bytes()).take_while(|(a, b)| a == b).count();
        let from = same.saturating_sub(200);
        let near = |s: &str| s.chars().skip(from).take(300).collect::<String>();
        return Err(format!("the tree changed from\n{}\nto\n{}\nlaid out:\n{}", near(&old), near(&new), once.text));
    }
    // A statement that did not parse is found in the result as it was, line endings aside.
    let laid = once.text.replace('\r', "");
    let mut from = 0;
    for head in broken_heads(text, &once.diagnostics) {
        let head = head.replace('\r', "");
        match laid.get(from..).and_then(|rest| rest.find(&head)) {
            Some(at) => from += at + head.len(),
            None => return Err(format!("`{head}` does not parse and was changed:\n{laid}")),
        }
    }
    Ok(())
}

/// Checking over the standard mapping answers, at places that are there.
pub fn check(text: &str) -> Result<(), Broken> {
    let (sources, file, diagnostics) = over_standard(text);
    rendered(&sources, &[file], &diagnostics)
}

/// Checks a file over the standard mapping, which is parsed once only.
pub fn over_standard(text: &str) -> (Sources, FileId, Vec<Diagnostic>) {
    static STANDARD: OnceLock<(Sources, Vec<(FileId, ast::File)>)> = OnceLock::new();
    let (standard, trees) = STANDARD.get_or_init(|| {
        let mut sources = Sources::default();
        let mut tree = |(name, text): &(&str, &str)| {
            let file = sources.add(*name, *text);
            (file, syntax::parse(&sources, file).0)
        };
        let trees = samband::standard::FILES.iter().map(&mut tree).collect();
        (sources, trees)
    });
    let (mut sources, mut trees) = (standard.clone(), trees.clone());
    let file = sources.add("own.mapping", text);
    let (tree, mut diagnostics) = syntax::parse(&sources, file);
    trees.push((file, tree));
    model::build(
        &sources,
        Schemas::standard(),
        &trees.iter().map(|(id, file)| (*id, file)).collect::<Vec<_>>(),
        None,
        None,
        &mut diagnostics,
    );
    (sources, file, diagnostics)
}

/// Reading a settings file answers, and so does checking the standard mapping with what it says.
pub fn settings(text: &str) -> Result<(), Broken> {
    let mut sources = Sources::default();
    let mut files: Vec<_> = samband::standard::FILES.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let file = settings::add(&mut sources, settings::FILE_NAME, text);
    let (read, mut diagnostics) = settings::read(&sources, file);
    let (_, more) = model::check(&sources, Schemas::standard(), &files, read.mapping.as_ref(), Some(&read.settings));
    diagnostics.extend(more);
    files.push(file);
    rendered(&sources, &files, &diagnostics)
}

/// The text as the inside of an example.
pub fn example(text: &str) -> Result<(), Broken> {
    let text = format!(
        "edition 2026\nmapping own extends standard\nexample \"any\" for Customer {{\n    {text}\n}}\nexample \"b\" for Customer {{\n    severa {{ name: {text} }}\n}}\n"
    );
    parse(&text)?;
    format(&text)?;
    check(&text)
}

/// Every renderer takes the diagnostics, and their places are places.
pub fn rendered(sources: &Sources, files: &[FileId], diagnostics: &[Diagnostic]) -> Result<(), Broken> {
    for diagnostic in diagnostics {
        let labels = diagnostic.labels.iter().map(|label| label.span);
        let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        labels.chain(edits).try_for_each(|span| placed(sources, span)).map_err(|e| format!("{e}: {diagnostic:#?}"))?;
        if diagnostic.message.contains('\n') || diagnostic.message.is_empty() {
            return Err(format!("a message is one line: {diagnostic:#?}"));
        }
    }
    human::render_all(sources, diagnostics, human::Style::default());
    let ascii = human::Style { color: true, unicode: false, width: 20 };
    human::render_all(sources, diagnostics.get(..diagnostics.len().min(3)).unwrap_or_default(), ascii);
    let text = json::render(sources, diagnostics).map_err(|e| e.to_string())?;
    serde_json::from_str::<serde_json::Value>(&text).map_err(|e| e.to_string())?;
    serde_json::from_str::<serde_json::Value>(&sarif::render(sources, diagnostics)).map_err(|e| e.to_string())?;
    let lines = github::render(sources, diagnostics).lines().count();
    if lines != diagnostics.len() {
        return Err(format!("{lines} workflow commands for {} diagnostics", diagnostics.len()));
    }
    junit::render(sources, files, diagnostics);
    let chosen = diag::apply::choose(sources, diagnostics, Some);
    drop(chosen);
    Ok(())
}

/// A stretch lies in its file, on whole characters, and its lines and columns lead back to it.
fn placed(sources: &Sources, span: Span) -> Result<(), Broken> {
    let text = sources.get(span.file).text.as_str();
    if text.get(span.range()).is_none() {
        return Err(format!("{span:?} is no stretch of a file of {} bytes", text.len()));
    }
    let place = json::place(sources, span);
    let at = |line: usize, column: usize| {
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let line = text.get(start..).unwrap_or("");
        start + line.chars().take(column - 1).map(char::len_utf8).sum::<usize>()
    };
    let back = at(place.line, place.column)..at(place.end_line, place.end_column);
    // On texts of a megabyte with thousands of faults, counting anew for each would take hours.
    if text.len() < 100_000 && back != span.range() {
        return Err(format!("{place:?} leads to {back:?}, not to {:?}", span.range()));
    }
    Ok(())
}

/// All comments, documentation too, in their order.
pub fn comments(text: &str) -> Vec<&str> {
    let blanked = outline::outline(text).blanked;
    let (mut found, mut at) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let code = blanked.get(at..at + line.len()).unwrap_or("");
        let same = line.bytes().zip(code.bytes()).take_while(|(a, b)| a == b).count();
        let same = if line.starts_with('\u{feff}') { line.find("//").unwrap_or(line.len()).max(same) } else { same };
        if let Some(comment) = line.get(same..).filter(|c| c.starts_with("//")) {
            found.push(comment.trim_end());
        }
        at += line.len();
    }
    found
}

/// A file's tree without its places.
pub fn shape(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("x", text);
    let shown = format!("{:?}", syntax::parse(&sources, file).0);
    let mut shape = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Span { file") {
        shape.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).and_then(|r| r.split_once('}')).map_or("", |(_, rest)| rest);
    }
    shape + rest
}

/// The statements that a syntax fault begins in, from their first word to the end of their head.
fn broken_heads<'t>(text: &'t str, diagnostics: &[Diagnostic]) -> Vec<&'t str> {
    let outline = outline::outline(text);
    let mut found = Vec::new();
    heads(&outline.items, &mut |head| {
        let at = diagnostics.iter().filter(|d| d.code.severity() == diag::Severity::Error).filter_map(Diagnostic::span);
        if at.map(|span| span.range().start).any(|at| head.start <= at && at < head.end) {
            found.extend(text.get(head.clone()));
        }
    });
    found
}

pub fn heads(items: &[outline::Item], see: &mut dyn FnMut(&std::ops::Range<usize>)) {
    for item in items {
        let outline::Item::Statement(statement) = item else { continue };
        see(&statement.head);
        if let Some(block) = &statement.block {
            heads(&block.items, see);
        }
    }
}
