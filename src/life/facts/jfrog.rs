//! JFrog's reference tokens: base64 of `reftkn:01:<ten digits>:<random>`, where the digits are the end in
//! seconds since 1970, and zeros stand for none.

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::base64::{Engine, STANDARD};

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Inferred);
    let text = STANDARD.decode(token).unwrap_or_default();
    let Some(rest) = text.strip_prefix(b"reftkn:01:") else {
        return facts.list;
    };
    let Some((digits, [b':', _, ..])) = rest.split_at_checked(10) else {
        return facts.list;
    };
    match digits.iter().all(|&b| b == b'0') {
        true => facts.never(),
        false => facts.time(Field::Expires, time::digits(digits)),
    }
    facts.list
}
