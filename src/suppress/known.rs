//! Credentials as people and baselines name them.

use super::Subject;
use crate::finding::{Credential, Field, Value};
use crate::rule::RuleSet;
use crate::secret::{Fingerprint, Masker, Secret};

/// A credential in order to write about it in a baseline, or to ask its server about it.
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
    /// Its rule.
    pub rule: String,
    /// The value.
    pub value: Secret,
    /// The id that its bytes have, or that stands beside it.
    pub server_id: Option<String>,
}

impl Known {
    /// The names of a credential.
    pub fn of(rules: &RuleSet, masker: &Masker<'_>, credential: &Credential) -> Self {
        let rule = &rules.rules[credential.best.rule].id;
        let place = &credential.places[0];
        let region = place.located.region;
        let at = masker.masked_path(&place.path.0);
        let id = credential
            .life
            .facts
            .iter()
            .find(|fact| fact.field == Field::Id);
        let id = id.and_then(|fact| match &fact.value {
            Value::Id(id) => Some(id.clone()),
            Value::Text(id) => String::from_utf8(id.to_vec()).ok(),
            Value::Time(_) => None,
        });
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
            rule: rule.to_string(),
            value: credential.best.secret.clone(),
            server_id: id,
        }
    }
}
