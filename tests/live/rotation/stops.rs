//! What goes wrong on the way: stopped with the state kept, or undone.

use std::time::Duration;

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

/// The second store is larger than files may be: as on a full disk, what was written before stays, and is said.
#[cfg(unix)]
#[test]
fn a_full_disk_keeps_both_tokens_alive_until_it_is_mended() {
    let bench = Bench::new();
    bench.plan();
    let apply = bench.command(&["apply", "plan.json", "--yes"]);
    let mut words: Vec<String> = vec!["ulimit -f 64; exec \"$@\"".into(), "sh".into()];
    words.push(apply.get_program().to_str().expect("text").to_owned());
    words.extend(
        apply
            .get_args()
            .map(|arg| arg.to_str().expect("text").to_owned()),
    );
    let limited = || {
        let mut command = std::process::Command::new("sh");
        command
            .arg("-c")
            .args(&words)
            .current_dir(bench.desk.dir.path())
            .env_clear();
        for (name, value) in apply.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        crate::common::Run::new(command)
    };
    // More than 64 blocks of at most a kibibyte.
    let old = bench.read(".env");
    bench
        .desk
        .dir
        .write(".env", format!("{old}# {}\n", "x".repeat(80 << 10)));
    let run = limited();
    run.ends(2)
        .complains("the store dotenv:.env#TOKEN cannot be written");
    bench.is_clean(&run);
    // It shows before anything is done.
    assert_eq!(bench.the_one().value, bench.old);
    bench.desk.dir.write(".env", old);
    bench.is_whole();
}
