//! OpenPGP private keys (RFC 9580): when the key was made, whose it is, until when it says to be valid, and whether it
//! was revoked. Signatures are not verified; only those count that name the key itself as their issuer.
//!
//! The owner can move the end of a key at any time, with a signature that stands in a newer copy alone. So an end is
//! inferred, as that of a certificate is.

use sha1::Digest;

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks::pem_body;

/// Most packets that are read.
const PACKETS: usize = 256;
/// Most users that are told.
const USERS: usize = 4;

/// Of a block in armor.
pub(super) fn facts(armor: &[u8]) -> Vec<Fact> {
    steps::took(armor.len());
    let mut out = Facts::new(Certainty::Stated);
    if let Some(bytes) = pem_body(armor) {
        read(&bytes).unwrap_or_default().tell(&mut out);
    }
    out.list
}

/// What the packets up to the first damaged one say of the first key.
#[derive(Default)]
struct Key {
    created: u32,
    /// In hexadecimal digits; empty where its algorithm is not known.
    fingerprint: String,
    encrypted: bool,
    users: Vec<Vec<u8>>,
    /// The version of its form: 4 or 6.
    version: u8,
    /// The newest signature that certifies a user.
    user: Option<Signed>,
    /// The newest signature about the key itself.
    direct: Option<Signed>,
    /// When and why it was revoked.
    revoked: Option<(u32, &'static str)>,
}

/// What a signature says of the life of the key.
#[derive(Clone, Copy)]
struct Signed {
    /// When it was made.
    at: u32,
    /// After how many seconds the key ends; 0 is never. None where it does not speak of that.
    life: Option<u32>,
}

impl Key {
    /// After how many seconds it ends; 0 is never. A key without a word about its end has none (RFC 9580, section
    /// 5.2.3.13). Keys of version 6 say it in a signature about the key itself (section 10.1.1); of others the word of
    /// their users comes first, because most programs write it there alone.
    fn life(&self) -> Option<u32> {
        let life = |signed: Option<Signed>| signed.and_then(|it| it.life);
        let (user, direct) = (life(self.user), life(self.direct));
        let signed = self.user.or(self.direct).is_some();
        let silent = (signed && user.or(direct).is_none()).then_some(0);
        match self.version {
            6 => direct,
            _ => user.or(direct),
        }
        .or(silent)
    }

    fn tell(self, out: &mut Facts) {
        if self.created == 0 {
            return;
        }
        let moment = |seconds: u64| i64::try_from(seconds).ok().and_then(time::stamp);
        out.time(Field::Issued, moment(self.created.into()));
        out.text(
            Field::Kind,
            match self.encrypted {
                true => "OpenPGP key, protected by a passphrase",
                false => "OpenPGP key, not protected",
            },
        );
        out.id(Field::Id, self.fingerprint.as_bytes());
        for user in &self.users {
            out.text(Field::Owner, user);
        }
        if let Some((at, why)) = self.revoked {
            let on = moment(at.into()).map(|at| format!(" on {}", crate::finding::date(at)));
            let on = on.unwrap_or_default();
            out.text(Field::Revocation, format!("revoked{on}: {why}"));
        }
        out.certainty = Certainty::Inferred;
        match self.life() {
            Some(0) => out.never(),
            Some(life) => {
                let end = u64::from(self.created) + u64::from(life);
                out.time(Field::Expires, moment(end));
            }
            None => {}
        }
    }
}

fn read(bytes: &[u8]) -> Option<Key> {
    let mut rest = bytes;
    let mut key = Key::default();
    let mut id = Vec::new();
    // The packet that signatures are about: of the first key, and of its users.
    let mut first = true;
    for _ in 0..PACKETS {
        let Some((tag, body)) = packet(&mut rest) else {
            break;
        };
        match tag {
            // The first key of the block; of another one nothing is told.
            5 if key.created == 0 => {
                id = key.begin(body)?;
                first = true;
            }
            5 => break,
            // A key below the first; signatures behind it are about that.
            7 | 14 => first = false,
            13 if key.users.len() < USERS => key.users.push(body.to_vec()),
            2 if first => {
                let _ = key.signed(body, &id);
            }
            _ => {}
        }
    }
    Some(key)
}

impl Key {
    /// Reads the packet of a secret key, and gives the id that signatures of it name; empty where it is not known.
    fn begin(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        let (&version, rest) = body.split_first()?;
        let (created, rest) = rest.split_first_chunk::<4>()?;
        self.created = u32::from_be_bytes(*created);
        self.version = version;
        let (public, behind) = match version {
            4 => {
                let length = 5 + public_part(rest)?;
                body.split_at_checked(length)?
            }
            6 => {
                let (length, _) = rest.get(1..)?.split_first_chunk::<4>()?;
                let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
                body.split_at_checked(10usize.checked_add(length)?)?
            }
            _ => return None,
        };
        self.encrypted = *behind.first()? != 0;
        let size = u32::try_from(public.len()).ok()?.to_be_bytes();
        let print = match version {
            4 => {
                let [_, _, high, low] = size;
                let head = [0x99, high, low];
                sha1::Sha1::digest([&head, public].concat()).to_vec()
            }
            _ => sha2::Sha256::digest([&[0x9b], &size[..], public].concat()).to_vec(),
        };
        self.fingerprint = print.iter().map(|byte| format!("{byte:02X}")).collect();
        let id = match version {
            4 => print.get(print.len() - 8..),
            _ => print.get(..8),
        };
        id.map(<[u8]>::to_vec)
    }

    /// Takes what a signature says of the key, where the key with `id` made it.
    fn signed(&mut self, body: &[u8], id: &[u8]) -> Option<()> {
        let &[version @ (4 | 6), kind, _, _, ref rest @ ..] = body else {
            return None;
        };
        let mut rest = rest;
        let hashed = area(&mut rest, version)?;
        let open = area(&mut rest, version)?;
        let issuer =
            Subpackets(hashed)
                .chain(Subpackets(open))
                .find_map(|(kind, text)| match kind {
                    16 => Some(text),
                    // A fingerprint behind its version.
                    33 if text.len() == 21 => text.get(13..),
                    33 => text.get(1..9),
                    _ => None,
                });
        if id.is_empty() || issuer != Some(id) {
            return None;
        }
        let number = |wanted: u8| {
            let mut all = Subpackets(hashed);
            let (_, text) = all.find(|(kind, _)| *kind == wanted)?;
            Some(u32::from_be_bytes(text.try_into().ok()?))
        };
        let made = number(2)?;
        let newest = |known: &mut Option<Signed>| {
            if known.is_none_or(|known| known.at <= made) {
                let life = number(9);
                *known = Some(Signed { at: made, life });
            }
        };
        match kind {
            0x10..=0x13 => newest(&mut self.user),
            0x1f => newest(&mut self.direct),
            0x20 => {
                let reason = Subpackets(hashed).find(|(kind, _)| *kind == 29);
                let code = reason.and_then(|(_, text)| text.first().copied());
                self.revoked = Some((made, why(code)));
            }
            _ => {}
        }
        Some(())
    }
}

/// What the code of a revocation means (section 5.2.3.31).
fn why(code: Option<u8>) -> &'static str {
    match code {
        Some(1) => "replaced by another key",
        Some(2) => "its secret part is known to others",
        Some(3) => "no longer used",
        _ => "no reason given",
    }
}

/// Takes one packet away: its tag and body (section 4.2). None at the end, and where a length is none that packets of
/// keys may have.
fn packet<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&head, after) = rest.split_first()?;
    if head & 0x80 == 0 {
        return None;
    }
    let (tag, digits) = match head & 0x40 {
        // The old form has the number of digits of the length in its head.
        0 => (
            (head >> 2) & 0x0f,
            [1, 2, 4].get(usize::from(head & 3)).copied()?,
        ),
        _ => (head & 0x3f, 0),
    };
    let (length, after) = match digits {
        0 => length(after)?,
        digits => {
            let (bytes, after) = after.split_at_checked(digits)?;
            (bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b)), after)
        }
    };
    let (body, after) = after.split_at_checked(length)?;
    steps::took(1 + body.len());
    *rest = after;
    Some((tag, body))
}

/// A length of one, two or five octets, and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        0..=191 => Some((first.into(), rest)),
        192..=223 => {
            let (&second, rest) = rest.split_first()?;
            Some((
                (usize::from(first) - 192) * 256 + usize::from(second) + 192,
                rest,
            ))
        }
        255 => {
            let (digits, rest) = rest.split_first_chunk::<4>()?;
            Some((usize::try_from(u32::from_be_bytes(*digits)).ok()?, rest))
        }
        // A part of a body whose whole length is not known yet.
        _ => None,
    }
}

/// The length of the public numbers of a key behind its date, with the algorithm in front (section 5.5.5).
fn public_part(bytes: &[u8]) -> Option<usize> {
    let (&algorithm, start) = bytes.split_first()?;
    let mut rest = start;
    let number = |rest: &mut &[u8]| -> Option<()> {
        let (bits, after) = rest.split_first_chunk::<2>()?;
        let bytes = usize::from(u16::from_be_bytes(*bits)).div_ceil(8);
        *rest = after.get(bytes..)?;
        Some(())
    };
    let named = |rest: &mut &[u8]| -> Option<()> {
        let (&length, after) = rest.split_first()?;
        *rest = after.get(usize::from(length)..)?;
        Some(())
    };
    let (names, numbers, more) = match algorithm {
        1..=3 => (0, 2, 0),
        17 => (0, 4, 0),
        16 => (0, 3, 0),
        18 | 19 | 22 => (1, 1, 0),
        25 | 27 => (0, 0, 32),
        26 => (0, 0, 56),
        28 => (0, 0, 57),
        _ => return None,
    };
    for _ in 0..names {
        named(&mut rest)?;
    }
    for _ in 0..numbers {
        number(&mut rest)?;
    }
    // What a shared secret is made with.
    if algorithm == 18 {
        named(&mut rest)?;
    }
    rest = rest.get(more..)?;
    Some(1 + start.len() - rest.len())
}

/// Takes away one area of subpackets.
fn area<'a>(rest: &mut &'a [u8], version: u8) -> Option<&'a [u8]> {
    let digits = if version == 4 { 2 } else { 4 };
    let (length, after) = rest.split_at_checked(digits)?;
    let length = length.iter().fold(0, |n, b| n << 8 | usize::from(*b));
    let (area, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(area)
}

/// The subpackets of an area, each with its kind (section 5.2.3.7). Ends at what is none.
#[derive(Clone, Copy)]
struct Subpackets<'a>(&'a [u8]);

impl<'a> Iterator for Subpackets<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&first, rest) = self.0.split_first()?;
        // Other than that of a packet, 224 to 254 begin a length of two octets here, too.
        let (length, rest) = match first {
            224..=254 => {
                let (&second, rest) = rest.split_first()?;
                (
                    (usize::from(first) - 192) * 256 + usize::from(second) + 192,
                    rest,
                )
            }
            _ => length(self.0)?,
        };
        let (body, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        steps::took(1);
        let (&kind, text) = body.split_first()?;
        Some((kind & 0x7f, text))
    }
}
