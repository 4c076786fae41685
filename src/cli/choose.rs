//! Which finding an id means. An id that fits several is never guessed at: they are listed, each
//! with an id of its own.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::known::{Look, Project};
use keysweep::report::{Finding, Report};
use keysweep::suppress::{Baseline, Known};

/// Hexadecimal digits of an id that are shown, and typed, unless more are needed.
const SHOWN: usize = 8;
/// Findings of a list that are shown.
const LISTED: usize = 20;

/// Fewer digits are a slip of the hand.
const FEWEST: usize = 4;

/// An id as the user typed it, in full or its beginning, in lower case.
///
/// # Errors
/// It is none.
pub fn id(text: &str) -> Result<String> {
    let id = text.to_ascii_lowercase();
    if !is_id(&id) {
        bail!(
            "an id is 8 hexadecimal digits, as every report shows it behind `id`; {FEWEST} of them are \
             enough where no other finding begins so"
        );
    }
    Ok(id)
}

/// Whether a text can be an id or the beginning of one.
pub fn is_id(text: &str) -> bool {
    (FEWEST..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// One finding that the user named.
pub struct Chosen {
    /// The report that has it.
    pub report: Report,
    /// The finding.
    pub finding: Finding,
    /// Its value, which no output may hold.
    pub known: Known,
    /// Where it was found.
    pub look: Look,
}

/// The finding that an id means, in the first of `looks` that knows it; what is a sample there is none.
///
/// # Errors
/// It fits none, or several.
pub fn one(project: &Project, text: &str, looks: &[Look]) -> Result<Chosen> {
    let id = id(text)?;
    let baseline = project.baseline()?.unwrap_or_default();
    let mut complete = true;
    for look in looks.iter().copied() {
        let examined = project.look(look, true)?;
        complete &= examined.report.complete();
        let wanted = BTreeSet::from([id.clone()]);
        let Some(n) = meant(&wanted, &examined.known, &baseline)?.remove(&id) else {
            continue;
        };
        let mut known = examined.known;
        let known = known.swap_remove(n);
        let all = examined.report.findings.iter();
        let mut all = all.chain(&examined.report.suppressed);
        let Some(finding) = all.find(|one| one.fingerprint == known.fingerprint) else {
            continue;
        };
        return Ok(Chosen {
            finding: finding.clone(),
            report: examined.report,
            known,
            look,
        });
    }
    let history = looks.contains(&Look::History);
    let place = match (history, looks.contains(&Look::Tree)) {
        (true, true) => "the files and the history",
        (true, false) => "the history",
        (false, _) => "the tree",
    };
    let more = match history {
        true => "",
        false => "; `--history` looks there too",
    };
    let cut = match complete {
        true => "",
        false => "; not everything could be read, `keysweep scan` says what",
    };
    bail!("no finding in {place} has the id {id}{more}{cut}")
}

/// The ways in which an id can name a finding, the best first. One of the next is only asked for
/// when the one before names nothing.
const WAYS: usize = 3;

/// The names of a finding in one of the ways.
fn name(way: usize, one: &Known, baseline: &Baseline) -> Option<String> {
    match way {
        // As reports show it.
        0 => Some(one.fingerprint.to_string()),
        // As reports showed it when nothing else was known of it: with all values of its name in its file.
        1 => Some(one.family.to_string()),
        // As the baseline writes it, where an entry means it.
        _ => (!baseline.of_subject(&one.subject).is_empty()).then(|| one.subject.base().to_owned()),
    }
}

/// The numbers of the findings that `ids` (beginnings of names, in lower case) mean, as far as
/// they mean one.
///
/// # Errors
/// An id fits several: which, and how to name each.
pub fn meant(
    ids: &BTreeSet<String>,
    known: &[Known],
    baseline: &Baseline,
) -> Result<BTreeMap<String, usize>> {
    let mut out = BTreeMap::new();
    for way in 0..WAYS {
        let left: BTreeSet<&str> = ids
            .iter()
            .filter(|id| !out.contains_key(*id))
            .map(String::as_str)
            .collect();
        let mut fits: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (n, one) in known.iter().enumerate() {
            if left.is_empty() {
                break;
            }
            let Some(name) = name(way, one, baseline) else {
                continue;
            };
            // Every beginning is looked up, so that many ids cost no more than one.
            for len in 1..=name.len() {
                if let Some(id) = left.get(&name[..len]) {
                    fits.entry(id).or_default().push(n);
                }
            }
        }
        for (id, all) in fits {
            if let [one] = all[..] {
                out.insert(id.to_owned(), one);
            } else {
                bail!("{}", list(id, &all, known));
            }
        }
    }
    Ok(out)
}

/// The findings that an id fits.
fn list(id: &str, all: &[usize], known: &[Known]) -> String {
    let names: BTreeSet<String> = all
        .iter()
        .map(|n| known[*n].fingerprint.to_string())
        .collect();
    let digits = digits(&names);
    let mut lines = vec![format!(
        "the id {id} fits {} findings; name the one you mean by its own id:",
        all.len()
    )];
    lines.extend(all.iter().take(LISTED).map(|n| {
        let one = &known[*n];
        let name = one.fingerprint.to_string();
        format!("{}  {}  {}", &name[..digits], one.subject.rule, one.place)
    }));
    if all.len() > LISTED {
        lines.push(format!(
            "and {} more; JSON reports hold the ids of all",
            all.len() - LISTED
        ));
    }
    lines.join("\n")
}

/// How many digits tell sorted names apart.
fn digits(names: &BTreeSet<String>) -> usize {
    let pairs = names.iter().zip(names.iter().skip(1));
    let common =
        |(a, b): (&String, &String)| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    pairs
        .map(common)
        .max()
        .map_or(SHOWN, |same| (same + 1).max(SHOWN))
}
