//! A package index whose tokens have no names: the new one is told by the difference of two lists, and what a run left
//! by when it ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::Desk;
use super::super::loopback::{Answer, Asked, Loopback};
use crate::common::{Run, until};

#[derive(Default)]
struct Index {
    /// Id, value and end of each token.
    tokens: Vec<(String, String, i64)>,
    made: u64,
}

struct Place {
    desk: Desk,
    index: Arc<Mutex<Index>>,
    /// The answer to a request for a token is held back.
    holds: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
    old: String,
}

impl Index {
    fn make(&mut self, end: i64) -> String {
        self.made += 1;
        let value = crate::common::expand("{alnum:40}", 500 + self.made);
        self.tokens
            .push((format!("t{}", self.made), value.clone(), end));
        value
    }
}

impl Place {
    fn new() -> Self {
        let index = Arc::new(Mutex::new(Index::default()));
        let old = index.lock().expect("whole").make(1_900_000_000);
        let (holds, held) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicBool::new(false)),
        );
        let (of_server, hold, is_held) = (index.clone(), holds.clone(), held.clone());
        let server = Loopback::new(move |asked| {
            let answer = answer(asked, &mut of_server.lock().expect("whole"));
            while asked.path.ends_with("create") && hold.load(Ordering::SeqCst) {
                is_held.store(true, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
            }
            answer
        });
        let servers = format!(
            "[server.pkg]\nkind = \"devpi\"\nurl = \"{}\"\nuser = \"root\"\nsecret = \"env:HUB_TOKEN\"\nrate = \"1000/s\"\n",
            server.address()
        );
        let desk = Desk::new(&servers);
        let register = "[[token]]\nid = \"upload\"\nserver = \"pkg\"\nrotate_every = \"30d\"\nstores = [\"dotenv:.env#A\"]\n[[token.version]]\nserver_id = \"t1\"\n";
        desk.dir.write("tokens.toml", register);
        desk.dir.write(".env", format!("A={old}\n"));
        Place {
            desk,
            index,
            holds,
            held,
            old,
        }
    }

    fn run(&self, args: &[&str]) -> Run {
        self.desk.live(args)
    }

    /// Kills a run between the making of a token and the answer.
    fn kill(&self) {
        self.run(&["plan", "upload", "-o", "p.json"]).ends(0);
        self.holds.store(true, Ordering::SeqCst);
        let mut child = self.desk.command(&["apply", "p.json", "--yes"]);
        let mut child = child
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        until("the answer is held back", || {
            self.held.load(Ordering::SeqCst)
        });
        child.kill().expect("it runs");
        child.wait().expect("it ended");
        self.holds.store(false, Ordering::SeqCst);
    }

    fn ids(&self) -> Vec<String> {
        self.index
            .lock()
            .expect("whole")
            .tokens
            .iter()
            .map(|(id, ..)| id.clone())
            .collect()
    }
}

fn answer(asked: &Asked, index: &mut Index) -> Answer {
    let given = asked
        .headers
        .get("x-devpi-auth")
        .cloned()
        .unwrap_or_default();
    let given = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, given);
    let given = String::from_utf8(given.unwrap_or_default()).unwrap_or_default();
    let value = given
        .split_once(':')
        .map(|(_, value)| value.to_owned())
        .unwrap_or_default();
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/+login") => Answer::json(200, json!({"result": {"password": "session"}})),
        ("GET", "/+api") => match index.tokens.iter().any(|(_, one, _)| *one == value) {
            true => Answer::json(200, json!({"result": {"authstatus": ["ok", "root", []]}})),
            false => Answer::json(403, json!({})),
        },
        _ if value != "session" => Answer::json(403, json!({})),
        ("GET", "/?no_projects=") => {
            Answer::json(200, json!({"result": {"root": {"username": "root"}}}))
        }
        ("GET", "/root/+tokens") => {
            let one = |(id, _, end): &(String, String, i64)| {
                let restrictions =
                    json!({"restrictions": ["allowed=upload", format!("expires={end}")]});
                (id.clone(), restrictions)
            };
            let tokens: Map<String, Value> = index.tokens.iter().map(one).collect();
            Answer::json(200, json!({"result": {"tokens": tokens}}))
        }
        ("POST", "/root/+token-create") => {
            let body: Value = serde_json::from_slice(&asked.body).expect("JSON");
            let value = index.make(body["expires"].as_i64().expect("an end"));
            Answer::json(200, json!({"result": {"token": value}}))
        }
        ("DELETE", path) => {
            let id = path.rsplit('/').next().unwrap_or_default();
            index.tokens.retain(|(one, ..)| one != id);
            Answer::json(200, json!({}))
        }
        _ => Answer::json(404, json!({})),
    }
}

#[test]
fn the_new_token_is_the_difference_of_two_lists() {
    let place = Place::new();
    place.run(&["plan", "upload", "-o", "p.json"]).ends(0);
    place
        .run(&["apply", "p.json", "--yes"])
        .ends(0)
        .says("upload: done");
    assert_eq!(place.ids(), ["t2"]);
    let text = std::fs::read_to_string(place.desk.dir.path().join(".env")).expect("there");
    assert_eq!(
        text,
        format!("A={}\n", place.index.lock().expect("whole").tokens[0].1)
    );
    assert_ne!(text, format!("A={}\n", place.old));
    let register =
        std::fs::read_to_string(place.desk.dir.path().join("tokens.toml")).expect("there");
    assert!(
        register.contains("server_id = \"t2\"") && register.contains("\"revoked\""),
        "{register}"
    );
}

#[test]
fn what_a_run_left_is_told_by_its_end_and_nothing_else_is_ended() {
    let place = Place::new();
    place.kill();
    // Somebody else made one meanwhile.
    place.index.lock().expect("whole").make(1_950_000_000);
    assert_eq!(place.ids(), ["t1", "t2", "t3"]);
    place
        .run(&["resume"])
        .ends(1)
        .complains("nothing is changed");
    assert_eq!(place.ids(), ["t1", "t3"]);
}

#[test]
fn two_that_end_alike_are_not_told_apart() {
    let place = Place::new();
    place.kill();
    let end = place.index.lock().expect("whole").tokens[1].2;
    place.index.lock().expect("whole").make(end);
    place
        .run(&["resume"])
        .ends(2)
        .complains("cannot be told; nothing was ended");
    assert_eq!(place.ids().len(), 3);
}
