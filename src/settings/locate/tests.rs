use super::*;

/// The tree as text: what stands at each place.
fn shown(text: &str) -> String {
    fn show(text: &str, located: &Located, out: &mut String) {
        match &located.kind {
            Kind::Empty => out.push('-'),
            Kind::List(items) => {
                out.push('[');
                for item in items {
                    show(text, item, out);
                    out.push(' ');
                }
                out.push(']');
            }
            Kind::Map(entries) => {
                out.push('{');
                for entry in entries {
                    out.push_str(&text[entry.key.clone()]);
                    out.push('=');
                    show(text, &entry.value, out);
                    out.push(' ');
                }
                out.push('}');
            }
            _ => out.push_str(&text[located.range.clone()].replace('\n', "/")),
        }
    }
    let mut out = String::new();
    show(text, &locate(text), &mut out);
    out
}

#[test]
fn blocks_flows_quotes_and_comments() {
    let cases = [
        ("a: 1\nb:\n  c: x y # z\n  d: {e: [1, 2], f: \"g: h\"}\n", "{a=1 b={c=x y d={e=[1 2 ] f=\"g: h\" } } }"),
        ("on:\n- failed\n- held\nx:\n", "{on=[failed held ] x=- }"),
        ("- a: 1\n  b: 2\n- c\n", "[{a=1 b=2 } c ]"),
        ("s: |\n  one\n  two\nt: 'it''s'\r\n", "{s=|/  one/  two t='it''s' }"),
        ("u: https://a:1/b\n\"k\": v\n", "{u=https://a:1/b \"k\"=v }"),
        ("l: one\n  two\nm: 3", "{l=one/  two m=3 }"),
        ("\u{feff}---\n# c\na: &x 1\nb: *x\n", "{a=1 b=*x }"),
        ("a: {\n  b: 1,\n  c: æ # no\n}\nd: 2", "{a={b=1 c=æ } d=2 }"),
        ("a:\n  b:\n    c: 1\n  d: 2\ne:\n  f:\n    g: 3\nh: 4\n", "{a={b={c=1 } d=2 } e={f={g=3 } } h=4 }"),
        ("", "-"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}
