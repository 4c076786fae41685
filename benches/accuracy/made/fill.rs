//! Text from patterns: `«word»` is a draw from the list `word` of `words.txt`.
//!
//! `«Word»` begins with a capital letter, `«WORD»` is all capitals, and `«leet:word»` has letters
//! replaced by digits. A tilde in a word of a list stands for a blank. `«alnum:20»` is that many
//! characters of an alphabet, truly random: unlike in the examples of rules, a draw that looks like
//! a word stays. `«again»` is the last draw once more. The same seed gives the same text.

use std::collections::BTreeMap;

/// Draws by name.
pub struct Random(keysweep::example::Random);

impl Random {
    /// A generator of its own for each name, so that a new case does not change the others.
    pub fn named(name: &str) -> Random {
        let fold = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
        Random(keysweep::example::Random::new(seed))
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        (self.0.number() >> 11) as usize % end
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn text(&mut self, letters: &str, length: usize) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..length).map(|_| *self.pick(&letters)).collect()
    }

    /// A version 4 UUID in lower case.
    pub fn uuid(&mut self) -> String {
        let mut hex = |length| self.text("0123456789abcdef", length);
        let parts = [
            hex(8),
            hex(4),
            format!("4{}", hex(3)),
            format!("8{}", hex(3)),
        ];
        format!("{}-{}", parts.join("-"), hex(12))
    }
}

/// The alphabets, under the names that the examples of rules give them.
pub const ALPHABETS: &[(&str, &str)] = &[
    ("digit", "0123456789"),
    ("hex", "0123456789abcdef"),
    ("HEX", "0123456789ABCDEF"),
    ("lower", "abcdefghijklmnopqrstuvwxyz"),
    ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("lowernum", "0123456789abcdefghijklmnopqrstuvwxyz"),
    ("uppernum", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    (
        "base58",
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    ),
    (
        "letters",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    (
        "alnum",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    ),
    (
        "word",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_",
    ),
    (
        "base64",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/",
    ),
    (
        "base64url",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_",
    ),
    // What can stand between double quotes of most languages without an escape.
    (
        "printable",
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%&()*+,-./:;=?@[]^_{|}~",
    ),
];

/// The characters of an alphabet.
pub fn alphabet(name: &str) -> Option<&'static str> {
    let found = ALPHABETS.iter().find(|(have, _)| *have == name);
    found.map(|(_, letters)| *letters)
}

/// The lists of words.
pub struct Words(BTreeMap<&'static str, Vec<&'static str>>);

impl Words {
    pub fn read() -> Words {
        let lines = include_str!("words.txt").lines();
        let lists = lines.filter(|line| !line.starts_with('#'));
        let lists = lists.filter_map(|line| line.split_once(": "));
        Words(
            lists
                .map(|(name, words)| (name, words.split(' ').collect()))
                .collect(),
        )
    }

    /// A pattern with everything between guillemets drawn.
    pub fn fill(&self, pattern: &str, random: &mut Random) -> String {
        let mut out = String::new();
        let mut rest = pattern;
        let mut last = String::new();
        while let Some((before, (inner, after))) = rest
            .split_once('«')
            .and_then(|(before, from)| Some((before, from.split_once('»')?)))
        {
            out.push_str(before);
            if inner != "again" {
                last = self.draw(inner, random);
            }
            out.push_str(&last);
            rest = after;
        }
        out + rest
    }

    fn draw(&self, name: &str, random: &mut Random) -> String {
        if let Some(name) = name.strip_prefix("leet:") {
            return leet(&self.draw(name, random));
        }
        if let Some((letters, length)) = name.split_once(':') {
            let known = ALPHABETS.iter().find(|(have, _)| *have == letters);
            let length = length.parse().expect("a length");
            return match known {
                Some((_, letters)) => random.text(letters, length),
                None => capital(&random.text(
                    alphabet(&letters.to_lowercase()).expect("an alphabet"),
                    length,
                )),
            };
        }
        match name {
            "year" => (1958 + random.below(67)).to_string(),
            "yy" => format!("{:02}", random.below(100)),
            "d" | "dd" | "ddd" | "dddd" => random.text("0123456789", name.len()),
            "ddmmyyyy" => format!(
                "{:02}{:02}{}",
                1 + random.below(28),
                1 + random.below(12),
                1958 + random.below(50)
            ),
            "uuid" => random.uuid(),
            _ => {
                let lower = name.to_lowercase();
                let list = self.0.get(lower.as_str());
                let list = list.unwrap_or_else(|| panic!("no list of words `{lower}`"));
                let word = random.pick(list).replace('~', " ");
                match name.chars().filter(|c| c.is_uppercase()).count() {
                    0 => word,
                    1 => capital(&word),
                    _ => word.to_uppercase(),
                }
            }
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Letters as digits, as people do it by hand.
fn leet(word: &str) -> String {
    word.chars()
        .map(|letter| match letter {
            'o' => '0',
            'i' => '1',
            'e' => '3',
            'a' => '4',
            's' => '5',
            other => other,
        })
        .collect()
}
