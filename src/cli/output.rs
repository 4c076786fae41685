//! Where reports go: standard output and files, all written whole or not at all.

#![allow(clippy::print_stderr)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::args::{Color, Common, Limits};
use super::atomic::{self, Lasting, Mode};
use super::ending::Ending;
use super::signals;
use keysweep::detect::Scanner;
use keysweep::report::{self, Format, Report, Style};
use keysweep::secret::Masker;
use keysweep::source::Control;

/// The scanner with the built-in rules alone, for what keysweep itself is about to say or to write; made once.
pub fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(keysweep::builtin::set()))
}

/// Whether this runs where logs are kept and many read them.
pub fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false" && ci != "0")
}

/// The exit status of a verb that looked at files or a history and wrote no report of it: where not everything
/// could be read, that is said, and the status is that of a scan.
pub fn ended(looked: &[&Report]) -> ExitCode {
    let cut = |report: &&&Report| {
        report.failed_to_read() || report.stopped_by().is_some() || report.exit_status() == 2
    };
    match looked.iter().find(cut) {
        None => ExitCode::SUCCESS,
        Some(report) => {
            let why = match report.stopped_by() {
                Some(_) => report::verdict(report),
                None => "not everything that was asked for was read".to_owned(),
            };
            note(&format!("{why}; `keysweep scan` or `history` says what"));
            ExitCode::from(2)
        }
    }
}

/// A message without the credentials that stand in it: names of files, references and revisions
/// come from anywhere.
pub fn masked(message: &str) -> String {
    let scanner = scanner();
    let finder = |text: &[u8]| scanner.spans(text);
    let masker = Masker::new([], &finder, false);
    masker.show(message.as_bytes()).as_str().to_owned()
}

/// Says what went wrong.
pub fn complain(message: &str) {
    say(&format!("keysweep: {}", plain(message)));
}

/// Says something worth knowing.
pub fn note(message: &str) {
    say(&format!("keysweep: note: {}", plain(message)));
}

/// Writes a line to standard error. Where that is full or closed nobody can be told, and the status still says
/// how the run ended.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
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

/// Whether a calendar of what ends is one of the outputs.
pub fn has_calendar(common: &Common) -> bool {
    let files = common.output.iter().map(|(format, _)| format);
    let mut all = files.chain([&common.format]);
    all.any(|format| format.name() == report::CALENDAR.name())
}

/// The outputs of a run.
pub struct Outputs {
    format: &'static dyn Format,
    style: Style,
    files: Vec<(&'static dyn Format, PathBuf)>,
    /// When the allowed time is over.
    until: Option<Instant>,
}

impl Outputs {
    /// Checks every output before anything is scanned. A calendar is none of them: most verbs know nothing of ends.
    pub fn open(common: &Common, limits: &Limits) -> Result<Self> {
        if has_calendar(common) {
            let calendar = report::CALENDAR.name();
            bail!(
                "{calendar}, a calendar of what ends, is made by `keysweep audit` and `keysweep tokens check`"
            );
        }
        Outputs::open_dated(common, limits)
    }

    /// The same, where a calendar may be one of them.
    pub fn open_dated(common: &Common, limits: &Limits) -> Result<Self> {
        let mut seen = BTreeSet::new();
        for (_, path) in &common.output {
            atomic::check_target(path)?;
            if !seen.insert(identity(path)) {
                bail!(
                    "two outputs go to {}: give each a file of its own",
                    path.display()
                );
            }
        }
        let terminal = io::stdout().is_terminal();
        Ok(Outputs {
            format: common.format,
            style: Style {
                terminal,
                color: color(common.color, terminal),
                width: width(terminal),
                all_rules: common.sarif_all_rules,
                verbose: common.verbose,
                quiet: common.quiet,
                all: common.all,
                suppressed: common.trust.show_suppressed,
            },
            files: common.output.clone(),
            until: limits.timeout.map(|limit| Instant::now() + limit),
        })
    }

    /// How files are written.
    fn plain(&self) -> Style {
        Style {
            terminal: false,
            color: false,
            width: None,
            ..self.style
        }
    }

    /// Whether any of them holds pages of the repository's host.
    pub fn links(&self) -> bool {
        let mut files = self.files.iter();
        self.format.links(self.style) || files.any(|(format, _)| format.links(self.plain()))
    }

    /// Writes the report everywhere it was asked for; files first, so that a closed pipe loses none.
    /// Signals and the time limit end this too; what was to be written then is there whole, or is no
    /// file and no whole document.
    pub fn write(&self, report: &Report) -> Result<()> {
        let control = Arc::new(Control::default());
        signals::watch(&control)?;
        let left = self
            .until
            .map(|end| end.saturating_duration_since(Instant::now()));
        signals::time_limit(&control, left);
        let over = || control.stopped();
        let plain = self.plain();
        for (format, path) in &self.files {
            let content = |out: &mut dyn Write| {
                let mut out = Ending::new(out, &over);
                report::write(*format, report, plain, &mut out)
            };
            atomic::write(path, Lasting::No, Mode::Usual, content)
                .with_context(|| format!("the report {} cannot be written", path.display()))?;
        }
        let mut out = Ending::new(BufWriter::new(io::stdout().lock()), &over);
        match report::write(self.format, report, self.style, &mut out).and_then(|()| out.flush()) {
            // Whoever read it had enough. The exit status still tells what was found.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done.context("standard output cannot be written"),
        }
    }
}

/// How wide the terminal is that lines are folded to.
pub fn width(terminal: bool) -> Option<usize> {
    let size = terminal.then(terminal_size::terminal_size).flatten();
    size.map(|(width, _)| usize::from(width.0))
}

/// Whether standard output takes colours.
pub fn color(wish: Color, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match wish {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
        Color::Auto => terminal,
    }
}

/// The same for two ways to write one path (`x`, `./x`). The file need not exist, its folder does.
fn identity(path: &Path) -> PathBuf {
    let folder = atomic::folder_of(path);
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}
