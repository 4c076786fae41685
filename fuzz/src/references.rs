//! Any bytes as `HEAD`, `packed-refs`, the configuration, two loose references and the list of a
//! shallow clone: no panic; nothing is silent about all of it; and a good loose reference is not lost
//! because of what stands beside it.

use gix::ObjectId;
use gix::objs::Kind as Type;

use super::keep::{naming, scanned};
use super::pack::{Bare, commit, tree_entry};

thread_local! {
    /// A repository with one commit, and the commit's id.
    static STORE: (Bare, ObjectId) = {
        let bare = Bare::new();
        let blob = bare.loose(b"content\n");
        let tree = bare.object(Type::Tree, &tree_entry("100644", "file", blob));
        let first = commit(tree, &[], 1_700_000_000, "first");
        let id = bare.object(Type::Commit, &first);
        (bare, id)
    };
}

/// Runs one input: the files' texts, each ended by a zero byte.
pub fn check(bytes: &[u8]) {
    STORE.with(|(bare, commit)| check_in(bare, *commit, bytes));
}

fn check_in(bare: &Bare, commit: ObjectId, bytes: &[u8]) {
    let id = commit.to_string();
    let mut parts = bytes.split(|b| *b == 0);
    let mut part = || parts.next().map(|part| naming(part, id.as_bytes()));
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
    let Some((history, kept)) = scanned(bare.path()) else {
        return;
    };
    let refs: u64 = history.info.refs.iter().map(|(_, many)| many).sum();
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
}
