//! The literals of a pattern: strings of which every match contains at least one, the rarest that there are.

use std::collections::BTreeSet;

use regex_syntax::hir::{Hir, HirKind};

use super::edges::{class_bytes, first_bytes};
use crate::rule::{ByteSet, Literal};

/// Literals are cut to this many bytes; the rest is the pattern's business.
pub(super) const LITERAL_MAX: usize = 12;
/// Shorter literals hit too often to drive the scan.
pub(super) const LITERAL_MIN: usize = 3;
/// A class or alternation is expanded to at most so many strings.
const EXPAND_MAX: usize = 64;
/// Strings of which every match contains at least one, and how far they stand from its start.
pub(super) struct Lits {
    pub texts: BTreeSet<Vec<u8>>,
    /// Least and greatest distance from the start of the match; `None` is unbounded.
    pub before: (usize, Option<usize>),
    /// The bytes that can follow; `None` when any may.
    pub next: Option<ByteSet>,
}

impl Lits {
    pub fn shortest(&self) -> usize {
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

    pub fn into_literals(self) -> Vec<Literal> {
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
pub(super) fn required(hir: &Hir) -> Option<Lits> {
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
