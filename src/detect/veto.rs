//! Who a value under a provider's name cannot be of: one that has none of that provider's forms.

use super::candidate::Candidate;
use super::context::ContextIndex;
use crate::finding::{Class, Confidence, Ground};
use crate::rule::{Generic, Kind, RuleSet};

/// The reason of a value that stands under a provider's name and has none of its forms.
pub(super) const NO_FORM: &str = "beside a provider's word, but of none of its forms";
/// The reason of a value that starts as a provider's tokens do and has none of their forms.
const NEARLY_FORM: &str = "starts as a provider's tokens do, but of none of their forms";

/// Lowers what a generic rule, or another provider's, found under a provider's name when the value has
/// none of that provider's forms, and what starts as a provider's tokens do and is none of them.
/// Passwords are left alone: a user thinks them up, whoever the provider is.
pub(super) fn veto(index: &ContextIndex, rules: &RuleSet, name: &[u8], found: &mut Candidate) {
    if found.confidence() == Confidence::Low || found.class != Class::Credential {
        return;
    }
    let generic = rules.rules[found.rule].generic();
    let password = generic == Some(Generic::Password);
    let providers = index.providers(rules);
    let issued = || providers.issued(rules, name);
    let of = (!password).then(issued).flatten();
    let of = of.filter(|of| !of.contains(&found.rule));
    let value = &found.value;
    let fits = |rule: &usize| match &rules.rules[*rule].kind {
        Kind::Context(context) => index.fits(*rule, context, value),
        _ => false,
    };
    let why = match of {
        Some(of)
            if of
                .iter()
                .any(|rule| !rules.rules[*rule].free_forms.is_empty()) =>
        {
            None
        }
        Some(of) if of.iter().any(fits) || providers.may_be_untold(rules, of, value) => None,
        Some(_) => Some(NO_FORM),
        // What has a token's whole form is that rule's candidate, which wins over a generic one.
        None if generic.is_some() && providers.is_altered(rules, value, password) => {
            Some(NEARLY_FORM)
        }
        None => None,
    };
    if let Some(why) = why {
        found.evidence.ground = Ground::OutOfForm;
        found.evidence.reasons.insert(0, why);
    }
}

#[cfg(test)]
#[path = "veto_tests.rs"]
mod tests;
