//! Capital and small letters, and letters that a code page does not have.

use super::shapes::{self, resized};
use super::{Behavior, Function, TEXT, back, texts, there};
use crate::program::Stop;
use crate::value::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// The way back makes the same of a text, so that both sides have one normal form.
const NORMAL: Function = Function { behavior: Behavior::Normalizing, typing_back: shapes::text, ..TEXT };

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "lower",
        doc: "Small letters only.",
        examples: &[
            there("lower", Vec::new, || Value::text("Kari@Example.NO"), || Value::text("kari@example.no")),
            back("lower", Vec::new, || Value::text("OLA@example.no"), || Value::text("ola@example.no")),
        ],
        forward: lower,
        backward: lower,
        ..NORMAL
    },
    Function {
        name: "upper",
        doc: "Capital letters only; a letter whose capital would be two letters, as ß, stays.",
        examples: &[
            there("upper", Vec::new, || Value::text("no914782007mva"), || Value::text("NO914782007MVA")),
            back("upper", Vec::new, || Value::text("Straße"), || Value::text("STRAßE")),
        ],
        forward: upper,
        backward: upper,
        ..NORMAL
    },
    Function {
        name: "capitalize",
        doc: "Makes the first letter a capital and leaves the rest.",
        examples: &[
            there("capitalize", Vec::new, || Value::text("ærlig talt AS"), || Value::text("Ærlig talt AS")),
            back("capitalize", Vec::new, || Value::text("oslo"), || Value::text("Oslo")),
        ],
        forward: capitalize,
        backward: capitalize,
        ..NORMAL
    },
    Function {
        name: "title_case",
        doc: "Makes the first letter of each word a capital and all others small.",
        examples: &[
            there("title_case", Vec::new, || Value::text("ANNE-MARIE ÅS"), || Value::text("Anne-Marie Ås")),
            back("title_case", Vec::new, || Value::text("ola o'neil"), || Value::text("Ola O'neil")),
        ],
        forward: title_case,
        backward: title_case,
        ..NORMAL
    },
    Function {
        name: "plain",
        empties: true,
        doc: "Letters that Nordic code pages lack become their nearest (é is e, ß is ss), æ, ø, å, ä and ö stay, and what has no nearest letter becomes a question mark.",
        examples: &[
            there("plain", Vec::new, || Value::text("Café Łódź på Ærø"), || Value::text("Cafe Lodz på Ærø")),
            there("plain", Vec::new, || Value::text("“Große” – 株"), || Value::text("\"Grosse\" - ?")),
        ],
        // A letter becomes three at most.
        typing: |given, _| resized(given, |size| size.map(|n| n.saturating_mul(3))),
        forward: |value, _| Ok(texts(value, plain)),
        ..TEXT
    },
];

fn lower(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| text.chars().map(small).collect()))
}

fn upper(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| text.chars().map(capital).collect()))
}

fn capitalize(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| {
        let mut rest = text.chars();
        rest.next().map(capital).into_iter().chain(rest).collect()
    }))
}

/// A hyphen begins a new word, an apostrophe does not.
fn title_case(value: &Value, _: &[Value]) -> Result<Value, Stop> {
    Ok(texts(value, |text| {
        let mut inside = false;
        let letter = |c: char| {
            let changed = if inside { small(c) } else { capital(c) };
            inside = c.is_alphanumeric() || (inside && (matches!(c, '\'' | '’') || canonical_combining_class(c) != 0));
            changed
        };
        text.chars().map(letter).collect()
    }))
}

/// Letter by letter, so that a text keeps its length: `İ`, whose small letter is two characters, stays.
fn small(c: char) -> char {
    alone(c, c.to_lowercase())
}

fn capital(c: char) -> char {
    alone(c, c.to_uppercase())
}

fn alone(c: char, mut changed: impl Iterator<Item = char>) -> char {
    match (changed.next(), changed.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        match c {
            _ if c.is_ascii() || "æøåäöÆØÅÄÖ".contains(c) => out.push(c),
            // Signs of Latin-1 that all these code pages have: § ° ½ and the like.
            '\u{a1}'..='\u{bf}' => out.push(c),
            _ if canonical_combining_class(c) != 0 => {}
            _ => match nearest(c) {
                Some(near) => out.push_str(near),
                None => out.push(base_letter(c).unwrap_or('?')),
            },
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Letters and signs that are no accented form of another.
fn nearest(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ẞ' => "SS",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ł' => "l",
        'Ł' => "L",
        'þ' => "th",
        'Þ' => "Th",
        'œ' => "oe",
        'Œ' => "OE",
        'ı' => "i",
        'ŋ' => "n",
        'Ŋ' => "N",
        'ħ' => "h",
        'Ħ' => "H",
        'ŧ' => "t",
        'Ŧ' => "T",
        'ǿ' => "ø",
        'Ǿ' => "Ø",
        'ǽ' => "æ",
        'Ǽ' => "Æ",
        '‘' | '’' | '‚' | '′' => "'",
        '“' | '”' | '„' | '″' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '−' => "-",
        '…' => "...",
        '•' => "*",
        '×' => "x",
        '÷' => "/",
        '€' => "EUR",
        '™' => "TM",
        // Marks that take no room: joiners, direction, byte order, soft hyphens and variants of emoji.
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => "",
        _ if c.is_whitespace() => " ",
        _ => return None,
    })
}

/// The letter under the accents, if it is a plain one.
fn base_letter(c: char) -> Option<char> {
    let mut first = None;
    decompose_compatible(c, |part| {
        first.get_or_insert(part);
    });
    first.filter(|part| part.is_ascii_alphanumeric())
}
