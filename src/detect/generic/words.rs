//! Lists of words, one data file a list. The files are cut into words when the program is built, so
//! that nothing is read or allocated at run time.
//!
//! A line is a word, a line that starts with `#` says what the list or the next word is for, and
//! quotes around a word keep a blank at its end. Lists are sorted by their bytes, which a test holds.

/// A sorted list of words.
pub(super) struct Words(&'static [&'static str]);

impl Words {
    /// Whether `word` is in the list.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.0.binary_search(&word).is_ok()
    }

    /// Whether `word` is in the list, in any case.
    pub(super) fn contains_any_case(&self, word: &[u8]) -> bool {
        self.iter()
            .any(|one| word.eq_ignore_ascii_case(one.as_bytes()))
    }

    /// Whether `word` is in the list, where `*key` stands for every word that ends in `key`.
    pub(super) fn fits(&self, word: &str) -> bool {
        // Asked of every word of every name: the last byte turns most away.
        let word = word.as_bytes();
        self.iter().map(str::as_bytes).any(|one| {
            one.last() == word.last()
                && match one {
                    [b'*', end @ ..] => word.ends_with(end),
                    _ => word == one,
                }
        })
    }

    /// Whether `text` starts with a word of the list.
    pub(super) fn starts(&self, text: &[u8]) -> bool {
        self.iter()
            .any(|one| one.as_bytes().first() == text.first() && text.starts_with(one.as_bytes()))
    }

    /// The word of the list that `text` ends with.
    pub(super) fn end_of(&self, text: &[u8]) -> Option<&'static str> {
        self.iter()
            .find(|one| one.as_bytes().last() == text.last() && text.ends_with(one.as_bytes()))
    }

    /// The longest word of the list that `text` starts with.
    pub(super) fn longest_start_of(&self, text: &[u8]) -> Option<&'static str> {
        let starts = self.iter().filter(|one| text.starts_with(one.as_bytes()));
        starts.max_by_key(|one| one.len())
    }

    /// The words.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }
}

/// The word of a line of a list; `None` for what says something about the list.
const fn word(line: &str) -> Option<&str> {
    match line.as_bytes() {
        [] | [b'#', ..] => None,
        [b'"', .., b'"'] => Some(line.split_at(line.len() - 1).0.split_at(1).1),
        _ => Some(line),
    }
}

/// The first line of `text` without its end, and what follows it.
const fn line(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b'\n' {
        end += 1;
    }
    let rest = text
        .split_at(if end < bytes.len() { end + 1 } else { end })
        .1;
    // Checked out with the line ends of Windows.
    let end = if end > 0 && bytes[end - 1] == b'\r' {
        end - 1
    } else {
        end
    };
    (text.split_at(end).0, rest)
}

/// How many words a list has.
const fn count(mut text: &str) -> usize {
    let mut count = 0;
    while !text.is_empty() {
        let (first, rest) = line(text);
        count += word(first).is_some() as usize;
        text = rest;
    }
    count
}

/// The words of a list.
const fn cut<const N: usize>(mut text: &'static str) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while !text.is_empty() {
        let (first, rest) = line(text);
        if let Some(word) = word(first) {
            words[at] = word;
            at += 1;
        }
        text = rest;
    }
    words
}

macro_rules! lists {
    ($($name:ident $file:literal,)*) => {
        $(
            pub(super) static $name: Words = {
                const TEXT: &str = include_str!(concat!("words/", $file, ".txt"));
                static LIST: [&str; count(TEXT)] = cut(TEXT);
                Words(&LIST)
            };
        )*

        /// Every list, by the name of its file.
        #[cfg(test)]
        const ALL: &[(&str, &Words)] = &[$(($file, &$name),)*];
    };
}

// What each list is for stands at the head of its file.
lists! {
    ACTIONS "actions",
    ALGORITHMS "algorithms",
    ASKS "asks",
    CHOICES "choices",
    COLUMN_TAKERS "column_takers",
    DENIES "denies",
    DESCRIBES "describes",
    FAILS "fails",
    FETCHES "fetches",
    FILE_ENDS "file_ends",
    FILLERS "fillers",
    HASH_HEADS "hash_heads",
    KEEPERS "keepers",
    KEPT_ELSEWHERE "kept_elsewhere",
    KEPT_UNDER "kept_under",
    KEY_FILES "key_files",
    KEY_OWNERS "key_owners",
    KNOWN_TO_ALL "known_to_all",
    LABELS "labels",
    LANGUAGE "language",
    MADE_ANYWHERE "made_anywhere",
    MADE_FROM "made_from",
    MADE_UP "made_up",
    MEDIA_ENDS "media_ends",
    NO_KEYS "no_keys",
    OBJECTS "objects",
    ONCE "once",
    OPEN_NAMES "open_names",
    POPULAR "popular",
    PROSE "prose",
    PUBLIC_KEYS "public_keys",
    SAMPLE_STEMS "sample_stems",
    SAYS_ACCESS_KEY "says_access_key",
    SAYS_AUTH "says_auth",
    SAYS_CREDENTIAL "says_credential",
    SAYS_KEY "says_key",
    SAYS_PASSWORD "says_password",
    SAYS_PASSWORD_ELSEWHERE "says_password_elsewhere",
    SAYS_SECRET "says_secret",
    SAYS_TOKEN "says_token",
    SECRET_WORDS "secret_words",
    SECRETS_ELSEWHERE "secrets_elsewhere",
    TECHNICAL "technical",
    TOKEN_MARKS "token_marks",
    UNITS_OF_TIME "units_of_time",
    WAYS_TO_SIGN_IN "ways_to_sign_in",
    WEAK "weak",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_say_what_they_are_for() {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detect/generic/words");
        let mut files: Vec<String> = std::fs::read_dir(&folder)
            .expect("the folder is there")
            .map(|entry| {
                entry
                    .expect("can be read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        files.sort();
        let used: Vec<String> = ALL.iter().map(|(file, _)| format!("{file}.txt")).collect();
        assert_eq!(files, used, "every file is a list that something asks");
        for (file, list) in ALL {
            let text =
                std::fs::read_to_string(folder.join(format!("{file}.txt"))).expect("is text");
            assert!(text.starts_with("# "), "{file} says what it is for");
            assert!(!list.0.is_empty(), "{file}");
            assert!(
                list.0.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()),
                "{file} is sorted, and no word stands in it twice"
            );
        }
    }

    #[test]
    fn a_line_is_a_word_or_says_something_of_the_list() {
        const TEXT: &str = "# a list\r\n\r\napple\r\n\"pear \"\nplum";
        assert_eq!(cut::<{ count(TEXT) }>(TEXT), ["apple", "pear ", "plum"]);
    }
}
