//! Which file holds, and `config show`.

use crate::common::{Dir, Run, command, findings, line, token};

const OFF: &str = "[rules]\ndisable = [\"github-pat\"]\n";

#[test]
fn the_nearest_one_up_to_the_repository_holds() {
    let outer = Dir::new();
    outer.write("keysweep.toml", "[scan]\nexclude = [\"*\"]\n");
    outer.write("repo/a/b/c.env", line(1));
    outer.write("repo/keysweep.toml", "[report]\nmin-severity = \"low\"\n");
    outer.git(&["init", "-q", "repo"]);
    let scan = |path: &str| outer.json(&["scan", path]);
    let file = |report: &serde_json::Value| report["run"]["configuration"]["file"].clone();

    let report = scan("repo/a/b");
    assert_eq!(findings(&report).len(), 1, "the one outside is not asked");
    assert_eq!(file(&report), "keysweep.toml");
    outer.write("repo/a/keysweep.toml", OFF);
    for path in ["repo/a/b", "repo/a", "repo/a/b/c.env"] {
        let report = scan(path);
        assert_eq!(findings(&report).len(), 0, "{path}");
        assert_eq!(file(&report), "a/keysweep.toml");
    }
    assert_eq!(
        findings(&scan("repo")).len(),
        1,
        "a lower one does not speak for all"
    );
    // Two places have what holds both in common.
    outer.write("repo/d/e.txt", "nothing\n");
    let both = outer.json(&["scan", "repo/a/b", "repo/d"]);
    assert_eq!(file(&both), "keysweep.toml");
}

#[test]
fn outside_a_repository_it_stands_in_what_is_scanned() {
    let dir = Dir::new();
    dir.write("keysweep.toml", OFF);
    dir.write("sub/a.env", line(1));
    assert_eq!(findings(&dir.json(&["scan", "."])).len(), 0);
    assert_eq!(findings(&dir.json(&["scan", "sub"])).len(), 1);
}

#[test]
fn the_user_names_another_one_or_none() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", OFF);
    dir.write("a.env", line(1));
    dir.commit("one");
    let mine = dir.outside("mine.toml");
    std::fs::write(&mine, "[report]\nmin-severity = \"critical\"\n").expect("written");
    let mine = mine.to_str().expect("plain");
    for verb in [&["scan"][..], &["history"], &["scan", "--index"]] {
        let with = |more: &[&str]| dir.json(&[verb, more].concat());
        assert_eq!(findings(&with(&[])).len(), 0, "{verb:?}");
        assert_eq!(findings(&with(&["--no-config"])).len(), 1, "{verb:?}");
        assert_eq!(findings(&with(&["--untrusted"])).len(), 1, "{verb:?}");
        let report = with(&["--config", mine]);
        assert_eq!(findings(&report).len(), 0, "{verb:?}");
        assert_eq!(report["summary"]["hidden"]["total"], 1, "{verb:?}");
        // What the user decides is not told as the repository's doing.
        assert_eq!(report["run"]["configuration"]["hidden"], 0, "{verb:?}");
        let report = with(&["--config", mine, "--untrusted"]);
        assert_eq!(report["summary"]["hidden"]["total"], 1, "{verb:?}");
    }
    dir.run(&["scan", "--config", mine, "--no-config"]).ends(2);
    dir.run(&["scan", "--config", "not-there.toml"])
        .ends(2)
        .complains("the configuration not-there.toml cannot be read");
}

#[test]
fn a_users_file_hides_even_where_nothing_is_trusted() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    let mine = dir.outside("mine.toml");
    std::fs::write(&mine, OFF).expect("written");
    let mine = mine.to_str().expect("plain");
    let report = dir.json(&["scan", "--untrusted", "--config", mine]);
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["summary"]["suppressed"]["configuration"], 1);
}

#[test]
fn a_stream_goes_by_the_one_where_the_user_stands() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", OFF);
    let run = dir.feed(&["scan", "-"], line(1).as_bytes());
    run.ends(0).says("suppressed: 1 by the configuration");
}

#[test]
fn show_says_where_each_value_comes_from() {
    let dir = Dir::repo();
    dir.write(
        "keysweep.toml",
        "[limits]\narchive-depth = 2\n\n[scan]\nexclude = [\n  \"vendor/\",\n]\n",
    );
    dir.write("sub/keysweep.toml", "[report]\nstrict = true\n");
    let run = dir.run(&["config", "show"]);
    run.ends(0)
        .says("# keysweep.toml\n")
        .says("exclude = [\"vendor/\"]  # keysweep.toml:5\n")
        .says("archive-depth = 2  # keysweep.toml:2\n")
        .says("strict = false  # default\n")
        .says("min-severity = \"info\"  # default; medium for staged and hook\n");
    let run = dir.run(&["config", "show", "sub"]);
    run.says("strict = true  # sub/keysweep.toml:2\n")
        .says("archive-depth = 4  # default\n");
    let run = dir.run(&["config", "show", "--no-config"]);
    run.says("# no keysweep.toml: every value is the default\n");
    let run = dir.run(&["config", "show", "--config", "sub/keysweep.toml"]);
    run.says("strict = true  # sub/keysweep.toml:2\n");
    // Without git, and from below.
    let below = Run::new(command(&dir.path().join("sub"), &["config", "show"]));
    below.says("strict = true  # sub/keysweep.toml:2\n");
}

#[test]
fn show_prints_no_credential() {
    let dir = Dir::new();
    dir.write(
        "keysweep.toml",
        format!("[rules]\ndisable = [\"jwt -- {}\"]\n", token(1)),
    );
    let run = dir.run(&["config", "show"]);
    run.ends(0);
    assert!(!run.text().contains(&token(1)), "{}", run.text());
    run.says("disable = [\"jwt -- ‹redacted›\"]");
}
