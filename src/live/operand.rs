//! Where a secret of the user comes from: the environment, a file of its owner alone, or a program.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use toml::Value;

use super::program::{Messages, Run};
use crate::secret::Secret;

/// Longest secret that is read, in bytes. Private keys and JSON of service accounts are shorter.
const MAX: u64 = 64 << 10;
/// How long a program may take. It may ask somebody for a passphrase.
const PATIENCE: Duration = Duration::from_secs(300);

/// A secret by where it comes from. The secret itself never stands in `servers.toml`.
#[derive(Clone, Debug)]
pub struct Operand {
    from: Origin,
    /// What came from there. A program that asks somebody is started once, and whoever uses the secret twice uses
    /// the same one.
    value: OnceLock<Result<Secret, String>>,
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    /// `env:NAME`: a variable of the environment.
    Env(String),
    /// `file:PATH`: a file that only its owner can read.
    File(PathBuf),
    /// `{ program = ["pass", "show", "git"] }`: what a program prints; it is started without a shell.
    Program(Vec<String>),
}

impl Operand {
    /// Reads where a secret comes from. Relative paths are below `dir`.
    ///
    /// # Errors
    /// It is a literal, or none of the forms; the text is not quoted, because it may be the secret.
    pub fn parse(value: &Value, dir: &Path) -> Result<Self, String> {
        Origin::parse(value, dir).map(Operand::from)
    }

    /// Reads the secret, the first time.
    ///
    /// # Errors
    /// It is not there, others can read the file, the program failed, or what came is no secret of one line.
    pub fn read(&self) -> Result<Secret, String> {
        self.value.get_or_init(|| self.from.read()).clone()
    }
}

impl From<Origin> for Operand {
    fn from(from: Origin) -> Self {
        Operand {
            from,
            value: OnceLock::new(),
        }
    }
}

impl Origin {
    fn parse(value: &Value, dir: &Path) -> Result<Self, String> {
        let ways =
            "write \"env:NAME\", \"file:PATH\" or { program = [\"pass\", \"show\", \"git\"] }";
        match value {
            Value::String(text) => match text.split_once(':') {
                Some(("env", name)) if is_name(name) => Ok(Origin::Env(name.to_owned())),
                Some(("env", _)) => Err("names no variable of the environment".into()),
                Some(("file", path)) if !path.is_empty() => Ok(Origin::File(dir.join(path))),
                _ => Err(format!(
                    "is a literal, and a secret does not belong into this file; {ways}"
                )),
            },
            Value::Table(table) => match (table.len(), table.get("program")) {
                (1, Some(Value::Array(words))) => program(words),
                _ => Err(format!("is none of the ways; {ways}")),
            },
            _ => Err(format!("is none of the ways; {ways}")),
        }
    }

    fn read(&self) -> Result<Secret, String> {
        let bytes = match self {
            Origin::Env(name) => std::env::var_os(name)
                .ok_or_else(|| format!("the variable {name} is not set"))?
                .into_encoded_bytes(),
            Origin::File(path) => {
                let at = path.display();
                file(path).map_err(|why| format!("the file {at} {why}"))?
            }
            Origin::Program(words) => printed(words)?,
        };
        one_line(&bytes).map_err(|why| format!("{}: {why}", self.called()))
    }

    /// How it is called in sentences.
    fn called(&self) -> String {
        match self {
            Origin::Env(name) => format!("the variable {name}"),
            Origin::File(path) => format!("the file {}", path.display()),
            Origin::Program(words) => {
                format!("the program `{}`", words.first().map_or("", String::as_str))
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn program(words: &[Value]) -> Result<Origin, String> {
    let words: Option<Vec<String>> = words
        .iter()
        .map(|word| word.as_str().map(str::to_owned))
        .collect();
    match words {
        Some(words) if words.first().is_some_and(|name| !name.is_empty()) => {
            Ok(Origin::Program(words))
        }
        _ => Err("names no program: write its name and its arguments as texts".into()),
    }
}

/// The bytes of a file of its owner alone.
fn file(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let meta = file.metadata();
    let meta = meta.map_err(|error| format!("cannot be read: {error}"))?;
    if !meta.is_file() {
        return Err("is no ordinary file".into());
    }
    owner_only(&meta, "600")?;
    let mut bytes = Vec::new();
    file.take(MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot be read: {error}"))?;
    Ok(bytes)
}

/// Whether nobody but its owner may read or change a file; if not, the mode that it should have is said.
#[cfg(unix)]
pub(super) fn owner_only(meta: &std::fs::Metadata, mode: &str) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    match meta.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(format!(
            "can be read or changed by others; run `chmod {mode}` on it"
        )),
    }
}

/// On other systems rights are lists that the standard library does not read.
#[cfg(not(unix))]
pub(super) fn owner_only(_: &std::fs::Metadata, _: &str) -> Result<(), String> {
    Ok(())
}

/// What a program prints. Its messages and its questions go where ours go.
fn printed(words: &[String]) -> Result<Vec<u8>, String> {
    let (name, arguments) = words.split_first().ok_or("has no name")?;
    let run = Run {
        name: name.into(),
        arguments: arguments.iter().map(OsString::from).collect(),
        dir: None,
        environment: None,
        input: b"",
        messages: Messages::Shown,
        patience: PATIENCE,
        most: MAX as usize,
    };
    let said = run.run()?;
    match said.well {
        true => Ok(said.output),
        false => Err(format!("the program `{name}` failed ({})", said.ended)),
    }
}

/// A secret goes into headers and bodies: one line of text without control characters.
fn one_line(bytes: &[u8]) -> Result<Secret, String> {
    if bytes.len() as u64 > MAX {
        return Err("a secret has at most 64 KiB".into());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "the secret is no UTF-8")?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err("the secret is empty".into());
    }
    if text.chars().any(char::is_control) {
        return Err("the secret has more than one line, or control characters".into());
    }
    Ok(Secret::new(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Origin, String> {
        let table: toml::Table = format!("secret = {text}").parse().expect("TOML");
        Origin::parse(&table["secret"], Path::new("/dir"))
    }

    #[test]
    fn literals_are_refused_without_being_quoted() {
        assert_eq!(parse("\"env:A_B1\""), Ok(Origin::Env("A_B1".into())));
        assert_eq!(
            parse("\"file:x\""),
            Ok(Origin::File(PathBuf::from("/dir/x")))
        );
        assert!(parse("{ program = [\"pass\", \"show\"] }").is_ok());
        for bad in [
            "\"hunter2hunter2\"",
            "\"env:\"",
            "\"env:A B\"",
            "\"file:\"",
            "{ program = [] }",
            "{ program = \"pass show\" }",
            "{ program = [1] }",
            "{ file = \"x\" }",
            "7",
        ] {
            let error = parse(bad).expect_err(bad);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_secret_is_one_line() {
        assert_eq!(
            one_line(b"abc\n").map(|s| s.expose().to_vec()),
            Ok(b"abc".to_vec())
        );
        assert_eq!(
            one_line(b"abc\r\n").map(|s| s.expose().to_vec()),
            Ok(b"abc".to_vec())
        );
        for bad in [&b""[..], b"\n", b"a\nb", b"a\0b", b"\xff"] {
            assert!(one_line(bad).is_err(), "{bad:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("secret");
        std::fs::write(&path, "word\n").expect("written");
        let mode = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
            Origin::File(path.clone()).read()
        };
        assert!(mode(0o600).is_ok());
        assert!(mode(0o640).expect_err("refused").contains("chmod 600"));
        assert!(mode(0o604).is_err());
        assert!(Origin::File(dir.path().to_owned()).read().is_err());
        assert!(Origin::File(dir.path().join("none")).read().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_fails_gives_no_secret() {
        let run = |words: &[&str]| {
            Origin::Program(words.iter().map(|w| (*w).to_owned()).collect()).read()
        };
        assert!(run(&["printf", "word"]).is_ok());
        assert!(run(&["false"]).expect_err("failed").contains("failed"));
        assert!(run(&["no-such-program-here"]).is_err());
        assert!(
            run(&[
                "sh",
                "-c",
                "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"
            ])
            .is_err()
        );
    }
}
