//! Text as a company's database sees it: code page 1252, compared without case and trailing blanks, with SQL Server's LIKE.

use std::cmp::Ordering;

/// The characters of code page 1252 from 0x80 to 0x9F; the five unused bytes stand for the control characters of the same number.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The byte of a character in code page 1252.
fn byte_of(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ (0..=0x7f | 0xa0..=0xff) => u8::try_from(code).ok(),
        _ => HIGH.iter().position(|h| *h == c).and_then(|at| u8::try_from(0x80 + at).ok()),
    }
}

/// The bytes of a varchar; a character outside the code page becomes `?`, silently, as SQL Server does it.
pub fn to_code_page(text: &str) -> Vec<u8> {
    within_code_page(text).chars().map(|c| byte_of(c).unwrap_or(b'?')).collect()
}

/// The text of a varchar's bytes.
pub fn from_code_page(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if (0x80..0xa0).contains(b) { HIGH[usize::from(b - 0x80)] } else { char::from(*b) }).collect()
}

/// The text as a varchar would hold it; what needs two UTF-16 units becomes two question marks.
///
/// SQL Server knows a "best fit" for some letters, such as L for Ł; which ones is not published, so the sandbox has none.
pub fn within_code_page(text: &str) -> String {
    if text.is_ascii() {
        return text.to_string();
    }
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match byte_of(c) {
            Some(_) => kept.push(c),
            None => kept.extend(std::iter::repeat_n('?', c.len_utf16())),
        }
    }
    kept
}

/// How SQL Server's case-insensitive, accent-sensitive collations compare: trailing blanks and case do not count, accents do.
///
/// The order of letters is Danish and Norwegian (æ, ø, å last); "aa" sorts as two letters here, in the real collation as one.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_end_matches(' '), b.trim_end_matches(' '));
    a.chars().flat_map(char::to_lowercase).map(weight).cmp(b.chars().flat_map(char::to_lowercase).map(weight))
}

/// The place of a lower-case letter: base letter first, then its accent.
fn weight(c: char) -> (u32, u32) {
    let base = match c {
        'æ' | 'ä' => 0x7b,
        'ø' | 'ö' => 0x7c,
        'å' => 0x7d,
        'à' | 'á' | 'â' | 'ã' => u32::from('a'),
        'ç' => u32::from('c'),
        'è' | 'é' | 'ê' | 'ë' => u32::from('e'),
        'ì' | 'í' | 'î' | 'ï' => u32::from('i'),
        'ñ' => u32::from('n'),
        'ò' | 'ó' | 'ô' | 'õ' => u32::from('o'),
        'ù' | 'ú' | 'û' => u32::from('u'),
        'ý' | 'ÿ' | 'ü' => u32::from('y'),
        '{' | '|' | '}' | '~' => 0x20,
        other => u32::from(other),
    };
    (base, u32::from(c))
}

/// LIKE with `%`, `_`, `[a-f]`, `[^x]` and an escape character, without case.
pub fn like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let pattern: Vec<char> = pattern.chars().flat_map(char::to_lowercase).collect();
    matches(&text, &pattern, escape)
}

fn matches(text: &[char], pattern: &[char], escape: Option<char>) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return text.iter().all(|c| *c == ' ');
    };
    if Some(*first) == escape {
        return match (rest.split_first(), text.split_first()) {
            (Some((literal, rest)), Some((c, tail))) => literal == c && matches(tail, rest, escape),
            _ => false,
        };
    }
    match first {
        '%' => (0..=text.len()).any(|skip| matches(text.get(skip..).unwrap_or_default(), rest, escape)),
        '[' => match (rest.iter().position(|c| *c == ']'), text.split_first()) {
            (Some(end), Some((c, tail))) => {
                let (set, after) = rest.split_at(end);
                in_set(*c, set) && matches(tail, after.get(1..).unwrap_or_default(), escape)
            }
            _ => false,
        },
        _ => text.split_first().is_some_and(|(c, tail)| (*first == '_' || first == c) && matches(tail, rest, escape)),
    }
}

fn in_set(c: char, set: &[char]) -> bool {
    let (negated, set) = match set.split_first() {
        Some(('^', rest)) => (true, rest),
        _ => (false, set),
    };
    let mut found = false;
    let mut at = 0;
    while let Some(low) = set.get(at) {
        match (set.get(at + 1), set.get(at + 2)) {
            (Some('-'), Some(high)) => {
                found |= (*low..=*high).contains(&c);
                at += 3;
            }
            _ => {
                found |= *low == c;
                at += 1;
            }
        }
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_page_keeps_nordic_letters_and_loses_the_rest() {
        assert_eq!(from_code_page(&to_code_page("Ærø Å € Žš")), "Ærø Å € Žš");
        assert_eq!(within_code_page("Łódź 漢😀"), "?ód? ???");
    }

    #[test]
    fn comparison_ignores_case_and_trailing_blanks_but_not_accents() {
        assert_eq!(compare("ÅSE  ", "åse"), Ordering::Equal);
        assert_eq!(compare("Ase", "Åse"), Ordering::Less);
        assert_eq!(compare(" a", "a"), Ordering::Less);
        assert_eq!(compare("Zoo", "Ærø"), Ordering::Less);
        assert_ne!(compare("idé", "ide"), Ordering::Equal);
    }

    #[test]
    fn like_knows_sets_and_escapes() {
        for (text, pattern, escape, expected) in [
            ("Nordlys", "nord%", None, true),
            ("Nordlys", "%l_s", None, true),
            ("a5", "a[0-9]", None, true),
            ("ax", "a[^0-9]", None, true),
            ("100%", "100!%", Some('!'), true),
            ("1000", "100!%", Some('!'), false),
            ("abc", "ab", None, false),
        ] {
            assert_eq!(like(text, pattern, escape), expected, "{text} LIKE {pattern}");
        }
    }
}
