//! Tests that a program has inside.

use std::ops::Range;

use crate::finding::{Aside, Evidence};

/// So many bytes of a line say what it is.
const LINE: usize = 128;
/// So many attributes may stand before a module.
const ATTRIBUTES: usize = 4;

/// Notes on what was found in a content, each with where it begins, whether it stands among the tests inside a program
/// of Rust. Only the path tells whether the content is one, so that this is asked of all and used by those.
pub fn mark_tests<'e>(bytes: &[u8], found: impl IntoIterator<Item = (usize, &'e mut Evidence)>) {
    let tests = tests_inside(bytes);
    for (start, evidence) in found {
        let before = tests.partition_point(|module| module.start <= start);
        if before > 0 && start < tests[before - 1].end {
            evidence.asides.push(Aside::InTests);
        }
    }
}

/// Where the tests of a program of Rust stand: in modules at the left edge that are compiled for tests alone. What
/// follows them is the program again. In order, apart.
fn tests_inside(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for start in memchr::memmem::find_iter(bytes, b"#[cfg(") {
        let inside = all.last().is_some_and(|module| start < module.end);
        if !inside && (start == 0 || bytes[start - 1] == b'\n') && begins_tests(&bytes[start..]) {
            all.push(start..start + length(&bytes[start..]));
        }
    }
    all
}

/// How far the first block of a program of Rust reaches, up to the brace that closes it. Braces in literals and
/// comments close nothing: else whoever writes one there would choose what counts as a test.
fn length(text: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        at += match rest {
            [b'{', ..] => {
                depth += 1;
                1
            }
            [b'}', ..] if depth <= 1 => return at,
            [b'}', ..] => {
                depth -= 1;
                1
            }
            [b'"', ..] => literal(text, at),
            // The name of a lifetime has no quote behind it.
            [b'\'', b'\\', _, tail @ ..] => 3 + tail.iter().take_while(|b| **b != b'\'').count(),
            [b'\'', _, b'\'', ..] => 3,
            [b'/', b'/', ..] => rest.iter().take_while(|b| **b != b'\n').count(),
            [b'/', b'*', ..] => comment(rest),
            _ => 1,
        };
    }
    text.len()
}

/// The length of the literal whose first quote stands at `at`; behind `r` and any number of `#` it knows no escapes.
fn literal(text: &[u8], at: usize) -> usize {
    let signs = text[..at].iter().rev().take_while(|b| **b == b'#').count();
    let rest = &text[at + 1..];
    if text[..at - signs].ends_with(b"r") {
        let end = [&b"\""[..], &text[at - signs..at]].concat();
        return memchr::memmem::find(rest, &end).map_or(rest.len(), |found| found + end.len()) + 1;
    }
    let mut escaped = false;
    let inside = |b: &&u8| {
        let ends = **b == b'"' && !escaped;
        escaped = **b == b'\\' && !escaped;
        !ends
    };
    2 + rest.iter().take_while(inside).count()
}

/// The length of the comment that a text begins with; one may stand in another.
fn comment(text: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth <= 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    text.len()
}

fn begins_tests(text: &[u8]) -> bool {
    let mut lines = text
        .splitn(ATTRIBUTES + 2, |b| *b == b'\n')
        .map(|line| &line[..line.len().min(LINE)]);
    let first = lines.next().unwrap_or_default();
    let conditional = [&b"#[cfg(test)]"[..], b"#[cfg(all(test,"];
    let module = |line: &[u8]| {
        let words = line.split(|b| *b == b' ').take(3);
        words.into_iter().any(|word| word == b"mod") && line.trim_ascii_end().ends_with(b"{")
    };
    conditional.iter().any(|form| first.starts_with(form))
        && lines
            .take(ATTRIBUTES)
            .find(|line| !line.starts_with(b"#[") && !line.starts_with(b"//"))
            .is_some_and(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_a_program_are_modules_at_the_left_edge() {
        // `@` begins and ends them.
        for marked in [
            "@#[cfg(test)]\nmod tests {\n@",
            "fn a() {}\n\n@#[cfg(test)]\nmod tests {\n@",
            "@#[cfg(all(test, feature = \"x\"))]\n#[allow(unused)]\npub(crate) mod tests {\r\n@",
            "#[cfg(test)]\nuse x;\n@#[cfg(test)]\nmod tests {@",
            "#[cfg(test)]\nmod tests;\nfn a() {",
            "  #[cfg(test)]\n  mod tests {",
            "#[cfg(unix)]\nmod tests {",
            "#[cfg(test)]\nfn a() {",
            "mod tests {",
            // What follows a module is the program.
            "@#[cfg(test)]\nmod t {\n@}\nfn a() {\n}\n@#[cfg(test)]\nmod u {\n    #[cfg(test)]\n    mod v {\n    }\n@}\n",
            "@#[cfg(test)]\nmod t {\n    @}\n    fn a() {\n    }\n",
            // No brace in a literal or a comment is one.
            "@#[cfg(test)]\nmod t {\n  a(\"{\\\"{\", '{', '\\'', r#\"{\"{\"#, b\"{\"); /* { /* { */ { */ // {\n  @}\n  const A: &str = 1;\n",
            "@#[cfg(test)]\nmod t {\n  a::<'x>(\"}\", '}', r\"}\\\");\n@}\n",
        ] {
            let text = marked.replace('@', "");
            let marks = marked.match_indices('@').enumerate();
            let marks: Vec<usize> = marks.map(|(n, (at, _))| at - n).collect();
            let expected: Vec<_> = marks.chunks(2).map(|two| two[0]..two[1]).collect();
            assert_eq!(tests_inside(text.as_bytes()), expected, "{text}");
        }
    }
}
