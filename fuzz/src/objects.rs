//! Any bytes as a tree, a commit or an annotated tag that a reference reaches: no panic; what cannot
//! be read through to its end is said; and a file that a readable tree names is visited.

use gix::ObjectId;
use gix::objs::Kind as Type;
use keysweep::finding::Origin;
use keysweep::source::{Carrier, Control};

use super::keep::{naming, scanned};
use super::pack::{Bare, commit, tag};

thread_local! {
    /// One directory for all runs: making it anew takes longer than what is tested.
    static STORE: (Bare, ObjectId) = {
        let bare = Bare::new();
        let blob = bare.loose(b"content");
        (bare, blob)
    };
}

/// A text in which `@` stands for the blob's id: as raw bytes in a tree, else in hexadecimal.
fn text(bytes: &[u8], kind: Type, blob: ObjectId) -> Vec<u8> {
    let hex = blob.to_string();
    let id = match kind {
        Type::Tree => blob.as_bytes(),
        _ => hex.as_bytes(),
    };
    naming(bytes, id)
}

/// Whether the bytes are entries through to the end, and if so whether one of them names `blob` as a
/// file, in a mode that git writes.
fn is_tree(mut bytes: &[u8], blob: ObjectId) -> Option<bool> {
    let mut names_it = false;
    while !bytes.is_empty() {
        let nul = bytes.iter().position(|b| *b == 0)?;
        let space = bytes[..nul].iter().position(|b| *b == b' ')?;
        let mode = &bytes[..space];
        let octal = mode.iter().all(|b| (b'0'..=b'7').contains(b));
        if mode.is_empty() || !octal || bytes.len() < nul + 21 {
            return None;
        }
        let usual = [&b"100644"[..], b"100755", b"120000"].contains(&mode);
        names_it |= usual && bytes[nul + 1..nul + 21] == *blob.as_bytes();
        bytes = &bytes[nul + 21..];
    }
    Some(names_it)
}

/// Runs one input: its first byte chooses the kind of object, the others are the object.
pub fn check(bytes: &[u8]) {
    STORE.with(|(bare, blob)| check_in(bare, *blob, bytes));
}

fn check_in(bare: &Bare, blob: ObjectId, bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let kind = [Type::Tree, Type::Commit, Type::Tag][usize::from(*first) % 3];
    let content = text(rest, kind, blob);
    let id = bare.object(kind, &content);
    let above = match kind {
        Type::Tree => bare.object(Type::Commit, &commit(id, &[], 1_700_000_000, "one")),
        Type::Commit => bare.object(Type::Tag, &tag(id, "commit", "v1", "a tag")),
        _ => id,
    };
    bare.refer("refs/tags/v1", above);
    let (history, kept) = scanned(bare.path()).expect("a repository");
    let carriers: Vec<Carrier> = kept
        .iter()
        .map(|origin| Carrier {
            origin: origin.clone(),
            credential: 0,
        })
        .collect();
    history.attribute(&carriers, &Control::default());
    let told = |id: ObjectId| {
        let name = id.to_string();
        history.skipped.iter().any(|s| s.what == name.as_bytes())
    };
    let seen = |id: ObjectId| {
        let name = id.to_string();
        kept.iter().any(|origin| match origin {
            Origin::Blob(oid) | Origin::Message(oid) => oid.to_string() == name,
            _ => false,
        })
    };
    match (kind, is_tree(&content, blob)) {
        (Type::Tree, Some(names_it)) => {
            assert!(!names_it || seen(blob) || told(blob), "the file is lost");
        }
        (Type::Tree, None) => assert!(told(id), "tree {id} is lost without a word"),
        _ => assert!(seen(id) || told(id), "{kind} {id} is lost without a word"),
    }
    // The folder too, where nothing else lies in it: each that stays is read in all later runs.
    for made in [id, above].map(|id| bare.loose_path(id)) {
        let _ = std::fs::remove_file(&made);
        let _ = std::fs::remove_dir(made.parent().expect("a folder"));
    }
}
