//! Ranges of a table that meet: the row that stands first counts.

use crate::diag::Diagnostic;
use crate::diag::codes::lines as codes;
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, ExprKind, MapKey};

/// A row that is looked up by numbers, and its place among the rows.
#[derive(Clone, Copy)]
struct Stretch {
    low: i64,
    high: i64,
    row: usize,
    span: Span,
}

/// Rows that an earlier one hides, and ranges of which only a part counts. What stands before a wider range is an
/// exception to it, and is meant.
pub fn overlaps(rows: &[ast::MapRow], diagnostics: &mut Vec<Diagnostic>) {
    let mut all: Vec<Stretch> =
        rows.iter().enumerate().filter(|(_, row)| row.arrow != Arrow::ToSevera).filter_map(stretch).collect();
    if all.iter().all(|s| s.low == s.high) {
        return;
    }
    all.sort_by_key(|s| (s.low, std::cmp::Reverse(s.high), s.row));
    // Of those that began before, only such as reach furthest can meet the next: one of the rows above and one of
    // those below it are enough to tell.
    let mut open: Vec<Stretch> = Vec::new();
    for now in all {
        open.retain(|before| before.high >= now.low);
        // What a layer puts before the rows below takes from them on purpose.
        let written = |before: &&Stretch| before.span.file == now.span.file;
        let hides = |before: &&Stretch| written(before) && before.row < now.row && before.high >= now.high;
        let parts = |before: &&Stretch| written(before) && before.high < now.high && before.low < now.low;
        if let Some(first) = open.iter().find(hides) {
            let what = if now.low == now.high { now.low.to_string() } else { format!("{}..{}", now.low, now.high) };
            // Two rows with one key are told as such.
            if (first.low, first.high) != (now.low, now.high) {
                let message = format!("this row is never met: {}..{} stands before it", first.low, first.high);
                diagnostics.push(
                    Diagnostic::new(codes::TABLE_DOUBLE, message, now.span, "never reached")
                        .also(first.span, "takes all of it")
                        .help(format!("write the row for {what} above the wider range, or take it away")),
                );
            }
        } else if let Some(other) = open.iter().find(parts) {
            let (first, second) = if other.row < now.row { (other, &now) } else { (&now, other) };
            let common =
                if now.low == other.high { now.low.to_string() } else { format!("{}..{}", now.low, other.high) };
            let message = format!("{common} is in two ranges");
            diagnostics.push(
                Diagnostic::new(codes::TABLE_OVERLAP, message, second.span, "here the other one counts")
                    .also(first.span, "stands first")
                    .help(format!("let one of them end before {} or begin after {}", now.low, other.high)),
            );
        }
        // What reaches less far and stands lower than the new one says no more than it.
        open.retain(|before| before.high > now.high || before.row < now.row || before.span.file != now.span.file);
        open.push(now);
    }
}

fn stretch((row, written): (usize, &ast::MapRow)) -> Option<Stretch> {
    let MapKey::Value(expr) = &written.left else { return None };
    let (low, high) = match &expr.kind {
        ExprKind::Range(low, high) => (number(low)?, number(high)?),
        _ => number(expr).map(|n| (n, n))?,
    };
    (low <= high).then_some(Stretch { low, high, row, span: written.span })
}

fn number(expr: &ast::Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Number(text) => text.parse().ok(),
        ExprKind::Negative(of) => number(of).map(|n| -n),
        _ => None,
    }
}
