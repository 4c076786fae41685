//! One row, field by field.

use serde_json::Value;

use super::super::member::{handle, is_drawn, later, meaning, texts, values};
use super::super::point::Record;
use super::super::{Equal, Hash, Moment, Row, State, date};
use super::Mapper;
use crate::base64::{Engine as _, STANDARD};
use crate::rule::{ListField, ListFrom, ListRead, Text};
use crate::secret::Fingerprint;

/// Longest text of a row, in bytes; longer ones are cut, which is said.
const MAX_TEXT: usize = 512;

impl Mapper {
    pub(super) fn row(&mut self, read: &ListRead, record: &Record<'_>) -> Row {
        let mut row = Row::default();
        let zoneless = self.zoneless;
        for (field, from) in read.fields.iter() {
            match field {
                ListField::Id => row.id = self.first(record, from),
                ListField::Name => row.name = self.first(record, from),
                ListField::Owner => row.owner = self.first(record, from),
                ListField::MadeBy => row.made_by = self.first(record, from),
                ListField::Scope => row.scope = self.all(record, from),
                ListField::Created => row.created = self.moment(*field, record, from),
                ListField::Expires => row.expires = self.moment(*field, record, from),
                ListField::LastUsed => row.last_used = self.moment(*field, record, from),
                ListField::State => row.state = self.state(record, from),
                ListField::Handle => row.handle = handle(record, from),
                ListField::Hash => row.hashes = self.hashes(record, from),
                ListField::Secret => row.equal = self.equal(record, from),
            }
        }
        if row.created == Moment::Never {
            row.created = Moment::Unknown;
        }
        self.zoneless = self.zoneless.min(zoneless + 1);
        row
    }

    fn first(&mut self, record: &Record<'_>, from: &[ListFrom]) -> String {
        let found = from
            .iter()
            .find_map(|one| texts(record, one).into_iter().next());
        self.cut(found.unwrap_or_default())
    }

    fn all(&mut self, record: &Record<'_>, from: &[ListFrom]) -> Vec<String> {
        let all = from.iter().flat_map(|one| texts(record, one));
        all.map(|text| self.cut(text)).collect()
    }

    fn cut(&mut self, mut text: String) -> String {
        if text.starts_with(['=', '+', '@']) {
            self.note(format!(
                "row {}: a text begins like a formula of a spreadsheet; it is taken as text",
                self.records
            ));
        }
        if text.len() > MAX_TEXT {
            let mut end = MAX_TEXT;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push('…');
            self.note(format!(
                "row {}: a text of more than {MAX_TEXT} bytes is cut",
                self.records
            ));
        }
        text
    }

    fn moment(&mut self, field: ListField, record: &Record<'_>, from: &[ListFrom]) -> Moment {
        for one in from {
            let moment = self.one_moment(field, record, one);
            if moment != Moment::Unknown {
                return moment;
            }
        }
        Moment::Unknown
    }

    fn one_moment(&mut self, field: ListField, record: &Record<'_>, from: &ListFrom) -> Moment {
        let found = values(record, from).into_iter().next();
        let text = found.as_ref().and_then(|value| match value {
            Value::String(text) => Some(text.as_str()),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        });
        let word = text.and_then(|text| from.words.iter().find(|(word, _)| word == text));
        let read = match (&found, word) {
            (_, Some((_, means))) => return meaning(means),
            (None, _) => return meaning(&from.absent),
            (Some(value), _) => date::read(value),
        };
        let dated = match read {
            Ok(dated) => dated,
            Err(why) => {
                let shown = found.map(|value| value.to_string()).unwrap_or_default();
                let shown: String = shown.chars().take(40).collect();
                self.note(format!(
                    "row {}: `{}` is {shown}, and {why}; it counts as not known",
                    self.records,
                    field.name()
                ));
                return Moment::Unknown;
            }
        };
        self.zoneless += u64::from(dated.zoneless);
        let same = |pointer: &str| {
            let other = record.find(pointer).into_iter().next();
            let other = other.and_then(|value| date::read(value).ok());
            other.is_some_and(|other| other.moment == dated.moment)
        };
        match dated.moment {
            Moment::Unknown => meaning(&from.absent),
            moment if !from.plus_days.is_empty() => later(moment, record, &from.plus_days),
            Moment::At(_) if !from.never_if.is_empty() && same(&from.never_if) => Moment::Never,
            moment => moment,
        }
    }

    fn state(&mut self, record: &Record<'_>, from: &[ListFrom]) -> State {
        let mut unknown = None;
        for one in from {
            let Some(text) = record
                .texts(&one.at)
                .into_iter()
                .next()
                .filter(|_| !one.at.is_empty())
            else {
                if let Some(state) = State::named(&one.absent) {
                    return state;
                }
                continue;
            };
            let is = |(word, _): &&(Text, Text)| word.eq_ignore_ascii_case(&text);
            let known = one.words.iter().find(is);
            let known = known.or_else(|| one.words.iter().find(|(word, _)| word == "*"));
            match known.and_then(|(_, means)| State::named(means)) {
                Some(state) => return state,
                None => unknown = Some(text),
            }
        }
        if let Some(word) = unknown.filter(|_| from.len() == 1) {
            let word: String = word.chars().take(40).collect();
            self.note(format!(
                "row {}: the state `{word}` is not known",
                self.records
            ));
        }
        State::Unknown
    }

    fn hashes(&mut self, record: &Record<'_>, from: &[ListFrom]) -> Vec<Hash> {
        let mut out = Vec::new();
        for one in from {
            for text in record.texts(&one.at) {
                match one.hash.and_then(|kind| Hash::parse(kind, &text)) {
                    Some(hash) => out.push(hash),
                    None => self.other_hashes += 1,
                }
            }
        }
        out
    }

    /// Drops the token: only a digest of it goes on.
    fn equal(&mut self, record: &Record<'_>, from: &[ListFrom]) -> Option<Equal> {
        let (one, text) = from
            .iter()
            .find_map(|one| Some((one, record.texts(&one.at).into_iter().next()?)))?;
        self.list.dropped.secrets += 1;
        let secret = match one.base64 {
            false => text,
            true => {
                let decoded = STANDARD.decode(text).ok();
                let Some(secret) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                    self.note(format!(
                        "row {}: its token is no text in base64, and is not compared",
                        self.records
                    ));
                    return None;
                };
                secret
            }
        };
        let guessable = !is_drawn(&secret);
        self.list.dropped.guessable += u64::from(guessable);
        Some(Equal {
            digest: Fingerprint::of_strong(secret.as_bytes()),
            guessable,
        })
    }
}
