//! The file of a kind of list: reading and checking it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{HashKind, Holds, ListField, ListFormat, ListFrom, ListKind, ListRead, Part, STATES};
use crate::file_error::{FileError, line_of};
use crate::rule::load::parsed;
use crate::rule::{List, Text, closest, compile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    kind: Spanned<String>,
    name: String,
    docs: Spanned<String>,
    checked: String,
    export: String,
    #[serde(default)]
    about: String,
    holds: Holds,
    #[serde(default = "yes")]
    ends: bool,
    #[serde(default)]
    by_id: bool,
    #[serde(default)]
    rules: Vec<Spanned<String>>,
    value: Option<Spanned<String>>,
    read: Vec<Spanned<Read>>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Read {
    format: ListFormat,
    #[serde(default)]
    each: Vec<String>,
    #[serde(default)]
    keyed: bool,
    #[serde(default)]
    inner: String,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    when: String,
    #[serde(default)]
    unless: String,
    #[serde(default)]
    more: String,
    row: BTreeMap<Spanned<String>, OneOrMore>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Given),
    More(Vec<Given>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Pointer(String),
    Table(Box<Table>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    #[serde(default)]
    at: String,
    #[serde(default)]
    find: String,
    #[serde(default)]
    words: BTreeMap<String, String>,
    #[serde(default)]
    and: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    behind: String,
    #[serde(default)]
    absent: String,
    #[serde(default)]
    never_if: String,
    #[serde(default)]
    plus_days: String,
    #[serde(default)]
    part: Part,
    hash: Option<HashKind>,
    #[serde(default)]
    base64: bool,
}

/// An error in a file: where, and what.
type Fault = (Range<usize>, String);

/// Reads the description of a kind. `exists` says whether there is a rule of an id.
///
/// # Errors
/// Syntax, unknown keys, a name that is not the file's, pointers that are none, words that are no state, rules that do
/// not exist: each with file and line.
pub fn load_list_kind(
    file: &str,
    text: &str,
    exists: impl Fn(&str) -> bool,
) -> Result<ListKind, FileError> {
    let parsed: File = parsed(file, text)?;
    let at = |(span, message): Fault| FileError::new(file, line_of(text, span.start), message);
    parsed.checked_against(file, &exists).map_err(at)?;
    parsed.finish().map_err(at)
}

impl File {
    fn checked_against(&self, file: &str, exists: &impl Fn(&str) -> bool) -> Result<(), Fault> {
        let kind = self.kind.get_ref();
        if file.strip_suffix(".toml") != Some(kind) {
            let message = format!("`kind` is the name of the file, not `{kind}`");
            return Err((self.kind.span(), message));
        }
        if !self.docs.get_ref().starts_with("https://") {
            let message = "`docs` is the address of the page that documents the list".to_owned();
            return Err((self.docs.span(), message));
        }
        for rule in &self.rules {
            if !exists(rule.get_ref()) {
                return Err((
                    rule.span(),
                    format!("there is no rule `{}`", rule.get_ref()),
                ));
            }
        }
        match &self.value {
            Some(value) => compile::parse(value.get_ref())
                .map(|_| ())
                .map_err(|message| (value.span(), message)),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<ListKind, Fault> {
        let reads = self.read.into_iter().map(read);
        Ok(ListKind {
            id: self.kind.into_inner().into(),
            name: self.name.into(),
            docs: self.docs.into_inner().into(),
            checked: self.checked.into(),
            export: self.export.trim().to_owned().into(),
            about: self.about.into(),
            holds: self.holds,
            ends: self.ends,
            by_id: self.by_id,
            rules: texts(self.rules.into_iter().map(Spanned::into_inner).collect()),
            value: self
                .value
                .map_or(Text::default(), |v| v.into_inner().into()),
            reads: Cow::Owned(reads.collect::<Result<_, _>>()?),
        })
    }
}

fn read(draft: Spanned<Read>) -> Result<ListRead, Fault> {
    let span = draft.span();
    let draft = draft.into_inner();
    let fault = |message: String| Err((span.clone(), message));
    let pointers = draft.each.iter().chain(&draft.needs);
    let pointers = pointers.chain([&draft.inner, &draft.when, &draft.unless, &draft.more]);
    if let Some(wrong) = pointers.into_iter().find(|text| !is_pointer(text)) {
        return fault(format!(
            "`{wrong}` is no JSON pointer, which begins with `/`"
        ));
    }
    if draft.format == ListFormat::Json && (draft.each.is_empty() || draft.needs.is_empty()) {
        return fault("JSON needs `each` (where the records are) and `needs`".to_owned());
    }
    let mut fields = Vec::new();
    for (name, from) in draft.row {
        let known = ListField::ALL
            .iter()
            .find(|(have, _)| have == name.get_ref());
        let Some((_, field)) = known else {
            let near = closest(name.get_ref(), ListField::ALL.iter().map(|(name, _)| *name));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err((
                name.span(),
                format!("there is no field `{}`{hint}", name.get_ref()),
            ));
        };
        let all = match from {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(all) => all,
        };
        let all = all.into_iter().map(|one| source(*field, one));
        let all = all.collect::<Result<Vec<_>, _>>();
        let all = all.map_err(|message| (name.span(), format!("`{}`: {message}", field.name())))?;
        fields.push((*field, Cow::Owned(all)));
    }
    Ok(ListRead {
        format: draft.format,
        each: texts(draft.each),
        keyed: draft.keyed,
        inner: draft.inner.into(),
        needs: texts(draft.needs),
        when: draft.when.into(),
        unless: draft.unless.into(),
        more: draft.more.into(),
        fields: Cow::Owned(fields),
    })
}

fn source(field: ListField, from: Given) -> Result<ListFrom, String> {
    let table = match from {
        Given::Pointer(at) => {
            return match at.is_empty() || !is_pointer(&at) {
                true => Err(format!("`{at}` is no JSON pointer, which begins with `/`")),
                false => Ok(ListFrom {
                    at: at.into(),
                    ..ListFrom::default()
                }),
            };
        }
        Given::Table(table) => *table,
    };
    for pointer in [&table.at, &table.and, &table.never_if, &table.plus_days] {
        if !is_pointer(pointer) {
            return Err(format!(
                "`{pointer}` is no JSON pointer, which begins with `/`"
            ));
        }
    }
    if table.at.is_empty() && table.absent.is_empty() {
        return Err("it needs `at`, or `absent`".to_owned());
    }
    let meanings = table.words.values().chain([&table.absent]);
    let mut meanings = meanings.filter(|word| !word.is_empty());
    let allowed: &[&str] = match field {
        ListField::State => &STATES,
        ListField::Created | ListField::Expires | ListField::LastUsed => &["never", "unknown"],
        _ => &[],
    };
    let is_wrong = |word: &&String| !allowed.is_empty() && !allowed.contains(&word.as_str());
    if let Some(wrong) = meanings.find(is_wrong) {
        return Err(format!("`{wrong}` is none of {}", allowed.join(", ")));
    }
    drop(meanings);
    if (field == ListField::Hash) != table.hash.is_some() {
        return Err("`hash` says the kind of a hash, and of nothing else".to_owned());
    }
    if table.base64 && field != ListField::Secret {
        return Err("`base64` says how a token is written, and of nothing else".to_owned());
    }
    let words = table.words.into_iter();
    let words: Vec<(Text, Text)> = words
        .map(|(word, means)| (word.into(), means.into()))
        .collect();
    Ok(ListFrom {
        at: table.at.into(),
        find: table.find.into(),
        words: words.into(),
        and: table.and.into(),
        before: table.before.into(),
        behind: table.behind.into(),
        absent: table.absent.into(),
        never_if: table.never_if.into(),
        plus_days: table.plus_days.into(),
        part: table.part,
        hash: table.hash,
        base64: table.base64,
    })
}

/// The empty pointer is the whole record.
fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.strip_prefix('^').unwrap_or(text).starts_with('/')
}

fn texts(list: Vec<String>) -> List<Text> {
    list.into_iter().map(Text::from).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "kind = \"one\"\nname = \"One\"\ndocs = \"https://a.test\"\nchecked = \"1\"\nexport = \"x\"\nholds = \"all\"\n";

    fn load(text: &str) -> Result<ListKind, String> {
        load_list_kind("one.toml", text, |id| id == "a-rule").map_err(|e| e.to_string())
    }

    #[test]
    fn a_broken_description_is_an_error_with_file_and_line() {
        let read = "[[read]]\nformat = \"json\"\neach = [\"\"]\nneeds = [\"/id\"]\n[read.row]\n";
        assert!(load(&format!("{HEAD}{read}id = \"/id\"\n")).is_ok());
        for (text, line, why) in [
            (
                format!("{HEAD}{read}ids = \"/id\"\n"),
                12,
                "did you mean `id`",
            ),
            (format!("{HEAD}{read}id = \"id\"\n"), 12, "no JSON pointer"),
            (
                format!("{HEAD}{read}state = {{ at = \"/a\", words = {{ a = \"b\" }} }}\n"),
                12,
                "none of",
            ),
            (
                format!("{HEAD}{read}expires = {{ absent = \"soon\" }}\n"),
                12,
                "none of",
            ),
            (
                format!("{HEAD}{read}hash = \"/h\"\nid = {{ at = \"/h\", hash = \"sha256\" }}\n"),
                13,
                "kind of a hash",
            ),
            (
                format!("{HEAD}rules = [\"b-rule\"]\n{read}id = \"/id\"\n"),
                7,
                "no rule `b-rule`",
            ),
            (format!("{HEAD}value = '('\n{read}id = \"/id\"\n"), 7, ""),
            (
                format!("{HEAD}more = 1\n{read}id = \"/id\"\n"),
                7,
                "unknown field",
            ),
            (
                format!("{HEAD}[[read]]\nformat = \"json\"\n[read.row]\nid = \"/id\"\n"),
                7,
                "`each`",
            ),
            (
                HEAD.replace("one", "two") + read + "id = \"/id\"\n",
                1,
                "name of the file",
            ),
        ] {
            let said = load(&text).expect_err(&text);
            assert!(said.starts_with(&format!("one.toml:{line}: ")), "{said}");
            assert!(said.contains(why), "{said}");
        }
    }
}
