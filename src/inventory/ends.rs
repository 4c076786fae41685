//! The ends that lie ahead: what a calendar has an event for. Of one thing that several sources know one is told:
//! a credential before the entry of the register about it, and both before the row of a list that it is.

use std::collections::HashSet;

use super::listed::WrittenDown;
use crate::finding::{Class, Credential, DAY, End, Fact, Field, Severity, date};
use crate::lists::{Joined, List, Row, State};
use crate::plan::Plan;
use crate::register;
use crate::secret::Fingerprint;

/// Everything that ends after the moment of the run, in the order of its end, where the plan asks for that.
pub(crate) fn ahead(plan: &Plan, credentials: &[Credential], joined: &Joined) -> Vec<End> {
    let mut out = Vec::new();
    if !plan.ends {
        return out;
    }
    let mut done = HashSet::new();
    for credential in credentials {
        if let Some(end) = of_credential(plan, credential) {
            done.insert(credential.fingerprint);
            out.push(end);
        }
    }
    // The entries of the register whose end is told, by themselves or by their credential.
    let mut written: HashSet<&str> = HashSet::new();
    if let Some(register) = &plan.register {
        for entry in register.entries.iter().filter(|entry| !entry.is_over()) {
            let print = entry.fingerprint.as_ref();
            if print.is_some_and(|at| done.contains(&at.value)) {
                written.insert(&entry.id);
            } else if let Some(end) = of_entry(plan, register, entry) {
                // By an end that is past, its row may say otherwise.
                if end.at > plan.now {
                    written.insert(&entry.id);
                }
                out.push(end);
            }
        }
    }
    let mut found: HashSet<(usize, usize)> = HashSet::new();
    for (credential, matches) in credentials.iter().zip(&joined.matches) {
        if done.contains(&credential.fingerprint) {
            found.extend(matches.iter().map(|one| (one.list, one.row)));
        }
    }
    for (number, list) in plan.lists.iter().enumerate() {
        let register = plan.register.as_ref().filter(|_| !written.is_empty());
        let entries = register.map(|it| WrittenDown::of(it, list, number, joined, credentials));
        for (at, row) in list.rows.iter().enumerate() {
            let entry = entries.as_ref().and_then(|it| it.entry(at, row));
            let known = entry.is_some_and(|entry| written.contains(entry.id.as_str()));
            if !known && !found.contains(&(number, at)) {
                out.extend(of_row(plan, list, row));
            }
        }
    }
    out.retain(|end| end.at > plan.now);
    out.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    out
}

fn of_credential(plan: &Plan, credential: &Credential) -> Option<End> {
    let listed = credential.best.class == Class::Credential
        && credential.part_of.is_none()
        && credential.stands()
        && credential.suppression().is_none();
    let at = credential.life.status.end().filter(|_| listed)?;
    let rule = &plan.scanner.rules().rules[credential.best.rule];
    let place = &credential.places[0];
    let owners: Vec<&[u8]> = credential
        .life
        .facts_of(Field::Owner)
        .filter_map(Fact::text)
        .collect();
    let key = match &credential.best.key {
        Some(key) => [b" in ", key.as_slice()].concat(),
        None => Vec::new(),
    };
    let line = place.located.region.start_line;
    let path = place.whole_path().0;
    let mut about = vec![
        [
            b"It stands in ",
            path.as_slice(),
            format!(":{line}").as_bytes(),
        ]
        .concat(),
    ];
    about.extend(owners.first().map(|owner| [b"Owner: ", *owner].concat()));
    about.extend((!rule.rotate.is_empty()).then(|| rule.rotate.as_bytes().to_vec()));
    about.extend((!rule.console.is_empty()).then(|| rule.console.as_bytes().to_vec()));
    Some(End {
        id: format!("finding-{}", credential.fingerprint),
        at,
        warn: plan
            .policy
            .terms(&rule.id, credential.severity, &owners)
            .warn_before
            .days,
        what: [rule.name.as_bytes(), &key, b" ends"].concat(),
        about,
    })
}

fn of_entry(plan: &Plan, register: &register::Register, entry: &register::Entry) -> Option<End> {
    let register::End::At(at) = entry.end()?.value else {
        return None;
    };
    let text = |at: &Option<register::At<String>>| at.as_ref().map(|at| at.value.clone());
    let owner = text(&entry.owner);
    let kind = text(&entry.kind).unwrap_or_default();
    let owners: Vec<&[u8]> = owner.iter().map(|owner| owner.as_bytes()).collect();
    let terms = plan.policy.terms(&kind, Severity::Medium, &owners);
    let warn = register.policy.warn_before.map(|seconds| seconds / DAY);
    let mut about = vec![format!(
        "It is the entry {} of {}:{}",
        entry.id, register.file, entry.line
    )];
    about.extend(owner.map(|owner| format!("Owner: {owner}")));
    about.extend(text(&entry.backup).map(|backup| format!("Stands in: {backup}")));
    about.extend(text(&entry.purpose).map(|purpose| format!("Purpose: {purpose}")));
    let refs = entry.refs.iter().map(|at| format!("Read by {}", at.value));
    about.extend(refs);
    about.push(format!(
        "When it is renewed: keysweep tokens edit {} rotated=DATE expires=DATE",
        entry.id
    ));
    Some(End {
        id: format!("register-{}", hashed(&[&register.file, &entry.id])),
        at,
        warn: warn.unwrap_or(terms.warn_before.days),
        what: format!("The token {} ends", entry.id).into_bytes(),
        about: about.into_iter().map(String::into_bytes).collect(),
    })
}

fn of_row(plan: &Plan, list: &List, row: &Row) -> Option<End> {
    let at = row.expires.at().filter(|_| row.state == State::Active)?;
    let rule = list.kind.rules.first().map_or("", |rule| rule.as_ref());
    let owners = [row.owner.as_bytes()];
    let terms = plan.policy.terms(rule, Severity::Medium, &owners);
    let mut about = vec![match list.taken {
        Some(taken) => format!("Listed by {} on {}", list.server, date(taken)),
        None => format!("Listed by {}", list.server),
    }];
    about.extend((!row.owner.is_empty()).then(|| format!("Owner: {}", row.owner)));
    about.extend((!row.scope.is_empty()).then(|| format!("Scope: {}", row.scope.join(", "))));
    Some(End {
        id: format!(
            "listed-{}",
            hashed(&[&list.server, &list.kind.id, &row.id, &row.name, &row.owner])
        ),
        at,
        warn: terms.warn_before.days,
        what: format!("The token {} of {} ends", row.called(), list.server).into_bytes(),
        about: about.into_iter().map(String::into_bytes).collect(),
    })
}

/// Texts of any form as letters and digits that are the same in every run.
fn hashed(parts: &[&str]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("{}:{part}", part.len()))
        .collect();
    Fingerprint::of_strong(parts.concat().as_bytes()).to_string()
}
