//! Every decoder over credentials of its kind that were damaged at random, and how its work grows.

use super::*;
use crate::base64::{Engine, STANDARD, URL_BARE};
use crate::detect::Scanner;
use crate::example::{Random, expand};
use crate::rule::RuleSet;
use crate::secret::Secret;

#[path = "../../../tests/facts/keyfiles.rs"]
#[allow(dead_code, reason = "the tests of the whole program use the rest")]
pub(super) mod keyfiles;

/// A credential and what stands beside it.
#[derive(Clone, Default)]
struct Seed {
    secret: Vec<u8>,
    whole: Vec<u8>,
    key: Vec<u8>,
    partners: Vec<(String, Vec<u8>)>,
}

impl Seed {
    fn of(bytes: &[u8]) -> Seed {
        Seed {
            secret: bytes.to_vec(),
            whole: bytes.to_vec(),
            ..Seed::default()
        }
    }

    /// The facts, with the limit that a run has.
    fn decode(&self, name: FactDecoder) -> Vec<Fact> {
        let partner = |(kind, value): &(String, Vec<u8>)| Partner {
            kind: kind.clone(),
            value: Secret::new(value),
        };
        let partners: Vec<Partner> = self.partners.iter().map(partner).collect();
        let cut = |bytes: &'_ [u8]| bytes.len().min(MAX);
        decoder(name)(&Seen {
            secret: &self.secret[..cut(&self.secret)],
            whole: &self.whole[..cut(&self.whole)],
            key: &self.key,
            partners: &partners,
        })
    }

    /// Every part of it that holds bytes of the credential.
    fn parts(&mut self) -> Vec<&mut Vec<u8>> {
        let own = [&mut self.secret, &mut self.whole].into_iter();
        own.chain(self.partners.iter_mut().map(|(_, value)| value))
            .collect()
    }
}

/// What the scanner makes of the examples of each rule that names the decoder.
fn of_rules(name: FactDecoder, rules: &RuleSet, scanner: &Scanner) -> Vec<Seed> {
    let named = rules.rules.iter().filter(|rule| rule.facts.contains(&name));
    let texts = named.flat_map(|rule| rule.examples.iter());
    let found = texts.take(12).flat_map(|template| {
        let text = expand(template, 5).expect("a valid template");
        scanner.scan(text.as_bytes())
    });
    let of_name = found.filter(|found| rules.rules[found.rule].facts.contains(&name));
    of_name
        .map(|found| Seed {
            secret: found.value,
            whole: found.whole,
            key: found.key.unwrap_or_default(),
            partners: found.partners,
        })
        .collect()
}

/// Seeds of those whose rules have no example, or none that tells anything.
fn made(name: FactDecoder) -> Option<Seed> {
    let file = |bytes: Vec<u8>| Seed {
        partners: vec![("file".to_owned(), bytes.clone())],
        ..Seed::of(&bytes)
    };
    let certificate = tests::certificate(b"www.demo.test", b"Demo");
    let beside = |kind: &str, bytes: &[u8]| Seed {
        partners: vec![(kind.to_owned(), bytes.to_vec())],
        ..Seed::default()
    };
    Some(match name {
        FactDecoder::OpenPgp => {
            let key = keyfiles::Pgp {
                version: 4,
                created: 1_700_000_000,
                life: Some(100_000_000),
                direct: None,
                user: "Ann <ann@demo.test>",
                revoked: Some((1_750_000_000, 2)),
            };
            let bytes = keyfiles::pgp(&key, &[0x5a; 64]).0;
            Seed::of(keyfiles::armor(&bytes, |bytes| STANDARD.encode(bytes)).as_bytes())
        }
        FactDecoder::Keystore => file(keyfiles::jks("server", 1_700_000_000_000, &certificate)),
        FactDecoder::Keytab => file(keyfiles::keytab(
            &["host", "www.demo.test"],
            "DEMO.TEST",
            1_700_000_000,
            3,
            &[18, 17],
        )),
        FactDecoder::X509 => beside("certificate", &certificate),
        FactDecoder::Shadow => beside("shadow-line", b"deploy::19675:0:90:7::20833:"),
        FactDecoder::Beside => beside("beside:expiry", b"2027-01-15T08:00:00.123Z"),
        FactDecoder::FlyMacaroon => {
            let mut bytes = vec![0x94, 0x93, 0xc4, 1, 0, 0xc4, 1, 0, 0xc2, 0xa4];
            bytes.extend(b"fly.");
            bytes.extend([0x94, 0, 0x92, 0xcd, 1, 2, 31, 4, 0x92, 0xce]);
            bytes.extend(1_700_000_000u32.to_be_bytes());
            bytes.push(0xce);
            bytes.extend(1_800_000_000u32.to_be_bytes());
            bytes.extend([0xc4, 1, 0]);
            Seed::of(format!("fm2_{}", STANDARD.encode(bytes)).as_bytes())
        }
        FactDecoder::OnePassword => {
            let text = r#"{"signInAddress":"acme.1password.eu","email":"a@demo.test"}"#;
            Seed::of(format!("ops_{}", URL_BARE.encode(text)).as_bytes())
        }
        FactDecoder::Workos => {
            let text = format!("key_01HF{},{}", "0".repeat(22), "a".repeat(25));
            Seed::of(format!("sk_live_{}", URL_BARE.encode(text)).as_bytes())
        }
        FactDecoder::Mapbox => {
            let text = r#"{"u":"acme","a":"ck1"}"#;
            Seed::of(format!("sk.{}.{}", URL_BARE.encode(text), "a".repeat(22)).as_bytes())
        }
        _ => return None,
    })
}

/// All seeds of a decoder.
fn seeds(name: FactDecoder, scanner: &Scanner) -> Vec<Seed> {
    let mut all = of_rules(name, scanner.rules(), scanner);
    all.extend(made(name));
    if name == FactDecoder::Keystore {
        let certificate = tests::certificate(b"www.demo.test", b"Demo");
        let file = keyfiles::pkcs12("server", 1_700_000_000_000, &certificate);
        all.push(Seed {
            partners: vec![("file".to_owned(), file)],
            ..Seed::default()
        });
    }
    all
}

/// A number below `end`; 0 where there is none.
fn below(random: &mut Random, end: usize) -> usize {
    let end = u64::try_from(end).expect("small").max(1);
    usize::try_from(random.number() % end).expect("small")
}

/// One change: a byte set, flipped, taken out or put in, a stretch doubled, or the end cut off.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = below(random, bytes.len());
    let byte = u8::try_from(below(random, 256)).expect("a byte");
    match below(random, 8) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << below(random, 8),
        1 if !bytes.is_empty() => bytes[at] = byte,
        2 if !bytes.is_empty() => {
            bytes.remove(at);
        }
        3 => bytes.insert(at.min(bytes.len()), byte),
        4 => {
            let end = (at + below(random, 64)).min(bytes.len());
            let part = bytes[at.min(end)..end].to_vec();
            bytes.splice(at.min(bytes.len())..at.min(bytes.len()), part);
        }
        5 => bytes.truncate(at),
        // Numbers that lengths are made of.
        6 if !bytes.is_empty() => bytes[at] = [0, 0x7f, 0x80, 0x84, 0xff][below(random, 5)],
        _ if !bytes.is_empty() => {
            // Another letter, so that what is encoded goes on to be.
            let letters = b"ABCDEFGHabcdefgh01234567+/-_=.:{}\",[]";
            bytes[at] = letters[below(random, letters.len())];
        }
        _ => {}
    }
}

/// `KEYSWEEP_MUTATIONS=1000000` asks for as many a decoder; in a release build that takes minutes.
#[test]
fn no_decoder_panics_on_what_was_damaged() {
    let asked = std::env::var("KEYSWEEP_MUTATIONS").ok();
    let count: usize = asked.map_or(400, |text| text.parse().expect("a number"));
    let scanner = Scanner::new(crate::builtin::set());
    for name in FactDecoder::ALL {
        let seeds = seeds(*name, &scanner);
        assert!(
            seeds.iter().any(|seed| !seed.decode(*name).is_empty()),
            "no seed of {} tells anything",
            name.name()
        );
        let mut random = Random::new(7);
        for number in 0..count {
            let mut seed = seeds[number % seeds.len()].clone();
            for _ in 0..=below(&mut random, 4) {
                let mut parts = seed.parts();
                let which = below(&mut random, parts.len());
                damage(parts[which], &mut random);
            }
            for fact in seed.decode(*name) {
                let length = match &fact.value {
                    Value::Text(text) => text.len(),
                    Value::Id(id) => id.len(),
                    Value::Time(_) => 0,
                };
                assert!(length <= MAX_TEXT, "{}: {fact:?}", name.name());
            }
        }
    }
}

/// Copies of a seed in which a stretch of one part is repeated until that part has `length` bytes.
fn grown(seed: &Seed, length: usize) -> Vec<Seed> {
    let mut out = Vec::new();
    let parts = seed.clone().parts().len();
    for part in 0..parts {
        let size = seed.clone().parts()[part].len();
        for from in [0, 2, 4, 10, size / 4, size / 2, size.saturating_sub(8)] {
            for stretch in [1, 4, 16, size] {
                let mut seed = seed.clone();
                let bytes = &mut *seed.parts().swap_remove(part);
                let end = (from + stretch).min(bytes.len());
                let stretch = bytes.get(from..end).unwrap_or_default().to_vec();
                if !stretch.is_empty() && bytes.len() < length {
                    let times = (length - bytes.len()) / stretch.len();
                    bytes.splice(from..from, stretch.repeat(times));
                    out.push(seed);
                }
            }
        }
    }
    out
}

#[test]
fn twice_the_bytes_are_at_most_twice_the_work() {
    const LENGTH: usize = 8192;
    let scanner = Scanner::new(crate::builtin::set());
    for name in FactDecoder::ALL {
        let mut most = 0;
        for seed in seeds(*name, &scanner).iter().rev().take(3) {
            let steps = |seed: &Seed| steps::of(|| drop(seed.decode(*name)));
            let (once, twice) = (grown(seed, LENGTH), grown(seed, 2 * LENGTH));
            for (once, twice) in once.iter().zip(&twice) {
                let (once, twice) = (steps(once), steps(twice));
                // What a constant number of steps stands in front of.
                let (name, bound) = (name.name(), 2 * once + once / 8 + 64);
                // Where the short one ends before the end there is nothing to compare.
                let apart = once < LENGTH as u64 / 4 && twice >= LENGTH as u64 / 4;
                assert!(twice <= bound || apart, "{name}: {once}, then {twice}");
                assert!(twice <= 64 * LENGTH as u64, "{name}: {twice}");
                most = most.max(twice);
            }
        }
        assert!(most > 0, "{} counts nothing", name.name());
    }
}
