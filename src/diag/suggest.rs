//! "Did you mean": the nearest right name, or none where nothing is near.

use super::{Edit, Fix};
use crate::source::Span;

/// A near name: what to say, and the mend where no other name is as likely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// "did you mean `Customer`?"
    pub help: String,
    pub fix: Option<Fix>,
}

/// No longer name is taken for a misspelt one, in characters.
const LONGEST: usize = 100;

/// The candidate nearest to `given`, if it is near enough to be a slip of the keyboard.
///
/// The cut-off grows with length: one slip in names of up to four letters, a third of longer ones.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(given, candidates).into_iter().min_by_key(|(distance, c)| (*distance, c.len())).map(|(_, c)| c)
}

/// The candidates that are near enough, with their distances.
fn near<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    let length = given.chars().count();
    let allowed = (length / 3).max(1);
    // Nobody's slip makes a name of hundreds of letters, and comparing takes as long as both are long.
    if length > LONGEST {
        return Vec::new();
    }
    let lower = given.to_lowercase();
    let length = lower.chars().count();
    candidates
        .into_iter()
        // Names whose lengths differ by more are no nearer than that.
        .filter(|c| !c.is_ascii() || c.len().abs_diff(length) <= allowed)
        .map(|c| (strsim::osa_distance(&lower, &c.to_lowercase()), c))
        .filter(|(distance, _)| *distance <= allowed)
        .collect()
}

/// The nearest candidate as help for what is written at `span`.
///
/// The mend comes with it where exactly one name is near, or exactly one differs in nothing but
/// capitals, and where the stretch holds the name alone, without quotes or brackets around it.
pub fn suggestion<'a>(given: &str, span: Span, candidates: impl IntoIterator<Item = &'a str>) -> Option<Suggestion> {
    let near = near(given, candidates);
    let (best, name) = near.iter().copied().min_by_key(|(distance, c)| (*distance, c.len()))?;
    let alone = near.iter().all(|(distance, c)| *c == name || (best == 0 && *distance > 0));
    let fix = (alone && span.range().len() == given.len()).then(|| written(name, span));
    Some(Suggestion { help: format!("did you mean `{name}`?"), fix })
}

/// The mend that writes `name` at `span`.
fn written(name: &str, span: Span) -> Fix {
    Fix { title: format!("write `{name}`"), safe: true, edits: vec![Edit { span, text: name.to_owned() }] }
}

/// `did you mean `x`?` as help text.
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(given, candidates).map(|c| format!("did you mean `{c}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn only_what_is_certain_is_mended() {
        let mend = |given: &str, length: usize, known: &[&str]| {
            let span = Span::new(FileId(0), 3, 3 + length);
            let fix = suggestion(given, span, known.iter().copied())?.fix?;
            Some(fix.edits[0].text.clone())
        };
        assert_eq!(mend("custmoer", 8, &["Customer", "Project"]).as_deref(), Some("Customer"));
        assert_eq!(mend("Nn", 2, &["Nm", "No"]), None, "two are near");
        assert_eq!(mend("nm", 2, &["Nm", "No"]).as_deref(), Some("Nm"), "only its capitals differ");
        assert_eq!(mend("nm", 2, &["Nm", "NM"]), None);
        assert_eq!(mend("custmoer", 10, &["Customer"]), None, "quotes stand around it");
        assert_eq!(mend("Nn", 2, &["Nm", "Nm"]).as_deref(), Some("Nm"), "one name, known twice");
    }

    #[test]
    fn only_near_names_are_offered() {
        assert_eq!(nearest("custmoer", ["Customer", "Project"]), Some("Customer"));
        assert_eq!(nearest("zebra", ["Customer", "Project"]), None);
        assert_eq!(nearest("Nn", ["Nm", "Ad1"]), Some("Nm"));
    }
}
