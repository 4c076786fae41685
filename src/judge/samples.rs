//! Values that documentation and emulators publish: known data, not leaks. They are kept as
//! fingerprints, so that this repository holds no token either.

use crate::secret::Fingerprint;

const KNOWN: &[(&str, &str)] = &[
    ("be98ee9c30f7cdb4f0e9", "sample of the AWS documentation"),
    ("b5b0509ceb820945d94d", "sample of the AWS documentation"),
    ("318e208020887f76a8b7", "sample of the AWS documentation"),
    ("3815c86c016fc1ca2151", "sample of the AWS documentation"),
    (
        "eb8fe5485d2b8eaaf76e",
        "sample of the Terraform documentation of AWS",
    ),
    ("75777729dc7e76580048", "sample of the Stripe documentation"),
    ("30da2e823cbcbcf9f956", "sample of the Stripe documentation"),
    ("cc80e2e23d2e5977cbcc", "sample of the Stripe documentation"),
    (
        "f200c2d8acb1a171c71e",
        "well-known key of Azurite and the Azure storage emulator",
    ),
    (
        "b5e6132fb513d95aefbc",
        "well-known key of the Azure Cosmos DB emulator",
    ),
    ("79b62af73abb0a5f988b", "sample of jwt.io"),
    ("f9d6f2b23fc1d108dbc2", "sample of jwt.io"),
    ("f3cdbabc6d630c2e2e6e", "sample of RFC 7617"),
    (
        "6d1a8683dc58ad8d41e6",
        "sample of the MDN web documentation",
    ),
    ("646549410933b9cbf651", "sample of RFC 6750"),
    (
        "df8b51b7ae697d133d0e",
        "test key of the reCAPTCHA documentation",
    ),
];

/// Where a published value comes from, if it is one.
pub(super) fn known(value: &[u8]) -> Option<&'static str> {
    let print = Fingerprint::of_strong(value).to_string();
    KNOWN
        .iter()
        .find(|(have, _)| *have == print)
        .map(|(_, source)| *source)
        .or_else(|| super::test_keys::known(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_sample_is_recognised() {
        let sample = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
        assert_eq!(
            known(sample.as_bytes()),
            Some("sample of the AWS documentation")
        );
        let tested = ["6LeIxAcTAAAAAG", "G-vFI1TnRWxM", "ZNFuojJ4WifJWe"].concat();
        assert_eq!(
            known(tested.as_bytes()),
            Some("test key of the reCAPTCHA documentation")
        );
        assert_eq!(known(b"something else"), None);
    }
}
