//! Judges a name and its value: a credential, a sample, or a refusal with its reason. One score from
//! named features decides; only what is known to be something else is refused before, by what its
//! name is ([`key`]), by its own form ([`open`]) or by what stands beside it ([`beside`]). Looks at
//! the assignment's own line and nothing else, and never at the file's name.
//!
//! What is known stands in tables of (name, test, example), whose examples are run by tests, and in
//! lists of words (`words/*.txt`).

mod answer;
mod asked;
mod beside;
mod bytes;
mod code;
pub(in crate::detect) mod comment;
mod covered;
mod decide;
pub(in crate::detect) mod example;
mod expression;
mod features;
mod key;
mod label;
mod link;
mod made_up;
mod named;
mod notation;
mod open;
mod operator;
mod own_name;
mod placeholder;
mod programs;
mod public;
mod reference;
mod refusal;
mod shape;
mod site;
mod surroundings;
mod user;
mod value;
mod version;
mod words;

/// Which generic rule a judged value belongs to.
pub use crate::rule::Generic as Kind;
pub use asked::Asked;
pub use bytes::is_uuid;
pub(in crate::detect) use covered::{by_form as ciphertext, why as covered};
pub(in crate::detect) use decide::in_program;
pub use features::{Feature, Weights};
pub use key::is_secret_name;
pub(in crate::detect) use key::split as words_of_name;
pub use made_up::made_up;
pub use placeholder::{is_placeholder, is_placeholder_password};
pub use refusal::Refusal;
pub(in crate::detect) use shape::is_password_hash;

use crate::detect::assign::Assignment;
use crate::finding::{Aside, Class, Ground};

/// Judging an assignment looks at so many bytes on both sides of it.
pub(super) const JUDGED: usize = 256;

/// What a name and its value amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Credential, sample, or what does not tell its secret.
    pub class: Class,
    /// What the confidence stands on.
    pub ground: Ground,
    /// Which generic rule it belongs to.
    pub kind: Kind,
    /// 64 bits of randomness or more.
    pub strong: bool,
    /// What stands around it and says that it is shown, or nothing that a program sets.
    pub asides: Vec<Aside>,
    /// Named reasons, the weightiest first.
    pub reasons: Vec<&'static str>,
    /// The estimated probability that it is a credential, 0 to 1.
    pub score: f32,
}

/// How much is told of what is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) enum Telling {
    /// That it is nothing, by the reason that is found first.
    Verdict,
    /// What is known of it before what is merely unlikely, for a person or the fit of the weights.
    Whole,
}

/// Judges an assignment in its content.
///
/// # Errors
///
/// Why it is nothing.
pub fn judge(assignment: &Assignment<'_>, bytes: &[u8]) -> Result<Judged, Refusal> {
    weigh(assignment, bytes, Weights::FITTED, Telling::Whole).0
}

/// The same, and the features that were weighed: none when something was known before.
pub(in crate::detect) fn weigh(
    assignment: &Assignment<'_>,
    bytes: &[u8],
    weights: &Weights,
    telling: Telling,
) -> (Result<Judged, Refusal>, Vec<Feature>) {
    let value = bytes.get(assignment.value.clone()).unwrap_or_default();
    let value = &*label::unescaped(value);
    if value.len() < 3 {
        return (Err(Refusal::Short), Vec::new());
    }
    let name = key::read(assignment.key);
    if let Some(refusal) = name.refused {
        return (Err(refusal), Vec::new());
    }
    let mut weighed = None;
    if telling == Telling::Verdict {
        // Nothing that is known makes a finding of what is so unlikely, but that a password is its
        // user's name. The score costs less than asking for all that may be known.
        let weighed = weighed.insert(Weighed::new(assignment, bytes, value, &name, weights));
        let is_user = || name.is_password() && user::is_the_password(assignment, bytes, value);
        if weighed.score < decide::SAMPLE && !is_user() {
            return (
                Err(Refusal::Unlikely),
                std::mem::take(&mut weighed.features),
            );
        }
    }
    if let Some(refusal) = known(assignment, bytes, value, &name) {
        return (Err(refusal), Vec::new());
    }
    let weighed = weighed.unwrap_or_else(|| Weighed::new(assignment, bytes, value, &name, weights));
    let option = weighed.form.is_words()
        || weighed.form.is_small_number()
        || value.len() < 24 && !weighed.form.random && code::is_identifier(value);
    if name.denied && option {
        return (Err(Refusal::WordUnderOption), Vec::new());
    }
    let case = decide::Case {
        assignment,
        bytes,
        value,
        name: &name,
        weighed: &weighed,
        weights,
    };
    (case.decide(), weighed.features)
}

/// An assignment whose features were weighed.
struct Weighed {
    form: value::Form,
    features: Vec<Feature>,
    /// It has no quotes, and stands in no quoted text and in no command.
    bare: bool,
    /// The estimated probability that it is a credential, 0 to 1.
    score: f32,
}

impl Weighed {
    fn new(
        assignment: &Assignment<'_>,
        bytes: &[u8],
        value: &[u8],
        name: &key::Name,
        weights: &Weights,
    ) -> Self {
        let form = value::read(value, assignment.quote.is_some());
        let site = features::Site::new(assignment, bytes, name, &form);
        let features = features::of(&site);
        let score = weights.probability(&features);
        Weighed {
            bare: site.is_bare_text(),
            form,
            features,
            score,
        }
    }
}

/// What is known to be no secret, whatever its score.
fn known(
    assignment: &Assignment<'_>,
    bytes: &[u8],
    value: &[u8],
    name: &key::Name,
) -> Option<Refusal> {
    let vague = matches!(name.says, key::Says::Key | key::Says::AccessKey);
    let site = site::Site {
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
