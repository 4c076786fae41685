//! What a register may hold, and what of it is refused where.

use super::*;
use crate::finding::DAY;

fn refused(text: &str) -> (u32, String) {
    let error = Register::parse("tokens.toml", text.as_bytes()).expect_err(text);
    (error.line, error.message)
}

/// Every key of the form.
pub(super) const WHOLE: &str = r#"# Our tokens.
[policy]
max_age = "180d"
warn_before = "2w"
require = ["owner", "expires"]

[[token]]
id = "release-bot"
server = "git"
kind = "github-pat"
name = "deploy"   # how the server calls it
owner = "team:platform"
backup = "team:on-call"
purpose = "create releases"
scope = ["contents:write"]
added = 2026-01-02
created = 2026-03-01
expires = 2027-02-28T12:00:00+02:00
rotate_every = "90d"
rotated = 2026-09-01
overlap = "24h"
stores = ["vault:kv/ci/git#token"]
refs = [
  "gha:secrets.RELEASE_TOKEN",
  "env:RELEASE_TOKEN",
]
fingerprint = "0123456789abcdef0123"
exception = { until = 2027-01-01, by = "role:security-lead", why = "vendor limit" }

  [[token.version]]
  server_id = "8"
  created = 2026-11-25
  expires = "never"
  state = "overlap"
  by = "ann@corp.example"

[[token]]
id = "other"
"#;

#[test]
fn every_key_is_read() {
    let register = Register::parse("tokens.toml", WHOLE.as_bytes()).expect("it is right");
    assert_eq!(register.policy.max_age, Some(180 * DAY));
    assert_eq!(register.policy.warn_before, Some(14 * DAY));
    assert_eq!(register.policy.require, ["owner", "expires"]);
    let [first, second] = register.entries.as_slice() else {
        panic!("two entries");
    };
    for (key, _) in ENTRY {
        assert!(first.has(key), "{key}");
    }
    assert_eq!((first.line, second.line), (7, 37));
    assert_eq!(first.refs[1].line, 25);
    assert_eq!(
        first.rotate_every.map(|at| (at.value, at.line)),
        Some((90 * DAY, 19))
    );
    let end = "2027-02-28T10:00:00Z".parse().expect("a moment");
    assert_eq!(first.expires.map(|at| at.value), Some(End::At(end)));
    assert_eq!(first.versions[0].line, 30);
    assert_eq!(first.versions[0].state, State::Overlap);
    // What the file does not say of a value: when it was changed.
    let changed: Timestamp = "2026-09-01T00:00:00Z".parse().expect("a moment");
    assert_eq!(first.changed().map(|at| at.value), Some(changed));
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_a_way_out() {
    let entry = |line: &str| format!("[[token]]\nid = \"a\"\n{line}\n");
    for (text, line, words) in [
        (
            "<<<<<<< HEAD\n[[token]]\n",
            1,
            "a merge left its conflict marks",
        ),
        (
            "[[token]]\nid = \"a\"\n=======\n>>>>>>> b\n",
            4,
            "a merge left its conflict marks",
        ),
        ("[[token]\nid = 1\n", 1, "this is not TOML"),
        ("[[token]]\nowner = \"x\"\n", 1, "`id` is missing"),
        ("[[token]]\nid = \"\"\n", 2, "`id` is a text of 1 to 100"),
        ("[[token]]\nid = \"a b\"\n", 2, "`id` is a text of 1 to 100"),
        ("[[token]]\nid = 7\n", 2, "`id` is a text of 1 to 100"),
        (
            "[[token]]\nid = \"a\"\n\n[[token]]\nid = \"a\"\n",
            4,
            "line 1 already",
        ),
        (
            "[token]\nid = \"a\"\n",
            1,
            "write each token below a line `[[token]]`",
        ),
        (
            "token = [{ id = \"a\" }]\n",
            1,
            "write each token below a line `[[token]]`",
        ),
        ("[[tokens]]\nid = \"a\"\n", 1, "did you mean `token`?"),
        ("policy = 3\n", 1, "`policy` is a table"),
        (
            "[policy]\nwarn = \"3d\"\n",
            2,
            "its keys are max_age, warn_before, require",
        ),
        (
            "[policy]\nrequire = [\n\"owner\",\n\"expire\"]\n",
            4,
            "did you mean `expires`?",
        ),
        (&entry("expire = 2027-01-01"), 3, "did you mean `expires`?"),
        (&entry("expires = \"2027-01-01\""), 3, "without quotes"),
        (&entry("created = \"2027-01-01\""), 3, "without quotes"),
        (
            &entry("expires = 0000-01-01"),
            3,
            "write \"never\" when there is no end",
        ),
        (
            &entry("expires = 9999-12-31"),
            3,
            "write \"never\" when there is no end",
        ),
        (&entry("created = 9999-12-31"), 3, "leave the key out"),
        (
            &entry("created = 0001-01-01T00:00:00Z"),
            3,
            "leave the key out",
        ),
        (&entry("created = 2026-02-30"), 3, ""),
        (&entry("created = 07:32:00"), 3, "a time without a day"),
        (&entry("created = 2026-02-03T07:32:00"), 3, "without a zone"),
        (&entry("created = true"), 3, "`created` is a date"),
        (&entry("owner = \" \""), 3, "`owner` is empty"),
        (&entry("owner = [\"a\"]"), 3, "`owner` is a text"),
        (&entry("scope = \"a\""), 3, "`scope` is a list"),
        (
            &entry("scope = [\n\"a\",\n3]"),
            5,
            "each entry is a text in quotes",
        ),
        (
            &entry("rotate_every = \"90\""),
            3,
            "a number and h, d, w or y",
        ),
        (&entry("rotate_every = 90"), 3, "a number and h, d, w or y"),
        (
            &entry("rotate_every = \"99999999999d\""),
            3,
            "a number and h, d, w or y",
        ),
        (&entry("fingerprint = \"0123\""), 3, "20 hexadecimal digits"),
        (
            &entry("exception = { until = 2027-01-01 }"),
            3,
            "with all three",
        ),
        (
            &entry("exception = { untill = 2027-01-01 }"),
            3,
            "did you mean `until`?",
        ),
        (&entry("exception = true"), 3, "`exception` is { until"),
        (
            &entry("[[token.version]]\nstate = \"revokd\""),
            4,
            "did you mean `revoked`?",
        ),
        (
            &entry("[[token.version]]\nbye = \"x\""),
            4,
            "did you mean `by`?",
        ),
        (&entry("version = [1]"), 3, "write each version below"),
        (&entry("id = \"b\""), 3, "this is not TOML"),
    ] {
        let (at, message) = refused(text);
        assert_eq!(at, line, "{text}: {message}");
        assert!(message.contains(words), "{text}: {message}");
    }
    let error = Register::parse("t", b"# x\n\xff\n").expect_err("no UTF-8");
    assert_eq!(error.line, 2);
}

#[test]
fn no_message_quotes_a_value() {
    let value = "Zk9qT2mXw8rB";
    for key in ENTRY.iter().map(|(key, _)| *key) {
        for line in [
            format!("{key} = \"{value} \u{1}\""),
            format!("{key} = \"{value} x y\""),
            format!("{key} = [3, \"{value}\"]"),
            format!("{key} = {value}"),
            format!("{value} = 1"),
            format!("{key} = {{ {value} = 1 }}"),
        ] {
            let text = format!("[[token]]\nid = \"a\"\n{line}\n");
            if let Err(error) = Register::parse("t", text.as_bytes()) {
                assert!(!error.to_string().contains(value), "{line}: {error}");
            }
        }
    }
}

#[test]
fn a_version_in_use_says_what_the_entry_does_not() {
    let text = "[[token]]\nid = \"a\"\n[[token.version]]\ncreated = 2026-01-01\nexpires = 2026-02-01\n\
                state = \"revoked\"\n[[token.version]]\ncreated = 2026-03-01\nexpires = 2026-09-01\n";
    let register = Register::parse("t", text.as_bytes()).expect("right");
    let entry = &register.entries[0];
    assert_eq!(entry.end().map(|end| end.line), Some(9));
    assert_eq!(entry.changed().map(|at| at.line), Some(8));
    assert!(!entry.is_over());
    let over = text.replace("expires = 2026-09-01", "state = \"revoked\"");
    let register = Register::parse("t", over.as_bytes()).expect("right");
    assert!(register.entries[0].is_over());
}

#[test]
fn names_mean_entries_in_every_way_they_are_written() {
    let register = Register::parse("t", WHOLE.as_bytes()).expect("right");
    let names = Names::of(&register);
    for name in [
        "RELEASE_BOT",
        "release-token",
        "deploy",
        "kv/ci/git#token",
        "KV/ci/git",
    ] {
        assert_eq!(names.get(name), [0], "{name}");
    }
    for name in ["token", "release", ""] {
        assert!(names.get(name).is_empty(), "{name}");
    }
}

#[test]
fn a_change_touches_its_own_bytes_only() {
    let change = |key: &str, value: &str| {
        let changes = [(key.to_owned(), value.to_owned())];
        let text = edited("t", WHOLE.as_bytes(), "release-bot", &changes).expect(key);
        String::from_utf8(text).expect("UTF-8")
    };
    for (key, value, old, new) in [
        (
            "scope",
            "[\"read\", \"b,c\"]",
            "[\"contents:write\"]",
            "[\"read\", \"b,c\"]",
        ),
        (
            "name",
            "bot",
            "name = \"deploy\"   # how",
            "name = \"bot\"   # how",
        ),
        (
            "expires",
            "2028-01-01",
            "2027-02-28T12:00:00+02:00",
            "2028-01-01",
        ),
        (
            "expires",
            "never",
            "expires = 2027-02-28T12:00:00+02:00",
            "expires = \"never\"",
        ),
        ("scope", "a, b", "[\"contents:write\"]", "[\"a\", \"b\"]"),
        (
            "refs",
            "env:X",
            "[\n  \"gha:secrets.RELEASE_TOKEN\",\n  \"env:RELEASE_TOKEN\",\n]",
            "[\"env:X\"]",
        ),
        (
            "refs",
            "",
            "refs = [\n  \"gha:secrets.RELEASE_TOKEN\",\n  \"env:RELEASE_TOKEN\",\n]\n",
            "",
        ),
        (
            "exception.until",
            "2027-06-01",
            "until = 2027-01-01",
            "until = 2027-06-01",
        ),
        (
            "exception",
            "",
            "exception = { until = 2027-01-01, by = \"role:security-lead\", why = \"vendor limit\" }\n",
            "",
        ),
        ("id", "bot", "id = \"release-bot\"", "id = \"bot\""),
        ("owner", "a \"b\"", "\"team:platform\"", "'a \"b\"'"),
    ] {
        assert_eq!(
            change(key, value),
            WHOLE.replacen(old, new, 1),
            "{key} = {value}"
        );
    }
    // What is new stands behind what the entry has.
    let changes = [
        ("owner".to_owned(), "me".to_owned()),
        ("exception.by".to_owned(), "me".to_owned()),
        ("exception.until".to_owned(), "2027-01-01".to_owned()),
        ("exception.why".to_owned(), "x".to_owned()),
    ];
    let text = edited("t", WHOLE.as_bytes(), "other", &changes).expect("right");
    let added = "owner = \"me\"\nexception = { by = \"me\", until = 2027-01-01, why = \"x\" }\n";
    assert_eq!(String::from_utf8_lossy(&text), format!("{WHOLE}{added}"));
    // Lines keep their ends, and a last line without one gets it.
    let crlf = "[[token]]\r\n  id = \"a\"";
    let changes = [("owner".to_owned(), "me".to_owned())];
    let text = edited("t", crlf.as_bytes(), "a", &changes).expect("right");
    assert_eq!(text, b"[[token]]\r\n  id = \"a\"\r\n  owner = \"me\"");
}

#[test]
fn a_change_that_cannot_be_is_refused() {
    for (id, key, value, words) in [
        ("releasebot", "owner", "x", "did you mean `release-bot`?"),
        ("other", "ownr", "x", "did you mean `owner`?"),
        ("other", "owner.x", "x", "there is no such key"),
        ("other", "exception.x", "x", ""),
        ("other", "exception.by", "x", "with all three"),
        ("release-bot", "exception.by", "", "cannot be taken out"),
        ("other", "id", "", "cannot be taken out"),
        ("other", "id", "release-bot", "already"),
        ("other", "expires", "soon", "is a date"),
        ("other", "expires", "9999-12-31", "never"),
        (
            "other",
            "rotate_every",
            "often",
            "a number and h, d, w or y",
        ),
        ("other", "fingerprint", "x", "20 hexadecimal digits"),
        ("other", "owner", "a\nb", "on one line"),
        ("other", "scope", "[\"a\"", "a list of texts"),
        ("other", "scope", "[1]", "a list of texts"),
        ("other", "version", "x", "in the file itself"),
    ] {
        let changes = [(key.to_owned(), value.to_owned())];
        let error = edited("t", WHOLE.as_bytes(), id, &changes).expect_err(key);
        assert!(error.message.contains(words), "{key} = {value}: {error}");
    }
}

proptest::proptest! {
    #[test]
    fn what_is_changed_is_read_back_and_the_rest_is_as_it_was(
        comment in "[ -~]{0,30}",
        value in "[ -~é]{1,40}",
        key in 0usize..5,
        crlf in proptest::bool::ANY,
        before in 0usize..3,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let blanks = end.repeat(before);
        let head = format!("# {comment}{end}[[token]]{end}{blanks}id = \"a\" # {comment}{end}");
        let tail = format!("{blanks}# {comment}{end}[[token]]{end}id = \"b\"{end}purpose = 'x' # {comment}{end}");
        let text = format!("{head}owner = \"o\"   # {comment}{end}{tail}");
        let key = ["owner", "backup", "purpose", "name", "server"][key];
        let changes = [(key.to_owned(), value.clone())];
        let Ok(new) = edited("t", text.as_bytes(), "a", &changes) else {
            proptest::prop_assert!(value.trim().is_empty());
            return Ok(());
        };
        let new = String::from_utf8(new).expect("UTF-8");
        proptest::prop_assert!(new.starts_with(&head) && new.ends_with(&tail), "{}", new);
        let register = Register::parse("t", new.as_bytes()).expect("right");
        let entry = &register.entries[0];
        let said = [&entry.owner, &entry.backup, &entry.purpose, &entry.name, &entry.server];
        let said = said.into_iter().flatten().any(|at| at.value == value.trim());
        proptest::prop_assert!(said, "{}", new);
        // Changed back, a changed value is as it was.
        if key == "owner" {
            let back = [("owner".to_owned(), "o".to_owned())];
            let back = edited("t", new.as_bytes(), "a", &back).expect("right");
            proptest::prop_assert_eq!(String::from_utf8(back).expect("UTF-8"), text);
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "[\\s\\S]*") {
        let _ = Register::parse("t", text.as_bytes());
        let _ = Register::parse("t", format!("[[token]]\nid = {text}").as_bytes());
    }
}

#[test]
fn a_million_bytes_of_anything_are_read_or_refused() {
    let many = |text: &str| text.repeat(1_000_000 / text.len());
    for text in [
        many("["),
        many("a."),
        many("[[token]]\n"),
        many("a = 1\n"),
        many("\"\"\""),
        many("# x\n"),
        format!("a = {}", many("[")),
        format!("a = {}", many("{a=")),
        format!("[[token]]\nid = \"a\"\nscope = [{}]", many("\"a\",")),
        format!("[[token]]\nid = \"{}\"", many("a")),
        format!("[[token]]\nid = \"a\"\n{}", many("[[token.version]]\n")),
        format!("{}a = 1", many("a.b.")),
        format!("[{}a]", many("a.")),
    ] {
        let _ = Register::parse("t", text.as_bytes());
    }
}

#[test]
fn ten_thousand_entries_are_read() {
    let entry = |n: usize| {
        format!("[[token]]\nid = \"t{n}\"\nexpires = 2027-01-01\nrefs = [\"env:T{n}\"]\n")
    };
    let text: String = (0..10_000).map(entry).collect();
    let register = Register::parse("t", text.as_bytes()).expect("right");
    assert_eq!(register.entries.len(), 10_000);
    assert_eq!(register.entries[9_999].line, 39_997);
    assert_eq!(Names::of(&register).get("t77"), [77]);
}
