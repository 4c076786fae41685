//! Reading a rule file: TOML to checked [`Rule`]s, with errors that name file, line and a way out.

mod provider;

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::names::{Check, FACTS_RENAMED, FactDecoder, Generic, Source};
use super::{Context, FileMark, Kind, List, Pack, Provenance, Rule, Text, Where, closest, compile};
use crate::file_error::{FileError, line_of};
use crate::finding::{Exposure, Severity};

/// A file of rules of keysweep.
#[derive(Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "file"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    /// Rule files whose rules are added too: `PATH` or `PATH sha256:DIGEST`, relative to this file.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<String>"))]
    extends: Vec<Spanned<String>>,
    #[serde(default)]
    provider: Head,
    /// The rules.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<Draft>"))]
    rule: Vec<Spanned<Draft>>,
}

/// What the rules of the file share.
#[derive(Deserialize, Default)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "provider"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Head {
    /// Who issues the credentials.
    #[serde(default)]
    name: String,
    /// The address of the provider's documentation.
    #[serde(default)]
    docs: String,
    /// How to end a credential and make a new one, as the provider documents it.
    #[serde(default)]
    rotate: String,
    /// The address of the page where the provider lists its credentials.
    #[serde(default)]
    console: String,
    /// What names call the provider besides its name and that of the file.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<String>"))]
    aliases: Vec<Spanned<String>>,
    /// The provider's name is a word that names hold for other reasons (`column`, `render`).
    #[serde(default)]
    common_word: bool,
    /// Why a value of any form may be one of the provider's; empty when it may not.
    #[serde(default)]
    free_forms: String,
}

/// A rule: what all kinds have, and the keys of exactly one kind.
#[derive(Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "rule"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Draft {
    /// The name of the rule in reports and options: lower-case letters, digits, `-` and `/`.
    #[cfg_attr(
        schemas,
        schemars(with = "String", regex(pattern = "^[a-z0-9/-]{3,}$"))
    )]
    id: Spanned<String>,
    /// What it finds, in words.
    name: String,
    /// Where the form is known from.
    #[cfg_attr(schemas, schemars(with = "Option<Source>"))]
    source: Option<Spanned<String>>,
    /// How much harm the credential can do.
    severity: Severity,
    /// Whether it is meant to be secret.
    #[serde(default)]
    exposure: Exposure,
    /// Who issues it, where that is not the name of `provider`.
    #[serde(default)]
    provider: String,
    /// The address of the provider's documentation.
    #[serde(default)]
    docs: String,
    /// How to end the credential and make a new one, as the provider documents it.
    #[serde(default)]
    rotate: String,
    /// The address of the page where the provider lists such credentials.
    #[serde(default)]
    console: String,
    /// A token: a regular expression; its group `secret` is the credential, without one the whole match is.
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    pattern: Option<Spanned<String>>,
    /// A token: a narrower expression; a match that fits it, too, gets higher confidence.
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    strict: Option<Spanned<String>>,
    /// A token: how many bytes behind its literal a match may reach, where the pattern has no end of its own.
    #[serde(default)]
    tail_cap: Option<u32>,
    /// A token: `left`, `right`: sides where the match may stand in the middle of its own alphabet.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<String>"))]
    open: Vec<Spanned<String>>,
    /// Context: words of which one must be in the name or label of the value, lower case.
    #[cfg_attr(schemas, schemars(with = "Option<Vec<String>>"))]
    words: Option<Vec<Spanned<String>>>,
    /// Context: a regular expression for the whole value.
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    value: Option<Spanned<String>>,
    /// Context: the id of another rule whose value is nearby.
    #[serde(default)]
    with: String,
    /// Context: what the generic score finds of this kind, in place of `words` and `value`.
    #[cfg_attr(schemas, schemars(with = "Option<Generic>"))]
    generic: Option<Spanned<String>>,
    /// A file: patterns for its name or path.
    path: Option<Vec<String>>,
    /// A file: its first bytes in hexadecimal, as `30 82`.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Option<String>"))]
    magic: Option<Spanned<String>>,
    /// Checks of the value alone.
    #[serde(default)]
    #[cfg_attr(schemas, schemars(with = "Vec<Check>"))]
    checks: Vec<Spanned<String>>,
    /// A machine draws the value. False where people choose it, or where it encodes text.
    #[serde(default = "yes")]
    drawn: bool,
    /// The decoder that reads facts from the value, or a list of several.
    #[cfg_attr(schemas, schemars(with = "Option<OneOrMore>"))]
    facts: Option<Spanned<OneOrMore>>,
    /// Where the rule applies.
    #[serde(default, rename = "where")]
    place: DraftWhere,
    /// Examples that the rule must find: templates, in which `{alnum:36}` stands for characters.
    #[serde(default, rename = "match")]
    examples: Vec<String>,
    /// Examples that it must not find.
    #[serde(default)]
    near: Vec<String>,
    /// Ids of rules that may find the examples of this rule as well.
    #[serde(default)]
    shares: Vec<String>,
    /// The public prefix that reports may show.
    #[serde(default)]
    shown: String,
    /// False switches the rule off.
    #[serde(default = "yes")]
    on: bool,
}

/// The places that a rule applies to.
#[derive(Deserialize, Default)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "where"))]
#[serde(deny_unknown_fields)]
struct DraftWhere {
    /// Patterns for the path.
    #[serde(default)]
    path: Vec<String>,
    /// File extensions without the dot.
    #[serde(default)]
    ext: Vec<String>,
}

fn yes() -> bool {
    true
}

/// Reads the rules of one file. `file` is only its name for messages; `text` its content.
///
/// # Errors
/// Syntax errors, unknown keys or names, patterns that do not compile or derive no literal,
/// duplicate ids: each with file, line (from 1) and what to do.
pub fn load_file(file: &str, text: &str) -> Result<Vec<Rule>, FileError> {
    load(file, text, false).map(|file| file.rules)
}

/// Reads one file with what it says of others.
///
/// # Errors
/// Those of [`load_file`], and a name of a pack that is none.
pub fn load_pack(file: &str, text: &str) -> Result<RuleFile, FileError> {
    load(file, text, false)
}

/// What stands in one rule file.
pub struct RuleFile {
    /// Its rules, sorted by id.
    pub rules: Vec<Rule>,
    /// The packs that it names, each with its line, from 1. Whoever reads files reads those, too.
    pub extends: Vec<(u32, Pack)>,
}

/// Reads the rules of a file of the program itself, of which more is asked.
///
/// # Errors
/// Those of [`load_file`]; a rule that does not say where its form is from, that has no example, or
/// whose severity its source does not bear; a word that names no provider.
pub fn load_builtin(file: &str, text: &str) -> Result<Vec<Rule>, FileError> {
    load(file, text, true).map(|file| file.rules)
}

fn load(file: &str, text: &str, builtin: bool) -> Result<RuleFile, FileError> {
    let parsed: File = parsed(file, text)?;
    let mut extends = Vec::with_capacity(parsed.extends.len());
    for named in &parsed.extends {
        let line = line_of(text, named.span().start);
        let fault = |message: &str| FileError::new(file, line, message);
        if builtin {
            return Err(fault("a built-in rule file extends no other"));
        }
        let pack = Pack::parse(named.get_ref());
        extends.push((
            line,
            pack.map_err(|why| fault(&format!("`extends` {why}")))?,
        ));
    }
    let mut rules = Vec::with_capacity(parsed.rule.len());
    for draft in parsed.rule {
        let span = draft.span();
        let draft = draft.into_inner();
        let asked = match builtin {
            true => draft.asked(file, &parsed.provider),
            false => Ok(()),
        };
        let rule = asked
            .and_then(|()| draft.finish(file, &parsed.provider))
            .map_err(|(at, message)| {
                let line = line_of(text, at.unwrap_or(span).start);
                FileError::new(file, line, message)
            })?;
        rules.push(rule);
    }
    rules.sort_by(|a: &Rule, b: &Rule| a.id.cmp(&b.id));
    if let Some(pair) = rules.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(FileError::new(
            file,
            0,
            format!("the id `{}` is used twice", pair[0].id),
        ));
    }
    Ok(RuleFile { rules, extends })
}

/// serde names the unknown field and the known ones between backquotes; find the nearest.
fn hint_for_unknown(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown") {
        return None;
    }
    let wrong = names.next()?;
    closest(wrong, names).map(|name| format!("; did you mean `{name}`?"))
}

/// The TOML of a file in the shape of `T`.
///
/// # Errors
/// Syntax, or another shape, with file and line.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(
    file: &str,
    text: &str,
) -> Result<T, FileError> {
    toml::from_str(text).map_err(|error| {
        let mut message = error.message().to_owned();
        if let Some(hint) = hint_for_unknown(&message) {
            message.push_str(&hint);
        }
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        FileError::new(file, line, message)
    })
}

/// An error inside a rule: where, if nearer than the rule itself, and what.
type Fault = (Option<Range<usize>>, String);

impl Draft {
    /// Where its form is from; whoever writes a rule of their own has seen it.
    fn source(&self) -> Result<Source, Fault> {
        let Some(source) = &self.source else {
            return Ok(Source::Observed);
        };
        let one = std::slice::from_ref(source);
        let found = known(one, "source", Source::ALL, Source::name)?;
        Ok(found.first().copied().unwrap_or(Source::Unverified))
    }

    /// What is asked of a rule of the program.
    fn asked(&self, file: &str, head: &Head) -> Result<(), Fault> {
        let fault = |message: &str| Err((Some(self.id.span()), message.to_owned()));
        if self.source.is_none() {
            return fault(
                "a built-in rule says where its form is from: `source` is `documented`, `observed` or `unverified`",
            );
        }
        let source = self.source()?;
        if source == Source::Documented && self.docs.is_empty() && head.docs.is_empty() {
            return fault("a documented form needs `docs`, the page that tells it");
        }
        if source == Source::Unverified && self.severity == Severity::Critical {
            return fault("a form that nobody has verified cannot be critical");
        }
        if self.examples.is_empty() && self.path.is_none() && self.generic.is_none() {
            return fault("a built-in rule needs an example in `match`");
        }
        self.words
            .iter()
            .flatten()
            .try_for_each(|word| head.is_named_by(file, &self.provider, word))
    }

    fn finish(self, file: &str, head: &Head) -> Result<Rule, Fault> {
        check_id(&self.id)?;
        let checks = known(&self.checks, "check", Check::ALL, Check::name)?;
        let decoders: Vec<Spanned<String>> = match &self.facts {
            None => Vec::new(),
            Some(facts) => facts.get_ref().each(&facts.span()),
        };
        let facts = known(
            &decoders,
            "decoder of facts",
            FactDecoder::ALL,
            FactDecoder::name,
        )?;
        let kind = self.kind()?;
        let source = self.source()?;
        let names = head.names(file, &self.provider)?;
        let inherit = |own: String, shared: &str| -> Text {
            if own.is_empty() {
                shared.to_owned().into()
            } else {
                own.into()
            }
        };
        Ok(Rule {
            id: self.id.into_inner().into(),
            name: self.name.into(),
            provider: inherit(self.provider, &head.name),
            names,
            drawn: self.drawn,
            common: head.common_word,
            source,
            free_forms: head.free_forms.clone().into(),
            severity: self.severity,
            exposure: self.exposure,
            docs: inherit(self.docs, &head.docs),
            rotate: inherit(self.rotate, &head.rotate),
            console: inherit(self.console, &head.console),
            checks,
            facts,
            kind,
            place: Where {
                path: texts(self.place.path),
                ext: texts(self.place.ext),
            },
            examples: texts(self.examples),
            near: texts(self.near),
            shares: texts(self.shares),
            shown: self.shown.into(),
            on: self.on,
            provenance: Provenance::User,
            file: file.to_owned().into(),
        })
    }

    fn kind(&self) -> Result<Kind, Fault> {
        if let Some(generic) = &self.generic {
            return self.generic(generic);
        }
        match (&self.pattern, &self.words, &self.value, &self.path) {
            (Some(pattern), None, None, None) => self.token(pattern),
            (None, Some(words), Some(value), None) => self.context(words, value),
            (None, None, None, Some(path)) => self.file_mark(path),
            _ => Err((
                None,
                "a rule is one of three kinds: token (`pattern`), context (`words` and `value`), file (`path`): give the keys of exactly one".into(),
            )),
        }
    }

    fn token(&self, pattern: &Spanned<String>) -> Result<Kind, Fault> {
        let here = |message: String| (Some(pattern.span()), message);
        let mut token = compile::token(pattern.get_ref(), self.tail_cap).map_err(here)?;
        if let Some(strict) = &self.strict {
            compile::parse(strict.get_ref()).map_err(|m| (Some(strict.span()), m))?;
            token.strict = strict.get_ref().clone().into();
        }
        for side in &self.open {
            match side.get_ref().as_str() {
                "left" => token.left = super::ByteSet::EMPTY,
                "right" => token.right = super::ByteSet::EMPTY,
                other => {
                    return Err((
                        Some(side.span()),
                        format!("`open` takes `left` and `right`, not `{other}`"),
                    ));
                }
            }
        }
        Ok(Kind::Token(token))
    }

    fn context(&self, words: &[Spanned<String>], value: &Spanned<String>) -> Result<Kind, Fault> {
        for word in words {
            let text = word.get_ref();
            let fits = text.len() >= 3
                && text
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._- ".contains(&b));
            if !fits {
                return Err((
                    Some(word.span()),
                    format!("the word `{text}` must be three or more lower-case characters"),
                ));
            }
        }
        let (alphabet, len) =
            compile::value(value.get_ref()).map_err(|m| (Some(value.span()), m))?;
        Ok(Kind::Context(Context {
            words: words
                .iter()
                .map(|w| Text::from(w.get_ref().clone()))
                .collect::<Vec<_>>()
                .into(),
            value: value.get_ref().clone().into(),
            alphabet,
            len,
            with: self.with.clone().into(),
        }))
    }

    fn generic(&self, kind: &Spanned<String>) -> Result<Kind, Fault> {
        match Generic::named(kind.get_ref()) {
            Some(generic) => Ok(Kind::Generic(generic)),
            None => Err((
                Some(kind.span()),
                "`generic` is `password`, `secret` or `token`".into(),
            )),
        }
    }

    fn file_mark(&self, path: &[String]) -> Result<Kind, Fault> {
        let magic = match &self.magic {
            None => Vec::new(),
            Some(text) => text
                .get_ref()
                .split_whitespace()
                .map(|byte| u8::from_str_radix(byte, 16))
                .collect::<Result<_, _>>()
                .map_err(|_| {
                    (
                        Some(text.span()),
                        "`magic` is bytes in hexadecimal with blanks between, as `30 82`".into(),
                    )
                })?,
        };
        Ok(Kind::File(FileMark {
            path: texts(path.to_vec()),
            magic: Cow::Owned(magic),
        }))
    }
}

fn check_id(id: &Spanned<String>) -> Result<(), Fault> {
    let text = id.get_ref();
    let fits = text.len() >= 3
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-/".contains(&b));
    if fits {
        Ok(())
    } else {
        Err((
            Some(id.span()),
            format!("the id `{text}` must be lower-case letters, digits, `-` and `/`"),
        ))
    }
}

/// One name, or a list of them.
#[derive(Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "facts"))]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    /// The names, all at the place of the whole; the former name of a decoder is its present one.
    fn each(&self, at: &Range<usize>) -> Vec<Spanned<String>> {
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

/// What names mean, each one of `all`.
fn known<T: Copy>(
    given: &[Spanned<String>],
    what: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<List<T>, Fault> {
    let mut out = Vec::with_capacity(given.len());
    for name in given {
        let Some(found) = all.iter().find(|one| name_of(**one) == name.get_ref()) else {
            let names = || all.iter().map(|one| name_of(*one));
            let mut message = format!("there is no {what} `{}`", name.get_ref());
            match closest(name.get_ref(), names()) {
                Some(near) => message.push_str(&format!("; did you mean `{near}`?")),
                None => {
                    let names: Vec<&str> = names().collect();
                    message.push_str(&format!("; there are {}", names.join(", ")));
                }
            }
            return Err((Some(name.span()), message));
        };
        out.push(*found);
    }
    Ok(Cow::Owned(out))
}

fn texts(list: Vec<String>) -> List<Text> {
    list.into_iter().map(Text::from).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests;
