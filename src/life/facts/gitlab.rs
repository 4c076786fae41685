//! GitLab's routable tokens: `<prefix>P.01.LLCCCCCCC`. P is base64url of 16 random bytes, of lines `k:v`, and
//! of a byte with the length of the lines. Ids are numbers in base 36. Only what the checksum confirms counts.
//! Source: GitLab `lib/authn/token_field/generator/routable_token.rb`.

use super::{Certainty, Fact, Facts, Field, steps};
use crate::base64::{Engine, URL};
use crate::detect::checks::{self, Verdict};
use crate::rule::Check;

/// The keys of the lines.
const KEYS: &[(u8, Field, &str)] = &[
    (b'u', Field::Owner, "user"),
    (b'o', Field::Account, "organization"),
    (b'g', Field::Account, "group"),
    (b'p', Field::Account, "project"),
];

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Stated);
    if checks::run(Check::GitlabRoutable, token, token) != Verdict::Passed {
        return facts.list;
    }
    let Some(lines) = lines(token) else {
        return facts.list;
    };
    for line in lines.split(|&b| b == b'\n') {
        steps::took(1 + line.len());
        let [key, b':', digits @ ..] = line else {
            continue;
        };
        let number = std::str::from_utf8(digits).ok();
        let number = number.and_then(|text| u64::from_str_radix(text, 36).ok());
        let row = KEYS.iter().find(|(name, ..)| name == key);
        if let (Some((_, field, what)), Some(number)) = (row, number) {
            facts.text(*field, format!("{what} {number}"));
        }
    }
    facts.list
}

/// The lines inside P.
fn lines(token: &[u8]) -> Option<Vec<u8>> {
    let (stem, _) = token.split_at(token.len().checked_sub(9)?);
    let length = token.get(stem.len()..stem.len() + 2)?;
    let length = usize::from_str_radix(std::str::from_utf8(length).ok()?, 36).ok()?;
    let stem = stem.strip_suffix(b".")?;
    let stem = stem.strip_suffix(b".01").unwrap_or(stem);
    let bytes = URL
        .decode(stem.get(stem.len().checked_sub(length)?..)?)
        .ok()?;
    let (size, rest) = bytes.split_last()?;
    let start = rest.len().checked_sub(usize::from(*size))?;
    rest.get(start..).map(<[u8]>::to_vec)
}
