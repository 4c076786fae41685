//! What markup and templates put around and into values: quotes as entities, gaps to fill.

/// Quotes as markup writes them, and what they stand for.
pub(in crate::detect) const QUOTES: &[(&[u8], u8)] = &[
    (b"&quot;", b'"'),
    (b"&#34;", b'"'),
    (b"&#x22;", b'"'),
    (b"&#39;", b'\''),
    (b"&#x27;", b'\''),
    (b"&apos;", b'\''),
];

/// The quote that `rest` starts with as markup writes it.
pub(super) fn entity(rest: &[u8]) -> Option<(&'static [u8], u8)> {
    let found = QUOTES.iter().find(|(entity, _)| rest.starts_with(entity))?;
    Some(*found)
}

/// `<your-token>` at the start of `rest`: a gap to fill, not an element. Gives its length.
pub(in crate::detect) fn slot(rest: &[u8]) -> Option<usize> {
    let inside = rest.strip_prefix(b"<")?;
    let name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b'.');
    let len = inside.iter().take(40).take_while(name).count();
    let text = inside.get(..len)?;
    if len < 3 || inside.get(len) != Some(&b'>') || !text[0].is_ascii_alphabetic() {
        return None;
    }
    let several = text.iter().any(|b| matches!(b, b'_' | b'-' | b' '));
    let capitals = text.iter().all(u8::is_ascii_uppercase);
    (several || capitals || super::tells(text)).then_some(len + 2)
}
