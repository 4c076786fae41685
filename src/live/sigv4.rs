//! Signature Version 4 of AWS: a request is signed with the secret, which is never sent.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::secret::Secret;

/// Who signs, and for what.
pub(super) struct Signer<'s> {
    /// The id of the access key.
    pub id: &'s str,
    /// Its secret.
    pub secret: &'s Secret,
    /// `us-east-1`.
    pub region: &'s str,
    /// `iam`.
    pub service: &'s str,
}

/// What is signed of a request.
pub(super) struct Signed<'r> {
    pub method: &'r str,
    /// Encoded, from the slash on.
    pub path: &'r str,
    /// Encoded, its members sorted.
    pub query: &'r str,
    /// Names in small letters, sorted, with their values.
    pub headers: &'r [(&'r str, &'r str)],
    pub body: &'r [u8],
    /// `20150830T123600Z`, as the header `x-amz-date` has it.
    pub time: &'r str,
}

impl Signer<'_> {
    /// What the header `Authorization` has.
    pub fn authorization(&self, request: &Signed<'_>) -> String {
        let day = request.time.get(..8).unwrap_or(request.time);
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let headers: String = request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let canonical = format!(
            "{}\n{}\n{}\n{headers}\n{names}\n{}",
            request.method,
            request.path,
            request.query,
            hex(&Sha256::digest(request.body))
        );
        let text = format!(
            "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
            request.time,
            hex(&Sha256::digest(canonical))
        );
        let mut key = [b"AWS4", self.secret.expose()].concat();
        for part in scope.split('/') {
            key = mac(&key, part.as_bytes());
        }
        let signature = hex(&mac(&key, text.as_bytes()));
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.id
        )
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's documentation, step by step there: `GET` of `ListUsers` with an empty body.
    #[test]
    fn the_documented_example_has_the_documented_signature() {
        let secret = ["wJalrXUtnFEMI", "K7MDENG+bPxRfiCY", "EXAMPLE", "KEY"];
        let secret = format!("{}/{}{}{}", secret[0], secret[1], secret[2], secret[3]);
        let signer = Signer {
            id: "AKIDEXAMPLE",
            secret: &Secret::new(secret.as_bytes()),
            region: "us-east-1",
            service: "iam",
        };
        let mut request = Signed {
            method: "GET",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: &[
                (
                    "content-type",
                    "application/x-www-form-urlencoded; charset=utf-8",
                ),
                ("host", "iam.amazonaws.com"),
                ("x-amz-date", "20150830T123600Z"),
            ],
            body: b"",
            time: "20150830T123600Z",
        };
        let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        assert_eq!(
            signer.authorization(&request),
            format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
            )
        );
        request.body = b"x";
        assert!(!signer.authorization(&request).contains(signature));
    }
}
