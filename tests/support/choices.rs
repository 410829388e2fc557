//! Choices made by bytes: the same bytes make the same thing, and fewer bytes a simpler one.
//!
//! Bytes come from proptest in the laws and from libFuzzer in `fuzz/`, so that both invent the
//! same inputs and either can shrink what it found.

pub struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first)
    }

    /// A number below `end`; 0 where the bytes have run out.
    pub fn below(&mut self, end: usize) -> usize {
        let number = match end {
            0 | 1 => return 0,
            2..=256 => self.byte(),
            _ => (self.byte() << 16) + (self.byte() << 8) + self.byte(),
        };
        number % end
    }

    /// True once in `of` times; false where the bytes have run out.
    pub fn once_in(&mut self, of: usize) -> bool {
        self.below(of) == of - 1
    }

    pub fn pick<'i, T: ?Sized>(&mut self, from: &[&'i T]) -> &'i T {
        from[self.below(from.len())]
    }

    /// What no choice has used yet.
    pub fn rest(&mut self) -> &'b [u8] {
        std::mem::take(&mut self.bytes)
    }

    pub fn is_spent(&self) -> bool {
        self.bytes.is_empty()
    }
}
