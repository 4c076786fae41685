//! The baseline: made, kept, and what it survives.

use std::fs;

use super::password_line;
use crate::common::{Dir, NOW, expand, findings, line, token};

fn id(dir: &Dir, args: &[&str]) -> String {
    let report = dir.json(args);
    findings(&report)[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[test]
fn what_is_known_does_not_fail_and_is_counted() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("b.env", line(2));
    dir.run(&["baseline", "create"])
        .ends(0)
        .says("2 added, 0 removed, 2 in all");
    dir.run(&["scan"])
        .ends(0)
        .says("suppressed: 2 known, 2 of them high");
    dir.write("c.env", line(3));
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 1);
    assert_eq!(report["summary"]["suppressed"]["baseline"], 2);
    dir.run(&["baseline", "create"])
        .ends(2)
        .complains("is there already");
    dir.run(&["baseline", "update"])
        .ends(0)
        .says("+ ")
        .says("1 added, 0 removed, 3 in all");
    dir.run(&["scan"]).ends(0);
    dir.run(&["baseline", "update"])
        .ends(0)
        .says("0 added, 0 removed, 3 in all");
}

#[test]
fn what_is_critical_is_not_taken_in_without_a_word() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    let run = dir.run(&["baseline", "create"]);
    assert!(!run.errors().contains("critical"), "{}", run.errors());
    dir.write("b.env", expand("STRIPE_API_KEY=sk_live_{alnum:24}\n", 1));
    dir.run(&["baseline", "update"])
        .ends(0)
        .complains("critical credentials among what was found: 1.");
    let run = dir.run(&["baseline", "update"]);
    assert!(!run.errors().contains("critical"), "{}", run.errors());
}

#[test]
fn a_line_holds_no_value_no_time_and_no_line_number() {
    let dir = Dir::repo();
    let value = token(1);
    dir.write("a.env", format!("\n\n\nGITHUB_TOKEN={value}\n"));
    dir.write("b.py", password_line(2));
    dir.run(&["baseline", "create"]).ends(0);
    let text = dir.read(".keysweep-baseline");
    let secret = password_line(2);
    let secret = secret.split('"').nth(1).expect("quoted");
    assert!(!text.contains(&value[4..12]) && !text.contains(secret));
    let entries: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("salt="))
        .collect();
    assert_eq!(entries.len(), 2, "{text}");
    let mut sorted = entries.clone();
    sorted.sort_unstable();
    assert_eq!(entries, sorted);
    // The strong value by its fingerprint alone; the weak one by rule, key and eight bits.
    let strong = entries
        .iter()
        .find(|l| l.contains(" github-pat "))
        .expect("one");
    assert!(strong.ends_with(" at=a.env"), "{strong}");
    let weak = entries
        .iter()
        .find(|l| !l.contains(" github-pat "))
        .expect("one");
    let id = weak.split(' ').next().expect("an id");
    assert_eq!(id.len(), 23, "{weak}");
}

#[test]
fn renamed_moved_squashed_and_rebased_values_stay_known() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("b.py", password_line(2));
    dir.commit("one");
    dir.fix_salt();
    dir.run(&["baseline", "update"]).ends(0);
    dir.commit("baseline");
    dir.run(&["history"]).ends(0);
    fs::create_dir(dir.path().join("deep")).expect("new");
    dir.git(&["mv", "a.env", "deep/renamed.env"]);
    dir.git(&["mv", "b.py", "deep/other.py"]);
    dir.write("deep/renamed.env", format!("# moved\n\nX=1\n{}", line(1)));
    dir.write(
        "deep/other.py",
        format!("import os\n\n\n{}", password_line(2)),
    );
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 0, "{report}");
    assert_eq!(report["summary"]["suppressed"]["baseline"], 2);
    assert_eq!(
        report["summary"]["suppressed"]["unused_entries"],
        serde_json::json!([])
    );
    dir.commit("moved");
    // Another history for the same content.
    let tree = dir.git(&["write-tree"]);
    let squashed = dir.git(&["commit-tree", &tree, "-m", "squashed"]);
    dir.git(&["update-ref", "refs/heads/main", &squashed]);
    dir.run(&["history"]).ends(0).says("2 known");
    // A changed password under the same key is another finding.
    dir.write("deep/other.py", password_line(3));
    assert_eq!(findings(&dir.json(&["scan"])).len(), 1);
}

#[test]
fn entries_that_fit_nothing_are_named_and_pruned() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("b.env", line(2));
    dir.run(&["baseline", "create"]).ends(0);
    let gone = id(&dir, &["scan", "--untrusted", "b.env"]);
    fs::remove_file(dir.path().join("b.env")).expect("ours");
    dir.run(&["scan"])
        .ends(0)
        .says("1 baseline entry fits nothing: line ")
        .says(&format!("github-pat {gone}: keysweep baseline prune"));
    // A part of the tree says nothing of the rest.
    assert!(!dir.run(&["scan", "a.env"]).text().contains("fits nothing"));
    dir.run(&["baseline", "prune"])
        .ends(0)
        .says("- ")
        .says("0 added, 1 removed, 1 in all");
    assert!(!dir.run(&["scan"]).text().contains("fits nothing"));
}

#[test]
fn what_only_the_history_holds_is_known_by_itself() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    dir.write("a.env", "nothing\n");
    dir.commit("gone");
    dir.run(&["history"]).ends(1);
    dir.run(&["baseline", "create", "--history"])
        .ends(0)
        .says("1 added");
    assert!(dir.read(".keysweep-baseline").contains(" in=history "));
    dir.commit("baseline");
    dir.run(&["history"]).ends(0).says("1 known");
    // The tree does not hold it and does not miss it.
    assert!(!dir.run(&["scan"]).text().contains("fits nothing"));
    dir.run(&["baseline", "prune"]).ends(0).says("0 removed");
    dir.run(&["baseline", "prune", "--history"])
        .ends(0)
        .says("0 removed");
}

#[test]
fn allow_writes_the_entry_and_shows_it() {
    let dir = Dir::repo();
    dir.write("src/a.env", line(1));
    dir.write("lib/a.env", line(2));
    let id = id(&dir, &["scan", "src"]);
    dir.run(&[
        "allow",
        &id,
        "--reason",
        "rotated, waiting for the deploy",
        "--until",
        "2026-12-31",
        "--now",
        NOW,
    ])
    .ends(0)
    .says(&format!("+ {id}"))
    .says("until=2026-12-31 at=src/a.env reason=rotated, waiting for the deploy");
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 1);
    assert_eq!(report["suppressed"][0]["suppressed"]["until"], "2026-12-31");
    // Again with another date: the line is replaced, the reason stays.
    dir.run(&["allow", &id, "--until", "2027-01-31", "--now", NOW])
        .ends(0)
        .says("- ")
        .says("+ ")
        .says("reason=rotated");
    dir.run(&["allow", &id, "--now", NOW])
        .ends(0)
        .says("nothing changes");
    dir.run(&["allow", "01234567"])
        .ends(2)
        .complains("has the id 01234567");
    dir.run(&["allow", "x"])
        .ends(2)
        .complains("8 hexadecimal digits");
    dir.run(&["allow", &id, "--until", "2020-01-01"])
        .ends(2)
        .complains("is past");
}

#[test]
fn an_entry_past_its_date_hides_nothing_and_is_said() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    let id = id(&dir, &["scan"]);
    dir.run(&["allow", &id, "--until", "2026-11-24", "--now", NOW])
        .ends(0);
    dir.run(&["scan", "--now", "2026-11-24T23:59:59Z"]).ends(0);
    dir.run(&["scan", "--now", "2026-11-25"])
        .ends(1)
        .says("1 baseline entry past its date, hides nothing: line ")
        .says(&format!("github-pat {id}"));
    // An update does not look away, a prune tidies up.
    dir.run(&["baseline", "update", "--now", "2026-11-25"])
        .ends(0)
        .says("0 added, 0 removed")
        .complains("1 past their dates are not added again");
    dir.run(&["baseline", "prune", "--now", "2026-11-25"])
        .ends(0)
        .says("1 removed");
}

#[test]
fn an_entry_can_be_limited_to_paths() {
    let dir = Dir::repo();
    dir.write("tests/a.env", line(1));
    let id = id(&dir, &["scan"]);
    dir.run(&["allow", &id, "--path", "tests/**"])
        .ends(0)
        .says("path=tests/**");
    dir.run(&["scan"]).ends(0);
    dir.write("src/a.env", line(1));
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 1);
    assert_eq!(findings(&report)[0]["places"][0]["path"], "src/a.env");
}

#[test]
fn allow_last_takes_what_the_hook_failed_on() {
    let dir = Dir::repo();
    dir.write("old.env", line(1));
    dir.commit("one");
    dir.run(&["allow", "--last"])
        .ends(2)
        .complains("no hook and no `staged` failed here");
    dir.write("a.env", line(2));
    dir.write("b.env", line(3));
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(1);
    let kept = dir.path().join(".git/keysweep/last");
    let ids = fs::read_to_string(&kept).expect("kept");
    assert_eq!(ids.lines().count(), 2);
    assert!(
        ids.lines()
            .all(|l| l.len() == 20 && l.bytes().all(|b| b.is_ascii_hexdigit()))
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&kept).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    dir.run(&["allow", "--last", "--reason", "made up for a test"])
        .ends(0);
    assert_eq!(
        dir.read(".keysweep-baseline")
            .matches("reason=made up for a test")
            .count(),
        2
    );
    // The index is judged by its own baseline.
    dir.run(&["staged"]).ends(1);
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(0).says("2 new suppressions here");
    dir.run(&["scan"]).ends(1).says("1 result fails");
}

#[test]
fn a_baseline_is_no_finding_itself() {
    let dir = Dir::new();
    let ids: Vec<String> = keysweep::builtin::set()
        .rules
        .iter()
        .map(|rule| rule.id.to_string())
        .collect();
    let mut text = String::from("salt=a3c1f09b77e24d5880b6d2914ce5fa13\n");
    for (n, id) in ids.iter().enumerate() {
        let hash = keysweep::secret::Fingerprint::of_strong(id.as_bytes());
        text += &format!(
            "{hash} {id} at=src/config.py\n{hash}:{:02x} {id}\n",
            n % 256
        );
        text += &format!("{hash} {id} until=2027-01-01 reason=an old password, gone\n");
    }
    // Under another name, so that it is content and not policy.
    dir.write("known.txt", &text);
    let report = dir.json(&["scan", "--min-confidence", "low", "--min-severity", "info"]);
    let found: Vec<String> = crate::common::places(&report);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_password_past_its_date_is_renewed_by_either_id() {
    let dir = Dir::repo();
    dir.write("db.conf", "DB_PASSWORD = \"Tq7#vLp29x\"\n");
    dir.run(&["baseline", "create"])
        .ends(0)
        .complains("merge=union");
    let path = dir.path().join(".keysweep-baseline");
    let text = std::fs::read_to_string(&path).expect("there");
    let entry = text.lines().last().expect("an entry");
    let past = text.replace("generic-password", "generic-password until=2020-01-01");
    // A report names the entry by the baseline's own id, the finding by another.
    let id = dir.json(&["scan", "--untrusted"])["findings"][0]["id"].clone();
    let id = id.as_str().expect("an id").to_owned();
    assert!(!entry.starts_with(&id));
    for id in [&entry[..8], &id] {
        std::fs::write(&path, &past).expect("written");
        dir.run(&["scan"]).ends(1).says(&entry[..8]);
        dir.run(&["allow", id, "--until", "2999-01-31"])
            .ends(0)
            .says("until=2999-01-31");
        dir.run(&["scan"]).ends(0).says("1 known");
    }
}
