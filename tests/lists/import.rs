//! `keysweep tokens import` and `--with` at the command line.

use std::fs;

use crate::common::{Dir, token};

const HUB: &str = r#"{"api_tokens":[{"user":"ann","id":"a1","note":"deploy","scopes":["tokens"],"created":"2026-01-02T03:04:05Z","last_activity":null,"expires_at":null}]}"#;

#[test]
fn a_list_goes_through_a_pipe() {
    let dir = Dir::new();
    let run = dir.feed(
        &["tokens", "import", "jupyterhub", "-", "--complete"],
        HUB.as_bytes(),
    );
    run.ends(0);
    run.complains("1 token of jupyterhub (1 active), taken ");
    run.complains(", complete");
    let snapshot = run.json();
    assert_eq!(snapshot["snapshot_version"], 1);
    assert_eq!(snapshot["complete"], true);
    assert!(snapshot["taken"].is_string(), "{snapshot}");
    assert_eq!(snapshot["rows"][0]["owner"], "ann");
}

#[test]
fn a_file_is_of_an_unknown_day_unless_somebody_says_it() {
    let dir = Dir::new();
    dir.write("hub.json", HUB);
    let run = dir.run(&["tokens", "import", "jupyterhub", "hub.json"]);
    run.ends(0).complains("of an unknown day (--taken says it)");
    assert!(run.json()["taken"].is_null());
    let run = dir.run(&[
        "tokens",
        "import",
        "jupyterhub",
        "hub.json",
        "--taken",
        "2026-11-26",
        "--server",
        "hub",
    ]);
    assert_eq!(run.ends(0).json()["taken"], "2026-11-26T00:00:00Z");
    assert_eq!(run.json()["server"], "hub");
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let dir = Dir::new();
    dir.write("hub.json", HUB);
    dir.write("half.json", &HUB[..60]);
    dir.write("table.csv", "id,name\n1\n");
    dir.write("empty.json", "");
    for (args, why) in [
        (
            vec!["tokens", "import", "gitea", "hub.json"],
            "looks like a list of the kind `jupyterhub`",
        ),
        (
            vec!["tokens", "import", "jupyterhub", "half.json"],
            "half.json:1: it ends in the middle",
        ),
        (
            vec!["tokens", "import", "csv", "table.csv"],
            "table.csv:2: it has 1 columns, and the head has 2",
        ),
        (
            vec!["tokens", "import", "csv", "empty.json"],
            "empty.json: it is empty",
        ),
        (
            vec!["tokens", "import", "csv", "missing.csv"],
            "the list missing.csv cannot be read",
        ),
        (
            vec!["tokens", "import", "gittea", "hub.json"],
            "did you mean `gitea`?",
        ),
        (
            vec!["tokens", "import", "gitea", "hub.json", "--columns", "id=x"],
            "--columns is for the kind csv",
        ),
        (
            vec!["tokens", "import", "csv", "table.csv", "--columns", "ids=x"],
            "`ids` is none of",
        ),
        (
            vec!["scan", "--with", "hub.json"],
            "hub.json: it is no snapshot",
        ),
        (
            vec!["scan", "--with", "jupyterhub=half.json"],
            "half.json:1: it ends in the middle",
        ),
        (
            vec!["history", "--with", "gitea=hub.json"],
            "looks like a list of the kind `jupyterhub`",
        ),
        (vec!["tokens", "check", "--with", "gitea=hub.json"], ""),
    ] {
        let run = dir.run(&args);
        run.ends(2).complains(why);
    }
}

#[test]
fn a_credential_in_a_name_is_refused_and_not_shown() {
    let dir = Dir::new();
    let token = token(7);
    dir.write("hub.json", HUB.replace("deploy", &token));
    let run = dir.run(&[
        "tokens",
        "import",
        "jupyterhub",
        "hub.json",
        "-o",
        "out.json",
    ]);
    run.ends(2)
        .complains("row 1 holds a credential (github-pat)");
    assert!(!run.errors().contains(&token));
    assert!(!dir.path().join("out.json").exists());
}

#[cfg(unix)]
#[test]
fn a_snapshot_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Dir::new();
    dir.write("hub.json", HUB);
    dir.run(&[
        "tokens",
        "import",
        "jupyterhub",
        "hub.json",
        "-o",
        "out.json",
    ])
    .ends(0);
    let mode = fs::metadata(dir.path().join("out.json"))
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0);
}

#[test]
fn the_manual_has_the_generated_kinds() {
    let page = include_str!("../../docs/lists.md");
    assert!(
        page.ends_with(&keysweep::lists::table()),
        "stale: put what `keysweep generate list-table` prints at the end of docs/lists.md"
    );
}
