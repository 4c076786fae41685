//! What two versions of a path have in common.

use crate::source::Copy;

/// Copied stretches shorter than this are not worth being told.
const MIN_COPY: usize = 64;

/// What two versions have in common at their start and at their end.
pub(super) fn copies(base: &[u8], bytes: &[u8]) -> Vec<Copy> {
    let start = common_start(base, bytes);
    let end = common_end(&base[start..], &bytes[start..]);
    let mut out = Vec::new();
    if start >= MIN_COPY {
        out.push(Copy {
            src: 0,
            dst: 0,
            len: start,
        });
    }
    if end >= MIN_COPY {
        out.push(Copy {
            src: base.len() - end,
            dst: bytes.len() - end,
            len: end,
        });
    }
    // Equal versions, or one that only grew in between: neighbours that continue are one.
    if let [first, second] = out[..]
        && first.len == second.src
        && first.len == second.dst
    {
        return vec![Copy {
            src: 0,
            dst: 0,
            len: first.len + second.len,
        }];
    }
    out
}

/// So many bytes are compared at once, which is many times as fast as one by one: versions of a long
/// file have almost all of it in common.
const AT_ONCE: usize = 64;

fn common_start(a: &[u8], b: &[u8]) -> usize {
    let whole = a.chunks_exact(AT_ONCE).zip(b.chunks_exact(AT_ONCE));
    let whole = whole.take_while(|(a, b)| a == b).count() * AT_ONCE;
    let rest = a[whole..].iter().zip(&b[whole..]);
    whole + rest.take_while(|(a, b)| a == b).count()
}

fn common_end(a: &[u8], b: &[u8]) -> usize {
    let whole = a.rchunks_exact(AT_ONCE).zip(b.rchunks_exact(AT_ONCE));
    let whole = whole.take_while(|(a, b)| a == b).count() * AT_ONCE;
    let (a, b) = (&a[..a.len() - whole], &b[..b.len() - whole]);
    let rest = a.iter().rev().zip(b.iter().rev());
    whole + rest.take_while(|(a, b)| a == b).count()
}
