//! Every finding has an id of its own, whatever reads it, and an id that fits several is no reason to guess.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::password_line;
use crate::common::{Dir, findings};

fn lines(seeds: impl IntoIterator<Item = u64>) -> String {
    seeds.into_iter().map(password_line).collect()
}

/// Ids by the line that they stand in.
fn ids(report: &Value) -> Vec<(u64, String)> {
    let mut all: Vec<(u64, String)> = findings(report)
        .iter()
        .map(|finding| {
            let line = finding["places"][0]["region"]["start_line"]
                .as_u64()
                .expect("a line");
            (
                line,
                finding["fingerprint"].as_str().expect("an id").to_owned(),
            )
        })
        .collect();
    all.sort();
    let unique: BTreeSet<_> = all.iter().map(|(_, id)| id).collect();
    assert_eq!(unique.len(), all.len(), "an id stands twice");
    all
}

#[test]
fn two_passwords_of_one_name_have_ids_of_their_own() {
    let dir = Dir::repo();
    dir.write("db.py", lines([1]));
    dir.commit("one");
    let alone = ids(&dir.json(&["scan"]))[0].1.clone();
    dir.write("db.py", lines([1, 2, 3]));
    dir.git(&["add", "-A"]);
    let whole = ids(&dir.json(&["scan"]));
    assert_eq!(whole.len(), 3);
    // What is new in the file has the ids that it has in the whole file.
    assert_eq!(ids(&dir.json(&["staged"])), whole[1..]);
    dir.commit("two");
    assert_eq!(
        ids(&dir.json(&["history", "--range", "HEAD~1..HEAD"])),
        whole[1..]
    );
    assert_eq!(ids(&dir.json(&["history"])), whole);
    assert_eq!(ids(&dir.json(&["scan", "--index"])), whole);
    // The id that the first had alone means all of them now.
    let run = dir.run(&["allow", &alone[..8]]);
    run.ends(2)
        .complains("fits 3 findings; name the one you mean by its own id:")
        .complains("db.py:2:16");
    assert!(!dir.path().join(".keysweep-baseline").exists());
    dir.fix_salt();
    for (line, id) in &whole {
        let shown = format!("{}  generic-password  db.py:{line}:16", &id[..8]);
        run.complains(&shown);
        dir.run(&["allow", &id[..8]]).ends(0).says("+ ");
        let left = 3 - *line as usize;
        assert_eq!(findings(&dir.json(&["scan"])).len(), left);
    }
}

/// The part of an entry that the baseline itself names it by.
#[test]
fn the_baseline_s_own_id_leads_to_a_list_where_it_means_several() {
    let dir = Dir::repo();
    dir.write("db.py", lines([1, 2]));
    dir.fix_salt();
    dir.run(&["baseline", "update"]).ends(0).says("2 added");
    let path = dir.path().join(".keysweep-baseline");
    let text = fs::read_to_string(&path).expect("there");
    let entry = text.lines().last().expect("an entry");
    dir.run(&["allow", &entry[..8], "--reason", "x"])
        .ends(2)
        .complains("fits 2 findings");
    assert_eq!(fs::read_to_string(&path).expect("there"), text);
}

#[test]
fn what_is_gone_has_not_the_id_of_what_is_there() {
    let dir = Dir::repo();
    for seed in 1..4 {
        dir.write("db.py", lines([seed]));
        dir.commit("next");
    }
    let now = ids(&dir.json(&["scan"]));
    let report = dir.json(&["history"]);
    let all = ids(&report);
    assert_eq!(all.len(), 3);
    assert!(all.contains(&now[0]));
    let gone: Vec<&str> = findings(&report)
        .iter()
        .filter(|finding| finding["places"][0]["at_head"] == false)
        .map(|finding| finding["fingerprint"].as_str().expect("an id"))
        .collect();
    assert_eq!(gone.len(), 2);
    dir.fix_salt();
    for id in gone {
        dir.run(&["allow", &id[..8]])
            .ends(2)
            .complains("`--history`");
        dir.run(&["allow", &id[..8], "--history"])
            .ends(0)
            .says(" in=history ");
    }
    dir.commit("known");
    assert_eq!(ids(&dir.json(&["history"])), now);
}
