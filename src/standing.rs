//! How much a value counts where it stands: what the judge makes of it there, and whether anything
//! hides it. The joint that news are told by.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::finding::{Class, Confidence, RepoPath, Sighting};
use crate::judge::Alone;
use crate::news::Standing;
use crate::rule::RuleSet;
use crate::secret::Secret;
use crate::suppress::Suppressions;

/// What is asked: a value of a rule under a key name, as the local look judged it, with the
/// comments beside it (the rules they name, and whether the line is long), at a path and in a member.
type Question = (
    Secret,
    usize,
    Option<Vec<u8>>,
    (Class, Confidence),
    Vec<(Vec<String>, bool)>,
    RepoPath,
    Vec<RepoPath>,
);

/// Weighs sightings, and keeps the answers: whether a baseline knows a value is slow to say.
pub(crate) struct Standings<'a> {
    rules: &'a RuleSet,
    suppressions: &'a Suppressions,
    today: Date,
    /// Made for the first question: a scan of a tree asks none.
    alone: OnceCell<Alone<'a>>,
    known: RefCell<BTreeMap<Question, Option<Standing>>>,
}

impl<'a> Standings<'a> {
    /// By what hides `today` (in UTC).
    pub(crate) fn new(rules: &'a RuleSet, suppressions: &'a Suppressions, today: Date) -> Self {
        Standings {
            rules,
            suppressions,
            today,
            alone: OnceCell::new(),
            known: RefCell::default(),
        }
    }

    /// How much a sighting counts at a path; `None` where its rule means other paths.
    pub(crate) fn of(&self, sighting: &Sighting, path: &RepoPath) -> Option<Standing> {
        let allow = &sighting.located.allow;
        let question = (
            sighting.secret.clone(),
            sighting.rule,
            sighting.key.clone(),
            (sighting.class, sighting.confidence),
            allow.iter().map(|a| (a.rules.clone(), a.long)).collect(),
            path.clone(),
            sighting.origin.inside().to_vec(),
        );
        if let Some(known) = self.known.borrow().get(&question) {
            return *known;
        }
        let alone = self.alone.get_or_init(|| Alone::new(self.rules));
        let finding = alone.finding(sighting, path);
        let standing = finding.map(|finding| {
            let hidden = self.suppressions.hides(self.rules, &finding, self.today);
            Standing::of(&finding, hidden)
        });
        self.known.borrow_mut().insert(question, standing);
        standing
    }
}
