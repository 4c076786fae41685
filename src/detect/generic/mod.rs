//! Judges a name and its value: a credential, a sample, or nothing. One score from named
//! features, none of which vetoes; only what is known to be something else is left out before, by its
//! own form ([`open`]) or by what stands beside it ([`beside`]). Looks at the assignment's own line and
//! nothing else, and never at the file's name.

mod beside;
mod covered;
mod key;
mod name_words;
mod open;
mod placeholder;
mod score;
mod value;
mod value_words;
mod weights;

pub(in crate::detect) use covered::why as covered;
pub use placeholder::is_placeholder;

use crate::detect::assign::Assignment;
use crate::finding::{Class, Confidence};

/// Which generic rule a judged value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Chosen by a human, or named a password.
    Password,
    /// Random text named a token.
    Token,
    /// Named a secret, an access key or the like.
    Secret,
}

impl Kind {
    /// The word that rule files use for this kind (`generic = "password"`).
    pub fn name(self) -> &'static str {
        match self {
            Kind::Password => "password",
            Kind::Token => "token",
            Kind::Secret => "secret",
        }
    }
}

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
/// Probability from which a random value under a telling name is beyond doubt.
const HIGH: f32 = 0.93;

/// Judges an assignment in its content. `None` when it is nothing.
pub fn judge(assignment: &Assignment<'_>, bytes: &[u8]) -> Option<Judged> {
    let value = bytes.get(assignment.value.clone())?;
    if value.len() < 3 {
        return None;
    }
    let name = key::read(assignment.key);
    if name.says == key::Says::Nothing || open::is_open(value) {
        return None;
    }
    if matches!(name.says, key::Says::Key | key::Says::AccessKey) && open::is_path_like(value) {
        return None;
    }
    if beside::says_open(assignment, bytes, &name) {
        return None;
    }
    let form = value::read(value);
    let found = score::features(assignment, bytes, &name, &form);
    let sample = placeholder::why(value, assignment.key);
    let score = score::probability(&found);
    let mut reasons = score::reasons(&found);
    let kind = match name.says {
        key::Says::Password | key::Says::Credential | key::Says::Auth => Kind::Password,
        key::Says::Token => Kind::Token,
        _ => Kind::Secret,
    };
    let strong = form.random && form.bits >= 64.0 && !name.once;
    if score >= LOW
        && let Some(why) = covered::why(assignment, bytes)
    {
        reasons.insert(0, why);
        return Some(Judged {
            class: Class::Protected,
            confidence: Confidence::High,
            kind,
            strong,
            reasons,
            score,
        });
    }
    if let Some(why) = sample {
        // A template or reference is no sample of a credential, and neither is a word under a
        // name that seldom holds one.
        if why == placeholder::REFERENCE || name.denied || score < 0.08 {
            return None;
        }
        reasons.insert(0, why);
        return Some(Judged {
            class: Class::Sample,
            confidence: Confidence::Low,
            kind,
            strong: false,
            reasons,
            score,
        });
    }
    if score < LOW {
        return None;
    }
    let digest = name.made && value::is_digest_sized(value, &form);
    let confidence = if form.shape == value::Shape::Hash || digest {
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
    };
    Some(Judged {
        class: Class::Credential,
        confidence,
        kind,
        strong,
        reasons,
        score,
    })
}

/// The named features of an assignment and their weights, for measuring and fitting; empty when
/// the name says nothing about secrets.
pub fn features(assignment: &Assignment<'_>, bytes: &[u8]) -> Vec<(&'static str, f32)> {
    let Some(value) = bytes.get(assignment.value.clone()) else {
        return Vec::new();
    };
    let name = key::read(assignment.key);
    if value.len() < 3 || name.says == key::Says::Nothing {
        return Vec::new();
    }
    let form = value::read(value);
    score::features(assignment, bytes, &name, &form)
        .iter()
        .map(|f| (f.name(), f.weight()))
        .collect()
}

#[cfg(test)]
mod tests;
