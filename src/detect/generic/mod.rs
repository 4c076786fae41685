//! Judges a name and its value: a credential, a sample, or a refusal with its reason. One score from
//! named features decides; only what is known to be something else is refused before, by what its
//! name is ([`key`]), by its own form ([`open`]) or by what stands beside it ([`beside`]). Looks at
//! the assignment's own line and nothing else, and never at the file's name.
//!
//! What is known stands in tables of (name, test, example), whose examples are run by tests, and in
//! lists of words (`words/*.txt`).

mod asked;
mod beside;
mod comment;
mod covered;
mod features;
mod joint;
mod key;
mod label;
mod notation;
mod open;
mod pairs;
mod placeholder;
mod reference;
mod refusal;
mod shape;
mod surroundings;
mod user;
mod value;
mod version;
mod words;

/// Which generic rule a judged value belongs to.
pub use crate::rule::Generic as Kind;
pub use asked::Asked;
pub(in crate::detect) use covered::why as covered;
pub use features::{Feature, Weights};
pub(in crate::detect) use key::split as words_of_name;
pub(in crate::detect) use pairs::pair_cost;
pub use placeholder::{is_placeholder, is_placeholder_password};
pub use refusal::Refusal;
pub(in crate::detect) use shape::is_password_hash;

use crate::detect::assign::Assignment;
use crate::finding::{Class, Confidence};

/// What a name and its value amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Credential, sample, or what does not tell its secret.
    pub class: Class,
    /// How sure.
    pub confidence: Confidence,
    /// Which generic rule it belongs to.
    pub kind: Kind,
    /// 64 bits of randomness or more.
    pub strong: bool,
    /// Named reasons, the weightiest first.
    pub reasons: Vec<&'static str>,
    /// The estimated probability that it is a credential, 0 to 1.
    pub score: f32,
}

/// Probability from which a value is reported with medium confidence.
const MEDIUM: f32 = 0.5;
/// Probability from which a value is reported at all.
const LOW: f32 = 0.25;
/// The reason given for the hash of a password.
const HASH: &str = "the hash of a password";
/// Probability from which a placeholder is listed as a sample, when samples are asked for.
const SAMPLE: f32 = 0.08;
/// Probability from which a random value under a telling name is beyond doubt.
const HIGH: f32 = 0.93;

/// Judges an assignment in its content.
///
/// # Errors
///
/// Why it is nothing.
pub fn judge(assignment: &Assignment<'_>, bytes: &[u8]) -> Result<Judged, Refusal> {
    weigh(assignment, bytes, Weights::FITTED).0
}

/// The same, and the features that were weighed: none when something was known before.
pub(in crate::detect) fn weigh(
    assignment: &Assignment<'_>,
    bytes: &[u8],
    weights: &Weights,
) -> (Result<Judged, Refusal>, Vec<Feature>) {
    let value = bytes.get(assignment.value.clone()).unwrap_or_default();
    let value = &*label::unescaped(value);
    let name = key::read(assignment.key);
    if let Some(refusal) = known(assignment, bytes, value, &name) {
        return (Err(refusal), Vec::new());
    }
    let form = value::read(value, assignment.quote.is_some());
    if name.denied && (form.is_words() || form.is_small_number()) {
        return (Err(Refusal::WordUnderOption), Vec::new());
    }
    let site = features::Site::new(assignment, bytes, &name, &form);
    let features = features::of(&site);
    let judged = decide(assignment, bytes, value, &name, &form, &features, weights);
    (judged, features)
}

/// What is known to be no secret, whatever its score.
fn known(
    assignment: &Assignment<'_>,
    bytes: &[u8],
    value: &[u8],
    name: &key::Name,
) -> Option<Refusal> {
    if value.len() < 3 {
        return Some(Refusal::Short);
    }
    if name.refused.is_some() {
        return name.refused;
    }
    let vague = matches!(name.says, key::Says::Key | key::Says::AccessKey);
    let site = beside::Site {
        a: assignment,
        bytes,
        name,
        value,
    };
    open::refusal(value)
        .or_else(|| (vague && open::is_path_like(value)).then_some(Refusal::Path))
        .or_else(|| beside::refusal(&site))
        .or_else(|| label::is_label(value).then_some(Refusal::Label))
}

/// What the score makes of an assignment that nothing is known about.
fn decide(
    assignment: &Assignment<'_>,
    bytes: &[u8],
    value: &[u8],
    name: &key::Name,
    form: &value::Form,
    features: &[Feature],
    weights: &Weights,
) -> Result<Judged, Refusal> {
    let score = weights.probability(features);
    let strong = form.random && form.bits >= 64.0 && !name.once;
    let judged = |class, confidence, strong, why: Option<&'static str>| Judged {
        class,
        confidence,
        kind: kind(name),
        strong,
        reasons: why.into_iter().chain(weights.reasons(features)).collect(),
        score,
    };
    if score >= LOW
        && let Some(why) = covered::why(assignment, bytes)
    {
        let (class, sure) = (Class::Protected, Confidence::High);
        return Ok(judged(class, sure, strong, Some(why)));
    }
    if form.shape == shape::Shape::Hash {
        // It must be broken before it opens anything.
        return match score < LOW {
            true => Err(Refusal::Unlikely),
            false => Ok(judged(Class::Protected, Confidence::Low, false, Some(HASH))),
        };
    }
    if name.is_password() && user::is_the_password(assignment, bytes, value) {
        let why = Some("the password is the user's name");
        return Ok(judged(Class::Sample, Confidence::Low, false, why));
    }
    // A template or reference is no sample of a credential, and neither is a word under a name that
    // seldom holds one.
    match placeholder::why(value, assignment.key, name.is_password()) {
        Some(placeholder::REFERENCE) => Err(Refusal::Reference),
        Some(_) if name.denied => Err(Refusal::WordUnderDenial),
        Some(_) if score < SAMPLE => Err(Refusal::UnlikelySample),
        Some(why) => Ok(judged(Class::Sample, Confidence::Low, false, Some(why))),
        None if score < LOW => Err(Refusal::Unlikely),
        None => {
            let example =
                name.is_password() && form.is_words() && comment::is_example(assignment, bytes);
            if example {
                let why = Some("an example in a comment");
                return Ok(judged(Class::Credential, Confidence::Low, strong, why));
            }
            let confidence = confidence(name, form, value, score, strong);
            Ok(judged(Class::Credential, confidence, strong, None))
        }
    }
}

/// The rule that a name belongs to.
fn kind(name: &key::Name) -> Kind {
    match name.says {
        key::Says::Password | key::Says::Credential | key::Says::Auth => Kind::Password,
        key::Says::Token => Kind::Token,
        _ => Kind::Secret,
    }
}

/// How sure a score makes us of a credential.
fn confidence(
    name: &key::Name,
    form: &value::Form,
    value: &[u8],
    score: f32,
    strong: bool,
) -> Confidence {
    let digest = name.made && value::is_digest_sized(value, form);
    if digest {
        // It must be broken before it opens anything.
        Confidence::Low
    } else if name.once {
        // A form's token is good for one visit, and saved pages are full of them.
        Confidence::Low
    } else if score >= HIGH && strong {
        Confidence::High
    } else if score >= MEDIUM {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}

/// Templates of texts of which each is refused for the reason beside it: one for each row of the
/// tables.
pub fn refused_examples() -> Vec<(Refusal, String)> {
    let named = |name: &str, value: &str| format!("{name} = \"{value}\"\n");
    let mut all = vec![
        (Refusal::Short, named("api_secret", "ab")),
        (Refusal::NoName, "maple_tree = \"{alnum:24}\"\n".to_owned()),
        (Refusal::Path, named("cache_key", "user/settings")),
        (Refusal::Label, named("password", "Mot de passe")),
        (
            Refusal::WordUnderOption,
            named("password_driver", "postgres"),
        ),
        (
            Refusal::WordUnderDenial,
            named("password_hint", "changeme-7"),
        ),
        (
            Refusal::UnlikelySample,
            r#"x = ["key", "aaaaaaaa", "b"]"#.to_owned(),
        ),
        (Refusal::Unlikely, named("some_key", "maple_leaf")),
    ];
    let names = key::examples().map(|(why, name)| (why, named(name, "{alnum:24}")));
    let values = open::examples().map(|(why, value)| (why, named("api_secret", value)));
    let beside = beside::examples().map(|(why, text)| (why, format!("{text}\n")));
    let braced = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let references =
        reference::examples().map(|v| (Refusal::Reference, named("password", &braced(v))));
    all.extend(names.chain(values).chain(beside).chain(references));
    all
}

#[cfg(test)]
mod people_tests;
#[cfg(test)]
mod tests;
