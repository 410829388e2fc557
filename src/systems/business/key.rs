//! A row's identifier: its primary key as text.
//!
//! A key of one column is that column's text as it stands. The parts of a longer key are joined by
//! `/`; in their texts `~` and `/` are written `~0` and `~1`, as in JSON pointers, so that no two keys
//! look alike.

use super::columns::{Column, Family, Table};
use super::raw::Raw;
use super::statements::{self, Param};

/// The identifier of a key.
pub(super) fn text(parts: &[Raw]) -> String {
    match parts {
        [one] => one.text(),
        parts => parts.iter().map(|part| escaped(&part.text())).collect::<Vec<_>>().join("/"),
    }
}

/// An identifier as the key's columns hold it; `None` if it cannot be one of this table.
pub(super) fn parse(table: &Table, id: &str) -> Option<Vec<Raw>> {
    if let [column] = table.keys.as_slice() {
        return Some(vec![part(column, id)?]);
    }
    let parts: Vec<&str> = id.split('/').collect();
    if parts.len() != table.keys.len() {
        return None;
    }
    table.keys.iter().zip(parts).map(|(column, text)| part(column, &plain(text)?)).collect()
}

/// Exactly this key.
pub(super) fn is(table: &Table, key: &[Raw], params: &mut Vec<Param>) -> String {
    let tests = table.keys.iter().zip(key).map(|(column, raw)| test(column, "=", raw, params));
    tests.collect::<Vec<_>>().join(" AND ")
}

/// Any of these keys.
pub(super) fn any_of<'k>(table: &Table, keys: impl Iterator<Item = &'k [Raw]>, params: &mut Vec<Param>) -> String {
    if let [column] = table.keys.as_slice() {
        let places: Vec<String> =
            keys.filter_map(|key| key.first()).map(|raw| statements::place(params, raw, column)).collect();
        return match places.as_slice() {
            [] => "1 = 0".to_owned(),
            places => format!("{} IN ({})", statements::quoted(&column.name), places.join(", ")),
        };
    }
    let each: Vec<String> = keys.map(|key| format!("({})", is(table, key, params))).collect();
    if each.is_empty() { "1 = 0".to_owned() } else { format!("({})", each.join(" OR ")) }
}

/// Any key after this one, in the order of the key's columns.
pub(super) fn after(table: &Table, key: &[Raw], params: &mut Vec<Param>) -> String {
    let mut ways = Vec::new();
    for place in 0..table.keys.len().min(key.len()) {
        let mut tests = Vec::new();
        for (column, raw) in table.keys.iter().zip(key).take(place) {
            tests.push(test(column, "=", raw, params));
        }
        if let (Some(column), Some(raw)) = (table.keys.get(place), key.get(place)) {
            tests.push(test(column, ">", raw, params));
        }
        ways.push(tests.join(" AND "));
    }
    match ways.as_slice() {
        [one] => one.clone(),
        ways => format!("({})", ways.iter().map(|way| format!("({way})")).collect::<Vec<_>>().join(" OR ")),
    }
}

/// The keys' columns, for people: `OrdNo, LnNo`.
pub(super) fn names(table: &Table) -> String {
    table.keys.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn test(column: &Column, operator: &str, raw: &Raw, params: &mut Vec<Param>) -> String {
    format!("{} {operator} {}", statements::quoted(&column.name), statements::place(params, raw, column))
}

fn part(column: &Column, text: &str) -> Option<Raw> {
    match column.family {
        Family::Int { least, most } => text.trim().parse().ok().filter(|n| (least..=most).contains(n)).map(Raw::Int),
        Family::Text { .. } => Some(Raw::Text(text.trim_end().to_owned())),
        Family::Decimal { .. } | Family::Other => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}

/// `None` where the text was not escaped by us.
fn plain(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::super::columns::Described;
    use super::*;
    use crate::systems::RecordName;

    fn table(record: &str, columns: &[(&str, &str)]) -> Table {
        let described: Vec<Described> = columns
            .iter()
            .map(|(name, ty)| Described {
                name: (*name).into(),
                data_type: (*ty).into(),
                length: Some(40),
                ..Described::default()
            })
            .collect();
        Table::described(&RecordName { name: record.into(), index: None }, &described).expect("its key is there")
    }

    #[test]
    fn identifiers_there_and_back() {
        let product = table("Prod", &[("ProdNo", "varchar")]);
        let line = table("OrdLn", &[("LnNo", "int"), ("OrdNo", "int")]);
        let named = table("OrdLn", &[("OrdNo", "varchar"), ("LnNo", "varchar")]);
        let texts = |of: &[&str]| of.iter().map(|t| Raw::Text((*t).into())).collect::<Vec<_>>();
        for (table, key, id) in [
            (&product, texts(&["A/B~1"]), "A/B~1"),
            (&line, vec![Raw::Int(1001), Raw::Int(3)], "1001/3"),
            (&named, texts(&["a/b", "~1"]), "a~1b/~01"),
            (&named, texts(&["a", "b/~1"]), "a/b~1~01"),
        ] {
            assert_eq!(text(&key), id);
            assert_eq!(parse(table, id), Some(key), "{id}");
        }
        for wrong in ["1001", "1001/3/4", "1001/x", "/3", "1001/99999999999"] {
            assert_eq!(parse(&line, wrong), None, "{wrong}");
        }
        assert_eq!(parse(&named, "a~2/b"), None);
    }

    #[test]
    fn keys_as_sql() {
        let line = table("OrdLn", &[("OrdNo", "int"), ("LnNo", "int")]);
        let key = [Raw::Int(7), Raw::Int(2)];
        let mut params = Vec::new();
        assert_eq!(is(&line, &key, &mut params), "[OrdNo] = CAST(@P1 AS int) AND [LnNo] = CAST(@P2 AS int)");
        assert_eq!(
            after(&line, &key, &mut Vec::new()),
            "(([OrdNo] > CAST(@P1 AS int)) OR ([OrdNo] = CAST(@P2 AS int) AND [LnNo] > CAST(@P3 AS int)))"
        );
    }
}
