//! The lines of a stream, one at a time, however long it is.

use std::io::{self, Read};

/// A longer line is no record, and would have to be kept whole.
const LONGEST: usize = 16 << 20;

/// So much is read at once.
const STRETCH: usize = 1 << 18;

/// Gives lines where they lie in what was read.
pub struct Lines<R> {
    input: R,
    read: Vec<u8>,
    /// What is read and not given yet.
    from: usize,
    to: usize,
    ended: bool,
    number: usize,
}

/// A line and its number, from 1.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken<'l> {
    Text(usize, &'l str),
    /// Not UTF-8; the place is in characters, from 1.
    NotText {
        line: usize,
        column: usize,
    },
    TooLong {
        line: usize,
    },
}

impl<R: Read> Lines<R> {
    pub fn new(input: R) -> Self {
        Self { input, read: vec![0; STRETCH], from: 0, to: 0, ended: false, number: 0 }
    }

    /// The next line that is not blank.
    pub fn take(&mut self) -> io::Result<Option<Taken<'_>>> {
        loop {
            let (from, to) = match self.line()? {
                None => return Ok(None),
                Some(None) => return Ok(Some(Taken::TooLong { line: self.number })),
                Some(Some(line)) => line,
            };
            let bytes = self.read.get(from..to).unwrap_or_default().trim_ascii_end();
            if !bytes.is_empty() {
                let length = bytes.len();
                return Ok(Some(self.text(from, from + length)));
            }
        }
    }

    fn text(&self, from: usize, to: usize) -> Taken<'_> {
        let bytes = self.read.get(from..to).unwrap_or_default();
        match simdutf8::basic::from_utf8(bytes) {
            // Some editors put a mark at the beginning of a file.
            Ok(text) if self.number == 1 => Taken::Text(1, text.strip_prefix('\u{feff}').unwrap_or(text)),
            Ok(text) => Taken::Text(self.number, text),
            Err(_) => {
                let right = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
                let before = String::from_utf8_lossy(bytes.get(..right).unwrap_or_default());
                Taken::NotText { line: self.number, column: before.chars().count() + 1 }
            }
        }
    }

    /// Where the next line lies, without its end; `Some(None)` for one that is too long.
    fn line(&mut self) -> io::Result<Option<Option<(usize, usize)>>> {
        let mut looked = 0;
        let mut long = false;
        loop {
            let rest = self.read.get(self.from + looked..self.to).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', rest) {
                let (from, to) = (self.from, self.from + looked + at);
                self.from = to + 1;
                self.number += 1;
                long |= to - from > LONGEST;
                return Ok(Some((!long).then_some((from, to))));
            }
            looked = self.to - self.from;
            if looked > LONGEST {
                // Its end is all that is still looked for.
                (self.from, self.to, looked, long) = (0, 0, 0, true);
            }
            if self.ended {
                if looked == 0 && !long {
                    return Ok(None);
                }
                let (from, to) = (self.from, self.to);
                self.from = to;
                self.number += 1;
                return Ok(Some((!long).then_some((from, to))));
            }
            self.more()?;
        }
    }

    /// Reads on, behind what is not given yet.
    fn more(&mut self) -> io::Result<()> {
        self.read.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to - self.from);
        if self.to == self.read.len() {
            self.read.resize(self.read.len() * 2, 0);
        }
        loop {
            match self.input.read(self.read.get_mut(self.to..).unwrap_or_default()) {
                Ok(count) => {
                    self.ended = count == 0;
                    self.to += count;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_marks_and_line_endings_are_no_part_of_records() {
        let mut lines = Lines::new("\u{feff}{}\r\n\n  \n{\"ø\":1}".as_bytes());
        assert_eq!(lines.take().expect("read"), Some(Taken::Text(1, "{}")));
        assert_eq!(lines.take().expect("read"), Some(Taken::Text(4, "{\"ø\":1}")));
        assert_eq!(lines.take().expect("read"), None);
        assert_eq!(lines.take().expect("read"), None);
    }

    #[test]
    fn what_is_no_text_or_has_no_end_is_told_and_the_next_line_is_read() {
        let mut bytes = "ø".as_bytes().to_vec();
        bytes.extend([0xff, b'\n']);
        bytes.extend(std::iter::repeat_n(b'x', LONGEST + STRETCH));
        bytes.extend(b"\n{}");
        let mut lines = Lines::new(bytes.as_slice());
        assert_eq!(lines.take().expect("read"), Some(Taken::NotText { line: 1, column: 2 }));
        assert!(matches!(lines.take().expect("read"), Some(Taken::TooLong { line: 2 })), "not told as too long");
        assert_eq!(lines.take().expect("read"), Some(Taken::Text(3, "{}")));
    }

    /// Gives a few bytes at a time.
    struct Drops<'b>(&'b [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(into.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            into[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        let text: Vec<String> = (0..200).map(|n| "æ".repeat(n * 7 % 1500 + 1)).collect();
        for size in [1, 7, 4096, STRETCH] {
            let whole = text.join("\n");
            let mut lines = Lines::new(Drops(whole.as_bytes(), size));
            for (line, number) in text.iter().zip(1..) {
                assert_eq!(lines.take().expect("read"), Some(Taken::Text(number, line)));
            }
            assert_eq!(lines.take().expect("read"), None);
        }
    }
}
