//! A column as its database declares it: `varchar(80)`, `decimal(28,6) null`.

use crate::value::Type;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the database says of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Declared {
    /// In lower case, with its sizes: `varchar(80)`, `nvarchar(max)`.
    pub ty: String,
    pub nullable: bool,
}

impl Declared {
    /// The type of its values; `None` for one that Visma Business itself does not use (dates, floats).
    pub fn value_type(&self) -> Option<Type> {
        let (name, sizes) = match self.ty.split_once('(') {
            Some((name, rest)) => (name, rest.strip_suffix(')')?),
            None => (self.ty.as_str(), ""),
        };
        Some(match name {
            "bit" | "tinyint" | "smallint" | "int" | "bigint" => Type::Int,
            "decimal" | "numeric" => {
                let (digits, places) = sizes.split_once(',')?;
                Type::Decimal(digits.trim().parse().ok()?, places.trim().parse().ok()?)
            }
            "varchar" | "nvarchar" | "char" | "nchar" => match sizes {
                "max" => Type::Text(None),
                size => Type::Text(Some(size.parse().ok()?)),
            },
            _ => return None,
        })
    }

    /// The type of a column that the schema knows as `known`: dates and times stay what they mean.
    pub fn instead_of(&self, known: &Type) -> Type {
        match (known, self.value_type()) {
            (Type::Date | Type::Time | Type::Bool, Some(Type::Int)) | (_, None) => known.clone(),
            (_, Some(real)) => real,
        }
    }
}

impl From<Declared> for String {
    fn from(declared: Declared) -> Self {
        declared.to_string()
    }
}

impl TryFrom<String> for Declared {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (ty, nullable) = match text.strip_suffix(" null") {
            Some(ty) => (ty, true),
            None => (text.as_str(), false),
        };
        match ty.is_empty() || ty.contains(char::is_whitespace) {
            true => Err(format!("`{text}` is no column's type")),
            false => Ok(Self { ty: ty.to_ascii_lowercase(), nullable }),
        }
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.ty, if self.nullable { " null" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_and_their_types() {
        for (text, ty) in [
            ("varchar(80)", Some(Type::Text(Some(80)))),
            ("nvarchar(max) null", Some(Type::Text(None))),
            ("decimal(28,6)", Some(Type::Decimal(28, 6))),
            ("smallint", Some(Type::Int)),
            ("datetime2 null", None),
            ("varchar(much)", None),
        ] {
            let declared = Declared::try_from(text.to_owned()).expect("a declaration");
            assert_eq!(declared.value_type(), ty, "{text}");
            assert_eq!(declared.to_string(), text);
        }
        let int = Declared { ty: "int".to_owned(), nullable: false };
        assert_eq!(int.instead_of(&Type::Date), Type::Date);
        assert_eq!(int.instead_of(&Type::Text(Some(10))), Type::Int);
        assert!(Declared::try_from("int not a type".to_owned()).is_err());
    }
}
