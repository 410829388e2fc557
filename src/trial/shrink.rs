//! From a value that breaks a law to a short one that breaks it too.

use crate::value::Value;
use rust_decimal::Decimal;

/// Steps that are tried before the shortest found so far is good enough.
const STEPS: usize = 1000;

/// The values of a case, made as plain as they can be while `broken` holds.
pub fn shrink(values: Vec<Value>, broken: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let mut best = values;
    let mut steps = 0;
    loop {
        let mut better = None;
        'search: for place in 0..best.len() {
            for simpler in simpler(&best[place]) {
                steps += 1;
                if steps > STEPS {
                    return best;
                }
                let mut values = best.clone();
                values[place] = simpler;
                if broken(&values) {
                    better = Some(values);
                    break 'search;
                }
            }
        }
        match better {
            Some(values) => best = values,
            None => return best,
        }
    }
}

/// Plainer values, the plainest first; each is strictly plainer, so that shrinking ends.
fn simpler(value: &Value) -> Vec<Value> {
    match value {
        Value::Null | Value::Guid(_) => Vec::new(),
        Value::Text(text) => texts(text),
        Value::Int(number) => [0, 1, number / 2, number / 10]
            .into_iter()
            .filter(|n| n.abs() < number.abs())
            .map(Value::Int)
            .chain((*number < 0).then(|| number.checked_neg().map(Value::Int)).flatten())
            .chain([Value::Null])
            .collect(),
        Value::Decimal(number) => [Decimal::ZERO, Decimal::ONE, number.trunc()]
            .into_iter()
            .filter(|n| n.abs() < number.abs() || (n.scale() < number.scale() && n.abs() <= number.abs()))
            .map(Value::Decimal)
            .chain([Value::Null])
            .collect(),
        _ => vec![Value::Null],
    }
}

fn texts(text: &str) -> Vec<Value> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = vec![Value::Null];
    if letters.is_empty() {
        return found;
    }
    let part = |from: usize, to: usize| {
        Value::Text(letters.iter().enumerate().filter(|(i, _)| *i < from || *i >= to).map(|(_, c)| *c).collect())
    };
    let half = letters.len() / 2;
    if half > 0 {
        found.push(part(half, letters.len()));
        found.push(part(0, half));
    }
    // What matters may be one letter among many.
    let only = |kept: Option<usize>| {
        Value::Text(letters.iter().enumerate().map(|(i, c)| if Some(i) == kept { *c } else { 'a' }).collect())
    };
    if letters.iter().filter(|c| **c != 'a').count() > 1 {
        found.extend(std::iter::once(None).chain((0..letters.len().min(80)).map(Some)).map(only));
    }
    for place in 0..letters.len().min(40) {
        found.push(part(place, place + 1));
    }
    for (place, letter) in letters.iter().enumerate().take(40).filter(|(_, c)| !matches!(c, 'a' | 'A' | ' ')) {
        let plain = if letter.is_uppercase() { 'A' } else { 'a' };
        let mut letters = letters.clone();
        letters[place] = plain;
        found.push(Value::Text(letters.into_iter().collect()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_shrinks_to_what_breaks_it() {
        let long = vec![Value::text("Kuusikko ø and more of it"), Value::Int(-70_000)];
        let broken = |values: &[Value]| values[0].as_text().is_some_and(|t| t.contains('ø'));
        assert_eq!(shrink(long, broken), [Value::text("ø"), Value::Null]);
    }
}
