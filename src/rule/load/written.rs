//! What stands in a rule file: its keys, as the schema describes them.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::finding::{Exposure, Severity};
use crate::rule::names::FACTS_RENAMED;
#[cfg(schemas)]
use crate::rule::{Check, Generic, Source};

/// A file of rules of keysweep.
#[derive(Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "file"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::rule) struct File {
    /// Rule files whose rules are added too: `PATH` or `PATH sha256:DIGEST`, relative to this file.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<String>"))]
    pub(super) extends: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) provider: Head,
    /// The rules.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<Draft>"))]
    pub(super) rule: Vec<Spanned<Draft>>,
}

/// What the rules of the file share.
#[derive(Deserialize, Default)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "provider"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Head {
    /// Who issues the credentials.
    #[serde(default)]
    pub(super) name: String,
    /// The address of the provider's documentation.
    #[serde(default)]
    pub(super) docs: String,
    /// How to end a credential and make a new one, as the provider documents it.
    #[serde(default)]
    pub(super) rotate: String,
    /// The address of the page where the provider lists its credentials.
    #[serde(default)]
    pub(super) console: String,
    /// What names call the provider besides its name and that of the file.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<String>"))]
    pub(super) aliases: Vec<Spanned<String>>,
    /// The provider's name is a word that names hold for other reasons (`column`, `render`).
    #[serde(default)]
    pub(super) common_word: bool,
    /// Why a value of any form may be one of the provider's; empty when it may not.
    #[serde(default)]
    pub(super) free_forms: String,
}

/// A rule: what all kinds have, and the keys of exactly one kind.
#[derive(Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "rule"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Draft {
    /// The name of the rule in reports and options: lower-case letters, digits, `-` and `/`.
    #[cfg_attr(
        schemas,
        schemars(with = "String", regex(pattern = "^[a-z0-9/-]{3,}$"))
    )]
    pub(super) id: Spanned<String>,
    /// What it finds, in words.
    pub(super) name: String,
    /// Where the form is known from.
    #[cfg_attr(schemas, schemars(with = "Option<Source>"))]
    pub(super) source: Option<Spanned<String>>,
    /// How much harm the credential can do.
    pub(super) severity: Severity,
    /// Whether it is meant to be secret.
    #[serde(default)]
    pub(super) exposure: Exposure,
    /// Who issues it, where that is not the name of `provider`.
    #[serde(default)]
    pub(super) provider: String,
    /// The address of the provider's documentation.
    #[serde(default)]
    pub(super) docs: String,
    /// How to end the credential and make a new one, as the provider documents it.
    #[serde(default)]
    pub(super) rotate: String,
    /// The address of the page where the provider lists such credentials.
    #[serde(default)]
    pub(super) console: String,
    /// A token: a regular expression; its group `secret` is the credential, without one the whole match is.
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    pub(super) pattern: Option<Spanned<String>>,
    /// A token: a narrower expression; a match that fits it, too, gets higher confidence.
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    pub(super) strict: Option<Spanned<String>>,
    /// A token: how many bytes behind its literal a match may reach, where the pattern has no end of its own.
    #[serde(default)]
    pub(super) tail_cap: Option<u32>,
    /// A token: `left`, `right`: sides where the match may stand in the middle of its own alphabet.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<String>"))]
    pub(super) open: Vec<Spanned<String>>,
    /// Context: words of which one must be in the name or label of the value, lower case.
    #[cfg_attr(schemas, schemars(with = "Option<Vec<String>>"))]
    pub(super) words: Option<Vec<Spanned<String>>>,
    /// Context: a regular expression for the whole value.
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    pub(super) value: Option<Spanned<String>>,
    /// Context: the id of another rule whose value is nearby.
    #[serde(default)]
    pub(super) with: String,
    /// Context: what the generic score finds of this kind, in place of `words` and `value`.
    #[cfg_attr(schemas, schemars(with = "Option<Generic>"))]
    pub(super) generic: Option<Spanned<String>>,
    /// A file: patterns for its name or path.
    pub(super) path: Option<Vec<String>>,
    /// A file: its first bytes in hexadecimal, as `30 82`.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    pub(super) magic: Option<Spanned<String>>,
    /// Checks of the value alone.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<Check>"))]
    pub(super) checks: Vec<Spanned<String>>,
    /// A machine draws the value. False where people choose it, or where it encodes text.
    #[serde(default = "yes")]
    pub(super) drawn: bool,
    /// The decoder that reads facts from the value, or a list of several.
    #[cfg_attr(schemas, schemars(with = "Option<OneOrMore>"))]
    pub(super) facts: Option<Spanned<OneOrMore>>,
    /// Where the rule applies.
    #[serde(default, rename = "where")]
    pub(super) place: DraftWhere,
    /// Examples that the rule must find: templates, in which `{alnum:36}` stands for characters.
    #[serde(default, rename = "match")]
    pub(super) examples: Vec<String>,
    /// Examples that it must not find.
    #[serde(default)]
    pub(super) near: Vec<String>,
    /// Ids of rules that may find the examples of this rule as well.
    #[serde(default)]
    pub(super) shares: Vec<String>,
    /// The public prefix that reports may show.
    #[serde(default)]
    pub(super) shown: String,
    /// False switches the rule off.
    #[serde(default = "yes")]
    pub(super) on: bool,
}

/// The places that a rule applies to.
#[derive(Deserialize, Default)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "where"))]
#[serde(deny_unknown_fields)]
pub(super) struct DraftWhere {
    /// Patterns for the path.
    #[serde(default)]
    pub(super) path: Vec<String>,
    /// File extensions without the dot.
    #[serde(default)]
    pub(super) ext: Vec<String>,
}

fn yes() -> bool {
    true
}

/// One name, or a list of them.
#[derive(Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "facts"))]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    /// The names, all at the place of the whole; the former name of a decoder is its present one.
    pub(super) fn each(&self, at: &Range<usize>) -> Vec<Spanned<String>> {
        let names = match self {
            OneOrMore::One(name) => std::slice::from_ref(name),
            OneOrMore::More(names) => names,
        };
        let present = |name: &String| match name == FACTS_RENAMED.0 {
            // Rule files that were written for an earlier version have the old name.
            true => FACTS_RENAMED.1.to_owned(),
            false => name.clone(),
        };
        let spanned = |name| Spanned::new(at.clone(), present(name));
        names.iter().map(spanned).collect()
    }
}
