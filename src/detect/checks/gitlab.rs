//! GitLab's routable tokens: `<prefix>P.01.LLCCCCCCC`, of which the first had no `.01`.
//!
//! P is base64url; `01` the version; LL the length of P and CCCCCCC the CRC-32 of everything
//! before it, both in base 36. Source: GitLab `lib/authn/token_field/generator/routable_token.rb`.

use super::{Verdict, crc};

pub(super) fn routable(value: &[u8]) -> Verdict {
    let Some((stem, sum)) = value.len().checked_sub(7).map(|cut| value.split_at(cut)) else {
        return Verdict::Unknown;
    };
    let Some((payload, length)) = parts(stem) else {
        return Verdict::Unknown;
    };
    let length = std::str::from_utf8(length)
        .ok()
        .and_then(|text| usize::from_str_radix(text, 36).ok());
    // The prefix may hold a `-` and so may the payload, so its start is not known: any payload
    // that is at least as long as stated fits.
    let fits = length.is_some_and(|length| length <= payload.len());
    Verdict::of(fits && crc::base36(stem).as_bytes() == sum)
}

/// What stands before `.01.LL` or `.LL`, and LL; none when the stem does not end so.
fn parts(stem: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, tail) = stem.split_at(stem.len().checked_sub(3)?);
    let length = tail.strip_prefix(b".")?;
    let payload = head.strip_suffix(b".01").unwrap_or(head);
    length
        .iter()
        .all(u8::is_ascii_alphanumeric)
        .then_some((payload, length))
}

/// Takes `PREFIX-PAYLOAD`, or that with `.01.LL` or `.LL`.
pub(super) fn complete(stem: &str) -> Option<String> {
    let stem = if parts(stem.as_bytes()).is_some() {
        stem.to_owned()
    } else {
        let payload = stem.split_once('-')?.1.len();
        let digit = |n: usize| char::from_digit(u32::try_from(n % 36).ok()?, 36);
        format!("{stem}.01.{}{}", digit(payload / 36)?, digit(payload)?)
    };
    let sum = crc::base36(stem.as_bytes());
    Some(stem + &sum)
}
