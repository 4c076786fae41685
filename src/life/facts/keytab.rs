//! Keytabs of Kerberos: whose keys they are, which version, since when, and for which encryption. Source: MIT Kerberos,
//! `doc/formats/keytab_file_format`.

use super::wire::Wire;
use super::{Certainty, Fact, Facts, Field, Seen, steps, time};

/// Most entries that are read.
const ENTRIES: usize = 1024;
/// Most principals that are told.
const PRINCIPALS: usize = 8;
/// Most parts of the name of a principal.
const PARTS: u64 = 16;
/// Most encryptions of one key.
const ENCRYPTIONS: usize = 16;

/// The file as far as it was kept.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    facts(seen.partners("file").next().unwrap_or(seen.whole))
}

/// The newest keys of one principal.
struct Principal {
    name: Vec<u8>,
    /// The number of the key's version.
    version: u64,
    /// In seconds since 1970.
    made: i64,
    encryptions: Vec<u64>,
}

pub(super) fn facts(file: &[u8]) -> Vec<Fact> {
    let mut facts = Facts::new(Certainty::Stated);
    // Numbers of the first version stand in the order of the machine that wrote it; no program has written that for
    // decades.
    let Some(rest) = file.strip_prefix(&[5, 2]) else {
        return facts.list;
    };
    for principal in read(rest) {
        facts.text(Field::Owner, &principal.name);
        facts.time(Field::Issued, time::stamp(principal.made));
        let names: Vec<String> = principal
            .encryptions
            .iter()
            .map(|n| encryption(*n))
            .collect();
        let version = principal.version;
        facts.text(Field::Id, format!("kvno {version}"));
        facts.text(
            Field::Kind,
            format!("Kerberos key for {}", names.join(", ")),
        );
    }
    facts.list
}

/// The principals, up to the first damaged entry.
fn read(rest: &[u8]) -> Vec<Principal> {
    let mut rest = rest;
    let mut out: Vec<Principal> = Vec::new();
    for _ in 0..ENTRIES {
        let Some((size, after)) = rest.split_first_chunk::<4>() else {
            break;
        };
        let size = i32::from_be_bytes(*size);
        let length = usize::try_from(size.unsigned_abs()).unwrap_or(usize::MAX);
        let Some((entry, after)) = after.split_at_checked(length).filter(|_| length > 0) else {
            break;
        };
        rest = after;
        steps::took(1 + entry.len());
        // A negative size is a hole, where a key was taken out.
        if size > 0
            && let Some(read) = principal(entry)
        {
            add(&mut out, read);
        }
    }
    out
}

/// Keeps the newest version of each principal with all its encryptions.
fn add(all: &mut Vec<Principal>, read: Principal) {
    let Some(known) = all.iter_mut().find(|known| known.name == read.name) else {
        if all.len() < PRINCIPALS {
            all.push(read);
        }
        return;
    };
    match known.version.cmp(&read.version) {
        std::cmp::Ordering::Less => *known = read,
        std::cmp::Ordering::Equal => {
            for one in read.encryptions {
                if known.encryptions.len() < ENCRYPTIONS && !known.encryptions.contains(&one) {
                    known.encryptions.push(one);
                }
            }
        }
        std::cmp::Ordering::Greater => {}
    }
}

fn principal(entry: &[u8]) -> Option<Principal> {
    let mut from = Wire(entry);
    let count = from.number(2)?;
    if !(1..=PARTS).contains(&count) {
        return None;
    }
    let realm = from.counted(2)?;
    let mut name = Vec::new();
    for part in 0..count {
        if part > 0 {
            name.push(b'/');
        }
        name.extend(from.counted(2)?);
    }
    name.push(b'@');
    name.extend(realm);
    let _kind = from.number(4)?;
    let made = from.number(4)?;
    let version = from.number(1)?;
    let encryption = from.number(2)?;
    let _key = from.counted(2)?;
    // A version of more than eight bits stands behind the key.
    let wide = from.number(4).filter(|n| *n > 0);
    Some(Principal {
        name,
        version: wide.unwrap_or(version),
        made: i64::try_from(made).ok()?,
        encryptions: vec![encryption],
    })
}

/// The name of an encryption (the registry of RFC 3961); those that RFC 6649 and RFC 8429 deprecate are called weak.
fn encryption(number: u64) -> String {
    let name = match number {
        1 => "des-cbc-crc (weak)",
        2 => "des-cbc-md4 (weak)",
        3 => "des-cbc-md5 (weak)",
        16 => "des3-cbc-sha1 (weak)",
        17 => "aes128-cts-hmac-sha1-96",
        18 => "aes256-cts-hmac-sha1-96",
        19 => "aes128-cts-hmac-sha256-128",
        20 => "aes256-cts-hmac-sha384-192",
        23 => "rc4-hmac (weak)",
        25 => "camellia128-cts-cmac",
        26 => "camellia256-cts-cmac",
        other => return format!("encryption {other}"),
    };
    name.to_owned()
}
