//! Tests that a program has inside.

use crate::finding::Evidence;

/// So many bytes of a line say what it is.
const LINE: usize = 128;
/// So many attributes may stand before a module.
const ATTRIBUTES: usize = 4;

/// Notes on what was found in a content, each with where it begins, whether it stands behind where the tests of a
/// program of Rust begin. Only the path tells whether the content is one, so that this is asked of all and used by
/// those.
pub fn mark_tests<'e>(bytes: &[u8], found: impl IntoIterator<Item = (usize, &'e mut Evidence)>) {
    let tests = tests_inside(bytes);
    for (start, evidence) in found {
        evidence.in_tests = tests.is_some_and(|tests| start >= tests);
    }
}

/// Where the tests of a program of Rust begin. They stand at its end: in a module that is compiled for tests alone, at
/// the left edge. What other modules of the program hold stands before it.
fn tests_inside(bytes: &[u8]) -> Option<usize> {
    let mut starts = memchr::memmem::find_iter(bytes, b"#[cfg(");
    starts.find(|&at| (at == 0 || bytes[at - 1] == b'\n') && begins_tests(&bytes[at..]))
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
    fn the_tests_of_a_program_begin_with_a_module_at_the_left_edge() {
        for (text, at) in [
            ("#[cfg(test)]\nmod tests {\n", Some(0)),
            ("fn a() {}\n\n#[cfg(test)]\nmod tests {\n", Some(11)),
            (
                "#[cfg(all(test, feature = \"x\"))]\n#[allow(unused)]\npub(crate) mod tests {\r\n",
                Some(0),
            ),
            ("#[cfg(test)]\nuse x;\n#[cfg(test)]\nmod tests {", Some(20)),
            ("#[cfg(test)]\nmod tests;\nfn a() {", None),
            ("  #[cfg(test)]\n  mod tests {", None),
            ("#[cfg(unix)]\nmod tests {", None),
            ("#[cfg(test)]\nfn a() {", None),
            ("mod tests {", None),
        ] {
            assert_eq!(tests_inside(text.as_bytes()), at, "{text}");
        }
    }
}
