//! How the work of joining grows: counted look-ups, for every way in which a credential meets its row.

use super::*;
use crate::example::expand;
use crate::finding::{
    Certainty, Class, Confidence, Credential, Evidence, Fact, Field, Located, Origin, Place,
    Region, RepoPath, Sighting, Source, Value,
};
use crate::rule::RuleSet;
use crate::secret::{Secret, Shown};

/// A credential with a value that a machine drew.
fn credential(rules: &RuleSet, rule: &str, value: &str) -> Credential {
    let path = RepoPath::from("app.env");
    let sighting = Sighting {
        origin: Origin::File(path.clone()),
        rule: rules.find(rule).expect("a rule"),
        of_repository: false,
        secret: Secret::new(value.as_bytes()),
        whole: Secret::new(value.as_bytes()),
        within: 0..value.len(),
        partners: Vec::new(),
        key: None,
        located: Located {
            region: Region {
                start_line: 1,
                start_column: 1,
                end_line: 1,
                end_column: 2,
            },
            line: Shown::ours(""),
            mark: 0..0,
            line_hash: 0,
            allow: Vec::new(),
        },
        evidence: Evidence::default(),
        class: Class::Credential,
        confidence: Confidence::High,
        strong: true,
        number: 0,
    };
    let places = vec![Place::new(path, &sighting)];
    let fingerprint = Fingerprint::of_strong(value.as_bytes());
    Credential::new(sighting, fingerprint, places)
}

/// A way to meet: the kind of the list, the rule, a value, the row of such a value, and the id in it.
type Way = (
    &'static str,
    &'static str,
    fn(u64) -> String,
    fn(&str, u64) -> Row,
    fn(u64) -> Option<String>,
);

fn made(template: &str, seed: u64) -> String {
    expand(template, seed).expect("a template")
}

const WAYS: &[Way] = &[
    (
        "unleash",
        "unleash-api-token",
        |n| made("*:development.{hex:56}", n),
        |value, _| Row {
            equal: Some(Equal {
                digest: Fingerprint::of_strong(value.as_bytes()),
                guessable: false,
            }),
            ..Row::default()
        },
        |_| None,
    ),
    (
        "devpi",
        "devpi-token",
        |n| made("devpi-AgEA{base64url:60}", n),
        |_, n| Row {
            id: format!("id{n}"),
            ..Row::default()
        },
        |n| Some(format!("id{n}")),
    ),
    (
        "gitea",
        "gitea-access-token",
        |n| made("{hex:40}", n),
        |value, _| Row {
            handle: Some(Handle::End(value[32..].to_owned())),
            ..Row::default()
        },
        |_| None,
    ),
    (
        "redis",
        "generic-password",
        |n| made("{alnum:20}", n),
        |value, _| Row {
            hashes: Hash::unsalted(crate::rule::HashKind::Sha256, value.as_bytes())
                .into_iter()
                .collect(),
            ..Row::default()
        },
        |_| None,
    ),
];

/// Steps, and how many met their row, of `many` credentials in a list of as many rows.
fn joined(way: &Way, many: u64, sole: bool) -> (u64, usize) {
    let (kind_of, rule, value, row, id) = way;
    let rules = crate::builtin::set();
    let values: Vec<String> = (0..many).map(value).collect();
    // The last tenth of the credentials is in no row.
    let rows = (0..many - many / 10).map(|n| row(&values[n as usize], n));
    let list = List {
        kind: kind(kind_of).expect("a kind"),
        server: "srv.test".to_owned(),
        taken: "2026-11-26T00:00:00Z".parse().ok(),
        complete: true,
        sole,
        rows: rows.collect(),
        dropped: Dropped::default(),
        notes: Vec::new(),
    };
    let all: Vec<Credential> = values
        .iter()
        .map(|it| credential(&rules, rule, it))
        .collect();
    let facts: Vec<Vec<Fact>> = (0..many)
        .map(|n| {
            let fact = |id: String| Fact {
                field: Field::Id,
                value: Value::Id(id),
                source: Source::Bytes,
                certainty: Certainty::Certain,
            };
            id(n).map(fact).into_iter().collect()
        })
        .collect();
    let seen = all.iter().zip(&facts).map(|(credential, facts)| Seen {
        credential,
        rule: &rules.rules[credential.best.rule],
        facts,
    });
    let out = join(&[list], &seen.collect::<Vec<_>>());
    let met = out.matches.iter().filter(|all| all.len() == 1).count();
    let absent = out.absent.iter().filter(|all| all.len() == 1).count();
    let proves = sole && can_prove(kind(kind_of).expect("a kind"));
    assert_eq!(
        absent as u64,
        if proves { many / 10 } else { 0 },
        "{kind_of}"
    );
    (out.steps, met)
}

#[test]
fn twice_the_rows_and_credentials_are_twice_the_look_ups() {
    for way in WAYS {
        for sole in [false, true] {
            let ((once, met), (twice, met_twice)) =
                (joined(way, 1000, sole), joined(way, 2000, sole));
            assert_eq!((met, met_twice), (900, 1800), "{}", way.0);
            assert!(twice * 10 <= once * 21, "{}: {once}, then {twice}", way.0);
            assert!((1000..=8000).contains(&once), "{}: {once}", way.0);
        }
    }
}
