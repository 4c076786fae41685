//! What Kubernetes, External Secrets and Compose read. Their files are read line by line: what belongs to
//! a key stands on its line, or deeper on one of the next few.

use super::Kind;
use super::page::{Page, identifier, scalar};

/// Lines behind a key that may belong to it.
const BLOCK: usize = 8;

/// `secretKeyRef`, `secretRef`, `secretName` and `remoteRef`.
pub(super) fn kubernetes(page: &mut Page<'_>) {
    for n in 0..page.lines() {
        let line = page.line(n);
        let Some((depth, key, value)) = entry(line) else {
            continue;
        };
        match key {
            b"secretKeyRef" => both(
                page,
                n,
                depth,
                value,
                ("name", "key"),
                Kind::KubernetesSecret,
            ),
            b"secretRef" => {
                if let Some(name) = member(page, n, depth, value, "name") {
                    page.add(n, Kind::KubernetesSecret, name);
                }
            }
            b"secretName" => page.add(n, Kind::KubernetesSecret, scalar(value)),
            b"remoteRef" => both(
                page,
                n,
                depth,
                value,
                ("key", "property"),
                Kind::ExternalSecret,
            ),
            _ => {}
        }
    }
}

/// A reference of two members, of which the second may be missing: `name#key`.
fn both(
    page: &mut Page<'_>,
    n: usize,
    depth: usize,
    value: &[u8],
    (first, second): (&str, &str),
    kind: Kind,
) {
    let Some(name) = member(page, n, depth, value, first) else {
        return;
    };
    let name = match member(page, n, depth, value, second) {
        Some(key) => [name, b"#", key].concat(),
        None => name.to_vec(),
    };
    page.add(n, kind, &name);
}

/// The value of a member: inside braces on the line itself, or deeper on one of the next lines.
fn member<'a>(
    page: &mut Page<'a>,
    n: usize,
    depth: usize,
    value: &[u8],
    name: &str,
) -> Option<&'a [u8]> {
    if value.trim_ascii_start().starts_with(b"{") {
        let line = page.line(n);
        let key = format!("{name}:");
        let braces = memchr::memchr(b'{', line)?;
        let inside = &line[braces..];
        let mut found = memchr::memmem::find_iter(inside, key.as_bytes());
        let at = found.find(|at| !super::page::joins(inside[at.checked_sub(1).unwrap_or(0)]))?;
        return Some(scalar(&inside[at + key.len()..])).filter(|text| !text.is_empty());
    }
    for next in n + 1..page.lines().min(n + 1 + BLOCK) {
        let line = page.line(next);
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (inner, key, value) = entry(line)?;
        if inner <= depth {
            return None;
        }
        if key == name.as_bytes() {
            return Some(scalar(value)).filter(|text| !text.is_empty());
        }
    }
    None
}

/// The depth of a line of YAML, its key and what stands behind that. The dash of a list counts as depth.
fn entry(line: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let blank = |byte: &&u8| **byte == b' ' || **byte == b'-';
    let depth = line.iter().take_while(blank).count();
    let text = &line[depth..];
    let key = identifier(text);
    let value = text[key.len()..].strip_prefix(b":")?;
    Some((depth, key, value))
}

/// `${X}`, `${X:-default}`, and the names below `secrets:` at the top.
pub(super) fn compose(page: &mut Page<'_>) {
    let mut secrets: Option<Option<usize>> = None;
    for n in 0..page.lines() {
        let line = page.line(n);
        let text = line.trim_ascii_start();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let depth = line.len() - text.len();
        if depth == 0 {
            secrets = text.starts_with(b"secrets:").then_some(None);
        } else if let Some(inner) = secrets {
            let inner = *secrets.insert(Some(inner.unwrap_or(depth)));
            let end = text.iter().position(|byte| *byte == b':');
            if let (Some(end), true) = (end, inner == Some(depth)) {
                page.add(n, Kind::Compose, scalar(&text[..end]));
            }
        }
        for at in memchr::memmem::find_iter(line, b"${") {
            page.add_secret(n, Kind::Compose, identifier(&line[at + 2..]));
        }
    }
}
