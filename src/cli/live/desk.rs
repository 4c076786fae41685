//! What `plan`, `apply` and `resume` share: the register, who asks, and what is around a rotation.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::super::atomic;
use super::super::output;
use keysweep::live::rotation::{Journals, World};
use keysweep::register::{FILE, Register, Turn, turned};
use keysweep::source::{git_dir, home, tracks};

/// Which register is read.
#[derive(Args)]
pub struct Which {
    /// The register. [default: tokens.toml at the top of the repository]
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// Run the programs that the register names as stores (`program:[…]`). Whoever can change the
    /// register says then what runs here.
    #[arg(long)]
    pub run_programs: bool,
}

impl Which {
    /// The register and its file, as it can be opened from everywhere.
    ///
    /// # Errors
    /// There is none, or it is broken.
    pub fn read(&self) -> Result<(PathBuf, Register)> {
        let path = match &self.register {
            Some(path) => path.clone(),
            None => home(&[PathBuf::from(".")])?.root.join(FILE),
        };
        register(&path)
    }
}

/// Reads a register.
///
/// # Errors
/// There is none, or it is broken.
pub fn register(path: &Path) -> Result<(PathBuf, Register)> {
    let name = path.display().to_string();
    atomic::check_target(path)?;
    if !path.exists() {
        bail!("there is no register {name}: `keysweep tokens init` proposes one");
    }
    let bytes =
        std::fs::read(path).with_context(|| format!("the register {name} cannot be read"))?;
    let full = path
        .canonicalize()
        .with_context(|| format!("the register {name} cannot be read"))?;
    Ok((full, Register::parse(&name, &bytes)?))
}

/// Whether git tracks a file, for stores.
pub fn tracked(path: &Path) -> Result<bool, String> {
    tracks(path)
        .map_err(|error| format!("lies in a repository whose index cannot be read: {error:#}"))
}

/// The journals of this user.
///
/// # Errors
/// There is no directory for them.
pub fn journals() -> Result<Journals> {
    Journals::usual().context("there is no directory for journals: set HOME or XDG_STATE_HOME")
}

/// What is around a rotation: the terminal, Ctrl-C, the register.
pub struct Around {
    file: PathBuf,
    asked: Arc<AtomicBool>,
}

impl Around {
    /// For a register, and what Ctrl-C sets ([`signals::asked`]): one and the same for all rotations of a run, so that
    /// it is not lost between two of them.
    pub fn of(file: &Path, asked: &Arc<AtomicBool>) -> Self {
        Around {
            file: file.to_owned(),
            asked: Arc::clone(asked),
        }
    }
}

impl World for Around {
    fn say(&self, line: &str) {
        say(&format!("  {line}"));
    }

    fn stops(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    fn register(&self, entry: &str, turn: &Turn) -> Result<(), String> {
        let name = self.file.display().to_string();
        let read = || {
            let bytes = std::fs::read(&self.file);
            Ok(Some(
                bytes.with_context(|| format!("{name} cannot be read"))?,
            ))
        };
        let dir = atomic::folder_of(&self.file);
        let changed = atomic::change(&self.file, git_dir(dir).as_deref(), read, |before| {
            let before = before.unwrap_or_default();
            let after = turned(&name, before, entry, turn)?;
            // Names and ids come from a server. What looks like a credential in them is not written.
            let scanner = output::scanner();
            // The id of a key of AWS names it, as ids of other servers do, and opens nothing.
            let is_secret = |rule: usize| scanner.rules().rules[rule].id != "aws-access-key-id";
            let secrets = |text: &[u8]| {
                let found = scanner.scan(text);
                found.iter().filter(|one| is_secret(one.rule)).count()
            };
            if secrets(&after) > secrets(before) {
                bail!(
                    "what the server calls the token looks like a credential, and the register holds none"
                );
            }
            Ok(((after != before).then_some(after), ()))
        });
        changed.map_err(|error| format!("{error:#}"))
    }
}

/// Tells the user something, on standard output. Whoever closed it does not want to know.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(output::plain(line).as_bytes());
    let _ = out.write_all(b"\n");
    let _ = out.flush();
}
