//! Whether rules find what their examples hold.

use std::collections::HashSet;

use keysweep::detect::Scanner;
use keysweep::example::expand;
use keysweep::rule::Rule;

/// Random templates are tried with several seeds.
const SEEDS: std::ops::Range<u64> = 0..4;

/// What came of the examples of rules.
pub struct Tried {
    /// Rules that were tried.
    pub rules: u64,
    /// Their examples.
    pub ran: u64,
    /// What is wrong, a line each.
    pub wrong: Vec<String>,
}

/// Runs the examples of the rules with these ids.
pub fn run(scanner: &Scanner, own: &HashSet<String>) -> Tried {
    let own = scanner
        .rules()
        .rules
        .iter()
        .filter(|rule| own.contains(rule.id.as_ref()));
    let (mut ran, mut rules, mut wrong) = (0, 0, Vec::new());
    for rule in own {
        rules += 1;
        if rule.examples.is_empty() {
            wrong.push(format!(
                "{}: it has no example; add `match = [\"…\"]`",
                rule.id
            ));
        }
        let matches = rule.examples.iter().map(|template| (template, true));
        let near = rule.near.iter().map(|template| (template, false));
        for (template, wanted) in matches.chain(near) {
            ran += 1;
            if let Err(why) = example(scanner, rule, template, wanted) {
                wrong.push(format!("{}: {template}: {why}", rule.id));
            }
        }
    }
    Tried { rules, ran, wrong }
}

/// The ids of the rules that find something in a text.
pub fn found_by<'s>(scanner: &'s Scanner, text: &str) -> Vec<&'s str> {
    let set = scanner.rules();
    let mut out = Vec::new();
    for one in scanner.scan(text.as_bytes()) {
        let also = one.evidence.also.iter().filter_map(|id| set.find(id));
        let all = std::iter::once(one.rule).chain(also);
        out.extend(all.map(|index| set.rules[index].id.as_ref()));
    }
    out
}

/// One example with several seeds.
fn example(scanner: &Scanner, rule: &Rule, template: &str, wanted: bool) -> Result<(), String> {
    for seed in SEEDS {
        let text = expand(template, seed).map_err(|error| error.to_string())?;
        let all = &scanner.rules().rules;
        let found = scanner.scan(text.as_bytes());
        let own = found.iter().any(|one| {
            let also = one.evidence.also.iter().any(|id| *id == rule.id);
            all[one.rule].id == rule.id || also
        });
        if wanted && !own {
            let others: Vec<&str> = found.iter().map(|one| all[one.rule].id.as_ref()).collect();
            return Err(match others.as_slice() {
                [] => "it is not found".to_owned(),
                others => format!("it is found, but by {}", others.join(", ")),
            });
        }
        if !wanted && own {
            return Err("it is found, and should not be".to_owned());
        }
    }
    Ok(())
}
