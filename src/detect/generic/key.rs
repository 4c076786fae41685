//! What a name says about its value.

use std::sync::LazyLock;

use super::refusal::Refusal;
use super::words::{self, Words};

/// The kind of secret that a name speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Says {
    Password,
    Secret,
    Token,
    /// `api_key`, `access_key`, `private_key`, …
    AccessKey,
    Credential,
    Auth,
    /// `key` alone or with an owner that says nothing.
    Key,
    #[default]
    Nothing,
}

/// A name, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    pub says: Says,
    /// Why it says nothing, when it does.
    pub refused: Option<Refusal>,
    /// Its last part describes a secret (`token_type`) or a part of it denies one.
    pub denied: bool,
    /// The part that says so is the last one (digits apart).
    pub last: bool,
    /// Upper case throughout.
    pub constant: bool,
    /// A method or member: starts with `set`, `with`, or has a dot.
    pub dotted: bool,
    /// The word is `pass`, which is a verb and a verdict too.
    pub verb: bool,
    /// Starts with a word that makes it a question or an action (`is`, `has`, `get`, `check`).
    pub action: bool,
    /// The token of one form or visit (`csrf_token`).
    pub once: bool,
    /// Of what is made from a secret (`token_hash`).
    pub made: bool,
}

impl Name {
    /// What it names is a password, which people choose.
    pub(super) fn is_password(&self) -> bool {
        self.says == Says::Password
    }
}

/// Whether a name says that its value is a secret: `DB_PASSWORD`, `apiKey`, and not `token_type`.
pub fn is_secret_name(name: &[u8]) -> bool {
    let name = read(name);
    name.says != Says::Nothing && name.refused.is_none() && !name.denied && !name.made && !name.once
}

/// Splits a name into lower-case words at separators and at changes of case. At most 16 words.
pub(in crate::detect) fn split(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut last = 0u8;
    for (i, &b) in name.iter().enumerate() {
        let next = name.get(i + 1).copied().unwrap_or(0);
        let cut = b.is_ascii_uppercase()
            && (last.is_ascii_lowercase()
                || last.is_ascii_digit()
                || (last.is_ascii_uppercase() && next.is_ascii_lowercase() && next != b's'));
        if (cut || !b.is_ascii_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if b.is_ascii_alphanumeric() {
            word.push(b.to_ascii_lowercase() as char);
        }
        last = b;
        if words.len() >= 16 {
            break;
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// What a word of a name says: how much that weighs against the other words of the name, the words
/// that say it, and one of them. The first row that knows the word decides.
const KINDS: &[(Says, u8, &Words, &str)] = &[
    (Says::Nothing, 0, &words::NO_KEYS, "compass"),
    (Says::Nothing, 0, &words::PUBLIC_KEYS, "sshpubkey"),
    (Says::Password, 7, &words::SAYS_PASSWORD, "dbpasswd"),
    (Says::Secret, 6, &words::SAYS_SECRET, "clientsecret"),
    (Says::AccessKey, 6, &words::SAYS_ACCESS_KEY, "apikey"),
    (Says::Token, 5, &words::SAYS_TOKEN, "jwt"),
    (Says::Credential, 4, &words::SAYS_CREDENTIAL, "creds"),
    (Says::Auth, 2, &words::SAYS_AUTH, "oauth"),
    (Says::Key, 3, &words::SAYS_KEY, "hashkey"),
];

/// Words that say together what neither says alone, and that a list has as one.
const TOGETHER: &[(&str, &str)] = &[("hash", "salt")];

/// What one word says, and how much that weighs.
fn one(word: &str) -> (Says, u8) {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    KINDS
        .iter()
        .find(|(_, _, list, _)| list.fits(word))
        .map_or((Says::Nothing, 0), |(says, rank, ..)| (*says, *rank))
}

/// A name whose words are known, and which of them is the one for a secret.
struct Parts<'a> {
    name: &'a [u8],
    words: &'a [String],
    says: Says,
    /// The word for a secret is so far from the first.
    at: usize,
    /// No word of weight follows it.
    last: bool,
}

impl Parts<'_> {
    /// The word `back` places before the one at `at`, or nothing.
    fn before(&self, at: usize) -> &str {
        at.checked_sub(1)
            .and_then(|at| self.words.get(at))
            .map_or("", String::as_str)
    }

    fn any(&self, list: &Words) -> bool {
        self.words.iter().any(|word| list.contains(word))
    }

    /// A part of it says that it is no secret. The password of the first of several servers is one: only of a key
    /// does `primary` say what it is to a table.
    fn is_denied(&self) -> bool {
        let denies = |word: &String| {
            words::DENIES.contains(word) && !(word == "primary" && self.says == Says::Password)
        };
        // What Kubernetes calls a secret is named, not written, in the setting of another program.
        let of_cluster = self.words.windows(2).any(|two| {
            ["kube", "k8s", "kubernetes"].contains(&two[0].as_str()) && two[1] == "secret"
        });
        of_cluster || self.words.iter().any(denies)
    }

    /// `pass` in the middle of a name is the verb.
    fn is_verb(&self) -> bool {
        !self.last && self.words.get(self.at).is_some_and(|word| word == "pass")
    }

    /// The first or second time that a program goes over what it works on.
    fn is_round(&self) -> bool {
        const WHICH: &[&str] = &[
            "first", "second", "third", "single", "multi", "two", "render", "low", "high", "band",
        ];
        self.words.get(self.at).is_some_and(|word| word == "pass")
            && WHICH.contains(&self.before(self.at))
    }

    /// `page_token` is a place in a list.
    fn is_mark(&self) -> bool {
        self.says == Says::Token && words::TOKEN_MARKS.contains(self.before(self.at))
    }

    /// A page's `data-` attributes steer scripts, unless the secret's word ends them, and Vue's directives (`v-…`)
    /// hold expressions.
    fn is_attribute(&self) -> bool {
        !self.last && self.name.starts_with(b"data-") || self.name.starts_with(b"v-")
    }

    /// Words side by side that name what is shown to everyone.
    fn is_public(&self) -> bool {
        words::OPEN_NAMES.iter().any(|open| {
            let len = open.split(' ').count();
            let same = |part: &[String]| part.iter().map(String::as_str).eq(open.split(' '));
            self.words.windows(len).any(same)
        })
    }

    /// `auth.username`: who is let in, where the name says no more than that somebody is.
    fn is_user(&self) -> bool {
        let user = |word: &String| matches!(word.as_str(), "user" | "username" | "userid");
        self.says == Says::Auth && self.words.iter().any(user)
    }

    /// `commonPasswords`, `password_blacklist`: what nobody is to take. Both words stand in one member of a name.
    fn is_list_of_known(&self) -> bool {
        let many = |word: &String| {
            matches!(word.as_str(), "passwords" | "list" | "dictionary")
                || word.ends_with("blacklist")
        };
        let known = |word: &String| words::KNOWN_TO_ALL.contains(word);
        self.says == Says::Password
            && self.any(&words::KNOWN_TO_ALL)
            && self
                .name
                .split(|b| *b == b'.')
                .map(split)
                .any(|member| member.iter().any(many) && member.iter().any(known))
    }

    /// `password_characters`: what a generator draws from.
    fn is_of_characters(&self) -> bool {
        const CALLED: &[&str] = &["alphabet", "characters", "chars", "charset"];
        !self.last
            && self
                .words
                .last()
                .is_some_and(|word| CALLED.contains(&word.as_str()))
    }

    /// `some-auth-0.2.tar.gz`: the file that a list gives the digest of.
    fn is_file(&self) -> bool {
        words::FILE_ENDS.iter().any(|end| {
            self.name.len() > end.len()
                && self.name[self.name.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
        })
    }

    /// `password_timestamp_key` is where the time is kept.
    fn is_described(&self, tail: &str) -> bool {
        !self.last
            && matches!(tail, "key" | "keys")
            && self.at + 2 < self.words.len()
            && words::DESCRIBES.contains(self.before(self.words.len() - 1))
    }
}

/// A name that says nothing although it holds a word for a secret: the reason, the test, and a name
/// of which it is true.
type Row = (Refusal, fn(&Parts<'_>) -> bool, &'static str);

/// The first row that is true of a name decides.
const NOTHING: &[Row] = &[
    (Refusal::Verb, |n| n.is_verb(), "pass_through"),
    (Refusal::Round, |n| n.is_round(), "scaleFirstPass"),
    (Refusal::PlaceInList, |n| n.is_mark(), "next_page_token"),
    (Refusal::Attribute, |n| n.is_attribute(), "data-token-url"),
    (Refusal::PublicName, |n| n.is_public(), "private_key_id"),
    (
        Refusal::Characters,
        |n| n.is_of_characters(),
        "maple_password_characters",
    ),
    (Refusal::FileName, |n| n.is_file(), "some-auth-0.2.tar.gz"),
    (
        Refusal::PublicName,
        |n| n.is_user(),
        "session.auth.username_in",
    ),
    (
        Refusal::KnownToAll,
        |n| n.is_list_of_known(),
        "rules.commonPasswords",
    ),
];

/// A letter, whatever its case, as a number from 1 to 26; everything else is 0.
const fn letter(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        b @ b'a'..=b'z' => (b - b'a' + 1) as usize,
        _ => 0,
    }
}

/// The place of three letters in a table of them all.
const fn triple(letters: [u8; 3]) -> usize {
    (letter(letters[0]) * 27 + letter(letters[1])) * 27 + letter(letters[2])
}

/// The last three letters of every word that says something, at their place among all triples.
static ENDS: LazyLock<Box<[bool]>> = LazyLock::new(|| {
    let mut ends = vec![false; 27 * 27 * 27].into_boxed_slice();
    let saying = KINDS.iter().filter(|(says, ..)| *says != Says::Nothing);
    for word in saying.flat_map(|(_, _, list, _)| list.iter()) {
        match *word.trim_start_matches('*').as_bytes() {
            [.., a, b, c] => ends[triple([a, b, c])] = true,
            // A word of two letters may have anything before it.
            [b, c] => (0..27).for_each(|a| ends[a * 27 * 27 + triple([0, b, c])] = true),
            _ => unreachable!("a word of one letter says nothing"),
        }
    }
    ends
});

/// Whether a word of a name can say something: quick, and right wherever it denies. Most names that
/// are asked about have no such word, and cutting them into words is what reading them costs.
fn may_say(name: &[u8]) -> bool {
    let at = |i: Option<usize>| i.and_then(|i| name.get(i)).copied().unwrap_or(0);
    (0..name.len()).any(|i| {
        // A word ends before whatever is no small letter.
        name[i].is_ascii_alphabetic()
            && !at(Some(i + 1)).is_ascii_lowercase()
            && ENDS[triple([at(i.checked_sub(2)), at(i.checked_sub(1)), name[i]])]
    })
}

/// Reads a name.
pub(super) fn read(name: &[u8]) -> Name {
    if name.is_ascii() && !may_say(name) {
        return Name {
            refused: Some(Refusal::NoName),
            ..Name::default()
        };
    }
    read_whole(name)
}

/// The same without a quick look before.
fn read_whole(name: &[u8]) -> Name {
    if !name.is_ascii() && in_another_script(name) {
        return Name {
            says: Says::Password,
            last: true,
            ..Name::default()
        };
    }
    let (words, is_member) = words_of(name);
    let (says, at) = telling(&words);
    let last = words
        .iter()
        .skip(at + 1)
        .all(|word| word.bytes().all(|b| b.is_ascii_digit()) || word == "value" || word == "key");
    let parts = Parts {
        name,
        words: &words,
        says,
        at,
        last,
    };
    let refused = match says {
        Says::Nothing => Some(Refusal::NoName),
        _ => NOTHING
            .iter()
            .find(|(_, test, _)| test(&parts))
            .map(|(refusal, ..)| *refusal),
    };
    let tail = words
        .last()
        .map_or("", String::as_str)
        .trim_end_matches(|c: char| c.is_ascii_digit());
    let first = words.first().map_or("", String::as_str);
    let says = if refused.is_some() {
        Says::Nothing
    } else {
        says
    };
    Name {
        says,
        refused,
        denied: !last && words::DESCRIBES.contains(tail)
            || parts.is_described(tail)
            || parts.is_denied(),
        verb: words.get(at).is_some_and(|word| word == "pass"),
        last,
        constant: name.iter().any(u8::is_ascii_uppercase)
            && !name.iter().any(u8::is_ascii_lowercase),
        dotted: is_member || first == "set" || first == "with",
        once: says == Says::Token && words.iter().any(|word| words::ONCE.starts(word.as_bytes())),
        made: words
            .last()
            .is_some_and(|word| words::MADE_FROM.contains(word))
            || parts.any(&words::MADE_ANYWHERE),
        action: words.len() > 1 && words::ACTIONS.contains(first),
    }
}

/// The words of a name, and whether it is a member's. The last member says what it is, when it says
/// anything.
fn words_of(name: &[u8]) -> (Vec<String>, bool) {
    let tail_at = name.iter().rposition(|&b| b == b'.').map_or(0, |p| p + 1);
    let mut words = split(&name[tail_at..]);
    if words.iter().all(|word| one(word).0 == Says::Nothing) {
        words = split(name);
    }
    (words, tail_at > 0)
}

/// Names of which only the word for a password is read.
fn in_another_script(name: &[u8]) -> bool {
    // "is", behind the word.
    const IS: &[char] = &['为', '是', 'は', 'が'];
    let text = String::from_utf8_lossy(name);
    let own = text.trim_end_matches(|c: char| IS.contains(&c) || c.is_ascii_digit());
    // A word behind it makes it a text about passwords ("the password was changed").
    words::SAYS_PASSWORD_ELSEWHERE
        .iter()
        .any(|word| own.ends_with(word) || word.is_ascii() && text.contains(word))
}

/// What the words of a name say, and which of them says it: the weightiest, of equal ones the last.
fn telling(words: &[String]) -> (Says, usize) {
    let (mut says, mut most, mut at) = (Says::Nothing, 0, 0);
    for (i, word) in words.iter().enumerate() {
        let (mut this, mut rank) = one(word);
        let before = i.checked_sub(1).map_or("", |before| words[before].as_str());
        if TOGETHER.contains(&(before, word)) {
            (this, rank) = one(&[before, word].concat());
        }
        if this == Says::Key && i > 0 && words::KEY_OWNERS.contains(&words[i - 1]) {
            (this, rank) = (Says::AccessKey, 6);
        }
        if rank > 0 && rank >= most {
            (says, most, at) = (this, rank, i);
        }
    }
    (says, at)
}

/// Names of which a row of [`NOTHING`] is true.
pub(super) fn examples() -> impl Iterator<Item = (Refusal, &'static str)> {
    NOTHING.iter().map(|(refusal, _, name)| (*refusal, *name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words of every list between operators of every kind, with and without digits and capitals.
    fn names() -> impl Strategy<Value = String> {
        let listed = KINDS.iter().flat_map(|(_, _, list, _)| list.iter());
        let listed: Vec<&str> = listed.map(|word| word.trim_start_matches('*')).collect();
        let word = prop_oneof![
            3 => proptest::sample::select(listed).prop_map(str::to_owned),
            2 => "[a-zA-Z]{0,5}",
            1 => "[0-9_.A-Z-]{0,3}",
        ];
        let cased = (word, 0..3).prop_map(|(word, case)| match case {
            0 => word,
            1 => word.to_uppercase(),
            _ => word[..1.min(word.len())].to_uppercase() + &word[1.min(word.len())..],
        });
        proptest::collection::vec(cased, 0..6).prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn the_quick_look_denies_nothing_that_says_something(name in names()) {
            let (quick, whole) = (read(name.as_bytes()), read_whole(name.as_bytes()));
            prop_assert_eq!((quick.says, quick.refused), (whole.says, whole.refused), "{}", name);
        }
    }

    #[test]
    fn every_kind_is_told_by_its_example() {
        for (row, (says, rank, _, word)) in KINDS.iter().enumerate() {
            let first = KINDS.iter().position(|(_, _, list, _)| list.fits(word));
            assert_eq!(first, Some(row), "{word}");
            assert_eq!(one(word), (*says, *rank), "{word}");
        }
    }

    #[test]
    fn every_name_that_says_nothing_is_told_by_its_own_row() {
        for (refusal, _, name) in NOTHING {
            assert_eq!(read(name.as_bytes()).refused, Some(*refusal), "{name}");
        }
    }
}
