//! `keysweep fix`: what a finding becomes in each family of files, checked by the parser of the language where it
//! is installed, and what is never written.

mod families;

use std::fs;

use crate::common::{Dir, findings, token};

/// The id of the one finding of a tree.
fn id(dir: &Dir) -> String {
    let report = dir.json(&["scan", "--all", "--min-confidence", "low"]);
    let all = findings(&report);
    assert_eq!(all.len(), 1, "{report:#}");
    all[0]["id"].as_str().expect("text").to_owned()
}

/// A repository with one Python file that holds a token.
fn program() -> (Dir, String) {
    let dir = Dir::repo();
    dir.write("app.py", format!("api_token = \"{}\"\n", token(1)));
    dir.commit("one");
    let id = id(&dir);
    (dir, id)
}

#[test]
fn nothing_changes_until_it_is_asked_for() {
    let (dir, id) = program();
    let before = dir.read("app.py");
    let shown = dir.run(&["fix", &id]);
    shown
        .ends(0)
        .says("--- a/app.py\n+++ b/app.py\n@@ -1 +1,2 @@\n+import os\n-api_token = \"‹redacted›\"\n+api_token = os.environ[\"API_TOKEN\"]\n")
        .says("What no file can do:\n1. Rotate it: Delete the token under Settings")
        .says("Set API_TOKEN in the environment of the program")
        .says("not changed; --write changes app.py");
    let diff = dir.run(&["fix", &id, "--diff"]);
    diff.ends(0);
    assert!(diff.text().starts_with("--- a/app.py") && !diff.text().contains("What no file"));
    for run in [&shown, &diff] {
        assert!(!run.text().contains(&token(1)));
    }
    assert_eq!(dir.read("app.py"), before);
    dir.run(&["fix", &id, "--write"])
        .ends(0)
        .says("\nchanged app.py");
    assert_eq!(
        dir.read("app.py"),
        "import os\napi_token = os.environ[\"API_TOKEN\"]\n"
    );
    assert!(findings(&dir.json(&["scan"])).is_empty());
    // It is gone from the tree and stands in the history.
    dir.run(&["fix", &id])
        .ends(2)
        .complains("`--history` looks there too");
    dir.commit("out");
    dir.run(&["fix", &id, "--history"])
        .ends(0)
        .says("What was pushed stays in the history");
}

#[test]
fn a_diff_shows_no_other_secret_of_the_file() {
    let dir = Dir::repo();
    dir.write(
        "app.py",
        format!(
            "first = \"{}\"\nsecond = \"{}\"\nfirst_again = \"x {}\"\n",
            token(1),
            token(2),
            token(1)
        ),
    );
    let report = dir.json(&["scan"]);
    for finding in findings(&report) {
        let run = dir.run(&["fix", finding["id"].as_str().expect("text")]);
        run.ends(0);
        for seed in [1, 2] {
            assert!(!run.text().contains(&token(seed)), "{}", run.text());
        }
    }
}

#[test]
fn what_cannot_be_replaced_has_a_named_reason() {
    for (path, text, reason) in [
        ("a.py", "# api_token = \"@\"\n", "comment"),
        ("a.py", "api_token = f\"@{x}\"\n", "composed"),
        ("a.py", "api_token = \"@\" \"more\"\n", "composed"),
        ("a.go", "package a\n\nconst apiToken = \"@\"\n", "constant"),
        (
            "a.go",
            "package a\n\nconst (\n\tapiToken = \"@\"\n)\n",
            "constant",
        ),
        ("a.rs", "const API_TOKEN: &str = \"@\";\n", "constant"),
        (
            "a.php",
            "<?php class A { private $token = '@'; }\n",
            "constant",
        ),
        (
            "A.cs",
            "class A { const string Token = \"@\"; }\n",
            "constant",
        ),
        ("a.js", "import x from \"@\";\n", "no-expression"),
        ("a.json", "{\"token\": \"@\"}\n", "no-reference"),
        (
            "k8s/a.yaml",
            "apiVersion: v1\nkind: Secret\nstringData:\n  token: @\n",
            "secret-manifest",
        ),
        (
            "k8s/b.yaml",
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  token: @\n",
            "no-environment",
        ),
        (
            "a.tf",
            "variable \"token\" {\n  default = \"@\"\n}\n",
            "default",
        ),
        ("a.sh", "cat <<EOF\ntoken: @\nEOF\n", "here-document"),
        ("compose.yaml", "environment: {TOKEN: @}\n", "no-expression"),
    ] {
        let dir = Dir::repo();
        dir.write(path, text.replace('@', &token(1)));
        let before = dir.read(path);
        let id = id(&dir);
        dir.run(&["fix", &id])
            .ends(0)
            .says(&format!("{path}:"))
            .says(&format!("not changed ({reason}): "));
        dir.run(&["fix", &id, "--write"])
            .ends(2)
            .complains("nothing was changed");
        assert_eq!(dir.read(path), before, "{path}");
    }
}

#[test]
fn settings_of_a_machine_leave_git_and_an_example_takes_their_place() {
    let dir = Dir::repo();
    dir.write(".env", format!("# mail\nMAIL_TOKEN={}\n", token(1)));
    dir.write(".env.example", "OTHER=");
    dir.commit("one");
    let id = id(&dir);
    dir.run(&["fix", &id])
        .says("+++ b/.env.example\n")
        .says("Take the file out of git (git rm --cached .env) and name it in .gitignore.");
    dir.run(&["fix", &id, "--write"]).ends(0);
    assert_eq!(dir.read(".env.example"), "OTHER=\nMAIL_TOKEN=\n");
    assert!(
        dir.read(".env").contains(&token(1)),
        "the machine still needs it"
    );
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_or_outside() {
    use std::os::unix::fs::symlink;
    let dir = Dir::repo();
    dir.write(".env", format!("MAIL_TOKEN={}\n", token(1)));
    fs::write(dir.outside("victim"), "mine\n").expect("writable");
    symlink(dir.outside("victim"), dir.path().join(".env.example")).expect("new");
    let id = id(&dir);
    dir.run(&["fix", &id, "--write"])
        .ends(2)
        .complains("a symbolic link or a special file");
    assert_eq!(
        fs::read_to_string(dir.outside("victim")).expect("there"),
        "mine\n"
    );
}

#[test]
fn ids_that_mean_nothing_are_said() {
    let (dir, id) = program();
    dir.run(&["fix", "xyz"])
        .ends(2)
        .complains("an id is 8 hexadecimal digits");
    dir.run(&["fix", "00000000"])
        .ends(2)
        .complains("no finding in the tree has the id 00000000");
    dir.run(&["fix", &id[..6]]).ends(0);
}

#[test]
fn equal_names_of_different_credentials_are_told_apart() {
    let dir = Dir::repo();
    dir.write("mail.py", format!("token = \"{}\"\n", token(1)));
    dir.write("pay.py", format!("token = \"{}\"\n", token(2)));
    let report = dir.json(&["scan"]);
    let mut names = Vec::new();
    for finding in findings(&report) {
        let run = dir.run(&["fix", finding["id"].as_str().expect("text"), "--write"]);
        run.ends(0);
    }
    for path in ["mail.py", "pay.py"] {
        names.push(dir.read(path));
    }
    assert!(names[0].contains("os.environ[\"MAIL_TOKEN\"]"), "{names:?}");
    // The other one is alone by then.
    assert!(
        names[1].contains("os.environ[\"PAY_TOKEN\"]")
            || names[1].contains("os.environ[\"TOKEN\"]"),
        "{names:?}"
    );
}

/// Each place is looked at with what stands before it, so their number has an end, and the next run goes on.
#[test]
fn many_places_of_one_file_are_changed_in_several_runs() {
    let dir = Dir::repo();
    let lines = (0..450).map(|n| format!("key_{n} = \"{}\"\n", token(1)));
    dir.write("app.py", lines.collect::<String>());
    dir.commit("one");
    let id = id(&dir);
    for (left, last) in [(250, false), (50, false), (0, true)] {
        let run = dir.run(&["fix", &id, "--write"]);
        run.ends(0).says("changed app.py");
        assert_eq!(dir.read("app.py").matches(&token(1)).count(), left);
        assert_eq!(run.text().contains("(many-places)"), !last);
        assert_eq!(run.text().contains("more like this"), !last);
    }
    assert!(findings(&dir.json(&["scan"])).is_empty());
}

#[test]
fn a_value_in_a_file_of_sops_goes_back_encrypted() {
    let dir = Dir::repo();
    let base64 = |bytes: usize| crate::facts::make::standard(crate::facts::make::bytes(bytes, 3));
    let cipher = format!(
        "ENC[AES256_GCM,data:{},iv:{},tag:{},type:str]",
        base64(12),
        base64(32),
        base64(16)
    );
    dir.write(
        "k8s/prod.yaml",
        format!(
            "database:\n    user: {cipher}\n    api_token_unencrypted: {}\nsops:\n    mac: {cipher}\n    version: 3.11.0\n",
            token(1)
        ),
    );
    // Ciphertext is listed only where somebody asks for all.
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 1, "{report:#}");
    let id = findings(&report)[0]["id"]
        .as_str()
        .expect("text")
        .to_owned();
    dir.run(&["fix", &id])
        .ends(0)
        .says("sops set --value-stdin k8s/prod.yaml '[\"database\"][\"api_token_unencrypted\"]'");
    // A plain file beside the rules of SOPS.
    let dir = Dir::repo();
    dir.write(".sops.yaml", "creation_rules:\n  - path_regex: conf/.*\n");
    dir.write(
        "conf/app.json",
        format!("{{\"api_token\": \"{}\"}}\n", token(2)),
    );
    let id = self::id(&dir);
    dir.run(&["fix", &id])
        .ends(0)
        .says("sops encrypt --in-place conf/app.json");
}
