//! Servers that know no second token: a broker that takes the value that it is given, and an identity provider that
//! makes one.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::loopback::{Answer, Asked, Loopback};
use super::super::{Desk, secret};
use crate::common::Run;

const REGISTER: &str = "[[token]]\nid = \"ci\"\nserver = \"one\"\nname = \"ci\"\nowner = \"team:ci\"\nstores = [\"dotenv:.env#A\", \"dotenv:.env#B\"]\n";

struct Place {
    desk: Desk,
    server: Arc<Loopback>,
    /// The values that are accepted.
    alive: Arc<Mutex<Vec<String>>>,
    old: String,
}

impl Place {
    fn new(kind: &str, more: &str, answer: fn(&Asked, &mut Vec<String>) -> Answer) -> Self {
        let old = crate::common::expand("{alnum:24}", 31);
        let alive = Arc::new(Mutex::new(vec![old.clone()]));
        let of_server = alive.clone();
        let server =
            Loopback::new(move |asked| answer(asked, &mut of_server.lock().expect("whole")));
        let servers = format!(
            "[server.one]\nkind = \"{kind}\"\nurl = \"{}\"\nuser = \"boss\"\nsecret = \"env:HUB_TOKEN\"\nrate = \"1000/s\"\n{more}",
            server.address()
        );
        let desk = Desk::new(&servers);
        desk.dir.write("tokens.toml", REGISTER);
        desk.dir.write(".env", format!("A={old}\nB='{old}'\n"));
        Place {
            desk,
            server: Arc::new(server),
            alive,
            old,
        }
    }

    fn run(&self, args: &[&str]) -> Run {
        let run = self.desk.live(args);
        for value in self
            .alive
            .lock()
            .expect("whole")
            .iter()
            .chain([&self.old, &secret()])
        {
            assert!(!run.text().contains(value.as_str()) && !run.errors().contains(value.as_str()));
        }
        run
    }

    fn is_rotated(&self) {
        let alive = self.alive.lock().expect("whole").clone();
        let [new] = alive.as_slice() else {
            panic!("{alive:?}");
        };
        assert_ne!(*new, self.old);
        let text = std::fs::read_to_string(self.desk.dir.path().join(".env")).expect("there");
        assert_eq!(text, format!("A={new}\nB='{new}'\n"));
        let register =
            std::fs::read_to_string(self.desk.dir.path().join("tokens.toml")).expect("there");
        assert!(
            register.contains("\"revoked\"") && register.contains("\"deployed\""),
            "{register}"
        );
    }
}

/// Who presents himself by HTTP Basic.
fn basic(asked: &Asked) -> (String, String) {
    let header = asked
        .headers
        .get("authorization")
        .cloned()
        .unwrap_or_default();
    let text = header
        .strip_prefix("Basic ")
        .and_then(|text| STANDARD.decode(text).ok());
    let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
    let (user, password) = text.split_once(':').unwrap_or_default();
    (user.to_owned(), password.to_owned())
}

/// RabbitMQ: one password a user.
fn broker(asked: &Asked, alive: &mut Vec<String>) -> Answer {
    let (user, password) = basic(asked);
    let refused = || {
        Answer::json(
            401,
            json!({"error": "not_authorized", "reason": "Login failed"}),
        )
    };
    if asked.path == "/api/whoami" {
        return match user == "ci" && alive.contains(&password) {
            true => Answer::json(200, json!({"name": "ci", "tags": ["management"]})),
            false => refused(),
        };
    }
    if (user.as_str(), password) != ("boss", secret()) {
        return refused();
    }
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/api/users") => {
            let salt = [1_u8, 2, 3, 4];
            let hash = |value: &str| {
                let digest = Sha256::digest([&salt[..], value.as_bytes()].concat());
                STANDARD.encode([&salt[..], &digest[..]].concat())
            };
            Answer::json(
                200,
                json!([
                    {"name": "boss", "password_hash": hash(&secret()), "tags": ["administrator"]},
                    {"name": "ci", "password_hash": hash(&alive[0]), "tags": ["management"]},
                ]),
            )
        }
        ("PUT", "/api/users/ci") => {
            let body: Value = serde_json::from_slice(&asked.body).expect("JSON");
            let password = body["password"].as_str().expect("a password").to_owned();
            if alive.iter().any(|value| value == "%%takes-none%%") {
                return Answer::json(400, json!({"error": "bad_request"}));
            }
            *alive = vec![password];
            Answer::json(204, "")
        }
        _ => Answer::json(404, json!({})),
    }
}

#[test]
fn a_value_that_we_draw_is_in_the_stores_before_the_server_has_it() {
    let place = Place::new("rabbitmq", "", broker);
    place
        .run(&["plan", "ci", "-o", "p.json"])
        .ends(0)
        .says("Draw a new value")
        .says("Give ci (id ci) on one that value");
    place
        .run(&["apply", "p.json", "--yes"])
        .ends(0)
        .says("ci: done");
    place.is_rotated();
    // A server that does not take it: the stores get the old value back.
    let old = place.alive.lock().expect("whole")[0].clone();
    place
        .alive
        .lock()
        .expect("whole")
        .push("%%takes-none%%".into());
    let before = std::fs::read(place.desk.dir.path().join(".env")).expect("there");
    place.run(&["plan", "ci", "-o", "q.json"]).ends(0);
    place
        .run(&["apply", "q.json", "--yes"])
        .ends(1)
        .complains("The stores hold the old value again");
    assert_eq!(place.alive.lock().expect("whole")[0], old);
    assert_eq!(
        std::fs::read(place.desk.dir.path().join(".env")).expect("there"),
        before
    );
    // Nobody's user was ended.
    assert!(
        place
            .server
            .paths()
            .iter()
            .all(|path| !path.starts_with("DELETE"))
    );
}

#[test]
fn the_account_that_keysweep_asks_as_is_not_rotated() {
    let place = Place::new("rabbitmq", "", broker);
    place.desk.dir.write(
        "tokens.toml",
        REGISTER.replace("name = \"ci\"", "name = \"boss\""),
    );
    place
        .run(&["plan", "ci", "-o", "p.json"])
        .ends(2)
        .complains("keysweep itself asks `one` with");
}

/// Keycloak: one secret a client; with the second value of the list it keeps the one before, as a policy does.
fn provider(asked: &Asked, alive: &mut Vec<String>) -> Answer {
    let path = asked.path.split('?').next().unwrap_or_default();
    match (asked.method.as_str(), path) {
        ("POST", "/realms/master/protocol/openid-connect/token") => {
            Answer::json(200, json!({"access_token": "session-of-boss"}))
        }
        ("POST", "/realms/r/protocol/openid-connect/token/introspect") => match basic(asked) {
            (user, password) if user == "ci" && alive.contains(&password) => {
                Answer::json(200, json!({"active": false}))
            }
            _ => Answer::json(401, json!({"error": "unauthorized_client"})),
        },
        _ if asked
            .headers
            .get("authorization")
            .is_none_or(|h| h != "Bearer session-of-boss") =>
        {
            Answer::json(401, json!({}))
        }
        ("GET", "/admin/realms/r/clients") => {
            let mut client = json!({
                "id": "c1", "clientId": "ci", "protocol": "openid-connect", "enabled": true,
                "secret": alive[0], "defaultClientScopes": ["web"], "attributes": {},
            });
            if let Some(before) = alive.get(1) {
                client["attributes"]["client.secret.rotated"] = Value::from(before.as_str());
            }
            Answer::json(200, json!([client]))
        }
        ("POST", "/admin/realms/r/clients/c1/client-secret") => {
            let new = crate::common::expand("{alnum:32}", 77);
            alive.insert(0, new.clone());
            Answer::json(200, json!({"type": "secret", "value": new}))
        }
        ("DELETE", "/admin/realms/r/clients/c1/client-secret/rotated") => {
            alive.truncate(1);
            Answer::json(204, "")
        }
        _ => Answer::json(404, json!({})),
    }
}

/// The same without the policy, and the old value lives on, which the list does not say.
fn lenient(asked: &Asked, alive: &mut Vec<String>) -> Answer {
    match (asked.method.as_str(), asked.path.split('?').next()) {
        ("GET", Some("/admin/realms/r/clients")) => provider(asked, &mut alive[..1].to_vec()),
        _ => provider(asked, alive),
    }
}

/// The same without the policy.
fn strict(asked: &Asked, alive: &mut Vec<String>) -> Answer {
    let answer = provider(asked, alive);
    alive.truncate(1);
    answer
}

#[test]
fn a_value_that_the_server_makes_wants_the_gap_accepted() {
    for answer in [strict, provider] {
        let place = Place::new("keycloak", "set = { realm = \"r\" }\n", answer);
        place
            .run(&["plan", "ci", "-o", "p.json"])
            .ends(0)
            .says("another value. The old value is dead from that moment");
        place
            .run(&["apply", "p.json", "--yes"])
            .ends(2)
            .complains("say --accept-gap");
        assert_eq!(
            place.alive.lock().expect("whole").as_slice(),
            std::slice::from_ref(&place.old)
        );
        place
            .run(&["apply", "p.json", "--yes", "--accept-gap"])
            .ends(0)
            .says("its old value is not accepted any more");
        place.is_rotated();
    }
}

#[test]
fn nothing_is_called_revoked_that_is_not_proved_dead() {
    let place = Place::new("keycloak", "set = { realm = \"r\" }\n", lenient);
    place.run(&["plan", "ci", "-o", "p.json"]).ends(0);
    place
        .run(&["apply", "p.json", "--yes", "--accept-gap"])
        .ends(2)
        .complains("that the old value is dead is NOT proved: it is still accepted");
    let register =
        || std::fs::read_to_string(place.desk.dir.path().join("tokens.toml")).expect("there");
    let before = register();
    assert!(
        before.contains("\"deployed\"") && !before.contains("\"revoked\""),
        "{before}"
    );
    place
        .run(&["status"])
        .ends(0)
        .says("stopped: that the old value is dead is NOT proved");
    // The server comes to it.
    place.alive.lock().expect("whole").truncate(1);
    place.run(&["resume"]).ends(0).says("ci: done");
    place.is_rotated();
}

#[cfg(unix)]
#[test]
fn what_is_half_written_in_place_has_no_second_value() {
    let place = Place::new("keycloak", "set = { realm = \"r\" }\n", strict);
    let stores = "\"dotenv:.env#A\", 'program:[\"sh\", \"-c\", \"[ -e mended ] && cat > .kept\"]'";
    let register = REGISTER.replace("\"dotenv:.env#A\", \"dotenv:.env#B\"", stores);
    place.desk.dir.write("tokens.toml", register);
    let words = ["plan", "ci", "--run-programs", "-o", "p.json"];
    place.run(&words).ends(0);
    let words = ["apply", "p.json", "--yes", "--accept-gap", "--run-programs"];
    let run = place.run(&words);
    run.ends(2).complains(
        "1 of 2 stores hold the new value; the old value, which the others may hold, is dead",
    );
    assert!(!run.errors().contains("both tokens"), "{}", run.errors());
    // Mended, the value is changed once more, and every store has it.
    place.desk.dir.write("mended", "");
    place.run(&["resume"]).ends(0).says("ci: done");
    let kept = std::fs::read_to_string(place.desk.dir.path().join(".kept")).expect("written");
    assert_eq!(place.alive.lock().expect("whole").as_slice(), [kept]);
}
