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
mod code;
pub(in crate::detect) mod comment;
mod covered;
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
mod surroundings;
mod user;
mod value;
mod version;
mod words;

/// Which generic rule a judged value belongs to.
pub use crate::rule::Generic as Kind;
pub use asked::Asked;
pub(in crate::detect) use covered::{by_form as ciphertext, why as covered};
pub use features::{Feature, Weights};
pub use key::is_secret_name;
pub(in crate::detect) use key::split as words_of_name;
pub use made_up::made_up;
pub use placeholder::{is_placeholder, is_placeholder_password};
pub use refusal::Refusal;
pub(in crate::detect) use shape::is_password_hash;
pub use value::is_uuid;

use crate::detect::assign::Assignment;
use crate::finding::{Class, Ground};

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
    /// Why it is nothing that a program sets, should its file be one.
    pub not_set: Option<&'static str>,
    /// Named reasons, the weightiest first.
    pub reasons: Vec<&'static str>,
    /// The estimated probability that it is a credential, 0 to 1.
    pub score: f32,
}

/// Probability from which a value is reported at all.
const LOW: f32 = 0.25;
/// Probability from which it is no longer the score that tells credentials apart, but whether a machine drew the
/// value.
const DRAWN: f32 = 0.975;
/// The reason given for the hash of a password.
const HASH: &str = "the hash of a password";
/// Probability from which a placeholder is listed as a sample, when samples are asked for.
const SAMPLE: f32 = 0.08;

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
        if weighed.score < SAMPLE && !is_user() {
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
    let judged = decide(assignment, bytes, value, &name, &weighed, weights);
    (judged, weighed.features)
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
    weighed: &Weighed,
    weights: &Weights,
) -> Result<Judged, Refusal> {
    let Weighed {
        form,
        features,
        bare,
        score,
    } = weighed;
    let score = *score;
    let scored = Ground::score(score);
    let strong = form.random && form.bits >= 64.0 && !name.once;
    let judged = |class, ground, strong, why: Option<&'static str>| Judged {
        class,
        ground,
        kind: kind(name),
        strong,
        // Of what stands on something else than its score nobody asks.
        not_set: matches!(ground, Ground::Score(_) | Ground::Drawn)
            .then(|| not_set(assignment, bytes, *bare, form))
            .flatten(),
        reasons: why.into_iter().chain(weights.reasons(features)).collect(),
        score,
    };
    if score >= LOW
        && let Some(why) = covered::why(assignment, bytes)
    {
        return Ok(judged(Class::Protected, scored, strong, Some(why)));
    }
    if form.shape == shape::Shape::Hash {
        // It must be broken before it opens anything.
        return match score < LOW {
            true => Err(Refusal::Unlikely),
            false => Ok(judged(Class::Protected, Ground::Digest, false, Some(HASH))),
        };
    }
    let is_user = match name.says {
        key::Says::Password => user::is_the_password(assignment, bytes, value),
        key::Says::Secret | key::Says::AccessKey => user::is_the_key_id(assignment, bytes, value),
        _ => false,
    };
    if is_user {
        let why = Some("the password is the user's name");
        return Ok(judged(Class::Sample, Ground::UserAgain, false, why));
    }
    // A template or reference is no sample of a credential, and neither is a word under a name that
    // seldom holds one.
    match placeholder::why(value, assignment.key, name.is_password()) {
        Some(placeholder::REFERENCE) => Err(Refusal::Reference),
        Some(_) if name.denied => Err(Refusal::WordUnderDenial),
        Some(_) if score < SAMPLE => Err(Refusal::UnlikelySample),
        Some(why) => Ok(judged(Class::Sample, scored, false, Some(why))),
        None if score < LOW => Err(Refusal::Unlikely),
        None => {
            let example =
                name.is_password() && form.is_words() && comment::is_example(assignment, bytes);
            if example || comment::is_shown(assignment, bytes) {
                let why = Some("an example in a comment or a text");
                return Ok(judged(Class::Credential, Ground::Commented, strong, why));
            }
            let ground = match link::ends_by_itself(assignment, bytes) {
                true => Ground::Once,
                false => ground(name, form, value, score, strong),
            };
            Ok(judged(Class::Credential, ground, strong, None))
        }
    }
}

/// Why a value is nothing that a program sets, should its file be one: in a program what has no quotes is a name, or
/// stands in a comment or a text.
fn not_set(
    assignment: &Assignment<'_>,
    bytes: &[u8],
    bare: bool,
    form: &value::Form,
) -> Option<&'static str> {
    if bare && form.shape != shape::Shape::Number {
        Some("in a program, and no literal of it: a comment, a text or a name")
    } else if answer::is_member(assignment, bytes) {
        Some("in a program that shows what a server answers")
    } else if comment::is_in_data(assignment, bytes) {
        Some("in a program, and a part of data that a comment of it shows")
    } else {
        None
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

/// What makes us sure of a credential: its score, unless something is known that the features do not
/// tell.
fn ground(name: &key::Name, form: &value::Form, value: &[u8], score: f32, strong: bool) -> Ground {
    if name.made && value::is_digest_sized(value, form) {
        // It must be broken before it opens anything.
        Ground::Digest
    } else if name.once {
        // A form's token is good for one visit, and saved pages are full of them.
        Ground::Once
    } else if score >= DRAWN && strong && !name.denied {
        Ground::Drawn
    } else {
        Ground::score(score)
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
