//! `keysweep live check`: which findings of a report are alive. First the servers' lists are asked, which needs no
//! value; only what no list tells is sent, and only with `--try`.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::args::Looking;
use super::super::compare;
use super::super::known::{Look, Project};
use super::super::output;
use super::From;
use keysweep::Examined;
use keysweep::finding::Class;
use keysweep::lists::{How, List, Match, State};
use keysweep::live::{Fault, Held, Issuer, Server, Verdict, connect};
use keysweep::suppress::Known;

/// Between two values that are tried: servers that count failures must not be made to lock somebody out.
const PAUSE: Duration = Duration::from_millis(500);
/// Refused values after which a server is left alone.
const MOST_REFUSED: u32 = 10;

/// Says which findings of a report are alive: dead, live, or unknown and why.
///
/// The lists of the configured servers are asked first, and findings are looked up in them; nothing is
/// sent for that but the operator's own requests. With `--try`, what no list tells is sent to the one
/// configured server of its kind, newest first, two a second at most, until the server asks to be left
/// alone or refused ten. The values are not in the report: they are read again where they stand. The
/// exit status is 1 where something is alive.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    from: From,
    /// A report in JSON, or `-` for standard input.
    report: PathBuf,
    /// The repository or directory that the report is about.
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
    /// Send what no list tells to the server of its kind.
    #[arg(long = "try")]
    send: bool,
    /// Each of the servers is the only one of its kind that issued what the report is about: a token that
    /// its complete list of tokens does not have is dead.
    #[arg(long)]
    sole: bool,
    /// Only these servers, by their names in the file. Repeatable.
    #[arg(long = "server", value_name = "NAME")]
    only: Vec<String>,
    /// How the outcome is printed.
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
    #[command(flatten)]
    looking: Looking,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Json,
}

/// A finding of the report.
struct Found {
    fingerprint: String,
    id: String,
    rule: String,
    /// When it came, as far as the report knows.
    since: Option<Timestamp>,
}

/// By fingerprint a credential with its value, and which rows of which servers' lists it is.
type Values = HashMap<String, (Known, Vec<(usize, Match)>)>;

/// What is known of a finding in the end.
struct Outcome {
    word: &'static str,
    why: String,
    server: Option<String>,
    sent: bool,
}

impl Outcome {
    fn unknown(why: impl Into<String>) -> Self {
        Outcome {
            word: "unknown",
            why: why.into(),
            server: None,
            sent: false,
        }
    }
}

/// A server, its list, and how it stands with it.
struct Asked {
    alias: String,
    issuer: Box<dyn Issuer>,
    list: Option<List>,
    rules: Vec<String>,
    refused: u32,
    /// When a value was tried last.
    tried: Option<Instant>,
    /// Why nothing more is sent to it.
    left_alone: Option<&'static str>,
}

/// Runs the verb.
///
/// # Errors
/// The report, the file of servers or the repository cannot be read.
pub fn run(check: Check) -> Result<ExitCode> {
    let findings = findings(&check.report)?;
    let mut servers = check.from.servers()?;
    for alias in &check.only {
        servers.find(alias).map_err(|why| anyhow!(why))?;
    }
    servers
        .servers
        .retain(|server| check.only.is_empty() || check.only.contains(&server.alias));
    let mut all = true;
    let mut asked = Vec::new();
    for server in servers.servers {
        match ask(server) {
            Ok(one) => {
                all &= one.list.is_some() || !one.issuer.can().list;
                asked.push(one);
            }
            Err(fault) => {
                all = false;
                output::complain(&fault.to_string());
            }
        }
    }
    let held = held(&check, &findings, &asked)?;
    let mut alive = false;
    let mut checked = Vec::new();
    for found in &findings {
        let outcome = match held.get(&found.fingerprint) {
            None => Outcome::unknown("it does not stand any more where the report was made"),
            Some((known, matches)) => outcome(&mut asked, found, known, matches, &check),
        };
        alive |= outcome.word == "live";
        let place = held
            .get(&found.fingerprint)
            .map(|(known, _)| known.place.clone());
        checked.push((found, place, outcome));
    }
    write(check.format, &checked)?;
    Ok(match (alive, all) {
        (true, _) => ExitCode::from(1),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(2),
    })
}

/// The credentials of a report, newest first.
fn findings(path: &Path) -> Result<Vec<Found>> {
    let report = compare::report(path)?;
    let credentials = report.findings.into_iter();
    let credentials = credentials.filter(|one| one.class == Class::Credential);
    let mut findings: Vec<Found> = credentials
        .map(|one| Found {
            fingerprint: one.fingerprint.to_string(),
            id: one.id,
            rule: one.rule,
            since: one.timeline.map(|timeline| timeline.first.date),
        })
        .collect();
    // What stands in no commit yet is the newest of all.
    findings.sort_by_key(|found| Reverse((found.since.is_none(), found.since)));
    Ok(findings)
}

/// Opens a server and asks for its list. A list that does not come is said; values may be tried all the same.
fn ask(server: Server) -> Result<Asked, Fault> {
    let mut issuer = connect(&server)?;
    let list = match issuer.can().list {
        false => None,
        true => match issuer.list() {
            Ok(listed) => Some(listed.list),
            Err(fault) => {
                output::complain(&format!("{}: {fault}", server.alias));
                None
            }
        },
    };
    let kind = server.driver.list_kind().map_err(Fault::CannotDo)?;
    Ok(Asked {
        alias: server.alias,
        issuer,
        list,
        rules: kind.rules.iter().map(|rule| rule.to_string()).collect(),
        refused: 0,
        tried: None,
        left_alone: None,
    })
}

/// The values of the findings, read again where they stand, and what the lists have to do with them. The history is
/// read where the files do not have all of them.
fn held(check: &Check, findings: &[Found], asked: &[Asked]) -> Result<Values> {
    let mut project = Project::open(&check.repo, check.looking.clone())?;
    // Which list is which server's: one without a list has no part in it.
    let with_list: Vec<usize> = (0..asked.len())
        .filter(|n| asked[*n].list.is_some())
        .collect();
    project.lists = with_list
        .iter()
        .filter_map(|number| asked[*number].list.clone())
        .collect();
    let mut held = Values::new();
    for look in [Look::Tree, Look::History] {
        let missing = findings
            .iter()
            .any(|found| !held.contains_key(&found.fingerprint));
        if !missing || look == Look::History && !project.root.join(".git").exists() {
            break;
        }
        let Examined { known, matches, .. } = project.look(look, true)?;
        for (known, matches) in known.into_iter().zip(matches) {
            let matches = matches.into_iter().map(|one| (with_list[one.list], one));
            let fingerprint = known.fingerprint.to_string();
            held.entry(fingerprint)
                .or_insert((known, matches.collect()));
        }
    }
    Ok(held)
}

/// What is known of one finding.
fn outcome(
    asked: &mut [Asked],
    found: &Found,
    known: &Known,
    matches: &[(usize, Match)],
    check: &Check,
) -> Outcome {
    if let Some(said) = matches.iter().find_map(|(n, one)| listed(&asked[*n], one)) {
        return said;
    }
    let of_kind = |one: &Asked| one.rules.contains(&found.rule) || one.rules.contains(&known.rule);
    let mut of_kind = asked.iter_mut().filter(|one| of_kind(one));
    let Some(one) = of_kind.next() else {
        return Outcome::unknown("no configured server is of its kind, and no list has it");
    };
    if of_kind.next().is_some() {
        return Outcome::unknown("several servers are of its kind: name one with --server");
    }
    let server = Some(one.alias.clone());
    // As everywhere, absence proves something only on the user's word that no other server can have issued it.
    if check.sole && matches.is_empty() && is_missing(one) {
        let why = format!(
            "`{}` lists every token itself, and has none like it",
            one.alias
        );
        return Outcome {
            word: "dead",
            why,
            server,
            sent: false,
        };
    }
    let mut outcome = match (check.send, one.left_alone, one.issuer.can().check) {
        (_, _, false) => Outcome::unknown("no list has it, and its server cannot be asked"),
        (false, ..) => {
            Outcome::unknown(format!("no list has it; --try sends it to `{}`", one.alias))
        }
        (true, Some(why), _) => Outcome::unknown(why),
        (true, None, true) => tried(one, known),
    };
    outcome.server = server;
    outcome
}

/// What the row says that a finding is.
fn listed(server: &Asked, one: &Match) -> Option<Outcome> {
    let row = server.list.as_ref()?.rows.get(one.row)?;
    let word = match row.state {
        State::Active => "live",
        State::Revoked | State::Disabled | State::Expired => "dead",
        State::Unknown => return None,
    };
    let by = one.how.words();
    let doubt = match (one.how, one.certain) {
        (How::Part, _) | (_, false) => ", which another value could have too",
        _ => "",
    };
    Some(Outcome {
        word,
        why: format!(
            "`{}` lists it as {} (`{}`), by {by}{doubt}",
            server.alias,
            row.state.name(),
            row.called()
        ),
        server: Some(server.alias.clone()),
        sent: false,
    })
}

/// Whether a list would have a token for sure: it is complete, and holds the tokens themselves.
fn is_missing(server: &Asked) -> bool {
    server.list.as_ref().is_some_and(|list| {
        list.complete && !list.rows.is_empty() && list.rows.iter().all(|row| row.equal.is_some())
    })
}

/// Sends a value to its server.
fn tried(server: &mut Asked, known: &Known) -> Outcome {
    let held = Held {
        owner: known.server_id.clone(),
        name: known.server_id.clone(),
    };
    if let Some(tried) = server.tried {
        std::thread::sleep(PAUSE.saturating_sub(tried.elapsed()));
    }
    server.tried = Some(Instant::now());
    let mut sent = true;
    let (word, why) = match server.issuer.check(&known.value, &held) {
        Ok(Verdict::Live) => ("live", format!("`{}` accepts it", server.alias)),
        Ok(Verdict::Dead) => {
            server.refused += 1;
            if server.refused >= MOST_REFUSED {
                server.left_alone = Some("its server refused ten values, and is left alone");
            }
            ("dead", format!("`{}` does not accept it", server.alias))
        }
        Ok(Verdict::Unknown(why)) => ("unknown", why),
        Err(fault) => {
            sent = !matches!(fault, Fault::NotSent(_) | Fault::CannotDo(_));
            if matches!(fault, Fault::TooMany { .. }) {
                server.left_alone = Some("its server asked to be left alone (429)");
            }
            ("unknown", fault.to_string())
        }
    };
    Outcome {
        word,
        why,
        server: None,
        sent,
    }
}

fn write(form: Form, checked: &[(&Found, Option<String>, Outcome)]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if form == Form::Json {
        let rows: Vec<Value> = checked
            .iter()
            .map(|(found, place, outcome)| {
                json!({
                    "fingerprint": found.fingerprint, "id": found.id, "rule": found.rule, "place": place,
                    "verdict": outcome.word, "why": output::masked(&outcome.why),
                    "server": outcome.server, "sent": outcome.sent,
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&json!({ "schema_version": 1, "checked": rows }))?;
        writeln!(out, "{text}")?;
        return Ok(());
    }
    for (found, place, outcome) in checked {
        let place = place.as_deref().unwrap_or("-");
        let why = output::plain(&outcome.why);
        writeln!(
            out,
            "{:<8} {:<8} {:<28} {}  {why}",
            outcome.word,
            output::plain(&found.id),
            output::plain(&found.rule),
            output::plain(place)
        )?;
    }
    Ok(())
}
