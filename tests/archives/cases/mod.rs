//! Containers and what can be wrong with them, each with a value that stands where only opening
//! finds it: compressed, or touching other letters.

mod closed;
mod streams;
mod tars;
mod zips;

use crate::common::line;

/// A file with a value in it.
pub struct Case {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Makes the content of a case from its line.
pub type Make = Box<dyn Fn(&[u8]) -> Vec<u8>>;

pub fn make(make: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Make {
    Box::new(make)
}

pub fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A value without its line, ready to touch others.
pub fn bare(line: &[u8]) -> &[u8] {
    line.trim_ascii_end()
        .strip_prefix(b"GITHUB_TOKEN=")
        .expect("a line of ours")
}

/// All of them; the value of each is the token whose seed is its number.
pub fn cases() -> Vec<Case> {
    let all = [
        zips::dressed(),
        zips::lying(),
        zips::beside(),
        zips::doubtful(),
        streams::all(),
        tars::all(),
        closed::all(),
    ];
    (0..)
        .zip(all.into_iter().flatten())
        .map(|(n, (name, make))| Case {
            name,
            bytes: make(line(n).as_bytes()),
        })
        .collect()
}
