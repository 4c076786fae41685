//! `keysweep lsp`: a language server on standard input and output.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel};

use anyhow::{Context, Result, bail};
use clap::Args;
use lsp_server::Message;

use super::texts::{self, Location};
use crate::cli::args::{Common, Looking};
use crate::cli::output;
use keysweep::report::Report;
use keysweep::serve::lsp::Server;

/// Bytes of a message that are read.
const MESSAGE_MAX: usize = 64 << 20;
/// Bytes of its head.
const HEAD_MAX: u64 = 8 << 10;
/// Messages that wait while a buffer is looked at.
const WAITING: usize = 4;

/// Shows an editor the credentials in its buffers, over the Language Server Protocol.
///
/// Each finding has two quick fixes: read the value from the environment instead, or allow it with a comment.
/// Nothing leaves this machine. Editors start it themselves; docs/agents.md says how they are told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep lsp                        What an editor starts
  keysweep lsp --config team.toml     With a configuration of one's own
  keysweep lsp --rules company.toml   With more rules")]
pub struct Lsp {
    /// Speak on standard input and output; the only way there is, which some editors name.
    #[arg(long, hide = true)]
    stdio: bool,
    #[command(flatten)]
    looking: Looking,
}

/// Serves until the client says that it is over, or standard input ends.
///
/// # Errors
/// What is read is no message of the protocol, or standard output cannot be written.
pub fn run(args: &Lsp) -> Result<ExitCode> {
    let cwd = std::env::current_dir()?;
    let common = Common::plain(&args.looking);
    let mut look = |file: &str, text: &str| {
        let found = look(&cwd, file, text, &common);
        found.map_err(|error| output::masked(&format!("{error:#}")))
    };
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::Builder::new()
        .name("messages".to_owned())
        .spawn(move || read_all(&sender))
        .context("cannot start a thread")?;
    let mut server = Server::default();
    while let Some(message) = next(&receiver, &mut server, &mut look)? {
        let step = server.take(message, &mut look);
        send(&step.send)?;
        if let Some(status) = step.exit {
            return Ok(ExitCode::from(status));
        }
    }
    // The client went without a word.
    Ok(ExitCode::from(1))
}

/// The next message. When none waits, what changed is looked at first: of many changes only the last counts.
fn next(
    from: &Receiver<Result<Message>>,
    server: &mut Server,
    look: &mut keysweep::serve::lsp::Look<'_>,
) -> Result<Option<Message>> {
    match from.try_recv() {
        Ok(message) => return message.map(Some),
        Err(TryRecvError::Disconnected) => return Ok(None),
        Err(TryRecvError::Empty) => {}
    }
    send(&server.settle(look))?;
    match from.recv() {
        Ok(message) => message.map(Some),
        Err(RecvError) => Ok(None),
    }
}

fn send(messages: &[Message]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for message in messages {
        message.write(&mut out)?;
    }
    out.flush()?;
    Ok(())
}

/// Scans a buffer as the file that it is of.
fn look(cwd: &Path, file: &str, text: &str, common: &Common) -> Result<(Report, String)> {
    let location = Location::of(cwd, file)?;
    let report = texts::scan_whole(&location, text.as_bytes().to_vec(), common)?;
    let path = String::from_utf8_lossy(&location.path.0).into_owned();
    Ok((report, path))
}

/// Hands over every message; what is none ends it, because nobody knows then where the next one begins.
fn read_all(to: &SyncSender<Result<Message>>) {
    let mut input = BufReader::new(std::io::stdin().lock());
    loop {
        let message = read(&mut input);
        let last = message.is_err();
        let Some(message) = message.transpose() else {
            return;
        };
        if to.send(message).is_err() || last {
            return;
        }
    }
}

/// Reads a message; `None` at the end of the input. Errors repeat nothing of it: a buffer is part of it.
fn read(input: &mut impl BufRead) -> Result<Option<Message>> {
    let mut size = None;
    let mut left = HEAD_MAX;
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(left).read_until(b'\n', &mut line)?;
        left -= read as u64;
        let line = match line.strip_suffix(b"\n") {
            Some(line) => line.trim_ascii(),
            None if line.is_empty() && size.is_none() && left == HEAD_MAX => return Ok(None),
            None => {
                bail!("standard input holds no message of the Language Server Protocol: no head")
            }
        };
        if line.is_empty() {
            break;
        }
        let text = String::from_utf8_lossy(line).to_ascii_lowercase();
        if let Some(number) = text.strip_prefix("content-length:") {
            size = number.trim().parse::<usize>().ok();
        }
    }
    let Some(size) = size else {
        bail!("standard input holds no message of the Language Server Protocol: no Content-Length");
    };
    if size > MESSAGE_MAX {
        bail!(
            "a message of more than {} MiB is not read",
            MESSAGE_MAX >> 20
        );
    }
    let mut body = Vec::new();
    let read = input.by_ref().take(size as u64).read_to_end(&mut body)?;
    if read < size {
        bail!("standard input ends within a message");
    }
    // Of a list the types of messages would take the parts for members.
    if body.trim_ascii_start().first() != Some(&b'{') {
        bail!("a message is no JSON object; batches are no part of the protocol");
    }
    match serde_json::from_slice(&body) {
        Ok(message) => Ok(Some(message)),
        Err(error) => bail!(
            "a message is no JSON-RPC, or nested too deeply (line {}, column {})",
            error.line(),
            error.column()
        ),
    }
}
