//! What is asked of bytes in many of the tables.

/// From so many bytes on a searcher is worth its preparation.
const LONG: usize = 64;

/// Not empty, and made of such bytes alone.
pub(super) fn all(part: &[u8], fits: impl Fn(&u8) -> bool) -> bool {
    !part.is_empty() && part.iter().all(fits)
}

/// Whether `part` stands in `value`.
pub(super) fn has(value: &[u8], part: &[u8]) -> bool {
    if value.len() >= LONG {
        return memchr::memmem::find(value, part).is_some();
    }
    // Most values are short: preparing a searcher would cost more than the search.
    part.first().is_none_or(|first| {
        memchr::memchr_iter(*first, value).any(|at| value[at..].starts_with(part))
    })
}

/// The lines of a text from its last one up, without what ends them.
pub(super) fn upwards(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memrchr(b'\n', text);
        rest = end.map(|end| &text[..end]);
        Some(&text[end.map_or(0, |end| end + 1)..])
    })
}

/// Whether all of a value is a UUID as text, in letters of any case.
pub fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
