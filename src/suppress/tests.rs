//! The two files: what is read, what is refused, and what is written.

use super::lines::safe;
use super::*;
use crate::steps;

const ID: &str = "0123456789abcdef0123";
const SALT: &str = "salt=00112233445566778899aabbccddeeff";

fn rules() -> RuleSet {
    crate::builtin::set()
}

fn ignore(text: &str) -> Result<IgnoreFile, String> {
    IgnoreFile::parse(".keysweepignore", text.as_bytes(), &rules()).map_err(|e| e.to_string())
}

fn baseline(text: &str) -> Result<Baseline, String> {
    Baseline::parse(".keysweep-baseline", text.as_bytes()).map_err(|e| e.to_string())
}

#[test]
fn the_last_line_that_fits_decides() {
    let file = ignore(
        "# head\nfixtures/\n*.md [github-pat, jwt]  # examples in the manual\n!docs/real.md\nwith\\ space # x\n",
    )
    .expect("reads");
    let hides = |path: &str, rule: &str| {
        file.hides(path, rule, &[])
            .map(|line| (line.number, line.reason.clone()))
    };
    assert_eq!(hides("a/fixtures/b/c.env", "jwt"), Some((2, String::new())));
    let manual = Some((3, "examples in the manual".to_owned()));
    assert_eq!(hides("docs/a.md", "github-pat"), manual);
    assert_eq!(hides("docs/a.md", "aws-secret-access-key"), None);
    assert_eq!(hides("docs/real.md", "github-pat"), None);
    assert_eq!(hides("with space", "jwt"), Some((5, "x".to_owned())));
    assert_eq!(hides("/fixtures/absolute", "jwt").map(|h| h.0), Some(2));
    let also = ["jwt".to_owned()];
    assert!(file.hides("docs/a.md", "other", &also).is_some());
}

#[test]
fn a_broken_ignore_file_names_its_line() {
    for (text, words) in [
        (
            "a\n* [github-patt]\n",
            ".keysweepignore:2: there is no such rule; did you mean `github-pat`?",
        ),
        ("* [github-pat,]\n", ":1: a rule's id is missing"),
        ("a\n\nb{\n", ":3: the path is no pattern"),
        (
            "a\n<<<<<<< HEAD\nb\n",
            ":2: a merge left its conflict marks",
        ),
    ] {
        let error = ignore(text).expect_err("broken");
        assert!(error.contains(words), "{text:?}: {error}");
    }
    let bytes = b"a\n\xff\n";
    let error = IgnoreFile::parse("x", bytes, &rules()).expect_err("no text");
    assert!(error.to_string().contains("x:2: this line is not UTF-8"));
}

#[test]
fn a_baseline_reads_what_it_writes() {
    let text = format!(
        "# mine\n{SALT}\n{ID} github-pat path=a%20b/** until=2027-01-02 at=x.env reason=why = not\n\
         {ID}:a7 generic-password in=history\n"
    );
    let read = baseline(&text).expect("reads");
    assert_eq!(read.text(), text);
    assert_eq!(read.entries.len(), 2);
    let entry = &read.entries[0];
    assert!(entry.covers("a b/c/d") && !entry.covers("a/c"));
    assert!(!entry.expired("2027-01-02".parse().expect("a date")));
    assert!(entry.expired("2027-01-03".parse().expect("a date")));
    assert_eq!(entry.reason, "why = not");
    // Lines of a union merge: any order, doubled, two salts.
    let twice = format!("{text}{SALT}\nsalt=ff112233445566778899aabbccddeeff\n{text}");
    let merged = baseline(&twice).expect("reads").text();
    assert_eq!(merged.lines().count(), 5, "{merged}");
}

#[test]
fn a_broken_baseline_names_its_line_and_quotes_nothing() {
    let secret = crate::example::expand("{check:crc32-base62:ghp_{alnum:30}}", 5).expect("valid");
    for (line, words) in [
        (secret.clone(), "begins with no id"),
        (format!("{ID} {secret}"), "no rule stands"),
        (
            format!("{ID} github-pat untl=2027-01-01"),
            "did you mean `until=`?",
        ),
        (format!("{ID} github-pat {secret}=x"), "no field this word"),
        (format!("{ID} github-pat {secret}"), "this word is no field"),
        (
            format!("{ID} github-pat until=2027-02-30"),
            "a date of the calendar",
        ),
        (format!("{ID} github-pat in=past"), "in=history"),
        (format!("{ID} github-pat path=%zz"), "percent-encoded"),
        (format!("{ID}:a7 generic-password"), "`salt=` line"),
        ("salt=12".to_owned(), "32 hexadecimal digits"),
        ("=======".to_owned(), "a merge left its conflict marks"),
    ] {
        let error = baseline(&format!("# head\n\n{line}\n")).expect_err("broken");
        assert!(error.starts_with(".keysweep-baseline:3: "), "{error}");
        assert!(error.contains(words), "{error}");
        assert!(!error.contains(&secret[4..20]), "a value is quoted");
    }
}

#[test]
fn words_are_quoted_only_when_they_cannot_be_values() {
    assert_eq!(safe("reson"), "`reson`");
    assert_eq!(safe("hunter2"), "this word");
    assert_eq!(safe("correcthorsebatterystaple"), "this word");
}

#[test]
fn tags_are_of_value_and_salt() {
    let (a, b) = (Salt([1; 16]), Salt([2; 16]));
    // Eight bits agree by chance once in 256; over several values they do not.
    let tags = |salt: &Salt| [&b"one"[..], b"two", b"three", b"four"].map(|v| entry::tag(v, salt));
    assert_eq!(tags(&a), tags(&a));
    assert_ne!(tags(&a), tags(&b));
    assert_eq!(Salt::parse(&a.hex()), Some(a));
}

#[test]
fn a_wide_blank_at_the_end_is_cut_whole() {
    // Cutting in the middle of such a character would be a panic.
    let error = ignore("x\na\\\u{3000}\n").expect_err("a backslash before nothing");
    assert!(error.contains(":2: the path is no pattern"), "{error}");
    let file = ignore("c\\ \t\n").expect("reads");
    assert!(file.hides("c ", "jwt", &[]).is_some());
}

#[test]
fn lines_that_are_too_long_or_too_many_are_refused() {
    let long = "x".repeat(5_000);
    for (text, words) in [
        (
            format!("a\n{long}\n"),
            ":2: the line is longer than 4096 bytes",
        ),
        ("a\n".repeat(10_001), ":10001: more than 10000 patterns"),
    ] {
        let error = ignore(&text).expect_err("too much");
        assert!(error.contains(words), "{error}");
    }
    let many: String = (0..17).map(|n| format!("salt={n:032x}\n")).collect();
    for (text, words) in [
        (
            format!("{ID} jwt reason={long}\n"),
            ":1: the line is longer than 4096 bytes",
        ),
        (many, ":17: more than 16 salts"),
        (
            (0..=5_000).map(|n| format!("{ID} jwt at={n}\n")).collect(),
            ":5001: more than 5000 lines for one credential",
        ),
    ] {
        let error = baseline(&text).expect_err("too much");
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn digits_and_dates_have_one_meaning() {
    let upper = ID.to_ascii_uppercase();
    let read = baseline(&format!("{}\n{upper}:A7 jwt\n", SALT.replace("aa", "AA"))).expect("reads");
    assert_eq!(read.text(), format!("{SALT}\n{ID}:a7 jwt\n"));
    for line in [
        format!("salt={}", "+f".repeat(16)),
        format!("{ID} jwt path=%+f"),
        format!("{ID}:+f jwt"),
        format!("{ID} jwt until=20270102"),
        format!("{ID} jwt until=2027-01-02T10:00"),
        format!("{ID} jwt until=2027-1-2"),
        format!("{ID} jwt until="),
    ] {
        assert!(baseline(&line).is_err(), "{line}");
    }
}

#[test]
fn a_field_stands_once_and_a_tab_is_a_blank() {
    let error = baseline(&format!("{ID} jwt path=tests/** path=**\n")).expect_err("twice");
    assert!(error.contains("`path` stands twice"), "{error}");
    let read = baseline(&format!("{ID}\tjwt\tat=x\treason=why = not reason=z\r\n")).expect("reads");
    assert_eq!(read.entries[0].reason, "why = not reason=z");
    assert_eq!(read.entries[0].at, "x");
}

#[test]
fn any_bytes_are_read_or_refused() {
    for text in [
        &b"\0"[..],
        b"\xef\xbb\xbf",
        b"\r\r\n",
        b"#\0\xc3\xa4",
        b"a\\",
        b"[\n",
        b"] [",
        b" []",
        b"\\",
        b"!",
        b"/",
    ] {
        // Neither panics, whatever it says.
        let _ = IgnoreFile::parse("x", text, &rules());
        let _ = Baseline::parse("x", text);
    }
    // The name of standard input may be anything.
    let _ = ignore("*\n").expect("reads").hides("/", "jwt", &[]);
}

proptest::proptest! {
    #[test]
    fn no_text_is_a_panic(text in "([ \\t]|\\\\|#|\\[|\\]|,|!|\\*|/|\\{|\\}|=|a|reason=|path=|until=|jwt|0123456789abcdef0123|:a7|\\PC|\n)*") {
        if let Ok(file) = ignore(&text) {
            let _ = file.hides("a/b.env", "jwt", &[]);
        }
        if let Ok(read) = baseline(&text) {
            let again = baseline(&read.text()).expect("what is written is read");
            proptest::prop_assert_eq!(again.text(), read.text());
        }
    }
}

/// Of what is written, all is read again: long and strange paths are only hints.
#[test]
fn a_hint_is_never_longer_than_a_line() {
    let mut entry = baseline(&format!("{ID} jwt\n"))
        .expect("reads")
        .entries
        .remove(0);
    entry.at = entry::hint("ä".repeat(4_096).as_bytes());
    assert_eq!(entry.at.len(), 999, "no escape is cut");
    baseline(&entry.text()).expect("reads");
}

#[test]
fn many_lines_are_changed_one_by_one_without_looking_at_the_others() {
    let id = |n: usize| crate::secret::Fingerprint::of_strong(&n.to_le_bytes());
    let text: String = (0..10_000)
        .map(|n| format!("# comment {n}\n{} jwt path=src/{n}/**/*.env\n", id(n)))
        .collect();
    let mut read = baseline(&text).expect("reads");
    let steps = steps::of(|| {
        for n in 0..500 {
            let mut entry = read.entries[n].clone();
            entry.reason = "again".to_owned();
            read.set(entry).expect("as before");
            let mut entry = read.entries[n].clone();
            entry.path = None;
            read.set(entry).expect("room for it");
        }
    });
    assert_eq!(read.entries.len(), 10_500);
    assert_eq!(read.text().lines().count(), 20_500);
    // Each of the first is found by its line; the others are put at the end.
    assert_eq!(steps, 500);
}

/// Twice the entries are twice the looks, whatever they have in common.
#[test]
fn looks_at_entries_grow_with_the_entries() {
    type Shape = (&'static str, fn(usize) -> String);
    let shapes: [Shape; 4] = [
        ("of values of their own", |n| {
            format!("{} jwt at={n}", nth(n))
        }),
        ("of one name", |n| {
            format!("{ID}:{:02x} jwt at={n}", n % 256)
        }),
        ("doubled by a merge", |n| {
            format!("{} jwt reason={n}", nth(n / 2))
        }),
        ("of few names", |n| {
            format!("{}:{:02x} jwt", nth(n % 16), n / 16 % 256)
        }),
    ];
    fn nth(n: usize) -> String {
        crate::secret::Fingerprint::of_strong(&n.to_le_bytes()).to_string()
    }
    for (what, shape) in shapes {
        let count = |n: usize| {
            let lines: BTreeSet<String> = (0..n).map(shape).collect();
            let text: String = lines.into_iter().map(|line| line + "\n").collect();
            let mut read = baseline(&format!("{SALT}\n{text}")).expect("reads");
            steps::of(|| {
                for entry in read.entries.clone() {
                    read.set(entry).expect("room");
                }
            })
        };
        let (one, two) = (count(256), count(512));
        assert!(two <= 3 * one.max(256), "{what}: {one}, then {two}");
    }
}
