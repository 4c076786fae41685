//! A path that becomes something else under the same id: a submodule's commit may be written with
//! the id of a file's content, a link's target may become the content of a file.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::common::{Dir, Run, findings, line, token};

/// What stands at the path: the mode as the tree writes it, which object, and which of the two
/// values git shows there.
const STATES: &[(&str, Object, &[u64])] = &[
    ("", Object::Nothing, &[]),
    ("160000", Object::Blob, &[]),
    ("160755", Object::Tree, &[]),
    ("100644", Object::Blob, &[1]),
    ("100755", Object::Blob, &[1]),
    ("100664", Object::Blob, &[1]),
    ("0100600", Object::Blob, &[1]),
    ("120000", Object::Blob, &[1]),
    ("0120777", Object::Blob, &[1]),
    ("40000", Object::Tree, &[2]),
    ("0040755", Object::Tree, &[2]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Object {
    Nothing,
    Blob,
    Tree,
}

/// Writes a tree with just these entries, whatever git thinks of them.
fn tree(dir: &Dir, entries: &[(&str, &str, &str)]) -> String {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        bytes.extend(
            (0..id.len() / 2).map(|i| {
                u8::from_str_radix(&id[2 * i..2 * i + 2], 16).expect("an id is hexadecimal")
            }),
        );
    }
    let args = ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"];
    dir.git_fed(&args, &bytes)
}

fn blob(dir: &Dir, bytes: &[u8]) -> String {
    dir.git_fed(&["hash-object", "-w", "--stdin"], bytes)
}

/// A commit of a tree; its parents come first.
fn commit(dir: &Dir, tree: &str, parents: &[&str]) -> String {
    let mut args = vec!["commit-tree", tree, "-m", "a commit"];
    args.extend(parents.iter().flat_map(|parent| ["-p", parent]));
    dir.git(&args)
}

/// The values of a report, by their number.
fn values(report: &Value) -> BTreeSet<u64> {
    let tokens = [token(1), token(2)];
    findings(report)
        .iter()
        .map(|finding| {
            let value = finding["value"].as_str().expect("shown");
            let at = tokens.iter().position(|token| token == value);
            at.expect("one of the two") as u64 + 1
        })
        .collect()
}

#[test]
fn what_the_second_state_of_a_path_brings_is_found_whatever_the_first_was() {
    let dir = Dir::repo();
    let content = blob(&dir, line(1).as_bytes());
    let inner = blob(&dir, line(2).as_bytes());
    let readme = blob(&dir, b"nothing\n");
    let below = tree(&dir, &[("100644", "inner.env", &inner)]);
    let commits: Vec<String> = STATES
        .iter()
        .map(|(mode, object, _)| {
            let id = match object {
                Object::Tree => &below,
                _ => &content,
            };
            let mut entries = vec![("100644", "readme.md", readme.as_str())];
            if *object != Object::Nothing {
                entries.push((mode, "thing", id));
            }
            commit(&dir, &tree(&dir, &entries), &[])
        })
        .collect();
    let name = |state: &(&str, Object, &[u64])| match state.1 {
        Object::Nothing => "nothing".to_owned(),
        Object::Blob => format!("{} of a file's content", state.0),
        Object::Tree => format!("{} of a directory", state.0),
    };
    for (first, before) in STATES.iter().zip(&commits) {
        for (second, after) in STATES.iter().zip(&commits) {
            let pair = format!("{}, then {}", name(first), name(second));
            let old: BTreeSet<u64> = first.2.iter().copied().collect();
            let new: BTreeSet<u64> = second.2.iter().copied().collect();
            let expected: BTreeSet<u64> = new.difference(&old).copied().collect();
            let tip = commit(&dir, &format!("{after}^{{tree}}"), &[before]);

            let text = format!("{before}..{tip}");
            let report = dir.json(&["history", "--range", &text, "--show-secrets"]);
            assert_eq!(values(&report), expected, "range: {pair}");
            assert_eq!(
                report["skipped"].as_array().map(Vec::len),
                Some(0),
                "{pair}"
            );

            let pushed = format!("refs/heads/x {tip} refs/heads/x {before}\n");
            let run = dir.feed(&["hook", "--stage", "pre-push"], pushed.as_bytes());
            run.ends(i32::from(!expected.is_empty()));

            dir.git(&["update-ref", "HEAD", before]);
            dir.git(&["read-tree", &tip]);
            // What is staged can still be called back, so that content is looked at there which git
            // would take for a submodule.
            let as_submodule = second.0 == "160000" && first.0 != "160000";
            let expected: BTreeSet<u64> = match as_submodule {
                true => [1]
                    .into_iter()
                    .filter(|value| !old.contains(value))
                    .collect(),
                false => expected,
            };
            let report = dir.json(&["staged", "--show-secrets"]);
            assert_eq!(values(&report), expected, "staged: {pair}");
        }
    }
}

#[test]
fn a_pull_request_of_two_commits_does_not_hide_a_file_behind_a_submodule() {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("base");
    let id = blob(&dir, line(1).as_bytes());
    for (mode, subject) in [("160000", "a submodule"), ("100644", "a file")] {
        let entry = format!("{mode},{id},config.env");
        dir.git(&["update-index", "--add", "--cacheinfo", &entry]);
        dir.git(&["commit", "-q", "-m", subject]);
    }
    for text in ["HEAD~2..HEAD", "HEAD~2...HEAD", "HEAD~1..HEAD"] {
        let run: Run = dir.run(&["history", "--range", text]);
        run.ends(1).says("config.env:1:14");
    }
}

#[test]
fn a_link_with_the_content_of_a_key_store_is_none_until_it_is_a_file() {
    let dir = Dir::repo();
    let store: Vec<u8> = [0x30, 0x82].into_iter().chain(0..200).collect();
    let id = blob(&dir, &store);
    let commits: Vec<String> = ["120000", "100644"]
        .iter()
        .map(|mode| {
            let tree = tree(&dir, &[(mode, "store.p12", &id)]);
            commit(&dir, &tree, &[])
        })
        .collect();
    let count = |from: &str, to: &str| {
        let tip = commit(&dir, &format!("{to}^{{tree}}"), &[from]);
        let text = format!("{from}..{tip}");
        let args = ["history", "--range", &text, "--min-confidence", "low"];
        let in_range = findings(&dir.json(&args)).len();
        dir.git(&["update-ref", "HEAD", from]);
        dir.git(&["read-tree", &tip]);
        let args = [
            "staged",
            "--min-confidence",
            "low",
            "--min-severity",
            "info",
        ];
        (in_range, findings(&dir.json(&args)).len())
    };
    let [link, file] = &commits[..] else {
        panic!("two commits");
    };
    assert_eq!(count(link, file), (1, 1), "a file is a key store");
    assert_eq!(count(file, link), (0, 0), "a link is none");
}

#[test]
fn a_submodule_with_the_id_of_a_file_is_read_where_it_is_staged() {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("base");
    let id = blob(&dir, line(1).as_bytes());
    let entry = format!("160000,{id},config.env");
    dir.git(&["update-index", "--add", "--cacheinfo", &entry]);
    for verb in [
        &["staged"][..],
        &["scan", "--index"],
        &["hook", "--stage", "pre-commit"],
    ] {
        dir.run(verb).ends(1).says("config.env:1:14");
    }
    // A commit of another repository is none of ours.
    let other = "1".repeat(40);
    let entry = format!("160000,{other},config.env");
    dir.git(&["update-index", "--add", "--cacheinfo", &entry]);
    dir.run(&["staged"]).ends(0);
}

#[test]
fn every_stage_of_a_conflict_is_looked_at() {
    let dir = Dir::repo();
    dir.write("a.env", "nothing\n");
    dir.commit("base");
    let head = dir.git(&["rev-parse", "HEAD:a.env"]);
    let plain = blob(&dir, b"nothing else\n");
    let leak = blob(&dir, line(1).as_bytes());
    for stage in 1..=3 {
        let entry = |at: u32| {
            let id = match at {
                at if at == stage => &leak,
                2 => &head,
                _ => &plain,
            };
            format!("100644 {id} {at}\ta.env\n")
        };
        let zero = "0".repeat(40);
        let text = format!("0 {zero}\ta.env\n{}{}{}", entry(1), entry(2), entry(3));
        dir.git_fed(&["update-index", "--index-info"], text.as_bytes());
        for verb in [
            &["staged"][..],
            &["scan", "--index"],
            &["hook", "--stage", "pre-commit"],
        ] {
            let run: Run = dir.run(verb);
            assert_eq!(
                run.status,
                Some(1),
                "stage {stage}, {verb:?}: {}",
                run.text()
            );
            assert!(run.text().contains("a.env:1:14"), "stage {stage}, {verb:?}");
        }
    }
}

#[test]
fn the_path_of_a_submodule_is_content_wherever_it_is_new() {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("base");
    let entry = format!("160000,{},deps/{}", "1".repeat(40), token(1));
    dir.git(&["update-index", "--add", "--cacheinfo", &entry]);
    dir.run(&["staged"]).ends(1);
    dir.run(&["scan", "--index"]).ends(1);
    dir.git(&["commit", "-qm", "submodule"]);
    dir.run(&["history", "--range", "HEAD~1..HEAD"]).ends(1);
    dir.run(&["history"]).ends(1);
}

#[test]
fn a_few_trees_at_very_many_paths_are_named_and_end() {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("base");
    let leaf = blob(&dir, b"nothing\n");
    let mut top = tree(&dir, &[("100644", "file", &leaf)]);
    // Ten to the power of nine paths.
    for _ in 0..9 {
        let names: Vec<String> = (0..10).map(|n| format!("d{n}")).collect();
        let entries = names
            .iter()
            .map(|name| ("40000", name.as_str(), top.as_str()));
        top = tree(&dir, &entries.collect::<Vec<_>>());
    }
    let base = dir.git(&["rev-parse", "HEAD"]);
    let bomb = commit(&dir, &top, &[&base]);
    let range = format!("{base}..{bomb}");
    dir.run(&["history", "--range", &range])
        .ends(2)
        .says("more paths changed than can be listed");
    dir.git(&["update-ref", "refs/heads/main", &bomb]);
    dir.git(&["read-tree", &base]);
    dir.run(&["staged"])
        .ends(2)
        .says("more paths changed than can be listed");
}
