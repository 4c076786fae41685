//! What a name says about its value.

use super::name_words::{
    DENY_ANY, DENY_LAST, FILE_ENDS, KEY_OWNERS, MADE_FROM, NO_KEYS, ONCE, OPEN_NAMES, TOKEN_MARKS,
};

/// The kind of secret that a name speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    Nothing,
}

/// A name, read.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub says: Says,
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

/// Splits a name into lower-case words at separators and at changes of case. At most 16 words.
pub(super) fn split(name: &[u8]) -> Vec<String> {
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

fn one(word: &str) -> Says {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let ends = |list: &[&str]| list.iter().any(|w| word.ends_with(w));
    // `askpass` is a program that asks.
    if matches!(
        word,
        "bypass" | "compass" | "trespass" | "surpass" | "askpass"
    ) || NO_KEYS.contains(&word)
        || ends(&["pubkey", "publickey", "pubkeys", "publickeys"])
    {
        return Says::Nothing;
    }
    if ends(&[
        "password",
        "passwd",
        "pwd",
        "pass",
        "passphrase",
        "passcode",
        "passwort",
        "psw",
        "pswd",
        "passw",
        "passwords",
        "senha",
        "pword",
        "contrase",
        "userpass",
        "requirepass",
        "masterauth",
    ]) || word == "pw"
    {
        Says::Password
    } else if ends(&["secret", "secrets", "secretkey"]) {
        Says::Secret
    } else if ends(&[
        "apikey",
        "accesskey",
        "privatekey",
        "authkey",
        "appkey",
        "apikeys",
        "encryptionkey",
        "licensekey",
        "masterkey",
    ]) {
        Says::AccessKey
    } else if ends(&["token", "tokens"]) || matches!(word, "bearer" | "jwt" | "pat" | "ticket") {
        Says::Token
    } else if matches!(word, "credential" | "credentials" | "cred" | "creds") {
        Says::Credential
    } else if matches!(
        word,
        "auth" | "authorization" | "basicauth" | "oauth" | "authentication"
    ) {
        Says::Auth
    } else if matches!(word, "key" | "keys") || word.ends_with("key") {
        Says::Key
    } else {
        Says::Nothing
    }
}

/// Reads a name.
pub(super) fn read(name: &[u8]) -> Name {
    if !name.is_ascii() {
        let text = String::from_utf8_lossy(name);
        let says = if ["密码", "口令", "contrase"]
            .iter()
            .any(|w| text.contains(w))
        {
            Says::Password
        } else {
            Says::Nothing
        };
        if says != Says::Nothing {
            return Name {
                says,
                denied: false,
                verb: false,
                last: true,
                constant: false,
                dotted: false,
                action: false,
                once: false,
                made: false,
            };
        }
    }
    let tail_at = name.iter().rposition(|&b| b == b'.').map_or(0, |p| p + 1);
    let mut words = split(&name[tail_at..]);
    if words.iter().all(|w| one(w) == Says::Nothing) {
        words = split(name);
    }
    let mut says = Says::Nothing;
    let mut at = 0;
    for (i, word) in words.iter().enumerate() {
        let mut this = one(word);
        if this == Says::Key && i > 0 && KEY_OWNERS.contains(&words[i - 1].as_str()) {
            this = Says::AccessKey;
        }
        let rank = |s: Says| match s {
            Says::Password => 7,
            Says::Secret | Says::AccessKey => 6,
            Says::Token => 5,
            Says::Credential => 4,
            Says::Auth => 2,
            Says::Key => 3,
            Says::Nothing => 0,
        };
        if rank(this) > 0 && (rank(this) >= rank(says)) {
            says = this;
            at = i;
        }
    }
    let last = words
        .iter()
        .skip(at + 1)
        .all(|w| w.bytes().all(|b| b.is_ascii_digit()) || w == "value" || w == "key");
    let tail = words
        .last()
        .map_or("", String::as_str)
        .trim_end_matches(|c: char| c.is_ascii_digit());
    // `pass` in the middle of a name is the verb.
    let verb = words.get(at).is_some_and(|w| w == "pass");
    if verb && !last {
        says = Says::Nothing;
    }
    // `password_timestamp_key` is where the time is kept, `page_token` a place in a list.
    let before = |at: usize| {
        at.checked_sub(1)
            .and_then(|at| words.get(at))
            .map_or("", String::as_str)
    };
    let described = !last
        && matches!(tail, "key" | "keys")
        && at + 2 < words.len()
        && DENY_LAST.contains(&before(words.len() - 1));
    let mark = says == Says::Token && TOKEN_MARKS.contains(&before(at));
    let denied = (!last && DENY_LAST.contains(&tail))
        || described
        || words.iter().any(|w| DENY_ANY.contains(&w.as_str()));
    let first = words.first().map_or("", String::as_str);
    // A page's `data-` attributes steer scripts, unless the secret's word ends them.
    let attribute = !last && name.starts_with(b"data-");
    if mark || attribute || is_open_name(&words) || is_file_name(name) {
        says = Says::Nothing;
    }
    let once = says == Says::Token
        && words
            .iter()
            .any(|w| ONCE.iter().any(|once| w.starts_with(once)));
    Name {
        says,
        denied,
        verb,
        last,
        constant: name.iter().any(u8::is_ascii_uppercase)
            && !name.iter().any(u8::is_ascii_lowercase),
        dotted: tail_at > 0 || first == "set" || first == "with",
        once,
        made: words
            .last()
            .is_some_and(|w| MADE_FROM.contains(&w.as_str()))
            || words
                .iter()
                .any(|w| matches!(w.as_str(), "sha1" | "sha256" | "sha512" | "md5")),
        action: words.len() > 1
            && matches!(
                first,
                "is" | "has"
                    | "get"
                    | "check"
                    | "require"
                    | "show"
                    | "hide"
                    | "change"
                    | "reset"
                    | "forgot"
                    | "update"
                    | "new"
                    | "verify"
                    | "validate"
                    | "create"
                    | "generate"
                    | "no"
                    | "use"
                    | "allow"
                    | "enable"
                    | "invalid"
                    | "wrong"
                    | "missing"
                    | "assert"
                    | "expect"
            ),
    }
}

/// Words side by side that name what is shown to everyone.
fn is_open_name(words: &[String]) -> bool {
    OPEN_NAMES
        .iter()
        .any(|open| words.windows(open.len()).any(|part| part == *open))
}

/// `some-auth-0.2.tar.gz`: the file that a list gives the digest of.
fn is_file_name(name: &[u8]) -> bool {
    FILE_ENDS.iter().any(|end| {
        name.len() > end.len()
            && name[name.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
    })
}
