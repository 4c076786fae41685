//! Files of keys and certificates: Java's own forms (JKS, JCEKS), whose aliases, dates and certificates stand in clear,
//! and PKCS#12 (RFC 7292), where the password hides as much as its writer chose. Sources: OpenJDK
//! `sun/security/provider/JavaKeyStore.java`, `com/sun/crypto/provider/JceKeyStore.java` and
//! `sun/security/pkcs12/PKCS12KeyStore.java`.

use super::der::Der;
use super::wire::Wire;
use super::{Certainty, Fact, Facts, Field, Seen, time, x509};

/// Most keys that are told of.
const KEYS: usize = 8;
/// Most entries, and parts of a file, that are read.
const ENTRIES: usize = 1024;
/// Most certificates of one key.
const CHAIN: usize = 16;

/// A key of a store, as far as it stands in clear.
#[derive(Default)]
struct Entry<'a> {
    alias: Vec<u8>,
    /// When it was put there.
    made: Option<jiff::Timestamp>,
    /// What its certificate names it by; in PKCS#12 alone.
    id: &'a [u8],
    certificates: Vec<&'a [u8]>,
}

/// What a store holds.
#[derive(Default)]
struct Store<'a> {
    form: &'static str,
    keys: Vec<Entry<'a>>,
    /// Certificates that belong to no key.
    trusted: usize,
    /// What nobody can read without the password, besides the keys.
    hidden: bool,
    /// Some key stands there without protection.
    bare: bool,
}

/// The file as far as it was kept.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    let file = seen.partners("file").next().unwrap_or(seen.whole);
    facts(file)
}

pub(super) fn facts(file: &[u8]) -> Vec<Fact> {
    let mut store = match file.split_first_chunk::<4>() {
        Some(([0xfe, 0xed, 0xfe, 0xed], rest)) => java(rest, "JKS"),
        Some(([0xce, 0xce, 0xce, 0xce], rest)) => java(rest, "JCEKS"),
        Some(([0x30, ..], _)) => match pkcs12(file) {
            Some(store) => store,
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    store.keys.truncate(KEYS);
    tell(&store)
}

fn tell(store: &Store<'_>) -> Vec<Fact> {
    let mut facts = Facts::new(Certainty::Stated);
    let keys = match (store.keys.is_empty(), store.bare) {
        (true, _) if store.hidden => "what it holds is encrypted",
        (true, _) if store.trusted > 0 => "certificates alone, no private key",
        (true, _) => "no private key was read",
        (false, true) => "a private key without protection",
        (false, false) => "private keys protected by a password",
    };
    let certificates = match store.hidden && !store.keys.is_empty() {
        true => ", certificates encrypted",
        false => "",
    };
    facts.text(Field::Kind, format!("{}, {keys}{certificates}", store.form));
    for entry in &store.keys {
        facts.text(Field::Id, &entry.alias);
        facts.time(Field::Issued, entry.made);
        facts
            .list
            .append(&mut x509::facts(&entry.certificates, false));
    }
    facts.list
}

/// A file of Java's own form, behind its first four bytes; read until something is not as it should be.
fn java<'a>(rest: &'a [u8], form: &'static str) -> Store<'a> {
    let mut store = Store {
        form,
        ..Store::default()
    };
    let mut from = Wire(rest);
    let _ = java_entries(&mut from, &mut store);
    store
}

fn java_entries<'a>(from: &mut Wire<'a>, store: &mut Store<'a>) -> Option<()> {
    let version = from.number(4)?;
    let count = from.number(4)?;
    for _ in 0..count.min(ENTRIES as u64) {
        let kind = from.number(4)?;
        let alias = from.counted(2)?;
        let made = i64::try_from(from.number(8)? / 1000).ok();
        let made = made.and_then(time::stamp);
        match kind {
            // A private key: itself encrypted, and its chain.
            1 => {
                from.counted(4)?;
                store.keys.push(Entry {
                    alias: alias.to_vec(),
                    made,
                    ..Entry::default()
                });
                for _ in 0..from.number(4)?.min(CHAIN as u64) {
                    let certificate = certificate(from, version)?;
                    if let Some(entry) = store.keys.last_mut() {
                        entry.certificates.push(certificate);
                    }
                }
            }
            2 => {
                certificate(from, version)?;
                store.trusted += 1;
            }
            // A secret key is a serialized object, whose end only Java knows.
            3 => {
                store.keys.push(Entry {
                    alias: alias.to_vec(),
                    made,
                    ..Entry::default()
                });
                return None;
            }
            _ => return None,
        }
    }
    Some(())
}

/// A certificate behind its type, which the first version does not have.
fn certificate<'a>(from: &mut Wire<'a>, version: u64) -> Option<&'a [u8]> {
    if version == 2 {
        from.counted(2)?;
    }
    from.counted(4)
}

/// Object identifiers, as they are encoded.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1];
const FRIENDLY_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 20];
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 21];

/// None where it is another kind of file that begins as DER does.
fn pkcs12(file: &[u8]) -> Option<Store<'_>> {
    let mut outer = Der(Der(file).take(0x30)?);
    if outer.take(2)? != [3] {
        return None;
    }
    let safe = content(outer.take(0x30)?)?;
    let mut store = Store {
        form: "PKCS#12",
        ..Store::default()
    };
    let mut parts = Der(Der(safe).take(0x30)?);
    let mut certificates = Vec::new();
    for _ in 0..CHAIN {
        let Some(part) = parts.take(0x30) else {
            break;
        };
        match content(part) {
            Some(bags) => read_bags(bags, &mut store, &mut certificates),
            // Encrypted with the password.
            None => store.hidden = true,
        }
    }
    // A key and its certificate share an id.
    for (id, certificate) in certificates {
        let mut keys = store.keys.iter_mut().take(KEYS);
        match keys.find(|entry| !id.is_empty() && entry.id == id) {
            Some(entry) if entry.certificates.len() < CHAIN => entry.certificates.push(certificate),
            Some(_) => {}
            None => store.trusted += 1,
        }
    }
    Some(store)
}

/// What a ContentInfo holds, where that is data in clear.
fn content(info: &[u8]) -> Option<&[u8]> {
    let mut info = Der(info);
    if info.take(6)? != DATA {
        return None;
    }
    Der(info.take(0xa0)?).take(4)
}

/// Takes the keys and the certificates of a SafeContents.
fn read_bags<'a>(
    bags: &'a [u8],
    store: &mut Store<'a>,
    certificates: &mut Vec<(&'a [u8], &'a [u8])>,
) {
    let mut bags = Der(Der(bags).take(0x30).unwrap_or_default());
    for _ in 0..ENTRIES {
        let Some(bag) = bags.take(0x30) else {
            return;
        };
        let _ = read_bag(&mut Der(bag), store, certificates);
    }
}

fn read_bag<'a>(
    bag: &mut Der<'a>,
    store: &mut Store<'a>,
    certificates: &mut Vec<(&'a [u8], &'a [u8])>,
) -> Option<()> {
    let kind = bag.take(6)?.strip_prefix(BAG)?;
    let value = bag.take(0xa0)?;
    let attributes = bag.take(0x31).unwrap_or_default();
    let (alias, id) = names(attributes);
    match kind {
        [bare @ (1 | 2)] => {
            store.bare |= *bare == 1;
            store.keys.push(Entry {
                alias,
                made: made(id),
                id,
                certificates: Vec::new(),
            });
        }
        [3] => {
            let mut certificate = Der(Der(value).take(0x30)?);
            let _form = certificate.take(6)?;
            let bytes = Der(certificate.take(0xa0)?).take(4)?;
            certificates.push((id, bytes));
        }
        _ => {}
    }
    Some(())
}

/// The alias (in UTF-16) and the id among the attributes of a bag.
fn names(attributes: &[u8]) -> (Vec<u8>, &[u8]) {
    let (mut alias, mut id) = (Vec::new(), &[][..]);
    let mut all = Der(attributes);
    for _ in 0..CHAIN {
        let Some(attribute) = all.take(0x30) else {
            break;
        };
        let mut attribute = Der(attribute);
        let (Some(kind), Some(values)) = (attribute.take(6), attribute.take(0x31)) else {
            continue;
        };
        let Some((_, value)) = Der(values).next() else {
            continue;
        };
        if kind == FRIENDLY_NAME {
            let units = value.as_chunks::<2>().0.iter().take(super::MAX_TEXT);
            let units: Vec<u16> = units.map(|unit| u16::from_be_bytes(*unit)).collect();
            alias = String::from_utf16_lossy(&units).into_bytes();
        } else if kind == LOCAL_KEY_ID {
            id = value;
        }
    }
    (alias, id)
}

/// Java writes when it stored the key: `Time ` and milliseconds.
fn made(id: &[u8]) -> Option<jiff::Timestamp> {
    let digits = std::str::from_utf8(id.strip_prefix(b"Time ")?).ok()?;
    time::stamp(digits.parse::<i64>().ok()?.div_euclid(1000))
}
