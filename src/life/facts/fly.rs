//! Fly.io's tokens: `fm2_` and base64 of MessagePack, `[nonce, location, [type, body, type, body, …], tail]`; several
//! stand behind each other with commas. Sources: superfly/macaroon `caveat.go`, `caveats.go`, `resset/action.go`.

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks::base64_any;

/// Most tokens and caveats that are read.
const MOST: usize = 64;

pub(super) fn facts(text: &[u8]) -> Vec<Fact> {
    steps::took(text.len());
    let mut facts = Facts::new(Certainty::Certain);
    // The permission comes first; the others prove what it asks third parties for.
    for token in text.split(|&b| b == b',').take(MOST) {
        let body = [&b"fm2_"[..], b"fm1r_", b"fm1a_"];
        let body = body.iter().find_map(|prefix| token.strip_prefix(*prefix));
        let bytes = body.and_then(base64_any).unwrap_or_default();
        // Nobody knows what half a token says.
        let mut told = Facts::new(Certainty::Certain);
        if read(&mut Reader(&bytes), &mut told).is_some() && !told.list.is_empty() {
            facts.list = told.list;
            break;
        }
    }
    facts.list
}

fn read(from: &mut Reader<'_>, facts: &mut Facts) -> Option<()> {
    if from.array()? < 4 {
        return None;
    }
    from.skip(0)?;
    let location = from.text()?;
    let count = from.array()?;
    let mut organization = false;
    for _ in 0..(count / 2).min(MOST) {
        let kind = from.number()?;
        organization |= kind == 0;
        caveat(kind, from, facts)?;
    }
    if organization {
        facts.text(Field::Issuer, location);
    }
    Some(())
}

/// Tells one caveat: its type, and its body, which is always passed over whole.
fn caveat(kind: i64, from: &mut Reader<'_>, facts: &mut Facts) -> Option<()> {
    let mut body = Reader(from.0);
    from.skip(0)?;
    match kind {
        // The organization, and what may be done in it.
        0 if body.array()? == 2 => {
            let (id, mask) = (body.number()?, body.number()?);
            facts.text(Field::Account, format!("organization {id}"));
            facts.text(Field::Scope, actions(mask));
        }
        // Apps by number, each with what may be done in it.
        3 if body.array()? == 1 => {
            let ids: Option<Vec<String>> = (0..body.map()?.min(MOST))
                .map(|_| Some(format!("{} {}", body.number()?, actions(body.number()?))))
                .collect();
            facts.text(Field::Scope, format!("apps {}", ids?.join(", ")));
        }
        4 if body.array()? == 2 => {
            let (start, end) = (body.number()?, body.number()?);
            facts.time(Field::NotBefore, time::seconds(start));
            facts.time(Field::Expires, time::seconds(end));
        }
        8 if body.array()? == 1 => facts.text(Field::Owner, format!("user {}", body.number()?)),
        _ => {}
    }
    Some(())
}

/// The actions of a bit mask, in words.
fn actions(mask: i64) -> String {
    const NAMES: [&str; 5] = ["read", "write", "create", "delete", "control"];
    let has = |bit: &usize| mask >> bit & 1 == 1;
    let names: Vec<&str> = (0..NAMES.len()).filter(has).map(|bit| NAMES[bit]).collect();
    match names.len() {
        5 => "everything".to_owned(),
        0 => "nothing".to_owned(),
        _ => names.join(" "),
    }
}

/// Reads MessagePack from its start; each call takes what it read away.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        steps::took(1);
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// An unsigned number of `count` bytes, at most eight.
    fn unsigned(&mut self, count: usize) -> Option<u64> {
        let bytes = self.take(count)?;
        Some(bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    fn length(&mut self, bytes: usize) -> Option<usize> {
        usize::try_from(self.unsigned(bytes)?).ok()
    }

    fn number(&mut self) -> Option<i64> {
        match self.byte()? {
            small @ 0..=0x7f => Some(i64::from(small)),
            mark @ 0xcc..=0xcf => i64::try_from(self.unsigned(1 << (mark - 0xcc))?).ok(),
            // Signed ones are written only where they are negative, which no number here is; positive ones fit.
            mark @ 0xd0..=0xd3 => {
                let count = 1 << (mark - 0xd0);
                let number = self.unsigned(count)?;
                let negative = number >> (count * 8 - 1) & 1 == 1;
                i64::try_from(number).ok().filter(|_| !negative)
            }
            _ => None,
        }
    }

    fn array(&mut self) -> Option<usize> {
        match self.byte()? {
            small @ 0x90..=0x9f => Some(usize::from(small & 0x0f)),
            0xdc => self.length(2),
            0xdd => self.length(4),
            _ => None,
        }
    }

    fn map(&mut self) -> Option<usize> {
        match self.byte()? {
            small @ 0x80..=0x8f => Some(usize::from(small & 0x0f)),
            0xde => self.length(2),
            0xdf => self.length(4),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = match self.byte()? {
            small @ 0xa0..=0xbf => usize::from(small & 0x1f),
            0xd9 | 0xc4 => self.length(1)?,
            0xda | 0xc5 => self.length(2)?,
            0xdb | 0xc6 => self.length(4)?,
            _ => return None,
        };
        self.take(length)
    }

    /// Passes over one value. Every step takes a byte or more, so it ends within the text.
    fn skip(&mut self, depth: usize) -> Option<()> {
        if depth > 16 {
            return None;
        }
        let mut again = Reader(self.0);
        let inner = match self.byte()? {
            0..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => 0,
            0x80..=0x8f | 0xde | 0xdf => {
                let count = again.map()?;
                self.0 = again.0;
                count.checked_mul(2)?
            }
            0x90..=0x9f | 0xdc | 0xdd => {
                let count = again.array()?;
                self.0 = again.0;
                count
            }
            0xa0..=0xbf | 0xc4..=0xc6 | 0xd9..=0xdb => {
                again.text()?;
                self.0 = again.0;
                0
            }
            0xca..=0xd3 => {
                let mark = again.byte()?;
                let count = match mark {
                    0xca => 4,
                    0xcb => 8,
                    mark => 1 << ((mark - 0xcc) & 3),
                };
                self.take(count)?;
                0
            }
            mark @ 0xd4..=0xd8 => {
                self.take(1 + (1 << (mark - 0xd4)))?;
                0
            }
            mark @ 0xc7..=0xc9 => {
                let count = self.length(1 << (mark - 0xc7))?;
                self.take(count.checked_add(1)?)?;
                0
            }
            _ => return None,
        };
        for _ in 0..inner {
            self.skip(depth + 1)?;
        }
        Some(())
    }
}
