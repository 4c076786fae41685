//! Private keys that have the right structure and open nothing.

use super::random::Random;
use crate::base64::{Engine, STANDARD};

/// A PEM block, its lines ended by newlines, without one after the last. `encrypted` gives the
/// legacy headers, or a cipher's name in OpenSSH's format.
pub(super) fn pem(label: &str, encrypted: bool, random: &mut Random) -> String {
    let mut head = "";
    let mut tail = String::new();
    let body = match label {
        "OPENSSH PRIVATE KEY" => openssh(encrypted, random),
        "PGP PRIVATE KEY BLOCK" => {
            head = "\n";
            let body = pgp(random);
            let sum = crc24(&body).to_be_bytes();
            tail = format!("={}\n", STANDARD.encode(sum.get(1..).unwrap_or_default()));
            body
        }
        _ if encrypted => {
            head = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n";
            random.bytes(608)
        }
        _ => {
            let sizes: &[usize] = if label.starts_with("EC") {
                &[32, 16, 64]
            } else {
                &[256, 3, 256, 128, 128, 128, 128, 128]
            };
            integers(sizes, random)
        }
    };
    let mut text = format!("-----BEGIN {label}-----\n{head}");
    let encoded = STANDARD.encode(body);
    for (index, letter) in encoded.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text + "\n" + &tail + "-----END " + label + "-----"
}

/// A DER SEQUENCE of the INTEGER 0 and positive ones of the given sizes in bytes.
fn integers(sizes: &[usize], random: &mut Random) -> Vec<u8> {
    let mut body = vec![2, 1, 0];
    for &size in sizes {
        let mut number = random.bytes(size);
        if let Some(first) = number.first_mut() {
            *first = *first & 0x3f | 0x40;
        }
        body.push(2);
        length(&mut body, number.len());
        body.extend(number);
    }
    let mut der = vec![0x30];
    length(&mut der, body.len());
    der.extend(body);
    der
}

fn length(out: &mut Vec<u8>, length: usize) {
    let bytes = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    match (bytes, length) {
        ([_, low], 0..=0x7f) => out.push(low),
        ([_, low], 0x80..=0xff) => out.extend([0x81, low]),
        ([high, low], _) => out.extend([0x82, high, low]),
    }
}

fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
    out.extend(text);
}

/// The container of OpenSSH's PROTOCOL.key with an ed25519 key.
fn openssh(encrypted: bool, random: &mut Random) -> Vec<u8> {
    let public = random.bytes(32);
    let mut out = b"openssh-key-v1\0".to_vec();
    if encrypted {
        string(&mut out, b"aes256-ctr");
        string(&mut out, b"bcrypt");
        let mut options = Vec::new();
        string(&mut options, &random.bytes(16));
        options.extend(16u32.to_be_bytes());
        string(&mut out, &options);
    } else {
        string(&mut out, b"none");
        string(&mut out, b"none");
        string(&mut out, b"");
    }
    out.extend(1u32.to_be_bytes());
    let mut key = Vec::new();
    string(&mut key, b"ssh-ed25519");
    string(&mut key, &public);
    string(&mut out, &key);
    if encrypted {
        string(&mut out, &random.bytes(144));
        return out;
    }
    let check = random.bytes(4);
    let mut inner = [check.clone(), check, key].concat();
    string(&mut inner, &[random.bytes(32), public].concat());
    string(&mut inner, b"user@host");
    let missing = (8 - inner.len() % 8) % 8;
    inner.extend((1u8..).take(missing));
    string(&mut out, &inner);
    out
}

/// One secret-key packet of version 4 (EdDSA) with random content.
fn pgp(random: &mut Random) -> Vec<u8> {
    let body = [&[4, 0x5f, 0x5e, 0x10, 0x00, 22][..], &random.bytes(96)].concat();
    let size = u16::try_from(body.len()).unwrap_or_default().to_be_bytes();
    [&[0x95][..], &size, &body].concat()
}

/// The armor's checksum (RFC 9580, 6.1.1).
fn crc24(bytes: &[u8]) -> u32 {
    let mut crc = 0x00b7_04ce_u32;
    for &byte in bytes {
        crc ^= u32::from(byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    crc & 0x00ff_ffff
}
