//! How texts are compared: in our own code, never by a database's collation.

use unicode_normalization::UnicodeNormalization;

/// The form in which names and keys are matched: composed (NFC), trimmed, inner blanks folded to
/// one, case ignored. Accents count: `Aalto` is not `Ålto`, `Veikko` is not `Weikko`.
pub fn match_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !form.is_empty() {
            form.push(' ');
        }
        form.extend(word.nfc().flat_map(char::to_lowercase));
    }
    form
}

/// Without blanks at its ends, or nothing if only blanks are left.
pub fn trimmed(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matching_folds_case_and_blanks_but_not_accents() {
        assert_eq!(match_form("  Kuusikko   OY "), match_form("kuusikko oy"));
        assert_eq!(match_form("A\u{30a}lto"), match_form("Ålto"));
        assert_ne!(match_form("Aalto"), match_form("Ålto"));
        assert_ne!(match_form("Veikko"), match_form("Weikko"));
    }
}
