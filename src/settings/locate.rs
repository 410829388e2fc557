//! Where every key and value of a YAML text stands.
//!
//! The YAML parser gives no places for what it accepts, so this reads the text a second time for
//! its shape alone: block and flow maps and lists, quoted and plain scalars, comments. It never
//! fails; where it loses the thread (anchors, complex keys) the tree is coarser than the value and
//! the nearest place above stands in for the missing one.

use std::ops::Range;

/// A value's place and what is inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    pub range: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nothing was written: the place is where it would stand.
    Empty,
    /// Without quotes: the text of the place is the value as it was written.
    Plain,
    Quoted,
    /// A block of lines after `|` or `>`.
    Block,
    List(Vec<Located>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: Range<usize>,
    pub value: Located,
}

/// How deep values may lie inside each other before the rest counts as one.
const DEPTH: usize = 48;

/// The shape of a whole text.
pub fn locate(text: &str) -> Located {
    let mut scan = Scan { text: text.as_bytes(), at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    scan.blanks();
    if scan.document_mark() {
        scan.skip_line();
    }
    scan.block(0, 0)
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn ahead(&self, by: usize) -> Option<u8> {
        self.text.get(self.at + by).copied()
    }

    fn column(&self) -> usize {
        let line = self.text[..self.at.min(self.text.len())].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        // The byte order mark is no column of its own.
        let line = if line == 0 && self.text.starts_with(b"\xef\xbb\xbf") { 3 } else { line };
        self.at.saturating_sub(line)
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|b| b != b'\n') {
            self.at += 1;
        }
    }

    fn spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Past blanks, line ends and comments.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'#') => self.skip_line(),
                _ => return,
            }
        }
    }

    fn document_mark(&self) -> bool {
        let rest = &self.text[self.at.min(self.text.len())..];
        self.column() == 0 && (rest.starts_with(b"---") || rest.starts_with(b"..."))
    }

    fn dash(&self) -> bool {
        self.peek() == Some(b'-') && is_gap(self.ahead(1))
    }

    /// Past `&anchor` and `!tag`.
    fn properties(&mut self) {
        while matches!(self.peek(), Some(b'&' | b'!')) {
            while !is_gap(self.peek()) {
                self.at += 1;
            }
            self.spaces();
        }
    }

    fn empty(&self) -> Located {
        Located { range: self.at..self.at, kind: Kind::Empty }
    }

    /// The value that begins at the next token, if that stands at `indent` or deeper.
    fn block(&mut self, indent: usize, depth: usize) -> Located {
        let before = self.at;
        self.blanks();
        // A tag or anchor may stand on the line above its value.
        while matches!(self.peek(), Some(b'&' | b'!')) && self.column() >= indent {
            self.properties();
            self.blanks();
        }
        if self.peek().is_none() || self.column() < indent || self.document_mark() {
            let place = self.at;
            self.at = before.max(place.min(self.text.len()));
            return Located { range: before..before, kind: Kind::Empty };
        }
        if depth > DEPTH {
            return self.plain(indent);
        }
        if self.dash() {
            return self.list(depth);
        }
        if self.key().is_some() {
            return self.map(depth);
        }
        self.value(indent, depth)
    }

    /// A value on the same line as its key or dash, or below it.
    fn value(&mut self, indent: usize, depth: usize) -> Located {
        match self.peek() {
            Some(b'{' | b'[') => self.flow(depth),
            Some(b'"' | b'\'') => self.quoted(),
            Some(b'|' | b'>') => self.lines(indent),
            _ => self.plain(indent),
        }
    }

    fn list(&mut self, depth: usize) -> Located {
        let (start, column) = (self.at, self.column());
        let mut items = Vec::new();
        while self.dash() && self.column() == column {
            self.at += 1;
            self.spaces();
            items.push(self.block(column + 1, depth + 1));
            self.blanks();
        }
        let end = items.last().map_or(start, |i| i.range.end).max(start);
        Located { range: start..end, kind: Kind::List(items) }
    }

    fn map(&mut self, depth: usize) -> Located {
        let (start, column) = (self.at, self.column());
        let mut entries = Vec::new();
        let mut end = start;
        loop {
            self.blanks();
            if self.peek().is_none() || self.column() != column || self.document_mark() {
                break;
            }
            let Some((key, after)) = self.key() else {
                // Not a key where one must be: the parser tells; here it is only passed over.
                if self.dash() {
                    break;
                }
                self.skip_line();
                continue;
            };
            self.at = after;
            self.spaces();
            self.properties();
            let inline = !matches!(self.peek(), None | Some(b'\n' | b'\r' | b'#'));
            let value = if !inline {
                let place = self.at;
                self.blanks();
                let least = if self.dash() && self.column() == column { column } else { column + 1 };
                let below = self.block(least, depth + 1);
                if below.kind == Kind::Empty { Located { range: place..place, kind: Kind::Empty } } else { below }
            } else {
                self.value(column + 1, depth + 1)
            };
            end = value.range.end.max(key.end);
            entries.push(Entry { key, value });
            if inline {
                // A second token on the line is the parser's to refuse.
                self.spaces();
                if !matches!(self.peek(), None | Some(b'\n' | b'\r' | b'#')) {
                    self.skip_line();
                }
            }
        }
        Located { range: start..end, kind: Kind::Map(entries) }
    }

    /// A key and the offset after its colon, if one begins here.
    fn key(&self) -> Option<(Range<usize>, usize)> {
        let mut look = Scan { text: self.text, at: self.at };
        let start = look.at;
        if matches!(look.peek(), Some(b'"' | b'\'')) {
            let quoted = look.quoted();
            look.spaces();
            return (look.peek() == Some(b':') && is_gap(look.ahead(1))).then_some((quoted.range, look.at + 1));
        }
        if matches!(look.peek(), Some(b'{' | b'[' | b'#' | b'|' | b'>')) {
            return None;
        }
        loop {
            match look.peek()? {
                b'\n' => return None,
                b':' if is_gap(look.ahead(1)) => {
                    let end = trimmed(self.text, start, look.at);
                    return Some((start..end, look.at + 1));
                }
                b'#' if look.at > start && matches!(self.text[look.at - 1], b' ' | b'\t') => {
                    return None;
                }
                _ => look.at += 1,
            }
        }
    }

    fn quoted(&mut self) -> Located {
        let start = self.at;
        let quote = self.peek();
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'\\' && quote == Some(b'"') && self.peek().is_some() {
                self.at += 1;
            } else if Some(byte) == quote {
                if quote == Some(b'\'') && self.peek() == quote {
                    self.at += 1;
                } else {
                    break;
                }
            }
        }
        Located { range: start..self.at, kind: Kind::Quoted }
    }

    /// A plain scalar, over all lines that are indented at least so far.
    fn plain(&mut self, indent: usize) -> Located {
        let start = self.at;
        let mut end = start;
        loop {
            let line = self.at;
            while let Some(byte) = self.peek() {
                let comment = byte == b'#' && (self.at == line || is_gap(Some(self.text[self.at - 1])));
                if byte == b'\n' || comment {
                    break;
                }
                self.at += 1;
            }
            end = trimmed(self.text, line, self.at).max(end);
            let stopped = self.at;
            if self.peek() != Some(b'\n') {
                break;
            }
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                self.at += 1;
            }
            let ends = self.peek().is_none_or(|b| b == b'#')
                || self.column() < indent.max(1)
                || self.dash()
                || self.key().is_some();
            if ends {
                self.at = stopped;
                break;
            }
        }
        Located { range: start..end, kind: Kind::Plain }
    }

    /// `|` or `>` and the deeper lines below it.
    fn lines(&mut self, indent: usize) -> Located {
        let start = self.at;
        self.skip_line();
        let mut end = trimmed(self.text, start, self.at);
        while self.peek() == Some(b'\n') {
            let line = self.at + 1;
            let mut look = Scan { text: self.text, at: line };
            look.spaces();
            let blank = matches!(look.peek(), None | Some(b'\n' | b'\r'));
            if !blank && look.at - line < indent {
                break;
            }
            self.at = line;
            self.skip_line();
            if !blank {
                end = trimmed(self.text, line, self.at);
            }
        }
        Located { range: start..end, kind: Kind::Block }
    }

    fn flow(&mut self, depth: usize) -> Located {
        let start = self.at;
        let map = self.peek() == Some(b'{');
        self.at += 1;
        let (mut entries, mut items) = (Vec::new(), Vec::new());
        loop {
            self.blanks();
            match self.peek() {
                None => break,
                Some(b'}' | b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(_) if map => {
                    let key = self.flow_value(depth).range;
                    self.blanks();
                    let value = if self.peek() == Some(b':') {
                        self.at += 1;
                        self.blanks();
                        match self.peek() {
                            None | Some(b',' | b'}' | b']') => self.empty(),
                            Some(_) => self.flow_value(depth),
                        }
                    } else {
                        self.empty()
                    };
                    entries.push(Entry { key, value });
                }
                Some(b':') => self.at += 1,
                Some(_) => items.push(self.flow_value(depth)),
            }
        }
        let kind = if map { Kind::Map(entries) } else { Kind::List(items) };
        Located { range: start..self.at, kind }
    }

    fn flow_value(&mut self, depth: usize) -> Located {
        self.properties();
        match self.peek() {
            Some(b'{' | b'[') if depth < DEPTH => self.flow(depth + 1),
            Some(b'"' | b'\'') => self.quoted(),
            _ => {
                let start = self.at;
                while let Some(byte) = self.peek() {
                    let ends = matches!(byte, b',' | b'{' | b'}' | b'[' | b']' | b'\n')
                        || (byte == b':'
                            && (is_gap(self.ahead(1)) || matches!(self.ahead(1), Some(b',' | b'}' | b']'))))
                        || (byte == b'#' && self.at > start && is_gap(Some(self.text[self.at - 1])));
                    if ends && self.at > start {
                        break;
                    }
                    self.at += 1;
                    if ends {
                        break;
                    }
                }
                Located { range: start..trimmed(self.text, start, self.at), kind: Kind::Plain }
            }
        }
    }
}

fn is_gap(byte: Option<u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t' | b'\r' | b'\n'))
}

fn trimmed(text: &[u8], start: usize, end: usize) -> usize {
    let kept = text.get(start..end).unwrap_or(&[]).trim_ascii_end().len();
    start + kept
}

#[cfg(test)]
mod tests;
