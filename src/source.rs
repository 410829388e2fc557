//! Files under check, and places in them.

/// A file of a [`Sources`], by its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of one file, in bytes, end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        // Files over 4 GB are refused when they are read, so the cast loses nothing.
        Self { file, start: start as u32, end: end as u32 }
    }

    /// The stretch from the start of `self` to the end of `other`, of the same file.
    pub fn to(self, other: Span) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies within it.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One file: its name as the user knows it, its text, and where its lines begin.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub name: String,
    pub text: String,
    line_starts: Vec<u32>,
    /// How many characters there are before every [`STRIDE`]th byte, so that a column of a line of
    /// a megabyte need not be counted from the line's start.
    chars_before: Vec<u32>,
}

/// In bytes.
const STRIDE: usize = 256;

/// A line and a column, both from 1; the column counts characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        let mut chars = 0;
        let chars_before = text
            .as_bytes()
            .chunks(STRIDE)
            .map(|chunk| {
                let before = chars;
                chars += chunk.iter().filter(|b| begins_char(**b)).count() as u32;
                before
            })
            .collect();
        Self { name, text, line_starts, chars_before }
    }

    /// Where a byte offset lies; an offset past the end lies at the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = offset.min(self.text.len() as u32);
        let line = self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        Position { line: line + 1, column: self.chars_before(offset) - self.chars_before(start) + 1 }
    }

    /// How many characters begin before a byte.
    fn chars_before(&self, offset: u32) -> usize {
        let offset = offset as usize;
        let known = (offset / STRIDE).min(self.chars_before.len().saturating_sub(1));
        let since = self.text.as_bytes().get(known * STRIDE..offset).unwrap_or_default();
        let counted = self.chars_before.get(known).copied().unwrap_or(0) as usize;
        counted + since.iter().filter(|b| begins_char(**b)).count()
    }

    /// The text of a line, from 1, without its line ending.
    pub fn line(&self, line: usize) -> &str {
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0) as usize;
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| *next as usize);
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// The text of a stretch; blank where the stretch is not of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

fn begins_char(byte: u8) -> bool {
    // The others of a character begin with the bits 10.
    byte & 0b1100_0000 != 0b1000_0000
}

/// All files of one check.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.files.push(SourceFile::new(name.into(), text.into()));
        FileId(self.files.len() as u32 - 1)
    }

    pub fn get(&self, file: FileId) -> &SourceFile {
        &self.files[file.0 as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(i as u32), f))
    }

    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).slice(span)
    }

    pub fn position(&self, span: Span) -> Position {
        self.get(span.file).position(span.start)
    }

    /// `path:line:column` of a place, as every message about a file begins.
    pub fn place(&self, span: Span) -> String {
        let at = self.position(span);
        format!("{}:{}:{}", self.get(span.file).name, at.line, at.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_in_either_way() {
        let mut sources = Sources::default();
        let file = sources.add("a.mapping", "Ærø 😀 x\r\nnext\n");
        let text = &sources.get(file).text;
        let x = text.find('x').unwrap_or(0) as u32;
        let next = text.find("next").unwrap_or(0) as u32;
        let file = sources.get(file);
        assert_eq!(file.position(x), Position { line: 1, column: 7 });
        assert_eq!(file.position(next), Position { line: 2, column: 1 });
        assert_eq!(file.line(1), "Ærø 😀 x");
        assert_eq!(file.line(2), "next");
        assert_eq!(file.position(10_000), Position { line: 3, column: 1 });
    }
}
