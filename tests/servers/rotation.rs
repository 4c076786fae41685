//! A rotation through two stores, while a consumer uses the value all the time.

use std::fs;
use std::path::PathBuf;

use keysweep::live::Verdict;
use keysweep::secret::Secret;

use crate::consumer::{Consumer, stored};
use crate::desk::{Desk, private};
use crate::kinds::{Kind, Way};
use crate::round::{Made, dies, held, left};

/// The two stores that hold the value of a token; other lines stand beside it in the second.
pub fn stores(desk: &Desk, made: &Made) -> [PathBuf; 2] {
    let value = String::from_utf8_lossy(made.value.expose()).into_owned();
    let one = desk.holder(desk.dir.path().join("one.env"));
    let two = desk.holder(desk.dir.path().join("two.env"));
    private(&one, &format!("TOKEN={value}\n"));
    private(
        &two,
        &format!("# of the shop\nNAME=shop\nTOKEN='{value}'\nLEVEL=info\n"),
    );
    desk.dir.write(".gitignore", "*.env\n");
    [one, two]
}

/// The register, with the entry of a token. `more` are further lines of the entry.
pub fn register(desk: &Desk, made: &Made, more: &str) {
    let row = &made.token.row;
    let mut text = format!(
        "[[token]]\nid = \"deploy\"\nserver = \"{}\"\nowner = \"team:shop\"\npurpose = \"deploy\"\nrotate_every = \"30d\"\n\
         stores = [\"dotenv:one.env#TOKEN\", \"dotenv:two.env#TOKEN\"]\n{more}",
        desk.alias
    );
    if !row.name.is_empty() {
        text.push_str(&format!("name = \"{}\"\n", row.name));
    }
    if !row.id.is_empty() {
        text.push_str(&format!(
            "\n[[token.version]]\nserver_id = \"{}\"\nstate = \"deployed\"\n",
            row.id
        ));
    }
    desk.dir.write("tokens.toml", text);
}

/// Rotates a token, and sees to it that nobody notices but who should.
pub fn rotated(desk: &Desk, kind: &Kind, made: &Made) {
    let alias = kind.alias;
    let [one, two] = stores(desk, made);
    let old = stored(&one);
    register(desk, made, "overlap = \"1h\"\n");
    let mut issuer = desk.connect();
    desk.live(&["plan", "deploy", "-o", "plan.json"]).ends(0);
    let consumer = Consumer::start(desk.server(), one.clone(), held(&made.token));
    let mut apply = vec!["apply", "plan.json", "--yes"];
    if kind.draws {
        apply.push("--accept-gap");
    }
    let run = desk.live(&apply);
    run.ends(0);
    let new = stored(&one);
    let value = Secret::new(new.as_bytes());
    desk.made(&value);
    assert_ne!(new, old, "{alias}");
    assert_eq!(new, stored(&two), "{alias}");
    let text = fs::read_to_string(&two).expect("there");
    assert!(
        text.starts_with("# of the shop\nNAME=shop\n") && text.ends_with("LEVEL=info\n"),
        "{alias}"
    );
    if kind.way == Way::Overlap {
        // Both live for the hour that the register gives, which nobody waits for here.
        let verdict = issuer
            .check(&made.value, &held(&made.token))
            .expect("an answer");
        assert_eq!(
            verdict,
            Verdict::Live,
            "{alias}: the old one in the overlap"
        );
        assert_eq!(
            left(issuer.as_mut(), &made.others).len(),
            2,
            "{alias}: tokens in the overlap"
        );
        desk.live(&["status"]).ends(0);
        desk.live(&["resume", "deploy", "--no-wait"]).ends(0);
    }
    // So that a slow machine is no reason to fail. With the new secret and the old id of a key of AWS no call is
    // good, so that only those before the change are.
    let least = if alias == "moto" { 1 } else { 5 };
    let calls = consumer.end_after(least, 2);
    assert!(calls.good >= least, "{alias}: {} calls", calls.good);
    assert_eq!(calls.values, 2, "{alias}: values that the consumer used");
    // These stores take the secret alone, and who uses a key of AWS needs its new id too.
    if kind.way == Way::Overlap && alias != "moto" {
        assert!(calls.bad.is_empty(), "{alias}: {:?}", calls.bad);
    }
    let all = left(issuer.as_mut(), &made.others);
    assert_eq!(all.len(), 1, "{alias}: tokens that are left");
    let verdict = issuer.check(&value, &held(&all[0])).expect("an answer");
    assert_eq!(verdict, Verdict::Live, "{alias}: the new one");
    dies(issuer.as_mut(), &made.value, &held(&made.token));
    recorded(desk, kind, &all[0].row.id);
    desk.live(&apply)
        .ends(2)
        .complains("this plan was applied on");
    assert_eq!(stored(&one), new, "{alias}");
    if kind.given.is_none() {
        issuer.revoke(&all[0]).expect("it is ended");
    }
}

/// The register tells both versions, and the page agrees with the server.
fn recorded(desk: &Desk, kind: &Kind, id: &str) {
    let alias = kind.alias;
    let text = fs::read_to_string(desk.dir.path().join("tokens.toml")).expect("there");
    let register: toml::Table = text.parse().expect("TOML");
    let versions = register["token"][0]["version"]
        .as_array()
        .expect("versions");
    let states: Vec<&str> = versions
        .iter()
        .filter_map(|one| one["state"].as_str())
        .collect();
    assert_eq!(states.last(), Some(&"deployed"), "{alias}: {states:?}");
    assert!(states.contains(&"revoked"), "{alias}: {states:?}");
    if !id.is_empty() {
        let last = versions.last().expect("one");
        assert_eq!(last["server_id"].as_str(), Some(id), "{alias}");
    }
    desk.live(&["list", "--hashes", "-o", "lists"]).ends(0);
    let report = desk.audit();
    let notices = report["notices"].as_array().expect("notices");
    let drift: Vec<_> = notices
        .iter()
        .filter(|notice| notice["reported"] == "register/drift")
        .collect();
    assert!(drift.is_empty(), "{alias}: {drift:?}");
    let page = fs::read_to_string(desk.dir.outside("page.html")).expect("written");
    let told = if id.is_empty() { "deploy" } else { id };
    assert!(page.contains(told), "{alias}: {told} is not on the page");
}
