//! What targets over repositories share: a visitor that remembers where every blob came from, the scan
//! of a history with it, and texts that name an object.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use keysweep::finding::Origin;
use keysweep::source::{self, Blob, Control, History, HistoryOptions, Inherit, Visit};

/// The origins seen so far.
#[derive(Default)]
pub struct Keep(Mutex<BTreeSet<Origin>>);

impl Keep {
    /// What was seen.
    pub fn into_origins(self) -> BTreeSet<Origin> {
        self.0.into_inner().expect("no visit panics")
    }
}

impl Visit for Keep {
    type State = ();

    fn blob(&self, blob: Blob<'_>, _: Option<Inherit<'_, ()>>) {
        let mut kept = self.0.lock().expect("no visit panics");
        kept.insert(blob.origin.clone());
    }
}

/// Scans the history of a repository on one thread; `None` when it cannot be opened. Objects over a
/// mebibyte are left out.
pub fn scanned(path: &Path) -> Option<(History, BTreeSet<Origin>)> {
    let options = HistoryOptions {
        path: path.to_owned(),
        threads: 1,
        max_object: 1 << 20,
        ..HistoryOptions::default()
    };
    let keep = Keep::default();
    let history = source::open_and_scan(&options, &keep, &Control::default()).ok()?;
    Some((history, keep.into_origins()))
}

/// A text with an id for each `@`.
pub fn naming(bytes: &[u8], id: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'@' => out.extend_from_slice(id),
            other => out.push(*other),
        }
    }
    out
}
