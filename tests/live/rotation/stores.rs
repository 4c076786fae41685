//! Stores behind programs (stand-ins that the test writes) and behind servers (played).

use std::fs;
use std::process::Child;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::loopback::{Answer, Asked, Loopback};
use super::super::{hub as entry, private, secret};
use super::{Bench, interrupt};
use crate::common::{Run, until};

/// Programs that keep how they were called, what stood on their standard input, and what all processes of the machine
/// were called with meanwhile.
const STANDIN: &str = r#"#!/bin/sh
dir=$(dirname "$0")
name=$(basename "$0")
echo "$name $*" >> "$dir/argv"
cat /proc/[0-9]*/cmdline >> "$dir/argv" 2>/dev/null
case "$name $1 $2" in
  "gh secret list") printf 'OTHER\t2026-01-01\nTOKEN\t2026-01-01\n' ;;
  "gh secret set") cat > "$dir/kept.gh" ;;
  "kubectl auth can-i") ;;
  "kubectl get secret") cat "$dir/kept.kubectl" ;;
  "kubectl patch secret") cat > "$dir/new" && mv "$dir/new" "$dir/kept.kubectl" ;;
  "sops decrypt --extract") cat "$dir/kept.sops" ;;
  "sops set --value-stdin") tr -d '"' > "$dir/new" && mv "$dir/new" "$dir/kept.sops" ;;
  "own "*) cat > "$dir/kept.own" ;;
  *) exit 3 ;;
esac
"#;

/// A bench with other stores.
fn bench(stores: &str) -> Bench {
    let bench = Bench::new();
    let text = bench.read("tokens.toml").replace(
        "\"dotenv:deploy/.env#HUB_TOKEN\", \"dotenv:.env#TOKEN\"",
        stores,
    );
    bench.desk.dir.write("tokens.toml", text);
    bench
}

fn run(bench: &Bench, args: &[&str]) -> Run {
    let mut command = bench.command(args);
    let path = std::env::var("PATH").expect("there");
    let bin = bench.desk.dir.outside("bin");
    command.env("PATH", format!("{}:{path}", bin.display()));
    let run = Run::new(command);
    bench.is_clean(&run);
    run
}

#[cfg(unix)]
#[test]
fn programs_get_the_value_on_their_standard_input_and_nowhere_else() {
    let bench = bench(
        "\"github-secret:corp/app#TOKEN\", \"k8s-secret:prod/app#token\", \"sops:secrets.yaml#ci.token\", 'program:[\"own\", \"set\"]'",
    );
    let bin = bench.desk.dir.outside("bin");
    fs::create_dir(&bin).expect("new");
    for name in ["gh", "kubectl", "sops", "own"] {
        fs::write(bin.join(name), STANDIN).expect("written");
        private(&bin.join(name), 0o755);
    }
    let data = json!({"data": {"token": STANDARD.encode(&bench.old)}});
    fs::write(bin.join("kept.kubectl"), data.to_string()).expect("written");
    fs::write(bin.join("kept.sops"), format!("{}\n", bench.old)).expect("written");
    run(&bench, &["plan", "deploy", "-o", "plan.json"])
        .ends(2)
        .complains("say --run-programs");
    run(
        &bench,
        &["plan", "deploy", "--run-programs", "-o", "plan.json"],
    )
    .ends(0);
    run(&bench, &["apply", "plan.json", "--yes"])
        .ends(2)
        .complains("say --run-programs");
    run(&bench, &["apply", "plan.json", "--yes", "--run-programs"])
        .ends(0)
        .says("done; the old token is dead");
    let new = bench.the_one().value;
    let read = |name: &str| fs::read_to_string(bin.join(name)).expect("written");
    assert_eq!(read("kept.gh"), new);
    assert_eq!(read("kept.own"), new);
    assert_eq!(read("kept.sops"), new);
    let cluster: Value = serde_json::from_str(&read("kept.kubectl")).expect("JSON");
    assert_eq!(cluster, json!({"data": {"token": STANDARD.encode(&new)}}));
    let argv = fs::read(bin.join("argv")).expect("kept");
    let argv = String::from_utf8_lossy(&argv);
    for line in [
        "gh secret set TOKEN --repo corp/app",
        "kubectl patch secret app --namespace prod --type merge --patch-file /dev/stdin",
        "sops set --value-stdin",
        "own set",
    ] {
        assert!(argv.contains(line), "{line}");
    }
    let mut values = bench.hub.values();
    values.extend(values.clone().iter().map(|value| STANDARD.encode(value)));
    values.push(secret());
    assert!(values.iter().all(|value| !argv.contains(value.as_str())));
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_may_have_written_all_the_same() {
    let bench = bench("'program:[\"sh\", \"-c\", \"cat; cat >&2; exit 4\"]'");
    run(
        &bench,
        &["plan", "deploy", "--run-programs", "-o", "plan.json"],
    )
    .ends(0);
    run(&bench, &["apply", "plan.json", "--yes", "--run-programs"])
        .ends(2)
        .complains("`sh` failed (exit status: 4); what it printed is not shown")
        .complains("both tokens are alive");
    assert_eq!(bench.hub.alive().len(), 3);
    // As long as nobody mends it, the old token lives on.
    run(&bench, &["resume"]).ends(2);
    let alive = bench.hub.alive();
    assert!(
        alive.iter().any(|token| token.value == bench.old),
        "{alive:?}"
    );
}

fn there(bench: &Bench, file: &str) -> bool {
    bench.desk.dir.path().join(file).exists()
}

/// A run whose second of three stores hangs until the file `hang` is gone.
#[cfg(unix)]
fn hanging(third: &str, holds: &str) -> (Bench, Child) {
    let hang = "while [ -e hang ]; do sleep 0.05; done; cat > mine; touch done";
    let bench = bench(&format!(
        "\"dotenv:deploy/.env#HUB_TOKEN\", 'program:[\"sh\", \"-c\", \"touch begun; {hang}\"]', \"{third}\""
    ));
    if !holds.is_empty() {
        let text = format!("export TOKEN={holds}\n");
        bench.desk.dir.write(".env", text);
    }
    let words = ["plan", "deploy", "--run-programs", "-o", "plan.json"];
    run(&bench, &words).ends(0);
    bench.desk.dir.write("hang", "");
    let child = bench.start(&["apply", "plan.json", "--yes", "--run-programs"]);
    until("the second store is written", || there(&bench, "begun"));
    (bench, child)
}

/// The first store has a value that nobody knows any more.
#[cfg(unix)]
#[test]
fn killed_between_two_stores() {
    let (bench, mut child) = hanging("dotenv:.env#TOKEN", "");
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    let [first, second] = bench.stored();
    assert_ne!(first, bench.old);
    assert_eq!(second, bench.old);
    // Both work.
    let alive: Vec<String> = bench
        .hub
        .alive()
        .into_iter()
        .map(|token| token.value)
        .collect();
    assert!(alive.contains(&first) && alive.contains(&second));
    fs::remove_file(bench.desk.dir.path().join("hang")).expect("there");
    // What the killed run started ends with the value of that run.
    until("it ends", || there(&bench, "done"));
    bench.run(&["resume"]).ends(0).says("done");
    bench.is_whole();
    let new = bench.the_one();
    assert!(new.note.ends_with("-2"), "{}", new.note);
    assert_eq!(bench.read("mine"), new.value);
}

/// Ctrl-C while the second store is written: that step is ended, and the next is not begun.
#[cfg(unix)]
#[test]
fn an_interrupt_stops_between_two_stores() {
    let (bench, child) = hanging("dotenv:.env#TOKEN", "");
    interrupt(&child);
    fs::remove_file(bench.desk.dir.path().join("hang")).expect("there");
    let stopped = Run::from(child.wait_with_output().expect("it ends"));
    bench.is_clean(&stopped);
    stopped
        .ends(2)
        .complains("you stopped it. 2 of 3 stores hold the new value; both tokens are alive");
    let [first, third] = bench.stored();
    assert_eq!(first, bench.read("mine"));
    assert_eq!(third, bench.old);
    bench.resume().ends(0).says("done");
    bench.is_whole();
    assert_eq!(bench.read("mine"), bench.the_one().value);
}

/// A key of AWS is an id and a value. The second store has the id, and the rotation brings the new one there.
#[test]
fn the_id_goes_to_the_store_that_takes_it() {
    let pair = "\"dotenv:deploy/.env#HUB_TOKEN\", \"id:dotenv:.env#TOKEN\"";
    let bench = bench(pair);
    bench.desk.dir.write(".env", "export TOKEN=a9\n");
    let plan = ["plan", "deploy", "-o", "plan.json"];
    bench
        .run(&plan)
        .ends(2)
        .complains("the store id:dotenv:.env#TOKEN does not hold the id of deploy of ann (id a1)");
    bench.desk.dir.write(".env", "export TOKEN=a1\n");
    bench
        .run(&plan)
        .ends(0)
        .says("Write the new value to dotenv:deploy/.env#HUB_TOKEN;")
        .says("Write the new id to id:dotenv:.env#TOKEN;");
    bench.apply().ends(0).says("done; the old token is dead");
    let new = bench.the_one();
    assert_eq!(bench.stored(), [new.value, new.id]);
    // Somebody has to take the value.
    let text = bench.read("tokens.toml");
    let alone = text.replace("\"dotenv:deploy/.env#HUB_TOKEN\", ", "");
    bench.desk.dir.write("tokens.toml", alone);
    bench
        .hub
        .change(|token| token.note = token.note.replace("deploy-20", "deploy-19"));
    bench
        .run(&plan)
        .ends(2)
        .complains("every store of the entry takes the id");
}

/// A run that is killed between the value and the id leaves a pair that `resume` makes whole.
#[cfg(unix)]
#[test]
fn killed_between_the_value_and_the_id() {
    let (bench, mut child) = hanging("id:dotenv:.env#TOKEN", "a1");
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    assert_ne!(bench.stored()[0], bench.old);
    assert_eq!(bench.stored()[1], "a1");
    fs::remove_file(bench.desk.dir.path().join("hang")).expect("there");
    until("it ends", || there(&bench, "done"));
    bench.resume().ends(0).says("done");
    let new = bench.the_one();
    assert_eq!(bench.stored(), [new.value, new.id]);
}

/// A server with a Vault, a Gitea and a GitLab.
#[derive(Default)]
struct Kept {
    vault: Vec<Value>,
    gitea: Vec<Value>,
    gitlab: String,
    /// Somebody else writes the secret of the Vault right before we do.
    races: bool,
}

fn answer(kept: &mut Kept, asked: &Asked) -> Answer {
    let body = || serde_json::from_slice::<Value>(&asked.body).expect("JSON");
    let header = |name: &str| {
        asked
            .headers
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    };
    let path = asked.path.split('?').next().unwrap_or_default();
    match (asked.method.as_str(), path) {
        ("GET", "/v1/kv/data/ci/job") if header("x-vault-token") == secret() => {
            let data = kept.vault.last().expect("a version");
            Answer::json(
                200,
                json!({"data": {"data": data, "metadata": {"version": kept.vault.len()}}}),
            )
        }
        ("POST", "/v1/kv/data/ci/job") if header("x-vault-token") == secret() => {
            if kept.races {
                let last = kept.vault.last().expect("a version").clone();
                kept.vault.push(last);
            }
            if body()["options"]["cas"] != kept.vault.len() {
                return Answer::json(
                    400,
                    json!({"errors": ["check-and-set parameter did not match"]}),
                );
            }
            kept.vault.push(body()["data"].clone());
            Answer::json(200, json!({"data": {"version": kept.vault.len()}}))
        }
        ("GET", "/api/v1/repos/boss/app/actions/secrets") => Answer::json(
            200,
            json!([{"name": "DEPLOY_TOKEN", "description": "of the job", "created_at": "2026-01-01T00:00:00Z"}]),
        ),
        ("PUT", "/api/v1/repos/boss/app/actions/secrets/DEPLOY%5FTOKEN") => {
            kept.gitea.push(body());
            Answer::json(204, "")
        }
        ("GET", "/api/v4/projects/team%2Fapp/variables/TOKEN")
            if header("private-token") == secret() =>
        {
            Answer::json(200, json!({"key": "TOKEN", "value": kept.gitlab}))
        }
        ("PUT", "/api/v4/projects/team%2Fapp/variables/TOKEN")
            if header("private-token") == secret() =>
        {
            kept.gitlab = body()["value"].as_str().expect("a value").to_owned();
            Answer::json(200, json!({"key": "TOKEN"}))
        }
        _ => Answer::json(404, json!({})),
    }
}

const GITLAB: &str = "[server]\nkind = \"gitlab\"\nname = \"GitLab\"\ndocs = \"https://docs.gitlab.com/api/\"\nchecked = \"by a test\"\n[auth]\nadmin = { header = \"PRIVATE-TOKEN: {secret}\" }\n";

fn on_servers(races: bool) -> (Bench, Arc<Mutex<Kept>>) {
    let bench = bench(
        "\"vault:kv/ci/job#token\", \"gitea-secret:git/boss/app#DEPLOY_TOKEN\", \"gitlab-variable:lab/team/app#TOKEN\"",
    );
    let kept = Arc::new(Mutex::new(Kept {
        vault: vec![json!({"token": bench.old, "other": "stays"})],
        gitlab: bench.old.clone(),
        races,
        ..Kept::default()
    }));
    let of_server = kept.clone();
    let server = Loopback::new(move |asked| answer(&mut of_server.lock().expect("whole"), asked));
    let one = |alias: &str, kind: &str, user: &str| {
        format!(
            "[server.{alias}]\n{kind}\nurl = \"{}\"\n{user}secret = \"env:HUB_TOKEN\"\nrate = \"1000/s\"\n",
            server.address()
        )
    };
    fs::write(bench.desk.dir.outside("gitlab.toml"), GITLAB).expect("written");
    bench.desk.servers(&format!(
        "{}{}{}{}",
        entry(&bench.hub.loopback),
        one("safe", "kind = \"vault\"", ""),
        one("git", "kind = \"gitea\"", "user = \"boss\"\n"),
        one("lab", "driver = \"gitlab.toml\"", ""),
    ));
    (bench, kept)
}

#[test]
fn servers_get_the_value_as_their_api_takes_it() {
    let (bench, kept) = on_servers(false);
    bench
        .plan()
        .apply()
        .ends(0)
        .says("wrote gitea-secret:git/boss/app#DEPLOY_TOKEN, which shows no values");
    let new = bench.the_one().value;
    let kept = kept.lock().expect("whole");
    assert_eq!(
        kept.vault,
        [
            json!({"token": bench.old, "other": "stays"}),
            json!({"token": new, "other": "stays"}),
        ]
    );
    assert_eq!(
        kept.gitea,
        [json!({"data": new, "description": "of the job"})]
    );
    assert_eq!(kept.gitlab, new);
}

#[test]
fn a_vault_that_somebody_else_wrote_is_not_written_over() {
    let (bench, kept) = on_servers(true);
    bench
        .plan()
        .apply()
        .ends(1)
        .complains("nothing is changed")
        .complains("/v1/kv/data/ci/job was answered with status 400");
    assert_eq!(bench.the_one().value, bench.old);
    let kept = kept.lock().expect("whole");
    assert!(
        kept.vault
            .iter()
            .all(|version| version["token"] == bench.old)
    );
    assert!(kept.gitea.is_empty());
}

#[test]
fn a_place_on_a_server_that_is_not_there_is_said_before() {
    for (store, says) in [
        ("vault:kv/ci/none#token", "status 404"),
        ("vault:kv/ci/job#none", "has no such key"),
        ("vault:kv/../job#token", "has an empty part, or `.` or `..`"),
        (
            "gitea-secret:git/boss/app#OTHER",
            "is no secret of that repository",
        ),
        (
            "gitea-secret:lab/boss/app#OTHER",
            "`lab` is a gitlab and no gitea",
        ),
        ("gitea-secret:none/boss/app#OTHER", "has no server `none`"),
        ("gitlab-variable:lab/team/app#OTHER", "status 404"),
        (
            "github-secret:app#TOKEN",
            "write it like github-secret:OWNER/REPO#NAME",
        ),
        (
            "k8s-secret:app#TOKEN",
            "write it like k8s-secret:NAMESPACE/NAME#KEY",
        ),
        ("k8s-secret:prod/--all#TOKEN", "write it like k8s-secret:"),
        ("program:deploy", "write it like program:"),
    ] {
        let (bench, _kept) = on_servers(false);
        let text = bench
            .read("tokens.toml")
            .replace("vault:kv/ci/job#token", store);
        bench.desk.dir.write("tokens.toml", text);
        bench
            .run(&["plan", "deploy", "-o", "plan.json"])
            .ends(2)
            .complains(says);
    }
}
