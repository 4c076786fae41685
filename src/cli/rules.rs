//! `keysweep rules`: the list, what a word or a filter finds in it, a rule's page, and the examples of a rule
//! file.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use globset::Glob;
use serde_json::json;

use super::args::{ConfigArgs, heading};
use super::parse::severities;
use super::rule_examples::{self, Tried};
use super::{config, new_rule, rule_files};
use keysweep::detect::Scanner;
use keysweep::finding::Severity;
use keysweep::report::{count, json_pretty, terminal};
use keysweep::rule::{Kind, Rule, RuleSet, closest};
use keysweep::secret::Masker;

#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep rules github                      The rules whose id, name or provider has this word
  keysweep rules github-pat                  The page of one rule
  keysweep rules --severity critical --json  The worst ones, for programs
  keysweep rules check my.toml               Run the examples of a rule file
  keysweep rules new -o my.toml              Make a rule from a sample on standard input")]
#[command(args_conflicts_with_subcommands = true)]
pub struct Rules {
    #[command(subcommand)]
    pub verb: Option<RulesVerb>,
    /// Print the page of the rule with this id, or list those whose id, name or provider has this word (or
    /// whose id fits this pattern, `aws-*`). `check FILE` runs the examples of a rule file.
    #[arg(value_name = "ID|WORD")]
    pub word: Option<String>,
    /// With `check`: the rule file.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// List the rules of this provider alone.
    #[arg(long, value_name = "NAME")]
    pub provider: Option<String>,
    /// List the rules of this kind alone.
    #[arg(long, value_enum)]
    pub kind: Option<RuleKind>,
    /// List the rules of this severity alone.
    #[arg(long, value_name = "LEVEL", value_parser = severities())]
    pub severity: Option<Severity>,
    /// Print JSON: a list of objects.
    #[arg(long)]
    pub json: bool,
    /// Add the rules of this file. Repeatable.
    #[arg(long, value_name = "FILE", help_heading = heading::POLICY)]
    pub rules: Vec<PathBuf>,
    #[command(flatten)]
    pub config: ConfigArgs,
}

#[derive(Subcommand)]
pub enum RulesVerb {
    /// Make a rule from samples, one a line on standard input, which are not kept.
    New(new_rule::New),
}

/// How rules recognise what they find.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RuleKind {
    /// By a form of its own.
    Token,
    /// By the name that a value is given to.
    Context,
    /// By the name of a file, or its first bytes.
    File,
}

impl RuleKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            RuleKind::Token => "token",
            RuleKind::Context => "context",
            RuleKind::File => "file",
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// No such rule, nothing that fits the filters, a broken rule file.
pub fn run(args: &Rules) -> Result<ExitCode> {
    if let Some(RulesVerb::New(new)) = &args.verb {
        return new_rule::run(new);
    }
    if args.word.as_deref() == Some("check") {
        return match &args.file {
            Some(file) => check(file, args),
            None => bail!("name the rule file: keysweep rules check FILE"),
        };
    }
    if let Some(file) = &args.file {
        bail!("one word at a time; `{}` is one too many", file.display());
    }
    let found = config::Found::of_tree(&args.config, Path::new("."))?;
    let mut all = rule_files::builtin_and(&args.rules)?;
    found.add_rules(&mut all)?;
    // Whoever writes a rule tries it with a token, and leaves it in the file.
    let scanner = Scanner::new(all.clone());
    let finder = |text: &[u8]| scanner.spans(text);
    let masker = Masker::new(&[], &finder, false);
    let page = args.word.as_deref().and_then(|word| named(&all, word));
    if let Some(rule) = page {
        return print_page(rule, args.json, &masker);
    }
    let matched = matching(&all, args)?;
    if matched.is_empty() {
        bail!("{}", nothing(&all, args));
    }
    match args.json {
        true => print_json(&matched, &masker),
        false => print_list(&matched, &masker),
    }
}

/// The rule that a word names: by its id, or by an id that reports use for what it finds.
fn named<'r>(all: &'r RuleSet, word: &str) -> Option<&'r Rule> {
    let inner = word
        .strip_prefix("generic/")
        .and_then(|rest| rest.strip_suffix("-weak"));
    let inner = inner.or_else(|| word.strip_prefix("info/"));
    let inner = inner.or_else(|| word.strip_prefix("local/"));
    let index = all.find(word).or_else(|| all.find(inner?))?;
    Some(&all.rules[index])
}

/// The rules that the word and the filters fit. A word is looked for in ids, names and providers; with `*` in
/// it, it is a pattern for ids.
fn matching<'r>(all: &'r RuleSet, args: &Rules) -> Result<Vec<&'r Rule>> {
    let glob = match &args.word {
        Some(word) if word.contains(['*', '?']) => Some(Glob::new(word)?.compile_matcher()),
        _ => None,
    };
    let word = args.word.as_deref().unwrap_or_default().to_lowercase();
    let provider = args.provider.as_deref().unwrap_or_default().to_lowercase();
    let fits = |rule: &&Rule| {
        let texts = [&rule.id, &rule.name, &rule.provider];
        let by_word = match &glob {
            Some(glob) => glob.is_match(rule.id.as_ref()),
            None => texts.iter().any(|text| text.to_lowercase().contains(&word)),
        };
        by_word
            && rule.provider.to_lowercase().contains(&provider)
            && args.kind.is_none_or(|kind| kind == kind_of(rule))
            && args
                .severity
                .is_none_or(|severity| severity == rule.severity)
    };
    Ok(all.rules.iter().filter(fits).collect())
}

fn kind_of(rule: &Rule) -> RuleKind {
    match rule.kind {
        Kind::Token(_) => RuleKind::Token,
        Kind::Context(_) | Kind::Generic(_) => RuleKind::Context,
        Kind::File(_) => RuleKind::File,
    }
}

/// Why nothing is listed, and what may have been meant.
fn nothing(all: &RuleSet, args: &Rules) -> String {
    let Some(word) = &args.word else {
        return "no rule fits these filters".to_owned();
    };
    if word.starts_with("stale/") || word.starts_with("register/") || word.starts_with("live/") {
        return format!(
            "`{word}` is no rule but a condition or notice of what rules find; docs/lifecycle.md and \
             docs/register.md describe them, and --fail-on takes it"
        );
    }
    let hint = closest(word, all.rules.iter().map(|rule| rule.id.as_ref())).map_or(
        "; `keysweep rules` lists them, `keysweep rules WORD` those that have a word".to_owned(),
        |near| format!("; did you mean `{near}`?"),
    );
    format!("there is no rule `{word}`{hint}")
}

/// Text of a rule: of ours as it is, of others masked.
fn shown(rule: &Rule, masker: &Masker<'_>, text: &str) -> String {
    match rule.is_builtin() {
        true => text.to_owned(),
        false => masker.show(text.as_bytes()).as_str().to_owned(),
    }
}

fn print_page(rule: &Rule, json: bool, masker: &Masker<'_>) -> Result<ExitCode> {
    if json {
        return print_json(&[rule], masker);
    }
    let mut out = std::io::stdout().lock();
    for line in shown(rule, masker, &rule.page()).lines() {
        writeln!(out, "{}", terminal(line))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_list(rules: &[&Rule], masker: &Masker<'_>) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    for rule in rules {
        let off = if rule.on { "" } else { " (off)" };
        let line = format!(
            "{:<44} {:<9} {}{off}",
            rule.id,
            rule.severity.name(),
            rule.name
        );
        writeln!(out, "{}", terminal(&shown(rule, masker, &line)))?;
    }
    writeln!(out, "{}", count(rules.len() as u64, "rule", "rules"))?;
    Ok(ExitCode::SUCCESS)
}

fn print_json(rules: &[&Rule], masker: &Masker<'_>) -> Result<ExitCode> {
    let text = |rule: &Rule, text: &str| (!text.is_empty()).then(|| shown(rule, masker, text));
    let rows: Vec<serde_json::Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": text(rule, &rule.id),
                "name": text(rule, &rule.name),
                "provider": text(rule, &rule.provider),
                "kind": kind_of(rule).word(),
                "severity": rule.severity.name(),
                "docs": text(rule, &rule.docs),
                "rotate": text(rule, &rule.rotate),
                "console": text(rule, &rule.console),
                "on": rule.on,
                "builtin": rule.is_builtin(),
            })
        })
        .collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    json_pretty(&rows, &mut out).and_then(|()| out.flush())?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the examples of a rule file: what `match` holds must be found by its rule, what `near` holds must not.
/// The other rules that are asked for are there too, because one that fits better takes a finding away.
fn check(file: &PathBuf, args: &Rules) -> Result<ExitCode> {
    let filters = [
        ("--provider", args.provider.is_some()),
        ("--kind", args.kind.is_some()),
        ("--severity", args.severity.is_some()),
        ("--json", args.json),
    ];
    if let Some((name, _)) = filters.iter().find(|(_, given)| *given) {
        bail!("{name} is for lists of rules; `check` runs every example of the file");
    }
    let mut rules = rule_files::builtin_and(std::slice::from_ref(file))?;
    let own: HashSet<String> = rules
        .rules
        .iter()
        .filter(|rule| !rule.is_builtin())
        .map(|rule| rule.id.to_string())
        .collect();
    rule_files::from_disk(&mut rules, &args.rules)?;
    if args.config.config.is_some() {
        config::Found::of_tree(&args.config, Path::new("."))?.add_rules(&mut rules)?;
    }
    for rule in rules.rules.to_mut() {
        rule.on = true;
    }
    let scanner = Scanner::new(rules);
    let Tried { rules, ran, wrong } = rule_examples::run(&scanner, &own);
    let finder = |text: &[u8]| scanner.spans(text);
    let masker = Masker::new(&[], &finder, false);
    let mut out = std::io::stdout().lock();
    for line in &wrong {
        writeln!(out, "{}", terminal(masker.show(line.as_bytes()).as_str()))?;
    }
    let rules = count(rules, "rule", "rules");
    let ran = count(ran, "example", "examples");
    writeln!(out, "{rules}, {ran}, {} wrong", wrong.len())?;
    Ok(ExitCode::from(u8::from(!wrong.is_empty())))
}
