//! The table of rooms: who may use whom, read from the sources themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room and what it may use. The line in `lib.rs` goes through `source`, `detect`, `scan`, `place`,
/// `judge`, `life`, `suppress` and `report`; `builtin` is the built-in set of `rule`.
const ROOMS: &[(&str, &[&str])] = &[
    ("base64", &[]),
    // Counts what is done, in tests alone.
    ("steps", &[]),
    // What is wrong in a file that people write.
    ("file_error", &[]),
    ("hex", &[]),
    ("schema", &[]),
    ("secret", &[]),
    ("finding", &["secret", "steps"]),
    ("rule", &["hex", "file_error", "finding", "schema"]),
    (
        "detect",
        &["base64", "rule", "finding", "secret", "example"],
    ),
    ("example", &["base64", "detect", "rule"]),
    ("fix", &["finding", "secret"]),
    ("source", &["finding", "secret", "steps"]),
    ("judge", &["base64", "finding", "rule", "secret"]),
    // What a credential's bytes tell is read with the checks that found it.
    (
        "life",
        &[
            "base64", "builtin", "rule", "register", "finding", "secret", "detect", "example",
            "lists", "steps",
        ],
    ),
    // Whether a listed token was drawn by a machine is asked with the checks of the detector.
    (
        "lists",
        &[
            "hex", "base64", "builtin", "detect", "finding", "rule", "schema", "secret",
        ],
    ),
    // What a server answers is read as a list of its kind is.
    (
        "live",
        &[
            "hex",
            "base64",
            "file_error",
            "finding",
            "lists",
            "register",
            "rule",
            "schema",
            "secret",
        ],
    ),
    (
        "suppress",
        &["hex", "file_error", "rule", "finding", "secret", "steps"],
    ),
    ("register", &["file_error", "finding", "rule", "secret"]),
    ("reference", &["detect", "finding"]),
    (
        "inventory",
        &[
            "finding",
            "lists",
            "plan",
            "reference",
            "register",
            "rule",
            "secret",
        ],
    ),
    ("thresholds", &["finding"]),
    // Of `source` it needs the limits that a repository may not raise, of `life` the policy.
    (
        "config",
        &[
            "file_error",
            "finding",
            "life",
            "thresholds",
            "rule",
            "schema",
            "source",
        ],
    ),
    // Formats need `finding` and `rule`; `report/build`, which masks, takes what the line hands it.
    (
        "report",
        &[
            "hex",
            "base64",
            "finding",
            "lists",
            "place",
            "plan",
            "thresholds",
            "rule",
            "schema",
            "secret",
            "source",
            "suppress",
        ],
    ),
    (
        "plan",
        &[
            "detect",
            "finding",
            "life",
            "lists",
            "thresholds",
            "register",
            "report",
            "source",
            "suppress",
        ],
    ),
    (
        "scan",
        &[
            "detect",
            "finding",
            "judge",
            "plan",
            "reference",
            "rule",
            "secret",
            "source",
        ],
    ),
    (
        "place",
        &[
            "finding", "judge", "plan", "rule", "scan", "secret", "source", "suppress",
        ],
    ),
    // Messages of other programs are made of reports, and repairs of texts.
    ("serve", &["finding", "fix", "report"]),
    ("lib", &["*"]),
    ("main", &["cli"]),
    ("cli", &[]),
];

/// Every source file with its room, path below `src` and text without comments.
pub(super) fn files() -> Vec<(String, String, String)> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("readable") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => walk(&path, out),
                false => out.push(path),
            }
        }
    }
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut paths = Vec::new();
    walk(root, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("text");
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            let below = path
                .strip_prefix(root)
                .expect("below")
                .to_str()
                .expect("plain")
                .to_owned();
            let room = below.split(['/', '.']).next().expect("a name").to_owned();
            (room, below, code.join("\n"))
        })
        .collect()
}

/// Whether tests are meant: they may look wherever they need.
pub(super) fn is_test(below: &str) -> bool {
    below.ends_with("tests.rs") || below.contains("/tests/")
}

/// The part before the unit tests.
pub(super) fn product(text: &str) -> &str {
    let tests = text.match_indices("#[cfg(test)]\n").map(|(at, _)| at);
    let begins = |at: &usize| {
        let next = text[*at..].lines().nth(1).unwrap_or_default();
        next.ends_with("mod tests {")
    };
    tests
        .into_iter()
        .find(begins)
        .map_or(text, |at| &text[..at])
}

/// The names after `crate::`, also in braces.
fn used(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (at, found) in text.match_indices("crate::") {
        let from_crate = text[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '$');
        if !from_crate {
            continue;
        }
        let rest = &text[at + found.len()..];
        let name = |part: &str| -> String {
            part.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                let mut part = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            out.insert(name(&part));
                            part.clear();
                        }
                        _ if depth == 0 => part.push(c),
                        _ => {}
                    }
                }
                out.insert(name(&part));
            }
            None => {
                out.insert(name(rest));
            }
        }
    }
    out.remove("");
    out
}

#[test]
fn rooms_use_only_what_the_table_allows() {
    let all: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let mut wrong = Vec::new();
    for (room, below, text) in files() {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{below}: the room {room} is not in the table"));
            continue;
        };
        if is_test(&below) || allowed == &["*"] {
            continue;
        }
        for name in used(product(&text)) {
            let known = all.contains(name.as_str());
            if known && name != room && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{below}: {room} may not use {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_are_named_only_in_their_rooms() {
    /// A crate and where it may be named, as beginnings of paths.
    const CRATES: &[(&str, &[&str])] = &[
        ("gix", &["source/"]),
        ("rayon", &["source/"]),
        ("ignore", &["source/", "suppress/"]),
        ("serde_sarif", &["report/sarif/"]),
        ("serde_path_to_error", &["report/json/"]),
        ("clap", &["cli/"]),
        ("clap_complete", &["cli/"]),
        ("clap_mangen", &["cli/"]),
        ("indicatif", &["cli/"]),
        ("anstream", &["cli/"]),
        ("lsp_server", &["serve/lsp/", "cli/serve/lsp.rs"]),
        ("signal_hook", &["cli/"]),
        ("tempfile", &["cli/", "source/", "live/accounts.rs"]),
        ("toml_edit", &["register/"]),
        ("csv", &["lists/", "report/csv.rs", "report/mod.rs"]),
        (
            "hmac",
            &["lists/", "live/sigv4.rs", "live/accounts/postgresql.rs"],
        ),
        (
            "pbkdf2",
            &[
                "lists/",
                "live/rotation/seal.rs",
                "live/accounts/postgresql.rs",
            ],
        ),
        (
            "sha1",
            &[
                // Baselines of detect-secrets hold digests of values.
                "cli/import/",
                "lists/",
                "life/facts/openpgp.rs",
                "live/accounts/mariadb.rs",
            ],
        ),
        ("libc", &["source/", "cli/lock.rs"]),
    ];
    let mut wrong = Vec::new();
    for (_, below, text) in files() {
        if is_test(&below) {
            continue;
        }
        for (name, homes) in CRATES {
            let named = product(&text)
                .match_indices(&format!("{name}::"))
                .any(|(at, _)| {
                    text[..at]
                        .chars()
                        .next_back()
                        .is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
                });
            if named && !homes.iter().any(|home| below.starts_with(home)) {
                wrong.push(format!("{below} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_prints_ends_and_asks_the_environment() {
    let words = [
        "println!",
        "eprintln!",
        "print!(",
        "eprint!(",
        "process::exit",
        "io::stdout()",
        "io::stderr()",
    ];
    let mut wrong = Vec::new();
    for (room, below, text) in files() {
        if is_test(&below) || room == "cli" {
            continue;
        }
        let text = product(&text);
        for word in words {
            if text.contains(word) {
                wrong.push(format!("{below} uses {word}"));
            }
        }
        // `live` reads the user's own files and the environment for secrets, which pass through no other room.
        if !matches!(room.as_str(), "source" | "live")
            && (text.contains("std::fs")
                || text.contains("std::env::")
                || text.contains("thread::spawn"))
        {
            wrong.push(format!(
                "{below} reads files, the environment, or starts threads"
            ));
        }
        if text.contains("unsafe ") {
            wrong.push(format!("{below} is unsafe"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_reads_uses_in_all_their_forms() {
    let text =
        "use crate::{a::B, c::{D, E}, f};\nfn x() { crate::g::h(); $crate::no; mycrate::no; }";
    let names: Vec<String> = used(text).into_iter().collect();
    assert_eq!(names, ["a", "c", "f", "g"]);
}

/// What opens files, and the files of `source` that may say it. Everything below a git directory is
/// opened by `git/bounds.rs`, or was checked by it before gix opens it.
const OPENERS: &[(&str, &[&str])] = &[
    ("File::open(", &[]),
    ("fs::read(", &[]),
    ("fs::read_to_string(", &[]),
    ("OpenOptions", &["source/files.rs"]),
    ("read_dir(", &["source/git/bounds.rs", "source/walk.rs"]),
    (
        "index::File::at(",
        &[
            "source/git/index.rs",
            "source/git/pack.rs",
            "source/git/packed.rs",
        ],
    ),
    (
        "data::File::at(",
        &["source/git/pack.rs", "source/git/packed.rs"],
    ),
    ("odb::at(", &["source/git/odb.rs"]),
    ("gix::open", &["source/range/revision.rs"]),
    ("file::Store::", &[]),
];

#[test]
fn one_file_opens_what_belongs_to_a_repository() {
    for (room, below, text) in files() {
        if room != "source" || is_test(&below) {
            continue;
        }
        for (call, allowed) in OPENERS {
            let whole_word = |at: usize| {
                let before = product(&text)[..at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
            };
            let found = product(&text)
                .match_indices(call)
                .any(|(at, _)| whole_word(at));
            assert!(
                !found || allowed.contains(&below.as_str()),
                "{below} calls {call}"
            );
        }
    }
}
