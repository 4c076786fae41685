//! The policy: how old a credential may grow, for how long one may be issued, and how long before its end
//! somebody wants to know. It decides which conditions a credential has, and never whether it is found.
//!
//! Of several rows that fit a credential the strictest holds: the shortest age and life, the longest
//! warning. So their order means nothing, and a row for one owner cannot loosen what a kind demands.

use globset::{Glob, GlobMatcher};

use super::limit::{LIMITS, Limit, MOST_DAYS, Term, Terms};
use super::profiles::{NONE, Profile};
use crate::finding::Severity;

/// A pattern over names: of rules, of owners.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    glob: GlobMatcher,
}

impl Pattern {
    /// Reads a glob; `None` where it is none.
    pub fn new(text: &str) -> Option<Self> {
        let glob = Glob::new(text).ok()?.compile_matcher();
        Some(Pattern {
            text: text.to_owned(),
            glob,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it means a name.
    pub fn means(&self, name: &str) -> bool {
        self.glob.is_match(name)
    }
}

/// Limits for some credentials: those that everything fits which the row names.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The rule that found it.
    pub kind: Option<Pattern>,
    /// What it opens: this or worse.
    pub severity: Option<Severity>,
    /// Whose it is, by one of its facts.
    pub owner: Option<Pattern>,
    /// By [`Limit::ALL`]: days, where it says them.
    pub days: [Option<i64>; LIMITS],
    /// Who asks for it.
    pub because: String,
}

impl Row {
    fn fits(&self, rule: &str, severity: Severity, owners: &[&[u8]]) -> bool {
        let kind = self.kind.as_ref().is_none_or(|kind| kind.means(rule));
        let grave = self.severity.is_none_or(|least| severity >= least);
        let owns = |owner: &Pattern| {
            let mut names = owners.iter().map(|name| String::from_utf8_lossy(name));
            names.any(|name| owner.means(&name))
        };
        kind && grave && self.owner.as_ref().is_none_or(owns)
    }
}

/// By which limits credentials are judged.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What holds where no row fits.
    general: [Option<Term>; LIMITS],
    rows: Vec<Row>,
    profile: &'static Profile,
    /// Conditions are told of what a change adds too (`--stale`).
    pub in_changes: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy::new([const { None }; LIMITS], Vec::new(), &NONE)
    }
}

impl Policy {
    /// From what is said in general (by [`Limit::ALL`]), for some credentials, and by a profile.
    pub fn new(general: [Option<Term>; LIMITS], rows: Vec<Row>, profile: &'static Profile) -> Self {
        Policy {
            general,
            rows,
            profile,
            in_changes: false,
        }
    }

    /// The limits for a credential that a rule found and that opens so much; `owners` are the values of
    /// its facts. A row of the configuration comes before one of the profile, because it was written for
    /// this repository, and what is said of some credentials before what is said of all.
    pub fn terms(&self, rule: &str, severity: Severity, owners: &[&[u8]]) -> Terms {
        let term = |limit: Limit| {
            let own = self
                .rows
                .iter()
                .filter(|row| row.fits(rule, severity, owners));
            let own = own.filter_map(|row| Some((row.days[limit as usize]?, row.because.as_str())));
            let strictest = own.reduce(|a, b| if limit.is_stricter(b.0, a.0) { b } else { a });
            if let Some((days, because)) = strictest {
                return Term {
                    days,
                    because: because.to_owned(),
                };
            }
            let (of_kind, of_all) = self.profile.terms(limit, rule);
            let general = self.general[limit as usize].clone();
            of_kind.or(general).or(of_all).unwrap_or_else(|| Term {
                days: limit.default_days(),
                because: "default".to_owned(),
            })
        };
        Terms {
            max_age: term(Limit::MaxAge),
            max_life: term(Limit::MaxLife),
            warn_before: term(Limit::WarnBefore),
            max_unused: term(Limit::MaxUnused),
        }
    }
}

/// Reads a span: a number of days, weeks or years (of 365 days) with `d`, `w` or `y` behind it.
///
/// # Errors
/// Says what such a span looks like, or that it cannot be kept.
pub fn days(text: &str) -> Result<i64, &'static str> {
    let shape = "is a number of days, weeks or years: \"90d\", \"12w\", \"1y\"";
    let (number, unit) =
        text.split_at(text.len() - text.chars().next_back().map_or(0, char::len_utf8));
    let each = match unit {
        "d" => 1,
        "w" => 7,
        "y" => 365,
        _ => return Err(shape),
    };
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(shape);
    }
    let days = number.parse::<i64>().ok().and_then(|n| n.checked_mul(each));
    match days {
        Some(0) => Err("cannot be kept: it is at least one day"),
        Some(days) if days <= MOST_DAYS => Ok(days),
        _ => Err("is longer than a hundred years"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::profiles;
    use super::*;

    fn row(kind: &str, max_age: i64) -> Row {
        Row {
            kind: Pattern::new(kind),
            days: [Some(max_age), None, None, None],
            because: format!("row {max_age}"),
            ..Row::default()
        }
    }

    #[test]
    fn spans_are_read_with_their_unit_and_others_refused() {
        for (text, want) in [
            ("1d", 1),
            ("90d", 90),
            ("2w", 14),
            ("1y", 365),
            ("100y", 36_500),
        ] {
            assert_eq!(days(text), Ok(want), "{text}");
        }
        for text in [
            "",
            "d",
            "90",
            "90D",
            "0d",
            "-1d",
            "1.5d",
            "1m",
            "1 d",
            "101y",
            "9d9d",
            "1é",
            "99999999999999999999d",
        ] {
            assert!(days(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_strictest_row_that_fits_holds_in_any_order() {
        let rows = vec![row("aws-*", 60), row("*", 200), row("aws-access-*", 90)];
        for rows in [rows.clone(), rows.into_iter().rev().collect()] {
            let policy = Policy::new([None, None, None, None], rows, &NONE);
            let of = |rule| policy.terms(rule, Severity::High, &[]).max_age.days;
            assert_eq!(of("aws-access-key-id"), 60);
            assert_eq!(of("npm-access-token"), 200);
        }
    }

    #[test]
    fn severity_and_owner_choose_too() {
        let grave = Row {
            severity: Some(Severity::Critical),
            days: [None, None, Some(90), None],
            ..Row::default()
        };
        let of_team = Row {
            owner: Pattern::new("team:*"),
            days: [Some(30), None, None, None],
            ..Row::default()
        };
        let policy = Policy::new([None, None, None, None], vec![grave, of_team], &NONE);
        let terms = |severity, owners: &[&[u8]]| policy.terms("x", severity, owners);
        assert_eq!(terms(Severity::Critical, &[]).warn_before.days, 90);
        assert_eq!(terms(Severity::High, &[]).warn_before.days, 30);
        assert_eq!(terms(Severity::High, &[b"team:pay"]).max_age.days, 30);
        assert_eq!(terms(Severity::High, &[b"ann"]).max_age.days, 365);
    }

    #[test]
    fn a_profile_stands_between_rows_and_what_is_said_of_all() {
        let general = || {
            let term = Term {
                days: 180,
                because: "file:1".to_owned(),
            };
            [Some(term), None, None, None]
        };
        let cis = profiles::named("cis").expect("it is there");
        let of = |rows, rule| {
            let policy = Policy::new(general(), rows, cis);
            policy.terms(rule, Severity::High, &[]).max_age
        };
        assert_eq!(of(Vec::new(), "aws-access-key-id").days, 90);
        assert!(of(Vec::new(), "aws-access-key-id").because.contains("CIS"));
        assert_eq!(of(Vec::new(), "npm-access-token").days, 180);
        assert_eq!(of(vec![row("aws-*", 30)], "aws-access-key-id").days, 30);
        // What a profile says of all gives way to what the team says.
        let soc2 = profiles::named("soc2").expect("it is there");
        let alone = Policy::new([None, None, None, None], Vec::new(), soc2);
        assert!(
            alone
                .terms("x", Severity::High, &[])
                .max_age
                .because
                .contains("prescribes none")
        );
        let said = Policy::new(general(), Vec::new(), soc2);
        assert_eq!(said.terms("x", Severity::High, &[]).max_age.days, 180);
    }
}
