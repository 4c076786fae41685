//! What the user can type: the options of each verb, and the groups that verbs share.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use keysweep::config::{self, Config};
use keysweep::finding::{Confidence, Reason, Severity};
use keysweep::policy::FailOn;
use keysweep::source::ArchiveLimits;

#[derive(Args)]
pub struct Scan {
    /// Files and directories; `-` reads standard input. [default: .]
    pub paths: Vec<PathBuf>,
    /// The name under which standard input is reported.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub stdin_name: String,
    /// Also scan untracked files that git ignores.
    #[arg(long = "ignored", visible_alias = "no-ignore")]
    pub no_ignore: bool,
    /// Leave out paths that match; can be given several times.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Enter submodules and nested repositories.
    #[arg(long)]
    pub recurse_submodules: bool,
    /// Read what the index holds instead of the files of the working tree.
    #[arg(long, conflicts_with_all = ["no_ignore", "exclude", "recurse_submodules"])]
    pub index: bool,
    /// With --index: follow an object store outside the repository (git's alternates); can be given
    /// several times.
    #[arg(long, value_name = "PATH", requires = "index")]
    pub allow_alternate: Vec<PathBuf>,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Args)]
pub struct Staged {
    /// A directory inside the repository. [default: .]
    pub dir: Option<PathBuf>,
    #[command(flatten)]
    pub alternates: Alternates,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Args)]
pub struct History {
    /// The repository. [default: .]
    pub repo: Option<PathBuf>,
    /// Make a small repository with leaked credentials in a temporary directory and scan that.
    #[arg(long, conflicts_with = "repo")]
    pub demo: bool,
    #[command(flatten)]
    pub commits: Commits,
    /// Also what only the reflog holds and what nothing holds any more.
    #[arg(long, conflicts_with = "commits")]
    pub unreachable: bool,
    /// Look at every byte of every version instead of at what changed: slower, the same result.
    #[arg(long)]
    pub full: bool,
    #[command(flatten)]
    pub alternates: Alternates,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub common: Common,
}

/// Only what some commits introduced.
#[derive(Args)]
#[group(id = "commits", multiple = false)]
pub struct Commits {
    /// Only what the commits of a range introduced, each against its parents: A..B is what B has
    /// and A has not, A...B starts at their merge base.
    #[arg(long, value_name = "A..B")]
    pub range: Option<String>,
    /// Only what the commits since then introduced (a date, or RFC 3339), on any reference.
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub since: Option<jiff::Timestamp>,
    /// Only what a push of HEAD would publish: commits that are on no remote-tracking branch.
    #[arg(long)]
    pub pushed: bool,
}

#[derive(Args)]
pub struct Baseline {
    /// What to do.
    pub verb: BaselineVerb,
    /// A directory of the repository. [default: .]
    pub path: Option<PathBuf>,
    /// Look at the whole history, not at the working tree.
    #[arg(long)]
    pub history: bool,
    #[command(flatten)]
    pub looking: Looking,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BaselineVerb {
    /// Make it from what is found now.
    Create,
    /// Add what is found now and not known; sort it.
    Update,
    /// Remove what fits nothing any more or is past its date.
    Prune,
}

/// What lies outside a repository and is read all the same.
#[derive(Args, Clone, Default)]
pub struct Alternates {
    /// Follow an object store outside the repository (git's alternates); can be given several times.
    #[arg(long = "allow-alternate", value_name = "PATH")]
    pub allowed: Vec<PathBuf>,
}

/// How findings are looked for in order to name them.
#[derive(Args, Clone)]
pub struct Looking {
    #[command(flatten)]
    pub alternates: Alternates,
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Rules of your own, in a file of the same format; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// The moment that dates are judged for. [default: now]
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub now: Option<jiff::Timestamp>,
}

#[derive(Args)]
pub struct Allow {
    /// Ids of findings, as reports show them.
    #[arg(value_name = "ID", required_unless_present = "last")]
    pub ids: Vec<String>,
    /// Those that the last hook, or the last `staged`, failed on.
    #[arg(long, conflicts_with = "ids")]
    pub last: bool,
    /// Why; everybody who reads the repository can read it.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The last day on which it is allowed (2027-06-30).
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Option<jiff::civil::Date>,
    /// Allow it in these paths only, a pattern as in a .gitignore.
    #[arg(long, value_name = "GLOB")]
    pub path: Option<String>,
    /// A directory of the repository. [default: .]
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,
    /// Also look in the whole history.
    #[arg(long)]
    pub history: bool,
    #[command(flatten)]
    pub looking: Looking,
}

/// Whose word counts when findings are hidden.
#[derive(Args, Default)]
pub struct Trust {
    /// Ignore whatever the repository says about the scan: keysweep.toml, .keysweepignore, the
    /// baseline, comments.
    #[arg(long)]
    pub untrusted: bool,
    /// Take keysweep.toml, .keysweepignore and the baseline from here: base (of a range), head, or
    /// a branch, tag or commit. What is hidden only by what came later is a new suppression.
    #[arg(long, value_name = "base|head|REV")]
    pub policy_from: Option<String>,
    /// Fail when the change itself hides something.
    #[arg(long)]
    pub fail_on_new_suppressions: bool,
    /// List what is suppressed, with its reasons.
    #[arg(long)]
    pub show_suppressed: bool,
}

#[derive(Args)]
pub struct Rules {
    /// The rule whose page is printed.
    pub id: Option<String>,
    /// Rules of your own, in a file of the same format; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    #[command(flatten)]
    pub config: ConfigArgs,
}

#[derive(Args)]
pub struct Generate {
    /// What to print.
    pub what: Generated,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Generated {
    Bash,
    Elvish,
    Fish,
    PowerShell,
    Zsh,
    Man,
    /// Of the JSON report.
    Schema,
    /// Of keysweep.toml.
    ConfigSchema,
    /// The manual's table of the keys of keysweep.toml.
    ConfigTable,
}

#[derive(Args)]
pub struct ConfigVerb {
    #[command(subcommand)]
    pub verb: ConfigWhat,
}

#[derive(Subcommand)]
pub enum ConfigWhat {
    /// Every value with its origin: a line of the file, or the default.
    Show {
        /// What would be scanned. [default: .]
        path: Option<PathBuf>,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// Which configuration file holds.
#[derive(Args, Clone, Default)]
pub struct ConfigArgs {
    /// The configuration file. [default: keysweep.toml, in what is scanned or above it in its
    /// repository]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read no configuration file.
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
}

#[derive(Args, Default)]
pub struct Limits {
    /// Threads. [default: one a core]
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub threads: usize,
    /// Larger files and objects are named, not read (`64M`, `1G`). [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_file_size: Option<u64>,
    /// Look into archives (zip, tar, gzip, bzip2, xz, zstd). [default]
    #[arg(long, overrides_with = "no_archives", hide = true)]
    pub archives: bool,
    /// Leave archives closed.
    #[arg(long)]
    pub no_archives: bool,
    /// Archives inside archives, counted with the outermost. [default: 4]
    #[arg(long, value_name = "N")]
    pub archive_depth: Option<u64>,
    /// Decompressed bytes of one archive that are read, nested ones included. [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub archive_max_size: Option<u64>,
    /// Members of one archive that are read, nested ones included. [default: 100000]
    #[arg(long, value_name = "N")]
    pub archive_max_members: Option<u64>,
    /// How many times its size an archive may grow to before it counts as hostile. [default: 200]
    #[arg(long, value_name = "N")]
    pub archive_max_ratio: Option<u64>,
    /// Stop after this time and report what was found (`90s`, `10m`); exit status 2.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<std::time::Duration>,
}

impl Limits {
    /// Larger files are not read; bytes. The option, else the configuration, else the default.
    pub fn file_size(&self, config: &Config) -> u64 {
        let size = self.max_file_size.or(config.max_file_size);
        size.unwrap_or(config::MAX_FILE_SIZE)
    }

    /// What bounds the opening of archives; `None` when they stay closed.
    pub fn archives(&self, config: &Config) -> Option<ArchiveLimits> {
        let default = ArchiveLimits::default();
        let pick = |option: Option<u64>, configured: Option<u64>, default: u64| {
            option.or(configured).unwrap_or(default)
        };
        let depth = pick(
            self.archive_depth,
            config.archive_depth,
            default.depth as u64,
        );
        let total = pick(
            self.archive_max_size,
            config.archive_max_size,
            default.total,
        );
        let (members, ratio) = (self.archive_max_members, self.archive_max_ratio);
        (!self.no_archives).then_some(ArchiveLimits {
            depth: usize::try_from(depth).unwrap_or(usize::MAX),
            total,
            member: self.file_size(config),
            members: pick(members, config.archive_max_members, default.members),
            ratio: pick(ratio, config.archive_max_ratio, default.ratio),
        })
    }
}

#[derive(Args)]
pub struct Common {
    /// Format on standard output: human, json, jsonl, sarif, github, markdown.
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = format)]
    pub format: String,
    /// Also write a report to a file; can be given several times.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output)]
    pub output: Vec<(String, PathBuf)>,
    /// Rules of your own, in a file of the same format; can be given several times.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// What fails: none, a severity, or a glob over rule ids with days (`stale/expiring:7`); can
    /// be given several times.
    #[arg(long, value_name = "WHAT", value_parser = FailOn::parse)]
    pub fail_on: Vec<FailOn>,
    /// List results from this confidence on: low, medium, high.
    #[arg(long, value_name = "LEVEL", value_parser = confidence)]
    pub min_confidence: Option<Confidence>,
    /// List results from this severity on: info, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", value_parser = severity)]
    pub min_severity: Option<Severity>,
    #[command(flatten)]
    pub config: ConfigArgs,
    #[command(flatten)]
    pub trust: Trust,
    /// Accept that this kind of input could not be read (`shallow`, `partial`, `permission-denied`,
    /// …): listed, exit status 0; can be given several times.
    #[arg(long, value_name = "KIND", value_parser = gap)]
    pub accept_gap: Vec<Reason>,
    /// Limits of scope (too large, submodules, …) make the exit status 2.
    #[arg(long)]
    pub strict: bool,
    /// The moment that expiry is judged for (RFC 3339, or a date). [default: now]
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub now: Option<jiff::Timestamp>,
    /// Print the values themselves. Refused where CI keeps the log.
    #[arg(long)]
    pub show_secrets: bool,
    /// Print authors' e-mail addresses.
    #[arg(long)]
    pub show_emails: bool,
    /// List every rule in SARIF, also those without results.
    #[arg(long)]
    pub sarif_all_rules: bool,
    /// Colours.
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Say only what fails.
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: checks, reasons, every skipped input.
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

fn format(text: &str) -> Result<String, String> {
    let formats = keysweep::report::FORMATS;
    if formats.contains(&text) {
        return Ok(text.to_owned());
    }
    let hint = keysweep::rule::closest(text, formats.iter().copied())
        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(format!(
        "there is no format `{text}`{hint} (formats: {})",
        formats.join(", ")
    ))
}

fn output(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text
        .split_once('=')
        .ok_or("write FORMAT=FILE, for example sarif=out.sarif")?;
    if path.is_empty() {
        return Err("the file's name is missing".to_owned());
    }
    Ok((format(name)?, PathBuf::from(path)))
}

fn confidence(text: &str) -> Result<Confidence, String> {
    Confidence::ALL
        .into_iter()
        .find(|c| c.name() == text)
        .ok_or_else(|| "it is low, medium or high".to_owned())
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::ALL
        .into_iter()
        .find(|s| s.name() == text)
        .ok_or_else(|| "it is info, low, medium, high or critical".to_owned())
}

/// Bytes, with K, M or G for powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    config::size(text)
        .ok_or_else(|| "write a number of bytes, or one with K, M or G behind it".to_owned())
}

/// A failure that can be accepted.
fn gap(text: &str) -> Result<Reason, String> {
    Reason::acceptable(text).ok_or_else(|| {
        let names: Vec<&str> = Reason::ACCEPTABLE.into_iter().map(Reason::code).collect();
        format!("the kinds are shallow, partial, {}", names.join(", "))
    })
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || "write a number with s, m or h behind it, for example 90s".to_owned();
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..split].parse().map_err(|_| wrong())?;
    let factor = match &text[split..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(factor)
        .map(std::time::Duration::from_secs)
        .ok_or_else(wrong)
}

fn date(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse()
        .map_err(|_| "write a date, for example 2027-06-30".to_owned())
}

fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T00:00:00Z")
    };
    whole
        .parse()
        .map_err(|_| "write a date (2026-11-24) or a moment (2026-11-24T12:00:00Z)".to_owned())
}
