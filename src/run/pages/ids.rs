//! A set of identifiers that takes little memory for many: whole numbers, as Visma Business' keys mostly are, take a
//! bit each where they lie close together.

use std::collections::{BTreeMap, HashSet};

/// So many numbers share one piece of the map.
const PIECE: u64 = 8 * 512;

#[derive(Debug, Default)]
pub struct Ids {
    numbers: BTreeMap<u64, Box<[u8; 512]>>,
    others: HashSet<String>,
}

impl Ids {
    /// False where it was there already.
    pub fn insert(&mut self, id: &str) -> bool {
        let Some((piece, byte, bit)) = place(id) else { return self.others.insert(id.to_owned()) };
        let piece = self.numbers.entry(piece).or_insert_with(|| Box::new([0; 512]));
        let before = piece.get(byte).copied().unwrap_or_default();
        if let Some(held) = piece.get_mut(byte) {
            *held |= bit;
        }
        before & bit == 0
    }

    pub fn contains(&self, id: &str) -> bool {
        match place(id) {
            Some((piece, byte, bit)) => {
                self.numbers.get(&piece).and_then(|piece| piece.get(byte)).is_some_and(|held| held & bit != 0)
            }
            None => self.others.contains(id),
        }
    }
}

/// Which piece, which byte of it and which bit; nothing for what is no number as we write numbers.
fn place(id: &str) -> Option<(u64, usize, u8)> {
    let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) && (id.len() == 1 || !id.starts_with('0'));
    let number: u64 = id.parse().ok().filter(|_| plain)?;
    let within = number % PIECE;
    Some((number / PIECE, usize::try_from(within / 8).ok()?, 1 << (within % 8)))
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn numbers_and_others_are_kept_apart() {
        let mut ids = Ids::default();
        for id in ["0", "7", "4095", "4096", "18446744073709551615", "007", "1001/3", "", "-7", "99999999999999999999"]
        {
            assert!(!ids.contains(id), "{id}");
            assert!(ids.insert(id), "{id}");
            assert!(ids.contains(id) && !ids.insert(id), "{id}");
        }
        assert!(!ids.contains("8") && !ids.contains("07") && !ids.contains("1001"));
        assert_eq!(ids.others.len(), 5);
    }

    #[test]
    fn a_million_numbers_in_a_row_take_little() {
        let mut ids = Ids::default();
        for number in 0..1_000_000 {
            ids.insert(&number.to_string());
        }
        assert!(ids.numbers.len() * 512 < 200_000, "{}", ids.numbers.len());
        assert!(ids.contains("999999") && !ids.contains("1000000"));
    }
}
