//! How long credentials of a kind live at most: `rules/lifetimes.toml`, read and checked by the build script.

use serde::Deserialize;
use toml::Spanned;

use super::Text;
use super::load::parsed;
use crate::file_error::{FileError, line_of};

/// What is known of the life of one rule's credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The id of the rule.
    pub rule: Text,
    /// The longest life, as the table writes it (`1h`, `90d`); empty where none is known.
    pub longest: Text,
    /// The same in seconds; 0 where none is known.
    pub seconds: i64,
    /// No exception exists.
    pub hard: bool,
    /// The day on which all of them ended, `YYYY-MM-DD`; empty where there is none.
    pub ended: Text,
    /// The day since which the form exists; empty where it is not known.
    pub form_since: Text,
    /// The page that tells it.
    pub source: Text,
    /// The day on which that was read.
    pub checked: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    life: Vec<Spanned<Draft>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Draft {
    rule: String,
    #[serde(default)]
    longest: String,
    class: Class,
    #[serde(default)]
    ended: String,
    #[serde(default)]
    form_since: String,
    source: String,
    checked: String,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Class {
    Hard,
    Soft,
}

/// Reads the table. `exists` says whether there is a rule of an id.
///
/// # Errors
/// Syntax, unknown keys, lives and days that are none, a rule that does not exist or has two rows: each with file
/// and line.
pub fn load_lifetimes(
    file: &str,
    text: &str,
    exists: impl Fn(&str) -> bool,
) -> Result<Vec<Lifetime>, FileError> {
    let error = |line, message: String| FileError::new(file, line, message);
    let parsed: File = parsed(file, text)?;
    let mut rows: Vec<Lifetime> = Vec::new();
    for draft in parsed.life {
        let line = line_of(text, draft.span().start);
        let row = row(draft.into_inner()).map_err(|message| error(line, message))?;
        if !exists(&row.rule) {
            return Err(error(line, format!("there is no rule `{}`", row.rule)));
        }
        if rows.iter().any(|have| have.rule == row.rule) {
            return Err(error(line, format!("`{}` has a row already", row.rule)));
        }
        rows.push(row);
    }
    rows.sort_by(|a, b| a.rule.cmp(&b.rule));
    Ok(rows)
}

fn row(draft: Draft) -> Result<Lifetime, String> {
    let seconds = match draft.longest.as_str() {
        "" => 0,
        text => life(text).ok_or_else(|| {
            format!("`longest` is a number of hours or days (`1h`, `90d`), not `{text}`")
        })?,
    };
    for (key, day) in [
        ("ended", &draft.ended),
        ("form-since", &draft.form_since),
        ("checked", &draft.checked),
    ] {
        if !(day.is_empty() && key != "checked" || is_day(day)) {
            return Err(format!("`{key}` is a day (`2026-01-31`), not `{day}`"));
        }
    }
    if seconds == 0 && draft.ended.is_empty() && draft.form_since.is_empty() {
        return Err("a row says `longest`, `ended` or `form-since`".to_owned());
    }
    if !draft.source.starts_with("https://") {
        return Err("`source` is the address of the page that tells it".to_owned());
    }
    Ok(Lifetime {
        rule: draft.rule.into(),
        longest: draft.longest.into(),
        seconds,
        hard: draft.class == Class::Hard,
        ended: draft.ended.into(),
        form_since: draft.form_since.into(),
        source: draft.source.into(),
        checked: draft.checked.into(),
    })
}

fn life(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|n| (1..=10_000).contains(n))?;
    match unit {
        "h" => Some(3_600 * number),
        "d" => Some(86_400 * number),
        _ => None,
    }
}

/// `YYYY-MM-DD` with a month and a day that there may be.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let within = |part: &str, width: usize, range: std::ops::RangeInclusive<u32>| {
        part.len() == width && part.parse().is_ok_and(|n| range.contains(&n))
    };
    within(year, 4, 2000..=2099) && within(month, 2, 1..=12) && within(day, 2, 1..=31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &str) -> Result<Vec<Lifetime>, String> {
        let text = format!(
            "[[life]]\nrule = \"one\"\nclass = \"hard\"\nsource = \"https://a.test\"\nchecked = \"2026-01-31\"\n{more}"
        );
        load_lifetimes("lifetimes.toml", &text, |id| id == "one").map_err(|e| e.to_string())
    }

    #[test]
    fn a_broken_table_is_an_error_with_file_and_line() {
        assert_eq!(
            read("longest = \"36h\"\n").map(|rows| rows[0].seconds),
            Ok(129_600)
        );
        for (more, line, why) in [
            ("longest = \"36\"\n", 1, "hours or days"),
            ("longest = \"0h\"\n", 1, "hours or days"),
            ("longest = \"h\"\n", 1, "hours or days"),
            ("", 1, "a row says"),
            ("ended = \"2026-13-01\"\n", 1, "is a day"),
            ("form-since = \"soon\"\n", 1, "is a day"),
            ("longset = \"1h\"\n", 6, "unknown field"),
            ("longest = 1h\n", 6, ""),
            (
                "longest = \"1h\"\n[[life]]\nrule = \"two\"\nclass = \"soft\"\nlongest = \"1h\"\nsource = \"https://a.test\"\nchecked = \"2026-01-31\"\n",
                7,
                "no rule `two`",
            ),
            (
                "longest = \"1h\"\n[[life]]\nrule = \"one\"\nclass = \"soft\"\nlongest = \"1h\"\nsource = \"https://a.test\"\nchecked = \"2026-01-31\"\n",
                7,
                "already",
            ),
        ] {
            let said = read(more).expect_err(more);
            assert!(
                said.starts_with(&format!("lifetimes.toml:{line}: ")),
                "{said}"
            );
            assert!(said.contains(why), "{said}");
        }
    }
}
