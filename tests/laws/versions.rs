//! Inheritance: a version that is judged by what changed gives what a plain scan gives.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use keysweep::detect::{Base, Copied, Known, Scanner, Watch};
use proptest::prelude::*;

use crate::common::{Dir, expand, findings, jwt, line};

fn scanner() -> &'static Scanner {
    static SCANNER: std::sync::OnceLock<Scanner> = std::sync::OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(keysweep::builtin::set()))
}

/// Pieces that verdicts care about: credentials, their surroundings, and what spoils them.
fn pieces() -> Vec<String> {
    let mut all = vec![
        line(1),
        expand("STRIPE_API_KEY=sk_live_{alnum:24}\n", 2),
        format!("Authorization: Bearer {}\n", jwt(1_700_000_000, 3)),
        expand(
            "DATABASE_URL = \"postgres://shop:{alnum:14}@db.internal:5432/shop\"\n",
            4,
        ),
        expand("{pem:RSA PRIVATE KEY}\n", 5),
        expand(
            "{b64:GITHUB_TOKEN={check:crc32-base62:ghp_{alnum:30}}}\n",
            6,
        ),
        expand("password = \"{alnum:18}\"\n", 7),
        expand("datadog api key: {hex:32}\n", 8),
        expand("url=https%3A%2F%2Fx%3Ftoken%3D{alnum:30}%26a\n", 9),
        expand("{alnum:64}\n{alnum:64}\n{alnum:20}\n", 10),
        "name: DB_PASSWORD\n".to_owned(),
        "value: ".to_owned(),
        expand("'{alnum:22}'\n", 11),
        "AWS_SECRET_ACCESS_KEY = ".to_owned(),
        expand("{alnum:40}\n", 12),
        expand("AKIA{base32:16}\n", 13),
        "x".repeat(1500),
        "\\u0041 ".to_owned(),
        "%".to_owned(),
        "\n".to_owned(),
        " ".to_owned(),
        "\"".to_owned(),
        "key".to_owned(),
        "ghp_".to_owned(),
        "=".to_owned(),
        "0a".to_owned(),
    ];
    // Encodings whose stretches reach over lines and look at what stands before them.
    let secret = expand("GITHUB_TOKEN={check:crc32-base62:ghp_{alnum:30}} ", 14);
    let packed = BASE64_STANDARD.encode(secret.repeat(4));
    all.extend([
        format!("{}\n{}\n", &packed[..61], &packed[61..122]),
        format!("{}\\n{}\n", &packed[..64], &packed[64..]),
        format!("/{}\n", &packed[..100]),
        "aBcDeFgHiJkLmNoPqRsT\n".to_owned(),
        format!("x =3D {}=\n{}\n", &secret[..20], &secret[20..]),
        format!(
            "{}{}=\n{}\n",
            "word ".repeat(8),
            &secret[..30],
            &secret[30..]
        ),
        secret.bytes().map(|byte| format!("&#{byte};")).collect(),
        "# ".to_owned(),
        expand(r#"x = "{{\"kty\":\"EC\",\"d\":\"{base64url:43}\"}}""#, 15),
        "{\\\"".to_owned(),
    ]);
    all.push("{\n".to_owned() + &"  \"k\": 1,\n".repeat(60));
    // Columns, which are named far before their values.
    all.extend([
        "id,username,password\n".to_owned(),
        (16..40)
            .map(|seed| expand("7,ann,{alnum:14}\n", seed))
            .collect(),
        "INSERT INTO t (id, username, password) VALUES\n".to_owned(),
        (40..64)
            .map(|seed| expand("(7, 'ann', '{alnum:14}'),\n", seed))
            .collect(),
        "COPY t (id, username, password) FROM stdin;\n".to_owned(),
        (64..88)
            .map(|seed| expand("7\tann\t{alnum:14}\n", seed))
            .collect(),
    ]);
    assert_eq!(all.len(), PIECES);
    all
}

/// How many [`pieces`] there are.
const PIECES: usize = 43;

/// One step of a delta: text of its own, or a stretch of the base (start and length in 1/256).
#[derive(Clone, Debug)]
enum Step {
    Piece(usize),
    Copy(u8, u8),
    /// Goes on where the last copy ended, after so many bytes.
    Next(u8, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..PIECES).prop_map(Step::Piece),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(at, len)| Step::Copy(at, len)),
        4 => (0u8..12, any::<u8>()).prop_map(|(skip, len)| Step::Next(skip, len)),
    ];
    proptest::collection::vec(step, 1..9)
}

fn apply(base: &str, steps: &[Step]) -> (String, Vec<Copied>) {
    let pieces = pieces();
    let mut text = String::new();
    let mut copies: Vec<Copied> = Vec::new();
    let mut at = 0;
    for step in steps {
        let (src, len) = match step {
            Step::Piece(n) => {
                text += &pieces[*n];
                continue;
            }
            Step::Copy(from, len) => (
                base.len() * usize::from(*from) / 256,
                base.len() * usize::from(*len) / 256,
            ),
            Step::Next(skip, len) => (
                at + usize::from(*skip),
                base.len() * usize::from(*len) / 256,
            ),
        };
        let src = src.min(base.len());
        let len = len.min(base.len() - src);
        at = src + len;
        if len == 0 {
            continue;
        }
        let dst = text.len();
        text += &base[src..src + len];
        match copies.last_mut() {
            Some(last) if last.src + last.len == src && last.dst + last.len == dst => {
                last.len += len;
            }
            _ => copies.push(Copied { src, dst, len }),
        }
    }
    (text, copies)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_version_gives_what_a_plain_scan_gives(
        first in proptest::collection::vec(0..PIECES, 2..14),
        versions in proptest::collection::vec(steps(), 1..5),
    ) {
        let pieces = pieces();
        let mut text: String = first.iter().map(|n| pieces[*n].as_str()).collect();
        let first = scanner().scan_version(text.as_bytes(), None, &Watch::default());
        prop_assert!(first.candidates == scanner().scan(text.as_bytes()), "the first version");
        let mut known: Option<Known> = first.known;
        for (n, steps) in versions.iter().enumerate() {
            let (next, copies) = apply(&text, steps);
            let base = known.as_ref().map(|known| Base { known, copies });
            let then = scanner().scan_version(next.as_bytes(), base.as_ref(), &Watch::default());
            // Values are in neither side of the message.
            prop_assert!(then.candidates == scanner().scan(next.as_bytes()), "version {}", n + 1);
            (text, known) = (next, then.known);
        }
    }
}

#[test]
fn a_history_gives_the_same_by_its_differences_and_in_full() {
    let dir = Dir::repo();
    let mut lines: Vec<String> = (0..120).map(|n| format!("setting_{n} = {n}\n")).collect();
    for n in 0..40 {
        lines.insert((n * 37) % lines.len(), pieces()[n % 16].clone());
        if n % 3 == 0 {
            lines.remove((n * 53) % lines.len());
        }
        dir.write("config.txt", lines.concat());
        dir.write("other/copy.txt", lines[n..].concat());
        dir.commit(&format!("change {n}"));
    }
    dir.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let along = dir.json(&["history"]);
    let full = dir.json(&["history", "--full"]);
    assert!(findings(&along).len() >= 8);
    assert_eq!(along, full);
}
