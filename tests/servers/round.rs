//! The round that every server goes through: a token is made, listed, found, used, rotated and ended.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use keysweep::lists::{Moment, Row};
use keysweep::live::{Held, Issuer, Token, Verdict, Want};
use keysweep::secret::Secret;

use crate::desk::Desk;
use crate::kinds::Kind;
use crate::rotation;

/// Days that a token of these tests lives, where the server does not end it before.
const LIFE: u32 = 60;

/// A token that was made for a test, as the list has it.
pub struct Made {
    /// The token itself.
    pub value: Secret,
    /// Its row.
    pub token: Token,
    /// The rows that were there before it.
    pub others: Vec<Row>,
}

/// Takes a server through all of it.
pub fn round(kind: &Kind) {
    let Some(desk) = Desk::at(kind.alias) else {
        return;
    };
    let made = made(&desk, kind);
    check_row(kind, &made.token.row, life(desk.connect().as_ref()));
    found(&desk, kind, &made);
    used(&desk, kind, &made);
    rotation::rotated(&desk, kind, &made);
    desk.clean_everywhere();
}

/// Makes the token `deploy` and finds its row: by its id where the answer gave one, else as the one that was not there
/// before. Where no driver makes one, the stand did.
pub fn made(desk: &Desk, kind: &Kind) -> Made {
    let mut issuer = desk.connect();
    let before = rows(issuer.as_mut());
    let (value, id) = match kind.given {
        Some(variable) => {
            let value = std::env::var(variable).expect("the stand made it");
            (Secret::new(value.as_bytes()), None)
        }
        None => {
            let want = Want {
                name: "deploy".to_owned(),
                owner: kind.asked.to_owned(),
                scope: kind.scope.iter().map(|&word| word.to_owned()).collect(),
                ends: kind
                    .tells
                    .end
                    .then(|| Timestamp::now() + SignedDuration::from_hours(life(issuer.as_ref()))),
                like: None,
            };
            let made = issuer
                .create(&want)
                .unwrap_or_else(|why| panic!("{}: {why}", kind.alias));
            (made.value, made.id)
        }
    };
    let tokens = issuer.list().expect("a list").tokens;
    let is_new = |token: &&Token| match (&id, kind.given) {
        (Some(id), _) => token.row.id == *id,
        (None, Some(_)) => token.row.name == "deploy",
        (None, None) => !before.contains(&token.row),
    };
    let new: Vec<Token> = tokens.iter().filter(is_new).cloned().collect();
    assert_eq!(new.len(), 1, "{}: rows of the new token", kind.alias);
    let token = new.into_iter().next().expect("one");
    // An earlier test may have rotated what the stand made.
    let value = match (&token.value, kind.given) {
        (Some(listed), Some(_)) => listed.clone(),
        _ => value,
    };
    desk.made(&value);
    let others = before.into_iter().filter(|row| *row != token.row).collect();
    Made {
        value,
        token,
        others,
    }
}

/// The rows of a server's list.
pub fn rows(issuer: &mut dyn Issuer) -> Vec<Row> {
    let tokens = issuer.list().expect("a list").tokens;
    tokens.into_iter().map(|token| token.row).collect()
}

/// The tokens that stand in the list beside those that are none of the test's. Which is which is told by what does not
/// change with use.
pub fn left(issuer: &mut dyn Issuer, others: &[Row]) -> Vec<Token> {
    let same = |one: &Row, other: &Row| {
        (&one.id, &one.owner, &one.name, one.created)
            == (&other.id, &other.owner, &other.name, other.created)
    };
    let mut tokens = issuer.list().expect("a list").tokens;
    tokens.retain(|token| !others.iter().any(|other| same(other, &token.row)));
    tokens
}

/// Hours that a token of these tests lives.
fn life(issuer: &dyn Issuer) -> i64 {
    24 * i64::from(LIFE.min(issuer.about().longest.unwrap_or(LIFE)))
}

/// The list says what it can.
fn check_row(kind: &Kind, row: &Row, life: i64) {
    let alias = kind.alias;
    assert_eq!(row.owner, kind.owner, "{alias}");
    if kind.tells.name {
        assert_eq!(row.name, "deploy", "{alias}");
    }
    let near = |moment: Moment, hours: i64| {
        let at = moment.at().unwrap_or_else(|| panic!("{alias}: {moment:?}"));
        let off = at.duration_since(Timestamp::now()).as_hours() - hours;
        assert!(off.abs() <= 25, "{alias}: {off} hours off");
    };
    match kind.tells.created {
        true => near(row.created, 0),
        false => assert_eq!(row.created, Moment::Unknown, "{alias}"),
    }
    if kind.tells.end {
        near(row.expires, life);
    }
    for word in kind.listed_scope {
        assert!(
            row.scope.iter().any(|one| one == word),
            "{alias}: {word} in {:?}",
            row.scope
        );
    }
}

/// `live list` writes a snapshot, and a value in a repository is joined to its row without being sent.
fn found(desk: &Desk, kind: &Kind, made: &Made) {
    desk.holder(desk.dir.path().join("deploy.env"));
    let value = String::from_utf8_lossy(made.value.expose()).into_owned();
    let name = kind.alias.replace('-', "_").to_uppercase();
    let row = &made.token.row;
    let text = match kind.alias {
        // The secret is known by the id beside it.
        "moto" => format!(
            "AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={value}\n",
            row.id
        ),
        // The user beside it says whose password it may be.
        _ => format!("{name}_USER={}\n{name}_PASSWORD={value}\n", row.owner),
    };
    desk.dir.write("deploy.env", text);
    desk.dir.commit("deploy");
    desk.live(&["list", "--hashes", "-o", "lists"]).ends(0);
    let report = desk.audit();
    let listed = report["listed"].as_array().expect("a list");
    assert!(!listed.is_empty(), "{}", kind.alias);
    // The snapshot lies in the repository too, and ids of other keys of AWS stand in it.
    let joined = |row: &&serde_json::Value| {
        let is_found = row["findings"].as_array();
        row["id"] == made.token.row.id.as_str() && is_found.is_some_and(|all| !all.is_empty())
    };
    let joined: Vec<_> = listed.iter().filter(joined).collect();
    assert_eq!(
        joined.len(),
        usize::from(kind.joined),
        "{}: {joined:?}",
        kind.alias
    );
}

/// The value is accepted, and the list says that it was used where it can.
fn used(desk: &Desk, kind: &Kind, made: &Made) {
    let alias = kind.alias;
    let mut issuer = desk.connect();
    let verdict = issuer
        .check(&made.value, &held(&made.token))
        .expect("an answer");
    assert_eq!(verdict, Verdict::Live, "{alias}");
    if kind.tells.used {
        let rows = rows(issuer.as_mut());
        let row = rows.into_iter().find(|row| row.id == made.token.row.id);
        let last = row.expect("it is listed").last_used;
        assert!(last.at().is_some(), "{alias}: {last:?}");
    }
}

/// What is known of a token when its value is tried.
pub fn held(token: &Token) -> Held {
    Held {
        owner: Some(token.row.owner.clone()).filter(|text| !text.is_empty()),
        name: Some(token.row.name.clone()).filter(|text| !text.is_empty()),
    }
}

/// Waits until a value is dead, as long as the driver says that it may take. Gives how long it took.
pub fn dies(issuer: &mut dyn Issuer, value: &Secret, held: &Held) -> Duration {
    let begin = Instant::now();
    let until = issuer.about().settles() + Duration::from_secs(5);
    loop {
        match issuer.check(value, held).expect("an answer") {
            Verdict::Dead => return begin.elapsed(),
            verdict => assert!(begin.elapsed() < until, "{verdict:?} after {until:?}"),
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}
