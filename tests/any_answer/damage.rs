//! Ways in which bytes may come otherwise than they were sent.

use crate::support::choices::Choices;

/// Words that a JSON reader, a number reader or a person may trip over.
const WORDS: &[&[u8]] = &[
    b"null",
    b"{}",
    b"[]",
    b"-1",
    b"1e400",
    b"99999999999999999999999999999999999999",
    b"0.00000000000000000000000000000000001",
    b"true",
    b"\"\"",
    b"\"\\ud800\"",
    b"\xff\xfe",
    b"\0",
    b"\"2026-13-45T99:00:00Z\"",
    b"\"\xf0\x9f\x98\x80\"",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"<html><body>Bad gateway</body></html>",
];

/// The bytes with a few things done to them.
pub fn damaged(bytes: &[u8], c: &mut Choices<'_>) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=c.below(3) {
        let at = c.below(out.len() + 1);
        let to = (at + c.below(1 + (out.len() - at).min(64))).min(out.len());
        match c.below(7) {
            0 => out.truncate(at),
            1 => drop(out.splice(at..to, [])),
            2 => {
                let again = out[at..to].to_vec();
                out.splice(at..at, again);
            }
            3 => {
                let mask = 1 << c.below(8);
                out.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= mask);
            }
            4 => {
                let word = WORDS[c.below(WORDS.len())];
                out.splice(at..at, word.iter().copied());
            }
            5 => {
                // In the place of a whole value of JSON: from a colon to what ends the value.
                let from = out[at..].iter().position(|b| *b == b':').map_or(at, |colon| at + colon + 1);
                let end = out[from..].iter().position(|b| b",}]".contains(b)).map_or(out.len(), |end| from + end);
                out.splice(from..end, WORDS[c.below(WORDS.len())].iter().copied());
            }
            _ => {
                let byte = u8::try_from(c.below(256)).unwrap_or_default();
                out[at..to].fill(byte);
            }
        }
    }
    out
}
