//! From a pattern to what drives the scan: the literals every match contains, how far a match
//! reaches around them, and which neighbouring bytes would mean that it starts or ends in the
//! middle of something. Nobody keeps a keyword list in step with a pattern.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::{ByteSet, Literal, Token};

/// Literals are cut to this many bytes; the rest is the pattern's business.
const LITERAL_MAX: usize = 12;
/// Shorter literals hit too often to drive the scan.
const LITERAL_MIN: usize = 3;
/// A class or alternation is expanded to at most so many strings.
const EXPAND_MAX: usize = 64;
/// A match may reach at most this far before its literal, in bytes.
const BEFORE_MAX: usize = 1024;
/// And this far from it on: private keys are the longest tokens.
const AFTER_MAX: usize = 16 * 1024;

/// Parses a pattern as the engine will: bytes, ASCII classes.
pub(super) fn parse(pattern: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|error| {
            format!(
                "the pattern is not valid: {}",
                last_line(&error.to_string())
            )
        })
}

/// regex-syntax draws a picture over several lines; the last says what is wrong.
fn last_line(text: &str) -> &str {
    text.lines()
        .last()
        .unwrap_or(text)
        .trim_start_matches("error: ")
}

/// Derives everything a token rule needs. `tail_cap` bounds patterns without an end of their own.
pub(super) fn token(pattern: &str, tail_cap: Option<u32>) -> Result<Token, String> {
    let hir = parse(pattern)?;
    let longest = match (hir.properties().maximum_len(), tail_cap) {
        (_, Some(cap)) => cap as usize,
        (Some(len), None) => len,
        (None, None) => {
            return Err("the pattern has no longest match: bound its repetitions, or give `tail-cap` in bytes".into());
        }
    };
    if longest > AFTER_MAX {
        return Err(format!(
            "a match could be {longest} bytes long; {AFTER_MAX} is the limit"
        ));
    }
    let found = required(&hir).filter(|lits| lits.shortest() >= LITERAL_MIN);
    let any = ByteSet([u64::MAX; 4]);
    let (literals, before, prefix, next) = match found {
        None => (Vec::new(), 0, false, any),
        Some(lits) => {
            let before = lits.before.1.unwrap_or(longest);
            if before > BEFORE_MAX {
                return Err(format!(
                    "a match could start {before} bytes before its literal; {BEFORE_MAX} is the limit"
                ));
            }
            let prefix = lits.before == (0, Some(0));
            // A literal that was cut is followed by the rest of itself.
            let whole = lits.texts.iter().all(|text| text.len() <= LITERAL_MAX);
            let next = lits.next.filter(|_| whole).unwrap_or(any);
            (lits.into_literals(), before, prefix, next)
        }
    };
    Ok(Token {
        pattern: pattern.to_owned().into(),
        strict: "".into(),
        literals: literals.into(),
        before: before as u32,
        after: longest as u32,
        left: left_edge(&first_bytes(&hir)),
        right: right_edge(&last_bytes(&hir)),
        prefix,
        next,
    })
}

/// The bytes a context value can hold, and its shortest and longest length.
pub(super) fn value(pattern: &str) -> Result<(ByteSet, (u32, u32)), String> {
    let hir = parse(pattern)?;
    let min = hir.properties().minimum_len().unwrap_or(0);
    let max = hir
        .properties()
        .maximum_len()
        .filter(|max| *max <= 1024)
        .ok_or("a context value needs a longest length of at most 1024: bound its repetitions")?;
    if min < 4 {
        return Err("a context value of fewer than four bytes matches everything".into());
    }
    let mut alphabet = ByteSet::EMPTY;
    all_bytes(&hir, &mut alphabet);
    Ok((alphabet, (min as u32, max as u32)))
}

/// Strings of which every match contains at least one, and how far they stand from its start.
struct Lits {
    texts: BTreeSet<Vec<u8>>,
    /// Least and greatest distance from the start of the match; `None` is unbounded.
    before: (usize, Option<usize>),
    /// The bytes that can follow; `None` when any may.
    next: Option<ByteSet>,
}

impl Lits {
    fn shortest(&self) -> usize {
        self.texts.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// Longer is better up to eight bytes; many strings and a distance from the start cost.
    fn worth(&self) -> i64 {
        let rare = self
            .texts
            .iter()
            .map(|text| rarity(text))
            .min()
            .unwrap_or(0);
        let many = i64::from(self.texts.len().max(1).ilog2());
        let away = match self.before {
            (0, Some(0)) => 0,
            (_, Some(d)) if d <= 64 => 6,
            _ => 12,
        };
        rare - 2 * many - away
    }

    fn into_literals(self) -> Vec<Literal> {
        let mut out: BTreeSet<Literal> = BTreeSet::new();
        for text in self.texts {
            let fold = text.iter().any(|b| *b >= 0x80);
            // Letters of either case were marked with the high bit; unmark them.
            let plain: Vec<u8> = text.iter().map(|b| b & 0x7f).collect();
            let text = String::from_utf8_lossy(&plain[..plain.len().min(LITERAL_MAX)]).into_owned();
            let text = if fold {
                text.to_ascii_lowercase()
            } else {
                text
            };
            out.insert(Literal {
                text: text.into(),
                fold,
            });
        }
        out.into_iter().collect()
    }
}

/// Rarity of a text in source code, ten points a byte for rare bytes and fewer for common ones.
fn rarity(text: &[u8]) -> i64 {
    text.iter()
        .take(LITERAL_MAX)
        .map(|b| match b & 0x7f {
            b'a'..=b'z' if *b >= 0x80 => 5,
            b'a'..=b'z' => 6,
            b' ' => 2,
            b'/' | b':' | b'.' | b'-' | b'=' | b'"' => 5,
            b'0'..=b'9' => 7,
            _ => 9,
        })
        .sum()
}

/// The best strings that every match of `hir` contains.
fn required(hir: &Hir) -> Option<Lits> {
    match hir.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => exact(hir).map(|texts| Lits {
            texts,
            before: (0, Some(0)),
            next: None,
        }),
        HirKind::Capture(group) => required(&group.sub),
        HirKind::Repetition(rep) if rep.min >= 1 => {
            if rep.max == Some(rep.min)
                && let Some(texts) = exact(hir)
            {
                return Some(Lits {
                    texts,
                    before: (0, Some(0)),
                    next: None,
                });
            }
            required(&rep.sub)
        }
        HirKind::Concat(parts) => best_of_concat(parts),
        HirKind::Alternation(branches) => {
            let mut all = Lits {
                texts: BTreeSet::new(),
                before: (usize::MAX, Some(0)),
                next: Some(ByteSet::EMPTY),
            };
            for branch in branches {
                let one = required(branch)?;
                all.texts.extend(one.texts);
                all.before.0 = all.before.0.min(one.before.0);
                all.before.1 = all.before.1.zip(one.before.1).map(|(a, b)| a.max(b));
                all.next = all.next.zip(one.next).map(|(a, b)| a.union(b));
            }
            (all.texts.len() <= 4 * EXPAND_MAX).then_some(all)
        }
        _ => None,
    }
}

/// Joins neighbouring parts that are small enough to be written out, and takes the best stretch.
fn best_of_concat(parts: &[Hir]) -> Option<Lits> {
    let mut best: Option<Lits> = None;
    let mut offer = |lits: Lits| {
        let usable = lits.shortest() >= LITERAL_MIN;
        let better = best.as_ref().is_none_or(|have| {
            (usable, lits.worth()) > (have.shortest() >= LITERAL_MIN, have.worth())
        });
        if better {
            best = Some(lits);
        }
    };
    let mut before = (0usize, Some(0usize));
    let mut run: Option<Lits> = None;
    for (at, part) in parts.iter().enumerate() {
        // What follows a stretch that ends here.
        let next = follow(&parts[at..]);
        match exact(part) {
            Some(texts) => {
                let fresh = |texts| Lits {
                    texts,
                    before,
                    next: None,
                };
                run = match run.take().map(|have| join(have, &texts)) {
                    Some(Ok(longer)) => Some(longer),
                    Some(Err(have)) => {
                        offer(Lits { next, ..have });
                        Some(fresh(texts))
                    }
                    None => Some(fresh(texts)),
                };
            }
            None => {
                if let Some(have) = run.take() {
                    offer(Lits { next, ..have });
                }
                if let Some(mut inner) = required(part) {
                    inner.before.0 += before.0;
                    inner.before.1 = inner.before.1.zip(before.1).map(|(a, b)| a + b);
                    offer(inner);
                }
            }
        }
        let props = part.properties();
        before.0 += props.minimum_len().unwrap_or(0);
        before.1 = before.1.zip(props.maximum_len()).map(|(a, b)| a + b);
    }
    if let Some(have) = run.take() {
        offer(have);
    }
    best
}

/// The bytes that the parts can start with; `None` when they may all be empty.
fn follow(parts: &[Hir]) -> Option<ByteSet> {
    let mut set = ByteSet::EMPTY;
    for part in parts {
        set = set.union(first_bytes(part));
        if part.properties().minimum_len() != Some(0) {
            return Some(set);
        }
    }
    None
}

/// Every combination of a stretch and the next part, or the stretch back if that is too many.
fn join(have: Lits, next: &BTreeSet<Vec<u8>>) -> Result<Lits, Lits> {
    let long_enough = have.shortest() >= LITERAL_MAX;
    let many = have.texts.len() * next.len();
    // Past four bytes a class only multiplies strings; a single continuation costs nothing.
    if many > EXPAND_MAX || (next.len() > 2 && have.shortest() > LITERAL_MIN) {
        return Err(have);
    }
    if long_enough {
        return Ok(have);
    }
    let texts = have
        .texts
        .iter()
        .flat_map(|head| {
            next.iter().map(move |tail| {
                let mut whole = head.clone();
                whole.extend_from_slice(tail);
                whole
            })
        })
        .collect();
    Ok(Lits {
        texts,
        before: have.before,
        next: None,
    })
}

/// The strings a part matches, if they are few. A letter of either case is one string, marked
/// with the high bit (rule patterns are ASCII; anything else is not expanded).
fn exact(hir: &Hir) -> Option<BTreeSet<Vec<u8>>> {
    match hir.kind() {
        HirKind::Empty => Some([Vec::new()].into()),
        HirKind::Literal(lit) => lit.0.is_ascii().then(|| [lit.0.to_vec()].into()),
        HirKind::Class(class) => {
            let set = class_bytes(class);
            let folded: BTreeSet<Vec<u8>> = set
                .iter()
                .map(|b| {
                    let other = b ^ 0x20;
                    let both = b.is_ascii_alphabetic() && set.contains(other);
                    vec![if both {
                        b.to_ascii_lowercase() | 0x80
                    } else {
                        b
                    }]
                })
                .collect();
            let ascii = set.iter().all(|b| b.is_ascii());
            (ascii && folded.len() <= 16).then_some(folded)
        }
        HirKind::Capture(group) => exact(&group.sub),
        HirKind::Repetition(rep) if rep.max == Some(rep.min) && rep.min <= 16 => {
            let one = exact(&rep.sub)?;
            let mut all: BTreeSet<Vec<u8>> = [Vec::new()].into();
            for _ in 0..rep.min {
                all = product(&all, &one)?;
            }
            Some(all)
        }
        HirKind::Concat(parts) => parts.iter().try_fold([Vec::new()].into(), |all, part| {
            product(&all, &exact(part)?)
        }),
        HirKind::Alternation(branches) => {
            let mut all = BTreeSet::new();
            for branch in branches {
                all.extend(exact(branch)?);
            }
            (all.len() <= EXPAND_MAX).then_some(all)
        }
        HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

fn product(a: &BTreeSet<Vec<u8>>, b: &BTreeSet<Vec<u8>>) -> Option<BTreeSet<Vec<u8>>> {
    (a.len() * b.len() <= EXPAND_MAX).then(|| {
        a.iter()
            .flat_map(|x| b.iter().map(move |y| [x.as_slice(), y].concat()))
            .collect()
    })
}

fn class_bytes(class: &Class) -> ByteSet {
    let mut set = ByteSet::EMPTY;
    match class {
        Class::Bytes(class) => {
            for range in class.ranges() {
                (range.start()..=range.end()).for_each(|b| set.insert(b));
            }
        }
        Class::Unicode(class) => {
            for range in class.ranges() {
                for c in range.start()..=range.end() {
                    match u8::try_from(u32::from(c)) {
                        Ok(byte) if byte < 0x80 => set.insert(byte),
                        // A multi-byte character: any of its bytes may occur.
                        _ => {
                            (0x80..=0xff).for_each(|b| set.insert(b));
                            break;
                        }
                    }
                }
            }
        }
    }
    set
}

fn all_bytes(hir: &Hir, set: &mut ByteSet) {
    match hir.kind() {
        HirKind::Literal(lit) => lit.0.iter().for_each(|b| set.insert(*b)),
        HirKind::Class(class) => *set = set.union(class_bytes(class)),
        HirKind::Capture(group) => all_bytes(&group.sub, set),
        HirKind::Repetition(rep) => all_bytes(&rep.sub, set),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| all_bytes(part, set));
        }
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// The bytes a match can start with.
fn first_bytes(hir: &Hir) -> ByteSet {
    edge_bytes(hir, Edge::First)
}

/// The bytes a match can end with.
fn last_bytes(hir: &Hir) -> ByteSet {
    edge_bytes(hir, Edge::Last)
}

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    First,
    Last,
}

fn edge_bytes(hir: &Hir, edge: Edge) -> ByteSet {
    let mut set = ByteSet::EMPTY;
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(lit) => {
            let byte = match edge {
                Edge::First => lit.0.first(),
                Edge::Last => lit.0.last(),
            };
            byte.into_iter().for_each(|b| set.insert(*b));
        }
        HirKind::Class(class) => set = class_bytes(class),
        HirKind::Capture(group) => set = edge_bytes(&group.sub, edge),
        HirKind::Repetition(rep) => set = edge_bytes(&rep.sub, edge),
        HirKind::Concat(parts) => {
            let mut ordered: Vec<&Hir> = parts.iter().collect();
            if edge == Edge::Last {
                ordered.reverse();
            }
            for part in ordered {
                set = set.union(edge_bytes(part, edge));
                if part.properties().minimum_len() != Some(0) {
                    break;
                }
            }
        }
        HirKind::Alternation(branches) => {
            for branch in branches {
                set = set.union(edge_bytes(branch, edge));
            }
        }
    }
    set
}

/// A match that starts with a letter or digit must not follow one; one that can start with other
/// token characters must not follow those either (`=`, `/` and `:` introduce values and may).
fn left_edge(first: &ByteSet) -> ByteSet {
    edge(first, b"_-+")
}

/// A match must not be followed by what it could have gone on with.
fn right_edge(last: &ByteSet) -> ByteSet {
    edge(last, b"_-+/")
}

fn edge(bytes: &ByteSet, joints: &[u8]) -> ByteSet {
    let alphanumeric = ByteSet::alphanumeric();
    if !bytes.meets(&alphanumeric) {
        return ByteSet::EMPTY;
    }
    let mut set = alphanumeric;
    // A whole class holds a joint because it belongs to the alphabet, a lone literal does not.
    if bytes.len() > 2 {
        joints
            .iter()
            .filter(|b| bytes.contains(**b))
            .for_each(|b| set.insert(*b));
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(pattern: &str) -> Vec<String> {
        token(pattern, Some(4096))
            .expect("compiles")
            .literals
            .iter()
            .map(|l| format!("{}{}", l.text, if l.fold { "/i" } else { "" }))
            .collect()
    }

    #[test]
    fn a_prefix_is_the_literal() {
        assert_eq!(literals("(?P<secret>ghp_[0-9A-Za-z]{36})"), ["ghp_"]);
        assert_eq!(literals("xox[bp]-[0-9]{10,13}"), ["xoxb-", "xoxp-"]);
        assert_eq!(literals("(?:AKIA|ASIA)[A-Z2-7]{16}"), ["AKIA", "ASIA"]);
    }

    #[test]
    fn an_infix_is_the_literal_when_nothing_better_stands_first() {
        let token =
            token(r"[a-zA-Z0-9]{14}\.atlasv1\.[a-zA-Z0-9_-]{60,70}", None).expect("compiles");
        assert_eq!(token.literals[0].text, ".atlasv1.");
        assert_eq!((token.before, token.prefix), (14, false));
    }

    #[test]
    fn what_can_follow_a_literal_is_known() {
        let token = token("SG\\.[0-9]{22}[a-z]{3}", None).expect("compiles");
        assert_eq!(token.literals[0].text, "SG.");
        assert!(token.next.contains(b'7') && !token.next.contains(b'a'));
    }

    #[test]
    fn letters_of_either_case_fold() {
        assert_eq!(literals("(?i)bearer [a-z0-9]{20,40}"), ["bearer /i"]);
    }

    #[test]
    fn a_pattern_without_an_end_needs_a_cap() {
        assert!(
            token("abcd[0-9]+", None)
                .expect_err("unbounded")
                .contains("tail-cap")
        );
        assert_eq!(token("abcd[0-9]+", Some(99)).expect("capped").after, 99);
    }

    #[test]
    fn edges_follow_the_alphabet() {
        let token = token("ghp_[0-9A-Za-z]{36}", None).expect("compiles");
        assert!(token.left.contains(b'x') && !token.left.contains(b'_'));
        assert!(token.right.contains(b'x') && !token.right.contains(b'-'));
        let dashed = super::token("glpat-[0-9A-Za-z_-]{20}", None).expect("compiles");
        assert!(dashed.right.contains(b'-'));
        let padded = super::token("abcd[0-9]{9}=", None).expect("compiles");
        assert!(padded.right.is_empty());
    }

    #[test]
    fn a_value_tells_alphabet_and_length() {
        let (alphabet, len) = value("[0-9a-f]{32}").expect("compiles");
        assert_eq!((alphabet.len(), len), (16, (32, 32)));
        assert!(value("[a-z]{2}").is_err());
    }
}
