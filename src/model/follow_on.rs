//! Faults that only follow from a statement that did not parse: they are left out, because who
//! mends that statement mends them too, and who reads them first looks in the wrong place.

use super::layers::Merged;
use crate::diag::codes::{examples, layers, lines, names, records, syntax, tidy, values, whole};
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Item};
use std::collections::HashSet;

/// What is said of a name that nothing declares, or that nothing uses: the statement may do so.
const OF_NAMES: &[Code] = &[
    names::UNKNOWN_ENTITY,
    names::UNKNOWN_PART,
    names::UNKNOWN_TABLE,
    names::UNKNOWN_NAME,
    names::UNKNOWN_FIELD,
    names::UNKNOWN_MAPPING,
    names::WRONG_NUMBER,
    layers::CHANGE_OF_NOTHING,
    layers::DROP_OF_NOTHING,
    records::BAD_MASTER,
    values::SETTING_TYPE,
    tidy::UNUSED_SETTING,
    tidy::UNUSED_TABLE,
];

/// What is said of an entity by all its statements together.
const OF_ENTITIES: &[Code] = &[
    names::LINK_OFF,
    records::NO_SYSTEMS,
    records::NO_PAIRING,
    records::ONE_MATCH_KEY,
    lines::MISSING_REQUIRED,
    layers::NARROWS_NOTHING,
    layers::DROPS_REQUIRED,
];

/// Leaves them out.
pub fn drop(sources: &Sources, trees: &[(FileId, &ast::File)], diagnostics: &mut Vec<Diagnostic>) {
    let lost: Vec<Span> = trees.iter().flat_map(|(_, file)| &file.lost).copied().collect();
    if lost.is_empty() {
        return;
    }
    let known: Vec<Lost> = lost.iter().map(|span| Lost::new(sources.slice(*span))).collect();
    let hurt = stretches(sources, trees, &lost);
    let unsure = unsure(sources, trees, &lost);
    diagnostics.retain(|d| {
        let lies_in = |stretches: &[Span]| d.labels.iter().any(|l| stretches.iter().any(|s| s.contains(l.span)));
        // A block that seems empty may hold what did not parse.
        let holds_lost = || d.span().is_some_and(|span| lost.iter().any(|lost| span.contains(*lost)));
        if d.code == layers::CHANGES_NOTHING && holds_lost() {
            return false;
        }
        let follows = if lies_in(&unsure) && !syntax::ALL.contains(&d.code) {
            true
        } else if OF_NAMES.contains(&d.code) || examples::ALL.contains(&d.code) {
            d.span()
                .is_some_and(|span| words(sources.slice(span)).any(|word| known.iter().any(|lost| lost.may_name(word))))
        } else if OF_ENTITIES.contains(&d.code) || whole::ALL.contains(&d.code) {
            lies_in(&hurt)
        } else {
            false
        };
        // Of the lost statement itself everything may be said.
        !follows || d.span().is_some_and(|span| lost.iter().any(|lost| lost.contains(span)))
    });
}

/// What a line or statement is for that has no effect as things are.
const POINTLESS: &[Code] = &[
    records::MASTER_ONE_WAY,
    records::FILTER_DIRECTION,
    records::NUMBER_DIRECTION,
    whole::NEVER_FIRES,
    whole::CONFLICT_UNUSED,
];

/// Leaves out what an upper layer makes pointless in a lower one: a customer who turns an arrow
/// or names a master cannot take the standard's own statements away, and need not.
pub fn pointless_below(merged: &Merged, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.retain(|d| {
        let depth = d.span().map_or(0, |span| merged.depth(span.file));
        !POINTLESS.contains(&d.code) || !d.labels.iter().any(|label| merged.depth(label.span.file) > depth)
    });
}

/// Whether something did not parse, so that not everything can be known.
pub fn is_lost(trees: &[(FileId, &ast::File)]) -> bool {
    trees.iter().any(|(_, file)| file.lost_header || !file.lost.is_empty())
}

/// What a lost statement may have been about.
struct Lost<'t> {
    words: HashSet<&'t str>,
    /// All its words in one, for a name with a mark in its middle.
    joined: String,
    /// The last one, which may be cut.
    last: &'t str,
    /// It declares something, and what is not there.
    nameless: bool,
}

impl<'t> Lost<'t> {
    fn new(text: &'t str) -> Self {
        let mut all = words(text);
        let declares = matches!(all.next(), Some("setting" | "table" | "entity" | "part" | "change" | "use"));
        // Shorter than any that says something of what it declares.
        let nameless = declares
            && (all.next().is_none() || text.split_whitespace().nth(1).is_none_or(|word| !word.starts_with(is_word)));
        let last = words(text).last().unwrap_or_default();
        Self { words: words(text).collect(), joined: words(text).collect(), last, nameless }
    }

    fn may_name(&self, word: &str) -> bool {
        self.nameless
            || self.words.contains(word)
            || (word.len() > 3 && self.joined.contains(word))
            || (!self.last.is_empty() && word.starts_with(self.last))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

/// The entities, and where they are written and changed.
fn entities<'t>(trees: &[(FileId, &'t ast::File)]) -> Vec<(&'t str, Span)> {
    let items = trees.iter().flat_map(|(_, file)| &file.items);
    items
        .filter_map(|item| match item {
            Item::Entity(entity) => Some((entity.name.value.as_str(), entity.span)),
            Item::ChangeEntity { name, span, .. } => Some((name.value.as_str(), *span)),
            _ => None,
        })
        .collect()
}

/// Where the entities stand that use a setting whose change is lost: the number of a column, and
/// with it its type, may be another.
fn unsure(sources: &Sources, trees: &[(FileId, &ast::File)], lost: &[Span]) -> Vec<Span> {
    let entities = entities(trees);
    let items = trees.iter().flat_map(|(_, file)| &file.items);
    let settings: HashSet<&str> = items
        .filter_map(|item| if let Item::Setting(setting) = item { Some(setting.name.value.as_str()) } else { None })
        .collect();
    let outside = lost.iter().filter(|lost| !entities.iter().any(|(_, span)| span.contains(**lost)));
    let changed: HashSet<&str> =
        outside.flat_map(|span| words(sources.slice(*span))).filter(|word| settings.contains(word)).collect();
    let uses = |span: Span| words(sources.slice(span)).any(|word| changed.contains(word));
    let names: HashSet<&str> = entities.iter().filter(|(_, span)| uses(*span)).map(|(name, _)| *name).collect();
    entities.iter().filter(|(name, _)| names.contains(name)).map(|(_, span)| *span).collect()
}

/// Where the entities stand, in all files, that a lost statement is part of, or that link to such.
fn stretches(sources: &Sources, trees: &[(FileId, &ast::File)], lost: &[Span]) -> Vec<Span> {
    let entities = entities(trees);
    let hurt: Vec<&str> = entities
        .iter()
        .filter(|(_, span)| lost.iter().any(|lost| span.contains(*lost)))
        .map(|(name, _)| *name)
        .collect();
    // An entity without its records takes no part, and what links to it is left out too.
    let links = |span: Span| words(sources.slice(span)).any(|word| hurt.contains(&word));
    entities.iter().filter(|(name, span)| hurt.contains(name) || links(*span)).map(|(_, span)| *span).collect()
}
