//! Deltas: instructions that make an object from another one, by copying stretches of it and by
//! inserting new bytes. What a delta claims is checked before it costs anything.

use super::fault::Fault;
use crate::finding::Reason;
use crate::source::Copy;

/// Results up to this many bytes are never called a bomb.
const NATURAL_FREE: u64 = 16 << 20;

/// Checks the `size` that a delta claims to yield. `natural` is what its chain holds without
/// repeating itself: the whole object at its root and all instructions since. Every object of a
/// real history is about as long as that or shorter; git refuses deltas that double their base.
pub(in crate::source) fn check_yield(size: u64, natural: u64, max: u64) -> Result<(), Fault> {
    if size > NATURAL_FREE.min(max) && size > natural.saturating_mul(64) {
        return Err(Fault::new(
            Reason::Bomb,
            format!("a delta that yields {size} bytes"),
        ));
    }
    if size > max {
        return Err(Fault::too_large(size));
    }
    Ok(())
}

/// Shorter copied stretches are not listed. Without this bound a delta of single-byte copies
/// would take twelve times its own size to describe.
const COPY_MIN: usize = 32;

/// `(size of the base, size of the result, bytes of the header)` as a delta claims them.
pub(in crate::source) fn delta_sizes(delta: &[u8]) -> Option<(u64, u64, usize)> {
    let (base, n) = delta_size(delta)?;
    let (result, m) = delta_size(&delta[n..])?;
    Some((base, result, n + m))
}

fn delta_size(delta: &[u8]) -> Option<(u64, usize)> {
    let mut size = 0u64;
    for (i, byte) in delta.iter().enumerate().take(9) {
        size |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((size, i + 1));
        }
    }
    None
}

/// Where a stretch starts that is copied, and how long it is, as the bits of `op` say which bytes of these follow.
#[inline]
fn copied(op: u8, delta: &[u8], at: &mut usize) -> Option<(usize, usize)> {
    let mut field = |bits: u8, count: u32| -> Option<usize> {
        let mut value = 0usize;
        for i in 0..count {
            if bits >> i & 1 != 0 {
                value |= usize::from(*delta.get(*at)?) << (8 * i);
                *at += 1;
            }
        }
        Some(value)
    };
    let src = field(op & 0x0f, 4)?;
    let len = field(op >> 4 & 0x07, 3)?;
    Some((src, if len == 0 { 0x10000 } else { len }))
}

/// Adds a stretch, to the one before it where it continues that.
#[inline]
fn list(copies: &mut Vec<Copy>, new: Copy) {
    match copies.last_mut() {
        Some(last) if last.src + last.len == new.src && last.dst + last.len == new.dst => {
            last.len += new.len;
        }
        _ => {
            copies.pop_if(|last| last.len < COPY_MIN);
            copies.push(new);
        }
    }
}

/// Applies `delta` to `base` into `out` (cleared first), and lists the copied stretches,
/// neighbours that continue each other merged; those below [`COPY_MIN`] bytes are left out. The
/// caller has checked the claimed result size.
pub(in crate::source) fn apply(
    base: &[u8],
    delta: &[u8],
    out: &mut Vec<u8>,
    copies: &mut Vec<Copy>,
) -> Result<(), Fault> {
    out.clear();
    copies.clear();
    let (base_size, size, head) = delta_sizes(delta).ok_or_else(Fault::bad_delta)?;
    if base_size != base.len() as u64 {
        return Err(Fault::corrupt(
            "its delta belongs to a base of another size",
        ));
    }
    let size = usize::try_from(size).map_err(|_| Fault::bad_delta())?;
    out.reserve_exact(size);
    let mut at = head;
    while let Some(&op) = delta.get(at) {
        at += 1;
        if op & 0x80 != 0 {
            let (src, len) = copied(op, delta, &mut at).ok_or_else(Fault::bad_delta)?;
            let bytes = src
                .checked_add(len)
                .and_then(|end| base.get(src..end))
                .ok_or_else(Fault::bad_delta)?;
            let dst = out.len();
            if dst + len > size {
                return Err(Fault::bad_delta());
            }
            out.extend_from_slice(bytes);
            list(copies, Copy { src, dst, len });
        } else if op != 0 {
            let len = usize::from(op);
            let bytes = delta.get(at..at + len).ok_or_else(Fault::bad_delta)?;
            if out.len() + len > size {
                return Err(Fault::bad_delta());
            }
            out.extend_from_slice(bytes);
            at += len;
        } else {
            return Err(Fault::bad_delta());
        }
    }
    copies.pop_if(|last| last.len < COPY_MIN);
    if out.len() != size {
        return Err(Fault::corrupt(
            "its delta yields another size than it claims",
        ));
    }
    Ok(())
}

/// Applies a delta that yields at most `max` bytes: the result, and what was copied from where.
/// Only for the fuzz targets, which see nothing but the library's surface.
pub fn apply_delta(base: &[u8], delta: &[u8], max: u64) -> Option<(Vec<u8>, Vec<Copy>)> {
    let (_, size, _) = delta_sizes(delta)?;
    if size > max {
        return None;
    }
    let (mut out, mut copies) = (Vec::new(), Vec::new());
    apply(base, delta, &mut out, &mut copies).ok()?;
    Some((out, copies))
}
