//! What the tests of the whole program share: a repository made with git under fixed dates and no
//! foreign configuration, and runs of the program in an environment of their own.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Every format that a report can have.
pub fn formats() -> impl Iterator<Item = &'static str> {
    keysweep::report::FORMATS.iter().map(|format| format.name())
}

/// The moment that the tests judge expiry for.
pub const NOW: &str = "2026-11-24T00:00:00Z";

/// Expands a template of the library; the same seed gives the same text.
pub fn expand(template: &str, seed: u64) -> String {
    keysweep::example::expand(template, seed).expect("the test's template is valid")
}

/// A token with a valid checksum: high confidence, high severity.
pub fn token(seed: u64) -> String {
    expand("{check:crc32-base62:ghp_{alnum:30}}", seed)
}

/// A line that assigns such a token.
pub fn line(seed: u64) -> String {
    format!("GITHUB_TOKEN={}\n", token(seed))
}

/// A signed-looking JWT that ended at `exp` seconds after 1970.
pub fn jwt(exp: i64, seed: u64) -> String {
    let claims =
        format!(r#"{{"iss":"https://login.demo.test","sub":"svc","iat":1693638000,"exp":{exp}}}"#);
    expand(
        &format!(r#"{{jwt:{{"alg":"RS256","typ":"JWT"}}.{claims}}}"#),
        seed,
    )
}

/// What hangs is ended after so long. Nothing that works takes a fraction of it, however busy the machine is.
pub const HANG: Duration = Duration::from_secs(600);

/// What a program says that is to end by itself. One that hangs is killed, and the test falls by its status.
pub fn ended(child: Child) -> Output {
    let id = child.id().to_string();
    let (done, ends) = std::sync::mpsc::channel::<()>();
    let guard = std::thread::spawn(move || {
        if ends.recv_timeout(HANG) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-KILL", &id]).status();
        }
    });
    let output = child.wait_with_output().expect("it can be waited for");
    drop(done);
    guard.join().expect("the guard only waits");
    output
}

/// What some work of this process gives that is to end by itself. Work that hangs is left behind, and the test
/// falls.
#[track_caller]
pub fn done<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ends) = std::sync::mpsc::channel();
    let worker = std::thread::spawn(move || {
        let out = work();
        drop(done);
        out
    });
    // Nothing is ever sent: the other end is dropped at the end of the work, or when it panics.
    if ends.recv_timeout(HANG) == Err::<(), _>(RecvTimeoutError::Timeout) {
        panic!("it still runs after {HANG:?}");
    }
    let end = worker.join();
    end.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Waits until something is so. What never is ends the test.
#[track_caller]
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < HANG,
            "waited {HANG:?}, and it is not so: {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A temporary directory, removed when dropped.
pub struct Dir {
    temp: tempfile::TempDir,
    clock: Cell<u64>,
}

impl Dir {
    /// An empty directory.
    pub fn new() -> Self {
        Dir {
            temp: tempfile::tempdir().expect("a temporary directory"),
            clock: Cell::new(1_700_000_000),
        }
    }

    /// An empty repository on branch `main`, in `work`, so that there is an outside to look at.
    pub fn repo() -> Self {
        let dir = Self::new();
        fs::create_dir(dir.temp.path().join("work")).expect("it is new");
        dir.git(&["init", "-q", "-b", "main"]);
        dir
    }

    /// Gives the baseline a salt of its own before the first entry. Without it each run draws another one,
    /// and of two passwords one in 256 runs gives both the same tag: a test that expects them apart fails then.
    pub fn fix_salt(&self) {
        self.write(
            ".keysweep-baseline",
            "salt=00112233445566778899aabbccddeeff\n",
        );
    }

    /// The directory that is scanned.
    pub fn path(&self) -> PathBuf {
        let work = self.temp.path().join("work");
        if work.is_dir() {
            work
        } else {
            self.temp.path().to_owned()
        }
    }

    /// A path outside of the repository, in the same temporary directory.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("below the directory")).expect("writable");
        fs::write(path, content).expect("writable");
    }

    /// The text of a file; empty where there is none.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_default()
    }

    /// Runs git, without any configuration of this machine, a minute later than before.
    pub fn git(&self, args: &[&str]) -> String {
        self.git_as(args, &[])
    }

    /// The same with more environment.
    pub fn git_as(&self, args: &[&str], env: &[(&str, &str)]) -> String {
        self.clock.set(self.clock.get() + 60);
        let date = format!("{} +0000", self.clock.get());
        let mut command = Command::new("git");
        for name in [
            "GIT_DIR",
            "GIT_INDEX_FILE",
            "GIT_WORK_TREE",
            "GIT_OBJECT_DIRECTORY",
        ] {
            command.env_remove(name);
        }
        let output = command
            .current_dir(self.path())
            .args(["-c", "gc.auto=0", "-c", "core.hooksPath=/dev/null"])
            .args(args)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([
                ("GIT_AUTHOR_NAME", "Ann"),
                ("GIT_AUTHOR_EMAIL", "ann@example.org"),
                ("GIT_COMMITTER_NAME", "Col"),
                ("GIT_COMMITTER_EMAIL", "col@example.org"),
                ("GIT_AUTHOR_DATE", date.as_str()),
                ("GIT_COMMITTER_DATE", date.as_str()),
            ])
            .envs(env.iter().copied())
            .output()
            .expect("git is installed");
        let shown = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {shown}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Where a loose object lies.
    pub fn loose(&self, id: &str) -> PathBuf {
        self.path()
            .join(".git/objects")
            .join(&id[..2])
            .join(&id[2..])
    }

    /// The program, in this directory, with nothing in its environment.
    pub fn command(&self, args: &[&str]) -> Command {
        command(&self.path(), args)
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Run {
        Run::from(ended(self.spawn(args, Stdio::null(), Stdio::piped())))
    }

    /// Runs the program and reads its JSON report.
    pub fn json(&self, args: &[&str]) -> Value {
        let mut all = args.to_vec();
        all.extend(["--format", "json", "--now", NOW]);
        self.run(&all).json()
    }

    /// Runs the program with something on standard input.
    pub fn feed(&self, args: &[&str], input: &[u8]) -> Run {
        use std::io::Write;
        let mut child = self.spawn(args, Stdio::piped(), Stdio::piped());
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // A program that ends early closes its standard input, which is its right.
            let _ = stdin.write_all(&input);
        });
        let output = ended(child);
        writer.join().expect("writing does not panic");
        Run::from(output)
    }

    /// Starts the program.
    pub fn spawn(&self, args: &[&str], stdin: Stdio, stdout: Stdio) -> Child {
        self.command(args)
            .stdin(stdin)
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    }
}

/// The program in `dir`, with only a search path in its environment.
pub fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysweep"));
    command
        .args(args)
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// What a run left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// Exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: Vec<u8>,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run {
            status: output.status.code(),
            out: output.stdout,
            err: output.stderr,
        }
    }
}

impl Run {
    /// Runs to the end.
    pub fn new(mut command: Command) -> Self {
        Run::from(command.output().expect("the program starts"))
    }

    /// Fails the test with everything that was printed when the status is another one.
    #[track_caller]
    pub fn ends(&self, status: i32) -> &Self {
        assert_eq!(
            self.status,
            Some(status),
            "stdout: {}\nstderr: {}",
            self.text(),
            self.errors()
        );
        self
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Standard error as text.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }

    /// Requires words in standard output.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        let text = self.text();
        assert!(
            text.contains(words),
            "`{words}` in: {text}\n{}",
            self.errors()
        );
        self
    }

    /// Requires words in standard error.
    #[track_caller]
    pub fn complains(&self, words: &str) -> &Self {
        let text = self.errors();
        assert!(text.contains(words), "`{words}` in: {text}");
        self
    }

    /// The JSON report on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.text(), self.errors()))
    }
}

/// The findings of a JSON report.
pub fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().expect("a list of findings")
}

/// `RULE PATH:LINE:COLUMN` of every place of every finding, sorted.
pub fn places(report: &Value) -> Vec<String> {
    let mut out: Vec<String> = findings(report)
        .iter()
        .flat_map(|finding| {
            let rule = finding["reported"].as_str().expect("an id");
            finding["places"]
                .as_array()
                .expect("places")
                .iter()
                .map(move |place| {
                    let region = &place["region"];
                    format!(
                        "{rule} {}:{}:{}",
                        place["path"].as_str().expect("a path"),
                        region["start_line"],
                        region["start_column"]
                    )
                })
        })
        .collect();
    out.sort();
    out
}

/// `PATH!MEMBER:LINE:COLUMN` of every place of every finding, sorted.
pub fn members(report: &Value) -> Vec<String> {
    let mut out: Vec<String> = findings(report)
        .iter()
        .flat_map(|finding| finding["places"].as_array().expect("places"))
        .map(|place| {
            let member = match place["member"].as_str() {
                Some(member) => format!("!{member}"),
                None => String::new(),
            };
            let path = place["path"].as_str().expect("a path");
            let region = &place["region"];
            format!(
                "{path}{member}:{}:{}",
                region["start_line"], region["start_column"]
            )
        })
        .collect();
    out.sort();
    out
}

/// `REASON WHAT (DETAIL)` of everything that was not read, sorted.
pub fn skipped(report: &Value) -> Vec<String> {
    let rows = report["skipped"].as_array().expect("a list");
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
    let mut out: Vec<String> = rows
        .iter()
        .map(|row| {
            let (reason, what) = (text(row, "reason"), text(row, "what"));
            format!("{reason} {what} ({})", text(row, "detail"))
        })
        .collect();
    out.sort();
    out
}

/// Whether `needle` stands in `hay`.
pub fn contains(hay: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(hay, needle).is_some()
}
