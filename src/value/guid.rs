//! Severa's identifiers.

use std::fmt;
use std::str::FromStr;

/// A GUID as Severa gives it: 128 bits, written in lower case with dashes.
///
/// Severa's GUIDs are not RFC 4122 version 4, so version and variant are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);

/// What each byte is as a digit; more than 15 where it is none.
const DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digits[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    digits
};

impl FromStr for Guid {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let dashes_fit = text.len() == 36 && [8, 13, 18, 23].iter().all(|i| text.as_bytes()[*i] == b'-');
        if !dashes_fit {
            return Err(());
        }
        let (mut bits, mut wrong) = (0_u128, 0_u8);
        for (from, to) in [(0, 8), (9, 13), (14, 18), (19, 23), (24, 36)] {
            let mut number = 0_u64;
            for byte in text.as_bytes().get(from..to).unwrap_or_default() {
                let digit = DIGITS[usize::from(*byte)];
                wrong |= digit;
                number = number << 4 | u64::from(digit & 15);
            }
            bits = bits << (4 * (to - from)) | u128::from(number);
        }
        if wrong > 15 { Err(()) } else { Ok(Guid(bits)) }
    }
}

impl Guid {
    /// Its 36 characters.
    pub fn ascii(self) -> [u8; 36] {
        let mut text = [b'-'; 36];
        let mut bits = self.0;
        for place in (0..36).rev().filter(|place| !matches!(place, 8 | 13 | 18 | 23)) {
            text[place] = b"0123456789abcdef"[(bits & 15) as usize];
            bits >>= 4;
        }
        text
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.ascii()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let text = "39f9432a-a141-fcab-9142-8045bf8ed54a";
        assert_eq!(text.parse::<Guid>().map(|g| g.to_string()), Ok(text.to_owned()));
        assert_eq!(text.to_uppercase().parse::<Guid>(), text.parse::<Guid>());
        assert!("39f9432a".parse::<Guid>().is_err());
        assert!(text.replace('f', "g").parse::<Guid>().is_err());
        assert!("39f9432aa-141-fcab-9142-8045bf8ed54a".parse::<Guid>().is_err());
        assert!("æøå".repeat(6).parse::<Guid>().is_err());
    }
}
