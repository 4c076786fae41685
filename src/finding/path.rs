//! What git names content by: paths, and ids of objects.

use std::fmt;

/// A path relative to the scanned root, `/`-separated, as bytes; never assumed to be UTF-8.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RepoPath(pub Vec<u8>);

impl RepoPath {
    /// The part after the last `/`.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|b| *b == b'/').next().unwrap_or(&self.0)
    }

    /// The lower-cased part after the last `.` of the file name, empty without one.
    pub fn extension(&self) -> String {
        let name = self.file_name();
        match name.iter().rposition(|b| *b == b'.') {
            Some(dot) => String::from_utf8_lossy(&name[dot + 1..]).to_ascii_lowercase(),
            None => String::new(),
        }
    }

    /// The path of a blob that no commit is known to name.
    pub fn of_blob(oid: &Oid) -> Self {
        RepoPath(format!(".git-history/blob/{oid}").into_bytes())
    }
}

impl From<&str> for RepoPath {
    fn from(path: &str) -> Self {
        RepoPath(path.as_bytes().to_vec())
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

/// A git object id: 20 bytes (SHA-1) or 32 (SHA-256). Displayed in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid {
    len: u8,
    bytes: [u8; 32],
}

impl Oid {
    /// Takes the raw bytes of an id.
    ///
    /// # Panics
    /// If `raw` is longer than 32 bytes; git has no such ids.
    pub fn from_bytes(raw: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Oid {
            len: raw.len() as u8,
            bytes,
        }
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The first ten hexadecimal digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
