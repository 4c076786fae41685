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

use crate::rule::Check;
pub(crate) use azure::azure_seed;
pub(crate) use pem::{pem_body, without_headers};
pub use random::{looks_random, randomness};
pub(crate) use structure::{Macaroon, aws_account, base64_any, json_object, macaroon};

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

/// Runs a check on a value. `whole` is the whole match,
/// `value` the secret inside it.
pub fn run(check: Check, whole: &[u8], value: &[u8]) -> Verdict {
    if whole.len() > MAX || value.len() > MAX {
        return Verdict::Unknown;
    }
    match check {
        Check::Crc32Base62 => crc::base62(value),
        Check::Crc32Base62All => crc::base62_all(value),
        Check::Crc32Hex => crc::hex(value),
        Check::Crc32HexBody => crc::hex_body(value),
        Check::Crc32LeHex => crc::le_hex(value),
        Check::Crc32LeBase64 => crc::le_base64(value),
        Check::GitlabRoutable => gitlab::routable(value),
        Check::AzureIdentifiable => azure::identifiable(value),
        Check::AzureCask => azure::cask(value),
        Check::Jwt => structure::jwt(value),
        Check::AwsKeyId => structure::aws_key_id(value),
        Check::Pem => pem::check(whole, value),
        Check::GcpKeyFile => structure::gcp_key_file(whole),
        Check::SentryOrgToken => structure::sentry_org_token(value),
        Check::PypiMacaroon => structure::pypi_macaroon(value),
        Check::Nkey => nkey::check(value),
        Check::Random => Verdict::of(random::check(value)),
    }
}

/// A token that passes a check, from a stem without its check characters; none when the
/// check has no such characters or the stem does not fit. For example templates.
///
/// Stems: everything before the checksum. For `gitlab-routable` `PREFIX-PAYLOAD` is enough; for
/// `aws-key-id` it is the whole id, whose fifth character is changed when the account number is
/// impossible; for `pypi-macaroon` it is `LOCATION IDENTIFIER SIGNATURE`, separated by spaces, the
/// signature as 64 hexadecimal digits; for `nkey` 55 characters of a seed or 53 of a public key.
pub fn complete(check: Check, stem: &str) -> Option<String> {
    match check {
        Check::Crc32Base62 => crc::complete_base62(stem),
        Check::Crc32Base62All => Some(crc::complete_base62_all(stem)),
        Check::Crc32Hex => Some(crc::complete_hex(stem)),
        Check::Crc32HexBody => crc::complete_hex_body(stem),
        Check::Crc32LeHex => crc::complete_le_hex(stem),
        Check::Crc32LeBase64 => crc::complete_le_base64(stem),
        Check::GitlabRoutable => gitlab::complete(stem),
        Check::AzureIdentifiable => azure::complete_identifiable(stem),
        Check::AzureCask => azure::complete_cask(stem),
        Check::AwsKeyId => structure::complete_aws_key_id(stem),
        Check::PypiMacaroon => structure::complete_pypi(stem),
        Check::Nkey => nkey::complete(stem),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
