//! The types that fields, settings and tables have.

use std::fmt;
use std::sync::Mutex;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A text; with a size, of at most so many characters. Severa publishes no sizes for most texts.
    Text(Option<u32>),
    Int,
    /// Digits in all, and after the point.
    Decimal(u8, u8),
    Bool,
    Date,
    Time,
    Instant,
    Guid,
    /// One of a fixed set of words.
    Enum(&'static [&'static str]),
    /// Records of the same system that belong to the record, by the name of their record.
    List(&'static str),
    /// A list of plain values.
    Values(Box<Type>),
    /// A range of whole numbers, in settings and tables.
    Range,
    /// `severa` or `business`.
    Side,
}

impl Type {
    pub fn is_text(&self) -> bool {
        matches!(self, Type::Text(_))
    }

    /// The words that it takes, where these are all.
    pub fn words(&self) -> Option<&'static [&'static str]> {
        match self {
            Type::Enum(words) => Some(words),
            Type::Side => Some(&["severa", "business"]),
            _ => None,
        }
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Type::Int | Type::Decimal(..))
    }
}

/// As it is written in mapping files and messages.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Text(None) => f.write_str("text"),
            Type::Text(Some(size)) => write!(f, "text({size})"),
            Type::Int => f.write_str("int"),
            Type::Decimal(digits, scale) => write!(f, "decimal({digits},{scale})"),
            Type::Bool => f.write_str("bool"),
            Type::Date => f.write_str("date"),
            Type::Time => f.write_str("time"),
            Type::Instant => f.write_str("instant"),
            Type::Guid => f.write_str("guid"),
            Type::Enum(words) => write!(f, "one of {}", words.join(", ")),
            Type::List(record) => write!(f, "list of {record}"),
            Type::Values(of) => write!(f, "list of {of}"),
            Type::Range => f.write_str("range"),
            Type::Side => f.write_str("side"),
        }
    }
}

/// A fixed set of words that a mapping declares (`one of carry, net`), kept for the life of the process.
///
/// The sets are few and the same in every project that uses a mapping, so each is kept once.
pub fn words<'w>(words: impl Iterator<Item = &'w str>) -> &'static [&'static str] {
    static KNOWN: Mutex<Vec<&'static [&'static str]>> = Mutex::new(Vec::new());
    let wanted: Vec<&str> = words.collect();
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(found) = known.iter().find(|k| **k == wanted.as_slice()) {
        return found;
    }
    let kept: Vec<&'static str> = wanted.into_iter().map(|w| &*w.to_owned().leak()).collect();
    let kept: &'static [&'static str] = kept.leak();
    known.push(kept);
    kept
}
