//! Which values are one credential together: the id of a key beside its secret, the name of an
//! application beside its password. What is public, or is named as the other half of something,
//! belongs to the secret of the same provider that stands nearest in the same content.

use std::collections::{BTreeSet, HashMap};

use crate::finding::{
    Class, Confidence, Credential, Exposure, Origin, PlaceKind, RepoPath, Severity,
};
use crate::rule::{Kind, Rule, RuleSet};

/// Halves stand at most so many lines apart.
const APART: u32 = 10;
/// So many neighbours on each side are asked, of which most are secrets that fit.
const ASKED: usize = 4;

/// The places of the secrets of one provider in one content: line and number, in order.
type Lines<'a> = HashMap<(&'a RepoPath, &'a Origin, &'a str), Vec<(u32, usize)>>;

/// Says of each half which credential it is a part of. Takes n log n steps for n places.
pub(super) fn join(rules: &RuleSet, credentials: &mut [Credential]) {
    let named: BTreeSet<&str> = rules.rules.iter().filter_map(other_half).collect();
    let is_half = |rule: &Rule, credential: &Credential| {
        credential.severity == Severity::Info
            || rule.exposure == Exposure::Publishable
            || named.contains(&*rule.id)
    };
    let (mut halves, mut lines) = (Vec::new(), Lines::new());
    for (number, credential) in credentials.iter().enumerate() {
        let rule = &rules.rules[credential.best.rule];
        if credential.best.class != Class::Credential || rule.generic().is_some() {
            continue;
        }
        if is_half(rule, credential) {
            halves.push(number);
        } else if credential.best.confidence > Confidence::Low {
            for place in &credential.places {
                let line = place.located.region.start_line;
                let content = (&place.path, &place.origin, &*rule.provider);
                lines.entry(content).or_default().push((line, number));
            }
        }
    }
    lines.values_mut().for_each(|lines| lines.sort_unstable());
    // Worked out once: asking a credential looks at all its places.
    let kinds: Vec<PlaceKind> = credentials.iter().map(Credential::kind).collect();
    let wholes: Vec<(usize, usize)> = halves
        .into_iter()
        .filter_map(|half| Some((half, whole(rules, credentials, &kinds, &lines, half)?)))
        .collect();
    for (half, whole) in wholes {
        credentials[half].part_of = Some(credentials[whole].fingerprint);
    }
}

/// The rule that finds the other half of what a rule finds.
fn other_half(rule: &Rule) -> Option<&str> {
    match &rule.kind {
        Kind::Context(context) if !context.with.is_empty() => Some(&context.with),
        _ => None,
    }
}

/// The credential that a half is a part of: the nearest that is told, and matters, wherever the half
/// does.
fn whole(
    rules: &RuleSet,
    credentials: &[Credential],
    kinds: &[PlaceKind],
    lines: &Lines<'_>,
    half: usize,
) -> Option<usize> {
    let part = &credentials[half];
    let provider = &*rules.rules[part.best.rule].provider;
    let fits = |(_, number): &&(u32, usize)| {
        #[cfg(test)]
        super::growth::step();
        let whole = &credentials[*number];
        whole.severity >= part.severity
            && whole.best.confidence >= part.best.confidence
            && kinds[*number] <= kinds[half]
    };
    let near = part.places.iter().filter_map(|place| {
        let line = place.located.region.start_line;
        let all = lines.get(&(&place.path, &place.origin, provider))?;
        let (before, after) = all.split_at(all.partition_point(|(at, _)| *at < line));
        let before = before.iter().rev().take(ASKED).find(fits);
        let after = after.iter().take(ASKED).find(fits);
        let apart = |(at, number): &(u32, usize)| (at.abs_diff(line), *number);
        before.into_iter().chain(after).map(apart).min()
    });
    let (apart, whole) = near.min()?;
    (apart <= APART).then_some(whole)
}
