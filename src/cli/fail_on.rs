//! Whether what is to fail can mean anything to the rules that run.

use anyhow::{Result, anyhow};

use keysweep::config::Config;
use keysweep::finding::{ConditionId, NOTICES, Severity};
use keysweep::rule::{RuleSet, closest};
use keysweep::thresholds::FailOn;

/// Whether a `fail-on` can ever mean anything. A word that no rule has is a typo, and would let
/// everything pass.
///
/// # Errors
/// The word, and what may have been meant.
pub fn known(on: &FailOn, rules: &RuleSet) -> Result<(), String> {
    let FailOn::Rule(wanted) = on else {
        return Ok(());
    };
    let text = wanted.text();
    let ids = || rules.rules.iter().map(|rule| rule.id.as_ref());
    let notices = || NOTICES.iter().map(|kind| kind.id);
    let stale = ConditionId::ALL.map(|id| -> &str { id.name() }).into_iter();
    let other = notices()
        .chain(ids())
        .any(|id| !id.starts_with("stale/") && wanted.means(id));
    if wanted.has_idle_days() && !other {
        return Err(format!(
            "`{text}` has no days: they belong to what ends (`stale/expiring:7`); how old a value may \
             grow stands in the configuration, as `policy.max-age`"
        ));
    }
    let families = stale.chain(notices());
    let meant = families.clone().any(|id| wanted.means(id))
        || ids().any(|id| {
            wanted.means(id)
                || wanted.means(&format!("info/{id}"))
                || wanted.means(&format!("local/{id}"))
                || wanted.means(&format!("generic/{id}-weak"))
        });
    if meant {
        return Ok(());
    }
    let words = Severity::ALL.map(Severity::name);
    let all = words.into_iter().chain(["none"]).chain(families);
    let near = (text.len() <= 64)
        .then(|| closest(text, all.chain(ids())))
        .flatten();
    Err(match near {
        Some(near) => format!("`{text}`: neither a severity nor a rule; did you mean `{near}`?"),
        None => format!(
            "`{text}`: neither a severity nor a rule; the severities are {}, and `keysweep rules` \
             lists the rules",
            words.join(", ")
        ),
    })
}

/// The same for the list of a configuration.
///
/// # Errors
/// As [`known`], with file and line.
pub fn known_to(config: &Config, rules: &RuleSet) -> Result<()> {
    for at in &config.fail_on {
        known(&at.value, rules)
            .map_err(|why| anyhow!("{}:{}: `fail-on` {why}", config.file, at.line))?;
    }
    Ok(())
}
