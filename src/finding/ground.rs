//! What the confidence in a value stands on.

use super::Confidence;

/// The kind of evidence that decides how probable it is that a value is a credential. Each has a
/// probability that was measured (`judge`); what lowers a value is a ground of its own, so that it is
/// never mixed with what nothing speaks against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// A checksum, or a structure that only the provider makes.
    Proof,
    /// The provider's own documented form, or a prefix that nobody else uses.
    OwnForm,
    /// A form that others may share.
    SharedForm,
    /// Wider than the documented form: another length or alphabet.
    ToleratedForm,
    /// A structure is wrong: altered, cut off or made up.
    FailedCheck,
    /// A published checksum is wrong.
    Altered,
    /// In the middle of a stretch of base64, where any letters may meet.
    InBase64,
    /// A value that should be random and is not.
    NotRandom,
    /// A password of words, in an address or a header.
    WordsInPair,
    /// A password that is its user's name.
    UserAgain,
    /// A user without a password, in a place where some services take a token.
    NoPair,
    /// The provider's word stands in its name, and the value has the provider's form.
    Named,
    /// The provider's word stands near it, and the value has the provider's form.
    Near,
    /// The provider's word stands near it, and the generic score believes in it too.
    NearAndScored,
    /// The other half of it stands beside it.
    Paired,
    /// Nobody has verified the form of its rule.
    Unverified,
    /// The last word of its name is for something else than a secret.
    Elsewhere,
    /// Beside a provider's word, and of none of its forms.
    OutOfForm,
    /// A digest that has to be broken before it opens anything.
    Digest,
    /// An example in a comment.
    Commented,
    /// Good for one use, as the token of a form or a code.
    Once,
    /// A value that a machine drew, under a name that says what it is; nothing speaks against it.
    Drawn,
    /// A generic rule's score: the probability that its features give, in steps of a fortieth from 0
    /// to 40.
    Score(u8),
    /// The name or the first bytes of its file.
    #[default]
    File,
}

/// Steps of [`Ground::Score`] in a probability of 1.
const STEPS: f32 = 40.0;

impl Ground {
    /// Every ground but the scores.
    pub const NAMED: [Ground; 23] = [
        Ground::Proof,
        Ground::OwnForm,
        Ground::SharedForm,
        Ground::ToleratedForm,
        Ground::FailedCheck,
        Ground::Altered,
        Ground::InBase64,
        Ground::NotRandom,
        Ground::WordsInPair,
        Ground::UserAgain,
        Ground::NoPair,
        Ground::Named,
        Ground::Near,
        Ground::NearAndScored,
        Ground::Paired,
        Ground::Unverified,
        Ground::Elsewhere,
        Ground::OutOfForm,
        Ground::Digest,
        Ground::Commented,
        Ground::Once,
        Ground::Drawn,
        Ground::File,
    ];

    /// The ground of a score from 0 to 1.
    pub fn score(probability: f32) -> Self {
        Ground::Score((probability.clamp(0.0, 1.0) * STEPS).floor() as u8)
    }

    /// Every ground.
    pub fn all() -> impl Iterator<Item = Ground> {
        let scores = (0..=STEPS as u8).map(Ground::Score);
        Ground::NAMED.into_iter().chain(scores)
    }

    /// The word that reports and the table of probabilities use.
    pub fn name(self) -> String {
        let name = match self {
            Ground::Proof => "proof",
            Ground::OwnForm => "own-form",
            Ground::SharedForm => "shared-form",
            Ground::ToleratedForm => "tolerated-form",
            Ground::FailedCheck => "failed-check",
            Ground::Altered => "altered",
            Ground::InBase64 => "in-base64",
            Ground::NotRandom => "not-random",
            Ground::WordsInPair => "words-in-pair",
            Ground::UserAgain => "user-again",
            Ground::NoPair => "no-pair",
            Ground::Named => "named",
            Ground::Near => "near",
            Ground::NearAndScored => "near-and-scored",
            Ground::Paired => "paired",
            Ground::Unverified => "unverified",
            Ground::Elsewhere => "elsewhere",
            Ground::OutOfForm => "out-of-form",
            Ground::Digest => "digest",
            Ground::Commented => "commented",
            Ground::Once => "once",
            Ground::Drawn => "drawn",
            Ground::File => "file",
            Ground::Score(step) => return format!("score-{:.3}", f32::from(step) / STEPS),
        };
        name.to_owned()
    }

    /// How sure it makes us before anything is known of the place: enough to choose between what is
    /// proposed for one value.
    pub fn usual(self) -> Confidence {
        match self {
            Ground::Proof | Ground::OwnForm | Ground::Drawn => Confidence::High,
            Ground::SharedForm
            | Ground::ToleratedForm
            | Ground::FailedCheck
            | Ground::Altered
            | Ground::WordsInPair
            | Ground::NoPair
            | Ground::Named
            | Ground::NearAndScored
            | Ground::Paired
            | Ground::File => Confidence::Medium,
            Ground::Score(step) if step >= 38 => Confidence::High,
            Ground::Score(step) if step >= 20 => Confidence::Medium,
            Ground::InBase64
            | Ground::NotRandom
            | Ground::UserAgain
            | Ground::Near
            | Ground::Unverified
            | Ground::Elsewhere
            | Ground::OutOfForm
            | Ground::Digest
            | Ground::Commented
            | Ground::Once
            | Ground::Score(_) => Confidence::Low,
        }
    }

    /// Whether a generic rule's score made it: then it says something whether the place is a program.
    pub fn is_scored(self) -> bool {
        matches!(self, Ground::Drawn | Ground::Score(_))
    }

    /// Whether words beside the value made it, and not the value itself: then the place says
    /// something about it too.
    pub fn is_by_words(self) -> bool {
        matches!(
            self,
            Ground::Named
                | Ground::Near
                | Ground::NearAndScored
                | Ground::Paired
                | Ground::Unverified
                | Ground::Elsewhere
                | Ground::OutOfForm
                | Ground::Digest
                | Ground::Commented
                | Ground::Once
                | Ground::WordsInPair
                | Ground::UserAgain
                | Ground::Drawn
                | Ground::Score(_)
        )
    }
}
