//! Any bytes as `HEAD`, `packed-refs`, the configuration, a loose reference and the list of a shallow
//! clone: no panic; nothing is silent about all of it; and a good loose reference is not lost because of
//! what stands beside it.

#![no_main]

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use gix::ObjectId;
use gix::objs::Kind as Type;
use keysweep::finding::Origin;
use keysweep::source::{self, Blob, Control, HistoryOptions, Inherit, Visit};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/history/pack.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod pack;

use pack::Bare;

/// A repository with one commit.
static STORE: LazyLock<(Bare, ObjectId, ObjectId)> = LazyLock::new(|| {
    let bare = Bare::new();
    let blob = bare.loose(b"content\n");
    let tree = bare.object(Type::Tree, &[b"100644 file\0", blob.as_bytes()].concat());
    let commit = format!(
        "tree {tree}\nauthor A <a@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000\n\nfirst\n"
    );
    let commit = bare.object(Type::Commit, commit.as_bytes());
    (bare, blob, commit)
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

/// A text with `@` for the commit's id.
fn text(bytes: &[u8], commit: &ObjectId) -> Vec<u8> {
    let id = commit.to_string();
    let mut out = Vec::new();
    for byte in bytes {
        match byte {
            b'@' => out.extend_from_slice(id.as_bytes()),
            other => out.push(*other),
        }
    }
    out
}

fuzz_target!(|bytes: &[u8]| {
    let (bare, _, commit) = &*STORE;
    let mut parts = bytes.split(|b| *b == 0);
    let mut part = || parts.next().map(|part| text(part, commit));
    for (name, usual) in [
        ("HEAD", Some(&b"ref: refs/heads/main\n"[..])),
        ("packed-refs", None),
        ("config", None),
        ("refs/heads/main", None),
        ("shallow", None),
        ("refs/tags/v1", None),
    ] {
        let path = bare.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        match part().or_else(|| usual.map(<[u8]>::to_vec)) {
            Some(text) if !text.is_empty() => std::fs::write(path, text).expect("writable"),
            _ => drop(std::fs::remove_file(path)),
        }
    }
    let options = HistoryOptions {
        path: bare.path().to_owned(),
        threads: 1,
        max_object: 1 << 20,
        ..HistoryOptions::default()
    };
    let keep = Keep::default();
    let Ok(history) = source::open_and_scan(&options, &keep, &Control::default()) else {
        return;
    };
    let refs: u64 = history.info.refs.iter().map(|(_, many)| many).sum();
    let kept = keep.0.into_inner().expect("no visit panics");
    assert!(
        !kept.is_empty() || !history.skipped.is_empty() || history.info.nothing.is_some(),
        "nothing was seen, and nothing is said"
    );
    let good = format!("{commit}\n").into_bytes();
    let names = ["refs/heads/main", "refs/tags/v1"];
    let valid = names
        .iter()
        .any(|name| std::fs::read(bare.path().join(name)).is_ok_and(|text| text == good));
    assert!(
        !valid || refs > 0 || !history.skipped.is_empty(),
        "a good reference is lost beside bad ones"
    );
});
