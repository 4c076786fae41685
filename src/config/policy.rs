//! The section `[policy]`: how old credentials may grow.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::cell::{Cell, Fault, nearest};
use super::{At, Config};
use crate::file_error::line_of;
use crate::finding::Severity;
use crate::life::{self, Limit, PROFILES, Pattern, Policy, Profile, Row, Term};

/// More rows are a mistake or an attack: each is asked of each credential.
const MAX_ROWS: usize = 200;

/// What the section says.
#[derive(Clone, Debug, Default)]
pub struct PolicyKeys {
    /// The standard that it goes by.
    pub profile: Option<At<&'static Profile>>,
    /// Days by [`Limit::ALL`].
    pub general: [Option<At<i64>>; Limit::ALL.len()],
    /// Limits for some credentials.
    pub rows: Vec<At<Row>>,
}

impl Config {
    /// The policy, by the profile that the user `named` or else the file's.
    ///
    /// # Errors
    /// The profile leaves the age to whoever applies it, and nobody says it.
    pub fn policy(&self, named: Option<&'static Profile>) -> Result<Policy, String> {
        let keys = &self.policy;
        let profile = named.or(keys.profile.as_ref().map(|at| at.value));
        let profile = profile.unwrap_or(&life::NONE);
        let said = Limit::ALL.map(|limit| keys.general[limit as usize].as_ref());
        if profile.asks_for_age && said[Limit::MaxAge as usize].is_none() {
            let at = keys.profile.as_ref().filter(|_| named.is_none());
            let at = at.map_or(String::new(), |at| format!("{}:{}: ", self.file, at.line));
            return Err(format!(
                "{at}the profile `{}` needs `max-age` in the section `[policy]`: {}",
                profile.name, profile.about
            ));
        }
        let because = |line: u32| format!("{}:{line}", self.file);
        let general = said.map(|at| {
            at.map(|at| Term {
                days: at.value,
                because: because(at.line),
            })
        });
        let rows = keys.rows.iter().map(|at| Row {
            because: because(at.line),
            ..at.value.clone()
        });
        Ok(Policy::new(general, rows.collect(), profile))
    }
}

/// The names of the profiles.
pub(super) fn profiles() -> Vec<&'static str> {
    PROFILES.iter().map(|profile| profile.name).collect()
}

impl Cell<'_> {
    /// A span of days.
    pub(super) fn days(&self) -> Result<i64, Fault> {
        let text = self.value.get_ref().as_str().unwrap_or_default();
        life::days(text).or_else(|why| self.wrong(why))
    }

    /// Rows of limits.
    pub(super) fn rows(&self) -> Result<Vec<At<Row>>, Fault> {
        let Some(list) = self.value.get_ref().as_array() else {
            return self.wrong("is a list of tables: { kind = \"aws-*\", max-age = \"90d\" }");
        };
        if list.len() > MAX_ROWS {
            return self.wrong("has more than 200 rows; join them with `*`");
        }
        let rows = list.iter().map(|item| {
            let line = line_of(self.text, item.span().start);
            let table = item.get_ref().as_table();
            self.check(table.is_some(), line, "each row is a table in braces")?;
            let value = table.map_or_else(|| Ok(Row::default()), |table| self.row(table, line))?;
            Ok(At { value, line })
        });
        rows.collect()
    }

    fn row(&self, table: &DeTable<'_>, line: u32) -> Result<Row, Fault> {
        const NAMES: [&str; 7] = [
            "kind",
            "severity",
            "owner",
            "max-age",
            "max-life",
            "warn-before",
            "max-unused",
        ];
        let mut row = Row::default();
        for (name, value) in table {
            let name = name.get_ref().as_ref();
            let cell = Cell {
                key: format!("{}.{name}", self.key),
                value,
                line: line_of(self.text, value.span().start),
                text: self.text,
                whose: self.whose,
            };
            match name {
                "kind" => row.kind = Some(cell.pattern()?),
                "owner" => row.owner = Some(cell.pattern()?),
                "severity" => {
                    let names = Severity::ALL.map(Severity::name);
                    let word = cell.word(&names)?;
                    row.severity = Severity::ALL.into_iter().find(|it| it.name() == word);
                }
                _ => {
                    let limit = Limit::ALL.into_iter().find(|limit| limit.name() == name);
                    let Some(limit) = limit else {
                        let hint = nearest(name, &NAMES);
                        let names = NAMES.join(", ");
                        let what = format!("a row has the keys {names}{hint}");
                        return Err((line, format!("`{}`: {what}", self.key)));
                    };
                    row.days[limit as usize] = Some(cell.days()?);
                }
            }
        }
        let chooses = row.kind.is_some() || row.owner.is_some() || row.severity.is_some();
        let what = "a row chooses by kind, severity or owner; what holds for all stands beside it";
        self.check(chooses, line, what)?;
        let limits = row.days.iter().any(Option::is_some);
        self.check(
            limits,
            line,
            "a row says max-age, max-life, warn-before or max-unused",
        )?;
        Ok(row)
    }

    fn pattern(&self) -> Result<Pattern, Fault> {
        let text = self.value.get_ref().as_str().unwrap_or_default();
        match Pattern::new(text).filter(|_| !text.trim().is_empty()) {
            Some(pattern) => Ok(pattern),
            None => self.wrong("is a name, or a pattern of names with `*`"),
        }
    }
}

/// A list of rows as one line of TOML, whichever way it was written.
pub(super) fn shown(value: &Spanned<DeValue<'_>>) -> Option<String> {
    let list = value.get_ref().as_array()?;
    let rows = list.iter().map(|item| {
        let table = item.get_ref().as_table()?;
        let pairs = table.iter().map(|(name, value)| {
            let text = toml::Value::String(value.get_ref().as_str()?.to_owned());
            Some(format!("{} = {text}", name.get_ref()))
        });
        let pairs: Option<Vec<String>> = pairs.collect();
        Some(format!("{{ {} }}", pairs?.join(", ")))
    });
    let rows: Option<Vec<String>> = rows.collect();
    Some(format!("[{}]", rows?.join(", ")))
}
