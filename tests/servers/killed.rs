//! A rotation that is killed at every step: after `live resume` one token lives, the stores hold it, and no other is
//! left.

use std::os::unix::process::ExitStatusExt as _;

use keysweep::live::Verdict;
use keysweep::secret::Secret;

use crate::consumer::stored;
use crate::desk::Desk;
use crate::kinds::{DEVPI, JUPYTERHUB, Kind, MOTO};
use crate::rotation::{register, stores};
use crate::round::{held, left, made};

/// What a step writes is asked to be on the disk by these; a kill there is after the step was written down, and before
/// anything else is done.
const STEPS: &str = "inject=fdatasync,fsync:signal=KILL:when=";

fn killed_at_every_step(kind: &Kind) {
    let alias = kind.alias;
    let mut step = 1;
    loop {
        let Some(desk) = Desk::at(alias) else {
            return;
        };
        let made = made(&desk, kind);
        let [one, two] = stores(&desk, &made);
        register(&desk, &made, "");
        desk.live(&["plan", "deploy", "-o", "plan.json"]).ends(0);
        let status = desk.killed(&format!("{STEPS}{step}"), &["apply", "plan.json", "--yes"]);
        let was_killed = status.signal() == Some(9);
        assert!(
            was_killed || status.success(),
            "{alias}, step {step}: {status}"
        );
        // Finished, or undone.
        let run = desk.live(&["resume"]);
        assert!(
            matches!(run.status, Some(0 | 1)),
            "{alias}, step {step}: {}",
            run.errors()
        );
        let new = stored(&one);
        desk.made(&Secret::new(new.as_bytes()));
        assert_eq!(new, stored(&two), "{alias}, step {step}: the stores differ");
        let mut issuer = desk.connect();
        let all = left(issuer.as_mut(), &made.others);
        assert_eq!(all.len(), 1, "{alias}, step {step}: tokens that are left");
        let verdict = issuer
            .check(&Secret::new(new.as_bytes()), &held(&all[0]))
            .expect("an answer");
        assert_eq!(
            verdict,
            Verdict::Live,
            "{alias}, step {step}: what the stores hold"
        );
        desk.live(&["resume"])
            .ends(0)
            .says("no rotation is unfinished");
        assert_eq!(stored(&one), new, "{alias}, step {step}");
        desk.clean_everywhere();
        issuer.revoke(&all[0]).expect("it is ended");
        if !was_killed {
            break;
        }
        step += 1;
    }
    assert!(step > 8, "{alias}: only {step} steps");
    eprintln!("{alias}: killed at each of {} steps", step - 1);
}

#[test]
fn on_jupyterhub() {
    killed_at_every_step(&JUPYTERHUB);
}

/// Tokens have no names there, so that what is new is told by what was there before.
#[test]
fn on_devpi() {
    killed_at_every_step(&DEVPI);
}

/// An account has two keys at most there: what was left over has to go before another can be made.
#[test]
fn on_moto() {
    let bob = Kind {
        owner: "bob",
        ..MOTO
    };
    killed_at_every_step(&bob);
}
