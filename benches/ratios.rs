//! The speed that users feel, as ratios to a reference that runs beside it:
//! `cargo bench --bench ratios -- [REPO…]`.
//!
//! Without REPO: a commit in a repository of 5,000 files that is made for it. For each REPO also
//! its history, ranges of its commits and the tree of its HEAD (which says something from some thousand files on). Figures of one machine mean little, so every line names
//! two measured side by side, their ratio, and the bar where the project has one. CPU time is
//! user time (for the tree user and system together), read from `/proc`, so this runs on Linux.
//! Wants `git` and `rg` on the path; what is missing is said and left out.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keysweep::detect::Scanner;
use keysweep::scan::Collector;
use keysweep::source::{Control, HistoryOptions, decode_only, open_and_scan};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const KEYSWEEP: &str = env!("CARGO_BIN_EXE_keysweep");

/// CPU seconds of this process or of the children it waited for.
#[derive(Clone, Copy)]
struct Cpu {
    user: f64,
    system: f64,
}

impl Cpu {
    fn all(self) -> f64 {
        self.user + self.system
    }

    /// `first` is the number of the field in `/proc/self/stat` (proc(5), 1-based): 14 for this
    /// process, 16 for its children. A tick is a hundredth of a second.
    fn now(first: usize) -> Result<Cpu> {
        let stat = fs::read_to_string("/proc/self/stat")?;
        let tail = stat.rsplit(')').next().unwrap_or_default();
        let field = |number: usize| -> Result<f64> {
            let text = tail.split_whitespace().nth(number - 3).unwrap_or("0");
            Ok(text.parse::<f64>()? / 100.0)
        };
        Ok(Cpu {
            user: field(first)?,
            system: field(first + 1)?,
        })
    }

    fn since(self, before: Cpu) -> Cpu {
        Cpu {
            user: self.user - before.user,
            system: self.system - before.system,
        }
    }
}

/// What a part of this process costs.
fn inside<T>(work: impl FnOnce() -> Result<T>) -> Result<(Cpu, T)> {
    let before = Cpu::now(14)?;
    let value = work()?;
    Ok((Cpu::now(14)?.since(before), value))
}

/// What a command costs; its status is not asked for, because findings are no failure here.
fn outside(command: &mut Command) -> Result<(Cpu, Duration, bool)> {
    let before = Cpu::now(16)?;
    let start = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let wall = start.elapsed();
    Ok((Cpu::now(16)?.since(before), wall, status.success()))
}

fn say(what: &str, ours: f64, unit: &str, other: &str, theirs: f64, bar: Option<f64>) {
    let ratio = ours / theirs.max(0.001);
    let verdict = match bar {
        Some(bar) if ratio <= bar => format!("bar {bar}: met"),
        Some(bar) => format!("bar {bar}: MISSED"),
        None => String::new(),
    };
    println!(
        "  {what:<44} {ours:>8.2} {unit}  {other:<34} {theirs:>8.2} {unit}  ratio {ratio:>6.2}  {verdict}"
    );
}

fn history(repo: &Path) -> Result<()> {
    println!("history of {}", repo.display());
    let options = HistoryOptions {
        path: repo.to_owned(),
        threads: 1,
        ..HistoryOptions::default()
    };
    let control = Control::default();
    // The first pass brings the pack into the page cache.
    let (_, (blobs, bytes)) = inside(|| Ok(decode_only(&options, &control)?))?;
    let (decode, _) = inside(|| Ok(decode_only(&options, &control)?))?;
    println!("  {blobs} blobs, {bytes} bytes decoded");
    let scanner = Scanner::new(keysweep::builtin::set());
    let pass = |full: bool| {
        let options = HistoryOptions {
            full,
            ..options.clone()
        };
        inside(|| {
            let collector = Collector::new(&scanner);
            open_and_scan(&options, &collector, &Control::default())?;
            Ok(collector.into_sightings().len())
        })
    };
    let (scan, found) = pass(false)?;
    let (full, found_full) = pass(true)?;
    say(
        "scan of every blob, no attribution (user s)",
        scan.user,
        "s",
        "decoding every blob",
        decode.user,
        Some(10.0),
    );
    say(
        "scan by differences",
        scan.user,
        "s",
        "scan of every byte",
        full.user,
        None,
    );
    println!(
        "  {found} sightings by differences, {found_full} in full: {}",
        if found == found_full {
            "equal"
        } else {
            "DIFFERENT"
        }
    );
    let dir = Scratch::new("history")?;
    let run = |threads: &str, name: &str| -> Result<(Cpu, Duration, Vec<u8>)> {
        let out = dir.0.join(name);
        let (cpu, wall, _) = outside(
            Command::new(KEYSWEEP)
                .args([
                    "history",
                    "-j",
                    threads,
                    "--now",
                    "2026-01-01T00:00:00Z",
                    "--output",
                ])
                .arg(format!("json={}", out.display()))
                .arg(repo),
        )?;
        Ok((cpu, wall, fs::read(out)?))
    };
    let (one, one_wall, first) = run("1", "one.json")?;
    let (_, two_wall, second) = run("2", "two.json")?;
    say(
        "attribution and report (whole run - scan)",
        (one.user - scan.user).max(0.0),
        "s",
        "decoding every blob",
        decode.user,
        Some(2.0),
    );
    say(
        "two threads (wall)",
        two_wall.as_secs_f64(),
        "s",
        "one thread",
        one_wall.as_secs_f64(),
        None,
    );
    println!(
        "  reports of one and two threads: {}",
        if first == second {
            "identical"
        } else {
            "DIFFERENT"
        }
    );
    let peak = peak(repo)?;
    println!("  peak resident memory of a whole run: {peak} MiB, bar 1024");
    let (log, _, ended) = outside(Command::new("git").arg("-C").arg(repo).args([
        "log",
        "-p",
        "-U0",
        "--full-history",
        "--all",
    ]))?;
    if ended {
        let bar = Some(1.0);
        say(
            "whole run",
            one.user,
            "s",
            "git log -p -U0 --full-history --all",
            log.user,
            bar,
        );
    } else {
        println!("  git log -p -U0 --full-history --all did not run to its end: no comparison");
    }
    Ok(())
}

/// Ranges of commits near the tip and deep in the past, against the patches git makes of them. The
/// fixed cost of a process is told apart: it is all that a range of one commit costs.
fn range(repo: &Path) -> Result<()> {
    println!("ranges of {}", repo.display());
    let git = |args: &[&str]| -> Result<String> {
        let output = Command::new("git")
            .arg("-C")
            .arg(repo)
            .args(args)
            .output()?;
        if !output.status.success() {
            return Err(format!("git {args:?} failed").into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    // Best of three: a tick is long beside a short range.
    let best = |make: &dyn Fn() -> Command| -> Result<f64> {
        let mut best = f64::MAX;
        for _ in 0..3 {
            best = best.min(outside(&mut make())?.0.user);
        }
        Ok(best)
    };
    let ours = |range: &str| {
        best(&|| {
            let mut command = Command::new(KEYSWEEP);
            command
                .args(["history", "-j", "1", "--range", range])
                .arg(repo);
            command
        })
    };
    println!(
        "  an empty range, which is the fixed cost: {:.2} s",
        ours("HEAD..HEAD")?
    );
    let all: Vec<String> = git(&["rev-list", "--first-parent", "HEAD"])?
        .lines()
        .map(str::to_owned)
        .collect();
    for deep in [0, all.len() / 2, all.len() * 9 / 10] {
        for length in [1, 50, 1000] {
            let (Some(from), Some(to)) = (all.get(deep + length), all.get(deep)) else {
                continue;
            };
            let range = format!("{from}..{to}");
            let commits = git(&["rev-list", "--count", &range])?;
            let theirs = best(&|| {
                let mut command = Command::new("git");
                command.arg("-C").arg(repo);
                command.args(["log", "-p", "-m", "-U0", &range]);
                command
            })?;
            let what = format!("{commits} commits below HEAD~{deep}");
            // A difference smaller than a process's own start is no ratio.
            let bar = (theirs >= 0.05).then_some(1.0);
            say(&what, ours(&range)?, "s", "git log -p -m -U0", theirs, bar);
        }
    }
    Ok(())
}

/// The most memory that a whole run held at once, in MiB.
fn peak(repo: &Path) -> Result<u64> {
    let mut child = Command::new(KEYSWEEP)
        .args(["history", "-j", "2"])
        .arg(repo)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait()?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        most = most.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(most >> 10)
}

fn tree(repo: &Path) -> Result<()> {
    println!("tree of HEAD of {}", repo.display());
    let dir = Scratch::new("tree")?;
    let mut archive = Command::new("git")
        .arg("-C")
        .arg(repo)
        .args(["archive", "HEAD"])
        .stdout(Stdio::piped())
        .spawn()?;
    let Some(stream) = archive.stdout.take() else {
        return Err("git gave no output".into());
    };
    let status = Command::new("tar")
        .args(["-x", "-C"])
        .arg(&dir.0)
        .stdin(stream)
        .status()?;
    if !status.success() || !archive.wait()?.success() {
        return Err("the tree of HEAD could not be written out".into());
    }
    const RUNS: u32 = 10;
    let times = |make: &dyn Fn() -> Command| -> Result<f64> {
        make()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        // One difference over all runs: a tick is long beside the shortest of them.
        let before = Cpu::now(16)?;
        for _ in 0..RUNS {
            outside(&mut make())?;
        }
        Ok(Cpu::now(16)?.since(before).all() / f64::from(RUNS))
    };
    let ours = times(&|| {
        let mut command = Command::new(KEYSWEEP);
        command.args(["scan", "-j", "1"]).arg(&dir.0);
        command
    })?;
    let theirs = times(&|| {
        let mut command = Command::new("rg");
        command
            .args(["-j1", "-uu", "-a", "-F", "-c", "ghp_0000000000"])
            .arg(&dir.0);
        command
    });
    match theirs {
        Ok(theirs) => say(
            "tree scan (user + system)",
            ours,
            "s",
            "rg -j1 -uu -a -F",
            theirs,
            Some(6.0),
        ),
        Err(error) => println!("  no `rg`: {error}; the tree scan takes {ours:.2} s"),
    }
    Ok(())
}

fn staged() -> Result<()> {
    println!("one staged file of 10 KB in a repository of 5,000 files");
    let dir = Scratch::new("staged")?;
    let git = |args: &[&str]| -> Result<()> {
        let status = Command::new("git")
            .args([
                "-c",
                "user.name=Bench",
                "-c",
                "user.email=bench@example.org",
            ])
            .args([
                "-c",
                "commit.gpgsign=false",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .args(args)
            .current_dir(&dir.0)
            .stdout(Stdio::null())
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("git {args:?} failed").into())
        }
    };
    git(&["init", "-q"])?;
    for n in 0..5_000 {
        let folder = dir.0.join(format!("d{}/e{}", n % 50, n % 7));
        fs::create_dir_all(&folder)?;
        fs::write(
            folder.join(format!("f{n}.txt")),
            format!("file {n}\n").repeat(20),
        )?;
    }
    git(&["add", "."])?;
    git(&["commit", "-qm", "files"])?;
    let text: String = (0..250)
        .map(|n| format!("let value_{n} = compute({n}, \"a string\");\n"))
        .collect();
    fs::write(dir.0.join("d1/new.rs"), text)?;
    git(&["add", "."])?;
    let best = |program: &str, args: &[&str]| -> Result<f64> {
        let mut best = f64::MAX;
        for _ in 0..20 {
            let (_, wall, _) = outside(Command::new(program).args(args).current_dir(&dir.0))?;
            best = best.min(wall.as_secs_f64() * 1000.0);
        }
        Ok(best)
    };
    let ours = best(KEYSWEEP, &["staged"])?;
    let theirs = best("git", &["diff", "--cached"])?;
    say(
        "keysweep staged (whole process, wall)",
        ours,
        "ms",
        "git diff --cached",
        theirs,
        None,
    );
    println!(
        "  bar 50 ms: {}",
        if ours < 50.0 { "met" } else { "MISSED" }
    );
    Ok(())
}

/// A directory that goes away.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("keysweep-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir)?;
        Ok(Scratch(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn main() -> Result<()> {
    staged()?;
    for repo in std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
    {
        let repo = PathBuf::from(repo);
        tree(&repo)?;
        range(&repo)?;
        history(&repo)?;
    }
    Ok(())
}
