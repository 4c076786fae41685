//! Files of keys, built byte by byte with nothing in them that opens anything. The unit tests of the decoders have this
//! module, too.

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// A packet of OpenPGP in the new form.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[0xc0 | tag, 255], &length[..], body].concat()
}

fn subpacket(kind: u8, text: &[u8]) -> Vec<u8> {
    let length = u8::try_from(text.len() + 1).expect("short");
    [&[length, kind], text].concat()
}

/// A signature that names its issuer: by its id in version 4, by its fingerprint in version 6.
fn signature(kind: u8, made: u32, issuer: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let (version, open) = match issuer.len() {
        8 => (4, subpacket(16, issuer)),
        _ => (6, subpacket(33, &[&[6], issuer].concat())),
    };
    let hashed = [subpacket(2, &made.to_be_bytes()), more.concat()].concat();
    let length = |area: &[u8]| {
        let length = u32::try_from(area.len()).expect("short").to_be_bytes();
        let digits = if version == 4 { 2 } else { 0 };
        length[digits..].to_vec()
    };
    let head = [version, kind, 22, 8];
    let tail = [0xab, 0xcd, 0, 1, 1, 0, 1, 1];
    packet(
        2,
        &[
            &head[..],
            &length(&hashed),
            &hashed,
            &length(&open),
            &open,
            &tail,
        ]
        .concat(),
    )
}

/// What a made key of OpenPGP says.
pub struct Pgp<'a> {
    /// 4 or 6.
    pub version: u8,
    /// Seconds since 1970.
    pub created: u32,
    /// Seconds from then to its end, as the certification of its user says.
    pub life: Option<u32>,
    /// The same, as a newer signature about the key itself says, where there is one.
    pub direct: Option<Option<u32>>,
    pub user: &'a str,
    /// When it was revoked, and the code of the reason.
    pub revoked: Option<(u32, u8)>,
}

/// The packets of a secret key, and its fingerprint. `bytes`: 64 that differ from key to key.
pub fn pgp(it: &Pgp<'_>, bytes: &[u8]) -> (Vec<u8>, String) {
    let created = it.created.to_be_bytes();
    let (public, print) = match it.version {
        4 => {
            // Ed25519 in its older form.
            let curve = [9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1];
            let point = [&[1, 7, 0x40], &bytes[..32]].concat();
            let public = [&[4], &created[..], &[22], &curve, &point].concat();
            let size = u16::try_from(public.len()).expect("short").to_be_bytes();
            let print = Sha1::digest([&[0x99], &size[..], &public].concat()).to_vec();
            (public, print)
        }
        _ => {
            let public = [&[6], &created[..], &[27, 0, 0, 0, 32], &bytes[..32]].concat();
            let size = u32::try_from(public.len()).expect("short").to_be_bytes();
            let print = Sha256::digest([&[0x9b], &size[..], &public].concat()).to_vec();
            (public, print)
        }
    };
    let id = match it.version {
        4 => &print[12..],
        _ => &print[..],
    };
    let key = [&public[..], &[0, 1, 0], &bytes[32..64], &[1, 2]].concat();
    let end = |life: u32| subpacket(9, &life.to_be_bytes());
    let life = it.life.map(end);
    let mut out = packet(5, &key);
    if let Some((at, code)) = it.revoked {
        out.extend(signature(0x20, at, id, &[subpacket(29, &[code])]));
    }
    if let Some(direct) = it.direct {
        let end = direct.map(end);
        out.extend(signature(0x1f, it.created + 4, id, end.as_slice()));
    }
    out.extend(packet(13, it.user.as_bytes()));
    // An older signature, of which the newer one is the better.
    out.extend(signature(
        0x13,
        it.created,
        id,
        &[subpacket(9, &[0, 0, 0, 9])],
    ));
    out.extend(signature(0x13, it.created + 1, id, life.as_slice()));
    // Another key's word about this one counts for nothing.
    out.extend(signature(
        0x13,
        it.created + 2,
        &[1; 8],
        &[subpacket(9, &[0, 0, 0, 7])],
    ));
    out.extend(packet(7, &key));
    out.extend(signature(
        0x18,
        it.created + 3,
        id,
        &[subpacket(9, &[0, 0, 0, 5])],
    ));
    let print = print.iter().map(|byte| format!("{byte:02X}")).collect();
    (out, print)
}

/// In armor, without the checksum that nobody has to look at.
pub fn armor(bytes: &[u8], encode: impl Fn(&[u8]) -> String) -> String {
    let text = encode(bytes);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|at| &text[at..(at + 64).min(text.len())])
        .collect();
    let what = "PGP PRIVATE KEY BLOCK-----";
    format!(
        "-----BEGIN {what}\n\n{}\n-----END {what}\n",
        lines.join("\n")
    )
}

fn counted(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(u16::try_from(text.len()).expect("short").to_be_bytes());
    out.extend(text);
}

/// A store of Java with one key, its certificate, and another certificate.
pub fn jks(alias: &str, made: u64, certificate: &[u8]) -> Vec<u8> {
    let mut out = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1];
    let sized = |out: &mut Vec<u8>, bytes: &[u8]| {
        out.extend(u32::try_from(bytes.len()).expect("short").to_be_bytes());
        out.extend(bytes);
    };
    counted(&mut out, alias.as_bytes());
    out.extend(made.to_be_bytes());
    sized(&mut out, &[7; 40]);
    out.extend([0, 0, 0, 1]);
    counted(&mut out, b"X.509");
    sized(&mut out, certificate);
    out.extend([0, 0, 0, 2]);
    counted(&mut out, b"other");
    out.extend(made.to_be_bytes());
    counted(&mut out, b"X.509");
    sized(&mut out, certificate);
    out.extend([9; 20]);
    out
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u16::try_from(body.len()).expect("short").to_be_bytes();
    match body.len() {
        0..=0x7f => [&[tag, length[1]][..], &body].concat(),
        _ => [&[tag, 0x82, length[0], length[1]][..], &body].concat(),
    }
}

/// A store in PKCS#12 as Java writes one with certificates in clear.
pub fn pkcs12(alias: &str, made: u64, certificate: &[u8]) -> Vec<u8> {
    let id = |tail: &[u8]| der(6, &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1], tail]);
    let name: Vec<u8> = alias.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let attribute = |kind: &[u8], value: Vec<u8>| der(0x30, &[&id(kind), &der(0x31, &[&value])]);
    let attributes = der(
        0x31,
        &[
            &attribute(&[9, 20], der(0x1e, &[&name])),
            &attribute(&[9, 21], der(4, &[format!("Time {made}").as_bytes()])),
        ],
    );
    let bag = |kind: u8, value: &[u8]| {
        let kind = id(&[12, 10, 1, kind]);
        der(0x30, &[&kind, &der(0xa0, &[value]), &attributes])
    };
    let own = der(0xa0, &[&der(4, &[certificate])]);
    let certificate = bag(3, &der(0x30, &[&id(&[9, 22, 1]), &own]));
    let key = bag(2, &der(0x30, &[&der(0x30, &[]), &der(4, &[&[7; 40]])]));
    let data = |content: &[u8]| der(0x30, &[&id(&[7, 1]), &der(0xa0, &[&der(4, &[content])])]);
    let keys = data(&der(0x30, &[&key]));
    let certificates = data(&der(0x30, &[&certificate]));
    der(
        0x30,
        &[&der(2, &[&[3]]), &data(&der(0x30, &[&keys, &certificates]))],
    )
}

/// A keytab with a key for each encryption, and a hole.
pub fn keytab(
    parts: &[&str],
    realm: &str,
    made: u32,
    version: u32,
    encryptions: &[u16],
) -> Vec<u8> {
    let mut out = vec![5, 2, 0xff, 0xff, 0xff, 0xfc, 0, 0, 0, 0];
    for encryption in encryptions {
        let mut entry = u16::try_from(parts.len())
            .expect("short")
            .to_be_bytes()
            .to_vec();
        counted(&mut entry, realm.as_bytes());
        for part in parts {
            counted(&mut entry, part.as_bytes());
        }
        entry.extend([0, 0, 0, 1]);
        entry.extend(made.to_be_bytes());
        entry.push(version.to_be_bytes()[3]);
        entry.extend(encryption.to_be_bytes());
        counted(&mut entry, &[7; 32]);
        entry.extend(version.to_be_bytes());
        out.extend(u32::try_from(entry.len()).expect("short").to_be_bytes());
        out.extend(entry);
    }
    out
}
