//! `keysweep audit`: working tree, ignored stores and history of one or several repositories in one report.

use serde_json::Value;

use crate::common::{Dir, findings, jwt, line, skipped};

/// The one finding of a report that has several places or one.
fn only(report: &Value) -> &Value {
    match findings(report).as_slice() {
        [one] => one,
        all => panic!("{} findings: {all:#?}", all.len()),
    }
}

/// `PATH (WHAT KEEPS IT)` of each place, in the order of the report.
fn kept(finding: &Value) -> Vec<String> {
    let places = finding["places"].as_array().expect("places");
    let place = |place: &Value| {
        let path = place["path"].as_str().expect("a path");
        match (&place["only_in"], &place["at_head"]) {
            (Value::String(kept), _) => format!("{path} ({kept})"),
            (_, Value::Bool(false)) => format!("{path} (gone)"),
            _ => path.to_owned(),
        }
    };
    places.iter().map(place).collect()
}

fn values_of(finding: &Value, field: &str) -> Vec<String> {
    let facts = finding["facts"].as_array().expect("facts").iter();
    facts
        .filter(|fact| fact["field"] == field)
        .map(|fact| fact["value"].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn a_file_at_head_is_one_place_and_what_is_not_committed_is_another() {
    let dir = Dir::repo();
    dir.write(".gitignore", ".env\nbuild/\n");
    dir.write("app.env", line(1));
    dir.commit("all");
    dir.write(".env", line(1));
    dir.write("build/other.env", line(2));
    dir.write("build/notes.txt", line(3));
    dir.write("new.txt", line(4));
    let report = dir.json(&["audit"]);
    let all = findings(&report);
    // Ignored files are read where their names promise credentials, and the others are counted.
    let mut places: Vec<Vec<String>> = all.iter().map(kept).collect();
    places.sort();
    assert_eq!(
        places,
        [
            vec!["app.env".to_owned(), ".env (the working tree)".to_owned()],
            vec!["build/other.env (the working tree)".to_owned()],
            vec!["new.txt (the working tree)".to_owned()],
        ]
    );
    assert_eq!(report["summary"]["ignored"]["files"], 1);
    assert_eq!(report["run"]["mode"], "audit");
    // What stands nowhere in the history has no timeline.
    let timelines = all.iter().filter(|one| one["timeline"].is_object());
    assert_eq!(timelines.count(), 1);
}

#[test]
fn what_was_removed_from_git_and_stays_in_an_ignored_store_still_stands() {
    let dir = Dir::repo();
    dir.write(".gitignore", ".env\n");
    dir.write("app.py", line(1));
    dir.commit("first");
    dir.write("app.py", "key = os.environ['KEY']\n");
    dir.commit("out of the code");
    dir.write(".env", line(1));
    let report = dir.json(&["audit"]);
    let one = only(&report);
    assert_eq!(kept(one), [".env (the working tree)", "app.py (gone)"]);
    assert_eq!(values_of(one, "revocation"), Vec::<String>::new());
    // The history alone does not know of the file.
    let report = dir.json(&["history"]);
    assert_eq!(values_of(only(&report), "revocation").len(), 1);
    dir.run(&["audit"])
        .ends(1)
        .says("1 credential: 1 stands in the files and may be alive.")
        .says(".env:1:")
        .says("only in the working tree")
        .says("(not at HEAD)");
}

/// What is wrong with its life is told of it as of what HEAD holds: whoever uses the store stops when it ends.
#[test]
fn a_credential_of_a_store_alone_has_the_conditions_of_one_in_use() {
    let dir = Dir::repo();
    dir.write(".gitignore", ".env\n");
    dir.write("app.conf", format!("token = {}\n", jwt(1_800_000_000, 5)));
    dir.commit("first");
    dir.write("app.conf", "token = ${TOKEN}\n");
    dir.commit("out of the configuration");
    dir.write(".env", format!("TOKEN={}\n", jwt(1_800_000_000, 5)));
    let args = ["audit", "--now", "2027-01-10", "--format", "json"];
    let report = dir.run(&args).json();
    let one = only(&report);
    assert_eq!(one["timeline"]["at_head"], false);
    assert_eq!(one["conditions"][0]["id"], "stale/expiring");
    // Once it has ended it is told to be taken out of the store.
    let args = ["audit", "--now", "2027-03-01", "--format", "json"];
    let report = dir.run(&args).json();
    let one = only(&report);
    assert_eq!(
        (&one["reported"], &one["severity"]),
        (&"stale/expired".into(), &"low".into())
    );
    let message = one["conditions"][0]["message"].as_str().expect("text");
    assert!(
        message.ends_with("it still stands in the files; take it out."),
        "{message}"
    );
}

#[test]
fn the_first_line_answers() {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.write("gone.env", line(2));
    dir.write("session.log", format!("Bearer {}\n", jwt(1_700_000_000, 3)));
    dir.write("soon.log", format!("Bearer {}\n", jwt(1_800_000_000, 4)));
    dir.commit("all");
    dir.git(&["rm", "-q", "gone.env"]);
    dir.commit("gone");
    let run = dir.run(&["audit", "--now", "2026-12-20"]);
    let answer = "4 credentials: 1 ends soon, the first on 2027-01-15; \
                  1 stands in the files and may be alive; \
                  1 was removed, and nothing says that it was revoked; \
                  1 is certainly dead, its end is past. \
                  Of those that are not dead, 2 have no known owner, 2 have no known end.";
    assert_eq!(run.ends(1).text().lines().next(), Some(answer));
}

#[test]
fn a_bare_repository_and_a_directory_without_git_are_audited_too() {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.commit("all");
    let bare = dir.outside("bare.git");
    let name = bare.to_str().expect("UTF-8");
    dir.git(&["clone", "-q", "--bare", ".", name]);
    let report = dir.json(&["audit", name]);
    assert_eq!(kept(only(&report)), ["app.env"]);
    let plain = Dir::new();
    plain.write("app.env", line(1));
    let report = plain.json(&["audit"]);
    assert_eq!(kept(only(&report)), ["app.env"]);
    assert_eq!(report["run"]["history"], Value::Null);
    Dir::repo().run(&["audit"]).ends(0).says("no commits yet");
}

#[test]
fn what_was_a_repository_is_not_audited_as_files_alone() {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.commit("all");
    std::fs::remove_file(dir.path().join(".git/HEAD")).expect("it is there");
    dir.run(&["audit"])
        .ends(2)
        .complains("has objects and no HEAD")
        .complains("`keysweep scan`");
    dir.run(&["scan"]).ends(1);
}

/// Three repositories below one directory: two share a token, and all have a password of one name.
fn three() -> Dir {
    let dir = Dir::new();
    for (name, token) in [("shop", 1), ("billing", 1), ("site", 2)] {
        dir.git(&["init", "-q", name]);
        dir.write(&format!("{name}/app.env"), line(token));
        dir.write(
            &format!("{name}/db.yml"),
            format!("db_password: Tr0ub4dor&{name}\n"),
        );
        dir.git(&["-C", name, "add", "."]);
        dir.git(&["-C", name, "commit", "-qm", "all"]);
    }
    dir
}

#[test]
fn several_repositories_are_one_report() {
    let dir = three();
    let report = dir.json(&["audit", "shop", "billing", "site"]);
    assert_eq!(report["run"]["target"], "shop, billing, site");
    let tokens: Vec<&Value> = findings(&report)
        .iter()
        .filter(|one| one["guessable"] == false)
        .collect();
    assert_eq!(tokens.len(), 2);
    // A token is one credential wherever it stands.
    let shared: Vec<&&Value> = tokens.iter().filter(|one| kept(one).len() == 2).collect();
    assert_eq!(shared.len(), 1);
    assert_eq!(values_of(shared[0], "used-in"), ["billing, shop"]);
    let place = &shared[0]["places"][0];
    assert_eq!(place["path"], "shop/app.env");
    assert_eq!(place["uri"], "shop/app.env");
    assert_eq!(place["repository"], "shop");
    // A password is known by its name and path, and those of two repositories have nothing in common.
    let passwords: Vec<&Value> = findings(&report)
        .iter()
        .filter(|one| one["guessable"] == true)
        .collect();
    assert_eq!(passwords.len(), 3);
    let mut ids: Vec<&str> = findings(&report)
        .iter()
        .map(|one| one["fingerprint"].as_str().expect("text"))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5, "every credential has an id of its own");
    assert_eq!(report["run"]["history"]["commits"], 3);
    // The order in which they are named changes nothing but the order of places.
    let turned = dir.json(&["audit", "site", "billing", "shop"]);
    assert_eq!(findings(&turned).len(), 5);
}

#[test]
fn a_repository_that_cannot_be_read_is_a_gap_and_hides_no_other() {
    let dir = three();
    let report = dir.json(&["audit", "shop", "nowhere"]);
    assert_eq!(findings(&report).len(), 2);
    let gaps = skipped(&report);
    assert!(
        gaps[0].starts_with("unreadable-repository nowhere ("),
        "{gaps:?}"
    );
    assert_eq!(report["summary"]["complete"], false);
    let clean = Dir::new();
    clean.git(&["init", "-q", "one"]);
    clean.write("one/a.txt", "nothing\n");
    clean
        .run(&["audit", "one", "nowhere"])
        .ends(2)
        .says("NOT READ: 1 repository that cannot be read");
    clean
        .run(&["audit", "nowhere", "elsewhere"])
        .ends(2)
        .complains("none of the repositories can be read");
    dir.run(&["audit", "shop", "./shop"])
        .ends(2)
        .complains("are the same repository or directory");
    dir.write("shop/lib/x.txt", "nothing\n");
    dir.run(&["audit", "shop", "shop/lib"])
        .ends(2)
        .complains("are the same repository or directory");
    dir.run(&["audit", "shop", "."])
        .ends(2)
        .complains("shop lies in ., which is no repository");
    // Hidden in one repository is not hidden in another.
    dir.write("billing/.keysweepignore", "app.env\n");
    dir.git(&["-C", "billing", "add", "."]);
    dir.git(&["-C", "billing", "commit", "-qm", "hidden"]);
    let report = dir.json(&["audit", "billing", "shop"]);
    let shared = findings(&report).iter().find(|one| kept(one).len() == 2);
    let shared = shared.expect("the token of both");
    assert_eq!(shared["suppressed"], Value::Null);
    let hidden = shared["places"].as_array().expect("places").iter();
    let hidden: Vec<&Value> = hidden
        .filter(|place| place["suppressed"].is_object())
        .collect();
    assert_eq!(hidden.len(), 1);
    assert_eq!(hidden[0]["suppressed"]["source"], "billing/.keysweepignore");
}

#[test]
fn each_repository_has_its_register() {
    let dir = three();
    let ended = "[[token]]\nid = \"bot\"\nexpires = 2026-01-01\n";
    dir.write("shop/tokens.toml", ended);
    let report = dir.json(&["audit", "shop", "billing"]);
    let notices = report["notices"].as_array().expect("a list").iter();
    let ended = notices.filter(|notice| notice["reported"] == "register/expired");
    let notices: Vec<&Value> = ended.collect();
    assert_eq!(notices.len(), 1);
    dir.run(&["audit", "shop"])
        .ends(1)
        .says("2 are not in the register.");
    assert_eq!(notices[0]["file"], "shop/tokens.toml");
    assert_eq!(notices[0]["uri"], "shop/tokens.toml");
    dir.write("shop/tokens.toml", "[[token]\n");
    dir.run(&["audit", "shop", "billing"])
        .ends(2)
        .complains("tokens.toml");
}

/// Each repository is held against the list, and each of its tokens is one row.
#[test]
fn a_list_is_joined_to_what_any_repository_holds() {
    let dir = three();
    let table = format!(
        "id,name,secret,owner,expires\n1,bot,{},ann,2026-12-10\n2,lost,,bob,\n",
        crate::common::token(1)
    );
    dir.write("tokens.csv", table);
    let args = [
        "audit",
        "site",
        "shop",
        "billing",
        "--with",
        "csv=tokens.csv",
    ];
    let report = dir.json(&args);
    let rows = report["listed"].as_array().expect("a list");
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row["name"].as_str().expect("text"))
        .collect();
    assert_eq!(names, ["bot", "lost"]);
    let shared = findings(&report).iter().find(|one| kept(one).len() == 2);
    let shared = shared.expect("the token of both");
    assert_eq!(
        rows[0]["findings"],
        serde_json::json!([shared["fingerprint"]])
    );
    assert_eq!(rows[1]["findings"], serde_json::json!([]));
    // The fact is one, although two repositories told it.
    assert_eq!(values_of(shared, "owner"), ["ann"]);
    dir.run(&args)
        .ends(1)
        .says("2 tokens")
        .says("1 of them found here");
    for format in crate::common::formats() {
        let mut all = args.to_vec();
        all.extend(["--format", format]);
        assert!(
            !dir.run(&all).text().contains(&crate::common::token(1)),
            "{format}"
        );
    }
}

#[test]
fn what_changed_since_an_earlier_audit() {
    let dir = Dir::repo();
    dir.write("stays.env", line(1));
    dir.write("goes.txt", line(2));
    dir.write("turns.env", line(3));
    dir.write("dies.log", format!("Bearer {}\n", jwt(1_800_000_000, 4)));
    dir.commit("all");
    dir.run(&[
        "audit",
        "--now",
        "2026-11-01",
        "--output",
        "json=../old.json",
    ])
    .ends(1);
    dir.git(&["rm", "-q", "goes.txt"]);
    dir.write("turns.env", line(5));
    dir.commit("later");
    let args = [
        "audit",
        "--now",
        "2027-02-01",
        "--against",
        "../old.json",
        "--output",
        "html=../page.html",
        "--output",
        "markdown=../page.md",
        "--output",
        "json=../new.json",
        "--output",
        "sarif=../new.sarif",
    ];
    let run = dir.run(&args);
    let all =
        "Since the report of 2026-11-01: 1 new, 1 rotated, 1 removed, 1 expired, 1 unchanged.";
    run.ends(1).says(all);
    for what in ["new ", "rotated ", "removed ", "expired 2027-01-15"] {
        run.says(&format!("\n  {what}"));
    }
    run.says(" by Ann: ");
    for (page, all) in [
        ("page.html", all),
        ("page.md", "Since the report of 2026-11-01"),
    ] {
        let page = std::fs::read_to_string(dir.outside(page)).expect("it is written");
        assert!(page.contains(all) && page.contains("rotated "), "{page}");
    }
    // It is read back, and a report against itself has no change.
    let run = dir.run(&["audit", "--now", "2027-02-01", "--against", "../new.json"]);
    run.ends(1)
        .says("Since the report of 2027-02-01: 5 unchanged.");
    dir.write("../broken.json", "{}");
    dir.run(&["audit", "--against", "../broken.json"])
        .ends(2)
        .complains("cannot be read back");
}

#[test]
fn people_are_named_as_far_as_is_asked() {
    let dir = Dir::repo();
    let name = "Ann Example-Person";
    dir.write("a.env", line(1));
    dir.git(&["add", "-A"]);
    dir.git_as(&["commit", "-qm", "one"], &[("GIT_AUTHOR_NAME", name)]);
    dir.write("a.env", line(2));
    dir.git(&["add", "-A"]);
    dir.git_as(&["commit", "-qm", "two"], &[("GIT_AUTHOR_NAME", name)]);
    for (people, there, address) in [
        ("full", name, true),
        ("initials", "A.E.", false),
        ("none", "(not shown)", false),
    ] {
        for format in [
            "human", "json", "jsonl", "sarif", "html", "csv", "markdown", "github",
        ] {
            let run = dir.run(&[
                "audit",
                "--people",
                people,
                "--show-emails",
                "--format",
                format,
            ]);
            let text = run.text();
            assert_eq!(text.contains(name), people == "full", "{format} {text}");
            if format == "json" {
                assert!(text.contains(there), "{text}");
                assert_eq!(text.contains("ann@example.org"), address, "{text}");
            }
        }
    }
}

/// The page is shown by what the system opens pages with, which is asked once with the file.
#[cfg(target_os = "linux")]
#[test]
fn the_page_is_opened_when_that_is_asked_for() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    let bin = dir.outside("bin");
    std::fs::create_dir(&bin).expect("new");
    let opener = bin.join("xdg-open");
    let said = dir.outside("said");
    std::fs::write(
        &opener,
        format!("#!/bin/sh\necho \"$1\" > {}\n", said.display()),
    )
    .expect("writable");
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let path = std::env::var("PATH").expect("a search path");
    let mut command = dir.command(&["audit", "--open", "--output", "html=../page.html"]);
    command.env("PATH", format!("{}:{path}", bin.display()));
    crate::common::Run::new(command)
        .ends(1)
        .complains("the page is ../page.html");
    // The name is there whole when its line ends.
    let asked = || std::fs::read_to_string(&said).unwrap_or_default();
    crate::common::until("the page is opened", || asked().ends_with('\n'));
    assert_eq!(asked(), "../page.html\n");
}

/// Where nothing can show the page, the report is there all the same, and what to do is said in words.
#[cfg(target_os = "linux")]
#[test]
fn a_page_that_nothing_can_show_is_named() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    let bin = dir.outside("bin");
    std::fs::create_dir(&bin).expect("new");
    let mut command = dir.command(&["audit", "--open", "--output", "html=../page.html"]);
    command.env("PATH", &bin);
    let run = crate::common::Run::new(command);
    run.ends(1)
        .complains("no program that shows pages could be started here: open it in a browser");
    assert!(!run.errors().contains("failed with"), "{}", run.errors());
    assert!(dir.outside("page.html").is_file());
}

/// Whatever is looked at, nothing is asked over a network. Without `strace` nothing can be said.
#[cfg(target_os = "linux")]
#[test]
fn nothing_opens_a_socket() {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.write("session.log", format!("Bearer {}\n", jwt(1_800_000_000, 3)));
    dir.write("tokens.toml", "[[token]]\nid = \"bot\"\n");
    dir.commit("all");
    let trace = dir.outside("trace");
    for verb in [
        vec!["audit"],
        vec!["scan"],
        vec!["history"],
        vec!["tokens", "check"],
        vec!["hook", "--agent"],
        vec!["mcp"],
        vec!["lsp"],
    ] {
        let mut command = std::process::Command::new("strace");
        command
            .args(["-f", "-e", "trace=socket,connect,sendto", "-o"])
            .arg(&trace)
            .arg(env!("CARGO_BIN_EXE_keysweep"))
            .args(&verb)
            .current_dir(dir.path());
        // A message of an agent; the others do not ask.
        let message = dir.outside("message");
        std::fs::write(&message, serde_json::json!({"prompt": line(1)}).to_string())
            .expect("writable");
        let status = match verb[0] {
            // What is no message of the protocol ends it.
            "hook" | "lsp" => 2,
            "mcp" => 0,
            _ => 1,
        };
        command.stdin(std::fs::File::open(&message).expect("it is there"));
        match command.output() {
            Ok(output) => assert_eq!(output.status.code(), Some(status), "{output:?}"),
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
                return;
            }
        }
        let calls = std::fs::read_to_string(&trace).expect("strace writes it");
        for call in ["socket(", "connect(", "sendto("] {
            assert!(!calls.contains(call), "{verb:?}: {calls}");
        }
    }
}
