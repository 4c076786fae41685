//! The lines of an ignore file or a baseline, and what is said of one that cannot be understood.

use crate::file_error::FileError;

/// The lines of a text with their numbers from 1.
///
/// # Errors
/// Bytes that are no UTF-8, and the marks that git leaves where a merge needs a decision.
pub(super) fn lines<'a>(file: &str, text: &'a [u8]) -> Result<Vec<(u32, &'a str)>, FileError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut out = Vec::new();
    for (number, line) in (1u32..).zip(text.split(|b| *b == b'\n')) {
        let broken = |message: &str| FileError::new(file, number, message);
        let line = std::str::from_utf8(line)
            .map_err(|_| broken("this line is not UTF-8; rewrite it, or remove it"))?;
        if is_conflict(line) {
            return Err(broken(
                "a merge left its conflict marks here; keep the lines of both sides and remove \
                 the marks (`keysweep baseline update` sorts a baseline again; `merge=union` in \
                 .gitattributes makes such merges go by themselves)",
            ));
        }
        out.push((number, line.trim_end_matches('\r')));
    }
    Ok(out)
}

/// Git writes seven of the same character, then a blank or the end of the line.
fn is_conflict(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
        .iter()
        .any(|mark| {
            line.strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r']))
        })
}

/// A word of a broken line, as far as it can be no credential: short, and letters alone.
pub(super) fn safe(word: &str) -> String {
    let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    match plain && word.len() <= 16 {
        true => format!("`{word}`"),
        false => "this word".to_owned(),
    }
}
