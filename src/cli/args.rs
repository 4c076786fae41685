//! What the user can type: the options of each verb, and the groups that verbs share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::parse::{
    Formats, confidences, duration, gap, moment, output, profile, severities, since, size,
};
use keysweep::config::{self, Config};
use keysweep::finding::{Confidence, Reason, Severity};
use keysweep::life::Profile;
use keysweep::report::{Format, People, Report};
use keysweep::source::ArchiveLimits;
use keysweep::thresholds::FailOn;

/// The headings under which `--help` groups the options. Every verb uses the same ones, in this order.
pub(super) mod heading {
    pub const INPUT: &str = "What is read";
    pub const FAILING: &str = "What fails";
    pub const OUTPUT: &str = "Output";
    pub const POLICY: &str = "Rules and configuration";
    pub const LIMITS: &str = "Limits";
}

#[derive(Args)]
#[command(next_help_heading = heading::INPUT)]
#[command(after_help = "\
Examples:
  keysweep scan                       The files here
  keysweep scan src config.yml        Some of them
  keysweep scan - < build.log         Standard input
  keysweep scan --format sarif --output json=out.json  For code scanning, and JSON beside it")]
pub struct Scan {
    /// Files and directories; `-` reads standard input. [default: .]
    #[arg(help_heading = None)]
    pub paths: Vec<PathBuf>,
    /// The file name that reports give to standard input.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub stdin_name: String,
    /// Also scan untracked files that git ignores.
    #[arg(long = "ignored", visible_alias = "no-ignore")]
    pub no_ignore: bool,
    /// Leave out paths that match this pattern. Repeatable.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Enter submodules and nested repositories.
    #[arg(long)]
    pub recurse_submodules: bool,
    /// Do not look at the repository's own configuration (.git/config), which no commit holds.
    #[arg(long)]
    pub no_git_config: bool,
    /// Read what the index holds instead of the files of the working tree.
    #[arg(long, conflicts_with_all = ["no_ignore", "exclude", "recurse_submodules"])]
    pub index: bool,
    /// With --index: read this object store outside the repository (git's alternates). Repeatable.
    #[arg(long, value_name = "PATH", requires = "index")]
    pub allow_alternate: Vec<PathBuf>,
    #[command(flatten)]
    pub lists: Lists,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub limits: Limits,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep staged                     What the next commit adds
  keysweep staged --fail-on critical  Stop for the worst alone
  keysweep staged -v                  Also say why each is reported")]
pub struct Staged {
    /// A directory inside the repository. [default: .]
    pub dir: Option<PathBuf>,
    #[command(flatten)]
    pub alternates: Alternates,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub limits: Limits,
}

#[derive(Args)]
#[command(next_help_heading = heading::INPUT)]
#[command(after_help = "\
Examples:
  keysweep history                     Every version of every file
  keysweep history --range main..HEAD  What these commits added
  keysweep history --since 30d --output html=out.html  The last 30 days, on a page")]
pub struct History {
    /// The repository. [default: .]
    #[arg(help_heading = None)]
    pub repo: Option<PathBuf>,
    /// Scan a small repository with made-up leaks, which is made in a temporary directory.
    #[arg(long, conflicts_with = "repo")]
    pub demo: bool,
    #[command(flatten)]
    pub commits: Commits,
    /// Also read objects that no branch or tag reaches: the reflog's and those that nothing names.
    #[arg(long, conflicts_with = "commits")]
    pub unreachable: bool,
    /// Look at every byte of every version, not only at what changed. Slower, with the same result.
    #[arg(long)]
    pub full: bool,
    /// Do not look at the repository's own configuration (.git/config), which no commit holds.
    #[arg(long)]
    pub no_git_config: bool,
    #[command(flatten)]
    pub lists: Lists,
    #[command(flatten)]
    pub alternates: Alternates,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub limits: Limits,
}

/// Only what some commits introduced.
#[derive(Args)]
#[group(id = "commits", multiple = false)]
pub struct Commits {
    /// Only what the commits of a range introduced, each compared with its parents. A..B are the
    /// commits that B has and A has not; A...B starts at their merge base.
    #[arg(long, value_name = "A..B")]
    pub range: Option<String>,
    /// Only what commits from this date on introduced, on any branch or tag: 2026-11-24,
    /// RFC 3339, or how long ago (30d, 2w).
    #[arg(long, value_name = "DATE", value_parser = since)]
    pub since: Option<jiff::Timestamp>,
    /// Only what a push of HEAD would publish: its commits that are on no remote-tracking branch.
    #[arg(long)]
    pub pushed: bool,
}

/// What lies outside a repository and is read all the same.
#[derive(Args, Clone, Default)]
pub struct Alternates {
    /// Read this object store outside the repository (git's alternates). Repeatable.
    #[arg(
        long = "allow-alternate",
        value_name = "PATH",
        help_heading = heading::INPUT
    )]
    pub allowed: Vec<PathBuf>,
}

/// What servers say of the tokens that they issued.
#[derive(Args, Clone, Default)]
pub struct Lists {
    /// Look the findings up in this list of a server's tokens: a snapshot that `tokens import` wrote,
    /// or KIND=FILE, as the server gave it. Repeatable.
    #[arg(long = "with", value_name = "[KIND=]FILE", help_heading = heading::INPUT)]
    pub with: Vec<String>,
}

/// How findings are looked for in order to name them.
#[derive(Args, Clone, Default)]
pub struct Looking {
    #[command(flatten)]
    pub alternates: Alternates,
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Add the rules of this file. Repeatable.
    #[arg(long, value_name = "FILE", help_heading = heading::POLICY)]
    pub rules: Vec<PathBuf>,
    /// Judge expiry as of this moment (a date, or RFC 3339). [default: now]
    #[arg(long, value_name = "WHEN", value_parser = moment, help_heading = heading::POLICY)]
    pub now: Option<jiff::Timestamp>,
}

/// Which files of the repository may hide findings.
#[derive(Args, Default)]
pub struct Trust {
    /// Ignore everything in the repository that hides findings: keysweep.toml, .keysweepignore,
    /// the baseline, comments.
    #[arg(long, help_heading = heading::POLICY)]
    pub untrusted: bool,
    /// Read keysweep.toml, .keysweepignore and the baseline at this commit: base (of a range),
    /// head, or a branch, tag or commit. What only later commits hide is a new suppression.
    #[arg(long, value_name = "base|head|REV", help_heading = heading::POLICY)]
    pub policy_from: Option<String>,
    /// Fail when the change that is judged suppresses a finding.
    #[arg(long, help_heading = heading::FAILING)]
    pub fail_on_new_suppressions: bool,
    /// List suppressed findings too, each with its reason.
    #[arg(long, help_heading = heading::OUTPUT)]
    pub show_suppressed: bool,
}

/// Which configuration file is read.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = heading::POLICY)]
pub struct ConfigArgs {
    /// Read this configuration file. [default: the nearest keysweep.toml in the scanned directory
    /// or above it, up to the top of the repository]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read no configuration file.
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
}

#[derive(Args, Clone, Default)]
#[command(next_help_heading = heading::LIMITS)]
pub struct Limits {
    /// How many threads work. [default: as many as there are cores]
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub threads: usize,
    /// Name larger files and objects instead of reading them (64M, 1G). [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_file_size: Option<u64>,
    /// Look into archives (zip, tar, gzip, bzip2, xz, zstd). [default]
    #[arg(long, overrides_with = "no_archives", hide = true)]
    pub archives: bool,
    /// Do not look into archives (zip, tar, gzip, bzip2, xz, zstd).
    #[arg(long)]
    pub no_archives: bool,
    /// How many archives inside each other are opened, the outermost included. [default: 4]
    #[arg(long, value_name = "N")]
    pub archive_depth: Option<u64>,
    /// How many decompressed bytes of one archive are read, nested ones included. [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub archive_max_size: Option<u64>,
    /// How many members of one archive are read, nested ones included. [default: 100000]
    #[arg(long, value_name = "N")]
    pub archive_max_members: Option<u64>,
    /// How many times its own size an archive may unpack to before it counts as hostile.
    /// [default: 200]
    #[arg(long, value_name = "N")]
    pub archive_max_ratio: Option<u64>,
    /// Stop after this time (90s, 10m) and report what was found so far, with exit status 2.
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

/// How the names of people are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Names {
    /// As git recorded them.
    Full,
    /// The first letter of each of their words.
    Initials,
    /// Not at all.
    None,
}

impl From<Names> for People {
    fn from(names: Names) -> People {
        match names {
            Names::Full => People::Full,
            Names::Initials => People::Initials,
            Names::None => People::None,
        }
    }
}

/// What the calendar has.
#[derive(Args)]
pub struct Due {
    /// In the calendar (ics), only what ends within this span: 30d, 12w, 1y.
    #[arg(long, value_name = "SPAN", value_parser = keysweep::life::days, help_heading = heading::OUTPUT)]
    pub due: Option<i64>,
}

impl Due {
    /// Takes out what ends later.
    pub fn keep(&self, report: &mut Report) {
        let Some(days) = self.due else { return };
        let until = jiff::SignedDuration::from_hours(24 * days);
        let now = report.run.now;
        report
            .ends
            .retain(|end| end.at.duration_since(now) <= until);
    }
}

#[derive(Args)]
pub struct Common {
    /// Fail on this instead of `medium`: none, a severity (it or worse), or a glob over rule ids,
    /// with days where it is about expiry (stale/expiring:7). Repeatable.
    #[arg(
        long,
        value_name = "WHAT",
        value_parser = FailOn::parse,
        help_heading = heading::FAILING
    )]
    pub fail_on: Vec<FailOn>,
    /// Fail from this confidence on, wherever it stands: low, medium, high. [default: medium in
    /// configuration and for tokens in code, high elsewhere]
    #[arg(long, value_name = "LEVEL", value_parser = confidences(), help_heading = heading::FAILING)]
    pub fail_confidence: Option<Confidence>,
    /// Do not fail because input of this kind could not be read (shallow, partial,
    /// permission-denied, …). It is still listed. Repeatable.
    #[arg(long, value_name = "KIND", value_parser = gap, help_heading = heading::FAILING)]
    pub accept_gap: Vec<Reason>,
    /// Exit with status 2 also when something was left out on purpose (too large, a submodule, …).
    #[arg(long, help_heading = heading::FAILING)]
    pub strict: bool,
    /// Format on standard output.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "human",
        value_parser = Formats,
        help_heading = heading::OUTPUT
    )]
    pub format: &'static dyn Format,
    /// Also write the report to a file, in this format; ics, a calendar of what ends, with audit and tokens check;
    /// template=TEMPLATE=FILE by a template of your own. Repeatable.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = heading::OUTPUT)]
    pub output: Vec<(&'static dyn Format, PathBuf)>,
    /// List results of this confidence or better: low, medium, high. [default: medium]
    #[arg(
        long,
        value_name = "LEVEL",
        value_parser = confidences(),
        help_heading = heading::OUTPUT
    )]
    pub min_confidence: Option<Confidence>,
    /// List results of this severity or worse: info, low, medium, high, critical. [default: info;
    /// medium for staged and hook]
    #[arg(long, value_name = "LEVEL", value_parser = severities(), help_heading = heading::OUTPUT)]
    pub min_severity: Option<Severity>,
    /// List also what stands in tests, examples, documentation or code of others alone and does not
    /// fail. The JSON formats always do.
    #[arg(long, help_heading = heading::OUTPUT)]
    pub all: bool,
    /// Print the secret values themselves. Refused where the environment variable CI is set.
    #[arg(long, help_heading = heading::OUTPUT)]
    pub show_secrets: bool,
    /// Print the e-mail addresses of authors.
    #[arg(long, help_heading = heading::OUTPUT)]
    pub show_emails: bool,
    /// How to print the names of people that commits tell.
    #[arg(long, value_enum, default_value_t = Names::Full, help_heading = heading::OUTPUT)]
    pub people: Names,
    /// List every rule in SARIF, also those without results.
    #[arg(long, help_heading = heading::OUTPUT)]
    pub sarif_all_rules: bool,
    /// When to use colours.
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = heading::OUTPUT)]
    pub color: Color,
    /// Print one line for each result, and how many fail.
    #[arg(short, long, conflicts_with = "verbose", help_heading = heading::OUTPUT)]
    pub quiet: bool,
    /// Print more: checks, reasons, everything that was not read.
    #[arg(short, long, help_heading = heading::OUTPUT)]
    pub verbose: bool,
    /// Add the rules of this file. Repeatable.
    #[arg(long, value_name = "FILE", help_heading = heading::POLICY)]
    pub rules: Vec<PathBuf>,
    #[command(flatten)]
    pub config: ConfigArgs,
    #[command(flatten)]
    pub trust: Trust,
    /// Judge expiry as of this moment (a date, or RFC 3339). [default: now]
    #[arg(long, value_name = "WHEN", value_parser = moment, help_heading = heading::POLICY)]
    pub now: Option<jiff::Timestamp>,
    /// Judge the age of credentials by this standard: cis, pci, soc2, none. [default: the one of the
    /// configuration, else none]
    #[arg(long, value_name = "NAME", value_parser = profile, help_heading = heading::POLICY)]
    pub policy_profile: Option<&'static Profile>,
    /// Also say of what a change adds what is wrong with its life (stale/…): staged, a range, a hook.
    #[arg(long, help_heading = heading::OUTPUT)]
    pub stale: bool,
}

impl Common {
    /// What holds where a program asks and nobody chooses: no option but where rules and configuration stand.
    pub fn plain(looking: &Looking) -> Self {
        Common {
            fail_on: Vec::new(),
            fail_confidence: None,
            accept_gap: Vec::new(),
            strict: false,
            format: &keysweep::report::Human,
            output: Vec::new(),
            min_confidence: None,
            min_severity: None,
            all: true,
            show_secrets: false,
            show_emails: false,
            people: Names::None,
            sarif_all_rules: false,
            color: Color::Never,
            quiet: true,
            verbose: false,
            rules: looking.rules.clone(),
            config: looking.config.clone(),
            trust: Trust::default(),
            now: looking.now,
            policy_profile: None,
            stale: false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}
