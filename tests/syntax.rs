//! The parser and the formatter over whole files: given mappings, broken ones, and invented ones.

use samband::source::Sources;
use samband::syntax::{self, ast};

fn parse(text: &str) -> (ast::File, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("test.mapping", text);
    let (tree, diagnostics) = syntax::parse(&sources, file);
    let shown = diagnostics
        .iter()
        .map(|d| {
            let place = d.span().map_or(String::new(), |span| sources.place(span));
            format!("{place}: {}: {}", d.code.name(), d.message)
        })
        .collect();
    (tree, shown)
}

const STANDARD: &str = include_str!("format/standard.mapping");
const ACME: &str = include_str!("format/acme.mapping");

#[test]
fn the_standard_mapping_parses_whole() {
    let (tree, faults) = parse(STANDARD);
    assert_eq!(faults, Vec::<String>::new());
    let entities: Vec<_> = tree
        .items
        .iter()
        .filter_map(|item| match item {
            ast::Item::Entity(entity) => Some((entity.name.value.as_str(), entity.body.len())),
            _ => None,
        })
        .collect();
    insta::assert_debug_snapshot!(entities);
}

#[test]
fn a_customers_changes_parse_whole() {
    let (tree, faults) = parse(ACME);
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(tree.items.len(), 7);
}
