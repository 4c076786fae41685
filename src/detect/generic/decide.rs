//! What the score makes of an assignment that nothing is known about.

use super::key::{Name, Says};
use super::placeholder::REFERENCE;
use super::shape::Shape;
use super::{
    Judged, Kind, Refusal, Weighed, Weights, answer, comment, covered, link, placeholder, user,
    value,
};
use crate::detect::assign::Assignment;
use crate::finding::{Aside, Class, Ground};

/// Probability from which a value is reported at all.
const LOW: f32 = 0.25;
/// Probability from which it is no longer the score that tells credentials apart, but whether a machine drew the
/// value.
const DRAWN: f32 = 0.975;
/// The reason given for the hash of a password.
const HASH: &str = "the hash of a password";
/// The reason given for what a comment or a text shows.
const SHOWN: &str = "an example in a comment or a text";
/// Probability from which a placeholder is listed as a sample, when samples are asked for.
pub(super) const SAMPLE: f32 = 0.08;

/// An assignment with all that is to be considered of it.
pub(super) struct Case<'a> {
    pub assignment: &'a Assignment<'a>,
    pub bytes: &'a [u8],
    /// The value without escapes.
    pub value: &'a [u8],
    pub name: &'a Name,
    pub weighed: &'a Weighed,
    pub weights: &'a Weights,
}

/// A thing that an assignment may be: `None` where it is not that.
type Answer = Option<Result<Judged, Refusal>>;

impl Case<'_> {
    /// The first of these that it is decides.
    const MAY_BE: [fn(&Self) -> Answer; 5] = [
        Self::covered,
        Self::hash,
        Self::its_user,
        Self::placeholder,
        Self::unlikely,
    ];

    /// What the assignment is: a credential, unless it is something else.
    pub(super) fn decide(&self) -> Result<Judged, Refusal> {
        let mut answers = Self::MAY_BE.iter().filter_map(|is| is(self));
        answers.next().unwrap_or_else(|| Ok(self.credential()))
    }

    /// What somebody has to open before it opens anything.
    fn covered(&self) -> Answer {
        if self.is_unlikely() {
            return None;
        }
        let why = covered::why(self.assignment, self.bytes)?;
        Some(Ok(self.judged(
            Class::Protected,
            self.scored(),
            self.is_strong(),
            Some(why),
        )))
    }

    /// The hash of a password, which must be broken before it opens anything.
    fn hash(&self) -> Answer {
        (self.weighed.form.shape == Shape::Hash).then(|| match self.is_unlikely() {
            true => Err(Refusal::Unlikely),
            false => Ok(self.judged(Class::Protected, Ground::Digest, false, Some(HASH))),
        })
    }

    /// The name of the user whose password it is said to be.
    fn its_user(&self) -> Answer {
        let test = match self.name.says {
            Says::Password => user::is_the_password,
            Says::Secret | Says::AccessKey => user::is_the_key_id,
            _ => return None,
        };
        test(self.assignment, self.bytes, self.value).then(|| {
            let why = Some("the password is the user's name");
            Ok(self.judged(Class::Sample, Ground::UserAgain, false, why))
        })
    }

    /// A placeholder. A template or reference is no sample of a credential, and neither is a word under a name
    /// that seldom holds one.
    fn placeholder(&self) -> Answer {
        let why = placeholder::why(self.value, self.assignment.key, self.name.is_password())?;
        Some(match why {
            REFERENCE => Err(Refusal::Reference),
            _ if self.name.denied => Err(Refusal::WordUnderDenial),
            _ if self.weighed.score < SAMPLE => Err(Refusal::UnlikelySample),
            why => Ok(self.judged(Class::Sample, self.scored(), false, Some(why))),
        })
    }

    fn unlikely(&self) -> Answer {
        self.is_unlikely().then_some(Err(Refusal::Unlikely))
    }

    fn credential(&self) -> Judged {
        let (assignment, bytes) = (self.assignment, self.bytes);
        let words = self.name.is_password() && self.weighed.form.is_words();
        let example = words && comment::is_example(assignment, bytes);
        let shown = example || comment::is_shown(assignment, bytes);
        // What people choose was mostly made up there; what a machine drew may be real.
        let made_up = shown && !self.weighed.form.random;
        let ground = if made_up {
            Ground::Commented
        } else if link::ends_by_itself(assignment, bytes) {
            Ground::Once
        } else {
            self.ground()
        };
        let why = made_up.then_some(SHOWN);
        let mut judged = self.judged(Class::Credential, ground, self.is_strong(), why);
        let aside = (shown && !made_up).then_some(Aside::Shown(SHOWN));
        judged.asides.extend(aside);
        judged
    }

    fn judged(
        &self,
        class: Class,
        ground: Ground,
        strong: bool,
        why: Option<&'static str>,
    ) -> Judged {
        let features = &self.weighed.features;
        Judged {
            class,
            ground,
            kind: kind(self.name),
            strong,
            // Of what stands on something else than its score nobody asks.
            asides: matches!(ground, Ground::Score(_) | Ground::Drawn)
                .then(|| self.not_set())
                .flatten()
                .into_iter()
                .collect(),
            reasons: why
                .into_iter()
                .chain(self.weights.reasons(features))
                .collect(),
            score: self.weighed.score,
        }
    }

    fn is_unlikely(&self) -> bool {
        self.weighed.score < LOW
    }

    fn is_strong(&self) -> bool {
        let form = &self.weighed.form;
        form.random && form.bits >= 64.0 && !self.name.once
    }

    fn scored(&self) -> Ground {
        Ground::score(self.weighed.score)
    }

    /// What makes us sure of a credential: its score, unless something is known that the features do not
    /// tell.
    fn ground(&self) -> Ground {
        let (name, weighed) = (self.name, self.weighed);
        if name.made && value::is_digest_sized(self.value, &weighed.form) {
            // It must be broken before it opens anything.
            Ground::Digest
        } else if name.once {
            // A form's token is good for one visit, and saved pages are full of them.
            Ground::Once
        } else if weighed.score >= DRAWN && self.is_strong() && !name.denied {
            Ground::Drawn
        } else {
            self.scored()
        }
    }

    /// Why a value is nothing that a program sets, should its file be one: in a program what has no quotes is a
    /// name, or stands in a comment or a text.
    fn not_set(&self) -> Option<Aside> {
        let (assignment, bytes) = (self.assignment, self.bytes);
        let form = &self.weighed.form;
        if self.weighed.bare && form.shape != Shape::Number {
            let why = "in a program, and no literal of it: a comment, a text or a name";
            Some(Aside::NotSet(why))
        } else if answer::is_member(assignment, bytes) {
            let why = "in a program that shows what a server answers";
            Some(in_program(why, form.random))
        } else if comment::is_in_data(assignment, bytes) {
            let why = "in a program, and a part of data that a comment of it shows";
            Some(in_program(why, form.random))
        } else {
            None
        }
    }
}

/// Of what a program shows: what looks `drawn` may be real all the same, what people choose was mostly made up.
pub(in crate::detect) fn in_program(why: &'static str, drawn: bool) -> Aside {
    match drawn {
        true => Aside::ShownInProgram(why),
        false => Aside::NotSet(why),
    }
}

/// The rule that a name belongs to.
fn kind(name: &Name) -> Kind {
    match name.says {
        Says::Password | Says::Credential | Says::Auth => Kind::Password,
        Says::Token => Kind::Token,
        _ => Kind::Secret,
    }
}
