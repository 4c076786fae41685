//! A visitor that remembers where every blob came from.

use std::collections::BTreeSet;
use std::sync::Mutex;

use keysweep::finding::Origin;
use keysweep::source::{Blob, Inherit, Visit};

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
