//! Functions and constructors that take a secret as one of several arguments.

use std::ops::Range;

use super::place::Value;
use super::place::blanks;
use super::quoted::{opening, quoted_at};

/// How the name of a function ends, in small letters; the number of the argument that is the secret, from
/// 0; what that is; and an example.
type Taker = (&'static str, usize, &'static [u8], &'static str);

const PASSWORD: &[u8] = b"password";
const SECRET_KEY: &[u8] = b"secret_key";

/// The first that fits is taken. The arguments before the secret may be anything.
#[rustfmt::skip]
const TAKERS: &[Taker] = &[
    ("networkcredential", 1, PASSWORD, "new NetworkCredential(\"ann\", \"maple7\")"),
    ("passwordauthentication", 1, PASSWORD, "new PasswordAuthentication(\"ann\", \"maple7\".toCharArray())"),
    ("usernamepasswordcredentials", 1, PASSWORD, "new UsernamePasswordCredentials(\"ann\", \"maple7\")"),
    ("plainauth", 2, PASSWORD, "smtp.PlainAuth(\"\", \"ann\", \"maple7\", host)"),
    ("mysqli", 2, PASSWORD, "new mysqli($host, \"ann\", \"maple7\", \"db\")"),
    ("mysqli_connect", 2, PASSWORD, "mysqli_connect($host, \"ann\", \"maple7\")"),
    ("mysql_connect", 2, PASSWORD, "mysql_connect('db', 'ann', 'maple7')"),
    ("pdo", 2, PASSWORD, "new PDO($dsn, 'ann', 'maple7')"),
    ("login", 1, PASSWORD, "smtp.login(\"ann\", \"maple7\")"),
    ("getconnection", 2, PASSWORD, "DriverManager.getConnection(DB_URL, \"ann\", \"maple7\")"),
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

/// The argument of a known function that is its secret, given the place behind the bracket; `None` when the
/// function is not known, or that argument is no literal.
pub(super) fn taken(bytes: &[u8], name: &Range<usize>, at: usize, end: usize) -> Option<Value> {
    let function = &bytes[name.clone()];
    let ends = |tail: &[u8]| {
        let from = function.len().checked_sub(tail.len());
        from.is_some_and(|from| function[from..].eq_ignore_ascii_case(tail))
    };
    let taker = TAKERS.iter().find(|(tail, ..)| ends(tail.as_bytes()));
    let (number, key) = match taker {
        Some((_, number, key, _)) => (*number, Some(*key)),
        None if NAMED_FIRST.iter().any(|one| ends(one)) => (1, None),
        None => return None,
    };
    let first = blanks(bytes, at, end);
    let mut at = first;
    for _ in 0..number {
        at = blanks(bytes, behind_comma(bytes, at, end)?, end);
    }
    let got = quoted_at(bytes, at, end)?;
    // A function of any kind whose name ends so may be given something before the user.
    let loose =
        taker.is_some_and(|(tail, ..)| tail.starts_with("auth") || tail.starts_with("credential"));
    let last = bytes.get(blanks(bytes, got.range.end + 1, end)) == Some(&b')');
    if loose && is_kind_of_credential(&bytes[first..got.range.start]) {
        return None;
    }
    (!loose || last || opening(bytes, first, end).is_some()).then_some(Value { key, ..got })
}

/// `PasswordCredentials, `: not the name of a user, but which kind of credential is meant.
fn is_kind_of_credential(argument: &[u8]) -> bool {
    let name = argument.iter().take_while(|b| b.is_ascii_alphanumeric());
    let name = argument[..name.count()].to_ascii_lowercase();
    name.ends_with(b"credentials") || name.ends_with(b"credential")
}

/// The place behind the comma that ends the argument at `at`: a literal, or a name or short expression
/// without brackets.
fn behind_comma(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let after = match quoted_at(bytes, at, end) {
        Some(got) => got.range.end + 1,
        None => {
            let part = |b: &&u8| {
                b.is_ascii_alphanumeric()
                    || matches!(
                        b,
                        b'_' | b'.' | b'$' | b'-' | b'>' | b':' | b'[' | b']' | b'&'
                    )
            };
            at + bytes[at..end].iter().take(80).take_while(part).count()
        }
    };
    let comma = blanks(bytes, after, end);
    (comma > at && comma < end && bytes[comma] == b',').then_some(comma + 1)
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
            let word = name.len() - tail.len();
            let got = read_from_word(text.as_bytes(), word..name.len()).expect("it is read");
            assert_eq!((got.key, &text[got.value]), (*key, "maple7"), "{text}");
        }
    }

    #[test]
    fn what_stands_before_a_user_is_no_user() {
        let read = |text: &str| {
            let word = text.find("credentials").expect("the name");
            let got = read_from_word(text.as_bytes(), word..word + 10)?;
            Some(text[got.value].to_owned())
        };
        assert_eq!(
            read("x_credentials(user, 'maple7')").as_deref(),
            Some("maple7")
        );
        assert_eq!(read("x_credentials(it, 'ann', 'maple7')"), None);
    }
}
