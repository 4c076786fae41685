//! `keysweep hook install` and `uninstall`: hooks for people without pre-commit. A hook that is
//! not ours is never touched, and nothing is chained behind anybody's back.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{Stage, git};
use crate::cli::atomic::{self, Lasting, Mode};
use crate::cli::lock::Lock;

/// The hooks of a repository that somebody works in.
const LOCAL: &[Stage] = &[Stage::PreCommit, Stage::PrePush];
/// The hooks of a repository that others push to.
const SERVER: &[Stage] = &[Stage::Receive];

/// The script before the place of the program it was written by, from there to the place of what
/// the user allowed, and after that.
fn script(stage: Stage) -> (&'static str, String, &'static str) {
    let name = stage.name();
    let way_out = match stage {
        Stage::Receive => "have it removed: hooks/pre-receive on the server".to_owned(),
        _ => format!("remove .git/hooks/{name}; to skip it once: --no-verify"),
    };
    let before = "#!/bin/sh\n\
         # Written by `keysweep hook install`; `keysweep hook uninstall` removes it.\n\
         if command -v keysweep >/dev/null 2>&1; then program=keysweep; else program=";
    let after = format!(
        "; fi\n\
         if ! command -v \"$program\" >/dev/null 2>&1; then\n\
         \x20 echo 'keysweep is not there any more, so nothing was scanned. Install it again, or' >&2\n\
         \x20 echo '{way_out}' >&2\n\
         \x20 exit 1\n\
         fi\n\
         exec \"$program\" hook --stage {name}"
    );
    (before, after, " \"$@\"\n")
}

/// What stands at the place of a hook.
enum Found {
    Nothing,
    Ours,
    Foreign,
}

fn look(path: &Path, stage: Stage) -> Result<Found> {
    let kind = match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Found::Nothing);
        }
        other => other.with_context(|| format!("{} cannot be read", path.display()))?,
    };
    if !kind.is_file() {
        return Ok(Found::Foreign);
    }
    let text = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (before, between, after) = script(stage);
    let text = String::from_utf8_lossy(&text);
    let middle = text
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after))
        .and_then(|rest| rest.split_once(&between));
    Ok(match middle {
        Some((program, allowed)) if !program.contains('\n') && !allowed.contains('\n') => {
            Found::Ours
        }
        _ => Found::Foreign,
    })
}

/// Where git looks for hooks.
pub struct Folder {
    pub path: PathBuf,
    /// `core.hooksPath` says so.
    pub set: bool,
    /// Of a bare repository.
    pub bare: bool,
}

/// Where git looks for hooks here. `allowed` may be followed out of the repository.
pub fn folder(here: &Path, allowed: &[PathBuf]) -> Result<Folder> {
    // Git itself would wait for ever on a FIFO in the place of one of its files.
    keysweep::source::check_for_git(here, allowed)
        .context("git was not run, because it could not read this repository")?;
    let bare = match git(here, &["rev-parse", "--is-bare-repository"]) {
        // What git says names its own command, and not what to do.
        Err(error) if error.to_string().contains("not a git repository") => bail!(
            "this is not a git repository, and hooks are installed in one: change into one, or make one \
             with `git init`"
        ),
        bare => bare.context("hooks are installed from within a git repository")? == "true",
    };
    let top = match bare {
        true => git(here, &["rev-parse", "--absolute-git-dir"])?,
        false => git(here, &["rev-parse", "--show-toplevel"])
            .context("hooks are installed from within a working tree")?,
    };
    let top = PathBuf::from(top);
    let set = git(&top, &["config", "--get", "core.hooksPath"]).is_ok();
    // Relative to the top, where git starts hooks.
    let path = top.join(git(&top, &["rev-parse", "--git-path", "hooks"])?);
    Ok(Folder { path, set, bare })
}

/// Keeps other runs of `install` and `uninstall` out of a folder of hooks.
fn lock(folder: &Path) -> Result<Lock> {
    Lock::of(&folder.join("hooks"), None)
}

/// Writes all hooks of a working repository, or with `pre_receive` that of a bare one, or none. What the user
/// allows to be followed out of the repository (a clone that shares its objects borrows them from another one) is
/// written into them: it is the word of whoever installs them, in a file that no commit changes.
///
/// # Errors
/// Hooks of somebody else are there, nothing can be written, or the hooks could not read the
/// repository and would refuse every commit.
pub fn install(dir: &Path, allowed: &[PathBuf], pre_receive: bool) -> Result<ExitCode> {
    let allowed = allowed
        .iter()
        .map(|path| {
            path.canonicalize()
                .with_context(|| format!("--allow-alternate {}", path.display()))
        })
        .collect::<Result<Vec<_>>>()?;
    let Folder {
        path: folder,
        set,
        bare,
    } = folder(dir, &allowed)?;
    refuse(&folder, bare, pre_receive)?;
    let readable = match bare {
        true => keysweep::source::check_receiving(dir, &allowed),
        false => keysweep::source::check_staged(dir, &allowed),
    };
    readable.context(
        "nothing was installed, because the hooks could not read this repository (what \
         --allow-alternate names here is written into them)",
    )?;
    fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let stages = if bare { SERVER } else { LOCAL };
    let paths: Vec<(Stage, PathBuf)> = stages
        .iter()
        .map(|stage| (*stage, folder.join(stage.name())))
        .collect();
    let _lock = lock(&folder)?;
    leave_foreign(&paths)?;
    let program = std::env::current_exe().context("this program's own path is not known")?;
    let mut out = std::io::stdout().lock();
    for (stage, path) in &paths {
        write_script(path, *stage, &program, &allowed)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        writeln!(out, "installed {}", shown(path))?;
    }
    if set {
        writeln!(
            out,
            "core.hooksPath is set: these hooks run in every repository that shares {}",
            shown(&folder)
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses to install hooks where they would not run, or not for long.
fn refuse(folder: &Path, bare: bool, pre_receive: bool) -> Result<()> {
    match (bare, pre_receive) {
        (true, false) => bail!(
            "this is a bare repository, where nobody commits and nothing is pushed from; to judge what is \
             pushed to it: keysweep hook install --pre-receive"
        ),
        (false, true) => bail!(
            "--pre-receive is for a bare repository that others push to; without it the hooks of this \
             working tree are installed"
        ),
        _ => {}
    }
    if folder.ends_with(".husky/_") {
        bail!(
            "husky keeps the hooks here, and writes {} anew whenever it likes; put the line \
             `keysweep hook --stage pre-commit` into .husky/pre-commit (`keysweep init` does)",
            shown(folder)
        );
    }
    Ok(())
}

/// Refuses to install any of the hooks where one of them is somebody else's.
fn leave_foreign(paths: &[(Stage, PathBuf)]) -> Result<()> {
    for (stage, path) in paths {
        if matches!(look(path, *stage)?, Found::Foreign) {
            // Both, because whoever keeps one by hand gets neither from us.
            let lines: Vec<String> = paths
                .iter()
                .map(|(stage, path)| {
                    let name = stage.name();
                    format!(
                        "{}: keysweep hook --stage {name} \"$@\" || exit 1",
                        path.display()
                    )
                })
                .collect();
            bail!(
                "{} is somebody else's and stays as it is; nothing was installed. To run keysweep, \
                 add a line to each hook by hand:\n{}",
                path.display(),
                lines.join("\n")
            );
        }
    }
    Ok(())
}

/// Removes what [`install`] wrote, as long as nobody changed it.
pub fn uninstall() -> Result<ExitCode> {
    let Folder {
        path: folder, bare, ..
    } = folder(Path::new("."), &[])?;
    let _lock = match folder.is_dir() {
        true => Some(lock(&folder)?),
        false => None,
    };
    let mut out = std::io::stdout().lock();
    let mut any = false;
    for stage in if bare { SERVER } else { LOCAL } {
        let path = folder.join(stage.name());
        match look(&path, *stage)? {
            Found::Nothing => continue,
            Found::Ours => {
                fs::remove_file(&path)
                    .with_context(|| format!("{} cannot be removed", path.display()))?;
                writeln!(out, "removed {}", shown(&path))?;
            }
            Found::Foreign => {
                writeln!(
                    out,
                    "left alone: {} is not what keysweep installed",
                    shown(&path)
                )?;
            }
        }
        any = true;
    }
    if !any {
        writeln!(out, "no hooks in {}", shown(&folder))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(path: &Path) -> String {
    keysweep::report::terminal(&path.display().to_string())
}

/// A path as one word for the shell, whatever is in it.
fn word(path: &Path) -> Result<String> {
    let path = path
        .to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))?;
    // A path with a line break is not worth a hook that nobody can recognise again.
    if path.contains('\n') {
        bail!("the path {path:?} holds a line break");
    }
    Ok(format!("'{}'", path.replace('\'', "'\\''")))
}

fn write_script(path: &Path, stage: Stage, program: &Path, allowed: &[PathBuf]) -> Result<()> {
    let (before, between, after) = script(stage);
    let program = word(program)?;
    let mut options = String::new();
    for allowed in allowed {
        options.push_str(" --allow-alternate ");
        options.push_str(&word(allowed)?);
    }
    // Written beside and renamed: git must never run half a hook.
    let content = |out: &mut dyn Write| {
        let script = format!("{before}{program}{between}{options}{after}");
        out.write_all(script.as_bytes())
    };
    Ok(atomic::write(path, Lasting::Yes, Mode::Program, content)?)
}
