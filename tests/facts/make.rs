//! Credentials whose bytes are not text: built here, with nothing in them that opens anything.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::common::expand;

/// `length` bytes that depend on the seed.
pub fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let digits = expand(&format!("{{hex:{}}}", 2 * length), seed);
    let pairs = digits.as_bytes().chunks(2);
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16);
    pairs.map(|two| pair(two).expect("digits")).collect()
}

/// Base64 for addresses, without padding.
pub fn url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64 with padding.
pub fn standard(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// A macaroon in the binary form v2.
pub fn macaroon(
    prefix: &str,
    location: &str,
    identifier: &str,
    caveats: &[String],
    seed: u64,
) -> String {
    let mut out = vec![2];
    let mut field = |kind: u8, text: &[u8]| {
        out.push(kind);
        assert!(text.len() < 0x80, "one byte of length");
        out.push(u8::try_from(text.len()).expect("short"));
        out.extend(text);
    };
    field(1, location.as_bytes());
    field(2, identifier.as_bytes());
    out.push(0);
    for caveat in caveats {
        out.push(2);
        out.push(u8::try_from(caveat.len()).expect("short"));
        out.extend(caveat.as_bytes());
        out.push(0);
    }
    out.extend([0, 6, 32]);
    out.extend(bytes(32, seed));
    format!("{prefix}{}", url(out))
}

/// A permission token of Fly.io for one organization and one app, between two moments.
pub fn fly(organization: u32, app: u32, start: u32, end: u32, seed: u64) -> String {
    let mut out = vec![0x94, 0x93];
    let long = |out: &mut Vec<u8>, text: &[u8]| {
        out.extend([0xc4, u8::try_from(text.len()).expect("short")]);
        out.extend(text);
    };
    long(&mut out, &bytes(16, seed));
    long(&mut out, &bytes(16, seed + 1));
    out.push(0xc2);
    let location = b"https://api.fly.io/v1";
    out.push(0xa0 | u8::try_from(location.len()).expect("short"));
    out.extend(location);
    let number = |out: &mut Vec<u8>, number: u32| {
        out.push(0xce);
        out.extend(number.to_be_bytes());
    };
    out.push(0x96);
    out.extend([0, 0x92]);
    number(&mut out, organization);
    out.push(31);
    out.extend([3, 0x91, 0x81]);
    number(&mut out, app);
    out.push(3);
    out.extend([4, 0x92]);
    number(&mut out, start);
    number(&mut out, end);
    long(&mut out, &bytes(32, seed + 2));
    format!("fm2_{}", standard(out))
}

fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(u32::try_from(text.len()).expect("short").to_be_bytes());
    out.extend(text);
}

/// A certificate of OpenSSH for an ed25519 key, as its line stands in a file.
pub fn ssh_certificate(id: &str, principals: &[&str], end: u64, seed: u64) -> String {
    let kind = b"ssh-ed25519-cert-v01@openssh.com";
    let mut out = Vec::new();
    string(&mut out, kind);
    string(&mut out, &bytes(32, seed));
    string(&mut out, &bytes(32, seed + 1));
    out.extend(7u64.to_be_bytes());
    out.extend(1u32.to_be_bytes());
    string(&mut out, id.as_bytes());
    let mut list = Vec::new();
    for name in principals {
        string(&mut list, name.as_bytes());
    }
    string(&mut out, &list);
    out.extend(1_704_067_200u64.to_be_bytes());
    out.extend(end.to_be_bytes());
    for part in [
        &b""[..],
        b"",
        b"",
        &bytes(51, seed + 2),
        &bytes(83, seed + 3),
    ] {
        string(&mut out, part);
    }
    format!("{} {}", String::from_utf8_lossy(kind), standard(out))
}

/// Definite lengths in their shortest form, as DER wants.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u16::try_from(body.len()).expect("short").to_be_bytes();
    match body.len() {
        0..=0x7f => [&[tag, length[1]][..], &body].concat(),
        0x80..=0xff => [&[tag, 0x81, length[1]][..], &body].concat(),
        _ => [&[tag, 0x82, length[0], length[1]][..], &body].concat(),
    }
}

/// A certificate in PEM form, valid from the first day of a year to that of the next.
pub fn certificate(common: &str, organization: &str, year: u8) -> String {
    let all = standard(certificate_bytes(common, organization, year));
    let lines: Vec<&str> = (0..all.len())
        .step_by(64)
        .map(|at| &all[at..(at + 64).min(all.len())])
        .collect();
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    format!("{begin}\n{}\n{end}\n", lines.join("\n"))
}

/// The same in DER.
pub fn certificate_bytes(common: &str, organization: &str, year: u8) -> Vec<u8> {
    let attribute = |kind: u8, text: &str| {
        let text = der(0x0c, &[text.as_bytes()]);
        der(0x31, &[&der(0x30, &[&[6, 3, 0x55, 4, kind], &text])])
    };
    let name = |organization: &str, common: &str| {
        der(0x30, &[&attribute(10, organization), &attribute(3, common)])
    };
    let algorithm = der(0x30, &[&[6, 3, 0x2b, 0x65, 0x70]]);
    let moment = |year: u8| der(0x17, &[format!("{year}0101000000Z").as_bytes()]);
    let times = [&moment(year)[..], &moment(year + 1)];
    let key = der(0x30, &[&algorithm, &der(3, &[&[0; 33]])]);
    let body = der(
        0x30,
        &[
            &[0xa0, 3, 2, 1, 2],
            &[2, 1, 1],
            &algorithm,
            &name("demo", "ca"),
            &der(0x30, &times),
            &name(organization, common),
            &key,
        ],
    );
    der(0x30, &[&body, &algorithm, &der(3, &[&[0; 65]])])
}
