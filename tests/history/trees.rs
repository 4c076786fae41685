//! Trees as git reads them, however their modes are written; and what is broken in one is said.

use gix::objs::Kind;
use keysweep::finding::Reason;

use super::pack::{Bare, commit, tree_entry};
use super::{options, place, scan, trace};

/// A repository whose one commit has this tree.
fn of_tree(tree: &[u8]) -> (Bare, gix::ObjectId) {
    let bare = Bare::new();
    let tree = bare.object(Kind::Tree, tree);
    let made = commit(tree, &[], 1_700_000_000, "one");
    bare.refer("refs/heads/main", bare.object(Kind::Commit, &made));
    (bare, tree)
}

#[test]
fn a_directory_is_one_however_its_mode_is_written() {
    for mode in ["40000", "040000", "0040000", "40755", "40777", "00040644"] {
        let bare = Bare::new();
        let blob = bare.loose(b"findme");
        let below = bare.object(Kind::Tree, &tree_entry("100664", "file", blob));
        let root = bare.object(Kind::Tree, &tree_entry(mode, "dir", below));
        let made = commit(root, &[], 1_700_000_000, "one");
        bare.refer("refs/heads/main", bare.object(Kind::Commit, &made));
        let (history, attribution) = trace(&options(bare.path()), "findme");
        assert_eq!(history.skipped, [], "{mode}");
        let place = place(&attribution, "dir/file");
        assert_eq!(place.reach, None, "{mode}");
        assert!(place.at_head, "{mode}");
    }
}

#[test]
fn a_broken_entry_is_a_gap_and_those_before_it_count() {
    let id = [7u8; 20];
    let broken: [&[&[u8]]; 8] = [
        &[b"100644"],
        &[b"100644 name"],
        &[b"100644 name\0"],
        &[b"100644 name\0", &id[..19]],
        &[b"100644name\0", &id],
        &[b" name\0", &id],
        &[b"100648 name\0", &id],
        &[b"+100644 name\0", &id],
    ];
    for parts in broken {
        let blob = super::pack::id_of(b"findme");
        let tree = [tree_entry("100644", "first", blob), parts.concat()].concat();
        let (bare, root) = of_tree(&tree);
        bare.loose(b"findme");
        let (_, attribution) = trace(&options(bare.path()), "findme");
        assert_eq!(place(&attribution, "first").reach, None, "{parts:?}");
        let (history, _) = scan(&options(bare.path()));
        let told: Vec<_> = history
            .skipped
            .iter()
            .map(|s| (s.reason, &s.what))
            .collect();
        let tree = root.to_string().into_bytes();
        assert_eq!(told, [(Reason::CorruptObject, &tree)], "{parts:?}");
    }
}
