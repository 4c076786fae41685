//! Names of environment variables for values that leave a file.

use std::collections::{BTreeMap, BTreeSet};

/// Names that mean something else to every program, or that a host of workflows keeps for itself.
const TAKEN: &[&str] = &[
    "PATH", "HOME", "USER", "PWD", "SHELL", "LANG", "TERM", "IFS", "HOSTNAME", "TMPDIR", "CI",
    "EDITOR",
];

/// What stands before a value in a header and is no name of a setting.
const SCHEMES: &[&str] = &["BEARER", "BASIC", "AUTHORIZATION"];

/// Longest name.
const MAX: usize = 60;

/// What a name is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The credential.
    pub id: String,
    /// The name it was assigned to; empty where it has none.
    pub key: String,
    /// Its rule.
    pub rule: String,
    /// The path of its first place.
    pub path: String,
}

/// A name for each credential by its id: that of its setting in capitals. Where several credentials would get
/// the same, each has the stem of its file before it, and where that does not help its own id behind.
pub fn names(subjects: &[Subject]) -> BTreeMap<String, String> {
    let plain = |it: &Subject| match upper(&it.key) {
        name if name.is_empty() || SCHEMES.contains(&name.as_str()) => upper(&it.rule),
        name => name,
    };
    let with_file = |it: &Subject| format!("{}_{}", upper(stem(&it.path)), plain(it));
    let with_id = |it: &Subject| {
        format!(
            "{}_{}",
            plain(it),
            it.id.get(..6).unwrap_or(&it.id).to_ascii_uppercase()
        )
    };
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<&Subject> = subjects.iter().collect();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let ways: [&dyn Fn(&Subject) -> String; 3] = [&plain, &with_file, &with_id];
    for way in ways {
        let mut wanted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for it in &open {
            wanted.entry(usable(&way(it))).or_default().insert(&it.id);
        }
        open.retain(|it| {
            let name = usable(&way(it));
            let alone = wanted[&name].len() == 1
                && (!used.contains(&name) || out.get(&it.id) == Some(&name));
            if alone {
                used.insert(name.clone());
                out.insert(it.id.clone(), name);
            }
            !alone
        });
    }
    // Ids are their own: what is left has one of somebody who came before.
    for it in open {
        out.entry(it.id.clone())
            .or_insert_with(|| usable(&with_id(it)));
    }
    out
}

/// A name that a shell takes: it does not begin with a digit and is not one that everybody uses.
fn usable(name: &str) -> String {
    let name = name.get(..MAX).unwrap_or(name).trim_matches('_');
    match name.as_bytes().first() {
        None => "SECRET".to_owned(),
        Some(b) if b.is_ascii_digit() => format!("SECRET_{name}"),
        Some(_) if TAKEN.contains(&name) => format!("{name}_SECRET"),
        Some(_) => name.to_owned(),
    }
}

/// `dbPassword` and `db-password` to `DB_PASSWORD`. What is no letter or digit of ASCII stands between words.
pub fn upper(name: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_small = chars.peek().is_some_and(char::is_ascii_lowercase);
        let starts = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || before.is_ascii_uppercase() && next_is_small);
        if !c.is_ascii_alphanumeric() {
            if !out.ends_with('_') && !out.is_empty() {
                out.push('_');
            }
        } else {
            if starts && !out.ends_with('_') && !out.is_empty() {
                out.push('_');
            }
            out.push(c.to_ascii_uppercase());
        }
        before = c;
    }
    out.trim_matches('_').to_owned()
}

/// The last name of a path without what follows its first dot.
fn stem(path: &str) -> &str {
    let name = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_start_matches('.');
    name.split('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(id: &str, key: &str, path: &str) -> Subject {
        Subject {
            id: id.to_owned(),
            key: key.to_owned(),
            rule: "github-pat".to_owned(),
            path: path.to_owned(),
        }
    }

    #[test]
    fn keys_become_names_of_variables() {
        for (key, want) in [
            ("password", "PASSWORD"),
            ("dbPassword", "DB_PASSWORD"),
            ("db-password", "DB_PASSWORD"),
            ("APIKey", "API_KEY"),
            ("spring.datasource.password", "SPRING_DATASOURCE_PASSWORD"),
            ("GITHUB_TOKEN", "GITHUB_TOKEN"),
            ("oauth2Token", "OAUTH2_TOKEN"),
            ("--token", "TOKEN"),
            ("naïve key", "NA_VE_KEY"),
            ("", ""),
        ] {
            assert_eq!(upper(key), want, "{key}");
        }
        assert_eq!(usable("PATH"), "PATH_SECRET");
        assert_eq!(usable("2FA"), "SECRET_2FA");
        assert_eq!(usable(""), "SECRET");
    }

    #[test]
    fn each_credential_has_a_name_of_its_own() {
        let all = [
            subject("aaaaaaaa", "token", "src/mail.py"),
            subject("bbbbbbbb", "token", "src/pay.py"),
            subject("cccccccc", "token", "lib/pay.py"),
            subject("dddddddd", "", "x.py"),
            subject("eeeeeeee", "apiKey", "x.py"),
            subject("eeeeeeee", "apiKey", "y.py"),
        ];
        let names = names(&all);
        let of = |id: &str| names[id].as_str();
        assert_eq!(of("aaaaaaaa"), "MAIL_TOKEN");
        assert_eq!(of("bbbbbbbb"), "TOKEN_BBBBBB");
        assert_eq!(of("cccccccc"), "TOKEN_CCCCCC");
        assert_eq!(of("dddddddd"), "GITHUB_PAT");
        assert_eq!(of("eeeeeeee"), "API_KEY");
        let distinct: BTreeSet<&String> = names.values().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
