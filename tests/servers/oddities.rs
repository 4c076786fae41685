//! What single servers answer otherwise than one believes.

use std::time::Duration;

use keysweep::live::{Held, Verdict};
use keysweep::secret::Secret;

use crate::consumer::stored;
use crate::desk::Desk;
use crate::kinds::{DEVPI, JUPYTERHUB, KEYCLOAK, Kind, UNLEASH, VERDACCIO};
use crate::rotation::{register, stores};
use crate::round::{dies, held, left, made};

/// What was revoked and what never was are dead, whatever the server answers.
pub fn is_dead(kind: &Kind) {
    let Some(desk) = Desk::at(kind.alias) else {
        return;
    };
    let made = made(&desk, kind);
    let mut issuer = desk.connect();
    let held = held(&made.token);
    assert_eq!(
        issuer.check(&made.value, &held).expect("an answer"),
        Verdict::Live
    );
    issuer.revoke(&made.token).expect("it is ended");
    dies(issuer.as_mut(), &made.value, &held);
    // As long as a token, and none.
    let none: Vec<u8> = made.value.expose().iter().rev().copied().collect();
    assert_eq!(
        issuer.check(&Secret::new(&none), &held).expect("an answer"),
        Verdict::Dead
    );
}

/// A dead token is answered with 403, which elsewhere is a living one with too little scope.
#[test]
fn jupyterhub_answers_the_dead_with_403() {
    is_dead(&JUPYTERHUB);
}

/// One that never was is answered with 200 and an empty object.
#[test]
fn verdaccio_answers_the_dead_with_200() {
    is_dead(&VERDACCIO);
}

/// One that never was is answered with 200 and `noauth`.
#[test]
fn devpi_answers_the_dead_with_200() {
    is_dead(&DEVPI);
}

/// A token that ended is accepted for a while. It is not called dead before it is.
#[test]
fn unleash_ends_tokens_late() {
    let Some(desk) = Desk::at("unleash") else {
        return;
    };
    let made = made(&desk, &UNLEASH);
    let mut issuer = desk.connect();
    assert!(issuer.about().settles() >= Duration::from_secs(60));
    let verdict = issuer
        .check(&made.value, &Held::default())
        .expect("an answer");
    assert_eq!(verdict, Verdict::Live);
    issuer.revoke(&made.token).expect("it is ended");
    let took = dies(issuer.as_mut(), &made.value, &Held::default());
    eprintln!("unleash: dead after {} s", took.as_secs());
}

/// Asked for one project in an older way, it grants every project: the successor could do more than the token that it
/// follows, so it is ended again, and everything is as it was.
#[test]
fn unleash_grants_more_than_it_is_asked_for() {
    let Some(desk) = Desk::at("unleash") else {
        return;
    };
    let made = made(&desk, &UNLEASH);
    let driver = include_str!("../../rules/servers/unleash.toml");
    let older = driver.replace("projects = \"{old.projects}\"", "project = \"default\"");
    assert_ne!(driver, older, "the driver has another form now");
    desk.driven_by(&older);
    let [one, _] = stores(&desk, &made);
    let before = stored(&one);
    register(&desk, &made, "");
    desk.live(&["plan", "deploy", "-o", "plan.json"]).ends(0);
    let run = desk.live(&["apply", "plan.json", "--yes"]);
    run.ends(1).complains("the server granted");
    assert_eq!(stored(&one), before);
    let mut issuer = desk.connect();
    let all = left(issuer.as_mut(), &made.others);
    assert_eq!(all.len(), 1, "{}", run.text());
    assert_eq!(all[0].row.created, made.token.row.created);
    let verdict = issuer
        .check(&made.value, &Held::default())
        .expect("an answer");
    assert_eq!(verdict, Verdict::Live);
    desk.clean_everywhere();
    issuer.revoke(&all[0]).expect("it is ended");
}

/// Two servers list the secrets themselves; none of it reaches a file.
#[test]
fn lists_that_hold_secrets_are_emptied_of_them() {
    for kind in [&UNLEASH, &KEYCLOAK] {
        let Some(desk) = Desk::at(kind.alias) else {
            return;
        };
        let made = made(&desk, kind);
        let mut issuer = desk.connect();
        let listed = issuer.list().expect("a list");
        assert!(listed.list.dropped.secrets > 0, "{}", kind.alias);
        assert_eq!(
            made.token.value.as_ref(),
            Some(&made.value),
            "{}",
            kind.alias
        );
        desk.live(&["list", "-o", "lists"]).ends(0);
        desk.clean_everywhere();
        if kind.given.is_none() {
            issuer.revoke(&made.token).expect("it is ended");
        }
    }
}

/// A policy of the realm keeps the old secret beside the new one, until it is ended.
#[test]
fn keycloak_keeps_the_old_secret_where_a_policy_says_so() {
    let shop = Kind {
        alias: "keycloak",
        given: Some("STAND_KEYCLOAK_DEPLOY"),
        ..KEYCLOAK
    };
    let Some(desk) = Desk::at(shop.alias) else {
        return;
    };
    let made = made(&desk, &shop);
    let mut issuer = desk.connect();
    let held = held(&made.token);
    let new = issuer.replace(&made.token).expect("a new secret").value;
    desk.made(&new);
    for (value, which) in [(&made.value, "old"), (&new, "new")] {
        let verdict = issuer.check(value, &held).expect("an answer");
        assert_eq!(verdict, Verdict::Live, "the {which} one");
    }
    let listed = issuer.list().expect("a list").tokens;
    let kept: Vec<_> = listed
        .iter()
        .filter(|token| token.value.as_ref() == Some(&made.value))
        .collect();
    assert_eq!(kept.len(), 1, "the old one is a row of its own");
    desk.live(&["list", "-o", "lists"]).ends(0);
    issuer.revoke(kept[0]).expect("it is ended");
    dies(issuer.as_mut(), &made.value, &held);
    let verdict = issuer.check(&new, &held).expect("an answer");
    assert_eq!(verdict, Verdict::Live);
    desk.clean_everywhere();
}
