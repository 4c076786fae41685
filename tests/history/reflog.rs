//! What only a reference log keeps: thrown away with a reset or an amended commit, not yet pruned.

use std::collections::BTreeMap;

use crate::common::{Dir, findings, line};

/// Path and `only_in` of every place, by the report with these arguments.
fn places(dir: &Dir, args: &[&str]) -> BTreeMap<String, String> {
    let report = dir.json(args);
    assert_eq!(report["summary"]["complete"], true);
    findings(&report)
        .iter()
        .flat_map(|finding| finding["places"].as_array().expect("places"))
        .map(|place| {
            let path = place["path"].as_str().expect("a path");
            let only = place["only_in"].as_str().unwrap_or("branches");
            (path.to_owned(), only.to_owned())
        })
        .collect()
}

fn logged(dir: &Dir, args: &[&str]) -> Option<u64> {
    let report = dir.json(args);
    let refs = report["run"]["history"]["refs"].as_array().expect("groups");
    refs.iter()
        .find(|group| group["group"] == "reflog entries")
        .map(|group| group["count"].as_u64().expect("a number"))
}

#[test]
fn it_is_shown_with_unreachable_only() {
    let dir = Dir::repo();
    dir.write("kept.env", line(1));
    dir.commit("one");
    dir.write("reset.env", line(2));
    dir.commit("two");
    dir.git(&["reset", "-q", "--hard", "HEAD~1"]);
    dir.write("amended.env", line(3));
    dir.commit("three");
    dir.git(&["rm", "-q", "amended.env"]);
    dir.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "three"]);

    let kept = BTreeMap::from([("kept.env", "branches")]);
    let all = BTreeMap::from([
        ("kept.env", "branches"),
        // What HEAD was moved away from last.
        ("reset.env", "ORIG_HEAD"),
        ("amended.env", "unreachable"),
    ]);
    let same = |found: BTreeMap<String, String>, wanted: &BTreeMap<&str, &str>, what: &str| {
        let found: BTreeMap<&str, &str> = found
            .iter()
            .map(|(path, only)| (path.as_str(), only.as_str()))
            .collect();
        assert_eq!(&found, wanted, "{what}");
    };
    same(places(&dir, &["history"]), &kept, "loose");
    same(places(&dir, &["history", "--unreachable"]), &all, "loose");
    assert_eq!(logged(&dir, &["history"]), None);
    // HEAD and the branch each log: one, two, reset, three, amended.
    assert_eq!(logged(&dir, &["history", "--unreachable"]), Some(10));

    // Git packs what the logs name like everything else.
    dir.git(&["repack", "-q", "-adf"]);
    same(places(&dir, &["history"]), &kept, "packed");
    same(places(&dir, &["history", "--unreachable"]), &all, "packed");

    // Without the logs it is still there until it is pruned.
    dir.git(&["reflog", "expire", "--expire=now", "--all"]);
    dir.git(&["repack", "-q", "-Ad"]);
    same(places(&dir, &["history"]), &kept, "expired");
    same(places(&dir, &["history", "--unreachable"]), &all, "expired");
    dir.git(&["prune", "--expire=now"]);
    same(places(&dir, &["history", "--unreachable"]), &kept, "pruned");
}
