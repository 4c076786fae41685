//! A set of byte values.

use std::fmt;

/// Which of the 256 byte values belong.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ByteSet(pub [u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: ByteSet = ByteSet([0; 4]);

    /// `A-Z a-z 0-9`.
    pub fn alphanumeric() -> Self {
        let mut set = Self::EMPTY;
        for byte in 0..=255u8 {
            if byte.is_ascii_alphanumeric() {
                set.insert(byte);
            }
        }
        set
    }

    /// Adds a byte.
    pub fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    /// Whether the byte belongs.
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }

    /// The bytes of either set.
    pub fn union(mut self, other: ByteSet) -> Self {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
        self
    }

    /// How many bytes belong.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no byte belongs.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// Whether every byte of the other set belongs to this one.
    pub fn covers(&self, other: &ByteSet) -> bool {
        self.0
            .iter()
            .zip(other.0)
            .all(|(mine, theirs)| theirs & !mine == 0)
    }

    /// Whether the sets share a byte.
    pub fn meets(&self, other: &ByteSet) -> bool {
        self.0
            .iter()
            .zip(other.0)
            .any(|(mine, theirs)| theirs & mine != 0)
    }

    /// The bytes in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=255u8).filter(|byte| self.contains(*byte))
    }
}

impl fmt::Debug for ByteSet {
    /// Rust source: the build script writes sets with it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ByteSet({:?})", self.0)
    }
}
