//! `tokens init` and `tokens edit`: a register that is proposed, and one that is changed in its place.

use keysweep::register::Register;

use super::checked;
use crate::common::{Dir, Run, jwt, line, token};

/// A repository with a token, one that ends, a password, and references to two more.
fn repository() -> Dir {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.write("bot.env", format!("RELEASE_TOKEN={}\n", token(2)));
    dir.write("tests/x.env", line(3));
    dir.write(
        "session.log",
        format!("Authorization: Bearer {}\n", jwt(1_800_000_000, 3)),
    );
    dir.write(
        ".github/workflows/a.yml",
        "x: ${{ secrets.RELEASE_TOKEN }}\ny: ${{ secrets.DEPLOY_KEY }}\n",
    );
    dir.write(
        "main.py",
        "a = os.environ['RELEASE_TOKEN']\nb = os.environ['PAYMENT_API_KEY']\n",
    );
    dir.commit("all");
    dir
}

fn register(run: &Run) -> Register {
    run.ends(0);
    Register::parse("tokens.toml", run.text().as_bytes()).expect("a register")
}

#[test]
fn a_register_is_proposed_from_findings_and_references() {
    let dir = repository();
    let run = dir.run(&["tokens", "init", "--now", "2026-11-26"]);
    let register = register(&run);
    let entry = |id: &str| {
        let mut entries = register.entries.iter();
        let found = entries.find(|entry| entry.id == id);
        found.unwrap_or_else(|| panic!("{id} in {}", run.text()))
    };
    let bot = entry("release-token");
    let refs: Vec<&str> = bot.refs.iter().map(|at| at.value.as_str()).collect();
    assert_eq!(refs, ["gha:secrets.RELEASE_TOKEN", "env:RELEASE_TOKEN"]);
    assert!(bot.fingerprint.is_some() && bot.kind.is_some());
    // Who committed it first may be its owner; somebody has to confirm that.
    assert!(bot.owner.is_some());
    run.says("# committed it first")
        .says("# purpose = \"\"")
        .says("# or before");
    run.says("added = 2026-11-26");
    entry("deploy-key");
    // What stands in tests alone is not in use, and what only code reads is proposed when it is asked for.
    assert!(!run.text().contains("tests/"), "{}", run.text());
    assert!(
        register
            .entries
            .iter()
            .all(|entry| entry.id != "payment-api-key")
    );
    let run = dir.run(&["tokens", "init", "--all"]);
    run.ends(0).says("refs = [\"env:PAYMENT_API_KEY\"]");
    // The end that the bytes tell.
    run.says("expires = 2027-01-15");
    for seed in [2, 3] {
        assert!(!run.text().contains(&token(seed)), "{}", run.text());
    }
    assert!(!run.text().contains(&jwt(1_800_000_000, 3)));
}

#[test]
fn a_proposed_register_is_written_once_and_checked() {
    let dir = repository();
    dir.run(&["tokens", "init", "--write", "--now", "2026-11-26"])
        .ends(0);
    let written = dir.read("tokens.toml");
    dir.run(&["tokens", "init", "--write"])
        .ends(2)
        .complains("there is a register");
    assert_eq!(dir.read("tokens.toml"), written);
    // All that is told of it is that its tokens stand in the files.
    let report = checked(&dir, &[]);
    let notices = report["notices"].as_array().expect("a list");
    assert!(!notices.is_empty());
    for notice in notices {
        assert_eq!(notice["reported"], "register/leaked", "{notice}");
    }
    // What the register has is not proposed again.
    let run = dir.run(&["tokens", "init"]);
    run.ends(0);
    assert!(!run.text().contains("release-token"), "{}", run.text());
    // Two weeks later somebody should have filled it in.
    dir.run(&["tokens", "check", "--now", "2026-12-11"])
        .says("register/incomplete");
}

#[test]
fn outside_of_a_repository_there_is_nobody_who_committed() {
    let dir = Dir::new();
    dir.write("app.env", line(1));
    let run = dir.run(&["tokens", "init"]);
    run.ends(0).says("# owner = \"\"");
    let run = Dir::repo();
    run.run(&["tokens", "init"]).ends(0).says("[policy]");
}

#[test]
fn what_a_server_lists_is_proposed_with_what_it_says() {
    let dir = Dir::repo();
    let list = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/lists/sonarqube/exported.json"
    );
    let from = format!("sonarqube={list}");
    let run = dir.run(&["tokens", "init", "--now", "2026-11-26", "--from", &from]);
    let register = register(&run);
    let entries = register.entries.iter();
    let mut entries = entries.filter(|entry| entry.id == "shop-pipeline");
    let entry = entries.next().unwrap_or_else(|| panic!("{}", run.text()));
    let text = |at: &Option<keysweep::register::At<String>>| at.clone().map(|at| at.value);
    assert_eq!(text(&entry.server).as_deref(), Some("sonarqube"));
    assert_eq!(text(&entry.name).as_deref(), Some("shop, pipeline"));
    assert_eq!(text(&entry.owner).as_deref(), Some("admin"));
    assert!(!entry.scope.is_empty());
    run.says("expires = 2026-12-31").says("expires = \"never\"");
    // What the register has is not proposed again.
    dir.write("tokens.toml", run.text());
    let run = dir.run(&["tokens", "init", "--from", &from]);
    assert!(!run.text().contains("[[token]]"), "{}", run.text());
    // A secret of a list is in no proposal.
    for (kind, file) in [
        ("unleash", "api-tokens.json"),
        ("miniflux", "api-keys-admin.json"),
    ] {
        let root = env!("CARGO_MANIFEST_DIR");
        let from = format!("{kind}={root}/fixtures/lists/{kind}/{file}");
        let dir = Dir::repo();
        let run = dir.run(&["tokens", "init", "--from", &from]);
        run.ends(0).says("[[token]]");
    }
    dir.run(&["tokens", "init", "--from", "sonarqube=none.json"])
        .ends(2)
        .complains("none.json");
}

#[test]
fn no_name_brings_a_value_into_a_proposal() {
    let dir = Dir::repo();
    let value = token(6);
    dir.write("app.env", line(1));
    dir.write(
        ".github/workflows/a.yml",
        format!("x: ${{{{ secrets.{value} }}}}\ny: ${{{{ secrets.A }}}}\n"),
    );
    dir.write(&format!("{value}.env"), line(2));
    dir.git(&["add", "--all"]);
    dir.git_as(&["commit", "-q", "-m", "x"], &[("GIT_AUTHOR_NAME", &value)]);
    let run = dir.run(&["tokens", "init", "--all"]);
    assert!(register(&run).entries.len() >= 3, "{}", run.text());
    assert!(!run.text().contains(&value), "{}", run.text());
}

#[test]
fn one_entry_is_changed_and_the_rest_stays() {
    let dir = Dir::repo();
    let text =
        "# ours\n[[token]]\nid = \"a\" # first\nowner  =  \"x\"  # me\n\n[[token]]\nid = \"b\"\n";
    dir.write("tokens.toml", text);
    dir.run(&[
        "tokens",
        "edit",
        "a",
        "owner=team:y",
        "expires=2027-02-28",
        "scope=read, write",
    ])
    .ends(0)
    .says("- owner  =  \"x\"  # me")
    .says("+ owner  =  \"team:y\"  # me");
    let want = "# ours\n[[token]]\nid = \"a\" # first\nowner  =  \"team:y\"  # me\nexpires = 2027-02-28\n\
                scope = [\"read\", \"write\"]\n\n[[token]]\nid = \"b\"\n";
    assert_eq!(dir.read("tokens.toml"), want);
    dir.run(&["tokens", "edit", "a", "expires=", "scope=", "owner=x"])
        .ends(0);
    assert_eq!(dir.read("tokens.toml"), text);
    // From below, and in a file of another name.
    dir.write("sub/x", "");
    dir.run(&["tokens", "edit", "b", "name=n", "--repo", "sub"])
        .ends(0);
    assert_eq!(dir.read("tokens.toml"), format!("{text}name = \"n\"\n"));
    dir.write("other.toml", text);
    dir.run(&["tokens", "edit", "b", "name=n", "--register", "other.toml"])
        .ends(0);
}

#[test]
fn what_may_not_be_written_is_not() {
    let dir = Dir::repo();
    let text = "[[token]]\nid = \"a\"\n";
    dir.write("tokens.toml", text);
    let value = token(4);
    for (change, words) in [
        (format!("name={value}"), "looks like a credential"),
        (format!("refs=env:X,{value}"), "looks like a credential"),
        ("onwer=x".to_owned(), "did you mean `owner`?"),
        ("expires=tomorrow".to_owned(), "is a date"),
        ("owner".to_owned(), "write KEY=VALUE"),
        ("id=".to_owned(), "cannot be taken out"),
    ] {
        let run = dir.run(&["tokens", "edit", "a", &change]);
        run.ends(2).complains(words);
        assert!(!run.errors().contains(&value), "{}", run.errors());
        assert_eq!(dir.read("tokens.toml"), text);
    }
    dir.run(&["tokens", "edit", "b", "owner=x"])
        .ends(2)
        .complains("there is no entry of this id");
    let none = Dir::repo();
    none.run(&["tokens", "edit", "a", "owner=x"])
        .ends(2)
        .complains("keysweep tokens init");
    // A fingerprint is what may be written of a value.
    let print = "0123456789abcdef0123";
    dir.run(&["tokens", "edit", "a", &format!("fingerprint={print}")])
        .ends(0);
    assert!(dir.read("tokens.toml").contains(print));
}
