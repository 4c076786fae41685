//! A broken configuration, and keys that may not stand in one: through the program.

use crate::common::{Dir, line, token};

#[test]
fn a_broken_one_is_an_error_with_file_line_and_what_to_do() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    for (config, says) in [
        (
            "[scan]\nexlude = []\n",
            "keysweep.toml:2: there is no key `exlude` in `[scan]`; did you mean `exclude`?",
        ),
        ("[scan\n", "keysweep.toml:1: this is not TOML: "),
        (
            "[limits]\nmax-file-size = \"300M\"\n",
            "keysweep.toml:2: `limits.max-file-size` may lower the limit, not raise it",
        ),
    ] {
        dir.write("keysweep.toml", config);
        dir.git(&["add", "-A"]);
        for verb in [
            &["scan"][..],
            &["staged"],
            &["hook"],
            &["scan", "--index"],
            &["baseline", "create"],
            &["allow", "0123456789"],
            &["config", "show"],
        ] {
            let run = dir.run(verb);
            run.ends(2);
            assert_eq!(run.text(), "", "{verb:?}");
            let says = match verb[0] {
                "staged" | "hook" => says.replacen(".toml:", ".toml (index):", 1),
                _ if verb.contains(&"--index") => says.replacen(".toml:", ".toml (index):", 1),
                _ => says.to_owned(),
            };
            run.complains(&says);
        }
        // A way out for whoever scans what he cannot repair.
        dir.run(&["scan", "--no-config"]).ends(1);
        dir.run(&["scan", "--untrusted"]).ends(1);
    }
}

#[test]
fn what_is_the_users_word_is_refused_each_by_name() {
    let dir = Dir::new();
    for (key, why) in [
        ("output = [\"json=out.json\"]", "pass --output or --format"),
        ("show-secrets = true", "pass --show-secrets"),
        (
            "hosts = [\"example.org\"]",
            "no file of a repository may name a host",
        ),
        (
            "cache = \"/tmp\"",
            "where a cache lies is not a repository's to say",
        ),
        ("threads = 1000", "belongs to one run"),
        ("archives = false", "pass --no-archives"),
        (
            "policy-from = \"head\"",
            "whose word counts is the user's to say",
        ),
        ("allow-alternate = \"/\"", "is the user's to allow"),
    ] {
        dir.write("keysweep.toml", format!("[scan]\n{key}\n"));
        let name = key.split(' ').next().unwrap_or_default();
        dir.run(&["scan"])
            .ends(2)
            .complains(&format!(
                "keysweep.toml:2: `{name}` may not stand in a configuration: "
            ))
            .complains(why);
    }
}

#[test]
fn no_message_quotes_a_value() {
    let dir = Dir::new();
    for text in [
        format!("{} = 1\n", token(1)),
        format!("[{}]\n", token(1)),
        format!("[gaps]\naccept = [\"{}\"]\n", token(1)),
        format!("[rules]\nfiles = [\"{}\"]\n", token(1)),
        format!("[rules]\ndisable = [\"{}\"]\n", token(1)),
        format!("[report]\nfail-on = [\"{}[\"]\n", token(1)),
        format!("[scan]\nexclude = [\"{}{{\"]\n", token(1)),
    ] {
        dir.write("keysweep.toml", &text);
        let run = dir.run(&["scan"]);
        run.ends(2);
        assert!(!run.errors().contains(&token(1)), "{}", run.errors());
    }
}
