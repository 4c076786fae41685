//! What Terraform reads: its sensitive variables, and the secrets that it fetches.

use super::Kind;
use super::page::{Page, identifier, joins, scalar};

/// Lines of a block that are looked at.
const BLOCK: usize = 40;

/// Blocks that fetch a secret, and the arguments that name it.
const FETCHES: &[(&str, &[&str])] = &[
    ("aws_secretsmanager_secret", &["name", "arn"]),
    ("aws_secretsmanager_secret_version", &["secret_id"]),
    ("aws_ssm_parameter", &["name"]),
    ("azurerm_key_vault_secret", &["name"]),
    ("google_secret_manager_secret_version", &["secret"]),
];

/// `variable "x" { sensitive = true }`, `var.x`, and `data` blocks that fetch a secret.
pub(super) fn terraform(page: &mut Page<'_>) {
    for n in 0..page.lines() {
        let line = page.line(n);
        let text = line.trim_ascii_start();
        if text.starts_with(b"#") || text.starts_with(b"//") {
            continue;
        }
        if let Some(rest) = text.strip_prefix(b"variable ") {
            let name = scalar(rest);
            if argument(page, n, &["sensitive"]) == Some(b"true") {
                page.add(n, Kind::Terraform, name);
            }
        } else if let Some(rest) = text.strip_prefix(b"data ") {
            fetched(page, n, scalar(rest));
        }
        for at in memchr::memmem::find_iter(line, b"var.") {
            if at == 0 || !joins(line[at - 1]) && line[at - 1] != b'.' {
                page.add(n, Kind::TerraformUse, identifier(&line[at + 4..]));
            }
        }
    }
}

/// The secret that a `data` block of a type fetches.
fn fetched(page: &mut Page<'_>, n: usize, of: &[u8]) {
    if of.starts_with(b"vault_") {
        let path = match argument(page, n, &["path"]) {
            Some(path) => path.to_vec(),
            None => match mounted(page, n) {
                Some((mount, name)) => [mount, b"/", name].concat(),
                None => return,
            },
        };
        page.add(n, Kind::Vault, &path);
        return;
    }
    let row = FETCHES.iter().find(|(name, _)| name.as_bytes() == of);
    if let Some(name) = row.and_then(|(_, arguments)| argument(page, n, arguments)) {
        page.add(n, Kind::ExternalSecret, name);
    }
}

/// `mount/name` of a block of the second version of Vault's key-value store.
fn mounted<'a>(page: &mut Page<'a>, n: usize) -> Option<(&'a [u8], &'a [u8])> {
    let mount = argument(page, n, &["mount"])?;
    Some((mount, argument(page, n, &["name"])?))
}

/// The literal that an argument of the block which begins on line `n` has.
fn argument<'a>(page: &mut Page<'a>, n: usize, names: &[&str]) -> Option<&'a [u8]> {
    for next in n..page.lines().min(n + BLOCK) {
        let line = page.line(next);
        // Of a block on one line what stands in its braces.
        let text = match memchr::memchr(b'{', line).filter(|_| next == n) {
            Some(at) => &line[at + 1..],
            None => line,
        };
        let text = text.trim_ascii_start();
        // The next block begins, or this one ends.
        if next > n && (line.starts_with(b"}") || line.first().is_some_and(u8::is_ascii_alphabetic))
        {
            return None;
        }
        let key = identifier(text);
        let value = text[key.len()..].trim_ascii_start().strip_prefix(b"=");
        if let Some(value) = value.filter(|_| names.iter().any(|name| name.as_bytes() == key)) {
            let value = scalar(value);
            return Some(value).filter(|value| !value.is_empty() && !value.contains(&b'$'));
        }
    }
    None
}
