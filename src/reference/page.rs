//! A file whose references are looked for, and the forms that any file may have.

use std::collections::HashSet;

use super::{Kind, Reference};
use crate::detect::generic::is_secret_name;
use crate::finding::{PlaceKind, RepoPath};

/// Bytes of a name; longer ones are no names.
pub(super) const MAX_NAME: usize = 128;
/// Bytes of a line that are looked at: what people write is shorter.
const MAX_LINE: usize = 1_000;

/// One file.
pub(super) struct Page<'a> {
    path: &'a RepoPath,
    place: PlaceKind,
    pub(super) bytes: &'a [u8],
    /// The starts of its lines.
    starts: Vec<usize>,
    out: Vec<Reference>,
    seen: HashSet<(Kind, String)>,
    /// Bytes that were looked at.
    pub(super) steps: u64,
}

impl<'a> Page<'a> {
    pub(super) fn new(path: &'a RepoPath, place: PlaceKind, bytes: &'a [u8]) -> Self {
        let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        Page {
            path,
            place,
            bytes,
            starts,
            out: Vec::new(),
            seen: HashSet::new(),
            steps: bytes.len() as u64,
        }
    }

    pub(super) fn done(self) -> (Vec<Reference>, u64) {
        (self.out, self.steps)
    }

    /// How many lines there are.
    pub(super) fn lines(&self) -> usize {
        self.starts.len()
    }

    /// A line by its number from 0, without its end; of a long one the beginning.
    pub(super) fn line(&mut self, n: usize) -> &'a [u8] {
        let start = self.starts[n];
        let end = self
            .starts
            .get(n + 1)
            .map_or(self.bytes.len(), |next| next - 1);
        let line = &self.bytes[start..end.min(start + MAX_LINE)];
        self.steps += line.len() as u64;
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Notes a reference on a line by its number from 0.
    pub(super) fn add(&mut self, n: usize, kind: Kind, name: &[u8]) {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./#@:".contains(byte);
        let fits = name.len() <= MAX_NAME && name.iter().all(plain);
        if !fits || name.is_empty() && kind != Kind::Inherited {
            return;
        }
        let name = String::from_utf8_lossy(name).into_owned();
        if self.seen.insert((kind, name.clone())) {
            self.out.push(Reference {
                path: self.path.clone(),
                line: n as u32 + 1,
                place: self.place,
                kind,
                name,
            });
        }
    }

    /// The same where the name itself says that it is of a secret.
    pub(super) fn add_secret(&mut self, n: usize, kind: Kind, name: &[u8]) {
        if name.len() <= MAX_NAME && is_secret_name(name) {
            self.add(n, kind, name);
        }
    }

    /// The number, from 0, of the line of a byte.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }
}

/// The identifier that a text begins with.
pub(super) fn identifier(text: &[u8]) -> &[u8] {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let end = text
        .iter()
        .take(MAX_NAME + 1)
        .take_while(|b| inner(b))
        .count();
    match text.first() {
        Some(first) if !first.is_ascii_digit() => &text[..end],
        _ => &[],
    }
}

/// Whether a byte can be part of a name, so that what follows it is the rest of another word.
pub(super) fn joins(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A scalar without its quotes and what follows it: `"a/b"  # why`, `a/b, key: c }`.
pub(super) fn scalar(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    match text.first() {
        Some(quote @ (b'"' | b'\'')) => {
            let inside = &text[1..];
            let end = memchr::memchr(*quote, inside).unwrap_or(0);
            &inside[..end]
        }
        _ => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || b",}])".contains(byte);
            let end = text.iter().position(ends).unwrap_or(text.len());
            &text[..end]
        }
    }
}

/// The keys of `.env.example`.
pub(super) fn example(page: &mut Page<'_>) {
    for n in 0..page.lines() {
        let line = page.line(n).trim_ascii_start();
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        let key = identifier(line);
        if line[key.len()..].trim_ascii_start().first() == Some(&b'=') {
            page.add_secret(n, Kind::Example, key);
        }
    }
}

/// Paths of Vault: `vault:kv/ci/git#token`, and those that its command reads.
pub(super) fn vault(page: &mut Page<'_>) {
    let bytes = page.bytes;
    for at in memchr::memmem::find_iter(bytes, b"vault") {
        if at > 0 && joins(bytes[at - 1]) {
            continue;
        }
        let rest = &bytes[at + 5..bytes.len().min(at + 5 + MAX_LINE)];
        // What follows a word ends where the next one begins, so that a line of many is read once.
        let rest = &rest[..memchr::memmem::find(rest, b"vault").unwrap_or(rest.len())];
        let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        page.steps += rest.len() as u64;
        let path = match rest.strip_prefix(b":") {
            Some(path) => {
                let path = scalar(path);
                let end = path.iter().position(|byte| b"\"'`".contains(byte));
                &path[..end.unwrap_or(path.len())]
            }
            None => command(rest),
        };
        if path.contains(&b'/') && !path.starts_with(b"/") {
            let n = page.line_of(at);
            page.add(n, Kind::Vault, path);
        }
    }
}

/// The path that `vault kv get -field=token kv/ci/git` reads.
fn command(rest: &[u8]) -> &[u8] {
    let mut words = rest.split(|byte| byte.is_ascii_whitespace());
    let mut words = words.by_ref().filter(|word| !word.is_empty());
    let reads = match words.next() {
        Some(b"kv") => words.next() == Some(b"get"),
        Some(b"read") => true,
        _ => false,
    };
    let path = words.find(|word| !word.starts_with(b"-"));
    let path = path.filter(|_| reads).map_or(&b""[..], scalar);
    let end = path.iter().position(|byte| b"\"'`)".contains(byte));
    &path[..end.unwrap_or(path.len())]
}
