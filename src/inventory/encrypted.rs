//! How old encrypted values are. Ciphertext is never a finding, and that it is old is worth knowing all the
//! same: whoever once read it in clear still has it.
//!
//! SOPS keeps the initialization vector of a value as long as the value stays what it is (getsops/sops,
//! `aes/cipher.go`), so since when a vector stands in the history is since when its value does. Sealed Secrets,
//! Ansible Vault and others encrypt anew whenever somebody runs them, so of them only the last change of a file
//! is known.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::finding::{Class, Credential, DAY, Notice, Place, RepoPath, date};
use crate::plan::Plan;

/// What is known to encrypt, by the reason that its ciphertext gives.
const TOOLS: &[(&str, &str)] = &[
    ("ciphertext of SOPS", SOPS),
    ("ciphertext of Ansible Vault", "Ansible Vault"),
    ("ciphertext of Sealed Secrets", "Sealed Secrets"),
    ("ciphertext of hiera-eyaml", "hiera-eyaml"),
];

/// The tool that says of each value since when it is the same.
const SOPS: &str = "SOPS";

/// What is known of one file.
struct Age<'a> {
    tool: &'static str,
    /// The oldest value, its line (from 1), and since when it stands.
    oldest: (&'a Credential, u32, Timestamp),
    /// The last change of any value.
    newest: Timestamp,
}

/// A notice for every file at HEAD whose encrypted values are older than the policy allows.
pub(super) fn notices(plan: &Plan, credentials: &[Credential]) -> Vec<Notice> {
    let mut files: BTreeMap<&RepoPath, Age<'_>> = BTreeMap::new();
    for (credential, place, tool) in credentials.iter().flat_map(encrypted) {
        let timeline = credential.timeline.as_ref().filter(|it| it.complete);
        let Some(timeline) = timeline else { continue };
        let at = timeline.first.stood_at();
        let oldest = (credential, place.located.region.start_line, at);
        let age = files.entry(&place.path).or_insert(Age {
            tool,
            oldest,
            newest: at,
        });
        if at < age.oldest.2 {
            age.oldest = oldest;
        }
        age.newest = age.newest.max(at);
    }
    let files = files.into_iter();
    files
        .filter_map(|(path, age)| notice(plan, path, &age))
        .collect()
}

/// The places of ciphertext that HEAD holds and that configure what runs, with what made it.
fn encrypted(credential: &Credential) -> impl Iterator<Item = (&Credential, &Place, &'static str)> {
    let reasons = &credential.best.evidence.reasons;
    let tool = TOOLS.iter().find(|(by, _)| reasons.contains(by));
    let tool = tool.filter(|_| credential.best.class == Class::Protected);
    let places = credential.places.iter();
    let places = places.filter(|place| place.at_head == Some(true) && place.kind.is_live());
    places.filter_map(move |place| Some((credential, place, tool?.1)))
}

fn notice(plan: &Plan, path: &RepoPath, age: &Age<'_>) -> Option<Notice> {
    let by_value = age.tool == SOPS;
    let (credential, line, oldest) = age.oldest;
    let since = if by_value { oldest } else { age.newest };
    let rule = &plan.scanner.rules().rules[credential.best.rule];
    let most = plan.policy.terms(&rule.id, rule.severity, &[]).max_age.days;
    let due = Timestamp::from_second(since.as_second().checked_add(most * DAY)?).ok()?;
    if due >= plan.now {
        return None;
    }
    let tool = age.tool;
    let what = match by_value {
        true => format!(
            "A value that {tool} encrypts is the same since {}",
            date(since)
        ),
        false => format!(
            "What {tool} encrypts in this file is the same since {}",
            date(since)
        ),
    };
    let message = format!(
        "{what}, and after {most} days a new one was due, on {}.",
        date(due)
    );
    let mut notice =
        Notice::new("stale/age", path.file_name(), message).at_line(path.clone(), line);
    notice.at = Some(since);
    Some(notice)
}
