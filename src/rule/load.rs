//! Reading a rule file: TOML to checked [`Rule`]s, with errors that name file, line and a way out.

mod provider;
mod written;

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;

use super::names::{Check, FactDecoder, Generic, Source};
use super::{Context, FileMark, Kind, List, Pack, Provenance, Rule, Text, Where, closest, compile};
use crate::file_error::{FileError, line_of};
use crate::finding::Severity;
pub(super) use written::File;
use written::{Draft, Head};

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
