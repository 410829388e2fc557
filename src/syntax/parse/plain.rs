//! The plainest lines and rows, read without the grammar.
//!
//! Nine of ten statements of a mapping are fields, transforms and constants between arrows. What is
//! recognized here is read in one pass over its bytes; everything else, and everything that is
//! wrong, is the grammar's. A test holds every tree that comes from here against the grammar's.

mod head;

pub use head::{TableHead, change, setting, table};

use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::{
    Arrow, Expr, ExprKind, Fallback, FallbackKind, Line, MapKey, MapRow, Path, PathStep, Segment,
};

/// `name <-> fit(80) <-> Nm`; nothing where it is anything but plain.
pub fn line(file: FileId, base: usize, text: &str) -> Option<Line> {
    let mut cursor = Cursor { file, base, text, at: 0 };
    let first = cursor.segment()?;
    let arrow = cursor.arrow()?;
    let mut segments = vec![first, cursor.segment()?];
    while !cursor.ended() {
        if cursor.arrow()? != arrow {
            return None;
        }
        segments.push(cursor.segment()?);
    }
    Some(Line { arrow, segments, span: cursor.span(0) })
}

/// `"A" -> 1`, `14 <-> 1`, `else -> 2`.
pub fn map_row(file: FileId, base: usize, text: &str) -> Option<MapRow> {
    let mut cursor = Cursor { file, base, text, at: 0 };
    let left = cursor.key()?;
    let arrow = cursor.arrow()?;
    let right = cursor.key()?;
    cursor.ended().then(|| MapRow { left, arrow, right, span: cursor.span(0) })
}

struct Cursor<'t> {
    file: FileId,
    base: usize,
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.at += self.rest().iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')).count();
    }

    fn ended(&mut self) -> bool {
        self.blanks();
        self.rest().is_empty()
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + self.at)
    }

    fn take(&mut self, mark: &[u8]) -> bool {
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len() } else { 0 };
        found
    }

    fn arrow(&mut self) -> Option<Arrow> {
        self.blanks();
        if self.take(b"<->") {
            Some(Arrow::Both)
        } else if self.take(b"->") {
            Some(Arrow::ToBusiness)
        } else if self.take(b"<-") {
            Some(Arrow::ToSevera)
        } else {
            None
        }
    }

    /// A name of letters that every keyboard has; others are the grammar's.
    fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let letter = |b: &u8| b.is_ascii_alphabetic() || *b == b'_';
        let length = rest.iter().take_while(|b| letter(b) || b.is_ascii_digit()).count();
        let whole = rest.first().is_some_and(letter) && rest.get(length).is_none_or(|b| b.is_ascii());
        let word = self.text.get(self.at..self.at + length).filter(|_| whole)?;
        self.at += length;
        Some(word)
    }

    fn number(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let digits = |of: &[u8]| of.iter().take_while(|b| b.is_ascii_digit()).count();
        let mut length = digits(rest);
        if length == 0 {
            return None;
        }
        if rest.get(length) == Some(&b'.') {
            let places = digits(rest.get(length + 1..).unwrap_or_default());
            if places == 0 {
                return None;
            }
            length += 1 + places;
        }
        let ends = rest
            .get(length)
            .is_none_or(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b')' | b']' | b',' | b'-' | b'<'));
        let number = self.text.get(self.at..self.at + length).filter(|_| ends)?;
        self.at += length;
        Some(number)
    }

    /// A text without escapes and fields.
    fn quoted(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        if rest.first() != Some(&b'"') {
            return None;
        }
        let length = rest.iter().skip(1).take_while(|b| !matches!(b, b'"' | b'\\' | b'{' | b'}' | b'\n')).count();
        if rest.get(length + 1) != Some(&b'"') {
            return None;
        }
        let text = self.text.get(self.at + 1..self.at + 1 + length)?;
        self.at += length + 2;
        Some(text)
    }

    fn expr(&self, start: usize, kind: ExprKind) -> Expr {
        Expr { kind, span: self.span(start) }
    }

    fn key(&mut self) -> Option<MapKey> {
        self.blanks();
        let start = self.at;
        if let Some(word) = self.word() {
            return match word {
                "else" => Some(MapKey::Else(self.span(start))),
                "true" | "false" => Some(MapKey::Value(self.expr(start, ExprKind::Bool(word == "true")))),
                _ => None,
            };
        }
        let constant = self.constant()?;
        // A range, or arithmetic, is the grammar's.
        let plain = matches!(self.rest().first(), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'-' | b'<'));
        let minus = self.rest().first() == Some(&b'-') && self.rest().get(1) != Some(&b'>');
        (plain && !minus).then_some(MapKey::Value(constant))
    }

    fn constant(&mut self) -> Option<Expr> {
        let start = self.at;
        if let Some(number) = self.number() {
            return Some(self.expr(start, ExprKind::Number(number.to_owned())));
        }
        let text = self.quoted()?;
        Some(self.expr(start, ExprKind::Text(text.to_owned())))
    }

    fn segment(&mut self) -> Option<Segment> {
        self.blanks();
        let start = self.at;
        let what = self.what()?;
        let end = self.at;
        self.blanks();
        let fallback = self.fallback()?;
        if fallback.is_none() {
            self.at = end;
        }
        let span = self.span(start);
        // Whatever follows must be an arrow or the end.
        self.blanks();
        matches!(self.rest(), [] | [b'<', b'-', ..] | [b'-', b'>', ..]).then_some(Segment { what, fallback, span })
    }

    /// None outside: it is the grammar's. None inside: there is no fallback.
    fn fallback(&mut self) -> Option<Option<Fallback>> {
        let start = self.at;
        match self.word() {
            None => return Some(None),
            Some("or") => self.blanks(),
            Some(_) => return None,
        }
        let kind = match self.word()? {
            "blank" => FallbackKind::Blank,
            "keep" => FallbackKind::Keep,
            "hold" => FallbackKind::Hold,
            "skip" => FallbackKind::Skip,
            _ => return None,
        };
        Some(Some(Fallback { kind, span: self.span(start) }))
    }

    fn what(&mut self) -> Option<Expr> {
        let start = self.at;
        if self.take(b"(") {
            let mut parts = Vec::new();
            loop {
                self.blanks();
                parts.push(self.path()?);
                self.blanks();
                if self.take(b")") {
                    break;
                }
                if !self.take(b",") {
                    return None;
                }
            }
            return (parts.len() > 1).then(|| self.expr(start, ExprKind::Tuple(parts)));
        }
        let word = self.word()?;
        if word == "link" {
            self.blanks();
            let entity = self.at;
            let name = Spanned::new(self.word().filter(|w| plain_name(w))?.to_owned(), self.span(entity));
            let mut column = None;
            if self.take(b".") {
                let at = self.at;
                column = Some(Spanned::new(self.word().filter(|w| plain_name(w))?.to_owned(), self.span(at)));
            }
            return Some(self.expr(start, ExprKind::Link { entity: name, column }));
        }
        if self.rest().first() == Some(&b'(') && plain_name(word) {
            let name = Spanned::new(word.to_owned(), self.span(start));
            self.at += 1;
            let mut args = Vec::new();
            loop {
                self.blanks();
                args.push(self.constant()?);
                self.blanks();
                if self.take(b")") {
                    break;
                }
                if !self.take(b",") {
                    return None;
                }
            }
            return Some(self.expr(start, ExprKind::Call { name, args }));
        }
        self.at = start;
        self.path()
    }

    /// `businessUnit.guid`, `Gr[5]`, `R[department_unit]`
    fn path(&mut self) -> Option<Expr> {
        let start = self.at;
        let mut steps = Vec::new();
        loop {
            let at = self.at;
            let name = self.word().filter(|w| plain_name(w))?.to_owned();
            let mut index = None;
            if self.take(b"[") {
                let inner = self.at;
                let kind = match self.number() {
                    Some(number) => ExprKind::Number(number.to_owned()),
                    None => {
                        let name = self.word().filter(|w| plain_name(w))?.to_owned();
                        let step = PathStep { name, index: None, span: self.span(inner) };
                        ExprKind::Path(Path { steps: vec![step], span: self.span(inner) })
                    }
                };
                index = Some(Box::new(self.expr(inner, kind)));
                if !self.take(b"]") {
                    return None;
                }
            }
            steps.push(PathStep { name, index, span: self.span(at) });
            if self.rest().first() != Some(&b'.') || self.rest().get(1) == Some(&b'.') {
                break;
            }
            self.at += 1;
        }
        let path = Path { steps, span: self.span(start) };
        Some(self.expr(start, ExprKind::Path(path)))
    }
}

/// No word that means something else in an expression.
fn plain_name(word: &str) -> bool {
    !matches!(
        word,
        "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "when"
            | "else"
            | "where"
            | "has"
            | "true"
            | "false"
            | "blank"
            | "none"
            | "nothing"
            | "any"
            | "no"
            | "keep"
            | "first"
            | "link"
            | "each"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::outline::{Item, Statement, outline};
    use crate::syntax::parse::context::Context;
    use crate::syntax::parse::forms::{FORMS, LINE, MAP_ROW};
    use crate::syntax::parse::table::table_head;

    /// A tree without its places: the grammar counts blanks behind a value to it.
    fn shape(debug: String) -> String {
        let mut out = String::new();
        let mut rest = debug.as_str();
        while let Some(at) = rest.find("Span {") {
            out.push_str(&rest[..at]);
            rest = rest[at..].split_once('}').map_or("", |(_, rest)| rest);
        }
        out + rest
    }

    fn statements(items: &[Item], found: &mut Vec<std::ops::Range<usize>>) {
        for item in items {
            if let Item::Statement(Statement { head, block, .. }) = item {
                found.push(head.clone());
                block.iter().for_each(|block| statements(&block.items, found));
            }
        }
    }

    #[test]
    fn what_is_read_without_the_grammar_is_what_the_grammar_reads() {
        let odd = "entity X {\n a.b[3] or hold <-> f(1, \"x\") -> T\n a <- b\n x y -> z\n a..b -> c\n 1..2 -> \"a\"\n -1 -> 2\n \"{a}\" -> 1\n 1 - 2 -> 3\n any -> b\n first -> b\n link A.b -> c\n (a, b) <-> c or keep\n a -> 1.5\n æ -> b\n 1x -> 2\n else -> 3\n true <-> 0\n a or default 1 -> b\n}\nsetting a: int = 3\nsetting b: text(20) = \"x\"\nsetting c: bool = true\nsetting c: side\nsetting d: int = -1\nsetting e: int = 1 .. 2\nsetting f: int in 1..2 = 1\nsetting g: list of range\nsetting h: int or none\nsetting i: int = 1 + 2\nsetting in: int\nsetting j: int = 1..2\ntable k: text( 2 ) -> int { 1 -> 2 }\ntable k: text(2)<->int { 1 <-> 2 }\ntable l from business Ctry { ISO <-> CtryNo }\ntable m: one of a, b -> int { 1 -> 2 }\ntable n: range <- date { 1 <- 2 }\nchange entity O { }\nchange table p { }\nchange table P.q { }\n";
        let files = [
            include_str!("../../../mappings/standard/customers.mapping"),
            include_str!("../../../mappings/standard/employees.mapping"),
            include_str!("../../../mappings/standard/invoices.mapping"),
            include_str!("../../../mappings/standard/products.mapping"),
            include_str!("../../../mappings/standard/settings.mapping"),
            include_str!("../../../mappings/examples/acme/acme.mapping"),
            odd,
        ];
        let mut plain = 0;
        for text in files {
            let outline = outline(text);
            let mut heads = Vec::new();
            statements(&outline.items, &mut heads);
            for head in heads {
                let written = &outline.blanked[head.clone()];
                let statement =
                    Statement { head: head.clone(), inner: Vec::new(), trailing: None, block: None, broken: false };
                let mut cx = Context::new(FileId(0), text, &outline.blanked);
                if let Some(fast) = line(FileId(0), head.start, written) {
                    let slow = super::super::line::by_grammar(&mut cx, &LINE, &statement);
                    assert_eq!(shape(format!("{:?}", Some(fast))), shape(format!("{slow:?}")), "{written}");
                    plain += 1;
                }
                if let Some(fast) = map_row(FileId(0), head.start, written) {
                    let slow =
                        cx.parse(&MAP_ROW, &statement).and_then(|pair| super::super::table::map_row(&mut cx, pair));
                    assert_eq!(shape(format!("{:?}", Some(fast))), shape(format!("{slow:?}")), "{written}");
                    plain += 1;
                }
                let form = |word: &str| FORMS.iter().find(|form| form.word == word).expect("a form");
                if let Some(fast) = setting(FileId(0), head.start, written) {
                    let slow = cx.parse(form("setting"), &statement);
                    let slow = slow.map(|pair| super::super::setting::setting(&mut cx, String::new(), pair));
                    assert_eq!(shape(format!("{:?}", Some(fast))), shape(format!("{slow:?}")), "{written}");
                    plain += 1;
                }
                if let Some(fast) = table(FileId(0), head.start, written) {
                    let slow = cx.parse(form("table"), &statement).and_then(|pair| table_head(&mut cx, pair));
                    assert_eq!(shape(format!("{:?}", Some(fast))), shape(format!("{slow:?}")), "{written}");
                    plain += 1;
                }
                for what in ["entity", "table"] {
                    let Some(name) = change(FileId(0), head.start, written, what) else { continue };
                    let form = FORMS.iter().find(|form| form.word == "change" && form.second == what);
                    let slow = cx.parse(form.expect("a form"), &statement).expect("parsed");
                    let slow = slow.into_inner().last().map(|name| name.as_str().trim().to_owned());
                    assert_eq!(Some(name.value), slow, "{written}");
                    plain += 1;
                }
            }
        }
        assert!(plain > 60, "{plain} statements of the standard mapping are plain");
    }
}
