//! Standard input, or any reader: one piece of content under the name the user gave it.
//!
//! A thread of its own reads, because a read from a pipe cannot be called off: the scan must end
//! when it is asked to, also while the writer says nothing and keeps the pipe open. That thread
//! then stays behind in its read and ends with it, or with the program.

use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::tree::Visited;
use super::{Blob, Control, Visit, archive};
use crate::finding::{Ignored, Origin, Reason, Skipped};

/// Bytes asked of the reader at once.
const CHUNK: usize = 64 * 1024;

/// Chunks that may wait to be taken.
const WAITING: usize = 4;

/// How soon a wish to stop is noticed while nothing arrives.
const TICK: Duration = Duration::from_millis(20);

/// What the reading thread sends: some bytes, none at the end, or why there are no more.
type Chunk = std::io::Result<Vec<u8>>;

/// Reads `reader` to its end, at most `max` bytes, and visits it once as `Origin::Stdin(name)`.
/// What lies beyond `max` is named as skipped. When `control` stops the scan, what was read so
/// far is visited, and the reader is left to a thread that may wait in it for as long as it takes.
///
/// # Errors
/// Reading fails before there is anything to visit (later it is a skipped input), or no thread
/// can be started.
pub fn scan_reader<V: Visit>(
    name: &str,
    reader: Box<dyn Read + Send>,
    max: u64,
    visit: &V,
    control: &Control,
) -> Result<Visited> {
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || send(reader, &sender))
        .context("cannot start a thread")?;
    let (bytes, mut skipped) = receive(name, &receiver, max, control)?;
    let nothing = (bytes.is_empty() && skipped.is_empty()).then_some("the input is empty");
    if !bytes.is_empty() {
        let origin = Origin::Stdin(name.to_owned());
        let blob = Blob {
            bytes: &bytes,
            origin: &origin,
        };
        visit.blob(blob, None);
        control.count(bytes.len());
        skipped.extend(archive::open(blob, visit, control));
    }
    Ok(Visited {
        skipped,
        root: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        nothing,
        ignored: Ignored::default(),
    })
}

/// Hands over what `reader` gives until it ends or fails, or nobody takes it any more.
fn send(mut reader: Box<dyn Read + Send>, to: &SyncSender<Chunk>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let (chunk, last) = match reader.read(&mut chunk) {
            Ok(n) => {
                chunk.truncate(n);
                (Ok(chunk), n == 0)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => (Err(error), true),
        };
        if to.send(chunk).is_err() || last {
            return;
        }
    }
}

/// Collects chunks up to `max` bytes, until there are no more or `control` says so.
fn receive(
    name: &str,
    from: &Receiver<Chunk>,
    max: u64,
    control: &Control,
) -> Result<(Vec<u8>, Vec<Skipped>)> {
    let mut bytes = Vec::new();
    let mut skipped = Vec::new();
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    loop {
        if control.stopped() {
            let reason = match control.timed_out() {
                true => Reason::TimedOut,
                false => Reason::Interrupted,
            };
            skipped.push(Skipped::new(reason, name, "the rest was not read"));
            break;
        }
        let chunk = match from.recv_timeout(TICK) {
            Ok(Ok(chunk)) if chunk.is_empty() => break,
            Ok(Ok(chunk)) => chunk,
            Ok(Err(error)) if bytes.is_empty() => {
                return Err(anyhow!("{name} cannot be read: {}", error.kind()));
            }
            Ok(Err(error)) => {
                skipped.push(Skipped::new(Reason::Io, name, error.kind().to_string()));
                break;
            }
            Err(RecvTimeoutError::Timeout) => continue,
            // Only a reader that panicked hangs up without a word.
            Err(RecvTimeoutError::Disconnected) => {
                skipped.push(Skipped::new(Reason::Io, name, "the rest was not read"));
                break;
            }
        };
        let room = max - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            let detail = format!("only the first {max} bytes were scanned");
            skipped.push(Skipped::new(Reason::TooLarge, name, detail));
            break;
        }
    }
    Ok((bytes, skipped))
}
