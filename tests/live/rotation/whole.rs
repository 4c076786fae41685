//! Whole rounds.

use super::{Bench, Odd};

#[test]
fn a_token_is_rotated_with_two_commands_and_proved() {
    let bench = Bench::new();
    let run = bench.run(&["plan", "deploy", "-o", "plan.json"]);
    run.ends(0)
        .says("deploy: deploy of ann (id a1)")
        .says("1. Make the token deploy-20")
        .says("with the scope read:users, ending on")
        .says("Write the new value to dotenv:deploy/.env#HUB_TOKEN; read it back and compare.")
        .says("nothing is done yet");
    // Planning changed nothing.
    assert_eq!(bench.the_one().value, bench.old);
    let run = bench.run(&["apply", "plan.json", "--yes", "--by", "ann@corp.example"]);
    run.ends(0)
        .says("deploy: done; the old token is dead: gone from the list, and not accepted any more");
    let new = bench.the_one();
    assert_ne!(new.value, bench.old);
    assert_eq!(new.id, "a3");
    assert_eq!(new.scopes, ["read:users"]);
    bench.is_whole();
    assert_eq!(
        bench.read("deploy/.env"),
        format!(
            "# of the job\r\nA=1\r\nHUB_TOKEN='{}'  # ours\r\n",
            new.value
        )
    );
    assert_eq!(
        bench.read(".env"),
        format!("export TOKEN={}\nB=\"two\nlines\"\n", new.value)
    );
    let register = bench.read("tokens.toml");
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d");
    assert!(
        register.starts_with("# The tokens of the team.\n"),
        "{register}"
    );
    assert!(
        register.contains("id = \"deploy\"    # the one that matters\n"),
        "{register}"
    );
    assert!(
        register.contains("server_id = \"a1\"\n") && register.contains("state = \"revoked\"\n"),
        "{register}"
    );
    let version = format!("server_id = \"a3\"\n  created = {today}\n  expires = 20");
    assert!(register.contains(&version), "{register}");
    assert!(register.contains("by = \"ann@corp.example\""), "{register}");
    bench
        .run(&["status"])
        .ends(0)
        .says("done: deploy of ann (id a1) is dead");
    // The same plan a second time.
    let asked = bench.hub.asked();
    bench.apply().ends(2).complains("this plan was applied on");
    assert_eq!(bench.hub.asked(), asked, "nothing was asked");
    // The next rotation begins with the version that the register has now.
    let run = bench.run(&["plan", "deploy", "-o", "next.json"]);
    run.ends(2).complains("already: it was rotated today");
    bench
        .hub
        .change(|token| token.note = token.note.replace("deploy-20", "deploy-19"));
    bench
        .run(&["plan", "deploy", "-o", "next.json"])
        .ends(0)
        .says("End deploy-19");
}

#[cfg(unix)]
#[test]
fn modes_are_kept_and_journals_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new();
    let env = bench.desk.dir.path().join(".env");
    std::fs::set_permissions(&env, std::fs::Permissions::from_mode(0o640)).expect("set");
    bench.plan().apply().ends(0);
    let mode = |path: &std::path::Path| {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    };
    assert_eq!(mode(&env), 0o640);
    let dir = bench.desk.dir.outside("state/keysweep/rotations");
    assert_eq!(mode(&dir), 0o700);
    for entry in std::fs::read_dir(&dir).expect("there") {
        assert_eq!(mode(&entry.expect("an entry").path()), 0o600);
    }
    // Nothing that is not finished is left beside the stores.
    let left = std::fs::read_dir(bench.desk.dir.path()).expect("there");
    let left = left.filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().contains("keysweep-new")
    });
    assert_eq!(left.count(), 0);
}

#[test]
fn both_tokens_live_through_the_overlap() {
    let bench = Bench::with("overlap = \"24h\"");
    bench
        .run(&["plan", "deploy", "-o", "plan.json"])
        .ends(0)
        .says("Leave both alive for 1 day");
    bench.apply().ends(0).says("the old one lives until");
    let ours = |bench: &Bench| {
        bench
            .hub
            .alive()
            .iter()
            .filter(|t| t.note.starts_with("deploy"))
            .count()
    };
    assert_eq!(ours(&bench), 2);
    assert_ne!(bench.stored()[0], bench.old);
    assert!(bench.read("tokens.toml").contains("state = \"overlap\""));
    bench
        .run(&["status"])
        .ends(0)
        .says("both tokens live until");
    bench.resume().ends(0).says("both tokens live until");
    assert_eq!(ours(&bench), 2);
    // Its value is not kept anywhere, so the list alone proves it.
    let run = bench.run(&["resume", "deploy", "--no-wait"]);
    run.ends(0)
        .says("is gone from the list; its value was not known any more, so it was not tried");
    bench.is_whole();
    assert!(
        !bench.read("tokens.toml").contains("overlap\"\n  by"),
        "{}",
        bench.read("tokens.toml")
    );
    bench.resume().ends(0).says("no rotation is unfinished");
}

#[test]
fn a_token_is_only_ended() {
    let bench = Bench::new();
    bench
        .run(&["plan", "--revoke", "deploy", "-o", "plan.json"])
        .ends(0)
        .says("End deploy of ann");
    bench.apply().ends(0).says("is gone from the list");
    assert!(
        bench
            .hub
            .alive()
            .iter()
            .all(|token| token.note == "browser")
    );
    assert_eq!(bench.stored()[0], bench.old);
    assert!(bench.read("tokens.toml").contains("state = \"revoked\""));
}

#[test]
fn what_is_due_is_planned() {
    let bench = Bench::new();
    // It ends in 90 days, and was never rotated as far as the register says.
    bench
        .run(&["plan", "--due", "30d", "-o", "plan.json"])
        .ends(0)
        .says("nothing is due");
    assert!(!bench.desk.dir.path().join("plan.json").exists());
    bench
        .run(&["plan", "--due", "91d", "-o", "plan.json"])
        .ends(0)
        .says("deploy: deploy of ann");
    bench.apply().ends(0);
    bench.is_whole();
}

#[test]
fn an_end_that_settles_late_is_waited_for() {
    let bench = Bench::new();
    bench.plan();
    bench.hub.odd(Odd {
        late: std::time::Duration::from_secs(2),
        ..Odd::default()
    });
    bench.apply().ends(0).says("done; the old token is dead");
    bench.is_whole();
}

#[test]
fn a_clock_that_is_an_hour_off_changes_nothing() {
    for clock in [-3600, 3600] {
        let bench = Bench::new();
        bench.hub.odd(Odd {
            clock,
            ..Odd::default()
        });
        bench.plan().apply().ends(0);
        bench.is_whole();
    }
}
