//! The lines of a stream, one at a time, however long it is.

use std::io::{self, BufRead};

/// A longer line is no record, and would have to be kept whole.
const LONGEST: usize = 16 << 20;

/// Reads lines into one piece of memory.
pub struct Lines<R> {
    input: R,
    line: Vec<u8>,
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

impl<R: BufRead> Lines<R> {
    pub fn new(input: R) -> Self {
        Self { input, line: Vec::new(), number: 0 }
    }

    /// The next line that is not blank.
    pub fn next(&mut self) -> io::Result<Option<Taken<'_>>> {
        loop {
            self.line.clear();
            self.number += 1;
            let mut whole = io::Read::take(&mut self.input, LONGEST as u64);
            if whole.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            if self.line.len() == LONGEST && self.line.last() != Some(&b'\n') {
                self.input.skip_until(b'\n')?;
                return Ok(Some(Taken::TooLong { line: self.number }));
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        Ok(Some(match std::str::from_utf8(&self.line) {
            Ok(text) => {
                let text = text.trim_end_matches(['\n', '\r']);
                // Some editors put a mark at the beginning of a file.
                Taken::Text(self.number, text.strip_prefix('\u{feff}').filter(|_| self.number == 1).unwrap_or(text))
            }
            Err(error) => {
                let before = self.line.get(..error.valid_up_to()).unwrap_or_default();
                let before = std::str::from_utf8(before).unwrap_or_default();
                Taken::NotText { line: self.number, column: before.chars().count() + 1 }
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_marks_and_line_endings_are_no_part_of_records() {
        let mut lines = Lines::new("\u{feff}{}\r\n\n  \n{\"ø\":1}".as_bytes());
        assert_eq!(lines.next().expect("read"), Some(Taken::Text(1, "{}")));
        assert_eq!(lines.next().expect("read"), Some(Taken::Text(4, "{\"ø\":1}")));
        assert_eq!(lines.next().expect("read"), None);
    }

    #[test]
    fn what_is_no_text_or_has_no_end_is_told_and_the_next_line_is_read() {
        let mut bytes = "ø".as_bytes().to_vec();
        bytes.extend([0xff, b'\n']);
        bytes.extend(std::iter::repeat_n(b'x', LONGEST + 5));
        bytes.extend(b"\n{}");
        let mut lines = Lines::new(bytes.as_slice());
        assert_eq!(lines.next().expect("read"), Some(Taken::NotText { line: 1, column: 2 }));
        assert_eq!(lines.next().expect("read"), Some(Taken::TooLong { line: 2 }));
        assert_eq!(lines.next().expect("read"), Some(Taken::Text(3, "{}")));
    }
}
