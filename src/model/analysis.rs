//! What can be told of a mapping as a whole, before any record is seen: dead lines, second writers,
//! echoes, filters that decide nothing, links that lead nowhere, amounts without currency.
//!
//! Every check looks at compiled entities and adds diagnostics; none changes anything.

pub(super) mod filters;
mod flow;
mod links;
mod money;
mod overlap;
mod pairs;
mod rights;
pub(super) mod scopes;

use super::facts::Compiled;
use super::layers::Dropped;
use crate::diag::codes::values;
use crate::diag::{Diagnostic, Severity};
use crate::schema::Schemas;
use crate::source::{FileId, Span};

/// What the checks over the whole may look at.
pub struct Whole<'w> {
    pub schemas: &'w Schemas,
    pub compiled: &'w [Compiled],
    /// Of which of them it is known that nothing is to be said of it alone.
    pub sound: &'w [bool],
    /// Lines in these files are the project's own: only of them it is worth saying that the
    /// customer's settings leave them unused.
    pub own: &'w [FileId],
    /// How far from the lowest layer a file stands.
    pub depth: &'w dyn Fn(FileId) -> usize,
    /// Lines that layers dropped.
    pub drops: &'w [Dropped],
    /// The settings are a customer's, not what stands in for them.
    pub settled: bool,
}

pub fn all(whole: &Whole, diagnostics: &mut Vec<Diagnostic>) {
    // Of an entity with a fault it is not known which records it stands for, or which numbers tell them apart.
    let faulty = |one: &Compiled| {
        let inside = |span: Span| one.places.whole.iter().any(|stretch| stretch.contains(span));
        diagnostics.iter().any(|d| d.severity() == Severity::Error && d.span().is_some_and(inside))
    };
    let faulty: Vec<bool> = whole.compiled.iter().map(faulty).collect();
    for (at, one) in whole.compiled.iter().enumerate() {
        super::verify::each(one, &mut |one| links::may_miss(whole, one, diagnostics));
        if whole.sound.get(at) == Some(&true) {
            continue;
        }
        super::verify::each(one, &mut |one| {
            rights::lines(whole, one, diagnostics);
            flow::echoes(one, diagnostics);
            filters::check(one, diagnostics);
            pairs::check(one, diagnostics);
            money::without_currency(whole, one, diagnostics);
        });
        let before = diagnostics.len();
        money::unchecked(whole, one, diagnostics);
        if diagnostics.len() == before {
            money::unset(whole, one, diagnostics);
        }
    }
    // A line that is missing because it is faulty may be the one that needs another entity's records.
    if !faulty.contains(&true) {
        links::needed_by_none(whole, diagnostics);
    }
    // Settings that do not go together make records overlap: the cause is told already.
    if !diagnostics.iter().any(|d| values::CLASHING.contains(&d.code)) {
        overlap::check(whole, &faulty, diagnostics);
    }
}
