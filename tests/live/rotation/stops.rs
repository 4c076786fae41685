//! What goes wrong on the way: stopped with the state kept, or undone.

use std::time::Duration;

use keysweep::secret::Fingerprint;

use super::{Bench, Odd};

#[track_caller]
fn undone(bench: &Bench, odd: Odd, says: &str) {
    bench.plan();
    bench.hub.odd(odd);
    bench
        .apply()
        .ends(1)
        .complains("nothing is changed")
        .complains(says);
    assert_eq!(bench.the_one().value, bench.old);
    bench.is_whole();
    bench.run(&["status"]).ends(0).says("undone: ");
}

#[test]
fn more_than_was_asked_for_is_ended_again() {
    let odd = Odd {
        grants: vec!["admin:users".into()],
        ..Odd::default()
    };
    undone(&Bench::new(), odd, "the server granted deploy-20");
}

#[test]
fn a_token_that_is_not_accepted_is_ended_again() {
    let odd = Odd {
        stillborn: true,
        ..Odd::default()
    };
    undone(
        &Bench::new(),
        odd,
        "the server does not accept the token that it made",
    );
}

#[test]
fn a_server_that_makes_none_is_said() {
    let odd = Odd {
        refuses: Some(403),
        ..Odd::default()
    };
    undone(
        &Bench::new(),
        odd,
        "nothing was made: POST /hub/api/users/{owner}/tokens was answered with status 403",
    );
}

#[test]
fn a_request_without_an_answer_is_not_repeated() {
    let bench = Bench::new();
    let odd = Odd {
        hangs_up: true,
        ..Odd::default()
    };
    undone(&bench, odd, "nobody knows its value, and it is ended again");
    let asked = bench.hub.loopback.paths();
    assert_eq!(
        asked.iter().filter(|path| path.starts_with("POST")).count(),
        1,
        "{asked:?}"
    );
}

#[test]
fn what_is_said_to_be_ended_and_is_not_is_not_called_proved() {
    let bench = Bench::new();
    bench.plan();
    bench.hub.odd(Odd {
        keeps: true,
        ..Odd::default()
    });
    bench
        .apply()
        .ends(2)
        .complains("still lists it: it is NOT proved dead");
    assert!(!bench.read("tokens.toml").contains("revoked"));
    bench.run(&["status"]).ends(0).says("stopped: ");
    // When the server comes to it, the rotation does too.
    bench.hub.odd(Odd::default());
    bench.resume().ends(0).says("done");
    bench.is_whole();
}

#[test]
fn an_end_that_never_settles_is_not_called_proved() {
    let bench = Bench::new();
    bench.plan();
    bench.hub.odd(Odd {
        late: Duration::from_secs(3600),
        ..Odd::default()
    });
    bench
        .apply()
        .ends(2)
        .complains("its value is still accepted: it is NOT proved dead");
}

#[test]
fn two_new_tokens_of_one_name_stop_it_and_nothing_is_ended() {
    let bench = Bench::new();
    bench.plan();
    bench.hub.odd(Odd {
        twins: true,
        ..Odd::default()
    });
    bench
        .apply()
        .ends(2)
        .complains("lists 2 new tokens, and which of them was made here cannot be told");
    assert_eq!(bench.hub.alive().len(), 4);
    assert_eq!(bench.stored()[0], bench.old);
}

#[test]
fn a_token_that_is_listed_late_is_waited_for() {
    let bench = Bench::new();
    bench.plan();
    // The old one is older than that.
    std::thread::sleep(Duration::from_millis(1500));
    bench.hub.odd(Odd {
        lists_late: Duration::from_millis(1500),
        ..Odd::default()
    });
    bench.apply().ends(0);
    bench.is_whole();
}

/// Whether the register has the fingerprint of the value that the stores hold.
#[track_caller]
fn tells_the_fingerprint(bench: &Bench) {
    let value = bench.the_one().value;
    let fingerprint = Fingerprint::of_strong(value.as_bytes());
    let register = bench.read("tokens.toml");
    assert!(
        register.contains(&format!("\nfingerprint = \"{fingerprint}\"\n")),
        "{register}"
    );
}

/// A bench whose entry has the fingerprint of its value.
fn fingerprinted() -> Bench {
    let bench = Bench::with("{fingerprint}");
    let fingerprint = Fingerprint::of_strong(bench.old.as_bytes());
    let line = format!("fingerprint = \"{fingerprint}\"");
    let register = bench.read("tokens.toml").replace("{fingerprint}", &line);
    bench.desk.dir.write("tokens.toml", register);
    tells_the_fingerprint(&bench);
    bench
}

/// The second store would be larger than files may be.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_for_a_store_shows_before_anything_is_done() {
    let bench = Bench::new();
    bench.plan();
    let old = bench.read(".env");
    let more = "x".repeat(40 << 10);
    bench.desk.dir.write(".env", format!("{old}# {more}\n"));
    bench
        .limited(64, &["apply", "plan.json", "--yes"])
        .ends(2)
        .complains("the store dotenv:.env#TOKEN cannot be written");
    assert!(bench.journals().is_empty());
    assert_eq!(bench.hub.alive().len(), 2);
    bench.is_whole();
}

/// Both tokens live on, and the register has the right fingerprint although the run that made the value is gone.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_for_the_register_is_said_and_gone_on_with() {
    let bench = fingerprinted();
    let more = "x".repeat(40 << 10);
    let register = format!("{}# {more}\n", bench.read("tokens.toml"));
    bench.desk.dir.write("tokens.toml", &register);
    bench.plan();
    let run = bench.limited(64, &["apply", "plan.json", "--yes"]);
    run.ends(2).complains("tokens.toml cannot be written");
    assert_eq!(bench.read("tokens.toml"), register);
    assert_eq!(bench.hub.alive().len(), 3);
    assert_ne!(bench.stored()[0], bench.old);
    bench.resume().ends(0).says("done");
    bench.is_whole();
    tells_the_fingerprint(&bench);
}

/// The disk is full at each line of the journal in turn. Nothing goes on that is not written down, that is said, and
/// afterwards `resume` makes one whole thing of it.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_for_the_journal() {
    const LIMIT: usize = 16 * 512;
    let whole = fingerprinted();
    whole.plan().apply().ends(0);
    let lines: Vec<usize> = whole
        .journals()
        .lines()
        .map(|line| line.len() + 1)
        .collect();
    assert!(lines.len() > 10, "{lines:?}");
    for (n, line) in lines.iter().enumerate() {
        let bench = fingerprinted();
        bench.plan();
        // Who did it stands in the first line: as much is there of it that the limit falls into this one.
        let before: usize = lines[..n].iter().sum();
        let by = "x".repeat(LIMIT - before - line / 2);
        let run = bench.limited(16, &["apply", "plan.json", "--yes", "--by", &by]);
        let said = format!("line {n}: {}{}", run.text(), run.errors());
        assert_eq!(run.status, Some(2), "{said}");
        assert!(said.contains("cannot be written"), "{said}");
        let says = if n == 0 {
            "nothing was done"
        } else {
            "keysweep live resume"
        };
        assert!(said.contains(says), "{said}");
        let alive = bench.hub.alive();
        let lives = |value: &String| alive.iter().any(|token| token.value == *value);
        assert!(bench.stored().iter().all(lives), "{said}");
        let run = bench.resume();
        let said = format!("{said}\nresume: {}{}", run.text(), run.errors());
        assert!(matches!(run.status, Some(0 | 1)), "{said}");
        bench.is_whole();
        tells_the_fingerprint(&bench);
        bench
            .run(&["status", "--unfinished"])
            .ends(0)
            .says("no rotation");
    }
}

/// Ctrl-C while the hub makes the new token.
#[cfg(unix)]
#[test]
fn an_interrupt_before_a_store_is_written_undoes_it() {
    let bench = Bench::new();
    let n = Bench::new().plan().number_of("POST");
    bench.plan();
    bench
        .interrupted((n, true), &["apply", "plan.json", "--yes"])
        .ends(1)
        .complains("nothing is changed: you stopped it. The new token is ended again");
    assert_eq!(bench.the_one().value, bench.old);
    bench.is_whole();
    bench.resume().ends(0).says("no rotation is unfinished");
}

/// Two entries, each with a token and a store.
fn two() -> Bench {
    let bench = Bench::new();
    let value = bench.hub.give("ann", "shop", &["read:users"]);
    bench
        .desk
        .dir
        .write("shop/.env", format!("TOKEN={value}\n"));
    let entry = "[[token]]\nid = \"shop\"\nserver = \"hub\"\nname = \"shop\"\nowner = \"team:shop\"\nrotate_every = \"30d\"\nstores = [\"dotenv:shop/.env#TOKEN\"]\n";
    let register = format!("{}{entry}", bench.read("tokens.toml"));
    bench.desk.dir.write("tokens.toml", register);
    bench
        .run(&["plan", "deploy", "shop", "-o", "plan.json"])
        .ends(0);
    bench
}

/// Ctrl-C comes too late for the first of two: the second is not begun.
#[cfg(unix)]
#[test]
fn an_interrupt_is_not_lost_between_two_rotations() {
    let n = two().number_of("DELETE");
    let bench = two();
    let before = bench.read("shop/.env");
    let run = bench.interrupted((n, true), &["apply", "plan.json", "--yes"]);
    run.ends(2)
        .says("deploy: done")
        .complains("shop: not begun; make a new plan for it");
    assert_eq!(bench.read("shop/.env"), before);
    bench.is_whole();
    bench.resume().ends(0).says("no rotation is unfinished");
}

/// The same for two that are gone on with.
#[cfg(unix)]
#[test]
fn an_interrupt_is_not_lost_between_two_that_are_resumed() {
    let bench = two();
    // The hub says that it ended the old ones, and does not.
    let keeps = || Odd {
        keeps: true,
        ..Odd::default()
    };
    for entry in ["deploy", "shop"] {
        let plan = format!("{entry}.json");
        bench.run(&["plan", entry, "-o", &plan]).ends(0);
        bench.hub.odd(keeps());
        bench.run(&["apply", &plan, "--yes"]).ends(2);
        bench.hub.odd(Odd::default());
    }
    // Users, tokens of two, and then the end of the old one.
    let run = bench.interrupted((4, true), &["resume"]);
    run.ends(2)
        .says("deploy: done")
        .complains("shop: not gone on with");
    bench.is_whole();
    bench.resume().ends(0).says("shop: done");
}
