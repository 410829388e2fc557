//! Inputs made to be hard: deep, long, many, odd. Each of about `size` bytes.

/// A line in an entity that would parse.
const HEAD: &str = "edition 2026\nmapping own\nentity A {\n    severa Customer <-> business Actor\n";

pub fn all(size: usize) -> Vec<(&'static str, String)> {
    let of = |unit: &str| unit.repeat((size / unit.len()).max(1));
    let inside = |text: String| format!("{HEAD}    {text}\n}}\n");
    let half = |unit: &str| unit.repeat((size / unit.len() / 2).max(1));
    let numbered = |line: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        let mut n = 0;
        while text.len() < size {
            text.push_str(&line(n));
            n += 1;
        }
        text
    };
    vec![
        ("open parentheses", inside(of("("))),
        ("closed parentheses", inside(format!("{}1{} -> Nm", half("("), half(")")))),
        ("open braces", of("{")),
        ("closing braces", of("}")),
        ("open brackets", inside(of("["))),
        ("braces on lines", of("{\n")),
        ("brackets on lines", inside(of("(\n"))),
        ("nested entities", of("entity A {\n")),
        ("nested parts", format!("{HEAD}{}", of("part A: b <-> business Actor {\n"))),
        ("nested indices", inside(format!("{}1{} -> Nm", half("a["), half("]")))),
        ("nested lists", inside(format!("x -> {}1{} -> Nm", half("["), half("]")))),
        ("no list has", inside(of("no a has "))),
        ("not", inside(format!("send from severa where {}a", of("not ")))),
        ("minus", inside(format!("{}a -> Nm", of("- ")))),
        ("and", inside(format!("send from severa where a{}", of(" and a")))),
        ("plus", inside(format!("a{} -> Nm", of(" + 1")))),
        ("a path", inside(format!("a{} -> Nm", of(".b")))),
        ("one word", of("a")),
        ("one word in a line", inside(format!("{} -> Nm", of("a")))),
        ("one statement's word", inside(format!("match{} x = y", of("h")))),
        ("one text", inside(format!("\"{}\" -> Nm", of("x")))),
        ("one template", inside(format!("\"{}\" -> Nm", of("{a}")))),
        ("one escape after another", inside(format!("\"{}\" -> Nm", of("\\q")))),
        ("an open text", inside(format!("\"{}", of("x ")))),
        ("texts never closed", numbered(&|_| "\"x\n".to_owned())),
        ("one number", inside(format!("{} -> Nm", of("9")))),
        ("one line of arrows", inside(of("a -> "))),
        ("arrows alone", inside(of("->"))),
        ("one line of broken rows", format!("edition 2026\ntable t: int <-> int {{ {} }}\n", of("x, "))),
        ("one line of odd characters", of("§ ")),
        ("broken lines", format!("{HEAD}{}}}\n", numbered(&|n| format!("    n{n} ->\n")))),
        (
            "broken lines of many kinds",
            format!("{HEAD}{}}}\n", numbered(&|n| format!("    a{n} -> -> (\n    mtch a = \"{n}\n    ]\n"))),
        ),
        ("unknown fields", format!("{HEAD}{}}}\n", numbered(&|n| format!("    n{n} <-> N{n}\n")))),
        ("one field again and again", format!("{HEAD}{}}}\n", of("    name <-> fit(80) <-> Nm\n"))),
        ("entities", numbered(&|n| format!("entity E{n} {{\n    severa Customer <-> business Actor\n}}\n"))),
        ("one entity again and again", of("entity E {\n}\n")),
        (
            "entities in one another's way",
            format!(
                "edition 2026\nmapping own\n{}",
                numbered(&|n| format!(
                    "entity E{n} {{\n    severa Customer <-> business Actor\n    match number = CustNo and name = Nm\n    name <-> fit(80) <-> Nm\n    owner.guid or keep <-> link E{} <-> Seller or blank\n}}\n",
                    n + 1
                ))
            ),
        ),
        (
            "settings",
            format!(
                "edition 2026\nmapping own\n{}",
                numbered(&|n| format!("setting s{n}: int in 1..8 = s{}\n", n + 1))
            ),
        ),
        (
            "tables",
            format!(
                "edition 2026\nmapping own\n{}",
                numbered(&|n| format!("table t{n}: int <-> int {{ 1 <-> 2, else -> 3 }}\n"))
            ),
        ),
        (
            "rows of a table",
            format!(
                "edition 2026\nmapping own\ntable t: int <-> int {{\n{}}}\n",
                numbered(&|n| format!("    {n} <-> {n}\n"))
            ),
        ),
        (
            "rows of a value map",
            inside(format!("a <-> {{ {} else <-> 1 }} <-> Nm", numbered(&|n| format!("{n} <-> {n}, ")))),
        ),
        ("branches", inside(format!("({} else 2) -> Nm", of("when a -> 1\n        ")))),
        ("headers", of("edition 2026\nmapping own extends own\n")),
        ("documentation", of("/// what\n")),
        ("comments that allow", numbered(&|n| format!("a{n} // allow one-match-key: it is so\n"))),
        ("a comment that allows much", format!("edition 2026\nmapping own // allow {}: so\n", of("x, "))),
        (
            "one long line among short ones",
            format!("{HEAD}    {} -> Nm // so\n{}}}\n", half("a"), half("    a -> Nm // so\n")),
        ),
        (
            "one long comment among short ones",
            format!("{HEAD}    a -> Nm // {}\n{}}}\n", half("x"), half("    a -> Nm // so\n")),
        ),
        ("deep indentation", format!("{HEAD}{}a -> -> Nm\n}}\n", of(" "))),
        ("tabs", of("\t")),
        ("blank lines", of("\r\n")),
        ("lone carriage returns", of("a -> b\r")),
        ("null", of("\0")),
        ("byte order marks", of("\u{feff}")),
        ("line separators", of("a -> b\u{2028}")),
        ("emoji", inside(of("😀 -> "))),
        ("right to left", inside(format!("\"{}\" -> -> Nm", of("\u{202e}ב")))),
        ("combining marks", inside(of("e\u{301} "))),
        ("commas", of("entity a,\n")),
        ("continuations", inside(of("and\n        "))),
        (
            "an example",
            format!(
                "edition 2026\nmapping own\nexample \"x\" for A {{\n    severa {{ {} }}\n}}\n",
                of("a: [{ b: 1 }], ")
            ),
        ),
        (
            "examples in one another",
            format!("edition 2026\nmapping own\nexample \"x\" for A {{\n    severa {}\n}}\n", of("{ a: ")),
        ),
    ]
}
