//! Credentials as people and baselines name them.

use super::Subject;
use crate::finding::Credential;
use crate::rule::RuleSet;
use crate::secret::{Fingerprint, Masker};

/// A credential in order to write about it in a baseline.
#[derive(Clone)]
pub struct Known {
    /// Its fingerprint, which its result in the report has too.
    pub fingerprint: Fingerprint,
    /// What it shares with other values of the same name in the same file.
    pub family: Fingerprint,
    /// How a baseline names it.
    pub subject: Subject,
    /// Where it stands first, as it may be shown: path, line and column (from 1).
    pub place: String,
}

impl Known {
    /// The names of a credential.
    pub fn of(rules: &RuleSet, masker: &Masker<'_>, credential: &Credential) -> Self {
        let rule = &rules.rules[credential.best.rule].id;
        let place = &credential.places[0];
        let region = place.located.region;
        let at = masker.masked_path(&place.path.0);
        Known {
            fingerprint: credential.fingerprint,
            family: credential.family(rule),
            subject: Subject::of(credential, rule, !credential.at_head(), &at),
            place: format!(
                "{}:{}:{}",
                masker.show_path(&place.whole_path().0).as_str(),
                region.start_line,
                region.start_column
            ),
        }
    }
}
