//! Value maps and given tables: which row a value meets.

use super::expr::Expr;
use super::seen::Seen;
use crate::value::Value;

/// What a key of a map or an element of a list is.
#[derive(Debug, Clone, PartialEq)]
pub enum Member {
    Is(Value),
    Between(i64, i64),
}

#[derive(Debug, Clone)]
pub struct MapRow {
    pub key: Member,
    pub value: Expr,
}

/// Rows in the order in which they are tried: of several that a value meets, the first stands.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<MapRow>,
    /// Where all keys are texts: each with its row, sorted.
    texts: Vec<(Box<str>, usize)>,
}

impl From<Vec<MapRow>> for Table {
    fn from(rows: Vec<MapRow>) -> Self {
        let text = |(place, row): (usize, &MapRow)| match &row.key {
            Member::Is(Value::Text(text)) => Some((text.as_str().into(), place)),
            _ => None,
        };
        let mut texts: Vec<(Box<str>, usize)> =
            rows.iter().enumerate().map(text).collect::<Option<_>>().unwrap_or_default();
        texts.sort();
        texts.dedup_by(|later, first| later.0 == first.0);
        Self { rows, texts }
    }
}

impl Table {
    pub fn rows(&self) -> &[MapRow] {
        &self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row that a value meets.
    pub fn find(&self, given: &Seen) -> Option<&MapRow> {
        if let (Some(text), false) = (given.as_text(), self.texts.is_empty()) {
            let at = self.texts.binary_search_by(|(key, _)| (**key).cmp(text)).ok()?;
            return self.rows.get(self.texts.get(at)?.1);
        }
        let given = given.value();
        self.rows.iter().find(|row| row.key.is(&given))
    }
}

impl Member {
    pub fn is(&self, given: &Value) -> bool {
        match self {
            Member::Is(value) => value.same(given),
            Member::Between(from, to) => given.as_int().is_some_and(|n| (*from..=*to).contains(&n)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_as_one_after_another_would_be() {
        let row =
            |key: &str, value: i64| MapRow { key: Member::Is(Value::text(key)), value: Expr::Const(Value::Int(value)) };
        let keys = ["b", "a", "b", "", "Å"];
        let table = Table::from(keys.iter().zip(1..).map(|(key, value)| row(key, value)).collect::<Vec<_>>());
        for given in [Value::text("b"), Value::text("c"), Value::text(""), Value::text("Å"), Value::Null, Value::Int(1)]
        {
            let slow = table.rows().iter().find(|row| row.key.is(&given)).map(std::ptr::from_ref);
            assert_eq!(table.find(&Seen::There(&given)).map(std::ptr::from_ref), slow, "{given}");
        }
    }
}
