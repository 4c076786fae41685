//! Runs a program to its end, within bounds: what it needs to know on its standard input, secrets in a file of its
//! owner alone or in its environment, and neither in its arguments.

use std::ffi::OsString;
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::secret::Secret;

/// Between two looks whether a program ended.
const TICK: Duration = Duration::from_millis(10);
/// How long is waited for the outputs of a program that ended. It wrote what it had to say before; what it left running
/// in the background may hold them open for ever.
const GRACE: Duration = Duration::from_secs(1);
/// Bytes of its messages that are kept.
const MAX_ERRORS: usize = 64 << 10;

/// A program that is to be run.
pub(super) struct Run<'r> {
    /// Its name, or where it is.
    pub name: OsString,
    pub arguments: Vec<OsString>,
    /// Where it runs; where we do if nothing is said.
    pub dir: Option<&'r Path>,
    /// All of its environment besides the search path and the home; where nothing is said it has ours.
    pub environment: Option<Vec<(&'static str, String)>>,
    pub input: &'r [u8],
    pub messages: Messages,
    /// How long it may take in all.
    pub patience: Duration,
    /// Bytes that it may print.
    pub most: usize,
}

/// What becomes of the messages of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Messages {
    /// They are read and not shown.
    Kept,
    /// They go where ours go, as its questions do.
    Shown,
}

/// What a program said. It may quote a statement or a value, and is never shown.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// It ended with the status 0.
    pub well: bool,
    /// How it ended, in words.
    pub ended: String,
    pub output: Vec<u8>,
    pub errors: String,
}

/// Why there is nothing that a program said; a sentence that names it.
#[derive(Debug)]
pub(super) enum Failed {
    /// It was not started.
    NotStarted(String),
    /// It was, and what it was asked for may have happened.
    Lost(String),
}

impl Run<'_> {
    /// Runs it once, to its end.
    ///
    /// # Errors
    /// It cannot be started, takes too long, or prints too much.
    pub fn run(self) -> Result<Said, Failed> {
        let shown = self.name.to_string_lossy().into_owned();
        let mut child = self.started(&shown)?;
        let (print, output) = channel();
        let (complain, errors) = channel();
        let (stdin, input) = (child.stdin.take(), Secret::new(self.input));
        // A program that ends before it read everything says why by its status.
        std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(input.expose())));
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        std::thread::spawn(move || stdout.map(|from| hand_on(from, &print)));
        std::thread::spawn(move || stderr.map(|from| hand_on(from, &complain)));
        let begun = Instant::now();
        let (mut printed, mut messages) = (Vec::new(), Vec::new());
        let mut too_much = false;
        let status = loop {
            too_much |= !take(&output, &mut printed, self.most);
            take(&errors, &mut messages, MAX_ERRORS);
            let late = begun.elapsed() >= self.patience;
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if !late && !too_much => std::thread::sleep(TICK),
                ended => {
                    let _ = child.kill();
                    let _ = child.wait();
                    let why = match ended {
                        Err(error) => format!("`{shown}` cannot be waited for: {error}"),
                        Ok(_) if too_much => self.too_much(&shown),
                        Ok(_) => format!(
                            "`{shown}` did not end within {} seconds and was ended",
                            self.patience.as_secs()
                        ),
                    };
                    return Err(Failed::Lost(why));
                }
            }
        };
        let until = Instant::now() + GRACE;
        too_much |= !take_until(&output, &mut printed, self.most, until);
        take_until(&errors, &mut messages, MAX_ERRORS, until);
        match too_much {
            true => Err(Failed::Lost(self.too_much(&shown))),
            false => Ok(Said {
                well: status.success(),
                ended: status.to_string(),
                output: printed,
                errors: String::from_utf8_lossy(&messages).into_owned(),
            }),
        }
    }

    fn started(&self, shown: &str) -> Result<Child, Failed> {
        let mut command = Command::new(&self.name);
        command
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(match self.messages {
                Messages::Kept => Stdio::piped(),
                Messages::Shown => Stdio::inherit(),
            });
        if let Some(environment) = &self.environment {
            let kept = ["PATH", "HOME", "SYSTEMROOT"];
            let kept = kept.map(|name| Some((name, std::env::var_os(name)?)));
            command
                .env_clear()
                .envs(kept.into_iter().flatten())
                // What is read from its messages is read in English.
                .env("LC_ALL", "C")
                .envs(environment.iter().map(|(name, value)| (*name, value)));
        }
        if let Some(dir) = self.dir {
            command.current_dir(dir);
        }
        command.spawn().map_err(|error| {
            Failed::NotStarted(match error.kind() {
                ErrorKind::NotFound => format!("needs the program `{shown}`, which is not there"),
                _ => format!("cannot start `{shown}`: {error}"),
            })
        })
    }

    fn too_much(&self, shown: &str) -> String {
        format!("`{shown}` printed more than {} bytes", self.most)
    }
}

/// Hands on what comes, until nobody wants it any more.
fn hand_on(mut from: impl Read, to: &Sender<Vec<u8>>) {
    let mut buffer = [0; 16 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) if to.send(buffer[..length].to_vec()).is_ok() => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

/// Takes what came so far; whether it was at most so many bytes.
fn take(from: &Receiver<Vec<u8>>, into: &mut Vec<u8>, most: usize) -> bool {
    from.try_iter().all(|part| took(part, into, most))
}

/// Takes what comes until it ends, or until a moment; whether it was at most so many bytes.
fn take_until(from: &Receiver<Vec<u8>>, into: &mut Vec<u8>, most: usize, until: Instant) -> bool {
    loop {
        match from.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(part) => {
                if !took(part, into, most) {
                    return false;
                }
            }
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => return true,
        }
    }
}

fn took(mut part: Vec<u8>, into: &mut Vec<u8>, most: usize) -> bool {
    let room = most.saturating_sub(into.len());
    let fits = part.len() <= room;
    part.truncate(room);
    into.append(&mut part);
    fits
}

impl From<Failed> for String {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotStarted(why) | Failed::Lost(why) => why,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(script: &str, input: &[u8], patience: Duration) -> Result<Said, Failed> {
        Run {
            name: "sh".into(),
            arguments: vec!["-c".into(), script.into()],
            dir: None,
            environment: Some(Vec::new()),
            input,
            messages: Messages::Kept,
            patience,
            most: 1000,
        }
        .run()
    }

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn what_it_says_is_read_apart() {
        let said = run("cat; echo no >&2; exit 3", b"word", LONG).expect("it ran");
        assert!(!said.well);
        assert_eq!(said.ended, "exit status: 3");
        assert_eq!(said.output, b"word");
        assert_eq!(said.errors, "no\n");
    }

    #[test]
    fn what_it_leaves_in_the_background_is_not_waited_for() {
        // Both outputs stay open as long as the sleeper lives.
        let said = run("sleep 1000 & echo $!", b"", LONG).expect("it ran");
        assert!(said.well);
        let sleeper = String::from_utf8(said.output).expect("a number");
        let kill = std::process::Command::new("kill")
            .arg(sleeper.trim())
            .status();
        // Only what is there still can be ended.
        assert!(kill.is_ok_and(|status| status.success()), "{sleeper:?}");
    }

    #[test]
    fn an_input_that_is_not_read_is_not_waited_for() {
        let said = run("exit 0", &[b'x'; 1 << 20], LONG).expect("it ran");
        assert!(said.well);
        // Nor where it does not end by itself.
        let failed = run(
            "exec sleep 30",
            &[b'x'; 1 << 20],
            Duration::from_millis(200),
        );
        assert!(
            matches!(&failed, Err(Failed::Lost(why)) if why.contains("did not end")),
            "{failed:?}"
        );
    }

    #[test]
    fn more_than_is_allowed_is_no_answer() {
        for script in ["yes", "head -c 1001 /dev/zero"] {
            let failed = run(script, b"", LONG);
            assert!(
                matches!(&failed, Err(Failed::Lost(why)) if why.contains("more than 1000 bytes")),
                "{failed:?}"
            );
        }
        assert!(run("head -c 1000 /dev/zero", b"", LONG).is_ok());
        // Messages are cut.
        let said = run("head -c 100000 /dev/zero >&2", b"", LONG).expect("it ran");
        assert_eq!(said.errors.len(), MAX_ERRORS);
    }

    #[test]
    fn a_program_that_is_not_there_was_not_started() {
        let failed = Run {
            name: "keysweep-no-such-program".into(),
            arguments: Vec::new(),
            dir: None,
            environment: None,
            input: b"",
            messages: Messages::Kept,
            patience: LONG,
            most: 0,
        }
        .run();
        assert!(matches!(failed, Err(Failed::NotStarted(_))));
    }
}
