//! Lists that people keep in files, an entry a line: entries are added at the end, and none twice.

use std::path::Path;

use anyhow::{Context, Result};

use super::atomic;

/// Adds those of `lines` that a file at the top of a repository does not have, in one change; makes the file where
/// there is none. Says how many came.
///
/// # Errors
/// The file is no plain one, or cannot be read or written.
pub fn add(root: &Path, name: &str, lines: &[&str]) -> Result<usize> {
    if lines.is_empty() {
        return Ok(0);
    }
    let path = root.join(name);
    atomic::check_target(&path)?;
    let git_dir = keysweep::source::git_dir(root);
    let read = || match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{name} cannot be read")),
    };
    atomic::change(&path, git_dir.as_deref(), read, |before| {
        let (after, came) = with(before.unwrap_or_default(), lines);
        Ok(((came > 0).then_some(after), came))
    })
}

/// The text with the lines that it lacks, and how many those are.
fn with(before: &[u8], lines: &[&str]) -> (Vec<u8>, usize) {
    let ends = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
    let mut have: std::collections::HashSet<Vec<u8>> =
        before.split(|b| *b == b'\n').map(ends).collect();
    let mut text = before.to_vec();
    let mut came = 0;
    for line in lines {
        if !have.insert(line.as_bytes().to_vec()) {
            continue;
        }
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
        came += 1;
    }
    (text, came)
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn only_what_is_missing_comes_and_no_line_grows() {
        for (before, lines, after, came) in [
            ("", vec!["a", "b", "a"], "a\nb\n", 2),
            ("a", vec!["a"], "a", 0),
            ("a", vec!["b"], "a\nb\n", 1),
            ("a\r\nb\r\n", vec!["a", "c"], "a\r\nb\r\nc\n", 1),
        ] {
            let (text, n) = with(before.as_bytes(), &lines);
            assert_eq!((String::from_utf8_lossy(&text).as_ref(), n), (after, came));
        }
    }
}
