//! Making the certain mends of diagnostics: which of them go together, and the texts they give.
//!
//! Places are bytes throughout, so neither characters beyond ASCII nor the kind of line ending
//! move anything.

use super::{Diagnostic, Edit, Fix};
use crate::source::{FileId, Sources};
use std::collections::BTreeMap;

/// The mends that can be made together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The diagnostics mended, by their place in the list.
    pub mended: Vec<usize>,
    /// The edits of each file, in the order of their places.
    pub edits: BTreeMap<FileId, Vec<Edit>>,
}

/// Chooses the first certain mend of each diagnostic.
///
/// A mend is made whole or not at all. Where two of them meet in one stretch of text, the first
/// diagnostic's is made; the other's comes up again when the mended text is checked. `same` gives
/// for a file the one to write in its stead (one file on disk may have been read twice), or none
/// where it is not to be written.
pub fn choose(sources: &Sources, diagnostics: &[Diagnostic], same: impl Fn(FileId) -> Option<FileId>) -> Chosen {
    let mut chosen = Chosen::default();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let Some(fix) = diagnostic.fixes.iter().find(|fix| fix.safe) else { continue };
        let Some(edits) = moved(sources, fix, &same) else { continue };
        let made = |edit: &Edit| chosen.edits.get(&edit.span.file).is_some_and(|made| made.contains(edit));
        let met = |edit: &Edit| {
            chosen.edits.get(&edit.span.file).is_some_and(|made| made.iter().any(|other| meet(edit, other)))
        };
        // The same mend twice, of a file that several projects share, is made once.
        if !edits.iter().all(made) {
            if edits.iter().any(met) || edits.iter().enumerate().any(|(i, e)| edits[..i].iter().any(|o| meet(e, o))) {
                continue;
            }
            for edit in edits {
                chosen.edits.entry(edit.span.file).or_default().push(edit);
            }
        }
        chosen.mended.push(index);
    }
    for edits in chosen.edits.values_mut() {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    }
    chosen
}

/// A fix's edits over the files that are written; none where one of them is not, or where a
/// place is not in its file.
fn moved(sources: &Sources, fix: &Fix, same: impl Fn(FileId) -> Option<FileId>) -> Option<Vec<Edit>> {
    let edits = fix.edits.iter().map(|edit| {
        let text = &sources.get(edit.span.file).text;
        let file = same(edit.span.file).filter(|_| text.get(edit.span.range()).is_some())?;
        Some(Edit { span: crate::source::Span { file, ..edit.span }, text: edit.text.clone() })
    });
    edits.collect::<Option<Vec<_>>>().filter(|edits| !edits.is_empty())
}

/// Whether two edits touch the same text; an insertion at another's border would leave their
/// order to chance.
fn meet(a: &Edit, b: &Edit) -> bool {
    let (a, b) = (a.span, b.span);
    let border = a.start == a.end || b.start == b.end;
    a.file == b.file && if border { a.start <= b.end && b.start <= a.end } else { a.start < b.end && b.start < a.end }
}

/// The text with edits made that lie in the order of their places and do not meet.
pub fn edited(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start).unwrap_or(""));
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes::names::UNKNOWN_FIELD;
    use crate::source::Span;

    /// A fault for each `(start, end, text)`, mended by it.
    fn faults(file: FileId, edits: &[(usize, usize, &str)]) -> Vec<Diagnostic> {
        let fault = |(start, end, text): &(usize, usize, &str)| {
            let span = Span::new(file, *start, *end);
            Diagnostic::new(UNKNOWN_FIELD, "unknown", span, "").fix("write it", span, *text)
        };
        edits.iter().map(fault).collect()
    }

    fn mended(text: &str, edits: &[(usize, usize, &str)]) -> (String, Vec<usize>) {
        let mut sources = Sources::default();
        let file = sources.add("a.mapping", text);
        let chosen = choose(&sources, &faults(file, edits), Some);
        (edited(text, chosen.edits.get(&file).map_or(&[], Vec::as_slice)), chosen.mended)
    }

    #[test]
    fn edits_are_made_by_bytes_whatever_stands_around_them() {
        let text = "Æ😀 nmae\r\nÅ ciyt\r\n";
        let (name, city) = (text.find("nmae").unwrap(), text.find("ciyt").unwrap());
        let (out, made) = mended(text, &[(city, city + 4, "city"), (name, name + 4, "name"), (0, 0, "x\r\n")]);
        assert_eq!(out, "x\r\nÆ😀 name\r\nÅ city\r\n");
        assert_eq!(made, [0, 1, 2]);
    }

    #[test]
    fn where_edits_meet_the_first_is_made() {
        assert_eq!(mended("abcdef", &[(1, 4, "X"), (3, 5, "Y"), (4, 6, "Z")]), ("aXZ".to_owned(), vec![0, 2]));
        assert_eq!(mended("ab", &[(1, 1, "X"), (1, 1, "Y"), (1, 2, "Z")]), ("aXb".to_owned(), vec![0]));
        assert_eq!(mended("ab", &[(1, 2, "X"), (1, 2, "X")]), ("aX".to_owned(), vec![0, 1]), "the same is no conflict");
    }

    #[test]
    fn a_mend_is_made_whole_or_not_at_all() {
        let mut sources = Sources::default();
        let (own, built_in) = (sources.add("a.mapping", "ab"), sources.add("standard/b.mapping", "ab"));
        let edit = |file, text: &str| Edit { span: Span::new(file, 0, 1), text: text.to_owned() };
        let fix = |edits| Fix { title: "both".to_owned(), safe: true, edits };
        let fault = |edits| Diagnostic::new(UNKNOWN_FIELD, "unknown", Span::new(own, 0, 1), "").offer(fix(edits));
        let only_own = |file| (file == own).then_some(file);
        let both = fault(vec![edit(own, "x"), edit(built_in, "x")]);
        assert_eq!(choose(&sources, &[both], only_own), Chosen::default());
        let outside = fault(vec![edit(own, "x"), Edit { span: Span::new(own, 2, 9), text: String::new() }]);
        assert_eq!(choose(&sources, &[outside], only_own), Chosen::default());
        let unsafe_fix = Fix { safe: false, ..fix(vec![edit(own, "x")]) };
        let fault = Diagnostic::new(UNKNOWN_FIELD, "unknown", Span::new(own, 0, 1), "").offer(unsafe_fix);
        assert_eq!(choose(&sources, &[fault], only_own), Chosen::default());
    }
}
