//! Programs that end by themselves, this one among them, and what they leave behind.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde_json::Value;

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

/// What a program says that reads `input` and is to end by itself.
pub fn fed(mut command: Command, input: &[u8]) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that ends early closes its standard input, which is its right.
        let _ = stdin.write_all(&input);
    });
    let output = ended(child);
    writer.join().expect("writing does not panic");
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
