//! `keysweep show`: one finding in its place, without its value; and links to the pages of the host.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::common::{Dir, Run, expand, findings, line, token};

fn id(report: &Value, n: usize) -> String {
    let id = findings(report)[n]["id"].as_str();
    id.expect("a finding has an id").to_owned()
}

/// A script with a token in its middle and another secret beside it.
fn script(seed: u64) -> String {
    let other = expand("{alnum:20}", 77);
    format!(
        "#!/bin/sh\nset -eu\ncurl -H \"X-Other: {other}\" https://example.org\n{}deploy now\nexit 0\n",
        line(seed)
    )
}

#[test]
fn a_finding_is_shown_with_two_lines_around_it_and_without_any_value() {
    let dir = Dir::repo();
    dir.write("deploy.sh", script(1));
    dir.commit("one");
    let id = id(&dir.json(&["scan"]), 0);
    let run = dir.run(&["show", &id]);
    run.ends(0)
        .says(&format!("high: GitHub personal access token (classic)  id {id}\n"))
        .says("\ndeploy.sh:4:14\n  2 | set -eu\n  3 | curl -H \"‹redacted› https://example.org\n")
        .says("\n  4 | GITHUB_TOKEN=‹redacted›\n    |              ^^^^^^^^^^ ghp_…\n  5 | deploy now\n  6 | exit 0\n")
        .says("\n  rule    github-pat (high confidence, probability ")
        .says("\n  checks  crc32-base62 passed\n")
        .says(&format!("(keysweep fix {id})"))
        .says(&format!("\n  allow   if it is no secret: keysweep allow {id}\n"));
    for secret in [token(1), expand("{alnum:20}", 77)] {
        assert!(!run.text().contains(&secret[4..]), "{}", run.text());
    }
    // What was only staged, and what no file holds.
    dir.write("new.env", line(2));
    dir.git(&["add", "-A"]);
    std::fs::remove_file(dir.path().join("new.env")).expect("there");
    let staged = self::id(&dir.json(&["staged"]), 0);
    dir.run(&["show", &staged])
        .ends(0)
        .says("\nnew.env:1:14\n  1 | GITHUB_TOKEN=‹redacted›\n");
    dir.run(&["show", "deploy.sh"])
        .ends(2)
        .complains("an id is 8");
}

#[test]
fn a_beginning_of_an_id_is_enough_everywhere_and_an_ambiguous_one_is_refused_with_the_list() {
    let dir = Dir::repo();
    dir.fix_salt();
    dir.write("a.sh", line(1));
    let one = id(&dir.json(&["scan"]), 0);
    for args in [
        vec!["show", &one[..4]],
        vec!["fix", &one[..4]],
        vec!["explain", &one[..4]],
    ] {
        dir.run(&args).ends(0).says("a.sh");
    }
    dir.run(&["explain", &one])
        .ends(0)
        .says("found: github-pat");
    // Enough of them that two begin alike.
    let many: String = (0..700)
        .map(|n| format!("T{n}={}\n", token(n + 2)))
        .collect();
    dir.write("b.env", many);
    let report = dir.json(&["scan"]);
    let mut ids: Vec<String> = findings(&report)
        .iter()
        .map(|one| one["id"].as_str().expect("text").to_owned())
        .collect();
    ids.sort();
    let twins = ids.windows(2).find(|pair| pair[0][..4] == pair[1][..4]);
    let twins = twins.expect("of 700 random ids two begin alike");
    for verb in ["show", "fix", "explain", "allow"] {
        let run = dir.run(&[verb, &twins[0][..4]]);
        run.ends(2).complains("name the one you mean by its own id");
        for twin in twins {
            run.complains(twin);
        }
    }
    dir.run(&["allow", &one[..4], "--reason", "a test"])
        .ends(0)
        .says("github-pat");
    dir.run(&["show", &one])
        .ends(0)
        .says("\n  allowed by .keysweep-baseline:2 -- a test\n");
    dir.run(&["show", &one[..3]])
        .ends(2)
        .complains("4 of them are enough");
}

#[test]
fn what_only_the_history_holds_has_the_command_that_prints_it() {
    let dir = Dir::repo();
    dir.git(&[
        "remote",
        "add",
        "origin",
        "https://me:geheim123@github.com/acme/shop.git",
    ]);
    dir.write("bin/my deploy.sh", script(1));
    dir.commit("one");
    dir.write("bin/my deploy.sh", "nothing\n");
    dir.commit("two");
    let report = dir.json(&["history"]);
    let (id, first) = (id(&report, 0), dir.git(&["rev-parse", "HEAD~1"]));
    let run = dir.run(&["show", &id]);
    let command = format!("git show '{}:bin/my deploy.sh' | sed -n 4p", &first[..10]);
    let page = format!("https://github.com/acme/shop/blob/{first}/bin/my%20deploy.sh#L4");
    run.ends(0)
        .says("\n  4 | GITHUB_TOKEN=‹redacted›\n")
        .says(&format!("\n  look    {command}\n"))
        .says(&format!("\n  page    {page}\n"))
        .says("\n  since   2023-11-14 by Ann in ")
        .says(&format!("keysweep allow {id} --history\n"));
    let mut shell = Command::new("sh");
    shell.current_dir(dir.path()).args(["-c", &command]);
    assert_eq!(Run::new(shell).text(), line(1));
    // Also of a bare repository.
    dir.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = dir.outside("bare.git");
    dir.run(&["show", &id, "--repo", bare.to_str().expect("UTF-8")])
        .ends(0)
        .says("\n  4 | GITHUB_TOKEN=‹redacted›\n");
}

#[test]
#[allow(clippy::print_stderr, reason = "what was left out is said")]
fn the_value_is_shown_at_a_terminal_alone_and_after_a_question() {
    let dir = Dir::repo();
    dir.write("deploy.sh", script(1));
    let id = id(&dir.json(&["scan"]), 0);
    dir.run(&["show", &id, "--reveal"])
        .ends(2)
        .complains("only at a terminal");
    let terminal = |answer: &str, ci: Option<&str>| {
        let keysweep = env!("CARGO_BIN_EXE_keysweep");
        let mut command = Command::new("script");
        command
            .current_dir(dir.path())
            .args([
                "-qec",
                &format!("{keysweep} show {id} --reveal"),
                "/dev/null",
            ])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm")
            .envs(ci.map(|ci| ("CI", ci)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let mut input = child.stdin.take().expect("piped");
        std::io::Write::write_all(&mut input, answer.as_bytes()).expect("it reads");
        let out = child.wait_with_output().expect("it ends");
        Some(String::from_utf8_lossy(&out.stdout).into_owned())
    };
    let Some(yes) = terminal("y\n", None) else {
        eprintln!("left out: there is no `script` here");
        return;
    };
    assert!(yes.contains(&token(1)), "{yes}");
    for (answer, ci) in [("n\n", None), ("\n", None), ("y\n", Some("true"))] {
        let no = terminal(answer, ci).expect("as before");
        assert!(!no.contains(&token(1)[4..]), "{no}");
    }
}

#[test]
fn every_format_that_can_carry_a_link_has_one_and_no_user_of_the_remote() {
    let dir = Dir::repo();
    let password = expand("{alnum:24}", 5);
    let remote = format!("https://ann:{password}@gitlab.example.org/group/sub/shop.git");
    dir.git(&["remote", "add", "origin", &remote]);
    dir.write("a dir/deploy.sh", script(1));
    dir.write("changed.sh", "nothing\n");
    dir.commit("one");
    let head = dir.git(&["rev-parse", "HEAD"]);
    dir.write("changed.sh", line(2));
    let home = "https://gitlab.example.org/group/sub/shop";
    let page = format!("{home}/-/blob/{head}/a%20dir/deploy.sh#L4");
    for verb in ["scan", "history"] {
        for format in ["json", "jsonl", "sarif", "markdown", "html", "csv"] {
            let run = dir.run(&[verb, "--format", format]);
            run.ends(1).says(&page);
            assert!(
                !run.text().contains(&password) && !run.text().contains("ann:"),
                "{format}"
            );
        }
        // Escapes are for terminals, and no file of today's is on a page of yesterday's commit.
        let run = dir.run(&[verb]);
        assert!(!run.text().contains(home) && !run.text().contains('\u{1b}'));
        assert!(
            !dir.run(&[verb, "--format", "json"])
                .text()
                .contains("/changed.sh")
        );
    }
    let sarif = dir.json(&["history"]);
    assert_eq!(sarif["run"]["web"], home);
    let sarif = dir.run(&["scan", "--format", "sarif"]).json();
    let provenance = &sarif["runs"][0]["versionControlProvenance"];
    assert_eq!(provenance, &Value::Null, "a scan of files names no commit");
    let sarif = dir.run(&["history", "--format", "sarif"]).json();
    let provenance = &sarif["runs"][0]["versionControlProvenance"][0];
    assert_eq!(provenance["repositoryUri"], home);
    assert_eq!(provenance["revisionId"], head.as_str());
    // A remote that is no page of a host makes no link.
    dir.git(&["remote", "set-url", "origin", "javascript://gitlab.com/x/y"]);
    let report = dir.json(&["history"]);
    assert_eq!(report["run"]["web"], Value::Null);
    assert_eq!(findings(&report)[0]["places"][0]["link"], Value::Null);
}

#[test]
fn one_file_that_cannot_be_compared_takes_no_link_from_the_others() {
    let dir = Dir::repo();
    dir.git(&["remote", "add", "origin", "git@github.com:acme/shop.git"]);
    dir.write("a.env", line(1));
    dir.write("sub/b.env", line(2));
    dir.write("new.env", line(3));
    // Larger than what is compared.
    let large = format!("{}{}", line(4), "# filler\n".repeat(600_000));
    dir.write("large.env", &large);
    dir.git(&["add", "a.env", "sub", "large.env"]);
    dir.git(&["commit", "-q", "-m", "one"]);
    let linked = |report: &Value| {
        let places = findings(report).iter().map(|one| &one["places"][0]);
        let with = places.filter(|place| place["link"].is_string());
        let mut paths: Vec<String> = with
            .map(|place| place["path"].as_str().expect("text").to_owned())
            .collect();
        paths.sort();
        paths
    };
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 4);
    assert_eq!(linked(&report), ["a.env", "sub/b.env"]);
    // The tree of a directory is missing, and then a file is behind a link.
    let tree = dir.git(&["rev-parse", "HEAD:sub"]);
    std::fs::remove_file(dir.loose(&tree)).expect("a loose object");
    assert_eq!(linked(&dir.json(&["scan"])), ["a.env"]);
    // From below, and of one file, the paths are those of the repository.
    let mut below = dir.command(&["scan", ".", "--format", "json"]);
    below.current_dir(dir.path().join("sub"));
    assert_eq!(findings(&Run::new(below).json()).len(), 1);
    assert_eq!(linked(&dir.json(&["scan", "a.env"])), ["a.env"]);
}
