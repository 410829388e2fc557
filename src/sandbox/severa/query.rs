//! A request's query, read and checked against the parameters that the contract gives to the route.

use super::contract::{Kind, Parameter, Route, Schema};
use super::error::Fault;
use super::validate;

/// The parameters of a request in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// Reads `a=b&c=d`; `+` is a blank and `%xx` a byte of UTF-8.
    pub fn parse(text: &str) -> Query {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Query(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The first value of a parameter. An empty one counts as not given, as ASP.NET takes it for nullable types.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|pair| given(pair, name)).map(|(_, value)| value.as_str())
    }

    /// All values of a repeated parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |pair| given(pair, name)).map(|(_, value)| value.as_str())
    }

    /// What is wrong with the query: unknown parameters (`strict`) and values of the wrong type.
    pub fn faults(&self, route: &Route, strict: bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (name, value) in &self.0 {
            match parameter(route, name) {
                None if strict => {
                    faults.push(Fault::query(name, format!("`{}` has no parameter `{name}`", route.path)))
                }
                None => {}
                Some(parameter) if parameter.name == "sortings" || value.is_empty() => {}
                Some(parameter) => {
                    if let Some(fault) = wrong(&parameter.schema, value) {
                        faults.push(Fault::query(name, format!("`{name}` must be {fault}, not `{value}`")));
                    }
                    let repeats = matches!(parameter.schema.kind, Kind::List(_));
                    if !repeats && self.all(name).count() > 1 {
                        faults.push(Fault::query(name, format!("`{name}` may be given once")));
                    }
                }
            }
        }
        faults.dedup();
        faults
    }
}

fn given((known, value): &(String, String), name: &str) -> bool {
    known.eq_ignore_ascii_case(name) && !value.is_empty()
}

/// The route's parameter of that name. ASP.NET reads names without regard to case.
pub fn parameter<'a>(route: &'a Route, name: &str) -> Option<&'a Parameter> {
    let name = if name.starts_with("sortings[") { "sortings" } else { name };
    route.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name))
}

fn wrong(schema: &Schema, value: &str) -> Option<String> {
    let what = match &schema.kind {
        Kind::List(item) => return wrong(item, value),
        Kind::Boolean if !matches!(value.to_ascii_lowercase().as_str(), "true" | "false") => "true or false".to_owned(),
        Kind::Integer(32) if value.parse::<i32>().is_err() => "a whole number".to_owned(),
        Kind::Integer(_) if value.parse::<i64>().is_err() => "a whole number".to_owned(),
        Kind::Number if validate::decimal(value).is_none() => "a number".to_owned(),
        Kind::Date if !validate::date(value) => "a date, YYYY-MM-DD".to_owned(),
        Kind::Instant if validate::instant(value).is_none() => "a date and time with its offset".to_owned(),
        Kind::Enum(values) if !values.iter().any(|known| known == value) => format!("one of {}", values.join(", ")),
        _ => return None,
    };
    Some(what)
}

/// Decodes one part of a query or path.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.clone().take(2).collect();
                let value = std::str::from_utf8(&digits).ok().filter(|digits| digits.len() == 2);
                match value.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(value) => {
                        bytes.push(value);
                        rest.by_ref().take(2).for_each(drop);
                    }
                    None => bytes.push(b'%'),
                }
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        let query = Query::parse(
            "customerNames=Bj%C3%B8rn+%26+S%C3%B8nn&changedSince=2024-01-01T00%3a00%3A00%2b02:00&x=100%&y",
        );
        assert_eq!(query.get("customerNames"), Some("Bjørn & Sønn"));
        assert_eq!(query.get("changedsince"), Some("2024-01-01T00:00:00+02:00"));
        assert_eq!(query.get("x"), Some("100%"));
        assert_eq!(query.get("y"), None);
    }
}
