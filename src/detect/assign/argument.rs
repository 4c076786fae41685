//! Functions and constructors that take a secret as one of several arguments.

use std::ops::Range;

use super::op::blanks;
use super::quoted::quoted_at;
use super::value::Got;

/// How the name of a function ends, in small letters; the number of the argument that is the secret, from
/// 0; what that is; and an example.
type Taker = (&'static str, usize, &'static [u8], &'static str);

const PASSWORD: &[u8] = b"password";
const SECRET_KEY: &[u8] = b"secret_key";

/// The first that fits is taken. All arguments before the secret are literals.
#[rustfmt::skip]
const TAKERS: &[Taker] = &[
    ("networkcredential", 1, PASSWORD, "new NetworkCredential(\"ann\", \"maple7\")"),
    ("passwordauthentication", 1, PASSWORD, "new PasswordAuthentication(\"ann\", \"maple7\".toCharArray())"),
    ("usernamepasswordcredentials", 1, PASSWORD, "new UsernamePasswordCredentials(\"ann\", \"maple7\")"),
    ("plainauth", 2, PASSWORD, "smtp.PlainAuth(\"\", \"ann\", \"maple7\", host)"),
    ("getconnection", 2, PASSWORD, "DriverManager.getConnection(\"jdbc:x\", \"ann\", \"maple7\")"),
    ("basicawscredentials", 1, SECRET_KEY, "new BasicAWSCredentials(\"id\", \"maple7\")"),
    ("awsbasiccredentials.create", 1, SECRET_KEY, "AwsBasicCredentials.create(\"id\", \"maple7\")"),
    ("newstaticcredentials", 1, SECRET_KEY, "credentials.NewStaticCredentials(\"id\", \"maple7\", \"\")"),
    ("newstaticcredentialsprovider", 1, SECRET_KEY, "credentials.NewStaticCredentialsProvider(\"id\", \"maple7\", \"\")"),
    ("storagesharedkeycredential", 1, b"account_key", "new StorageSharedKeyCredential(\"ann\", \"maple7\")"),
    ("clientsecretcredential", 2, b"client_secret", "ClientSecretCredential(\"t\", \"c\", \"maple7\")"),
    ("clientcredential", 1, b"client_secret", "new ClientCredential(\"c\", \"maple7\")"),
    ("azurekeycredential", 0, b"api_key", "new AzureKeyCredential(\"maple7\")"),
    ("totp.new", 0, b"otp_secret", "ROTP::TOTP.new(\"maple7\")"),
    ("totp", 0, b"otp_secret", "pyotp.TOTP(\"maple7\")"),
    ("auth", 1, PASSWORD, "HTTPBasicAuth(\"ann\", \"maple7\")"),
    ("authentication", 1, PASSWORD, "x.authentication(\"ann\", \"maple7\")"),
    ("authenticate", 1, PASSWORD, "x.authenticate(\"ann\", \"maple7\")"),
    ("credential", 1, PASSWORD, "Credential(\"ann\", \"maple7\")"),
    ("credentials", 1, PASSWORD, "Credentials(\"ann\", \"maple7\")"),
];

/// Functions that are given the name of a variable first.
const NAMED_FIRST: &[&[u8]] = &[b"putenv", b"setenv"];

/// The literal of a call that is its secret: `got` is the first, which it stays when the function is not
/// known or has no other.
pub(super) fn of(bytes: &[u8], name: &Range<usize>, got: Got, end: usize) -> Got {
    let function = bytes[name.clone()].to_ascii_lowercase();
    let named = NAMED_FIRST.iter().any(|one| function.ends_with(one));
    let taker = TAKERS
        .iter()
        .find(|(end, ..)| function.ends_with(end.as_bytes()));
    let (number, key) = match taker {
        Some((_, number, key, _)) => (*number, Some(*key)),
        None if named => (1, None),
        None => return got,
    };
    match nth(bytes, got.range.end + 1, number, end) {
        Some(found) => Got { key, ..found },
        None if number == 0 => Got { key, ..got },
        None => got,
    }
}

/// The literal `number` places behind one that ends at `at`.
fn nth(bytes: &[u8], mut at: usize, number: usize, end: usize) -> Option<Got> {
    let mut found = None;
    for _ in 0..number {
        at = blanks(bytes, at, end);
        if at >= end || bytes[at] != b',' {
            return None;
        }
        let got = quoted_at(bytes, blanks(bytes, at + 1, end), end)?;
        at = got.range.end + 1;
        found = Some(got);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assign::read_from_word;

    #[test]
    fn every_function_is_read_in_its_example() {
        for (row, (tail, _, key, text)) in TAKERS.iter().enumerate() {
            let lower = text.to_lowercase();
            let name = &lower[..lower.find('(').expect("a call")];
            let first = TAKERS.iter().position(|(tail, ..)| name.ends_with(tail));
            assert_eq!(first, Some(row), "{tail}");
            let word = lower.find(&tail[..4]).expect("the name is there");
            let got = read_from_word(text.as_bytes(), word..word + 4).expect("it is read");
            assert_eq!((got.key, &text[got.value]), (*key, "maple7"), "{text}");
        }
    }
}
