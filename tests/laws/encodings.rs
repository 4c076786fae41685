//! What is encoded is read: every encoding, with the value at its start, in its middle and at its
//! end, reached from the command line; and what is given up is said.

use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use keysweep::detect::{Scanner, Watch};

use crate::common::{Dir, expand, findings, places, token};

/// Text without a credential, of so many bytes.
fn filler(length: usize) -> String {
    let words = (0..).map(|n: usize| format!("Word{} ", n * 7919 % 10_007));
    let mut text = String::new();
    for word in words {
        if text.len() + word.len() > length {
            break;
        }
        text += &word;
    }
    text
}

/// A token alone, at the end, at the start and in the middle of text.
fn texts(seed: u64) -> Vec<String> {
    let token = token(seed);
    vec![
        token.clone(),
        format!("{}\n{token}", filler(300)),
        format!("{token}\n{}", filler(300)),
        format!("{}\nGITHUB_TOKEN={token}\n{}", filler(2000), filler(3000)),
    ]
}

fn wrap(text: &str, width: usize, between: &str) -> String {
    let lines: Vec<&str> = (0..text.len())
        .step_by(width)
        .map(|at| &text[at..(at + width).min(text.len())])
        .collect();
    lines.join(between)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(text).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(text).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// Scans one file for every text, encoded, and wants the token of each.
fn all_found(name: &str, encode: &dyn Fn(&str) -> Vec<u8>) {
    let dir = Dir::new();
    for (n, text) in texts(7).iter().enumerate() {
        dir.write(&format!("{n}.txt"), encode(text));
    }
    let report = dir.json(&["scan"]);
    let places = places(&report);
    for n in 0..texts(7).len() {
        let path = format!("github-pat {n}.txt:");
        let found = places.iter().any(|place| place.starts_with(&path));
        assert!(found, "{name}: text {n} of {places:?}");
    }
}

#[test]
fn base64_is_read_in_every_dress() {
    for width in [20, 48, 61, 64, 76, 77, 200] {
        for (open, between, close) in [
            ("data: |\n  ", "\n  ", "\n"),
            ("", "\r\n", "\r\n"),
            ("# ", "\n# ", "\n"),
            ("//", "\n//", "\n"),
            ("x = \"", "\" +\n  \"", "\";\n"),
            ("{\"x\": \"", "\\n", "\"}\n"),
            ("x='", "'\\\n'", "'\n"),
        ] {
            all_found(&format!("{width} {between:?}"), &|text| {
                let text = BASE64_STANDARD.encode(text);
                format!("{open}{}{close}", wrap(&text, width, between)).into_bytes()
            });
        }
    }
}

#[test]
fn every_escape_is_read() {
    let each = |name: &str, form: &dyn Fn(u32) -> String| {
        all_found(name, &|text| {
            let all: String = text.bytes().map(|byte| form(byte.into())).collect();
            format!("x: {all}\n").into_bytes()
        });
    };
    each("percent", &|c| format!("%{c:02x}"));
    each("\\x", &|c| format!("\\x{c:02x}"));
    each("\\u", &|c| format!("\\u{c:04X}"));
    each("\\\\u", &|c| format!("\\\\u{c:04x}"));
    each("\\u{}", &|c| format!("\\u{{{c:x}}}"));
    each("\\U", &|c| format!("\\U{c:08x}"));
    each("octal", &|c| format!("\\{c:03o}"));
    each("decimal entity", &|c| format!("&#{c};"));
    each("hexadecimal entity", &|c| format!("&#x{c:x};"));
    all_found("quoted-printable", &|text| {
        let one = |byte: u8| match byte {
            b'_' | b'=' | b' ' => format!("={byte:02X}"),
            _ => char::from(byte).to_string(),
        };
        let line = |line: &str| {
            let all: String = format!("x = {line}").bytes().map(one).collect();
            wrap(&all, 75, "=\r\n") + "\r\n"
        };
        text.split('\n').map(line).collect::<String>().into_bytes()
    });
    all_found("soft line breaks", &|text| {
        let broken = |line| wrap(&format!("{} {line}", "word".repeat(12)), 75, "=\n") + "\n";
        text.split('\n')
            .map(broken)
            .collect::<String>()
            .into_bytes()
    });
}

#[test]
fn wide_characters_are_read() {
    for (width, place) in [(2, 0), (2, 1), (4, 0), (4, 3)] {
        all_found(&format!("{width} bytes, {place}"), &|text| {
            text.bytes()
                .flat_map(|byte| {
                    let mut character = vec![0; width];
                    character[place] = byte;
                    character
                })
                .collect()
        });
    }
}

#[test]
fn a_slash_that_json_escapes_is_one() {
    let dir = Dir::new();
    let hook = expand(
        "hooks.slack.com/services/T{uppernum:8}/B{uppernum:10}/{alnum:24}",
        1,
    );
    let url = format!("https://{hook}").replace('/', "\\/");
    dir.write("a.json", format!("{{\"url\": \"{url}\"}}\n"));
    assert_eq!(places(&dir.json(&["scan"])), ["slack-webhook a.json:1:20"]);
}

#[test]
fn json_in_strings_is_read() {
    let key = expand(
        r#"{{"kty":"EC","crv":"P-256","x":"{base64url:43}","y":"{base64url:43}","d":"{base64url:43}"}}"#,
        2,
    );
    let dir = Dir::new();
    let mut text = key;
    for depth in 0..3 {
        dir.write(&format!("{depth}.json"), format!("{text}\n"));
        text = format!("{{\"key\": {}}}", serde_json::Value::from(text));
    }
    let places = places(&dir.json(&["scan"]));
    for depth in 0..3 {
        let path = format!("private-key-jwk {depth}.json:1:");
        assert!(
            places.iter().any(|place| place.starts_with(&path)),
            "{depth}: {places:?}"
        );
    }
}

#[test]
fn base64_behind_a_prefix_is_read() {
    for prefix in ["/", "api/", "xy/", "abc_", "k"] {
        all_found(prefix, &|text| {
            // The blank keeps the token's start free, whatever the prefix decodes to.
            format!(
                "url {prefix}{}\n",
                BASE64_STANDARD.encode(format!(" {text}"))
            )
            .into_bytes()
        });
    }
}

#[test]
fn compressed_text_in_base64_is_read() {
    let once = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    all_found("gzip", &|text| once(&gzip(text.as_bytes())).into_bytes());
    all_found("zlib", &|text| once(&zlib(text.as_bytes())).into_bytes());
    all_found("Helm", &|text| {
        let release = once(once(&gzip(text.as_bytes())).as_bytes());
        format!("data:\n  release: {release}\n").into_bytes()
    });
    all_found("Helm, with a secret in its manifest", &|text| {
        let secret = format!("kind: Secret\ndata:\n  token: {}\n", once(text.as_bytes()));
        let release = once(once(&gzip(secret.as_bytes())).as_bytes());
        format!("data:\n  release: {release}\n").into_bytes()
    });
    all_found("behind a prefix", &|text| {
        format!("x/gz/{}\n", once(&gzip(text.as_bytes()))).into_bytes()
    });
    all_found("wrapped", &|text| {
        wrap(&once(&gzip(text.as_bytes())), 76, "\n").into_bytes()
    });
}

#[test]
fn several_values_in_one_compressed_text_are_told_apart() {
    let tokens: Vec<String> = (0..20).map(token).collect();
    let text = tokens.join("\n") + &" ".repeat(3000) + &token(21);
    let dir = Dir::new();
    dir.write("a.txt", BASE64_STANDARD.encode(gzip(text.as_bytes())));
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 21);
}

#[test]
fn long_base64_is_read_to_its_end() {
    let dir = Dir::new();
    let text = filler(5 << 20);
    for (n, at) in [0, 300 << 10, (3 << 20) - 20, 4 << 20, text.len()]
        .into_iter()
        .enumerate()
    {
        let text = format!("{} {} {}", &text[..at], token(n as u64), &text[at..]);
        dir.write(&format!("{n}.txt"), BASE64_STANDARD.encode(text));
    }
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 5);
}

/// A private key with header lines between its label and its body.
fn key_with(label: &str, headers: &str) -> String {
    let key = expand(&format!("{{pem:{label}}}"), 3);
    let (begin, body) = key.split_once('\n').expect("a key has lines");
    format!("{begin}\n{headers}{body}\n")
}

#[test]
fn a_private_key_is_seen_whatever_header_lines_it_has() {
    let headers = [
        "X-Comment: y\n\n",
        "X-Comment: y\n",
        "Comment: a b c: d\nVersion: 1\n\n",
        "P: 1\nPro: 2\nProc-Types: 3\n\n",
        "Proc-Type: 9,NONE\n\n",
        "a: \\ -- --- \n: \n\n",
    ];
    let labels = [
        ("RSA PRIVATE KEY", "private-key-pem"),
        ("EC PRIVATE KEY", "private-key-pem"),
        ("PRIVATE KEY", "private-key-pem"),
        ("OPENSSH PRIVATE KEY", "private-key-openssh"),
    ];
    for (label, rule) in labels {
        let dir = Dir::new();
        for (n, headers) in headers.iter().enumerate() {
            dir.write(&format!("{n}.pem"), key_with(label, headers));
            let one_line = key_with(label, headers).replace('\n', "\\n");
            dir.write(
                &format!("{n}.json"),
                format!("{{\"key\": \"{one_line}\"}}\n"),
            );
        }
        let report = dir.json(&["scan"]);
        let places = places(&report);
        for n in 0..headers.len() {
            let pem = format!("{rule} {n}.pem:1:1");
            assert!(places.contains(&pem), "{label} {n}: {places:?}");
        }
        let json = format!("{rule} 0.json:");
        assert!(
            places.iter().any(|place| place.starts_with(&json)),
            "{label}: {places:?}"
        );
    }
    // What is encrypted stays the matter of its own rule.
    let dir = Dir::new();
    dir.write("a.pem", expand("{pem-encrypted:RSA PRIVATE KEY}\n", 3));
    let places = places(&dir.json(&["scan"]));
    assert_eq!(places, ["private-key-encrypted-legacy a.pem:1:1"]);
}

#[test]
fn what_is_given_up_inside_an_encoding_is_said() {
    let dir = Dir::new();
    let once = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    let inner = once(&gzip(filler(3000).as_bytes()));
    dir.write("a-bomb.txt", once(&gzip(&vec![b'a'; 8 << 20])));
    dir.write(
        "b-twice.txt",
        once(&gzip(format!("x {inner}\n").as_bytes())),
    );
    let report = dir.json(&["scan"]);
    let skipped: Vec<String> = report["skipped"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|skip| format!("{} {}", skip["reason"], skip["what"]))
        .collect();
    assert_eq!(
        skipped,
        [
            "\"encoded-limit\" \"a-bomb.txt\"",
            "\"encoded-limit\" \"b-twice.txt\""
        ]
    );
    dir.run(&["scan"]).ends(0);
    dir.run(&["scan", "--strict"]).ends(2);
}

/// Steps of a scan, as its watch counts them.
fn steps(text: &[u8]) -> u64 {
    static SCANNER: std::sync::OnceLock<Scanner> = std::sync::OnceLock::new();
    let scanner = SCANNER.get_or_init(|| Scanner::new(keysweep::builtin::set()));
    let watch = Watch::default();
    scanner.scan_watched(text, &watch);
    watch.steps()
}

/// So many random bytes, always the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 7u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// `unit` often enough for so many bytes.
fn repeated(unit: &str, length: usize) -> Vec<u8> {
    unit.bytes().cycle().take(length).collect()
}

/// Makes content of about so many bytes.
type Make = Box<dyn Fn(usize) -> Vec<u8>>;

#[test]
fn encoded_text_takes_steps_in_proportion_to_its_length() {
    fn base64(length: usize) -> String {
        BASE64_STANDARD.encode(filler(length / 4 * 3))
    }
    let dressed = |width: usize, between: &'static str| {
        move |length: usize| wrap(&base64(length), width, between).into_bytes()
    };
    let once = |unit: &'static str| move |length: usize| repeated(unit, length);
    let random = |length: usize| {
        let bytes = noise(length / 4 * 3);
        wrap(&BASE64_STANDARD.encode(bytes), 64, "\n").into_bytes()
    };
    let cases: Vec<(&str, Make)> = vec![
        ("in one line", Box::new(|n| base64(n).into_bytes())),
        ("in lines", Box::new(dressed(64, "\n"))),
        ("in lines of CRLF", Box::new(dressed(76, "\r\n"))),
        ("indented", Box::new(dressed(76, "\n    "))),
        ("in odd lines", Box::new(dressed(61, "\n# "))),
        ("in short lines", Box::new(dressed(16, "\n"))),
        ("in strings", Box::new(dressed(60, "\" +\n \""))),
        ("in a list", Box::new(dressed(60, "\",\n\""))),
        ("in escapes", Box::new(dressed(76, "\\n"))),
        ("random", Box::new(random)),
        (
            "lines of few digits",
            Box::new(once("aBcDeFgHiJkLmNoPqRsT\naBcDeFgHiJkLmN1PqRsT\n")),
        ),
        (
            "lines of no digits",
            Box::new(once("aBcDeFgHiJkLmNoPqRsTuV\n")),
        ),
        (
            "padded lines",
            Box::new(once(
                "aBcDeFgHiJkLmN1PqRsTuVwXyZ012345678901234567890123456789012345678=\n",
            )),
        ),
        (
            "soft breaks",
            Box::new(once(
                "wordwordwordwordwordwordwordwordwordwordwordwordwordwordword1234=\n",
            )),
        ),
        ("=3D", Box::new(once("=3D"))),
        (
            "=3D far apart",
            Box::new(once(&*String::leak(format!("=3D{}", "x ".repeat(300))))),
        ),
        ("= and line", Box::new(once("=\n"))),
        ("percent", Box::new(once("%"))),
        ("percent escapes", Box::new(once("%41"))),
        ("percent of percent", Box::new(once("%252541"))),
        ("backslashes", Box::new(once("\\"))),
        ("backslash escapes", Box::new(once("\\u0041"))),
        ("backslash and letter", Box::new(once("\\u004"))),
        ("long escapes", Box::new(once("\\U00000041"))),
        ("escapes of CSS", Box::new(once("\\41 \\000042"))),
        ("escapes in braces", Box::new(once("\\u{41}"))),
        ("ampersands", Box::new(once("&"))),
        ("entities", Box::new(once("&#65;"))),
        ("entities of entities", Box::new(once("&amp;amp;"))),
        ("objects in strings", Box::new(once("{\\\""))),
        (
            "objects far apart",
            Box::new(once(&*String::leak(format!("{{\\\"{}", "x ".repeat(300))))),
        ),
        (
            "what is slow, compressed",
            Box::new(|n| {
                let one = BASE64_STANDARD.encode(gzip("password=".repeat(1000).as_bytes()));
                repeated(&format!("{one}\n \"x\"\n"), n)
            }),
        ),
        (
            "compressed in one piece",
            Box::new(|n| BASE64_STANDARD.encode(gzip(&noise(n / 4 * 3))).into_bytes()),
        ),
        (
            "text, compressed in one piece",
            Box::new(|n| {
                let lines = (0..).map(|line| format!("{line} leaves {:x}\n", line * 7919));
                let text: String = lines.take(n / 8).collect();
                let mut all = BASE64_STANDARD.encode(gzip(text.as_bytes())).into_bytes();
                all.truncate(n);
                all
            }),
        ),
        (
            "many compressed texts",
            Box::new(|n| {
                let one = BASE64_STANDARD.encode(gzip(filler(400).as_bytes()));
                repeated(&format!("a: {one}\n"), n)
            }),
        ),
        (
            "heads of gzip",
            Box::new(once("H4sIAAAAAAAA/0123456789abcdefgh ")),
        ),
        (
            "DER",
            Box::new(|n| {
                let der = [&[0x30, 0x82, 3, 0, 6, 9, 0x2a, 0x86, 0x48][..], &noise(760)].concat();
                repeated(&(wrap(&BASE64_STANDARD.encode(der), 64, "\n") + "\n"), n)
            }),
        ),
        (
            "PKCS#7",
            Box::new(|n| {
                let der = [&[0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48][..], &noise(n / 4 * 3)].concat();
                format!("ENC[PKCS7,{}]\n", BASE64_STANDARD.encode(der)).into_bytes()
            }),
        ),
        (
            "heads of PKCS#7",
            Box::new(once("password: ENC[PKCS7,MIIBeQYJKoZI\n")),
        ),
        (
            "a mail",
            Box::new(|n| {
                let head = "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
                let line =
                    "Gr=C3=BC=C3=9Fe an alle, die das hier lesen =3D und noch etwas mehr T=\r\n";
                let mut mail = head.as_bytes().to_vec();
                mail.extend(repeated(line, n - head.len()));
                mail
            }),
        ),
        (
            "a mail of short parts",
            Box::new(once(
                "--b1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\npass=3Dword=\r\n=20\r\n\r\n",
            )),
        ),
        ("UTF-16", Box::new(once("a\0"))),
        ("UTF-32", Box::new(once("a\0\0\0"))),
        ("zero bytes", Box::new(once("\0"))),
    ];
    for (name, make) in cases {
        let (one, two) = (steps(&make(1 << 17)), steps(&make(1 << 18)));
        assert!(
            two <= one * 21 / 10 + 4000,
            "{name}: {one} steps, then {two}"
        );
        // What is compressed holds more than it is long.
        let most = if name == "what is slow, compressed" {
            600
        } else {
            200
        };
        assert!(two >> 18 <= most, "{name}: {} steps a byte", two >> 18);
    }
}

#[test]
fn encodings_of_encodings_take_steps_in_proportion_too() {
    let encode = |text: Vec<u8>, depth: usize| {
        (0..depth).fold(text, |text, _| {
            wrap(&BASE64_STANDARD.encode(text), 61, "\n").into_bytes()
        })
    };
    for depth in 1..=4 {
        let make = |length: usize| {
            let mut text = encode(filler(length).into_bytes(), depth);
            text.truncate(length);
            text
        };
        let (one, two) = (steps(&make(1 << 17)), steps(&make(1 << 18)));
        assert!(
            two <= one * 21 / 10 + 4000,
            "{depth} deep: {one} steps, then {two}"
        );
        assert!(two >> 18 <= 200, "{depth} deep: {} steps a byte", two >> 18);
    }
}
