//! The parser and the formatter over whole files: given mappings, broken ones, and invented ones.

use proptest::prelude::*;
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

/// The tree without its places.
fn shape(text: &str) -> String {
    let shown = format!("{:?}", parse(text).0);
    let mut shape = String::new();
    let mut rest = shown.as_str();
    while let Some(at) = rest.find("Span {") {
        shape.push_str(&rest[..at]);
        rest = rest[at..].split_once('}').map_or("", |(_, rest)| rest);
    }
    shape + rest
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.find("//").map(|at| line[at..].trim_end())).collect()
}

#[test]
fn the_layout_changes_neither_tree_nor_comments() {
    for text in [STANDARD, ACME, include_str!("format/untidy.mapping")] {
        let formatted = syntax::format(text).text;
        assert_eq!(shape(&formatted), shape(text));
        assert_eq!(comments(&formatted), comments(text));
        let windows = text.replace("\r\n", "\n").replace('\n', "\r\n");
        assert_eq!(syntax::format(&windows).text, formatted.replace("\r\n", "\n").replace('\n', "\r\n"));
    }
}

#[test]
fn places_are_right_behind_wide_characters_and_in_crlf_files() {
    let text = "edition 2026\r\nentity Å {\r\n\t\"æ😀\" -> -> Nm // ö\r\n}\r\n";
    let (_, faults) = parse(text);
    assert_eq!(faults, ["test.mapping:3:10: unexpected-word: expected a value, found `->`"]);
}

#[test]
fn all_forms_of_lines_parse() {
    let lines = [
        "code <-> key <-> EmpNo",
        "(when isBillable -> plannedInvoiceQuantity else 0) -> round(2) -> Val2",
        "unitCost.amount or default 0 -> round(2) -> Val4",
        "projectOwner.guid or default default_owner <-> link Employee <-> Rsp or blank",
        "\"{phase.name}: {description}\" -> trim -> truncate(80) -> Txt1",
        "first of (workType.guid -> link WorkType,\n product.guid) or hold -> ProdNo",
        "projects -> only -> link Project -> R[project_unit]",
        "price <- round(2) <- AcAm * (1 + markup / 100)",
        "isActive <-> { true <-> 0, false <-> inactive_value, else -> true } <-> Gr[inactive_group]",
        "left <-> (-> f(1) <- g(\"x\")) <-> right",
        "superior <-> link Employee.ActNo <-> MainAct",
        "number <- when isSent -> invoiceNumber or hold else keep",
        "number -> CustNo",
        "match <-> Xy",
        "part <- Xy",
        "a <- -1 - -b",
        "x -> (not a is not blank and b not in [1..3, 5] or no rows has done)-> Y",
        "a\n    <->\n        b",
    ];
    for line in lines {
        let text = format!("edition 2026\nentity A {{\n    {line}\n}}\n");
        let (tree, faults) = parse(&text);
        assert_eq!(faults, Vec::<String>::new(), "{line}");
        let Some(ast::Item::Entity(entity)) = tree.items.first() else { panic!("no entity: {line}") };
        assert!(matches!(entity.body.as_slice(), [ast::Statement::Line(_)]), "{line}");
    }
    let part = "edition 2026\nentity A {\n    part Note: each (text -> wrap(60)) -> business FreeInf {\n        text -> Txt1\n    }\n}\n";
    assert_eq!(parse(part).1, Vec::<String>::new());
}

#[test]
fn depth_is_refused_and_not_survived_by_luck() {
    let cases = [
        format!("edition 2026\nentity A {{\n    {}1{} -> Nm\n}}\n", "(".repeat(20_000), ")".repeat(20_000)),
        format!("edition 2026\n{}", "entity A {\n".repeat(20_000)),
        format!("edition 2026\n{}", "(\n".repeat(20_000)),
        format!("edition 2026\nentity A {{\n    a {} -> Nm\n}}\n", "+ 1 ".repeat(20_000)),
        format!("edition 2026\nentity A {{\n    {} a -> Nm\n}}\n", "not ".repeat(20_000)),
        format!("edition 2026\nentity A {{\n    x <- {} 1\n}}\n", "- ".repeat(20_000)),
        format!("edition 2026\nentity A {{\n    a -> {} Nm\n}}\n", "no a[".repeat(31)),
    ];
    for text in cases {
        assert!(parse(&text).1.iter().any(|f| f.contains(": ")), "{}", &text[..60]);
        syntax::format(&text);
    }
}

#[test]
fn json_follows_the_published_form() {
    let mut sources = Sources::default();
    let file = sources.add("å.mapping", "edition 2026\nentity A {\n    ö ä -> Nm\n}\n");
    let (_, diagnostics) = syntax::parse(&sources, file);
    let report = samband::diag::json::report(&sources, &diagnostics);
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).expect("plain data"));
}

#[test]
fn places_of_other_files_follow() {
    let mut sources = Sources::default();
    let one = sources.add("acme.mapping", "edition 2026\nsetting unit: int\n");
    let two = sources.add("samband.yaml", "settings:\n  unit: seven\n");
    let at = |file, start, end| samband::source::Span::new(file, start, end);
    let diagnostic = samband::diag::Diagnostic::new(
        codes::syntax::UNEXPECTED_WORD,
        "`unit` is a whole number",
        at(two, 18, 23),
        "not a whole number",
    )
    .also(at(one, 27, 30), "declared here")
    .help("write a whole number");
    let ascii = human::Style { color: false, unicode: false, width: 80 };
    let drawn = [human::Style::default(), ascii].map(|style| human::render(&sources, &diagnostic, style));
    insta::assert_snapshot!(drawn.join("\n"));
    let color = human::Style { color: true, ..ascii };
    assert!(human::render(&sources, &diagnostic, color).contains("\u{1b}["));
}

/// The lines of the standard mapping that hold one whole statement without a block.
fn single_statements() -> Vec<usize> {
    let whole = |line: &str| {
        let code = line.split("//").next().unwrap_or("").trim();
        let open = code.matches(['{', '(', '[']).count() == code.matches(['}', ')', ']']).count();
        let starts_on =
            ["and ", "when ", "else ", "<->", "severa {", "business {", "travelExpenseType", "mapping ", "edition "];
        !code.is_empty()
            && open
            && code != "}"
            && !code.ends_with(['{', ','])
            && !code.contains("where AcNo in")
            && !code.contains("where type = Materials")
            && !code.starts_with("status")
            && !starts_on.iter().any(|s| code.starts_with(s))
    };
    STANDARD.lines().enumerate().filter(|(_, line)| whole(line)).map(|(i, _)| i).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever the text is, there is an answer, and formatting it twice is formatting it once.
    #[test]
    fn any_text_has_an_answer(text in "(\\PC|\n|\r\n|\t|[{}()\\[\\]\",:]|//|<->|->|<-|entity A|table|when|else){0,80}") {
        let formatted = syntax::format(&text);
        let mut sources = Sources::default();
        let file = sources.add("x", text.clone());
        let (_, diagnostics) = syntax::parse(&sources, file);
        human::render_all(&sources, &diagnostics, human::Style::default());
        prop_assert_eq!(&syntax::format(&formatted.text).text, &formatted.text);
        if formatted.diagnostics.is_empty() {
            prop_assert_eq!(shape(&formatted.text), shape(&text));
        }
    }

    /// Damage anywhere in a real file is answered, and the layout is stable there too.
    #[test]
    fn a_damaged_file_has_an_answer(at in 0..STANDARD.len(), length in 0..40usize, put in "[{}()\"\n a-z<>-]{0,4}") {
        let floor = |mut i: usize| { while !STANDARD.is_char_boundary(i) { i -= 1 } i };
        let end = floor((at + length).min(STANDARD.len()));
        let text = format!("{}{put}{}", &STANDARD[..floor(at)], &STANDARD[end.max(floor(at))..]);
        let formatted = syntax::format(&text).text;
        prop_assert_eq!(syntax::format(&formatted).text, formatted);
    }

    /// One broken statement is one fault, on its line.
    #[test]
    fn a_broken_statement_is_reported_alone(which in any::<prop::sample::Index>(), how in 0..6usize) {
        let lines = single_statements();
        let broken = lines[which.index(lines.len())];
        let breaking = |line: &str| {
            let (code, comment) = line.split_once("//").unwrap_or((line, ""));
            let code = code.trim_end();
            let indent = &code[..code.len() - code.trim_start().len()];
            let code = match how {
                0 => format!("{code} ]"),
                1 => format!("{code} fit("),
                2 => format!("{code} \"x"),
                3 => format!("{indent}% {}", code.trim_start()),
                4 => format!("{code} <->"),
                _ => format!("{code} ? 1"),
            };
            format!("{code} //{comment}")
        };
        let text: Vec<String> = STANDARD
            .lines()
            .enumerate()
            .map(|(i, line)| if i == broken { breaking(line) } else { line.to_owned() })
            .collect();
        let (_, faults) = parse(&text.join("\n"));
        prop_assert_eq!(faults.len(), 1, "{}: {:#?}", text[broken], faults);
        prop_assert!(faults[0].starts_with(&format!("test.mapping:{}:", broken + 1)), "{} {}", text[broken], faults[0]);
    }
}
