//! Values and their Transact-SQL types.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

/// A value on its way in or out of a company.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlValue {
    /// NULL of any type.
    Null,
    /// bit.
    Bit(bool),
    /// tinyint to bigint.
    Int(i64),
    /// decimal and numeric, up to 28 digits (SQL Server has 38).
    Decimal(Decimal),
    /// real and float, which no company table has.
    Float(f64),
    /// varchar, nvarchar, uniqueidentifier (as text), datetimeoffset (as ISO text).
    Text(String),
    /// varbinary.
    Bytes(Vec<u8>),
    /// date (at midnight), time (on 1900-01-01), datetime and datetime2.
    DateTime(DateTime),
}

impl SqlValue {
    /// The type a value has that nobody declared one for.
    pub(super) fn natural_type(&self) -> SqlType {
        match self {
            Self::Null => SqlType::Null,
            Self::Bit(_) => SqlType::Bit,
            Self::Int(_) => SqlType::BigInt,
            Self::Decimal(n) => SqlType::Decimal(28, u8::try_from(n.scale()).unwrap_or(28)),
            Self::Float(_) => SqlType::Float,
            Self::Text(_) => SqlType::NVarchar(None),
            Self::Bytes(_) => SqlType::VarBinary(None),
            Self::DateTime(_) => SqlType::DateTime2(7),
        }
    }
}

impl From<i64> for SqlValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for SqlValue {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<&str> for SqlValue {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for SqlValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Decimal> for SqlValue {
    fn from(value: Decimal) -> Self {
        Self::Decimal(value)
    }
}

/// A Transact-SQL type as far as the sandbox knows it. Lengths are characters; `None` is `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlType {
    /// The type of a bare NULL.
    Null,
    /// 0 or 1.
    Bit,
    /// One byte, 0 to 255.
    TinyInt,
    /// Two bytes.
    SmallInt,
    /// Four bytes.
    Int,
    /// Eight bytes.
    BigInt,
    /// Digits in all, digits after the point.
    Decimal(u8, u8),
    /// Eight-byte float.
    Float,
    /// Text of the code page.
    Varchar(Option<u16>),
    /// Unicode text.
    NVarchar(Option<u16>),
    /// Bytes.
    VarBinary(Option<u16>),
    /// A day.
    Date,
    /// A time of day with that many digits after the second.
    Time(u8),
    /// A moment to 1/300 second.
    DateTime,
    /// A moment with that many digits after the second.
    DateTime2(u8),
    /// A moment with its offset.
    DateTimeOffset(u8),
    /// uniqueidentifier.
    Guid,
}

impl SqlType {
    /// The type's name as SQL Server's messages write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bit => "bit",
            Self::TinyInt => "tinyint",
            Self::SmallInt => "smallint",
            Self::Int => "int",
            Self::BigInt => "bigint",
            Self::Decimal(..) => "numeric",
            Self::Float => "float",
            Self::Varchar(_) => "varchar",
            Self::NVarchar(_) => "nvarchar",
            Self::VarBinary(_) => "varbinary",
            Self::Date => "date",
            Self::Time(_) => "time",
            Self::DateTime => "datetime",
            Self::DateTime2(_) => "datetime2",
            Self::DateTimeOffset(_) => "datetimeoffset",
            Self::Guid => "uniqueidentifier",
        }
    }

    /// The rank in Transact-SQL's order of precedence: the lesser type of two is converted to the greater.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Null => 0,
            Self::VarBinary(_) => 1,
            Self::Varchar(_) => 2,
            Self::NVarchar(_) => 3,
            Self::Guid => 4,
            Self::Bit => 5,
            Self::TinyInt => 6,
            Self::SmallInt => 7,
            Self::Int => 8,
            Self::BigInt => 9,
            Self::Decimal(..) => 10,
            Self::Float => 11,
            Self::Time(_) => 12,
            Self::Date => 13,
            Self::DateTime => 14,
            Self::DateTime2(_) => 15,
            Self::DateTimeOffset(_) => 16,
        }
    }

    /// Whether it is bit or one of the whole-number types.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self, Self::Bit | Self::TinyInt | Self::SmallInt | Self::Int | Self::BigInt)
    }

    /// Whether it is varchar or nvarchar.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Varchar(_) | Self::NVarchar(_))
    }

    /// Whether it is a date, a time or both, without an offset.
    pub(crate) fn is_moment(self) -> bool {
        matches!(self, Self::Date | Self::Time(_) | Self::DateTime | Self::DateTime2(_))
    }

    /// The decimal that holds every value of a whole-number type.
    pub(crate) fn as_decimal(self) -> (u8, u8) {
        match self {
            Self::Decimal(p, s) => (p, s),
            Self::Bit => (1, 0),
            Self::TinyInt => (3, 0),
            Self::SmallInt => (5, 0),
            Self::Int => (10, 0),
            _ => (19, 0),
        }
    }

    /// The type both sides of a comparison, CASE or ISNULL meet in.
    pub(crate) fn common(self, other: Self) -> Self {
        match (self, other) {
            (Self::Decimal(..), o) if o.is_whole() || matches!(o, Self::Decimal(..)) => widest(self, o),
            (o, Self::Decimal(..)) if o.is_whole() => widest(o, other),
            (Self::Varchar(a), Self::Varchar(b)) => Self::Varchar(longest(a, b)),
            (Self::NVarchar(a), Self::Varchar(b) | Self::NVarchar(b)) | (Self::Varchar(a), Self::NVarchar(b)) => {
                Self::NVarchar(longest(a, b))
            }
            _ if self.precedence() >= other.precedence() => self,
            _ => other,
        }
    }
}

fn widest(a: SqlType, b: SqlType) -> SqlType {
    let ((p1, s1), (p2, s2)) = (a.as_decimal(), b.as_decimal());
    let scale = s1.max(s2);
    SqlType::Decimal(((p1 - s1).max(p2 - s2) + scale).min(38), scale)
}

fn longest(a: Option<u16>, b: Option<u16>) -> Option<u16> {
    Some(a?.max(b?))
}
