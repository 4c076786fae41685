//! What stands beside a secret and tells of its life: dates and names under documented names, the rest of a
//! line of `/etc/shadow`, a certificate of OpenSSH. Only where the rule names the decoder that reads it, and
//! within bounds, so that it costs a constant for each candidate.

use std::ops::Range;

use crate::base64::{Engine, STANDARD};
use crate::rule::{FactDecoder, Rule};

/// Names stand at most so many bytes from the secret.
const REACH: usize = 4096;
/// A certificate stands at most so many bytes from its key.
pub(super) const CERTIFICATE_REACH: usize = 16 * 1024;
/// Longest value of a name, in bytes.
const LONGEST: usize = 256;

/// A kind of file: what has to stand in reach for its names to count, how many objects of JSON lie between the
/// secret and them, and the names.
struct Form {
    mark: &'static str,
    objects: usize,
    names: &'static [&'static str],
}

const FORMS: [Form; 5] = [
    // The state of Terraform.
    Form {
        mark: "aws_iam_access_key",
        objects: 1,
        names: &["create_date", "user"],
    },
    // What Google's client libraries write for an authorized user.
    Form {
        mark: "\"token_uri\"",
        objects: 1,
        names: &["expiry", "client_id", "account"],
    },
    Form {
        mark: "kubernetes.io/service-account-token",
        objects: 2,
        names: &[
            "creationTimestamp",
            "kubernetes.io/legacy-token-last-used",
            "kubernetes.io/legacy-token-invalid-since",
            "kubernetes.io/service-account.name",
        ],
    },
    // What the AWS CLI keeps of a login by IAM Identity Center (`~/.aws/sso/cache`).
    Form {
        mark: "\"startUrl\"",
        objects: 1,
        names: &["expiresAt", "startUrl"],
    },
    // What it keeps of a role that it assumed (`~/.aws/cli/cache`), and what STS answers.
    Form {
        mark: "\"SessionToken\"",
        objects: 2,
        names: &["Expiration", "Arn"],
    },
];

/// The parts of a connection string, which is one line.
const PARTS: &[&str] = &["AccountName", "SharedAccessKeyName", "Endpoint", "HostName"];

/// All names, in the order of the forms.
#[cfg(test)]
pub(crate) fn beside_names() -> Vec<&'static str> {
    let forms = FORMS.iter().flat_map(|form| form.names);
    forms.chain(PARTS).copied().collect()
}

/// What the rule's decoders read beside the value at `span`, as partners.
pub(super) fn find(rule: &Rule, bytes: &[u8], span: &Range<usize>) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    for decoder in rule.facts.iter() {
        match decoder {
            FactDecoder::Beside => named(bytes, span, &mut out),
            FactDecoder::Shadow => out.extend(shadow(bytes, span)),
            FactDecoder::Presigned => out.extend(address(bytes, span)),
            FactDecoder::OpenSsh => out.extend(ssh_certificate(bytes, span)),
            _ => {}
        }
    }
    out
}

fn named(bytes: &[u8], span: &Range<usize>, out: &mut Vec<(String, Vec<u8>)>) {
    let window = span.start.saturating_sub(REACH)..(span.end + REACH).min(bytes.len());
    let mut take = |names: &[&str], within: Range<usize>| {
        for name in names {
            if let Some(value) = value_of(name, &bytes[within.clone()], span.start - within.start) {
                out.push((format!("beside:{name}"), value.to_vec()));
            }
        }
    };
    for form in &FORMS {
        if memchr::memmem::find(&bytes[window.clone()], form.mark.as_bytes()).is_some() {
            take(form.names, document(bytes, span, &window, form.objects));
        }
    }
    let line = line(bytes, span, &window);
    if bytes[line.clone()].contains(&b';') {
        take(PARTS, line);
    }
}

/// The bytes in which names speak of the secret: so many objects of JSON around it, or the document of YAML.
fn document(
    bytes: &[u8],
    span: &Range<usize>,
    window: &Range<usize>,
    objects: usize,
) -> Range<usize> {
    let (mut start, mut open, mut deep) = (window.start, 0, 0);
    for at in window.start..span.start {
        let at = span.start - 1 - (at - window.start);
        match bytes[at] {
            b'}' => deep += 1,
            b'{' if deep > 0 => deep -= 1,
            b'{' => {
                (open, start) = (open + 1, at);
                if open == objects {
                    break;
                }
            }
            _ => {}
        }
    }
    if open < objects {
        return yaml(bytes, span, window);
    }
    let (mut end, mut deep) = (window.end, open);
    for (at, byte) in bytes.iter().enumerate().take(window.end).skip(span.end) {
        match byte {
            b'{' => deep += 1,
            b'}' => {
                deep -= 1;
                if deep == 0 {
                    end = at;
                    break;
                }
            }
            _ => {}
        }
    }
    start..end
}

fn yaml(bytes: &[u8], span: &Range<usize>, window: &Range<usize>) -> Range<usize> {
    let before = memchr::memmem::rfind(&bytes[window.start..span.start], b"\n---");
    let after = memchr::memmem::find(&bytes[span.end..window.end], b"\n---");
    before.map_or(window.start, |at| window.start + at)
        ..after.map_or(window.end, |at| span.end + at)
}

fn line(bytes: &[u8], span: &Range<usize>, window: &Range<usize>) -> Range<usize> {
    let before = memchr::memrchr(b'\n', &bytes[window.start..span.start]);
    let after = memchr::memchr(b'\n', &bytes[span.end..window.end]);
    before.map_or(window.start, |at| window.start + at + 1)
        ..after.map_or(window.end, |at| span.end + at)
}

/// The value of the nearest `name: value`, `"name": "value"` or `name=value` to `at`.
fn value_of<'a>(name: &str, text: &'a [u8], at: usize) -> Option<&'a [u8]> {
    let all = memchr::memmem::find_iter(text, name.as_bytes()).filter_map(|start| {
        let word = |b: &u8| b.is_ascii_alphanumeric() || b"_-./".contains(b);
        if start > 0 && word(&text[start - 1]) {
            return None;
        }
        let rest = &text[start + name.len()..];
        let rest = rest.strip_prefix(b"\"").unwrap_or(rest).trim_ascii_start();
        let rest = rest.strip_prefix(b":").or(rest.strip_prefix(b"="))?;
        let rest = &rest[..rest.len().min(LONGEST)];
        let rest = rest.trim_ascii_start();
        let rest = rest
            .strip_prefix(b"\"")
            .or(rest.strip_prefix(b"'"))
            .unwrap_or(rest);
        let ends = |b: &u8| b.is_ascii_whitespace() || b"\"',;}".contains(b);
        let value = &rest[..rest.iter().position(ends)?];
        (!value.is_empty()).then_some((start.abs_diff(at), value))
    });
    all.min_by_key(|(distance, _)| *distance)
        .map(|(_, value)| value)
}

/// A line of `/etc/shadow` around the hash at `span`, without the hash.
fn shadow(bytes: &[u8], span: &Range<usize>) -> Option<(String, Vec<u8>)> {
    const USER: usize = 64;
    const FIELDS: usize = 80;
    let before = &bytes[span.start.saturating_sub(USER)..span.start];
    let user = before.strip_suffix(b":")?;
    let start = memchr::memrchr(b'\n', user).map_or(0, |at| at + 1);
    let user = &user[start..];
    let named = |b: &u8| b.is_ascii_alphanumeric() || b"_.-$".contains(b);
    let after = &bytes[span.end..(span.end + FIELDS).min(bytes.len())];
    let after = after.split(|b| !b.is_ascii_digit() && *b != b':').next()?;
    let fields = after.iter().filter(|b| **b == b':').count();
    let fits = !user.is_empty() && user.iter().all(named) && after.starts_with(b":") && fields >= 6;
    fits.then(|| ("shadow-line".to_owned(), [user, b":", after].concat()))
}

/// The part of an address that stands before the value at `span`: there the end of a signed one may stand.
fn address(bytes: &[u8], span: &Range<usize>) -> Option<(String, Vec<u8>)> {
    let before = &bytes[span.start.saturating_sub(REACH)..span.start];
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'<>`".contains(b);
    let start = before.iter().rposition(ends).map_or(0, |at| at + 1);
    let address = &before[start..];
    address
        .ends_with(b"&")
        .then(|| ("address".to_owned(), address.to_vec()))
}

/// The first certificate of OpenSSH around a key, decoded.
fn ssh_certificate(bytes: &[u8], span: &Range<usize>) -> Option<(String, Vec<u8>)> {
    const MARK: &[u8] = b"-cert-v01@openssh.com ";
    let reach = span.start.saturating_sub(CERTIFICATE_REACH)
        ..(span.end + CERTIFICATE_REACH).min(bytes.len());
    let text = &bytes[reach];
    let text = &text[memchr::memmem::find(text, MARK)? + MARK.len()..];
    let end = text
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && !b"+/=".contains(b));
    let body = STANDARD.decode(&text[..end.unwrap_or(text.len())]).ok()?;
    Some(("ssh-certificate".to_owned(), body))
}
