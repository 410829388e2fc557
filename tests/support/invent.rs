//! Mapping files that parse, of every kind of statement; and texts of any kind.

use super::choices::Choices;

const NAMES: &[&str] = &["name", "Nm", "guid", "Customer", "Årsverk", "x1", "_y", "CustNo", "unit", "part", "match"];
const FIELDS: &[&str] = &["name", "Nm", "guid", "owner.guid", "Inf[8]", "Gr[group_field]", "Ærø.ø", "x.y.z", "phase"];
const TEXTS: &[&str] = &[
    r#""""#,
    r#""Ö 😀""#,
    r#""{name}: {phase.name}""#,
    r#""a \"b\" \\ // no comment""#,
    r#"" -> \{ ( ""#,
    r#""P{number}""#,
];
const COMMENTS: &[&str] = &["// why", "// å 😀 { ( \"", "//", "// allow one-match-key: there is one", "//// x"];
const TYPES: &[&str] = &[
    "int",
    "int in 1..12",
    "decimal",
    "bool",
    "text(40)",
    "side",
    "list of range",
    "one of carry, net",
    "severa SalesStatusType by name",
    "business Ctry",
    "list of severa Product by code",
];
const TRANSFORMS: &[&str] = &[
    "fit(80)",
    "lower",
    "trim",
    "round(2)",
    "key",
    "link Employee",
    "link Employee.ActNo",
    "payment_term",
    "{ true <-> 1, false <-> 0, else -> 1 }",
    "(-> f(1) <- g(\"x\"))",
    "only",
    "split_last(\" \", else \"?\")",
    "lines(4)",
];

/// A file that parses without a word.
pub fn mapping(c: &mut Choices<'_>) -> String {
    let mut out = String::new();
    if c.once_in(6) {
        out.push_str("// a comment first\n\n");
    }
    out.push_str("edition 2026\n\n");
    out.push_str(c.pick(&["mapping own\n", "/// What it is for.\nmapping own extends standard\n"]));
    for _ in 0..1 + c.below(6) {
        gap(c, &mut out, 0);
        top(c, &mut out);
    }
    if c.once_in(8) {
        out = out.trim_end().to_owned();
    }
    if c.once_in(8) { out.replace('\n', "\r\n") } else { out }
}

fn gap(c: &mut Choices<'_>, out: &mut String, level: usize) {
    match c.below(8) {
        0 => out.push('\n'),
        1 => line(out, level, c.pick(COMMENTS)),
        2 => out.push_str("\n\n\n"),
        _ => {}
    }
}

fn line(out: &mut String, level: usize, text: &str) {
    out.push_str(&"    ".repeat(level));
    out.push_str(text);
    out.push('\n');
}

/// A line of code with, now and then, a comment behind it.
fn code(c: &mut Choices<'_>, out: &mut String, level: usize, text: &str) {
    let comment = if c.once_in(5) { format!("  {}", c.pick(COMMENTS)) } else { String::new() };
    line(out, level, &format!("{text}{comment}"));
}

fn top(c: &mut Choices<'_>, out: &mut String) {
    let name = c.pick(NAMES);
    match c.below(11) {
        0 => {
            let condition = if c.once_in(3) { " only if transfer" } else { "" };
            code(c, out, 0, &format!("entity {name}{condition} {{"));
            let systems = format!("severa {} {} business {}", record(c), arrow(c), record(c));
            code(c, out, 1, &systems);
            body(c, out, 1);
        }
        1 => setting(c, out, 0),
        2 => {
            let text = format!("require {}: {}", condition(c), c.pick(&TEXTS[..2]));
            code(c, out, 0, &text);
        }
        3 => table(c, out, 0),
        4 => {
            let text =
                format!("change setting {name} = {}", c.pick(&["7", "\"x\"", "severa", "[1..3, 5]", "-1", "none"]));
            code(c, out, 0, &text);
        }
        5 => {
            code(c, out, 0, &format!("change table {name} {{"));
            rows(c, out, 1);
        }
        6 => {
            code(c, out, 0, &format!("change entity {name} {{"));
            body(c, out, 1);
        }
        7 => code(c, out, 0, &format!("off entity {name}")),
        8 => code(c, out, 0, "use \"shared.mapping\""),
        9 => {
            code(c, out, 0, &format!("example \"it's so\" for {name} {{"));
            code(c, out, 1, "severa { number: 10021, name: \"Kuusikko Oy\", rows: [{ a: 1 }, { a: any }] }");
            code(c, out, 1, "business nothing");
            line(out, 0, "}");
        }
        _ => code(c, out, 0, "change table t { 21 <-> 5, else -> 2 }"),
    }
}

fn setting(c: &mut Choices<'_>, out: &mut String, level: usize) {
    line(out, level, "/// What it decides.");
    let default = c.pick(&["", " = 8", " or none", " = \"x\"", " or none = severa"]);
    let text = format!("setting {}: {}{default}", c.pick(NAMES), c.pick(TYPES));
    code(c, out, level, &text);
}

fn table(c: &mut Choices<'_>, out: &mut String, level: usize) {
    let name = c.pick(NAMES);
    match c.below(3) {
        0 => code(c, out, level, &format!("table {name} from business Ctry {{ ISO <-> CtryNo }}")),
        1 => code(c, out, level, &format!("table {name}: int <-> text(10) {{ 1 <-> \"a\", else -> \"b\" }}")),
        _ => {
            let head = format!("table {name}: {} {} {} {{", c.pick(TYPES), arrow(c), c.pick(TYPES));
            code(c, out, level, &head);
            rows(c, out, level + 1);
        }
    }
}

/// The rows of a table and its end.
fn rows(c: &mut Choices<'_>, out: &mut String, level: usize) {
    for _ in 0..1 + c.below(3) {
        let row = format!(
            "{} {} {}",
            c.pick(&["14", "4300..4399", "\"å\"", "-1"]),
            arrow(c),
            c.pick(&["1", "else", "\"SUB\""])
        );
        code(c, out, level, &row);
    }
    line(out, level - 1, "}");
}

/// The statements of an entity or part, and its end.
fn body(c: &mut Choices<'_>, out: &mut String, level: usize) {
    for _ in 0..1 + c.below(7) {
        gap(c, out, level);
        statement(c, out, level);
    }
    line(out, level - 1, "}");
}

fn statement(c: &mut Choices<'_>, out: &mut String, level: usize) {
    let text = match c.below(20) {
        0 => format!("identity {} {} {}", field(c), c.pick(&["->", "<-", "in"]), field(c)),
        1 => format!("match {} = {} and ({}, {}) = Nm", field(c), field(c), field(c), field(c)),
        2 => format!("master {}", c.pick(&["none", "severa", "case_master"])),
        3 => "conflict newest".to_owned(),
        4 => format!("number {}, {} by {}", field(c), field(c), c.pick(&["business", "position"])),
        5 => format!(
            "send from {}{} where {}",
            c.pick(&["severa", "business"]),
            c.pick(&["", " only when needed", " also"]),
            condition(c)
        ),
        6 => format!("send once from severa where {}", condition(c)),
        7 => format!("hold when {}: \"why\"", condition(c)),
        8 => format!("failure {} <- failed", field(c)),
        9 => format!("drop {}", field(c)),
        10 => {
            code(c, out, level, "on create {");
            let text = arrows(c);
            code(c, out, level + 1, &text);
            return line(out, level, "}");
        }
        11 if level < 4 => {
            let head = format!("only if {} {{", condition(c));
            code(c, out, level, &head);
            return body(c, out, level + 1);
        }
        12 | 13 if level < 4 => {
            let target = if c.once_in(2) { "same row".to_owned() } else { format!("business {}", record(c)) };
            let list = c.pick(&[
                "addresses",
                "each (notes -> wrap(60))",
                "rows where not in Billing",
                "phases where kind = X first by start",
            ]);
            let head = format!("part {}: {list} {} {target} {{", c.pick(&NAMES[..6]), arrow(c));
            code(c, out, level, &head);
            return body(c, out, level + 1);
        }
        14 if level < 4 => {
            code(c, out, level, "change part Contact {");
            return body(c, out, level + 1);
        }
        15 => return setting(c, out, level),
        16 => return table(c, out, level),
        _ => arrows(c),
    };
    code(c, out, level, &text);
}

fn field(c: &mut Choices<'_>) -> &'static str {
    c.pick(FIELDS)
}

fn arrow(c: &mut Choices<'_>) -> &'static str {
    c.pick(&["<->", "->", "<-"])
}

fn record(c: &mut Choices<'_>) -> String {
    let name = c.pick(&["Customer", "Actor", "OrgUnit[department_unit]", "OrdLn"]);
    if c.once_in(2) { format!("{name} where {}", condition(c)) } else { name.to_owned() }
}

/// A line with arrows.
fn arrows(c: &mut Choices<'_>) -> String {
    let arrow = arrow(c);
    let mut text = match c.below(6) {
        0 => "(firstName, lastName)".to_owned(),
        1 => c.pick(TEXTS).to_owned(),
        2 => format!("(when {} -> {} else 0)", condition(c), value(c)),
        3 => format!("first of ({} -> link X, {})", field(c), value(c)),
        _ => value(c),
    };
    fallback(c, &mut text);
    for _ in 0..c.below(3) {
        text.push_str(&format!(" {arrow} {}", c.pick(TRANSFORMS)));
    }
    text.push_str(&format!(" {arrow} {}", field(c)));
    fallback(c, &mut text);
    // A two-way map among one-way arrows, and the reverse, is for the model to judge.
    text
}

fn fallback(c: &mut Choices<'_>, text: &mut String) {
    text.push_str(c.pick(&["", "", "", " or hold", " or keep", " or blank", " or default 1 + x", " or skip"]));
}

fn value(c: &mut Choices<'_>) -> String {
    match c.below(5) {
        0 => format!("{} * (1 + markup / 100)", field(c)),
        1 => format!("-{}", field(c)),
        2 => format!("sum({}, 2)", field(c)),
        _ => field(c).to_owned(),
    }
}

fn condition(c: &mut Choices<'_>) -> String {
    let one = match c.below(7) {
        0 => format!("{} is not blank", field(c)),
        1 => format!("not {}", field(c)),
        2 => format!("any rows has {} = 1", field(c)),
        3 => format!("{} not in [1..3, 5]", field(c)),
        4 => format!("({} != \"å\" or {} is set)", field(c), field(c)),
        _ => format!("{} {} {}", field(c), c.pick(&["=", "!=", "<=", ">=", "<", ">"]), value(c)),
    };
    if c.once_in(4) { format!("{one} and {}", condition(c)) } else { one }
}

const SOUP: &[&str] = &[
    "entity ",
    "part ",
    "table ",
    "setting ",
    "change ",
    "example ",
    "on create",
    "only if ",
    "severa ",
    "business ",
    "edition 2026\n",
    "mapping x\n",
    "match ",
    "identity ",
    "send from ",
    "hold when ",
    "where ",
    "when ",
    "else ",
    "and ",
    "or ",
    "not ",
    "name ",
    "Nm",
    "x",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<->",
    "->",
    "<-",
    "=",
    ":",
    ",",
    "..",
    ".",
    "\"",
    "\"{a}\"",
    "\"{",
    "\\",
    "//",
    "///",
    "// allow x: y",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "    ",
    " ",
    "0",
    "99999999999999999999999",
    "1.5",
    "-",
    "+",
    "*",
    "/",
    "å",
    "😀",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{a0}",
    "\0",
    "\u{feff}",
    "“",
    "e\u{301}",
    "or default ",
    "first of (",
    "link X",
    "each (",
    "any ",
    "no ",
    " has ",
    " in ",
    "same row",
    "use \"a\"",
    "\u{200d}",
];

/// Words and marks of the language in no order.
pub fn soup(c: &mut Choices<'_>) -> String {
    let mut out = String::new();
    while !c.is_spent() {
        out.push_str(c.pick(SOUP));
    }
    out
}

/// A text of any kind: bytes, words in no order, or a file with damage in it.
pub fn any_text(c: &mut Choices<'_>, files: &[&str]) -> String {
    match c.below(4) {
        0 => String::from_utf8_lossy(c.rest()).into_owned(),
        1 => soup(c),
        _ => {
            let mut text = if c.once_in(2) { mapping(c) } else { c.pick(files).to_owned() };
            for _ in 0..1 + c.below(4) {
                let (from, length) = (floor(&text, c.below(text.len() + 1)), c.below(30));
                let to = floor(&text, from + length);
                let put = (0..c.below(4)).map(|_| c.pick(SOUP)).collect::<String>();
                text.replace_range(from..to, &put);
            }
            text
        }
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
