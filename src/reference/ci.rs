//! The secrets that CI reads: GitHub Actions and its kin, GitLab.

use super::Kind;
use super::page::{Page, identifier, joins};

/// What every workflow has without anybody entering it.
const GIVEN: [&[u8]; 3] = [b"GITHUB_TOKEN", b"GITEA_TOKEN", b"FORGEJO_TOKEN"];

/// `secrets.X`, `secrets['X']` and `secrets: inherit`.
pub(super) fn actions(page: &mut Page<'_>) {
    for n in 0..page.lines() {
        let line = page.line(n);
        if line.trim_ascii_start().starts_with(b"#") {
            continue;
        }
        for at in memchr::memmem::find_iter(line, b"secrets") {
            // `steps.check-secrets.outputs.x` is the output of a step.
            if at > 0 && (joins(line[at - 1]) || b".-".contains(&line[at - 1])) {
                continue;
            }
            let rest = &line[at + 7..];
            let name = match rest.first() {
                Some(b'.') => identifier(&rest[1..]),
                Some(b'[') => match rest.get(1) {
                    Some(b'\'' | b'"') => identifier(&rest[2..]),
                    _ => &[],
                },
                Some(b':') if is_inherit(line, &rest[1..]) => {
                    page.add(n, Kind::Inherited, b"");
                    continue;
                }
                _ => &[],
            };
            if !GIVEN.iter().any(|given| name.eq_ignore_ascii_case(given)) {
                page.add(n, Kind::ActionsSecret, name);
            }
        }
    }
}

/// Whether a line is `secrets: inherit`.
fn is_inherit(line: &[u8], value: &[u8]) -> bool {
    let value = value.split(|byte| *byte == b'#').next().unwrap_or(value);
    line.trim_ascii_start().starts_with(b"secrets") && value.trim_ascii() == b"inherit"
}

/// `$X` and `${X}` of names that say they are of a secret, and such keys below `variables:`. What GitLab
/// itself sets begins with `CI_` or `GITLAB_`.
pub(super) fn gitlab(page: &mut Page<'_>) {
    let mut variables: Option<usize> = None;
    for n in 0..page.lines() {
        let line = page.line(n);
        let text = line.trim_ascii_start();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let depth = line.len() - text.len();
        if text.starts_with(b"variables:") {
            variables = Some(depth);
        } else if variables.is_some_and(|outer| depth > outer) {
            let key = identifier(text);
            if text[key.len()..].starts_with(b":") {
                secret(page, n, key);
            }
        } else {
            variables = None;
        }
        for at in memchr::memchr_iter(b'$', line) {
            let rest = &line[at + 1..];
            secret(page, n, identifier(rest.strip_prefix(b"{").unwrap_or(rest)));
        }
    }
}

fn secret(page: &mut Page<'_>, n: usize, name: &[u8]) {
    if !name.starts_with(b"CI_") && !name.starts_with(b"GITLAB_") {
        page.add_secret(n, Kind::GitlabVariable, name);
    }
}
