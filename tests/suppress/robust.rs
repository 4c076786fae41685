//! Odd files, odd names, odd places: nothing outside is read or written, nothing hangs, and what an
//! entry does not do is said.

use std::collections::HashMap;
use std::fs;

use crate::common::{Dir, NOW, findings, line, token};
use keysweep::secret::Fingerprint;

const FILES: [&str; 2] = [".keysweepignore", ".keysweep-baseline"];

fn id_of(seed: u64) -> String {
    Fingerprint::of_strong(token(seed).as_bytes()).to_string()
}

#[test]
fn an_entry_whose_paths_hold_nothing_is_named() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    let id = id_of(1);
    dir.write(
        ".keysweep-baseline",
        format!("{id} github-pat path=tests/**\n{id} github-pat path=b/** until=2020-01-01\n"),
    );
    let run = dir.run(&["scan", "--now", NOW]);
    run.ends(1).says(&format!(
        "2 baseline entries fit nothing: line 1 github-pat {}, line 2 ",
        &id[..8]
    ));
    assert!(!run.text().contains("past its date"), "{}", run.text());
    dir.run(&["baseline", "prune", "--now", NOW])
        .ends(0)
        .says("2 removed");
    // The same entries where their paths hold the value.
    dir.write("tests/a.env", line(1));
    dir.write("b/a.env", line(1));
    dir.write(
        ".keysweep-baseline",
        format!("{id} github-pat path=tests/**\n{id} github-pat path=b/** until=2020-01-01\n"),
    );
    let run = dir.run(&["scan", "--now", NOW]);
    run.ends(1)
        .says("1 baseline entry past its date, hides nothing: line 2 ");
    assert!(!run.text().contains("fits nothing"), "{}", run.text());
}

#[test]
fn the_beginning_of_two_ids_is_refused() {
    // Six digits: some thousand values are enough for two that begin alike.
    let mut seen: HashMap<String, u64> = HashMap::new();
    let (one, two) = (0..)
        .find_map(|seed| {
            let begin = id_of(seed)[..6].to_owned();
            seen.insert(begin, seed).map(|other| (other, seed))
        })
        .expect("there are infinitely many");
    let dir = Dir::repo();
    dir.write("a.env", line(one));
    dir.write("b.env", line(two));
    let id = id_of(one);
    dir.run(&["allow", &id[..6]])
        .ends(2)
        .complains("fits 2 findings; name the one you mean by its own id:");
    assert!(!dir.path().join(".keysweep-baseline").exists());
    dir.run(&["allow", &id, &id[..10].to_ascii_uppercase()])
        .ends(0)
        .says("+ ");
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report)[0]["places"][0]["path"], "b.env");
}

#[test]
fn what_is_written_can_be_read_again() {
    let dir = Dir::repo();
    // Three bytes a character, each of them three digits in the file.
    let deep = format!("{}/{0}/{0}/{0}/{0}/{0}", "文".repeat(80));
    dir.write(&format!("{deep}/a.env"), line(1));
    dir.run(&["baseline", "create"]).ends(0).says("1 added");
    dir.run(&["scan"]).ends(0);
    dir.run(&["baseline", "update"]).ends(0).says("1 in all");
}

#[test]
fn line_ends_marks_and_capitals_of_other_systems() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("fixtures/b.env", line(2));
    let id = id_of(1).to_ascii_uppercase();
    dir.write(
        ".keysweep-baseline",
        format!("\u{feff}# head\r\n{id} github-pat reason=x\r\n{id} github-pat reason=x\r\n"),
    );
    dir.write(".keysweepignore", "\u{feff}fixtures/ # y\r\n\r\n");
    dir.run(&["scan"])
        .ends(0)
        .says("1 known")
        .says("1 in ignored paths");
    dir.run(&["scan", "--show-suppressed"])
        .says(" -- x")
        .says(" -- y");
    dir.run(&["baseline", "update"]).ends(0).says("1 in all");
}

#[test]
fn bytes_that_are_no_text_name_their_line() {
    for file in FILES {
        let dir = Dir::repo();
        dir.write("a.env", line(1));
        dir.write(file, b"# a\n# \xff\xfe\n");
        dir.run(&["scan"])
            .ends(2)
            .complains(&format!("{file}:2: this line is not UTF-8; rewrite it"));
    }
}

#[test]
fn too_large_is_refused() {
    for file in FILES {
        let dir = Dir::repo();
        dir.write("a.env", line(1));
        dir.write(file, "#\n".repeat(9 << 20));
        dir.run(&["scan"])
            .ends(2)
            .complains(file)
            .complains("is larger than 16 MiB; shorten it");
        dir.git(&["add", "-A"]);
        dir.run(&["staged"])
            .ends(2)
            .complains(&format!("{file} (index) is larger than 16 MiB; shorten it"));
    }
}

#[cfg(unix)]
#[test]
fn links_devices_and_directories_are_no_policy() {
    use std::os::unix::fs::symlink;
    for file in FILES {
        let dir = Dir::repo();
        dir.write("a.env", line(1));
        let path = dir.path().join(file);
        let outside = dir.outside("elsewhere");
        fs::write(&outside, "# mine\n").expect("writable");
        let verbs: [&[&str]; 4] = [
            &["scan"],
            &["baseline", "create"],
            &["allow", "01234567"],
            &["baseline", "update"],
        ];
        // Without a baseline there is nothing to update.
        let verbs = &verbs[..if file == FILES[0] { 3 } else { 4 }];
        let refused = |verbs: &[&[&str]]| {
            for verb in verbs {
                dir.run(verb)
                    .ends(2)
                    .complains("is no regular file; put a plain file there");
            }
        };
        symlink(&outside, &path).expect("new");
        refused(verbs);
        dir.git(&["add", "-A"]);
        dir.run(&["staged"]).ends(2).complains("is no regular file");
        dir.run(&["hook"]).ends(2).complains("is no regular file");
        dir.git(&["commit", "-q", "-m", "one"]);
        dir.run(&["history"])
            .ends(2)
            .complains("is no regular file");
        dir.run(&["history", "--untrusted"]).ends(1);
        fs::remove_file(&path).expect("ours");
        // One that leads nowhere is there all the same.
        symlink(dir.outside("nowhere"), &path).expect("new");
        refused(verbs);
        assert!(!dir.outside("nowhere").exists());
        fs::remove_file(&path).expect("ours");
        // Opening this one would wait for ever.
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("every system has it").success());
        refused(verbs);
        fs::remove_file(&path).expect("ours");
        fs::create_dir(&path).expect("new");
        refused(verbs);
        let text = fs::read_to_string(&outside).expect("there");
        assert_eq!(text, "# mine\n", "nothing is written through a link");
    }
}

#[test]
fn a_bare_repository_has_no_place_for_a_baseline() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    let bare = dir.outside("bare.git");
    let bare = bare.to_str().expect("plain");
    dir.git(&["clone", "-q", "--bare", ".", bare]);
    let inside = dir.path().join(".git");
    for place in [bare, inside.to_str().expect("plain")] {
        for verb in [
            &["baseline", "create"][..],
            &["baseline", "update"],
            &["allow", "--last", "--repo"],
        ] {
            let mut args = verb.to_vec();
            args.push(place);
            dir.run(&args)
                .ends(2)
                .complains("is a bare repository or inside a .git directory")
                .complains("run this in a working tree");
        }
        assert!(
            !std::path::Path::new(place)
                .join(".keysweep-baseline")
                .exists()
        );
    }
}
