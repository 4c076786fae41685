//! Plans that are refused.

use std::fs;

use serde_json::Value;

use super::{Bench, Odd};

fn edit(bench: &Bench, change: impl Fn(&mut Value)) {
    let path = bench.desk.dir.path().join("plan.json");
    let mut plan: Value = serde_json::from_str(&bench.read("plan.json")).expect("JSON");
    change(&mut plan);
    fs::write(path, plan.to_string()).expect("written");
}

/// Nothing was changed by a run that was refused.
fn refused(bench: &Bench, says: &str) {
    let before = bench.hub.alive().len();
    bench.apply().ends(2).complains(says);
    assert_eq!(bench.hub.alive().len(), before);
    assert!(bench.journals().is_empty(), "{}", bench.journals());
}

#[test]
fn yesterday_and_tomorrow() {
    let bench = Bench::new();
    bench.plan();
    let at = |days: i64| {
        let at = jiff::Timestamp::now().as_second()
            + days * 86_400
            + if days > 0 { -82_800 } else { -60 };
        jiff::Timestamp::from_second(at)
            .expect("a moment")
            .to_string()
    };
    edit(&bench, |plan| plan["made"] = Value::from(at(-1)));
    refused(&bench, "more than a day ago");
    // An hour ahead.
    edit(&bench, |plan| plan["made"] = Value::from(at(1)));
    refused(
        &bench,
        "in the future: the clock of this machine or of the one",
    );
}

#[test]
fn without_a_terminal_somebody_has_to_say_yes() {
    let bench = Bench::new();
    bench.plan();
    bench
        .run(&["apply", "plan.json"])
        .ends(2)
        .complains("say --yes");
    assert_eq!(bench.the_one().value, bench.old);
}

#[test]
fn what_is_otherwise_than_the_plan_says_is_refused() {
    type Change = fn(&Bench);
    let cases: &[(Change, &str)] = &[
        (
            |b| {
                b.hub.change(|t| {
                    if t.id == "a1" {
                        t.scopes.push("admin:users".into())
                    }
                })
            },
            "the server says otherwise of deploy",
        ),
        (
            |b| {
                b.hub.change(|t| {
                    if t.id == "a1" {
                        t.ended = Some(std::time::Instant::now())
                    }
                })
            },
            "the server lists no token called deploy",
        ),
        (
            |b| {
                b.hub.give("ann", "deploy-20200101", &[]);
            },
            "lists other tokens of this name",
        ),
        (
            |b| {
                b.hub.give("ann", "deploy", &[]);
            },
            "the server lists 2 tokens called deploy",
        ),
        (
            |b| b.desk.dir.write(".env", "export TOKEN=other\n"),
            "hold different values",
        ),
        (
            |b| {
                let value = b.hub.give("ann", "another", &[]);
                b.desk.dir.write(".env", format!("export TOKEN={value}\n"));
                b.desk
                    .dir
                    .write("deploy/.env", format!("HUB_TOKEN='{value}'\n"));
            },
            "the store dotenv:deploy/.env#HUB_TOKEN holds something else than before",
        ),
        (
            |b| {
                fs::remove_file(b.desk.dir.path().join(".env")).expect("there");
            },
            "cannot be read",
        ),
        (
            |b| {
                let t = b.read("tokens.toml").replace("30d", "60d");
                b.desk.dir.write("tokens.toml", t);
            },
            "asks for another successor",
        ),
        (
            |b| {
                let t = b.read("tokens.toml").replace(", \"dotenv:.env#TOKEN\"", "");
                b.desk.dir.write("tokens.toml", t);
            },
            "names other stores",
        ),
        (
            |b| {
                edit(b, |plan| {
                    plan["changes"][0]["stores"][0]["store"] = Value::from("dotenv:x#Y")
                })
            },
            "names other stores",
        ),
        (
            |b| {
                edit(b, |plan| {
                    plan["changes"][0]["successor"]["scope"] = Value::from(vec!["admin"])
                })
            },
            "asks for another successor",
        ),
        (
            |b| {
                edit(b, |plan| {
                    plan["changes"][0]["steps"][0] = Value::from("Nothing.")
                })
            },
            "its sentences are not those",
        ),
        (
            |b| edit(b, |plan| plan["changes"][0]["entry"] = Value::from("gone")),
            "no such entry",
        ),
        (
            |b| edit(b, |plan| plan["plan_version"] = Value::from(2)),
            "a plan of version 2",
        ),
        (
            |b| edit(b, |plan| plan["more"] = Value::from(2)),
            "it is no plan: line 1",
        ),
    ];
    for (change, says) in cases {
        let bench = Bench::new();
        bench.plan();
        change(&bench);
        refused(&bench, says);
    }
}

#[test]
fn the_credential_of_keysweep_itself_is_not_rotated() {
    let bench = Bench::new();
    // A token of boss by which keysweep asks, and which the register names.
    let own = bench.hub.give("boss", "keysweep", &["admin:users"]);
    let text = bench
        .read("tokens.toml")
        .replace("name = \"deploy\"", "name = \"keysweep\"");
    bench.desk.dir.write("tokens.toml", text);
    bench
        .desk
        .dir
        .write(".env", format!("export TOKEN={own}\n"));
    bench
        .desk
        .dir
        .write("deploy/.env", format!("HUB_TOKEN='{own}'\n"));
    let mut command = bench.command(&["plan", "deploy", "-o", "plan.json"]);
    command.env("HUB_TOKEN", &own);
    let run = crate::common::Run::new(command);
    run.ends(2).complains("keysweep itself asks `hub` with");
    bench.is_clean(&run);
    // Nor ended, where no store says what it is.
    let mut command = bench.command(&["plan", "--revoke", "deploy", "-o", "plan.json"]);
    command.env("HUB_TOKEN", &own);
    crate::common::Run::new(command)
        .ends(2)
        .complains("keysweep itself asks `hub` with");
}

#[test]
fn an_entry_that_cannot_be_rotated_says_why() {
    let cases = [
        ("server = \"hub\"\n", "", "names no `server`"),
        (
            "server = \"hub\"",
            "server = \"hob\"",
            "did you mean `hub`?",
        ),
        ("name = \"deploy\"\n", "", "says neither `name`"),
        (
            "name = \"deploy\"",
            "name = \"nobody\"",
            "the server lists no token called nobody",
        ),
        (
            "\"dotenv:deploy/.env#HUB_TOKEN\", \"dotenv:.env#TOKEN\"",
            "",
            "names no `stores`",
        ),
        (
            "dotenv:.env#TOKEN",
            "dotenv:.env#TOKENS",
            "has no line `TOKENS=…`",
        ),
        ("dotenv:.env#TOKEN", "dotenv:.env", "write it like dotenv:"),
        (
            "dotenv:.env#TOKEN",
            "dotnev:.env#TOKEN",
            "did you mean `dotenv`?",
        ),
        (
            "dotenv:.env#TOKEN",
            "dotenv:no/.env#TOKEN",
            "cannot be read",
        ),
    ];
    for (good, bad, says) in cases {
        let bench = Bench::new();
        bench.desk.dir.write(
            "tokens.toml",
            bench.read("tokens.toml").replacen(good, bad, 1),
        );
        bench
            .run(&["plan", "deploy", "-o", "plan.json"])
            .ends(2)
            .complains(says);
        assert!(!bench.desk.dir.path().join("plan.json").exists());
    }
}

#[test]
fn a_store_that_git_tracks_is_refused() {
    let bench = Bench::new();
    bench.desk.dir.git(&["add", "-f", "deploy/.env"]);
    bench
        .run(&["plan", "deploy", "-o", "plan.json"])
        .ends(2)
        .complains("is tracked by git");
}

#[test]
fn a_store_whose_value_is_dead_is_refused() {
    let bench = Bench::new();
    bench.desk.dir.write(".env", "export TOKEN=dead\n");
    bench.desk.dir.write("deploy/.env", "HUB_TOKEN=dead\n");
    bench
        .run(&["plan", "deploy", "-o", "plan.json"])
        .ends(2)
        .complains("the server does not accept what the stores hold");
    // An empty one is filled.
    bench.desk.dir.write(".env", "export TOKEN=\n");
    bench
        .desk
        .dir
        .write("deploy/.env", format!("HUB_TOKEN='{}'\n", bench.old));
    bench.plan().apply().ends(0);
    bench.is_whole();
}

#[test]
fn two_at_once() {
    let bench = Bench::new();
    bench.plan();
    bench.hub.odd(Odd {
        holds: Some((3, true)),
        ..Odd::default()
    });
    let child = bench.start(&["apply", "plan.json", "--yes"]);
    bench.hub.wait_until_it_holds();
    bench
        .apply()
        .ends(2)
        .complains("another keysweep is rotating");
    bench
        .resume()
        .ends(2)
        .complains("another keysweep is rotating");
    bench.hub.let_go();
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    bench.is_whole();
}

#[test]
fn a_plan_is_as_its_schema_says() {
    let bench = Bench::with("overlap = \"24h\"");
    bench.plan();
    let schema = bench
        .desk
        .dir
        .run(&["generate", "plan-schema"])
        .ends(0)
        .text();
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let plan: Value = serde_json::from_str(&bench.read("plan.json")).expect("JSON");
    let wrong: Vec<String> = validator
        .iter_errors(&plan)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut more = plan;
    more["value"] = Value::from("x");
    assert!(!validator.is_valid(&more));
}

#[test]
fn the_schema_is_the_committed_one() {
    let bench = Bench::new();
    let written = bench
        .desk
        .dir
        .run(&["generate", "plan-schema"])
        .ends(0)
        .text();
    let committed = include_str!("../../../docs/plan.schema.json");
    assert!(
        written == committed,
        "keysweep generate plan-schema writes it"
    );
}
