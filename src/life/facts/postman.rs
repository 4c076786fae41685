//! Postman: `PMAK-<24 hexadecimal digits>-<34>`. The 24 are an object id of MongoDB, whose first four bytes are
//! seconds since 1970. Nobody documents it, so it is inferred.

use super::{Certainty, Fact, Facts, Field, steps, time};

pub(super) fn facts(key: &[u8]) -> Vec<Fact> {
    steps::took(key.len());
    let mut facts = Facts::new(Certainty::Inferred);
    let mut parts = key.split(|&b| b == b'-');
    if parts.next() != Some(b"PMAK") {
        return facts.list;
    }
    let hex = |part: &&[u8]| part.iter().all(u8::is_ascii_hexdigit);
    let id = parts.next().filter(hex).filter(|id| id.len() == 24);
    if parts
        .next()
        .filter(hex)
        .is_some_and(|rest| rest.len() == 34)
    {
        let digits = id.and_then(|id| std::str::from_utf8(id.get(..8)?).ok());
        let seconds = digits.and_then(|text| i64::from_str_radix(text, 16).ok());
        facts.time(Field::Issued, seconds.and_then(time::seconds));
    }
    facts.list
}
