//! How visible a value is where it stands: what the judgement makes of it there, and whether anything
//! hides it. What a change adds is told by it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::finding::{Class, Confidence, Credential, RepoPath, Severity, Sighting};
use crate::judge::{self, Alone};
use crate::rule::RuleSet;
use crate::secret::Secret;
use crate::suppress::Suppressions;

/// How visible a value is where it stands, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Visibility {
    /// What holds for the run hides it there.
    Hidden,
    /// A sample, or published by design.
    Harmless,
    /// A credential of low confidence there.
    Low,
    /// A credential of medium confidence there, in a test, an example, documentation or code of others.
    MediumAside,
    /// A credential of high confidence in such a place.
    HighAside,
    /// A credential of medium confidence there.
    Medium,
    /// A credential of high confidence there.
    High,
}

impl Visibility {
    /// The visibility of what was judged at one place only, which is `hidden` or not.
    fn of(credential: &Credential, hidden: bool) -> Self {
        let harmless =
            credential.best.class == Class::Sample || credential.severity == Severity::Info;
        let aside = !credential.kind().is_live();
        match credential.best.confidence {
            _ if hidden => Visibility::Hidden,
            _ if harmless => Visibility::Harmless,
            Confidence::Low => Visibility::Low,
            Confidence::Medium if aside => Visibility::MediumAside,
            Confidence::High if aside => Visibility::HighAside,
            Confidence::Medium => Visibility::Medium,
            Confidence::High => Visibility::High,
        }
    }
}

/// What is asked: a value of a rule under a key name, as the local look judged it, with the
/// comments beside it (the rules they name, and whether the line is long), at a path and in a member.
type Question = (
    Secret,
    usize,
    Option<Vec<u8>>,
    (Class, judge::Asked),
    Vec<(Vec<String>, bool)>,
    RepoPath,
    Vec<RepoPath>,
);

/// Says how visible sightings are, and keeps the answers: whether a baseline knows a value is slow to say.
pub(super) struct Visibilities<'a> {
    rules: &'a RuleSet,
    suppressions: &'a Suppressions,
    today: Date,
    /// Made for the first question: a scan of a tree asks none.
    alone: OnceCell<Alone<'a>>,
    known: RefCell<BTreeMap<Question, Option<Visibility>>>,
}

impl<'a> Visibilities<'a> {
    /// By what hides `today` (in UTC).
    pub(super) fn new(rules: &'a RuleSet, suppressions: &'a Suppressions, today: Date) -> Self {
        Visibilities {
            rules,
            suppressions,
            today,
            alone: OnceCell::new(),
            known: RefCell::default(),
        }
    }

    /// How visible a sighting is at a path; `None` where its rule means other paths. Also how many steps
    /// that took: what a baseline is asked about costs many.
    pub(super) fn of(&self, sighting: &Sighting, path: &RepoPath) -> (Option<Visibility>, usize) {
        let allow = &sighting.located.allow;
        let question = (
            sighting.secret.clone(),
            sighting.rule,
            sighting.key.clone(),
            (sighting.class, judge::asked(&sighting.evidence)),
            allow.iter().map(|a| (a.rules.clone(), a.long)).collect(),
            path.clone(),
            sighting.origin.inside().to_vec(),
        );
        if let Some(known) = self.known.borrow().get(&question) {
            return (*known, 1);
        }
        let alone = self.alone.get_or_init(|| Alone::new(self.rules));
        let credential = alone.credential(sighting, path);
        let mut steps = 1;
        let visibility = credential.map(|credential| {
            steps += self.suppressions.steps(self.rules, &credential);
            let hidden = self.suppressions.hides(self.rules, &credential, self.today);
            Visibility::of(&credential, hidden)
        });
        self.known.borrow_mut().insert(question, visibility);
        (visibility, steps)
    }
}
