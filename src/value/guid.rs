//! Severa's identifiers.

use std::fmt;
use std::str::FromStr;

/// A GUID as Severa gives it: 128 bits, written in lower case with dashes.
///
/// Severa's GUIDs are not RFC 4122 version 4, so version and variant are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);

impl FromStr for Guid {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let dashes_fit = text.len() == 36 && [8, 13, 18, 23].iter().all(|i| text.as_bytes()[*i] == b'-');
        if !dashes_fit {
            return Err(());
        }
        let mut bits: u128 = 0;
        for (i, byte) in text.bytes().enumerate() {
            if matches!(i, 8 | 13 | 18 | 23) {
                continue;
            }
            bits = bits << 4 | u128::from((byte as char).to_digit(16).ok_or(())?);
        }
        Ok(Guid(bits))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
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
        assert!("39f9432aa-141-fcab-9142-8045bf8ed54a".parse::<Guid>().is_err());
        assert!("æøå".repeat(6).parse::<Guid>().is_err());
    }
}
