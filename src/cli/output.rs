//! Where reports go: standard output and files, all written whole or not at all.

#![allow(clippy::print_stderr)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::args::{Color, Common};
use keysweep::detect::Scanner;
use keysweep::report::{self, Report, Style};
use keysweep::secret::Masker;

/// A message without the credentials that stand in it: names of files, references and revisions
/// come from anywhere.
pub fn masked(message: &str) -> String {
    let scanner = Scanner::new(keysweep::builtin::set());
    let finder = |text: &[u8]| scanner.scan(text).into_iter().map(|c| c.span).collect();
    let masker = Masker::new([], &finder, false);
    masker.show(message.as_bytes()).as_str().to_owned()
}

/// Says what went wrong.
pub fn complain(message: &str) {
    eprintln!("keysweep: {}", plain(message));
}

/// Says something worth knowing.
pub fn note(message: &str) {
    eprintln!("keysweep: note: {}", plain(message));
}

/// A message can hold names that nobody chose to be kind: control characters are shown as escapes,
/// and no line but the first begins with its text, which a build log could take for a command.
pub fn plain(message: &str) -> String {
    let lines: Vec<String> = masked(message)
        .lines()
        .map(|line| report::terminal(&line.replace('\t', " ")))
        .collect();
    lines.join("\n  | ")
}

/// The outputs of a run.
pub struct Outputs {
    format: String,
    style: Style,
    files: Vec<(String, PathBuf)>,
}

impl Outputs {
    /// Checks every output before anything is scanned.
    pub fn open(common: &Common) -> Result<Self> {
        let mut seen = BTreeSet::new();
        for (_, path) in &common.output {
            check_target(path)?;
            if !seen.insert(identity(path)) {
                bail!(
                    "two outputs go to {}: give each a file of its own",
                    path.display()
                );
            }
        }
        let terminal = io::stdout().is_terminal();
        Ok(Outputs {
            format: common.format.clone(),
            style: Style {
                terminal,
                color: color(common.color, terminal),
                all_rules: common.sarif_all_rules,
                verbose: common.verbose,
                quiet: common.quiet,
                suppressed: common.trust.show_suppressed,
            },
            files: common.output.clone(),
        })
    }

    /// Writes the report everywhere it was asked for; files first, so that a closed pipe loses none.
    pub fn write(&self, report: &Report) -> Result<()> {
        let plain = Style {
            terminal: false,
            color: false,
            ..self.style
        };
        for (format, path) in &self.files {
            write_file(path, |out| report::write(format, report, plain, out))
                .with_context(|| format!("the report {} cannot be written", path.display()))?;
        }
        let mut out = BufWriter::new(io::stdout().lock());
        match report::write(&self.format, report, self.style, &mut out).and_then(|()| out.flush()) {
            // Whoever read it had enough. The exit status still tells what was found.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done.context("standard output cannot be written"),
        }
    }
}

fn color(wish: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match wish {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
        Color::Auto => terminal,
    }
}

/// A symlink or special file at the target is an error: a report must not write through it.
fn check_target(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(meta) if meta.is_dir() => bail!("{} is a directory; name a file", path.display()),
        Ok(_) => bail!(
            "{} is a symbolic link or a special file; name a plain file",
            path.display()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be used", path.display()));
        }
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        bail!("the folder {} does not exist", folder.display());
    }
    Ok(())
}

/// The same for two ways to write one path (`x`, `./x`). The file need not exist, its folder does.
fn identity(path: &Path) -> PathBuf {
    let folder = folder_of(path);
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Writes a file that is to be committed: through no link, whole or not at all.
pub fn write_plain(path: &Path, bytes: &[u8]) -> Result<()> {
    check_target(path)?;
    Ok(write_file(path, |out| out.write_all(bytes))?)
}

/// Writes to a temporary file beside the target and renames it.
fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder_of(path).join(format!(".{name}.{}.tmp", std::process::id()));
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)?;
    let mut out = BufWriter::new(file);
    let done = write(&mut out)
        .and_then(|()| out.flush())
        .and_then(|()| fs::rename(&temporary, path));
    if done.is_err() {
        // The half-written file is of no use; if it cannot be removed either, the error above says enough.
        let _ = fs::remove_file(&temporary);
    }
    done
}
