//! Every key of the file, and those that may not stand in it.

use crate::finding::{Confidence, Reason, Severity};
use crate::life::Limit;
use crate::rule::{Pack, is_inside};
use crate::source::ArchiveLimits;
use crate::thresholds::FailOn;

use super::cell::{Cell, Fault};
use super::policy::profiles;
use super::{At, Config, Disabled, Whose};

/// Larger files are not read where nothing says otherwise; bytes.
pub const MAX_FILE_SIZE: u64 = 256 << 20;

/// One key of the file.
pub struct Key {
    /// Its section.
    pub section: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What a value looks like.
    pub shape: Shape,
    /// What it does, for people.
    pub about: &'static str,
    /// What holds without it, in TOML.
    pub default: &'static str,
    /// What else there is to say of the default; may be empty.
    pub note: &'static str,
    /// Takes a value into a configuration.
    pub(super) put: fn(&mut Config, &Cell<'_>) -> Result<(), Fault>,
}

/// What a value looks like.
#[derive(Clone, Copy)]
pub enum Shape {
    /// `true` or `false`.
    Flag,
    /// A list of texts.
    Texts,
    /// A list of words out of these.
    Words(fn() -> Vec<&'static str>),
    /// One word out of these.
    Word(fn() -> Vec<&'static str>),
    /// Bytes: a number, or a text with K, M or G behind it; at most the default where a
    /// repository says it.
    Size(fn() -> u64),
    /// A number of things, of which 0 is none; at most the default where a repository says it.
    Count(fn() -> u64),
    /// A span: days, weeks or years.
    Days,
    /// Limits of the policy for some credentials.
    Rows,
}

/// The key of one limit of the policy.
macro_rules! limit {
    ($name:literal, $default:literal, $limit:ident, $about:literal) => {
        Key {
            section: "policy",
            name: $name,
            shape: Shape::Days,
            about: $about,
            default: $default,
            note: "",
            put: |config, cell| {
                let (value, line) = (cell.days()?, cell.line);
                config.policy.general[Limit::$limit as usize] = Some(At { value, line });
                Ok(())
            },
        }
    };
}

/// Every key, in the order of the manual.
pub const KEYS: &[Key] = &[
    Key {
        section: "scan",
        name: "exclude",
        shape: Shape::Texts,
        about: "Paths to leave out, as in a .gitignore. A scan of a tree does not read them and lists them as left out; what is found there in the index or the history is suppressed.",
        default: "[]",
        note: "",
        put: |config, cell| {
            config.exclude = cell.texts()?;
            Ok(())
        },
    },
    Key {
        section: "scan",
        name: "ignored",
        shape: Shape::Flag,
        about: "Also scan untracked files that git ignores.",
        default: "false",
        note: "",
        put: |config, cell| cell.flag().map(|on| config.ignored = on),
    },
    Key {
        section: "scan",
        name: "recurse-submodules",
        shape: Shape::Flag,
        about: "Enter submodules and nested repositories.",
        default: "false",
        note: "",
        put: |config, cell| cell.flag().map(|on| config.recurse_submodules = on),
    },
    Key {
        section: "rules",
        name: "files",
        shape: Shape::Texts,
        about: "Rule files of your own, relative to this file and inside the repository. They add rules and never redefine one.",
        default: "[]",
        note: "",
        put: |config, cell| {
            let files = cell.texts()?;
            for file in &files {
                cell.check(is_inside(&file.value), file.line, "a rule file is a path below this file's directory, with `/` between names and without `..`")?;
            }
            config.rule_files = files;
            Ok(())
        },
    },
    Key {
        section: "rules",
        name: "extends",
        shape: Shape::Texts,
        about: "Rule packs: rule files that may name further ones. `PATH`, relative to this file and inside the repository; or, in a file that --config names, `PATH sha256:DIGEST` wherever it lies.",
        default: "[]",
        note: "",
        put: |config, cell| {
            let mut packs = Vec::new();
            for text in cell.texts()? {
                let pack = Pack::parse(&text.value);
                let pack = pack.map_err(|why| (text.line, format!("`rules.extends` {why}")))?;
                cell.check(pack.is_inside() || cell.whose == Whose::User, text.line, "a pack outside the repository is for the user to name: give this file by --config, or the pack by --rules")?;
                packs.push(At {
                    value: pack,
                    line: text.line,
                });
            }
            config.extends = packs;
            Ok(())
        },
    },
    Key {
        section: "rules",
        name: "disable",
        shape: Shape::Texts,
        about: "Rules whose findings are suppressed: ids or globs over ids, each with ` -- reason` behind it if you like. What they find is still counted, and listed with --show-suppressed.",
        default: "[]",
        note: "",
        put: |config, cell| {
            config.disable = cell
                .texts()?
                .into_iter()
                .map(|text| {
                    let (rule, reason) = match text.value.split_once(" -- ") {
                        Some((rule, reason)) => (rule, reason),
                        None => (text.value.as_str(), ""),
                    };
                    At {
                        value: Disabled {
                            rule: rule.trim().to_owned(),
                            reason: reason.trim().to_owned(),
                        },
                        line: text.line,
                    }
                })
                .collect();
            Ok(())
        },
    },
    Key {
        section: "report",
        name: "min-confidence",
        shape: Shape::Word(confidences),
        about: "List results of this confidence or better. The report says how many this hides beyond the default.",
        default: "\"medium\"",
        note: "",
        put: |config, cell| {
            let word = cell.word(&confidences())?;
            config.min_confidence = Confidence::ALL.into_iter().find(|c| c.name() == word);
            Ok(())
        },
    },
    Key {
        section: "report",
        name: "min-severity",
        shape: Shape::Word(severities),
        about: "List results of this severity or worse. The report says how many this hides beyond the default.",
        default: "\"info\"",
        note: "medium for staged and hook",
        put: |config, cell| {
            let word = cell.word(&severities())?;
            config.min_severity = Severity::ALL.into_iter().find(|s| s.name() == word);
            Ok(())
        },
    },
    Key {
        section: "report",
        name: "fail-on",
        shape: Shape::Texts,
        about: "What fails: none, a severity (it or worse), or a glob over rule ids, with days where it is about expiry (`stale/expiring:7`). The report says how many results pass that fail by default. --fail-on on the command line replaces it.",
        default: "[\"medium\"]",
        note: "",
        put: |config, cell| {
            let mut all = Vec::new();
            for text in cell.texts()? {
                let on = FailOn::parse(&text.value);
                cell.check(on.is_ok(), text.line, "write `none`, a severity (info, low, medium, high, critical), or a glob over rule ids with days behind it, for example `stale/expiring:7`")?;
                all.extend(on.map(|value| At {
                    value,
                    line: text.line,
                }));
            }
            config.fail_on = all;
            Ok(())
        },
    },
    Key {
        section: "report",
        name: "fail-confidence",
        shape: Shape::Word(confidences),
        about: "Results of this confidence or better fail, for hook, action and scan alike, and are listed. --fail-confidence on the command line replaces it.",
        default: "\"medium\"",
        note: "medium in configuration and for tokens in code, high elsewhere",
        put: |config, cell| {
            let word = cell.word(&confidences())?;
            config.fail_confidence = Confidence::ALL.into_iter().find(|c| c.name() == word);
            Ok(())
        },
    },
    Key {
        section: "report",
        name: "fail-on-new-suppressions",
        shape: Shape::Flag,
        about: "Fail when the change that is judged suppresses a finding.",
        default: "false",
        note: "",
        put: |config, cell| cell.flag().map(|on| config.fail_on_new_suppressions = on),
    },
    Key {
        section: "report",
        name: "strict",
        shape: Shape::Flag,
        about: "Exit with status 2 also when something was left out on purpose (too large, a submodule, …). A hook never does.",
        default: "false",
        note: "",
        put: |config, cell| cell.flag().map(|on| config.strict = on),
    },
    Key {
        section: "limits",
        name: "max-file-size",
        shape: Shape::Size(|| MAX_FILE_SIZE),
        about: "Larger files and objects are named, not read.",
        default: "\"256M\"",
        note: "",
        put: |config, cell| {
            cell.size(MAX_FILE_SIZE)
                .map(|n| config.max_file_size = Some(n))
        },
    },
    Key {
        section: "limits",
        name: "archive-depth",
        shape: Shape::Count(depth),
        about: "Archives inside archives, counted with the outermost.",
        default: "4",
        note: "",
        put: |config, cell| cell.count(depth()).map(|n| config.archive_depth = Some(n)),
    },
    Key {
        section: "limits",
        name: "archive-max-size",
        shape: Shape::Size(|| ArchiveLimits::default().total),
        about: "Decompressed bytes of one archive that are read, nested ones included.",
        default: "\"1G\"",
        note: "",
        put: |config, cell| {
            let size = cell.size(ArchiveLimits::default().total)?;
            config.archive_max_size = Some(size);
            Ok(())
        },
    },
    Key {
        section: "limits",
        name: "archive-max-members",
        shape: Shape::Count(|| ArchiveLimits::default().members),
        about: "Members of one archive that are read, nested ones included.",
        default: "100000",
        note: "",
        put: |config, cell| {
            let members = cell.count(ArchiveLimits::default().members)?;
            config.archive_max_members = Some(members);
            Ok(())
        },
    },
    Key {
        section: "limits",
        name: "archive-max-ratio",
        shape: Shape::Count(|| ArchiveLimits::default().ratio),
        about: "How many times its size an archive may grow to before it counts as hostile.",
        default: "200",
        note: "",
        put: |config, cell| {
            let ratio = cell.count(ArchiveLimits::default().ratio)?;
            config.archive_max_ratio = Some(ratio);
            Ok(())
        },
    },
    Key {
        section: "gaps",
        name: "accept",
        shape: Shape::Words(gaps),
        about: "Kinds of input that could not be read and need not fail: still listed, exit status 0.",
        default: "[]",
        note: "",
        put: |config, cell| {
            let names = cell.words(&gaps())?;
            config.accept = names
                .iter()
                .filter_map(|name| Reason::acceptable(name))
                .collect();
            Ok(())
        },
    },
    Key {
        section: "policy",
        name: "profile",
        shape: Shape::Word(profiles),
        about: "The standard whose limits hold: cis (access keys of AWS and service account keys of Google Cloud for 90 days), pci (the age that your own risk analysis gives: `max-age` is needed), soc2 (which prescribes none: a year), none. --policy-profile comes before it.",
        default: "\"none\"",
        note: "",
        put: |config, cell| {
            let word = cell.word(&profiles())?;
            config.policy.profile = crate::life::profile(word).map(|value| At {
                value,
                line: cell.line,
            });
            Ok(())
        },
    },
    limit!(
        "max-age",
        "\"365d\"",
        MaxAge,
        "How long one value may stand before it is changed (`stale/age`). Days, weeks or years: `90d`, `12w`, `1y`."
    ),
    limit!(
        "max-life",
        "\"366d\"",
        MaxLife,
        "For how long a credential may be issued (`stale/long-lived`)."
    ),
    limit!(
        "warn-before",
        "\"30d\"",
        WarnBefore,
        "How long before its end a credential counts as expiring (`stale/expiring`)."
    ),
    limit!(
        "max-unused",
        "\"90d\"",
        MaxUnused,
        "For how long nobody may use a credential, by the last use that the list of its server tells (`stale/unused`, `live/unused`)."
    ),
    Key {
        section: "policy",
        name: "for",
        shape: Shape::Rows,
        about: "Limits for some credentials: by `kind` (a glob over rule ids), `severity` (it or worse) and `owner` (a glob over what its facts say). Of several rows that fit the strictest holds, and it comes before the profile's.",
        default: "[]",
        note: "",
        put: |config, cell| cell.rows().map(|rows| config.policy.rows = rows),
    },
];

/// Names that may not stand in the file, wherever, and why. What they stand for is on the command
/// line only: a repository that is scanned must not decide it.
pub const FORBIDDEN: &[(&[&str], &str)] = &[
    (
        &["output", "outputs", "format", "color", "quiet", "verbose"],
        "where and how reports are written is the user's word: pass --output or --format",
    ),
    (
        &["show-secrets", "show-emails"],
        "what is kept out of reports is the user's word: pass --show-secrets or --show-emails",
    ),
    (
        &[
            "host",
            "hosts",
            "url",
            "urls",
            "endpoint",
            "endpoints",
            "proxy",
            "verify",
        ],
        "no file of a repository may name a host",
    ),
    (
        &["cache", "cache-dir", "cache-directory"],
        "where a cache lies is not a repository's to say",
    ),
    (
        &["untrusted", "policy-from", "no-config", "config"],
        "whose word counts is the user's to say: pass the option",
    ),
    (
        &["baseline", "ignore-file", "ignore"],
        "findings are hidden by .keysweepignore, .keysweep-baseline, comments, `scan.exclude` and `rules.disable`, where they are counted",
    ),
    (
        &["archives", "no-archives"],
        "archives are left closed by the user only: pass --no-archives",
    ),
    (
        &["threads", "timeout", "now"],
        "this belongs to one run, not to a repository: pass the option",
    ),
    (
        &["allow-alternate", "allow-alternates"],
        "a path outside the repository is the user's to allow: pass --allow-alternate",
    ),
];

fn confidences() -> Vec<&'static str> {
    Confidence::ALL.into_iter().map(Confidence::name).collect()
}

fn severities() -> Vec<&'static str> {
    Severity::ALL.into_iter().map(Severity::name).collect()
}

fn gaps() -> Vec<&'static str> {
    let codes = Reason::ACCEPTABLE.into_iter().map(Reason::code);
    codes.chain(["shallow", "partial"]).collect()
}

fn depth() -> u64 {
    ArchiveLimits::default().depth as u64
}
