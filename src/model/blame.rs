//! Who must act: what an upper layer or a customer's settings bring about in a lower layer is told at the upper one.
//!
//! Whoever reads a fault inside the built-in standard mapping cannot mend it there.

use super::given::Given;
use super::layers::Merged;
use crate::diag::codes::{names, values};
use crate::diag::{Diagnostic, Label, Severity};
use crate::source::{FileId, Span};
use std::collections::{HashMap, HashSet};

/// The settings file stands above all layers.
const SETTINGS: usize = usize::MAX;

/// How far up the file of a place stands.
struct Heights<'m> {
    merged: &'m Merged<'m>,
    settings: Option<FileId>,
}

impl Heights<'_> {
    fn of(&self, span: Span) -> usize {
        if self.settings == Some(span.file) { SETTINGS } else { self.merged.depth(span.file) }
    }
}

/// Lets the customer's settings answer for what they alone bring about.
///
/// `compile` gives the faults under other settings: a fault that is gone without one of them is that setting's.
pub fn settings(
    merged: &Merged,
    given: &[Given],
    diagnostics: &mut [Diagnostic],
    compile: &mut dyn FnMut(&[Given]) -> Vec<Diagnostic>,
) {
    let heights = Heights { merged, settings: given.first().map(|g| g.span.file) };
    // A mapping that stands on its own is written for every value of its settings.
    let own = if merged.own.len() < merged.files.len() { merged.own.as_slice() } else { &[] };
    let below = |d: &Diagnostic| {
        d.severity() != Severity::Note
            && !values::ALL.contains(&d.code)
            && d.labels.iter().all(|label| !own.contains(&label.span.file) && heights.of(label.span) != SETTINGS)
    };
    let known: HashSet<(&str, Option<Span>)> = diagnostics.iter().map(|d| (d.code.name(), d.span())).collect();
    let mut open: Vec<usize> = diagnostics.iter().enumerate().filter(|(_, d)| below(d)).map(|(at, _)| at).collect();
    if open.is_empty() {
        return;
    }
    // Only what compiling brings to light can be a setting's.
    let compiled: HashSet<(&str, Option<Span>)> = compile(given).iter().map(|d| (d.code.name(), d.span())).collect();
    open.retain(|at| diagnostics.get(*at).is_some_and(|d| compiled.contains(&(d.code.name(), d.span()))));
    for (place, setting) in given.iter().enumerate() {
        if open.is_empty() {
            return;
        }
        let mut others = given.to_vec();
        others.remove(place);
        let faults = compile(&others);
        // Where there are new errors some checks are left out, and nothing can be told.
        if faults.iter().any(|d| d.severity() == Severity::Error && !known.contains(&(d.code.name(), d.span()))) {
            continue;
        }
        let still: HashSet<(&str, Option<Span>)> = faults.iter().map(|d| (d.code.name(), d.span())).collect();
        open.retain(|at| {
            let Some(fault) = diagnostics.get_mut(*at) else { return false };
            if still.contains(&(fault.code.name(), fault.span())) {
                return true;
            }
            let text = format!("`{}` makes it so", setting.name.value);
            fault.labels.insert(0, Label { span: setting.span, text });
            false
        });
    }
}

/// Tells a fault where the uppermost of its places is, and once what has one cause there.
pub fn upward(merged: &Merged, given: Option<&[Given]>, diagnostics: &mut Vec<Diagnostic>) {
    let settings = given.and_then(|given| given.first()).map(|g| g.span.file);
    let heights = Heights { merged, settings };
    let mut first: HashMap<(&'static str, Span), usize> = HashMap::new();
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for mut fault in diagnostics.drain(..) {
        // What is wrong with a value and where it is declared is told at the value already.
        let told = values::ALL.contains(&fault.code);
        let own = fault.span().map_or(0, |span| heights.of(span));
        let above = fault.labels.iter().enumerate().map(|(at, label)| (heights.of(label.span), at));
        let top = above.max_by_key(|(height, at)| (*height, std::cmp::Reverse(*at)));
        let Some((_, top)) = top.filter(|(height, _)| !told && *height > own) else {
            kept.push(fault);
            continue;
        };
        let cause = fault.labels.remove(top);
        if fault.code == names::LINK_OFF {
            fault.help = Some(
                "drop these lines too, with `drop` in a `change entity` of yours, or leave the entity on".to_owned(),
            );
        }
        match first.get(&(fault.code.name(), cause.span)).and_then(|at| kept.get_mut(*at)) {
            Some(told) => told.labels.extend(fault.labels.into_iter().filter(|label| label.span != cause.span)),
            None => {
                first.insert((fault.code.name(), cause.span), kept.len());
                fault.labels.insert(0, cause);
                kept.push(fault);
            }
        }
    }
    *diagnostics = kept;
}
