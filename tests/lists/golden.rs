//! What the rows of a recorded list say: against a table that was written by hand from what was made on the server, and
//! against `rows.tsv` beside the recording, which has every field as it is read.
//!
//! `KEYSWEEP_WRITE=1 cargo test --test it lists::golden` writes `rows.tsv`; read the difference before it is committed.

use std::collections::BTreeMap;
use std::fs;

use keysweep::lists::{self, Asked, List, Moment, Row};

use super::made::{Values, folder, recorded, table};

/// When the recordings were made: before the ends that two of them have on that day.
pub const TAKEN: &str = "2026-11-26T14:30:00Z";

/// Reads a recorded file.
pub fn read(kind: &str, file: &str) -> List {
    let values = Values::of(kind);
    let text = fs::read_to_string(folder(kind).join(file)).expect("it was recorded");
    let asked = Asked {
        taken: TAKEN.parse().ok(),
        ..Asked::default()
    };
    let known = lists::kind(kind).expect("a kind");
    lists::read(known, values.fill(&text).as_bytes(), &asked)
        .unwrap_or_else(|error| panic!("{kind}/{file}: {error}"))
}

/// The files of a kind that the table by hand is about.
pub fn files(kind: &str) -> Vec<String> {
    let mut files: Vec<String> = table(&folder(kind).join("golden.tsv"))
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    files.dedup();
    files.sort();
    files.dedup();
    files
}

fn line(file: &str, row: &Row) -> String {
    let handle = match &row.handle {
        None => "",
        Some(lists::Handle::Start(_)) => "start",
        Some(lists::Handle::End(_)) => "end",
        Some(lists::Handle::Both(..)) => "both",
    };
    [
        file,
        &row.id,
        &row.name,
        &row.owner,
        &row.made_by,
        &row.scope.join("; "),
        &row.created.to_string(),
        &row.expires.to_string(),
        &row.last_used.to_string(),
        row.state.name(),
        handle,
        &row.hashes.len().to_string(),
        if row.equal.is_some() { "equal" } else { "" },
    ]
    .join("\t")
}

const HEAD: &str = "file\tid\tname\towner\tmade by\tscope\tcreated\texpires\tlast used\tstate\thandle\thashes\tsecret\n";

/// Public ids that are made here get their placeholders back.
fn emptied(kind: &str, text: &str) -> String {
    let values = Values::of(kind);
    let mut out = text.to_owned();
    for name in values.names() {
        let value = values.value(name);
        match kind {
            "aws" => out = out.replace(&value, &format!("{{{{id:{name}}}}}")),
            "headscale" => out = out.replace(&value[..7], &format!("{{{{first:{name}:7}}}}")),
            _ => {}
        }
    }
    out
}

#[test]
fn rows_of_real_servers_are_those_of_the_committed_table() {
    let kinds = recorded();
    assert!(kinds.len() >= 12, "{kinds:?}");
    for kind in kinds {
        let mut text = HEAD.to_owned();
        for file in files(&kind) {
            for row in &read(&kind, &file).rows {
                text.push_str(&line(&file, row));
                text.push('\n');
            }
        }
        let text = emptied(&kind, &text);
        let path = folder(&kind).join("rows.tsv");
        if std::env::var_os("KEYSWEEP_WRITE").is_some() {
            fs::write(&path, &text).expect("writable");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed, text, "{kind}: KEYSWEEP_WRITE=1 writes it");
    }
}

/// What the table by hand says otherwise, and why. (`*` is any row of the kind.)
const OTHERWISE: &[(&str, &str, &str, &str)] = &[
    // The list itself names no maker, and no id but the token.
    (
        "unleash",
        "*",
        "made by",
        "it stands in the log of events only",
    ),
    ("unleash", "*", "id", "the token itself is its only id"),
    (
        "mariadb",
        "*",
        "expires",
        "an account without a lifetime has that of a variable of the server",
    ),
    ("rabbitmq", "retired", "state", "it is called disabled"),
    (
        "postgresql",
        "Jörg Müller, DBA",
        "expires",
        "in the year 9999 nothing ends: it is not known, and said",
    ),
];

fn says_otherwise(kind: &str, id: &str, column: &str) -> bool {
    OTHERWISE
        .iter()
        .any(|(of, row, what, _)| *of == kind && (*row == "*" || *row == id) && *what == column)
}

/// Whether a field says what somebody wrote down by hand: moments to the second, and where the list has a number, its
/// name stands in brackets there.
fn same(by_hand: &str, read: &str) -> bool {
    let second = |text: &str| {
        let moment: Option<jiff::Timestamp> = text.parse().ok();
        moment.map(|at| at.as_second())
    };
    if let (Some(a), Some(b)) = (second(by_hand), second(read)) {
        return a == b;
    }
    let number = by_hand.split(" (").next().unwrap_or_default();
    by_hand == read
        || by_hand == "-" && read.is_empty()
        // Keys for machines are numbered for themselves.
        || read == format!("preauth {by_hand}")
        || by_hand == "not used" && read == "never"
        || by_hand.contains(" (") && read == format!("user {number}")
}

#[test]
fn rows_say_what_was_made_on_the_server() {
    let columns = [
        "id",
        "name",
        "owner",
        "made by",
        "created",
        "expires",
        "last used",
        "state",
    ];
    let mut wrong = Vec::new();
    for kind in recorded() {
        let values = Values::of(&kind);
        let mut by_file: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for row in table(&folder(&kind).join("golden.tsv")) {
            by_file.entry(row[0].clone()).or_default().push(row);
        }
        for (file, by_hand) in by_file {
            let list = read(&kind, &file);
            // The secret that a policy replaced is a row of its own here.
            let rows = list.rows.iter().filter(|row| !row.id.ends_with("/rotated"));
            let mut rows: Vec<&Row> = rows.collect();
            // A record of a report can make several rows, which the table by hand has in another order.
            if kind == "aws" {
                rows.sort_by_key(|row| row.id.ends_with("/password"));
            }
            if rows.len() != by_hand.len() {
                wrong.push(format!(
                    "{kind}/{file}: {} rows, not {}",
                    rows.len(),
                    by_hand.len()
                ));
                continue;
            }
            for (row, want) in rows.iter().zip(&by_hand) {
                let id = values.fill(&want[1]);
                let fields = [
                    (id.as_str(), row.id.clone()),
                    (&want[2], row.name.clone()),
                    (&want[3], row.owner.clone()),
                    (&want[4], row.made_by.clone()),
                    (&want[6], row.created.to_string()),
                    (&want[7], row.expires.to_string()),
                    (&want[8], row.last_used.to_string()),
                    (&want[9], row.state.name().to_owned()),
                ];
                for (column, (want, have)) in columns.iter().zip(fields) {
                    let want = &values.fill(want);
                    // Without a word in the list the kind has one of its own.
                    let free = *column == "name" && want == "-";
                    if !free && !says_otherwise(&kind, &id, column) && !same(want, &have) {
                        wrong.push(format!(
                            "{kind}/{file} {id}: {column} is `{have}`, not `{want}`"
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_exports_of_the_same_server_give_the_same_rows() {
    let key = |row: &Row| (row.id.clone(), row.hashes.clone(), row.state, row.expires);
    for (kind, file, other) in [
        ("mariadb", "exported.jsonl", "global_priv.json"),
        ("mariadb", "exported.jsonl", "global_priv.tsv"),
        ("redis", "acl-list.txt", "acl-list-numbered.txt"),
        ("postgresql", "exported.csv", "pg_authid.csv"),
        ("postgresql", "exported.csv", "pg_authid.json"),
        ("rabbitmq", "users.json", "definitions.json"),
    ] {
        let rows = |file| {
            // Roles that PostgreSQL brings were left out of one of the exports.
            let list = read(kind, file);
            let own = list.rows.iter().filter(|row| !row.id.starts_with("pg_"));
            let mut rows: Vec<_> = own.map(key).collect();
            rows.sort_by(|a, b| a.0.cmp(&b.0));
            rows
        };
        assert_eq!(rows(file), rows(other), "{kind}/{other}");
    }
    // Without the verifiers, all else is the same.
    let names = |file| {
        let list = read("postgresql", file);
        let own = list.rows.iter().filter(|row| !row.id.starts_with("pg_"));
        let mut rows: Vec<(String, Moment)> =
            own.map(|row| (row.id.clone(), row.expires)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows
    };
    assert_eq!(names("exported.csv"), names("pg_roles.csv"));
}
