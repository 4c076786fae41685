//! The calendar of what ends, read back by a strict reader of RFC 5545.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::common::{Dir, contains, expand, jwt};

/// A component: its name, its properties with their parameters, and its parts.
#[derive(Default)]
struct Component {
    name: String,
    properties: Vec<(String, String)>,
    parts: Vec<Component>,
}

impl Component {
    /// The value of a property that stands there once.
    fn one(&self, name: &str) -> &str {
        let mut all = self.properties.iter().filter(|(have, _)| have == name);
        let (_, value) = all
            .next()
            .unwrap_or_else(|| panic!("{name} in {}", self.name));
        assert!(all.next().is_none(), "{name} twice in {}", self.name);
        value
    }

    /// Text without its escapes.
    fn text(&self, name: &str) -> String {
        let mut out = String::new();
        let mut chars = self.one(name).chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next().expect("something is escaped") {
                    'n' | 'N' => out.push('\n'),
                    c @ ('\\' | ';' | ',') => out.push(c),
                    c => panic!("\\{c} is no escape"),
                },
                ';' | ',' => panic!("a bare {c} in {name}"),
                c => out.push(c),
            }
        }
        out
    }
}

/// Reads a calendar, or fails the test.
fn read(bytes: &[u8]) -> Component {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(text.ends_with("\r\n"), "the last line ends");
    let mut lines: Vec<String> = Vec::new();
    for line in text[..text.len() - 2].split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.contains(['\r', '\n']), "{line:?}");
        match line.strip_prefix([' ', '\t']) {
            Some(more) => lines.last_mut().expect("a line before").push_str(more),
            None => lines.push(line.to_owned()),
        }
    }
    let mut open: Vec<Component> = vec![Component::default()];
    for line in lines {
        assert!(
            line.chars().all(|c| !c.is_control() || c == '\t'),
            "{line:?}"
        );
        let (name, value) = line
            .split_once(':')
            .unwrap_or_else(|| panic!("no value: {line}"));
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "-;=".contains(c);
        assert!(!name.is_empty() && name.chars().all(plain), "{name}");
        match name {
            "BEGIN" => open.push(Component {
                name: value.to_owned(),
                ..Component::default()
            }),
            "END" => {
                let done = open.pop().expect("it was begun");
                assert_eq!(done.name, value);
                open.last_mut()
                    .expect("inside of something")
                    .parts
                    .push(done);
            }
            _ => {
                let inside = open.last_mut().expect("inside of something");
                inside.properties.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    assert_eq!(open.len(), 1, "everything is closed");
    let mut whole = open.remove(0);
    assert!(whole.properties.is_empty() && whole.parts.len() == 1);
    let calendar = whole.parts.remove(0);
    assert_eq!(
        (calendar.name.as_str(), calendar.one("VERSION")),
        ("VCALENDAR", "2.0")
    );
    assert!(!calendar.one("PRODID").is_empty() && !calendar.parts.is_empty());
    let mut ids = BTreeSet::new();
    for event in calendar.parts.iter().filter(|part| part.name == "VEVENT") {
        assert!(ids.insert(event.one("UID").to_owned()), "a UID twice");
        let stamp = event.one("DTSTAMP");
        assert!(stamp.len() == 16 && stamp.ends_with('Z'), "{stamp}");
        for alarm in &event.parts {
            assert_eq!(
                (alarm.name.as_str(), alarm.one("ACTION")),
                ("VALARM", "DISPLAY")
            );
            assert!(!alarm.text("DESCRIPTION").is_empty());
        }
    }
    calendar
}

/// The events by their titles: the day, the text, and the alarms.
fn events(calendar: &Component) -> BTreeMap<String, (String, String, Vec<String>)> {
    let events = calendar.parts.iter().filter(|part| part.name == "VEVENT");
    events
        .map(|event| {
            let alarms = event
                .parts
                .iter()
                .map(|alarm| alarm.one("TRIGGER").to_owned());
            let day = event.one("DTSTART;VALUE=DATE").to_owned();
            (
                event.text("SUMMARY"),
                (day, event.text("DESCRIPTION"), alarms.collect()),
            )
        })
        .collect()
}

const HOSTILE: &str = "Grüße; an, alle \\\\ and a purpose that goes on for longer than one line of a calendar may, \
                       with words in ünïcödé until it ends here";

/// A repository with ends of every source: a token, an entry of the register, a row of a list.
fn made() -> (Dir, String) {
    let dir = Dir::repo();
    // 2027-01-15T08:00:00Z, and one that is long over.
    dir.write("app.env", format!("SESSION={}\n", jwt(1_800_000_000, 1)));
    dir.write("old.env", format!("SESSION={}\n", jwt(1_700_000_000, 2)));
    dir.write(
        "tokens.toml",
        format!(
            "[policy]\nwarn_before = \"14d\"\n\n[[token]]\nid = \"release\"\nkind = \"github-pat\"\nowner = \"team:platform\"\n\
             purpose = \"{HOSTILE}\"\nscope = [\"x\"]\nexpires = 2026-12-15\nrefs = [\"env:RELEASE_TOKEN\"]\n\n\
             [[token]]\nid = \"endless\"\nkind = \"github-pat\"\nexpires = \"never\"\n"
        ),
    );
    dir.commit("ends");
    let hub = r#"{"api_tokens":[
{"user":"ann","id":"a1","note":"deploy, nightly","scopes":["tokens"],"created":"2026-01-02T03:04:05Z","last_activity":"2026-11-20T00:00:00Z","expires_at":"2027-06-02T12:00:00Z"},
{"user":"bob","id":"a2","note":"over","scopes":[],"created":"2025-01-02T03:04:05Z","last_activity":null,"expires_at":"2026-01-02T00:00:00Z"}]}"#;
    let file = dir.outside("hub.json");
    fs::write(&file, hub).expect("writable");
    let with = format!("jupyterhub={}", file.display());
    (dir, with)
}

fn calendar(dir: &Dir, verb: &[&str], with: &str, now: &str, more: &[&str]) -> Vec<u8> {
    let to = dir.outside("ends.ics").display().to_string();
    let output = format!("ics={to}");
    let usual = [
        "--with",
        with,
        "--now",
        now,
        "--output",
        &output,
        "--fail-on",
        "none",
    ];
    dir.run(&[verb, &usual, more].concat()).ends(0);
    fs::read(to).expect("it was written")
}

#[test]
fn what_the_register_and_a_list_know_has_one_event() {
    let dir = Dir::repo();
    let entry = |id: &str, end: &str| {
        format!("[[token]]\nid = \"{id}\"\nkind = \"jupyterhub\"\nexpires = {end}\n\n")
    };
    // Of the second the register has an end that is past, so that of its list counts.
    dir.write(
        "tokens.toml",
        entry("nightly", "2027-06-02") + &entry("weekly", "2026-01-02"),
    );
    dir.commit("ends");
    let row = |name: &str| {
        format!(
            r#"{{"user":"ann","id":"{name}1","note":"{name}","scopes":["tokens"],"created":"2026-01-02T03:04:05Z","last_activity":"2026-11-20T00:00:00Z","expires_at":"2027-06-02T00:00:00Z"}}"#
        )
    };
    let rows = ["nightly", "weekly", "other"].map(row).join(",");
    let file = dir.outside("hub.json");
    fs::write(&file, format!(r#"{{"api_tokens":[{rows}]}}"#)).expect("writable");
    let with = format!("jupyterhub={}", file.display());
    let bytes = calendar(&dir, &["tokens", "check"], &with, "2026-11-24", &[]);
    let events = events(&read(&bytes));
    let titles: Vec<&str> = events.keys().map(String::as_str).collect();
    assert_eq!(
        titles,
        [
            "The token nightly ends",
            "The token other of jupyterhub ends",
            "The token weekly of jupyterhub ends"
        ]
    );
}

#[test]
fn everything_that_ends_has_an_event_and_an_alarm() {
    let (dir, with) = made();
    for verb in [&["audit"][..], &["tokens", "check"]] {
        let bytes = calendar(&dir, verb, &with, "2026-11-24", &[]);
        let read = read(&bytes);
        let events = events(&read);
        let titles: Vec<&str> = events.keys().map(String::as_str).collect();
        assert_eq!(
            titles,
            [
                "JSON Web Token in SESSION ends",
                "The token deploy, nightly of jupyterhub ends",
                "The token release ends"
            ],
            "{verb:?}"
        );
        let (day, text, alarms) = &events["JSON Web Token in SESSION ends"];
        assert_eq!(day, "20270115");
        assert!(
            text.starts_with(
                "It ends at 2027-01-15T08:00:00Z (UTC).\nIt stands in app.env:1\nOwner: svc"
            ),
            "{text}"
        );
        assert_eq!(alarms[..], ["-P30D", "-P7D"]);
        let (day, text, alarms) = &events["The token release ends"];
        assert_eq!(
            (day.as_str(), &alarms[..]),
            ("20261215", &["-P14D".to_owned(), "-P7D".to_owned()][..])
        );
        assert!(text.contains(&HOSTILE.replace("\\\\", "\\")), "{text}");
        let (day, text, _) = &events["The token deploy, nightly of jupyterhub ends"];
        assert_eq!(day, "20270602");
        assert!(text.contains("Owner: ann"), "{text}");
        // No value stands in it.
        assert!(!contains(&bytes, jwt(1_800_000_000, 1).as_bytes()));
        // A later run moves nothing and names nothing anew.
        let later = self::read(&calendar(&dir, verb, &with, "2026-12-01", &[]));
        let ids = |of: &Component| -> BTreeSet<String> {
            let events = of.parts.iter().filter(|part| part.name == "VEVENT");
            events.map(|event| event.one("UID").to_owned()).collect()
        };
        assert_eq!(ids(&read), ids(&later));
        // What ends later than somebody asks for is left out.
        let near = self::read(&calendar(
            &dir,
            verb,
            &with,
            "2026-11-24",
            &["--due", "30d"],
        ));
        assert_eq!(self::events(&near).len(), 1);
        // Nothing ends any more.
        let none = self::read(&calendar(&dir, verb, &with, "2028-01-01", &[]));
        assert!(self::events(&none).is_empty());
    }
}

#[test]
fn the_same_ends_in_two_repositories_have_one_event_each() {
    let (one, _) = made();
    let (two, with) = made();
    let other = two.path().display().to_string();
    let here = one.path().display().to_string();
    let bytes = calendar(&one, &["audit", &here, &other], &with, "2026-11-24", &[]);
    // The token and the row are the same, the entries of the two registers are not.
    assert_eq!(read(&bytes).parts.len(), 4);
}

#[test]
fn what_was_not_read_has_an_event_of_its_own() {
    let (dir, with) = made();
    let id = dir.git(&["rev-parse", "HEAD:old.env"]);
    fs::remove_file(dir.loose(&id)).expect("it is loose");
    let to = dir.outside("gap.ics").display().to_string();
    let output = format!("ics={to}");
    let args = [
        "audit",
        "--with",
        &with,
        "--now",
        "2026-11-24",
        "--output",
        &output,
    ];
    dir.run(&[&args[..], &["--fail-on", "none"]].concat())
        .ends(2);
    let events = events(&read(&fs::read(to).expect("it was written")));
    let (day, text, _) = &events["This calendar of credentials is not complete"];
    assert_eq!(day, "20261124");
    assert!(text.contains("NOT READ"), "{text}");
}

#[test]
fn other_verbs_make_no_calendar_and_a_pipe_takes_one() {
    let (dir, _) = made();
    for args in [
        &["scan", "--format", "ics"][..],
        &["history", "--output", "ics=x.ics"],
    ] {
        let run = dir.run(args);
        run.ends(2);
        assert!(
            run.errors().contains("is made by `keysweep audit`"),
            "{}",
            run.errors()
        );
    }
    let run = dir.run(&[
        "audit",
        "--format",
        "ics",
        "--now",
        "2026-11-24",
        "--fail-on",
        "none",
    ]);
    run.ends(0);
    assert_eq!(read(&run.out).parts.len(), 2);
}

/// Names of files and users that would break a line, and a value that a file name holds.
#[test]
fn hostile_names_break_no_line_and_show_no_value() {
    let dir = Dir::repo();
    let token = expand("{check:crc32-base62:ghp_{alnum:30}}", 9);
    let path = format!("a\u{1b}b;c,d/{token}/\u{202e}ü.env");
    dir.write(&path, format!("SESSION={}\n", jwt(1_800_000_000, 1)));
    dir.commit("hostile");
    let run = dir.run(&[
        "audit",
        "--format",
        "ics",
        "--now",
        "2026-11-24",
        "--fail-on",
        "none",
    ]);
    let text = read(&run.out).parts[0].text("DESCRIPTION");
    assert!(text.contains("b;c,d/"), "{text}");
    assert!(!contains(&run.out, token.as_bytes()));
}
