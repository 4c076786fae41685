//! No document names a place that does not exist. The address of the project is asked for once:
//! `package.repository` in `Cargo.toml`. SARIF takes it from there; documents write it where it is
//! known, and a placeholder, which the README explains, as long as it is not.

use std::fs;
use std::path::{Path, PathBuf};

use super::documents;
use crate::common::Dir;

/// Where the project is hosted; empty while nobody has said so.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");
/// Stands for the address until there is one.
const PLACEHOLDER: &str = "KEYSWEEP_ADDRESS";
/// Stands for a commit that the reader chooses.
const COMMIT: &str = "COMMIT";
/// What else the documents lead to.
const HOSTS: &[&str] = &[
    // Where agents and editors describe their hooks, protocols and settings.
    "code.claude.com",
    "cursor.com",
    "developers.openai.com",
    "docs.github.com",
    "docs.helix-editor.com",
    "geminicli.com",
    "microsoft.github.io",
    "modelcontextprotocol.io",
    "neovim.io",
    "docs.rs",
    "git.example.org", // reserved for examples (RFC 2606), as the next two
    "sso.example.org",
    "hub.example.org",
    "json-schema.org",
    "login.demo.test", // in the demo's token
    "pre-commit.com",
    "rustup.rs",
];

/// What a reader writes after `repo:`, and before `@` in `uses:`.
fn expected() -> (&'static str, &'static str) {
    match HOME {
        "" => (PLACEHOLDER, PLACEHOLDER),
        home => (
            home,
            home.rsplitn(3, '/')
                .last()
                .map_or(home, |host| &home[host.len() + 1..]),
        ),
    }
}

/// The documents, and the files that hosts and pre-commit read.
fn texts() -> Vec<(PathBuf, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = documents();
    files.extend(["action.yml", ".pre-commit-hooks.yaml"].map(|name| top.join(name)));
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).expect("UTF-8");
            (file, without_sessions(&text))
        })
        .collect()
}

/// Without what the program prints, which names pages of providers.
fn without_sessions(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 0 || !part.starts_with("console\n") {
            out.push_str(part);
        }
    }
    out
}

/// Text behind each `head` in `text`, up to a blank or what cannot be part of an address.
fn behind<'a>(text: &'a str, head: &str) -> Vec<&'a str> {
    let ends = |c: char| c.is_whitespace() || "`\"')>]<|,".contains(c);
    text.split(head)
        .skip(1)
        .map(|rest| rest.split(ends).next().unwrap_or_default())
        .collect()
}

#[test]
fn no_document_names_another_address() {
    let (repo, uses) = expected();
    let mut named = 0;
    for (file, text) in texts() {
        let file = file.display();
        for address in behind(&text, "repo: ") {
            assert_eq!(address, repo, "{file}: `repo:` names the project's address");
            named += 1;
        }
        for action in behind(&text, "uses: ") {
            let (name, version) = action.split_once('@').unwrap_or((action, ""));
            let ours = !name.starts_with("actions/") && !name.starts_with("github/");
            assert!(
                !ours || name == uses,
                "{file}: `uses: {action}` is not {uses}"
            );
            assert!(
                !ours || version == COMMIT,
                "{file}: `uses: {action}` names a version"
            );
            named += usize::from(ours);
        }
        for address in behind(&text, "://") {
            let known = HOSTS.iter().any(|known| address.starts_with(known))
                || is_of_list(address)
                || is_of_server(address);
            let ours = !HOME.is_empty() && HOME.ends_with(address.trim_end_matches('.'));
            assert!(
                known || ours || address.is_empty(),
                "{file}: `{address}` is no address that is known to exist"
            );
        }
        assert!(
            HOME.is_empty() || !text.contains(PLACEHOLDER),
            "{file}: Cargo.toml has an address; write it in place of {PLACEHOLDER}"
        );
    }
    assert!(named >= 3, "the README shows the hook and the action");
}

/// Whether it is the page that documents a kind of server, or stands in what its driver says to the reader.
fn is_of_server(address: &str) -> bool {
    use keysweep::live::driver;
    let mut drivers = driver::kinds().filter_map(|kind| driver::builtin(kind).ok());
    drivers.any(|driver| {
        let about = &driver.server;
        about.docs.ends_with(address) || about.about.contains(&format!("://{address}"))
    })
}

/// Whether it is the page that documents a kind of list, or where a command of the manual asks for one.
fn is_of_list(address: &str) -> bool {
    keysweep::lists::kinds()
        .iter()
        .any(|kind| kind.docs.ends_with(address) || kind.export.contains(&format!("://{address}")))
}

/// The placeholder is explained where the reader meets it first.
#[test]
fn the_placeholder_is_explained_once() {
    let readme = include_str!("../../README.md");
    let words: Vec<&str> = readme.split_whitespace().collect();
    let explained = words.join(" ").matches("in place of `COMMIT`").count();
    assert_eq!(explained, usize::from(HOME.is_empty()));
}

#[test]
fn sarif_names_the_address_only_when_there_is_one() {
    let dir = Dir::new();
    dir.write("a.txt", "nothing\n");
    let sarif = dir.run(&["scan", "--format", "sarif"]).ends(0).json();
    let named = sarif["runs"][0]["tool"]["driver"]["informationUri"].as_str();
    assert_eq!(named.unwrap_or_default(), HOME);
}

/// The program's own texts lead to no page of the project, except by way of `HOME`.
#[test]
fn no_source_file_names_an_address_of_the_project() {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut read = 0;
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let text = fs::read_to_string(&path).expect("UTF-8");
                let named = behind(&text, "://")
                    .into_iter()
                    .find(|a| a.contains("keysweep"));
                assert_eq!(named, None, "{}", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 100, "{read}");
}
