//! WorkOS: `sk_{live,test}_` and base64 of `key_<ULID>,<secret>`. The first ten characters of a ULID are
//! milliseconds since 1970 in Crockford's base 32.

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks::base64_any;

pub(super) fn facts(key: &[u8]) -> Vec<Fact> {
    steps::took(key.len());
    let mut facts = Facts::new(Certainty::Stated);
    let body = key
        .strip_prefix(b"sk_live_")
        .or(key.strip_prefix(b"sk_test_"));
    let text = body.and_then(base64_any).unwrap_or_default();
    let id = text.split(|&b| b == b',').next().unwrap_or_default();
    let Some(ulid) = id.strip_prefix(b"key_").filter(|ulid| ulid.len() == 26) else {
        return facts.list;
    };
    let Some(digits) = ulid.iter().map(digit).collect::<Option<Vec<u64>>>() else {
        return facts.list;
    };
    let time = digits.iter().take(10).fold(0, |n: u64, d| n << 5 | d);
    let seconds = i64::try_from(time / 1000).ok();
    facts.time(Field::Issued, seconds.and_then(time::seconds));
    facts.text(Field::Id, id);
    facts.list
}

/// The value of a digit of Crockford's base 32.
fn digit(byte: &u8) -> Option<u64> {
    let at = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        .iter()
        .position(|b| b == byte)?;
    u64::try_from(at).ok()
}
