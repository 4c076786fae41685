//! History against git itself as the oracle: what is visited, and where content is attributed.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod bombs;
mod damage;
mod kinds;
mod oracle;
pub mod pack;
mod reach;
mod reflog;
mod thin;
mod trees;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use keysweep::finding::{Oid, Origin, Reason};
use keysweep::source::{
    Attributed, Attribution, Blob, Carrier, Control, History, HistoryOptions, Inherit, Visit,
    decode_only, open_and_scan,
};

use crate::common::{Dir, done, git, said};

/// Keeps all content, and checks on the way that inherited copies are what they say.
#[derive(Default)]
struct Keep(Mutex<BTreeMap<Origin, Vec<u8>>>, Mutex<u64>);

impl Visit for Keep {
    type State = Vec<u8>;

    fn blob(&self, blob: Blob<'_>, parent: Option<Inherit<'_, Vec<u8>>>) -> Vec<u8> {
        if let Some(parent) = parent {
            assert_eq!(parent.base_len, parent.state.len());
            let mut at = 0;
            for copy in parent.copies {
                assert!(copy.dst >= at && copy.len > 0);
                at = copy.dst + copy.len;
                assert_eq!(
                    parent.state[copy.src..copy.src + copy.len],
                    blob.bytes[copy.dst..at]
                );
                *self.1.lock().unwrap() += 1;
            }
        }
        let old = self
            .0
            .lock()
            .unwrap()
            .insert(blob.origin.clone(), blob.bytes.to_vec());
        assert!(old.is_none(), "visited twice: {:?}", blob.origin);
        blob.bytes.to_vec()
    }
}

struct Repo(Dir, std::path::PathBuf);

impl Repo {
    fn new(args: &[&str]) -> Self {
        let dir = Dir::new();
        dir.git(&[&["init", "-q", "-b", "main"], args].concat());
        let path = dir.path();
        Repo(dir, path)
    }

    fn path(&self) -> &Path {
        &self.1
    }

    fn git(&self, args: &[&str]) -> String {
        self.0.git(args)
    }

    fn git_in(&self, dir: &Path, args: &[&str], input: &[u8]) -> String {
        let mut command = self.0.git_command(args);
        command.current_dir(dir);
        said(command, input)
    }

    fn write(&self, path: &str, text: &str) {
        self.0.write(path, text);
    }

    fn commit(&self, path: &str, text: &str, subject: &str) -> String {
        self.write(path, text);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", subject]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn options(&self) -> HistoryOptions {
        options(self.path())
    }

    /// All blobs and their content, as git lists them.
    fn blobs(&self, dir: &Path) -> BTreeMap<String, Vec<u8>> {
        let list = self.git_in(
            dir,
            &["cat-file", "--batch-all-objects", "--batch-check"],
            &[],
        );
        list.lines()
            .filter_map(|line| {
                let mut words = line.split(' ');
                let (oid, kind) = (words.next()?, words.next()?);
                (kind == "blob").then(|| {
                    let out = git(dir, &["cat-file", "blob", oid]).output().unwrap();
                    (oid.to_owned(), out.stdout)
                })
            })
            .collect()
    }
}

fn options(path: &Path) -> HistoryOptions {
    HistoryOptions {
        path: path.to_owned(),
        threads: 1,
        ..HistoryOptions::default()
    }
}

/// Ends, and keeps what it visited.
fn scan(options: &HistoryOptions) -> (History, BTreeMap<Origin, Vec<u8>>) {
    let options = options.clone();
    done(move || {
        let keep = Keep::default();
        let history = open_and_scan(&options, &keep, &Control::default()).unwrap();
        (history, keep.0.into_inner().unwrap())
    })
}

fn visited_blobs(seen: &BTreeMap<Origin, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    seen.iter()
        .filter_map(|(origin, bytes)| match origin {
            Origin::Blob(oid) => Some((oid.to_string(), bytes.clone())),
            _ => None,
        })
        .collect()
}

/// Scans for a word as if it were credential 0, with one and with two threads.
fn trace(options: &HistoryOptions, word: &str) -> (History, Attribution) {
    let run = |threads| {
        let options = HistoryOptions {
            threads,
            ..options.clone()
        };
        let (history, seen) = scan(&options);
        let carriers: Vec<Carrier> = seen
            .iter()
            .filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(word))
            .map(|(origin, _)| Carrier {
                origin: origin.clone(),
                credential: 0,
            })
            .collect();
        let attribution = history.attribute(&carriers, &Control::default());
        (history, seen, attribution)
    };
    let (history, seen, attribution) = run(1);
    let (other, seen2, attribution2) = run(2);
    assert_eq!(seen, seen2);
    assert_eq!(attribution, attribution2);
    assert_eq!(history.skipped, other.skipped);
    (history, attribution)
}

fn place<'a>(a: &'a Attribution, path: &str) -> &'a Attributed {
    a.places
        .iter()
        .find(|p| p.path.0 == path.as_bytes())
        .unwrap_or_else(|| panic!("no place {path} in {:?}", a.places))
}

fn by(place: &Attributed) -> String {
    place
        .introduced
        .as_ref()
        .map(|i| i.commit.id.to_string())
        .unwrap_or_default()
}

/// Text long enough that git stores versions of it as deltas.
fn long(seed: u32, extra: &str) -> String {
    let mut out = String::new();
    for i in 0..400 {
        out.push_str(&format!("line {i} of {}\n", seed.wrapping_mul(i + 7)));
        if i == 200 {
            out.push_str(extra);
            out.push('\n');
        }
    }
    out
}

fn grown(args: &[&str]) -> Repo {
    let repo = Repo::new(args);
    for i in 0..12 {
        repo.commit("a/b/file.txt", &long(1, &format!("version {i}")), "edit");
        repo.commit(&format!("dir{i}/x"), &long(i, "x"), "add");
    }
    repo
}

/// Calls `check` for each way in which git may keep the objects of a [`grown`] repository.
fn stored_in_every_way(repo: &Repo, check: impl Fn(&str)) {
    check("loose");
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    check("one pack");
    repo.commit("a/b/file.txt", &long(1, "one more"), "edit");
    repo.git(&["repack", "-q", "-d"]);
    repo.commit("a/b/file.txt", &long(1, "loose again"), "edit");
    check("two packs and loose");
    repo.git(&["repack", "-q", "-a", "-f"]);
    check("everything twice");
}

const WORD: &str = "WANTEDVALUE";

#[test]
fn visits_what_git_lists_loose_packed_and_in_several_packs() {
    let repo = grown(&[]);
    let check = |what: &str| {
        for threads in [1, 2] {
            let (history, seen) = scan(&HistoryOptions {
                threads,
                ..repo.options()
            });
            assert_eq!(history.skipped, [], "{what}");
            assert_eq!(visited_blobs(&seen), repo.blobs(repo.path()), "{what}");
        }
    };
    stored_in_every_way(&repo, |what| {
        check(what);
        if what == "one pack" {
            let keep = Keep::default();
            open_and_scan(&repo.options(), &keep, &Control::default()).unwrap();
            assert!(*keep.1.lock().unwrap() > 0, "deltas hand down copies");
        }
    });
    let small = HistoryOptions {
        delta_budget: 1,
        ..repo.options()
    };
    let (_, seen) = scan(&small);
    assert_eq!(visited_blobs(&seen), repo.blobs(repo.path()), "no budget");
    let (objects, _) = decode_only(&repo.options(), &Control::default()).unwrap();
    assert!(objects > 0);
}

#[test]
fn sha256_bare_worktree_and_subdirectory() {
    let repo = grown(&["--object-format=sha256"]);
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    let (history, seen) = scan(&repo.options());
    assert_eq!(history.skipped, []);
    let all = repo.blobs(repo.path());
    assert_eq!(visited_blobs(&seen), all);
    assert_eq!(history.info.commits, 24);
    let (_, seen) = scan(&options(&repo.path().join("a/b")));
    assert_eq!(visited_blobs(&seen), all);
    let side = tempfile::tempdir().unwrap();
    let bare = side.path().join("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let (_, seen) = scan(&options(&bare));
    assert_eq!(visited_blobs(&seen), all);
    let tree = side.path().join("tree");
    repo.git(&["worktree", "add", "-q", tree.to_str().unwrap()]);
    let (history, seen) = scan(&options(&tree));
    assert_eq!(history.skipped, []);
    assert_eq!(visited_blobs(&seen), all);
}

#[test]
fn rename_edit_removal_and_return() {
    let repo = Repo::new(&[]);
    repo.commit("a.txt", "nothing", "start");
    let c1 = repo.commit("a.txt", &format!("x\n{WORD}\n"), "bring it");
    repo.commit("a.txt", &format!("y\n{WORD}\n"), "edit");
    repo.git(&["mv", "a.txt", "b.txt"]);
    let c2 = repo.commit("b.txt", &format!("z\n{WORD}\n"), "rename and edit");
    repo.write(
        ".mailmap",
        "Anna Renamed <anna@example.com> <ann@example.org>\n",
    );
    let gone = repo.commit("b.txt", "clean", "remove");
    let (history, a) = trace(&repo.options(), WORD);
    assert_eq!(history.skipped, []);
    assert_eq!(a.places.len(), 2);
    assert_eq!(by(place(&a, "a.txt")), c1);
    assert_eq!(place(&a, "a.txt").versions, 2);
    assert_eq!(by(place(&a, "b.txt")), c2);
    assert!(!place(&a, "b.txt").at_head);
    let commit = &place(&a, "a.txt").introduced.as_ref().unwrap().commit;
    assert_eq!(commit.author, b"Anna Renamed");
    assert_eq!(commit.email, b"anna@example.com");
    assert_eq!(commit.subject, b"bring it");
    let t = a.timelines[0].as_ref().unwrap();
    assert_eq!(t.first.id.to_string(), c1);
    assert_eq!(t.removed.as_ref().unwrap().id.to_string(), gone);
    assert!(t.complete && !t.at_head);

    repo.git(&["revert", "--no-edit", "HEAD"]);
    let (_, a) = trace(&repo.options(), WORD);
    let b = place(&a, "b.txt");
    assert!(b.at_head);
    assert_eq!(by(b), c2);
    assert_eq!(b.introduced.as_ref().unwrap().times, 2);
    let t = a.timelines[0].as_ref().unwrap();
    assert!(t.at_head && t.removed.is_none());
}

#[test]
fn merges_roots_and_cherry_picks() {
    let repo = Repo::new(&[]);
    repo.commit("f", "base", "base");
    repo.git(&["checkout", "-q", "-b", "side"]);
    let side = repo.commit("s", WORD, "side brings it");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit("g", "main", "main goes on");
    repo.git(&["merge", "-q", "--no-edit", "side"]);
    repo.git(&["checkout", "-q", "-b", "other", "main~1"]);
    repo.commit("h", "more", "other");
    let pick = {
        repo.git(&["cherry-pick", &side]);
        repo.git(&["rev-parse", "HEAD"])
    };
    repo.git(&["checkout", "-q", "main"]);
    let (_, a) = trace(&repo.options(), WORD);
    let s = place(&a, "s");
    assert_eq!(by(s), side);
    assert_ne!(by(s), pick);
    assert_eq!(s.introduced.as_ref().unwrap().times, 2);
    assert!(s.at_head);

    // An evil merge: content that no parent has.
    let evil = "EVILVALUE";
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "other"]);
    repo.write("evil", evil);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "merge"]);
    let merge = repo.git(&["rev-parse", "HEAD"]);
    let (_, a) = trace(&repo.options(), evil);
    assert_eq!(by(place(&a, "evil")), merge);

    // A second root, and an octopus that joins three.
    repo.git(&["checkout", "-q", "--orphan", "root2"]);
    repo.git(&["rm", "-rfq", "."]);
    let root = repo.commit("r", "ROOTVALUE", "second root");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["checkout", "-q", "-b", "o1"]);
    repo.commit("o1", "OCTOVALUE", "o1");
    repo.git(&["checkout", "-q", "-b", "o2", "main"]);
    let o2 = repo.commit("o2", "OCTO2VALUE", "o2");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit("m", "m", "m");
    repo.git(&["merge", "-q", "--no-edit", "o1", "o2"]);
    repo.git(&[
        "merge",
        "-q",
        "--no-edit",
        "--allow-unrelated-histories",
        "root2",
    ]);
    let (_, a) = trace(&repo.options(), "ROOTVALUE");
    assert_eq!(by(place(&a, "r")), root);
    assert!(place(&a, "r").at_head);
    let (_, a) = trace(&repo.options(), "OCTO2VALUE");
    assert_eq!(by(place(&a, "o2")), o2);
    assert_eq!(place(&a, "o2").introduced.as_ref().unwrap().times, 1);
}

#[test]
fn first_commits_agree_with_find_object() {
    let repo = grown(&[]);
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    let (history, seen) = scan(&repo.options());
    for (i, (origin, _)) in seen
        .iter()
        .enumerate()
        .filter(|(_, (o, _))| matches!(o, Origin::Blob(_)))
    {
        let Origin::Blob(oid) = origin else { continue };
        let log = repo.git(&[
            "log",
            "-m",
            "--all",
            "--reverse",
            "--format=%H",
            &format!("--find-object={oid}"),
        ]);
        let carrier = Carrier {
            origin: origin.clone(),
            credential: i as u32,
        };
        let a = history.attribute(&[carrier], &Control::default());
        assert_eq!(by(&a.places[0]), log.lines().next().unwrap());
    }
}

#[test]
fn stash_note_tag_dangling_and_pull() {
    let repo = Repo::new(&[]);
    repo.commit("f", "base", "base");
    repo.write("f", "STASHVALUE");
    repo.git(&["stash", "-q"]);
    repo.write("f", "STASHSECOND");
    repo.git(&["stash", "-q"]);
    repo.git(&["notes", "add", "-m", "NOTEVALUE"]);
    repo.git(&["tag", "-a", "v1", "-m", "TAGVALUE"]);
    let tag = repo.git(&["rev-parse", "v1"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "MESSAGEVALUE"]);
    let m = repo.git(&["rev-parse", "HEAD"]);
    let blob = repo.git_in(repo.path(), &["hash-object", "-w", "--stdin"], b"DANGLING");
    repo.git(&["checkout", "-q", "-b", "pr"]);
    let p = repo.commit("p", "PULLVALUE", "pull");
    repo.git(&["update-ref", "refs/pull/1/head", &p]);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["branch", "-q", "-D", "pr"]);
    let lost = repo.commit("l", "LOSTVALUE", "lost");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);

    let reach = |word: &str| -> Vec<Option<String>> {
        let (history, a) = trace(&repo.options(), word);
        assert_eq!(history.skipped, []);
        a.places.iter().map(|p| p.reach.clone()).collect()
    };
    let named = |name: &str| vec![Some(name.to_owned())];
    assert_eq!(reach("STASHVALUE"), named("refs/stash"));
    assert_eq!(reach("STASHSECOND"), named("refs/stash"));
    assert_eq!(reach("NOTEVALUE"), named("refs/notes"));
    assert_eq!(reach("PULLVALUE"), named("refs/pull"));
    assert_eq!(reach("DANGLING"), named("unreachable"));
    assert_eq!(reach("LOSTVALUE"), named("unreachable"));
    let (_, a) = trace(&repo.options(), "LOSTVALUE");
    assert_eq!(by(place(&a, "l")), lost);
    let (_, a) = trace(&repo.options(), "DANGLING");
    assert_eq!(
        a.places[0].path.0,
        format!(".git-history/blob/{blob}").as_bytes()
    );
    let (_, a) = trace(&repo.options(), "TAGVALUE");
    assert_eq!((by(&a.places[0]), a.places[0].reach.clone()), (tag, None));
    let (history, a) = trace(&repo.options(), "MESSAGEVALUE");
    let path = format!(".git-history/{m}/message");
    assert_eq!(by(place(&a, &path)), m);
    assert!(place(&a, &path).at_head);
    let refs: BTreeSet<_> = history.info.refs.iter().map(|(k, _)| *k).collect();
    assert_eq!(
        refs,
        BTreeSet::from(["branches", "tags", "stashes", "notes", "pull-request refs"])
    );
}

#[test]
fn shallow_partial_missing_and_broken() {
    let repo = grown(&[]);
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let side = tempfile::tempdir().unwrap();
    let url = format!("file://{}", repo.path().display());
    let at = |name: &str| -> PathBuf { side.path().join(name) };
    let clone = |args: &[&str], name: &str| {
        let path = at(name);
        let mut all = vec!["clone", "-q"];
        all.extend(args);
        all.extend([url.as_str(), path.to_str().unwrap()]);
        repo.git(&all);
    };
    clone(&["--depth", "2"], "shallow");
    let (history, _) = scan(&options(&at("shallow")));
    let reasons: Vec<_> = history.skipped.iter().map(|s| s.reason).collect();
    assert_eq!(reasons, [Reason::ShallowHistory]);
    assert!(history.info.shallow);

    clone(&["--bare", "--filter=blob:none"], "partial");
    let (history, _) = scan(&options(&at("partial")));
    let partial: Vec<_> = history.skipped.iter().collect();
    assert_eq!(partial.len(), 1, "{partial:?}");
    assert_eq!(partial[0].reason, Reason::PartialClone);
    let blobs = repo.blobs(repo.path()).len();
    assert_eq!(partial[0].detail, format!("{blobs} blobs are absent"));

    let oid = repo.git(&["rev-parse", "HEAD:dir3/x"]);
    let file = repo
        .path()
        .join(".git/objects")
        .join(&oid[..2])
        .join(&oid[2..]);
    std::fs::remove_file(&file).unwrap();
    let (history, _) = scan(&repo.options());
    assert_eq!(history.skipped.len(), 1);
    assert_eq!(history.skipped[0].reason, Reason::MissingObject);
    assert_eq!(history.skipped[0].what, oid.as_bytes());

    std::fs::write(repo.path().join(".git/refs/heads/odd"), "nonsense\n").unwrap();
    let absent = "1234567890".repeat(4);
    std::fs::write(repo.path().join(".git/refs/heads/void"), absent).unwrap();
    let (history, _) = scan(&repo.options());
    let broken = history
        .skipped
        .iter()
        .filter(|s| s.reason == Reason::BrokenRef);
    assert_eq!(broken.count(), 2);
}

#[test]
fn a_damaged_byte_costs_its_object_and_children_only() {
    let repo = grown(&[]);
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    let all = repo.blobs(repo.path());
    let dir = repo.path().join(".git/objects/pack");
    let pack = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "pack"))
        .unwrap();
    let good = std::fs::read(&pack).unwrap();
    let mut perms = std::fs::metadata(&pack).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut perms, 0o644);
    std::fs::set_permissions(&pack, perms).unwrap();
    let mut damaged = 0;
    for at in (12..good.len() - 20).step_by(97) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        std::fs::write(&pack, &bad).unwrap();
        let (history, seen) = scan(&repo.options());
        let seen = visited_blobs(&seen);
        let failed: BTreeSet<_> = history
            .skipped
            .iter()
            .map(|s| String::from_utf8_lossy(&s.what).into_owned())
            .collect();
        for (oid, bytes) in &all {
            match seen.get(oid) {
                Some(found) if found == bytes => {}
                // A flipped bit in a header may make a delta fit another base of the same size.
                Some(_) => damaged += 1,
                None => assert!(failed.contains(oid), "{oid} lost without a word, byte {at}"),
            }
        }
    }
    assert!(
        damaged < 3,
        "{damaged} blobs were visited with wrong content"
    );
}

#[test]
fn what_cannot_be_read_is_an_error_and_nothing_is_said_to_be_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let keep = Keep::default();
    let error = open_and_scan(&options(empty.path()), &keep, &Control::default());
    let error = format!("{:#}", error.err().unwrap());
    assert!(error.contains("no git repository"), "{error}");

    let repo = Repo::new(&[]);
    let (history, seen) = scan(&repo.options());
    assert_eq!(history.info.nothing, Some("no commits yet"));
    assert!(seen.is_empty() && history.skipped.is_empty());

    repo.git(&["config", "core.repositoryformatversion", "1"]);
    repo.git(&["config", "extensions.refStorage", "reftable"]);
    let error = open_and_scan(&repo.options(), &keep, &Control::default());
    let error = format!("{:#}", error.err().unwrap());
    assert!(error.contains("extensions.refStorage"), "{error}");
    assert!(
        error.contains("git refs migrate --ref-format=files"),
        "{error}"
    );
}

#[test]
fn alternates_are_followed_inside_only() {
    let repo = grown(&[]);
    let side = tempfile::tempdir().unwrap();
    let borrowed = side.path().join("borrowed");
    repo.git(&["clone", "-q", "--shared", ".", borrowed.to_str().unwrap()]);
    let (history, seen) = scan(&options(&borrowed));
    assert!(visited_blobs(&seen).is_empty());
    assert!(
        history
            .skipped
            .iter()
            .any(|s| s.reason == Reason::ForeignAlternate)
    );
    let mut allowed = options(&borrowed);
    allowed.allow_alternates = vec![repo.path().to_owned()];
    let (history, seen) = scan(&allowed);
    assert_eq!(history.skipped, []);
    assert_eq!(visited_blobs(&seen), repo.blobs(repo.path()));
}

#[test]
fn oversized_objects_are_named_and_the_rest_is_read() {
    let repo = grown(&[]);
    repo.commit("big", &"0123456789abcdef".repeat(8192), "big");
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    let big: Oid = {
        let hex = repo.git(&["rev-parse", "HEAD:big"]);
        let raw: Vec<u8> = (0..20)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
            .collect();
        Oid::from_bytes(&raw)
    };
    let mut options = repo.options();
    options.max_object = 100_000;
    let (history, seen) = scan(&options);
    assert!(!seen.contains_key(&Origin::Blob(big)));
    assert_eq!(history.skipped.len(), 1);
    assert_eq!(history.skipped[0].reason, Reason::TooLarge);
    assert_eq!(
        visited_blobs(&seen).len() + 1,
        repo.blobs(repo.path()).len()
    );
}

/// Calls for the end as soon as it has seen a word.
struct Stop<'a>(Keep, &'a Control);

impl Visit for Stop<'_> {
    type State = Vec<u8>;

    fn blob(&self, blob: Blob<'_>, parent: Option<Inherit<'_, Vec<u8>>>) -> Vec<u8> {
        let state = self.0.blob(blob, parent);
        if String::from_utf8_lossy(blob.bytes).contains(WORD) {
            self.1.interrupt();
        }
        state
    }
}

fn carriers_of(seen: &BTreeMap<Origin, Vec<u8>>) -> Vec<Carrier> {
    seen.iter()
        .filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(WORD))
        .map(|(origin, _)| Carrier {
            origin: origin.clone(),
            credential: 0,
        })
        .collect()
}

#[test]
fn what_was_found_before_an_interruption_is_placed_by_its_id() {
    let repo = grown(&[]);
    repo.commit("secret.txt", WORD, WORD);
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    // During the scan: whatever was seen has a place, and nobody calls it unreachable.
    let control = Control::default();
    let visit = Stop(Keep::default(), &control);
    let history = open_and_scan(&repo.options(), &visit, &control).unwrap();
    let seen = visit.0.0.into_inner().unwrap();
    let carriers = carriers_of(&seen);
    assert!(!carriers.is_empty());
    let a = history.attribute(&carriers, &control);
    assert!(!a.whole);
    assert_eq!(a.places.len(), carriers.len());
    for (place, carrier) in a.places.iter().zip(&carriers) {
        assert_eq!(place.origin, carrier.origin);
        assert!(place.path.0.starts_with(b".git-history/"));
        assert_eq!((&place.introduced, &place.reach), (&None, &None));
    }
    assert_eq!(a.timelines, [None]);
    // Between the scan and attribution: the same, for all of them.
    let (history, seen) = scan(&repo.options());
    let carriers = carriers_of(&seen);
    assert_eq!(carriers.len(), 2, "the blob and the message");
    let stopped = history.attribute(&carriers, &control);
    assert_eq!(stopped.places.len(), 2);
    let whole = history.attribute(&carriers, &Control::default());
    assert!(whole.whole);
    assert!(place(&whole, "secret.txt").at_head);
}

#[test]
fn as_many_are_expected_as_are_visited() {
    let repo = grown(&[]);
    repo.git(&["tag", "-a", "v1", "-m", "tag"]);
    let check = |what: &str| {
        let control = Control::default();
        open_and_scan(&repo.options(), &Keep::default(), &control).unwrap();
        let read = |n: &std::sync::atomic::AtomicU64| n.load(std::sync::atomic::Ordering::Relaxed);
        assert!(read(&control.items) > 40, "{what}");
        assert_eq!(read(&control.expected), read(&control.items), "{what}");
    };
    stored_in_every_way(&repo, check);
    // A commit that is none, and an object that cannot be read.
    let odd = [
        "hash-object",
        "-w",
        "--stdin",
        "-t",
        "commit",
        "--literally",
    ];
    repo.git_in(repo.path(), &odd, b"no commit\n");
    let blob = repo.git_in(repo.path(), &["hash-object", "-w", "--stdin"], b"DAMAGED");
    let path = repo.path().join(".git/objects").join(&blob[..2]);
    let path = path.join(&blob[2..]);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "damaged").unwrap();
    check("damaged");
    let (history, _) = scan(&repo.options());
    let reasons: Vec<Reason> = history.skipped.iter().map(|s| s.reason).collect();
    assert_eq!(reasons, [Reason::CorruptObject; 2], "{:?}", history.skipped);
}

/// The index may send us anywhere into the pack; whatever stands there, nothing panics.
#[test]
fn an_index_that_points_into_the_middle_of_things() {
    let repo = Repo::new(&[]);
    repo.commit("a", &long(1, "x"), "one");
    repo.commit("a", &long(1, "y"), "two");
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    let dir = repo.path().join(".git/objects/pack");
    let file = |end: &str| {
        let mut files = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path());
        files
            .find(|p| p.extension().is_some_and(|e| e == end))
            .unwrap()
    };
    let size = std::fs::metadata(file("pack")).unwrap().len() as u32;
    let index = file("idx");
    let whole = std::fs::read(&index).unwrap();
    std::fs::remove_file(&index).unwrap();
    let objects = 6;
    let first = whole.len() - 40 - objects * 4;
    for offset in (0..600).chain(size - 600..size + 2) {
        for entry in [0, 3] {
            let mut broken = whole.clone();
            let at = first + entry * 4;
            broken[at..at + 4].copy_from_slice(&offset.to_be_bytes());
            std::fs::write(&index, &broken).unwrap();
            let (history, _) = scan(&repo.options());
            history.attribute(&[], &Control::default());
        }
    }
}
