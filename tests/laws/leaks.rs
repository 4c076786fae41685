//! Law 3: no value appears in anything that is written, wherever it came from.

use std::fs;

use crate::archives::make::{Zip, gzip, tar};
use crate::common::{Dir, Run, contains, expand, findings, formats, line, token};

/// A repository with a value in every place that a report may quote. Returns the values.
fn repository() -> (Dir, Vec<(&'static str, String)>) {
    let dir = Dir::repo();
    let mut values = Vec::new();
    let mut value = |place: &'static str, seed: u64| {
        let token = token(seed);
        values.push((place, token.clone()));
        token
    };
    let content = value("content", 1);
    let second = value("content twice on a line", 2);
    dir.write(
        "src/settings.py",
        format!("A = \"{content}\"\nB, C = \"{second}\", \"{second}\" # {content}\n"),
    );
    let password = expand("{alnum:14}", 3);
    dir.write(
        "db.env",
        format!("DATABASE_URL=postgres://shop:{password}@db.internal:5432/shop\n"),
    );
    values_push(&mut values, "password in a URL", password);
    let encoded = token(4);
    dir.write(
        "enc.yaml",
        expand(&format!("data: {{b64:GITHUB_TOKEN={encoded}}}\n"), 4),
    );
    values_push(&mut values, "inside base64", encoded);
    let mut value = |place: &'static str, seed: u64| {
        let token = token(seed);
        values.push((place, token.clone()));
        token
    };
    let name = value("file name", 5);
    dir.write(&format!("keys/{name}.env"), line(50));
    let folder = value("folder name", 6);
    dir.write(&format!("{folder}/a.env"), line(51));
    let member = value("archive member's name", 20);
    let inside = value("inside an archive", 21);
    let broken = value("name of a damaged member", 22);
    let locked = value("name of an archive that is not read", 23);
    let packed = gzip(&tar(&[(&format!("{member}.env"), line(52).as_bytes())]));
    let mut zip = Zip::default()
        .deflated(&format!("a/{member}/b.env"), line(53).as_bytes())
        .deflated("c.env", format!("GITHUB_TOKEN={inside}\n").as_bytes())
        .stored(&format!("{member}.tgz"), &packed)
        .stored(&format!("{locked}.7z"), b"7z\xbc\xaf\x27\x1c\x00\x04");
    zip = zip.with(&crate::archives::make::Entry {
        name: format!("{broken}.env").as_bytes(),
        method: 8,
        data: b"\xff\xff\xff",
        size: 9,
        ..Default::default()
    });
    dir.write("packed.zip", zip.end());
    let excused = value("allowed value", 24);
    let reason = value("reason of a comment", 25);
    dir.write(
        "allowed.py",
        format!("# keysweep:allow -- was {reason}\nA = '{excused}'\nB = '{excused}' # keysweep:allow -- {reason}\n"),
    );
    let reason = value("reason of the ignore file", 26);
    dir.write("fixtures/a.env", line(54));
    dir.write(".keysweepignore", format!("fixtures/  # as {reason}\n"));
    let reason = value("reason of the baseline", 27);
    let hint = value("path hint of the baseline", 28);
    let known = keysweep::secret::Fingerprint::of_strong(token(55).as_bytes());
    let unused = keysweep::secret::Fingerprint::of_strong(b"nothing");
    dir.write("known.env", line(55));
    dir.write(
        ".keysweep-baseline",
        format!(
            "{known} github-pat at={hint} reason=see {reason}\n{unused} github-pat reason={reason}\n"
        ),
    );
    let author = value("author", 7);
    let address = value("address", 8);
    let message = value("message", 9);
    dir.git(&["add", "-A"]);
    let date = "2024-01-02T03:04:05Z";
    dir.git_as(
        &[
            "commit",
            "-q",
            "-m",
            &format!("Use {message} for now\n\nand {message}"),
        ],
        &[
            ("GIT_AUTHOR_NAME", &author),
            ("GIT_AUTHOR_EMAIL", &format!("{address}@example.org")),
            ("GIT_AUTHOR_DATE", date),
        ],
    );
    let branch = value("branch", 10);
    dir.git(&["branch", &format!("feature/{branch}")]);
    let tag = value("tag", 11);
    let tag_message = value("tag message", 12);
    dir.git(&[
        "tag",
        "-a",
        &format!("v-{tag}"),
        "-m",
        &format!("Release {tag_message}"),
    ]);
    let note = value("note", 13);
    dir.git(&["notes", "add", "-m", &format!("uses {note}")]);
    let remote = value("remote", 14);
    dir.git(&[
        "remote",
        "add",
        "origin",
        &format!("https://x:{remote}@example.org/a.git"),
    ]);
    let config = value("configuration", 15);
    dir.git(&[
        "config",
        "http.extraHeader",
        &format!("Authorization: Bearer {config}"),
    ]);
    // Something staged, and something that only the branch has.
    dir.git(&["checkout", "-q", &format!("feature/{branch}")]);
    let only = value("branch only", 16);
    dir.write("only.env", format!("GITHUB_TOKEN={only}\n"));
    dir.commit("only here");
    dir.git(&["checkout", "-q", "main"]);
    let staged = value("staged", 17);
    dir.write(
        &format!("new-{name}.env"),
        format!("GITHUB_TOKEN={staged}\n"),
    );
    let late = Zip::default()
        .deflated(&format!("{member}/late.env"), line(54).as_bytes())
        .with(&crate::archives::make::Entry {
            name: format!("{broken}.env").as_bytes(),
            method: 8,
            data: b"\xff\xff\xff",
            size: 9,
            ..Default::default()
        });
    dir.write("late.zip", late.end());
    dir.git(&["add", "-A"]);
    let rules = value("rule file", 18);
    fs::write(
        dir.outside("own.toml"),
        format!(
            "[provider]\nname = \"Acme\"\n\n[[rule]]\nid = \"acme-key\"\nname = \"Acme key\"\nseverity = \"high\"\npattern = 'acmekey_[0-9a-z]{{24}}|{rules}'\n\
             match = [\"K=acmekey_{{lowernum:24}}\", \"k: acmekey_{{lowernum:24}}\"]\nnear = [\"K=acmekey_{{lowernum:23}}\", \"K=acmekey_\"]\n"
        ),
    )
    .expect("writable");
    let environment = value("environment", 19);
    assert!(environment.starts_with("gh"));
    (dir, values)
}

fn values_push(values: &mut Vec<(&'static str, String)>, place: &'static str, value: String) {
    values.push((place, value));
}

/// Fails when any value stands in `written`; it names the value's place, never the value.
fn clean(written: &[u8], values: &[(&'static str, String)], what: &str) {
    for (place, value) in values {
        assert!(
            !contains(written, value.as_bytes()),
            "{what} shows the value of: {place}"
        );
        let half = &value.as_bytes()[value.len() / 2..];
        assert!(
            !contains(written, half),
            "{what} shows half of the value of: {place}"
        );
    }
}

fn run(dir: &Dir, args: &[&str], values: &[(&'static str, String)]) -> Run {
    run_with(dir, args, &[], values)
}

fn run_with(
    dir: &Dir,
    args: &[&str],
    env: &[(&str, &str)],
    values: &[(&'static str, String)],
) -> Run {
    let environment = &values.last().expect("values").1;
    let mut command = dir.command(args);
    command
        .env("GITHUB_TOKEN", environment)
        .env("DATABASE_URL", format!("postgres://u:{environment}@h/d"))
        .env("RUST_BACKTRACE", "full")
        .envs(env.iter().copied());
    Run::new(command)
}

#[test]
fn no_value_in_any_output() {
    let (dir, values) = repository();
    let rules = dir.outside("own.toml");
    let rules = rules.to_str().expect("a plain path");
    let saved = dir.outside("out");
    let named = |place: &str| {
        let value = values.iter().find(|(name, _)| *name == place);
        value.expect("a place").1.clone()
    };
    let branch = format!("feature/{}", named("branch"));
    let range = format!("main..{branch}");
    let to_tag = format!("{branch}...v-{}", named("tag"));
    let by_name = [
        ("PRE_COMMIT_FROM_REF", "main"),
        ("PRE_COMMIT_TO_REF", branch.as_str()),
    ];
    let first_push = [
        ("PRE_COMMIT", "1"),
        ("PRE_COMMIT_LOCAL_BRANCH", branch.as_str()),
    ];
    for (verb, env) in [
        (&["scan", "-v"][..], &[][..]),
        (&["staged", "-v"], &[]),
        (&["history", "-v"], &[]),
        (&["history", "-v", "--unreachable", "--show-emails"], &[]),
        (&["history", "-v", "--range", &range, "--show-emails"], &[]),
        (&["history", "-v", "--range", &to_tag], &[]),
        (&["history", "-v", "--since", "2001-01-01"], &[]),
        (&["history", "-v", "--policy-from", &branch], &[]),
        (&["hook", "-v", "--fail-on-new-suppressions"], &[]),
        (&["hook", "-v"], &by_name),
        (&["hook", "-v"], &first_push),
    ] {
        for format in formats() {
            let output = format!("{format}={}", saved.display());
            let mut args = verb.to_vec();
            args.extend([
                "--format",
                format,
                "--output",
                &output,
                "--rules",
                rules,
                "--min-confidence",
                "low",
                "--min-severity",
                "info",
                "--sarif-all-rules",
                "--show-suppressed",
                "--color",
                "always",
            ]);
            let what = format!("{} {format}", verb[0]);
            let run = run_with(&dir, &args, env, &values);
            assert_eq!(run.status, Some(1), "{what}: {}", run.errors().len());
            assert!(!run.out.is_empty(), "{what}");
            // The page of a user's rule quotes the user's own pattern nowhere.
            clean(&run.out, &values, &what);
            clean(&run.err, &values, &format!("{what}, standard error"));
            clean(
                &fs::read(&saved).expect("written"),
                &values,
                &format!("{what}, file"),
            );
        }
    }
}

#[test]
fn the_values_are_really_found() {
    // The test above would pass on a scanner that finds nothing.
    let (dir, values) = repository();
    let report = dir.json(&["history", "--show-secrets", "--min-confidence", "low"]);
    let text = report.to_string();
    for place in [
        "content",
        "inside an archive",
        "password in a URL",
        "inside base64",
        "message",
        "tag message",
        "branch only",
    ] {
        let value = &values
            .iter()
            .find(|(name, _)| *name == place)
            .expect("a place")
            .1;
        assert!(text.contains(value.as_str()), "not found: {place}");
    }
    assert!(findings(&report).len() >= 6);
}

#[test]
fn no_value_in_an_error() {
    let (dir, values) = repository();
    let secret = &values[0].1;
    dir.write(
        "broken.toml",
        format!("[provider]\nname = \"Acme\"\ndocs = {secret}\n"),
    );
    let [from, to, both] = [
        format!("{secret}..HEAD"),
        format!("HEAD...{secret}"),
        format!("x-{secret}-y"),
    ];
    let [file, rule, option, glob] = [
        format!("json={secret}/x"),
        format!("{secret}:x"),
        format!("--{secret}=1"),
        format!("{secret}{{"),
    ];
    for args in [
        &["history", "--range", &from][..],
        &["history", "--range", &to],
        &["history", "--range", secret],
        &["history", "--since", secret],
        &["history", &both],
        &["scan", &both],
        &["scan", "a", &both],
        &["scan", "--format", secret],
        &["scan", "--output", &file],
        &["scan", "--fail-on", &rule],
        &["scan", "--min-severity", secret],
        &["scan", "--now", secret],
        &["scan", "--timeout", secret],
        &["scan", "--rules", secret],
        &["scan", "--exclude", &glob],
        &["scan", &option],
        &["rules", secret],
        &["baseline", secret],
        &["baseline", "create", secret],
        &["generate", secret],
        &["allow", "01234567", "--until", secret],
        &["allow", "01234567", "--path", &glob],
        &[secret],
        &["scan", "--rules", "broken.toml"],
        &["history", "missing"],
        &["scan", "--format", "jsn"],
        &["allow", "--last", "--reason", secret],
        &["allow", "01234567", "--reason", secret],
        &["allow", secret],
        &["scan", "--policy-from", secret],
    ] {
        let run = run(&dir, args, &values);
        assert_eq!(run.status, Some(2));
        clean(&run.out, &values, &args.join(" "));
        clean(&run.err, &values, &args.join(" "));
    }
    for env in [
        &[
            ("PRE_COMMIT_FROM_REF", secret.as_str()),
            ("PRE_COMMIT_TO_REF", "HEAD"),
        ][..],
        &[
            ("PRE_COMMIT_FROM_REF", "HEAD"),
            ("PRE_COMMIT_TO_REF", secret),
        ],
        &[("PRE_COMMIT", "1"), ("PRE_COMMIT_LOCAL_BRANCH", secret)],
        &[("SOURCE_DATE_EPOCH", secret)],
        &[("GIT_DIR", secret)],
    ] {
        let run = run_with(&dir, &["hook"], env, &values);
        assert_eq!(run.status, Some(2), "{}", env[0].0);
        clean(&run.out, &values, env[0].0);
        clean(&run.err, &values, env[0].0);
    }
    let mut command = dir.command(&["event", "plan"]);
    command.env("GITHUB_EVENT_NAME", "push");
    command.env("GITHUB_EVENT_PATH", secret);
    let missing = Run::new(command);
    missing.ends(2).complains("cannot be read");
    clean(&missing.err, &values, "a payload that is not there");
    for (file, text) in [
        (".keysweep-baseline", format!("{secret}\n")),
        (
            ".keysweep-baseline",
            format!("0123456789abcdef0123 github-pat {secret}=1\n"),
        ),
        (
            ".keysweep-baseline",
            format!("0123456789abcdef0123 github-pat until={secret}\n"),
        ),
        (".keysweepignore", format!("* [{secret}]\n")),
        (".keysweepignore", format!("{secret}{{\n")),
    ] {
        dir.write(".keysweep-baseline", "");
        dir.write(".keysweepignore", "");
        dir.write(file, text);
        let run = run(&dir, &["scan"], &values);
        assert_eq!(run.status, Some(2), "{file}");
        run.complains(&format!("{file}:1: "));
        clean(&run.err, &values, file);
    }
}

#[test]
fn no_value_in_what_is_written_for_others() {
    let (dir, values) = repository();
    dir.write(".keysweep-baseline", "");
    let all = dir.json(&["scan", "--untrusted"]);
    let id = findings(&all)[0]["id"].as_str().expect("an id").to_owned();
    for reason in [&values[0].1, &values[1].1] {
        dir.run(&["allow", &id, "--reason", &format!("it was {reason}")])
            .ends(2)
            .complains("the reason holds a credential");
        dir.run(&["allow", &id, "--path", &format!("{reason}/**")])
            .ends(2)
            .complains("holds a credential");
    }
    let run = run(&dir, &["allow", &id], &values);
    run.ends(0);
    clean(&run.out, &values, "allow");
    let run = self::run(&dir, &["baseline", "update"], &values);
    // The archive with a damaged member.
    run.ends(2)
        .complains("not everything that was asked for was read");
    clean(&run.out, &values, "baseline update");
    let written = fs::read(dir.path().join(".keysweep-baseline")).expect("written");
    assert!(written.len() > 100);
    clean(&written, &values, "the baseline");
    let run = self::run(&dir, &["staged"], &values);
    run.ends(1);
    let kept = fs::read(dir.path().join(".git/keysweep/last")).expect("written");
    clean(&kept, &values, "the ids of the last run");
}
