//! The names a rule file may use for checks and facts. `detect` and `audit` implement them; a
//! test holds that each name is implemented and each implementation is named.

/// Offline checks: checksums and structures.
pub const CHECKS: &[&str] = &[
    "crc32-base62",
    "crc32-hex",
    "crc32-hex-body",
    "crc32-le-hex",
    "crc32-le-base64",
    "gitlab-routable",
    "azure-identifiable",
    "azure-cask",
    "jwt",
    "aws-key-id",
    "pem",
    "gcp-key-file",
    "sentry-org-token",
    "pypi-macaroon",
    "nkey",
    "random",
];

/// Decoders of facts.
pub const FACTS: &[&str] = &[
    "jwt",
    "x509",
    "azure-sas",
    "presigned",
    "aws-key-id",
    "sentry-org-token",
];

/// The former name of a decoder of facts, which rule files may still have, and its name.
pub const FACTS_RENAMED: (&str, &str) = ("aws-presigned", "presigned");
