//! How dates are written: `dd.MM.yyyy`. Read anew for each value, which takes no memory.

use jiff::civil::Date;
use std::fmt::Write;

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    /// Four digits, or the last two of a year from 1970 to 2069.
    Year(usize),
    /// With a zero before numbers of one digit (2) or without (1).
    Month(usize),
    Day(usize),
    /// Stands as it is.
    Mark(char),
}

/// Letters that are not understood, or numbers that run into each other.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    let mut open: Option<char> = None;
    let mut parts = 0;
    for piece in pieces(pattern) {
        let piece = piece?;
        let digit = match piece {
            Piece::Mark(c) => c.is_ascii_digit(),
            _ => true,
        };
        if let (Some(letter), true) = (open, digit) {
            return Err(format!(
                "`{letter}` may be one digit or two, so no digit can follow it: write `{letter}{letter}`"
            ));
        }
        parts += usize::from(!matches!(piece, Piece::Mark(_)));
        open = match piece {
            Piece::Month(1) => Some('M'),
            Piece::Day(1) => Some('d'),
            _ => None,
        };
    }
    if parts == 0 { Err("`yyyy`, `MM` or `dd` is missing".to_owned()) } else { Ok(()) }
}

/// Whether it says all of a date, so that one can be read from it.
pub(super) fn is_whole(pattern: &str) -> bool {
    let has = |wanted: fn(&Piece) -> bool| pieces(pattern).flatten().any(|piece| wanted(&piece));
    has(|p| matches!(p, Piece::Year(_))) && has(|p| matches!(p, Piece::Month(_))) && has(|p| matches!(p, Piece::Day(_)))
}

/// The longest text it writes, in characters.
pub(super) fn longest(pattern: &str) -> u32 {
    let sizes = pieces(pattern).flatten().map(|piece| match piece {
        Piece::Year(digits) => u32::try_from(digits).unwrap_or(4),
        Piece::Month(_) | Piece::Day(_) => 2,
        Piece::Mark(_) => 1,
    });
    sizes.fold(0, u32::saturating_add)
}

/// The date as a text, or why it cannot be written so.
pub(super) fn write(pattern: &str, date: Date) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len());
    let year = i64::from(date.year());
    for piece in pieces(pattern).flatten() {
        let (number, digits) = match piece {
            Piece::Year(2) if !(1970..2070).contains(&year) => {
                return Err(format!("two digits stand for the years 1970 to 2069, and this is {date}"));
            }
            Piece::Year(_) if !(1..=9999).contains(&year) => return Err(format!("{date} has no year of four digits")),
            Piece::Year(2) => (year % 100, 2),
            Piece::Year(digits) => (year, digits),
            Piece::Month(digits) => (i64::from(date.month()), digits),
            Piece::Day(digits) => (i64::from(date.day()), digits),
            Piece::Mark(c) => {
                out.push(c);
                continue;
            }
        };
        // Writing to a text cannot fail.
        let _ = write!(out, "{number:0digits$}");
    }
    Ok(out)
}

/// The date that a text says, if it is written so and there is such a day.
pub(super) fn read(pattern: &str, text: &str) -> Option<Date> {
    let (mut year, mut month, mut day, mut rest) = (None, None, None, text);
    for piece in pieces(pattern).flatten() {
        let (part, size) = match piece {
            Piece::Mark(c) => {
                rest = rest.strip_prefix(c)?;
                continue;
            }
            Piece::Year(size) => (&mut year, size),
            Piece::Month(size) => (&mut month, size),
            Piece::Day(size) => (&mut day, size),
        };
        let two = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        let size = if size == 1 && two { 2 } else { size };
        let digits = rest.get(..size).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
        let number: i16 = digits.parse().ok()?;
        let number =
            if matches!(piece, Piece::Year(2)) { number + if number < 70 { 2000 } else { 1900 } } else { number };
        // The same part twice must say the same.
        if part.replace(number).is_some_and(|before| before != number) {
            return None;
        }
        rest = rest.get(size..)?;
    }
    let part = |number: Option<i16>| number.and_then(|n| i8::try_from(n).ok());
    Date::new(year.filter(|y| *y > 0)?, part(month)?, part(day)?).ok().filter(|_| rest.is_empty())
}

/// Its pieces; a letter that says nothing is an error, one in quotes stands as it is.
fn pieces(pattern: &str) -> impl Iterator<Item = Result<Piece, String>> {
    let mut rest = pattern.chars().peekable();
    let mut quoted = false;
    std::iter::from_fn(move || {
        loop {
            let c = rest.next()?;
            if c == '\'' {
                quoted = !quoted;
                continue;
            }
            if quoted || !c.is_alphabetic() {
                return Some(Ok(Piece::Mark(c)));
            }
            let mut size = 1;
            while rest.next_if_eq(&c).is_some() {
                size += 1;
            }
            return Some(match (c, size) {
                ('y', 2 | 4) => Ok(Piece::Year(size)),
                ('M', 1 | 2) => Ok(Piece::Month(size)),
                ('d', 1 | 2) => Ok(Piece::Day(size)),
                ('m', _) => Err("`m` is no part of a date: months are `MM`, with capital letters".to_owned()),
                _ => {
                    let letters = String::from(c).repeat(size);
                    Err(format!(
                        "`{letters}` is not understood: `yyyy`, `yy`, `MM`, `M`, `dd`, `d`, or other letters in '…'"
                    ))
                }
            });
        }
    })
}
