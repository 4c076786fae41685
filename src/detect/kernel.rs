//! The prefilter: where in some bytes does one of the literals stand?
//!
//! A bitmap over case-folded four-byte stretches, tested at every offset; what passes is looked up
//! in a small table and compared. It has one narrow interface, so that a faster kernel can take its
//! place; the plain oracle of its tests is Aho-Corasick.

use std::ops::Range;

use super::pairs::pair_cost;
use crate::rule::{ByteSet, Literal};

/// log2 of the bitmap's size in bits: 32 KiB, which the first-level cache holds.
const BITS: u32 = 18;
/// The bitmap's size in words; a constant, so that no test of it is bounds-checked.
const WORDS: usize = 1 << (BITS - 6);
/// log2 of the number of buckets behind the bitmap.
const BUCKETS: u32 = 12;
/// Sets bit 5 of each byte: letters of either case become equal. It also joins a few others
/// (`_` and DEL, `@` and the backquote), which the comparison afterwards tells apart.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// A compiled set of literals.
pub(super) struct Kernel {
    bitmap: Box<[u64; WORDS]>,
    /// Where each bucket starts in `entries`; one more than there are buckets.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    literals: Vec<Literal>,
}

#[derive(Clone, Copy)]
struct Entry {
    gram: u32,
    /// How far into the literal the four bytes stand.
    skip: u8,
    literal: u16,
}

impl Kernel {
    /// Compiles the literals; [`Kernel::find`] names them by their index. Each must have three
    /// bytes or more. With each goes what can follow it: an occurrence before another byte may be
    /// left out.
    pub(super) fn new(wanted: Vec<(Literal, ByteSet)>) -> Self {
        let (literals, follow): (Vec<Literal>, Vec<ByteSet>) = wanted.into_iter().unzip();
        let mut entries = Vec::with_capacity(literals.len());
        for (index, literal) in literals.iter().enumerate() {
            let text = literal.text.as_bytes();
            let literal = index as u16;
            if text.len() == 3 {
                for last in follow[index].iter() {
                    let gram = fold(u32::from_le_bytes([text[0], text[1], text[2], last]));
                    entries.push(Entry {
                        gram,
                        skip: 0,
                        literal,
                    });
                }
            } else {
                let skip = rarest(text);
                let gram = fold(u32::from_le_bytes([
                    text[skip],
                    text[skip + 1],
                    text[skip + 2],
                    text[skip + 3],
                ]));
                entries.push(Entry {
                    gram,
                    skip: skip as u8,
                    literal,
                });
            }
        }
        entries.sort_by_key(|e| (bucket(e.gram), e.gram, e.literal));
        entries.dedup_by_key(|e| (e.gram, e.literal));
        let mut starts = vec![0u32; (1 << BUCKETS) + 1];
        for entry in &entries {
            starts[bucket(entry.gram) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut bitmap = Box::new([0u64; WORDS]);
        for entry in &entries {
            let bit = slot(entry.gram);
            bitmap[bit >> 6] |= 1 << (bit & 63);
        }
        Kernel {
            bitmap,
            starts,
            entries,
            literals,
        }
    }

    /// Calls `hit(position, literal)` for every occurrence of a literal that starts in `range`,
    /// in order of the position of its rarest four bytes. Bytes after the range are looked at to
    /// complete an occurrence.
    pub(super) fn find(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        mut hit: impl FnMut(usize, usize),
    ) {
        // The rarest four bytes of a literal may stand up to eight bytes behind its start.
        let end = (range.end + 8).min(bytes.len());
        let mut at = range.start;
        while at + 8 <= end {
            let word = u64::from_le_bytes(
                bytes[at..at + 8]
                    .try_into()
                    .expect("a slice of eight bytes"),
            ) | FOLD;
            let any = self.passes(word as u32)
                | self.passes((word >> 8) as u32)
                | self.passes((word >> 16) as u32)
                | self.passes((word >> 24) as u32)
                | self.passes((word >> 32) as u32);
            if any != 0 {
                for step in 0..5 {
                    let gram = (word >> (8 * step)) as u32;
                    if self.passes(gram) != 0 {
                        self.confirm(bytes, at + step, gram, &range, &mut hit);
                    }
                }
            }
            at += 5;
        }
        while at + 4 <= end {
            let gram = fold(u32::from_le_bytes([
                bytes[at],
                bytes[at + 1],
                bytes[at + 2],
                bytes[at + 3],
            ]));
            if self.passes(gram) != 0 {
                self.confirm(bytes, at, gram, &range, &mut hit);
            }
            at += 1;
        }
        // A literal of three bytes at the very end has no fourth; no rule matches there, because
        // every pattern is longer than its literal.
    }

    #[inline(always)]
    fn passes(&self, gram: u32) -> u64 {
        let bit = slot(gram);
        (self.bitmap[(bit >> 6) & (WORDS - 1)] >> (bit & 63)) & 1
    }

    #[inline(never)]
    fn confirm(
        &self,
        bytes: &[u8],
        at: usize,
        gram: u32,
        range: &Range<usize>,
        hit: &mut impl FnMut(usize, usize),
    ) {
        let bucket = bucket(gram);
        let entries = &self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        for entry in entries.iter().filter(|entry| entry.gram == gram) {
            let Some(start) = at.checked_sub(usize::from(entry.skip)) else {
                continue;
            };
            if !range.contains(&start) {
                continue;
            }
            let literal = &self.literals[usize::from(entry.literal)];
            let text = literal.text.as_bytes();
            let there = bytes.get(start..start + text.len()).is_some_and(|have| {
                if literal.fold {
                    have.eq_ignore_ascii_case(text)
                } else {
                    have == text
                }
            });
            if there {
                hit(start, usize::from(entry.literal));
            }
        }
    }
}

fn fold(gram: u32) -> u32 {
    gram | FOLD as u32
}

#[inline(always)]
fn slot(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

fn bucket(gram: u32) -> usize {
    (gram.wrapping_mul(0x85EB_CA6B) >> (32 - BUCKETS)) as usize
}

/// The offset (at most eight) of the four bytes of `text` that are rarest in source code.
fn rarest(text: &[u8]) -> usize {
    (0..=(text.len() - 4).min(8))
        .max_by_key(|at| {
            let part = &text[*at..at + 4];
            // How seldom the pairs follow each other, and how rare the bytes are: pairs are not told
            // apart by which digit or sign they have.
            let pairs: u32 = part.windows(2).map(|w| pair_cost(w[0], w[1])).sum();
            let worth = pairs + part.iter().map(|b| 10 * rarity(*b)).sum::<u32>();
            (worth, usize::MAX - at)
        })
        .unwrap_or(0)
}

/// A rough order of how rare a byte is in source code, case ignored.
fn rarity(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b' ' => 0,
        b'l' | b'c' | b'd' | b'u' | b'm' | b'p' | b'h' | b'.' | b'/' | b'-' => 1,
        b'f' | b'g' | b'y' | b'b' | b'_' | b':' | b'=' | b'"' => 2,
        b'w' | b'v' | b'k' | b'0'..=b'9' => 3,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn literal(text: &'static str, fold: bool) -> Literal {
        Literal {
            text: text.into(),
            fold,
        }
    }

    fn set() -> Vec<Literal> {
        vec![
            literal("abc", false),
            literal("abca", false),
            literal("bcab", true),
            literal("ccccc", false),
            literal("ab-ab-ab-abc", false),
            literal("b_a", true),
        ]
    }

    /// The plain way: compare every literal at every position.
    fn oracle(bytes: &[u8], range: &Range<usize>) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        for at in range.clone() {
            for (index, literal) in set().iter().enumerate() {
                let text = literal.text.as_bytes();
                let there = bytes.get(at..at + text.len()).is_some_and(|have| {
                    have == text || literal.fold && have.eq_ignore_ascii_case(text)
                });
                // Three bytes at the very end: see `find`.
                if there && !(text.len() == 3 && at + 3 == bytes.len()) {
                    out.push((at, index));
                }
            }
        }
        out.sort_unstable();
        out
    }

    proptest! {
        #[test]
        fn it_finds_what_the_plain_way_finds(
            bytes in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b'c'), Just(b'C'), Just(b'-'), Just(b'_'), Just(b'B')], 0..200),
            cut in 0usize..200,
        ) {
            let any = ByteSet([u64::MAX; 4]);
            let kernel = Kernel::new(set().into_iter().map(|literal| (literal, any)).collect());
            let cut = cut.min(bytes.len());
            for range in [0..bytes.len(), 0..cut, cut..bytes.len()] {
                let mut found = Vec::new();
                kernel.find(&bytes, range.clone(), |at, literal| found.push((at, literal)));
                found.sort_unstable();
                prop_assert_eq!(found, oracle(&bytes, &range));
            }
        }
    }
}
