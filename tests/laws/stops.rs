//! Law 7 and the promise of `--timeout`: no content holds the run. The time limit, SIGTERM and
//! Ctrl-C end it inside a single content, wherever that stands, and what was left is said.

use std::io::Write;
use std::process::{Child, Stdio};

use crate::archives::make::{Zip, gzip};
use crate::common::{Dir, Run, ended, expand, line, skipped, until};

/// The name of the content that holds everybody up.
const NAME: &str = "heavy.txt";

/// Contents that take long, each of many megabytes, by what is slow about them.
fn heavy() -> Vec<(&'static str, Vec<u8>)> {
    let many = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len()).into_bytes();
    let names = "password=".repeat(400);
    let encoded = expand(&format!("{{b64:{names}}}\n"), 3);
    vec![
        ("names on one line", many("password=", 24 << 20)),
        ("heads of tokens", many("GITHUB_TOKEN=ghp_", 24 << 20)),
        ("encoded text", many(&encoded, 48 << 20)),
        // All of them are found: placing, judging and writing them must end too.
        (
            "findings",
            (0..200_000).map(line).collect::<String>().into_bytes(),
        ),
    ]
}

/// Where a content can stand: how to put it there, the verb, and how it is then called.
type Carrier = (
    &'static str,
    fn(&Dir, &[u8]),
    &'static [&'static str],
    &'static str,
);

const CARRIERS: &[Carrier] = &[
    ("file", plain, &["scan"], NAME),
    ("gzip", zipped, &["scan"], "heavy.txt.gz!heavy.txt"),
    ("zip", packed, &["scan"], "heavy.zip!heavy.txt"),
    ("index", staged, &["staged"], NAME),
    (
        "range",
        committed,
        &["history", "--range", "HEAD~1..HEAD"],
        NAME,
    ),
    // When a history is left, nothing is known of paths.
    ("history", committed, &["history"], ""),
    ("versions", versions, &["history"], ""),
    (
        "archive in a history",
        committed_gzip,
        &["history"],
        "!content",
    ),
];

fn plain(dir: &Dir, bytes: &[u8]) {
    dir.write(NAME, bytes);
}

fn zipped(dir: &Dir, bytes: &[u8]) {
    dir.write("heavy.txt.gz", gzip(bytes));
}

fn packed(dir: &Dir, bytes: &[u8]) {
    dir.write("heavy.zip", Zip::default().deflated(NAME, bytes).end());
}

fn staged(dir: &Dir, bytes: &[u8]) {
    dir.write(NAME, bytes);
    dir.git(&["add", "-A"]);
}

fn committed(dir: &Dir, bytes: &[u8]) {
    dir.write("a.txt", "nothing");
    dir.commit("one");
    dir.write(NAME, bytes);
    dir.commit("two");
}

/// Two versions, one stored as a difference to the other.
fn versions(dir: &Dir, bytes: &[u8]) {
    committed(dir, bytes);
    dir.write(NAME, [bytes, b"\nand a last line\n"].concat());
    dir.commit("three");
    dir.git(&["-c", "core.bigFileThreshold=1g", "repack", "-q", "-a", "-d"]);
}

fn committed_gzip(dir: &Dir, bytes: &[u8]) {
    dir.write("heavy.txt.gz", gzip(bytes));
    dir.commit("one");
}

/// Looking at one of the contents to its end takes minutes of work without optimisation, and this is the work that
/// ending may take, in hundredths of a second: a machine with other work makes a run slower and not more of it.
#[cfg(target_os = "linux")]
const MOST: u64 = 1_200;

/// What a run leaves that ends. One that works on is killed, and the test falls by its status.
fn wait(child: Child) -> Run {
    #[cfg(target_os = "linux")]
    let guard = {
        let id = child.id();
        std::thread::spawn(move || {
            let begun = worked(id).unwrap_or_default();
            while let Some(now) = worked(id) {
                if now > begun + MOST {
                    send("-KILL", id);
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        })
    };
    let run = Run::from(ended(child));
    #[cfg(target_os = "linux")]
    guard.join().expect("the guard only watches");
    run
}

/// The work of a process so far, in hundredths of a second; `None` once it is gone.
#[cfg(target_os = "linux")]
fn worked(id: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Behind the name, which stands in brackets, the time in the program is the twelfth word; behind it the time in
    // the system.
    let (_, rest) = text.rsplit_once(')')?;
    let times = rest.split_ascii_whitespace().skip(11).take(2);
    Some(times.filter_map(|word| word.parse::<u64>().ok()).sum())
}

#[cfg(unix)]
fn send(signal: &str, id: u32) {
    let sent = std::process::Command::new("kill")
        .args([signal, &id.to_string()])
        .status();
    assert!(sent.is_ok_and(|sent| sent.success()), "{signal}");
}

fn check(run: &Run, reason: &str, name: &str, what: &str) {
    assert_eq!(run.status, Some(2), "{what}: {}", run.errors());
    let report = run.json();
    assert_eq!(report["summary"]["complete"], false, "{what}");
    assert!(
        skipped(&report)
            .iter()
            .any(|row| row.starts_with(reason) && row.contains(name) && row.contains("its end")),
        "{what}: {:?}",
        skipped(&report)
    );
}

#[test]
fn the_time_limit_holds_inside_one_content_wherever_it_stands() {
    let (_, bytes) = &heavy()[0];
    for (carrier, put, verb, name) in CARRIERS {
        let dir = Dir::repo();
        put(&dir, bytes);
        let args = [verb, &["--timeout", "1s", "--format", "json"][..]].concat();
        let child = dir.spawn(&args, Stdio::null(), Stdio::piped());
        check(&wait(child), "timed-out", name, carrier);
    }
}

/// Waits until a run has worked so long that it is inside of the content: starting takes a tenth of that, and looking
/// at the content to its end takes minutes without optimisation.
#[cfg(target_os = "linux")]
fn works(child: &Child, what: &str) {
    const TICKS: u64 = 300;
    until(&format!("{what} is looked at"), || {
        worked(child.id()).expect("it runs") >= TICKS
    });
}

/// Elsewhere no file says how long a process has worked.
#[cfg(all(unix, not(target_os = "linux")))]
fn works(_: &Child, _: &str) {
    std::thread::sleep(std::time::Duration::from_millis(1500));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_inside_one_content_wherever_it_stands() {
    let (_, bytes) = &heavy()[0];
    for (n, (carrier, put, verb, name)) in CARRIERS.iter().enumerate() {
        let dir = Dir::repo();
        put(&dir, bytes);
        let args = [verb, &["--format", "json"][..]].concat();
        let child = dir.spawn(&args, Stdio::null(), Stdio::piped());
        works(&child, carrier);
        send(["-TERM", "-INT"][n % 2], child.id());
        check(&wait(child), "interrupted", name, carrier);
    }
}

#[test]
fn the_time_limit_holds_whatever_is_slow_about_a_content() {
    for (kind, bytes) in heavy().into_iter().skip(1) {
        let dir = Dir::new();
        dir.write(NAME, &bytes);
        let args = ["scan", "--timeout", "1s", "--format", "json"];
        let run = wait(dir.spawn(&args, Stdio::null(), Stdio::piped()));
        check(&run, "timed-out", NAME, kind);
    }
}

#[test]
fn the_time_limit_holds_inside_standard_input() {
    let (_, bytes) = heavy().swap_remove(0);
    let dir = Dir::new();
    let args = ["scan", "-", "--timeout", "2s", "--format", "json"];
    let mut child = dir.spawn(&args, Stdio::piped(), Stdio::piped());
    let mut stdin = child.stdin.take().expect("it is piped");
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&bytes);
    });
    let run = wait(child);
    writer.join().expect("writing does not panic");
    check(&run, "timed-out", "stdin", "standard input");
}

/// The look is over soon, and each password is hashed slowly before anything is written.
#[cfg(unix)]
#[test]
fn a_signal_ends_the_hashing_of_a_baseline() {
    let dir = Dir::new();
    let lines =
        (0..3_000).map(|n| expand(&format!("SVC{n}_DB_PASSWORD=Tr{{lowernum:7}}#{n}\n"), n));
    dir.write("a.env", lines.collect::<String>());
    let child = dir.spawn(&["baseline", "create"], Stdio::null(), Stdio::piped());
    works(&child, "a baseline");
    send("-TERM", child.id());
    let run = wait(child);
    run.ends(2).complains("interrupted");
    assert!(!dir.path().join(".keysweep-baseline").exists());
}
