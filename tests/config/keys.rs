//! What each key does.

use crate::common::{Dir, expand, findings, line, places, skipped, token};

fn repo(config: &str) -> Dir {
    let dir = Dir::repo();
    dir.write("keysweep.toml", config);
    dir
}

#[test]
fn excluded_paths_are_not_read_in_a_tree_and_suppressed_elsewhere() {
    let dir = repo("[scan]\nexclude = [\"vendor/\"]\n");
    dir.write("vendor/a.env", line(1));
    dir.write("b.env", line(2));
    let tree = dir.json(&["scan"]);
    assert_eq!(places(&tree), ["github-pat b.env:1:14"]);
    assert!(
        skipped(&tree).iter().any(|gap| gap.contains("excluded")),
        "{:?}",
        skipped(&tree)
    );
    dir.git(&["add", "-A"]);
    let staged = dir.json(&["staged"]);
    assert_eq!(places(&staged), ["github-pat b.env:1:14"]);
    // A configuration that is staged with what it hides is new.
    assert_eq!(staged["summary"]["suppressed"]["new"], 1);
    dir.commit("one");
    for verb in [&["history"][..], &["scan", "--index"]] {
        let report = dir.json(verb);
        assert_eq!(findings(&report).len(), 1, "{verb:?}");
        let hidden = &report["suppressed"][0]["suppressed"];
        assert_eq!(hidden["by"], "configuration");
        assert_eq!(hidden["line"], 2);
        assert_eq!(report["summary"]["suppressed"]["configuration"], 1);
        assert_eq!(report["summary"]["suppressed"]["new"], 0);
    }
    dir.run(&["history", "--show-suppressed"])
        .says("by keysweep.toml (HEAD):2");
    // The command line adds to it.
    let report = dir.json(&["scan", "--exclude", "b.env"]);
    assert_eq!(findings(&report).len(), 0);
}

#[test]
fn a_lower_configuration_excludes_below_itself() {
    let dir = Dir::repo();
    dir.write(
        "sub/keysweep.toml",
        "[scan]\nexclude = [\"a.env\", \"/deep/b.env\"]\n",
    );
    dir.write("sub/a.env", line(1));
    dir.write("sub/deep/a.env", line(2));
    dir.write("sub/deep/b.env", line(3));
    dir.write("sub/deep/deep/b.env", line(4));
    assert_eq!(
        places(&dir.json(&["scan", "sub"])),
        ["github-pat sub/deep/deep/b.env:1:14"]
    );
}

#[test]
fn ignored_files_and_submodules_are_entered() {
    let dir = Dir::repo();
    dir.write(".gitignore", "*.env\n");
    dir.write("a.env", line(1));
    dir.git(&["init", "-q", "inner"]);
    dir.write("inner/b.txt", line(2));
    assert_eq!(findings(&dir.json(&["scan"])).len(), 0);
    dir.write(
        "keysweep.toml",
        "[scan]\nignored = true\nrecurse-submodules = true\n",
    );
    assert_eq!(findings(&dir.json(&["scan"])).len(), 2);
    dir.write("keysweep.toml", "[scan]\nignored = false\n");
    assert_eq!(
        findings(&dir.json(&["scan", "--ignored"])).len(),
        1,
        "the command line holds"
    );
}

#[test]
fn thresholds_say_what_they_hide() {
    let dir = repo("[report]\nmin-severity = \"critical\"\n");
    dir.write("a.env", line(1));
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["run"]["configuration"]["hidden"], 1);
    for format in ["human", "github", "markdown", "sarif"] {
        dir.run(&["scan", "--format", format]).says(
            "the configuration keysweep.toml keeps 1 result from being listed: --no-config shows the difference",
        );
    }
    // A threshold of the command line is the user's own.
    let report = dir.json(&["scan", "--min-severity", "critical"]);
    assert_eq!(report["run"]["configuration"]["hidden"], 0);
    let report = dir.json(&["scan", "--min-severity", "low"]);
    assert_eq!(findings(&report).len(), 1);
    // To list more is nobody's loss.
    dir.write("keysweep.toml", "[report]\nmin-confidence = \"low\"\n");
    dir.write("locales/b.yml", "DB_PASSWORD: \"correct-Horse7\"\n");
    let more = dir.json(&["scan"]);
    let less = dir.json(&["scan", "--no-config"]);
    assert_eq!((findings(&more).len(), findings(&less).len()), (2, 1));
    assert_eq!(more["run"]["configuration"]["hidden"], 0);
}

#[test]
fn what_fails_can_be_chosen_and_the_difference_is_told() {
    let dir = repo("[report]\nfail-on = [\"critical\"]\n");
    dir.write("a.env", line(1));
    let run = dir.run(&["scan"]);
    run.ends(0)
        .says("the configuration keysweep.toml keeps 1 result from failing");
    assert_eq!(dir.json(&["scan"])["run"]["configuration"]["spared"], 1);
    // Never weaker than the command line.
    dir.run(&["scan", "--fail-on", "high"]).ends(1);
    dir.write("keysweep.toml", "[report]\nfail-on = [\"none\"]\n");
    dir.run(&["scan"]).ends(0).says("1 result from failing");
    dir.run(&["scan", "--fail-on", "low"]).ends(1);
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(0).says("1 result from failing");
    dir.run(&["scan", "--no-config"]).ends(1);
    dir.write(
        "keysweep.toml",
        "[report]\nfail-on = [\n  \"critcal\",\n]\n",
    );
    dir.run(&["scan"])
        .ends(2)
        .complains("keysweep.toml:3: `fail-on` `critcal`: neither a severity nor a rule; did you mean `critical`?");
    // In the base of a change such a word hides nothing, and does not stop the repair.
    dir.commit("typo");
    dir.write("keysweep.toml", "[report]\nfail-on = [\"critical\"]\n");
    dir.write("b.env", line(2));
    dir.commit("repair");
    dir.run(&["history", "--range", "HEAD~1..HEAD"])
        .ends(1)
        .complains("did you mean `critical`?");
}

#[test]
fn new_suppressions_and_limits_can_fail() {
    let dir = repo("[report]\nfail-on-new-suppressions = true\n");
    dir.commit("one");
    dir.write("a.env", format!("# keysweep:allow\n{}", line(1)));
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(1).says("1 new suppression fails");

    let dir = repo("[report]\nstrict = true\n[limits]\nmax-file-size = \"1K\"\n");
    dir.write("big.txt", "x\n".repeat(1000));
    let run = dir.run(&["scan"]);
    run.ends(2).says("1 file over the size limit");
    let report = dir.json(&["scan"]);
    assert_eq!(
        report["summary"]["exit"]["status"], 2,
        "no format changes the meaning"
    );
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(2);
    dir.run(&["hook"]).ends(0);
    dir.run(&["scan", "--max-file-size", "1M"]).ends(0);
}

#[test]
fn limits_of_archives_hold() {
    for (key, value, says) in [
        ("archive-depth", "0", "archive over a limit"),
        ("archive-max-size", "10", "archive over a limit"),
        ("archive-max-members", "0", "archive over a limit"),
    ] {
        let dir = repo(&format!("[limits]\n{key} = {value}\n"));
        dir.write("in/a.env", line(1));
        dir.write("in/b.env", line(2));
        let tar = std::process::Command::new("tar")
            .current_dir(dir.path())
            .args(["czf", "x.tgz", "in"])
            .status();
        assert!(tar.expect("tar runs").success());
        std::fs::remove_dir_all(dir.path().join("in")).expect("removed");
        assert_eq!(findings(&dir.json(&["scan", "--no-config"])).len(), 2);
        let report = dir.json(&["scan"]);
        assert_eq!(findings(&report).len(), 0, "{key}");
        dir.run(&["scan"]).says(says);
    }
}

#[test]
fn baseline_and_allow_go_by_it() {
    let dir = repo(
        "[scan]\nexclude = [\"vendor/\"]\n[rules]\ndisable = [\"jwt\"]\nfiles = [\"ci/own.toml\"]\n",
    );
    dir.write(
        "ci/own.toml",
        "[[rule]]\nid = \"house-key\"\nname = \"House key\"\nseverity = \"high\"\npattern = '(?P<secret>hk_[0-9a-z]{30})'\n",
    );
    dir.write("vendor/a.env", line(1));
    dir.write(
        "b.env",
        format!("k={}\n", crate::common::expand("hk_{lower:30}", 4)),
    );
    dir.run(&["baseline", "create"]).ends(0);
    let baseline = std::fs::read_to_string(dir.path().join(".keysweep-baseline")).expect("there");
    assert!(baseline.contains("house-key"), "{baseline}");
    assert!(!baseline.contains("github-pat"), "{baseline}");
    dir.run(&["scan"]).ends(0).says("1 known");
    dir.run(&["baseline", "prune", "--no-config"]).ends(0);
    let id = {
        let report = dir.json(&["scan", "--no-config"]);
        findings(&report)[0]["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    assert!(!token(1).contains(&id));
    // What is excluded is not there to be allowed.
    dir.run(&["allow", &id]).ends(2).complains("no finding");
    dir.run(&["allow", &id, "--no-config"]).ends(0);
}

/// One confidence that a team sets decides for a scan, the hook and a range: what fails in one fails in all.
#[test]
fn one_confidence_decides_what_fails_everywhere() {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("start");
    let random = expand("{alnum:22}", 4);
    let form = expand("{alnum:32}", 7);
    dir.write("app.env", format!("DB_PASSWORD=maple-{}\n", &random[..6]));
    dir.write("app.py", format!("password = '{random}'\n"));
    dir.write("two.env", format!("API_SECRET={form}\n"));
    dir.write("three.env", line(3));
    dir.git(&["add", "-A"]);
    let failing = |config: &str, args: &[&str]| -> Vec<String> {
        dir.write("keysweep.toml", config);
        let report = dir.json(args);
        let fails = findings(&report).iter().filter(|f| f["fails"] == true);
        let paths = fails.map(|f| f["places"][0]["path"].as_str().expect("a path"));
        let mut paths: Vec<String> = paths.map(str::to_owned).collect();
        paths.sort();
        paths
    };
    let alike = |config: &str| {
        let tree = failing(config, &["scan"]);
        dir.git(&["add", "-A"]);
        assert_eq!(failing(config, &["staged"]), tree, "{config}");
        assert_eq!(failing(config, &["scan", "--index"]), tree, "{config}");
        tree
    };
    assert_eq!(alike(""), ["app.env", "three.env", "two.env"]);
    let all = ["app.env", "app.py", "three.env", "two.env"];
    assert_eq!(alike("[report]\nfail-confidence = \"medium\"\n"), all);
    let high = alike("[report]\nfail-confidence = \"high\"\n");
    assert_eq!(high, ["three.env"]);
    // The word of the command line comes first, and what fails is listed whatever is listed otherwise.
    let config = "[report]\nfail-confidence = \"high\"\nmin-confidence = \"high\"\n";
    let asked = failing(config, &["scan", "--fail-confidence", "medium"]);
    assert_eq!(asked, all);
    dir.run(&["scan", "--fail-confidence", "sure"])
        .ends(2)
        .complains("[possible values: low, medium, high]");
}
