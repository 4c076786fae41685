//! The two files: what is read, what is refused, and what is written.

use super::broken::safe;
use super::*;

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
