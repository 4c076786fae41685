//! Which provider a name speaks of: where a provider's word counts, what kind of thing the rest of the
//! name says, and whether a value has one of that provider's forms.

use std::collections::HashMap;
use std::ops::Range;

use super::context::ContextIndex;
use super::{Candidate, generic};
use crate::finding::{Class, Confidence};
use crate::rule::{Generic, Kind, RuleSet};

/// The reason of a value that stands under a provider's name and has none of its forms.
pub(super) const NO_FORM: &str = "beside a provider's word, but of none of its forms";
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

/// The providers of a set of rules by the words that names have for them.
pub(super) struct Providers {
    /// A name without signs, lower case, and the rules of that provider.
    by_word: HashMap<String, Vec<usize>>,
}

impl Providers {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, rule) in rules.rules.iter().enumerate() {
            // Those of a repository are not to lower what others find.
            if !rule.is_of_repository() {
                for name in rule.names.iter() {
                    by_word.entry(name.to_string()).or_default().push(index);
                }
            }
        }
        Providers { by_word }
    }

    /// The rules of the providers that a name speaks of, when the rest of it says that the value is
    /// what the provider issues: `MAILGUN_API_KEY`, not `mailgun_smtp_password`.
    fn issued(&self, rules: &RuleSet, name: &[u8]) -> Option<&Vec<usize>> {
        let words = generic::words_of_name(name);
        let spans = (0..words.len()).flat_map(|start| {
            (start + 1..=words.len().min(start + LONGEST)).map(move |end| start..end)
        });
        spans.into_iter().find_map(|span| {
            let joined = words[span.clone()].concat();
            let (of, glued) = self.of(&joined)?;
            let rest = words[..span.start].iter().chain(&words[span.end..]);
            let rest: Vec<&str> = rest.map(String::as_str).chain(glued).collect();
            let among = |list: &[&str]| rest.iter().any(|word| list.contains(word));
            let issued = rest.iter().all(|word| {
                let digits = word.bytes().all(|b| b.is_ascii_digit());
                digits || THINGS.contains(word) || ISSUED.contains(word)
            });
            // `column_key` is the key of a column.
            let common = rules.rules[of[0]].common && !among(INTERFACE);
            (issued && among(THINGS) && !common).then_some(of)
        })
    }

    /// The rules of a provider, and the words that are glued to its name: `mailgunapikey`.
    fn of(&self, word: &str) -> Option<(&Vec<usize>, Vec<&'static str>)> {
        let mut glued = Vec::new();
        let mut stem = word;
        loop {
            if let Some(rules) = self.by_word.get(stem) {
                return Some((rules, glued));
            }
            let tail = GLUED_BEHIND.iter().find(|tail| stem.ends_with(*tail))?;
            stem = stem.strip_suffix(tail)?;
            glued.push(*tail);
        }
    }
}

/// A provider's name is cut into so many words at most: `new_york_times`.
const LONGEST: usize = 4;

/// Lowers what a generic rule, or another provider's, found under a provider's name when the value has
/// none of that provider's forms. Passwords are left alone: a user thinks them up, whoever the
/// provider is.
pub(super) fn veto(index: &ContextIndex, rules: &RuleSet, name: &[u8], found: &mut Candidate) {
    let password = rules.rules[found.rule].generic() == Some(Generic::Password);
    if password || found.confidence == Confidence::Low || found.class != Class::Credential {
        return;
    }
    let of = index.providers(rules).issued(rules, name);
    let Some(of) = of.filter(|of| !of.contains(&found.rule)) else {
        return;
    };
    let has = |rule: &usize| match &rules.rules[*rule].kind {
        Kind::Context(context) => index.fits(*rule, context, &found.value),
        // What has a token's whole form is that rule's candidate, which wins over a generic one.
        // What has its prefix may be of a length that the provider does not tell.
        Kind::Token(token) if token.prefix => {
            let starts = |text: &str| found.value.starts_with(text.as_bytes());
            token.literals.iter().any(|literal| starts(&literal.text))
        }
        _ => false,
    };
    let free = of
        .iter()
        .any(|rule| !rules.rules[*rule].free_forms.is_empty());
    if !free && !of.iter().any(has) {
        found.confidence = Confidence::Low;
        found.evidence.reasons.insert(0, NO_FORM);
    }
}

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
