//! Which provider a name speaks of: where a provider's word counts, what kind of thing the rest of the
//! name says, and whether a value has one of that provider's forms.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use super::{generic, pattern, token};
use crate::rule::{Kind, RuleSet};

/// The reason of a value whose name ends in a word for something public.
pub(super) const DENIED: &str = "the last word of its name is for something else";
/// The reason of a form whose checksum is wrong.
pub(super) const ALTERED: &str = "a checksum failed: altered, truncated or made up";

/// Words that stand glued to a provider's in one run of letters: `mailgunapikey`.
const GLUED_BEHIND: &[&str] = &[
    "access", "acc", "account", "admin", "ai", "api", "app", "auth", "bearer", "bot", "client",
    "consumer", "cred", "db", "id", "key", "live", "login", "oauth", "org", "pass", "pat",
    "personal", "priv", "prod", "project", "pub", "pw", "rest", "sdk", "secret", "service",
    "signing", "sk", "test", "token", "url", "user", "webhook",
];
/// The same before it: `myherokukey`.
const GLUED_BEFORE: &[&str] = &[
    "dev", "live", "my", "new", "old", "our", "prod", "test", "the", "use", "your",
];

/// Last words of names whose value is public whoever's name it is.
const ELSEWHERE: &[&str] = &[
    "arn",
    "audience",
    "branch",
    "bucket",
    "channel",
    "checksum",
    "class",
    "commit",
    "count",
    "date",
    "description",
    "digest",
    "dir",
    "directory",
    "domain",
    "email",
    "endpoint",
    "event",
    "events",
    "file",
    "filename",
    "files",
    "fingerprint",
    "folder",
    "format",
    "group",
    "guid",
    "hash",
    "host",
    "hostname",
    "id",
    "identifier",
    "identifiers",
    "ids",
    "image",
    "index",
    "issuer",
    "label",
    "length",
    "level",
    "limit",
    "link",
    "message",
    "mode",
    "name",
    "names",
    "namespace",
    "number",
    "org",
    "organization",
    "owner",
    "path",
    "paths",
    "pattern",
    "port",
    "project",
    "queue",
    "ref",
    "regex",
    "region",
    "release",
    "repo",
    "repository",
    "revision",
    "role",
    "scope",
    "scopes",
    "sha",
    "size",
    "state",
    "status",
    "table",
    "tag",
    "team",
    "template",
    "time",
    "timeout",
    "timestamp",
    "title",
    "topic",
    "ttl",
    "type",
    "uri",
    "url",
    "urls",
    "username",
    "uuid",
    "version",
    "zone",
];

/// Words of a name beside a provider's that leave it the name of what the provider issues. Any other
/// (`webhook`, `cookie`, `smtp`, `database`) may be a secret that its owner thought up.
const ISSUED: &[&str] = &[
    "access",
    "account",
    "admin",
    "ai",
    "api",
    "app",
    "application",
    "auth",
    "bearer",
    "client",
    "consumer",
    "default",
    "dev",
    "env",
    "live",
    "my",
    "new",
    "next",
    "oauth",
    "old",
    "our",
    "personal",
    "prod",
    "production",
    "public",
    "react",
    "read",
    "rest",
    "sandbox",
    "server",
    "service",
    "staging",
    "test",
    "the",
    "user",
    "v1",
    "v2",
    "v3",
    "vite",
    "vue",
    "write",
];
/// Words of an interface: beside them a word of any language is the provider's name.
const INTERFACE: &[&str] = &[
    "access", "api", "apikey", "app", "auth", "bearer", "client", "consumer", "oauth", "pat",
    "personal", "rest",
];
/// Words for the thing itself.
const THINGS: &[&str] = &[
    "apikey", "key", "keys", "pat", "secret", "secrets", "token", "tokens",
];

/// Whether a provider's word at `hit` is a word of its name: it starts and ends where a name is cut
/// (by signs, a change of case, digits), or with a word of the lists above beside it.
pub(super) fn is_word(bytes: &[u8], hit: &Range<usize>) -> bool {
    starts(bytes, hit) && ends(bytes, hit)
}

fn starts(bytes: &[u8], hit: &Range<usize>) -> bool {
    let first = bytes[hit.start];
    let cut = |at: usize| match at.checked_sub(1).map(|before| bytes[before]) {
        None => true,
        Some(b)
            if !b.is_ascii_alphanumeric() || b.is_ascii_digit() != bytes[at].is_ascii_digit() =>
        {
            true
        }
        Some(b) if b.is_ascii_lowercase() => bytes[at].is_ascii_uppercase(),
        // `HTTPGithub`
        Some(_) => {
            bytes[at].is_ascii_uppercase() && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase)
        }
    };
    cut(hit.start)
        || !first.is_ascii_alphanumeric()
        || GLUED_BEFORE.iter().any(|word| {
            let start = hit.start.checked_sub(word.len());
            start.is_some_and(|start| {
                bytes[start..hit.start].eq_ignore_ascii_case(word.as_bytes()) && cut(start)
            })
        })
}

fn ends(bytes: &[u8], hit: &Range<usize>) -> bool {
    let rest = &bytes[hit.end..];
    let (last, Some(&next)) = (bytes[hit.end - 1], rest.first()) else {
        return true;
    };
    if !next.is_ascii_alphanumeric() || !last.is_ascii_alphanumeric() {
        return true;
    }
    let cut = match last {
        b'0'..=b'9' => true,
        _ if next.is_ascii_digit() => true,
        b'a'..=b'z' => next.is_ascii_uppercase(),
        // `AWSSecret`
        _ => next.is_ascii_uppercase() && rest.get(1).is_some_and(u8::is_ascii_lowercase),
    };
    cut || GLUED_BEHIND.iter().any(|word| {
        rest.get(..word.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// The last word of a name, when it says that the value is something public: `project_id`.
pub(super) fn elsewhere(name: &[u8]) -> Option<String> {
    let mut word = generic::words_of_name(name).pop()?;
    word.truncate(word.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    ELSEWHERE
        .binary_search(&word.as_str())
        .is_ok()
        .then_some(word)
}

/// The providers of a set of rules, by the words that names have for them and by what their tokens
/// start with.
pub(super) struct Providers {
    /// A name without signs, lower case, and the rules of that provider.
    by_word: HashMap<String, Vec<usize>>,
    /// Names that are words of their rules only, and may be words of a language.
    weak: HashSet<String>,
    /// The first bytes of a literal that tokens start with, and the rules of such tokens.
    by_start: HashMap<[u8; START], Vec<usize>>,
    /// The least and the greatest length of a token of each rule, in bytes, once somebody asks.
    lengths: Vec<OnceLock<Option<(usize, usize)>>>,
}

/// So many bytes at the start of a value are no coincidence.
const START: usize = 4;
/// A shorter word of a rule, without its signs, stands for other things, too.
const SHORTEST: usize = 5;

impl Providers {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_start: HashMap<[u8; START], Vec<usize>> = HashMap::new();
        let mut weak = HashSet::new();
        // Those of a repository are not to lower what others find.
        let own = rules.rules.iter().enumerate();
        for (index, rule) in own.filter(|(_, rule)| !rule.is_of_repository()) {
            let mut words: Vec<String> = rule.names.iter().map(|name| name.to_string()).collect();
            match &rule.kind {
                Kind::Context(context) => {
                    for (word, joined) in context.words.iter().filter_map(|word| plain(word)) {
                        if !joined && !words.contains(&word) {
                            weak.insert(word.clone());
                        }
                        words.push(word);
                    }
                }
                Kind::Token(token) if token.prefix => {
                    let literals = token.literals.iter().map(|literal| literal.text.as_bytes());
                    for start in literals.filter_map(|text| text.first_chunk::<START>()) {
                        by_start.entry(*start).or_default().push(index);
                    }
                }
                _ => {}
            }
            words.sort();
            words.dedup();
            for word in words {
                by_word.entry(word).or_default().push(index);
            }
        }
        Providers {
            by_word,
            weak,
            by_start,
            lengths: rules.rules.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// The rules of the providers that a name speaks of, when the rest of it says that the value is
    /// what the provider issues: `MAILGUN_API_KEY`, not `mailgun_smtp_password`.
    pub(super) fn issued(&self, rules: &RuleSet, name: &[u8]) -> Option<&Vec<usize>> {
        let words = generic::words_of_name(name);
        let spans = (0..words.len()).flat_map(|start| {
            (start + 1..=words.len().min(start + LONGEST)).map(move |end| start..end)
        });
        spans.into_iter().find_map(|span| {
            let joined = words[span.clone()].concat();
            let (stem, of, glued) = self.of(&joined)?;
            let rest = words[..span.start].iter().chain(&words[span.end..]);
            let rest: Vec<&str> = rest.map(String::as_str).chain(glued).collect();
            let among = |list: &[&str]| rest.iter().any(|word| list.contains(word));
            // `STRIPE_WEBHOOK_SECRET`: the provider has a rule for secrets of this kind.
            let kind = |word: &str| {
                let ids = of.iter().map(|rule| &rules.rules[*rule].id);
                ids.flat_map(|id| id.split('-')).any(|part| part == word)
            };
            let issued = rest.iter().all(|word| {
                let digits = word.bytes().all(|b| b.is_ascii_digit());
                digits || THINGS.contains(word) || ISSUED.contains(word) || kind(word)
            });
            // A word of a rule may hold the thing itself: `ovh_consumer_key`.
            let whole = span.len() > 1 && THINGS.contains(&words[span.end - 1].as_str());
            // `column_key` is the key of a column.
            let common = rules.rules[of[0]].common || self.weak.contains(stem);
            let common = common && !among(INTERFACE);
            (issued && (whole || among(THINGS)) && !common).then_some(of)
        })
    }

    /// The name of a provider, its rules, and the words that are glued to its name: `mailgunapikey`.
    fn of<'a>(&self, word: &'a str) -> Option<(&'a str, &Vec<usize>, Vec<&'static str>)> {
        let mut glued = Vec::new();
        let mut stem = word;
        loop {
            if let Some(rules) = self.by_word.get(stem) {
                return Some((stem, rules, glued));
            }
            let tail = GLUED_BEHIND.iter().find(|tail| stem.ends_with(*tail))?;
            stem = stem.strip_suffix(tail)?;
            glued.push(*tail);
        }
    }

    /// The token rules of whose literals a value starts with one, and that literal.
    fn started<'a>(
        &'a self,
        rules: &'a RuleSet,
        value: &'a [u8],
    ) -> impl Iterator<Item = (usize, &'a str)> {
        let start = value.first_chunk::<START>();
        let known = start.and_then(|start| self.by_start.get(start));
        known.into_iter().flatten().filter_map(move |rule| {
            let token = token::of(&rules.rules[*rule])?;
            let mut literals = token.literals.iter().map(|literal| &*literal.text);
            let literal = literals.find(|text| value.starts_with(text.as_bytes()))?;
            Some((*rule, literal))
        })
    }

    /// Whether a value starts as tokens of these rules do, and is so much shorter or longer than each that
    /// it may be of a form that the provider does not tell.
    pub(super) fn may_be_untold(&self, rules: &RuleSet, of: &[usize], value: &[u8]) -> bool {
        let mut started = self.started(rules, value).peekable();
        started.peek().is_some()
            && started.all(|(rule, _)| of.contains(&rule) && !self.is_nearly(rules, rule, value))
    }

    /// Whether a value starts as only the tokens of some provider do, and is about as long as they are. A
    /// person may begin a password with four such letters, and hardly with more.
    pub(super) fn is_altered(&self, rules: &RuleSet, value: &[u8], password: bool) -> bool {
        let least = START + usize::from(password);
        self.started(rules, value).any(|(rule, literal)| {
            literal.len() >= least && is_own(literal) && self.is_nearly(rules, rule, value)
        })
    }

    /// Whether a value that starts as the tokens of a rule do is about as long as they are: cut, altered
    /// or made up.
    fn is_nearly(&self, rules: &RuleSet, rule: usize, value: &[u8]) -> bool {
        let lengths = self.lengths[rule].get_or_init(|| {
            let token = token::of(&rules.rules[rule])?;
            let pattern = pattern::parse(&token.pattern)?;
            let least = pattern.properties().minimum_len()?;
            let most = pattern.properties().maximum_len();
            Some((least, most.unwrap_or(token.after as usize)))
        });
        lengths.is_some_and(|(least, most)| {
            (least - least / NEARLY..=most + most / NEARLY).contains(&value.len())
        })
    }
}

/// A value may be shorter than a form by one part of so many, or longer.
const NEARLY: usize = 4;

/// A provider's name is cut into so many words at most: `new_york_times`.
const LONGEST: usize = 4;

/// A word of a rule without its signs, and whether it is joined of several: `ovh_consumer_key`.
fn plain(word: &str) -> Option<(String, bool)> {
    let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
    (plain.len() >= SHORTEST).then(|| (plain, word.contains(['_', '-', '.'])))
}

/// Whether a literal is more than words that anybody puts before a value: `sk_live_`, not `test_`.
fn is_own(literal: &str) -> bool {
    let mut words = literal
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    literal.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '$')
        && words.any(|word| !ISSUED.contains(&word) && !THINGS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_where_a_name_is_cut() {
        for (name, word, counts) in [
            ("SecretAccessKey", "skey", false),
            ("mailgun_api_key", "mailgun", true),
            ("MAILGUN_API_KEY", "mailgun", true),
            ("mailgunApiKey", "mailgun", true),
            ("myMailgunKey", "mailgun", true),
            ("mailgunapikey", "mailgun", true),
            ("mymailgunkey", "mailgun", true),
            ("HTTPMailgun", "mailgun", true),
            ("AWSSecret", "aws", true),
            ("laws_secret", "aws", false),
            ("auth0token", "auth0", true),
            ("datadog2_key", "datadog", true),
            ("linearized_key", "linear", false),
            ("x-dd-api-key", "dd-api-key", true),
        ] {
            let at = name.to_ascii_lowercase().find(word).expect("it is in it");
            let hit = at..at + word.len();
            assert_eq!(is_word(name.as_bytes(), &hit), counts, "{word} in {name}");
        }
    }

    #[test]
    fn last_words_are_sorted_and_asked_without_digits() {
        assert!(ELSEWHERE.is_sorted());
        assert_eq!(elsewhere(b"sentry_project_id2").as_deref(), Some("id"));
        assert_eq!(elsewhere(b"sentryProjectId").as_deref(), Some("id"));
        assert_eq!(elsewhere(b"sentry_auth_token"), None);
    }
}
