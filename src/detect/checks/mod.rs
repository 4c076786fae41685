//! Offline checks by name: checksums and structures that a value carries in itself.
//!
//! Pure functions of bytes: no clock, no network, no files. A check must never panic, and never
//! says `Failed` about a form that it does not know; that is what `Unknown` is for.

mod azure;
mod crc;
mod gitlab;
mod nkey;
mod pem;
mod random;
mod structure;

pub use random::{looks_random, randomness};
pub(crate) use structure::{aws_account, json_object};

/// What a check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The value carries what it should.
    Passed,
    /// The value has the form that the check is for, and is wrong.
    Failed,
    /// The check does not apply to this form.
    Unknown,
}

impl Verdict {
    fn of(passed: bool) -> Self {
        if passed {
            Verdict::Passed
        } else {
            Verdict::Failed
        }
    }
}

/// Longest value that a check looks at, in bytes; longer ones are `Unknown`.
const MAX: usize = 256 * 1024;

/// Runs the check `name` (one of [`crate::rule::CHECKS`]) on a value. `whole` is the whole match,
/// `value` the secret inside it. An unknown name says `Unknown`.
pub fn run(name: &str, whole: &[u8], value: &[u8]) -> Verdict {
    if whole.len() > MAX || value.len() > MAX {
        return Verdict::Unknown;
    }
    match name {
        "crc32-base62" => crc::base62(value),
        "crc32-hex" => crc::hex(value),
        "crc32-hex-body" => crc::hex_body(value),
        "crc32-le-hex" => crc::le_hex(value),
        "crc32-le-base64" => crc::le_base64(value),
        "gitlab-routable" => gitlab::routable(value),
        "azure-identifiable" => azure::identifiable(value),
        "azure-cask" => azure::cask(value),
        "jwt" => structure::jwt(value),
        "aws-key-id" => structure::aws_key_id(value),
        "pem" => pem::check(whole, value),
        "gcp-key-file" => structure::gcp_key_file(whole),
        "sentry-org-token" => structure::sentry_org_token(value),
        "pypi-macaroon" => structure::pypi_macaroon(value),
        "nkey" => nkey::check(value),
        "random" => Verdict::of(random::check(value)),
        _ => Verdict::Unknown,
    }
}

/// A token that passes the check `name`, from a stem without its check characters; none when the
/// check has no such characters or the stem does not fit. For example templates.
///
/// Stems: everything before the checksum. For `gitlab-routable` `PREFIX-PAYLOAD` is enough; for
/// `aws-key-id` it is the whole id, whose fifth character is changed when the account number is
/// impossible; for `pypi-macaroon` it is `LOCATION IDENTIFIER SIGNATURE`, separated by spaces, the
/// signature as 64 hexadecimal digits; for `nkey` 55 characters of a seed or 53 of a public key.
pub fn complete(name: &str, stem: &str) -> Option<String> {
    match name {
        "crc32-base62" => crc::complete_base62(stem),
        "crc32-hex" => Some(crc::complete_hex(stem)),
        "crc32-hex-body" => crc::complete_hex_body(stem),
        "crc32-le-hex" => crc::complete_le_hex(stem),
        "crc32-le-base64" => crc::complete_le_base64(stem),
        "gitlab-routable" => gitlab::complete(stem),
        "azure-identifiable" => azure::complete_identifiable(stem),
        "azure-cask" => azure::complete_cask(stem),
        "aws-key-id" => structure::complete_aws_key_id(stem),
        "pypi-macaroon" => structure::complete_pypi(stem),
        "nkey" => nkey::complete(stem),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
