//! Runs a client program of a server: statements on its standard input, secrets in a file of its owner alone or in
//! its environment, and neither in its arguments.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::fault::Fault;

/// How long a program may take in all.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of an output that are read: a list of all accounts comes at once.
const MAX_OUTPUT: u64 = 64 << 20;

/// A program that is to be run.
pub(super) struct Run<'r> {
    /// How it is called in messages: `psql`.
    pub name: &'static str,
    /// What it is asked for, in words, for messages.
    pub shown: &'static str,
    pub arguments: Vec<String>,
    /// Its environment, besides the path and the home.
    pub environment: Vec<(&'static str, String)>,
    pub input: &'r [u8],
}

/// What a program said. It may quote a statement, and is never shown.
pub(super) struct Said {
    pub well: bool,
    pub output: Vec<u8>,
    pub errors: String,
}

impl Run<'_> {
    /// Runs it once, to its end.
    ///
    /// # Errors
    /// It cannot be started, or takes too long: then what it was asked for may have happened.
    pub fn run(&self) -> Result<Said, Fault> {
        let kept = ["PATH", "HOME", "SYSTEMROOT"];
        let kept = kept.map(|name| Some((name, std::env::var_os(name)?)));
        let mut child = Command::new(self.name)
            .args(&self.arguments)
            .env_clear()
            .envs(kept.into_iter().flatten())
            // What is read from its messages is read in English.
            .env("LC_ALL", "C")
            .envs(self.environment.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                let name = self.name;
                Fault::NotSent(format!("the program {name} cannot be started: {error}"))
            })?;
        let (input, output, errors) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let read = |from: Option<Box<dyn std::io::Read + Send>>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                if let Some(from) = from {
                    // What is cut off is no list and no answer, which is told by whoever reads it.
                    let _ = from.take(MAX_OUTPUT).read_to_end(&mut bytes);
                }
                bytes
            })
        };
        let output = read(output.map(|from| Box::new(from) as _));
        let errors = read(errors.map(|from| Box::new(from) as _));
        if let Some(mut input) = input {
            // A program that ended before it read everything says why by its status.
            let _ = input.write_all(self.input);
        }
        let begun = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(Fault::Lost(format!(
                        "{} did not end within {} seconds; what it was asked for ({}) may have happened",
                        self.name,
                        PATIENCE.as_secs(),
                        self.shown
                    )));
                }
            }
        };
        let bytes = |thread: std::thread::JoinHandle<Vec<u8>>| thread.join().unwrap_or_default();
        Ok(Said {
            well: status.success(),
            output: bytes(output),
            errors: String::from_utf8_lossy(&bytes(errors)).into_owned(),
        })
    }
}
