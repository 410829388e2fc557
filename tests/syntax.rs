//! The parser and the formatter over whole files: given mappings, broken ones, and invented ones.

use samband::diag::{codes, human};
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

fn draw(name: &str, text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let (_, diagnostics) = syntax::parse(&sources, file);
    human::render_all(&sources, &diagnostics, human::Style::default())
}

#[test]
fn faults_read_well() {
    insta::glob!("check/syntax/*.mapping", |path| {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let text = std::fs::read_to_string(path).expect("the case can be read").replace("\r\n", "\n");
        insta::assert_snapshot!(draw(&name, &text));
    });
}

#[test]
fn every_code_has_a_case_of_its_name() {
    for code in codes::syntax::ALL {
        let path = format!("{}/tests/check/syntax/{}.mapping", env!("CARGO_MANIFEST_DIR"), code.name());
        let text = std::fs::read_to_string(&path).expect("each code has a case");
        let (_, faults) = parse(&text);
        assert!(faults.iter().any(|f| f.contains(&format!(" {}: ", code.name()))), "{}: {faults:#?}", code.name());
    }
}

#[test]
fn the_layout_of_given_files() {
    insta::glob!("format/*.mapping", |path| {
        let text = std::fs::read_to_string(path).expect("the case can be read").replace("\r\n", "\n");
        let formatted = syntax::format(&text).text;
        assert_eq!(syntax::format(&formatted).text, formatted, "formatting twice changes nothing");
        insta::assert_snapshot!(formatted);
    });
}
