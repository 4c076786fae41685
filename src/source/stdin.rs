//! Standard input, or any reader: one piece of content under the name the user gave it.

use std::io::{ErrorKind, Read};
use std::path::PathBuf;

use anyhow::{Result, anyhow};

use super::tree::{Ignored, Visited};
use super::{Blob, Control, Visit};
use crate::finding::{Origin, Reason, Skipped};

/// Reads `reader` to its end, at most `max` bytes, and visits it once as `Origin::Stdin(name)`.
/// What lies beyond `max` is named as skipped. When `control` stops the scan, what was read so
/// far is visited.
///
/// # Errors
/// Reading fails before there is anything to visit; later it is a skipped input.
pub fn scan_reader<V: Visit>(
    name: &str,
    reader: &mut dyn Read,
    max: u64,
    visit: &V,
    control: &Control,
) -> Result<Visited> {
    let mut bytes = Vec::new();
    let mut skipped = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
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
        let n = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if bytes.is_empty() => {
                return Err(anyhow!("{name} cannot be read: {}", error.kind()));
            }
            Err(error) => {
                skipped.push(Skipped::new(Reason::Io, name, error.kind().to_string()));
                break;
            }
        };
        let room = max - bytes.len();
        bytes.extend_from_slice(&chunk[..n.min(room)]);
        if n > room {
            let detail = format!("only the first {max} bytes were scanned");
            skipped.push(Skipped::new(Reason::TooLarge, name, detail));
            break;
        }
    }
    let nothing = bytes.is_empty().then_some("the input is empty");
    if nothing.is_none() {
        let origin = Origin::Stdin(name.to_owned());
        let blob = Blob {
            bytes: &bytes,
            origin: &origin,
        };
        visit.blob(blob, None);
        control.count(bytes.len());
    }
    Ok(Visited {
        skipped,
        root: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        nothing,
        ignored: Ignored::default(),
    })
}
