//! Conditions held against each other: can both hold of one record?

use crate::systems::{Comparison, Condition, Test};
use crate::value::Value;
use rust_decimal::Decimal;

/// No record fulfils both lists: one field would have to be two things.
pub fn disjoint(a: &[Condition], b: &[Condition]) -> bool {
    a.iter().any(|one| b.iter().any(|other| one.field == other.field && contradict(&one.test, &other.test)))
}

/// A list that no record fulfils.
pub fn impossible(conditions: &[Condition]) -> Option<(usize, usize)> {
    conditions.iter().enumerate().find_map(|(place, one)| {
        let earlier = conditions[..place].iter();
        let clash = |other: &Condition| other.field == one.field && contradict(&other.test, &one.test);
        earlier.enumerate().find(|(_, other)| clash(other)).map(|(first, _)| (first, place))
    })
}

/// Whether what the first lets through always passes the second.
pub fn implies(first: &Test, second: &Test) -> bool {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    if first == second {
        return true;
    }
    match (first, second) {
        (Test::Compare(Eq, a), Test::Compare(..)) => decided(a, second) == Some(true),
        (Test::In(values), Test::Compare(..)) => values.iter().all(|v| decided(v, second) == Some(true)),
        (Test::Compare(Gt, a), Test::Compare(Gt | Ge | Ne, b)) => order(a, b).is_some_and(|o| o.is_ge()),
        (Test::Compare(Ge, a), Test::Compare(Ge, b)) => order(a, b).is_some_and(|o| o.is_ge()),
        (Test::Compare(Ge, a), Test::Compare(Gt | Ne, b)) => order(a, b).is_some_and(|o| o.is_gt()),
        (Test::Compare(Lt, a), Test::Compare(Lt | Le | Ne, b)) => order(a, b).is_some_and(|o| o.is_le()),
        (Test::Compare(Le, a), Test::Compare(Le, b)) => order(a, b).is_some_and(|o| o.is_le()),
        (Test::Compare(Le, a), Test::Compare(Lt | Ne, b)) => order(a, b).is_some_and(|o| o.is_lt()),
        _ => false,
    }
}

fn contradict(a: &Test, b: &Test) -> bool {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    match (a, b) {
        (Test::Compare(Eq, value), other) | (other, Test::Compare(Eq, value)) => decided(value, other) == Some(false),
        (Test::In(values), other) | (other, Test::In(values)) => {
            values.iter().all(|value| decided(value, other) == Some(false))
        }
        (Test::Compare(Gt, low), Test::Compare(Lt | Le, high))
        | (Test::Compare(Lt | Le, high), Test::Compare(Gt, low)) => order(low, high).is_some_and(|o| o.is_ge()),
        (Test::Compare(Ge, low), Test::Compare(Le, high)) | (Test::Compare(Le, high), Test::Compare(Ge, low)) => {
            order(low, high).is_some_and(|o| o.is_gt())
        }
        (Test::Compare(Ge, low), Test::Compare(Lt, high)) | (Test::Compare(Lt, high), Test::Compare(Ge, low)) => {
            order(low, high).is_some_and(|o| o.is_ge())
        }
        (Test::Compare(Ne, _), _) | (_, Test::Compare(Ne, _)) => false,
        _ => false,
    }
}

/// Whether a value passes a test; nothing where it cannot be told.
fn decided(value: &Value, test: &Test) -> Option<bool> {
    match test {
        Test::Compare(op, wanted) => match op {
            Comparison::Eq => Some(value.same(wanted)),
            Comparison::Ne => Some(!value.same(wanted)),
            _ if value.is_null() => Some(false),
            _ => order(value, wanted).map(|_| crate::program::eval::compare(*op, value, wanted)),
        },
        Test::In(values) => Some(values.iter().any(|v| v.same(value))),
    }
}

/// Numbers, with nothing as 0: that is how Visma Business keeps it.
fn order(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (a, b) => {
            let number = |v: &Value| if v.is_null() { Some(Decimal::ZERO) } else { v.as_decimal() };
            Some(number(a)?.cmp(&number(b)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Comparison::{Eq, Ge, Gt, Lt, Ne};

    fn test(op: Comparison, n: i64) -> Test {
        Test::Compare(op, Value::Int(n))
    }

    #[test]
    fn contradictions_are_found_and_nothing_else() {
        let rows = [
            (test(Eq, 1), test(Eq, 2), true),
            (test(Eq, 1), test(Ne, 1), true),
            (test(Eq, 1), test(Ne, 2), false),
            (test(Gt, 0), Test::Compare(Eq, Value::Null), true),
            (test(Gt, 5), test(Lt, 5), true),
            (test(Ge, 5), test(Lt, 6), false),
            (Test::In(vec![Value::Int(1), Value::Int(2)]), test(Gt, 2), true),
            (Test::In(vec![Value::Int(1), Value::Int(3)]), test(Gt, 2), false),
        ];
        for (a, b, expected) in rows {
            assert_eq!(contradict(&a, &b), expected, "{a:?} {b:?}");
            assert_eq!(contradict(&b, &a), expected, "{b:?} {a:?}");
        }
    }

    #[test]
    fn what_follows_is_told() {
        assert!(implies(&test(Eq, 3), &test(Gt, 0)));
        assert!(implies(&test(Gt, 0), &test(Ne, 0)));
        assert!(!implies(&test(Gt, 0), &test(Gt, 1)));
    }
}
