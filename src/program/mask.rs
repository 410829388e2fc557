//! Personal data in sentences: each value is replaced by `***` where it stands as words of its own.

use std::collections::HashMap;

/// What stands in the place of a value that says something about a person.
pub const MASKED: &str = "***";

/// Shorter values are no names, and would blot out half of every sentence.
const SHORTEST: usize = 3;

/// The personal values that sentences may hold.
#[derive(Debug, Default)]
pub struct Mask {
    /// By their first word, the longest first.
    values: HashMap<String, Vec<String>>,
}

impl Mask {
    /// Takes a value in; one that tells of nobody, as a number or an initial, is passed over.
    pub fn add(&mut self, text: &str) {
        let text = text.trim();
        if text.chars().count() < SHORTEST || text.chars().all(|c| c.is_ascii_digit()) {
            return;
        }
        let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
        let values = self.values.entry(first).or_default();
        if let Err(place) =
            values.binary_search_by(|known| text.len().cmp(&known.len()).then_with(|| known.as_str().cmp(text)))
        {
            values.insert(place, text.to_owned());
        }
    }

    /// A text with every personal value in it masked, where it stands as words of its own; e-mail addresses always.
    pub fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut inside = false;
        while let Some(c) = rest.chars().next() {
            let taken = if inside { None } else { self.at(rest) };
            if let Some(length) = taken {
                out.push_str(MASKED);
                rest = &rest[length..];
                inside = true;
                continue;
            }
            inside = c.is_alphanumeric();
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        out
    }

    /// The length of the personal value that a text begins with.
    fn at(&self, text: &str) -> Option<usize> {
        let word = text.split(char::is_whitespace).next().unwrap_or_default();
        let address = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_address = address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if is_address && address.starts_with(char::is_alphanumeric) {
            return Some(address.len());
        }
        let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let values = self.values.get(first)?;
        let ends = |length: usize| !text[length..].starts_with(char::is_alphanumeric);
        values.iter().find(|value| text.starts_with(value.as_str()) && ends(value.len())).map(String::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_masked_where_they_stand_as_words() {
        let mut mask = Mask::default();
        for value in ["Per", "Per Lund", "Per", "Fjellveien 3", "Ål", "1042"] {
            mask.add(value);
        }
        for (text, masked) in [
            ("5 Per Lund lives at Fjellveien 3.", "5 *** lives at ***."),
            ("Performance (Per)", "Performance (***)"),
            ("Ål 1042", "Ål 1042"),
            ("mail to `per@example.no`, or a@b", "mail to `***`, or a@b"),
            ("Super", "Super"),
        ] {
            assert_eq!(mask.text(text), masked);
        }
    }
}
