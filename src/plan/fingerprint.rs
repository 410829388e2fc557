//! Fingerprints of a line's two ends: equal as long as nothing changed there.

use crate::program::{Entity, Line};
use crate::systems::Row;
use crate::value::{Side, Value};
use xxhash_rust::xxh3::xxh3_64;

/// A line's name in a base.
pub fn line_key(line: &Line) -> u64 {
    xxh3_64(line.key.as_bytes())
}

/// The fingerprint of a line's end on one side.
pub fn end(entity: &Entity, line: &Line, side: Side, row: &Row) -> u64 {
    let mut text = String::new();
    for value in line.values(entity, side, row) {
        append(&mut text, &value);
        text.push('\u{1f}');
    }
    xxh3_64(text.as_bytes()).max(1)
}

/// In the place of an end's fingerprint: what stands there is still to be carried over, because it
/// points at a record that has no counterpart yet.
pub const UNSETTLED: u64 = 0;

/// A line's entry in a base: its name, and both ends as the rows hold them.
pub fn base_entry(entity: &Entity, line: &Line, severa: &Row, business: &Row) -> (u64, u64, u64) {
    (line_key(line), end(entity, line, Side::Severa, severa), end(entity, line, Side::Business, business))
}

/// In a form that is the same for values that are the same: 7 and 7.00, nothing and a blank text.
fn append(into: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::Text(text) => into.push_str(text.trim_end()),
        Value::Decimal(number) => into.push_str(&number.normalize().to_string()),
        Value::List(values) | Value::Record(values) => {
            for value in values {
                append(into, value);
                into.push('\u{1e}');
            }
        }
        other => into.push_str(&other.to_string()),
    }
}
