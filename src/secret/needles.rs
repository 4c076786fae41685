//! Many values, ready to be found in short texts. A content can hold tens of thousands of values a
//! megabyte: what is kept of each is the value and a few bytes.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

/// Shorter values are not looked for; bytes.
pub(super) const SHORTEST: usize = 4;

/// Values to look for.
pub(super) struct Needles {
    /// Sorted, each once.
    values: Vec<Box<[u8]>>,
    /// By value: the longest other one that it begins with.
    begins_with: Vec<Option<u32>>,
    /// How values begin, so that most places of a text cost one question.
    heads: HashSet<[u8; SHORTEST]>,
}

impl Needles {
    /// From values in any order; those that are too short are left out. `None` when none is left.
    pub(super) fn new<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Option<Self> {
        let values = values.into_iter().filter(|value| value.len() >= SHORTEST);
        let values: BTreeSet<&[u8]> = values.collect();
        let heads: HashSet<_> = values.iter().filter_map(|value| head(value)).collect();
        let values: Vec<Box<[u8]>> = values.into_iter().map(Box::from).collect();
        let mut begins_with = Vec::with_capacity(values.len());
        // Values that the one before begins with, itself at the end: in this order all that begin with
        // a value stand behind it, one after the other.
        let mut open: Vec<u32> = Vec::new();
        for (number, value) in (0..).zip(&values) {
            while open
                .last()
                .is_some_and(|last| !value.starts_with(&values[*last as usize]))
            {
                open.pop();
            }
            begins_with.push(open.last().copied());
            open.push(number);
        }
        (!values.is_empty()).then_some(Needles {
            values,
            begins_with,
            heads,
        })
    }

    /// Where values stand in a text, from left to right and apart from each other; of several that
    /// begin at one byte the longest.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(head) = head(&text[at..]) {
            let len = match self.heads.contains(&head) {
                true => self.longest(&text[at..]),
                false => None,
            };
            out.extend(len.map(|len| at..at + len));
            at += len.unwrap_or(1);
        }
        out
    }

    /// The length of the longest value that a text begins with.
    fn longest(&self, text: &[u8]) -> Option<usize> {
        // All values that the text begins with sort before it, and nothing lies between the longest
        // of them and the text but what begins with it too. So the last value before the text begins
        // with each of them.
        let before = self.values.partition_point(|value| **value <= *text);
        let mut number = before.checked_sub(1)?;
        let last = &self.values[number];
        let common = last.iter().zip(text).take_while(|(a, b)| a == b).count();
        while self.values[number].len() > common {
            number = self.begins_with[number]? as usize;
        }
        Some(self.values[number].len())
    }
}

fn head(text: &[u8]) -> Option<[u8; SHORTEST]> {
    text.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain way: every value at every place.
    fn plainly(values: &[&[u8]], text: &[u8]) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let fitting = values
                .iter()
                .filter(|value| value.len() >= SHORTEST && text[at..].starts_with(value));
            let longest = fitting.map(|value| value.len()).max();
            out.extend(longest.map(|len| at..at + len));
            at += longest.unwrap_or(1);
        }
        out
    }

    #[test]
    fn values_are_found_as_by_trying_each_at_every_place() {
        // Two letters, so that values overlap, repeat and begin with each other.
        let mut state = 1u64;
        let mut letters = |len: usize| -> Vec<u8> {
            (0..len)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    b'a' + (state >> 60) as u8 % 2
                })
                .collect()
        };
        let mut found = 0;
        for round in 0..400 {
            let values: Vec<Vec<u8>> = (0..round % 9).map(|n| letters(2 + n * 2)).collect();
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            let text = letters(60);
            let all = Needles::new(values.iter().copied());
            let have = all.map_or_else(Vec::new, |all| all.find(&text));
            assert_eq!(have, plainly(&values, &text), "{values:?} in {text:?}");
            found += have.len();
        }
        assert!(found > 400, "{found}");
    }

    #[test]
    fn short_values_are_not_looked_for() {
        assert!(Needles::new([&b"abc"[..]]).is_none());
    }
}
