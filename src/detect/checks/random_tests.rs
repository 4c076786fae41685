//! How often drawn text fails, by alphabet and length, and how often words and identifiers pass.

use rayon::prelude::*;

use super::{Alphabet, check, looks_random};

/// A small generator with a fixed seed: these figures must be the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 33) as usize % many
    }

    fn text(&mut self, letters: &[u8], length: usize) -> Vec<u8> {
        (0..length)
            .map(|_| letters[self.below(letters.len())])
            .collect()
    }
}

/// The alphabets of the catalogue, by name.
fn alphabets() -> Vec<(&'static str, Vec<u8>)> {
    let of = |fits: fn(u8) -> bool| (0..=127).filter(|b| fits(*b)).collect::<Vec<u8>>();
    vec![
        ("letters52", of(|b| b.is_ascii_alphabetic())),
        ("base62", of(|b| b.is_ascii_alphanumeric())),
        (
            "base64",
            of(|b| b.is_ascii_alphanumeric() || b"+/".contains(&b)),
        ),
        (
            "base64url",
            of(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
        ),
        ("lower26", of(|b| b.is_ascii_lowercase())),
        ("upper26", of(|b| b.is_ascii_uppercase())),
        (
            "lower36",
            of(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
        ),
        (
            "upper36",
            of(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
        ),
        ("base32", of(|b| Alphabet::Base32.has(b))),
        ("hex", of(|b| Alphabet::Hex.has(b))),
        ("decimal", of(|b| b.is_ascii_digit())),
        ("base58", of(|b| Alphabet::Base58.has(b))),
        ("printable", of(|b| b.is_ascii_graphic())),
    ]
}

#[test]
fn at_most_five_of_a_thousand_drawn_texts_fail() {
    const LENGTHS: [usize; 12] = [12, 14, 16, 20, 24, 32, 34, 40, 48, 64, 128, 256];
    // `KEYSWEEP_DRAWS=20000` for a closer look.
    let draws = std::env::var("KEYSWEEP_DRAWS").ok();
    let texts: usize = draws.and_then(|text| text.parse().ok()).unwrap_or(4_000);
    let cells: Vec<(String, Vec<f64>)> = alphabets()
        .into_par_iter()
        .map(|(name, letters)| {
            let rate = |length: usize| {
                let mut draw = Draw(length as u64 * 1_000 + letters.len() as u64);
                let failed = (0..texts).filter(|_| !looks_random(&draw.text(&letters, length)));
                failed.count() as f64 * 1_000.0 / texts as f64
            };
            (name.to_owned(), LENGTHS.into_iter().map(rate).collect())
        })
        .collect();
    let mut table = format!("of a thousand, by length {LENGTHS:?}:\n");
    for (name, rates) in &cells {
        let rates: Vec<String> = rates.iter().map(|rate| format!("{rate:5.2}")).collect();
        table.push_str(&format!("{name:<10}{}\n", rates.join(" ")));
    }
    let worst = cells.iter().flat_map(|(_, rates)| rates).copied();
    let worst = worst.fold(0.0, f64::max);
    assert!(worst <= 5.0, "{table}");
    let sum: f64 = cells.iter().flat_map(|(_, rates)| rates).sum();
    let mean = sum / (cells.len() * LENGTHS.len()) as f64;
    assert!(mean <= 2.0, "{mean} {table}");
}

/// The share of texts that pass, in a hundred.
fn passing(texts: &[String]) -> f64 {
    let passed = texts.iter().filter(|text| check(text.as_bytes())).count();
    passed as f64 * 100.0 / texts.len() as f64
}

/// Names made of words that sources are full of.
fn names(join: fn(&[&str]) -> String) -> Vec<String> {
    const WORDS: &str = "account address allow application argument array assign attribute backend \
        balance binding bucket buffer builder cache callback certificate channel checksum client \
        cluster collector column command compare config connection consumer container context \
        controller convert counter create credential cursor database default delete descriptor \
        directory document duration element enable encode endpoint entity environment event \
        execute export factory feature field filter format function gateway generate group handler \
        header history identifier image import index instance interface invalid iterator label \
        language layout length library limit listener loader location manager matcher memory \
        message method metric migration model module monitor network number object offset option \
        output package parameter parser partition password path pattern payload permission \
        platform plugin policy prefix process profile project property provider proxy query queue \
        reader record reference register release remote render repository request resource \
        response result retry router schema scope search secret section segment sequence server \
        service session setting shadow signature snapshot socket source status storage stream \
        string subject switch system table target template thread timeout token transaction type \
        update upload user validate value variable vector version view volume watcher window worker";
    let words: Vec<&str> = WORDS.split_ascii_whitespace().collect();
    let mut draw = Draw(7);
    let mut name = || {
        let many = 2 + draw.below(3);
        let parts: Vec<&str> = (0..many).map(|_| words[draw.below(words.len())]).collect();
        join(&parts)
    };
    (0..2_000).map(|_| name()).collect()
}

#[test]
fn names_of_programs_hardly_ever_pass() {
    let camel = names(|parts| {
        let title = |part: &&str| part[..1].to_uppercase() + &part[1..];
        parts.iter().map(title).collect()
    });
    let snake = names(|parts| parts.join("_"));
    let constant = names(|parts| parts.join("_").to_uppercase());
    let kebab = names(|parts| parts.join("-"));
    let path = names(|parts| parts.join("/"));
    let glued = names(|parts| parts.concat());
    for (kind, texts, most) in [
        ("camel", camel, 4.0),
        ("snake", snake, 4.0),
        ("constant", constant, 4.0),
        ("kebab", kebab, 4.0),
        ("path", path, 4.0),
        ("glued", glued, 12.0),
    ] {
        let share = passing(&texts);
        assert!(share <= most, "{share} of a hundred pass: {kind}");
    }
}

#[test]
fn what_repeats_or_counts_up_is_not_drawn() {
    for text in [
        "deadbeefdeadbeef",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnop",
        "9876543210987654",
        "1212121212121212",
        "AbCdAbCdAbCdAbCdAbCd",
    ] {
        assert!(!check(text.as_bytes()), "{text}");
    }
}
