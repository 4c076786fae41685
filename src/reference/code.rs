//! Variables of the environment that code reads.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Kind;
use super::page::{MAX_NAME, Page, identifier, joins};

/// How the name stands behind the word that reads it.
#[derive(Clone, Copy)]
enum Behind {
    /// In quotes.
    Quoted,
    /// Bare.
    Bare,
}

/// Words that read the environment, each with an example of a test.
const READS: &[(&str, Behind)] = &[
    ("os.environ[", Behind::Quoted),
    ("os.environ.get(", Behind::Quoted),
    ("environ[", Behind::Quoted),
    ("environ.get(", Behind::Quoted),
    ("os.getenv(", Behind::Quoted),
    ("process.env.", Behind::Bare),
    ("process.env[", Behind::Quoted),
    ("import.meta.env.", Behind::Bare),
    ("Bun.env.", Behind::Bare),
    ("Deno.env.get(", Behind::Quoted),
    ("env::var(", Behind::Quoted),
    ("env::var_os(", Behind::Quoted),
    ("env!(", Behind::Quoted),
    ("ENV[", Behind::Quoted),
    ("ENV.fetch(", Behind::Quoted),
    ("os.Getenv(", Behind::Quoted),
    ("os.LookupEnv(", Behind::Quoted),
    ("getenv(", Behind::Quoted),
    ("$_ENV[", Behind::Quoted),
    ("System.getenv(", Behind::Quoted),
    ("System.getenv().get(", Behind::Quoted),
    ("System.get_env(", Behind::Quoted),
    ("System.fetch_env!(", Behind::Quoted),
    ("Environment.GetEnvironmentVariable(", Behind::Quoted),
];

/// Ends of files of code.
const ENDS: &[&str] = &[
    "py", "pyw", "ipynb", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte",
    "rs", "rb", "erb", "rake", "go", "php", "java", "kt", "kts", "scala", "groovy", "gradle", "cs",
    "fs", "vb", "c", "h", "cc", "cpp", "hpp", "ex", "exs", "swift", "dart", "lua", "pl",
];

/// Blanks between the word and the name.
const BLANKS: usize = 64;

/// Whether the name of a file says that it holds code.
pub(super) fn is_code(name: &[u8]) -> bool {
    let end = name.iter().rposition(|byte| *byte == b'.');
    end.is_some_and(|at| ENDS.iter().any(|end| end.as_bytes() == &name[at + 1..]))
}

/// Every read of the environment by a name that says it is of a secret.
pub(super) fn code(page: &mut Page<'_>) {
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(READS.iter().map(|(word, _)| word))
            .expect("a few short words")
    });
    let bytes = page.bytes;
    for hit in WORDS.find_iter(bytes) {
        if hit.start() > 0 && joins(bytes[hit.start() - 1]) && joins(bytes[hit.start()]) {
            continue;
        }
        let end = bytes.len().min(hit.end() + BLANKS + MAX_NAME + 2);
        let rest = &bytes[hit.end()..end];
        page.steps += rest.len() as u64;
        let (_, behind) = READS[hit.pattern().as_usize()];
        let name = match behind {
            Behind::Bare => identifier(rest),
            Behind::Quoted => quoted(rest),
        };
        if !name.is_empty() {
            let n = page.line_of(hit.start());
            page.add_secret(n, Kind::Environment, name);
        }
    }
}

/// The name in quotes that a text begins with, blanks before it not counted.
fn quoted(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    // In a notebook, which is JSON, quotes have a backslash before them.
    let text = text.strip_prefix(b"\\").unwrap_or(text);
    match text.split_first() {
        Some((b'"' | b'\'' | b'`', rest)) => {
            let name = identifier(rest);
            match rest.get(name.len()) {
                Some(b'"' | b'\'' | b'`' | b'\\') => name,
                _ => &[],
            }
        }
        _ => &[],
    }
}
