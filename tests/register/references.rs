//! What the files read by name, against what the register has.

use super::checked;
use crate::common::Dir;

/// A repository that reads credentials in CI, in code and in a manifest.
fn repository(register: &str) -> Dir {
    let dir = Dir::repo();
    dir.write(
        ".github/workflows/release.yml",
        "on: push\njobs:\n  a:\n    env:\n      T: ${{ secrets.RELEASE_TOKEN }}\n      G: ${{ secrets.GITHUB_TOKEN }}\n",
    );
    dir.write(
        "app/main.py",
        "import os\nkey = os.environ[\"PAYMENT_API_KEY\"]\nhome = os.environ[\"HOME\"]\n",
    );
    dir.write(
        "deploy.yaml",
        "env:\n- valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n",
    );
    dir.write("tokens.toml", register);
    dir
}

fn listed(dir: &Dir, more: &[&str]) -> Vec<String> {
    let report = checked(dir, more);
    let notices = report["notices"].as_array().expect("a list").iter();
    let text =
        |one: &serde_json::Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    notices
        .map(|one| {
            format!(
                "{} {} {}:{}",
                text(one, "reported"),
                text(one, "subject"),
                text(one, "file"),
                one["line"]
            )
        })
        .collect()
}

const POLICY: &str = "[policy]\nrequire = []\n[[token]]\nid = \"a\"\nkind = \"x\"\n";

#[test]
fn what_ci_reads_is_to_be_written_down_and_the_rest_where_all_is_asked_for() {
    let dir = repository("[policy]\nrequire = []\n");
    let ci = "register/undocumented RELEASE_TOKEN .github/workflows/release.yml:5";
    assert_eq!(listed(&dir, &[]), [ci]);
    assert_eq!(
        listed(&dir, &["--all"]),
        [
            ci,
            "register/undocumented PAYMENT_API_KEY app/main.py:2",
            "register/undocumented db#password deploy.yaml:3",
        ]
    );
    dir.run(&["tokens", "check"])
        .ends(0)
        .says("write it down with refs = [\"gha:secrets.RELEASE_TOKEN\"]");
    dir.run(&["tokens", "check", "--fail-on", "register/undocumented"])
        .ends(1);
}

#[test]
fn an_entry_by_any_of_its_names_documents_a_reference() {
    for names in [
        "refs = [\"gha:secrets.RELEASE_TOKEN\", \"env:PAYMENT_API_KEY\", \"k8s:prod/db#password\"]",
        "name = \"release-token\"\nstores = [\"dotenv:.env#PAYMENT_API_KEY\", \"k8s-secret:prod/db#password\"]",
        "stores = [\"github-secret:me/app#RELEASE_TOKEN\", \"env:payment-api-key\", \"k8s:db#password\"]",
    ] {
        let dir = repository(&format!("{POLICY}{names}\n"));
        assert_eq!(listed(&dir, &["--all"]), [""; 0], "{names}");
    }
}

#[test]
fn what_nothing_reads_is_told_at_its_entry() {
    let unused = "register/unused a tokens.toml:6";
    for (refs, want) in [
        ("[\"env:GONE_TOKEN\"]", &[unused][..]),
        ("[\"gha:secrets.GONE\", \"vault:kv/x#y\"]", &[unused]),
        // One that is read is enough, and what is not seen from here may read it.
        ("[\"env:GONE_TOKEN\", \"gha:secrets.RELEASE_TOKEN\"]", &[]),
        ("[\"env:GONE_TOKEN\", \"laptop:of-ann\"]", &[]),
    ] {
        let dir = repository(&format!("{POLICY}refs = {refs}\n"));
        let lines = listed(&dir, &[]);
        let lines: Vec<&String> = lines
            .iter()
            .filter(|one| !one.contains("undocumented"))
            .collect();
        assert_eq!(lines, want, "{refs}");
    }
}

#[test]
fn inherited_secrets_are_told_once_and_leave_nothing_unused() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.GONE\"]\n"));
    for n in 0..3 {
        dir.write(
            &format!(".github/workflows/call{n}.yml"),
            "jobs:\n  a:\n    uses: x/y/.github/workflows/z.yml@v1\n    secrets: inherit\n",
        );
    }
    let lines = listed(&dir, &[]);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(
        lines,
        [
            "register/undocumented RELEASE_TOKEN .github/workflows/release.yml:5",
            "register/inherited secrets .github/workflows/call0.yml:4",
        ]
    );
}

#[test]
fn a_name_that_is_a_credential_is_masked() {
    let dir = repository("[policy]\nrequire = []\n");
    let value = crate::common::token(5);
    dir.write(
        "b.js",
        format!("process.env.{value}_TOKEN; process.env['{value}']\n"),
    );
    dir.write(
        ".github/workflows/b.yml",
        format!("x: ${{{{ secrets.{value} }}}}\n"),
    );
    for format in keysweep::report::FORMATS {
        let args = ["tokens", "check", "--all", "--format", format.name()];
        assert!(!dir.run(&args).text().contains(&value), "{}", format.name());
    }
}

#[test]
fn ordinary_scans_gather_nothing() {
    let dir = repository("");
    let report = dir.json(&["scan", "--all"]);
    assert_eq!(report["notices"], serde_json::json!([]));
}

#[test]
fn a_folder_of_the_repository_means_the_whole_of_it() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.RELEASE_TOKEN\"]\n"));
    assert_eq!(listed(&dir, &["app"]), [""; 0]);
    assert_eq!(listed(&dir, &["app", "--all"]).len(), 2);
}

#[test]
fn what_tests_read_is_no_token_of_the_team() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.RELEASE_TOKEN\"]\n"));
    dir.write(
        "tests/fixtures/.github/workflows/a.yml",
        "x: ${{ secrets.SAMPLE_TOKEN }}\n",
    );
    assert_eq!(listed(&dir, &[]), [""; 0]);
    assert!(
        listed(&dir, &["--all"])
            .iter()
            .any(|one| one.contains("SAMPLE_TOKEN"))
    );
}

#[test]
fn nothing_is_called_unused_where_something_was_not_read() {
    let dir = repository(&format!("{POLICY}refs = [\"gha:secrets.RELEASE_TOKEN\"]\n"));
    dir.write(
        "tokens.toml",
        format!("{POLICY}refs = [\"env:GONE_TOKEN\"]\n"),
    );
    assert!(
        listed(&dir, &[])
            .iter()
            .any(|one| one.starts_with("register/unused"))
    );
    let late = listed(&dir, &["--timeout", "0s"]);
    assert!(
        late.iter().all(|one| !one.starts_with("register/unused")),
        "{late:?}"
    );
}

#[test]
fn a_file_that_is_too_long_for_this_is_named() {
    let dir = repository("[policy]\nrequire = []\n");
    dir.write("long.py", "x = 1\n".repeat(800_000));
    dir.run(&["tokens", "check"])
        .ends(0)
        .says("long.py")
        .says("over the size limit");
    let report = checked(&dir, &[]);
    assert!(
        report["skipped"]
            .to_string()
            .contains("not for what it reads by name")
    );
    dir.run(&["scan"]).ends(0).says("clean");
}

const REGISTER: &str = "[[token]]\nid = \"release-token\"\nkind = \"github-pat\"\nowner = \"team:a\"\npurpose = \"x\"\nscope = [\"x\"]\n\
                        expires = 2020-01-01\nrefs = [\"gha:secrets.RELEASE_TOKEN\"]\n";

fn workflow(names: &[&str]) -> String {
    let steps = names
        .iter()
        .map(|name| format!("      - run: a ${{{{ secrets.{name} }}}}\n"));
    format!(
        "on: push\njobs:\n  a:\n    steps:\n{}",
        steps.collect::<String>()
    )
}

/// The ids and subjects of the notices of a run.
fn notices(dir: &Dir, args: &[&str]) -> Vec<String> {
    let report = dir.json(args);
    let all = report["notices"].as_array().expect("a list").iter();
    all.map(|one| {
        format!(
            "{} {} {}:{}",
            one["reported"].as_str().expect("text"),
            one["subject"].as_str().expect("text"),
            one["file"].as_str().expect("text"),
            one["line"]
        )
    })
    .collect()
}

#[test]
fn a_change_is_told_what_it_reads_and_nobody_wrote_down() {
    let dir = Dir::repo();
    let path = ".github/workflows/ci.yml";
    dir.write("tokens.toml", REGISTER);
    dir.write(path, workflow(&["RELEASE_TOKEN", "OLD_TOKEN"]));
    dir.commit("base");
    dir.write("notes.txt", "nothing\n");
    dir.commit("other");
    dir.write(path, workflow(&["NEW_TOKEN", "OLD_TOKEN", "RELEASE_TOKEN"]));
    let lines = ["register/undocumented NEW_TOKEN .github/workflows/ci.yml:5"];
    dir.git(&["add", "-A"]);
    // Neither the entry that ended nor what was read before stops anybody; what is low is not listed there.
    assert_eq!(notices(&dir, &["staged", "--min-severity", "low"]), lines);
    dir.commit("reads it");
    dir.write("more.txt", "nothing\n");
    dir.commit("more");
    for range in ["HEAD~3..HEAD", "HEAD~2..HEAD", "HEAD~2...HEAD"] {
        assert_eq!(
            notices(&dir, &["history", "--range", range]),
            lines,
            "{range}"
        );
        dir.run(&["history", "--range", range]).ends(0);
    }
    let none: [&str; 0] = [];
    for range in ["HEAD~1..HEAD", "HEAD~3..HEAD~2"] {
        assert_eq!(
            notices(&dir, &["history", "--range", range]),
            none,
            "{range}"
        );
    }
    let range = ["history", "--range", "HEAD~2..HEAD"];
    assert_eq!(
        notices(&dir, &[&range[..], &["--untrusted"]].concat()),
        none
    );
    dir.run(&[&range[..], &["--fail-on", "register/undocumented"]].concat())
        .ends(1);
    // What the same range writes down, or reads no longer, is no news.
    dir.write(
        "tokens.toml",
        REGISTER.replace("RELEASE_TOKEN", "RELEASE_TOKEN\", \"gha:secrets.NEW_TOKEN"),
    );
    dir.commit("written down");
    assert_eq!(notices(&dir, &["history", "--range", "HEAD~3..HEAD"]), none);
    dir.write(
        path,
        workflow(&["RELEASE_TOKEN", "OLD_TOKEN", "SHORT_TOKEN"]),
    );
    dir.commit("comes");
    dir.write(path, workflow(&["RELEASE_TOKEN", "OLD_TOKEN"]));
    dir.commit("and goes");
    assert_eq!(notices(&dir, &["history", "--range", "HEAD~2..HEAD"]), none);
    let low = ["staged", "--min-severity", "low"];
    assert_eq!(notices(&dir, &low), none, "nothing is staged");
}

#[test]
fn a_merge_adds_what_its_branch_adds_and_not_what_the_other_side_has() {
    let dir = Dir::repo();
    let path = ".github/workflows/ci.yml";
    dir.write("tokens.toml", REGISTER);
    dir.write(path, workflow(&["RELEASE_TOKEN"]));
    dir.commit("base");
    dir.git(&["checkout", "-q", "-b", "topic"]);
    dir.write("topic.txt", "x\n");
    dir.write(".github/workflows/topic.yml", workflow(&["TOPIC_TOKEN"]));
    dir.commit("topic");
    dir.git(&["checkout", "-q", "main"]);
    dir.write(path, workflow(&["RELEASE_TOKEN", "MAIN_TOKEN"]));
    dir.commit("main");
    dir.git(&["checkout", "-q", "topic"]);
    dir.git(&["merge", "-q", "--no-edit", "main"]);
    assert_eq!(
        notices(&dir, &["history", "--range", "main..topic"]),
        ["register/undocumented TOPIC_TOKEN .github/workflows/topic.yml:5"]
    );
}

#[test]
fn the_history_says_what_was_rotated_and_not_written_down() {
    let dir = Dir::repo();
    let value = |seed| format!("RELEASE_TOKEN={}\n", crate::common::token(seed));
    dir.write("tokens.toml", format!("{REGISTER}rotated = 2023-01-01\n"));
    dir.write("app.env", value(1));
    dir.commit("one");
    let check = || dir.run(&["tokens", "check", "--derive", "--now", crate::common::NOW]);
    check()
        .ends(0)
        .says("The history knows of no change that the register lacks.");
    dir.write("app.env", value(2));
    dir.commit("two");
    let run = check();
    run.ends(0);
    assert_eq!(
        run.text(),
        "release-token: its value changed on 2023-11-14 by Ann, in app.env:1; the register says 2023-01-01.\n  \
         keysweep tokens edit release-token rotated=2023-11-14\n1 change; nothing was written.\n"
    );
    dir.run(&["tokens", "edit", "release-token", "rotated=2023-11-14"])
        .ends(0);
    check().ends(0).says("no change that the register lacks");
    // Without a history nothing can be said.
    let bare = Dir::new();
    bare.write("tokens.toml", REGISTER);
    bare.run(&["tokens", "check", "--derive"]).ends(2);
}
