//! Files that SOPS encrypts: the value goes back into the file, encrypted. No edit of ours can do that, because it
//! needs the keys; the commands are told. Source: <https://getsops.io/docs/>.

use std::ops::Range;

use super::line_of;
use super::yaml::indent;

/// The commands that put the new value of the one at `span` into the file at `path`. None where SOPS has nothing to do
/// with it: the file is not one of its own, and the repository has no rules for it (`has_rules`).
pub fn steps(path: &str, text: &str, span: &Range<usize>, has_rules: bool) -> Option<Vec<String>> {
    let extension = path.rsplit('.').next().unwrap_or_default();
    let yaml = matches!(extension, "yaml" | "yml");
    if !(yaml || matches!(extension, "json" | "env" | "ini")) {
        return None;
    }
    if !is_encrypted(text) {
        let command = format!(
            "Put the new value in the place of the old one, and encrypt the file before it is committed: sops encrypt \
             --in-place {}",
            quoted(path)
        );
        return has_rules.then(|| vec![command]);
    }
    let plain = "The file is encrypted, and this value is not: the rules of SOPS leave its key out (unencrypted_suffix, \
                 encrypted_regex in .sops.yaml). Give it a name that they encrypt."
        .to_owned();
    let key = if yaml { key(text, span.start) } else { None };
    let set = match key {
        Some(key) => format!(
            "Set the new value, which sops reads from its standard input: printf '\"%s\"' \"$NEW_VALUE\" | sops set \
             --value-stdin {} {}",
            quoted(path),
            quoted(&key)
        ),
        None => format!("Set the new value: sops edit {}", quoted(path)),
    };
    Some(vec![plain, set])
}

/// Whether a file has what SOPS writes at its end: the message authentication code of all values.
fn is_encrypted(text: &str) -> bool {
    let own = ["\nsops:", "\"sops\":", "\nsops_mac=", "\n[sops]"];
    own.iter().any(|mark| text.contains(mark)) && text.contains("ENC[AES256_GCM,")
}

/// The place of a value in a document of YAML as `sops set` takes it: `["database"]["password"]`. None inside of lists,
/// flows and blocks of text.
fn key(text: &str, at: usize) -> Option<String> {
    let line = line_of(text, at);
    let mut names = vec![name(&text[line.clone()])?];
    let mut depth = indent(&text[line.clone()]);
    for line in text[..line.start].lines().rev() {
        if depth == 0 {
            break;
        }
        let plain = line.trim_start();
        if plain.is_empty() || plain.starts_with('#') || indent(line) >= depth {
            continue;
        }
        names.push(name(line)?);
        depth = indent(line);
    }
    names.reverse();
    let parts = names.iter().map(|name| format!("[\"{name}\"]"));
    Some(parts.collect())
}

/// The key at the start of a line, where it is a plain one.
fn name(line: &str) -> Option<&str> {
    let (name, rest) = line.trim_start().split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fits = !name.is_empty() && !name.starts_with('-') && name.chars().all(plain);
    let value = rest.is_empty() || rest.starts_with([' ', '\r', '\n']);
    (fits && value).then_some(name)
}

/// A word of a command line of a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    match !word.starts_with('-') && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "database:\n    # its user\n    user: app\n    password: @@@\nlist:\n    - a: @@2\nsops:\n    mac: ENC[AES256_GCM,data:x]\n";

    fn steps_for(path: &str, text: &str, mark: &str, rules: bool) -> Option<Vec<String>> {
        let at = text.find(mark).expect("marked");
        steps(path, text, &(at..at + 3), rules)
    }

    #[test]
    fn an_encrypted_file_is_set_by_its_key() {
        let steps = steps_for("k8s/prod.yaml", FILE, "@@@", false).expect("it is one of SOPS");
        assert!(
            steps[1]
                .ends_with("sops set --value-stdin k8s/prod.yaml '[\"database\"][\"password\"]'"),
            "{steps:?}"
        );
        let steps = steps_for("it's.yaml", FILE, "@@2", false).expect("it is one of SOPS");
        assert!(steps[1].ends_with(r"sops edit 'it'\''s.yaml'"), "{steps:?}");
    }

    #[test]
    fn a_plain_file_is_encrypted_where_there_are_rules() {
        let steps = steps_for("conf/app.json", "{\"a\": \"@@@\"}", "@@@", true);
        let steps = steps.expect("there are rules");
        assert!(
            steps[0].ends_with("sops encrypt --in-place conf/app.json"),
            "{steps:?}"
        );
        assert_eq!(
            steps_for("conf/app.json", "{\"a\": \"@@@\"}", "@@@", false),
            None
        );
        assert_eq!(steps_for("src/app.py", "a = '@@@'", "@@@", true), None);
    }
}
