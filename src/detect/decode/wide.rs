//! UTF-16 and UTF-32 in either byte order, with or without a mark: ASCII characters with zero bytes
//! before or behind each.

use std::ops::Range;

use super::{Layer, Map};

/// Fewer characters hold no token.
const SHORTEST: usize = 16;
/// Longer stretches are decoded in pieces of so many characters.
const PIECE: usize = 256 << 10;
/// What two pieces share, in characters.
const OVERLAP: usize = 64 << 10;

/// The most bytes that one character has.
const WIDEST: usize = 4;

/// How characters stand in bytes.
#[derive(Clone, Copy)]
struct Form {
    name: &'static str,
    /// Bytes of a character.
    width: usize,
    /// Which of them is not zero.
    place: usize,
}

const FORMS: [Form; 4] = [
    // Four bytes first: two of them look like a character of two.
    Form {
        name: "utf-32",
        width: 4,
        place: 0,
    },
    Form {
        name: "utf-32",
        width: 4,
        place: 3,
    },
    Form {
        name: "utf-16",
        width: 2,
        place: 0,
    },
    Form {
        name: "utf-16",
        width: 2,
        place: 1,
    },
];

impl Form {
    /// Whether a character stands at `at`.
    fn fits(self, bytes: &[u8], at: usize) -> bool {
        let Some(character) = bytes.get(at..at + self.width) else {
            return false;
        };
        let text = |b: u8| (0x20..0x7f).contains(&b) || matches!(b, b'\n' | b'\r' | b'\t');
        let fits = |(place, byte): (usize, &u8)| match place == self.place {
            true => text(*byte),
            false => *byte == 0,
        };
        character.iter().enumerate().all(fits)
    }

    /// The other byte order, where a stretch that ends at `end` may as well stand in that one, a
    /// byte further on: its zero bytes are followed by one more character.
    fn swapped(self, bytes: &[u8], end: usize) -> Option<Form> {
        let swapped = Form {
            place: self.width - 1,
            ..self
        };
        (self.place == 0 && swapped.fits(bytes, end + 1 - self.width)).then_some(swapped)
    }
}

/// Stretches of 16 or more ASCII characters that are two or four bytes wide.
pub(in crate::detect) fn wide(bytes: &[u8], mut found: impl FnMut(Layer)) {
    let Some(mut at) = memchr::memchr(0, bytes).map(|zero| zero.saturating_sub(1)) else {
        return;
    };
    while at + 2 * SHORTEST <= bytes.len() {
        // Without a zero there is no such character; behind the second byte the next can start.
        if bytes[at] != 0 && bytes[at + 1] != 0 {
            let next = memchr::memchr(0, &bytes[at + 1..]);
            at = next.map_or(bytes.len(), |zero| at + zero);
            continue;
        }
        // Among zeros only there is none either; the widest one that ends with what is none starts
        // three bytes before it.
        if bytes[at..].starts_with(&[0; WIDEST]) {
            at += zeros(&bytes[at..]) - (WIDEST - 1);
            continue;
        }
        let Some(form) = FORMS.into_iter().find(|form| form.fits(bytes, at)) else {
            at += 1;
            continue;
        };
        let mut end = at;
        while form.fits(bytes, end) {
            end += form.width;
        }
        if (end - at) / form.width >= SHORTEST {
            pieces(bytes, form, at..end, &mut found);
            // Text whose zero bytes come first, directly behind an ASCII letter, looks the same but
            // for its last character, which the reading above lacks.
            if let Some(swapped) = form.swapped(bytes, end) {
                pieces(bytes, swapped, at + 1..end + 1, &mut found);
            }
        }
        // A single one may be the end of a wider character's zeros and the beginning of the next: what
        // stands behind the mark of little-endian UTF-32 does.
        at = match end - at > form.width {
            true => end,
            false => at + 1,
        };
    }
}

/// How many zero bytes `bytes` start with. Disk images and padding have very long stretches.
fn zeros(bytes: &[u8]) -> usize {
    const ZEROS: [u8; 256] = [0; 256];
    let whole = bytes.chunks_exact(ZEROS.len());
    let skipped = whole.take_while(|chunk| *chunk == ZEROS).count() * ZEROS.len();
    let rest = bytes[skipped..].iter().take_while(|byte| **byte == 0);
    skipped + rest.count()
}

fn pieces(bytes: &[u8], form: Form, source: Range<usize>, found: &mut impl FnMut(Layer)) {
    let count = source.len() / form.width;
    let mut first = 0;
    loop {
        let last = (first + PIECE).min(count);
        let start = source.start + first * form.width;
        let length = last - first;
        let low = if first == 0 { 0 } else { OVERLAP / 2 };
        let high = length - if last == count { 0 } else { OVERLAP / 2 };
        let characters = (0..length).map(|n| bytes[start + n * form.width + form.place]);
        found(Layer {
            name: form.name,
            own: low..high,
            open: last < count,
            bytes: characters.collect(),
            source: start..start + length * form.width,
            map: Map::Each((0..=length).map(|n| (n * form.width) as u32).collect()),
        });
        if last == count {
            return;
        }
        first = last - OVERLAP;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where the stretches are when every place is looked at.
    fn plainly(bytes: &[u8]) -> Vec<(&'static str, Range<usize>)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at + 2 * SHORTEST <= bytes.len() {
            let Some(form) = FORMS.into_iter().find(|form| form.fits(bytes, at)) else {
                at += 1;
                continue;
            };
            let fits = |n: &usize| form.fits(bytes, at + n * form.width);
            let end = at + (0..).take_while(fits).count() * form.width;
            if end - at >= SHORTEST * form.width {
                found.push((form.name, at..end));
                if form.swapped(bytes, end).is_some() {
                    found.push((form.name, at + 1..end + 1));
                }
            }
            at = match end - at > form.width {
                true => end,
                false => at + 1,
            };
        }
        found
    }

    #[test]
    fn text_directly_behind_the_mark_of_its_form_is_read_from_its_first_character() {
        for (mark, form) in [
            (&b"\xff\xfe\0\0"[..], FORMS[0]),
            (b"\0\0\xfe\xff", FORMS[1]),
            (b"\xff\xfe", FORMS[2]),
            (b"\xfe\xff", FORMS[3]),
        ] {
            let mut bytes = mark.to_vec();
            for letter in b"a text of letters" {
                let mut character = vec![0; form.width];
                character[form.place] = *letter;
                bytes.extend(character);
            }
            let mut first = Vec::new();
            wide(&bytes, |layer| first.push(layer.source.start));
            assert_eq!(first.first(), Some(&mark.len()), "{mark:?}");
        }
    }

    proptest! {
        /// What is passed over holds nothing.
        #[test]
        fn stretches_are_those_that_stand_at_every_place(
            parts in proptest::collection::vec((0usize..5, 0usize..9, 14usize..20), 1..8),
        ) {
            let mut bytes = Vec::new();
            for (form, zeros, length) in parts {
                bytes.resize(bytes.len() + [0, 1, 2, 3, 4, 255, 256, 257, 700][zeros], 0);
                for n in 0..length {
                    let mut character = match FORMS.get(form) {
                        Some(form) => vec![0; form.width],
                        None => vec![b'x'],
                    };
                    let place = FORMS.get(form).map_or(0, |form| form.place);
                    character[place] = b"aZ9=~"[n % 5];
                    bytes.extend(character);
                }
            }
            let mut found = Vec::new();
            wide(&bytes, |layer| found.push((layer.name, layer.source)));
            prop_assert_eq!(found, plainly(&bytes));
        }
    }
}
