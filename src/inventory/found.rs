//! Values that stand where they must not: that of a token of the register in the files, and any in the
//! register itself.

use std::collections::HashMap;

use super::of_entry;
use crate::finding::{Class, Confidence, Credential, Notice, RepoPath};
use crate::plan::Plan;
use crate::register::Register;

/// Tokens of the register that were found, and values that stand in it.
pub(super) fn notices(register: &Register, plan: &Plan, credentials: &[Credential]) -> Vec<Notice> {
    let mut out = leaked(register, credentials);
    out.extend(pasted(register, plan, credentials));
    out
}

/// Found credentials whose fingerprint an entry has. What is accepted in the files is accepted here.
fn leaked(register: &Register, credentials: &[Credential]) -> Vec<Notice> {
    let entries = register.entries.iter();
    let named = entries.filter_map(|entry| Some((entry.fingerprint?.value, entry)));
    let named: HashMap<_, _> = named.collect();
    let open = credentials.iter().filter(|it| it.suppression().is_none());
    let found = open.filter_map(|it| Some((it, *named.get(&it.fingerprint)?)));
    let notices = found.map(|(credential, entry)| {
        let open = credential.places.iter().find(|it| it.suppressed.is_none());
        let place = open.unwrap_or(&credential.places[0]);
        let owner = entry.owner.as_ref();
        let owner = owner.map(|owner| format!(" {} answers for it.", owner.value));
        let message = format!(
            "The token {} stands in {}:{}: replace it and revoke it.{}",
            entry.id,
            String::from_utf8_lossy(&place.whole_path().0),
            place.located.region.start_line,
            owner.unwrap_or_default()
        );
        of_entry(register, "register/leaked", entry, entry.line, message)
    });
    notices.collect()
}

/// Values in the text of the register, found as in any file: the register may lie outside of what is
/// scanned.
fn pasted(register: &Register, plan: &Plan, credentials: &[Credential]) -> Vec<Notice> {
    // By their values: whether every place of one is accepted.
    let mut accepted: HashMap<&[u8], bool> = HashMap::new();
    for credential in credentials {
        let hidden = credential.suppression().is_some();
        let all = accepted.entry(credential.best.secret.expose());
        *all.or_insert(true) &= hidden;
    }
    let candidates = plan.scanner.scan(&register.text).into_iter();
    let values = candidates.filter(|it| {
        it.class == Class::Credential
            && it.confidence() >= Confidence::Medium
            && !accepted.get(it.value.as_slice()).is_some_and(|all| *all)
    });
    let mut starts: Vec<usize> = values.map(|value| value.span.start).collect();
    starts.sort_unstable();
    let (mut line, mut done) = (1, 0);
    let mut lines: Vec<u32> = Vec::new();
    for start in starts {
        let start = start.min(register.text.len());
        line += memchr::memchr_iter(b'\n', &register.text[done..start]).count() as u32;
        done = start;
        lines.push(line);
    }
    lines.dedup();
    let notices = lines.into_iter().map(|line| {
        let before = register.entries.partition_point(|entry| entry.line <= line);
        let entry = before.checked_sub(1).map(|n| &register.entries[n]);
        let id = entry.map_or("", |entry| entry.id.as_str());
        let message =
            "A credential itself stands in the register, which holds none: take it out, replace \
                       it and revoke it."
                .to_owned();
        let file = RepoPath(register.file.clone().into_bytes());
        Notice::new("register/value", id.as_bytes(), message).at_line(file, line)
    });
    notices.collect()
}
