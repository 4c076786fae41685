//! What names call a provider: its name, that of its file, and its other names.

use toml::Spanned;

use super::{Fault, Head, texts};
use crate::rule::{List, Text};

/// A shorter name stands for other things, too: it names the provider beside other words only.
const SHORTEST: usize = 4;
/// A shorter part of a name, or name of a file, says nothing of a word.
const PART: usize = 3;

impl Head {
    /// What names call the provider of a rule of `file` whose `own` provider may be another: lower case,
    /// without signs, sorted.
    ///
    /// # Errors
    /// An alias that is not written so.
    pub(super) fn names(&self, file: &str, own: &str) -> Result<List<Text>, Fault> {
        for alias in &self.aliases {
            let text = alias.get_ref();
            if text.len() < 2 || plain(text) != *text {
                let message =
                    format!("the alias `{text}` must be two or more lower-case letters and digits");
                return Err((Some(alias.span()), message));
            }
        }
        let aliases = self.aliases.iter().map(|alias| alias.get_ref().clone());
        // A rule of another provider is not named by the file.
        let shared = own.is_empty() && !self.name.is_empty();
        let names = aliases
            .chain(shared.then(|| stem(file)))
            .chain([plain(self.provider(own))]);
        let mut names: Vec<String> = names.filter(|name| name.len() >= SHORTEST).collect();
        names.sort();
        names.dedup();
        Ok(texts(names))
    }

    /// Holds a word of a built-in context rule to the names of its provider: it contains one of them, or
    /// a part of one, or is a part of one itself.
    ///
    /// # Errors
    /// A word that names no provider.
    pub(super) fn is_named_by(
        &self,
        file: &str,
        own: &str,
        word: &Spanned<String>,
    ) -> Result<(), Fault> {
        let whole = self.provider(own);
        let parts = whole.split(|c: char| !c.is_ascii_alphanumeric());
        let parts = parts.filter(|part| part.len() >= PART).map(plain);
        let aliases = self.aliases.iter().map(|alias| alias.get_ref().clone());
        let whole = Some(plain(whole)).filter(|name| name.len() >= SHORTEST);
        let file = Some(stem(file)).filter(|name| name.len() >= PART);
        let mut known = parts.chain(aliases).chain(whole).chain(file);
        let bare = plain(word.get_ref());
        match known.any(|name| bare.contains(&name) || name.contains(&bare)) {
            true => Ok(()),
            false => Err((
                Some(word.span()),
                format!(
                    "the word `{}` does not name the provider; `aliases` of `[provider]` are its other names",
                    word.get_ref()
                ),
            )),
        }
    }

    fn provider<'a>(&'a self, own: &'a str) -> &'a str {
        match own.is_empty() {
            true => &self.name,
            false => own,
        }
    }
}

/// The name of a file without its folders and extension, plain.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    plain(name.split('.').next().unwrap_or_default())
}

/// Letters and digits alone, lower case.
fn plain(text: &str) -> String {
    let bytes = text.bytes().filter(u8::is_ascii_alphanumeric);
    bytes.map(|b| b.to_ascii_lowercase() as char).collect()
}
