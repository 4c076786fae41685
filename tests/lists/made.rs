//! Recordings of real servers (`fixtures/lists`) with values in the place of their placeholders.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::common::expand;

/// The folder of a kind.
pub fn folder(kind: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/lists")).join(kind)
}

/// The kinds that were recorded: those with a table of what their rows must say.
pub fn recorded() -> Vec<String> {
    let folders = fs::read_dir(folder("")).expect("fixtures");
    let names = folders.map(|entry| entry.expect("an entry").path());
    let names = names.filter(|path| path.join("golden.tsv").is_file());
    let mut names: Vec<String> = names
        .map(|path| {
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// The lines of a table below its head.
pub fn table(path: &PathBuf) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let lines = text.lines().skip(1).filter(|line| !line.is_empty());
    lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

/// The values of a kind, each with a seed of its own.
pub struct Values {
    kind: String,
    forms: BTreeMap<String, String>,
}

impl Values {
    pub fn of(kind: &str) -> Self {
        let rows = table(&folder("values.tsv"))
            .into_iter()
            .filter(|row| row[0] == kind);
        Values {
            kind: kind.to_owned(),
            forms: rows.map(|row| (row[1].clone(), row[2].clone())).collect(),
        }
    }

    /// The names that have a value.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.forms.keys().map(String::as_str)
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> String {
        self.drawn(name, "")
    }

    /// A value of the same form that stands for nothing.
    pub fn stranger(&self, name: &str) -> String {
        self.drawn(name, "/other")
    }

    fn drawn(&self, name: &str, more: &str) -> String {
        if self.kind == "devpi" {
            return devpi(&format!("{name}{more}"));
        }
        let form = &self.forms[name];
        let seed = Sha256::digest(format!("{}/{name}{more}", self.kind));
        let seed = u64::from_le_bytes(seed[..8].try_into().expect("eight bytes"));
        match form.contains('{') {
            true if form.starts_with("AKIA") => {
                // The form of values.tsv gives numbers of accounts that cannot be, too.
                expand(&format!("{{check:aws-key-id:{form}}}"), seed)
            }
            true => expand(form, seed),
            false => form.clone(),
        }
    }

    /// A recorded text with values in the place of its placeholders.
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("{{") {
            let end = at + rest[at..].find("}}").expect("it is closed");
            out.push_str(&rest[..at]);
            out.push_str(&self.placeholder(&rest[at + 2..end]));
            rest = &rest[end + 2..];
        }
        out + rest
    }

    fn placeholder(&self, text: &str) -> String {
        let parts: Vec<&str> = text.split(':').collect();
        let value = || self.value(parts[1]);
        match parts[0] {
            "secret" | "id" => value(),
            "sha256" => hex(&Sha256::digest(value())),
            "mariadb" => {
                let twice = Sha1::digest(Sha1::digest(value()));
                format!("*{}", hex(&twice).to_uppercase())
            }
            "rabbitmq" => {
                let salt = unhex(parts[2]);
                let hash = Sha256::new().chain_update(&salt).chain_update(value());
                BASE64_STANDARD.encode([salt, hash.finalize().to_vec()].concat())
            }
            // What is not compared has the length of what it stands for.
            "rabbitmq-md5" => BASE64_STANDARD.encode([7; 20]),
            "pgmd5" => format!("md5{}", "0f".repeat(16)),
            "scram" => scram(&value(), parts[2], parts[3].parse().expect("a number")),
            "first" => value()[..parts[2].parse().expect("a number")].to_owned(),
            "last" => {
                let value = value();
                value[value.len() - parts[2].parse::<usize>().expect("a number")..].to_owned()
            }
            other => panic!("the placeholder {other} has no meaning here"),
        }
    }
}

/// As PostgreSQL writes the verifier of a password (RFC 5803), made by the steps of RFC 5802.
fn scram(password: &str, salt: &str, iterations: u32) -> String {
    let mac = |key: &[u8], text: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    };
    let bytes = BASE64_STANDARD.decode(salt).expect("base64");
    let mut round = mac(password.as_bytes(), &[&bytes[..], &[0, 0, 0, 1]].concat());
    let mut salted = round.clone();
    for _ in 1..iterations {
        round = mac(password.as_bytes(), &round);
        salted
            .iter_mut()
            .zip(&round)
            .for_each(|(to, from)| *to ^= from);
    }
    let stored = Sha256::digest(mac(&salted, b"Client Key"));
    let server = mac(&salted, b"Server Key");
    let (stored, server) = (
        BASE64_STANDARD.encode(stored),
        BASE64_STANDARD.encode(server),
    );
    format!("SCRAM-SHA-256${iterations}:{salt}${stored}:{server}")
}

/// A token of devpi: a macaroon whose identifier is `USER-ID`, here without restrictions.
fn devpi(name: &str) -> String {
    let identifier = name.replace(':', "-");
    let mut bytes = vec![2, 1, 0, 2, identifier.len() as u8];
    bytes.extend(identifier.as_bytes());
    bytes.extend([0, 0, 6, 32]);
    bytes.extend(Sha256::digest(name));
    format!("devpi-{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal"))
        .collect()
}
