//! Names are content: what stands in paths, references, people and headers is found by every verb
//! that publishes it, said to stand there, and masked in every format.

use crate::common::{Dir, NOW, contains, findings, token};
use serde_json::Value;

/// The kinds of names that hold a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    File,
    Directory,
    Branch,
    Tag,
    AuthorName,
    AuthorAddress,
    Committer,
    Tagger,
    Encoding,
    MergeTag,
    Unknown,
}

const KINDS: [(Kind, &str); 11] = [
    (Kind::File, "in the name of a path"),
    (Kind::Directory, "in the name of a path"),
    (Kind::Branch, "in the name of a reference"),
    (Kind::Tag, "in the name of a reference"),
    (Kind::AuthorName, "in the author"),
    (Kind::AuthorAddress, "in the author"),
    (Kind::Committer, "in the committer"),
    (Kind::Tagger, "in the tagger"),
    (Kind::Encoding, "in the header `encoding`"),
    (Kind::MergeTag, "in the header `mergetag`"),
    (Kind::Unknown, "in the header `x-note`"),
];

/// The verbs, and whether they see an entry of a tree, the name of a reference, a header.
const VERBS: [(&[&str], bool, bool, bool); 5] = [
    (&["scan"], true, false, false),
    (&["scan", "--index"], true, false, false),
    (&["staged"], true, false, false),
    (&["history"], true, true, true),
    (&["history", "--range", "base..v1"], true, false, true),
];

/// A commit object with the headers given, as git would write it.
fn write_commit(dir: &Dir, headers: &str) {
    let tree = dir.git(&["write-tree"]);
    let parent = dir.git(&["rev-parse", "HEAD"]);
    let person = "Ann <ann@example.org> 1790000000 +0000";
    let text = format!(
        "tree {tree}\nparent {parent}\nauthor {person}\ncommitter {person}\n{headers}\n\nmessage\n"
    );
    let args = [
        "hash-object",
        "-t",
        "commit",
        "-w",
        "--stdin",
        "--literally",
    ];
    let id = dir.git_fed(&args, text.as_bytes());
    dir.git(&["update-ref", "HEAD", &id]);
}

/// A repository whose only value stands in a name of this kind; entries of trees are left in the
/// index where `staged`.
fn repository(kind: Kind, value: &str, staged: bool) -> Dir {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("base");
    dir.git(&["branch", "base"]);
    match kind {
        Kind::File => dir.write(&format!("sub/{value}.txt"), "nothing more\n"),
        Kind::Directory => dir.write(&format!("sub/{value}/a.txt"), "nothing more\n"),
        _ => dir.write("other.md", "nothing more\n"),
    }
    dir.git(&["add", "-A"]);
    let env = match kind {
        Kind::AuthorName => vec![("GIT_AUTHOR_NAME", value.to_owned())],
        Kind::AuthorAddress => vec![("GIT_AUTHOR_EMAIL", format!("{value}@example.org"))],
        Kind::Committer => vec![("GIT_COMMITTER_NAME", value.to_owned())],
        _ => Vec::new(),
    };
    let env: Vec<(&str, &str)> = env.iter().map(|(k, v)| (*k, v.as_str())).collect();
    if !staged {
        dir.git_as(&["commit", "-q", "-m", "names"], &env);
    }
    match kind {
        Kind::Branch => {
            dir.git(&["branch", &format!("fix/{value}")]);
        }
        Kind::Tag => {
            dir.git(&["tag", value]);
        }
        Kind::Tagger => {
            let env = [("GIT_COMMITTER_NAME", value)];
            dir.git_as(&["tag", "-a", "-m", "a tag", "v1"], &env);
        }
        Kind::Encoding => write_commit(&dir, &format!("encoding {value}")),
        Kind::MergeTag => {
            let id = dir.git(&["rev-parse", "HEAD"]);
            let tag = format!(
                "mergetag object {id}\n type commit\n tag v1\n tagger T <t@example.org> 1 +0000\n \n {value}"
            );
            write_commit(&dir, &tag);
        }
        Kind::Unknown => write_commit(&dir, &format!("x-note see {value} there")),
        _ => {}
    }
    if kind != Kind::Tagger {
        dir.git(&["tag", "v1"]);
    }
    dir
}

/// What a report says of each place of a name.
fn said(report: &Value) -> Vec<String> {
    let places = findings(report)
        .iter()
        .flat_map(|finding| finding["places"].as_array().expect("places"));
    places
        .map(|place| place["name"].as_str().unwrap_or("-").to_owned())
        .collect()
}

#[test]
fn a_value_in_a_name_is_found_by_every_verb_that_publishes_it() {
    for (number, (kind, words)) in KINDS.iter().enumerate() {
        let value = token(700 + number as u64);
        let in_tree = matches!(kind, Kind::File | Kind::Directory);
        let in_reference = matches!(kind, Kind::Branch | Kind::Tag);
        let dirs = [
            repository(*kind, &value, false),
            repository(*kind, &value, in_tree),
        ];
        for (verb, trees, references, headers) in VERBS {
            let dir = &dirs[usize::from(verb == ["staged"])];
            let report = dir.json(verb);
            let seen = match (in_tree, in_reference) {
                (true, _) => trees,
                (_, true) => references,
                _ => headers,
            };
            let expected: &[&str] = if seen { &[*words] } else { &[] };
            assert_eq!(said(&report), expected, "{kind:?} {verb:?}: {report}");
            assert!(!report.to_string().contains(&value), "{kind:?} {verb:?}");
        }
    }
}

#[test]
fn a_name_in_a_history_has_its_path_and_the_commit_that_brought_it() {
    for (number, kind) in [Kind::File, Kind::Directory].into_iter().enumerate() {
        let dir = repository(kind, &token(730 + number as u64), false);
        let range: &[&str] = &["history", "--range", "base..HEAD"];
        for verb in [&["history"], range] {
            let report = dir.json(verb);
            let place = &findings(&report)[0]["places"][0];
            let path = place["path"].as_str().expect("a path");
            assert!(path.starts_with("sub/"), "{kind:?} {verb:?}: {path}");
            assert_eq!(place["introduced"]["subject"], "names", "{kind:?} {verb:?}");
        }
        let place = &findings(&dir.json(&["history"]))[0]["places"][0].clone();
        assert_eq!(place["at_head"], true);
    }
}

#[test]
fn a_value_in_a_name_is_masked_in_every_format() {
    for (number, (kind, _)) in KINDS.iter().enumerate() {
        let value = token(760 + number as u64);
        let dir = repository(*kind, &value, false);
        for format in crate::common::formats() {
            let run = dir.run(&["history", "--format", format, "--now", NOW]);
            let all = format!("{}{}", run.text(), run.errors());
            assert!(
                !contains(all.as_bytes(), value.as_bytes()),
                "{kind:?} {format}"
            );
            assert!(all.contains("github"), "{kind:?} {format}: {all}");
        }
    }
}

#[test]
fn a_push_is_held_by_the_name_of_a_new_reference() {
    let value = token(790);
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("base");
    let base = dir.git(&["rev-parse", "HEAD"]);
    dir.write("readme.md", "nothing more\n");
    dir.commit("more");
    let head = dir.git(&["rev-parse", "HEAD"]);
    let push = |remote: &str| {
        let line = format!("refs/heads/x {head} refs/heads/{value} {remote}\n");
        dir.feed(
            &["hook", "--stage", "pre-push", "origin", "url"],
            line.as_bytes(),
        )
    };
    let run = push(&"0".repeat(40));
    run.ends(1);
    let all = format!("{}{}", run.text(), run.errors());
    assert!(all.contains("in the name of a reference"), "{all}");
    assert!(!all.contains(&value));
    // The remote has the name already.
    push(&base).ends(0);
}
