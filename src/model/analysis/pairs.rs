//! Match keys that may be missing, or that different records share.

use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::model::facts::Compiled;
use crate::value::Side;

pub fn check(one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let rules = one.entity.matches.len();
    for rule in 0..rules {
        let pairs: Vec<_> = one.pairs.iter().filter(|p| p.rule == rule).collect();
        let Some(first) = pairs.first() else { continue };
        let nullable = |side: Side| {
            let may = |p: &&crate::model::facts::PairFact| match side {
                Side::Severa => p.severa_nullable,
                Side::Business => p.business_nullable,
            };
            pairs.iter().all(may)
        };
        if let Some(side) = Side::BOTH.into_iter().find(|side| nullable(*side))
            && one.places.identity.is_none()
        {
            let message = format!("every key of this match can be blank in {}", side.title());
            diagnostics.push(Diagnostic::new(codes::MATCH_NULLABLE, message, first.span, "can be blank").help(
                "a record without any of them is never found again: add a key that is always there, or an `identity`",
            ));
        }
        // A single key is told for that already.
        if pairs.len() > 1 && pairs.iter().all(|p| p.lossy) && one.entity.owner.is_none() {
            let message = "different records can have these keys in common";
            diagnostics.push(
                Diagnostic::new(
                    codes::LOSSY_MATCH,
                    message,
                    first.span,
                    "only the beginning, or joined fields, are compared",
                )
                .help("add a number or code, joined by `and`"),
            );
        }
    }
}
