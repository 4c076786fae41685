//! Objects that are not what names them says: for every class of damage, every place where the
//! object may lie and every reader, the value is found or a gap fails the run. Never silence.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::objs::Kind;

use super::pack::{Bare, Pack, commit, deflate, id_as, id_of, tag, tree_entry};
use crate::common::{Dir, Run, command, findings, line, skipped};

/// Objects on their way into a repository: what lies under each id, and as what.
#[derive(Clone, Default)]
pub struct Made {
    objects: BTreeMap<ObjectId, (Kind, Vec<u8>)>,
    refs: Vec<(String, ObjectId)>,
}

/// How the objects are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    Loose,
    Packed,
    /// All in one pack, and the damaged ones whole in another.
    GoodInSecondPack,
    /// The same, with the damaged pack read last.
    GoodInFirstPack,
    /// All in one pack, and the damaged ones whole and loose.
    GoodLoose,
}

fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    }
}

impl Made {
    fn put(&mut self, kind: Kind, content: &[u8]) -> ObjectId {
        let id = id_as(kind, content);
        self.objects.insert(id, (kind, content.to_vec()));
        id
    }

    fn pack(&self) -> Pack {
        let mut pack = Pack::new();
        for (id, (kind, content)) in &self.objects {
            pack.entry(*id, code(*kind), content.len(), &[], &deflate(content));
        }
        pack
    }

    /// Writes the objects; of those that are not as in `good`, the good ones go elsewhere.
    fn write(&self, good: &Made, stored: Stored) -> Bare {
        let bare = Bare::new();
        let mut better = Made::default();
        for (id, object) in &good.objects {
            if self.objects.get(id) != Some(object) {
                better.objects.insert(*id, object.clone());
            }
        }
        match stored {
            Stored::Loose => {
                for (id, (kind, content)) in &self.objects {
                    bare.object_as(*id, *kind, content);
                }
            }
            Stored::Packed => self.pack().write(&bare, "b"),
            Stored::GoodInSecondPack => {
                self.pack().write(&bare, "b");
                better.pack().write(&bare, "c");
            }
            Stored::GoodInFirstPack => {
                self.pack().write(&bare, "b");
                better.pack().write(&bare, "a");
            }
            Stored::GoodLoose => {
                self.pack().write(&bare, "b");
                for (id, (kind, content)) in &better.objects {
                    bare.object_as(*id, *kind, content);
                }
            }
        }
        for (name, id) in &self.refs {
            bare.refer(name, *id);
        }
        bare
    }
}

/// A history of two commits and a tag, in which only one file holds a value.
struct Plain {
    made: Made,
    blob: ObjectId,
    dir: ObjectId,
    root: ObjectId,
    first: ObjectId,
    tip: ObjectId,
    tag: ObjectId,
}

fn plain() -> Plain {
    let mut made = Made::default();
    let blob = made.put(Kind::Blob, line(1).as_bytes());
    let dir = made.put(Kind::Tree, &tree_entry("100644", "a.env", blob));
    let root = made.put(Kind::Tree, &tree_entry("40000", "dir", dir));
    let first = made.put(Kind::Commit, &commit(root, &[], 1_700_000_000, "first"));
    let other = made.put(Kind::Blob, b"nothing\n");
    let after = made.put(Kind::Tree, &tree_entry("100644", "b.txt", other));
    let tip = made.put(
        Kind::Commit,
        &commit(after, &[first], 1_700_000_100, "second"),
    );
    let tag = made.put(Kind::Tag, &tag(tip, "commit", "v1", "a tag"));
    made.refs = vec![
        ("refs/heads/main".to_owned(), tip),
        ("refs/tags/v1".to_owned(), tag),
    ];
    Plain {
        made,
        blob,
        dir,
        root,
        first,
        tip,
        tag,
    }
}

/// Chooses an object.
type Pick = fn(&Plain) -> ObjectId;

/// Every class: a name, what is written, and what would be right where the ids are true.
fn classes() -> Vec<(String, Made, Made)> {
    let good = plain().made;
    let mut out = Vec::new();
    // Under the same id something else.
    let of: [(&str, Pick); 6] = [
        ("blob", |p| p.blob),
        ("directory", |p| p.dir),
        ("root tree", |p| p.root),
        ("first commit", |p| p.first),
        ("last commit", |p| p.tip),
        ("tag", |p| p.tag),
    ];
    for (what, id) in of {
        let p = plain();
        let id = id(&p);
        let (own, content) = p.made.objects[&id].clone();
        for kind in [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag] {
            if kind != own {
                let mut made = p.made.clone();
                made.objects.insert(id, (kind, content.clone()));
                out.push((format!("{what} as {kind}"), made, good.clone()));
            }
        }
        let mut made = p.made.clone();
        made.objects.remove(&id);
        out.push((format!("{what} removed"), made, good.clone()));
        // What is left of a blob is a blob: only a hash of everything would tell.
        if own != Kind::Blob {
            let mut made = p.made.clone();
            made.objects.insert(id, (own, content[..20].to_vec()));
            out.push((format!("{what} cut"), made, good.clone()));
        }
    }
    out.extend(lies().into_iter().map(|(name, made)| {
        let good = made.clone();
        (name.to_owned(), made, good)
    }));
    out
}

/// Objects with true ids that say something false.
fn lies() -> Vec<(&'static str, Made)> {
    let mut out = Vec::new();
    let mut with_root = |name: &'static str, root: &dyn Fn(&mut Made, &Plain) -> ObjectId| {
        let p = plain();
        let mut made = p.made.clone();
        let root = root(&mut made, &p);
        let tip = made.put(Kind::Commit, &commit(root, &[], 1_700_000_000, "one"));
        made.refs = vec![("refs/heads/main".to_owned(), tip)];
        out.push((name, made));
    };
    with_root("commit of a blob", &|_, p| p.blob);
    with_root("commit of a commit", &|_, p| p.first);
    with_root("commit of nothing", &|_, _| id_of(b"absent"));
    let entry = |mode: &'static str, id: fn(&Plain) -> ObjectId| {
        move |made: &mut Made, p: &Plain| made.put(Kind::Tree, &tree_entry(mode, "x", id(p)))
    };
    with_root("blob as a directory", &entry("40000", |p| p.blob));
    with_root("tree as a file", &entry("100644", |p| p.dir));
    with_root("tree as a link", &entry("120000", |p| p.dir));
    with_root("commit as a file", &entry("100644", |p| p.first));
    with_root("tag as a file", &entry("100755", |p| p.tag));
    with_root("commit as a directory", &entry("40755", |p| p.first));
    with_root("nothing as a file", &entry("100644", |_| id_of(b"absent")));
    with_root("tree without a blank", &|made, p| {
        let entry = tree_entry("100644", "", p.blob);
        made.put(Kind::Tree, &[&entry[..6], &entry[7..]].concat())
    });
    with_root("tree that is cut off", &|made, p| {
        let entry = tree_entry("100644", "a.env", p.blob);
        made.put(Kind::Tree, &entry[..entry.len() - 1])
    });

    let mut of_tag = |name: &'static str, target: ObjectId, kind: &str| {
        let mut made = plain().made;
        let tag = made.put(Kind::Tag, &tag(target, kind, "v1", "a tag"));
        made.refs = vec![("refs/tags/v1".to_owned(), tag)];
        out.push((name, made));
    };
    let p = plain();
    of_tag("tag of nothing", id_of(b"absent"), "commit");
    of_tag("tag that says tree", p.first, "tree");
    of_tag("tag that says blob", p.first, "blob");
    of_tag("tag that says tag", p.first, "tag");
    of_tag("tag that says commit", p.root, "commit");
    of_tag("tag that says nothing", p.first, "thing");

    let mut of_parent = |name: &'static str, parent: ObjectId| {
        let mut made = p.made.clone();
        let empty = made.put(Kind::Tree, b"");
        let tip = made.put(
            Kind::Commit,
            &commit(empty, &[parent], 1_700_000_200, "child"),
        );
        made.refs = vec![("refs/heads/main".to_owned(), tip)];
        out.push((name, made));
    };
    of_parent("parent that is a blob", p.blob);
    of_parent("parent that is a tree", p.root);
    of_parent("parent that is a tag", p.tag);
    of_parent("parent that is not there", id_of(b"absent"));
    out
}

/// The outcome of a run: `found`, `failed`, or what makes it a false clean.
fn outcome(run: &Run) -> Result<&'static str, String> {
    let Ok(report) = serde_json::from_slice::<serde_json::Value>(&run.out) else {
        // No report at all: the run could not start, and says so.
        return match run.status {
            Some(2) => Ok("failed"),
            _ => Err(run.errors()),
        };
    };
    let found = !findings(&report).is_empty();
    let complete = report["summary"]["complete"].as_bool().unwrap_or(false);
    match (found, complete) {
        (true, _) => Ok("found"),
        (false, false) => Ok("failed"),
        (false, true) => Err(format!("clean, {:?}", skipped(&report))),
    }
}

#[test]
fn the_history_that_is_not_damaged_shows_the_value() {
    let good = plain().made;
    for stored in [Stored::Loose, Stored::Packed] {
        let bare = good.write(&good, stored);
        for args in READERS {
            let run = Run::new(command(bare.path(), args));
            assert_eq!(outcome(&run), Ok("found"), "{stored:?} {args:?}");
            assert_eq!(
                run.json()["summary"]["complete"],
                true,
                "{stored:?} {args:?}"
            );
        }
    }
}

const READERS: [&[&str]; 2] = [
    &["history", ".", "--format", "json"],
    &["history", ".", "--since", "1971-01-01", "--format", "json"],
];

#[test]
fn what_is_not_what_it_is_named_as_is_never_silent() {
    let mut silent = Vec::new();
    for (name, made, good) in classes() {
        for stored in [Stored::Loose, Stored::Packed] {
            let bare = made.write(&good, stored);
            for args in READERS {
                let run = Run::new(command(bare.path(), args));
                if let Err(text) = outcome(&run) {
                    silent.push(format!("{name}, {stored:?}, {args:?}: {text}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}: {}", silent.len(), silent.join("\n"));
}

#[test]
fn a_good_copy_elsewhere_is_used() {
    let mut lost = Vec::new();
    for (name, made, good) in classes() {
        if made.objects == good.objects {
            continue;
        }
        for stored in [
            Stored::GoodInSecondPack,
            Stored::GoodInFirstPack,
            Stored::GoodLoose,
        ] {
            let bare = made.write(&good, stored);
            let run = Run::new(command(bare.path(), READERS[0]));
            if outcome(&run) != Ok("found") {
                lost.push(format!("{name}, {stored:?}: {:?}", skipped(&run.json())));
            }
        }
    }
    assert!(lost.is_empty(), "{}: {}", lost.len(), lost.join("\n"));
}

#[test]
fn commits_in_a_circle_are_said_and_what_hangs_on_them_is_read() {
    // Only false ids can make a circle.
    let (a, b) = (id_of(b"one"), id_of(b"two"));
    for (parents, packed) in [(false, true), (true, true), (false, false), (true, false)] {
        let mut made = plain().made;
        let p = plain();
        made.objects.insert(
            a,
            (
                Kind::Commit,
                commit(p.root, &[if parents { b } else { a }], 1_700_000_000, "a"),
            ),
        );
        made.objects
            .insert(b, (Kind::Commit, commit(p.root, &[a], 1_700_000_001, "b")));
        let tip = made.put(Kind::Commit, &commit(p.root, &[b], 1_700_000_002, "tip"));
        made.refs = vec![("refs/heads/main".to_owned(), tip)];
        let stored = if packed {
            Stored::Packed
        } else {
            Stored::Loose
        };
        let bare = made.write(&made, stored);
        let run = Run::new(command(bare.path(), READERS[0]));
        assert_eq!(outcome(&run), Ok("found"), "{}", run.text());
        assert_eq!(run.json()["summary"]["complete"], false);
        let run = Run::new(command(bare.path(), READERS[1]));
        assert!(outcome(&run).is_ok(), "{}", run.text());
    }
}

#[test]
fn commits_below_many_nested_tags_are_reached() {
    let p = plain();
    let mut made = p.made.clone();
    let mut at = p.first;
    for n in 0..200 {
        let kind = if n == 0 { "commit" } else { "tag" };
        at = made.put(Kind::Tag, &tag(at, kind, &format!("t{n}"), "nested"));
    }
    made.refs = vec![("refs/tags/deep".to_owned(), at)];
    let bare = made.write(&made, Stored::Packed);
    let run = Run::new(command(bare.path(), READERS[0]));
    assert_eq!(outcome(&run), Ok("found"));
    assert_eq!(skipped(&run.json()), [] as [&str; 0]);
    // Tags in a circle lead nowhere, and end.
    let (x, y) = (id_of(b"x"), id_of(b"y"));
    made.objects
        .insert(x, (Kind::Tag, tag(y, "tag", "x", "circle")));
    made.objects
        .insert(y, (Kind::Tag, tag(x, "tag", "y", "circle")));
    made.refs.push(("refs/tags/circle".to_owned(), x));
    let bare = made.write(&made, Stored::Packed);
    let run = Run::new(command(bare.path(), READERS[0]));
    assert_eq!(outcome(&run), Ok("found"));
}

#[test]
fn values_that_nothing_reaches_are_counted() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing");
    dir.commit("one");
    dir.write("b.env", line(7));
    dir.commit("two");
    dir.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let words = "1 value in objects that nothing reaches: --unreachable lists it";
    dir.run(&["history"]).ends(0).says(words);
    dir.run(&["history", "--format", "markdown"])
        .ends(0)
        .says(words);
    let report = dir.json(&["history"]);
    assert_eq!(report["run"]["history"]["unreached"], 1);
    assert_eq!(findings(&report).len(), 0);
    // What is listed is not counted: because it was asked for, or because it also stands elsewhere.
    let report = dir.json(&["history", "--unreachable"]);
    assert_eq!(report["run"]["history"]["unreached"], 0);
    assert_eq!(findings(&report).len(), 1);
    dir.write("c.env", line(7));
    dir.commit("three");
    let report = dir.json(&["history"]);
    assert_eq!(report["run"]["history"]["unreached"], 0);
}
