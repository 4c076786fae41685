//! Stores behind programs: each gets the value on its standard input, and no argument has it. What a program prints is
//! read where it is an answer, and never shown, because it may repeat the value.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Around, Content, Store, Unwritten, place_and_key};
use crate::base64::{Engine as _, STANDARD};
use crate::live::program::{Failed, Messages, Run};
use crate::secret::Secret;

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Bytes of an answer that are read.
const MAX: usize = 4 << 20;

impl From<Failed> for Unwritten {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotStarted(why) => Unwritten::untouched(why),
            Failed::Lost(why) => Unwritten {
                why,
                may_hold: true,
            },
        }
    }
}

/// Runs a program with something on its standard input; what it printed.
fn run<S: AsRef<OsStr>>(dir: Option<&Path>, words: &[S], input: &[u8]) -> Result<Vec<u8>, Failed> {
    let words: Vec<_> = words.iter().map(|word| word.as_ref().to_owned()).collect();
    let (name, arguments) = words
        .split_first()
        .ok_or_else(|| Failed::NotStarted("names no program".into()))?;
    let run = Run {
        name: name.clone(),
        arguments: arguments.to_vec(),
        dir,
        environment: None,
        input,
        messages: Messages::Kept,
        patience: PATIENCE,
        most: MAX,
    };
    let said = run.run()?;
    match said.well {
        true => Ok(said.output),
        false => Err(Failed::Lost(format!(
            "`{}` failed ({}); what it printed is not shown, because it may repeat the value",
            name.to_string_lossy(),
            said.ended
        ))),
    }
}

/// `program:["deploy", "set"]`: a program of the user's own.
pub struct Own {
    words: Vec<String>,
    dir: PathBuf,
}

impl Own {
    pub fn open(place: &str, around: &Around<'_>) -> Result<Self, String> {
        let words: Option<Vec<String>> = serde_json::from_str(place).ok();
        let words = words.filter(|words| words.first().is_some_and(|name| !name.is_empty()));
        let words = words.ok_or("write it like program:[\"deploy\", \"set\", \"TOKEN\"]")?;
        if !around.programs {
            return Err(
                "would run a program that the register names; read it, and say --run-programs"
                    .into(),
            );
        }
        Ok(Own {
            words,
            dir: around.dir.to_owned(),
        })
    }
}

impl Store for Own {
    fn read(&mut self) -> Result<Content, String> {
        Ok(Content::Hidden)
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        run(Some(&self.dir), &self.words, value.expose())?;
        Ok(())
    }
}

/// `sops:PATH#key`: one value of a file that SOPS encrypts; `a.b.c` for a value inside.
pub struct Sops {
    path: PathBuf,
    index: String,
}

impl Sops {
    pub fn open(place: &str, around: &Around<'_>) -> Result<Self, String> {
        let (path, key) = place_and_key(place, "sops:deploy/secrets.yaml#token")?;
        let parts = key.split('.').map(|part| match part.is_empty() {
            true => Err("its key has an empty part".to_owned()),
            false => Ok(format!("[{}]", Value::from(part))),
        });
        Ok(Sops {
            path: around.dir.join(path),
            index: parts.collect::<Result<String, String>>()?,
        })
    }
}

impl Store for Sops {
    fn read(&mut self) -> Result<Content, String> {
        let words = [
            OsStr::new("sops"),
            OsStr::new("decrypt"),
            OsStr::new("--extract"),
            OsStr::new(&self.index),
            self.path.as_os_str(),
        ];
        let bytes = run(None, &words, b"")?;
        let value = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        Ok(Content::of(value))
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        let text = std::str::from_utf8(value.expose());
        let text = text.map_err(|_| Unwritten::untouched("takes text, and the value is none"))?;
        let words = [
            OsStr::new("sops"),
            OsStr::new("set"),
            OsStr::new("--value-stdin"),
            self.path.as_os_str(),
            OsStr::new(&self.index),
        ];
        run(None, &words, Value::from(text).to_string().as_bytes())?;
        Ok(())
    }
}

/// `github-secret:OWNER/REPO#NAME`: a secret of GitHub Actions, through `gh`, which encrypts it.
pub struct Github {
    repo: String,
    name: String,
}

impl Github {
    pub fn open(place: &str) -> Result<Self, String> {
        let form = "github-secret:OWNER/REPO#NAME";
        let (repo, name) = place_and_key(place, form)?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let parts: Vec<&str> = repo.split('/').collect();
        let well = (2..=3).contains(&parts.len())
            && parts.iter().all(|part| {
                !part.is_empty() && part.chars().all(is_part) && !part.starts_with('-')
            })
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match well {
            true => Ok(Github {
                repo: repo.to_owned(),
                name: name.to_owned(),
            }),
            false => Err(format!("write it like {form}")),
        }
    }
}

impl Store for Github {
    fn read(&mut self) -> Result<Content, String> {
        Ok(Content::Hidden)
    }

    fn ready(&mut self) -> Result<(), String> {
        let words = ["gh", "secret", "list", "--repo", &self.repo];
        let listed = run(None, &words, b"")?;
        let names = String::from_utf8_lossy(&listed);
        let has = names
            .lines()
            .any(|line| line.split_whitespace().next() == Some(&self.name));
        match has {
            true => Ok(()),
            false => Err("is no secret of that repository; make it first".into()),
        }
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        let words = ["gh", "secret", "set", &self.name, "--repo", &self.repo];
        run(None, &words, value.expose())?;
        Ok(())
    }
}

/// `k8s-secret:NAMESPACE/NAME#KEY`: a Secret of Kubernetes, through `kubectl` and its configuration.
pub struct Kubernetes {
    namespace: String,
    name: String,
    key: String,
}

impl Kubernetes {
    pub fn open(place: &str) -> Result<Self, String> {
        let form = "k8s-secret:NAMESPACE/NAME#KEY";
        let (path, key) = place_and_key(place, form)?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let well =
            |text: &str| !text.is_empty() && !text.starts_with('-') && text.chars().all(is_part);
        match path.split_once('/') {
            Some((namespace, name)) if [namespace, name, key].into_iter().all(well) => {
                Ok(Kubernetes {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                    key: key.to_owned(),
                })
            }
            _ => Err(format!("write it like {form}")),
        }
    }
}

impl Store for Kubernetes {
    fn read(&mut self) -> Result<Content, String> {
        let words = [
            "kubectl",
            "get",
            "secret",
            &self.name,
            "--namespace",
            &self.namespace,
            "--output",
            "json",
        ];
        let bytes = run(None, &words, b"")?;
        let read: Option<Value> = serde_json::from_slice(&bytes).ok();
        let read = read.ok_or("was answered by kubectl with no JSON")?;
        let value = read["data"][&self.key].as_str().ok_or("has no such key")?;
        let value = STANDARD
            .decode(value)
            .map_err(|_| "has a value that is no base64")?;
        Ok(Content::of(&value))
    }

    fn ready(&mut self) -> Result<(), String> {
        let name = format!("secret/{}", self.name);
        let words = [
            "kubectl",
            "auth",
            "can-i",
            "patch",
            &name,
            "--namespace",
            &self.namespace,
        ];
        run(None, &words, b"")?;
        Ok(())
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        let patch = json!({ "data": { &self.key: STANDARD.encode(value.expose()) } });
        let words = [
            "kubectl",
            "patch",
            "secret",
            &self.name,
            "--namespace",
            &self.namespace,
            "--type",
            "merge",
            "--patch-file",
            "/dev/stdin",
        ];
        run(None, &words, patch.to_string().as_bytes())?;
        Ok(())
    }
}
