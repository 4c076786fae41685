//! Objects that lie in two packs, one of which is damaged, that lie about their size, or whose lines are odd.

use gix::ObjectId;
use gix::objs::Kind;

use crate::common::{Run, command, findings, line};
use crate::history::pack::{Bare, Pack, commit, deflate, id_as, tree_entry};

/// What a commit adds to one before it: a file with a value.
struct Added {
    bare: Bare,
    first: ObjectId,
    /// The new commit, its tree and its file, with their content.
    new: [(Kind, Vec<u8>); 3],
}

impl Added {
    fn new() -> Self {
        let bare = Bare::new();
        let empty = bare.object(Kind::Tree, b"");
        let first = bare.object(Kind::Commit, &commit(empty, &[], 1_700_000_000, "one"));
        let blob = line(7).into_bytes();
        let tree = tree_entry("100644", "a.env", id_as(Kind::Blob, &blob));
        let second = commit(id_as(Kind::Tree, &tree), &[first], 1_700_000_100, "two");
        bare.refer("refs/heads/main", id_as(Kind::Commit, &second));
        let new = [
            (Kind::Commit, second),
            (Kind::Tree, tree),
            (Kind::Blob, blob),
        ];
        Added { bare, first, new }
    }

    /// Runs over what the commit added, and over the whole history.
    fn runs(&self) -> [Run; 2] {
        let range = format!("{}..main", self.first);
        let run = |args: &[&str]| Run::new(command(self.bare.path(), args));
        [
            run(&["history", "--range", &range, "--format", "json"]),
            run(&["history", "--format", "json"]),
        ]
    }
}

/// The number by which packs know a kind.
fn number(kind: Kind) -> u8 {
    match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    }
}

#[test]
fn a_good_copy_in_another_pack_is_used() {
    let kinds = [Kind::Commit, Kind::Tree, Kind::Blob];
    for damaged in kinds {
        // Read as each other kind, and not to be read at all.
        for instead in kinds
            .map(Some)
            .into_iter()
            .chain([None])
            .filter(|kind| *kind != Some(damaged))
        {
            for bad in ["a", "b"] {
                let added = Added::new();
                for (kind, content) in &added.new {
                    if *kind != damaged {
                        added.bare.object(*kind, content);
                        continue;
                    }
                    let id = id_as(*kind, content);
                    for name in ["a", "b"] {
                        let mut stream = deflate(content);
                        if name == bad && instead.is_none() {
                            let last = stream.len() - 1;
                            stream[last] ^= 1;
                        }
                        let written = match name == bad {
                            true => instead.unwrap_or(*kind),
                            false => *kind,
                        };
                        let mut pack = Pack::new();
                        pack.entry(id, number(written), content.len(), &[], &stream);
                        pack.write(&added.bare, name);
                    }
                }
                for run in added.runs() {
                    let found = findings(&run.json()).len();
                    assert_eq!(
                        found,
                        1,
                        "{damaged} read as {instead:?} in {bad}: {}",
                        run.errors()
                    );
                }
            }
        }
    }
}

#[test]
fn an_object_that_cannot_have_the_size_it_says_is_damaged() {
    let added = Added::new();
    let mut pack = Pack::new();
    for (kind, content) in &added.new {
        let size = match kind {
            Kind::Blob => 1 << 40,
            _ => content.len(),
        };
        pack.entry(
            id_as(*kind, content),
            number(*kind),
            size,
            &[],
            &deflate(content),
        );
    }
    pack.write(&added.bare, "one");
    for run in added.runs() {
        run.ends(2).says("corrupt-object");
    }
}

#[test]
fn a_tip_whose_author_is_no_author_is_read() {
    let added = Added::new();
    let [(_, _), (_, tree), (_, blob)] = &added.new;
    added.bare.object(Kind::Blob, blob);
    let tree = added.bare.object(Kind::Tree, tree);
    let odd = format!(
        "tree {tree}\nparent {}\nauthor Nobody\ncommitter\n\ntwo\n",
        added.first
    );
    let tip = added.bare.object(Kind::Commit, odd.as_bytes());
    added.bare.refer("refs/heads/main", tip);
    for run in added.runs() {
        assert_eq!(findings(&run.json()).len(), 1, "{}", run.errors());
    }
}
