//! `keysweep rules new`: a rule from samples of what it is to find. No sample is kept: not in the rule, not in
//! a message, not in the arguments of a process.

mod form;

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::parse::severities;
use super::{atomic, output, rule_examples, rule_files};
use form::Form;
use keysweep::detect::Scanner;
use keysweep::finding::Severity;
use keysweep::rule::{self, Kind, Provenance};

/// More than this is no list of samples; bytes.
const MAX: u64 = 64 << 10;
/// A longer sample is no token, in bytes.
const MAX_SAMPLE: usize = 512;
/// The name of the text that is not in a file yet.
const NAME: &str = "the new rule";

#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep rules new -o my.toml < sample.txt    Add a rule to a file
  keysweep rules new --name 'Acme API key'      Ask for a sample, without showing it
  keysweep rules new --beside acme < sample.txt A rule by the name beside a value")]
pub struct New {
    /// Refused: a sample is read from standard input.
    #[arg(hide = true)]
    sample: Vec<OsString>,
    /// The id of the rule. [default: made of what is fixed in the samples]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// What the rule finds, in words. [default: made of the id]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// How much harm such a credential can do. [default: high; low where it is called a test key]
    #[arg(long, value_name = "LEVEL", value_parser = severities())]
    severity: Option<Severity>,
    /// Find it only beside a name that has this word, where nothing in its form is fixed.
    #[arg(long, value_name = "NAME")]
    beside: Option<String>,
    /// Add the rule to this file instead of printing it. [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the verb.
///
/// # Errors
/// Samples that no rule can be made of, an id that is taken, a file that cannot be written. No message has
/// anything of a sample.
pub fn run(args: &New) -> Result<ExitCode> {
    if !args.sample.is_empty() {
        bail!(
            "a sample is no argument: arguments stand in the shell's history and in the list of processes, \
             where others read them. Give it on standard input: keysweep rules new < FILE"
        );
    }
    let text = samples()?;
    let samples = checked(&text)?;
    let form = Form::of(&samples).map_err(anyhow::Error::msg)?;
    if !form.has_fixed() && args.beside.is_none() {
        bail!(
            "nothing of three characters or more is fixed at the front of it, so a pattern would find every \
             text of this form. Say a word of the names beside which it stands: --beside NAME{}",
            match samples.len() {
                1 => "; or give several samples, one a line, which show what they have in common",
                _ => "",
            }
        );
    }
    let draft = Draft::new(args, &form)?;
    let text = draft.text(&form);
    draft.check(&text, &samples)?;
    match &args.output {
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => append(path, &draft.id, &text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What stands on standard input; at a terminal it is asked for, and not shown.
fn samples() -> Result<Vec<u8>> {
    if std::io::stdin().is_terminal() {
        let terminal = console::Term::stderr();
        terminal.write_str("A sample (it is not shown and not kept): ")?;
        return Ok(terminal.read_secure_line()?.into_bytes());
    }
    let mut text = Vec::new();
    let read = std::io::stdin().lock().take(MAX + 1).read_to_end(&mut text);
    read.context("the samples cannot be read from standard input")?;
    Ok(text)
}

/// The samples, one a line.
fn checked(text: &[u8]) -> Result<Vec<&str>> {
    if text.len() as u64 > MAX {
        bail!("standard input holds more than 64 KiB; give a few samples, one a line");
    }
    let mut out = Vec::new();
    for (number, line) in (1..).zip(text.split(|b| *b == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let line = match std::str::from_utf8(line) {
            Ok(line) if line.bytes().all(|b| b.is_ascii_graphic()) => line,
            _ => bail!(
                "line {number} of the samples has blanks, control characters or letters outside ASCII; give \
                 the value alone, one a line"
            ),
        };
        if line.len() > MAX_SAMPLE {
            bail!(
                "line {number} of the samples is longer than {MAX_SAMPLE} characters; that is no token"
            );
        }
        if line.trim_end_matches('=').contains('=') || line.contains(['"', '\'', '`']) {
            bail!(
                "line {number} of the samples has `=` or quotes in it; give the value alone, without its name \
                 and without quotes"
            );
        }
        out.push(line);
    }
    if out.is_empty() {
        bail!("there is no sample on standard input; give one a line");
    }
    Ok(out)
}

/// The rule without its form.
struct Draft {
    id: String,
    name: String,
    severity: Severity,
    /// The word of a context rule.
    beside: Option<String>,
}

impl Draft {
    fn new(args: &New, form: &Form) -> Result<Self> {
        let beside = args.beside.as_ref().map(|word| word.to_lowercase());
        let known = slug(&form.front);
        let id = match (&args.id, &args.name) {
            (Some(id), _) => id.clone(),
            (None, Some(name)) => slug(name),
            (None, None) if known.len() >= 2 => format!("{known}-token"),
            (None, None) => format!("{}-secret", slug(beside.as_deref().unwrap_or("own"))),
        };
        if id.len() < 3 {
            bail!("this makes no id; say one: --id ID");
        }
        let name = args.name.clone().unwrap_or_else(|| {
            let words = id.replace(['-', '/'], " ");
            let mut letters = words.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(letters).collect()
        });
        let test = form.front.split(|c: char| !c.is_ascii_alphanumeric());
        let test = test
            .map(str::to_ascii_lowercase)
            .any(|word| matches!(word.as_str(), "test" | "sandbox" | "dev" | "demo"));
        let proposed = if test { Severity::Low } else { Severity::High };
        Ok(Draft {
            id,
            name,
            severity: args.severity.unwrap_or(proposed),
            beside,
        })
    }

    /// The name that a value has in the examples.
    fn carrier(&self) -> String {
        let word = self.beside.as_deref().unwrap_or(&self.id);
        let name = slug(word).replace('-', "_").to_ascii_uppercase();
        format!("{name}_KEY")
    }

    /// The table of the rule, its keys in the order of the built-in files.
    fn text(&self, form: &Form) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let (carrier, pattern) = (self.carrier(), form.pattern());
        let (whole, short) = (form.template(false), form.template(true));
        let mut lines = vec![
            "[[rule]]".to_owned(),
            format!("id = {}", quoted(&self.id)),
            format!("name = {}", quoted(&self.name)),
            format!("severity = {}", quoted(self.severity.name())),
        ];
        match &self.beside {
            None => lines.push(format!("pattern = {}", quoted(&pattern))),
            Some(word) => {
                lines.push(format!("words = [{}]", quoted(word)));
                lines.push(format!("value = {}", quoted(&pattern)));
            }
        }
        if form.is_random() {
            lines.push("checks = [\"random\"]".to_owned());
        }
        if form.has_fixed() {
            lines.push(format!("shown = {}", quoted(&form.front)));
        }
        let more = match &self.beside {
            None => format!("key: \"{whole}\""),
            Some(_) => format!("{}: \"{whole}\"", carrier.to_ascii_lowercase()),
        };
        let first = quoted(&format!("{carrier}={whole}"));
        lines.push(format!("match = [{first}, {}]", quoted(&more)));
        let other = match &self.beside {
            None => format!(
                "{carrier}={}<your-key>",
                form.front.replace('{', "{{").replace('}', "}}")
            ),
            Some(_) => format!("CHECKSUM={whole}"),
        };
        let near = quoted(&format!("{carrier}={short}"));
        lines.push(format!("near = [{near}, {}]", quoted(&other)));
        lines.join("\n") + "\n"
    }

    /// Tries the rule on its own examples and on the samples, beside the built-in rules.
    ///
    /// # Errors
    /// It is refused as a rule, or does not find what it is for.
    fn check(&self, text: &str, samples: &[&str]) -> Result<()> {
        let mut all = rule_files::builtin_and(&[])?;
        rule_files::add_one(&mut all, NAME, text.as_bytes(), Provenance::User)?;
        let own = all.find(&self.id).context("the rule is not there")?;
        if matches!(&all.rules[own].kind, Kind::Token(token) if token.literals.is_empty()) {
            bail!("nothing fixed in it is long enough to be looked for; say a name: --beside NAME");
        }
        let scanner = Scanner::new(all);
        for sample in samples {
            let line = format!("{}={sample}\n", self.carrier());
            let found = rule_examples::found_by(&scanner, &line);
            let other = |id: &&&str| **id != self.id && !id.starts_with("generic");
            if let Some(other) = found.iter().find(other) {
                bail!("the rule `{other}` finds such values already (`keysweep rules {other}`)");
            }
            if found.is_empty() {
                bail!("a rule of this form would not find the samples");
            }
        }
        let tried = rule_examples::run(&scanner, &[self.id.clone()].into());
        match tried.wrong.first() {
            None => Ok(()),
            Some(why) => bail!("no rule can be made of this form: {why}"),
        }
    }
}

/// Lower-case letters and digits, joined by `-`.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

/// Adds the rule to a file, which is made where it is not there.
fn append(path: &Path, id: &str, text: &str) -> Result<()> {
    let name = path.display().to_string();
    atomic::check_target(path)?;
    let read = || match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{name} cannot be read")),
    };
    atomic::change(path, None, read, |before| {
        let before = std::str::from_utf8(before.unwrap_or_default())
            .with_context(|| format!("{name} is not UTF-8"))?;
        let there = rule::load_file(&name, before)?;
        if there.iter().any(|rule| rule.id == id) {
            bail!("{name} has a rule `{id}` already; say another one: --id ID");
        }
        let mut after = before.to_owned();
        if !after.is_empty() {
            after.push_str(if after.ends_with('\n') { "\n" } else { "\n\n" });
        }
        after.push_str(text);
        // A table at the end of the file must not become part of what stands there.
        rule::load_file(&name, &after)?;
        Ok((Some(after.into_bytes()), ()))
    })?;
    output::note(&format!(
        "rule `{id}` stands in {name}; `keysweep rules check {name}` runs its examples, and `--rules {name}` \
         or `rules.files` in keysweep.toml takes it"
    ));
    Ok(())
}
