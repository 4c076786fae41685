//! Tokens whose own name says that somebody made them up: `const FAKE_RSA_KEY`.

use super::{key, words};

/// How far before a token its name is looked for, in bytes of the same line.
const REACH: usize = 96;
/// What is judged anew when a file changes reaches as far.
const _: () = assert!(REACH <= super::JUDGED);

const WHY: &str = "its name says that it is made up";

/// Why the token that starts at byte `start` opens nothing: a word for what is made up stands before it in
/// its line, as a part of a name or alone. A key that keeps its form is no less made up for it.
///
/// `test` is no such word: tokens of test accounts open something.
pub fn made_up(bytes: &[u8], start: usize) -> Option<&'static str> {
    let near = &bytes[start.saturating_sub(REACH)..start];
    let line = memchr::memrchr(b'\n', near).map_or(near, |at| &near[at + 1..]);
    let names = line.split(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    let of_names = names.filter(|name| name.len() >= 4).flat_map(key::split);
    let mut said = of_names.filter(|word| words::MADE_UP.contains(word));
    said.next().map(|_| WHY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_of_a_name_in_the_same_line_says_it() {
        for (before, said) in [
            ("const TEST_FAKE_RSA_KEY_0: &str = \"", true),
            ("dummyToken = '", true),
            ("# a bogus one: ", true),
            ("\"fake-key\": \"", true),
            ("const TEST_RSA_KEY: &str = \"", false),
            ("fakery = '", false),
            ("# fake\nTOKEN=", false),
            ("token = ", false),
        ] {
            let text = format!("{before}q8ZrKd93Lw0xTm");
            let why = made_up(text.as_bytes(), before.len());
            assert_eq!(why.is_some(), said, "{before}");
        }
    }
}
