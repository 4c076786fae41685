//! The form that samples have in common: what is fixed, and of which alphabet and length the rest is. Nothing
//! that a machine drew may become part of it: a form stands in a file that is committed.

use keysweep::detect::checks::looks_random;
use keysweep::detect::generic;
use keysweep::example::letters;

/// The least that must be fixed at the front for a scan to look for it, in bytes.
const FIXED: usize = 3;
/// A longer front is no prefix any more, in bytes.
const LONGEST_FRONT: usize = 24;
/// What samples have in common behind words, in bytes: more may be part of one value.
const LONGEST_COMMON: usize = 12;
/// Less that is drawn says nothing, in bytes.
const DRAWN: usize = 8;
/// Less that is drawn is found in any text, in bits.
const BITS: f64 = 40.0;
/// More signs between parts are no form.
const SIGNS: usize = 6;
/// An alphabet is taken when a wider one would give such a text in fewer than one of twenty cases.
const CHANCE: f64 = 0.05;

/// An alphabet that templates know, and how a pattern writes it; narrower ones first.
const ALPHABETS: [(&str, &str); 12] = [
    ("digit", "[0-9]"),
    ("hex", "[0-9a-f]"),
    ("HEX", "[0-9A-F]"),
    ("lower", "[a-z]"),
    ("upper", "[A-Z]"),
    ("base32", "[A-Z2-7]"),
    ("lowernum", "[0-9a-z]"),
    ("uppernum", "[0-9A-Z]"),
    ("alnum", "[0-9A-Za-z]"),
    ("word", "[0-9A-Za-z_]"),
    ("base64url", "[0-9A-Za-z_-]"),
    ("base64", "[0-9A-Za-z+/]"),
];

/// Letters and digits without signs end here; what is wider tells itself by its signs.
const PLAIN: usize = 9;

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// The same in all samples.
    Fixed(String),
    /// So many characters of an alphabet.
    Drawn {
        alphabet: usize,
        min: usize,
        max: usize,
    },
    Uuid,
}

/// What samples look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What is fixed at the front.
    pub front: String,
    parts: Vec<Part>,
}

impl Form {
    /// The form that all samples have. They are printable ASCII without blanks.
    ///
    /// # Errors
    /// Why there is none. No message has anything of a sample.
    pub fn of(samples: &[&str]) -> Result<Self, String> {
        let mut samples = samples.to_vec();
        samples.sort_unstable();
        samples.dedup();
        let front = front(&samples);
        let rests: Vec<&str> = samples.iter().map(|s| &s[front.len()..]).collect();
        if rests.iter().any(|rest| rest.len() < DRAWN) {
            return Err(format!(
                "fewer than {DRAWN} characters are left behind what is fixed: any pattern would be too broad"
            ));
        }
        let by_position = same_positions(&rests);
        let split: Vec<Vec<Piece<'_>>> = rests.iter().map(|r| pieces(r, by_position)).collect();
        let first = split.first().ok_or("there is no sample")?;
        let shape = |pieces: &[Piece<'_>]| -> Vec<Option<char>> {
            let sign = |piece: &Piece<'_>| match piece {
                Piece::Sign(sign) => Some(*sign),
                Piece::Text(_) => None,
            };
            pieces.iter().map(sign).collect()
        };
        if split.iter().any(|pieces| shape(pieces) != shape(first)) {
            return Err(
                "the samples differ in their form; make a rule of those of one form at a time"
                    .to_owned(),
            );
        }
        let signs = shape(first).into_iter().flatten();
        let padding = first.iter().rev();
        let padding = padding.take_while(|piece| **piece == Piece::Sign('='));
        if signs.count() > SIGNS + padding.count() {
            return Err("there are signs all over it, as in a password that somebody chose: a pattern would say nothing; the generic rules look for passwords".to_owned());
        }
        let mut parts = Vec::new();
        for (at, piece) in first.iter().enumerate() {
            match piece {
                Piece::Sign(sign) => match parts.last_mut() {
                    Some(Part::Fixed(text)) => text.push(*sign),
                    _ => parts.push(Part::Fixed(sign.to_string())),
                },
                Piece::Text(_) => {
                    let texts: Vec<&str> = split
                        .iter()
                        .filter_map(|pieces| match pieces[at] {
                            Piece::Text(text) => Some(text),
                            Piece::Sign(_) => None,
                        })
                        .collect();
                    parts.push(part(&texts)?);
                }
            }
        }
        let form = Form { front, parts };
        form.check(&split)?;
        Ok(form)
    }

    /// # Errors
    /// Too little is drawn, or it does not look so.
    fn check(&self, split: &[Vec<Piece<'_>>]) -> Result<(), String> {
        let bits: f64 = self.parts.iter().map(Part::bits).sum();
        if bits < BITS {
            return Err("too little of it is drawn: any pattern would be too broad".to_owned());
        }
        // The longest piece tells: signs and other alphabets beside it are not drawn with it.
        let drawn = |pieces: &&Vec<Piece<'_>>| {
            let texts = pieces.iter().filter_map(|piece| match piece {
                Piece::Text(text) => Some(*text),
                Piece::Sign(_) => None,
            });
            let longest = texts.max_by_key(|text| text.len()).unwrap_or_default();
            self.is_uuid() || looks_random(longest.as_bytes())
        };
        if 2 * split.iter().filter(drawn).count() <= split.len() {
            return Err("it does not look as if a machine had drawn it, so that no pattern tells it from other text; the generic rules look for passwords that people choose".to_owned());
        }
        Ok(())
    }

    fn is_uuid(&self) -> bool {
        self.parts.contains(&Part::Uuid)
    }

    /// Whether a scan has something to look for.
    pub fn has_fixed(&self) -> bool {
        self.front.len() >= FIXED
    }

    /// Whether what is drawn can be asked for looking so.
    pub fn is_random(&self) -> bool {
        !self.is_uuid()
    }

    /// The pattern of the whole.
    pub fn pattern(&self) -> String {
        let mut out = escaped(&self.front);
        for part in &self.parts {
            match part {
                Part::Fixed(text) => out.push_str(&escaped(text)),
                Part::Drawn { alphabet, min, max } => {
                    out.push_str(ALPHABETS[*alphabet].1);
                    out.push_str(&match min == max {
                        true => format!("{{{min}}}"),
                        false => format!("{{{min},{max}}}"),
                    });
                }
                Part::Uuid => {
                    out.push_str("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");
                }
            }
        }
        out
    }

    /// The template of an example: of the longest, or one character too short.
    pub fn template(&self, short: bool) -> String {
        let last = self
            .parts
            .iter()
            .rposition(|part| matches!(part, Part::Drawn { .. }));
        let mut out = braced(&self.front);
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Fixed(text) => out.push_str(&braced(text)),
                Part::Drawn { alphabet, min, max } => {
                    let length = match short && Some(at) == last {
                        true => min - 1,
                        false => *max,
                    };
                    if length > 0 {
                        out.push_str(&format!("{{{}:{length}}}", ALPHABETS[*alphabet].0));
                    }
                }
                // A UUID without its last digit.
                Part::Uuid if short && last.is_none() => {
                    out.push_str("{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:11}");
                }
                Part::Uuid => out.push_str("{uuid}"),
            }
        }
        out
    }
}

impl Part {
    /// How much is drawn.
    fn bits(&self) -> f64 {
        match self {
            Part::Fixed(_) => 0.0,
            Part::Drawn { alphabet, min, .. } => size(*alphabet).log2() * *min as f64,
            Part::Uuid => 122.0,
        }
    }
}

/// What is fixed at the front: words with a sign behind each, and of several samples what they have in common.
fn front(samples: &[&str]) -> String {
    let words = samples
        .iter()
        .map(|sample| words(sample))
        .min()
        .unwrap_or(0);
    let first = samples.first().copied().unwrap_or_default();
    let common = samples.iter().fold(first.len(), |common, sample| {
        let same = first.bytes().zip(sample.bytes());
        same.take(common).take_while(|(a, b)| a == b).count()
    });
    let words = words.min(common);
    if samples.len() < 2 {
        return first[..words].to_owned();
    }
    // One or two letters more are the same by chance, and many are the same where the samples are one value
    // with few changes: neither is fixed.
    let more = &first[words..common];
    let telling = more.len() >= FIXED || more.ends_with(['_', '-', '.', ':']);
    let varied = samples.iter().skip(1).all(|sample| {
        let pairs = first.bytes().zip(sample.bytes()).skip(common);
        let (all, differ) = pairs.fold((0, 0), |(all, differ), (a, b)| {
            (all + 1, differ + usize::from(a != b))
        });
        all >= DRAWN && 2 * differ >= all
    });
    let end = match telling && varied && more.len() <= LONGEST_COMMON {
        true => common,
        false => words,
    };
    first[..end].to_owned()
}

/// How many bytes at the front are words with a sign behind each: `acme_live_`, `v2.`. A word has letters of one
/// case, and at most two digits behind them. Behind the first one the sign is the same, and a word is longer or a
/// version: drawn text has a short stretch of letters before a sign now and then.
fn words(sample: &str) -> usize {
    let mut end = 0;
    let mut sign = None;
    for _ in 0..3 {
        let rest = &sample[end..];
        let Some(at) = rest.find(['_', '-', '.', ':']) else {
            break;
        };
        let word = &rest[..at];
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let one_case = letters.bytes().all(|b| b.is_ascii_lowercase())
            || letters.bytes().all(|b| b.is_ascii_uppercase());
        let is_word =
            !letters.is_empty() && one_case && word.len() <= 12 && word.len() - letters.len() <= 2;
        let goes_on = match sign {
            None => true,
            Some(sign) => {
                let version = letters == "v" && word.len() > 1;
                rest[at..].starts_with(sign) && (letters.len() > 2 || version)
            }
        };
        let next = end + at + 1;
        if !is_word || !goes_on || next > LONGEST_FRONT || sample.len() - next < DRAWN {
            break;
        }
        sign = rest[at..].chars().next();
        end = next;
    }
    end
}

/// A piece of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'s> {
    /// A sign between texts.
    Sign(char),
    Text(&'s str),
}

/// Cuts what is drawn at the signs that belong to no alphabet; with `joints` also at `-` and `_`.
fn pieces(rest: &str, joints: bool) -> Vec<Piece<'_>> {
    // No alphabet has both kinds of signs.
    let joints = joints || rest.contains(['+', '/']);
    let mut out = Vec::new();
    if is_uuid(rest) {
        return vec![Piece::Text(rest)];
    }
    let mut start = 0;
    for (at, c) in rest.char_indices() {
        let joint = matches!(c, '-' | '_');
        let inner = c.is_ascii_alphanumeric() || matches!(c, '+' | '/') || joint && !joints;
        if inner {
            continue;
        }
        if start < at {
            out.push(Piece::Text(&rest[start..at]));
        }
        out.push(Piece::Sign(c));
        start = at + c.len_utf8();
    }
    if start < rest.len() {
        out.push(Piece::Text(&rest[start..]));
    }
    out
}

/// Whether several samples have `-` and `_` at the same places: then they are no characters of an alphabet.
fn same_positions(rests: &[&str]) -> bool {
    let places = |rest: &str| -> Vec<(usize, char)> {
        rest.char_indices()
            .filter(|(_, c)| matches!(c, '-' | '_'))
            .collect()
    };
    let Some(first) = rests.first().filter(|_| rests.len() > 1) else {
        return false;
    };
    let wanted = places(first);
    !wanted.is_empty()
        && rests
            .iter()
            .all(|rest| rest.len() == first.len() && places(rest) == wanted)
}

/// # Errors
/// The texts are of no alphabet that rule files know.
fn part(texts: &[&str]) -> Result<Part, String> {
    if texts.iter().all(|text| is_uuid(text)) {
        return Ok(Part::Uuid);
    }
    let lengths = texts.iter().map(|text| text.len());
    let min = lengths.clone().min().unwrap_or(0);
    let max = lengths.max().unwrap_or(0);
    if max > 2 * min && max - min > DRAWN {
        return Err(
            "the samples differ much in their length; make a rule of those of one form at a time"
                .to_owned(),
        );
    }
    let alphabet = alphabet(texts)
        .ok_or("its characters are of no alphabet that rules know (`keysweep rules` has base64 and base64url at most)")?;
    Ok(Part::Drawn { alphabet, min, max })
}

/// A UUID as templates of rules write it, in small letters.
fn is_uuid(text: &str) -> bool {
    generic::is_uuid(text.as_bytes()) && !text.bytes().any(|b| b.is_ascii_uppercase())
}

/// The narrowest alphabet that the texts are of and that no wider one explains as well.
fn alphabet(texts: &[&str]) -> Option<usize> {
    let length: usize = texts.iter().map(|text| text.len()).sum();
    let set = |index: usize| letters(ALPHABETS[index].0).unwrap_or_default();
    let holds = |index: usize| {
        let set = set(index);
        texts
            .iter()
            .all(|text| text.bytes().all(|b| set.contains(&b)))
    };
    (0..ALPHABETS.len()).find(|&index| {
        let own = set(index);
        let wider = (index + 1..PLAIN).filter(|wider| {
            let wider = set(*wider);
            wider.len() > own.len() && own.iter().all(|b| wider.contains(b))
        });
        let told = |wider: usize| {
            (own.len() as f64 / size(wider)).powi(i32::try_from(length).unwrap_or(i32::MAX))
                <= CHANCE
        };
        holds(index) && wider.into_iter().all(told)
    })
}

fn size(alphabet: usize) -> f64 {
    letters(ALPHABETS[alphabet].0).map_or(1.0, |set| set.len() as f64)
}

/// Fixed text in a pattern.
fn escaped(text: &str) -> String {
    regex::escape(text)
}

/// Fixed text in a template.
fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
