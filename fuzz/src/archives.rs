//! Any bytes as an archive: no panic, nothing beyond the limits, and work that is in proportion
//! to the input and to what it decompresses to. Seeds: see CONTRIBUTING.

use std::sync::atomic::{AtomicU64, Ordering};

use keysweep::source::{ArchiveLimits, Blob, Control, Inherit, Visit, open_archive};

/// Decompressed bytes that one input may have.
const TOTAL: u64 = 1 << 20;

/// Counts what it is shown.
#[derive(Default)]
struct Count {
    blobs: AtomicU64,
    bytes: AtomicU64,
}

impl Visit for Count {
    type State = ();
    fn blob(&self, blob: Blob<'_>, _: Option<Inherit<'_, ()>>) {
        assert!(!blob.bytes.is_empty(), "nothing is no member");
        assert!(!blob.origin.inside().is_empty(), "a member has a name");
        self.blobs.fetch_add(1, Ordering::Relaxed);
        let more = blob.bytes.len() as u64;
        self.bytes.fetch_add(more, Ordering::Relaxed);
    }
    fn archives(&self) -> Option<&ArchiveLimits> {
        static LIMITS: ArchiveLimits = ArchiveLimits {
            depth: 4,
            total: TOTAL,
            member: 1 << 18,
            members: 1_000,
            ratio: 200,
        };
        Some(&LIMITS)
    }
}

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let seen = Count::default();
    let (first, steps) = open_archive(bytes, &seen, &Control::default());
    // A level shows each byte a few times: as both readings of an entry, under two names, as the
    // content of its archive; and there are four levels, which share what may be decompressed.
    let most = 64 * (bytes.len() as u64 + 2 * TOTAL);
    assert!(steps <= most, "{steps} steps for {} bytes", bytes.len());
    let shown = seen.bytes.into_inner();
    assert!(shown <= most, "{shown} bytes shown of {}", bytes.len());
    let (again, same) = open_archive(bytes, &Count::default(), &Control::default());
    assert_eq!(first, again);
    assert_eq!(steps, same);
}
