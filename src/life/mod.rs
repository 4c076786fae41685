//! The life of a credential: what is known of it (facts), what follows (status), and what of that is wrong
//! by the policy (conditions).
//!
//! Facts come from sources behind one seam, [`FactSource`]: the credential's own bytes, the record of
//! git, and whatever else will know something. A source is a file and a line in [`SOURCES`]. The status
//! is worked out in one place from what all of them tell.
//!
//! Sources are pure, bounded and never fail a scan: malformed input gives no facts.

mod conditions;
mod environments;
mod facts;
mod git;
mod kind;
mod limit;
mod listed;
mod policy;
mod profiles;
mod register;
mod slots;
mod status;

pub use limit::{Limit, Term, Terms};
pub use policy::{Pattern, Policy, Row, days};
pub use profiles::{NONE, PROFILES, Profile, named as profile};

use jiff::Timestamp;

use crate::finding::{Credential, Fact, Field, Life, Status, Until, Value};
use crate::lists::{Joined, List, Seen, join, unused_since};
use crate::register::Register;
use crate::rule::{Check, Rule, RuleSet};

/// What knows something about credentials.
trait FactSource {
    /// What it tells about one credential.
    fn tell(&self, rule: &Rule, credential: &Credential, known: &Known<'_>) -> Vec<Fact>;
}

/// Every source of facts.
const SOURCES: &[&dyn FactSource] = &[
    &facts::Bytes,
    &kind::Kind,
    &git::Record,
    &environments::Paths,
    &register::Written,
];

/// What sources may ask besides the credential itself.
struct Known<'a> {
    /// Which values stood where one setting is kept, one after the other.
    slots: slots::Slots<'a>,
    /// What is written down of tokens.
    register: Option<register::Index<'a>>,
}

/// Whether it fails the checksum of its kind: it was never issued, so what is known of its kind and what its bytes
/// say is of nothing.
fn is_forged(credential: &Credential) -> bool {
    let mut checks = credential.best.evidence.checks.iter();
    checks.any(|it| !it.passed && Check::named(it.name).is_some_and(Check::is_checksum))
}

/// What is asked about credentials.
pub struct Asked<'a> {
    /// What the team wants of the life of credentials.
    pub policy: &'a Policy,
    /// What is written down of tokens, where somebody asks about that.
    pub register: Option<&'a Register>,
    /// What servers list of the tokens that they issued.
    pub lists: &'a [List],
    /// Whether it is said what is wrong by the policy.
    pub conditions: bool,
    /// The moment that statuses hold for.
    pub now: Timestamp,
    /// Until the run is to end; what is left then is dropped.
    pub until: &'a Until<'a>,
}

/// Tells of each credential what is known of its life and what follows at the moment that is `asked` about;
/// and, where conditions are asked for, what of that is wrong by the policy. Says which of them are tokens of
/// the lists: that needs what the other sources know, so it comes behind them.
pub fn tell(rules: &RuleSet, credentials: &mut Vec<Credential>, asked: &Asked<'_>) -> Joined {
    asked.until.cut(credentials);
    let facts = own_facts(rules, credentials, asked);
    asked.until.keep(credentials, facts.len());
    let joined = joined(rules, credentials, &facts, asked.lists);
    for (number, (credential, facts)) in credentials.iter_mut().zip(facts).enumerate() {
        let rule = &rules.rules[credential.best.rule];
        settle(rule, credential, facts, asked, (&joined, number));
    }
    joined
}

/// What all sources but the lists know of each credential. Fewer than there are when the run is to end.
fn own_facts(rules: &RuleSet, credentials: &[Credential], asked: &Asked<'_>) -> Vec<Vec<Fact>> {
    let known = Known {
        slots: slots::Slots::of(credentials),
        register: asked.register.map(register::Index::of),
    };
    let of_one = |credential: &Credential| {
        let rule = &rules.rules[credential.best.rule];
        let all = SOURCES.iter();
        all.flat_map(|source| source.tell(rule, credential, &known))
            .collect()
    };
    let all = credentials.iter().enumerate();
    let until = all.take_while(|(done, _)| asked.until.goes_on(*done));
    until.map(|(_, credential)| of_one(credential)).collect()
}

/// Which credentials are tokens of the lists.
fn joined(
    rules: &RuleSet,
    credentials: &[Credential],
    facts: &[Vec<Fact>],
    lists: &[List],
) -> Joined {
    let all = credentials.iter().zip(facts);
    let seen = all.map(|(credential, facts)| Seen {
        credential,
        rule: &rules.rules[credential.best.rule],
        facts,
    });
    // Most runs have no list.
    let seen = seen.filter(|_| !lists.is_empty());
    join(lists, &seen.collect::<Vec<_>>())
}

/// Adds what the lists say of a credential (which has a number among the `joined` ones) to the facts that the
/// other sources know, and works out what follows from all of them.
fn settle(
    rule: &Rule,
    credential: &mut Credential,
    own: Vec<Fact>,
    asked: &Asked<'_>,
    (joined, number): (&Joined, usize),
) {
    let (lists, now) = (asked.lists, asked.now);
    let said = listed::Said {
        lists,
        joined,
        number,
        credential,
        own: &own,
    };
    let (listed, word) = (said.facts(), said.word());
    let facts = status::ordered([own, listed].concat());
    let owners = owners(&facts);
    let terms = asked.policy.terms(&rule.id, credential.severity, &owners);
    // A certain end comes first, then what its server says, and last what its kind makes likely.
    let status = status::of(&facts, terms.warn_before.days, now);
    let status = match word.refused {
        Some(refused) if !status.is_certainly_expired() => refused,
        None if status == Status::Unknown && word.accepted_by.is_none() => {
            kind::past(rule, credential, now).unwrap_or_default()
        }
        _ => status,
    };
    credential.life = Life { facts, status };
    if asked.conditions {
        let unused = word.accepted_by.and_then(|one| {
            let list = &lists[one.list];
            unused_since(list, &list.rows[one.row], || terms.max_unused.days)
        });
        credential.conditions = conditions::of(rule, credential, &terms, unused, now);
    }
}

/// Whose a credential is, by its facts.
fn owners(facts: &[Fact]) -> Vec<&[u8]> {
    let facts = facts.iter().filter(|fact| fact.field == Field::Owner);
    let owners = facts.filter_map(|fact| match &fact.value {
        Value::Text(text) => Some(text.as_slice()),
        Value::Id(id) => Some(id.as_bytes()),
        Value::Time(_) => None,
    });
    owners.collect()
}
