//! The inventory of a repository in the forms that people take to a meeting.

use crate::common::{Dir, jwt, line};

/// A repository with a token that is there, one that was removed, and one that ends.
fn audited() -> Dir {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.write("gone.env", line(2));
    dir.write(
        "session.log",
        format!("Authorization: Bearer {}\n", jwt(1_800_000_000, 3)),
    );
    dir.commit("all");
    dir.git(&["rm", "-q", "gone.env"]);
    dir.commit("gone");
    dir
}

#[test]
fn the_page_and_the_table_come_from_one_run() {
    let dir = audited();
    let outputs = ["html=p.html", "csv=p.csv"];
    let outputs = outputs.iter().flat_map(|one| ["--output", one]);
    let args: Vec<&str> = ["history", "--now", "2026-12-20"]
        .into_iter()
        .chain(outputs)
        .collect();
    dir.run(&args).ends(1);
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("it is written");
    let page = read("p.html");
    let answer = "3 credentials: 1 ends soon, the first on 2027-01-15; 1 stands in the files and may be alive; \
                  1 was removed, and nothing says that it was revoked.";
    assert!(page.contains(answer), "{page}");
    let at = |state: &str| {
        page.find(&format!("<tr role=\"row\" data-state=\"{state}\">"))
            .expect("a row")
    };
    assert!(at("alive") < at("removed") && at("removed") < at("expiring"));
    // The command that the page gives is the one that works.
    let (_, removed) = page.split_at(at("removed"));
    let (_, command) = removed.split_once("<code>keysweep ").expect("a command");
    let words: Vec<&str> = command
        .split_once("</code>")
        .expect("it ends")
        .0
        .split(' ')
        .collect();
    assert_eq!(words[2..], ["--history"]);
    dir.run(&words).ends(0).says("+ ");
    let table = read("p.csv");
    assert_eq!(table.lines().count(), 4);
    assert!(table.starts_with("id,rule,name,severity,"));
    // None of them holds a value.
    for text in [&page, &table] {
        for seed in [1, 2] {
            let value = line(seed);
            let value = value.trim().rsplit('=').next().expect("a value");
            assert!(!text.contains(value));
        }
        assert!(!text.contains(&jwt(1_800_000_000, 3)));
    }
}

#[test]
fn an_incomplete_page_says_so_and_an_empty_one_is_no_error() {
    let dir = Dir::new();
    dir.write("a.txt", "nothing\n");
    dir.run(&["scan", "--format", "html"])
        .ends(0)
        .says("No credential is listed.");
    dir.write("b.txt", "x".repeat(2_000));
    let run = dir.run(&[
        "scan",
        "--strict",
        "--max-file-size",
        "1KiB",
        "--format",
        "html",
    ]);
    run.ends(2).says("This is not everything");
}
