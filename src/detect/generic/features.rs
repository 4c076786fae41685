//! What may be true of an assignment, and what it adds to the score: one line a feature, its weight
//! in `weights.txt` on the line of the same name. `tools/fit` writes that file.

use super::key::{Name, Says};
use super::shape::Shape;
use super::surroundings::{End, Place, in_list};
use super::value::Form;
use super::words;
use crate::detect::assign::{Assignment, Op};

/// The weights as the fit wrote them: the name of a feature and what it adds to the log-odds.
const FILE: &str = include_str!("weights.txt");

/// What features add to the score (log-odds).
#[derive(Clone, Debug)]
pub struct Weights {
    /// The score of an assignment without any feature.
    bias: f32,
    /// One for each feature.
    of: [f32; Feature::ALL.len()],
}

impl Weights {
    /// The weights that are compiled in.
    pub(in crate::detect) const FITTED: &'static Weights = &Weights {
        bias: weight("Bias"),
        of: {
            let mut of = [0.0; Feature::ALL.len()];
            let mut n = 0;
            while n < of.len() {
                of[n] = weight(Feature::ALL[n].id());
                n += 1;
            }
            of
        },
    };

    /// Other weights, for whoever fits them: one for each feature, in the order of [`Feature::ALL`].
    /// Those that are missing are 0.
    pub fn new(bias: f32, weights: &[f32]) -> Self {
        let mut of = [0.0; Feature::ALL.len()];
        for (weight, of) in weights.iter().zip(&mut of) {
            *of = *weight;
        }
        Weights { bias, of }
    }

    fn of(&self, feature: Feature) -> f32 {
        self.of[feature as usize]
    }

    /// The probability of a credential: the logistic function of the weights' sum.
    pub(super) fn probability(&self, found: &[Feature]) -> f32 {
        let sum: f32 = self.bias + found.iter().map(|f| self.of(*f)).sum::<f32>();
        1.0 / (1.0 + (-sum).exp())
    }

    /// The features with what each adds to the log-odds, the weightiest first, and what there is
    /// without any at the end.
    pub fn weights_of(&self, found: &[Feature]) -> Vec<(&'static str, f32)> {
        let mut weights: Vec<(&str, f32)> = found.iter().map(|f| (f.name(), self.of(*f))).collect();
        weights.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        weights.push(("without any of them", self.bias));
        weights
    }

    /// The features' names, the weightiest first.
    pub(super) fn reasons(&self, found: &[Feature]) -> Vec<&'static str> {
        let mut sorted = found.to_vec();
        sorted.sort_by(|a, b| self.of(*b).abs().total_cmp(&self.of(*a).abs()));
        sorted.iter().take(6).map(|f| f.name()).collect()
    }
}

macro_rules! features {
    ($($id:ident $name:literal |$site:ident| $test:expr,)*) => {
        /// One thing that may be true of an assignment.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Feature {
            $(#[doc = $name] $id,)*
        }

        impl Feature {
            /// Every feature, in the order in which weights are added up.
            pub const ALL: &'static [Feature] = &[$(Feature::$id,)*];

            /// Its name in the file of weights.
            pub const fn id(self) -> &'static str {
                match self { $(Feature::$id => stringify!($id),)* }
            }

            /// What it is called in reasons.
            pub(super) fn name(self) -> &'static str {
                match self { $(Feature::$id => $name,)* }
            }
        }

        /// The features of an assignment.
        pub(super) fn of(site: &Site<'_>) -> Vec<Feature> {
            let mut found = Vec::with_capacity(24);
            $({
                let $site = site;
                if $test {
                    found.push(Feature::$id);
                }
            })*
            found
        }
    };
}

#[rustfmt::skip]
features! {
    KeyPassword "the name says password" |s| s.says(Says::Password),
    KeySecret "the name says secret" |s| s.says(Says::Secret),
    KeyToken "the name says token" |s| s.says(Says::Token),
    KeyAccess "the name says access key" |s| s.says(Says::AccessKey),
    KeyCredential "the name says credential" |s| s.says(Says::Credential),
    KeyAuth "the name says authorization" |s| s.says(Says::Auth),
    KeyPlain "the name says key and no more" |s| s.says(Says::Key) || s.says(Says::Nothing),
    KeyDenied "a part of the name denies a secret" |s| s.name.denied,
    KeyDeniedAny "a part of the name says that it is public or no secret" |s| s.name.denied && s.name.last,
    DeniedRandom "a random value under a denied name" |s| s.name.denied && s.form.random,
    KeyNotLast "the name goes on after the word for a secret" |s| !s.name.last,
    KeyConstant "the name is in capitals" |s| s.name.constant,
    KeyDotted "the name is a member" |s| s.name.dotted,
    KeyAction "the name starts with a verb" |s| s.name.action,
    BareEnv "a bare value as environment files have it" |s| !s.quoted && s.place == Place::Env,
    BareYaml "a bare value as YAML has it" |s| !s.quoted && s.place == Place::Yaml,
    BareInline "a bare value inside a line" |s| !s.quoted && s.place == Place::Inline,
    BareShell "a bare value on a command line" |s| !s.quoted && s.place == Place::Shell,
    InText "inside a quoted text" |s| s.in_text(),
    TextSemicolon "a setting of a connection string" |s| s.in_text() && s.end == End::Semicolon,
    BareSemicolon "a bare value before a semicolon" |s| s.bare() && s.end == End::Semicolon,
    BareComma "a bare value before a comma" |s| s.bare() && s.end == End::Comma,
    BareMore "more text follows the bare value" |s| s.bare() && s.end == End::More,
    BareBracket "a bracket follows the bare value" |s| s.bare() && s.end == End::Bracket,
    BareExpression "a bare expression" |s| s.bare() && s.has_brackets(),
    QuotedMore "more text follows the quoted value" |s| s.quoted && s.end == End::More,
    QuotedGlued "the literal is joined to something else" |s| s.quoted && s.end == End::Glued,
    PasswordQuoted "a literal under a password name" |s| s.quoted && s.says(Says::Password),
    WeakQuoted "a literal under a vague name" |s| s.quoted && s.vague(),
    OpEquals "assigned with an equals sign" |s| s.op(Op::Equals),
    OpColon "assigned with a colon" |s| s.op(Op::Colon),
    OpArrow "assigned with an arrow" |s| s.op(Op::Arrow),
    OpCompare "compared with a literal" |s| s.op(Op::Compare),
    OpCall "the argument of a function" |s| s.op(Op::Call),
    OpPair "the argument after the name" |s| s.op(Op::Pair),
    OpFlag "the value of a command's flag" |s| s.op(Op::Flag),
    OpXml "the text of an element" |s| s.op(Op::Xml),
    OpNameValue "a name and value pair" |s| s.op(Op::NameValue),
    OpHeader "a header's credentials" |s| s.op(Op::Header),
    OpUrl "a parameter of an address" |s| s.op(Op::Url),
    OpSql "the password of a statement" |s| s.op(Op::SqlBy),
    OpBlank "only a blank between name and value" |s| s.op(Op::Blank),
    PairList "one of a list of literals" |s| s.op(Op::Pair) && in_list(s.a, s.bytes),
    KeyVerb "the word is pass, a verb too" |s| s.name.verb,
    VerbCall "a call of pass" |s| s.name.verb && s.op(Op::Call),
    NumberInCode "a bare number in code" |s| s.bare() && s.shape(Shape::Number) && s.end != End::Line,
    FlagWord "a word after a flag, perhaps prose" |s| s.is_flag_word(),
    Fallback "the literal default of a look-up" |s| s.a.fallback,
    Wrapped "a literal wrapped in a call" |s| s.a.wrapped,
    ShapeLanguage "a word of programming languages" |s| s.shape(Shape::Language),
    ShapeTemplate "a reference or template" |s| s.shape(Shape::Template),
    ShapeUrl "an address" |s| s.shape(Shape::Url),
    ShapePath "a path" |s| s.shape(Shape::Path),
    ShapeCall "a call" |s| s.shape(Shape::Call),
    ShapeOperator "an expression" |s| s.shape(Shape::Operator),
    ShapeUuid "a UUID" |s| s.shape(Shape::Uuid),
    ShapeNumber "a number" |s| s.shape(Shape::Number),
    ShapeBytes "bytes written out as numbers" |s| s.shape(Shape::Bytes),
    ShapeHash "a password hash" |s| s.shape(Shape::Hash),
    ShapeHex "hexadecimal of a digest's length" |s| s.shape(Shape::HexDigest),
    ShapePhrase "several words" |s| s.shape(Shape::Phrase),
    ShapeForeign "text in another script" |s| s.shape(Shape::Foreign),
    ShapeDotted "a dotted name" |s| s.shape(Shape::Dotted),
    ShapeWord "one lower-case word" |s| s.shape(Shape::Word),
    ShapeConstant "a name in capitals" |s| s.shape(Shape::Constant),
    ShapeCamel "words in camel case" |s| s.shape(Shape::Camel),
    ShapeJoined "joined words" |s| s.shape(Shape::Joined),
    ShapeEmail "a mail address" |s| s.shape(Shape::Email),
    ShapeMixed "letters mixed with digits or signs" |s| s.shape(Shape::Mixed),
    ShapeSymbols "signs only" |s| s.shape(Shape::Symbols),
    BareName "a bare name, perhaps a variable" |s| s.is_name() && !s.quoted,
    WeakName "an identifier under a vague name" |s| s.is_name() && s.vague(),
    TellingName "an identifier under a secret's name" |s| s.is_name() && s.telling(),
    PasswordName "a word under a password name" |s| s.is_name() && s.quoted && s.says(Says::Password),
    PassPhrase "several plain words under a password name" |s| s.says(Says::Password) && s.shape(Shape::Phrase) && s.is_made_of_plain_words(),
    PassJoined "joined plain words under a password name" |s| s.is_joined_password(),
    UserBeside "a user's name stands beside the password" |s| s.is_beside_a_user(),
    PasswordMixed "mixed text under a password name" |s| s.shape(Shape::Mixed) && s.says(Says::Password),
    WeakMixed "mixed text under a vague name" |s| s.shape(Shape::Mixed) && s.vague(),
    WeakNumber "a number under a vague name" |s| s.shape(Shape::Number) && s.vague(),
    TellingRandom "a random value under a secret's name" |s| s.form.random && s.telling(),
    WeakRandom "a random value under a vague name" |s| s.form.random && s.vague(),
    PasswordRandom "a random value under a password name" |s| s.form.random && s.says(Says::Password),
    Len4 "four characters or fewer" |s| s.form.len <= 4,
    Len7 "five to seven characters" |s| (5..8).contains(&s.form.len),
    Len11 "eight to eleven characters" |s| (8..12).contains(&s.form.len),
    Len19 "twelve to nineteen characters" |s| (12..20).contains(&s.form.len),
    Len31 "twenty to thirty-one characters" |s| (20..32).contains(&s.form.len),
    Len64 "thirty-two to sixty-four characters" |s| (32..65).contains(&s.form.len),
    LenMore "more than sixty-four characters" |s| s.form.len > 64,
    TellingShort "a short value under a secret's name" |s| s.form.len < 12 && s.telling(),
    WeakShort "a short value under a vague name" |s| s.form.len < 12 && s.vague(),
    Digit "has a digit" |s| s.form.digits > 0,
    ThreeClasses "has capitals, small letters and digits" |s| s.form.digits > 0 && s.form.upper > 0 && s.form.lower > 0,
    ManyChanges "letters and digits alternate" |s| s.form.changes >= 4,
    MixedSymbol "has a sign" |s| s.form.symbols > 0 && s.shape(Shape::Mixed),
    Wordlike "reads like a word" |s| s.reads_above(-2.6),
    Unwordlike "does not read like a word" |s| s.reads_below(-3.2),
    VeryUnwordlike "reads like random text" |s| s.reads_below(-3.8),
}

/// An assignment with everything that features ask about.
pub(super) struct Site<'a> {
    pub a: &'a Assignment<'a>,
    pub bytes: &'a [u8],
    pub name: &'a Name,
    pub form: &'a Form,
    /// It is a literal.
    pub quoted: bool,
    pub place: Place,
    pub end: End,
}

impl<'a> Site<'a> {
    /// The site of an assignment in its content.
    pub(super) fn new(
        a: &'a Assignment<'a>,
        bytes: &'a [u8],
        name: &'a Name,
        form: &'a Form,
    ) -> Self {
        let (place, end) = super::surroundings::of(a, bytes);
        Site {
            a,
            bytes,
            name,
            form,
            quoted: a.quote.is_some() || form.shape == Shape::Bytes || is_whole_element(a, bytes),
            place,
            end,
        }
    }

    fn says(&self, says: Says) -> bool {
        self.name.says == says
    }

    fn op(&self, op: Op) -> bool {
        self.a.op == op
    }

    fn shape(&self, shape: Shape) -> bool {
        self.form.shape == shape
    }

    /// The name says secret, key or token.
    fn telling(&self) -> bool {
        matches!(self.name.says, Says::Secret | Says::AccessKey | Says::Token)
    }

    /// The name may mean many things.
    fn vague(&self) -> bool {
        !self.says(Says::Password) && !self.telling()
    }

    /// Not quoted, but inside a quoted text.
    fn in_text(&self) -> bool {
        !self.quoted && self.place == Place::Text
    }

    /// Neither quoted nor inside a quoted text.
    fn bare(&self) -> bool {
        !self.quoted && self.place != Place::Text
    }

    /// Neither quoted, nor a part of a quoted text or of a command: in a program no literal.
    pub(super) fn is_bare_text(&self) -> bool {
        let assigned = matches!(self.a.op, Op::Equals | Op::Colon | Op::Arrow);
        !self.quoted
            && match self.place {
                Place::Env | Place::Yaml | Place::Inline => true,
                Place::Other => assigned,
                Place::Shell | Place::Text => false,
            }
    }

    fn has_brackets(&self) -> bool {
        let bracket = |b: &u8| matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'|');
        self.bytes[self.a.value.clone()].iter().any(bracket)
    }

    /// `--password and …`: a word after a flag without an equals sign may be prose.
    fn is_flag_word(&self) -> bool {
        self.op(Op::Flag)
            && !self.quoted
            && self.form.digits == 0
            && self.shape(Shape::Word)
            && self.bytes.get(self.a.value.start.wrapping_sub(1)) != Some(&b'=')
    }

    /// Words that are joined under the name of a password itself, where configuration stands.
    fn is_joined_password(&self) -> bool {
        let config = matches!(self.place, Place::Env | Place::Yaml);
        self.says(Says::Password)
            && self.name.last
            && (self.quoted || config)
            && matches!(self.form.shape, Shape::Joined | Shape::Dotted)
            && self.is_made_of_plain_words()
    }

    /// A user's name stands beside a password of one piece; more text behind a bare one makes it code.
    fn is_beside_a_user(&self) -> bool {
        let text = matches!(
            self.form.shape,
            Shape::Phrase | Shape::Language | Shape::Template
        ) || self.form.is_small_number();
        let in_command = matches!(self.place, Place::Shell | Place::Text) || self.op(Op::Url);
        self.says(Says::Password)
            && !text
            && (self.quoted || self.end != End::More || in_command)
            && super::user::stands_beside(self.a, self.bytes)
    }

    /// Two to six words of three letters or more in small letters, none of which is a word of
    /// configuration, of forms, or one that only joins others.
    fn is_made_of_plain_words(&self) -> bool {
        let value = &self.bytes[self.a.value.clone()];
        let mut words = 0;
        let plain = value
            .split(|b| matches!(b, b' ' | b'-' | b'_' | b'.'))
            .all(|word| {
                words += 1;
                let text = std::str::from_utf8(word).unwrap_or_default();
                (3..=14).contains(&word.len())
                    && word.iter().all(u8::is_ascii_lowercase)
                    && !words::TECHNICAL.contains(text)
                    && !words::PROSE.contains(text)
                    && !words::LABELS.contains(text)
            });
        plain && (2..=6).contains(&words)
    }

    /// The value looks like the name of something.
    fn is_name(&self) -> bool {
        matches!(
            self.form.shape,
            Shape::Word | Shape::Constant | Shape::Camel | Shape::Joined | Shape::Dotted
        )
    }

    /// Pairs of letters as identifiers have them. Under password names nothing is asked: words are
    /// what people choose.
    fn reads_above(&self, likelihood: f32) -> bool {
        !self.says(Says::Password) && self.form.wordlike > likelihood
    }

    fn reads_below(&self, likelihood: f32) -> bool {
        !self.says(Says::Password) && self.form.wordlike < likelihood
    }
}

/// `<password>value</password>`: all of an element's text is as good as a literal.
fn is_whole_element(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    a.op == Op::Xml && bytes[a.value.end..].starts_with(b"</")
}

/// The weight of a feature: the number behind its name in the file, in hundredths. A feature without
/// one ends the build.
const fn weight(id: &str) -> f32 {
    let (text, id) = (FILE.as_bytes(), id.as_bytes());
    let mut at = 0;
    while at < text.len() {
        let mut same = 0;
        while same < id.len() && at + same < text.len() && text[at + same] == id[same] {
            same += 1;
        }
        if same == id.len() && at + same < text.len() && text[at + same] == b' ' {
            return hundredths(text, at + same) as f32 / 100.0;
        }
        while at < text.len() && text[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    panic!("a feature has no line in weights.txt: `cargo bench --bench fit` writes the file")
}

/// The number of hundredths at `at`: `-1.47` is -147.
const fn hundredths(text: &[u8], mut at: usize) -> i32 {
    let (mut number, mut sign) = (0, 1);
    while at < text.len() && text[at] != b'\n' {
        match text[at] {
            digit @ b'0'..=b'9' => number = number * 10 + (digit - b'0') as i32,
            b'-' => sign = -1,
            _ => {}
        }
        at += 1;
    }
    sign * number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_weights_is_a_features_in_their_order() {
        let lines: Vec<&str> = FILE
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .collect();
        let names = ["Bias"]
            .into_iter()
            .chain(Feature::ALL.iter().map(|f| f.id()));
        assert_eq!(lines.len(), Feature::ALL.len() + 1);
        for (line, name) in lines.iter().zip(names) {
            let (id, number) = line.split_once(' ').expect("a name and a number");
            assert_eq!(id, name);
            let read: f32 = number.parse().expect("a number");
            assert_eq!(read, weight(id), "{line}");
            assert_eq!(
                format!("{read:.2}"),
                number,
                "{line} has two digits behind its dot"
            );
        }
    }
}
