//! What is refused in a file of servers, and how it is said.

use std::fs;

use super::{Desk, private};

const GOOD: &str = "[server.hub]\nkind = \"jupyterhub\"\nurl = \"https://hub.example.org\"\nsecret = \"env:HUB_TOKEN\"\n";

/// A line of the good file in another's place, and what is said of it.
const BAD: &[(&str, &str, &str)] = &[
    (
        "secret = \"env:HUB_TOKEN\"",
        "secret = \"hunter2hunter2\"",
        "is a literal",
    ),
    (
        "secret = \"env:HUB_TOKEN\"",
        "secret = 7",
        "none of the ways",
    ),
    ("secret = \"env:HUB_TOKEN\"", "", "needs `secret`"),
    (
        "secret = \"env:HUB_TOKEN\"",
        "secrets = \"hunter2hunter2\"",
        "expected a map",
    ),
    (
        "secret = \"env:HUB_TOKEN\"",
        "secert = \"env:A\"",
        "unknown field",
    ),
    (
        "https://hub.example.org",
        "http://localhost.evil.example",
        "plain http to another machine",
    ),
    (
        "https://hub.example.org",
        "https://ann:hunter2hunter2@hub.example.org",
        "a user or a password",
    ),
    ("https://hub.example.org", "hub.example.org", "https"),
    ("jupyterhub", "jupiterhub", "did you mean `jupyterhub`?"),
    ("jupyterhub", "nothing-like-it", "there are "),
    (
        "kind = \"jupyterhub\"",
        "",
        "needs either `kind` or `driver`",
    ),
    (
        "kind = \"jupyterhub\"",
        "kind = \"jupyterhub\"\nrate = \"fast\"",
        "is like \"2/s\"",
    ),
    (
        "kind = \"jupyterhub\"",
        "kind = \"jupyterhub\"\nset.realm = \"x\"",
        "nothing that a jupyterhub asks for",
    ),
    (
        "[server.hub]",
        "[server.\"../hub\"]",
        "the name of a server has",
    ),
    ("[server.hub]", "[servers.hub]", "unknown field"),
    ("[server.hub]", "[server.hub", "line"),
];

#[test]
fn what_is_wrong_in_the_file_is_said_with_its_line_and_without_its_values() {
    for (good, bad, says) in BAD {
        let text = GOOD.replacen(good, bad, 1);
        assert_ne!(text, GOOD, "{good}");
        let desk = Desk::new(&text);
        let run = desk.live(&["list", "-o", "out"]);
        run.ends(2);
        let errors = run.errors();
        let said = errors.contains(says) || *says == "line" && errors.contains("servers.toml:1:");
        assert!(said, "{bad}: {errors}");
        assert!(errors.contains("servers.toml:"), "{errors}");
        assert!(!errors.contains("hunter2"), "{errors}");
    }
}

#[test]
fn one_server_under_two_names_is_refused() {
    let twice = format!(
        "{GOOD}{}",
        GOOD.replace("hub]", "lab]")
            .replace("hub.example", "HUB.example")
    );
    let desk = Desk::new(&twice);
    desk.live(&["list", "-o", "out"])
        .ends(2)
        .complains("`hub` and `lab` are one server");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    let desk = Desk::new(GOOD);
    private(&desk.dir.outside("servers.toml"), 0o644);
    desk.live(&["list", "-o", "out"])
        .ends(2)
        .complains("chmod 600");
}

#[test]
fn a_file_in_the_repository_is_refused() {
    let desk = Desk::new(GOOD);
    desk.dir.write("servers.toml", GOOD);
    private(&desk.dir.path().join("servers.toml"), 0o600);
    desk.dir
        .run(&["live", "list", "-o", "out", "--servers", "servers.toml"])
        .ends(2)
        .complains("lies in the repository");
    // By a link from outside it is the same file.
    #[cfg(unix)]
    {
        let link = desk.dir.outside("link.toml");
        std::os::unix::fs::symlink(desk.dir.path().join("servers.toml"), &link).expect("a link");
        desk.dir
            .run(&[
                "live",
                "list",
                "-o",
                "out",
                "--servers",
                link.to_str().expect("text"),
            ])
            .ends(2)
            .complains("lies in the repository");
    }
}

#[test]
fn the_usual_place_is_found_and_its_absence_said() {
    let desk = Desk::new(GOOD);
    let home = desk.dir.outside("home");
    let run = |file: bool| {
        let dir = home.join("keysweep");
        fs::create_dir_all(&dir).expect("made");
        if file {
            fs::write(dir.join("servers.toml"), GOOD).expect("written");
            private(&dir.join("servers.toml"), 0o600);
        }
        let mut command = desk.dir.command(&["live", "list", "hob", "-o", "out"]);
        command.env("XDG_CONFIG_HOME", &home);
        crate::common::Run::new(command)
    };
    run(false)
        .ends(2)
        .complains("write one (docs/servers.md shows how)");
    run(true)
        .ends(2)
        .complains("has no server `hob`; did you mean `hub`?");
}

#[test]
fn a_secret_that_is_not_there_is_said_and_nothing_is_sent() {
    let desk = Desk::new(&GOOD.replace("HUB_TOKEN", "NOT_SET_ANYWHERE"));
    desk.live(&["list", "-o", "out"])
        .ends(2)
        .complains("the variable NOT_SET_ANYWHERE is not set");
}
