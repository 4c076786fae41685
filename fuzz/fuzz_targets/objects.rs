//! Any bytes as a tree, a commit or an annotated tag that a reference reaches: no panic, and what
//! cannot be read through to its end is said.

#![no_main]

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use gix::ObjectId;
use gix::objs::Kind as Type;
use keysweep::finding::Origin;
use keysweep::source::{self, Blob, Carrier, Control, HistoryOptions, Inherit, Visit};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/history/pack.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod pack;

use pack::{Bare, commit, tag};

/// One directory for all runs: making it anew takes longer than what is tested.
static BARE: LazyLock<(Bare, ObjectId)> = LazyLock::new(|| {
    let bare = Bare::new();
    let blob = bare.loose(b"content");
    (bare, blob)
});

#[derive(Default)]
struct Keep(Mutex<BTreeSet<Origin>>);

impl Visit for Keep {
    type State = ();

    fn blob(&self, blob: Blob<'_>, _: Option<Inherit<'_, ()>>) {
        let mut kept = self.0.lock().expect("no visit panics");
        kept.insert(blob.origin.clone());
    }
}

/// A text in which `@` stands for the blob's id: as raw bytes in a tree, else in hexadecimal.
fn text(bytes: &[u8], kind: Type, blob: ObjectId) -> Vec<u8> {
    let hex = blob.to_string();
    let id = match kind {
        Type::Tree => blob.as_bytes(),
        _ => hex.as_bytes(),
    };
    bytes
        .iter()
        .flat_map(|byte| match byte {
            b'@' => id.to_vec(),
            other => vec![*other],
        })
        .collect()
}

/// Whether the bytes are entries through to the end, and what they name as blobs.
fn is_tree(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Some(nul) = bytes.iter().position(|b| *b == 0) else {
            return false;
        };
        let Some(space) = bytes[..nul].iter().position(|b| *b == b' ') else {
            return false;
        };
        let octal = bytes[..space].iter().all(|b| (b'0'..=b'7').contains(b));
        if space == 0 || !octal || bytes.len() < nul + 21 {
            return false;
        }
        bytes = &bytes[nul + 21..];
    }
    true
}

fuzz_target!(|bytes: &[u8]| {
    let (bare, blob) = &*BARE;
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let kind = [Type::Tree, Type::Commit, Type::Tag][usize::from(*first) % 3];
    let content = text(rest, kind, *blob);
    let id = bare.object(kind, &content);
    let above = match kind {
        Type::Tree => bare.object(Type::Commit, &commit(id, &[], 1_700_000_000, "one")),
        Type::Commit => bare.object(Type::Tag, &tag(id, "commit", "v1", "a tag")),
        _ => id,
    };
    bare.refer("refs/tags/v1", above);
    let options = HistoryOptions {
        path: bare.path().to_owned(),
        threads: 1,
        max_object: 1 << 20,
        ..HistoryOptions::default()
    };
    let keep = Keep::default();
    let history = source::open_and_scan(&options, &keep, &Control::default()).expect("a repository");
    let kept = keep.0.into_inner().expect("no visit panics");
    let carriers: Vec<Carrier> = kept
        .iter()
        .map(|origin| Carrier {
            origin: origin.clone(),
            credential: 0,
        })
        .collect();
    history.attribute(&carriers, &Control::default());
    let name = id.to_string();
    let told = history.skipped.iter().any(|s| s.what == name.as_bytes());
    let read = match kind {
        Type::Tree => is_tree(&content),
        _ => kept.iter().any(|origin| match origin {
            Origin::Message(oid) => oid.to_string() == name,
            _ => false,
        }),
    };
    assert!(read || told, "{kind} {name} is lost without a word");
    for made in [id, above] {
        let _ = std::fs::remove_file(bare.loose_path(made));
    }
});
