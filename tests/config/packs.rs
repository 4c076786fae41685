//! Rule packs: who may name one outside, and what it must be.

use sha2::{Digest as _, Sha256};

use crate::common::{Dir, expand, findings};

/// A rule file with one rule, which names packs.
fn pack(id: &str, extends: &[&str]) -> String {
    let named: Vec<String> = extends.iter().map(|pack| format!("{pack:?}")).collect();
    format!(
        "extends = [{}]\n\n[[rule]]\nid = \"{id}\"\nname = \"{id}\"\nseverity = \"high\"\npattern = '{id}_[0-9A-Za-z]{{24}}'\n",
        named.join(", ")
    )
}

fn sha256(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text).into();
    digest.map(|byte| format!("{byte:02x}")).concat()
}

/// A repository whose file holds a value of each of the rules `one` and `two`.
fn repo() -> Dir {
    let dir = Dir::repo();
    let values = ["one", "two"].map(|id| expand(&format!("{id}_{{alnum:24}}\n"), 1));
    dir.write("a.txt", values.concat());
    dir
}

fn found(dir: &Dir, args: &[&str]) -> Vec<String> {
    let report = dir.json(args);
    let ids = findings(&report).iter().map(|row| row["rule"].to_string());
    ids.map(|id| id.trim_matches('"').to_owned()).collect()
}

fn config(pack: &str) -> String {
    format!("[rules]\nextends = [{pack:?}]\n")
}

#[test]
fn a_pack_in_the_repository_names_packs_beside_itself() {
    let dir = repo();
    dir.write("keysweep.toml", config("ci/one.toml"));
    // Relative to the file that names it; twice is once.
    dir.write(
        "ci/one.toml",
        pack("one", &["more/two.toml", "more/two.toml"]),
    );
    dir.write("ci/more/two.toml", pack("two", &[]));
    assert_eq!(found(&dir, &["scan"]), ["one", "two"]);
    dir.commit("all");
    // The side that holds is the one that the packs are read from.
    dir.write("ci/more/two.toml", "broken");
    assert_eq!(found(&dir, &["history"]), ["one", "two"]);
    dir.run(&["scan"]).ends(2).complains("two.toml:1");
    dir.run(&["config", "show", "--config", "keysweep.toml"])
        .ends(2);
}

#[test]
fn a_circle_a_chain_without_end_and_a_missing_pack_are_errors() {
    let dir = repo();
    dir.write("keysweep.toml", config("one.toml"));
    dir.write("one.toml", pack("one", &["two.toml"]));
    dir.write("two.toml", pack("two", &["one.toml"]));
    dir.run(&["scan"])
        .ends(2)
        .complains("two.toml:1: `extends`: the packs go in a circle");
    dir.run(&["scan", "--config", "keysweep.toml"])
        .ends(2)
        .complains("circle");
    dir.write("two.toml", pack("two", &["gone.toml"]));
    dir.run(&["scan"])
        .ends(2)
        .complains("two.toml:1: `extends`: the rule file is not there");
    for number in 0..20 {
        let next = format!("chain-{}.toml", number + 1);
        let name = format!("chain-{number}.toml");
        dir.write(&name, pack(&format!("chain{number}"), &[&next]));
    }
    dir.write("keysweep.toml", config("chain-0.toml"));
    dir.run(&["scan"])
        .ends(2)
        .complains("packs name each other in a row");
}

/// Whatever a repository brings leads nowhere but into itself.
#[test]
fn what_came_with_a_scan_names_nothing_outside() {
    let dir = repo();
    let text = pack("one", &[]);
    std::fs::write(dir.outside("one.toml"), &text).expect("writable");
    let path = format!("../one.toml sha256:{}", sha256(&text));
    dir.write("keysweep.toml", config(&path));
    dir.run(&["scan"]).ends(2).complains(
        "keysweep.toml:2: `rules.extends`: a pack outside the repository is for the user to name",
    );
    // Not by way of a pack inside, either; and no digest of the file is told, whatever was asked for.
    dir.write("keysweep.toml", config("two.toml"));
    let wrong = format!("../one.toml sha256:{}", "0".repeat(64));
    for named in ["../one.toml", path.as_str(), wrong.as_str()] {
        dir.write("two.toml", pack("two", &[named]));
        for args in [&["scan"][..], &["scan", "--config", "keysweep.toml"]] {
            let run = dir.run(args);
            run.ends(2)
                .complains("outside this directory is for the user to name");
            assert!(
                !run.errors().contains(&sha256(&text)[..16]),
                "{}",
                run.errors()
            );
        }
    }
    // Nor by a link in the working tree, when the user names the configuration.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.outside("one.toml"), dir.path().join("link.toml"))
            .expect("linked");
        dir.write("keysweep.toml", config("link.toml"));
        dir.run(&["scan"]).ends(2);
        dir.run(&["scan", "--config", "keysweep.toml"])
            .ends(2)
            .complains("a pack outside needs its digest");
    }
}

#[test]
fn a_users_file_names_a_pack_anywhere_by_its_digest() {
    let dir = repo();
    let two = pack("two", &[]);
    std::fs::write(dir.outside("two.toml"), &two).expect("writable");
    let one = pack("one", &[&format!("two.toml sha256:{}", sha256(&two))]);
    std::fs::write(dir.outside("one.toml"), &one).expect("writable");
    let path = format!("../one.toml sha256:{}", sha256(&one));
    dir.write("mine.toml", config(&path));
    assert_eq!(
        found(&dir, &["scan", "--config", "mine.toml"]),
        ["one", "two"]
    );
    // As a rule file that the user names.
    dir.write("rules.toml", format!("extends = [{path:?}]\n"));
    assert_eq!(
        found(&dir, &["scan", "--rules", "rules.toml"]),
        ["one", "two"]
    );
    // Without a digest, and with another one: both are told.
    dir.write("mine.toml", config("../one.toml"));
    dir.run(&["scan", "--config", "mine.toml"])
        .ends(2)
        .complains("mine.toml:2: `rules.extends`: a pack outside needs its digest");
    let other = "ab".repeat(32);
    dir.write("mine.toml", config(&format!("../one.toml sha256:{other}")));
    dir.run(&["scan", "--config", "mine.toml"])
        .ends(2)
        .complains(&sha256(&one))
        .complains(&other);
    // What a pack outside names is pinned, too.
    let loose = pack("one", &["two.toml"]);
    std::fs::write(dir.outside("one.toml"), &loose).expect("writable");
    dir.write(
        "mine.toml",
        config(&format!("../one.toml sha256:{}", sha256(&loose))),
    );
    dir.run(&["scan", "--config", "mine.toml"])
        .ends(2)
        .complains("`extends`: a pack outside needs its digest");
}
