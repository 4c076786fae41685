//! Rules: what keysweep looks for, read from TOML, checked, and compiled to what the engine needs.
//!
//! Uses `finding`'s levels only. This room is compiled twice: the build script includes it, reads
//! `rules/*.toml` and embeds the result as static data, so that start-up parses nothing; rule
//! files of users go through the same code at run time.

mod bytes;
mod compile;
pub mod emit;
mod lifetimes;
mod list_kind;
mod load;
mod names;
mod pack;
mod page;
#[cfg(schemas)]
mod schema;
mod suggest;

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use crate::file_error::FileError;
use crate::finding::{Exposure, Severity};

pub use bytes::ByteSet;
pub use lifetimes::{Lifetime, load_lifetimes};
pub use list_kind::{
    HashKind, Holds, ListField, ListFormat, ListFrom, ListKind, ListRead, Part, STATES,
    load_list_kind,
};
pub use load::{RuleFile, load_builtin, load_file, load_pack};
pub use names::{Check, FactDecoder, Generic, Source};
pub use pack::{Pack, is_inside};
#[cfg(schemas)]
pub use schema::schema;
pub use suggest::closest;

/// Text that is static in the built-in set and owned in a user's.
pub type Text = Cow<'static, str>;
/// A list that is static in the built-in set and owned in a user's.
pub type List<T> = Cow<'static, [T]>;

/// One rule: a kind of credential and how to see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name in options, reports and suppressions, e.g. `github-pat`.
    pub id: Text,
    /// What it finds, in words, e.g. `GitHub personal access token (classic)`.
    pub name: Text,
    /// Who issues it.
    pub provider: Text,
    /// What names call the provider, lower case and without signs.
    pub names: List<Text>,
    /// Names hold these for other reasons, too: they are words of any language.
    pub common: bool,
    /// Why a value of any form may be one of the provider's; empty where it may not.
    pub free_forms: Text,
    /// Where its form is known from.
    pub source: Source,
    /// What it opens.
    pub severity: Severity,
    /// Whether it is meant to be secret.
    pub exposure: Exposure,
    /// The provider's documentation; empty where none is known.
    pub docs: Text,
    /// How to rotate it, as the provider documents it; empty where none is known.
    pub rotate: Text,
    /// The page where the provider lists such credentials; empty where none is known.
    pub console: Text,
    /// Offline checks, in the order they run.
    pub checks: List<Check>,
    /// A machine draws the value: nobody chooses it, and it encodes no text.
    pub drawn: bool,
    /// Decoders of facts; several may speak about one credential.
    pub facts: List<FactDecoder>,
    /// How it is found.
    pub kind: Kind,
    /// Where it counts; everywhere by default. Applied in `judge`, never during the byte scan.
    pub place: Where,
    /// Templates that must match.
    pub examples: List<Text>,
    /// Templates that must not match.
    pub near: List<Text>,
    /// Ids of other rules that may claim this rule's examples too.
    pub shares: List<Text>,
    /// Prefixes that may be shown of a value; empty shows nothing.
    pub shown: Text,
    /// False for rules that must be asked for by name.
    pub on: bool,
    /// Who wrote it.
    pub provenance: Provenance,
    /// The provider file it stands in, e.g. `github.toml`.
    pub file: Text,
}

/// Who wrote a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// It is compiled into the program.
    #[default]
    Builtin,
    /// It stands in a rule file that the user named.
    User,
    /// It came with what is scanned: it adds findings and never takes the place of another's.
    Repository,
}

impl Rule {
    /// Whether it is compiled into the program. What another one says is text like any other.
    pub fn is_builtin(&self) -> bool {
        self.provenance == Provenance::Builtin
    }

    /// Whether it came with what is scanned.
    pub fn is_of_repository(&self) -> bool {
        self.provenance == Provenance::Repository
    }

    /// Whether its value is asked for looking drawn: of a built-in rule always, when nothing proves
    /// more; of others when they name the check, for nobody else knows what their values are.
    pub fn is_drawn(&self) -> bool {
        let value = matches!(self.kind, Kind::Token(_) | Kind::Context(_));
        value && self.drawn && self.checks.is_empty()
    }

    /// What it takes of that which the score over names and values finds; none for other kinds.
    pub fn generic(&self) -> Option<Generic> {
        match self.kind {
            Kind::Generic(generic) => Some(generic),
            _ => None,
        }
    }
}

/// The four kinds of rules.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The text alone is enough.
    Token(Token),
    /// A value assigned to, or labelled by, a word.
    Context(Context),
    /// What the score over names and values finds, of one kind.
    Generic(Generic),
    /// The name or the first bytes of a file are the finding.
    File(FileMark),
}

/// A pattern and what is derived from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The pattern, in the syntax of `regex` over bytes with ASCII classes. The group `secret`
    /// is the credential; without it the whole match is.
    pub pattern: Text,
    /// A narrower pattern that must match the whole match to raise confidence; may be empty.
    pub strict: Text,
    /// Occurrences of these drive the scan. Empty: the rule runs line by line (slow).
    pub literals: List<Literal>,
    /// Longest reach of a match before a literal's first byte, in bytes.
    pub before: u32,
    /// Longest reach of a match from a literal's first byte on, in bytes.
    pub after: u32,
    /// A byte of this set just before the match means that it starts in the middle of something.
    pub left: ByteSet,
    /// A byte of this set just after the match means that it ends in the middle of something.
    pub right: ByteSet,
    /// The pattern starts with its literal, so that a match starts at the anchor.
    pub prefix: bool,
    /// The bytes that can follow a literal inside a match.
    pub next: ByteSet,
}

/// A literal that every match of a rule contains.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Literal {
    /// The text, lower-cased when `fold` is set; three to twelve bytes.
    pub text: Text,
    /// Compare without regard to ASCII case.
    pub fold: bool,
}

/// A value known by the word beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// Words of which one must stand in the key or the bytes before the value, lower case.
    pub words: List<Text>,
    /// The whole value, in the syntax of `regex` over bytes with ASCII classes.
    pub value: Text,
    /// The bytes a value can hold, derived from `value`.
    pub alphabet: ByteSet,
    /// Shortest and longest value in bytes, derived from `value`.
    pub len: (u32, u32),
    /// The id of a rule whose value stands beside it (the id half of a pair); may be empty.
    pub with: Text,
}

/// A file that is a finding by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct FileMark {
    /// Globs over the file name or path.
    pub path: List<Text>,
    /// The first bytes, in hexadecimal; empty when the name alone decides.
    pub magic: List<u8>,
}

/// Conditions on the place of a finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Where {
    /// Globs of which one must match the path; empty for all.
    pub path: List<Text>,
    /// Extensions of which one must fit, lower case, without the dot; empty for all.
    pub ext: List<Text>,
}

/// A checked set of rules. Rules are named by their index in `rules`.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// The rules, sorted by id.
    pub rules: List<Rule>,
    /// The set's version: the program's, with `+user` when user rules were added.
    pub version: String,
    /// SHA-256 over the rule files: those of the program, and each that was added.
    pub digest: [u8; 32],
    /// What the patterns that were added weigh together once they are compiled, in halves of a
    /// mebibyte.
    pub weight: u32,
}

impl RuleSet {
    /// The rules that are compiled into the program.
    pub fn new(builtin: &'static [Rule], version: &str) -> Self {
        RuleSet {
            rules: Cow::Borrowed(builtin),
            version: version.to_owned(),
            digest: [0; 32],
            weight: 0,
        }
    }

    /// Adds rules of a user's file. They may not redefine a rule that is there.
    ///
    /// # Errors
    /// Names the file and the id, or the kind of generic rule, that exists already.
    pub fn extend(&mut self, more: Vec<Rule>) -> Result<(), FileError> {
        for rule in &more {
            if let Some(at) = self.find(&rule.id) {
                return Err(FileError::new(
                    &rule.file,
                    0,
                    format!(
                        "rule `{}` is defined in {} already; a rule file may add rules, never redefine one: choose another id",
                        rule.id, self.rules[at].file
                    ),
                ));
            }
            // There is one rule of each such kind: a second one would take the first one's place.
            let kind = rule.generic();
            let have = self
                .rules
                .iter()
                .find(|have| kind.is_some() && have.generic() == kind);
            if let Some(have) = have {
                return Err(FileError::new(
                    &rule.file,
                    0,
                    format!(
                        "rule `{}` takes what `{}` finds; a rule file may add rules, never redefine one: give it `words` and a `value`",
                        rule.id, have.id
                    ),
                ));
            }
        }
        let only_builtin = |rules: &[Rule]| rules.iter().all(Rule::is_builtin);
        if only_builtin(&self.rules) && !only_builtin(&more) {
            self.version.push_str("+user");
        }
        let rules = self.rules.to_mut();
        rules.extend(more);
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(pair) = rules.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(FileError::new(
                &pair[1].file,
                0,
                format!("the id `{}` is used twice", pair[1].id),
            ));
        }
        Ok(())
    }

    /// Takes the text of a rule file into the set's digest. Whoever adds its rules says it.
    pub fn digest_file(&mut self, text: &[u8]) {
        let digest = Sha256::new().chain_update(self.digest).chain_update(text);
        self.digest = digest.finalize().into();
    }

    /// The index of the rule with this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.rules
            .binary_search_by(|have| have.id.as_ref().cmp(id))
            .ok()
    }
}
