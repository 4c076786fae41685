//! Characters that repeat or follow each other: how much of a value they fill, and how likely chance
//! writes them.

/// Below this probability a run is no chance: one in a million values.
const NO_CHANCE: f64 = 1e-6;

/// Runs shorter than this are none.
const SHORTEST: usize = 4;

/// Runs of one kind in a value.
#[derive(Default)]
struct Runs {
    /// The bytes that runs of [`SHORTEST`] or more fill.
    filled: usize,
    /// The longest.
    longest: usize,
}

impl Runs {
    fn add(&mut self, run: usize) {
        if run >= SHORTEST {
            self.filled += run;
        }
        self.longest = self.longest.max(run);
    }
}

/// The runs of which each byte and the next one are what `joined` asks for.
fn runs(text: &[u8], joined: impl Fn(u8, u8) -> bool) -> Runs {
    let mut runs = Runs::default();
    let mut run = 1;
    for pair in text.windows(2) {
        if joined(pair[0], pair[1]) {
            run += 1;
        } else {
            runs.add(run);
            run = 1;
        }
    }
    runs.add(run);
    runs
}

/// How many different bytes a value like this is drawn from.
fn alphabet(text: &[u8]) -> f64 {
    let all = |test: fn(&u8) -> bool| text.iter().all(test);
    match () {
        () if all(u8::is_ascii_digit) => 10.0,
        () if all(u8::is_ascii_hexdigit) => 16.0,
        () if all(u8::is_ascii_alphabetic) => 26.0,
        // In small letters, as it is looked at.
        () if all(u8::is_ascii_alphanumeric) => 36.0,
        () => 64.0,
    }
}

/// Half of the value, or a quarter of it where chance does not write such a run.
fn decides(runs: &Runs, text: &[u8]) -> bool {
    let len = text.len();
    // The first byte of a run may be any.
    let no_chance = || is_no_chance(runs.longest.saturating_sub(1), text);
    len >= SHORTEST && (runs.filled * 2 >= len || runs.filled * 4 >= len && no_chance())
}

/// Whether so many given bytes side by side are no chance in a text of this length and alphabet.
pub(super) fn is_no_chance(given: usize, text: &[u8]) -> bool {
    let places = (text.len() + 1).saturating_sub(given) as f64;
    let given = i32::try_from(given).unwrap_or(i32::MAX);
    places * alphabet(text).powi(-given) < NO_CHANCE
}

/// `aaaaaaaaQ7`, `abcabcabc`: one character or one part over and over.
pub(super) fn repeats(text: &[u8]) -> bool {
    let three = text.len() == 3 && text[0] == text[1] && text[1] == text[2];
    three || decides(&runs(text, |a, b| a == b), text) || is_periodic(text) || ends_in_pairs(text)
}

/// `48e92789-57a3-466a-9959-1a1a1a1a1a1a`: one pair over and over to the end, in a quarter of the value.
fn ends_in_pairs(text: &[u8]) -> bool {
    let before = text.iter().rev().skip(2);
    let given = text.iter().rev().zip(before);
    let given = given.take_while(|(a, b)| a == b).count();
    given * 4 >= text.len() && is_no_chance(given, text)
}

/// One part of at most 32 bytes, three times or more; what fills up base64 is no part of it.
fn is_periodic(text: &[u8]) -> bool {
    let padded = text.iter().rev().take_while(|b| **b == b'=').count();
    let text = &text[..text.len() - padded];
    text.len() >= 8
        && (2..=32.min(text.len() / 3))
            .any(|part| text.iter().zip(&text[part..]).all(|(a, b)| a == b))
}

/// `Q3456789`, `987654321`, `abc123`: characters that follow each other. What a person chooses may
/// be such digits alone (`12345678`) or have a few of them (`maria12345`); the sixth is a sample's.
pub(super) fn follows(text: &[u8], chosen: bool) -> bool {
    const FEW: usize = 5;
    if chosen && text.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let counts = |b: u8| b.is_ascii_alphanumeric();
    let next = |a: u8, b: u8| b == a + 1 || (a, b) == (b'9', b'0');
    let up = runs(text, |a, b| counts(a) && counts(b) && next(a, b));
    let down = runs(text, |a, b| counts(a) && counts(b) && next(b, a));
    let letters = || runs(text, |a, b| a.is_ascii_alphabetic() && b == a + 1).longest >= SHORTEST;
    [up, down].iter().any(|runs| {
        let chosen = chosen && runs.longest <= FEW && !letters();
        decides(runs, text) && !chosen
    }) || !chosen && (is_abc123(text) || counts_by_turns(text))
}

/// `a1b2c3d4e5f6`: letters and digits by turns, each of which follows the last but one, in half of the value.
fn counts_by_turns(text: &[u8]) -> bool {
    const LEAST: usize = 8;
    let follows = |at: usize| {
        let (one, next) = (text[at], text[at + 2]);
        one.is_ascii_alphabetic() != text[at + 1].is_ascii_alphabetic()
            && one.is_ascii_alphanumeric()
            && (next == one.wrapping_add(1) || (one, next) == (b'9', b'0'))
    };
    let (mut filled, mut run) = (0, 0);
    for at in 0..text.len().saturating_sub(1) {
        if at + 2 < text.len() && follows(at) {
            run += 1;
            continue;
        }
        filled += if run + 2 >= LEAST { run + 2 } else { 0 };
        run = 0;
    }
    filled * 2 >= text.len() && filled > 0
}

/// `abc123`, `ghi789`: nothing but runs of three or more.
fn is_abc123(text: &[u8]) -> bool {
    let mut run = 1;
    let all = text.windows(2).all(|pair| {
        let joined = pair[1] == pair[0].wrapping_add(1);
        let ended = run >= 3;
        run = if joined { run + 1 } else { 1 };
        joined || ended
    });
    all && run >= 3 && text.iter().all(u8::is_ascii_alphanumeric)
}

/// `a0a1a2a3a4a5a6a7`: hexadecimal of bytes that repeat or follow each other.
pub(super) fn counts_up(value: &[u8]) -> bool {
    let digit = |b: u8| char::from(b).to_digit(16);
    if value.len() < 16 || !value.len().is_multiple_of(2) {
        return false;
    }
    let bytes: Option<Vec<u32>> = value
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?))
        .collect();
    bytes.is_some_and(|bytes| {
        let steps = bytes
            .windows(2)
            .filter(|w| w[1] == w[0] || w[1] == w[0] + 1);
        steps.count() * 3 >= (bytes.len() - 1) * 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_count_by_their_share_and_by_chance() {
        let drawn = crate::example::expand("{hex:40}", 5).expect("a valid template");
        for value in [
            "aaa",
            "aaaaaaaa",
            "aaaaaaaaq7",
            "0000000000000000000000000000000000000001",
            "123123123",
            "abcd1234abcd1234abcd1234",
            "deadbeefdeadbeefdeadbeefde==",
            "48e92789-57a3-466a-9959-1a1a1a1a1a1a",
        ] {
            assert!(repeats(value.as_bytes()), "{value}");
        }
        for value in [
            "1234567890",
            "987654321",
            "abcdef0123456789",
            "ghi789",
            "a1b2c3d4e5f6a1b2c3d4",
        ] {
            assert!(follows(value.as_bytes(), false), "{value}");
        }
        for value in [
            format!("{}012345", &drawn[..34]),
            format!("{}89012345", &drawn[..32]),
            format!("{}1a1a1a1a", &drawn[..32]),
            format!("aaaaa{}", &drawn[..27]),
        ] {
            assert!(!repeats(value.as_bytes()), "{value}");
            assert!(!follows(value.as_bytes(), false), "{value}");
        }
        assert!(!follows(b"a1b2c3d4e5f6", true), "people choose it");
        // Half as long, and nothing that chance writes.
        let most = format!("{}aaaaaaaaaaaa", &drawn[..24]);
        assert!(repeats(most.as_bytes()));
    }
}
