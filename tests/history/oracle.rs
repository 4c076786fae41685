//! Packs as git writes them, with another implementation that reads packs as the oracle.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use gix::odb::pack::{data, index};

use super::pack::Bare;
use super::{Repo, grown, long, options, scan, visited_blobs};

/// Every object of a pack: kind and content, by id.
type Objects = BTreeMap<String, (String, Vec<u8>)>;

/// What gix makes of the pack, along its delta trees and checking every checksum.
fn traverse(pack: &std::path::Path, hash: gix::hash::Kind) -> Objects {
    let index = index::File::at(pack.with_extension("idx"), hash).expect("an index");
    let data = data::File::at(pack, hash).expect("a pack");
    let objects: Arc<Mutex<Objects>> = Arc::default();
    let kept = Arc::clone(&objects);
    index
        .traverse(
            &data,
            &mut gix::progress::Discard,
            &AtomicBool::new(false),
            move |kind, bytes, entry, _| {
                let object = (kind.to_string(), bytes.to_vec());
                let mut kept = kept.lock().expect("no visit panics");
                assert!(kept.insert(entry.oid.to_string(), object).is_none());
                Ok(())
            },
            index::traverse::Options {
                traversal: index::traverse::Algorithm::DeltaTreeLookup,
                thread_limit: Some(1),
                check: index::traverse::SafetyCheck::All,
                ..Default::default()
            },
        )
        .expect("git wrote it");
    std::mem::take(&mut *objects.lock().expect("no visit panics"))
}

fn packs(repo: &Repo) -> Vec<PathBuf> {
    let dir = repo.path().join(".git/objects/pack");
    let mut packs: Vec<_> = std::fs::read_dir(dir)
        .expect("readable")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "pack"))
        .collect();
    packs.sort();
    packs
}

/// The blobs that the resolver lends are those of the oracle, and so are the messages of commits
/// and tags; trees are held by what attribution finds in them.
fn same(repo: &Repo, hash: gix::hash::Kind) {
    let mut all = Objects::new();
    for pack in packs(repo) {
        all.extend(traverse(&pack, hash));
    }
    let of = |kind: &str| -> BTreeMap<String, Vec<u8>> {
        all.iter()
            .filter(|(_, (k, _))| k == kind)
            .map(|(id, (_, bytes))| (id.clone(), bytes.clone()))
            .collect()
    };
    assert!(of("tree").len() > 20 && of("commit").len() > 20);
    for (threads, budget) in [(1, 512 << 20), (2, 512 << 20), (1, 1), (2, 1)] {
        let mut options = options(repo.path());
        options.threads = threads;
        options.delta_budget = budget;
        let (history, seen) = scan(&options);
        assert_eq!(history.skipped, []);
        assert_eq!(visited_blobs(&seen), of("blob"));
        assert_eq!(history.info.commits as usize, of("commit").len());
        let messages: BTreeMap<String, Vec<u8>> = seen
            .iter()
            .filter_map(|(origin, bytes)| match origin {
                keysweep::finding::Origin::Message(oid) => Some((oid.to_string(), bytes.clone())),
                _ => None,
            })
            .collect();
        let mut whole = of("commit");
        whole.extend(of("tag"));
        assert_eq!(messages.len(), whole.len());
        for (id, message) in messages {
            assert!(whole[&id].ends_with(&message), "{id}");
            assert!(!message.is_empty());
        }
    }
}

#[test]
fn deep_delta_trees_are_read_as_gix_reads_them() {
    for (format, hash) in [
        ("sha1", gix::hash::Kind::Sha1),
        ("sha256", gix::hash::Kind::Sha256),
    ] {
        let repo = grown(&[&format!("--object-format={format}")]);
        // Long chains with branches: versions that go back to earlier ones.
        for i in 0..60u32 {
            let extra = format!("version {}\n{}", i, "x".repeat(i as usize % 7));
            repo.commit("deep.txt", &long(5 + i % 3, &extra), "a longer subject");
        }
        repo.git(&["tag", "-a", "v1", "-m", "an annotated tag"]);
        repo.git(&["tag", "-a", "v2", "v1", "-m", "a tag of a tag"]);
        repo.git(&["repack", "-q", "-adf", "--depth=50", "--window=50"]);
        assert_eq!(packs(&repo).len(), 1);
        same(&repo, hash);
        // Bases named by id instead of by distance, and several packs.
        repo.git(&[
            "-c",
            "repack.useDeltaBaseOffset=false",
            "repack",
            "-q",
            "-adf",
            "--depth=50",
            "--window=50",
        ]);
        same(&repo, hash);
        for i in 0..10u32 {
            repo.commit("deep.txt", &long(5, &format!("later {i}")), "later");
        }
        repo.git(&["repack", "-q", "-d"]);
        assert_eq!(packs(&repo).len(), 2);
        same(&repo, hash);
    }
}

#[test]
fn the_packs_of_these_tests_are_packs() {
    // What git itself says of a pack made by hand, so that the damage is the one that is meant.
    let bare = Bare::new();
    let mut pack = super::pack::Pack::new();
    let at = pack.end();
    let base = b"the base of a delta, long enough to be one".to_vec();
    let id = pack.whole(&base);
    let next = [&base[..], b"+"].concat();
    let delta = super::pack::delta(
        base.len(),
        next.len(),
        &[
            &super::pack::copy(0, base.len()),
            &super::pack::insert(b"+"),
        ],
    );
    pack.ofs_delta(super::pack::id_of(&next), at, &delta);
    let last = [&next[..], b"+"].concat();
    let delta = super::pack::delta(
        next.len(),
        last.len(),
        &[
            &super::pack::copy(0, next.len()),
            &super::pack::insert(b"+"),
        ],
    );
    pack.ref_delta(super::pack::id_of(&last), super::pack::id_of(&next), &delta);
    pack.write(&bare, "one");
    let found = traverse(
        &bare.path().join("objects/pack/pack-one.pack"),
        gix::hash::Kind::Sha1,
    );
    assert_eq!(found.len(), 3);
    assert_eq!(found[&id.to_string()], ("blob".to_owned(), base));
    let repo = Repo::new(&[]);
    let path = bare.path().join("objects/pack/pack-one.idx");
    repo.git(&["verify-pack", path.to_str().expect("text")]);
}
